package inspect

import (
	"slices"
	"strings"
)

// FormatInfo says what is read of a format.
type FormatInfo struct {
	Name string // as Model.Format has it
	Kind string // "model", "container", "compression", "not read" or "no model"
	Doc  string // what is read, and how deep, in Markdown
}

// pickleFormats are told by no first bytes and so have no row among formats.
var pickleFormats = []FormatInfo{
	{"pickle", "model", "protocols 0 to 5, of Python 2 and 3, also cloudpickle and dill; several programs in one file; as the C unpickler, `pickle.py` " +
		"and joblib read it, where they differ; what a program hands to another loader is read in place; estimators, DataFrames and functions are told of"},
	{"joblib", "model", "0.9 to 1.6: arrays between the opcodes are stepped over, object arrays and side files are read; compressed, and the old `ZF` form"},
	{"joblib-data", "model", "the bare bytes of an array in a file beside a pickle, which names it"},
}

const codecDoc = "around a file or a member of an archive, in any number of streams; what asks for more than 64 MiB of memory is not read"

// Formats lists what is known: what is read, in a fixed order, then what is
// only told for what it is.
func Formats() []FormatInfo {
	list := slices.Clone(pickleFormats)
	add := func(name, kind, doc string) {
		known := func(f FormatInfo) bool { return f.Name == name }
		if i := slices.IndexFunc(list, known); i < 0 {
			list = append(list, FormatInfo{name, kind, doc})
		} else if list[i].Doc == "" {
			list[i].Doc = doc
		}
	}
	for _, k := range zipKinds {
		add(k.name, "model", k.doc)
	}
	containers := []string{"zip", "tar", "7z"}
	byName := slices.SortedFunc(slices.Values(formats), func(a, b format) int { return strings.Compare(a.name, b.name) })
	for _, f := range byName {
		if !slices.Contains(containers, f.name) {
			add(f.name, "model", f.doc)
		}
	}
	for _, f := range byName {
		if slices.Contains(containers, f.name) {
			add(f.name, "container", f.doc)
		}
	}
	for _, c := range codecs {
		add(c.name, "compression", codecDoc)
	}
	for _, k := range contents {
		if k.known {
			add(k.name, "not read", k.what)
		}
	}
	for _, k := range contents {
		if !k.known {
			add(k.name, "no model", strings.TrimPrefix(k.what, "it is "))
		}
	}
	return list
}
