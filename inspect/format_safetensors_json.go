package inspect

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// docKind tells the events of a document apart, be it JSON or UBJSON.
type docKind uint8

const (
	docEnd       docKind = iota // of the document, or of what can be read of it
	docObject                   // {
	docObjectEnd                // }
	docArray                    // [
	docArrayEnd                 // ]
	docKey
	docText
	docNumber
	docWord   // true, false, null, and the NaN and Infinity that some writers use
	docPacked // an array of numbers whole, in UBJSON
)

// docEvent is one step of a document.
type docEvent struct {
	kind   docKind
	text   []byte // of a key, text, number or word, until the next step; at most limit bytes
	cut    bool   // there was more of it
	count  int64  // of packed numbers, or of an array whose length stands in front
	offset int64
}

// document is a document that is read step by step.
type document interface {
	next() docEvent
	problem() string // why it ended early; empty where it did not
	where() int64    // how far it was read
}

// maxDocDepth bounds objects in objects. Readers that recurse take about a thousand.
const maxDocDepth = 1000

// jsonScanner reads JSON in one pass: it holds one text and the kinds of
// the open containers, and nothing else of the document.
type jsonScanner struct {
	in      *cursor
	limit   int    // of a text that is kept
	lenient bool   // NaN and Infinity are numbers
	stack   []byte // '{' or '['
	text    []byte
	began   bool
	item    bool // an item stands before
	key     bool // a key stands before
	why     string
}

func newJSON(in *cursor, limit int) *jsonScanner { return &jsonScanner{in: in, limit: limit} }

func (s *jsonScanner) problem() string { return s.why }
func (s *jsonScanner) where() int64    { return s.in.at }

// peek returns the next byte; 0, which JSON has nowhere, at the end.
func (s *jsonScanner) peek() byte {
	c := s.in
	if held := c.at - c.start; held >= 0 && held < int64(len(c.held)) && c.at < c.end {
		return c.held[held]
	}
	if c.left() == 0 {
		return 0
	}
	n := int(min(c.left(), windowSize))
	b, ok := c.bytes(c.at, n)
	if !ok {
		c.bad = true
		return 0
	}
	return b[0]
}

func (s *jsonScanner) space() byte {
	for {
		b := s.peek()
		if b != ' ' && b != '\n' && b != '\t' && b != '\r' {
			return b
		}
		s.in.at++
	}
}

func (s *jsonScanner) fail(why string) docEvent {
	if s.why == "" {
		s.why = why
		if s.in.bad || s.in.left() == 0 {
			s.why = "it ends early"
		}
	}
	return docEvent{kind: docEnd, offset: s.in.at}
}

// next returns the next step; docEnd at the end of the value, and behind damage.
func (s *jsonScanner) next() docEvent {
	if s.why != "" {
		return docEvent{kind: docEnd, offset: s.in.at}
	}
	b := s.space()
	if len(s.stack) == 0 {
		if s.began {
			return docEvent{kind: docEnd, offset: s.in.at}
		}
		s.began = true
		return s.value(b)
	}
	top, first := s.stack[len(s.stack)-1], !s.item
	if !s.key && b == top+2 { // ']' and '}' in ASCII
		return s.pop()
	}
	if s.item {
		if b != ',' {
			return s.fail("a comma is missing")
		}
		s.in.at++
		b, s.item = s.space(), false
	}
	switch {
	case top == '[':
		return s.value(b)
	case s.key:
		s.key = false
		return s.value(b)
	case b != '"' && first:
		return s.fail("a key is missing")
	}
	return s.name(b)
}

func (s *jsonScanner) name(b byte) docEvent {
	if b != '"' {
		return s.fail("a key is missing")
	}
	e := s.string(docKey)
	if e.kind == docEnd {
		return e
	}
	if s.space() != ':' {
		return s.fail("a colon is missing")
	}
	s.in.at++
	s.key = true
	return e
}

func (s *jsonScanner) push(kind docKind, b byte) docEvent {
	if len(s.stack) == maxDocDepth {
		return s.fail("it is nested deeper than " + strconv.Itoa(maxDocDepth))
	}
	s.stack = append(s.stack, b)
	s.item = false
	s.in.at++
	return docEvent{kind: kind, offset: s.in.at - 1}
}

