package inspect

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
)

var _ = register(format{name: "lightgbm", match: isLightGBM, read: readLightGBM,
	doc: "text models and JSON dumps, also in pickled Boosters: form, parameters, features, trees; numbers alone"})

// LightGBM's models are text: parameters as key=value, a block of such lines
// for each tree, the parameters of training in brackets, and the categories
// of pandas.

// isLightGBM knows the name of the booster, which is "tree" since 2016, and
// the key behind it.
func isLightGBM(head []byte) bool {
	first, rest, ok := bytes.Cut(head, []byte("\n"))
	if !ok {
		return false
	}
	switch string(bytes.TrimRight(first, "\r")) {
	case "tree", "gbdt", "dart", "goss", "rf":
	default:
		return false
	}
	for _, key := range []string{"version=", "num_class=", "label_index="} {
		if bytes.HasPrefix(rest, []byte(key)) {
			return true
		}
	}
	return false
}

func readLightGBM(w *walk, r io.ReaderAt, size int64) bool {
	w.format("lightgbm")
	w.lightgbm(r, size)
	return true
}

// lightgbm reads a text model, also one that a Booster carries.
func (w *walk) lightgbm(r io.ReaderAt, size int64) {
	l := &lightgbmText{w: w, o: &Object{Class: "lightgbm.Booster"}}
	lines := bufio.NewReaderSize(io.NewSectionReader(r, 0, size), windowSize)
	for at := int64(0); ; {
		line, length, err := longLine(lines)
		if err != nil && length == 0 {
			break
		}
		if l.lines++; l.lines&0xfff == 0 && w.late(at) {
			return
		}
		l.line(strings.TrimRight(line, "\r"), length > int64(len(line))+1, at)
		at += length
	}
	switch {
	case l.trees == 0 && l.names["num_class"] == "":
		w.issue(IssueMalformed, w.member, 0, "this is no LightGBM model: it has no tree")
	case l.section == lightgbmParameters, l.section == lightgbmParser, l.section < lightgbmImportance && l.names["version"] >= "v3":
		w.issue(IssueTruncated, w.member, size, "the LightGBM model ends early")
	}
	l.state()
	for _, p := range l.train {
		w.metadata("parameters."+p.Name, p.Value, w.member)
	}
}

// maxLine bounds what is kept of a line of text.
const maxLine = 1 << 20

// longLine returns the next line, at most maxLine bytes of it and without its
// end, and how long it was with it.
func longLine(r *bufio.Reader) (line string, length int64, err error) {
	var kept []byte
	for {
		piece, err := r.ReadSlice('\n')
		length += int64(len(piece))
		if room := maxLine - len(kept); room > 0 {
			kept = append(kept, piece[:min(len(piece), room)]...)
		}
		if err != bufio.ErrBufferFull {
			return strings.TrimSuffix(string(kept), "\n"), length, err
		}
	}
}

// lightgbmSection is a part of the text.
type lightgbmSection uint8

const (
	lightgbmHead lightgbmSection = iota
	lightgbmTree
	lightgbmImportance
	lightgbmParameters
	lightgbmParser // its configuration, and the words that numbers stand for
	lightgbmEnd
)

type lightgbmText struct {
	w       *walk
	o       *Object
	section lightgbmSection
	lines   int
	trees   int64
	names   map[string]string // of the head
	train   []Param
	odd     bool // a line that is none was reported
}

