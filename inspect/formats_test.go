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

// TestFormatFacts compares what we say of the files of torch, NumPy and
// skops with what these libraries say (testdata/make_formats.py).
func TestFormatFacts(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/formats.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct {
		Format  string
		Globals []string
		Arrays  [][2]any
	}
	if err := json.Unmarshal(raw, &facts); err != nil || len(facts) < 40 {
		t.Fatalf("got %d files, %v", len(facts), err)
	}
	var in Inspector
	for name, want := range facts {
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Fatal(err)
		}
		if m.Format != want.Format || len(m.Issues) != 0 {
			t.Errorf("%s: got %s, want %s; issues %v", name, m.Format, want.Format, m.Issues)
		}
		for _, global := range want.Globals {
			if !hasName(m, global) && !slices.ContainsFunc(m.Globals, func(g Global) bool { return g.Raw == global }) {
				t.Errorf("%s: %s is missing", name, global)
			}
		}
		if want.Arrays == nil {
			continue
		}
		var got, expected []string
		for _, a := range m.Arrays {
			if a.Path == "" || strings.HasSuffix(a.Path, "']") || want.Format != "npy" && want.Format != "npz" { // not those inside object arrays
				got = append(got, fmt.Sprint(a.DType, a.Shape))
			}
		}
		for _, a := range want.Arrays {
			expected = append(expected, fmt.Sprint(a[0], a[1]))
		}
		slices.Sort(got)
		slices.Sort(expected)
		if !slices.Equal(slices.Compact(got), slices.Compact(expected)) {
			t.Errorf("%s: got arrays\n%q\nwant\n%q", name, got, expected)
		}
	}
}
