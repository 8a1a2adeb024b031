package inspect

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"modelscan/pickle"
)

// estimator is an object of scikit-learn's kind as its state has it.
type estimator struct {
	class   string
	version string // of scikit-learn; empty where it records none
	params  []stateItem
	fitted  []stateItem
	all     map[string]pickle.Value
}

type stateItem struct {
	name  string
	value pickle.Value
}

// maxAttributes bounds the attributes of an estimator that are read.
const maxAttributes = 2 * maxParams

// name is the class without its module.
func (e *estimator) name() string { return e.class[strings.LastIndexByte(e.class, '.')+1:] }

// readEstimator reads an object whose class is a known estimator, or that
// records a version as scikit-learn's base class does.
func readEstimator(p *pickle.Program, v pickle.Value) (estimator, bool) {
	class, ok := p.ClassOf(v)
	if !ok {
		return estimator{}, false
	}
	e := estimator{class: class.Module + "." + class.Qualname, all: attributesOf(p, v)}
	version, recorded := p.Text(e.all["_sklearn_version"])
	known := defaultsOf(e.class)
	if !recorded && known == nil {
		return estimator{}, false
	}
	if plausibleVersion(version) {
		e.version = version
	}
	for name, value := range e.all {
		_, param := known[name]
		switch {
		case param, known == nil && name[0] != '_' && name[len(name)-1] != '_':
			e.params = append(e.params, stateItem{name, value})
		case name[0] != '_' && name[len(name)-1] == '_':
			e.fitted = append(e.fitted, stateItem{name, value})
		}
	}
	byName := func(a, b stateItem) int { return strings.Compare(a.name, b.name) }
	slices.SortFunc(e.params, byName)
	slices.SortFunc(e.fitted, byName)
	return e, true
}

// attributesOf returns the first attributes that the states of an object set.
func attributesOf(p *pickle.Program, v pickle.Value) map[string]pickle.Value {
	all := map[string]pickle.Value{}
	read := 0
	for state := range p.States(v) {
		for key, value := range attributes(p, state) {
			if read++; read > maxAttributes {
				return all
			}
			if name, ok := p.Text(key); ok && identifier(name) {
				all[name] = value
			}
		}
	}
	return all
}

// object describes an estimator for a report.
func (e estimator) object(p *pickle.Program, o *Object) {
	w := reprWriter{p: p, known: map[pickle.Value]*estimator{p.Root: &e}}
	params := w.params(e, 0)
	o.Repr = w.changed(e, params).printed()
	o.Params = make([]Param, len(params))
	for i, param := range e.params {
		o.Params[i] = Param{param.name, w.value(param.value, &params[i])}
	}
	o.Fitted = w.fitted(e)
	o.Summary = e.summary(p)
	o.Parts = w.parts(e)
}

// fitted returns what fitting gave an estimator.
func (w *reprWriter) fitted(e estimator) []Param {
	list := make([]Param, len(e.fitted))
	for i, f := range e.fitted {
		list[i] = Param{f.name, w.value(f.value, nil)}
	}
	return list
}

// value is paramValue with what is no plain value as it is printed, or would be.
func (w *reprWriter) value(v pickle.Value, printed *representation) any {
	switch w.p.Kind(v) {
	case pickle.Tuple, pickle.List, pickle.Dict, pickle.Class, pickle.Instance, pickle.Inline:
		if printed == nil {
			r := w.represent(v, 0)
			printed = &r
		}
		return Literal(cut(printed.flat))
	}
	return paramValue(w.p, v)
}

// maxValueText bounds a value in a report.
const maxValueText = 1000

func cut(text string) string {
	if len(text) <= maxValueText {
		return text
	}
	return strings.ToValidUTF8(text[:maxValueText], "") + "…"
}

// summary counts what a fitted estimator is made of.
func (e estimator) summary(p *pickle.Program) []Param {
	var s []Param
	var f forest
	f.tree(p, e.all["tree_"])
	f.ensemble(p, e.all["estimators_"])
	f.predictors(p, e.all["_predictors"])
	if f.trees > 0 && f.steps < maxForest {
		s = append(s, Param{"trees", f.trees}, Param{"depth", f.depth}, Param{"nodes", f.nodes})
	}
	if f.depthUnknown {
		s = slices.DeleteFunc(s, func(p Param) bool { return p.Name == "depth" })
	}
	if a, ok := arrayOf(p, e.all["support_vectors_"]); ok && len(a.shape) == 2 {
		s = append(s, Param{"support_vectors", a.shape[0]})
	}
	return s
}

// forest counts decision trees.
type forest struct {
	trees, depth, nodes int64
	depthUnknown        bool
	steps               int
}

// maxForest bounds what is looked at to count trees.
const maxForest = 1_000_000

// more counts a step, and says where there were too many.
func (f *forest) more() bool {
	f.steps++
	return f.steps <= maxForest
}

