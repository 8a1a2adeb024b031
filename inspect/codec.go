package inspect

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz/lzma"
)

// codec is a compression that a whole file may be in. joblib tells them by
// their first bytes, whatever the file's name.
type codec struct {
	name  string
	magic string
	// check tells more than magic can; nil where magic says enough.
	check func(head []byte) bool
	open  func(r *bufio.Reader) (io.Reader, error)
}

// maxDictionary bounds the memory that a compressed stream may ask for.
const maxDictionary = 64 << 20

var codecs = []codec{
	{"zlib", "x", isZlib, func(r *bufio.Reader) (io.Reader, error) { return zlib.NewReader(r) }},
	{"gzip", "\x1f\x8b", nil, openGzip},
	{"bzip2", "BZh", nil, func(r *bufio.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},
	{"xz", "\xfd7zXZ\x00", nil, func(r *bufio.Reader) (io.Reader, error) { return xz.NewReader(r, maxDictionary) }},
	{"lzma", "", isLZMA, openLZMA},
	{"lz4", "\x04\x22\x4d\x18", nil, func(r *bufio.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }},
	{"zstd", "", isZstd, func(r *bufio.Reader) (io.Reader, error) {
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxDictionary))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}},
	{"zf", "ZF", isZF, openZF},
}

// compression is the codec's name for reports.
func (c *codec) compression() string {
	if c.name == "zf" {
		return "zlib"
	}
	return c.name
}

// deflateCodec and zipLZMA are forms that stand in zip archives alone.
var (
	deflateCodec = &codec{name: "deflate", open: func(r *bufio.Reader) (io.Reader, error) { return flate.NewReader(r), nil }}
	zipLZMA      = &codec{name: "lzma", open: openZipLZMA}
)

// openZipLZMA opens a zip member in LZMA: version, size of the properties,
// the properties, and the stream, which has no size of its own.
func openZipLZMA(r *bufio.Reader) (io.Reader, error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, errShort
	}
	if head[2] != 5 || head[3] != 0 {
		return nil, errors.New("unknown LZMA properties")
	}
	unknown := bytes.Repeat([]byte{0xff}, 8)
	return newLZMA(io.MultiReader(bytes.NewReader(head[4:]), bytes.NewReader(unknown), r))
}

// codecNamed returns a codec of the table.
func codecNamed(name string) *codec {
	for i := range codecs {
		if codecs[i].name == name {
			return &codecs[i]
		}
	}
	return nil
}

// isZlib checks the header's method and check bits.
func isZlib(head []byte) bool {
	return len(head) > 1 && head[0]&15 == 8 && (int(head[0])<<8|int(head[1]))%31 == 0
}

// isZstd knows a frame, and one that decoders step over.
func isZstd(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")) || len(head) > 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18"
}

// isLZMA checks the header of LZMA alone as liblzma does where it tells formats
// apart: the properties, the dictionary's size, a power of two or one and a
// half of one, and the size, which is unknown or within reason.
func isLZMA(head []byte) bool {
	const most = 1 << 38 // bytes, as liblzma has it
	if len(head) < 13 || head[0] >= 9*5*5 {
		return false
	}
	dictionary, size := le.Uint32(head[1:]), le.Uint64(head[5:])
	if (dictionary == 0 || size == 0) && head[0] != 0x5d { // as zeros have it
		return false
	}
	high := uint32(1) << max(0, bits.Len32(dictionary)-1)
	power := dictionary&^high == 0 || dictionary == high|high>>1 || dictionary == math.MaxUint32
	return power && (size == math.MaxUint64 || size < most)
}

// openLZMA reads LZMA alone. A larger dictionary than the bound is taken for
// one of that size: most streams that ask for it are smaller.
func openLZMA(r *bufio.Reader) (io.Reader, error) {
	var head [13]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, errShort
	}
	le.PutUint32(head[1:], min(le.Uint32(head[1:]), maxDictionary))
	return newLZMA(io.MultiReader(bytes.NewReader(head[:]), r))
}

// lzmaReader gives what was decoded before damage, as liblzma does. The
// decoder tells of damage first, and gives the rest when it is asked again.
type lzmaReader struct {
	r   io.Reader
	err error
}

func newLZMA(r io.Reader) (io.Reader, error) {
	z, err := lzma.ReaderConfig{DictCap: maxDictionary}.NewReader(r)
	return &lzmaReader{r: z}, err
}

// Read implements io.Reader.
func (z *lzmaReader) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	if z.err == nil && err != nil && err != io.EOF {
		z.err = err
		if n == 0 {
			n, _ = z.r.Read(p)
		}
	}
	switch {
	case z.err == nil:
		return n, err
	case n > 0:
		return n, nil
	}
	return 0, z.err
}

// zfHeader is "ZF" and a length in hex, left-justified to 19 characters;
// joblib below 0.8.4 on Python 2 wrote one more.
const zfHeader = 21

