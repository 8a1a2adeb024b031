package inspect

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"

	"modelscan/pickle"
)

// maxDropped bounds the data that is read again as the C unpickler reads a
// file without peek: a file whose frames lie is made up, and small.
const maxDropped = 64 << 20

// dropFrames returns programs as the C unpickler sees them in a file object
// that cannot peek, such as io.BytesIO: it has the whole frame in a buffer,
// and a read that goes past the buffer drops the rest of it and begins
// behind the frame. So does the next program, but for an unpickler that is
// asked again: it goes on in the frame.
func dropFrames(r io.ReaderAt, offset int64, again bool) []byte {
	data, err := io.ReadAll(io.NewSectionReader(r, offset, maxDropped))
	if err != nil {
		return nil
	}
	f := &frameReader{data: data, again: again}
	for f.opcode() {
	}
	return f.out
}

// frameReader copies opcodes and what they read.
type frameReader struct {
	data  []byte
	pos   int
	end   int // of the frame in the buffer; 0 without one
	again bool
	out   []byte
}

var opcodeTable = func() (table [256]pickle.Opcode) {
	for _, op := range pickle.Opcodes() {
		table[op.Code] = op
	}
	return table
}()

// opcode copies one opcode and says whether another may follow.
func (f *frameReader) opcode() bool {
	if f.pos >= f.end {
		f.end = 0
	}
	code, ok := f.read(1)
	if !ok {
		return false
	}
	op := opcodeTable[code[0]]
	switch {
	case op.Name == "FRAME":
		f.out = f.out[:len(f.out)-1]
		return f.frame()
	case op.Name == "STOP":
		if !f.again {
			f.pos, f.end = max(f.pos, f.end), 0
		}
		return true
	case op.Name == "":
		return false
	}
	return f.argument(op)
}

// frame takes a frame into the buffer. One that lies in the buffer whole is there already.
func (f *frameReader) frame() bool {
	raw, ok := f.read(8)
	if !ok {
		return false
	}
	f.out = f.out[:len(f.out)-8]
	size := binary.LittleEndian.Uint64(raw)
	start := f.pos
	if f.end > 0 {
		if size <= uint64(f.end-f.pos) {
			return true
		}
		start = f.end
	}
	if size > uint64(len(f.data)-start) {
		return false
	}
	f.pos, f.end = start, start+int(size)
	return true
}

// read copies n bytes, from behind the frame where they are not all in it.
func (f *frameReader) read(n int) ([]byte, bool) {
	if f.end > 0 && n > f.end-f.pos {
		f.pos, f.end = max(f.pos, f.end), 0
	}
	if n < 0 || n > len(f.data)-f.pos {
		return nil, false
	}
	raw := f.data[f.pos : f.pos+n]
	f.pos += n
	f.out = append(f.out, raw...)
	return raw, true
}

// line copies a line in the same way.
func (f *frameReader) line() bool {
	if f.pos < f.end {
		if i := bytes.IndexByte(f.data[f.pos:f.end], '\n'); i >= 0 {
			_, ok := f.read(i + 1)
			return ok
		}
		f.pos, f.end = f.end, 0
	}
	i := bytes.IndexByte(f.data[f.pos:], '\n')
	if i < 0 {
		return false
	}
	_, ok := f.read(i + 1)
	return ok
}

// fixedSizes are the sizes of arguments, or of the counts of what follows.
var fixedSizes = map[pickle.Argument]int{
	pickle.Uint1: 1, pickle.Uint2: 2, pickle.Int4: 4, pickle.Uint4: 4, pickle.Uint8: 8, pickle.Float8: 8,
	pickle.Counted1: 1, pickle.Counted4: 4, pickle.CountedInt4: 4, pickle.Counted8: 8,
	pickle.CountedText1: 1, pickle.CountedText4: 4, pickle.CountedText8: 8, pickle.CountedLong1: 1, pickle.CountedLong4: 4,
}

func (f *frameReader) argument(op pickle.Opcode) bool {
	kind := op.Argument
	switch kind {
	case pickle.NoArgument:
		return true
	case pickle.TwoLines:
		return f.line() && f.line()
	case pickle.Line, pickle.DecimalLine, pickle.QuotedLine, pickle.EscapedLine:
		return f.line()
	}
	raw, ok := f.read(fixedSizes[kind])
	if !ok || kind < pickle.Counted1 {
		return ok
	}
	var wide [8]byte
	copy(wide[:], raw)
	size := binary.LittleEndian.Uint64(wide[:])
	if size > uint64(len(f.data)) {
		return false
	}
	if n := f.end - f.pos; n > 0 && int(size) > n && strings.Contains(op.Name, "BYTE") {
		f.read(n) // bytes are read in pieces, and nothing is dropped
		size -= uint64(n)
		f.end = 0
	}
	_, ok = f.read(int(size))
	return ok
}
