package load

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/gopickle/types"

	"modelscan/allowlist"
	"modelscan/inspect"
)

func TestData(t *testing.T) {
	ctx, policy := context.Background(), allowlist.Default()
	value, err := Data(ctx, policy, "x.pkl", []byte("\x80\x02]q\x00(K\x01X\x01\x00\x00\x00ae."))
	list, ok := value.(*types.List)
	if err != nil || !ok || list.Len() != 2 || list.Get(0) != 1 || list.Get(1) != "a" {
		t.Errorf("got %v, %v", value, err)
	}
	for _, test := range []struct {
		name, data string
		want       error
	}{
		{"untrusted", "cos\nsystem\n(S'true'\ntR.", ErrNotTrusted},
		{"truncated", "]q\x00(K\x01", ErrNotTrusted},
		{"two programs", "N.N.", ErrFormat},
	} {
		if _, err := Data(ctx, policy, test.name, []byte(test.data)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
}

// TestSecondOpinion compares the kind of every plain fixture's value with
// gopickle's reading of it.
func TestSecondOpinion(t *testing.T) {
	files, err := filepath.Glob("../../testdata/models/pickle/python-3.13-*.pkl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	kinds := map[string]func(any) bool{
		"list":  func(v any) bool { _, ok := v.(*types.List); return ok },
		"dict":  func(v any) bool { _, ok := v.(*types.Dict); return ok },
		"tuple": func(v any) bool { _, ok := v.(*types.Tuple); return ok },
	}
	compared := 0
	var in inspect.Inspector
	for _, file := range files {
		m, err := in.File(context.Background(), file)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		value, err := Data(context.Background(), allowlist.Default(), file, data)
		if err != nil {
			if !errors.Is(err, ErrNotTrusted) && !strings.HasPrefix(err.Error(), "gopickle:") && !strings.HasPrefix(err.Error(), "class") {
				t.Logf("%s: %v", filepath.Base(file), err)
			}
			continue
		}
		if same, ok := kinds[m.Root.Class]; ok {
			compared++
			if !same(value) {
				t.Errorf("%s: we say %s, gopickle %T", file, m.Root.Class, value)
			}
		}
	}
	if compared < 10 {
		t.Errorf("compared %d values, want at least 10", compared)
	}
}
