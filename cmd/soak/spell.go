package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// program is a program that is being written. Its stack is modelled, so that
// most of what is written goes on.
type program struct {
	*rand.Rand
	out   []byte
	stack []kind
	marks []int // places in the stack
	memo  map[uint64]kind
	next  uint64 // where MEMOIZE stores
	proto int
	clean bool // only what pickle.load takes and any reading agrees on
}

// kind is what the model knows of an object.
type kind uint8

const (
	other   kind = iota // a number, bytes, None
	text                // an exact str
	tuple               // a tuple
	list                // a list
	dict                // a dict
	set                 // a set
	class               // what a name gave
	object              // what a call gave
	pidMade             // what the callback gave
)

func (p *program) one(n int) bool { return p.IntN(n) == 0 }

func pick[T any](p *program, choices ...T) T { return choices[p.IntN(len(choices))] }

func (p *program) op(code byte, argument ...byte) {
	p.out = append(append(p.out, code), argument...)
}

func (p *program) push(k kind) { p.stack = append(p.stack, k) }

// pop takes n objects off the model's stack.
func (p *program) pop(n int) { p.stack = p.stack[:max(len(p.stack)-n, 0)] }

// fence is where the topmost mark lies.
func (p *program) fence() int {
	if len(p.marks) == 0 {
		return 0
	}
	return p.marks[len(p.marks)-1]
}

// counted returns data behind its length in so many bytes.
func counted(width int, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(data)))[:width], data...)
}

// text pushes a str, spelled in one of all ways.
func (p *program) text(s string) {
	defer p.push(text)
	ways := 5
	if p.clean {
		ways = 3
	}
	switch way := p.IntN(ways); {
	case way == 0 && len(s) < 256:
		p.op('\x8c', counted(1, s)...)
	case way <= 1:
		p.op('X', counted(4, s)...)
	case way == 2:
		p.op('\x8d', counted(8, s)...)
	case way == 3:
		p.op('V', []byte(p.unicodeLine(s))...)
	default:
		p.byteText(s)
	}
	if p.one(12) {
		p.stored(text)
	}
}

// unicodeLine spells text as UNICODE has it, with escapes where they are
// needed and where they are not.
func (p *program) unicodeLine(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r > 0xffff || p.one(40):
			fmt.Fprintf(&b, "\\U%08x", r)
		case r == '\\' || r == '\n' || r > 0xff || p.one(8):
			fmt.Fprintf(&b, pick(p, "\\u%04x", "\\u%04X"), r)
		default:
			b.WriteByte(byte(r))
		}
	}
	if p.one(60) {
		b.WriteString(pick(p, "\\", "\\\\", "\\u12", "\\Uffffffff", "\\ud800", "\\x41", "\r", "\x00", "\xff"))
	}
	return b.String() + "\n"
}

// byteText pushes a str of Python 2.
func (p *program) byteText(s string) {
	switch p.IntN(3) {
	case 0:
		if len(s) < 256 {
			p.op('U', counted(1, s)...)
			return
		}
		fallthrough
	case 1:
		p.op('T', counted(4, s)...)
	default:
		p.op('S', []byte(p.quotedLine(s))...)
	}
}

// quotedLine spells text as STRING has it.
func (p *program) quotedLine(s string) string {
	var b strings.Builder
	quote := pick(p, "'", "\"")
	b.WriteString(quote)
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '\n' || c == '\\' || c == quote[0] || p.one(8):
			switch p.IntN(3) {
			case 0:
				fmt.Fprintf(&b, "\\x%02x", c)
			case 1:
				fmt.Fprintf(&b, "\\%03o", c)
			default:
				fmt.Fprintf(&b, "\\%o", c)
			}
		default:
			b.WriteByte(c)
		}
	}
	if p.one(60) {
		b.WriteString(pick(p, "\\", "\\q", "\\x4", "\\777", "\\\n", "\\'", "'", "\"", "\xe9", "\\N{DIGIT ONE}", "\x00"))
	}
	b.WriteString(quote)
	if p.one(60) {
		b.WriteString(pick(p, " ", "\t", "\r", quote, "x", "\x00"))
	}
	return b.String() + "\n"
}

var oddNumbers = []string{
	"", " 1", "1 ", "+1", "-0", "0x10", "0X1f", "0o17", "0b11", "010", "00", "01", "02", "08", "1_0", "1__0", "_1", "1L", "1l", "L",
	"-", "--1", "1\x00", "\x00", "1\r", "\t1\v", "\xa01", "1e3", "1.0", "9223372036854775807", "9223372036854775808",
	"-9223372036854775809", "340282366920938463463374607431768211456", "0x" + strings.Repeat("f", 40), "0_1", "0_0", "0x_1", "٣", "1\u2003",
	"2147483647", "2147483648", "-2147483649", "true", "None", "nan",
}

