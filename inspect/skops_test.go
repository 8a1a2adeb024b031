package inspect

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSkopsPaths holds that arrays go by where they stand in the object, and
// not by the names of their members, which mean nothing.
func TestSkopsPaths(t *testing.T) {
	for file, want := range map[string][]string{
		"columns": {
			"transformers_[0][1]._fit_dtype", "transformers_[0][1]._fill_dtype", "transformers_[0][1].statistics_",
			"transformers_[1][1].scale_",
		},
		"forest": {
			"classes_", "estimators_[0].classes_", "estimators_[0].n_classes_", "estimators_[0].tree_.__reduce__()[1][1]",
			"estimators_[0].tree_.nodes", "estimators_[0].tree_.values",
		},
		"inner-objects": {"['inner'][0]", "['inner'][1]['k'][0].indices", "['inner'][1]['k'][0].indptr"},
		"shared":        {"[0]"},
	} {
		var in Inspector
		m, err := in.File(context.Background(), "../testdata/models/skops/skops-0.16.0-sklearn-1.9.1-"+file+".skops")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range m.Arrays {
			got = append(got, a.Path)
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

// TestSkopsModels compares estimators in skops files with what scikit-learn
// says of what skops loads.
func TestSkopsModels(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts_libraries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct {
		Format string
		Extra  struct{ Model *factModel }
	}
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	var in Inspector
	printed := 0
	for name, fact := range facts {
		if fact.Format != "skops" || fact.Extra.Model == nil {
			continue
		}
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Fatal(err)
		}
		printed += compareModel(t, name, m, fact.Extra.Model)
	}
	if printed < 60 {
		t.Errorf("%d estimators were compared as scikit-learn prints them", printed)
	}
}

// TestPythonJSON holds that what Python's json.loads reads is read.
func TestPythonJSON(t *testing.T) {
	const text = `{"é": "NaN \" NaN", "x": []}`
	for name, data := range map[string]string{
		"plain":     text,
		"mark":      "\xef\xbb\xbf" + text,
		"utf-16-le": "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "utf-16-be": "\x00{\x00\"\x00a\x00\"\x00:\x001\x00}",
		"utf-16 mark": "\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00",
		"utf-32-le":   "[\x00\x00\x00]\x00\x00\x00", "utf-32-be": "\x00\x00\x00[\x00\x00\x00]",
		"short": "1", "empty": "", "odd": "\x00",
	} {
		got := string(pythonJSON([]byte(data)))
		want := map[string]string{
			"plain": text, "mark": text, "utf-32-le": "[]", "utf-32-be": "[]", "short": "1", "empty": "", "odd": "\x00",
		}[name]
		if want == "" && name != "empty" {
			want = `{"a":1}`
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := string(pythonJSON([]byte(`[NaN, -Infinity, "Infinity"]`))); got != `[0  , -0       , "Infinity"]` {
		t.Errorf("got %q", got)
	}
}
