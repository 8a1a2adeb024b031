package allowlist

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"modelscan/inspect"
)

// Policy says which uses of which names are trusted. The zero Policy trusts
// nothing. A Policy does not change once made and may be shared.
type Policy struct {
	rules map[name]rule
}

// rule is what all lists of a policy say about one name.
type rule struct {
	uses   inspect.Uses
	never  bool
	reason string
	source string // the lines that say so, such as "sklearn.txt:12"
}

//go:embed lists/*.txt
var listFiles embed.FS

var (
	builtin       = sync.OnceValue(parseBuiltin)
	defaultPolicy = sync.OnceValue(func() *Policy { return None().With(builtin()...) })
)

// Default returns the policy of the built-in lists.
func Default() *Policy { return defaultPolicy() }

// None returns the policy that trusts nothing.
func None() *Policy { return &Policy{} }

// Builtin returns the built-in lists, sorted by name. They are shared and
// must not be changed.
func Builtin() []*List { return builtin() }

// parseBuiltin reads the embedded lists. It panics where one is malformed,
// which a test rules out.
func parseBuiltin() []*List {
	var lists []*List
	entries, err := listFiles.ReadDir("lists")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		data, err := listFiles.ReadFile(path.Join("lists", entry.Name()))
		if err != nil {
			panic(err)
		}
		list, err := ParseList(entry.Name(), bytes.NewReader(data))
		if err != nil {
			panic(err)
		}
		lists = append(lists, list)
	}
	return lists
}

// With returns a policy that grants what p grants and what the lists grant,
// but nothing that p or a list marks as never.
func (p *Policy) With(lists ...*List) *Policy {
	size := 0
	if p != nil {
		size = len(p.rules)
	}
	for _, list := range lists {
		if list != nil {
			size += len(list.Entries)
		}
	}
	rules := make(map[name]rule, size)
	if p != nil {
		for n, r := range p.rules {
			rules[n] = r
		}
	}
	for _, list := range lists {
		if list == nil {
			continue
		}
		for _, entry := range list.Entries {
			n := name{entry.Module, entry.Qualname}
			rules[n] = rules[n].with(list.Name, entry)
		}
	}
	return &Policy{rules}
}

// with returns r with one more entry. A never replaces grants; a grant
// leaves a never as it is.
func (r rule) with(listName string, entry Entry) rule {
	source := listName
	if entry.Line > 0 {
		source += ":" + strconv.Itoa(entry.Line)
	}
	switch {
	case r.never:
		return r
	case entry.Never:
		return rule{never: true, reason: entry.Reason, source: source}
	case r.source == "":
		return rule{uses: entry.Uses, reason: entry.Reason, source: source}
	case entry.Uses&^r.uses == 0:
		return r // nothing new
	case r.uses&^entry.Uses == 0:
		return rule{uses: entry.Uses, reason: entry.Reason, source: source}
	}
	r.uses |= entry.Uses
	r.source += ", " + source
	return r
}

// Judge rules on each name in m and on the file. It costs a look-up in a map
// for each name.
func (p *Policy) Judge(m *inspect.Model) Verdict {
	if m == nil {
		return Verdict{Status: Incomplete}
	}
	v := Verdict{Rulings: make([]Ruling, len(m.Globals))}
	references := false
	for i := range m.Globals {
		g := &m.Globals[i]
		ruling, rule := p.rule(g)
		v.Rulings[i] = ruling
		if ruling.Trusted {
			continue
		}
		v.Findings = append(v.Findings, finding(g, ruling, rule))
		if g.Kind == inspect.Reference || g.Kind == inspect.Extension {
			references = true // a plain load fails here, and nothing was named
		} else {
			v.Untrusted = append(v.Untrusted, g.Name())
		}
	}
	for _, h := range m.Hazards {
		v.Findings = append(v.Findings, Finding{h.Rule, "error", h.Message, h.Name, h.Member, h.Offset})
		v.Untrusted = append(v.Untrusted, h.Name)
	}
	slices.Sort(v.Untrusted)
	v.Untrusted = slices.Compact(v.Untrusted)
	slices.SortStableFunc(v.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Member, b.Member), cmp.Compare(a.Offset, b.Offset))
	})
	switch {
	case len(v.Untrusted) > 0:
		v.Status = Untrusted
	case skippable(m):
		v.Status = Skipped
	case len(m.Issues) > 0 || references:
		v.Status = Incomplete
	default:
		v.Status = Trusted
	}
	return v
}

// skippable says whether m is no model, and nothing else is wrong with it.
func skippable(m *inspect.Model) bool {
	if !m.NotModel || len(m.Globals)+len(m.Hazards) > 0 {
		return false
	}
	for _, issue := range m.Issues {
		if issue.Kind != inspect.IssueNotModel && issue.Kind != inspect.IssueEmpty {
			return false
		}
	}
	return true
}

