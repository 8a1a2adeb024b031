package allowlist

import (
	"slices"
	"testing"
)

func TestExplain(t *testing.T) {
	own := policyList(t, "a.b:C.d import\na.b.C:d call # odd\n@in TypeNode\na.b.C:d new\n")
	lists := append([]*List{own}, Builtin()...)
	for _, test := range []struct {
		text  string
		want  []string // spelling, uses; nevers as "never"
		lines int      // of the first
	}{
		{"os.system", []string{"os.system", "never"}, 1},
		{"__builtin__.eval", []string{"builtins.eval", "never"}, 1},
		{"__builtin__.set", []string{"builtins.set", "import call new build"}, 1},
		{"Queue.Empty", []string{"queue.Empty", ""}, 0},
		{"a.b.C.d", []string{"a.b.C.d", "call", "a.b:C.d", "import"}, 2},
		{"a.b:C.d", []string{"a.b:C.d", "import"}, 1},
		{"a:b.C.d", []string{"a:b.C.d", ""}, 0},
		{"x.y.z", []string{"x.y.z", ""}, 0},
	} {
		found, err := Explain(lists, test.text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range found {
			uses := e.Uses.String()
			if e.Never {
				uses = "never"
			}
			got = append(got, e.Spelling(), uses)
		}
		if !slices.Equal(got, test.want) || len(found[0].Lines) != test.lines {
			t.Errorf("%s: got %q, %+v", test.text, got, found[0].Lines)
		}
	}
	for _, bad := range []string{"", "eval", "a b.c", "a.*"} {
		if _, err := Explain(lists, bad); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}
