package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// layOut breaks compact JSON into lines, an item of a file's lists on each,
// and escapes what a terminal would act on: the JSON package leaves DEL, C1
// controls and bidirectional characters as they are.
func layOut(compact []byte) []byte {
	var l layout
	for _, r := range string(compact) {
		if l.quoted {
			l.inText(r)
		} else {
			l.between(r)
		}
	}
	return l.out.Bytes()
}

// inlineFrom is the depth at which an item stays on its line: report, files,
// file, list, item.
const inlineFrom = 5

// layout is how far layOut is.
type layout struct {
	out     bytes.Buffer
	depth   int
	opened  bool // the last character opened a list or an object
	quoted  bool // inside of a string
	escaped bool // behind a backslash
}

// inText writes a character of a string.
func (l *layout) inText(r rune) {
	switch {
	case l.escaped:
		l.escaped = false
	case r == '\\':
		l.escaped = true
	case r == '"':
		l.quoted = false
	case !plainInText(r):
		l.escape(r)
		return
	}
	l.out.WriteRune(r)
}

// between writes a character outside of strings.
func (l *layout) between(r rune) {
	closing := r == '}' || r == ']'
	if l.opened && !closing {
		l.newline()
	}
	empty := l.opened
	l.opened = false
	switch {
	case closing:
		l.depth--
		if !empty && l.depth < inlineFrom-1 {
			l.newline()
		}
		l.out.WriteRune(r)
	case r == ',' && l.depth < inlineFrom:
		l.out.WriteRune(r)
		l.newline()
	case r == ',' || r == ':':
		l.out.WriteRune(r)
		l.out.WriteByte(' ')
	default:
		l.quoted = r == '"'
		if l.opened = r == '{' || r == '['; l.opened {
			l.depth++
		}
		l.out.WriteRune(r)
	}
}

// newline ends a line, but not inside of an item.
func (l *layout) newline() {
	if l.depth < inlineFrom {
		l.out.WriteByte('\n')
		l.out.WriteString(strings.Repeat(" ", l.depth))
	}
}

func (l *layout) escape(r rune) {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		fmt.Fprintf(&l.out, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(&l.out, `\u%04x`, r)
}
