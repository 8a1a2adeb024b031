package inspect

import (
	"encoding/binary"
	"strings"

	"modelscan/pickle"
)

// torch's pickles refer to their storages by persistent ids, tuples of
// "storage", the storage's class, its key, where it was, and its length.
// Older files refer to a class by "module", the class and its source.

// torchSizes are the bytes of an element by the storage's class.
var torchSizes = map[string]dtype{
	"DoubleStorage": {text: "<f8", itemSize: 8}, "FloatStorage": {text: "<f4", itemSize: 4}, "HalfStorage": {text: "<f2", itemSize: 2},
	"BFloat16Storage": {text: "bfloat16", itemSize: 2}, "LongStorage": {text: "<i8", itemSize: 8}, "IntStorage": {text: "<i4", itemSize: 4},
	"ShortStorage": {text: "<i2", itemSize: 2}, "CharStorage": {text: "|i1", itemSize: 1}, "ByteStorage": {text: "|u1", itemSize: 1},
	"BoolStorage": {text: "|b1", itemSize: 1}, "ComplexFloatStorage": {text: "<c8", itemSize: 8},
	"ComplexDoubleStorage": {text: "<c16", itemSize: 16}, "QInt8Storage": {text: "qint8", itemSize: 1},
	"QUInt8Storage": {text: "quint8", itemSize: 1}, "QInt32Storage": {text: "qint32", itemSize: 4},
	"UntypedStorage": {text: "|u1", itemSize: 1},
}

// torchStorage reads a persistent id of a storage.
func torchStorage(p *pickle.Program, id pickle.Value) (d dtype, key string, length int64, ok bool) {
	t, _ := p.Tuple(id)
	if len(t) < 5 || !p.TextIs(t[0], "storage") {
		return dtype{}, "", 0, false
	}
	class, ok := p.Global(t[1])
	key, ok2 := torchKey(p, t[2]) // a number in a torch.package
	length, ok3 := p.Int(t[4])
	if !ok || !ok2 || !ok3 || length < 0 {
		return dtype{}, "", 0, false
	}
	name := class.Qualname[strings.LastIndexByte(class.Qualname, '.')+1:]
	return torchSizes[name], key, length, true
}

// torchModule reads a persistent id of a class, which the oldest form begins
// with the class itself.
func torchModule(p *pickle.Program, id pickle.Value) (pickle.Value, bool) {
	t, _ := p.Tuple(id)
	if len(t) < 2 {
		return 0, false
	}
	class := t[0]
	if p.TextIs(class, "module") {
		class = t[1]
	}
	_, ok := p.Global(class)
	return class, ok
}

// torchIDs tells whether all persistent ids of a program are torch's.
func torchIDs(p *pickle.Program) bool {
	for e := range p.Events() {
		if e.Kind != pickle.Reference {
			continue
		}
		_, _, _, storage := torchStorage(p, e.Detail)
		if _, module := torchModule(p, e.Detail); !storage && !module {
			return false
		}
	}
	return true
}

// torchTensor reads _rebuild_tensor(storage, offset, size, stride) and what
// has the same first arguments.
func torchTensor(p *pickle.Program, _ pickle.Value, call pickle.Event) (array, bool) {
	args, _ := p.Tuple(call.Detail)
	if len(args) < 4 {
		return array{}, false
	}
	id, ok := p.PersistentID(args[0])
	if !ok {
		return array{}, false
	}
	d, key, length, ok := torchStorage(p, id)
	if !ok {
		return array{}, false
	}
	return onStorage(p, args, storage{d, key, length})
}

// storage is where a tensor's items are.
type storage struct {
	dtype  dtype
	key    string
	length int64 // in items
}

// onStorage reads the size and the strides of a tensor on a storage.
func onStorage(p *pickle.Program, args []pickle.Value, on storage) (array, bool) {
	shape, ok := torchShape(p, args[2])
	if !ok || on.dtype.itemSize == 0 {
		return array{}, false
	}
	a := array{dtype: on.dtype, shape: shape, storage: on.key}
	_, a.stored, _ = product([]int64{on.length}, on.dtype.itemSize)
	a.stride(p, args[3])
	return a, a.measure()
}

