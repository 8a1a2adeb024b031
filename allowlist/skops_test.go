package allowlist

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestSkopsSubset holds that what we do not trust of a skops file is among
// what skops.io.get_untrusted_types lists for it.
func TestSkopsSubset(t *testing.T) {
	raw, err := os.ReadFile("../testdata/oracle/formats.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct{ Untrusted []string }
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	var in inspect.Inspector
	for name, want := range facts {
		if !strings.HasSuffix(name, ".skops") {
			continue
		}
		m, err := in.File(context.Background(), "../testdata/"+name)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range Default().Judge(m).Untrusted {
			if !slices.Contains(want.Untrusted, got) {
				t.Errorf("%s: %s is untrusted here, and not for skops", name, got)
			}
		}
	}
}
