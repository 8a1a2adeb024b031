package inspect

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// changing is a file that is not what its size says: it was cut or replaced
// after it was opened.
type changing struct {
	before, after []byte
	reads         int // until the change
}

func (c *changing) ReadAt(b []byte, offset int64) (int, error) {
	c.reads--
	data := c.before
	if c.reads < 0 {
		data = c.after
	}
	if offset >= int64(len(data)) {
		return 0, io.EOF
	}
	n := copy(b, data[offset:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// TestChangingFile holds that a file which is cut, emptied or replaced by
// another while it is read gives a Model, and that one which is cut from the
// start on has an issue.
func TestChangingFile(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(testdata, "models/*/*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no models: %v", err)
	}
	var in Inspector
	other := []byte("\x80\x04cos\nsystem\n)R.")
	for i, name := range names {
		data, err := os.ReadFile(name)
		if err != nil || len(data) > 4<<10 || i%29 != 0 { // folders too
			continue
		}
		for _, after := range [][]byte{nil, data[:len(data)/2], other, bytes.Repeat(data, 2)} {
			for reads := range 4 {
				f := &changing{before: data, after: after, reads: reads}
				m := in.Reader(context.Background(), filepath.Base(name), f, int64(len(data)))
				if reads == 0 && len(after) == 0 && len(m.Issues) == 0 {
					t.Errorf("%s: an emptied file gives %+v", name, m)
				}
			}
		}
	}
}
