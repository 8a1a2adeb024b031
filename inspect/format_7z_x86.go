package inspect

import "io"

// x86Reader undoes the filter that 7z puts in front of its coders, also where
// nothing is a program of Intel's processors: the targets of calls and jumps
// were made absolute, so that they repeat.
type x86Reader struct {
	r      io.Reader
	buffer []byte // read and not given
	done   int    // bytes of buffer that are undone
	place  uint32 // of buffer in the stream
	mask   uint32 // which of the last three bytes looked like an opcode
	err    error
}

func newX86Reader(r io.Reader) io.Reader { return &x86Reader{r: r} }

func (x *x86Reader) Read(p []byte) (int, error) {
	for x.done == 0 {
		if x.err != nil {
			if x.done = len(x.buffer); x.done == 0 {
				return 0, x.err
			}
			break
		}
		var chunk [32 << 10]byte
		n, err := x.r.Read(chunk[:])
		x.buffer, x.err = append(x.buffer, chunk[:n]...), err
		x.done = x.undo(x.buffer)
	}
	n := copy(p, x.buffer[:x.done])
	x.buffer = x.buffer[:copy(x.buffer, x.buffer[n:])]
	x.done -= n
	x.place += uint32(n)
	return n, nil
}

// highByte tells whether a target may end in b: it is less than 16 MiB away.
func highByte(b byte) bool { return b == 0 || b == 0xff }

var (
	x86Allowed = [8]bool{true, true, true, false, true}
	x86Bits    = [8]uint32{0, 1, 2, 2, 3, 3, 3, 3}
)

// undo works through data, but for the last bytes, of which more must be
// seen, and returns how far it came.
func (x *x86Reader) undo(data []byte) int {
	at, last := 0, -1 // last: where something like an opcode stood
	for {
		for at < len(data)-4 && data[at]&0xfe != 0xe8 {
			at++
		}
		if at >= len(data)-4 {
			break
		}
		if gap := at - last; gap > 3 {
			x.mask = 0
		} else if x.mask = x.mask << (gap - 1) & 7; x.mask != 0 {
			if !x86Allowed[x.mask] || highByte(data[at+4-int(x86Bits[x.mask])]) {
				last = at
				x.mask = x.mask<<1&7 | 1
				at++
				continue
			}
		}
		last = at
		if !highByte(data[at+4]) {
			x.mask = x.mask<<1&7 | 1
			at++
			continue
		}
		x.target(data[at+1:at+5], x.place+uint32(at)+5)
		at += 5
	}
	at = max(0, min(at, len(data)))
	if gap := at - last; gap > 3 {
		x.mask = 0
	} else {
		x.mask = x.mask << (gap - 1) & 7
	}
	return at
}

// target makes a target relative to the place behind it.
func (x *x86Reader) target(b []byte, place uint32) {
	from := le.Uint32(b)
	to := from - place
	for x.mask != 0 {
		shift := x86Bits[x.mask] * 8
		if !highByte(byte(to >> (24 - shift))) {
			break
		}
		from = to ^ (1<<(32-shift) - 1)
		to = from - place
	}
	le.PutUint32(b, to)
	b[3] = 0
	if to>>24&1 != 0 {
		b[3] = 0xff
	}
}
