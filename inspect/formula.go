package inspect

import "strings"

// A formula is Python between the operators of patsy and formulaic, evaluated
// among the columns of a table, the names of the modules that load the file,
// and Python's own. The functions below do no harm there. None of them calls
// what it is given, but C, whose contrast is called.

// formulaFunctions may be called. Those of NumPy are no methods of a column
// that stands in NumPy's place and would call its argument.
var formulaFunctions = wordSet(`C I Q center standardize scale bs cr cc te abs pow round
	np.log np.log1p np.log10 np.log2 np.exp np.expm1 np.sqrt np.cbrt np.square np.abs np.absolute np.power np.sign np.reciprocal
	np.sin np.cos np.tan np.arcsin np.arccos np.arctan np.sinh np.cosh np.tanh np.arcsinh np.arccosh np.arctanh
	np.floor np.ceil np.rint np.round np.clip np.maximum np.minimum np.isnan np.isfinite np.mod np.hypot np.deg2rad np.rad2deg`)

// formulaContrasts say how categories become columns: C makes them of their
// names, or is given what a call of them makes.
var formulaContrasts = wordSet("Treatment Sum Helmert Poly Diff")

// formulaKeywords make functions, loops and names of a formula's own.
var formulaKeywords = wordSet("lambda for if else async await yield from import as del global nonlocal class def with try while return raise assert exec print")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// plainFormula tells whether a formula calls nothing but these functions.
func plainFormula(text string) bool {
	tokens, ok := formulaTokens(text)
	if !ok {
		return false
	}
	calls := []string{""} // what is called, or "" of a bracket that groups
	for i, token := range tokens {
		before := ""
		if i > 0 {
			before = tokens[i-1]
		}
		inside := calls[len(calls)-1]
		if !plainToken(token, before, inside) || inside == "C" && !plainArgument(tokens[i-2:]) {
			return false
		}
		switch {
		case token == "(" && isOperand(before):
			calls = append(calls, before)
		case token == "(":
			calls = append(calls, "")
		case token == ")":
			calls = calls[:len(calls)-1]
		}
		if len(calls) == 0 {
			return false
		}
	}
	last := len(tokens) - 1
	return len(calls) == 1 && (last < 0 || !strings.HasPrefix(tokens[last], "np."))
}

// plainToken tells whether a token may stand behind another, inside a call.
func plainToken(token, before, inside string) bool {
	switch {
	case strings.HasPrefix(before, "np.") && token != "(":
		return false // a function, or whatever NumPy has
	case token == "(":
		return before != ")" && (!isOperand(before) || formulaFunctions[before] || formulaContrasts[before])
	case token == "=":
		return before != ":" && inside != "" || before == "=" || before == "!" || before == "<" || before == ">"
	case token == "*":
		return before != "(" && before != "," // arguments from elsewhere
	case !isOperand(token):
		return true
	}
	// Text behind a word is code where the word is a prefix.
	return !formulaKeywords[token] && (!isOperand(before) || formulaWords[before] || formulaWords[token])
}

// plainArgument tells whether what begins with the third token may stand
// among the arguments of C, of which the second is called.
func plainArgument(tokens []string) bool {
	before, token := tokens[1], tokens[2]
	switch {
	case before == "=" && tokens[0] != "levels", before == "," && (len(tokens) == 3 || tokens[3] != "="):
		return token == ")" || formulaContrasts[token]
	}
	return true
}

// formulaWords are operators that are spelled as words. Those that give one of
// their operands are no plain ones: C would call it.
var formulaWords = wordSet("not in is")

// isOperand tells names, numbers and text from operators.
func isOperand(token string) bool {
	return token != "" && (isWordByte(token[0]) || token[0] == '\'' || token[0] == '"' || token[0] == '.')
}

func isWordByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

var formulaNumber = pattern(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`)

// formulaTokens splits a formula, and is false where something stands in it
// that no plain one has, such as an attribute.
func formulaTokens(text string) ([]string, bool) {
	var tokens []string
	for len(text) > 0 {
		n := 0
		switch c := text[0]; {
		case c == ' ' || c == '\n':
			text = text[1:]
			continue
		case '0' <= c && c <= '9' || c == '.':
			n = len(formulaNumber().FindString(text))
			if n == 0 || n < len(text) && (isWordByte(text[n]) || text[n] == '.') {
				return nil, false
			}
		case c == '\'' || c == '"':
			n = strings.IndexByte(text[1:], c) + 2
			if n < 2 || strings.ContainsAny(text[:n], "\\\n\r") {
				return nil, false
			}
		case isWordByte(c):
			for n < len(text) && isWordByte(text[n]) {
				n++
			}
			if text[:n] == "np" && n < len(text) && text[n] == '.' {
				for n++; n < len(text) && isWordByte(text[n]); n++ {
				}
			}
		case strings.IndexByte("+-*/:~|,()=<>!%&", c) >= 0:
			n = 1
		default:
			return nil, false
		}
		tokens = append(tokens, text[:n])
		text = text[n:]
	}
	return tokens, true
}
