package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"modelscan/allowlist"
	"modelscan/inspect"
)

// needing is a file that needs one name.
func needing(module, qualname, member string, uses inspect.Uses, kind inspect.GlobalKind) []File {
	m := &inspect.Model{Path: "x" + member + ".pkl", SHA256: strings.Repeat("0a", 32)}
	m.Globals = []inspect.Global{{Module: module, Qualname: qualname, Kind: kind, Uses: uses, Count: 2, Member: member, Offset: 7}}
	return []File{{Model: m, Verdict: allowlist.None().Judge(m), Review: allowlist.Default().Judge(m)}}
}

// harmlessLine is a line of Python that can do nothing but import the modules of names, and look names up.
var harmlessLine = regexp.MustCompile(`^(#[^\n\r]*|import [A-Za-z_][A-Za-z0-9_.]*|torch\.serialization\.add_safe_globals\(\[|\]\)|` +
	`trusted=\[|\]|    [A-Za-z_][A-Za-z0-9_.]*,  #[^\n\r]*|    "[A-Za-z_][A-Za-z0-9_.]*",  #[^\n\r]*|)$`)

// checkAllow holds what every style promises, for any name: what is not a
// comment is what was meant, and it is the one name.
func checkAllow(t *testing.T, module, qualname, member string, uses inspect.Uses, kind inspect.GlobalKind) {
	t.Helper()
	for _, pin := range []bool{false, true} {
		for _, style := range AllowStyles() {
			files := needing(module, qualname, member, uses, kind)
			var out bytes.Buffer
			granted, err := Allow(&out, style, files, pin)
			if err != nil {
				t.Fatal(err)
			}
			text := out.String()
			if style.Name == "list" {
				list, err := allowlist.ParseList("l", strings.NewReader(text))
				if err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				same := slices.EqualFunc(list.Entries, granted, func(a, b allowlist.Entry) bool {
					return a.Module == b.Module && a.Qualname == b.Qualname && a.Uses == b.Uses && (a.Scope == nil) == (b.Scope == nil)
				})
				if !same || len(granted) > 1 || len(granted) == 1 && (granted[0].Module != module || granted[0].Qualname != qualname) {
					t.Fatalf("granted %+v, read back %+v", granted, list.Entries)
				}
				continue
			}
			for line := range strings.SplitSeq(text, "\n") {
				if !harmlessLine.MatchString(line) {
					t.Fatalf("%s: %q in %q", style.Name, line, text)
				}
				code, _, _ := strings.Cut(line, "#")
				if strings.HasPrefix(code, "    ") && !strings.Contains(code, module+"."+qualname) {
					t.Fatalf("%s: %q is not %s.%s", style.Name, line, module, qualname)
				}
			}
		}
	}
}

func TestAllowHostileNames(t *testing.T) {
	for _, n := range [][2]string{
		{"mypkg", "Net"}, {"mypkg.a", "Outer.Inner"}, {"os", "system"}, {"__main__", "X"}, {"", "x"}, {"a", ""},
		{"os\nimport os\nos.system('true')#", "x"}, {"a", "b\r\nimport os"}, {"a", `b", eval("1"), "`}, {"a", "b'],os.system('x')"},
		{"a", "class"}, {"lambda", "x"}, {"a.import", "b"}, {"a", "ｅval"}, {"a", "ªb"}, {"a", "b\u202e"}, {"a", "\xff"}, {"a", "b #"},
		{"a#", "b"}, {"été", "Ω"}, {"a", "b import"}, {"!a", "b"}, {"@in", "b"}, {"a:b", "c"}, {"a..b", "c"}, {"a", "b."}, {"1a", "b"}, {"a", "<lambda>"},
		{"a", strings.Repeat("x", 5000)}, {"a", "<locals>.x"}, {"a", "b\x00"}, {"a", "b\u2028import os"}, {"torch", "nn"},
	} {
		for _, member := range []string{"", "m", "m\nimport os", "m\x1b[2J", strings.Repeat("m", 5000)} {
			checkAllow(t, n[0], n[1], member, inspect.Import|inspect.Call, inspect.Named)
		}
		checkAllow(t, n[0], n[1], "", inspect.Import|inspect.Change, inspect.Named)
		checkAllow(t, n[0], n[1], "", inspect.Import, inspect.Computed)
		checkAllow(t, n[0], n[1], "", inspect.Import, inspect.Reference)
	}
}

func FuzzAllow(f *testing.F) {
	f.Add("mypkg", "Outer.Inner", "m\n", uint8(3), uint8(0))
	f.Add("a\nimport os", `"b`, "", uint8(16), uint8(1))
	f.Fuzz(func(t *testing.T, module, qualname, member string, uses, kind uint8) {
		checkAllow(t, module, qualname, member, inspect.Uses(uses&31), inspect.GlobalKind(kind&7))
	})
}

func TestAllowRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []File
		want  string
	}{
		{"never", needing("os", "system", "", inspect.Import, inspect.Named), "# not granted: os.system: marked as never trusted: runs a command; x.pkl: @7, 2 times"},
		{"changed", needing("a", "b", "", inspect.Import|inspect.Change, inspect.Named), "# not granted: a.b: the file changes it itself, which no list can grant; x.pkl: @7, 2 times"},
		{"unspeakable", needing("a", "b c", "", inspect.Import, inspect.Named), "# not granted: a.b c: no list can spell it; x.pkl: @7, 2 times"},
		{"look-alike", needing("numpy", "ndarr\u0430y", "", inspect.Import, inspect.Named), "# not granted: numpy.ndarr\\u0430y: it has letters that may pass for others"},
		{"computed", needing("", "<computed>", "", inspect.Import, inspect.Computed), "# not granted: <computed>: the file computes what it looks up"},
	} {
		var out bytes.Buffer
		granted, err := Allow(&out, AllowStyles()[0], test.files, false)
		if err != nil || len(granted) > 0 || !strings.Contains(out.String(), test.want) {
			t.Errorf("%s: got %+v, %v, %q", test.name, granted, err, out.String())
		}
	}
	files := needing("a", "b", "", inspect.Import, inspect.Named)
	files[0].Model.SHA256 = ""
	var out bytes.Buffer
	if granted, _ := Allow(&out, AllowStyles()[0], files, true); len(granted) > 0 || !strings.Contains(out.String(), "cannot be pinned") {
		t.Errorf("got %+v, %q", granted, out.String())
	}
}
