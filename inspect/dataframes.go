package inspect

import (
	"cmp"
	"slices"
	"strings"

	"modelscan/pickle"
)

// pandas keeps the columns of a DataFrame in blocks, each of one type, and its
// labels in axes. The manager of both was first pickled with a state of (axes,
// values of the blocks, their labels, {"0.14.1": axes and blocks}); since
// pandas 1.3 that of a DataFrame is called with (blocks, axes).

const (
	maxColumns    = 1000      // labels of columns that are listed
	maxFrames     = 1000      // that are told of
	maxFrameSteps = 1_000_000 // objects that are looked at for that
)

// pandasReader reads what pandas writes of its objects.
type pandasReader struct {
	p     *pickle.Program
	steps int // that were taken; parts may be shared, and each frame looks at its own again
}

// more counts a step, and says whether there were too many.
func (r *pandasReader) more() bool {
	r.steps++
	return r.steps <= maxFrameSteps
}

// frame adds the DataFrame or Series that has v as its manager.
func (o *objects) frame(v pickle.Value, at int32) {
	class, ok := o.p.ClassOf(v)
	if !ok || class.Module != "pandas.core.internals.managers" && class.Module != "pandas.core.internals" {
		return
	}
	if len(o.c.model.Frames) >= maxFrames {
		return
	}
	f := Frame{Class: map[string]string{"BlockManager": "DataFrame", "SingleBlockManager": "Series"}[class.Qualname], Member: o.member}
	if f.Class == "" || !o.frames.read(&f, v) {
		return
	}
	if at >= 0 {
		at = o.places[at].parent
	}
	f.Path = o.path(at)
	o.c.model.Frames = append(o.c.model.Frames, f)
}

// read reads a manager, and says whether it is one that pandas writes.
func (r *pandasReader) read(f *Frame, v pickle.Value) bool {
	axes, blocks := r.manager(v)
	f.Rows, f.Columns = -1, 1
	switch {
	case f.Class == "Series" && len(axes) == 1:
	case f.Class == "DataFrame" && len(axes) == 2:
		f.Columns = r.labels(axes[0])
		f.Names = r.names(axes[0])
	default:
		return false
	}
	rows := axes[len(axes)-1]
	f.Rows = r.labels(rows)
	if class, _ := r.index(rows); class != nil {
		f.Index = class.Qualname
	}
	f.DTypes = r.types(blocks)
	return r.steps <= maxFrameSteps
}

// manager returns the axes of a manager and the values of its blocks.
func (r *pandasReader) manager(v pickle.Value) (axes, blocks []pickle.Value) {
	for state := range r.p.States(v) {
		if t, ok := r.p.Tuple(state); ok && len(t) >= 4 && r.more() {
			return r.items(t[0]), r.items(t[1])
		}
	}
	call, _ := r.p.Call(v)
	args, _ := r.p.Tuple(call.Detail)
	if call.Kind == pickle.NewObj || len(args) != 2 {
		return nil, nil
	}
	for _, block := range r.items(args[0]) { // _unpickle_block(values, placement, ndim)
		made, _ := r.p.Call(block)
		if parts, _ := r.p.Tuple(made.Detail); len(parts) > 0 {
			blocks = append(blocks, parts[0])
		}
	}
	return r.items(args[1]), blocks
}

func (r *pandasReader) items(v pickle.Value) []pickle.Value {
	var list []pickle.Value
	for item := range r.p.Items(v) {
		if !r.more() {
			break
		}
		list = append(list, item)
	}
	return list
}

// index reads _new_Index(class, attributes) and its kin.
func (r *pandasReader) index(v pickle.Value) (class *pickle.Global, attributes map[string]pickle.Value) {
	call, _ := r.p.Call(v)
	args, _ := r.p.Tuple(call.Detail)
	if len(args) != 2 {
		return nil, nil
	}
	class, _ = r.p.Global(args[0])
	attributes = map[string]pickle.Value{}
	for key, value := range r.p.Pairs(args[1]) {
		if name, ok := r.p.Text(key); ok && r.more() {
			attributes[name] = value
		}
	}
	return class, attributes
}

