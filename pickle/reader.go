package pickle

import (
	"bytes"
	"io"
)

// Reader is the only thing that touches a program's bytes. It holds a window
// of the input with padding behind it, so that an opcode's fixed argument
// can be read without a check; whoever advances past end has met the end of
// the input.
type Reader struct {
	at     io.ReaderAt // nil for a stream
	stream io.Reader

	buf  []byte // the window: end bytes of input, then padding
	base int64  // offset of buf[0] in the input
	pos  int    // next byte; 0 ≤ pos ≤ end but after a truncated argument
	end  int    // end of the input's bytes in buf
	last bool   // nothing follows the window
	next int    // how many bytes to ask for next
	most int    // how large the window may grow; 0 for no bound
	err  error  // an I/O error other than io.EOF, or a limit
}

const (
	padding   = 24
	minWindow = 4 << 10
	maxWindow = 256 << 10
)

// NewReader reads from r, beginning at offset. Data that is stepped over is
// not read.
func NewReader(r io.ReaderAt, offset int64) *Reader {
	d := &Reader{at: r}
	d.seek(offset)
	return d
}

// NewStreamReader reads from r, which is taken to begin at offset 0. Data
// that is stepped over is read and dropped.
func NewStreamReader(r io.Reader) *Reader {
	return &Reader{stream: r, next: minWindow}
}

// Reset makes d as NewReader(r, offset), with its memory kept.
func (d *Reader) Reset(r io.ReaderAt, offset int64) {
	d.at, d.stream = r, nil
	d.seek(offset)
}

// ResetStream makes d as NewStreamReader(r), with its memory kept.
func (d *Reader) ResetStream(r io.Reader) {
	d.at, d.stream = nil, r
	d.seek(0)
}

func (d *Reader) seek(offset int64) {
	d.base, d.pos, d.end = offset, 0, 0
	d.last, d.next, d.err = false, minWindow, nil
	if len(d.buf) > 8*maxWindow { // a long line's window is not worth keeping
		d.buf = nil
	}
}

// Offset is where the next byte lies in the input.
func (d *Reader) Offset() int64 { return d.base + int64(d.pos) }

// Err returns the I/O error that ended the input, or the limit that did.
func (d *Reader) Err() error { return d.err }

// fill reads until at least need bytes lie in the window or the input ends.
// Memory follows the bytes that are really there.
func (d *Reader) fill(need int) bool {
	for d.end-d.pos < need && !d.last {
		if d.pos > 0 {
			copy(d.buf, d.buf[d.pos:d.end])
			d.base += int64(d.pos)
			d.end -= d.pos
			d.pos = 0
		}
		if room := d.end + d.next + padding; room > len(d.buf) {
			if d.most > 0 && room > max(d.most, 8*maxWindow) {
				d.last, d.err = true, &LimitError{"MaxMemory", 4 * int64(d.most)}
				break
			}
			grown := make([]byte, max(room, 2*len(d.buf))) // doubling keeps a long line linear
			copy(grown, d.buf[:d.end])
			d.buf = grown
		}
		d.read(d.buf[d.end : d.end+d.next])
		d.next = min(2*d.next, maxWindow)
	}
	if len(d.buf) >= d.end+padding {
		clear(d.buf[d.end : d.end+padding])
	}
	return d.end-d.pos >= need
}

// read adds to the window once.
func (d *Reader) read(room []byte) {
	var n int
	var err error
	if d.at != nil {
		n, err = d.at.ReadAt(room, d.base+int64(d.end))
	} else {
		n, err = io.ReadAtLeast(d.stream, room, min(len(room), minWindow))
	}
	d.end += n
	if err == nil {
		return
	}
	d.last = true
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		d.err = err
	}
}

// Byte reads one byte.
func (d *Reader) Byte() (byte, error) {
	if !d.fill(1) {
		return 0, ErrTruncated
	}
	b := d.buf[d.pos]
	d.pos++
	return b, nil
}

// Peek returns up to n bytes that come next, without stepping over them.
func (d *Reader) Peek(n int) []byte {
	d.fill(n)
	return d.buf[d.pos:min(d.pos+n, d.end)]
}

// line returns the bytes up to the next line feed and steps over both. Where
// the input ends first it returns what is left, and false.
func (d *Reader) line() ([]byte, bool) {
	for from := 0; ; {
		if i := bytes.IndexByte(d.buf[d.pos+from:d.end], '\n'); i >= 0 {
			line := d.buf[d.pos : d.pos+from+i]
			d.pos += from + i + 1
			return line, true
		}
		from = d.end - d.pos
		if !d.fill(from + 1) {
			line := d.buf[d.pos:d.end]
			d.pos = d.end
			return line, false
		}
	}
}

// Skip steps over n bytes, which must be there.
func (d *Reader) Skip(n int64) error {
	if n <= int64(d.end-d.pos) {
		d.pos += int(n)
		return nil
	}
	if d.at == nil {
		return d.discard(n)
	}
	target := d.Offset() + n
	if target < 0 { // overflow
		return ErrTruncated
	}
	var probe [1]byte // the last byte that is stepped over must exist
	if got, err := d.at.ReadAt(probe[:], target-1); got != 1 {
		if err != io.EOF {
			d.err = err
		}
		d.pos = d.end
		return ErrTruncated
	}
	d.seek(target)
	return nil
}

func (d *Reader) discard(n int64) error {
	n -= int64(d.end - d.pos)
	d.pos = d.end
	for n > 0 {
		d.fill(1)
		step := min(n, int64(d.end-d.pos))
		if step == 0 {
			return ErrTruncated
		}
		d.pos += int(step)
		n -= step
	}
	return nil
}
