package inspect

import (
	"modelscan/pickle"
)

// array is one array as a program holds it.
type array struct {
	dtype   dtype
	shape   []int64
	fortran bool
	moved   bool // its axes were moved: neither order
	bytes   int64
	offset  int64        // of the opcode that made it
	items   pickle.Value // the items, of an object array whose items are in the graph; else no object
	own     pickle.Value // a subclass's own state beside the array's; else no object
	ownPath string       // of it, after the array
	problem string       // why NumPy would refuse it; else empty
	data    pickle.Value // the bytes, or a list of items; else no object

	strides []int64 // of a torch tensor, in elements
	storage string  // of a torch tensor: the key of what it is a view of
	stored  int64   // bytes of that storage
}

// arrayMakers has the functions that rebuild arrays, and how to read them.
var arrayMakers = map[[2]string]func(*pickle.Program, pickle.Value, pickle.Event) (array, bool){
	{"numpy.core.multiarray", "_reconstruct"}:           reconstructed,
	{"numpy._core.multiarray", "_reconstruct"}:          reconstructed,
	{"numpy.core._multiarray_umath", "_reconstruct"}:    reconstructed,
	{"numpy._core._multiarray_umath", "_reconstruct"}:   reconstructed,
	{"numpy.ma.core", "_mareconstruct"}:                 reconstructed,
	{"dill._dill", "_create_array"}:                     dilled,
	{"numpy.core.numeric", "_frombuffer"}:               fromBuffer,
	{"numpy._core.numeric", "_frombuffer"}:              fromBuffer,
	{"torch._utils", "_rebuild_tensor"}:                 torchTensor,
	{"torch._utils", "_rebuild_tensor_v2"}:              torchTensor,
	{"torch._utils", "_rebuild_tensor_v3"}:              viewed,
	{"torch._utils", "_rebuild_meta_tensor_no_storage"}: metaTensor,
	{"torch._utils", "_rebuild_qtensor"}:                torchTensor,
}

// arrayOf reads v as an array where it is one.
func arrayOf(p *pickle.Program, v pickle.Value) (array, bool) {
	if wrapper, data, offset, ok := p.Inline(v); ok {
		return wrapped(p, wrapper, data, offset)
	}
	t, ok := unwrap(p, v)
	call := t.call
	if !ok || call.Kind != pickle.Reduce {
		return array{}, false
	}
	g, ok := p.Global(call.Subject)
	if !ok {
		return array{}, false
	}
	read, ok := arrayMakers[[2]string{g.Module, g.Qualname}]
	if !ok {
		return array{}, false
	}
	a, ok := read(p, v, call)
	a.offset = call.Offset
	return a, ok
}

// reconstructed reads what numpy's _reconstruct makes.
func reconstructed(p *pickle.Program, v pickle.Value, _ pickle.Event) (array, bool) {
	var state pickle.Value
	for s := range p.States(v) {
		state = s
	}
	return stated(p, state)
}

// dilled reads dill's _create_array(_reconstruct, its arguments, state, …).
func dilled(p *pickle.Program, _ pickle.Value, call pickle.Event) (array, bool) {
	args, _ := p.Tuple(call.Detail)
	if _, ok := createdArray(p, args); !ok {
		return array{}, false
	}
	return stated(p, args[2])
}

// stated reads a state as ndarray.__setstate__ takes it: ([version,] shape,
// dtype, fortran, data). That of old pandas objects is a pair of it and their own.
func stated(p *pickle.Program, state pickle.Value) (array, bool) {
	var own pickle.Value
	ownPath := ""
	t, ok := p.Tuple(state)
	if ok && len(t) == 2 {
		own, ownPath = t[1], ".__getstate__()[1]"
		t, ok = p.Tuple(t[0])
	}
	if len(t) == 7 { // a masked array's fill value
		own, ownPath = t[6], ".__getstate__()[6]"
	}
	if ok && len(t) == 4 {
		t = append([]pickle.Value{0}, t...)
	}
	if !ok || len(t) < 5 {
		return array{}, false
	}
	shape, ok := shapeOf(p, t[1])
	d, ok2 := dtypeOf(p, t[2], 0)
	if !ok || !ok2 {
		return array{}, false
	}
	fortran, _ := p.Int(t[3])
	a := array{dtype: d, shape: shape, fortran: fortran != 0, own: own, ownPath: ownPath}
	a.fit(p, t[4])
	return a, true
}

