package inspect

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestTellers reads what stands in archives beside models: what
// Stable-Baselines3 and MLflow write, by hand.
func TestTellers(t *testing.T) {
	const (
		old    = "OS: Linux\nPython: 3.7.12\nStable-Baselines3: 1.5.1a8\nPyTorch: 1.11.0+cpu\nGPU Enabled: False\nNumpy: 1.21.6\nGym: 0.21.0\n"
		recent = "- OS: Linux\n- Python: 3.9.13\n- Numpy: 1.26.4\n- Cloudpickle: 3.0.0\n- Gymnasium: x; y\n"
		model  = "artifact_path: model\nflavors:\n  python_function:\n    python_version: 3.10.12\n  sklearn:\n    sklearn_version: '1.2.2'\nmlflow_version: 2.9.2\n"
	)
	for _, c := range []struct{ member, text, want string }{
		{"system_info.txt", old, "gym 0.21.0, numpy 1.21.6, python 3.7.12, stable-baselines3 1.5.1a8, torch 1.11.0+cpu"},
		{"system_info.txt", recent, "cloudpickle 3.0.0, numpy 1.26.4, python 3.9.13"},
		{"_stable_baselines3_version", "1.5.1a8\n", "stable-baselines3 1.5.1a8"},
		{"model/MLmodel", model, "mlflow 2.9.2, python 3.10.12, scikit-learn 1.2.2"},
		{"model/requirements.txt", "mlflow==2.9.2\nscikit_learn==1.2.2 # pinned\nnumpy>=1\na b==1\n\x1b==1\n", "mlflow 2.9.2, scikit-learn 1.2.2"},
		{"model/meta.json", `{"lang":"en","name":"core_web_sm","spacy_version":">=3.7.2,<3.8.0","url":"https://x.org"}`, "spacy <3.8.0, spacy >=3.7.2"},
		{"model/meta.json", `{"spacy_version":">=evil\n"}`, ""},
		{"notes.txt", old, ""},
	} {
		for _, archive := range []string{zipped(t, c.member, c.text, zip.Store), zipped(t, c.member, c.text, zip.Deflate), tarred(t, c.member, c.text)} {
			var in Inspector
			m := in.Reader(context.Background(), "x.zip", strings.NewReader(archive), int64(len(archive)))
			if got := versionList(m); got != c.want {
				t.Errorf("%s: got %s, want %s", c.member, got, c.want)
			}
		}
	}
}

func versionList(m *Model) string {
	var list []string
	for _, v := range m.Versions {
		list = append(list, v.Library+" "+v.Version)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func zipped(t *testing.T, name, text string, method uint16) string {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return out.String()
}

func tarred(t *testing.T, name, text string) string {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.String()
}