// line takes in a line; cut says that more of it was there.
func (l *lightgbmText) line(line string, cut bool, at int64) {
	key, value, isPair := strings.Cut(line, "=")
	switch {
	case l.lines == 1 || line == "":
	case strings.HasPrefix(line, "Tree="):
		l.section = lightgbmTree
		l.trees++
	case line == "end of trees":
		l.section = lightgbmEnd
	case strings.HasPrefix(line, "feature_importances:"), strings.HasPrefix(line, "feature importances:"):
		l.section = lightgbmImportance
	case strings.HasPrefix(line, "parameters:"):
		l.section = lightgbmParameters
	case line == "parser:", line == "Maps:":
		l.section = lightgbmParser
	case line == "end of parameters", line == "end of parser", line == "end of Maps":
		l.section = lightgbmEnd
	case strings.HasPrefix(line, "pandas_categorical:"):
		l.section = lightgbmEnd
	case l.section == lightgbmParameters:
		l.parameter(line)
	case l.section == lightgbmParser:
	case l.section == lightgbmHead && (isPair || line == "average_output"):
		l.head(key, value, cut)
	case isPair && (l.section == lightgbmTree || l.section == lightgbmImportance):
	case !l.odd:
		l.odd = true
		l.w.issue(IssueTrailing, l.w.member, at, "a line that no LightGBM model has")
	}
}

func (l *lightgbmText) head(key, value string, cut bool) {
	if l.names == nil {
		l.names = map[string]string{}
	}
	if _, known := l.names[key]; len(l.names) >= maxParams || known {
		return
	}
	l.names[key] = value
	switch key {
	case "feature_names":
		var names textList
		for name := range strings.SplitSeq(value, " ") {
			names.add(name)
		}
		names.param(l.o, key, true)
	case "feature_infos", "tree_sizes", "monotone_constraints":
	default:
		l.o.param(key, textNumber(value, cut))
	}
}

// textNumber is a value that is written as text: a number where it is one.
func textNumber(value string, cut bool) any {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && !cut {
		return n
	}
	return shortText(value)
}

// parameter takes in a line such as "[max_bin: 255]".
func (l *lightgbmText) parameter(line string) {
	key, value, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "["), "]"), ": ")
	if ok && value != "" {
		l.train = addParam(l.train, key, textNumber(value, false))
	}
}

// lightgbmReleases are the bounds that the number of the text's form tells.
var lightgbmReleases = map[string]string{"v2": "<3.0", "v3": "<4.0", "v4": ">=4.0"}

func (l *lightgbmText) state() {
	l.w.lightgbmForm(l.names["version"])
	l.o.param("num_trees", l.trees)
	for _, p := range l.train {
		l.o.param("parameters."+p.Name, p.Value)
	}
	l.w.describe(l.o)
}

// lightgbmForm notes what the number of the form, such as "v4", says of the release.
func (w *walk) lightgbmForm(form string) {
	if bound, ok := lightgbmReleases[form]; ok {
		w.version("lightgbm", bound, "form "+form+" of the LightGBM model", w.member)
	}
}

// lightgbmDump is what Booster.dump_model gives, as JSON.
type lightgbmDump struct {
	trees    int64
	name     string
	form     string
	known    int // keys that tell
	params   []Param
	features textList
}

func (l *lightgbmDump) take(path []string, e docEvent) {
	switch {
	case pathIs(path, "tree_info", leafItem) && e.kind == docObject:
		l.trees++
	case pathIs(path, "feature_names", leafItem):
		l.features.add(string(e.text))
	case pathIs(path, "tree_info"), pathIs(path, "feature_names"):
		l.known++
	case pathIs(path, "name"):
		l.name = string(e.text)
	case pathIs(path, "version"):
		l.form = string(e.text)
	case len(path) == 1 && (e.kind == docText || e.kind == docNumber || e.kind == docWord):
		if path[0] == "num_class" {
			l.known++
		}
		l.params = addParam(l.params, path[0], e.scalar())
	}
}

func (l *lightgbmDump) recognised() bool { return l.name == "tree" && l.known == 3 }

func (l *lightgbmDump) state(w *walk) {
	w.lightgbmForm(l.form)
	o := &Object{Class: "lightgbm.Booster"}
	if l.form != "" {
		o.param("version", l.form)
	}
	for _, p := range l.params {
		o.param(p.Name, p.Value)
	}
	l.features.param(o, "feature_names", true)
	o.param("num_trees", l.trees)
	w.describe(o)
}