// The rules of findings.
const (
	ruleUntrusted  = "untrusted-global"
	ruleChanged    = "changed-global"
	ruleComputed   = "computed-name"
	ruleExtension  = "extension-code"
	rulePersistent = "persistent-id"
)

// rule judges one global; the second result is the rule that a finding on it
// would carry.
func (p *Policy) rule(g *inspect.Global) (Ruling, string) {
	uses := g.Uses
	if uses == 0 {
		uses = inspect.Import // a name that is there is at least looked up
	}
	switch g.Kind {
	case inspect.Named:
		return p.ruleNamed(name{g.Module, g.Qualname}, uses, g.Explained)
	case inspect.Computed:
		return Ruling{Denied: uses, Reason: "the file computes what it looks up or calls, so no list can name it"}, ruleComputed
	case inspect.Extension:
		return Ruling{Denied: uses, Reason: "what an extension code stands for is decided by the process that loads the file"}, ruleExtension
	case inspect.Reference:
		return Ruling{Denied: uses, Reason: "what a persistent id stands for is decided by the program that loads the file"}, rulePersistent
	}
	return Ruling{Denied: uses, Reason: "not a kind of name that can be judged"}, ruleUntrusted
}

// ruleNamed judges a plain name.
func (p *Policy) ruleNamed(n name, uses, explained inspect.Uses) (Ruling, string) {
	var r rule
	if p != nil {
		r = p.rules[n]
	}
	granted := r.uses &^ inspect.Change
	if granted&plainly != 0 {
		if explained != 0 && uses&^(explained|inspect.Import) == 0 {
			return Ruling{Trusted: true, Reason: r.reason, Source: r.source}, ""
		}
		granted &^= plainly
	}
	ruling := Ruling{Denied: uses &^ granted, Reason: r.reason, Source: r.source}
	switch {
	case r.never:
		ruling.Denied = uses
		ruling.Reason = strings.TrimSuffix("marked as never trusted: "+r.reason, ": ")
	case n.module == "" || n.qualname == "":
		return Ruling{Denied: uses, Reason: "not a plain name"}, ruleUntrusted
	case r.uses&plainly != 0 && granted == 0:
		ruling.Reason = "only a call is harmless whose arguments say all that it reaches: " + r.reason
	case granted == 0:
		ruling.Reason = unlisted(n)
	case ruling.Denied == 0:
		ruling.Trusted = true
		return ruling, ""
	default:
		ruling.Reason = fmt.Sprintf("may be %s but the file %s it", words(granted, useDone), words(ruling.Denied, useDoes))
	}
	if uses&inspect.Change != 0 {
		return ruling, ruleChanged
	}
	return ruling, ruleUntrusted
}

// finding words the ruling on g.
func finding(g *inspect.Global, ruling Ruling, rule string) Finding {
	f := Finding{Rule: rule, Level: "error", Name: g.Name(), Member: g.Member, Offset: g.Offset}
	shown := plain(f.Name)
	if g.Raw != "" && g.Raw != f.Name {
		shown += " (in the file: " + plain(g.Raw) + ")"
	}
	switch rule {
	case rulePersistent, ruleExtension:
		f.Level = "warning"
		f.Message = "reference to something outside of the file: " + ruling.Reason
	case ruleComputed:
		f.Message = shown + " is " + words(ruling.Denied, useDone) + ": " + ruling.Reason
	case ruleChanged:
		f.Message = shown + " is itself changed, not a copy of it: " + ruling.Reason
	default:
		f.Message = shown + " is " + words(ruling.Denied, useDone) + ": " + ruling.Reason
	}
	return f
}

// A use in the passive and in the active voice, in the order of inspect.Uses.
var (
	useDone = []string{"imported", "called", "constructed", "given state", "changed"}
	useDoes = []string{"imports", "calls", "constructs", "gives state to", "changes"}
)

// words joins the words for the uses in u.
func words(u inspect.Uses, table []string) string {
	var parts []string
	for i, word := range table {
		if u&(1<<i) != 0 {
			parts = append(parts, word)
		}
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

const maxShown = 200 // bytes of a name in a message

// plain returns text from a file in a form that is safe in a message.
func plain(text string) string {
	more := ""
	if len(text) > maxShown {
		text, more = text[:maxShown], "…"
	}
	for i := range len(text) {
		c := text[i]
		word := c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !word && !strings.ContainsRune(".<>:", rune(c)) {
			return strconv.QuoteToASCII(text) + more
		}
	}
	return text + more
}
