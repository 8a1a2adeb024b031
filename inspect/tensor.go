package inspect

import (
	"strconv"

	"modelscan/pickle"
)

// Calls that make a tensor may stand inside of others that wrap it: as a
// parameter, or as a subclass with attributes. A path names what comes out of
// the outermost.

// maxWrappers bounds wrappers of wrappers.
const maxWrappers = 8

// unwrapped is a tensor without its wrappers.
type unwrapped struct {
	call      pickle.Event // that makes the tensor
	wrappers  []wrapper    // from the outermost in
	parameter bool
	frozen    bool // a parameter that is not trained
}

// wrapper is a call around a tensor.
type wrapper struct {
	subject pickle.Value
	beside  []pickle.Value // its arguments beside the tensor that can hold more
}

// unwrap sees through the wrappers around a tensor. What is none comes back
// as the call that it is.
func unwrap(p *pickle.Program, v pickle.Value) (unwrapped, bool) {
	call, ok := p.Call(v)
	t := unwrapped{call: call}
	for ok && len(t.wrappers) < maxWrappers && t.call.Kind == pickle.Reduce {
		g, named := p.Global(t.call.Subject)
		if !named || g.Module != "torch._utils" && g.Module != "torch._tensor" {
			break
		}
		args, _ := p.Tuple(t.call.Detail)
		switch {
		case (g.Qualname == "_rebuild_parameter" || g.Qualname == "_rebuild_parameter_with_state") && len(args) > 1:
			t.wrappers = append(t.wrappers, wrapper{t.call.Subject, args[2:]})
			t.parameter = true
			trained, known := p.Bool(args[1])
			t.frozen = known && !trained
			t.call, ok = p.Call(args[0])
		case (g.Qualname == "_rebuild_from_type_v2" || g.Qualname == "_rebuild_from_type") && len(args) > 2:
			t.wrappers = append(t.wrappers, wrapper{t.call.Subject, args[3:]})
			t.call.Subject, t.call.Detail = args[0], args[2]
		default:
			return t, true
		}
	}
	return t, ok
}

// wrapped visits what a tensor's wrappers hold beside it: hooks and attributes.
func (o *objects) wrapped(t unwrapped, at int32) {
	for _, w := range t.wrappers {
		for _, arg := range w.beside {
			o.state(w.subject, arg, at)
		}
	}
}

// tensorParts are the tensors that a tensor of another layout is made of, as
// a user asks for them.
var tensorParts = map[string][]string{
	"torch.sparse_coo": {"._indices()", "._values()"},
	"torch.sparse_csr": {".crow_indices()", ".col_indices()", ".values()"},
	"torch.sparse_bsr": {".crow_indices()", ".col_indices()", ".values()"},
	"torch.sparse_csc": {".ccol_indices()", ".row_indices()", ".values()"},
	"torch.sparse_bsc": {".ccol_indices()", ".row_indices()", ".values()"},
	"torch.strided":    {".values()", "._nested_tensor_size()", "._nested_tensor_strides()", "._nested_tensor_storage_offsets()"},
}

// composed visits a tensor that is made of others, and says whether v is one.
func (o *objects) composed(v pickle.Value, at int32) bool {
	t, ok := unwrap(o.p, v)
	if !ok || t.call.Kind != pickle.Reduce {
		return false
	}
	g, ok := o.p.Global(t.call.Subject)
	args, _ := o.p.Tuple(t.call.Detail)
	if !ok || g.Module != "torch._utils" {
		return false
	}
	layout, parts := "torch.strided", args
	switch {
	case g.Qualname == "_rebuild_nested_tensor":
	case (g.Qualname == "_rebuild_sparse_tensor" || g.Qualname == "_rebuild_sparse_csr_tensor") && len(args) > 1:
		layout = torchLayout(o.p, args[0])
		parts, _ = o.p.Tuple(args[1])
		o.sparseTensor(layout, parts, at, t.call.Offset)
	default:
		return false
	}
	names := tensorParts[layout]
	for i, part := range parts {
		if i < len(names) {
			o.child(part, o.text(at, names[i]))
		} else {
			o.child(part, o.text(at, ".__reduce__()[1]["+strconv.Itoa(i)+"]"))
		}
	}
	o.wrapped(t, at)
	return true
}

// torchLayout reads torch.serialization._get_layout(name).
func torchLayout(p *pickle.Program, v pickle.Value) string {
	call, _ := p.Call(v)
	args, _ := p.Tuple(call.Detail)
	if len(args) != 1 {
		return ""
	}
	name, _ := p.Text(args[0])
	return name
}

// sparseTensor adds a sparse tensor: its size comes behind its parts.
func (o *objects) sparseTensor(layout string, parts []pickle.Value, at int32, offset int64) {
	n := len(tensorParts[layout])
	if n == 0 || len(parts) <= n {
		return
	}
	shape, ok := torchShape(o.p, parts[n])
	values, ok2 := arrayOf(o.p, parts[n-1])
	if !ok || !ok2 {
		return
	}
	stored, _, _ := product(values.shape, 1)
	o.sparseFact(Sparse{
		Class: "torch.Tensor", Layout: layout[len("torch."):], DType: values.dtype.text, Shape: shape, Stored: stored, Offset: offset,
	}, at)
}

// metaTensor reads _rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad).
func metaTensor(p *pickle.Program, _ pickle.Value, call pickle.Event) (array, bool) {
	args, _ := p.Tuple(call.Detail)
	if len(args) < 3 {
		return array{}, false
	}
	g, ok := p.Global(args[0])
	shape, ok2 := torchShape(p, args[1])
	if !ok || !ok2 || g.Module != "torch" {
		return array{}, false
	}
	d, ok := torchDTypes[g.Qualname]
	a := array{dtype: d, shape: shape, storage: "meta"}
	a.stride(p, args[2])
	return a, ok && a.measure()
}

