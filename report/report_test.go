package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"modelscan/allowlist"
	"modelscan/inspect"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const testList = `
sklearn.svm._classes.SVC                     import new build
sklearn.pipeline.Pipeline                    import new build
numpy.ndarray                                import
numpy._core.multiarray._reconstruct          import call
numpy.log1p                                  import
`

// judged is a file with the verdict of a small list that no change of the
// built-in ones touches.
func judged(t *testing.T, m *inspect.Model) File {
	t.Helper()
	list, err := allowlist.ParseList("test.txt", strings.NewReader(testList))
	if err != nil {
		t.Fatal(err)
	}
	return File{Model: m, Verdict: allowlist.None().With(list).Judge(m)}
}

func trustedModel() *inspect.Model {
	m := &inspect.Model{
		Path: "models/clf.joblib", Size: 1234, Format: "joblib", Compression: "zlib",
		Globals: []inspect.Global{
			{Module: "sklearn.pipeline", Qualname: "Pipeline", Uses: inspect.Import | inspect.New | inspect.Build, Count: 1, Offset: 2},
			{Module: "sklearn.svm._classes", Qualname: "SVC", Raw: "sklearn.svm.classes.SVC", Uses: inspect.Import | inspect.New | inspect.Build, Count: 1, Offset: 60},
			{Module: "numpy", Qualname: "log1p", Uses: inspect.Import, Count: 2, Offset: 70},
		},
		Versions: []inspect.Version{
			{Library: "scikit-learn", Version: "1.5.2", Source: "_sklearn_version of sklearn.svm._classes.SVC", Count: 3},
			{Library: "numpy", Version: ">=2.0", Source: "the module numpy._core", Count: 1},
		},
		Programs: []inspect.Program{{End: 1234, Protocol: 4, Loader: "joblib", Opcodes: 377, Calls: 12}},
		Root: &inspect.Object{Class: "sklearn.svm._classes.SVC", Params: []inspect.Param{
			{Name: "C", Value: 1.0}, {Name: "break_ties", Value: false}, {Name: "cache_size", Value: int64(200)},
			{Name: "class_weight"}, {Name: "coef0", Value: 1e-5}, {Name: "decision_function_shape", Value: "ovr"},
			{Name: "gamma", Value: "scale"}, {Name: "kernel", Value: inspect.Literal("functools.partial(…)")},
			{Name: "max_iter", Value: int64(-1)}, {Name: "tol", Value: math.NaN()}, {Name: "top", Value: math.Inf(-1)},
		}},
		ArraysTotal: 19, ArrayBytes: 8_123_456,
	}
	for i := range 7 {
		m.Arrays = append(m.Arrays, inspect.Array{
			Path: fmt.Sprintf("steps[1][1].estimators_[%d].coef_", i), DType: "<f8", Shape: []int64{int64(i) * 10, 4},
			Order: "F", Bytes: int64(i) * 320, Offset: 800 + int64(i),
		})
	}
	m.Arrays[1].Shape = []int64{5}
	return m
}

func untrustedModel() *inspect.Model {
	m := trustedModel()
	m.Path, m.Format, m.Compression = "clf.pkl", "pickle", ""
	m.Globals = append(m.Globals,
		inspect.Global{Module: "posix", Qualname: "system", Uses: inspect.Import | inspect.Call, Count: 1, Member: "archive/data.pkl", Offset: 812},
		inspect.Global{Module: "builtins", Qualname: "eval", Raw: "__builtin__.eval", Uses: inspect.Import, Count: 3, Offset: 900},
		inspect.Global{Module: "numpy", Qualname: "log1p", Uses: inspect.Import | inspect.Change, Count: 1, Offset: 990},
		inspect.Global{Qualname: "<computed>", Kind: inspect.Computed, Uses: inspect.Call, Count: 1, Offset: 991},
		inspect.Global{Module: "__main__", Qualname: "Net.Inner", Uses: inspect.Import | inspect.New, Count: 1, Offset: 999},
	)
	m.Issues = []inspect.Issue{
		{Kind: inspect.IssueTruncated, Message: "the program ends in the middle of BINUNICODE", Offset: 1230},
		{Kind: inspect.IssueAmbiguous, Message: "loaders differ in what they read here", Member: "archive/data.pkl", Offset: -1},
	}
	return m
}

