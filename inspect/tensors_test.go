package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// loadedFact is what its own library says of a fixture: testdata/oracle/facts_libraries.py made it.
type loadedFact struct {
	Format string
	Arrays []loadedArray
	Extra  map[string]json.RawMessage
}

type loadedArray struct {
	Name, DType, Order, By, Layout, Member string
	Shape, Stride                          []int64
	Bytes                                  int64
}

func readLoadedFacts(t *testing.T, format string) map[string]loadedFact {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts_libraries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]loadedFact
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for name, f := range all {
		if f.Format != format {
			delete(all, name)
		}
	}
	if len(all) < 10 {
		t.Fatalf("got %d fixtures of %s", len(all), format)
	}
	return all
}

// lines compares two lists as sets of lines with repeats.
func lines(t *testing.T, name string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n\t%s\nwant\n\t%s", name, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestArrayFiles compares every array of .npy and .npz files with what NumPy loads.
func TestArrayFiles(t *testing.T) {
	var in Inspector
	for _, format := range []string{"npy", "npz"} {
		for name, fact := range readLoadedFacts(t, format) {
			m, err := in.File(context.Background(), filepath.Join(testdata, name))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(name, "appended") { // numpy.load takes the next one when it is called again
				m.Arrays = m.Arrays[:len(fact.Arrays)]
			}
			var got, want []string
			for _, a := range m.Arrays {
				got = append(got, fmt.Sprint(a.Path, " ", a.DType, a.Shape, a.Order, a.Bytes, a.Member))
			}
			for _, a := range fact.Arrays {
				path := a.Name
				if format == "npz" { // the key, and what follows it
					key := strings.TrimSuffix(a.Member, ".npy")
					path = "[" + pythonQuote(key) + "]" + strings.TrimPrefix(a.Name, key)
				}
				want = append(want, fmt.Sprint(strings.TrimPrefix(path, "."), " ", a.DType, a.Shape, a.Order, a.Bytes, a.Member))
			}
			lines(t, name, got, want)
		}
	}
}

// torchNames are torch's names of types where ours are NumPy's.
var torchNames = map[string]string{
	"<f8": "float64", "<f4": "float32", "<f2": "float16", "<i8": "int64", "<i4": "int32", "<i2": "int16", "|i1": "int8",
	"|u1": "uint8", "<u2": "uint16", "<u4": "uint32", "<u8": "uint64", "|b1": "bool", "<c8": "complex64", "<c16": "complex128",
}

// registeredAt are the paths of what a module has registered, as its state has it.
var registeredAt = regexp.MustCompile(`\._(modules|parameters|buffers)\['(\w+)'\]`)

// userPath rewrites a path of the oracle's to the one that a user types.
func userPath(path string) string {
	path = registeredAt.ReplaceAllStringFunc(path, func(step string) string {
		name := registeredAt.FindStringSubmatch(step)[2]
		if identifier(name) {
			return "." + name
		}
		return step
	})
	return strings.TrimPrefix(path, ".")
}

// TestTensors compares the tensors of torch's files with those that torch builds.
func TestTensors(t *testing.T) {
	var in Inspector
	for name, fact := range readLoadedFacts(t, "torch") {
		if strings.HasSuffix(name, "-script.pt") || strings.HasSuffix(name, "-package.pt") || strings.HasSuffix(name, ".tar") ||
			strings.Contains(name, "nested") || fact.Extra["load_fails"] != nil { // parts of these have no path, or torch cannot load it
			continue
		}
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Fatal(err)
		}
		var got, want, paths []string
		for _, a := range m.Arrays {
			if a.Strides == nil {
				continue // a NumPy array beside the tensors
			}
			dtype := a.DType
			if known := torchNames[dtype]; known != "" {
				dtype = known
			}
			got = append(got, fmt.Sprint(dtype, a.Shape, a.Strides, a.Bytes))
			paths = append(paths, a.Path)
		}
		for _, a := range fact.Arrays {
			if a.By == "_rebuild_from_type_v2" {
				continue // around one that was rebuilt before
			}
			if a.Layout != "" {
				checkSparse(t, name, m, a)
				continue
			}
			want = append(want, fmt.Sprint(a.DType, a.Shape, a.Stride, a.Bytes))
			if path := userPath(a.Name); a.Name != "" && !slices.Contains(paths, path) && !containerPath(path) {
				t.Errorf("%s: no tensor %s in %q", name, path, paths)
			}
		}
		lines(t, name, got, want)
	}
}

// containerPath tells of a path through a list of modules, which we index.
func containerPath(path string) bool {
	return strings.Contains(path, "['0']") || strings.Contains(path, "['1']")
}

func checkSparse(t *testing.T, name string, m *Model, want loadedArray) {
	t.Helper()
	for _, s := range m.Sparse {
		if s.Path == strings.TrimPrefix(want.Name, ".") {
			if got := fmt.Sprint(torchNames[s.DType], s.Shape, s.Layout); got != fmt.Sprint(want.DType, want.Shape, want.Layout) {
				t.Errorf("%s: %s: got %s, want %+v", name, want.Name, got, want)
			}
			return
		}
	}
	t.Errorf("%s: no sparse tensor %s", name, want.Name)
}

// TestOddWrappers holds that wrappers under the other module's name, with
// too few arguments for it, are read as far as they go.
func TestOddWrappers(t *testing.T) {
	const tensor = "ctorch._utils\n_rebuild_tensor_v2\n(tR"
	for _, wrapper := range []string{"_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_from_type_v2", "_rebuild_from_type"} {
		for _, module := range []string{"torch._utils", "torch._tensor"} {
			for count := range 5 {
				program := "c" + module + "\n" + wrapper + "\n(" + tensor + strings.Repeat("I01\n", count) + "tR."
				var in Inspector
				m := in.Reader(context.Background(), "x.pkl", strings.NewReader(program), int64(len(program)))
				if len(m.Globals) < 2 {
					t.Errorf("%s.%s with %d arguments more: got %+v", module, wrapper, count, m.Globals)
				}
			}
		}
	}
}
