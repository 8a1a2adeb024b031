package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"modelscan/allowlist"
	"modelscan/inspect"
)

// AllowStyle is a way to write down which names files need.
type AllowStyle struct {
	Name, Doc string
	Lists     string // the profile whose refusals are written where none was chosen
	write     func(w *bufio.Writer, files []File, pin bool) []allowlist.Entry
}

// AllowStyles returns all styles, the usual one first.
func AllowStyles() []AllowStyle {
	return []AllowStyle{
		{"list", "lines of a list for --allow", "default", writeList},
		{"torch", "Python for torch.serialization.add_safe_globals", "weights-only", writeSafeGlobals},
		{"skops", "Python for the argument trusted of skops.io.load", "skops", writeSkopsTrusted},
	}
}

// Allow writes what must be granted for files to pass, for a person to
// review, and returns it. With pin, it holds for the files alone that it is
// written for.
func Allow(w io.Writer, style AllowStyle, files []File, pin bool) ([]allowlist.Entry, error) {
	out := bufio.NewWriter(w)
	granted := style.write(out, files, pin)
	return granted, out.Flush()
}

// need is a name that files use beyond what is granted.
type need struct {
	allowlist.Entry
	refused  string // why no list can grant it; else empty
	reviewed string // why it is harmless, where the reviewed lists say so
	remark   string // why it is not granted, where a list says so
	first    string // where it was seen first
	count    int
	files    int
	last     string // the path of the last file
}

// needsOf gathers what some files need, each name once: first what can be
// granted, then what cannot.
func needsOf(files []File) []*need {
	index := map[[2]string]*need{}
	var all []*need
	add := func(path string, n need) {
		key := [2]string{n.refused, n.Spelling()}
		known := index[key]
		if known == nil {
			known = &n
			known.first = strings.TrimSuffix(Text(path)+": "+known.first, ": ")
			index[key] = known
			all = append(all, known)
		} else {
			known.Uses |= n.Uses
			known.count += n.count
		}
		if known.last != path {
			known.last = path
			known.files++
		}
	}
	for i := range files {
		f := &files[i]
		for at := range f.Model.Globals {
			if ruling := f.ruling(at); !ruling.Trusted {
				add(f.Model.Path, newNeed(&f.Model.Globals[at], ruling, f.review(at)))
			}
		}
		for _, h := range f.Model.Hazards {
			add(f.Model.Path, need{
				Entry: allowlist.Entry{Module: h.Name}, refused: h.Message, first: place(h.Member, h.Offset), count: 1,
			})
		}
	}
	slices.SortStableFunc(all, func(a, b *need) int {
		return cmp.Or(cmp.Compare(min(len(a.refused), 1), min(len(b.refused), 1)), cmp.Compare(a.Spelling(), b.Spelling()))
	})
	return all
}

func newNeed(g *inspect.Global, ruling, review allowlist.Ruling) need {
	n := need{
		Entry: allowlist.Entry{Module: g.Module, Qualname: g.Qualname, Uses: g.Uses &^ inspect.Change},
		first: place(g.Member, g.Offset), count: g.Count,
	}
	if n.Uses == 0 {
		n.Uses = inspect.Import
	}
	if review.Trusted {
		n.reviewed = review.Reason
	}
	switch {
	case g.Kind != inspect.Named:
		n.Module, n.Qualname, n.refused = g.Qualname, "", ruling.Reason
	case ruling.Never || review.Never:
		n.refused = cmp.Or(review.Reason, ruling.Reason)
	case g.Uses&inspect.Change != 0:
		n.refused = "the file changes it itself, which no list can grant"
	case !writable(n.Entry):
		n.refused = "no list can spell it"
	case strings.ContainsFunc(n.Spelling(), func(r rune) bool { return r > '~' }):
		n.refused = "it has letters that may pass for others; if you mean them, write the line"
	case !strings.HasPrefix(ruling.Reason, "not on any list"):
		n.remark = ruling.Reason
	}
	return n
}

// writable says whether a list reads back the line that is written.
func writable(e allowlist.Entry) bool {
	list, err := allowlist.ParseList("", strings.NewReader(listLine(e, 0, "")))
	return err == nil && len(list.Entries) == 1 && list.Entries[0].Module == e.Module &&
		list.Entries[0].Qualname == e.Qualname && list.Entries[0].Uses == e.Uses
}

// shown is a name in a comment.
func (n *need) shown() string {
	return shortName(strings.TrimSuffix(n.Spelling(), "."), maxNameLen*2)
}

// where says where a need was seen.
func (n *need) where() string {
	text := shortText(n.first, maxRemarkLen)
	if n.count > 1 {
		text += fmt.Sprintf(", %d times", n.count)
	}
	if n.files > 1 {
		text += fmt.Sprintf(", in %s", plural(n.files, "file"))
	}
	return text
}

const maxRemarkLen = 200 // characters of what a file says in a comment

// listLine is a line of a list, with the name in a column of some width.
func listLine(e allowlist.Entry, width int, comment string) string {
	return fmt.Sprintf("%-*s   %-21s # %s", width, e.Spelling(), e.Uses.String(), comment)
}

// writeList writes lines of a list.
func writeList(w *bufio.Writer, files []File, pin bool) (granted []allowlist.Entry) {
	fmt.Fprintln(w, "# modelscan allowlist")
	fmt.Fprintln(w, "# For a person to read: each line lets a file do with a name what it says. Delete what you do not know.")
	if !pin {
		granted = writeEntries(w, needsOf(files), nil)
		unread(w, files)
		return granted
	}
	for i := range files {
		m := files[i].Model
		needs := needsOf(files[i : i+1])
		switch {
		case len(needs) == 0:
		case m.SHA256 == "":
			fmt.Fprintf(w, "\n# not granted: %s cannot be pinned: it was not read, or is in several files\n", Text(m.Path))
		default:
			fmt.Fprintf(w, "\n@sha256 %s # %s", m.SHA256, shortText(m.Path, maxRemarkLen))
			granted = append(granted, writeEntries(w, needs, &allowlist.Scope{Digests: []string{m.SHA256}})...)
		}
	}
	unread(w, files)
	return granted
}

func writeEntries(w *bufio.Writer, needs []*need, scope *allowlist.Scope) (granted []allowlist.Entry) {
	fmt.Fprintln(w)
	if len(needs) == 0 {
		fmt.Fprintln(w, "# No name is needed beyond those that are trusted.")
	}
	width := 0
	for _, n := range needs {
		if size := len(n.Spelling()); n.refused == "" && size <= maxNameLen*2 {
			width = max(width, size)
		}
	}
	for _, n := range needs {
		if n.refused != "" {
			fmt.Fprintf(w, "# not granted: %s: %s; %s\n", n.shown(), shortText(n.refused, maxRemarkLen), n.where())
			continue
		}
		comment := n.where()
		if n.remark != "" {
			comment += "; " + shortText(n.remark, maxRemarkLen)
		}
		fmt.Fprintln(w, listLine(n.Entry, width, comment))
		n.Scope = scope
		granted = append(granted, n.Entry)
	}
	return granted
}

// unread says which files could not be read whole.
func unread(w *bufio.Writer, files []File) {
	for i := range files {
		if m := files[i].Model; len(m.Issues) > 0 {
			issue := m.Issues[0]
			fmt.Fprintf(w, "# not read whole: %s: %s, %s\n", Text(m.Path), issue.Kind, shortText(issue.Message, maxRemarkLen))
		}
	}
}
