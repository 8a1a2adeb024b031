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

// skopsFacts are what releases of skops list as untrusted in each fixture
// (testdata/oracle/skops_untrusted.py); nil where one cannot read it.
func skopsFacts(t *testing.T) map[string]map[string][]string {
	t.Helper()
	raw, err := os.ReadFile("../testdata/oracle/skops.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]map[string][]string
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	return facts
}

// profile is the policy of --lists.
func profile(t *testing.T, name string) *Policy {
	t.Helper()
	lists, err := Lists(name)
	if err != nil {
		t.Fatal(err)
	}
	return None().With(lists...)
}

// overlooksMethods are the releases that do not say which method of an object
// a file holds; they list the class of the node, which is always untrusted.
var overlooksMethods = []string{"0.3.0", "0.6.0", "0.9.0", "0.11.0"}

// TestSkopsParity holds that the profile of a release finds what
// skops.io.get_untrusted_types of that release lists, and that what we do not
// trust is among it.
func TestSkopsParity(t *testing.T) {
	var in inspect.Inspector
	policies := map[string]*Policy{}
	compared := 0
	for file, releases := range skopsFacts(t) {
		m, err := in.File(context.Background(), "../testdata/"+file)
		if err != nil {
			t.Fatal(err)
		}
		for release, want := range releases {
			if policies[release] == nil {
				policies[release] = profile(t, "skops-"+release)
			}
			if want == nil {
				continue
			}
			compared++
			got := policies[release].Judge(m).Untrusted
			if slices.Contains(overlooksMethods, release) {
				got = slices.DeleteFunc(got, func(name string) bool { return isMethod(m, name) })
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, skops %s: got %q, want %q", file, release, got, want)
			}
			for _, name := range Default().Judge(m).Untrusted {
				if !slices.Contains(want, name) && !isMethod(m, name) {
					t.Errorf("%s: %s is untrusted here, and not for skops %s", file, name, release)
				}
			}
		}
	}
	if compared < 800 {
		t.Errorf("compared %d times", compared)
	}
}

// isMethod tells whether a name is that of a method that a file holds.
func isMethod(m *inspect.Model, name string) bool {
	return slices.ContainsFunc(m.Globals, func(g inspect.Global) bool {
		return g.Node == "MethodNode" && g.Name() == name && strings.Contains(g.Qualname, ".")
	})
}

// TestHostileSkops holds the hostile skops files against what skops lists for
// them, and against what their author means.
func TestHostileSkops(t *testing.T) {
	f, err := os.Open("../testdata/hostile/INDEX-archives.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in inspect.Inspector
	files := 0
	for lines := json.NewDecoder(f); lines.More(); {
		var row struct {
			File, Attacks   string
			Verdict         Status
			Names, Resolved []string
		}
		if err := lines.Decode(&row); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(row.File, "10-skops-") {
			continue
		}
		files++
		m, err := in.File(context.Background(), "../testdata/hostile/"+row.File)
		if err != nil {
			t.Fatal(err)
		}
		v := Default().Judge(m)
		if v.Status != row.Verdict {
			t.Errorf("%s (%s): got %s %q %v, want %s", row.File, row.Attacks, v.Status, v.Untrusted, m.Issues, row.Verdict)
		}
		for _, name := range append(row.Names, row.Resolved...) {
			if !slices.ContainsFunc(m.Globals, func(g inspect.Global) bool { return g.Name() == name }) {
				t.Errorf("%s (%s): %s is missing", row.File, row.Attacks, name)
			}
		}
	}
	if files < 50 {
		t.Errorf("got %d files", files)
	}
}
