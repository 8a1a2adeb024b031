package report

import (
	"bufio"
	"io"
	"slices"
)

var _ = register(Format{
	Name:  "untrusted",
	Doc:   "the untrusted names of all files, one a line",
	Write: writeUntrusted,
})

// writeUntrusted writes each untrusted name once, sorted and whole.
func writeUntrusted(w io.Writer, r *Report) error {
	var names []string
	for i := range r.Files {
		names = append(names, r.Files[i].Verdict.Untrusted...)
	}
	slices.Sort(names)
	out := bufio.NewWriter(w)
	for _, name := range slices.Compact(names) {
		out.WriteString(Name(name))
		out.WriteByte('\n')
	}
	return out.Flush()
}
