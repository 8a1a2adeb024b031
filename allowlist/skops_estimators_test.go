package allowlist

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

var update = flag.Bool("update", false, "rewrite what is said of every estimator")

const (
	estimatorsFile = "../testdata/oracle/skops-estimators.json"
	parityPage     = "../docs/skops-parity.md"
)

// estimatorFacts are what was found for all estimators of one release.
type estimatorFacts struct {
	Objects    int                       `json:"objects"`
	LeftOut    map[string]string         `json:"left_out"`    // what skops does not write
	PickleOnly []string                  `json:"pickle_only"` // untrusted under the profile in a pickle, and no part of a .skops
	SkopsOnly  []string                  `json:"skops_only"`  // and the other way round: a pickle names a scalar's dtype, not its class
	Estimators map[string]estimatorNames `json:"estimators"`
}

type estimatorNames struct {
	Objects int      `json:"objects"`
	Skops   []string `json:"skops"`   // untrusted for skops, in any object of the class
	Default []string `json:"default"` // and for the lists that are reviewed
}

// TestSkopsEstimators compares every estimator of scikit-learn, fitted and
// written as .skops, pickle and joblib by testdata/oracle/skops_estimators.py,
// with what skops says. It takes minutes, and pinned environments:
// MODELSCAN_ESTIMATORS names the folder for the files, which stay there.
func TestSkopsEstimators(t *testing.T) {
	folder := os.Getenv("MODELSCAN_ESTIMATORS")
	if folder == "" {
		t.Skip("MODELSCAN_ESTIMATORS is not set")
	}
	got := map[string]*estimatorFacts{}
	for _, release := range []string{"skops-0.9.0", "skops-0.16.0"} {
		got[release] = compareEstimators(t, release, writeEstimators(t, release, filepath.Join(folder, release)))
	}
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, estimatorsFile, append(text, '\n'))
}

// checkFile compares a file with what it should hold, or rewrites it.
func checkFile(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
		t.Errorf("%s is not what was found (%v): run with -update and read the difference", path, err)
	}
}

// writeEstimators has an environment's Python write its estimators, unless it
// did so before.
func writeEstimators(t *testing.T, release, folder string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(folder, "facts.json")); err == nil {
		return folder
	}
	home, _ := os.UserHomeDir()
	envs := os.Getenv("MODELSCAN_ENVS")
	if envs == "" {
		envs = filepath.Join(home, ".cache", "modelscan", "envs")
	}
	python := filepath.Join(envs, release, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Skipf("no environment %s: python3 testdata/envs.py %s", release, release)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python, "../testdata/oracle/skops_estimators.py", folder)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %.2000s", err, out)
	}
	return folder
}

// astray are names that no reading of joblib has that loads these files: for
// pickle.load an object array is opcodes of the pickle around it, and for
// joblib before 1.2 so is the end of a padded array.
var astray = []string{"sklearn.preprocessing._label.scalar", "<computed>"}

func compareEstimators(t *testing.T, release, folder string) *estimatorFacts {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "facts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var written struct {
		Rows []struct {
			Name, Class string
			Untrusted   []string
		}
		LeftOut map[string]string `json:"left_out"`
	}
	if err := json.Unmarshal(raw, &written); err != nil {
		t.Fatal(err)
	}
	policy := profile(t, release)
	facts := &estimatorFacts{Objects: len(written.Rows), LeftOut: written.LeftOut, Estimators: map[string]estimatorNames{}}
	var in inspect.Inspector
	for _, row := range written.Rows {
		var models []*inspect.Model
		for _, ending := range []string{".skops", ".pkl", ".joblib"} {
			m, err := in.File(context.Background(), filepath.Join(folder, row.Name+ending))
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, m)
		}
		own := Default().Judge(models[0]).Untrusted
		if got := policy.Judge(models[0]).Untrusted; !slices.Equal(got, row.Untrusted) {
			t.Errorf("%s %s: got %q, skops says %q", release, row.Name, got, row.Untrusted)
		}
		if extra := without(own, row.Untrusted); len(extra) > 0 {
			t.Errorf("%s %s: %q is untrusted here, and not for skops", release, row.Name, extra)
		}
		for _, m := range models[1:] {
			got := without(policy.Judge(m).Untrusted, astray)
			facts.SkopsOnly = union(facts.SkopsOnly, without(row.Untrusted, got))
			facts.PickleOnly = union(facts.PickleOnly, without(got, row.Untrusted))
			if got := without(Default().Judge(m).Untrusted, astray); !slices.Equal(got, without(own, nil)) {
				t.Errorf("%s %s: got %q, and in the .skops %q", release, filepath.Base(m.Path), got, own)
			}
		}
		names := facts.Estimators[row.Class]
		names.Objects++
		names.Skops, names.Default = union(names.Skops, row.Untrusted), union(names.Default, own)
		facts.Estimators[row.Class] = names
	}
	return facts
}