// labels counts the labels of an index; -1 where that is not known.
func (r *pandasReader) labels(v pickle.Value) int64 {
	_, index := r.index(v)
	if start, ok := r.p.Int(index["start"]); ok { // of a RangeIndex
		stop, _ := r.p.Int(index["stop"])
		step, _ := r.p.Int(index["step"])
		return rangeLen(start, stop, step)
	}
	if left, ok := index["left"]; ok { // of an IntervalIndex
		return r.labels(left)
	}
	for _, name := range []string{"codes", "labels"} { // of a MultiIndex: an array for each level
		for level := range r.p.Items(index[name]) {
			return r.length(level)
		}
	}
	return r.length(index["data"])
}

// rangeLen is len(range(start, stop, step)); -1 where there is none.
func rangeLen(start, stop, step int64) int64 {
	span := stop - start
	switch {
	case step == 0 || (span > 0) != (stop > start):
		return -1
	case span == 0 || (span > 0) != (step > 0):
		return 0
	case span > 0:
		return (span-1)/step + 1
	}
	return (span+1)/step + 1
}

// length is that of an array, pandas' own kinds included.
func (r *pandasReader) length(v pickle.Value) int64 {
	a, ok := r.data(v)
	if !ok || len(a.shape) == 0 {
		return -1
	}
	return a.shape[len(a.shape)-1]
}

// data is the array that v is or has: pandas' own kinds keep one under a name,
// or as the second item of a state.
func (r *pandasReader) data(v pickle.Value) (array, bool) {
	for range maxWrappers {
		if a, ok := arrayOf(r.p, v); ok {
			return a, true
		}
		inner := pickle.Value(0)
		for state := range r.p.States(v) {
			if t, ok := r.p.Tuple(state); ok && len(t) > 1 {
				inner = t[1]
			}
			for key, value := range r.p.Pairs(state) {
				if r.more() && (r.p.TextIs(key, "_codes") || r.p.TextIs(key, "_ndarray") || r.p.TextIs(key, "_data")) {
					inner = value
				}
			}
		}
		v = inner
	}
	return array{}, false
}

// names lists the labels of an index that has them in the graph, as Python
// prints them.
func (r *pandasReader) names(v pickle.Value) []string {
	_, index := r.index(v)
	a, _ := r.data(index["data"])
	var names []string
	for item := range r.p.Items(a.items) {
		if len(names) == maxColumns || !r.more() {
			break
		}
		names = append(names, literal(r.p, item))
	}
	return names
}

// types counts columns by what their values are, the most frequent first.
func (r *pandasReader) types(blocks []pickle.Value) []Total {
	var found []Total
	for _, v := range blocks {
		columns := 1
		if a, ok := arrayOf(r.p, v); ok && len(a.shape) == 2 {
			columns = int(a.shape[0])
		}
		name := r.dtype(v)
		i := slices.IndexFunc(found, func(t Total) bool { return t.Name == name })
		if i < 0 {
			if len(found) == maxTotals {
				continue
			}
			i, found = len(found), append(found, Total{Name: name})
		}
		found[i].Count += columns
	}
	slices.SortFunc(found, func(a, b Total) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
	})
	return found
}

// dtype is that of an array, or the class of one of pandas' own kinds.
func (r *pandasReader) dtype(v pickle.Value) string {
	if a, ok := arrayOf(r.p, v); ok {
		return a.dtype.text
	}
	for state := range r.p.States(v) { // times keep NumPy's dtype beside their array
		if t, ok := r.p.Tuple(state); ok && len(t) > 0 && r.more() {
			if d, ok := dtypeOf(r.p, t[0], 0); ok {
				return d.text
			}
		}
	}
	call, _ := r.p.Call(v)
	args, _ := r.p.Tuple(call.Detail)
	if g, ok := r.p.Global(call.Subject); ok && strings.HasPrefix(g.Qualname, "__pyx_unpickle_") && len(args) > 0 {
		if class, ok := r.p.Global(args[0]); ok {
			return class.Qualname
		}
	}
	if class, ok := r.p.ClassOf(v); ok {
		return class.Qualname
	}
	return "unknown"
}
