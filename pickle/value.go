package pickle

import (
	"iter"
	"math"
	"math/big"
)

// Kind returns what v is.
func (p *Program) Kind(v Value) Kind {
	switch k := p.kind(v); k {
	case bigInt:
		return Int
	case longText:
		return Kind(p.nodes.at(int(v)).flag)
	default:
		return k
	}
}

// Int returns v's number, and false where v is no int or none that an int64 holds.
// A bool is an int, as in Python.
func (p *Program) Int(v Value) (int64, bool) {
	switch {
	case v >= smallInt:
		return smallOf(v), true
	case v == falseValue || v == trueValue:
		return int64(v - falseValue), true
	case isNode(v) && p.nodes.at(int(v)).kind == Int:
		return int64(p.nodes.at(int(v)).ref), true
	}
	return 0, false
}

// BigInt returns an int of any size, and false where it is too long to be shown.
func (p *Program) BigInt(v Value) (*big.Int, bool) {
	if n, ok := p.Int(v); ok {
		return big.NewInt(n), true
	}
	if !isNode(v) || p.nodes.at(int(v)).kind != bigInt {
		return nil, false
	}
	n := p.nodes.at(int(v))
	s := &p.spans[n.ref]
	if int64(len(s.head)) != s.size {
		return nil, false
	}
	if n.flag == 0 { // as in source
		return parseBigInt(s.head)
	}
	b := make([]byte, len(s.head))
	for i, c := range s.head {
		b[len(b)-1-i] = c
	}
	value := new(big.Int).SetBytes(b)
	if b[0] >= 0x80 {
		value.Sub(value, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return value, true
}

// Bool returns v's truth, and false where v is no bool.
func (p *Program) Bool(v Value) (value, ok bool) {
	return v == trueValue, v == trueValue || v == falseValue
}

// Float returns v's number, and false where v is no float.
func (p *Program) Float(v Value) (float64, bool) {
	if isNode(v) && p.nodes.at(int(v)).kind == Float {
		return math.Float64frombits(p.nodes.at(int(v)).ref), true
	}
	return 0, false
}

// IsNone tells whether v is None.
func (p *Program) IsNone(v Value) bool { return v == none }

// Text returns the text of a str, and false where v is none or one too long
// to be kept. It may hold lone surrogates and, where it was a Python 2 str,
// any bytes.
func (p *Program) Text(v Value) (string, bool) {
	b, ok := p.shortText(v)
	return string(b), ok
}

// TextIs tells whether v is the str want.
func (p *Program) TextIs(v Value, want string) bool {
	b, ok := p.shortText(v)
	return ok && string(b) == want
}

func (p *Program) shortText(v Value) ([]byte, bool) {
	if !isNode(v) {
		return nil, false
	}
	n := p.nodes.at(int(v))
	if n.kind != Text && n.kind != ByteText {
		return nil, false
	}
	return p.text.at(n.ref, int(n.n)), true
}

// ByteText tells whether there is a Python 2 str among the first objects of
// the program, and whether one of all is not ASCII. Python 2 writes one for
// every name of an attribute; Python 3 reads others only if it is told how.
func (p *Program) ByteText() (some, foreign bool) {
	const enough = 4096
	for i := 0; i < p.nodes.n && (some || i < enough); i++ {
		n := p.nodes.at(i)
		var head []byte
		switch {
		case n.kind == ByteText:
			head = p.text.at(n.ref, int(n.n))
		case n.kind == longText && Kind(n.flag) == ByteText:
			head = p.spans[n.ref].head
		default:
			continue
		}
		if some = true; !isASCII(head) {
			return true, true
		}
	}
	return some, false
}

// Data is text or bytes: how much, its beginning, and where it lies.
type Data struct {
	Size   int64  // bytes, of text as UTF-8
	Chars  int64  // code points, of text; else Size
	Head   []byte // the whole where it is short, else its beginning
	Offset int64  // of the raw bytes in the input; -1 where the whole is in Head
	Length int64  // of the raw bytes

	escapes Kind // Text or ByteText where the raw bytes are a line with escapes; else Invalid
}

// Whole tells whether Head is all of it.
func (d Data) Whole() bool { return int64(len(d.Head)) == d.Size }

// Data returns what is known of text or bytes, and false where v is neither.
func (p *Program) Data(v Value) (Data, bool) {
	if !isNode(v) {
		return Data{}, false
	}
	n := p.nodes.at(int(v))
	switch n.kind {
	case Text, ByteText, Bytes, ByteArray:
		b := p.text.at(n.ref, int(n.n))
		d := Data{Size: int64(n.n), Chars: int64(n.n), Head: b, Offset: -1}
		if n.kind == Text {
			d.Chars = int64(countChars(b))
		}
		return d, true
	case longText:
		s := &p.spans[n.ref]
		d := Data{Size: s.size, Chars: s.size, Head: s.head, Offset: s.offset, Length: s.length}
		if Kind(n.flag) == Text {
			d.Chars = s.chars
		}
		if s.escaped {
			d.escapes = Kind(n.flag)
		}
		return d, true
	}
	return Data{}, false
}

// Raw tells whether the raw bytes in the input are the data as it is.
func (d Data) Raw() bool { return d.escapes == Invalid }

// Decode returns the data that raw bytes from the input stand for, and false
// where they are not those that the program had.
func (d Data) Decode(raw []byte) ([]byte, bool) {
	if d.Raw() {
		return raw, true
	}
	decoded, _, ok := decodeText(d.escapes, raw)
	return decoded, ok
}

// Global returns the name that v was imported by, and false where v is no Class.
func (p *Program) Global(v Value) (*Global, bool) {
	if !isGlobal(v) {
		return nil, false
	}
	return &p.globals[globalIndex(v)], true
}

// GlobalIndex returns the index in Globals of the name that v was imported by.
func (p *Program) GlobalIndex(v Value) (int, bool) {
	return int(globalIndex(v)), isGlobal(v)
}

// PersistentID returns the id of a Persistent.
func (p *Program) PersistentID(v Value) (Value, bool) {
	if !isNode(v) || p.nodes.at(int(v)).kind != Persistent {
		return 0, false
	}
	return Value(p.nodes.at(int(v)).ref), true
}

// Inline returns the instance that stood for an Inline, what its loader read
// for it, and where.
func (p *Program) Inline(v Value) (instance, data Value, offset int64, ok bool) {
	if !isNode(v) || p.nodes.at(int(v)).kind != Inline {
		return 0, 0, 0, false
	}
	e := p.events.at(int(p.nodes.at(int(v)).n)).public()
	return e.Subject, e.Detail, e.Offset, true
}

// Call returns the call that made an Instance.
func (p *Program) Call(v Value) (Event, bool) {
	if !isNode(v) || p.nodes.at(int(v)).kind != Instance {
		return Event{}, false
	}
	return p.events.at(int(p.nodes.at(int(v)).n)).public(), true
}

// Len returns the number of items of a container.
func (p *Program) Len(v Value) (int, bool) { return p.length(v) }

// length is Len, also of text and of False, for what Python calls empty.
func (g *graph) length(v Value) (int, bool) {
	if v == emptyTuple || v == falseValue {
		return 0, true
	}
	if !isNode(v) {
		return 0, false
	}
	switch n := g.nodes.at(int(v)); n.kind {
	case Tuple, List, Dict, Set, FrozenSet, Text, ByteText, Bytes, ByteArray:
		return int(n.n), true
	}
	return 0, false
}

// items returns a tuple's values.
func (g *graph) items(v Value) []Value {
	if !isNode(v) {
		return nil
	}
	n := g.nodes.at(int(v))
	if n.kind != Tuple {
		return nil
	}
	return g.edges.from(uint32(n.ref))[:n.n]
}

// Tuple returns the items of a tuple, and false where v is none.
func (p *Program) Tuple(v Value) ([]Value, bool) {
	return p.items(v), p.kind(v) == Tuple
}

// chunks yields an object's chunks in order, each with its tag.
func (g *graph) chunks(n *node) iter.Seq2[Value, []Value] {
	return func(yield func(Value, []Value) bool) {
		if n.flag&hasChunk == 0 || n.kind == longText || n.kind == bigInt {
			return
		}
		last := uint32(n.ref)
		for ref := uint32(g.edges.from(last)[0]); ; {
			chunk := g.edges.from(ref)
			size := int(chunk[1] & chunkCount)
			if !yield(chunk[1]&^chunkCount, chunk[chunkHeader:chunkHeader+size]) || ref == last {
				return
			}
			ref = uint32(chunk[0])
		}
	}
}

// Items yields the items of a list, a set, a frozenset or a tuple, and those
// that were appended or added to an Instance.
func (p *Program) Items(v Value) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !isNode(v) {
			return
		}
		n := p.nodes.at(int(v))
		switch n.kind {
		case Tuple:
			for _, item := range p.items(v) {
				if !yield(item) {
					return
				}
			}
		case List, Set, FrozenSet, Instance:
			for tag, values := range p.chunks(n) {
				if tag != tagItems {
					continue
				}
				for _, item := range values {
					if !yield(item) {
						return
					}
				}
			}
		}
	}
}

