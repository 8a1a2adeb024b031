package allowlist

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

// readable gives text with lone surrogates the form in which JSON leaves it.
func readable(name string) string { return strings.ToValidUTF8(name, "\ufffd") }

// TestHostile holds every hostile file against what CPython's unpicklers
// resolve for it (testdata/oracle/resolve.py): the names that do harm must be
// untrusted, and nothing may be trusted.
func TestHostile(t *testing.T) {
	f, err := os.Open("../testdata/hostile/INDEX.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := inspect.Inspector{Limits: inspect.Limits{MaxExpansion: 512 << 20}} // bombs are cut short
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	files := 0
	for lines.Scan() {
		var row struct {
			File, Attacks   string
			Verdict         Status
			Names, Resolved []string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		files++
		m, err := in.File(context.Background(), "../testdata/hostile/"+row.File)
		if err != nil {
			t.Errorf("%s: %v", row.File, err)
			continue
		}
		v := Default().Judge(m)
		if v.Status == Trusted || v.Status == Skipped || row.Verdict == Untrusted && v.Status != Untrusted {
			t.Errorf("%s (%s): got %s %q %v, want %s", row.File, row.Attacks, v.Status, v.Untrusted, m.Issues, row.Verdict)
		}
		var names []string
		for _, g := range m.Globals {
			names = append(names, readable(g.Name()), readable(g.Raw))
		}
		for _, name := range row.Resolved {
			if !slices.Contains(names, readable(name)) {
				t.Errorf("%s (%s): %q is missing in %.400q; issues %v", row.File, row.Attacks, name, names, m.Issues)
			}
		}
	}
	if files < 150 {
		t.Errorf("got %d hostile files, want at least 150", files)
	}
}