// viewed reads _rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype).
func viewed(p *pickle.Program, v pickle.Value, call pickle.Event) (array, bool) {
	a, ok := torchTensor(p, v, call)
	args, _ := p.Tuple(call.Detail)
	if !ok || len(args) < 7 {
		return a, ok
	}
	g, ok := p.Global(args[6])
	if !ok || g.Module != "torch" {
		return array{}, false
	}
	a.dtype, ok = torchDTypes[g.Qualname]
	return a, ok && a.measure()
}

// measure works out the size of a tensor.
func (a *array) measure() bool {
	_, bytes, fits := product(a.shape, a.dtype.itemSize)
	if !fits {
		a.problem = "its shape overflows"
		bytes = 0
	}
	a.bytes = bytes
	return true
}

// stride sets a tensor's strides and the order that they make.
func (a *array) stride(p *pickle.Program, v pickle.Value) {
	if stride, ok := torchShape(p, v); ok && len(stride) == len(a.shape) {
		a.strides = stride
		a.moved, a.fortran = torchOrder(a.shape, stride)
	}
}

// torchDTypes are torch's types by their names, for those that NumPy has not
// under torch's own.
var torchDTypes = map[string]dtype{
	"float64": {text: "<f8", itemSize: 8}, "float32": {text: "<f4", itemSize: 4}, "float16": {text: "<f2", itemSize: 2},
	"bfloat16": {text: "bfloat16", itemSize: 2}, "int64": {text: "<i8", itemSize: 8}, "int32": {text: "<i4", itemSize: 4},
	"int16": {text: "<i2", itemSize: 2}, "int8": {text: "|i1", itemSize: 1}, "uint8": {text: "|u1", itemSize: 1},
	"uint16": {text: "<u2", itemSize: 2}, "uint32": {text: "<u4", itemSize: 4}, "uint64": {text: "<u8", itemSize: 8},
	"bool": {text: "|b1", itemSize: 1}, "complex32": {text: "complex32", itemSize: 4}, "complex64": {text: "<c8", itemSize: 8},
	"complex128": {text: "<c16", itemSize: 16}, "float8_e4m3fn": {text: "float8_e4m3fn", itemSize: 1},
	"float8_e5m2": {text: "float8_e5m2", itemSize: 1}, "float8_e4m3fnuz": {text: "float8_e4m3fnuz", itemSize: 1},
	"float8_e5m2fnuz": {text: "float8_e5m2fnuz", itemSize: 1}, "float8_e8m0fnu": {text: "float8_e8m0fnu", itemSize: 1},
	"float4_e2m1fn_x2": {text: "float4_e2m1fn_x2", itemSize: 1},
}

// beside visits what stands beside a tensor's data: what its wrappers hold,
// and the parameters of one that is quantised by channels.
func (o *objects) beside(v pickle.Value, at int32) {
	t, ok := unwrap(o.p, v)
	if !ok {
		return
	}
	o.wrapped(t, at)
	if g, ok := o.p.Global(t.call.Subject); ok && g.Qualname == "_rebuild_qtensor" {
		args, _ := o.p.Tuple(t.call.Detail)
		if len(args) < 5 {
			return
		}
		names := []string{"", ".q_per_channel_scales()", ".q_per_channel_zero_points()"}
		parts, _ := o.p.Tuple(args[4])
		for i := 1; i < min(len(parts), len(names)); i++ {
			o.child(parts[i], o.text(at, names[i]))
		}
	}
}

// registries are where a torch module keeps what a user asks for by name.
var registries = []string{"_parameters", "_buffers", "_modules"}

// isModule tells whether a state is that of a torch module.
func (o *objects) isModule(state pickle.Value) bool {
	found := 0
	for key := range attributes(o.p, state) {
		for _, name := range registries {
			if o.p.TextIs(key, name) {
				found++
			}
		}
	}
	return found >= len(registries)
}

// registered visits a module's parameters, buffers or modules, by the paths
// that a user types, and says whether key names one of them.
func (o *objects) registered(v, key, registry pickle.Value, at int32) bool {
	name, _ := o.p.Text(key)
	kind := o.p.Kind(registry)
	if kind != pickle.Dict && kind != pickle.Instance || name != registries[0] && name != registries[1] && name != registries[2] {
		return false
	}
	if o.seen.has(registry) {
		return true
	}
	o.seen.add(registry)
	class, _ := classOf(o.p, v)
	for inner, value := range o.p.Pairs(registry) {
		o.child(value, o.registeredStep(class, name, inner, at))
		if name != "_modules" {
			o.registeredTensor(value, name == "_parameters")
		}
	}
	return true
}

// registeredStep is the step to what a module has registered under a key: a
// list-like module is indexed by number, a dict-like one by key.
func (o *objects) registeredStep(class *pickle.Global, registry string, key pickle.Value, at int32) place {
	text, ok := o.p.Text(key)
	if class != nil && class.Module == "torch.nn.modules.container" {
		index, err := strconv.Atoi(text)
		switch class.Qualname {
		case "Sequential", "ModuleList", "ParameterList":
			if err == nil && index >= 0 {
				return place{at, stepIndex, index, 0}
			}
		case "ModuleDict", "ParameterDict":
			return place{at, stepKey, 0, key}
		}
	}
	if ok && identifier(text) {
		return place{at, stepAttribute, 0, key}
	}
	return o.text(at, "."+registry+"["+literal(o.p, key)+"]")
}
