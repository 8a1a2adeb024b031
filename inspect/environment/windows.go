package environment

import (
	_ "embed" // for the names
	"strings"
	"sync"
)

// namesText says in which releases a name can be imported.
//
//go:embed names.txt
var namesText string

// window is when a name can be imported: after the release `before` lacks it,
// from first to last for certain, until `after` lacks it again.
type window struct {
	library                    string
	before, first, last, after string // "-" for none
}

// windows has them by name; a module's ends in a dot.
var windows = sync.OnceValue(func() map[string]window {
	all := map[string]window{}
	for line := range strings.Lines(namesText) {
		if f := strings.Fields(line); len(f) == 6 {
			all[f[0]] = window{f[1], f[2], f[3], f[4], f[5]}
		}
	}
	return all
})

// missing says why a name cannot be imported from a package, or nothing.
func (w window) missing(library string, p Package) string {
	switch {
	case w.library != library:
		return ""
	case w.before != "-" && p.lies("<="+w.before) == yes:
		return "is not there up to " + w.before
	case w.after != "-" && p.lies(">="+w.after) == yes:
		return "is gone since " + w.after
	}
	return ""
}
