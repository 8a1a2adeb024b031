package inspect

import "modelscan/pickle"

// maxModules bounds the modules that are listed, and the state dicts.
const maxModules = 10_000

// maxStateDepth bounds what may be around a state dict: a checkpoint has its
// own under a name, and below that an optimizer's.
const maxStateDepth = 3

// tensorSizes is where the calls that make a tensor have its size.
var tensorSizes = map[string]int{
	"_rebuild_tensor": 2, "_rebuild_tensor_v2": 2, "_rebuild_tensor_v3": 2, "_rebuild_qtensor": 2, "_rebuild_meta_tensor_no_storage": 1,
}

// tensorItems counts the items of a tensor, whatever its storage, and tells
// whether it is a parameter that is not trained.
func tensorItems(p *pickle.Program, v pickle.Value) (items int64, frozen, ok bool) {
	t, ok := unwrap(p, v)
	if !ok {
		return 0, false, false
	}
	g, ok := p.Global(t.call.Subject)
	args, _ := p.Tuple(t.call.Detail)
	if !ok || g.Module != "torch._utils" {
		return 0, false, false
	}
	at, known := tensorSizes[g.Qualname]
	if !known && (g.Qualname == "_rebuild_sparse_tensor" || g.Qualname == "_rebuild_sparse_csr_tensor") && len(args) > 1 {
		at, known = len(tensorParts[torchLayout(p, args[0])]), true
		args, _ = p.Tuple(args[1])
	}
	if !known || at >= len(args) {
		return 0, false, false
	}
	shape, ok := torchShape(p, args[at])
	items, _, fits := product(shape, 1)
	return items, t.frozen, ok && fits
}

// module adds a torch module, which what is registered in it is counted for.
func (o *objects) module(v pickle.Value, at int32) {
	if o.inModule == v {
		return // another state of it
	}
	o.inModule = v
	m := o.c.model
	m.Network.Modules++
	o.row = nil
	if len(m.Modules) < maxModules {
		module := Module{Path: o.path(at), Class: "unknown", Member: o.member}
		if class, ok := classOf(o.p, v); ok {
			module.Class = class.Module + "." + class.Qualname
		}
		m.Modules = append(m.Modules, module)
		o.row = &m.Modules[len(m.Modules)-1].Tensors
	}
}

// registeredTensor counts a parameter or a buffer for its module, and, where
// it was in none before, for all.
func (o *objects) registeredTensor(v pickle.Value, parameter bool) {
	if o.p.IsNone(v) {
		return
	}
	n, frozen, ok := tensorItems(o.p, v)
	all := &o.c.model.Network
	all.Partial = all.Partial || !ok
	if o.row != nil {
		o.row.add(n, parameter, frozen)
	}
	if !o.counted.has(v) {
		o.counted.add(v)
		all.Tensors.add(n, parameter, frozen)
	}
}

func (t *Tensors) add(items int64, parameter, frozen bool) {
	switch {
	case !parameter:
		t.Buffers = sum(t.Buffers, items)
	default:
		t.Parameters = sum(t.Parameters, items)
		if !frozen {
			t.Trainable = sum(t.Trainable, items)
		}
	}
}

// stateDict adds a dict that has tensors under names, and nothing else.
func (o *objects) stateDict(v pickle.Value, at int32) {
	if len(o.c.model.StateDicts) >= maxModules || !o.named(at) {
		return
	}
	s := StateDict{Member: o.member}
	for key, value := range o.p.Pairs(v) {
		n, _, ok := tensorItems(o.p, value)
		if _, text := o.p.Text(key); !ok || !text {
			return
		}
		s.Tensors++
		s.Elements = sum(s.Elements, n)
	}
	if s.Tensors > 0 {
		s.Path = o.path(at)
		o.c.model.StateDicts = append(o.c.model.StateDicts, s)
	}
}

// named tells whether a place is reached by a few names: an optimizer keeps
// the tensors of each parameter in a dict of its own, below a number.
func (o *objects) named(at int32) bool {
	depth := 0
	for ; at >= 0; at = o.places[at].parent {
		step := o.places[at]
		kind := o.p.Kind(step.key)
		text := kind == pickle.Text || kind == pickle.ByteText
		if depth++; depth > maxStateDepth || !text || step.kind != stepKey && step.kind != stepAttribute {
			return false
		}
	}
	return true
}
