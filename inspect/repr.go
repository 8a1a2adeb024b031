package inspect

import (
	"slices"
	"strings"
	"unicode/utf8"

	"modelscan/pickle"
)

// A representation is what Python's repr prints, kept in parts so that it can
// be broken into lines as scikit-learn does.
type representation struct {
	flat        string
	open, close string // around the items; empty for what is one word
	items       []reprItem
}

type reprItem struct {
	key string // with "=" or ": "; empty in a sequence
	representation
}

// Bounds of a representation.
const (
	maxReprDepth = 12
	maxReprItems = 1000
	maxReprSize  = 1 << 16
)

// reprWriter makes representations of the values of one program, up to a
// size in all.
type reprWriter struct {
	p     *pickle.Program
	size  int
	known map[pickle.Value]*estimator // that were read; nil for what is none
}

// estimatorOf is readEstimator, once.
func (w *reprWriter) estimatorOf(v pickle.Value) *estimator {
	known, ok := w.known[v]
	if !ok {
		if e, is := readEstimator(w.p, v); is {
			known = &e
		}
		w.known[v] = known
	}
	return known
}

func (w *reprWriter) word(text string) representation {
	w.size += len(text)
	return representation{flat: text}
}

// represent returns what Python would print for v. What cannot be told is "…".
func (w *reprWriter) represent(v pickle.Value, depth int) representation {
	if depth > maxReprDepth || w.size > maxReprSize {
		return w.word("…")
	}
	w.size += 2
	switch w.p.Kind(v) {
	case pickle.Tuple, pickle.List:
		return w.sequence(v, depth)
	case pickle.Dict:
		return w.dict(v, depth)
	case pickle.Class:
		g, _ := w.p.Global(v)
		if scalar, ok := scalarType(g); ok && scalar.itemSize > 0 {
			return w.word("<class 'numpy." + g.Qualname + "'>")
		}
		return w.word(g.Module + "." + g.Qualname)
	case pickle.Instance, pickle.Inline:
		return w.instance(v, depth)
	}
	return w.word(literal(w.p, v))
}

func (w *reprWriter) sequence(v pickle.Value, depth int) representation {
	bracket := brackets[w.p.Kind(v)]
	r := representation{open: bracket[0], close: bracket[1]}
	for item := range w.p.Items(v) {
		if len(r.items) == maxReprItems {
			r.items = append(r.items, reprItem{"", w.word("…")})
			break
		}
		r.items = append(r.items, reprItem{"", w.represent(item, depth+1)})
	}
	if len(r.items) == 1 && w.p.Kind(v) == pickle.Tuple {
		r.close = ",)"
	}
	return r.joined()
}

func (w *reprWriter) dict(v pickle.Value, depth int) representation {
	r := representation{open: "{", close: "}"}
	texts := true
	for key, value := range w.p.Pairs(v) {
		if len(r.items) == maxReprItems {
			break
		}
		texts = texts && w.p.Kind(key) == pickle.Text
		r.items = append(r.items, reprItem{w.represent(key, depth+1).flat + ": ", w.represent(value, depth+1)})
	}
	if texts {
		slices.SortStableFunc(r.items, func(a, b reprItem) int { return strings.Compare(a.key, b.key) })
	}
	return r.joined()
}

func (w *reprWriter) instance(v pickle.Value, depth int) representation {
	if e := w.estimatorOf(v); e != nil {
		return w.changed(*e, w.params(*e, depth))
	}
	if a, ok := arrayOf(w.p, v); ok {
		return w.word(arrayText(w.p, a))
	}
	if text, ok := scalarText(w.p, v); ok {
		return w.word(text)
	}
	if class, ok := w.p.ClassOf(v); ok && class.Module == "sklearn.model_selection._split" {
		if names, known := splitters[class.Qualname]; known {
			return w.splitter(v, class.Qualname, names, depth)
		}
	}
	call, ok := w.p.Call(v)
	g, named := w.p.Global(call.Subject)
	if ok && named && g.Module == "builtins" && g.Qualname == "slice" && call.Kind == pickle.Reduce {
		args := w.represent(call.Detail, depth+1)
		return w.word("slice" + args.flat)
	}
	return w.word(literal(w.p, v))
}

// splitters are the splitters of scikit-learn that print all their parameters,
// by name, and have each as an attribute.
var splitters = map[string][]string{
	"KFold":                  {"n_splits", "random_state", "shuffle"},
	"StratifiedKFold":        {"n_splits", "random_state", "shuffle"},
	"StratifiedGroupKFold":   {"n_splits", "random_state", "shuffle"},
	"ShuffleSplit":           {"n_splits", "random_state", "test_size", "train_size"},
	"StratifiedShuffleSplit": {"n_splits", "random_state", "test_size", "train_size"},
	"GroupShuffleSplit":      {"n_splits", "random_state", "test_size", "train_size"},
	"LeaveOneOut":            {},
	"LeaveOneGroupOut":       {},
}

