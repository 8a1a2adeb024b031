package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"modelscan/allowlist"
	"modelscan/inspect"
	"modelscan/inspect/environment"
)

var _ = register(Format{
	Name:  "table",
	Doc:   "verdicts and what led to them, for people",
	Write: writeTable,
})

// How much of a file a person is shown. JSON has the rest.
const (
	tableWidth  = 98
	maxNameLen  = 48
	maxPlaceLen = 28
	maxTextLen  = 300
	maxValueLen = 40
	maxOrderLen = 8
	maxRows     = 100 // of names, versions and issues
	maxArrays   = 5
	maxShares   = 6 // of a total by dtype or by part
	maxParams   = 60
)

// writeTable writes a line for each file, the verdict first, and below it
// what there is to know about a file that is not trusted or is the only one.
func writeTable(w io.Writer, r *Report) error {
	p := &page{all: r.All}
	single := len(r.Files) == 1
	for i := range r.Files {
		f := &r.Files[i]
		if f.Verdict.Status != allowlist.Skipped {
			p.file(f, single || f.Verdict.Status != allowlist.Trusted)
		}
	}
	if !single || r.Summary.Skipped == 1 {
		p.gap()
		p.line(summary(r.Summary))
	}
	if p.err != nil {
		return p.err
	}
	_, err := w.Write(append(bytes.TrimRight(p.out.Bytes(), "\n"), '\n'))
	return err
}

