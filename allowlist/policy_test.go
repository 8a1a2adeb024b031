package allowlist

import (
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

// policy returns a policy of one list, which is text.
func policy(t *testing.T, text string) *Policy {
	t.Helper()
	return None().With(policyList(t, text))
}

func policyList(t *testing.T, text string) *List {
	t.Helper()
	list, err := ParseList("own.txt", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// global returns a plain name with its uses.
func global(module, qualname string, uses inspect.Uses) inspect.Global {
	return inspect.Global{Module: module, Qualname: qualname, Uses: uses}
}

const ownList = `
a.held      import              # held
a.data      import new build
a:Outer.In  import new
a.odd       call
!a.never
`

func TestJudgeGlobal(t *testing.T) {
	p := policy(t, ownList)
	const (
		imp, call, new, build, change = inspect.Import, inspect.Call, inspect.New, inspect.Build, inspect.Change
	)
	for _, test := range []struct {
		name   string
		global inspect.Global
		rule   string // empty where trusted
		denied inspect.Uses
		reason string
		source string
	}{
		{"granted", global("a", "held", imp), "", 0, "held", "own.txt:2"},
		{"all granted", global("a", "data", imp|new|build), "", 0, "", "own.txt:3"},
		{"fewer than granted", global("a", "data", new), "", 0, "", "own.txt:3"},
		{"called", global("a", "held", imp|call), ruleUntrusted, call, "may be imported but the file calls it", "own.txt:2"},
		{"called and built", global("a", "held", imp|call|build), ruleUntrusted, call | build, "may be imported but the file calls and gives state to it", "own.txt:2"},
		{"called, may be built", global("a", "data", imp|call), ruleUntrusted, call, "may be imported, constructed and given state but the file calls it", "own.txt:3"},
		{"unlisted", global("os", "system", imp|call), ruleUntrusted, imp | call, "not on any list", ""},
		{"unlisted, dotted", global("os", "path.join", imp), ruleUntrusted, imp, "not on any list, where it would be written os:path.join", ""},
		{"other split", global("a.Outer", "In", imp), ruleUntrusted, imp, "needs the code of a.Outer, which has no list", ""},
		{"right split", global("a", "Outer.In", imp), "", 0, "", "own.txt:4"},
		{"submodule", global("a.held", "x", imp), ruleUntrusted, imp, "needs the code of a.held, which has no list", ""},
		{"other case", global("a", "Held", imp), ruleUntrusted, imp, "needs the code of a, which has no list", ""},
		{"space", global("a", "held ", imp), ruleUntrusted, imp, "needs the code of a, which has no list", ""},
		{"zero byte", global("a", "held\x00", imp), ruleUntrusted, imp, "needs the code of a, which has no list", ""},
		{"never", global("a", "never", imp), ruleUntrusted, imp, "marked as never trusted", "own.txt:6"},
		{"author's script", global("__main__", "Net", imp), ruleUntrusted, imp, "needs the code of __main__ (the author's own script)", ""},
		{"changed", global("a", "data", imp|build|change), ruleChanged, change, "may be imported, constructed and given state but the file changes it", "own.txt:3"},
		{"changed, unlisted", global("x", "y", imp|change), ruleChanged, imp | change, "needs the code of x, which has no list", ""},
		{"unknown use", global("a", "data", 1<<7), ruleUntrusted, 1 << 7, "", "own.txt:3"},
		{"no use counts as import", global("a", "held", 0), "", 0, "held", "own.txt:2"},
		{"no use, import not granted", global("a", "odd", 0), ruleUntrusted, imp, "may be called but the file imports it", "own.txt:5"},
		{"no use, unlisted", global("x", "y", 0), ruleUntrusted, imp, "needs the code of x, which has no list", ""},
		{"no module", global("", "held", imp), ruleUntrusted, imp, "not a plain name", ""},
		{"no name", global("a", "", imp), ruleUntrusted, imp, "not a plain name", ""},
		{"computed", inspect.Global{Qualname: "<computed>", Kind: inspect.Computed, Uses: call}, ruleComputed, call, "", ""},
		{"computed with a listed name", inspect.Global{Module: "a", Qualname: "held", Kind: inspect.Computed, Uses: imp}, ruleComputed, imp, "", ""},
		{"extension", inspect.Global{Qualname: "<extension 7>", Kind: inspect.Extension, Uses: imp}, ruleExtension, imp, "", ""},
		{"reference", inspect.Global{Qualname: "<persistent id>", Kind: inspect.Reference, Uses: imp}, rulePersistent, imp, "", ""},
		{"unknown kind", inspect.Global{Module: "a", Qualname: "held", Kind: 99, Uses: imp}, ruleUntrusted, imp, "", ""},
		{"raw plays no part", inspect.Global{Module: "x", Qualname: "y", Raw: "a.held", Uses: imp}, ruleUntrusted, imp, "needs the code of x, which has no list", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := p.Judge(&inspect.Model{Globals: []inspect.Global{test.global}})
			ruling := v.Rulings[0]
			if ruling.Trusted != (test.rule == "") || ruling.Denied != test.denied || ruling.Source != test.source {
				t.Errorf("got %+v, want rule %q, denied %v, source %q", ruling, test.rule, test.denied, test.source)
			}
			if test.reason != "" && ruling.Reason != test.reason {
				t.Errorf("got reason %q, want %q", ruling.Reason, test.reason)
			}
			if test.rule == "" {
				if v.Status != Trusted || len(v.Findings)+len(v.Untrusted) != 0 {
					t.Errorf("got %+v, want trusted without findings", v)
				}
				return
			}
			if len(v.Findings) != 1 || v.Findings[0].Rule != test.rule || v.Status == Trusted {
				t.Fatalf("got %+v, want one finding of %s", v, test.rule)
			}
			if want := test.rule != rulePersistent && test.rule != ruleExtension; (len(v.Untrusted) == 1) != want || (v.Status == Untrusted) != want {
				t.Errorf("got %s %q", v.Status, v.Untrusted)
			}
		})
	}
}

func TestJudgeStatus(t *testing.T) {
	p := policy(t, ownList)
	held := global("a", "held", inspect.Import)
	bad := global("os", "system", inspect.Import)
	reference := inspect.Global{Kind: inspect.Reference, Qualname: "<persistent id>", Uses: inspect.Import}
	issue := func(kind inspect.IssueKind) []inspect.Issue { return []inspect.Issue{{Kind: kind}} }
	for _, test := range []struct {
		name  string
		model *inspect.Model
		want  Status
	}{
		{"nil", nil, Incomplete},
		{"no names", &inspect.Model{}, Trusted},
		{"trusted", &inspect.Model{Globals: []inspect.Global{held}}, Trusted},
		{"issue", &inspect.Model{Globals: []inspect.Global{held}, Issues: issue(inspect.IssueTruncated)}, Incomplete},
		{"untrusted beats issue", &inspect.Model{Globals: []inspect.Global{bad}, Issues: issue(inspect.IssueIO)}, Untrusted},
		{"untrusted beats no model", &inspect.Model{Globals: []inspect.Global{bad}, NotModel: true}, Untrusted},
		{"reference", &inspect.Model{Globals: []inspect.Global{reference}}, Incomplete},
		{"reference and issue", &inspect.Model{Globals: []inspect.Global{reference}, Issues: issue(inspect.IssueUnsupported)}, Incomplete},
		{"no model", &inspect.Model{NotModel: true}, Skipped},
		{"no model, said so", &inspect.Model{NotModel: true, Issues: issue(inspect.IssueNotModel)}, Skipped},
		{"no model, empty", &inspect.Model{NotModel: true, Issues: issue(inspect.IssueEmpty)}, Skipped},
		{"no model, not read", &inspect.Model{NotModel: true, Issues: issue(inspect.IssueIO)}, Incomplete},
		{"no model with names", &inspect.Model{NotModel: true, Globals: []inspect.Global{held}}, Trusted},
		{"model's name over other content", &inspect.Model{Issues: issue(inspect.IssueNotModel)}, Incomplete},
	} {
		if got := p.Judge(test.model).Status; got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestPoliciesThatTrustNothing(t *testing.T) {
	model := &inspect.Model{Globals: []inspect.Global{global("builtins", "int", inspect.Import), global("numpy", "ndarray", 0)}}
	for name, p := range map[string]*Policy{"zero": {}, "nil": nil, "None": None(), "With nothing": None().With(), "nil list": None().With(nil)} {
		v := p.Judge(model)
		if v.Status != Untrusted || len(v.Untrusted) != 2 || len(v.Findings) != 2 {
			t.Errorf("%s: got %+v, want all untrusted", name, v)
		}
	}
}

func TestWith(t *testing.T) {
	parse := func(listName, text string) *List {
		list, err := ParseList(listName, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	grant := parse("grant.txt", "a.b import # x")
	more := parse("more.txt", "a.b import call")
	other := parse("other.txt", "a.b new # y")
	never := parse("never.txt", "!a.b # z")
	own, err := Trust("a.b")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		lists  []*List
		want   inspect.Uses
		source string
	}{
		{"one", []*List{grant}, inspect.Import, "grant.txt:1"},
		{"one list twice", []*List{grant, grant}, inspect.Import, "grant.txt:1"},
		{"larger grant", []*List{grant, more}, inspect.Import | inspect.Call, "more.txt:1"},
		{"smaller grant", []*List{more, grant}, inspect.Import | inspect.Call, "more.txt:1"},
		{"joined", []*List{grant, other}, inspect.Import | inspect.New, "grant.txt:1, other.txt:1"},
		{"never last", []*List{grant, own, never}, 0, "never.txt:1"},
		{"never first", []*List{never, grant, own}, 0, "never.txt:1"},
		{"trust", []*List{own}, inspect.Import | inspect.Call | inspect.New | inspect.Build, "--trust"},
	} {
		t.Run(test.name, func(t *testing.T) {
			one := None().With(test.lists...)
			step := None()
			for _, list := range test.lists {
				step = step.With(list)
			}
			for _, p := range []*Policy{one, step} {
				all := global("a", "b", inspect.Import|inspect.Call|inspect.New|inspect.Build|inspect.Change)
				ruling := p.Judge(&inspect.Model{Globals: []inspect.Global{all}}).Rulings[0]
				if ruling.Denied != all.Uses&^test.want || ruling.Source != test.source {
					t.Errorf("got denied %v by %q, want %v granted by %q", ruling.Denied, ruling.Source, test.want, test.source)
				}
			}
		})
	}
}

func TestWithLeavesItsPolicy(t *testing.T) {
	p := policy(t, "a.b import")
	own, err := Trust("c.d")
	if err != nil {
		t.Fatal(err)
	}
	p.With(own)
	if v := p.Judge(&inspect.Model{Globals: []inspect.Global{global("c", "d", inspect.Import)}}); v.Status != Untrusted {
		t.Errorf("got %s, want a policy that With did not change", v.Status)
	}
}

func TestFindings(t *testing.T) {
	model := &inspect.Model{Globals: []inspect.Global{
		{Module: "os", Qualname: "system", Uses: inspect.Import | inspect.Call, Member: "b", Offset: 1},
		{Module: "a\x1b[31m", Qualname: "b\n", Uses: inspect.Import, Member: "a", Offset: 9},
		{Module: "builtins", Qualname: "eval", Raw: "__builtin__.eval", Uses: inspect.Import, Member: "a", Offset: 2},
		{Module: "os", Qualname: "system", Uses: inspect.Import, Member: "a", Offset: 2},
		{Module: "x", Qualname: strings.Repeat("y", 1000), Uses: inspect.Import, Member: "c"},
		{Module: "a", Qualname: "ünï\u202e", Uses: inspect.Import | inspect.Change, Member: "d"},
	}}
	v := None().Judge(model)
	want := []string{
		"builtins.eval (in the file: __builtin__.eval) is imported: not on any list",
		"os.system is imported: not on any list",
		`"a\x1b[31m.b\n" is imported: needs the code of "a\x1b[31m", which has no list`,
		"os.system is imported and called: not on any list",
		"x." + strings.Repeat("y", 198) + "… is imported: needs the code of x, which has no list",
		`"a.\u00fcn\u00ef\u202e" is itself changed, not a copy of it: needs the code of a, which has no list`,
	}
	var got []string
	for _, f := range v.Findings {
		got = append(got, f.Message)
		if f.Level != "error" {
			t.Errorf("got level %s, want error", f.Level)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(v.Rulings) != len(model.Globals) || len(v.Untrusted) != 5 || !slices.IsSorted(v.Untrusted) {
		t.Errorf("got %d rulings, untrusted %q", len(v.Rulings), v.Untrusted)
	}
}

func BenchmarkJudge(b *testing.B) {
	p := Default()
	model := &inspect.Model{}
	for _, entry := range Builtin()[0].Entries {
		model.Globals = append(model.Globals, global(entry.Module, entry.Qualname, entry.Uses))
	}
	b.ResetTimer()
	for range b.N {
		p.Judge(model)
	}
}
