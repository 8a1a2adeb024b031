package allowlist

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"maps"
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
	rules   map[scopeKey]rule
	placed  bool // some rules hold in some places alone
	pinned  bool // some rules hold for some files alone
	shelved bool // the built-in lists hold too, see shelf.go
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
	defaultPolicy = sync.OnceValue(onlyScoped)
)

// Default returns the policy of the built-in lists.
func Default() *Policy { return defaultPolicy() }

// None returns the policy that trusts nothing.
func None() *Policy { return &Policy{} }

// Builtin returns the built-in lists, sorted by name. They are shared and
// must not be changed.
func Builtin() []*List { return builtin() }

// onlyScoped returns the default policy: the lists on the shelf, and those
// with sections, which have no place there.
func onlyScoped() *Policy {
	p := &Policy{shelved: true}
	for _, file := range builtinFiles() {
		if s := open(file); scoped(s.part(0, listEdge)) {
			p = p.With(readEmbedded(listFiles, file))
		}
	}
	return p
}

// builtinFiles are the names of the embedded lists.
func builtinFiles() []string {
	entries, err := listFiles.ReadDir("lists")
	if err != nil {
		panic(err) // it is embedded
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// parseBuiltin reads the embedded lists. It panics where one is malformed,
// which a test rules out.
func parseBuiltin() []*List {
	var lists []*List
	for _, file := range builtinFiles() {
		lists = append(lists, readEmbedded(listFiles, file))
	}
	return lists
}

// readEmbedded reads one list.
func readEmbedded(files embed.FS, name string) *List {
	data, err := files.ReadFile(path.Join("lists", name))
	if err != nil {
		panic(err)
	}
	list, err := ParseList(name, bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	return list
}

// neverList has the names that no list of a user can grant.
const neverList = "never.txt"

// With returns a policy that grants what p grants and what the lists grant,
// but nothing that p or a list marks as never.
func (p *Policy) With(lists ...*List) *Policy {
	if p == nil {
		p = None()
	}
	size := len(p.rules)
	for _, list := range lists {
		if list != nil {
			size += len(list.Entries)
		}
	}
	q := &Policy{make(map[scopeKey]rule, size), p.placed, p.pinned, p.shelved}
	maps.Copy(q.rules, p.rules)
	for _, list := range lists {
		if list == nil {
			continue
		}
		for i := range list.Entries {
			entry := &list.Entries[i]
			for _, key := range entry.keys() {
				q.rules[key] = q.rules[key].join(entry.rule(list.Name))
				q.placed = q.placed || key.place != ""
				q.pinned = q.pinned || key.digest != ""
			}
		}
	}
	return q
}

// rule is what one entry says.
func (e *Entry) rule(listName string) rule {
	r := rule{uses: e.Uses, never: e.Never, reason: e.Reason, source: listName}
	if e.Line > 0 {
		r.source += ":" + strconv.Itoa(e.Line)
	}
	return r
}

// join returns what two rules say together. A never replaces grants; a grant
// leaves a never as it is.
func (r rule) join(more rule) rule {
	switch {
	case more.source == "" || r.never:
		return r
	case more.never || r.source == "":
		return more
	case more.uses&^r.uses == 0:
		return r // nothing new
	case r.uses&^more.uses == 0:
		return more
	}
	r.uses |= more.uses
	r.source += ", " + more.source
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
		ruling, rule := p.rule(g, m.SHA256)
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
func (p *Policy) rule(g *inspect.Global, digest string) (Ruling, string) {
	uses := g.Uses
	if uses == 0 {
		uses = inspect.Import // a name that is there is at least looked up
	}
	switch g.Kind {
	case inspect.Named:
		n := name{g.Module, g.Qualname}
		r := p.lookup(n, g.Node, digest)
		if g.Bound && r.uses&inspect.New != 0 {
			uses |= inspect.Call // of a class; a function that may be held may be called
		}
		return ruleNamed(n, r, uses, g.Explained)
	case inspect.Computed:
		return Ruling{Denied: uses, Reason: "the file computes what it looks up or calls, so no list can name it"}, ruleComputed
	case inspect.Extension:
		return Ruling{Denied: uses, Reason: "what an extension code stands for is decided by the process that loads the file"}, ruleExtension
	case inspect.Reference:
		return Ruling{Denied: uses, Reason: "what a persistent id stands for is decided by the program that loads the file"}, rulePersistent
	}
	return Ruling{Denied: uses, Reason: "not a kind of name that can be judged"}, ruleUntrusted
}

// ruleNamed judges a plain name by what the lists say of it.
func ruleNamed(n name, r rule, uses, explained inspect.Uses) (Ruling, string) {
	granted := r.uses &^ inspect.Change
	if explained&inspect.Import != 0 && granted&(inspect.Call|inspect.New|inspect.Build) != 0 {
		granted |= inspect.Import // it is looked up to be called, constructed or given state, and held nowhere
	}
	if granted&plainly != 0 {
		if explained&inspect.Call != 0 && uses&^(inspect.Call|inspect.Import) == 0 {
			return Ruling{Trusted: true, Reason: r.reason, Source: r.source}, ""
		}
		granted &^= plainly
	}
	ruling := Ruling{Denied: uses &^ granted, Reason: r.reason, Source: r.source, Never: r.never}
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
