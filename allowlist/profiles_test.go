package allowlist

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestProfiles holds that each profile is a well-formed list that grants
// nothing of what is never trusted.
func TestProfiles(t *testing.T) {
	for _, p := range Profiles() {
		lists, err := Lists(p.Name)
		if err != nil || p.Doc == "" {
			t.Fatalf("%+v: %v", p, err)
		}
		if p.Name == "default" || p.Name == "none" {
			continue
		}
		for _, entry := range lists[0].Entries {
			if r := Default().lookup(name{entry.Module, entry.Qualname}, "", ""); r.never {
				t.Errorf("%s:%d: %s grants a name that %s says is never trusted", lists[0].Name, entry.Line, p.Name, r.source)
			}
			if entry.Never || entry.Uses&inspect.Import == 0 || entry.Reason == "" {
				t.Errorf("%s:%d: got %+v", lists[0].Name, entry.Line, entry)
			}
		}
	}
	if names := profileNames(); !slices.Contains(names, newestSkops) || len(names) < 7 {
		t.Errorf("got %q", names)
	}
	if _, err := Lists("../never"); err == nil {
		t.Error("got lists for a path")
	}
}

// TestWeightsOnlyParity holds that the profile refuses the names that
// torch.load(weights_only=True) refuses, and no others. What that cannot read
// for other reasons, such as an opcode it does not know, says nothing.
func TestWeightsOnlyParity(t *testing.T) {
	raw, err := os.ReadFile("../testdata/oracle/facts_libraries.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct {
		OK   *bool  `json:"weights_only_ok"`
		Says string `json:"weights_only_says"`
	}
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	policy := profile(t, "weights-only")
	var in inspect.Inspector
	count := map[Status]int{}
	for file, fact := range facts {
		refuses := strings.HasPrefix(fact.Says, "Unsupported global") || strings.HasPrefix(fact.Says, "Trying to call")
		if fact.OK == nil || !*fact.OK && !refuses {
			continue
		}
		m, err := in.File(context.Background(), "../testdata/"+file)
		if err != nil {
			t.Fatal(err)
		}
		v := policy.Judge(m)
		count[v.Status]++
		if (v.Status == Trusted) != *fact.OK {
			t.Errorf("%s: got %s %q, torch says %q", file, v.Status, v.Untrusted, fact.Says)
		}
	}
	if count[Trusted] < 50 || count[Untrusted] < 20 {
		t.Errorf("compared %v", count)
	}
}
