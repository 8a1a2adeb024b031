package inspect

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// damagedFiles are the fixtures that are cut and changed at each byte.
var damagedFiles = []string{
	"hdf5/*-compact-*", "hdf5/*-user-block*", "keras/*.json", "gguf/*", "safetensors/*", "onnx/*-1.21.0-*", "savedmodel/*/variables/variables.index",
	"savedmodel/*/saved_model.pb",
}

// TestDamaged holds that a fixture that ends early, at whatever byte, or in
// which a byte is another one, is read without a panic and gives the same
// facts twice, and that one that ends early says so. A message of protocol
// buffers may end behind any field.
func TestDamaged(t *testing.T) {
	var in Inspector
	for _, pattern := range damagedFiles {
		files, _ := filepath.Glob(filepath.Join(testdata, "models", pattern))
		if len(files) == 0 {
			t.Errorf("no file is %s", pattern)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) > 1000 {
				data = data[:1000]
			}
			name := filepath.Base(path)
			whole := len(data) < 1000 && !strings.Contains(pattern, "onnx") && !strings.HasSuffix(pattern, ".pb")
			padding := 0
			if strings.HasSuffix(name, ".gguf") {
				padding = 32 // behind the last tensor
			}
			for cut := range max(0, len(data)-padding) {
				m := in.Reader(context.Background(), name, bytes.NewReader(data[:cut]), int64(cut))
				if whole && len(m.Issues)+len(m.Hazards) == 0 {
					t.Errorf("%s cut to %d bytes: no issue", name, cut)
				}
			}
			for i := range data {
				for _, change := range []byte{1, 0x80, 0xff} {
					data[i] ^= change
					m := in.Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))
					if i%16 == 0 && !reflect.DeepEqual(m, in.Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))) {
						t.Errorf("%s with another byte at %d: not the same facts twice", name, i)
					}
					for _, a := range m.Arrays {
						if a.Bytes < 0 {
							t.Errorf("%s with another byte at %d: got array %+v", name, i, a)
						}
					}
					data[i] ^= change
				}
			}
		}
	}
}
