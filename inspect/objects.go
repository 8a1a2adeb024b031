package inspect

import (
	"slices"
	"strconv"
	"strings"

	"modelscan/pickle"
)

// objects walks what a program left, once per object, in the order in which
// the file has it, and gathers arrays and versions with their paths. It
// keeps its own stack: a file's nesting is no recursion here.
type objects struct {
	c       *collector
	p       *pickle.Program
	member  string
	prefix  string           // of all paths
	tensors map[string]array // by their persistent ids; nil where these are not known
	seen    valueSet
	todo    []visit
	places  []place
	fresh   []visit // children of the object at hand

	inModule pickle.Value // the torch module whose state is at hand
	row      *Tensors     // of it; nil where it is not listed
	counted  valueSet     // tensors that modules have
	frames   pandasReader

	lastParent int32  // of the last path
	lastPath   string // the way there
}

// valueSet is a set of a program's objects, a bit each.
type valueSet []uint64

func (s valueSet) has(v pickle.Value) bool {
	return int(v/64) < len(s) && s[v/64]&(1<<(v%64)) != 0
}

// add adds an object. Constants, such as the empty tuple, are none: they have nothing in them.
func (s *valueSet) add(v pickle.Value) {
	if !v.Object() {
		return
	}
	if need := int(v/64) + 1; need > len(*s) {
		*s = append(*s, make([]uint64, need-len(*s))...)
	}
	(*s)[v/64] |= 1 << (v % 64)
}

type visit struct {
	v     pickle.Value
	place int32 // how it was reached
}

// place is a step on the way from the root, and the place it starts from.
type place struct {
	parent int32
	kind   stepKind
	index  int
	key    pickle.Value
}

type stepKind uint8

const (
	stepIndex     stepKind = iota // [index]
	stepKey                       // [key]
	stepAttribute                 // .key
	stepHidden                    // .__getstate__()[key]
	stepState                     // .__getstate__()
	stepArgument                  // .__reduce__()[1][index]
	stepText                      // texts[index], as it stands
)

// objects walks a program whose result is whole.
func (w *walk) objects(p *pickle.Program, member string) {
	if !p.HasEvents() {
		return // numbers, text and containers alone
	}
	o := &objects{c: w.collector, p: p, member: member, prefix: w.prefix, tensors: w.tensors, frames: pandasReader{p: p}}
	o.todo = append(o.todo, visit{p.Root, -1})
	for len(o.todo) > 0 {
		next := o.todo[len(o.todo)-1]
		o.todo = o.todo[:len(o.todo)-1]
		if o.seen.has(next.v) {
			continue
		}
		o.seen.add(next.v)
		o.fresh = o.fresh[:0]
		o.visit(next.v, next.place)
		for i := len(o.fresh) - 1; i >= 0; i-- {
			o.todo = append(o.todo, o.fresh[i])
		}
	}
}

// child notes an object to visit, where there can be something in it.
func (o *objects) child(v pickle.Value, step place) {
	switch o.p.Kind(v) {
	case pickle.Tuple, pickle.List, pickle.Dict, pickle.Set, pickle.FrozenSet, pickle.Instance, pickle.Inline:
		if !o.seen.has(v) {
			o.places = append(o.places, step)
			o.fresh = append(o.fresh, visit{v, int32(len(o.places) - 1)})
		}
	case pickle.Persistent:
		if o.tensors != nil {
			o.places = append(o.places, step)
			o.fresh = append(o.fresh, visit{v, int32(len(o.places) - 1)})
		}
	}
}

func (o *objects) visit(v pickle.Value, at int32) {
	switch o.p.Kind(v) {
	case pickle.Inline, pickle.Instance:
		if a, ok := arrayOf(o.p, v); ok {
			o.array(a, at, o.member)
			o.beside(v, at)
			return
		}
		if a, ok := o.carriedTensor(v); ok {
			o.array(a, at, o.member)
			o.beside(v, at)
			return
		}
		if o.composed(v, at) {
			return
		}
		if name, ok := o.side(v); ok {
			if a := o.c.sides[name]; a != nil {
				o.array(*a, at, name)
			}
			return
		}
		o.instance(v, at)
	case pickle.Persistent:
		if id, _ := o.p.PersistentID(v); id != 0 {
			if key, ok := torchKey(o.p, id); ok {
				if a, ok := o.tensors[key]; ok {
					o.array(a, at, o.member)
				}
			}
		}
	case pickle.Dict:
		o.stateDict(v, at)
		small, _ := o.p.Len(v)
		for key, value := range o.p.Pairs(v) {
			o.child(value, place{at, stepKey, 0, key})
			if small <= maxKeys {
				o.records(v, key, value)
			}
		}
	default:
		o.sequence(v, at)
	}
}

func (o *objects) sequence(v pickle.Value, at int32) {
	i := 0
	for item := range o.p.Items(v) {
		o.child(item, place{at, stepIndex, i, 0})
		i++
	}
}

// instance visits a call's arguments, then its states, then its items.
func (o *objects) instance(v pickle.Value, at int32) {
	call, ok := o.p.Call(v)
	if !ok {
		return
	}
	args, _ := o.p.Tuple(call.Detail)
	if g, ok := o.p.Global(call.Subject); ok && g.Module == "copyreg" && g.Qualname == "_reconstructor" && len(args) == 3 {
		switch o.p.Kind(args[2]) { // the base's own value
		case pickle.Dict, pickle.List:
			o.visit(args[2], at)
			args = nil
		}
	}
	o.sparseMatrix(v, at)
	o.stateDict(v, at)
	o.frame(v, at)
	first := 0
	if call.Kind == pickle.NewObj {
		first = 1 // behind the class, in copyreg.__newobj__(cls, *args)
	}
	for i, arg := range args {
		o.child(arg, place{at, stepArgument, first + i, 0})
	}
	for state := range o.p.States(v) {
		o.state(v, state, at)
	}
	for key, value := range o.p.Pairs(v) {
		o.child(value, place{at, stepKey, 0, key})
	}
	o.sequence(v, at)
}

