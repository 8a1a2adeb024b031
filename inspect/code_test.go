package inspect

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
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
		"cloudpickle-1.6.0": ">=3.0,<3.8", "cloudpickle-2.2.1": ">=3.11", "cloudpickle-3.1.2": ">=3.11",
		"dill-0.3.4": ">=3.0,<3.8", "dill-0.3.7": ">=3.11", "dill-0.4.1": ">=3.11",
	}
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
				if c.Python != python || len(c.Consts) == 0 {
					t.Errorf("%s: got Python %s and constants %q, want %s and some", path, c.Python, c.Consts, python)
				}
			}
			if !slices.Contains(found, fact) {
				t.Errorf("%s: got %q, want %s", path, found, fact)
			}
		}
	}
}
