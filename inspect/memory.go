package inspect

import (
	"slices"
	"strings"

	"modelscan/pickle"
)

// What would make NumPy take bytes of the file for the addresses of objects,
// or read and write past an array's memory. NumPy believes a dtype's state,
// its constructors take any buffer, and a state that an array is given again
// frees what its views still look at. No library writes any of this.

// memory notes an event that does so.
func (n *names) memory(e pickle.Event) {
	class, ok := n.p.Global(e.Subject)
	switch e.Kind {
	case pickle.NewObj, pickle.NewObjEx:
		if args, _ := n.p.Tuple(e.Detail); ok && arrayClass(class) && slices.ContainsFunc(args, n.notNumber) { // joblib's loader gives a shape
			n.unsafe(class, "is made by its constructor, which takes any memory", e.Offset)
		}
	case pickle.Reduce:
		args, _ := n.p.Tuple(e.Detail)
		if at := shapeArgument(class, ok); at > 0 && (at >= len(args) || !n.emptyShape(args[at])) {
			n.unsafe(class, "makes an array that is not empty", e.Offset)
		}
	case pickle.State:
		call, _ := n.p.Call(e.Subject)
		maker, ok := n.p.Global(call.Subject)
		switch {
		case ok && maker.Module == "numpy" && maker.Qualname == "dtype":
			if does := n.dtypeState(call, e); does != "" {
				n.unsafe(maker, "is given a state that "+does, e.Offset)
			}
		case shapeArgument(maker, ok) > 0 && n.stated(e.Subject) > 1:
			n.unsafe(maker, "made an array that is given a second state", e.Offset)
		}
	}
	if !n.partOfDType(e, class, ok) {
		n.other = e.Offset
	}
}

func (n *names) unsafe(g *pickle.Global, does string, offset int64) {
	name := g.Module + "." + g.Qualname
	n.c.hazard(Hazard{"memory", name, name + " " + does, n.member, offset})
}

// partOfDType tells of events that may lie between the call of a dtype and its
// state: other dtypes, and the bytes in them.
func (n *names) partOfDType(e pickle.Event, class *pickle.Global, named bool) bool {
	if e.Kind == pickle.State {
		call, _ := n.p.Call(e.Subject)
		class, named = n.p.Global(call.Subject)
	} else if e.Kind != pickle.Reduce {
		return false
	}
	return named && (class.Module == "numpy" && class.Qualname == "dtype" || class.Module == "_codecs" || class.Module == "builtins" && class.Qualname == "bytes")
}

// arrayClass tells of NumPy's arrays.
func arrayClass(g *pickle.Global) bool {
	switch g.Qualname {
	case "ndarray", "matrix", "recarray", "chararray", "memmap":
		return strings.HasPrefix(g.Module, "numpy")
	}
	return false
}

// shapeArgument returns which argument of a maker of arrays is the shape.
func shapeArgument(g *pickle.Global, ok bool) int {
	switch {
	case !ok || !strings.HasPrefix(g.Module, "numpy."):
	case g.Qualname == "_reconstruct":
		return 1
	case g.Qualname == "_mareconstruct":
		return 2
	}
	return 0
}

func (n *names) notNumber(v pickle.Value) bool { return n.p.Kind(v) != pickle.Int }

func (n *names) emptyShape(v pickle.Value) bool {
	shape, ok := n.p.Tuple(v)
	if !ok || len(shape) != 1 {
		return false
	}
	length, ok := n.p.Int(shape[0])
	return ok && length == 0
}

// stated returns how many states an instance is given.
func (n *names) stated(v pickle.Value) int {
	times := 0
	for range n.p.States(v) {
		times++
	}
	return times
}

// dtypeState says what a dtype's state does to arrays, or "" where items are
// as large as what is in them, and the flags tell of objects. Only flexible
// types take anything from it.
func (n *names) dtypeState(call pickle.Event, e pickle.Event) string {
	const unread = "cannot be read"
	args, _ := n.p.Tuple(call.Detail)
	made := dtype{char: 'V', itemSize: -1}
	if len(args) > 0 {
		if text, ok := n.p.Text(args[0]); ok {
			if made, ok = parseDType(text); !ok {
				return unread
			}
		}
	}
	if strings.IndexByte("SUV", made.char) < 0 {
		return ""
	}
	t, _ := n.p.Tuple(e.Detail)
	if len(t) < 7 {
		return unread
	}
	size, ok := n.p.Int(t[5])
	plain := n.p.IsNone(t[2]) && n.p.IsNone(t[3])
	switch {
	case !ok:
		return unread
	case plain && size == made.itemSize:
		return ""
	case n.other > call.Offset:
		return "comes when arrays may have it"
	case plain:
		return ""
	}
	objects, ok := false, false
	if !n.p.IsNone(t[2]) {
		objects, ok = n.subarray(t[2], size)
	} else {
		objects, ok = n.fields(t[4], size, e.Offset)
	}
	if !ok {
		return "has more in an item than its size"
	}
	version, _ := n.p.Int(t[0])
	if version >= 3 && objects {
		if len(t) < 8 {
			return unread
		}
		if flags, ok := n.p.Int(t[7]); !ok || flags&1 == 0 {
			return "hides objects"
		}
	}
	return ""
}

// subarray reads the type and the shape of what a dtype has size bytes of.
func (n *names) subarray(v pickle.Value, size int64) (objects, ok bool) {
	pair, _ := n.p.Tuple(v)
	if len(pair) != 2 {
		return false, false
	}
	base, ok := dtypeOf(n.p, pair[0], 1)
	shape, ok2 := shapeOf(n.p, pair[1])
	if !ok || !ok2 {
		return false, false
	}
	_, bytes, ok := product(shape, base.itemSize)
	return base.hasObject, ok && bytes == size
}

// fields reads what a structured dtype has in an item of size bytes.
func (n *names) fields(v pickle.Value, size, offset int64) (objects, ok bool) {
	if n.p.Kind(v) != pickle.Dict {
		return false, false
	}
	n.alone(v, 1, Hazard{"memory", "numpy.dtype", "numpy.dtype is given fields that the file has elsewhere as well, and may change there", n.member, offset})
	for _, value := range n.p.Pairs(v) {
		entry, _ := n.p.Tuple(value)
		if len(entry) < 2 {
			return false, false
		}
		inner, ok := dtypeOf(n.p, entry[0], 1)
		at, ok2 := n.p.Int(entry[1])
		if !ok || !ok2 || at < 0 || at+inner.itemSize > size || at > size {
			return false, false
		}
		objects = objects || inner.hasObject
	}
	return objects, true
}