// carriedTensor reads a tensor whose storage is a file in the program's bytes.
func (o *objects) carriedTensor(v pickle.Value) (array, bool) {
	t, ok := unwrap(o.p, v)
	args, _ := o.p.Tuple(t.call.Detail)
	if !ok || len(args) < 4 {
		return array{}, false
	}
	g, ok := o.p.Global(t.call.Subject)
	load, ok2 := o.p.Call(args[0])
	if !ok || !ok2 || g.Module != "torch._utils" {
		return array{}, false
	}
	from, ok := o.p.Global(load.Subject)
	if !ok {
		return array{}, false
	}
	member := joinMember(o.member, nestedName(from.Module+"."+from.Qualname, load.Offset))
	on, ok := o.c.storageIn[member]
	if !ok {
		return array{}, false
	}
	on.key = member // its own key is that of another file
	a, ok := onStorage(o.p, args, on)
	a.offset = t.call.Offset
	return a, ok
}

// torchShape reads a size: a tuple, or a torch.Size of one.
func torchShape(p *pickle.Program, v pickle.Value) ([]int64, bool) {
	if call, ok := p.Call(v); ok {
		g, ok := p.Global(call.Subject)
		args, _ := p.Tuple(call.Detail)
		if !ok || g.Qualname != "Size" || len(args) != 1 {
			return nil, false
		}
		v = args[0]
	}
	return shapeOf(p, v)
}

// torchOrder tells a tensor's strides apart: those of C order, of Fortran
// order, or neither.
func torchOrder(shape, stride []int64) (moved, fortran bool) {
	c, f := true, true
	run := int64(1)
	for i := len(shape) - 1; i >= 0; i-- {
		c = c && (shape[i] == 1 || stride[i] == run)
		run *= max(shape[i], 1)
	}
	run = 1
	for i := range shape {
		f = f && (shape[i] == 1 || stride[i] == run)
		run *= max(shape[i], 1)
	}
	return !c && !f, !c && f
}

// torchMagic is the number that begins a file of torch's legacy form, little endian.
const torchMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"

func isTorchMagic(p *pickle.Program) bool {
	n, ok := p.BigInt(p.Root)
	if !ok || p.Kind(p.Root) != pickle.Int || n.BitLen() != 77 {
		return false
	}
	b := n.Bytes()
	for i, c := range b {
		if torchMagic[len(b)-1-i] != c {
			return false
		}
	}
	return len(b) == len(torchMagic)
}

// torchLegacy follows the legacy form: five pickles (magic number, protocol
// version, system information, the object, the storages' keys), and behind
// them each storage's length and bytes.
type torchLegacy struct {
	programs int
	sizes    map[string]int64 // bytes of a storage by its key
	keys     []string
	whole    storage // the object, where that is a storage and nothing else
	root     *Object // what torch.load gives: the last pickle is a list of keys
	end      int64   // of the last pickle
	stored   bool    // the storages are all there
}

// program takes in one of the pickles and says whether it was the last.
func (t *torchLegacy) program(w *walk, p *pickle.Program) bool {
	t.programs++
	switch t.programs {
	case 4:
		t.root = w.model.Root
		t.sizes = map[string]int64{}
		for e := range p.Events() {
			if e.Kind != pickle.Reference {
				continue
			}
			if d, key, length, ok := torchStorage(p, e.Detail); ok {
				_, bytes, _ := product([]int64{length}, d.itemSize)
				t.sizes[key] = bytes
				if id, ok := p.PersistentID(p.Root); ok && id == e.Detail {
					t.whole = storage{d, key, length}
				}
			}
		}
	case 5:
		w.model.Root = t.root
		for item := range p.Items(p.Root) {
			if key, ok := p.Text(item); ok {
				t.keys = append(t.keys, key)
			}
		}
		return true
	}
	return false
}

// storages steps over the storages, which must end with the data.
func (t *torchLegacy) storages(w *walk, s *stream) {
	if t.whole.length > 0 {
		w.storageIn[w.member] = t.whole
	}
	r := &w.in.reader
	for _, key := range t.keys {
		offset := r.Offset()
		head := r.Peek(8)
		size, ok := t.sizes[key]
		if len(head) < 8 || !ok {
			w.issue(IssueMalformed, s.member, offset, "the torch storage %s is not there", pythonQuote(key))
			return
		}
		length := int64(binary.LittleEndian.Uint64(head))
		if length < 0 || r.Skip(8) != nil || r.Skip(size) != nil {
			w.issue(IssueTruncated, s.member, offset, "the data ends within the torch storage %s", pythonQuote(key))
			return
		}
	}
	t.stored = true
	if rest := r.Peek(1); len(rest) > 0 {
		at := r.Offset()
		w.issue(IssueTrailing, s.member, at, "bytes behind the last torch storage")
		w.read(s, &reading{again: true, offset: at})
	}
}
