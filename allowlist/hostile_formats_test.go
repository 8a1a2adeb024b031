package allowlist

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"modelscan/inspect"
)

// TestHostileFormats holds that the hostile files of formats other than
// pickle have the verdict that their author gave them, with the names.
func TestHostileFormats(t *testing.T) {
	f, err := os.Open("../testdata/hostile/INDEX-archives.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	skops := regexp.MustCompile(`^10-skops-`) // have a test of their own
	var in inspect.Inspector
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	files := 0
	for lines.Scan() {
		var row struct {
			File, Attacks string
			Verdict, Or   Status
			Names         []string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if skops.MatchString(row.File) {
			continue
		}
		files++
		m, err := in.File(context.Background(), "../testdata/hostile/"+row.File)
		if err != nil {
			t.Fatal(err)
		}
		v := Default().Judge(m)
		if v.Status != row.Verdict && v.Status != row.Or {
			t.Errorf("%s (%s): got %s %q, issues %v, want %s", row.File, row.Attacks, v.Status, v.Untrusted, m.Issues, row.Verdict)
		}
		for _, name := range row.Names {
			if !slices.Contains(v.Untrusted, name) {
				t.Errorf("%s (%s): %s is missing in %q", row.File, row.Attacks, name, v.Untrusted)
			}
		}
	}
	if files < 250 {
		t.Errorf("got %d hostile files, want at least 100", files)
	}
}
