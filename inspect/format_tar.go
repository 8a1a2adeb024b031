package inspect

import (
	"archive/tar"
	"errors"
	"io"
)

var _ = register(format{name: "tar", match: magic(257, "ustar"), read: readTar,
	doc: "every member, by its own content; also torch's oldest form"})

// readTar reads every regular member of a tar archive. The oldest form of
// torch's files is one.
func readTar(w *walk, r io.ReaderAt, size int64) bool {
	w.format("tar")
	members := w.tarMembers(r, size)
	if isTorchTar(members) {
		w.torchTar(r, members)
		return true
	}
	w.members("tar", func() {
		for _, m := range members {
			w.descend(m.name, io.NewSectionReader(r, m.at, m.size), m.size)
		}
	})
	return true
}

// tarMembers lists the regular members that have bytes.
func (w *walk) tarMembers(r io.ReaderAt, size int64) (members []tarMember) {
	section := io.NewSectionReader(r, 0, size)
	archive := tar.NewReader(section)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return members
		}
		at, _ := section.Seek(0, io.SeekCurrent)
		switch {
		case err != nil:
			w.issue(IssueMalformed, w.member, at, "the tar archive is damaged: %v", err)
			return members
		case len(members) > w.limits.MaxMembers:
			return members // entering the last of them files the issue
		case header.Typeflag != tar.TypeReg || header.Size == 0:
			continue
		}
		if header.Size > size-at {
			w.issue(IssueTruncated, w.member, at, "the tar archive ends within %s", pythonQuote(header.Name))
		}
		members = append(members, tarMember{header.Name, at, min(header.Size, size-at)})
	}
}
