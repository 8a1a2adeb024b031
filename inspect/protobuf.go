package inspect

import (
	"encoding/binary"
	"io"
	"time"
)

// This file has what the readers of binary formats share: a window on a
// file, a cursor that bounds every read, and the fields of protocol buffers.

const (
	windowSize = 32 << 10
	maxText    = 4096 // of one name or value that is kept
)

// window reads a file at any place through one buffer.
type window struct {
	r     io.ReaderAt
	size  int64
	start int64  // of what is held
	held  []byte // a part of room
	room  []byte
}

// bytes returns n bytes at an offset, until the next call. It fails where
// the file has no such bytes, and for more than windowSize.
func (v *window) bytes(at int64, n int) ([]byte, bool) {
	if at < 0 || n < 0 || n > windowSize || at > v.size-int64(n) {
		return nil, false
	}
	if at < v.start || at+int64(n) > v.start+int64(len(v.held)) {
		if v.room == nil {
			v.room = make([]byte, min(windowSize, v.size))
		}
		got, _ := v.r.ReadAt(v.room[:min(int64(len(v.room)), v.size-at)], at)
		v.start, v.held = at, v.room[:got]
		if got < n {
			return nil, false
		}
	}
	from := int(at - v.start)
	return v.held[from : from+n], true
}

// cursor reads a part of a file from its start to its end. A read past the
// end gives zeros and sets bad.
type cursor struct {
	*window
	at, end int64
	order   binary.ByteOrder
	bad     bool
}

// newCursor returns a cursor on a whole file.
func newCursor(r io.ReaderAt, size int64) *cursor {
	return &cursor{window: &window{r: r, size: size}, end: size, order: binary.LittleEndian}
}

// part returns a cursor on what lies between two offsets.
func (c *cursor) part(at, end int64) *cursor {
	sub := *c
	sub.at, sub.end, sub.bad = at, end, at < 0 || end < at || end > c.size
	return &sub
}

func (c *cursor) left() int64 {
	if c.bad {
		return 0
	}
	return c.end - c.at
}

// take returns the next n bytes, at most windowSize, until the next read.
func (c *cursor) take(n int) []byte {
	if c.left() < int64(n) {
		c.bad = true
		return make([]byte, min(n, windowSize))
	}
	b, ok := c.bytes(c.at, n)
	if !ok {
		c.bad = true
		return make([]byte, min(n, windowSize))
	}
	c.at += int64(n)
	return b
}

func (c *cursor) skip(n int64) {
	if n < 0 || c.left() < n {
		c.bad = true
		return
	}
	c.at += n
}

func (c *cursor) u8() byte    { return c.take(1)[0] }
func (c *cursor) u16() uint16 { return c.order.Uint16(c.take(2)) }
func (c *cursor) u32() uint32 { return c.order.Uint32(c.take(4)) }
func (c *cursor) u64() uint64 { return c.order.Uint64(c.take(8)) }

// text steps over n bytes and returns at most maxText of them.
func (c *cursor) text(n uint64) string {
	if n > uint64(c.left()) {
		c.bad = true
		return ""
	}
	text := string(c.take(int(min(n, maxText))))
	c.skip(int64(n) - int64(len(text)))
	return text
}

// hold returns what lies between two offsets, at most limit bytes of it.
func (v *window) hold(at, end int64, limit int64) []byte {
	if at < 0 || end < at || end > v.size {
		return nil
	}
	data := make([]byte, min(end-at, limit))
	n, _ := v.r.ReadAt(data, at)
	return data[:n]
}

// late tells whether the time for the file is over, and files the issue.
func (w *walk) late(offset int64) bool {
	if w.ctx.Err() == nil && time.Now().Before(w.deadline) {
		return false
	}
	w.issue(IssueLimit, w.member, offset, "not read to the end: the time is over")
	return true
}

// The wire types of protocol buffers.
const (
	pbVarint  = 0
	pbFixed64 = 1
	pbBytes   = 2
	pbStart   = 3
	pbStop    = 4
	pbFixed32 = 5
)

// maxGroups bounds groups within groups, which no known schema has.
const maxGroups = 100

// pbField is one field of a message.
type pbField struct {
	number  int
	wire    int
	value   uint64 // of a number
	offset  int64  // of its tag
	at, end int64  // of bytes
}

// field reads the next field of a message and steps over groups. It says
// false at the end and where the message is damaged, which c.bad tells.
func (c *cursor) field() (pbField, bool) {
	groups := 0
	for c.left() > 0 {
		f := pbField{offset: c.at}
		tag := c.varint()
		f.number, f.wire = int(tag>>3&0x1fffffff), int(tag&7)
		if f.number == 0 || tag > 0xffffffff {
			c.bad = true
		}
		switch f.wire {
		case pbVarint:
			f.value = c.varint()
		case pbFixed64:
			f.value = binary.LittleEndian.Uint64(c.take(8))
		case pbFixed32:
			f.value = uint64(binary.LittleEndian.Uint32(c.take(4)))
		case pbBytes:
			n := c.varint()
			if n > uint64(c.left()) {
				c.bad = true
				return f, false
			}
			f.at, f.end = c.at, c.at+int64(n)
			c.at = f.end
		case pbStart:
			groups++
			c.bad = c.bad || groups > maxGroups
		case pbStop:
			groups--
			c.bad = c.bad || groups < 0
			if groups == 0 {
				continue
			}
		default:
			c.bad = true
		}
		if c.bad {
			return f, false
		}
		if groups == 0 {
			return f, true
		}
	}
	c.bad = c.bad || groups > 0
	return pbField{}, false
}

func (c *cursor) varint() uint64 {
	if held := c.at - c.start; held >= 0 && held < int64(len(c.held)) && c.at < c.end && c.held[held] < 0x80 {
		c.at++
		return uint64(c.held[held])
	}
	value := uint64(0)
	for shift := 0; shift < 70 && !c.bad; shift += 7 {
		b := c.u8()
		value |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return value
		}
	}
	c.bad = true
	return 0
}

// pbText returns a field's text, at most maxText bytes of it.
func (c *cursor) pbText(f pbField) string {
	if f.wire != pbBytes {
		return ""
	}
	b, _ := c.bytes(f.at, int(min(f.end-f.at, maxText)))
	return string(b)
}

// message returns a cursor on the message in a field.
func (c *cursor) message(f pbField) *cursor {
	if f.wire != pbBytes {
		return c.part(0, 0)
	}
	return c.part(f.at, f.end)
}

// numbers yields what a repeated field of numbers holds, packed or not.
func (c *cursor) numbers(f pbField) func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		if f.wire != pbBytes {
			yield(f.value)
			return
		}
		for m := c.message(f); m.left() > 0; {
			if v := m.varint(); m.bad || !yield(v) {
				return
			}
		}
	}
}

// describe sets what the file is. What is found in members does not change it.
func (w *walk) describe(o *Object) {
	if w.depth == 0 {
		w.model.Root = o
	}
}

// param adds a parameter to what is reported of a model.
func (o *Object) param(name string, value any) {
	if len(o.Params) < maxParams {
		o.Params = append(o.Params, Param{name, value})
	}
}

// textValue is a text of a file as a parameter, marked where it was cut.
func textValue(text []byte, cut bool) any {
	if cut {
		return Literal(pythonQuote(string(text)) + "…")
	}
	return string(text)
}