// without returns the names that are not among others; never nil.
func without(names, others []string) []string {
	left := []string{}
	for _, name := range names {
		if !slices.Contains(others, name) {
			left = append(left, name)
		}
	}
	return left
}

// union returns the names of both, sorted; never nil.
func union(a, b []string) []string {
	all := slices.Concat([]string{}, a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// TestSkopsParityPage holds that the page is made of what was found, and that
// each name that is trusted beyond skops has its line with a reason.
func TestSkopsParityPage(t *testing.T) {
	raw, err := os.ReadFile(estimatorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]*estimatorFacts
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	page.WriteString(`# Parity with skops

What skops and the lists here do not trust in the estimators of scikit-learn, each fitted as it is and with each option of its parameters.
Made by ` + "`MODELSCAN_ESTIMATORS=FOLDER go test ./allowlist -run 'SkopsEstimators|SkopsParityPage' -update`" + ` with the environments that
` + "`testdata/oracle/skops_estimators.py`" + ` needs.

For every one of these objects a test holds that

* under ` + "`--lists skops-RELEASE`" + ` the untrusted names of its .skops are those of that release's ` + "`get_untrusted_types`" + `, and in its pickle and
  joblib file they are the same but for names that only one of them needs, which are below;
* under ` + "`--lists default`" + ` the three files have the same untrusted names, among those of skops.
`)
	beyond := map[string]bool{}
	only, skopsOnly := []string{}, []string{}
	for _, release := range []string{"skops-0.9.0", "skops-0.16.0"} {
		fact := facts[release]
		if fact == nil {
			t.Fatalf("nothing is known of %s", release)
		}
		only, skopsOnly = union(only, fact.PickleOnly), union(skopsOnly, fact.SkopsOnly)
		writeRelease(&page, release, fact)
		for _, names := range fact.Estimators {
			for _, name := range without(names.Skops, names.Default) {
				beyond[name] = true
			}
		}
		if fact.Objects < 1000 || len(fact.Estimators) < 150 {
			t.Errorf("%s: %d objects of %d classes", release, fact.Objects, len(fact.Estimators))
		}
	}
	page.WriteString("\n## Trusted here, and not by skops\n\n| name | why |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(beyond)) {
		reason := reasonFor(t, name)
		if reason == "" {
			t.Errorf("%s is trusted beyond skops without a reason", name)
		}
		fmt.Fprintf(&page, "| %s | %s |\n", name, reason)
	}
	page.WriteString("\n## Needed by pickles alone\n\n" + strings.Join(only, ", ") + ".\n")
	page.WriteString("\n## Needed by skops alone\n\n" + strings.Join(skopsOnly, ", ") + ": a pickle names the dtype of a scalar, not its class.\n")
	if len(skopsOnly) > 1 {
		t.Errorf("got %q that only skops needs", skopsOnly)
	}
	checkFile(t, parityPage, []byte(page.String()))
}

// writeRelease writes the classes in whose objects skops finds something.
func writeRelease(page *strings.Builder, release string, fact *estimatorFacts) {
	fmt.Fprintf(page, "\n## %s\n\n%d objects of %d classes.", release, fact.Objects, len(fact.Estimators))
	if len(fact.LeftOut) > 0 {
		var out []string
		for _, class := range slices.Sorted(maps.Keys(fact.LeftOut)) {
			out = append(out, class+" ("+fact.LeftOut[class]+")")
		}
		fmt.Fprintf(page, " Left out: %s.", strings.Join(out, ", "))
	}
	page.WriteString("\nNot in the table are classes of which skops trusts all.\n\n| class | objects | untrusted for skops | untrusted here |\n|---|---|---|---|\n")
	for _, class := range slices.Sorted(maps.Keys(fact.Estimators)) {
		if names := fact.Estimators[class]; len(names.Skops) > 0 {
			here := cmp.Or(strings.Join(names.Default, ", "), "–")
			fmt.Fprintf(page, "| %s | %d | %s | %s |\n", class, names.Objects, strings.Join(names.Skops, ", "), here)
		}
	}
}

// reasonFor returns the reason of the line that trusts a name.
func reasonFor(t *testing.T, name string) string {
	t.Helper()
	found, err := Explain(Builtin(), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		for _, line := range e.Lines {
			if !line.Never && line.Reason != "" {
				return line.Reason
			}
		}
	}
	return ""
}
