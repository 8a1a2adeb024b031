package inspect

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCode compares code objects with the source that testdata/writers/lambdas.py compiles.
func TestCode(t *testing.T) {
	// What is Python's own in every release: name, file, line, arguments, names.
	want := map[string]string{
		"lambda":  "<lambda> model.py 1 [x y] []",
		"closure": "schedule model.py 5 [progress] [math exp len]",
	}
	pythons := map[string]string{ // of the environments that wrote the files
		"cloudpickle-1.6.0": "3.7", "cloudpickle-2.2.1": "3.11", "cloudpickle-3.1.2": "3.13",
		"dill-0.3.4": "3.7", "dill-0.3.7": "3.11", "dill-0.4.1": "3.13",
	}
	exact := map[string]bool{} // releases that instructions tell
	var in Inspector
	for library, python := range pythons {
		for kind, fact := range want {
			path := filepath.Join(testdata, "models/pickle", library+"-"+kind+".pkl")
			m, err := in.File(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			found := []string{}
			for _, c := range m.Code { // dill writes the functions around as well
				found = append(found, fmt.Sprint(c.Name, " ", c.Filename, " ", c.Line, " ", c.Args, " ", c.Names))
				for bound := range strings.SplitSeq(c.Python, ",") {
					if !within(python, bound) || len(c.Consts) == 0 {
						t.Errorf("%s: got Python %s and constants %q, want %s and some", path, c.Python, c.Consts, python)
					}
				}
				exact[python] = exact[python] || strings.HasPrefix(c.Python, ">="+python)
			}
			if !slices.Contains(found, fact) {
				t.Errorf("%s: got %q, want %s", path, found, fact)
			}
		}
	}
	if len(exact) != 3 || !exact["3.7"] || !exact["3.11"] || !exact["3.13"] {
		t.Errorf("told by their instructions: %v", exact)
	}
}

// TestMarshalledCode holds that the function of a Lambda layer is told of,
// wherever the configuration stands.
func TestMarshalledCode(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testdata, "models/keras/*lambda*"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("got %d files, %v", len(paths), err)
	}
	pythons := map[string]string{"2.4.0": ">=3.8,<3.10", "2.15.0": ">=3.11,<3.13", "3.15.1": ">=3.13,<3.14"}
	var in Inspector
	for _, path := range paths {
		m, err := in.File(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint("<lambda> made-up.py 1 [x factor] ", pythons[strings.Split(filepath.Base(path), "-")[1]])
		if len(m.Code) != 1 {
			t.Errorf("%s: got %d functions", path, len(m.Code))
		} else if c := m.Code[0]; fmt.Sprint(c.Name, " ", c.Filename, " ", c.Line, " ", c.Args, " ", c.Python) != want {
			t.Errorf("%s: got %+v, want %s", path, c, want)
		}
	}
}

// TestMarshalLoads holds that a pickle which has marshal load a function is
// told of with that.
func TestMarshalLoads(t *testing.T) {
	code := "\xe3\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00\xf3\x04\x00\x00\x00\x97\x00y\x00" +
		")\x01N\xa9\x00r\x02\x00\x00\x00\xf3\x00\x00\x00\x00\xda\x01a\xda\x01f\xda\x03g.f\x07\x00\x00\x00\xf3\x01\x00\x00\x00\x81\xf3\x00\x00\x00\x00"
	m := inspectBytes("x.pkl", []byte("\x80\x04"+pickleName("marshal", "loads")+pickleBytes(code)+"\x85R."))
	if len(m.Code) != 1 || m.Code[0].Qualname != "g.f" || m.Code[0].Line != 7 || m.Code[0].Python != ">=3.12,<3.13" {
		t.Errorf("got %+v", m.Code)
	}
}
