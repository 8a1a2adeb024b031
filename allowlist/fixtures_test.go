package allowlist

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"modelscan/inspect"
)

// carryCode matches the fixtures that are untrusted by nature: functions of
// cloudpickle and dill, and names that no list holds (README.md says why).
var carryCode = regexp.MustCompile(`^(cloudpickle-|dill-|numpy-.*-ufuncs|` +
	`python-.*-(functions|library|instances|pure-instances)[-.])`)

// TestOrdinaryModelsAreTrusted holds that every real file of the libraries
// that have a list passes with no finding.
func TestOrdinaryModelsAreTrusted(t *testing.T) {
	var in inspect.Inspector
	sklearn, all := 0, 0
	for _, path := range fixtures(t) {
		name := filepath.Base(path)
		m, err := in.File(context.Background(), "../testdata/"+path)
		if err != nil {
			t.Fatal(err)
		}
		v := Default().Judge(m)
		all++
		if ok, _ := filepath.Match("sklearn-*", name); ok {
			sklearn++
		} else if carryCode.MatchString(name) {
			continue
		}
		if v.Status != Trusted {
			t.Errorf("%s: got %s %q, issues %v", path, v.Status, v.Untrusted, m.Issues)
		}
	}
	if sklearn < 250 || all < 700 {
		t.Errorf("got %d files, %d of scikit-learn", all, sklearn)
	}
}

// fixtures are the files that Python states facts about.
func fixtures(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, list := range []string{"facts.json", "formats.json"} {
		raw, err := os.ReadFile("../testdata/oracle/" + list)
		if err != nil {
			t.Fatal(err)
		}
		var facts map[string]json.RawMessage
		if err := json.Unmarshal(raw, &facts); err != nil {
			t.Fatal(err)
		}
		paths = slices.AppendSeq(paths, maps.Keys(facts))
	}
	return paths
}

// TestCodeIsUntrusted holds that a function, pickled by value, never passes.
func TestCodeIsUntrusted(t *testing.T) {
	files, err := filepath.Glob("../testdata/models/pickle/*-lambda*.pkl")
	if err != nil || len(files) < 4 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	var in inspect.Inspector
	for _, path := range files {
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		if v := Default().Judge(m); v.Status != Untrusted {
			t.Errorf("%s: got %s", path, v.Status)
		}
	}
}
