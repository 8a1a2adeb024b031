package inspect

import (
	"strings"

	"modelscan/pickle"
)

// maxFacts bounds the sparse matrices, frames and code objects of one file
// that are listed.
const maxFacts = 10_000

// sparseFact adds a sparse matrix at a place.
func (o *objects) sparseFact(s Sparse, at int32) {
	if len(o.c.model.Sparse) < maxFacts {
		s.Path, s.Member = o.path(at), o.member
		o.c.model.Sparse = append(o.c.model.Sparse, s)
	}
}

// sparseMatrix notes a matrix of SciPy's, whose state says its shape and
// which arrays it is made of. What is not what SciPy writes is none.
func (o *objects) sparseMatrix(v pickle.Value, at int32) {
	class, ok := o.p.ClassOf(v)
	if !ok || !strings.HasPrefix(class.Module, "scipy.sparse") {
		return
	}
	layout, _, ok := strings.Cut(class.Qualname, "_")
	if !ok || len(layout) != 3 || class.Qualname != layout+"_matrix" && class.Qualname != layout+"_array" {
		return
	}
	state := map[string]pickle.Value{}
	for s := range o.p.States(v) {
		for key, value := range attributes(o.p, s) {
			if name, ok := o.p.Text(key); ok {
				state[name] = value
			}
		}
	}
	shape, ok := shapeOf(o.p, state["_shape"])
	if !ok {
		return
	}
	call, _ := o.p.Call(v)
	s := Sparse{Class: class.Module + "." + class.Qualname, Layout: layout, Shape: shape, Stored: -1, Offset: call.Offset}
	if data, ok := arrayOf(o.p, state["data"]); ok {
		s.DType = data.dtype.text
		if layout != "dia" && layout != "lil" { // which store zeros, and lists
			s.Stored, _, _ = product(data.shape, 1)
		}
	}
	if d, ok := dtypeOf(o.p, state["dtype"], 0); ok { // lil and dok
		s.DType = d.text
	}
	switch layout {
	case "dok":
		s.Stored = o.pairs(v, state["_dict"])
	case "lil":
		s.Stored = o.listed(state["data"])
	}
	o.sparseFact(s, at)
}

// pairs counts what a dict of keys holds: itself a dict, or one that has one.
func (o *objects) pairs(v, dict pickle.Value) int64 {
	if n, ok := o.p.Len(dict); ok {
		return int64(n)
	}
	var n int64
	call, _ := o.p.Call(v)
	if args, _ := o.p.Tuple(call.Detail); len(args) == 3 { // copyreg._reconstructor(class, dict, items)
		count, _ := o.p.Len(args[2])
		n = int64(count)
	}
	for range o.p.Pairs(v) {
		n++
	}
	return n
}

// listed counts the items of a list of lists, as an object array.
func (o *objects) listed(data pickle.Value) int64 {
	a, ok := arrayOf(o.p, data)
	if !ok || a.items == 0 {
		return -1
	}
	var total int64
	for row := range o.p.Items(a.items) {
		n, ok := o.p.Len(row)
		if !ok {
			return -1
		}
		total += int64(n)
	}
	return total
}
