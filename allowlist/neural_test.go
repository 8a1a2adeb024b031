package allowlist

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"modelscan/inspect"
)

// foreign matches the fixtures of torch that hold what no list can name: a
// module of the author's own, source text, compiled scripts.
var foreign = regexp.MustCompile(`-(own-module|package|script)`)

// TestNetworksAreTrusted holds that whole modules, checkpoints and tensors of
// every release of torch pass, and that an author's own module does not.
func TestNetworksAreTrusted(t *testing.T) {
	raw, err := os.ReadFile("../testdata/oracle/facts_libraries.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct{ Format string }
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	var in inspect.Inspector
	trusted := 0
	for path, fact := range facts {
		if fact.Format != "torch" {
			continue
		}
		m, err := in.File(context.Background(), filepath.Join("../testdata", path))
		if err != nil {
			t.Fatal(err)
		}
		switch v := Default().Judge(m); {
		case foreign.MatchString(path) && v.Status == Trusted:
			t.Errorf("%s: got %s", path, v.Status)
		case !foreign.MatchString(path) && v.Status != Trusted:
			t.Errorf("%s: got %s %q, issues %v", path, v.Status, v.Untrusted, m.Issues)
		case v.Status == Trusted:
			trusted++
		}
	}
	if trusted < 120 {
		t.Errorf("got %d trusted files", trusted)
	}
}
