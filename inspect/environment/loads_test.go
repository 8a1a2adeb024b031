package environment

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestLoads compares what we say of each fixture in each environment with
// what loading it there does (testdata/oracle/loads.py). Names and forms that
// come and go decide nearly all; what remains is what a table of releases
// cannot know.
func TestLoads(t *testing.T) {
	var loads map[string]map[string]string
	readJSONFile(t, "oracle/loads.json", &loads)
	var facts map[string]struct{ Env string }
	readJSONFile(t, "oracle/facts.json", &facts)
	names := map[string]bool{}
	for _, answers := range loads {
		for name := range answers {
			names[name] = true
		}
	}
	pinned := pinnedEnvironments(t, names)
	counts := map[string]int{}
	var in inspect.Inspector
	for file := range facts {
		path := filepath.Join(testdata, file)
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		for name, env := range pinned {
			real, _, _ := strings.Cut(loads[file][name], " ")
			r := env.Compare(m)
			kind := "said " + word1(string(r.Effect)) + ", is " + word1(real)
			if says(r, "runs there alone") {
				kind = "code of another Python" // that a load gets by does not make it run
			}
			counts[kind]++
			if string(r.Effect) != real && testing.Verbose() {
				t.Logf("%s in %s: %s; %s %v", file, name, kind, loads[file][name], r.Checks)
			}
			if facts[file].Env == name && r.Effect != Nothing {
				t.Errorf("%s in its own environment %s: %+v", file, name, r.Checks)
			}
		}
	}
	t.Log(counts)
	for kind, most := range map[string]int{
		"said nothing, is warns": 0, "said warns, is nothing": 0, "said breaks, is warns": 0, // of 2,500
		"said warns, is breaks": 5, "said nothing, is breaks": 130, "said breaks, is nothing": 25, // of 6,700
	} {
		if counts[kind] > most {
			t.Errorf("%s: %d times, want at most %d", kind, counts[kind], most)
		}
	}
	if counts["said breaks, is breaks"] < 6000 || counts["said warns, is warns"] < 2000 || counts["said nothing, is nothing"] < 5000 {
		t.Errorf("got %v", counts)
	}
}

const testdata = "../../testdata"

func word1(effect string) string {
	if effect == "" {
		return "nothing"
	}
	return effect
}

func says(r *Result, text string) bool {
	for _, c := range r.Checks {
		if strings.Contains(c.Message, text) {
			return true
		}
	}
	return false
}

func readJSONFile(t *testing.T, name string, v any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, name))
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// pinnedEnvironments reads those environments from testdata/envs.py.
func pinnedEnvironments(t *testing.T, names map[string]bool) map[string]*Environment {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(testdata, "envs.py"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*Environment{}
	for name := range names {
		_, row, ok := strings.Cut(string(source), `"`+name+`": ("`)
		python, row, _ := strings.Cut(row, `"`)
		pins, _, _ := strings.Cut(strings.TrimLeft(row, `, "`), `"`)
		if !ok || pins == "" {
			t.Fatalf("no environment %s", name)
		}
		e := &Environment{Source: name, Kind: "installed", Complete: true}
		e.add(Python, Package{Version: python})
		for _, pin := range strings.Fields(pins) {
			library, version, _ := strings.Cut(pin, "==")
			e.add(library, Package{Version: version})
		}
		all[name] = e
	}
	return all
}
