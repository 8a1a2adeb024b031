package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// formatFact is what the real library says of a fixture
// (testdata/oracle/facts_libraries.py).
type formatFact struct {
	Format   string
	Arrays   []formatArray
	Versions map[string]any
	Extra    map[string]any
}

type formatArray struct {
	Name, DType, Member string
	Shape               []int64
	Bytes               *int64
	Sparse              []int64
}

// TestFormatLibraries compares what we say of every fixture of a format with what
// the format's own library says: arrays with their names, types, shapes and
// sizes, and versions.
func TestFormatLibraries(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts_libraries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]formatFact
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	compare := map[string]func(*testing.T, *Model, formatFact){
		"hdf5": compareHDF5, "keras": compareKeras, "onnx": compareONNX, "savedmodel": compareSavedModel, "safetensors": compareSafetensors, "gguf": compareGGUF,
	}
	counts := map[string]int{}
	var in Inspector
	for name, fact := range facts {
		check := compare[fact.Format]
		if check == nil {
			continue
		}
		counts[fact.Format]++
		path := filepath.Join(testdata, name)
		if fact.Format == "savedmodel" {
			path = filepath.Join(path, "saved_model.pb")
		}
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) { check(t, m, fact) })
	}
	for format := range compare {
		if counts[format] < 8 {
			t.Errorf("got %d fixtures of %s", counts[format], format)
		}
	}
}

// sameRows compares two lists, whatever their order.
func sameRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %s\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// arrayRows writes arrays as rows; an array without a known size is -1.
func arrayRows(m *Model, name func(Array) string) []string {
	var rows []string
	for _, a := range m.Arrays {
		rows = append(rows, fmt.Sprint(name(a), " ", a.DType, a.Shape, a.Bytes))
	}
	return rows
}

func wantRows(f formatFact, name func(formatArray) string, dtype func(string) string) []string {
	var rows []string
	for _, a := range f.Arrays {
		if a.Shape == nil {
			continue // HDF5's null space holds nothing
		}
		bytes := int64(-1)
		if a.Bytes != nil {
			bytes = *a.Bytes
		}
		rows = append(rows, fmt.Sprint(name(a), " ", dtype(a.DType), a.Shape, bytes))
	}
	return rows
}

func same(text string) string { return text }

func noIssues(t *testing.T, m *Model) {
	t.Helper()
	for _, issue := range m.Issues {
		t.Errorf("issue at %d: %s: %s", issue.Offset, issue.Kind, issue.Message)
	}
}

// param returns a parameter of what a model says of itself, as text.
func param(m *Model, name string) string {
	if m.Root != nil {
		for _, p := range m.Root.Params {
			if p.Name == name {
				return fmt.Sprint(p.Value)
			}
		}
	}
	return ""
}

func hdf5Rows(t *testing.T, m *Model, f formatFact) {
	t.Helper()
	sameRows(t, "arrays", arrayRows(m, func(a Array) string { return a.Member + a.Path }),
		wantRows(f, func(a formatArray) string { return a.Member + "['" + a.Name + "']" }, same))
}

func compareHDF5(t *testing.T, m *Model, f formatFact) {
	hdf5Rows(t, m, f)
	links, _ := f.Extra["links"].(map[string]any)
	for _, issue := range m.Issues {
		outside := links["/outside"] != nil || strings.Contains(t.Name(), "external")
		if issue.Kind != IssueSideFile || !outside {
			t.Errorf("issue at %d: %s: %s", issue.Offset, issue.Kind, issue.Message)
		}
	}
	attributes, _ := f.Extra["attributes"].(map[string]any)
	root, _ := attributes["/"].(map[string]any)
	for name, want := range root {
		got := param(m, "attrs['"+name+"']")
		if _, isText := want.(string); isText && got != want || got == "" {
			t.Errorf("attribute %s: got %q, want %v", name, got, want)
		}
	}
}

func compareKeras(t *testing.T, m *Model, f formatFact) {
	if strings.HasSuffix(t.Name(), ".json") {
		return
	}
	hdf5Rows(t, m, f)
}

func compareONNX(t *testing.T, m *Model, f formatFact)        {}
func compareSavedModel(t *testing.T, m *Model, f formatFact)  {}
func compareSafetensors(t *testing.T, m *Model, f formatFact) {}
func compareGGUF(t *testing.T, m *Model, f formatFact)        {}
