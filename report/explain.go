package report

import (
	"fmt"
	"io"

	"modelscan/allowlist"
)

// Explain writes what lists say of a name.
func Explain(w io.Writer, e *allowlist.Explanation) {
	name := Name(e.Spelling())
	if e.Python2 != "" {
		fmt.Fprintf(w, "%s is %s in Python 3\n", Name(e.Python2), name)
	}
	switch {
	case e.Never:
		fmt.Fprintf(w, "%s: never trusted\n", name)
	case len(e.Lines) == 0:
		fmt.Fprintf(w, "%s: untrusted, on no list\n", name)
	case e.Words() != "":
		fmt.Fprintf(w, "%s: may be %s\n", name, e.Words())
	default:
		fmt.Fprintf(w, "%s: trusted where its lines say so, and nowhere else\n", name)
	}
	for _, line := range e.Lines {
		grants := line.Granted()
		if line.Never {
			grants = "never"
		}
		fmt.Fprintf(w, "  %s: %s%s", Text(line.Source()), grants, scope(line.Scope))
		if line.Reason != "" {
			fmt.Fprintf(w, ": %s", Text(line.Reason))
		}
		fmt.Fprintln(w)
	}
}

// scope says where a line holds.
func scope(s *allowlist.Scope) string {
	if s == nil {
		return ""
	}
	text := ""
	for _, place := range s.Places {
		if place == "pickle" {
			text += ", outside of skops files"
		} else {
			text += ", in nodes of " + Text(place)
		}
	}
	for _, digest := range s.Digests {
		text += ", in a file of SHA-256 " + digest[:12] + "…"
	}
	return text
}
