package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGolden compares whole JSON reports, byte by byte. testdata/golden has
// one for some of the samples in testdata/models, in the same folders; to
// choose one more, make an empty file of its name and ".json" there, and
// update.
func TestGolden(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("..", "..", "testdata", "golden"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join("..", "..", "testdata", "models"))
	chosen := map[string]int{} // by the folder of the format
	err = filepath.WalkDir(golden, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		sample, err := filepath.Rel(golden, strings.TrimSuffix(path, ".json"))
		if err != nil {
			return err
		}
		sample = filepath.ToSlash(sample)
		chosen[topFolder(sample)]++
		return compareGolden(t, path, sample)
	})
	if err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if chosen[folder.Name()] == 0 {
			t.Errorf("no golden report for any sample in %s", folder.Name())
		}
	}
}

func compareGolden(t *testing.T, path, sample string) error {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(sample); err != nil {
		return err
	}
	var out, errs bytes.Buffer
	run([]string{"inspect", "-f", "json", sample}, strings.NewReader(""), &out, &errs)
	switch {
	case errs.Len() > 0:
		t.Errorf("%s: got %q", sample, errs.String())
	case bytes.Equal(out.Bytes(), want):
	case *update:
		return os.WriteFile(path, out.Bytes(), 0o666)
	default:
		line, got, want := firstDifference(out.String(), string(want))
		t.Errorf("%s: line %d: got\n%s\nwant\n%s", sample, line, got, want)
	}
	return nil
}

// firstDifference returns the first line that differs, counted from 1.
func firstDifference(got, want string) (line int, gotLine, wantLine string) {
	for line = 1; ; line++ {
		var more, wantMore bool
		gotLine, got, more = strings.Cut(got, "\n")
		wantLine, want, wantMore = strings.Cut(want, "\n")
		if gotLine != wantLine || more != wantMore || !more {
			return line, gotLine, wantLine
		}
	}
}
