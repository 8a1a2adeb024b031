package inspect

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"sort"
)

// Readers of zip archives differ: some believe the central directory, some
// the local headers, some neither's counts. zipArchive is the union: every
// member that any of them finds, once for each way to read it.

// zipMember is one member as one reader finds it.
type zipMember struct {
	name           string
	method, flags  uint16
	crc            uint32
	packed, size   int64 // bytes in the archive, and once decompressed
	header, data   int64 // where its local header and its data begin
	central, local bool  // which of the headers were found
}

type zipArchive struct {
	w       *walk
	r       io.ReaderAt
	size    int64
	members []zipMember
	ends    map[int64]zipMember // by where their data ends
	shift   int64               // bytes in front of the archive, by which its offsets are off
	start   int64               // of the central directory; -1 without one
	end     int64               // behind the end record and its comment
	npz     bool                // members are arrays by their names
	plain   map[string]bool     // members that the loader takes for bytes, whatever is in them
	paths   map[string]string   // of arrays in members, by where in the object these stand
}

const (
	zipLocal   = "PK\x03\x04"
	zipCentral = "PK\x01\x02"
	zipEnd     = "PK\x05\x06"
	zipLocator = "PK\x06\x07"
	zip64End   = "PK\x06\x06"

	zipLocalSize   = 30
	zipCentralSize = 46
	zipEndSize     = 22
	zip64EndSize   = 56
	maxComment     = 1<<16 - 1
	maxZipName     = 1 << 12 // longer names are cut in reports
)

var le = binary.LittleEndian

// findZipEnd returns where the end record stands, or -1. The record may be
// followed by a comment, or by anything, up to 64 KiB.
func findZipEnd(r io.ReaderAt, size int64) int64 {
	start := max(0, size-zipEndSize-maxComment)
	tail := make([]byte, size-start)
	if n, _ := r.ReadAt(tail, start); n != len(tail) {
		return -1
	}
	for at := len(tail) - zipEndSize; at >= 0; at-- {
		at = bytes.LastIndex(tail[:at+4], []byte(zipEnd))
		if at < 0 {
			return -1
		}
		directory := int64(le.Uint32(tail[at+12:]))
		if directory <= start+int64(at) || directory == 0xffffffff {
			return start + int64(at)
		}
	}
	return -1
}

// zipBehind tells whether a file that does not begin as a zip archive ends as
// one: Python's zipfile takes any bytes in front.
func zipBehind(r io.ReaderAt, size int64) bool {
	if size < zipEndSize {
		return false
	}
	end := findZipEnd(r, size)
	if end < 0 {
		return false
	}
	z := &zipArchive{r: r, size: size}
	record := z.read(end, zipEndSize)
	if record == nil { // the file has changed
		return false
	}
	_, size, _, top := z.counts(end, record)
	return string(z.read(top-size, 4)) == zipCentral
}

// counts returns what the end record says of the directory, or the larger
// one of zip64 in front of it: its members, its size, where it begins, and
// where the records behind it do.
func (z *zipArchive) counts(end int64, record []byte) (count, size, offset, top int64) {
	count, size, offset = int64(le.Uint16(record[10:])), int64(le.Uint32(record[12:])), int64(le.Uint32(record[16:]))
	locator := z.read(end-20, 20)
	if locator == nil || string(locator[:4]) != zipLocator {
		return count, size, offset, end
	}
	for _, at := range []int64{int64(le.Uint64(locator[8:])), end - 20 - zip64EndSize} { // Python looks in front of the locator alone
		if big := z.read(at, zip64EndSize); big != nil && string(big[:4]) == zip64End {
			return int64(le.Uint64(big[32:])), int64(le.Uint64(big[40:])), int64(le.Uint64(big[48:])), at
		}
	}
	return count, size, offset, end
}

