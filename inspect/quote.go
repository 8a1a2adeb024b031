package inspect

import (
	"unicode"

	"modelscan/inspect/pytext"
)

// pythonQuote writes text as Python's repr does.
func pythonQuote(text string) string { return pytext.Quote(text) }

// identifier tells whether text can stand behind a dot in Python.
func identifier(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != ""
}
