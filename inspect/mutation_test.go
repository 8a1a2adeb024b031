package inspect

import (
	"bytes"
	"context"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
)

// TestMutatedModels changes bytes of estimators, tensors, frames and code:
// what is not what a library writes must not end the reading, and what is
// said of it stays within its bounds.
func TestMutatedModels(t *testing.T) {
	var in Inspector
	files := 0
	for _, pattern := range []string{
		"pickle/sklearn-1.9.1-*", "pickle/scipy-1.18.1-*", "pickle/cloudpickle-3*", "pickle/dill-0.4*", "torch/torch-2.15.0-[a-s]*-legacy.pt", "npz/numpy-2.5*",
	} {
		paths, err := filepath.Glob(filepath.Join(testdata, "models", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files++
			random := rand.New(rand.NewSource(int64(files)))
			for range 6 {
				changed := bytes.Clone(data)
				for range 1 + random.Intn(3) {
					changed[random.Intn(len(changed))] = byte(random.Intn(256))
				}
				m := in.Reader(context.Background(), path, bytes.NewReader(changed), int64(len(changed)))
				var total int64
				for _, row := range m.ByPart {
					total = sum(total, row.Bytes)
				}
				if total != m.ArrayBytes {
					t.Errorf("%s: the parts add up to %d bytes of %d", path, total, m.ArrayBytes)
				}
				if m.Root != nil && len(m.Root.Repr) > 4*maxReprSize {
					t.Errorf("%s: a representation of %d bytes", path, len(m.Root.Repr))
				}
			}
		}
	}
	if files < 40 {
		t.Errorf("got %d files", files)
	}
}
