package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"modelscan/allowlist"
	"modelscan/inspect/environment"
)

// WriteRequirements writes, as the lines of a requirements.txt, which
// environment each file asks for; and where files were compared with one, a
// table of what differs instead.
func WriteRequirements(w io.Writer, r *Report) error {
	p := &page{}
	for i := range r.Files {
		f := &r.Files[i]
		switch {
		case f.Verdict.Status == allowlist.Skipped:
		case f.Environment != nil:
			p.gap()
			p.line(shortText(f.Model.Path, maxTextLen) + ": " + effectText(f.Environment))
			p.gap()
			p.checks(f.Environment)
		case f.Checklist == nil:
			p.gap()
			p.requirements(f)
		}
		if f.Checklist != nil {
			p.gap()
			p.checklist(f)
		}
	}
	if p.out.Len() == 0 {
		p.line("# no model found")
	}
	if p.err != nil {
		return p.err
	}
	_, err := w.Write(append(bytes.TrimRight(p.out.Bytes(), "\n"), '\n'))
	return err
}

// requirements writes the lines for one file.
func (p *page) requirements(f *File) {
	p.line("# " + shortText(f.Model.Path, maxTextLen))
	if len(f.Model.Issues) > 0 {
		p.line("# not read whole: " + shortText(f.Model.Issues[0].Message, maxTextLen))
	}
	needs, others := environment.Needs(f.Model)
	for _, n := range needs {
		line := n.Requirement()
		switch {
		case n.Library == environment.Python:
			line = "# python " + n.Bound + strings.Join(n.Exact, " ")
		case line == "":
			line = "# " + n.Library + " " + n.Bound + strings.Join(n.Exact, " ") + ": no such version"
		}
		p.line(fmt.Sprintf("%-28s  # %s", line, shortText(reasons(n), maxTextLen)))
	}
	if len(others) > 0 {
		p.line("# also imports " + shortText(strings.Join(others, ", "), maxTextLen))
	}
}

// checklist writes which items of the guide a file carries.
func (p *page) checklist(f *File) {
	carried := 0
	rows := [][]string{{"item", "carried", "what"}}
	for _, item := range f.Checklist {
		what, word := item.What, "no"
		if item.Carried {
			carried++
			what, word = strings.Join(convert(item.Evidence, func(s *string) string { return shortText(*s, maxNameLen) }), "; "), "yes"
		}
		rows = append(rows, []string{item.Name, word, what})
	}
	p.line(fmt.Sprintf("%s: carries %d of %s", shortText(f.Model.Path, maxTextLen), carried, plural(len(f.Checklist), "item")))
	p.grid(rows)
	if f.Model.SHA256 != "" {
		p.line("  sha256 to keep elsewhere: " + f.Model.SHA256)
	}
}

// reasons words the evidence for a need.
func reasons(n environment.Need) string {
	switch {
	case len(n.Exact) > 1:
		return fmt.Sprintf("a mixture of %s: %s", strings.Join(n.Exact, ", "), strings.Join(n.Evidence, ", "))
	case len(n.Evidence) == 0:
		return "imported; the file does not tell the version"
	}
	return strings.Join(n.Evidence, ", ")
}

// effectText words what a load would do in an environment.
func effectText(r *environment.Result) string {
	text := map[environment.Effect]string{
		environment.Nothing: "nothing is known that would warn or break",
		environment.Warns:   "a load would warn",
		environment.Breaks:  "a load would break",
	}[r.Effect]
	return "with " + shortText(r.Source, maxTextLen) + " (" + shortText(r.Kind, maxPlaceLen) + ") " + text
}

// checks writes what an environment has of what a file asks for.
func (p *page) checks(r *environment.Result) {
	rows := [][]string{{"library", "asked for", "there", "load", "why"}}
	for _, c := range r.Checks {
		load := string(c.Effect)
		if load == "" {
			load = string(c.Status)
		}
		rows = append(rows, []string{
			shortText(c.Library, maxValueLen), shortText(c.Want, maxValueLen), shortText(c.Have, maxValueLen), load, shortText(c.Message, maxTextLen),
		})
	}
	p.grid(rows)
	for _, note := range r.Notes {
		p.wrapped("  note: ", "    ", shortText(note, maxTextLen))
	}
}