// fit works out the size and compares it with the data that is there.
func (a *array) fit(p *pickle.Program, data pickle.Value) {
	a.data = data
	count, bytes, ok := product(a.shape, a.dtype.itemSize)
	if !ok {
		a.problem = "its shape overflows"
		return
	}
	a.bytes = bytes
	if a.dtype.hasObject {
		if n, ok := p.Len(data); ok && p.Kind(data) == pickle.List {
			a.items = data
			if int64(n) != count {
				a.problem = "its shape is not that of its items"
			}
		}
		return
	}
	if size, ok := byteSize(p, data); ok && size != bytes {
		a.problem = "its shape and dtype do not fit its data"
	}
}

// byteSize returns how many bytes v is, where it is bytes of some form.
func byteSize(p *pickle.Program, v pickle.Value) (int64, bool) {
	d, ok := byteData(p, v)
	return d.Size, ok
}

// byteData reads bytes, a Python 2 str, or the _codecs.encode by which
// Python 3 writes bytes at protocols below 3: one character a byte.
func byteData(p *pickle.Program, v pickle.Value) (pickle.Data, bool) {
	if call, ok := p.Call(v); ok {
		g, ok := p.Global(call.Subject)
		args, _ := p.Tuple(call.Detail)
		if !ok || g.Module != "_codecs" || g.Qualname != "encode" || len(args) != 2 || !p.TextIs(args[1], "latin1") {
			return pickle.Data{}, false
		}
		d, ok := p.Data(args[0])
		d.Size = d.Chars
		return d, ok
	}
	d, ok := p.Data(v)
	return d, ok && p.Kind(v) != pickle.Text
}

// fromBuffer reads numpy's _frombuffer(buffer, dtype, shape, order), the form of protocol 5.
func fromBuffer(p *pickle.Program, _ pickle.Value, call pickle.Event) (array, bool) {
	args, _ := p.Tuple(call.Detail)
	if len(args) < 4 {
		return array{}, false
	}
	d, ok := dtypeOf(p, args[1], 0)
	shape, ok2 := shapeOf(p, args[2])
	if !ok || !ok2 {
		return array{}, false
	}
	a := array{dtype: d, shape: shape, fortran: p.TextIs(args[3], "F")}
	a.fit(p, args[0])
	if p.TextIs(args[3], "K") && len(args) > 4 {
		a.moveAxes(p, args[4])
	}
	return a, true
}

// moveAxes turns the shape of the buffer into the array's: NumPy 2.3 and
// newer reshapes the buffer and then transposes it to an axis order.
func (a *array) moveAxes(p *pickle.Program, axes pickle.Value) {
	order, ok := shapeOf(p, axes)
	if !ok || len(order) != len(a.shape) {
		a.problem = "its axis order is not one"
		return
	}
	shape := make([]int64, len(order))
	for i, axis := range order {
		if axis >= int64(len(order)) {
			a.problem = "its axis order is not one"
			return
		}
		shape[i] = a.shape[axis]
	}
	a.shape, a.moved = shape, true
}

// order is "F" only where it differs from "C", and "K" where it is neither.
func (a *array) order() string {
	if a.moved {
		return "K"
	}
	if !a.fortran {
		return "C"
	}
	long := 0
	for _, n := range a.shape {
		if n == 0 {
			return "C"
		}
		if n > 1 {
			long++
		}
	}
	if long > 1 {
		return "F"
	}
	return "C"
}
