package inspect

import (
	"encoding/json"
	"io"
	"path"
	"strings"
)

// Members of archives that are text and tell versions. They are read for
// that alone, besides what else they are taken for.

// tellers have the reader of such a member by its name.
var tellers = map[string]func(w *walk, text string){
	"system_info.txt":            systemInfo,
	"_stable_baselines3_version": func(w *walk, text string) { w.tell("stable-baselines3", strings.TrimSpace(text), w.name) },
	"MLmodel":                    mlModel,
	"requirements.txt":           pins,
	"meta.json":                  spacyMeta,
}

// maxTeller bounds a member that tells versions.
const maxTeller = 64 << 10

// tells reads a member that tells versions, where it is one.
func (w *walk) tells(r io.Reader) {
	read, ok := tellers[path.Base(w.name)]
	if !ok {
		return
	}
	text, err := io.ReadAll(io.LimitReader(r, maxTeller))
	if err == nil {
		read(w, string(text))
	}
}

func (w *walk) tell(library, version, source string) {
	if plausibleVersion(version) {
		w.version(library, version, source, w.member)
	}
}

// systemInfo reads what Stable-Baselines3 notes of the system: a line for
// each library, with a dash before it in newer releases.
func systemInfo(w *walk, text string) {
	libraries := map[string]string{
		"Python": "python", "Stable-Baselines3": "stable-baselines3", "PyTorch": "torch", "Numpy": "numpy", "Gym": "gym",
		"Gymnasium": "gymnasium", "OpenAI Gym": "gym", "Cloudpickle": "cloudpickle",
	}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "- "), ": ")
		if library := libraries[key]; library != "" {
			w.tell(library, strings.TrimSpace(value), key+" in "+w.name)
		}
	}
}

// mlModel reads MLflow's description of a model: versions by their keys, and
// where the model comes from.
func mlModel(w *walk, text string) {
	libraries := map[string]string{
		"mlflow_version": "mlflow", "python_version": "python", "sklearn_version": "scikit-learn", "pytorch_version": "torch",
		"xgb_version": "xgboost", "lgb_version": "lightgbm", "catboost_version": "catboost", "keras_version": "keras",
		"transformers_version": "transformers", "spacy_version": "spacy", "onnx_version": "onnx",
	}
	notes := map[string]bool{"run_id": true, "model_uuid": true, "utc_time_created": true, "artifact_path": true, "model_id": true}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		value = strings.Trim(strings.TrimSpace(value), `'"`)
		if library := libraries[key]; library != "" {
			w.tell(library, value, key+" in "+w.name)
		} else if notes[key] {
			w.metadata(key, value, w.member)
		}
	}
}

// spacyMeta reads the description of a spaCy pipeline, whose version is a
// range: what it was made with is its lower end.
func spacyMeta(w *walk, text string) {
	var meta struct {
		Version string `json:"spacy_version"`
		Name    string `json:"name"`
		Source  string `json:"url"`
	}
	if json.Unmarshal([]byte(text), &meta) != nil {
		return
	}
	for bound := range strings.SplitSeq(meta.Version, ",") {
		version := strings.TrimLeft(bound, "<>=")
		if plausibleVersion(version) && (strings.HasPrefix(bound, ">=") || strings.HasPrefix(bound, "<") && !strings.HasPrefix(bound, "<=")) {
			w.version("spacy", bound, "spacy_version in "+w.name, w.member)
		}
	}
	if meta.Version != "" {
		w.metadata("name", meta.Name, w.member)
		w.metadata("url", meta.Source, w.member)
	}
}

// pins reads the exact versions of a requirements.txt.
func pins(w *walk, text string) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		line, _, _ = strings.Cut(line, ";")
		library, version, ok := strings.Cut(strings.TrimSpace(line), "==")
		library = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(library), "_", "-"))
		if ok && len(library) <= 64 && library != "" && strings.Trim(library, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" {
			w.tell(library, strings.TrimSpace(version), w.name)
		}
	}
}
