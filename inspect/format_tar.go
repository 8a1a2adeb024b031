package inspect

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"
)

var _ = register(format{name: "tar", match: isTar, read: readTar,
	doc: "every member, by its own content; also what stands behind the archive's end"})

const tarBlock = 512

// isTar knows a header by its checksum, as Python does: the oldest archives
// have no mark.
func isTar(head []byte) bool {
	if len(head) < tarBlock || head[0] == 0 {
		return false
	}
	text := strings.Trim(string(head[148:156]), " \x00")
	want, err := strconv.ParseInt(text, 8, 64)
	sum, signed := int64(8*' '), int64(8*' ')
	for i, c := range head[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += int64(c)
			signed += int64(int8(c))
		}
	}
	return err == nil && (want == sum || want == signed) || magic(257, "ustar")(head)
}

// readTar reads every member of a tar archive that has bytes, and of those
// that stand behind its end. The oldest form of torch's files is one.
func readTar(w *walk, r io.ReaderAt, size int64) bool {
	w.format("tar")
	var members []tarMember
	for at := int64(0); at >= 0 && !w.late(at); {
		var more []tarMember
		more, at = w.tarMembers(r, at, size)
		members = append(members, more...)
	}
	hidden := w.tarHidden(r, size, members)
	if isTorchTar(members) {
		w.torchTar(r, members)
		for _, m := range hidden {
			w.descend(m.name, m.in(r), m.size)
		}
		return true
	}
	w.members("tar", func() {
		for _, m := range append(members, hidden...) {
			w.descend(m.name, m.in(r), m.size)
		}
	})
	return true
}

// tarMember is a file in a tar archive.
type tarMember struct {
	name     string
	at, size int64
	held     []byte // the content, where it does not stand in the archive as it is
}

func (m tarMember) in(r io.ReaderAt) io.ReaderAt {
	if m.held != nil {
		return bytes.NewReader(m.held)
	}
	return io.NewSectionReader(r, m.at, m.size)
}

// tarMembers lists the members that have bytes of the archive that begins at
// an offset. It returns where another begins behind it, or -1.
func (w *walk) tarMembers(r io.ReaderAt, offset, size int64) (members []tarMember, next int64) {
	section := io.NewSectionReader(r, offset, size-offset)
	archive := tar.NewReader(section)
	for {
		header, err := archive.Next()
		at, _ := section.Seek(0, io.SeekCurrent)
		at += offset
		switch {
		case errors.Is(err, io.EOF):
			return members, w.tarBehind(r, at, size)
		case err != nil:
			w.issue(IssueMalformed, w.member, at, "the tar archive is damaged: %v", err)
			at -= (at - offset) % tarBlock // it may stop anywhere in a header that is several blocks
			w.tarBlocks(r, max(offset, at-tarBlock), size)
			return members, -1
		case len(members) > w.limits.MaxMembers:
			return members, -1 // entering the last of them files the issue
		case header.Size <= 0: // of a link it may be anything
			continue
		}
		m := tarMember{name: header.Name, at: at, size: min(header.Size, size-at)}
		if header.Typeflag == tar.TypeGNUSparse || header.PAXRecords["GNU.sparse.major"] != "" || header.PAXRecords["GNU.sparse.map"] != "" {
			m.held, err = io.ReadAll(io.LimitReader(archive, w.limits.held()))
			if m.size = int64(len(m.held)); err != nil || m.size < header.Size {
				w.issue(IssueTruncated, w.member, at, "the sparse member %s is not read whole", pythonQuote(header.Name))
			}
			if w.expanded += m.size; w.expanded > w.limits.MaxExpansion {
				w.issue(IssueLimit, w.member, at, "limit MaxExpansion of %d reached", w.limits.MaxExpansion)
				return members, -1
			}
		} else if header.Size > size-at {
			w.issue(IssueTruncated, w.member, at, "the tar archive ends within %s", pythonQuote(header.Name))
		} else if !padded(r, at+m.size, size) {
			w.issue(IssueAmbiguous, w.member, at, "bytes behind the end of %s", pythonQuote(header.Name))
			w.read(&stream{at: r, size: size, member: joinMember(w.member, header.Name)}, &reading{again: true, offset: at})
		}
		members = append(members, m)
	}
}

