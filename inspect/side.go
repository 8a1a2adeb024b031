package inspect

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// sideData is how joblib before 0.10 names the files of compressed arrays.
var sideData = regexp.MustCompile(`_\d\d+\.npy\.z$`)

// siblings returns a function that opens files in the folder of path.
func siblings(path string) func(string) (*os.File, error) {
	return func(name string) (*os.File, error) {
		full := filepath.Dir(path)
		steps := strings.Split(filepath.ToSlash(filepath.Clean(name)), "/")
		for i, step := range steps {
			full = filepath.Join(full, step)
			info, err := os.Lstat(full)
			if err != nil {
				return nil, err
			}
			// a link in the folder may lead out of it
			if last := i == len(steps)-1; last && !info.Mode().IsRegular() || !last && !info.IsDir() {
				return nil, errors.New("not a regular file")
			}
		}
		f, _, err := openRegular(full)
		return f, err
	}
}

// sideFiles inspects the arrays that joblib before 0.10 wrote into files
// beside the pickle. Their names stand in the pickle; one that leads out of
// the folder is not followed.
func (w *walk) sideFiles(j *joblibLoader) {
	for _, f := range j.side {
		if _, seen := w.sides[f.name]; !seen {
			w.sides[f.name] = w.sideFile(f)
		}
	}
	j.side = j.side[:0]
}

// sideFile inspects one and returns its array, of which nothing but the
// dtype and the shape may be known.
func (w *walk) sideFile(f sideFile) *array {
	refuse := func(why string) *array {
		w.issue(IssueSideFile, "", f.offset, "an array is in the file %s, which %s", pythonQuote(f.name), why)
		return nil
	}
	if f.name == "" || f.name != filepath.Base(f.name) || strings.ContainsAny(f.name, `/\:`) {
		return refuse("is not in the model's folder")
	}
	if w.sibling == nil {
		return refuse("was not given")
	}
	file, err := w.sibling(f.name)
	if err != nil {
		return refuse("cannot be read: " + reason(err).Error())
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return refuse("cannot be read: " + reason(err).Error())
	}
	if f.compressed {
		return w.compressedSide(f, file, info.Size())
	}
	inner := *w
	inner.in = new(Inspector) // the file's own reader and decoder are at work
	a, _, ok := inner.npy(f.name, file, 0, info.Size())
	if !ok {
		return nil
	}
	return &a
}

// compressedSide checks a .npy.z, which is the bare data: its dtype and shape stand in the pickle.
func (w *walk) compressedSide(f sideFile, r io.ReaderAt, size int64) *array {
	var head [32]byte
	r.ReadAt(head[:], 0)
	c := findCodec(head[:])
	if c == nil {
		w.issue(IssueMalformed, f.name, 0, "no compressed data")
		return nil
	}
	d := w.decompressor(c, r, size)
	n, _ := io.Copy(io.Discard, d)
	if d.err != nil {
		w.codecIssue(c, d.err, d.consumed())
	}
	a := f.array
	if a != nil && a.bytes != n {
		w.issue(IssueMalformed, f.name, 0, "%d bytes of data for an array of %d", n, a.bytes)
	}
	return a
}

// reason drops the path from an error: the message has it already.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
