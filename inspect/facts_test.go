package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

// fact is what Python says of a fixture: testdata/oracle/facts.py made it.
type fact struct {
	Protocol        int
	Globals         []string
	SklearnVersions []string `json:"sklearn_versions"`
	Arrays          []factArray
	ArraysChecked   *bool `json:"arrays_checked"`
	Sparse          []struct {
		Path, Layout, DType string
		Shape               []int64
		NNZ                 int64
	}
	Frames []factFrame
	Model  *factModel
}

type factFrame struct {
	Path, Class, Index string
	Rows, Columns      int64
	Names              []string
	DTypes             map[string]int
}

type factModel struct {
	Class, Repr    string
	Params, Fitted map[string]any
	Summary        map[string]int64
	Parts          map[string]struct {
		Class  string
		Fitted map[string]any
	}
}

type factArray struct {
	Path, DType, Order string
	Shape              []int64
	Bytes              int64
}

const testdata = "../testdata"

func readFacts(t *testing.T) map[string]fact {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]fact
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	if len(facts) < 500 {
		t.Fatalf("got %d fixtures, want at least 500", len(facts))
	}
	return facts
}

// TestFacts compares what we say of every fixture with what Python says of
// the object that it loads.
func TestFacts(t *testing.T) {
	var in Inspector
	printed, framed := 0, 0
	for name, want := range readFacts(t) {
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, issue := range m.Issues {
			t.Errorf("%s: issue at %d: %s: %s", name, issue.Offset, issue.Kind, issue.Message)
		}
		compareNames(t, name, m, want)
		compareVersions(t, name, m, want)
		compareArrays(t, name, m, want)
		compareSparse(t, name, m, want)
		framed += compareFrames(t, name, m, want)
		printed += compareModel(t, name, m, want.Model)
	}
	if framed < 100 {
		t.Errorf("%d frames were compared", framed)
	}
	if printed < 100 {
		t.Errorf("%d estimators were compared as scikit-learn prints them", printed)
	}
}

func compareNames(t *testing.T, name string, m *Model, want fact) {
	t.Helper()
	got := []string{}
	for _, g := range m.Globals {
		if g.Kind == Named {
			got = append(got, g.Name())
		}
	}
	sort.Strings(got)
	got = slices.Compact(got)
	if slices.ContainsFunc(got, func(name string) bool { // look-ups by argument
		return slices.Contains([]string{
			"numpy.core._ufunc_reconstruct", "builtins.getattr", "builtins.type", "cloudpickle.cloudpickle._builtin_type", "dill._dill._load_type",
		}, name)
	}) {
		got = slices.DeleteFunc(got, func(name string) bool { return !slices.Contains(want.Globals, name) })
	}
	if !slices.Equal(got, want.Globals) {
		t.Errorf("%s: got names\n\t%s\nwant\n\t%s", name, strings.Join(got, "\n\t"), strings.Join(want.Globals, "\n\t"))
	}
}

func compareVersions(t *testing.T, name string, m *Model, want fact) {
	t.Helper()
	got := []string{}
	for _, v := range m.Versions {
		if v.Library == "scikit-learn" && !isBound(v.Version) {
			got = append(got, v.Version)
		}
	}
	sort.Strings(got)
	if !slices.Equal(slices.Compact(got), want.SklearnVersions) {
		t.Errorf("%s: got scikit-learn %q, want %q", name, got, want.SklearnVersions)
	}
}

func compareArrays(t *testing.T, name string, m *Model, want fact) {
	t.Helper()
	if want.ArraysChecked != nil && !*want.ArraysChecked {
		return
	}
	byPath := func(a, b factArray) int { return strings.Compare(a.Path, b.Path) }
	for i, a := range want.Arrays {
		want.Arrays[i].Path = strings.TrimPrefix(a.Path, ".")
		if a.DType == "|T16" { // what NumPy 2.0 calls StringDType
			want.Arrays[i].DType = "StringDType()"
		}
	}
	var got []factArray
	for _, a := range m.Arrays {
		got = append(got, factArray{a.Path, a.DType, a.Order, a.Shape, a.Bytes})
	}
	slices.SortStableFunc(got, byPath)
	slices.SortStableFunc(want.Arrays, byPath)
	for i := range max(len(got), len(want.Arrays)) {
		switch {
		case i >= len(got):
			t.Errorf("%s: array %d missing, want %+v", name, i, want.Arrays[i])
		case i >= len(want.Arrays):
			t.Errorf("%s: array %d: got %+v, want none", name, i, got[i])
		case !sameArray(got[i], want.Arrays[i]):
			t.Errorf("%s: array %d:\n got %+v\nwant %+v", name, i, got[i], want.Arrays[i])
		default:
			continue
		}
		return
	}
}

