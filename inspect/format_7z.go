package inspect

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

var _ = register(format{name: "7z", match: magic(0, sevenMagic), read: read7z,
	doc: "every member, by its own content, where the archive is stored or in LZMA, LZMA2, deflate, bzip2, zstd or lz4; encrypted ones are incomplete"})

// A 7z archive is a mark, packed streams, and a header at its end that says
// where these are and which coders they went through. The header may itself
// be packed. What it says is held against its own length before it sizes
// anything.

const (
	sevenMagic  = "7z\xbc\xaf\x27\x1c"
	sevenStart  = 32       // where the packed streams begin
	maxHeader7z = 64 << 20 // of the header, once unpacked
	maxCoders   = 32       // of one folder
)

// The kinds of a property in the header.
const (
	sevenEnd = iota
	sevenHeader
	sevenArchive
	sevenAdditional
	sevenStreams
	sevenFiles
	sevenPackInfo
	sevenUnpackInfo
	sevenSubstreams
	sevenSize
	sevenCRC
	sevenFolder
	sevenUnpackSize
	sevenNumUnpack
	sevenEmptyStream
	sevenNames  = 0x11
	sevenPacked = 0x17
)

// sevenFolderInfo is a chain of coders, and the files that it gives one
// after another.
type sevenFolderInfo struct {
	coders  []sevenCoder // the one that reads packed bytes comes first; nil where they are no chain
	at, end int64        // of the packed bytes
	size    int64        // of what it gives
	sizes   []int64      // of the files in it
	sums    []sevenSum   // of the files in it
	sum     sevenSum
	outs    int // streams that its coders give
}

type sevenSum struct {
	known bool
	crc   uint32
}

type sevenCoder struct {
	method     string
	properties []byte
	size       int64 // of what it gives
}

// sevenArchiveInfo is what a header says.
type sevenArchiveInfo struct {
	folders []sevenFolderInfo
	names   []string // of the files that have bytes
}

func read7z(w *walk, r io.ReaderAt, size int64) bool {
	w.format("7z")
	a, why := w.open7z(r, size)
	if why != "" {
		w.issue(IssueMalformed, w.member, -1, "the 7z archive is damaged: %s", why)
	}
	if a != nil {
		w.members("7z", func() { w.members7z(r, a) })
	}
	return true
}

// open7z reads the header, and again where that is packed.
func (w *walk) open7z(r io.ReaderAt, size int64) (*sevenArchiveInfo, string) {
	var start [sevenStart]byte
	if n, _ := r.ReadAt(start[:], 0); n < sevenStart {
		return nil, "it ends early"
	}
	offset, length := int64(le.Uint64(start[12:])), int64(le.Uint64(start[20:]))
	if offset < 0 || length < 0 || length > maxHeader7z || offset > size-sevenStart || length > size-sevenStart-offset {
		return nil, "its header is not in the file"
	}
	if length == 0 {
		return &sevenArchiveInfo{}, ""
	}
	if end := sevenStart + offset + length; end < size {
		w.issue(IssueTrailing, w.member, end, "%d bytes behind the 7z archive", size-end)
	}
	header := make([]byte, length)
	if n, _ := r.ReadAt(header, sevenStart+offset); int64(n) < length {
		return nil, "it ends early"
	}
	if crc32.ChecksumIEEE(header) != le.Uint32(start[28:]) {
		w.issue(IssueAmbiguous, w.member, sevenStart+offset, "the header of the 7z archive has a wrong CRC")
	}
	for range w.limits.MaxDepth {
		h := &sevenReader{in: header, size: size}
		switch h.byte() {
		case sevenHeader:
			a := h.archive()
			return a, h.why
		case sevenPacked:
			folders := h.streams()
			if h.why != "" || len(folders) != 1 {
				return nil, cmpOr(h.why, "its packed header is none")
			}
			data, why := w.header7z(r, &folders[0])
			if why != "" {
				return nil, why
			}
			header = data
		default:
			return nil, "its header is none"
		}
	}
	return nil, "its header is packed too often"
}

func (w *walk) header7z(r io.ReaderAt, f *sevenFolderInfo) ([]byte, string) {
	if f.size > maxHeader7z {
		return nil, "its header is too large"
	}
	c, why := f.codec()
	if why != "" {
		return nil, why
	}
	data, err := io.ReadAll(io.LimitReader(w.decompressor(c, io.NewSectionReader(r, f.at, f.end-f.at), f.end-f.at), f.size))
	if err != nil || int64(len(data)) != f.size {
		return nil, "its header cannot be unpacked"
	}
	return data, ""
}

// members7z reads the files of each folder, which stand in one stream.
func (w *walk) members7z(r io.ReaderAt, a *sevenArchiveInfo) {
	names := a.names
	for i := range a.folders {
		f := &a.folders[i]
		mine := names[:min(len(names), len(f.sizes))]
		names = names[len(mine):]
		c, why := f.codec()
		if why != "" {
			w.issue(IssueUnsupported, w.member, f.at, "members of the 7z archive, the first of which is %s, cannot be read: %s", pythonQuote(firstOf(mine)), why)
			continue
		}
		w.expanded += f.memory() // each folder asks for its own
		d := w.decompressor(c, io.NewSectionReader(r, f.at, f.end-f.at), f.end-f.at)
		d.single = true
		if !w.folder7z(d, f, mine) {
			w.codecIssue(&codec{name: "7z"}, d.err, f.at)
		}
		d.close()
	}
	if len(names) > 0 {
		w.issue(IssueMalformed, w.member, -1, "%d members of the 7z archive have no data", len(names))
	}
}