// tarHidden lists what stands behind headers that no member was made of: for
// other readers a link has data, sizes and names are read otherwise, or a header
// that is wrong does not end the archive.
func (w *walk) tarHidden(r io.ReaderAt, size int64, members []tarMember) (hidden []tarMember) {
	ends := map[int64]int64{}
	for _, m := range members {
		ends[m.at] = max(ends[m.at], m.at+m.size)
	}
	block := make([]byte, 2*tarBlock)
	for at := int64(0); at+tarBlock <= size && !w.late(at) && len(hidden) < w.limits.MaxMembers; at += tarBlock {
		if end := ends[at]; end > at {
			at = (end - 1) / tarBlock * tarBlock
			continue
		}
		n, _ := r.ReadAt(block, at)
		data := at + tarBlock
		if (block[156] == 'X' || block[156] == 'g') && isTar(block[:tarBlock]) {
			w.tarSparse(r, data+(tarSize(block[124:136])+tarBlock-1)/tarBlock*tarBlock, size)
		}
		if n <= tarBlock || ends[data] != 0 || !isTar(block[:tarBlock]) || isTar(block[tarBlock:n]) || tarFields(block[156]) {
			continue
		}
		if length := min(tarSize(block[124:136]), size-data); length > 0 {
			hidden = append(hidden, tarMember{name: string(bytes.TrimRight(block[:100], "\x00")), at: data, size: length})
		}
	}
	return hidden
}

// tarSparse looks for a pickle behind the map of a sparse file. Python takes
// 'X' for 'x', and what 'g' says for every member, so that the one that follows
// may be one.
func (w *walk) tarSparse(r io.ReaderAt, at, size int64) {
	const blocks = 8
	for range blocks {
		if at += tarBlock; at >= 0 && at < size {
			w.read(&stream{at: r, size: size, member: w.member}, &reading{again: true, offset: at})
		}
	}
}

// tarFields tells whether a header's data says something of the next member.
func tarFields(kind byte) bool { return strings.IndexByte("xgXLK", kind) >= 0 }

// tarSize reads a size as Python does.
func tarSize(field []byte) int64 {
	if field[0] == 0x80 {
		return int64(binary.BigEndian.Uint64(field[4:]))
	}
	text, _, _ := strings.Cut(string(field), "\x00")
	n, _ := strconv.ParseInt(strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(text), "0o"), "_", ""), 8, 64)
	return n
}

// padded tells whether zeros fill the last block of a member.
func padded(r io.ReaderAt, end, size int64) bool {
	fill := make([]byte, min(-end&(tarBlock-1), max(0, size-end)))
	n, _ := r.ReadAt(fill, end)
	return len(bytes.Trim(fill[:n], "\x00")) == 0
}

// tarBehind looks behind an archive's end for the next one, which readers
// that pass over zeros go on with. Other bytes are an issue.
func (w *walk) tarBehind(r io.ReaderAt, at, size int64) int64 {
	block := make([]byte, 64*tarBlock)
	for at = (at + tarBlock - 1) / tarBlock * tarBlock; at < size; at += int64(len(block)) {
		n, _ := r.ReadAt(block, at)
		for i := 0; i < n; i += tarBlock {
			piece := block[i:min(i+tarBlock, n)]
			if len(bytes.Trim(piece, "\x00")) == 0 {
				continue
			}
			if isTar(piece) {
				w.issue(IssueAmbiguous, w.member, at+int64(i), "another tar archive behind the end of the first")
				return at + int64(i)
			}
			w.issue(IssueTrailing, w.member, at+int64(i), "%d bytes behind the tar archive", size-at-int64(i))
			return -1
		}
		if w.late(at) {
			break
		}
	}
	return -1
}

// maxTarBlocks bounds the blocks of a damaged archive that are looked at.
const maxTarBlocks = 1000

// tarBlocks looks for pickles at the beginnings of blocks, where no header
// tells of members.
func (w *walk) tarBlocks(r io.ReaderAt, at, size int64) {
	for range maxTarBlocks {
		if at >= size || w.late(at) {
			return
		}
		w.read(&stream{at: r, size: size, member: w.member}, &reading{again: true, offset: at})
		at += tarBlock
	}
}