// zfLength reads the length as int(text, 16) does; Python 2 put an L behind it.
func zfLength(head []byte) (int64, bool) {
	text := strings.ToLower(strings.Trim(string(head[2:min(len(head), zfHeader)]), " \t\r\n\v\f"))
	text = strings.TrimPrefix(strings.TrimSuffix(text, "l"), "+")
	text = strings.ReplaceAll(strings.TrimPrefix(text, "0x"), "_", "")
	n, err := strconv.ParseInt(text, 16, 64)
	return n, err == nil && n >= 0
}

func isZF(head []byte) bool {
	_, ok := zfLength(head)
	return ok && len(head) > zfHeader
}

// openZF opens the whole-file zlib form of joblib before 0.10.
func openZF(r *bufio.Reader) (io.Reader, error) {
	head := make([]byte, zfHeader)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, errShort
	}
	declared, ok := zfLength(head)
	if !ok {
		return nil, errors.New("the length in the ZF header is not a number")
	}
	if next, err := r.Peek(1); err == nil && next[0] == ' ' {
		r.Discard(1)
	}
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, err
	}
	return &declaredReader{r: z, left: declared}, nil
}

// declaredReader fails where a stream is not as long as it was declared.
type declaredReader struct {
	r    io.Reader
	left int64
}

func (d *declaredReader) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.left -= int64(n)
	if d.left < 0 || err == io.EOF && d.left != 0 {
		return n, errors.New("the data is not as long as the ZF header says")
	}
	return n, err
}

var errShort = errors.New("the compressed data ends early")

// findCodec returns the codec that a file's first bytes name.
func findCodec(head []byte) *codec {
	for i, c := range codecs {
		if bytes.HasPrefix(head, []byte(c.magic)) && (c.check == nil || c.check(head)) {
			return &codecs[i]
		}
	}
	return nil
}

// decompressor reads a compressed file as Python's modules do: one stream
// after another until the file ends.
type decompressor struct {
	codec  *codec
	w      *walk // has the limits, and what they leave
	raw    *bufio.Reader
	src    *io.SectionReader
	size   int64 // of the compressed data
	r      io.Reader
	ahead  *ahead // around r, in a long stream
	single bool   // one stream alone, as a member of an archive is
	opened bool
	count  int64 // bytes that came out
	err    error // why it ended, other than io.EOF
}

// freeExpansion is what a stream may give whatever its own size.
const freeExpansion = 256 << 20

// decompressor reads size bytes of r, within the limits of the file.
func (w *walk) decompressor(c *codec, r io.ReaderAt, size int64) *decompressor {
	src := io.NewSectionReader(r, 0, size)
	return &decompressor{codec: c, w: w, src: src, size: size, raw: bufio.NewReaderSize(src, 64<<10)}
}

// Read implements io.Reader. Damage in the compressed data ends the stream,
// so that what came before it is still inspected.
func (d *decompressor) Read(p []byte) (int, error) {
	for d.err == nil {
		if d.err = d.w.expired(); d.err != nil {
			break
		}
		if d.r == nil {
			if d.single && d.opened {
				return 0, io.EOF
			}
			if _, err := d.raw.Peek(1); err != nil {
				return 0, io.EOF
			}
			r, err := d.codec.open(d.raw)
			if err != nil {
				d.err = err
				break
			}
			d.r, d.opened = r, true
		}
		n, err := d.next(p)
		d.count += int64(n)
		d.w.expanded += int64(n)
		if limit := d.w.limits.MaxExpansion; d.w.expanded > limit {
			d.err = &LimitError{"MaxExpansion", limit}
			return n, io.EOF
		}
		if ratio := d.w.limits.MaxRatio; d.count > freeExpansion && d.count/ratio > d.size {
			d.err = &LimitError{"MaxRatio", ratio}
			return n, io.EOF
		}
		if err == io.EOF {
			d.close()
		} else if err != nil {
			d.err = err
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, io.EOF
}

// next reads on in the stream, and has a long one read ahead.
func (d *decompressor) next(p []byte) (int, error) {
	if d.ahead != nil {
		return d.ahead.Read(p)
	}
	if d.count > aheadFrom {
		d.w.in.stopAhead()
		d.ahead = newAhead(d.r, d.position)
		d.w.in.ahead = d.ahead
		return d.ahead.Read(p)
	}
	return d.r.Read(p)
}

func (d *decompressor) close() {
	if d.ahead != nil {
		d.ahead.stop()
		d.ahead = nil
	}
	if c, ok := d.r.(io.Closer); ok {
		c.Close()
	}
	d.r = nil
}

// consumed is how many compressed bytes were used.
func (d *decompressor) consumed() int64 {
	if d.ahead != nil {
		return d.ahead.now.at
	}
	return d.position()
}

// position is how far the codec has read.
func (d *decompressor) position() int64 {
	at, _ := d.src.Seek(0, io.SeekCurrent)
	return at - int64(d.raw.Buffered())
}

// LimitError names a limit that a file went past.
type LimitError struct {
	Limit string // the field of Limits
	Value int64
}

// Error returns the message without a full stop.
func (e *LimitError) Error() string {
	if e.Limit == "Timeout" {
		return fmt.Sprintf("limit Timeout of %v reached", time.Duration(e.Value))
	}
	return fmt.Sprintf("limit %s of %d reached", e.Limit, e.Value)
}
