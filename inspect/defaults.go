package inspect

import (
	_ "embed" // for the defaults
	"slices"
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

// classDefaults are the parameters of a class, each with its defaults in the
// order of releases. A class without parameters is known, and empty.
type classDefaults map[string][]sinceDefault

// defaultReleases are the minor releases that the defaults speak of, by index.
var defaultReleases = sync.OnceValue(func() []string {
	_, rest, _ := strings.Cut(defaultsText, "\nreleases ")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Fields(line)
})

// defaultClasses is where in the text the parameters of each class begin.
var defaultClasses = sync.OnceValue(func() map[string]int {
	at, classes := 0, map[string]int{}
	for line := range strings.Lines(defaultsText) {
		at += len(line)
		if class := strings.TrimSuffix(line, "\n"); class[0] != ' ' && class[0] != '#' {
			classes[class] = at
		}
	}
	return classes
})

var knownDefaults sync.Map // class: classDefaults, once it was asked for

// defaultsOf returns the defaults of a class, nil where it is not known. A
// file has few of the many classes, so no more than these are read.
func defaultsOf(class string) classDefaults {
	if known, ok := knownDefaults.Load(class); ok {
		return known.(classDefaults)
	}
	at, ok := defaultClasses()[class]
	if !ok {
		return nil
	}
	params := classDefaults{}
	for line := range strings.Lines(defaultsText[at:]) {
		if line[0] != ' ' {
			break
		}
		name, entries, _ := strings.Cut(strings.TrimSuffix(line[1:], "\n"), "\t")
		for entry := range strings.SplitSeq(entries, "\t") {
			release, text, _ := strings.Cut(entry, " ")
			params[name] = append(params[name], sinceDefault{slices.Index(defaultReleases(), release), text})
		}
	}
	knownDefaults.Store(class, params)
	return params
}

// defaultRelease numbers the release that a version belongs to; -1 where it is not known.
func defaultRelease(version string) int { return slices.Index(defaultReleases(), minor(version)) }

// isDefault tells whether a release of scikit-learn has text as the default
// of a parameter. Without a known release, all that have the class must agree.
func (c classDefaults) isDefault(param, text string, release int) bool {
	since := c[param]
	if release < 0 {
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
