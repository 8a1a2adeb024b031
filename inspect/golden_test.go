package inspect

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// TestReadmeNamesFormats holds that the README has a row for each format that
// is read, and names those that are known and not read.
func TestReadmeNamesFormats(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(testdata, "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(strings.ToLower(string(readme)), "\n## what it reads\n")
	if !ok {
		t.Fatal("the README does not say what is read")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	table, unread, ok := strings.Cut(section, "known but not read yet: ")
	if !ok {
		t.Fatal("the README does not say what is known and not read")
	}
	unread, _, _ = strings.Cut(unread, ".")
	var read strings.Builder // the table's first column
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			read.WriteString(cells[1])
		}
	}
	for _, f := range formats {
		if !strings.Contains(read.String(), f.name) {
			t.Errorf("the README's table of formats has no row for %s", f.name)
		}
		if strings.Contains(unread, f.name) {
			t.Errorf("the README says that %s is not read", f.name)
		}
	}
	for _, k := range contents {
		if k.known && !strings.Contains(unread, k.name) && !strings.Contains(read.String(), k.name) {
			t.Errorf("the README does not say that %s is known and not read", k.name)
		}
	}
}
