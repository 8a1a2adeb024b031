package allowlist

import (
	"strings"
	"testing"
)

// TestShelf holds that searching the lists as they stand gives what a table
// of them gives.
func TestShelf(t *testing.T) {
	table := None().With(Builtin()...)
	names := 0
	for _, list := range Builtin() {
		for _, entry := range list.Entries {
			if entry.Scope != nil {
				continue
			}
			n := name{entry.Module, entry.Qualname}
			if got, want := Default().lookup(n, "", ""), table.lookup(n, "", ""); got != want {
				t.Fatalf("%s: got %+v, want %+v", n, got, want)
			}
			names++
			for _, other := range []name{
				{n.module, n.qualname + "x"}, {n.module, n.qualname[:len(n.qualname)-1]}, {n.module + "." + n.qualname, ""},
				{"", n.String()}, {n.module, n.qualname + " import"}, {n.module, n.qualname + "\n"}, {strings.ToUpper(n.module), n.qualname},
				{"!" + n.module, n.qualname}, {n.module + ":" + n.qualname, "x"},
			} {
				if got, want := Default().lookup(other, "", ""), table.lookup(other, "", ""); got != want {
					t.Fatalf("%q: got %+v, want %+v", other, got, want)
				}
			}
			if module, first, ok := strings.Cut(n.qualname, "."); ok { // spelled as a name of the list, and another
				other := name{n.module + ":" + module, first}
				if got := Default().lookup(other, "", ""); got != table.lookup(other, "", "") {
					t.Fatalf("%q: got %+v", other, got)
				}
			}
		}
	}
	if names < 5000 {
		t.Errorf("got %d names", names)
	}
	for _, odd := range []name{{}, {"a", ""}, {"", "b"}, {"~", "~"}, {"!", "!"}, {"#", "#"}, {" ", " "}} {
		if got := Default().lookup(odd, "", ""); got.uses != 0 {
			t.Errorf("%q: got %+v", odd, got)
		}
	}
}

func BenchmarkShelf(b *testing.B) {
	names := []name{{"numpy", "ndarray"}, {"sklearn.svm._classes", "SVC"}, {"torch", "Size"}, {"zzz", "y"}}
	for i := range b.N {
		searched(names[i%len(names)])
	}
}