var oddFloats = []string{
	"1", "-1.5", "1e5", "1E5", "1e400", "-1e400", "1e-400", "inf", "-inf", "nan", "+nan", "Infinity", "infinit", "", " 1", "1 ", "1_0", "1__0", ".5", "5.", ".",
	"0x1p3", "1e", "1\x00", "1\r", "1.5f", "1,5", "e5", "-", "+.1e+1", "1d5", "٣", "nan(1)", "1" + strings.Repeat("0", 400),
}

// number pushes a number, spelled in one of all ways.
func (p *program) number() {
	defer p.push(other)
	n := int64(p.IntN(300)) - 20
	if p.one(4) {
		n = int64(p.Uint64()) >> p.IntN(64)
	}
	odd := !p.clean && p.one(12)
	switch p.IntN(10) {
	case 0:
		p.line('I', strconv.FormatInt(n, 10), odd, oddNumbers)
	case 1:
		p.line('L', strconv.FormatInt(n, 10)+pick(p, "L", ""), odd, oddNumbers)
	case 2:
		p.line('F', strconv.FormatFloat(p.NormFloat64()*math.Pow(10, float64(p.IntN(40)-20)), 'g', -1, 64), odd, oddFloats)
	case 3:
		p.op('J', binary.LittleEndian.AppendUint32(nil, uint32(n))...)
	case 4:
		p.op('M', binary.LittleEndian.AppendUint16(nil, uint16(n))...)
	case 5:
		raw := binary.LittleEndian.AppendUint64(nil, uint64(n))[:p.IntN(9)]
		if p.one(10) {
			raw = append(raw, make([]byte, p.IntN(20))...)
		}
		p.op('\x8a', counted(1, string(raw))...)
	case 6:
		raw := binary.LittleEndian.AppendUint64(nil, uint64(n))[:p.IntN(9)]
		p.op('\x8b', counted(4, string(raw))...)
	case 7:
		p.op('G', binary.BigEndian.AppendUint64(nil, pick(p, math.Float64bits(p.NormFloat64()), p.Uint64(), 0, 1<<63))...)
	default:
		p.op('K', byte(n))
	}
}

func (p *program) line(code byte, plain string, odd bool, odds []string) {
	if odd {
		plain = pick(p, odds...)
	}
	p.op(code, append([]byte(plain), '\n')...)
}

// stored stores the top of the stack in the memo.
func (p *program) stored(k kind) {
	slot := uint64(p.IntN(12))
	if p.one(8) {
		slot = pick(p, p.next, 255, 256, 1000, 70000, uint64(p.IntN(1<<12)))
	}
	way := p.IntN(6)
	switch {
	case way <= 1:
		slot = p.next
		p.op('\x94')
	case way == 2 && slot < 256:
		p.op('q', byte(slot))
	case way == 3:
		p.op('r', binary.LittleEndian.AppendUint32(nil, uint32(slot))...)
	default:
		p.line('p', p.slotText(slot), !p.clean && p.one(60), oddNumbers)
	}
	if _, ok := p.memo[slot]; !ok {
		p.next++
	}
	p.memo[slot] = k
}

// slotText spells a memo entry's number as PUT and GET take it.
func (p *program) slotText(slot uint64) string {
	plain := strconv.FormatUint(slot, 10)
	if p.clean || !p.one(5) {
		return plain
	}
	return pick(p, " "+plain, "+"+plain, "0"+plain, plain+" ", plain+"\t", "\v"+plain, "000"+plain)
}

// fetched pushes something from the memo, and says false where there is nothing.
func (p *program) fetched(want func(kind) bool) bool {
	for range 4 {
		slot := uint64(p.IntN(12))
		if p.one(4) {
			slot = pick(p, 255, 256, 1000, 70000, p.next-1)
		}
		k, ok := p.memo[slot]
		if !ok || !want(k) {
			continue
		}
		switch way := p.IntN(3); {
		case way == 0 && slot < 256:
			p.op('h', byte(slot))
		case way == 1:
			p.op('j', binary.LittleEndian.AppendUint32(nil, uint32(slot))...)
		default:
			p.line('g', p.slotText(slot), !p.clean && p.one(80), oddNumbers)
		}
		p.push(k)
		return true
	}
	return false
}
