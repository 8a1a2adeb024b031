package pickle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Gap is a place between opcodes where a loader reads bytes that are none, as
// joblib's arrays.
type Gap struct{ Offset, Length int64 }

// Dis writes the opcodes of all programs of r to w, a line each: offset, name
// and argument. Text is quoted as a Go string of ASCII characters and cut
// where it is long, so nothing of the file reaches w raw. Dis returns the
// *Error of the place that cannot be read, after the lines before it, or the
// error of w. The gaps, in order, are stepped over.
func Dis(w io.Writer, r *Reader, gaps ...Gap) error {
	out := bufio.NewWriter(w)
	s := NewScanner(r)
	for {
		for len(gaps) > 0 && gaps[0].Offset <= r.Offset() {
			if gaps[0].Offset == r.Offset() && r.Skip(gaps[0].Length) == nil {
				fmt.Fprintf(out, "%8d: (%d bytes)\n", gaps[0].Offset, gaps[0].Length)
			}
			gaps = gaps[1:]
		}
		in, err := s.Next()
		if err != nil {
			if failed := out.Flush(); failed != nil {
				return failed
			}
			if err == io.EOF {
				return nil
			}
			return err
		}
		line := fmt.Sprintf("%8d: %s", in.Offset, in.Opcode.Name)
		if in.Opcode.Argument != NoArgument {
			line = fmt.Sprintf("%8d: %-16s %s", in.Offset, in.Opcode.Name, in.argumentText())
		}
		if _, err := out.WriteString(line + "\n"); err != nil {
			return err
		}
	}
}

// maxShown bounds what Dis shows of an argument's bytes.
const maxShown = 64

// argumentText shows the argument, numbers in decimal and all else quoted.
func (in *Instruction) argumentText() string {
	switch kind := in.Opcode.Argument; kind {
	case Uint1, Uint2, Uint4, Uint8:
		return strconv.FormatUint(in.unsigned(), 10)
	case Int4:
		return strconv.FormatInt(int64(int32(in.unsigned())), 10)
	case Float8:
		return strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(in.Data)), 'g', -1, 64)
	case DecimalLine:
		if isDecimal(in.Data) {
			return string(in.Data)
		}
	case TwoLines:
		module, name, _ := bytes.Cut(in.Data, []byte("\n"))
		return quoteShort(module, in.first) + " " + quoteShort(name, in.Size-in.first-1)
	case CountedLong1, CountedLong4:
		if n := len(in.Data); n <= 8 && n > 0 {
			shift := 64 - 8*n
			return strconv.FormatInt(int64(in.unsigned())<<shift>>shift, 10)
		}
	}
	return quoteShort(in.Data, in.Size)
}

// unsigned reads the data as a little-endian number of up to eight bytes.
func (in *Instruction) unsigned() uint64 {
	var wide [8]byte
	copy(wide[:], in.Data)
	return binary.LittleEndian.Uint64(wide[:])
}

// isDecimal tells whether a line is short and holds nothing but a plain number.
func isDecimal(line []byte) bool {
	for _, c := range line {
		switch {
		case '0' <= c && c <= '9', c == '-', c == '.', c == 'e', c == 'L':
		default:
			return false
		}
	}
	return 0 < len(line) && len(line) <= maxShown
}

// quoteShort quotes the beginning of data that has size bytes in all.
func quoteShort(data []byte, size int64) string {
	shown := data[:min(len(data), maxShown)]
	text := strconv.QuoteToASCII(string(shown))
	if size > int64(len(shown)) {
		text += fmt.Sprintf("... %d bytes", size)
	}
	return text
}