func firstOf(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// folder7z reads files one after another, and says false where the stream ends early.
func (w *walk) folder7z(d *decompressor, f *sevenFolderInfo, names []string) bool {
	for i, size := range f.sizes {
		name := ""
		if i < len(names) {
			name = names[i]
		}
		inner, ok := w.enter(name)
		if !ok {
			return true
		}
		if !inner.stream7z(io.LimitReader(d, size), size, f.sums[i]) {
			if d.err == nil {
				d.err = errShort
			}
			return false
		}
	}
	if n, _ := d.Read(make([]byte, 1)); n > 0 {
		w.issue(IssueTrailing, w.member, f.at, "a stream of the 7z archive holds more than its members")
	}
	return true
}

// stream7z reads one file, which can be read only once.
func (w *walk) stream7z(r io.Reader, size int64, want sevenSum) bool {
	sum := crc32.NewIEEE()
	r = io.TeeReader(r, sum)
	var held bytes.Buffer
	io.CopyN(&held, r, headSize)
	kind := identify(held.Bytes())
	if known := !kind.known && kind.name != "unknown" && kind.name != "text" && kind.name != "json"; known && !hasModelExtension(w.name) || size > w.limits.held() {
		if size > w.limits.held() {
			w.issue(IssueLimit, w.member, -1, "a member of %d bytes is not held in memory", size)
		}
		n, _ := io.Copy(io.Discard, r) // not held in memory
		return n+int64(held.Len()) == size
	}
	io.Copy(&held, r)
	if held.Len() > 0 {
		w.content(bytes.NewReader(held.Bytes()), int64(held.Len()))
	}
	if int64(held.Len()) != size {
		return false
	}
	if want.known && sum.Sum32() != want.crc {
		w.issue(IssueAmbiguous, w.member, -1, "the member has a wrong CRC")
	}
	return true
}

// sevenReader reads a header. Its first failure stays, and what follows is zeros.
type sevenReader struct {
	in   []byte
	at   int
	size int64 // of the file
	why  string
}

func (h *sevenReader) fail(why string) {
	if h.why == "" {
		h.why = why
	}
	h.at = len(h.in)
}

func (h *sevenReader) bytes(n int64) []byte {
	if n < 0 || n > int64(len(h.in)-h.at) {
		h.fail("its header ends early")
		return nil
	}
	b := h.in[h.at : h.at+int(n)]
	h.at += int(n)
	return b
}

func (h *sevenReader) byte() byte {
	if b := h.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// number reads a number whose first byte says how many follow.
func (h *sevenReader) number() int64 {
	first := h.byte()
	value, mask := uint64(0), byte(0x80)
	for i := range 8 {
		if first&mask == 0 {
			value |= uint64(first&(mask-1)) << (8 * i)
			break
		}
		value |= uint64(h.byte()) << (8 * i)
		mask >>= 1
	}
	if value > 1<<62 {
		h.fail("a number is too large")
		return 0
	}
	return int64(value)
}

// count reads a number of things that take at least a bit each.
func (h *sevenReader) count() int {
	n := h.number()
	if n > 8*int64(len(h.in)) {
		h.fail("it counts more than its header holds")
		return 0
	}
	return int(n)
}

// bits reads n bits, the highest of a byte first.
func (h *sevenReader) bits(n int) []bool {
	b := h.bytes(int64(n+7) / 8)
	out := make([]bool, n)
	for i := range out {
		out[i] = b != nil && b[i/8]&(0x80>>(i%8)) != 0
	}
	return out
}

func (h *sevenReader) sums(n int) []sevenSum {
	sums := make([]sevenSum, n)
	known := make([]bool, n)
	if h.byte() != 0 {
		for i := range known {
			known[i] = true
		}
	} else {
		known = h.bits(n)
	}
	for i := range sums {
		if known[i] && h.why == "" {
			if b := h.bytes(4); b != nil {
				sums[i] = sevenSum{true, binary.LittleEndian.Uint32(b)}
			}
		}
	}
	return sums
}

// archive reads a header behind its first byte.
func (h *sevenReader) archive() *sevenArchiveInfo {
	a := &sevenArchiveInfo{}
	for {
		switch h.byte() {
		case sevenEnd:
			return a
		case sevenArchive:
			for h.byte() != sevenEnd && h.why == "" {
				h.bytes(h.number())
			}
		case sevenAdditional:
			h.streams()
		case sevenStreams:
			a.folders = h.streams()
		case sevenFiles:
			a.names = h.files()
		default:
			h.fail("its header is none")
			return a
		}
	}
}

// files returns the names of the files that have bytes.
func (h *sevenReader) files() []string {
	n := h.count()
	empty := make([]bool, n)
	var names []string
	for {
		kind := h.byte()
		if kind == sevenEnd {
			break
		}
		data := h.bytes(h.number())
		switch kind {
		case sevenEmptyStream:
			sub := &sevenReader{in: data}
			empty = sub.bits(n)
		case sevenNames:
			if len(data) == 0 || data[0] != 0 || len(data)%2 == 0 {
				h.fail("its names are none")
				return nil
			}
			names = names7z(data[1:])
		}
	}
	if len(names) != n && h.why == "" {
		h.fail("it has not as many names as files")
	}
	at := -1
	return slices.DeleteFunc(names, func(string) bool { at++; return at < len(empty) && empty[at] })
}

// names7z reads names in UTF-16, each ended by a zero.
func names7z(data []byte) []string {
	var names []string
	var units []uint16
	for ; len(data) > 1; data = data[2:] {
		if unit := le.Uint16(data); unit != 0 {
			units = append(units, unit)
			continue
		}
		name := string(utf16.Decode(units))
		names = append(names, strings.ReplaceAll(name[:min(len(name), maxZipName)], "\\", "/"))
		units = units[:0]
	}
	return names
}
