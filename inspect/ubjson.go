package inspect

import (
	"encoding/binary"
	"math"
	"strconv"
)

// ubjScanner reads UBJSON in one pass, in the form that XGBoost writes and in
// the rest of its grammar.
type ubjScanner struct {
	in    *cursor
	limit int // of a text that is kept
	stack []ubjFrame
	began bool
	key   bool // a key stands before
	why   string
}

// ubjFrame is an open container.
type ubjFrame struct {
	object bool
	left   int64 // items to come; -1 where a bracket ends it
	kind   byte  // of every item; 0 where each has its own
}

func newUBJ(in *cursor, limit int) *ubjScanner {
	in.order = binary.BigEndian
	return &ubjScanner{in: in, limit: limit}
}

func (s *ubjScanner) problem() string { return s.why }
func (s *ubjScanner) where() int64    { return s.in.at }

func (s *ubjScanner) fail(why string) docEvent {
	if s.why == "" {
		s.why = why
		if s.in.bad || s.in.left() == 0 {
			s.why = "it ends early"
		}
	}
	return docEvent{kind: docEnd, offset: s.in.at}
}

// marker returns the next marker, behind those that mean nothing.
func (s *ubjScanner) marker() byte {
	for {
		if b := s.in.u8(); b != 'N' || s.in.bad {
			return b
		}
	}
}

// next returns the next step; docEnd at the end of the value, and behind damage.
func (s *ubjScanner) next() docEvent {
	if s.why != "" || s.in.bad {
		return s.fail("it ends early")
	}
	if len(s.stack) == 0 {
		if s.began {
			return docEvent{kind: docEnd, offset: s.in.at}
		}
		s.began = true
		at := s.in.at
		return s.value(s.marker(), at)
	}
	top, at := &s.stack[len(s.stack)-1], s.in.at
	if top.left == 0 && !s.key {
		return s.pop(at)
	}
	if top.object && !s.key {
		b := s.marker()
		if b == '}' && top.left < 0 {
			return s.pop(at)
		}
		if s.key = true; top.left > 0 {
			top.left--
		}
		return s.text(docKey, b, at)
	}
	s.key = false
	if !top.object && top.left > 0 {
		top.left--
	}
	b := top.kind
	if b == 0 {
		b = s.marker()
	}
	if b == ']' && !top.object && top.left < 0 {
		return s.pop(at)
	}
	return s.value(b, at)
}

func (s *ubjScanner) pop(at int64) docEvent {
	kind := docArrayEnd
	if s.stack[len(s.stack)-1].object {
		kind = docObjectEnd
	}
	s.stack = s.stack[:len(s.stack)-1]
	return docEvent{kind: kind, offset: at}
}

func (s *ubjScanner) value(b byte, at int64) docEvent {
	number := func(n int64) docEvent {
		return docEvent{kind: docNumber, text: strconv.AppendInt(nil, n, 10), offset: at}
	}
	float := func(f float64, bits int) docEvent {
		return docEvent{kind: docNumber, text: strconv.AppendFloat(nil, f, 'g', -1, bits), offset: at}
	}
	switch b {
	case '{', '[':
		return s.push(b == '{', at)
	case 'S', 'H':
		return s.text(docText, s.in.u8(), at)
	case 'C':
		return docEvent{kind: docText, text: []byte{s.in.u8()}, offset: at}
	case 'Z':
		return docEvent{kind: docWord, text: []byte("null"), offset: at}
	case 'T':
		return docEvent{kind: docWord, text: []byte("true"), offset: at}
	case 'F':
		return docEvent{kind: docWord, text: []byte("false"), offset: at}
	case 'd':
		return float(float64(math.Float32frombits(s.in.u32())), 32)
	case 'D':
		return float(math.Float64frombits(s.in.u64()), 64)
	}
	n, ok := s.integer(b)
	if !ok {
		return s.fail("a type is none of UBJSON's")
	}
	return number(n)
}

// ubjSizes has the bytes of a number by its type.
var ubjSizes = map[byte]int64{'i': 1, 'U': 1, 'I': 2, 'l': 4, 'L': 8, 'd': 4, 'D': 8}

// integer reads an integer of type b.
func (s *ubjScanner) integer(b byte) (int64, bool) {
	switch b {
	case 'i':
		return int64(int8(s.in.u8())), true
	case 'U':
		return int64(s.in.u8()), true
	case 'I':
		return int64(int16(s.in.u16())), true
	case 'l':
		return int64(int32(s.in.u32())), true
	case 'L':
		return int64(s.in.u64()), true
	}
	return 0, false
}

// length reads a length: an integer of type b that is not negative.
func (s *ubjScanner) length(b byte) (int64, bool) {
	n, ok := s.integer(b)
	return n, ok && n >= 0 && !s.in.bad
}

func (s *ubjScanner) push(object bool, at int64) docEvent {
	if len(s.stack) == maxDocDepth {
		return s.fail("it is nested deeper than " + strconv.Itoa(maxDocDepth))
	}
	frame := ubjFrame{object: object, left: -1}
	kind := docArray
	if object {
		kind = docObject
	}
	e := docEvent{kind: kind, offset: at}
	b := s.peek()
	if b == '$' {
		s.in.u8()
		frame.kind = s.in.u8()
		b = s.peek()
	}
	if b == '#' {
		s.in.u8()
		n, ok := s.length(s.in.u8())
		if !ok {
			return s.fail("a length is none")
		}
		frame.left, e.count = n, n
	}
	if frame.kind != 0 && frame.left < 0 {
		return s.fail("a type without a length")
	}
	if size := ubjSizes[frame.kind]; !object && size > 0 {
		if frame.left > s.in.left()/size {
			return s.fail("an array is longer than the file")
		}
		s.in.skip(frame.left * size)
		e.kind = docPacked
		return e
	}
	if s.costless(frame) {
		return s.fail("an array of a type without bytes")
	}
	s.stack = append(s.stack, frame)
	return e
}

// costless tells of items that take no bytes, of which a few bytes could announce any number.
func (s *ubjScanner) costless(f ubjFrame) bool {
	switch f.kind {
	case 'Z', 'T', 'F', 'N':
		return !f.object && f.left > 0
	}
	return false
}

func (s *ubjScanner) peek() byte {
	b := s.in.u8()
	if !s.in.bad {
		s.in.at--
	}
	return b
}

// text reads a text whose length has type b.
func (s *ubjScanner) text(kind docKind, b byte, at int64) docEvent {
	n, ok := s.length(b)
	if !ok {
		return s.fail("a length is none")
	}
	if n > s.in.left() {
		return s.fail("a text is longer than the file")
	}
	e := docEvent{kind: kind, cut: n > int64(s.limit), offset: at}
	e.text = s.in.hold(s.in.at, s.in.at+n, int64(s.limit))
	s.in.skip(n)
	return e
}
