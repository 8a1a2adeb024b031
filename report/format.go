package report

import (
	"cmp"
	"slices"
)

// Format is a report format. A file of this package adds one with
//
//	var _ = register(Format{…})
type Format struct {
	Name  string
	Doc   string // one line, lower case
	Write Writer
}

var formats []Format

// register adds a format to the table.
func register(f Format) bool {
	if _, ok := Lookup(f.Name); ok {
		panic("report: format " + f.Name + " is registered twice")
	}
	formats = append(formats, f)
	return true
}

// Formats returns all formats, sorted by name.
func Formats() []Format {
	return slices.SortedFunc(slices.Values(formats), func(a, b Format) int { return cmp.Compare(a.Name, b.Name) })
}

// Lookup returns the format of that name.
func Lookup(name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}
