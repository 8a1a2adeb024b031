package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// libraryFact is what a library says of a file that it wrote.
type libraryFact struct {
	Format   string
	Globals  []string
	Versions map[string]any
	Extra    struct {
		Trees      *int64
		Booster    string
		Objective  any
		Features   []string
		Classes    any
		Attributes map[string]string
		Model      map[string]string
	}
}

func libraryFacts(t *testing.T, formats ...string) map[string]libraryFact {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts_libraries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows map[string]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	facts := map[string]libraryFact{}
	for name, row := range rows {
		var fact libraryFact
		if err := json.Unmarshal(row, &fact); slices.Contains(formats, fact.Format) {
			if err != nil {
				t.Fatal(err)
			}
			facts[name] = fact
		}
	}
	return facts
}

// paramsOf returns the parameters that a report shows, as text.
func paramsOf(m *Model) map[string]string {
	params := map[string]string{}
	if m.Root != nil {
		for _, p := range m.Root.Params {
			params[p.Name] = fmt.Sprint(p.Value)
		}
	}
	return params
}

// TestBoosterFacts compares what we say of the models of XGBoost, LightGBM and
// CatBoost, and of pickles that carry one, with what these libraries say.
func TestBoosterFacts(t *testing.T) {
	facts := libraryFacts(t, "xgboost", "lightgbm", "catboost")
	if len(facts) < 150 {
		t.Fatalf("got %d files", len(facts))
	}
	var in Inspector
	for name, want := range facts {
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Issues) != 0 {
			t.Errorf("%s: issues %v", name, m.Issues)
		}
		compareBoosterVersion(t, name, m, want)
		if strings.HasSuffix(name, ".pkl") {
			continue
		}
		if m.Format != want.Format {
			t.Errorf("%s: got format %s", name, m.Format)
		}
		compareBooster(t, name, paramsOf(m), want)
	}
}

func compareBoosterVersion(t *testing.T, name string, m *Model, want libraryFact) {
	t.Helper()
	var got []string
	for _, v := range m.Versions {
		if v.Library == want.Format {
			got = append(got, v.Version)
		}
		if strings.HasSuffix(name, ".pkl") && v.Library == want.Format && want.Format != "lightgbm" && !strings.Contains(v.Member, "@") {
			t.Errorf("%s: the version %s has no member", name, v.Version)
		}
	}
	expected := ""
	switch want.Format {
	case "xgboost":
		expected, _ = want.Versions["xgboost"].(string)
		if expected == "" {
			expected = "<1.0"
		}
		if binary := strings.HasSuffix(name, ".model") || strings.HasSuffix(name, ".deprecated") || strings.HasSuffix(name, "raw.bin") && !strings.Contains(name, "3.2.0"); binary && expected[0] != '<' {
			var major, minor int
			fmt.Sscanf(expected, "%d.%d", &major, &minor)
			expected = fmt.Sprintf(">=%d.%d,<%d.%d", major, minor, major, minor+1)
		}
	case "lightgbm":
		form, _ := want.Versions["format"].(string)
		expected = lightgbmReleases[form]
	case "catboost":
		expected, _ = want.Versions["catboost"].(string)
	}
	if expected == "" && len(got) == 0 {
		return
	}
	if !slices.Equal(got, []string{expected}) {
		t.Errorf("%s: got versions %q, want %s", name, got, expected)
	}
}

func compareBooster(t *testing.T, name string, got map[string]string, want libraryFact) {
	t.Helper()
	check := func(key, expected string) {
		if got[key] != expected {
			t.Errorf("%s: got %s %q, want %q", name, key, got[key], expected)
		}
	}
	list := func(items []string) string {
		return "['" + strings.Join(items, "', '") + "']"
	}
	x := want.Extra
	if x.Trees != nil && got["booster"] != "gblinear" {
		check("num_trees", fmt.Sprint(*x.Trees))
	}
	if x.Booster != "" {
		check("booster", x.Booster)
	}
	if objective, ok := x.Objective.(string); ok {
		check("objective", objective)
	}
	if len(x.Features) > 0 && (want.Format != "xgboost" || got["feature_names"] != "") {
		check("feature_names", list(x.Features))
	}
	if classes, ok := x.Classes.([]any); ok && len(classes) > 0 {
		check("classes", strings.ReplaceAll(fmt.Sprint(classes), " ", ", "))
	}
	for key, value := range x.Attributes {
		check("attributes."+key, value)
	}
	for _, key := range []string{"num_class", "num_feature"} {
		if value, ok := x.Model[key]; ok {
			check(key, value)
		}
	}
}