func (o *objects) state(v, state pickle.Value, at int32) {
	pair, isTuple := o.p.Tuple(state)
	slots := isTuple && len(pair) == 2 && o.isAttributes(pair[0]) && o.isAttributes(pair[1])
	if !slots && o.p.Kind(state) != pickle.Dict {
		o.child(state, place{at, stepState, 0, 0})
		return
	}
	module, step := o.isModule(state), stepAttribute
	if module {
		o.module(v, at)
	}
	if o.hidden(v) {
		step = stepHidden
	}
	for key, value := range attributes(o.p, state) {
		if module && o.registered(v, key, value, at) {
			continue
		}
		o.child(value, place{at, step, 0, key})
		o.records(v, key, value)
	}
}

// hidden tells of classes written in Cython whose state shows in no attribute.
func (o *objects) hidden(v pickle.Value) bool {
	class, ok := o.p.ClassOf(v)
	if !ok {
		return false
	}
	if class.Qualname == "Tree" {
		return class.Module == "sklearn.tree._tree"
	}
	if !strings.HasPrefix(class.Module, "numpy.random") {
		return false
	}
	switch class.Qualname {
	case "__randomstate_ctor", "__generator_ctor":
		return true
	}
	return false
}

func (o *objects) isAttributes(v pickle.Value) bool {
	return o.p.IsNone(v) || o.p.Kind(v) == pickle.Dict
}

// side returns the name of the side file that stands for v.
func (o *objects) side(v pickle.Value) (string, bool) {
	wrapper, name, _, ok := o.p.Inline(v)
	if !ok {
		return "", false
	}
	if class, ok := o.p.ClassOf(wrapper); !ok || !isSideWrapper(class.Module, class.Qualname) {
		return "", false
	}
	return o.p.Text(name)
}

// array adds an array and visits the objects in it.
func (o *objects) array(a array, at int32, member string) {
	if a.problem != "" {
		o.c.issue(IssueMalformed, member, a.offset, "NumPy would refuse an array: %s", a.problem)
	}
	path := ""
	if o.c.model.ArraysTotal < o.c.limits.MaxArrays {
		path = o.path(at)
	}
	o.c.addArray(path, a, member)
	i := 0
	for item := range o.p.Items(a.items) {
		o.child(item, o.element(a, at, i))
		i++
	}
	if a.own != 0 {
		o.child(a.own, o.text(at, a.ownPath))
	}
}

// element is the step to the i-th item of an object array. Its list is in
// the order of memory: the last index runs fastest, or the first in F order.
func (o *objects) element(a array, at int32, i int) place {
	if len(a.shape) == 1 {
		return place{at, stepIndex, i, 0}
	}
	if len(a.shape) == 0 {
		return o.text(at, "[()]")
	}
	for d := range a.shape {
		axis := len(a.shape) - 1 - d
		if a.fortran {
			axis = d
		}
		o.c.scratch[axis] = int64(i) % max(a.shape[axis], 1)
		i /= int(max(a.shape[axis], 1))
	}
	indices := tupleText(o.c.scratch[:len(a.shape)])
	return o.text(at, "["+strings.Trim(indices, "(,)")+"]")
}

// text is a step that is written out.
func (o *objects) text(at int32, step string) place {
	o.c.texts = append(o.c.texts, step)
	return place{at, stepText, len(o.c.texts) - 1, 0}
}

// maxPath bounds the steps of a path that is written out.
const maxPath = 64

// path writes the way to a place as a Python user would type it behind the
// object, without the dot that an attribute begins with. Arrays come many to
// an object, so the way to that is kept.
func (o *objects) path(at int32) string {
	if at < 0 {
		return strings.TrimPrefix(o.prefix, ".")
	}
	parent := o.places[at].parent
	if parent != o.lastParent || o.lastPath == "" {
		o.lastParent, o.lastPath = parent, o.way(parent)
	}
	return strings.TrimPrefix(o.lastPath+o.step(o.places[at]), ".")
}

// way is path without the last step, and with the dot.
func (o *objects) way(at int32) string {
	var steps []string
	for ; at >= 0; at = o.places[at].parent {
		if len(steps) == maxPath-1 {
			steps = append(steps, "…")
			break
		}
		steps = append(steps, o.step(o.places[at]))
	}
	slices.Reverse(steps)
	return o.prefix + strings.Join(steps, "")
}

func (o *objects) step(s place) string {
	switch s.kind {
	case stepKey:
		return "[" + literal(o.p, s.key) + "]"
	case stepAttribute:
		if name, ok := o.p.Text(s.key); ok && identifier(name) {
			return "." + name
		}
		return ".__getstate__()[" + literal(o.p, s.key) + "]"
	case stepHidden:
		return ".__getstate__()[" + literal(o.p, s.key) + "]"
	case stepState:
		return ".__getstate__()"
	case stepArgument:
		return ".__reduce__()[1][" + strconv.Itoa(s.index) + "]"
	case stepText:
		return o.c.texts[s.index]
	}
	return "[" + strconv.Itoa(s.index) + "]"
}
