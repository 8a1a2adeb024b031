package report

import (
	"cmp"
	"fmt"
	"strings"

	"modelscan/inspect"
)

// jsonFrame is the JSON of a DataFrame or Series.
type jsonFrame struct {
	Path    string       `json:"path"`
	Class   string       `json:"class"`
	Rows    *int64       `json:"rows,omitempty"`
	Columns *int64       `json:"columns,omitempty"`
	Index   string       `json:"index"`
	Names   []string     `json:"names"`
	DTypes  []jsonColumn `json:"dtypes"`
	Member  string       `json:"member"`
}

type jsonColumn struct {
	DType   string `json:"dtype"`
	Columns int    `json:"columns"`
}

func newJSONFrame(f *inspect.Frame) jsonFrame {
	return jsonFrame{
		whole(f.Path), f.Class, known(f.Rows), known(f.Columns), whole(f.Index),
		convert(f.Names, func(name *string) string { return whole(*name) }),
		convert(f.DTypes, func(t *inspect.Total) jsonColumn { return jsonColumn{whole(t.Name), t.Count} }), whole(f.Member),
	}
}

// known is a count, or nil for one that is not known.
func known(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

const (
	maxTableFrames  = 5
	maxTableColumns = 12
)

// frames writes the DataFrames and Series of a file.
func (p *page) frames(all []inspect.Frame) {
	shown := min(len(all), maxTableFrames)
	if p.all {
		shown = len(all)
	}
	if shown > 0 {
		p.gap()
	}
	for i := range all[:shown] {
		p.wrapped("  ", "    ", frameText(&all[i], p.all))
	}
	p.more(len(all)-shown, "frame")
}

func frameText(f *inspect.Frame, all bool) string {
	count := func(n int64, noun string) string {
		if n < 0 {
			return "an unknown number of " + noun + "s"
		}
		return plural(int(n), noun)
	}
	parts := []string{cmp.Or(shortText(f.Path, maxNameLen), "(the object itself)"), count(f.Rows, "row")}
	if f.Index != "" {
		parts[1] += " (" + shortName(f.Index, maxPlaceLen) + ")"
	}
	if f.Class == "DataFrame" {
		parts = append(parts, count(f.Columns, "column"))
	}
	var types []string
	for _, t := range f.DTypes[:min(len(f.DTypes), maxTableColumns)] {
		types = append(types, fmt.Sprintf("%s (%d)", shortText(t.Name, maxPlaceLen), t.Count))
	}
	text := f.Class + ": " + strings.Join(parts, ", ") + "; " + strings.Join(types, ", ")
	shown := f.Names
	if !all {
		shown = shown[:min(len(shown), maxTableColumns)]
	}
	names := convert(shown, func(name *string) string { return shortText(*name, maxPlaceLen) })
	if more := len(f.Names) - len(shown); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) > 0 {
		text += "; columns " + strings.Join(names, ", ")
	}
	return text
}