// TestBoosterDamage holds that a model that is cut or has more behind it is
// no whole one, in every form.
func TestBoosterDamage(t *testing.T) {
	for _, name := range []string{
		"xgboost/xgboost-0.90-tree.model", "xgboost/xgboost-1.5.2-noted.model", "xgboost/xgboost-1.5.2-dart.model",
		"xgboost/xgboost-0.90-linear.model", "xgboost/xgboost-3.2.0-tree.ubj", "xgboost/xgboost-3.2.0-tree.json",
		"lightgbm/lightgbm-4.6.0-dump.json", "lightgbm/lightgbm-4.6.0-binary.txt",
		"catboost/catboost-1.2.10-classifier.cbm", "catboost/catboost-1.2.10-classifier.json",
	} {
		data, err := os.ReadFile(filepath.Join(testdata, "models", name))
		if err != nil {
			t.Fatal(err)
		}
		if m := inspectBytes("x.model", data); len(m.Issues) != 0 {
			t.Errorf("%s: issues %v", name, m.Issues)
		}
		for i := 1; i < 10; i++ {
			if m := inspectBytes("x.model", data[:len(data)/2*i/10]); len(m.Issues) == 0 {
				t.Errorf("%s: got no issue of %d bytes", name, len(data)/2*i/10)
			}
		}
		if m := inspectBytes("x.model", append(bytes.Clone(data), "\x01 more"...)); len(m.Issues) == 0 {
			t.Errorf("%s: got no issue of what is behind it", name)
		}
	}
}

// TestLightGBMParser reads what stands behind the parameters of a model that
// was trained on text.
func TestLightGBMParser(t *testing.T) {
	const head, tree = "tree\nversion=v4\nnum_class=1\n", "Tree=0\nnum_leaves=1\n\nend of trees\n"
	const behind = "\nparameters:\n[boosting: gbdt]\nend of parameters\n\nparser:\n{\"class\": 1}\nend of parser\n\nMaps:\nmap: a\nx=1\n"
	if m := inspectBytes("x.txt", []byte(head+tree+behind+"end of Maps\npandas_categorical:[]\n")); m.Format != "lightgbm" || len(m.Issues) != 0 {
		t.Errorf("got %s, %v", m.Format, m.Issues)
	}
	for _, text := range []string{head, head + tree + behind, head + tree + behind + "end of Maps\nmore\n"} {
		if m := inspectBytes("x.txt", []byte(text)); len(m.Issues) != 1 {
			t.Errorf("%q: got %v", text, m.Issues)
		}
	}
}

// TestXGBoostForms reads the forms that no library here writes: base64, and
// the pickled form of 1.0 to 1.2.
func TestXGBoostForms(t *testing.T) {
	plain, err := os.ReadFile(filepath.Join(testdata, "models/xgboost/xgboost-1.5.2-tree.model"))
	if err != nil {
		t.Fatal(err)
	}
	config := `{"learner":{"learner_train_param":{"booster":"gbtree"}},"version":[1,1,1]}`
	configured := binaryLength(xgbConfig, len(plain)) + string(plain) + config
	for name, data := range map[string]string{
		"base64": xgbBase64 + toBase64(plain) + "\n", "configured": configured,
		"configured, bare": binaryLength(xgbConfig, len(plain)-4) + string(plain[4:]) + config,
	} {
		m := inspectBytes("x.model", []byte(data))
		if m.Format != "xgboost" || len(m.Issues) != 0 || len(m.Versions) != 1 || paramsOf(m)["num_trees"] != "2" {
			t.Errorf("%s: got %s, %v, %v, %v", name, m.Format, m.Issues, m.Versions, m.Root)
		}
		if name != "base64" && m.Versions[0].Version != "1.1.1" {
			t.Errorf("%s: got %v", name, m.Versions)
		}
	}
}
