package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// dense writes n records of numbers, text and containers, about 26 opcodes
// each, as Python's pickler does.
func dense(n, protocol int) []byte {
	var b []byte
	op := func(code byte, argument ...byte) { b = append(append(b, code), argument...) }
	memo := 0
	put := func() {
		switch {
		case protocol >= 4:
			op(opMemoize)
		case protocol == 0:
			b = fmt.Appendf(b, "p%d\n", memo)
		default:
			op(opLongBinput, binary.LittleEndian.AppendUint32(nil, uint32(memo))...)
		}
		memo++
	}
	text := func(s string) {
		switch protocol {
		case 0:
			b = fmt.Appendf(b, "V%s\n", s)
		case 2:
			op(opBinunicode, append(binary.LittleEndian.AppendUint32(nil, uint32(len(s))), s...)...)
		default:
			op(opShortBinunicode, append([]byte{byte(len(s))}, s...)...)
		}
		put()
	}
	number := func(i int) {
		if protocol == 0 {
			b = fmt.Appendf(b, "I%d\n", i)
			return
		}
		op(opBinint, binary.LittleEndian.AppendUint32(nil, uint32(i))...)
	}
	float := func(f float64) {
		if protocol == 0 {
			b = fmt.Appendf(b, "F%g\n", f)
			return
		}
		op(opBinfloat, binary.BigEndian.AppendUint64(nil, math.Float64bits(f))...)
	}
	op(opMark)
	op(opList)
	put()
	for i := range n {
		op(opMark)
		number(i)
		float(float64(i) * 0.37)
		text(fmt.Sprintf("k%d", i))
		op(opMark)
		op(opList)
		put()
		number(i % 300)
		op(opAppend)
		op(opNone)
		op(opAppend)
		op(opMark)
		op(opDict)
		put()
		text("name")
		text(fmt.Sprintf("v%d", i))
		op(opSetitem)
		op(opTuple)
		put()
		op(opAppend)
	}
	op(opStop)
	return b
}

func benchmark(b *testing.B, data []byte) {
	r := NewReader(strings.NewReader(string(data)), 0)
	d := NewDecoder(r, Limits{}, nil)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var opcodes int64
	for b.Loop() {
		r.seek(0)
		d.Reset(r, Limits{}, nil)
		p, err := d.Decode()
		if err != nil {
			b.Fatal(err)
		}
		opcodes = p.Opcodes
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(opcodes), "ns/opcode")
}

func BenchmarkDense(b *testing.B) {
	for _, protocol := range []int{0, 2, 4} {
		b.Run(fmt.Sprintf("protocol=%d", protocol), func(b *testing.B) { benchmark(b, dense(100_000, protocol)) })
	}
}

func BenchmarkPayload(b *testing.B) {
	size := 64 << 20
	data := append([]byte("\x8e"), binary.LittleEndian.AppendUint64(nil, uint64(size))...)
	data = append(append(data, make([]byte, size)...), '.')
	benchmark(b, data)
}

func BenchmarkSmall(b *testing.B) { benchmark(b, dense(4, 4)) }