// nastyModel has in every field what a terminal must not see.
func nastyModel() *inspect.Model {
	const nasty = "\x1b[31mred\x1b[0m\x07\r\nfake  trusted\t\u202egnp.\u2066\u200b\u009b2J\x7f\xff\xfe\ue000\U000e0001й"
	long := strings.Repeat("a", 5000) + nasty + strings.Repeat("b", 5000)
	return &inspect.Model{
		Path: nasty + ".pkl", Size: 10, Format: nasty, Compression: nasty,
		Globals: []inspect.Global{
			{Module: nasty, Qualname: nasty, Raw: nasty + `\x1b`, Uses: inspect.Import | inspect.Call, Count: 1, Member: nasty, Offset: 1},
			{Module: "оs", Qualname: "system", Uses: inspect.Import, Count: 1, Offset: 2}, // the o is Cyrillic
			{Module: long, Qualname: "f", Uses: inspect.Import, Count: 1, Offset: 3},
			{Module: "a\xff", Qualname: "f", Uses: inspect.Import, Count: 1, Offset: 4},
			{Module: "a\xfe", Qualname: "f", Uses: inspect.Import, Count: 1, Offset: 5},
		},
		Hazards:  []inspect.Hazard{{Rule: "lambda-layer", Name: nasty, Message: nasty, Member: nasty, Offset: 9}},
		Versions: []inspect.Version{{Library: nasty, Version: nasty, Source: long, Member: nasty, Count: 1}},
		Arrays:   []inspect.Array{{Path: nasty, DType: long, Order: nasty, Shape: []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, Member: nasty}},
		ByDType:  []inspect.Total{{Name: nasty, Member: nasty}, {Name: long}},
		ByPart:   []inspect.Total{{Name: long, Member: nasty}, {Name: nasty}},
		Sparse:   []inspect.Sparse{{Path: nasty, Class: long, Layout: nasty, DType: nasty, Shape: []int64{1}, Member: nasty}},
		Code: []inspect.Code{{
			Name: nasty, Qualname: long, Filename: nasty, Args: []string{nasty}, Names: []string{nasty, long}, Consts: []string{nasty},
			Python: nasty, Member: nasty,
		}},
		ArraysTotal: 20,
		Programs:    []inspect.Program{{Member: nasty, Loader: nasty}},
		Issues:      []inspect.Issue{{Kind: inspect.IssueMalformed, Message: long, Member: nasty, Offset: 9}},
		Root: &inspect.Object{Class: long, Params: []inspect.Param{
			{Name: nasty, Value: nasty}, {Name: "literal", Value: inspect.Literal(nasty)},
		}, Repr: nasty + "\n" + long, Fitted: []inspect.Param{{Name: nasty, Value: nasty}}, Summary: []inspect.Param{{Name: long, Value: inspect.Literal(long)}}},
	}
}

// cases are the fixed reports that every format writes.
func cases(t *testing.T) map[string]*Report {
	tool := Tool{"modelscan", "0.1.0"}
	report := func(models ...*inspect.Model) *Report {
		files := []File{}
		for _, m := range models {
			files = append(files, judged(t, m))
		}
		return New(tool, files)
	}
	incomplete := &inspect.Model{
		Path: "weights.onnx", Size: 5_000_000, Format: "onnx",
		Issues: []inspect.Issue{{Kind: inspect.IssueUnsupported, Message: "this format is not read", Offset: -1}},
	}
	reference := &inspect.Model{
		Path: "old.pkl", Size: 70, Format: "pickle",
		Globals: []inspect.Global{{Qualname: "<persistent id>", Kind: inspect.Reference, Uses: inspect.Import, Count: 2, Offset: 12}},
	}
	missing := &inspect.Model{
		Path: "gone.pkl", Size: -1, Format: "unknown",
		Issues: []inspect.Issue{{Kind: inspect.IssueIO, Message: "no such file or folder", Offset: -1}},
	}
	skipped := &inspect.Model{Path: "models/README.md", Size: 12, Format: "unknown", NotModel: true}
	return map[string]*Report{
		"empty":      report(),
		"skipped":    report(skipped),
		"trusted":    report(trustedModel()),
		"untrusted":  report(untrustedModel()),
		"incomplete": report(incomplete),
		"reference":  report(reference),
		"nasty":      report(nastyModel()),
		"hazard": report(&inspect.Model{Path: "model.onnx", Size: 290, Format: "onnx", Hazards: []inspect.Hazard{
			{Rule: "external-data", Name: "onnx.external_data", Message: "the data of the tensor 'w' is in '../w', outside of the model's folder", Offset: 17},
			{Rule: "external-data", Name: "onnx.external_data", Message: "the data of the tensor 'b' is in '/b', outside of the model's folder", Offset: 60},
		}}),
		"many": report(missing, trustedModel(), untrustedModel(), trustedModel(), incomplete, skipped),
	}
}

func TestGolden(t *testing.T) {
	reports := cases(t)
	for _, name := range slices.Sorted(maps.Keys(reports)) {
		for _, format := range Formats() {
			t.Run(name+"."+format.Name, func(t *testing.T) {
				var out bytes.Buffer
				if err := format.Write(&out, reports[name]); err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("..", "testdata", "report", name+"."+format.Name), out.Bytes())
				checkClean(t, out.Bytes())
			})
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// checkClean fails for output that a terminal would act on.
func checkClean(t *testing.T, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Error("output is not UTF-8")
	}
	for at, r := range string(out) {
		if r != '\n' && !plainInText(r) {
			t.Errorf("character %U at byte %d of the output", r, at)
		}
	}
}

func TestJSONFollowsSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, report := range cases(t) {
		var out bytes.Buffer
		if err := writeJSON(&out, report); err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestJSONKeepsNames holds that names come back as they were, also those that
// a terminal must not see, and that different names stay different.
func TestJSONKeepsNames(t *testing.T) {
	m := nastyModel()
	var out bytes.Buffer
	if err := writeJSON(&out, New(Tool{}, []File{judged(t, m)})); err != nil {
		t.Fatal(err)
	}
	var got jsonReport
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range m.Globals {
		name := got.Files[0].Globals[i].Name
		want := strings.NewReplacer("\xff", `\xff`, "\xfe", `\xfe`).Replace(m.Globals[i].Name())
		if name != want {
			t.Errorf("got %q, want %q", name, want)
		}
		seen[name] = true
	}
	if len(seen) != len(m.Globals) {
		t.Errorf("got %d names, want %d", len(seen), len(m.Globals))
	}
}

func TestNewFailsClosed(t *testing.T) {
	m := &inspect.Model{Globals: []inspect.Global{{Module: "os", Qualname: "system", Uses: inspect.Call}}}
	r := New(Tool{}, []File{{Model: m}})
	if r.Summary.Incomplete != 1 || r.Files[0].Verdict.Status != allowlist.Incomplete {
		t.Errorf("got %+v, want a file that is incomplete", r.Summary)
	}
	if r.Files[0].ruling(0).Trusted {
		t.Error("a name without a ruling is trusted")
	}
}