type jsonEnvironments struct {
	SchemaVersion int                   `json:"schema_version"`
	Tool          jsonTool              `json:"tool"`
	Files         []jsonEnvironmentFile `json:"files"`
}

type jsonEnvironmentFile struct {
	Path         string            `json:"path"`
	Format       string            `json:"format"`
	Complete     bool              `json:"complete"` // read whole
	Requirements []jsonRequirement `json:"requirements"`
	OtherModules []string          `json:"other_modules"`
	Environment  *jsonEnvironment  `json:"environment,omitempty"`
	SHA256       string            `json:"sha256,omitempty"`
	Checklist    []jsonItem        `json:"checklist,omitempty"`
}

type jsonItem struct {
	Item     string   `json:"item"`
	What     string   `json:"what"`
	Carried  bool     `json:"carried"`
	Evidence []string `json:"evidence"`
}

type jsonRequirement struct {
	Library     string   `json:"library"`
	Versions    []string `json:"versions"`
	Bound       string   `json:"bound"`
	Requirement string   `json:"requirement"`
	Imported    bool     `json:"imported"`
	Evidence    []string `json:"evidence"`
}

// jsonEnvironment is the comparison of one file with an environment.
type jsonEnvironment struct {
	Source string      `json:"source"`
	Kind   string      `json:"kind"`
	Effect string      `json:"effect"`
	Checks []jsonCheck `json:"checks"`
	Notes  []string    `json:"notes"`
}

type jsonCheck struct {
	Library string `json:"library"`
	Want    string `json:"want"`
	Have    string `json:"have"`
	Status  string `json:"status"`
	Effect  string `json:"effect"`
	Message string `json:"message"`
}

// WriteEnvironments writes the same as WriteRequirements as JSON.
func WriteEnvironments(w io.Writer, r *Report) error {
	files := slices.DeleteFunc(slices.Clone(r.Files), func(f File) bool { return f.Verdict.Status == allowlist.Skipped })
	return encode(w, jsonEnvironments{schemaVersion, jsonTool(r.Tool), convert(files, newJSONEnvironmentFile)})
}

func newJSONEnvironmentFile(f *File) jsonEnvironmentFile {
	needs, others := environment.Needs(f.Model)
	return jsonEnvironmentFile{
		Path:     whole(f.Model.Path),
		Format:   whole(f.Model.Format),
		Complete: len(f.Model.Issues) == 0,
		Requirements: convert(needs, func(n *environment.Need) jsonRequirement {
			return jsonRequirement{n.Library, texts(n.Exact), n.Bound, n.Requirement(), n.Imported, texts(n.Evidence)}
		}),
		OtherModules: texts(others),
		Environment:  newJSONEnvironment(f.Environment),
		SHA256:       f.Model.SHA256,
		Checklist: convert(f.Checklist, func(i *environment.Item) jsonItem {
			return jsonItem{i.Name, i.What, i.Carried, texts(i.Evidence)}
		}),
	}
}

func newJSONEnvironment(r *environment.Result) *jsonEnvironment {
	if r == nil {
		return nil
	}
	return &jsonEnvironment{
		Source: whole(r.Source), Kind: whole(r.Kind), Effect: string(r.Effect),
		Checks: convert(r.Checks, func(c *environment.Check) jsonCheck {
			return jsonCheck{whole(c.Library), whole(c.Want), whole(c.Have), string(c.Status), string(c.Effect), whole(c.Message)}
		}),
		Notes: texts(r.Notes),
	}
}

// texts is a list that is written as one also where it is empty.
func texts(list []string) []string {
	return convert(list, func(text *string) string { return whole(*text) })
}

// encode writes v as laid out JSON.
func encode(w io.Writer, v any) error {
	var compact bytes.Buffer
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err := w.Write(layOut(compact.Bytes()))
	return err
}