// openZip finds all members.
func openZip(w *walk, r io.ReaderAt, size int64) *zipArchive {
	z := &zipArchive{w: w, r: r, size: size, start: -1, end: size}
	end := findZipEnd(r, size)
	if end >= 0 {
		z.directory(end)
	} else {
		w.issue(IssueTruncated, w.member, -1, "the zip archive has no central directory")
		z.end = 0
	}
	z.locals()
	return z
}

// read returns n bytes at offset, or nil where they are not there.
func (z *zipArchive) read(offset int64, n int) []byte {
	if offset < 0 || int64(n) > z.size-offset {
		return nil
	}
	b := make([]byte, n)
	if got, _ := z.r.ReadAt(b, offset); got != n {
		return nil
	}
	return b
}

// directory walks the central directory by its signatures, from where the
// end record says that it begins, whatever the count.
func (z *zipArchive) directory(end int64) {
	record := z.read(end, zipEndSize)
	if record == nil {
		z.w.issue(IssueIO, z.w.member, end, "the zip directory's end is no longer there")
		return
	}
	count, size, offset, top := z.counts(end, record)
	z.start = top - size
	z.shift = z.start - offset
	if first := z.read(z.start, 4); size > 0 && string(first) != zipCentral {
		if first := z.read(offset, 4); string(first) == zipCentral { // the size lies
			z.start, z.shift = offset, 0
			z.w.issue(IssueAmbiguous, z.w.member, end, "the zip directory is not where its size says")
		}
	}
	if z.start < 0 || z.start > top {
		z.w.issue(IssueMalformed, z.w.member, end, "the zip directory begins outside of the file")
		z.start, z.shift = -1, 0
		return
	}
	found := z.walkDirectory(z.start, top)
	if found != count {
		z.w.issue(IssueAmbiguous, z.w.member, end, "the zip directory holds %d members where it says %d", found, count)
	}
	z.end = end + zipEndSize + int64(le.Uint16(record[20:]))
	if z.end != z.size && !z.w.enclosed {
		z.w.issue(IssueTrailing, z.w.member, z.end, "%d bytes behind the zip archive", z.size-z.end)
	}
}

func (z *zipArchive) walkDirectory(at, top int64) (found int64) {
	directory := z.read(at, int(min(top-at, maxDirectory)))
	if int64(len(directory)) < top-at {
		z.w.issue(IssueLimit, z.w.member, at, "the zip directory is larger than %d bytes", int64(maxDirectory))
	}
	for len(directory) >= zipCentralSize && string(directory[:4]) == zipCentral {
		nameSize, extraSize, commentSize := int(le.Uint16(directory[28:])), int(le.Uint16(directory[30:])), int(le.Uint16(directory[32:]))
		// Python takes what is there of a name or an extra field that ends behind the directory.
		size := min(zipCentralSize+nameSize+extraSize+commentSize, len(directory))
		name := directory[zipCentralSize:min(zipCentralSize+nameSize, size)]
		extra := directory[zipCentralSize+len(name) : min(zipCentralSize+nameSize+extraSize, size)]
		m := zipMember{
			name: string(name), central: true,
			flags: le.Uint16(directory[8:]), method: le.Uint16(directory[10:]), crc: le.Uint32(directory[16:]),
			packed: int64(le.Uint32(directory[20:])), size: int64(le.Uint32(directory[24:])), header: int64(le.Uint32(directory[42:])),
		}
		m.zip64(extra, true)
		m.header += z.shift
		if !z.add(m) {
			break
		}
		found++
		directory = directory[size:]
	}
	return found
}

const (
	maxDirectory = 256 << 20
	maxMembers   = 1 << 20
)

// add adds a member where there is room for one more.
func (z *zipArchive) add(m zipMember) bool {
	if len(z.members) >= maxMembers {
		z.w.issue(IssueLimit, z.w.member, m.header, "more than %d members", maxMembers)
		return false
	}
	if len(m.name) > maxZipName {
		m.name = m.name[:maxZipName]
	}
	z.members = append(z.members, m)
	return true
}

