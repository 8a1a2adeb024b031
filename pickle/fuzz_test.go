package pickle

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

func seeds(f *testing.F) {
	f.Helper()
	files, _ := filepath.Glob("../testdata/hostile/*.pkl")
	more, _ := filepath.Glob("../testdata/models/pickle/python-*.pkl")
	for _, name := range append(files, more...) {
		if data, err := os.ReadFile(name); err == nil && len(data) < 4096 {
			f.Add(data)
		}
	}
}

// FuzzDecode holds that any bytes give programs and nothing but an *Error at
// their end, the same ones twice and however they are cut, within the limits.
func FuzzDecode(f *testing.F) {
	seeds(f)
	limits := Limits{MaxMemory: 64 << 20, MaxOpcodes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		first := record(t, NewReader(bytes.NewReader(data), 0), limits)
		if again := record(t, NewReader(bytes.NewReader(data), 0), limits); again != first {
			t.Errorf("the second reading gives\n%s\nand the first\n%s", again, first)
		}
		for _, cut := range []io.Reader{iotest.OneByteReader(bytes.NewReader(data)), iotest.HalfReader(bytes.NewReader(data))} {
			if stream := record(t, NewStreamReader(cut), limits); stream != first {
				t.Errorf("in pieces:\n%s\nwhole:\n%s", stream, first)
			}
		}
	})
}

// record prints the names and the events of all programs.
func record(t *testing.T, r *Reader, limits Limits) string {
	d := NewDecoder(r, limits, nil)
	var b bytes.Buffer
	for range 100 {
		p, err := d.Decode()
		if err == io.EOF {
			break
		}
		var located *Error
		if err != nil && !errors.As(err, &located) {
			t.Fatalf("got error %T %v", err, err)
		}
		for _, g := range p.Globals() {
			b.WriteString(globalText(&g))
			b.WriteByte('\n')
		}
		for e := range p.Events() {
			b.WriteByte(byte(e.Kind))
		}
		if err != nil {
			b.WriteString(err.Error())
		}
		if d.m.memory > limits.MaxMemory+1<<20 {
			t.Fatalf("took %d bytes", d.m.memory)
		}
	}
	return b.String()
}

// FuzzAppend holds that bytes behind STOP take nothing away.
func FuzzAppend(f *testing.F) {
	seeds(f)
	limits := Limits{MaxMemory: 64 << 20, MaxOpcodes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := NewDecoder(NewReader(bytes.NewReader(data), 0), limits, nil).Decode()
		if err != nil {
			return
		}
		names, end := len(p.Globals()), p.End
		longer := append(bytes.Clone(data), "cos\nsystem\n."...)
		p, err = NewDecoder(NewReader(bytes.NewReader(longer), 0), limits, nil).Decode()
		if err != nil || p.End != end || len(p.Globals()) != names {
			t.Errorf("got end %d, %d names, %v; want %d, %d", p.End, len(p.Globals()), err, end, names)
		}
	})
}
