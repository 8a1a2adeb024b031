package inspect

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// environments reads what testdata/envs.py pins: for each environment the
// version of each library, by its name on PyPI.
func environments(t *testing.T) map[string]map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, "envs.py"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?s)\n    "([^"]+)": \("([\d.]+)", "+([^"]+)"+\)`)
	pins := map[string]map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(raw), -1) {
		pins[m[1]] = map[string]string{"python": m[2]}
		for _, pin := range strings.Fields(m[3]) {
			library, version, _ := strings.Cut(pin, "==")
			pins[m[1]][pypiName(library)] = version
		}
	}
	if len(pins) < 35 {
		t.Fatalf("got %d environments, want at least 35", len(pins))
	}
	return pins
}

func pypiName(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}

// TestVersionsOfFixtures holds that each version that is told of a fixture
// is its writer's, and that each bound has it on its side.
func TestVersionsOfFixtures(t *testing.T) {
	pins := environments(t)
	told := map[string]int{}
	var in Inspector
	for _, list := range []string{"facts.json", "facts_libraries.json"} {
		raw, err := os.ReadFile(filepath.Join(testdata, "oracle", list))
		if err != nil {
			t.Fatal(err)
		}
		var facts map[string]struct{ Env, Python string }
		if err := json.Unmarshal(raw, &facts); err != nil {
			t.Fatal(err)
		}
		for name, fact := range facts {
			info, err := os.Stat(filepath.Join(testdata, name))
			if err != nil || info.IsDir() {
				continue
			}
			m, err := in.File(context.Background(), filepath.Join(testdata, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range m.Versions {
				told[v.Library]++
				written := pins[fact.Env][v.Library]
				switch {
				case v.Library == "python":
					written = fact.Python
				case v.Library == "keras" && fact.Env == "tensorflow-2.3":
					written = "2.4.0" // what TensorFlow's own copy of Keras calls itself
				}
				if right := written == v.Version || written != "" && isBound(v.Version) && within(written, v.Version); !right {
					t.Errorf("%s: got %s %s (%s), want %q", name, v.Library, v.Version, v.Source, written)
				}
			}
		}
	}
	t.Log(told)
	for _, library := range []string{"scikit-learn", "numpy", "scipy", "pandas", "joblib", "python", "cloudpickle", "dill", "torch", "skops"} {
		if told[library] == 0 {
			t.Errorf("no fixture tells a version of %s", library)
		}
	}
}

// withoutFixture are the probes that no file here shows: no wheel that runs
// here writes them. Published files do, or the library's source says so.
var withoutFixture = []string{
	"pytorch-lightning pytorch-lightning_version", "transformers transformers_version", "spacy spacy_version",
	"python autogluon. _python_version", "autogluon.tabular autogluon.tabular. version",
	"pandas <0.18 pandas.core.index.", "pandas >=0.18 pandas.indexes.", "pandas <0.20 pandas.indexes.",
	"pandas <0.24 pandas.core.internals.SingleBlockManager",
	"joblib <0.9 joblib.numpy_pickle.NDArrayWrapper filename subclass -allow_mmap",
	"keras >=3.0 keras.src.legacy.", "dill <0.3.5 dill._dill._create_function instance any text any any any",
	"python <3.0 types.CodeType int int int int data tuple tuple tuple text text int data tuple tuple",
	"python <3.0 dill._dill._create_code int int int int data tuple tuple tuple text text int data tuple tuple",
}

// TestProbesHaveFixtures holds that a file of a real library shows each probe.
func TestProbesHaveFixtures(t *testing.T) {
	table := slices.Clone(probes)
	defer copy(probes, table)
	for i := range probes {
		probes[i].library = strconv.Itoa(i) // so that no bound is left out for a tighter one
	}
	shown := map[string]bool{}
	var in Inspector
	err := filepath.WalkDir(filepath.Join(testdata, "models"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		m, err := in.File(context.Background(), path)
		if err == nil {
			for _, v := range m.Versions {
				shown[v.Library] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range table {
		row := strings.Join(strings.Fields(p.library+" "+p.version+" "+p.name+" "+p.args), " ")
		if shown[strconv.Itoa(i)] == slices.Contains(withoutFixture, row) {
			t.Errorf("%q: shown is %v", row, shown[strconv.Itoa(i)])
		}
	}
}

// TestProbes holds that the table contradicts itself nowhere.
func TestProbes(t *testing.T) {
	bound := regexp.MustCompile(`^(<|>=)\d+(\.\d+)+$`)
	for _, p := range probes {
		if p.version != recorded && !bound.MatchString(p.version) || (p.version == recorded) != (p.kind == onAttribute) {
			t.Errorf("%s %q: neither a bound nor recorded", p.library, p.version)
		}
		for word := range strings.FieldsSeq(p.args) {
			word, _, _ = strings.Cut(word, ":")
			if _, ok := kindWords[word]; !ok && (p.kind == onCall || p.kind == onParts) && !slices.Contains([]string{"any", "text", "data"}, word) {
				t.Errorf("%s %s: unknown kind %s", p.library, p.name, word)
			}
		}
	}
}

func TestTightest(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"one bound", "numpy >=2.0", "numpy >=2.0"},
		{"the highest lower bound", "numpy >=1.9; numpy >=1.19; numpy >=1.2", "numpy >=1.19"},
		{"the lowest upper bound", "numpy <2.0; numpy <1.19; numpy <1.20", "numpy <1.19"},
		{"both", "numpy <2.0; numpy >=1.16; pandas <3.0", "numpy >=1.16; numpy <2.0; pandas <3.0"},
		{"a recorded version says more", "scikit-learn 1.5.2; scikit-learn >=1.5; scikit-learn <1.9", "scikit-learn 1.5.2"},
		{"a recorded version contradicts", "scikit-learn 1.9.0; scikit-learn >=1.5; scikit-learn <1.9", "scikit-learn 1.9.0; scikit-learn <1.9"},
		{"a mixture", "scikit-learn 0.24.2; scikit-learn 1.2.2; scikit-learn >=1.1", "scikit-learn 0.24.2; scikit-learn 1.2.2; scikit-learn >=1.1"},
		{"development releases", "pandas 3.0.0.dev0+12.gabc; pandas >=3.0", "pandas 3.0.0.dev0+12.gabc"},
		{"pickle5", "python >=3.8 protocol 5; python <3.8; python >=3.0", "python >=3.0; python <3.8"},
		{"pickle5, and a record", "python >=3.8 protocol 5; python 3.7.12", "python 3.7.12"},
		{"contradiction", "numpy <1.17; numpy >=2.0", "numpy >=2.0; numpy <1.17"},
	} {
		var all []Version
		for _, text := range strings.Split(c.got, "; ") {
			library, version, _ := strings.Cut(text, " ")
			version, source, _ := strings.Cut(version, " ")
			all = append(all, Version{Library: library, Version: version, Source: source, Count: 1})
		}
		var got []string
		for _, v := range tightest(withoutBackport(all)) {
			got = append(got, v.Library+" "+v.Version)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestOddStates holds that what no library writes tells nothing.
func TestOddStates(t *testing.T) {
	const wrapper = "ccopy_reg\n_reconstructor\n(cjoblib.numpy_pickle\nNumpyArrayWrapper\nc__builtin__\nobject\nNtR"
	const estimator = "ccopy_reg\n_reconstructor\n(csklearn.svm.classes\nSVC\nc__builtin__\nobject\nNtR"
	for _, c := range []struct{ name, program, want string }{
		{"dtype of two arguments", "cnumpy\ndtype\n(Vf8\nI0\ntR.", ""},
		{"dtype of texts", "cnumpy\ndtype\n(Vf8\nV0\nV1\ntR.", ""},
		{"dtype of ints", "cnumpy\ndtype\n(Vf8\nI0\nI1\ntR.", "numpy <1.19"},
		{"dtype of bools", "cnumpy\ndtype\n(Vf8\nI00\nI01\ntR.", "numpy >=1.19"},
		{"another dtype", "cmynumpy\ndtype\n(Vf8\nI0\nI1\ntR.", ""},
		{"a version that is none", estimator + "(dV_sklearn_version\nVlatest\nsb.", "scikit-learn <0.22"},
		{"a version with a line break", estimator + "(dV_sklearn_version\nV1.5\\u000a2\nsb.", "scikit-learn <0.22"},
		{"a version that is a number", estimator + "(dV_sklearn_version\nF1.5\nsb.", "scikit-learn <0.22"},
		{"a version", estimator + "(dV_sklearn_version\nV0.21.3\nsb.", "scikit-learn 0.21.3"},
		{"a wrapper without its keys", wrapper + "(dVother\nI1\nsb.", "joblib >=0.10"},
		{"too few parts of code", "ctypes\nCodeType\n(I1\nI2\nVx\ntR.", ""},
		{"nodes that are no array", "csklearn.tree._tree\nTree\n(tR(dVnodes\nI56\nsb.", ""},
		{"a module's beginning", "cnumpy.core2.x\ny\n.", ""},
		{"a failed load", "cnumpy._core.multiarray\nscalar\nQ", "numpy >=2.0"},
	} {
		var in Inspector
		m := in.Reader(context.Background(), "x.pkl", strings.NewReader(c.program), int64(len(c.program)))
		if got := versionList(m); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