// zip64 takes sizes and offset from the zip64 extra field, where the header's own are full of ones.
func (m *zipMember) zip64(extra []byte, central bool) {
	for len(extra) >= 4 {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if size > len(extra)-4 {
			return
		}
		field := extra[4 : 4+size]
		extra = extra[4+size:]
		if id != 1 {
			continue
		}
		take := func(to *int64) {
			if *to == 0xffffffff && len(field) >= 8 {
				*to = int64(le.Uint64(field) & (1<<63 - 1))
				field = field[8:]
			}
		}
		take(&m.size)
		take(&m.packed)
		if central {
			take(&m.header)
		}
	}
}

// locals reads the local header of every member of the directory, adds what
// it says where that differs, and looks for members that the directory does
// not name in what is left between.
func (z *zipArchive) locals() {
	listed := len(z.members)
	for i := 0; i < listed; i++ {
		m := &z.members[i]
		local, ok := z.localHeader(m.header)
		if !ok {
			z.w.issue(IssueMalformed, z.w.member, max(m.header, -1), "the zip member %s has no local header", pythonQuote(m.name))
			continue
		}
		m.data, m.local = local.data, true
		z.compare(*m, local)
	}
	z.gaps()
	sort.SliceStable(z.members, func(i, j int) bool { return z.members[i].header < z.members[j].header })
}

// localHeader reads the local header at offset.
func (z *zipArchive) localHeader(offset int64) (zipMember, bool) {
	h := z.read(offset, zipLocalSize)
	if h == nil || string(h[:4]) != zipLocal {
		return zipMember{}, false
	}
	nameSize, extraSize := int(le.Uint16(h[26:])), int(le.Uint16(h[28:]))
	rest := z.read(offset+zipLocalSize, nameSize+extraSize)
	if rest == nil {
		return zipMember{}, false
	}
	m := zipMember{
		name: string(rest[:nameSize]), local: true, header: offset, data: offset + zipLocalSize + int64(nameSize+extraSize),
		flags: le.Uint16(h[6:]), method: le.Uint16(h[8:]), crc: le.Uint32(h[14:]),
		packed: int64(le.Uint32(h[18:])), size: int64(le.Uint32(h[22:])),
	}
	m.zip64(rest[nameSize:], false)
	return m, true
}

const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3 // sizes and CRC stand behind the data
	flagPatched    = 1 << 5
	flagStrong     = 1 << 6
	flagMasked     = 1 << 13
)

// compare reports where a member's two headers disagree, and adds the
// reading by the local one where that gives other bytes.
func (z *zipArchive) compare(m, local zipMember) {
	complain := func(what string) {
		z.w.issue(IssueAmbiguous, z.w.member, m.header, "the zip member %s has another %s in its local header", pythonQuote(m.name), what)
	}
	other := false
	if m.name != local.name {
		complain("name, " + pythonQuote(local.name) + ",")
		other = true
	}
	if m.method != local.method {
		complain("method")
		other = true
	}
	if (m.flags^local.flags)&(flagEncrypted|flagPatched|flagStrong|flagMasked) != 0 {
		complain("set of flags")
	}
	if local.flags&flagDescriptor == 0 || local.packed != 0 {
		if m.packed != local.packed || m.size != local.size {
			complain("size")
			other = true
		}
		if m.crc != local.crc {
			complain("CRC")
		}
	}
	if other {
		if local.flags&flagDescriptor != 0 && local.packed == 0 {
			local.packed, local.size = m.packed, m.size
		}
		z.add(local)
	}
}

// gaps looks between the members for bytes that no header explains.
func (z *zipArchive) gaps() {
	spans := make([][2]int64, 0, len(z.members)+1)
	z.ends = map[int64]zipMember{}
	for _, m := range z.members {
		if m.local {
			spans = append(spans, [2]int64{m.header, m.data + m.packed})
			z.ends[m.data+m.packed] = m
		}
	}
	if z.start >= 0 {
		spans = append(spans, [2]int64{z.start, z.end})
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i][0] < spans[j][0] })
	at := int64(0)
	for _, s := range spans {
		if s[0] > at {
			z.gap(at, s[0])
		}
		at = max(at, s[1])
	}
	if at < z.size && z.start < 0 {
		z.gap(at, z.size)
	}
}

