package allowlist

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"modelscan/inspect"
)

// networkFact is what a library says of a fixture.
type networkFact struct {
	Format  string
	Globals []string
}

func networkFacts(t *testing.T) map[string]networkFact {
	t.Helper()
	raw, err := os.ReadFile("../testdata/oracle/facts_libraries.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]networkFact
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	return facts
}

// foreign matches the fixtures of torch that hold what no list can name: a
// module of the author's own, source text, compiled scripts, and archives
// that a loader of today does not read.
var foreign = regexp.MustCompile(`-(own-module|package|script|by-hand|state-zip)`)

// TestNetworksAreTrusted holds that whole modules, checkpoints and tensors of
// every release of torch pass, and objects of what is built on it, and of
// language and graph libraries; and that an author's own module does not.
func TestNetworksAreTrusted(t *testing.T) {
	var in inspect.Inspector
	trusted := map[string]int{}
	for path, fact := range networkFacts(t) {
		if fact.Format != "torch" && fact.Format != "networks" {
			continue
		}
		m, err := in.File(context.Background(), filepath.Join("../testdata", path))
		if err != nil {
			t.Fatal(err)
		}
		v := Default().Judge(m)
		switch {
		case foreign.MatchString(path) && fact.Format == "torch":
			continue
		case v.Status != Trusted:
			t.Errorf("%s: got %s %q, issues %v", path, v.Status, v.Untrusted, m.Issues)
		}
		trusted[fact.Format]++
		if fact.Format == "torch" {
			continue
		}
		for _, name := range fact.Globals {
			if !slices.ContainsFunc(m.Globals, func(g inspect.Global) bool { return g.Name() == name }) {
				t.Errorf("%s: %s is missing", path, name)
			}
		}
	}
	if trusted["torch"] < 120 || trusted["networks"] < 60 {
		t.Errorf("got %v trusted files", trusted)
	}
}

// TestOwnModuleIsUntrusted holds that a module of the author's own needs its code.
func TestOwnModuleIsUntrusted(t *testing.T) {
	files, err := filepath.Glob("../testdata/models/torch/*-own-module*.pt")
	if err != nil || len(files) < 4 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	var in inspect.Inspector
	for _, path := range files {
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		v := Default().Judge(m)
		if !slices.Equal(v.Untrusted, []string{"writers.torches.Typed"}) || !regexp.MustCompile("needs the code of writers.torches").MatchString(v.Findings[0].Message) {
			t.Errorf("%s: got %q, %v", path, v.Untrusted, v.Findings)
		}
	}
}

// TestForgedNetworks puts another name where each class or function of the
// real pickles stands, one after the other, and holds that none passes. The
// names are of protocol 2, lines of text, so that any fits.
func TestForgedNetworks(t *testing.T) {
	files, err := filepath.Glob("../testdata/models/networks/*-p2.pkl")
	if err != nil || len(files) < 25 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	gadgets := [][2]string{{"os", "system"}, {"numpy", "load"}, {"nltk.data", "load"}, {"gensim.utils", "unpickle"}, {"torch.hub", "load"},
		{"functools", "reduce"}, {"__main__", "Model"}, {"mypackage", "Model"}}
	var in inspect.Inspector
	forged := 0
	for i, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		for j, g := range m.Globals {
			if g.Member != "" {
				continue // in a file inside
			}
			parts := bytes.SplitN(data[g.Offset:], []byte("\n"), 3)
			if len(parts) < 3 || parts[0][0] != 'c' {
				continue // a look-up by arguments
			}
			gadget := gadgets[(i+j)%len(gadgets)]
			bad := slices.Concat(data[:g.Offset], []byte("c"+gadget[0]+"\n"+gadget[1]+"\n"), parts[2])
			if v := Default().Judge(in.Reader(context.Background(), "x.pkl", bytes.NewReader(bad), int64(len(bad)))); v.Status != Untrusted {
				t.Errorf("%s with %v for %s: got %s", path, gadget, g.Name(), v.Status)
			}
			forged++
		}
	}
	if forged < 200 {
		t.Errorf("got %d forged files", forged)
	}
}
