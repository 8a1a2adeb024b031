package allowlist

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"modelscan/inspect"
)

func TestParseList(t *testing.T) {
	text := strings.Join([]string{
		"# modelscan allowlist",
		"",
		"numpy.ndarray   import new build   # plain data holder",
		"\tnumpy.log1p import\t# ufunc # held",
		"!os.system",
		"! os.popen",
		"mypkg.models:Outer.Inner import call",
		"été-2.<Ω> import\r",
		"os:path import",
	}, "\n")
	text = strings.Replace(text, "! os.popen\n", "", 1)
	list, err := ParseList("own.txt", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{"numpy", "ndarray", inspect.Import | inspect.New | inspect.Build, false, "plain data holder", 3, nil},
		{"numpy", "log1p", inspect.Import, false, "ufunc # held", 4, nil},
		{"os", "system", 0, true, "", 5, nil},
		{"mypkg.models", "Outer.Inner", inspect.Import | inspect.Call, false, "", 6, nil},
		{"été-2", "<Ω>", inspect.Import, false, "", 7, nil},
		{"os", "path", inspect.Import, false, "", 8, nil},
	}
	if list.Name != "own.txt" || !slices.Equal(list.Entries, want) {
		t.Errorf("got %q %+v, want %+v", list.Name, list.Entries, want)
	}
}

func TestParseListEmpty(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing", " \t\n#\n"} {
		list, err := ParseList("own.txt", strings.NewReader(text))
		if err != nil || len(list.Entries) != 0 {
			t.Errorf("%q: got %+v, %v, want no entries", text, list, err)
		}
	}
}

func TestParseListErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no module", "eval import", `l:1: name "eval" has no module`},
		{"second line", "# x\neval import", `l:2: name "eval" has no module`},
		{"no use", "a.b", "l:1: a.b grants no use (import, call, new, build, plain)"},
		{"no use but a reason", "a.b # why", "l:1: a.b grants no use (import, call, new, build, plain)"},
		{"unknown use", "a.b import execute", `l:1: unknown use "execute"`},
		{"use in capitals", "a.b Import", `l:1: unknown use "Import"`},
		{"change", "a.b import change", "l:1: change can never be granted"},
		{"use twice", "a.b import import", "l:1: use import is given twice"},
		{"never with a use", "!a.b import", "l:1: !a.b takes no uses"},
		{"never and change", "!a.b change", "l:1: change can never be granted"},
		{"space behind never", "! a.b", `l:1: name "" has no module`},
		{"never twice", "!!a.b", `l:1: name "!a.b" has a bad character`},
		{"duplicate", "a.b import\n# x\na.b call", "l:3: a.b is on line 1 already"},
		{"granted and never", "a.b import\n!a.b", "l:2: a.b is on line 1 already"},
		{"duplicate with a colon", "a.b import\na:b import", "l:2: a.b is on line 1 already"},
		{"wildcard", "numpy.* import", `l:1: name "numpy.*" has a bad character`},
		{"two colons", "a:b:c import", `l:1: name "a:b:c" has a bad character`},
		{"empty module", ".b import", `l:1: name ".b" has an empty part`},
		{"empty name", "a. import", `l:1: name "a." has an empty part`},
		{"empty part", "a..b import", `l:1: name "a..b" has an empty part`},
		{"empty part behind colon", "a:b. import", `l:1: name "a:b." has an empty part`},
		{"quote", `"a.b" import`, `l:1: name "\"a.b\"" has a bad character`},
		{"escape", "a.b\x1b import", `l:1: bad character '\x1b'`},
		{"zero", "a.b\x00 import", `l:1: bad character '\x00'`},
		{"direction mark", "a.b\u202e import", `l:1: bad character '\u202e'`},
		{"no-break space", "a.b\u00a0import", `l:1: bad character '\u00a0'`},
		{"byte order mark", "\ufeffa.b import", `l:1: bad character '\ufeff'`},
		{"return in the middle", "a.b\rimport", `l:1: bad character '\r'`},
		{"not UTF-8", "a.b import # \xff", "l:1: line is not UTF-8"},
		{"long line", "a.b import # " + strings.Repeat("x", maxListLine), "l:1: line is longer than 4096 bytes"},
		{"large list", strings.Repeat("#\n", maxListSize/2+1), "l: list is larger than 4194304 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, err := ParseList("l", strings.NewReader(test.text))
			if list != nil || err == nil || err.Error() != test.want {
				t.Errorf("got %v, %v, want %s", list, err, test.want)
			}
		})
	}
}

func TestParseListReadError(t *testing.T) {
	broken := errors.New("broken disk")
	_, err := ParseList("own.txt", iotest.ErrReader(broken))
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "own.txt: ") {
		t.Errorf("got %v, want own.txt: %v", err, broken)
	}
}

func TestTrust(t *testing.T) {
	list, err := Trust("mypkg.Net", "mypkg:Outer.Inner")
	if err != nil {
		t.Fatal(err)
	}
	all := inspect.Import | inspect.Call | inspect.New | inspect.Build
	want := []Entry{{"mypkg", "Net", all, false, "", 0, nil}, {"mypkg", "Outer.Inner", all, false, "", 0, nil}}
	if !slices.Equal(list.Entries, want) {
		t.Errorf("got %+v, want %+v", list.Entries, want)
	}
	for _, bad := range []string{"", "eval", "a.", "a.b c", "a.*", "!a.b"} {
		if list, err := Trust(bad); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, list)
		}
	}
}

func FuzzParseList(f *testing.F) {
	f.Add("numpy.ndarray import new build # plain\n!os.system\na:b.c call\r\n")
	f.Add("@in ObjectNode pickle\na.b import\n@sha256 " + oneDigest + "\na.b call\n@everywhere\na.b new\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseList("l", strings.NewReader(text))
		if err != nil {
			return
		}
		for _, entry := range list.Entries {
			if entry.Module == "" || entry.Qualname == "" || entry.Never == (entry.Uses != 0) {
				t.Errorf("entry %+v contradicts itself", entry)
			}
			if entry.Uses&inspect.Change != 0 {
				t.Errorf("entry %+v grants change", entry)
			}
			if s := entry.Scope; s != nil && len(s.Places)+len(s.Digests) == 0 {
				t.Errorf("entry %+v holds nowhere", entry)
			}
			n := name{entry.Module, entry.Qualname}
			if again, err := parseName(n.String()); err != nil || again != n {
				t.Errorf("%v is spelled %s, which reads %v, %v", n, n, again, err)
			}
		}
	})
}
