package allowlist

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

// Variants of real files: something else stands where a name stood.
var (
	gadget   = name{"os", "system"}
	stranger = name{"somebody.models", "Estimator"}
	beyond   = name{"sklearn.feature_selection._univariate_selection", "f_classif"} // may be held, no more
)

// TestVariants holds that a trusted file is untrusted as soon as any of its
// names is another: a gadget, a class of somebody's own, or a trusted name
// that is used beyond its uses.
func TestVariants(t *testing.T) {
	files, err := filepath.Glob("../testdata/models/*/*.pkl")
	if err != nil || len(files) < 400 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	var in inspect.Inspector
	judge := func(data []byte) (*inspect.Model, Verdict) {
		m := in.Reader(context.Background(), "x.pkl", bytes.NewReader(data), int64(len(data)))
		return m, Default().Judge(m)
	}
	variants, sources := 0, 0
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 8<<10 || testing.Short() && i%8 != 0 {
			continue
		}
		m, v := judge(data)
		inside := func(g inspect.Global) bool { return g.Member != "" } // a file whose length is told
		if v.Status != Trusted || slices.ContainsFunc(m.Globals, inside) {
			continue
		}
		sources++
		for _, g := range m.Globals {
			for _, other := range []name{gadget, stranger, beyond} {
				changed, ok := replaced(data, g, other)
				if !ok || other == beyond && g.Uses&(inspect.Call|inspect.New) == 0 {
					continue
				}
				variants++
				if _, v := judge(changed); v.Status != Untrusted || !slices.Contains(v.Untrusted, other.String()) {
					t.Errorf("%s with %s for %s: got %s %q", file, other, g.Name(), v.Status, v.Untrusted)
				}
			}
		}
	}
	t.Logf("%d variants of %d files", variants, sources)
	if !testing.Short() && (variants < 5000 || sources < 300) {
		t.Errorf("got %d variants of %d files", variants, sources)
	}
}

// replaced returns a program with another name in the place of g: in a
// GLOBAL, or in two short texts before a STACK_GLOBAL. Frames are left out
// of the result, as no loader asks for them.
func replaced(data []byte, g inspect.Global, other name) ([]byte, bool) {
	module, qualname := g.Module, g.Qualname
	if at := strings.LastIndexByte(g.Raw, '.'); at > 0 {
		module, qualname = g.Raw[:at], g.Raw[at+1:]
	}
	old, was := "c"+module+"\n"+qualname+"\n", "c"+other.module+"\n"+other.qualname+"\n"
	if bytes.Contains(data, []byte(old)) {
		return bytes.ReplaceAll(data, []byte(old), []byte(was)), true
	}
	if len(data) < 12 || data[0] != 0x80 || data[2] != 0x95 || binary.LittleEndian.Uint64(data[3:]) != uint64(len(data)-11) {
		return nil, false // not one frame
	}
	pair := func(module, qualname string) []byte {
		return []byte("\x8c" + string([]byte{byte(len(module))}) + module + "\x94\x8c" + string([]byte{byte(len(qualname))}) + qualname + "\x94\x93")
	}
	body := data[11:]
	before, after, ok := bytes.Cut(body, pair(module, qualname))
	return slices.Concat(data[:2], before, pair(other.module, other.qualname), after), ok
}
