package allowlist

import (
	"strings"

	"modelscan/inspect"
	"modelscan/pickle"
)

// Explanation is what lists say of one name.
type Explanation struct {
	Module, Qualname string
	Python2          string       // the name that was asked for, where Python 3 calls it otherwise; else empty
	Uses             inspect.Uses // what is granted everywhere
	Never            bool         // everywhere
	Lines            []Line       // those that say something of it, in the order of the lists
}

// Line is a line of a list.
type Line struct {
	List string // its name
	Entry
}

// Spelling returns the name as a list spells it.
func (e *Entry) Spelling() string { return name{e.Module, e.Qualname}.String() }

// Spelling returns the name as a list spells it.
func (e *Explanation) Spelling() string { return name{e.Module, e.Qualname}.String() }

// Granted returns the words for the uses that the line grants.
func (e *Entry) Granted() string {
	words := (e.Uses &^ plainly).String()
	if e.Uses&plainly != 0 {
		words = strings.TrimSpace(words + " plain")
	}
	return words
}

// Source returns the line's place, such as "sklearn.txt:12".
func (l *Line) Source() string { return l.rule(l.List).source }

// Words returns what may be done with the name, in words.
func (e *Explanation) Words() string { return words(e.Uses&^plainly, useDone) }

// Explain returns what lists say of a name. It may be spelled as in a list,
// with a colon, or as in a report, where any of its dots may part the module
// from the rest: then each reading that a list knows counts. A name of
// Python 2 is also looked up as what Python 3 calls it.
func Explain(lists []*List, text string) ([]Explanation, error) {
	n, err := parseName(text)
	if err != nil {
		return nil, err
	}
	readings := []name{n}
	if !strings.Contains(text, ":") {
		for at := strings.LastIndexByte(n.module, '.'); at > 0; at = strings.LastIndexByte(n.module[:at], '.') {
			readings = append(readings, name{text[:at], text[at+1:]})
		}
	}
	var found []Explanation
	for _, reading := range readings {
		for _, e := range explainBoth(lists, reading) {
			if len(e.Lines) > 0 {
				found = append(found, e)
			}
		}
	}
	if len(found) == 0 { // by the name of Python 3
		both := explainBoth(lists, n)
		found = both[len(both)-1:]
	}
	return found, nil
}

// explainBoth looks up a name, and what Python 3 calls it where that differs.
func explainBoth(lists []*List, n name) []Explanation {
	found := []Explanation{explain(lists, n)}
	if module, qualname := pickle.Python3Name(n.module, n.qualname); (name{module, qualname}) != n {
		e := explain(lists, name{module, qualname})
		e.Python2 = n.String()
		found = append(found, e)
	}
	return found
}

func explain(lists []*List, n name) Explanation {
	e := Explanation{Module: n.module, Qualname: n.qualname}
	for _, list := range lists {
		for _, entry := range list.Entries {
			if entry.Module != n.module || entry.Qualname != n.qualname {
				continue
			}
			e.Lines = append(e.Lines, Line{list.Name, entry})
			if entry.Scope == nil {
				e.Never = e.Never || entry.Never
				e.Uses |= entry.Uses
			}
		}
	}
	return e
}
