package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// formatFact is what the real library says of a fixture
// (testdata/oracle/facts_libraries.py).
type formatFact struct {
	Format   string
	Arrays   []formatArray
	Versions map[string]any
	Extra    map[string]any
}

type formatArray struct {
	Name, DType, Member string
	Shape               []int64
	Bytes               *int64
	Sparse              []int64
}

// TestFormatLibraries compares what we say of every fixture of a format with what
// the format's own library says: arrays with their names, types, shapes and
// sizes, and versions.
func TestFormatLibraries(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts_libraries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]formatFact
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	compare := map[string]func(*testing.T, *Model, formatFact){
		"hdf5": compareHDF5, "keras": compareKeras, "onnx": compareONNX, "savedmodel": compareSavedModel, "safetensors": compareSafetensors, "gguf": compareGGUF,
	}
	counts := map[string]int{}
	var in Inspector
	for name, fact := range facts {
		check := compare[fact.Format]
		if check == nil {
			continue
		}
		counts[fact.Format]++
		path := filepath.Join(testdata, name)
		if fact.Format == "savedmodel" {
			path = filepath.Join(path, "saved_model.pb")
		}
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) { check(t, m, fact) })
	}
	for format := range compare {
		if counts[format] < 8 {
			t.Errorf("got %d fixtures of %s", counts[format], format)
		}
	}
}

// sameRows compares two lists, whatever their order.
func sameRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %s\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// arrayRows writes arrays as rows; an array without a known size is -1.
func arrayRows(m *Model, name func(Array) string) []string {
	var rows []string
	for _, a := range m.Arrays {
		rows = append(rows, fmt.Sprint(name(a), " ", a.DType, a.Shape, a.Bytes))
	}
	return rows
}

func wantRows(f formatFact, name func(formatArray) string, dtype func(string) string) []string {
	var rows []string
	for _, a := range f.Arrays {
		if a.Shape == nil {
			continue // HDF5's null space holds nothing
		}
		bytes := int64(-1)
		if a.Bytes != nil {
			bytes = *a.Bytes
		}
		rows = append(rows, fmt.Sprint(name(a), " ", dtype(a.DType), a.Shape, bytes))
	}
	return rows
}

func noIssues(t *testing.T, m *Model) {
	t.Helper()
	for _, issue := range m.Issues {
		t.Errorf("issue at %d: %s: %s", issue.Offset, issue.Kind, issue.Message)
	}
}

// param returns a parameter of what a model says of itself, as text.
func param(m *Model, name string) string {
	if m.Root != nil {
		for _, p := range m.Root.Params {
			if p.Name == name {
				return fmt.Sprint(p.Value)
			}
		}
	}
	return ""
}

// hdf5Encoding is what h5py adds to the types of fields that are texts.
var hdf5Encoding = regexp.MustCompile(`\(('[^']*'), \{[^}]*\}\)`)

func hdf5Rows(t *testing.T, m *Model, f formatFact) {
	t.Helper()
	sameRows(t, "arrays", arrayRows(m, func(a Array) string { return a.Member + a.Path }),
		wantRows(f, func(a formatArray) string { return a.Member + "['" + a.Name + "']" }, func(dtype string) string {
			return hdf5Encoding.ReplaceAllString(dtype, "$1")
		}))
}

func compareHDF5(t *testing.T, m *Model, f formatFact) {
	hdf5Rows(t, m, f)
	links, _ := f.Extra["links"].(map[string]any)
	for _, issue := range m.Issues {
		outside := links["/outside"] != nil || strings.Contains(t.Name(), "external")
		if issue.Kind != IssueSideFile || !outside {
			t.Errorf("issue at %d: %s: %s", issue.Offset, issue.Kind, issue.Message)
		}
	}
	attributes, _ := f.Extra["attributes"].(map[string]any)
	root, _ := attributes["/"].(map[string]any)
	for name, want := range root {
		got := param(m, "attrs['"+name+"']")
		if text, isText := want.(string); isText && !strings.HasPrefix(strings.TrimPrefix(got, "'"), text) || got == "" {
			t.Errorf("attribute %s: got %.50q, want %.50v", name, got, want)
		}
	}
}

