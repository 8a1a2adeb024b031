package allowlist

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"modelscan/inspect"
)

// notOrdinary matches the fixtures of Keras, HDF5, ONNX and TensorFlow that carry or name what is not the library's own.
var notOrdinary = regexp.MustCompile(`keras-.*-(lambda|nested-lambda|function|own-layer)\.|h5py-.*-(every|external)|` +
	`onnx-.*-(branches|custom|functions)\.onnx|tensorflow-.*-(files|python)`)

// TestOrdinaryNetworks holds that the files of the formats that neural
// networks are kept in pass with no finding, but for those that are not to.
func TestOrdinaryNetworks(t *testing.T) {
	raw, err := os.ReadFile("../testdata/oracle/facts_libraries.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct{ Format string }
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	var in inspect.Inspector
	counts := map[string]int{}
	judge := func(path string) {
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		v := Default().Judge(m)
		if ordinary := !notOrdinary.MatchString(path); v.Status != Skipped && ordinary != (v.Status == Trusted) && filepath.Base(path) != "fingerprint.pb" && filepath.Ext(path) != ".index" {
			t.Errorf("%s: got %s %q, issues %v", path, v.Status, v.Untrusted, m.Issues)
		}
	}
	for name, fact := range facts {
		path := filepath.Join("../testdata", name)
		switch fact.Format {
		case "keras", "hdf5", "onnx", "safetensors", "gguf":
			judge(path)
		case "savedmodel":
			err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
				if err == nil && !entry.IsDir() {
					judge(path)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		default:
			continue
		}
		counts[fact.Format]++
	}
	for _, format := range []string{"keras", "hdf5", "onnx", "safetensors", "gguf", "savedmodel"} {
		if counts[format] < 8 {
			t.Errorf("got %d fixtures of %s", counts[format], format)
		}
	}
}