func (s *jsonScanner) pop() docEvent {
	kind := docObjectEnd
	if s.stack[len(s.stack)-1] == '[' {
		kind = docArrayEnd
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.item = true
	s.in.at++
	return docEvent{kind: kind, offset: s.in.at - 1}
}

func (s *jsonScanner) value(b byte) docEvent {
	switch {
	case b == '{':
		return s.push(docObject, b)
	case b == '[':
		return s.push(docArray, b)
	}
	s.item = true
	switch {
	case b == '"':
		return s.string(docText)
	case b == '-' || b >= '0' && b <= '9':
		return s.word(docNumber)
	case b >= 'a' && b <= 'z' || b == 'N' || b == 'I':
		return s.word(docWord)
	}
	return s.fail("no value")
}

// maxWord bounds a number that is written out.
const maxWord = 512

// word reads a number or a word. What follows it is checked by who comes next.
func (s *jsonScanner) word(kind docKind) docEvent {
	e := docEvent{kind: kind, offset: s.in.at}
	s.text = s.text[:0]
	for {
		b := s.peek()
		if (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && b != '.' && b != '-' && b != '+' {
			break
		}
		if len(s.text) == maxWord {
			return s.fail("a number is too long")
		}
		s.text = append(s.text, b)
		s.in.at++
	}
	e.text = s.text
	switch text := string(s.text); {
	case kind == docNumber:
		if !isNumber(s.text) && (!s.lenient || text != "-Infinity") {
			return s.fail("a number is none")
		}
	case text == "true" || text == "false" || text == "null":
	case s.lenient && (text == "NaN" || text == "Infinity"):
	default:
		return s.fail("a word is none of JSON's")
	}
	return e
}

// isNumber holds text against JSON's grammar of numbers.
func isNumber(text []byte) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	from := i
	if !digits() || text[from] == '0' && i > from+1 {
		return false
	}
	if i < len(text) && text[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		if i++; i < len(text) && (text[i] == '-' || text[i] == '+') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(text)
}

// string reads a text and decodes its escapes.
func (s *jsonScanner) string(kind docKind) docEvent {
	e := docEvent{kind: kind, offset: s.in.at}
	s.in.at++
	s.text = s.text[:0]
	for {
		b := s.peek()
		switch {
		case b == '"':
			s.in.at++
			e.text = s.text[:min(len(s.text), s.limit)]
			e.cut = len(s.text) > s.limit
			return e
		case b == '\\':
			s.in.at++
			if !s.escape() {
				return s.fail("an escape is none")
			}
		case b < ' ' && (b == 0 || !s.lenient):
			return s.fail("a text holds a control character")
		default:
			s.in.at++
			s.keep(b)
		}
	}
}

// keep holds on to a little more than limit, which tells that there was more.
func (s *jsonScanner) keep(b ...byte) {
	if len(s.text) <= s.limit {
		s.text = append(s.text, b...)
	}
}

func (s *jsonScanner) escape() bool {
	b := s.peek()
	if b == 0 { // or the end
		return false
	}
	s.in.at++
	switch b {
	case '"', '\\', '/':
		s.keep(b)
	case 'b':
		s.keep('\b')
	case 'f':
		s.keep('\f')
	case 'n':
		s.keep('\n')
	case 'r':
		s.keep('\r')
	case 't':
		s.keep('\t')
	case 'u':
		r, ok := s.hex()
		if !ok {
			return false
		}
		if utf16.IsSurrogate(r) && s.peek() == '\\' {
			s.in.at++
			if s.peek() != 'u' {
				s.keep([]byte("\ufffd")...)
				return s.escape()
			}
			s.in.at++
			low, ok := s.hex()
			if !ok {
				return false
			}
			r = utf16.DecodeRune(r, low)
		}
		s.keep(utf8.AppendRune(nil, r)...)
	default:
		return false
	}
	return true
}

func (s *jsonScanner) hex() (rune, bool) {
	value := rune(0)
	for range 4 {
		b := s.peek()
		s.in.at++
		switch {
		case b >= '0' && b <= '9':
			value = value<<4 | rune(b-'0')
		case b >= 'a' && b <= 'f':
			value = value<<4 | rune(b-'a'+10)
		case b >= 'A' && b <= 'F':
			value = value<<4 | rune(b-'A'+10)
		default:
			return 0, false
		}
	}
	return value, true
}