// compareKeras holds also that each class of the configuration is among the
// names, and that a Lambda layer's code is a hazard.
func compareKeras(t *testing.T, m *Model, f formatFact) {
	noIssues(t, m)
	hdf5Rows(t, m, f)
	said := cmpOr(fmt.Sprint(f.Versions["keras_version"]), "<nil>")
	if said == "<nil>" {
		said = fmt.Sprint(f.Versions["keras"])
	}
	told := slices.ContainsFunc(m.Versions, func(v Version) bool { return v.Library == "keras" && v.Version == said })
	if !told && said != "<nil>" {
		t.Errorf("got versions %v, want keras %s", m.Versions, said)
	}
	layers, _ := f.Extra["layers"].([]any)
	for _, row := range layers {
		module, class, full := strings.Cut(fmt.Sprint(row), ":")
		if !full {
			module, class = "", module
		}
		if strings.HasPrefix(class, "__") || class == "function" || strings.Contains(class, "OpLambda") || class == "TensorFlowOpLayer" {
			continue // values, code, and functions, which go by their own names
		}
		known := func(g Global) bool {
			return module != "" && g.Module == module && g.Qualname == class || module == "" && (g.Raw == class || strings.HasPrefix(g.Module, "keras.") && g.Qualname == class)
		}
		if !slices.ContainsFunc(m.Globals, known) {
			t.Errorf("the class %s is missing in %v", row, m.Globals)
		}
	}
	if code := strings.Contains(t.Name(), "lambda"); code != (len(m.Hazards) > 0) && !strings.Contains(t.Name(), "function") {
		t.Errorf("got hazards %v", m.Hazards)
	}
}

// onnxDTypes has the words for ONNX's types where ours is not theirs in small letters.
var onnxDTypes = map[string]string{
	"FLOAT": "<f4", "DOUBLE": "<f8", "FLOAT16": "<f2", "INT8": "|i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "UINT8": "|u1",
	"UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8", "BOOL": "|b1", "COMPLEX64": "<c8", "COMPLEX128": "<c16",
}

func dtypeWord(table map[string]string) func(string) string {
	return func(name string) string { return cmpOr(table[name], strings.ToLower(name)) }
}

