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
	w.members("tar", func() { w.tarMembers(r, size) })
	return true
}

func (w *walk) tarMembers(r io.ReaderAt, size int64) {
	section := io.NewSectionReader(r, 0, size)
	archive := tar.NewReader(section)
	for members := 0; ; members++ {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		at, _ := section.Seek(0, io.SeekCurrent)
		switch {
		case err != nil:
			w.issue(IssueMalformed, w.member, at, "the tar archive is damaged: %v", err)
			return
		case members >= maxMembers:
			w.issue(IssueLimit, w.member, at, "more than %d members", maxMembers)
			return
		case header.Typeflag != tar.TypeReg || header.Size == 0:
			continue
		}
		if header.Size > size-at {
			w.issue(IssueTruncated, w.member, at, "the tar archive ends within %s", pythonQuote(header.Name))
		}
		w.descend(header.Name, io.NewSectionReader(r, at, min(header.Size, size-at)), min(header.Size, size-at))
	}
}