// Pairs yields the keys and values of a dict, and those that were set on an
// Instance, in the order in which they were set; a key may come again.
func (p *Program) Pairs(v Value) iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		if !isNode(v) {
			return
		}
		n := p.nodes.at(int(v))
		want := tagItems
		if n.kind == Instance {
			want = tagPairs
		} else if n.kind != Dict {
			return
		}
		for tag, values := range p.chunks(n) {
			if tag != want {
				continue
			}
			for i := 0; i+1 < len(values); i += 2 {
				if !yield(values[i], values[i+1]) {
					return
				}
			}
		}
	}
}

// States yields the states that were put on an Instance, in order.
func (p *Program) States(v Value) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !isNode(v) || p.nodes.at(int(v)).kind != Instance {
			return
		}
		for tag, values := range p.chunks(p.nodes.at(int(v))) {
			if tag == tagState && !yield(values[0]) {
				return
			}
		}
	}
}

// Held counts, by index in Globals, in how many places an imported object is
// part of something: of a container, arguments, a state, items, an id, or the
// result. Those with none were called or given state, and dropped. It adds the
// same of the values in watch to their counts.
func (p *Program) Held(watch map[Value]int) []int {
	held := make([]int, len(p.globals))
	note := func(values ...Value) {
		for _, v := range values {
			if isGlobal(v) {
				held[globalIndex(v)]++
			}
			if count, ok := watch[v]; ok {
				watch[v] = count + 1
			}
		}
	}
	note(p.Root)
	for i := range p.nodes.n {
		switch n := p.nodes.at(i); n.kind {
		case Tuple:
			note(p.items(Value(i))...)
		case List, Dict, Set, FrozenSet, Instance:
			for _, values := range p.chunks(n) {
				note(values...)
			}
		}
	}
	for i := range p.events.n {
		e := p.events.at(i).public()
		note(e.Detail)
		if e.Kind == Items && p.kind(e.Subject) != Instance { // the graph has not all that was put there
			for i := range held {
				held[i]++
			}
			for v := range watch {
				watch[v]++
			}
		}
	}
	return held
}
