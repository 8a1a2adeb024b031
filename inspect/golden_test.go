package inspect

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestSamples holds that each format and each codec has a sample.
func TestSamples(t *testing.T) {
	met := map[string]bool{}
	for _, folder := range []string{"models", "hostile", "cli"} {
		err := filepath.WalkDir(filepath.Join(testdata, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil || len(data) == 0 {
				return err
			}
			head := data[:min(headSize, len(data))]
			for _, f := range formats {
				if f.match(head) {
					met[f.name] = true
				}
			}
			if c := findCodec(head); c != nil {
				met[c.name] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range formats {
		if !met[f.name] {
			t.Errorf("format %s has no sample in testdata", f.name)
		}
	}
	for _, c := range codecs {
		if !met[c.name] {
			t.Errorf("codec %s has no sample in testdata", c.name)
		}
	}
}
