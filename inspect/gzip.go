package inspect

import (
	"bufio"
	"errors"
	"hash"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// gzip as Python reads it: without regard to flags that are reserved and to
// the header's own checksum, and over zeros behind a member.

const (
	gzipHeaderSum = 1 << 1
	gzipExtra     = 1 << 2
	gzipName      = 1 << 3
	gzipComment   = 1 << 4
)

var errGzip = errors.New("gzip: invalid header")

// openGzip opens one member. What follows it is for the caller to open.
func openGzip(r *bufio.Reader) (io.Reader, error) {
	var head [10]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, errShort
	}
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 {
		return nil, errGzip
	}
	if err := skipGzipFields(r, head[3]); err != nil {
		return nil, errShort
	}
	return &gzipMember{raw: r, r: flate.NewReader(r), sum: crc32.NewIEEE()}, nil
}

// skipGzipFields steps over the fields of a header that flags tell of.
func skipGzipFields(r *bufio.Reader, flags byte) error {
	if flags&gzipExtra != 0 {
		var size [2]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return err
		}
		if _, err := r.Discard(int(le.Uint16(size[:]))); err != nil {
			return err
		}
	}
	for _, text := range []byte{gzipName, gzipComment} {
		for flags&text != 0 {
			c, err := r.ReadByte()
			if err != nil {
				return err
			}
			if c == 0 {
				break
			}
		}
	}
	if flags&gzipHeaderSum != 0 {
		if _, err := r.Discard(2); err != nil {
			return err
		}
	}
	return nil
}

// gzipMember reads a member, its checksum and its length, and zeros behind it.
type gzipMember struct {
	raw  *bufio.Reader
	r    io.Reader
	sum  hash.Hash32
	size uint32
}

// Read implements io.Reader.
func (g *gzipMember) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.sum.Write(p[:n])
	g.size += uint32(n)
	if err != io.EOF {
		return n, err
	}
	var tail [8]byte
	if _, err := io.ReadFull(g.raw, tail[:]); err != nil {
		return n, io.ErrUnexpectedEOF
	}
	if le.Uint32(tail[:]) != g.sum.Sum32() || le.Uint32(tail[4:]) != g.size {
		return n, errors.New("gzip: invalid checksum")
	}
	for {
		if next, err := g.raw.Peek(1); err != nil || next[0] != 0 {
			return n, io.EOF
		}
		g.raw.Discard(1)
	}
}