func compareFrames(t *testing.T, name string, m *Model, want fact) int {
	t.Helper()
	row := func(f factFrame) string { return fmt.Sprintf("%+v", f) }
	var got, wanted []string
	for _, f := range m.Frames {
		types := map[string]int{}
		for _, total := range f.DTypes {
			types[total.Name] = total.Count
		}
		got = append(got, row(factFrame{f.Path, f.Class, f.Index, f.Rows, f.Columns, f.Names, types}))
	}
	for _, f := range want.Frames {
		f.Path = strings.TrimPrefix(f.Path, ".")
		wanted = append(wanted, row(f))
	}
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) {
		t.Errorf("%s: got frames\n\t%s\nwant\n\t%s", name, strings.Join(got, "\n\t"), strings.Join(wanted, "\n\t"))
	}
	return len(got)
}

func sameArray(a, b factArray) bool {
	return a.Path == b.Path && a.DType == b.DType && a.Order == b.Order && a.Bytes == b.Bytes && slices.Equal(a.Shape, b.Shape)
}

func compareSparse(t *testing.T, name string, m *Model, want fact) {
	t.Helper()
	var got, expected []string
	for i, s := range want.Sparse {
		if i < len(m.Sparse) && m.Sparse[i].Stored < 0 {
			s.NNZ = -1 // not told without the data
		}
		expected = append(expected, fmt.Sprint(strings.TrimPrefix(s.Path, "."), s.Layout, s.DType, s.Shape, s.NNZ))
	}
	for _, s := range m.Sparse {
		got = append(got, fmt.Sprint(s.Path, s.Layout, s.DType, s.Shape, s.Stored))
	}
	lines(t, name, got, expected)
}

// unprintable are beginnings of what we do not print as Python does: the
// data of arrays, addresses, objects with a representation of their own.
var unprintable = []string{"array(", "<function", "<ufunc", "RandomState", "np.float", "RBF(", "Numpy"}

// compareModel compares an estimator with the loaded one, and counts it where
// its representation was compared too.
func compareModel(t *testing.T, name string, m *Model, want *factModel) int {
	t.Helper()
	if want == nil {
		return 0
	}
	got := m.Root
	if got == nil || got.Class != want.Class {
		t.Errorf("%s: got model %v, want %s", name, got, want.Class)
		return 0
	}
	compareValues(t, name+": params", got.Params, want.Params)
	compareValues(t, name+": fitted", got.Fitted, want.Fitted)
	for key, n := range want.Summary {
		if value, _ := find(got.Summary, key); value != n {
			t.Errorf("%s: %s: got %v, want %d", name, key, value, n)
		}
	}
	compareParts(t, name, got.Parts, want)
	if want.Repr == "" || slices.ContainsFunc(unprintable, func(s string) bool { return strings.Contains(want.Repr, s) }) {
		return 0
	}
	if got.Repr != want.Repr {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got.Repr, want.Repr)
	}
	return 1
}

func compareParts(t *testing.T, name string, got []Part, want *factModel) {
	t.Helper()
	for _, part := range got {
		known, ok := want.Parts[part.Path]
		if !ok || known.Class != part.Class {
			t.Errorf("%s: %s is a %s, want %q", name, part.Path, part.Class, known.Class)
		}
		compareValues(t, name+": "+part.Path, part.Fitted, known.Fitted)
	}
	if len(got) != len(want.Parts) {
		t.Errorf("%s: got %d fitted estimators, want %d", name, len(got), len(want.Parts))
	}
}

func find(params []Param, name string) (any, bool) {
	for _, p := range params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return nil, false
}

func compareValues(t *testing.T, name string, got []Param, want map[string]any) {
	t.Helper()
	for key, value := range want {
		mine, ok := find(got, key)
		if n, isInt := mine.(int64); isInt {
			mine = float64(n) // as JSON has it
		}
		if !ok || mine != value {
			t.Errorf("%s: %s: got %v (%v), want %v", name, key, mine, ok, value)
		}
	}
}
