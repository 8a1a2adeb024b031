package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"modelscan/allowlist"
	"modelscan/inspect"
)

// divergence is one way in which our report and the loaders disagree.
type divergence struct {
	kind   string // a miss has a kind of its own, so that it can be made smaller
	detail string
}

// inspector inspects generated files.
type inspector struct {
	in        inspect.Inspector
	policy    *allowlist.Policy
	namesOnly bool // libraries fail on stand-ins for reasons of their own
}

func newInspector(namesOnly bool) *inspector {
	i := &inspector{policy: allowlist.Default(), namesOnly: namesOnly}
	i.in.Limits.Timeout = 30 * time.Second
	i.in.Limits.MaxExpansion = 256 << 20
	i.in.Limits.Pickle.MaxMemory = 512 << 20
	return i
}

// compare inspects a file and holds the report against what loaders did.
func (i *inspector) compare(name string, data []byte, a *answer) []divergence {
	m := i.in.Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))
	v := i.policy.Judge(m)
	if a.dead {
		return nil
	}
	found := missing(m, a)
	if i.namesOnly {
		return found
	}
	if detail := falselyTrusted(m, v, data, a); detail != "" {
		found = append(found, divergence{"trusted", detail})
	}
	if detail := falselyUnreadable(m, a); detail != "" {
		found = append(found, divergence{"unreadable", detail})
	}
	return found
}

// falselyTrusted says what is wrong with trust in a file that a loader fails
// on. A line end behind the last program is allowed, though no loader that is
// asked again reads it; and what joblib alone reads, pickle.load need not.
func falselyTrusted(m *inspect.Model, v allowlist.Verdict, data []byte, a *answer) string {
	if bytes.HasSuffix(data, []byte(".\n")) || bytes.HasSuffix(data, []byte(".\r\n")) {
		return ""
	}
	if forJoblib(m) || m.Format != "pickle" {
		return ""
	}
	if v.Status == allowlist.Trusted && slices.ContainsFunc(a.Readings, func(r [2]int) bool { return r[1] == 0 }) {
		return fmt.Sprintf("is trusted, and a loader fails: %v", a.Readings)
	}
	return ""
}

// falselyUnreadable says what is wrong with a file that is said to be one
// that no loader reads, and one does. Where loaders are said to differ, the
// report may say what some of them fail on; and other formats than pickle
// have loaders of their own.
func falselyUnreadable(m *inspect.Model, a *answer) string {
	if m.Format != "pickle" || forJoblib(m) || !slices.ContainsFunc(a.Readings, func(r [2]int) bool { return r[1] == 1 }) {
		return ""
	}
	message := ""
	for _, issue := range m.Issues {
		switch issue.Kind {
		case inspect.IssueAmbiguous:
			return ""
		case inspect.IssueMalformed, inspect.IssueTruncated:
			if issue.Member != "" || !strings.HasPrefix(issue.Message, "loading fails") && !strings.HasPrefix(issue.Message, "the data ends") {
				continue // not about pickle.load
			}
			message = fmt.Sprintf("%s, and a loader reads it: %v", issue.Message, a.Readings)
		}
	}
	return message
}

// forJoblib tells whether a file has arrays between the opcodes, which only
// joblib reads as such.
func forJoblib(m *inspect.Model) bool {
	return slices.ContainsFunc(m.Globals, func(g inspect.Global) bool { return strings.HasSuffix(g.Qualname, "ArrayWrapper") })
}

// missing returns the names and uses of the loaders that are not in m.
func missing(m *inspect.Model, a *answer) []divergence {
	var found []divergence
	for _, name := range a.Names {
		ours, known := usesOf(m, name.module, name.qualname)
		switch {
		case name.module == "" && name.qualname == "": // Python refuses that
		case name.module == "" && strings.HasPrefix(name.qualname, "<") && forJoblib(m): // pickle.load takes arrays for opcodes
		case !known:
			found = append(found, divergence{"name", fmt.Sprintf("%q is not in the report", name.module+"."+name.qualname)})
		case lacks(m, name, ours) != 0:
			found = append(found, divergence{"use", fmt.Sprintf("%q: %v, and not %v", name.module+"."+name.qualname, ours, name.uses)})
		}
	}
	return found
}

// usesOf returns all that the report says of a name.
func usesOf(m *inspect.Model, module, qualname string) (uses inspect.Uses, known bool) {
	for g := range m.Globals {
		g := &m.Globals[g]
		plain := g.Qualname == qualname && g.Module == module && (g.Kind == inspect.Named || module == "")
		mangled := strings.Contains(g.Raw, "\r") && strings.HasSuffix(g.Raw, "."+qualname) // as by a text mode
		raw := g.Raw == module+"."+qualname                                                // some Pythons map names that others do not
		if plain || (mangled || raw) && g.Kind == inspect.Named {
			uses |= g.Uses
			known = true
		}
	}
	if module == "" && qualname == computed && looksUp(m) { // what a call looked up may have its own name
		known = true
		uses |= inspect.Import | inspect.Call | inspect.New
	}
	return uses, known
}

const computed = "<computed>"

// looksUp tells whether the file calls a function whose results the report
// may name.
func looksUp(m *inspect.Model) bool {
	return slices.ContainsFunc(m.Globals, func(g inspect.Global) bool {
		return g.Uses&^inspect.Import != 0 && slices.Contains([]string{"getattr", "type", "_ufunc_reconstruct", "partial", "_builtin_type", "_load_type"}, g.Qualname)
	})
}

// lacks returns the uses that loaders made of a name and the report does not
// say. OBJ and INST without arguments call __new__ where we say call.
func lacks(m *inspect.Model, name asked, ours inspect.Uses) inspect.Uses {
	lack := name.uses &^ ours
	if ours&inspect.Call != 0 {
		lack &^= inspect.New
	}
	if name.module == "" && name.qualname == computed {
		lack &^= inspect.Change | inspect.Build
		if ours&(inspect.Call|inspect.New) != 0 {
			lack &^= inspect.Import | inspect.Call | inspect.New
		}
	}
	if name.module == "" { // an extension code stands for whatever the registry has
		lack &^= inspect.Build
	}
	if lack == inspect.Build && strings.Contains(name.module+name.qualname, "\r") {
		lack = 0 // a reconstructor by our name alone
	}
	if lack == inspect.Build && slices.ContainsFunc(m.Globals, reconstructs) {
		lack = 0 // of the reconstructor, or of the class that it is given
	}
	return lack
}

// reconstructs tells whether the result of a reconstructor is given state.
func reconstructs(g inspect.Global) bool {
	return g.Uses&inspect.Build != 0 && (g.Kind == inspect.Computed || strings.Contains(g.Qualname, "reconstruct") || strings.HasPrefix(g.Qualname, "__newobj"))
}