func compareONNX(t *testing.T, m *Model, f formatFact) {
	noIssues(t, m)
	last := regexp.MustCompile(`\['([^']*)'\]$`)
	var got, want []string
	for _, a := range m.Arrays {
		found := last.FindStringSubmatch(a.Path)
		switch {
		case found == nil:
			t.Errorf("no name in %s", a.Path)
		case !strings.Contains(a.Path, ".indices[") && !strings.Contains(a.Path, "attribute['value']"):
			got = append(got, fmt.Sprint(found[1], a.DType, a.Shape))
		}
		for _, row := range f.Arrays {
			if row.Bytes != nil && found != nil && row.Name == found[1] && row.DType != "STRING" && !strings.Contains(row.DType, "INT4") && *row.Bytes != a.Bytes {
				t.Errorf("%s: got %d bytes, want %d", a.Path, a.Bytes, *row.Bytes)
			}
		}
	}
	for _, a := range f.Arrays {
		if !strings.HasSuffix(a.Name, ":") && !strings.Contains(a.Name, "value:") {
			want = append(want, fmt.Sprint(a.Name[strings.LastIndexByte(a.Name, ':')+1:], dtypeWord(onnxDTypes)(a.DType), a.Shape))
		}
	}
	sameRows(t, "tensors", got, want)
	for name, key := range map[string]string{"ir_version": "ir_version", "producer_name": "producer", "producer_version": "producer_version"} {
		if got, want := param(m, name), fmt.Sprint(f.Versions[key]); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	opsets, _ := f.Versions["opsets"].(map[string]any)
	for domain, version := range opsets {
		if got := param(m, "opset_import['"+domain+"']"); got != fmt.Sprint(version) {
			t.Errorf("opset of %q: got %s, want %v", domain, got, version)
		}
	}
	metadata, _ := f.Extra["metadata"].(map[string]any)
	for key, value := range metadata {
		if got := param(m, "metadata_props["+pythonQuote(key)+"]"); got != value {
			t.Errorf("metadata %s: got %q, want %q", key, got, value)
		}
	}
	for key, what := range map[string]string{"inputs": "input", "outputs": "output"} {
		rows, _ := f.Extra[key].([]any)
		for _, row := range rows {
			compareValue(t, m, what, row.(map[string]any))
		}
	}
	compareOperators(t, m, f)
}

// compareValue holds an input or an output against its type and shape.
func compareValue(t *testing.T, m *Model, what string, row map[string]any) {
	t.Helper()
	got := param(m, what+"['"+row["name"].(string)+"']")
	kind := row["type"].(string)
	if strings.HasSuffix(kind, "_type") {
		if word := strings.TrimSuffix(kind, "uence_type"); !strings.HasPrefix(got, strings.TrimSuffix(word, "_type")) {
			t.Errorf("%s %s: got %s, want %s", what, row["name"], got, kind)
		}
		return
	}
	want := "tensor(" + strings.ToLower(kind) + ")"
	if shape, ok := row["shape"].([]any); ok {
		var dims []string
		for _, n := range shape {
			if n == nil {
				n = "?"
			}
			dims = append(dims, fmt.Sprint(n))
		}
		want += "[" + strings.Join(dims, ", ") + "]"
	}
	if got != want {
		t.Errorf("%s %s: got %s, want %s", what, row["name"], got, want)
	}
}

// compareOperators holds that the operators of other domains are the names,
// but for those that the model defines itself.
func compareOperators(t *testing.T, m *Model, f formatFact) {
	t.Helper()
	var got, want []string
	for _, g := range m.Globals {
		got = append(got, g.Name())
	}
	operators, _ := f.Extra["operators"].([]any)
	functions := fmt.Sprint(f.Extra["functions"])
	for _, row := range operators {
		name := row.(string)
		domain, op := "", name
		if at := strings.LastIndexByte(name, '.'); at >= 0 {
			domain, op = name[:at], name[at+1:]
		}
		if !onnxDomain(onnxName{domain, op}) && !strings.Contains(functions, "function "+op) {
			want = append(want, name)
		}
	}
	sameRows(t, "operators", got, want)
}

var tensorflowWords = map[string]string{"float32": "<f4", "float64": "<f8", "int64": "<i8", "int32": "<i4", "bool": "|b1"}

// compareSavedModel looks at the index of the variables as well.
func compareSavedModel(t *testing.T, m *Model, f formatFact) {
	noIssues(t, m)
	var in Inspector
	index, err := in.File(context.Background(), filepath.Join(filepath.Dir(m.Path), "variables/variables.index"))
	if err != nil {
		t.Fatal(err)
	}
	noIssues(t, index)
	var got []string
	for _, a := range index.Arrays {
		bytes := a.Bytes
		if a.DType == "string" {
			bytes = -1
		}
		got = append(got, fmt.Sprint(a.Path, " ", a.DType, a.Shape, bytes))
	}
	sameRows(t, "variables", got, wantRows(f, func(a formatArray) string { return "['" + a.Name + "']" }, dtypeWord(tensorflowWords)))
	if got, want := param(m, "tensorflow_version"), f.Versions["tensorflow"]; got != want {
		t.Errorf("got tensorflow %s, want %v", got, want)
	}
	signatures, _ := f.Extra["signatures"].(map[string]any)
	for key, value := range signatures {
		got := param(m, "signature_def['"+key+"']")
		for _, side := range []string{"inputs", "outputs"} {
			infos, _ := value.(map[string]any)[side].(map[string]any)
			for name, info := range infos {
				row := info.([]any)
				want := "'" + name + "': "
				if kind, ok := row[1].(string); ok {
					want += dtypeWord(tensorflowWords)(kind)
				}
				if !strings.Contains(got, want) {
					t.Errorf("signature %s: got %s, which lacks %s", key, got, want)
				}
			}
		}
	}
	operators, _ := f.Extra["operators"].([]any)
	var hazards, want []string
	for _, h := range m.Hazards {
		hazards = append(hazards, h.Name)
	}
	for _, op := range operators {
		if tensorflowOperators[op.(string)] != "" {
			want = append(want, "tensorflow.raw_ops."+op.(string))
		}
	}
	sameRows(t, "operators", hazards, want)
}

func compareSafetensors(t *testing.T, m *Model, f formatFact) {
	noIssues(t, m)
	sameRows(t, "tensors", arrayRows(m, func(a Array) string { return a.Path }),
		wantRows(f, func(a formatArray) string { return "[" + pythonQuote(a.Name) + "]" }, func(name string) string { return cmpOr(safetensorsTypes[name].text, name) }))
	metadata, _ := f.Extra["metadata"].(map[string]any)
	for key, value := range metadata {
		if got := param(m, key); got != value {
			t.Errorf("metadata %s: got %q, want %q", key, got, value)
		}
	}
}

var ggufWord = map[string]string{"F32": "<f4", "F16": "<f2", "F64": "<f8", "I8": "|i1", "I16": "<i2", "I32": "<i4", "I64": "<i8", "BF16": "bfloat16"}

func compareGGUF(t *testing.T, m *Model, f formatFact) {
	noIssues(t, m)
	order := func(word string) string {
		if strings.Contains(t.Name(), "big-endian") {
			return strings.Replace(word, "<", ">", 1)
		}
		return word
	}
	sameRows(t, "tensors", arrayRows(m, func(a Array) string { return a.Path }),
		wantRows(f, func(a formatArray) string { return "[" + pythonQuote(a.Name) + "]" }, func(name string) string { return order(cmpOr(ggufWord[name], name)) }))
	metadata, _ := f.Extra["metadata"].(map[string]any)
	for key, value := range metadata {
		row, _ := value.(map[string]any)
		got := param(m, key)
		switch want := row["value"].(type) {
		case string:
			if got != want {
				t.Errorf("metadata %s: got %q, want %q", key, got, want)
			}
		case []any:
			if prefix := fmt.Sprintf("<%d of ", len(want)); !strings.HasPrefix(got, prefix) {
				t.Errorf("metadata %s: got %q, want %q", key, got, prefix)
			}
		default:
			if got == "" && !strings.HasPrefix(key, "GGUF.") {
				t.Errorf("metadata %s is missing", key)
			}
		}
	}
}
