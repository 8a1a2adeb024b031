// Command coverage measures which share of the model files below some folders
// pass, by library, and writes the table as Markdown:
//
//	go run ./cmd/coverage FOLDER… > docs/coverage.md
//
// It loads nothing: it inspects each file as `modelscan inspect` does, with
// the built-in lists, and counts.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"modelscan/allowlist"
	"modelscan/inspect"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: coverage FOLDER…")
		os.Exit(4)
	}
	s := newSurvey()
	for _, root := range os.Args[1:] {
		if err := s.folder(root); err != nil {
			fmt.Fprintln(os.Stderr, "coverage:", err)
			os.Exit(2)
		}
	}
	s.write(os.Stdout)
}

// tally counts the files of one library.
type tally struct {
	files, trusted, incomplete int
	causes                     [causes]int // of the untrusted ones
}

// cause is the strongest reason why a file is untrusted.
type cause int

const (
	dangerous cause = iota // a name that is never trusted, or a hazard
	code                   // functions or classes that the file carries as code
	own                    // a class of the author's own, whose code is elsewhere
	unlisted               // a name that no list holds, or a use that none grants
	causes
)

// survey counts files by library.
type survey struct {
	libraries map[string]*tally
	all       tally
	skipped   int
	names     map[string]int // files by unlisted name
}

func newSurvey() *survey { return &survey{libraries: map[string]*tally{}, names: map[string]int{}} }

// folder inspects the regular files below root.
func (s *survey) folder(root string) error {
	var in inspect.Inspector
	policy := allowlist.Default()
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		m, err := in.File(context.Background(), path)
		if err != nil {
			return err
		}
		s.add(m, policy.Judge(m))
		return nil
	})
}

// add counts one file.
func (s *survey) add(m *inspect.Model, v allowlist.Verdict) {
	if v.Status == allowlist.Skipped {
		s.skipped++
		return
	}
	why := s.why(m, v)
	count := func(t *tally) {
		t.files++
		switch v.Status {
		case allowlist.Trusted:
			t.trusted++
		case allowlist.Untrusted:
			t.causes[why]++
		default:
			t.incomplete++
		}
	}
	count(&s.all)
	for _, library := range libraries(m) {
		if s.libraries[library] == nil {
			s.libraries[library] = &tally{}
		}
		count(s.libraries[library])
	}
}

// why is the strongest reason why a file is untrusted. Names that no list
// holds are counted where nothing else is wrong.
func (s *survey) why(m *inspect.Model, v allowlist.Verdict) cause {
	worst := causes
	if len(m.Hazards) > 0 {
		worst = dangerous
	}
	var names []string
	for i, ruling := range v.Rulings {
		if ruling.Trusted {
			continue
		}
		this := unlisted
		switch {
		case strings.HasPrefix(ruling.Reason, "marked as never"):
			this = dangerous
		case m.Globals[i].Kind == inspect.Computed, strings.HasPrefix(ruling.Reason, "makes functions"):
			this = code
		case strings.HasPrefix(ruling.Reason, "needs the code of"):
			this = own
		default:
			names = append(names, m.Globals[i].Name())
		}
		worst = min(worst, this)
	}
	if worst >= own {
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			s.names[name]++
		}
	}
	return min(worst, unlisted)
}

// shared are packages that files of every library hold names of.
var shared = map[string]bool{
	"numpy": true, "scipy": true, "joblib": true, "pandas": true, "_codecs": true, "copyreg": true, "builtins": true, "collections": true,
	"types": true, "datetime": true, "functools": true, "re": true, "array": true, "pathlib": true, "random": true, "decimal": true, "uuid": true,
	"pytz": true, "dateutil": true, "zoneinfo": true, "pyarrow": true, "operator": true, "_operator": true, "itertools": true, "math": true,
}

// aliases are packages that belong to a library of another name.
var aliases = map[string]string{"_loss": "sklearn", "keras_preprocessing": "keras", "__torch__": "torch", "langchain_core": "langchain", "langchain_community": "langchain"}

// libraries are the packages that a file's names belong to. One with none but
// shared packages counts for these; one without names, for its format.
func libraries(m *inspect.Model) []string {
	found, base := map[string]bool{}, map[string]bool{}
	for _, g := range m.Globals {
		if g.Kind != inspect.Named || g.Module == "" {
			continue
		}
		top, _, _ := strings.Cut(g.Module, ".")
		top = cmp.Or(aliases[top], top)
		switch {
		case !shared[top]:
			found[top] = true
		case top == "numpy" || top == "scipy" || top == "pandas" || top == "joblib":
			base[top] = true
		}
	}
	if len(found) == 0 {
		found = base
	}
	if len(found) == 0 {
		found = map[string]bool{"(" + cmp.Or(m.Format, "unknown") + ")": true}
	}
	return slices.Sorted(maps.Keys(found))
}

const (
	fewest   = 2  // files of a library that has a row of its own
	mostRows = 60 // of libraries, and of names
)

// write writes the page.
func (s *survey) write(w io.Writer) {
	fmt.Fprintf(w, `# Coverage

Which share of published model files passes, by library. Made by `+"`make coverage FOLDER=…`"+`, which inspects every file below a folder
with the built-in lists and loads none; run it on files of your own. A file counts for each library that it holds names of (one that holds
names of NumPy, SciPy, pandas and joblib alone counts for these), and in the total once. %d files were no models and are not counted.

What makes a file untrusted, the strongest reason first:

* **dangerous**: a name that is never trusted, or an operator or layer that runs code or reads files;
* **code**: functions or classes that the file carries as code (cloudpickle, dill, TorchScript's own classes), or a computed name;
* **own**: a class of the author's own, or of a library that has no list: loading needs its code;
* **unlisted**: a name of a library that has lists, but is on none, or a use that no line grants.

`, s.skipped)
	fmt.Fprintln(w, "| library | files | trusted | dangerous | code | own | unlisted | incomplete |\n|---|---|---|---|---|---|---|---|")
	row("all files", &s.all, w)
	names := slices.SortedFunc(maps.Keys(s.libraries), func(a, b string) int {
		return cmp.Or(s.libraries[b].files-s.libraries[a].files, cmp.Compare(a, b))
	})
	rows := 0
	for _, name := range names {
		if t := s.libraries[name]; t.files >= fewest && rows < mostRows {
			row(name, t, w)
			rows++
		}
	}
	if len(s.names) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Unlisted names\n\nOf files that neither are dangerous nor carry code: names of libraries that have lists, by the number of files.\n\n| name | files |\n|---|---|\n")
	unlisted := slices.SortedFunc(maps.Keys(s.names), func(a, b string) int {
		return cmp.Or(s.names[b]-s.names[a], cmp.Compare(a, b))
	})
	for _, name := range unlisted[:min(len(unlisted), mostRows)] {
		fmt.Fprintf(w, "| %s | %d |\n", cell(name), s.names[name])
	}
}

func row(name string, t *tally, w io.Writer) {
	fmt.Fprintf(w, "| %s | %d | %d (%d %%) | %d | %d | %d | %d | %d |\n", cell(name), t.files, t.trusted, percent(t.trusted, t.files),
		t.causes[dangerous], t.causes[code], t.causes[own], t.causes[unlisted], t.incomplete)
}

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}

// cell is a name from a file in a form that is safe in a table.
func cell(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r == '|' || r == '<' || r == '>' || r == '`' || r < ' ' || r > '~':
			b.WriteByte('?')
		case b.Len() >= 100:
			return b.String() + "…"
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