func (w *reprWriter) splitter(v pickle.Value, class string, names []string, depth int) representation {
	set := attributesOf(w.p, v)
	r := representation{open: class + "(", close: ")"}
	for _, name := range names {
		r.items = append(r.items, reprItem{name + "=", w.represent(set[name], depth+1)})
	}
	return r.joined()
}

// params returns the parameters of an estimator as they are printed.
func (w *reprWriter) params(e estimator, depth int) []representation {
	list := make([]representation, len(e.params))
	for i, param := range e.params {
		list[i] = w.represent(param.value, depth+1)
	}
	return list
}

// changed is an estimator with those of its parameters that are not the
// defaults of its release.
func (w *reprWriter) changed(e estimator, params []representation) representation {
	r := representation{open: e.name() + "(", close: ")"}
	defaults, release := defaultsOf(e.class), defaultRelease(e.version)
	for i, param := range e.params {
		if !defaults.isDefault(param.name, params[i].flat, release) {
			r.items = append(r.items, reprItem{param.name + "=", params[i]})
		}
	}
	return r.joined()
}

// joined sets what is printed in one line.
func (r representation) joined() representation {
	var b strings.Builder
	b.WriteString(r.open)
	for i, item := range r.items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item.key + item.flat)
	}
	b.WriteString(r.close)
	r.flat = b.String()
	return r
}

// What scikit-learn's printer goes by.
const (
	reprWidth    = 80
	reprElements = 30  // of a sequence that is broken into lines
	reprChars    = 700 // that are no blanks; the middle of more is left out
)

// layout breaks a representation into lines as scikit-learn's printer does,
// which is pprint's compact form with parameters indented behind the name.
type reprLayout struct{ out strings.Builder }

func (l *reprLayout) format(r representation, indent, allowance int) {
	if utf8.RuneCountInString(r.flat) <= reprWidth-indent-allowance || len(r.items) == 0 {
		l.out.WriteString(r.flat)
		return
	}
	l.out.WriteString(r.open)
	l.items(r.items, indent+utf8.RuneCountInString(r.open)-1, allowance+len(r.close))
	l.out.WriteString(r.close)
}

func (l *reprLayout) items(items []reprItem, indent, allowance int) {
	indent++
	newline := ",\n" + strings.Repeat(" ", indent)
	delimiter, width, maxWidth := "", reprWidth-indent+1, reprWidth-indent+1
	for i, item := range items {
		if i == reprElements {
			l.out.WriteString(", ...")
			return
		}
		last := i == len(items)-1
		if last {
			width, maxWidth = width-allowance, maxWidth-allowance
		}
		size := utf8.RuneCountInString(item.key+item.flat) + 2
		if width < size {
			width = maxWidth
			if delimiter != "" {
				delimiter = newline
			}
		}
		l.out.WriteString(delimiter)
		if width >= size {
			width -= size
			delimiter = ", "
			l.out.WriteString(item.key + item.flat)
			continue
		}
		delimiter = newline
		rest := 1
		if last {
			rest = allowance
		}
		l.out.WriteString(item.key)
		l.format(item.representation, indent+utf8.RuneCountInString(item.key), rest)
	}
}

// printed is the representation in lines, with the middle left out of what
// is very long.
func (r representation) printed() string {
	var l reprLayout
	l.format(r, 0, 0)
	text := l.out.String()
	solid := 0
	for _, c := range text {
		if c != ' ' && c != '\n' {
			solid++
		}
	}
	if solid <= reprChars {
		return text
	}
	left := solidPrefix(text, reprChars/2)
	right := len(text) - solidSuffix(text, reprChars/2)
	if left >= right {
		return text
	}
	if cut := strings.LastIndexByte(text[left:right], '\n'); cut >= 0 {
		right = left + cut // the right side begins a line of its own
	}
	if left+len("...") < right {
		return text[:left] + "..." + text[right:]
	}
	return text
}

// solidPrefix is how many bytes hold the first n characters that are no blanks.
func solidPrefix(text string, n int) int {
	for i, c := range text {
		if c != ' ' && c != '\n' {
			if n--; n == 0 {
				return i + utf8.RuneLen(c)
			}
		}
	}
	return len(text)
}

func solidSuffix(text string, n int) int {
	for i := len(text); i > 0; {
		c, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
		if c != ' ' && c != '\n' {
			if n--; n == 0 {
				return len(text) - i
			}
		}
	}
	return len(text)
}
