package environment

import (
	"fmt"
	"slices"
	"strings"

	"modelscan/inspect"
)

// Status says how a library in an environment stands to a need.
type Status string

// The statuses of a Check.
const (
	Same    Status = "same"    // the version that the file asks for
	Differs Status = "differs" // another one
	Missing Status = "missing" // the environment has none
	Unknown Status = "unknown" // one of them does not say enough
)

// Effect is what a load would do because of a Check.
type Effect string

// The effects, from the mildest up.
const (
	Nothing Effect = ""
	Warns   Effect = "warns"
	Breaks  Effect = "breaks"
)

// Check compares what a file asks for with what an environment has.
type Check struct {
	Library string
	Want    string // "1.5.2", ">=1.19,<2.0", "any version"
	Have    string // "1.6.1", "not listed", …
	Status  Status
	Effect  Effect
	Message string // why; empty where the status says it all
}

// Result is all checks of one file against one environment.
type Result struct {
	Source, Kind string   // of the environment
	Notes        []string // what could not be read of it
	Checks       []Check
	Effect       Effect // the gravest of the checks
}

// Compare checks each need of a model.
func (e *Environment) Compare(m *inspect.Model) *Result {
	r := &Result{Source: e.Source, Kind: e.Kind, Notes: e.Notes}
	needs, _ := Needs(m)
	if !slices.ContainsFunc(needs, func(n Need) bool { return n.Library == Python }) && len(e.Packages[Python]) > 0 && len(m.Programs) > 0 {
		needs = append(needs, Need{Library: Python})
	}
	for _, n := range needs {
		c := e.check(m, n)
		r.Checks = append(r.Checks, c)
		if c.Effect == Breaks || c.Effect == Warns && r.Effect == Nothing {
			r.Effect = c.Effect
		}
	}
	return r
}

func (e *Environment) check(m *inspect.Model, n Need) Check {
	found := e.candidates(n.Library)
	if len(found) == 0 {
		c := Check{Library: n.Library, Want: n.want(), Have: "not listed", Status: Unknown}
		if e.Complete && n.Library != Python {
			c.Status = Missing
			if n.Imported {
				c.Effect, c.Message = Breaks, "the file imports it"
			}
		}
		return c
	}
	c := n.against(m, found[0])
	for _, p := range found[1:] {
		other := n.against(m, p)
		if other.Status != c.Status || other.Effect != c.Effect {
			c.Status, c.Effect, c.Message = Unknown, Nothing, "which of the versions is installed depends on the machine"
		}
		c.Have += " or " + other.Have
	}
	return c
}

// want words the versions that are asked for.
func (n Need) want() string {
	switch {
	case len(n.Exact) > 0:
		return strings.Join(n.Exact, " and ")
	case n.Bound != "":
		return n.Bound
	}
	return "any version"
}

// against compares a need with one package.
func (n Need) against(m *inspect.Model, p Package) Check {
	c := Check{Library: n.Library, Want: n.want(), Have: p.String(), Status: n.status(p)}
	if why := n.breaks(m, p); why != "" {
		c.Effect, c.Message = Breaks, why
		if c.Status == Same {
			c.Status = Differs
		}
	} else if c.Status == Differs && n.Library == "scikit-learn" && len(n.Exact) > 0 {
		c.Effect, c.Message = Warns, "InconsistentVersionWarning"
	}
	return c
}

func (n Need) status(p Package) Status {
	if len(n.Exact) == 0 {
		if n.Bound == "" {
			return Unknown
		}
		return map[answer]Status{yes: Same, no: Differs, perhaps: Unknown}[p.lies(n.Bound)]
	}
	if p.Version != "" {
		for _, exact := range n.Exact {
			if !sameVersion(exact, p.Version) {
				return Differs
			}
		}
		return Same
	}
	for _, exact := range n.Exact {
		if p.Range != "" && (Package{Range: p.Range}).lies("=="+public(exact)) == no {
			return Differs
		}
	}
	return Unknown
}

// breaks says why a load would fail with that package, or nothing.
func (n Need) breaks(m *inspect.Model, p Package) string {
	var why []string
	for _, g := range m.Globals {
		if g.Kind != inspect.Named {
			continue
		}
		for _, name := range []string{g.Module + ".", g.Module + "." + g.Qualname} {
			if text := windows()[name].missing(n.Library, p); text != "" {
				why = append(why, strings.TrimSuffix(name, ".")+" "+text)
				break
			}
		}
	}
	for _, r := range rules {
		if r.library == n.Library && p.lies(r.have) == yes && r.about(m, n) {
			why = append(why, r.message)
		}
	}
	slices.Sort(why)
	why = slices.Compact(why)
	const shown = 2
	if more := len(why) - shown; more > 0 {
		why = append(why[:shown], fmt.Sprintf("%d more", more))
	}
	return strings.Join(why, "; ")
}