// tree counts a sklearn.tree._tree.Tree.
func (f *forest) tree(p *pickle.Program, v pickle.Value) {
	class, ok := p.ClassOf(v)
	if !ok || class.Module != "sklearn.tree._tree" || class.Qualname != "Tree" {
		return
	}
	for state := range p.States(v) {
		var depth, nodes pickle.Value
		for key, value := range p.Pairs(state) {
			if p.TextIs(key, "max_depth") {
				depth = value
			} else if p.TextIs(key, "node_count") {
				nodes = value
			}
		}
		d, ok := p.Int(depth)
		n, ok2 := p.Int(nodes)
		if ok && ok2 && d >= 0 && n >= 0 {
			f.trees, f.depth, f.nodes = f.trees+1, max(f.depth, d), sum(f.nodes, n)
		}
	}
}

// ensemble counts the trees among estimators, a list or an object array.
func (f *forest) ensemble(p *pickle.Program, v pickle.Value) {
	items := p.Items(v)
	if a, ok := arrayOf(p, v); ok {
		items = p.Items(a.items)
	}
	for item := range items {
		if !f.more() {
			break
		}
		for state := range p.States(item) {
			for key, value := range attributes(p, state) {
				if f.more() && p.TextIs(key, "tree_") {
					f.tree(p, value)
				}
			}
		}
	}
}

// predictors counts the trees of histogram boosting, which do not record how deep they are.
func (f *forest) predictors(p *pickle.Program, v pickle.Value) {
	for round := range p.Items(v) {
		for item := range p.Items(round) {
			if !f.more() {
				return
			}
			for state := range p.States(item) {
				for key, value := range attributes(p, state) {
					if a, ok := arrayOf(p, value); ok && p.TextIs(key, "nodes") && len(a.shape) == 1 {
						f.trees, f.nodes, f.depthUnknown = f.trees+1, sum(f.nodes, a.shape[0]), true
					}
				}
			}
		}
	}
}

// scalarText is the number or text of a NumPy scalar, without its type.
func scalarText(p *pickle.Program, v pickle.Value) (string, bool) {
	call, ok := p.Call(v)
	g, named := p.Global(call.Subject)
	args, _ := p.Tuple(call.Detail)
	if !ok || !named || g.Qualname != "scalar" || !strings.HasPrefix(g.Module, "numpy.") || len(args) != 2 {
		return "", false
	}
	d, ok := dtypeOf(p, args[0], 0)
	raw, ok2 := byteData(p, args[1])
	if !ok || !ok2 || p.Kind(args[1]) != pickle.Bytes || !raw.Whole() || raw.Size != d.itemSize || d.itemSize == 0 || len(d.text) < 3 {
		return "", false
	}
	return itemText(d.text, raw.Head)
}

// maxShownItems bounds the items of an array that are written out.
const maxShownItems = 32

// arrayText is a short one-dimensional array with its items, and any other
// as its shape and dtype.
func arrayText(p *pickle.Program, a array) string {
	if len(a.shape) == 1 && a.shape[0] <= maxShownItems && a.problem == "" {
		if items, ok := arrayItems(p, a); ok {
			return "array([" + strings.Join(items, ", ") + "])"
		}
	}
	return fmt.Sprintf("array(shape=%s, dtype=%s)", tupleText(a.shape), a.dtype.text)
}

// arrayItems reads the items where they are in memory.
func arrayItems(p *pickle.Program, a array) ([]string, bool) {
	var items []string
	if a.items != 0 {
		for item := range p.Items(a.items) {
			items = append(items, literal(p, item))
		}
		return items, int64(len(items)) == a.shape[0]
	}
	d, ok := p.Data(a.data)
	if !ok || !d.Whole() || d.Size != a.bytes || a.dtype.itemSize == 0 || len(a.dtype.text) < 3 || p.Kind(a.data) == pickle.Text {
		return nil, false
	}
	for at := int64(0); at < d.Size; at += a.dtype.itemSize {
		text, ok := itemText(a.dtype.text, d.Head[at:at+a.dtype.itemSize])
		if !ok {
			return nil, false
		}
		items = append(items, text)
	}
	return items, true
}

// itemText reads one item of a simple dtype.
func itemText(dtype string, raw []byte) (string, bool) {
	order := binary.ByteOrder(binary.LittleEndian)
	if dtype[0] == '>' {
		order = binary.BigEndian
	}
	switch dtype[1:] {
	case "b1":
		if raw[0] != 0 {
			return "True", true
		}
		return "False", true
	case "i1":
		return fmt.Sprint(int8(raw[0])), true
	case "u1":
		return fmt.Sprint(raw[0]), true
	case "i2":
		return fmt.Sprint(int16(order.Uint16(raw))), true
	case "i4":
		return fmt.Sprint(int32(order.Uint32(raw))), true
	case "i8":
		return fmt.Sprint(int64(order.Uint64(raw))), true
	case "f8":
		return floatText(math.Float64frombits(order.Uint64(raw))), true
	}
	if dtype[1] != 'U' {
		return "", false
	}
	var b strings.Builder
	for ; len(raw) >= 4; raw = raw[4:] {
		if c := order.Uint32(raw); c > 0x10ffff {
			return "", false
		} else if c != 0 {
			b.WriteRune(rune(c))
		}
	}
	return pythonQuote(b.String()), true
}
