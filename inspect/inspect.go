package inspect

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"modelscan/pickle"
)

// Inspector inspects one file after another and reuses its memory between
// them. It must not be used by two goroutines at once; its zero value works
// with the default limits.
type Inspector struct {
	Limits Limits

	reader  pickle.Reader
	decoder pickle.Decoder
	head    [headSize]byte
}

// headSize is how much of a file's beginning tells its format.
const headSize = 512

// File inspects the file at path. The error says that the operating system
// would not let us read it; whatever the file holds is in the Model.
func (in *Inspector) File(ctx context.Context, path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "inspect", Path: path, Err: errors.New("not a regular file")}
	}
	return in.inspect(ctx, path, f, info.Size(), siblings(path)), nil
}

// Reader inspects the size bytes of r as if they were the file name. It
// opens no other file.
func (in *Inspector) Reader(ctx context.Context, name string, r io.ReaderAt, size int64) *Model {
	return in.inspect(ctx, name, r, size, nil)
}

// walk is the reading of one file.
type walk struct {
	*collector
	in       *Inspector
	ctx      context.Context
	name     string
	deadline time.Time
	sibling  func(name string) (*os.File, error) // opens a side file; nil where there is no folder
}

func (in *Inspector) inspect(ctx context.Context, name string, r io.ReaderAt, size int64, sibling func(string) (*os.File, error)) *Model {
	limits := in.Limits.withDefaults()
	m := &Model{Path: name, Size: size, Format: "unknown"}
	w := &walk{collector: newCollector(m, limits), in: in, ctx: ctx, name: name, sibling: sibling}
	w.deadline = time.Now().Add(limits.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(w.deadline) {
		w.deadline = d
	}
	if err := ctx.Err(); err != nil {
		w.issue(IssueLimit, "", -1, "not read: %v", err)
		return m
	}
	w.file(r, size)
	w.implied()
	return m
}

// file reads the whole file by what its first bytes say.
func (w *walk) file(r io.ReaderAt, size int64) {
	if size == 0 {
		w.issue(IssueEmpty, "", -1, "the file is empty")
		w.model.Format = "empty"
		w.model.NotModel = !hasModelExtension(w.name)
		return
	}
	n, err := r.ReadAt(w.in.head[:min(headSize, size)], 0)
	if n == 0 && err != nil {
		w.issue(IssueIO, "", 0, "%v", err)
		return
	}
	head := w.in.head[:n]
	if c := findCodec(head); c != nil && w.compressed(c, r, size) {
		return
	}
	content := identify(head)
	if w.pickles(content, r, size) {
		return
	}
	w.model.Format = content.name
	switch {
	case content.known:
		w.issue(IssueUnsupported, "", 0, "this is %s, which is not read yet", content.what)
	case hasModelExtension(w.name):
		w.issue(IssueNotModel, "", 0, "this is no model: it is %s", content.what)
	default:
		w.issue(IssueNotModel, "", 0, "this is no model: it is %s", content.what)
		w.model.NotModel = true
	}
}
