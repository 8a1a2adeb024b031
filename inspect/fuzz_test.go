package inspect

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func seeds(f *testing.F, patterns ...string) {
	f.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			if data, err := os.ReadFile(name); err == nil && len(data) < 8192 {
				f.Add(data)
			}
		}
	}
}

// FuzzInspect holds that any bytes give a Model, the same one twice, and one
// that is not without an issue where nothing was read.
func FuzzInspect(f *testing.F) {
	seeds(f, "hostile/*", "models/joblib/joblib-1.6.0-*", "models/pickle/sklearn-1.9.1-*")
	limits := Limits{MaxExpansion: 16 << 20, Timeout: 20 * time.Second}
	limits.Pickle.MaxMemory = 64 << 20
	f.Fuzz(func(t *testing.T, data []byte) {
		in := Inspector{Limits: limits}
		m := in.Reader(context.Background(), "x.pkl", bytes.NewReader(data), int64(len(data)))
		if m.Format == "unknown" && len(m.Issues) == 0 {
			t.Errorf("got nothing and no issue: %+v", m)
		}
		again := in.Reader(context.Background(), "x.pkl", bytes.NewReader(data), int64(len(data)))
		if !reflect.DeepEqual(m, again) {
			t.Errorf("got %+v and then %+v", m, again)
		}
	})
}

// FuzzLiteral holds that the parser of .npy headers ends, whatever it is given.
func FuzzLiteral(f *testing.F) {
	f.Add("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }")
	f.Add("{'descr': [('a', '<i4', (2,)), ('b', '|O')], 'fortran_order': True, 'shape': ()}")
	f.Add("[[[[(1,2L),'\\'']]]]")
	f.Fuzz(func(t *testing.T, text string) {
		parsePython(text)
		var h npyHeader
		if err := h.parse(text); err == nil && h.bytes < 0 {
			t.Errorf("%q: got %d bytes", text, h.bytes)
		}
	})
}
