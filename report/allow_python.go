package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"modelscan/allowlist"
)

// What is written here is meant to be run by Python. A name is written as
// code only where each of its parts is a plain identifier, which reads as
// itself and does nothing but to be looked up.

// pythonNeeds returns the names that can be written, and writes comments on
// the others.
func pythonNeeds(w *bufio.Writer, files []File) (plain []*need, granted []allowlist.Entry) {
	fmt.Fprintln(w, "# For a person to read: each name is imported, and called while a file is loaded. Take out what you do not know.")
	for _, n := range needsOf(files) {
		switch {
		case n.refused != "":
			fmt.Fprintf(w, "# left out: %s: %s; %s\n", n.shown(), shortText(n.refused, maxRemarkLen), n.where())
		case !dotted(n.Module) || !dotted(n.Qualname):
			fmt.Fprintf(w, "# left out: %s: not a plain Python name; %s\n", n.shown(), n.where())
		default:
			plain, granted = append(plain, n), append(granted, n.Entry)
		}
	}
	unread(w, files)
	return plain, granted
}

// review is what a comment says of a name.
func (n *need) review() string {
	return cmp.Or(n.reviewed, "not reviewed") + "; " + n.where()
}

// writeSafeGlobals writes what torch.load(weights_only=True) is told to allow.
func writeSafeGlobals(w *bufio.Writer, files []File, _ bool) []allowlist.Entry {
	names, granted := pythonNeeds(w, files)
	modules := []string{"torch"}
	for _, n := range names {
		modules = append(modules, n.Module)
	}
	slices.Sort(modules)
	for _, module := range slices.Compact(modules) {
		fmt.Fprintf(w, "import %s\n", module)
	}
	fmt.Fprintln(w, "\ntorch.serialization.add_safe_globals([")
	for _, n := range names {
		fmt.Fprintf(w, "    %s.%s,  # %s\n", n.Module, n.Qualname, n.review())
	}
	fmt.Fprintln(w, "])")
	return granted
}

// writeSkopsTrusted writes the argument trusted of skops.io.load.
func writeSkopsTrusted(w *bufio.Writer, files []File, _ bool) []allowlist.Entry {
	names, granted := pythonNeeds(w, files)
	fmt.Fprintln(w, "trusted=[")
	for _, n := range names {
		fmt.Fprintf(w, "    \"%s.%s\",  # %s\n", n.Module, n.Qualname, n.review())
	}
	fmt.Fprintln(w, "]")
	return granted
}

// dotted tells whether path is identifiers of Python with dots between them.
// Letters beyond ASCII are left out: Python takes some of them for others.
func dotted(path string) bool {
	for part := range strings.SplitSeq(path, ".") {
		for i := range len(part) {
			c := part[i]
			letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
		if part == "" || slices.Contains(pythonKeywords, part) {
			return false
		}
	}
	return true
}

var pythonKeywords = strings.Fields(`False None True and as assert async await break class continue def del elif else except finally for
	from global if import in is lambda nonlocal not or pass raise return try while with yield print exec`)