// maxDescriptor is the most that stands behind a member's data: signature,
// CRC and two sizes.
const maxDescriptor = 24

// gap looks for members in bytes from at to end, which no header explains
// but for a data descriptor or zeros.
func (z *zipArchive) gap(at, end int64) {
	start := at
	last, ends := z.ends[at]
	if end-at <= maxDescriptor && ends && last.flags&flagDescriptor != 0 {
		return
	}
	explained := true
	for at < end {
		piece := z.read(at, int(min(end-at, 1<<20)))
		i := bytes.Index(piece, []byte(zipLocal))
		if i < 0 {
			explained = explained && len(bytes.Trim(piece, "\x00")) == 0
			at += int64(max(len(piece)-3, 1))
			if int64(len(piece)) < 1<<20 {
				break
			}
			continue
		}
		explained = explained && len(bytes.Trim(piece[:i], "\x00")) == 0
		at += int64(i)
		m, ok := z.localHeader(at)
		if !ok {
			at += 4
			continue
		}
		z.hidden(&m, end)
		at = max(at+4, m.data+m.packed)
	}
	if !explained {
		if !z.w.enclosed {
			z.w.issue(IssueTrailing, z.w.member, start, "bytes in the zip archive that belong to no member")
		}
		if ends && last.method == 0 { // its size may lie
			z.stray(last.data)
		}
	}
}

// stray looks at bytes from an offset on as a loader of pickles would.
func (z *zipArchive) stray(at int64) {
	z.w.read(&stream{at: z.r, size: z.size, member: z.w.member}, &reading{again: true, offset: at})
}

// hidden adds a member that the directory does not name. Where its size
// stands behind it, it may reach to the end of the gap.
func (z *zipArchive) hidden(m *zipMember, end int64) {
	if m.flags&flagDescriptor != 0 && m.packed == 0 || m.data+m.packed > z.size {
		m.packed = max(0, end-m.data)
		m.size = m.packed
	}
	if z.start >= 0 {
		z.w.issue(IssueAmbiguous, z.w.member, m.header, "the zip member %s is not in the directory", pythonQuote(m.name))
	}
	z.add(*m)
}

// zipMethods are the compression methods that Python's zipfile reads, and zstd.
var zipMethods = map[uint16]*codec{
	8: deflateCodec, 12: codecNamed("bzip2"), 14: zipLZMA, 93: codecNamed("zstd"), 95: codecNamed("xz"),
}

// section is a member's data as it stands in the archive.
func (z *zipArchive) section(m zipMember) *io.SectionReader {
	return io.NewSectionReader(z.r, m.data, max(0, min(m.packed, z.size-m.data)))
}

// reopen returns a function that reads a member's data from its start; nil
// where the method is not known.
func (z *zipArchive) reopen(m zipMember) func() *decompressor {
	c, ok := zipMethods[m.method]
	if !ok {
		return nil
	}
	return func() *decompressor {
		raw := z.section(m)
		d := z.w.decompressor(c, raw, raw.Size())
		d.single = true
		return d
	}
}

// checkCRC compares a member's data with its CRC, which torch does not.
func (z *zipArchive) checkCRC(m zipMember, r io.Reader) {
	sum := crc32.NewIEEE()
	n, err := io.Copy(sum, r)
	switch {
	case err != nil:
	case n != m.size:
		z.w.issue(IssueAmbiguous, z.w.member, m.header, "the zip member %s has %d bytes where its header says %d", pythonQuote(m.name), n, m.size)
	case sum.Sum32() != m.crc:
		z.w.issue(IssueAmbiguous, z.w.member, m.header, "the zip member %s has a wrong CRC, which Python refuses and torch ignores", pythonQuote(m.name))
	}
}
