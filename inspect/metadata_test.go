package inspect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMetadata(t *testing.T) {
	for _, c := range []struct{ file, key, value string }{
		{"onnx/onnx-1.21.0-described.onnx", "author", "nobody"},
		{"gguf/gguf-0.19.0-plain.gguf", "general.name", "made up"},
		{"lightgbm/lightgbm-4.6.0-regression.txt", "parameters.metric", "l2"},
		{"catboost/catboost-1.2.10-classifier.cbm", "model_guid", ""},
		{"pickle/sklearn-1.9.1-grid-search.pkl", "best_score_", "0.85"},
		{"pickle/sklearn-1.3.2-grid-search.pkl", "cv_results_", "{'mean_fit_time'"},
	} {
		var in Inspector
		m, err := in.File(context.Background(), filepath.Join(testdata, "models", c.file))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, d := range m.Metadata {
			found = found || d.Key == c.key && strings.HasPrefix(d.Value, c.value)
			if len(d.Value) > maxMetaText+len("…") {
				t.Errorf("%s: %s has %d bytes", c.file, d.Key, len(d.Value))
			}
		}
		if !found {
			t.Errorf("%s: no %s = %s in %v", c.file, c.key, c.value, m.Metadata)
		}
	}
}

// TestRootMetadata takes the plain values of a dict, and of a dict in it.
func TestRootMetadata(t *testing.T) {
	const file = "(dS'data'\nS's3://bucket/train.csv'\nsS'epoch'\nI3\nsS'metrics'\n(dS'auc'\nF0.75\nssS'weights'\n(lsI1\nS'no text'\ns."
	var in Inspector
	m := in.Reader(context.Background(), "x.pkl", strings.NewReader(file), int64(len(file)))
	got := ""
	for _, d := range m.Metadata {
		got += d.Key + "=" + d.Value + " "
	}
	if want := "data=s3://bucket/train.csv epoch=3 metrics.auc=0.75 "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDigest(t *testing.T) {
	path := filepath.Join(testdata, "models/pickle/sklearn-1.9.1-grid-search.pkl")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	in := Inspector{Digest: true}
	m, err := in.File(context.Background(), path)
	if err != nil || m.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("got %q, %v", m.SHA256, err)
	}
}
