package allowlist

import (
	"strings"
	"testing"

	"modelscan/inspect"
)

const (
	oneDigest   = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	otherDigest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

const sections = `
a.all import
@in ObjectNode pickle   # a remark
a.made import new
a.all import call
@in TypeNode
a.made import
@sha256 ` + oneDigest + ` ` + "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef" + `
a.pinned import
!a.all
@everywhere
a.last import
`

func TestSections(t *testing.T) {
	p := policy(t, sections)
	if !p.Pinned() || Default().Pinned() {
		t.Error("Pinned is wrong")
	}
	for _, test := range []struct {
		name, node, digest string
		uses               inspect.Uses
		trusted            bool
	}{
		{"all", "", "", inspect.Import, true},
		{"all", "TypeNode", "", inspect.Import, true},
		{"all", "TypeNode", "", inspect.Import | inspect.Call, false},
		{"all", "ObjectNode", "", inspect.Import | inspect.Call, true},
		{"all", "", "", inspect.Import | inspect.Call, true},
		{"all", "", oneDigest, inspect.Import, false},
		{"made", "", "", inspect.Import | inspect.New, true},
		{"made", "ObjectNode", "", inspect.Import | inspect.New, true},
		{"made", "TypeNode", "", inspect.Import, true},
		{"made", "TypeNode", "", inspect.Import | inspect.New, false},
		{"made", "ListNode", "", inspect.Import, false},
		{"made", "unknown", "", inspect.Import, false},
		{"pinned", "", "", inspect.Import, false},
		{"pinned", "", oneDigest, inspect.Import, true},
		{"pinned", "ListNode", otherDigest, inspect.Import, true},
		{"pinned", "", strings.Repeat("b", 64), inspect.Import, false},
		{"last", "", "", inspect.Import, true},
	} {
		g := global("a", test.name, test.uses)
		g.Node = test.node
		v := p.Judge(&inspect.Model{Globals: []inspect.Global{g}, SHA256: test.digest})
		if (v.Status == Trusted) != test.trusted {
			t.Errorf("%+v: got %s: %s", test, v.Status, v.Rulings[0].Reason)
		}
	}
}

func TestSectionErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"@", `l:1: unknown section "@" (@in, @sha256, @everywhere)`},
		{"@file x", `l:1: unknown section "@file" (@in, @sha256, @everywhere)`},
		{"@in", "l:1: @in says not where"},
		{"#\n@in pickle Objectnode", `l:2: unknown place "Objectnode" (pickle, or a loader of skops)`},
		{"@sha256 abc", `l:1: "abc" is no SHA-256 of 64 hexadecimal digits`},
		{"@sha256 " + strings.Repeat("g", 64), `l:1: "` + strings.Repeat("g", 64) + `" is no SHA-256 of 64 hexadecimal digits`},
		{"@everywhere x", "l:1: @everywhere takes no words"},
		{"@in pickle\na.b import\na.b call", "l:3: a.b is on line 2 already"},
	} {
		if list, err := ParseList("l", strings.NewReader(test.text)); err == nil || err.Error() != test.want {
			t.Errorf("%q: got %+v, %v, want %s", test.text, list, err, test.want)
		}
	}
}
