package inspect

import (
	_ "embed" // for the defaults
	"strconv"
	"strings"
	"sync"
)

// defaultsText has the defaults of scikit-learn's estimators by release
// (testdata/oracle/make_defaults.py).
//
//go:embed defaults.txt
var defaultsText string

// sinceDefault is what Python prints for a parameter's default, from a minor
// release on.
type sinceDefault struct {
	release int // an index in the releases
	text    string
}

type defaultTable struct {
	releases map[string]int
	classes  map[string]map[string][]sinceDefault // by class and parameter
}

var defaults = sync.OnceValue(func() *defaultTable {
	t := &defaultTable{map[string]int{}, map[string]map[string][]sinceDefault{}}
	var params map[string][]sinceDefault
	for line := range strings.Lines(defaultsText) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "releases "):
			for i, release := range strings.Fields(line)[1:] {
				t.releases[release] = i
			}
		case strings.HasPrefix(line, " "):
			name, rest, _ := strings.Cut(line[1:], "\t")
			for entry := range strings.SplitSeq(rest, "\t") {
				release, text, _ := strings.Cut(entry, " ")
				params[name] = append(params[name], sinceDefault{t.releases[release], text})
			}
		default:
			params = map[string][]sinceDefault{}
			t.classes[line] = params
		}
	}
	return t
})

// isDefault tells whether a release of scikit-learn has text as the default
// of a class's parameter. Without a known release, all that have the class
// must agree.
func (t *defaultTable) isDefault(class, param, text, version string) bool {
	since := t.classes[class][param]
	release, known := t.releases[minor(version)]
	if !known {
		return len(since) == 1 && since[0].text == text
	}
	found := "?"
	for _, s := range since {
		if s.release <= release {
			found = s.text
		}
	}
	return found == text
}

// isParam tells whether a class has a parameter, in any release.
func (t *defaultTable) isParam(class, name string) bool {
	_, ok := t.classes[class][name]
	return ok
}

// minor is the minor release that a version belongs to, such as "1.5".
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	if _, err := strconv.Atoi(parts[1]); err != nil {
		return ""
	}
	return parts[0] + "." + parts[1]
}