// summary words the counts in a line.
func summary(s Summary) string {
	if s.Files == 0 {
		return "no model found"
	}
	if s.Files == s.Skipped {
		return fmt.Sprintf("no model found: %s skipped", plural(s.Skipped, "file"))
	}
	var counts []string
	for _, c := range []struct {
		n    int
		word string
	}{{s.Untrusted, "untrusted"}, {s.Incomplete, "incomplete"}, {s.Trusted, "trusted"}, {s.Skipped, "skipped"}} {
		if c.n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	text := plural(s.Files, "file") + ": " + strings.Join(counts, ", ")
	if s.Mismatched > 0 {
		text += fmt.Sprintf("; %d would warn or break in the environment", s.Mismatched)
	}
	return text
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// page collects the text of a table report and the first error.
type page struct {
	out bytes.Buffer
	err error
	all bool // no list of arrays is cut short
}

func (p *page) line(text string) {
	p.out.WriteString(strings.TrimRight(text, " "))
	p.out.WriteByte('\n')
}

// wrapped writes text in lines with one indent for the first and one for the
// others.
func (p *page) wrapped(first, others, text string) {
	for i, line := range wrap(text, tableWidth-len(others)) {
		if i == 0 {
			p.line(first + line)
		} else {
			p.line(others + line)
		}
	}
}

// gap ends a block: one empty line, but none at the top and never two.
func (p *page) gap() {
	if p.out.Len() > 0 && !bytes.HasSuffix(p.out.Bytes(), []byte("\n\n")) {
		p.out.WriteByte('\n')
	}
}

// file writes the verdict on f and, if asked, what there is to know.
func (p *page) file(f *File, all bool) {
	body := &page{all: p.all}
	if all {
		if f.Model.SHA256 != "" {
			body.line("  sha256 " + f.Model.SHA256)
		}
		body.names(f)
		body.hazards(f.Model)
		body.versions(f.Model)
		body.model(f.Model.Root)
		body.networks(f.Model)
		body.frames(f.Model.Frames)
		body.code(f.Model.Code)
		body.arrays(f)
		body.issues(f)
	}
	if f.Environment != nil && (all || f.Environment.Effect != environment.Nothing) {
		body.gap()
		body.wrapped("  ", "    ", effectText(f.Environment))
		body.checks(f.Environment)
	}
	p.fail(body.err)
	if body.out.Len() == 0 {
		p.verdict(f)
		return
	}
	p.gap()
	p.verdict(f)
	p.gap()
	p.out.Write(body.out.Bytes())
	p.gap()
}

// verdict writes the line that says it all.
func (p *page) verdict(f *File) {
	word := string(f.Verdict.Status)
	if f.Verdict.Status == allowlist.Untrusted {
		word = "UNTRUSTED"
	}
	m := f.Model
	about := []string{shortText(cmp.Or(m.Format, "unknown"), maxPlaceLen)}
	if m.Compression != "" {
		about = append(about, shortText(m.Compression, maxPlaceLen))
	}
	if m.Size >= 0 {
		about = append(about, Size(m.Size))
	}
	text := fmt.Sprintf("%-10s  %s  (%s)", word, shortText(m.Path, maxTextLen), strings.Join(about, ", "))
	why := headline(f)
	if why == "" { // a line a file, however long its path
		p.line(text)
		return
	}
	p.wrapped("", "            ", text+": "+why)
}

// headline says why a file is not trusted, the gravest thing first.
func headline(f *File) string {
	switch {
	case f.Verdict.Status == allowlist.Trusted:
		return ""
	case f.Verdict.Status == allowlist.Untrusted:
		return threat(f)
	case len(f.Model.Issues) > 0:
		first := f.Model.Issues[0]
		text := shortText(first.Message, maxTextLen)
		if more := len(f.Model.Issues) - 1; more > 0 {
			text += "; " + plural(more, "more issue")
		} else if where := place(first.Member, first.Offset); where != "" {
			text += " (" + where + ")"
		}
		return text
	case len(f.Verdict.Findings) > 0:
		return shortText(f.Verdict.Findings[0].Message, maxTextLen)
	}
	return "not read whole"
}

// gravity has the uses from the gravest down, each with its verb.
var gravity = []struct {
	use  inspect.Uses
	verb string
}{
	{inspect.Call, "call"},
	{inspect.Change, "change"},
	{inspect.New, "construct"},
	{inspect.Build, "give state to"},
	{inspect.Import, "import"},
}

// grave ranks a set of uses by its gravest.
func grave(uses inspect.Uses) int {
	for rank, g := range gravity {
		if uses&g.use != 0 {
			return rank
		}
	}
	return len(gravity) - 1
}

// threat says what is gravest of what an untrusted file would do.
func threat(f *File) string {
	const shown = 3
	worst := len(gravity) - 1
	rows := refused(f)
	if len(rows) > 0 {
		worst = grave(rows[0].Denied)
	}
	var names []string
	rest := map[string]bool{}
	for _, row := range rows {
		name := row.Name()
		if grave(row.Denied) == worst && len(names) < shown && !slices.Contains(names, name) {
			names = append(names, name)
		} else if !slices.Contains(names, name) {
			rest[name] = true
		}
	}
	if hazards := f.Model.Hazards; len(names) == 0 && len(hazards) > 0 {
		text := shortText(hazards[0].Message, maxTextLen)
		if len(hazards) > 1 {
			text += "; " + plural(len(hazards)-1, "more hazard")
		}
		return text
	}
	for i := range names {
		names[i] = shortName(names[i], maxNameLen)
	}
	text := "would " + gravity[worst].verb + " " + strings.Join(names, ", ")
	if len(rest) > 0 {
		text += "; " + plural(len(rest), "more untrusted name")
	}
	return text
}

// refusal is a global with the ruling against it.
type refusal struct {
	*inspect.Global
	allowlist.Ruling
}

// refused returns the untrusted globals of f, the gravest uses first.
func refused(f *File) []refusal {
	var rows []refusal
	for i := range f.Model.Globals {
		if ruling := f.ruling(i); !ruling.Trusted {
			rows = append(rows, refusal{&f.Model.Globals[i], ruling})
		}
	}
	slices.SortStableFunc(rows, func(a, b refusal) int { return cmp.Compare(grave(a.Denied), grave(b.Denied)) })
	return rows
}

func (p *page) names(f *File) {
	rows := [][]string{{"untrusted name", "use", "count", "where", "why"}}
	all := refused(f)
	for _, g := range all[:min(len(all), maxRows)] {
		name := shortName(g.Name(), maxNameLen)
		if g.Raw != "" && g.Raw != g.Name() {
			name += "\n(" + shortName(g.Raw, maxNameLen-2) + ")"
		}
		rows = append(rows, []string{
			name, g.Uses.String(), strconv.Itoa(g.Count), place(g.Member, g.Offset), shortText(g.Reason, maxTextLen),
		})
	}
	p.grid(rows, 2)
	p.more(len(all)-maxRows, "name")
}

func (p *page) hazards(m *inspect.Model) {
	rows := [][]string{{"hazard", "where", "what"}}
	for _, h := range m.Hazards[:min(len(m.Hazards), maxRows)] {
		rows = append(rows, []string{shortName(h.Name, maxNameLen), place(h.Member, h.Offset), shortText(h.Message, maxTextLen)})
	}
	p.grid(rows)
	p.more(len(m.Hazards)-maxRows, "hazard")
}

func (p *page) versions(m *inspect.Model) {
	rows := [][]string{{"library", "version", "evidence"}}
	for _, v := range m.Versions[:min(len(m.Versions), maxRows)] {
		rows = append(rows, []string{
			shortText(v.Library, maxValueLen), shortText(v.Version, maxValueLen), shortText(v.Source, maxTextLen),
		})
	}
	p.grid(rows)
	p.more(len(m.Versions)-maxRows, "version")
}

// arrays writes the largest arrays and what all of them take.
func (p *page) arrays(f *File) {
	rows := [][]string{{"array", "dtype", "shape", "order", "size"}}
	shown, width := f.Model.Arrays, maxTextLen // in the file's order
	if !p.all {
		shown, width = largest(f.Model.Arrays, maxArrays), maxNameLen
	}
	for _, a := range shown {
		rows = append(rows, []string{
			cmp.Or(shortText(a.Path, width), "(the object itself)"),
			shortText(a.DType, maxPlaceLen), shapeText(a.Shape), shortText(a.Order, maxOrderLen), Size(a.Bytes),
		})
	}
	p.grid(rows, 4)
	count, size := f.arrays()
	if more := count - (len(rows) - 1); more > 0 {
		p.line(fmt.Sprintf("  and %s, total %s", plural(more, "more array"), Size(size)))
	}
	if count >= minTotals {
		p.shares("by dtype", f.Model.ByDType)
		p.shares("by part", f.Model.ByPart)
	}
	p.sparse(f.Model.Sparse)
}

// largest returns the n largest arrays, the first of equal ones first. There
// may be a hundred thousand, which are not worth sorting.
func largest(arrays []inspect.Array, n int) []inspect.Array {
	var found []inspect.Array
	for i := range arrays {
		a := &arrays[i]
		if len(found) == n {
			if a.Bytes <= found[n-1].Bytes {
				continue
			}
			found = found[:n-1]
		}
		at := len(found)
		for at > 0 && found[at-1].Bytes < a.Bytes {
			at--
		}
		found = slices.Insert(found, at, *a)
	}
	return found
}

// code writes the functions that stand in the file.
func (p *page) code(all []inspect.Code) {
	rows := [][]string{{"function in the file", "source", "python", "uses"}}
	shown := min(len(all), maxRows)
	for _, c := range all[:shown] {
		rows = append(rows, []string{
			shortText(c.Qualname+"("+strings.Join(c.Args, ", ")+")", maxNameLen),
			shortText(fmt.Sprintf("%s:%d", c.Filename, c.Line), maxPlaceLen),
			shortText(c.Python, maxPlaceLen), shortText(strings.Join(c.Names, " "), maxTextLen),
		})
	}
	p.grid(rows)
	p.more(len(all)-shown, "function")
}

// minTotals is from how many arrays on a person is shown what they add up to.
const minTotals = 10

// shares writes the largest rows of a total in a line or two.
func (p *page) shares(head string, rows []inspect.Total) {
	if len(rows) < 2 {
		return
	}
	shown := min(len(rows), maxShares)
	if p.all {
		shown = len(rows)
	}
	var parts []string
	for _, row := range rows[:shown] {
		name := cmp.Or(shortText(row.Name, maxPlaceLen), "(the object itself)")
		parts = append(parts, fmt.Sprintf("%s %s (%d)", name, Size(row.Bytes), row.Count))
	}
	if more := len(rows) - shown; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	p.wrapped("  ", "    ", head+": "+strings.Join(parts, ", "))
}

// sparse writes the sparse matrices.
func (p *page) sparse(all []inspect.Sparse) {
	rows := [][]string{{"sparse matrix", "layout", "dtype", "shape", "stored"}}
	shown := min(len(all), maxArrays)
	if p.all {
		shown = len(all)
	}
	for _, s := range all[:shown] {
		stored := "?"
		if s.Stored >= 0 {
			stored = strconv.FormatInt(s.Stored, 10)
		}
		rows = append(rows, []string{
			cmp.Or(shortText(s.Path, maxNameLen), "(the object itself)"), shortText(s.Layout, maxPlaceLen),
			shortText(s.DType, maxPlaceLen), shapeText(s.Shape), stored,
		})
	}
	p.grid(rows, 4)
	p.more(len(all)-shown, "sparse object")
}

func (p *page) issues(f *File) {
	issues := f.Model.Issues
	if f.Verdict.Status == allowlist.Incomplete && len(issues) == 1 {
		return // the verdict says it
	}
	rows := [][]string{{"issue", "where", "what"}}
	for _, i := range issues[:min(len(issues), maxRows)] {
		rows = append(rows, []string{Text(string(i.Kind)), place(i.Member, i.Offset), shortText(i.Message, maxTextLen)})
	}
	p.grid(rows)
	p.more(len(issues)-maxRows, "issue")
}

func (p *page) more(n int, noun string) {
	if n > 0 {
		p.line("  and " + plural(n, "more "+noun))
	}
}

// grid writes rows, the first of them the heads of the columns, as a block.
// The last column takes what is left of the width; a column of which numbers
// are written is named by its index. There is no block without a second row.
// No column may hold text that is not quoted: tablewriter passes it on.
func (p *page) grid(rows [][]string, numbers ...int) {
	if len(rows) < 2 {
		return
	}
	last := len(rows[0]) - 1
	taken := 2 + 2*last
	for column := range last {
		taken += columnWidth(rows, column)
	}
	aligns := make([]tw.Align, last+1)
	for column := range aligns {
		if aligns[column] = tw.AlignLeft; slices.Contains(numbers, column) {
			aligns[column] = tw.AlignRight
		}
	}
	var text bytes.Buffer
	table := tablewriter.NewTable(&text,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithEastAsian(tw.Off), // else the locale decides
		tablewriter.WithPadding(tw.Padding{Left: "", Right: "  ", Overwrite: true}),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
	)
	table.Header(rows[0])
	for _, row := range rows[1:] {
		row[last] = strings.Join(wrap(row[last], max(tableWidth-taken, 24)), "\n")
		p.fail(table.Append(row))
	}
	p.fail(table.Render())
	p.gap()
	for line := range strings.Lines(text.String()) {
		p.line("  " + strings.TrimRight(line, "\n "))
	}
}

func (p *page) fail(err error) {
	if p.err == nil && err != nil {
		p.err = fmt.Errorf("report: %w", err)
	}
}

func columnWidth(rows [][]string, column int) int {
	width := 0
	for _, row := range rows {
		for line := range strings.SplitSeq(row[column], "\n") {
			width = max(width, utf8.RuneCountInString(line))
		}
	}
	return width
}

// wrap breaks text into lines of at most width characters, at spaces where
// it can.
func wrap(text string, width int) []string {
	var lines []string
	line, size := "", 0
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		if i > 0 && size+1+n <= width {
			line, size = line+" "+word, size+1+n
			continue
		}
		if i > 0 {
			lines = append(lines, line)
		}
		for ; n > width; n -= width {
			end := byteIndex(word, width)
			lines = append(lines, word[:end])
			word = word[end:]
		}
		line, size = word, n
	}
	return append(lines, line)
}

// byteIndex returns where character n of s begins.
func byteIndex(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// place says where in a file something is.
func place(member string, offset int64) string {
	where := shortText(member, maxPlaceLen)
	if offset >= 0 {
		where += fmt.Sprintf("@%d", offset)
	}
	return where
}

// shapeText writes a shape as Python does.
func shapeText(shape []int64) string {
	const shown = 8
	parts := convert(shape[:min(len(shape), shown)], func(n *int64) string { return strconv.FormatInt(*n, 10) })
	if len(shape) > shown {
		parts = append(parts, "…")
	}
	if len(parts) == 1 {
		parts = append(parts, "")
	}
	return "(" + strings.TrimSuffix(strings.Join(parts, ", "), " ") + ")"
}

// Size writes a number of bytes with a decimal unit.
func Size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	units := []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	value, unit := float64(n)/1000, 0
	for math.Round(value*10) >= 10000 {
		value, unit = value/1000, unit+1
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

// pythonValue returns what Python's repr gives for v.
func pythonValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		return pythonFloat(v)
	case string:
		return "'" + strings.ReplaceAll(v, "'", `\'`) + "'"
	case inspect.Literal:
		return string(v)
	}
	return fmt.Sprint(v)
}
