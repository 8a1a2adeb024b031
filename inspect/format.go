package inspect

import (
	"bytes"
	"io"
	"slices"
)

// format is a format that is told by its first bytes. Each has a file of its
// own, which registers it; pickles come last, since nothing marks them.
type format struct {
	name  string // for Model.Format
	doc   string // what is read of it, for the README and for "modelscan formats"
	match func(head []byte) bool
	// read reads a file of the format and says false where it is none after
	// all. It states its name by walk.format.
	read func(w *walk, r io.ReaderAt, size int64) bool
}

// formats are tried in the order in which their files are named.
var formats []format

func register(f format) bool {
	formats = append(formats, f)
	return true
}

// magic returns a match for files that have text at an offset.
func magic(at int, text string) func([]byte) bool {
	return func(head []byte) bool {
		return len(head) >= at && bytes.HasPrefix(head[at:], []byte(text))
	}
}

// isRead tells whether a format is one that is read.
func isRead(name string) bool {
	named := func(f format) bool { return f.name == name }
	kind := func(k zipKind) bool { return k.name == name }
	return slices.ContainsFunc(formats, named) || slices.ContainsFunc(zipKinds, kind)
}
