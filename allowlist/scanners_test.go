package allowlist

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// justified are names and modules that another scanner calls dangerous and
// that a list still grants something for, and why.
var justified = map[string]string{
	"_operator.itemgetter":           "only where its arguments are constants: then it reads items, and calls nothing",
	"operator.itemgetter":            "the same",
	"builtins.getattr":               "only of an imported class and a constant: the dotted name is judged in its place",
	"functools.partial":              "calls nothing; what it holds is judged as called",
	"torch.storage._load_from_bytes": "only of bytes in the file, which are read as the torch file that they are",

	"cloudpickle.cloudpickle._builtin_type": "only of a constant: the name in the module types is judged in its place",
	"dill.*":                                "the same",
	"dill._dill.*":                          "_load_type and _create_array where their arguments say all: what these name is judged in their place",
	"cloudpickle.*":                         "_builtin_type alone, see there",

	"joblib.*":              "placeholders of arrays, which the inspector reads, and a holder of a function; no loader is granted",
	"builtins.*":            "types, constants and pure functions; eval, exec, open, getattr and their like are granted no plain call",
	"_operator.*":           "arithmetic and comparison of two values; nothing that walks attributes or calls",
	"operator.*":            "itemgetter alone, see there",
	"functools.*":           "partial alone, see there",
	"logging.*":             "getLogger alone, which gives a logger by its name and opens nothing",
	"types.*":               "types of constants, a bound method and a namespace; neither code nor functions",
	"uuid.*":                "numbers of 128 bits; what reads a node's address is not granted",
	"torch.serialization.*": "a function that maps a word to a layout",
}

// TestListsAgainstOtherScanners holds that no list grants what picklescan,
// modelscan of Protect AI, fickling or modelaudit call dangerous, but for
// what is justified.
func TestListsAgainstOtherScanners(t *testing.T) {
	data, err := os.ReadFile("../testdata/policy/scanners.json")
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string][]string
	if err := json.Unmarshal(data, &tables); err != nil {
		t.Fatal(err)
	}
	dangerous := map[string]string{}
	for scanner, names := range tables {
		for _, n := range names {
			dangerous[n] = scanner
		}
	}
	if len(tables) != 4 || len(dangerous) < 250 {
		t.Fatalf("got %d scanners, %d names", len(tables), len(dangerous))
	}
	used := map[string]bool{}
	for _, list := range Builtin() {
		for _, entry := range list.Entries {
			if entry.Never {
				continue
			}
			for _, n := range calledBy(entry.Module, entry.Qualname) {
				switch scanner := dangerous[n]; {
				case scanner == "":
				case justified[n] == "":
					t.Errorf("%s:%d: %s.%s is dangerous for %s (%s)", list.Name, entry.Line, entry.Module, entry.Qualname, scanner, n)
				default:
					used[n] = true
				}
			}
		}
	}
	for n := range justified {
		if !used[n] {
			t.Errorf("%s needs no justification", n)
		}
	}
}

// calledBy returns what a table may hold a name under: itself, and each
// module above it with a star.
func calledBy(module, qualname string) []string {
	names := []string{module + "." + qualname}
	for path := module; ; {
		names = append(names, path+".*")
		at := strings.LastIndexByte(path, '.')
		if at < 0 {
			return names
		}
		path = path[:at]
	}
}
