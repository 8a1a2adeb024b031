package inspect

import (
	"io"
	"strconv"

	"modelscan/pickle"
)

// The oldest form of torch's files is a tar archive: "storages" and "tensors"
// are pickles with raw bytes between them, and "pickle" refers to the tensors
// by persistent ids.

// isTorchTar tells whether members are those of torch's oldest form.
func isTorchTar(members []tarMember) bool {
	found := map[string]bool{}
	for _, m := range members {
		found[m.name] = true
	}
	return found["pickle"] && found["storages"] && found["tensors"]
}

// torchTar gathers what the members say of each other.
type torchTar struct {
	storages map[int64]dtype
	tensors  map[string]array // by their persistent ids
}

// torchTar reads the members, those first that others refer to.
func (w *walk) torchTar(r io.ReaderAt, members []tarMember) {
	w.format("torch")
	t := &torchTar{storages: map[int64]dtype{}, tensors: map[string]array{}}
	for _, name := range []string{"storages", "tensors", ""} {
		for _, m := range members {
			part := m.in(r)
			known := m.name == "storages" || m.name == "tensors"
			switch {
			case name == "" && !known:
				inner, ok := w.enter(m.name)
				if ok && m.name == "pickle" {
					inner.tensors = t.tensors
				}
				if ok {
					inner.content(part, m.size)
				}
			case name == m.name:
				if inner, ok := w.enter(m.name); ok {
					inner.torchStream(part, m.size, t)
				}
			}
		}
	}
}

// torchStream reads "storages" or "tensors": a number, and as many pickles
// with bytes behind each. Behind the storages stands a list of their views.
func (w *walk) torchStream(r io.ReaderAt, size int64, t *torchTar) {
	left, views := int64(-1), false
	s := &stream{at: r, size: size, member: w.member}
	how := &reading{after: func(p *pickle.Program) bool {
		switch {
		case left < 0:
			n, ok := p.Int(p.Root)
			if left = n; !ok || n < 0 {
				w.issue(IssueMalformed, w.member, p.Start, "no number of torch's %s", w.name)
				return true
			}
		case views:
			t.views(p)
			return true
		default:
			left--
			if !t.item(w, p) {
				w.issue(IssueMalformed, w.member, p.End, "one of torch's %s is none, or ends early", w.name)
				return true
			}
		}
		views = left == 0 && w.name == "storages"
		return left == 0 && !views
	}}
	w.read(s, how)
	if rest := size - w.in.reader.Offset(); how.err == nil && rest > 0 {
		w.issue(IssueTrailing, w.member, size-rest, "%d bytes behind torch's %s", rest, w.name)
		w.read(s, &reading{again: true, offset: size - rest}) // as who takes it for a file of pickles
	}
}

// item takes in one storage or tensor, and steps over the bytes behind it.
func (t *torchTar) item(w *walk, p *pickle.Program) bool {
	parts, _ := p.Tuple(p.Root)
	if len(parts) != 3 {
		return false
	}
	key, ok := p.Int(parts[0])
	r := &w.in.reader
	if w.name == "storages" {
		class, ok2 := p.Global(parts[2])
		head := r.Peek(8)
		if !ok || !ok2 || len(head) < 8 {
			return false
		}
		d := torchSizes[class.Qualname]
		_, bytes, fits := product([]int64{max(0, int64(le.Uint64(head)))}, max(d.itemSize, 1))
		t.storages[key] = d
		return fits && r.Skip(8) == nil && r.Skip(bytes) == nil
	}
	storage, ok2 := p.Int(parts[1])
	head := r.Peek(8)
	if !ok || !ok2 || len(head) < 8 {
		return false
	}
	dims := int(le.Uint32(head))
	if dims > maxDims || r.Skip(8) != nil {
		return false
	}
	numbers := r.Peek(16*dims + 8)
	if len(numbers) < 16*dims+8 {
		return false
	}
	shape, stride := make([]int64, dims), make([]int64, dims)
	for i := range dims {
		shape[i] = int64(le.Uint64(numbers[8*i:]))
		stride[i] = int64(le.Uint64(numbers[8*(dims+i):]))
		if shape[i] < 0 {
			return false
		}
	}
	a := array{dtype: t.storages[storage], shape: shape, offset: p.End}
	a.moved, a.fortran = torchOrder(shape, stride)
	var fits bool
	if _, a.bytes, fits = product(shape, a.dtype.itemSize); !fits {
		return false
	}
	if a.dtype.itemSize > 0 {
		t.tensors[strconv.FormatInt(key, 10)] = a
	}
	return r.Skip(int64(16*dims+8)) == nil
}

// views notes storages that are a part of another.
func (t *torchTar) views(p *pickle.Program) {
	for view := range p.Items(p.Root) {
		parts, _ := p.Tuple(view)
		if len(parts) < 2 {
			continue
		}
		target, ok := p.Int(parts[0])
		root, ok2 := p.Int(parts[1])
		if ok && ok2 {
			t.storages[target] = t.storages[root]
		}
	}
}

// tarIDs tells whether all persistent ids of a program are those of the
// oldest form: the key of a tensor, or a class with its source.
func tarIDs(p *pickle.Program) bool {
	for e := range p.Events() {
		if e.Kind != pickle.Reference {
			continue
		}
		_, class := torchModule(p, e.Detail)
		if _, ok := torchKey(p, e.Detail); !ok && !class {
			return false
		}
	}
	return true
}

// torchKey reads a key, a number that may be written as text.
func torchKey(p *pickle.Program, id pickle.Value) (string, bool) {
	if n, ok := p.Int(id); ok {
		return strconv.FormatInt(n, 10), true
	}
	text, ok := p.Text(id)
	return text, ok
}
