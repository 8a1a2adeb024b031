package inspect

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"modelscan/pickle"
)

// What a skops file gives is told as what a pickle gives: its nodes are
// written as the opcodes that make the same object, and those are read.

// Bounds of an object that is told of.
const (
	maxSkopsDepth  = 40      // of nodes in nodes
	maxSkopsObject = 8 << 20 // bytes of opcodes
	maxSkopsArray  = 4 << 10 // bytes of an array's member that are read
	maxSkopsArrays = 1000    // members that are read for their arrays
)

// skopsObject writes nodes as opcodes of protocol 4.
type skopsObject struct {
	out   bytes.Buffer
	z     *zipArchive
	files map[string]zipMember
	read  int                            // members for their arrays
	ids   map[json.Number]map[string]any // nodes that later ones refer to
	alone bool                           // of objects in the node, only their classes are written
}

// skopsObject describes what the root of a schema makes; nil where that is too large.
func (z *zipArchive) skopsObject(root map[string]any) *Object {
	o := skopsObject{z: z, files: map[string]zipMember{}, ids: map[json.Number]map[string]any{}}
	for _, m := range z.members {
		if m.local {
			o.files[zipName(m)] = m
		}
	}
	o.node(root, 0)
	if o.out.Len() > maxSkopsObject {
		return nil
	}
	o.out.WriteByte('.')
	p, err := pickle.NewDecoder(pickle.NewReader(bytes.NewReader(o.out.Bytes()), 0), z.w.limits.Pickle, nil).Decode()
	if err != nil {
		return nil
	}
	p.Kept = dtypes{}
	return rootObject(p, true)
}

// full tells whether no more is written.
func (o *skopsObject) full() bool { return !o.alone && o.out.Len() > maxSkopsObject }

// beginning returns what the member of an array begins with.
func (o *skopsObject) beginning(file string) []byte {
	m, ok := o.files[file]
	if o.read++; !ok || o.read > maxSkopsArrays {
		return nil
	}
	var r io.Reader = o.z.section(m)
	if reopen := o.z.reopen(m); m.method != 0 && reopen != nil {
		r = reopen()
	}
	data, _ := io.ReadAll(io.LimitReader(r, maxSkopsArray))
	return data
}

// node writes what a node makes. What is not known here is an object of its
// class without anything in it.
func (o *skopsObject) node(v any, depth int) {
	n, _ := v.(map[string]any)
	class, _ := n["__class__"].(string)
	module, _ := n["__module__"].(string)
	if depth > maxSkopsDepth || o.full() || n == nil {
		o.out.WriteByte('N')
		return
	}
	items, _ := n["content"].([]any)
	id, _ := n["__id__"].(json.Number)
	kind, _ := n["__loader__"].(string)
	if kind != "CachedNode" {
		o.ids[id] = n
	}
	switch kind {
	case "CachedNode":
		if o.alone && o.ids[id] == nil { // it was not read yet, and may be a function
			o.part(n, "PartialNode", "", "")
			return
		}
		o.node(o.ids[id], depth+1)
	case "JsonNode":
		text, _ := n["content"].(string)
		o.value(jsonValue(text), depth)
	case "ListNode":
		o.list(items, depth, "]", "e")
	case "TupleNode":
		o.list(items, depth, "", "t")
	case "SetNode":
		o.list(items, depth, "\x8f", "\x90")
	case "DictNode":
		o.dict(n, depth)
	case "TypeNode", "FunctionNode":
		o.name(module, class)
	case "SliceNode":
		content, _ := n["content"].(map[string]any)
		o.name("builtins", "slice")
		for _, key := range []string{"start", "stop", "step"} {
			o.value(content[key], depth)
		}
		o.out.WriteString("\x87R")
	default:
		if o.alone {
			o.part(n, kind, module, class)
			return
		}
		if kind == "NdArrayNode" {
			o.ndarray(n, module, class, depth)
			return
		}
		o.instance(n, module, class, depth)
	}
}

// jsonValue reads the text of a JsonNode; nil where it is no JSON.
func jsonValue(text string) any {
	switch text {
	case "NaN":
		return math.NaN()
	case "Infinity":
		return math.Inf(1)
	case "-Infinity":
		return math.Inf(-1)
	}
	decoder := json.NewDecoder(bytes.NewReader(pythonJSON([]byte(text))))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// instance writes an object of a class with its state.
func (o *skopsObject) instance(n map[string]any, module, class string, depth int) {
	o.name(module, class)
	o.out.WriteString(")\x81")
	if content, ok := n["content"].(map[string]any); ok && content["__loader__"] == "DictNode" {
		o.node(content, depth+1)
		o.out.WriteByte('b')
	}
}

func (o *skopsObject) list(items []any, depth int, empty, end string) {
	o.out.WriteString(empty + "(")
	for _, item := range items {
		o.node(item, depth+1)
	}
	o.out.WriteString(end)
}

// dict writes a dict. The schema has its keys as text, and their types in a
// list, whose order is lost: where those differ, the keys stay text.
func (o *skopsObject) dict(n map[string]any, depth int) {
	content, _ := n["content"].(map[string]any)
	types, _ := n["key_types"].(map[string]any)
	list, _ := types["content"].([]any)
	whole := len(list) > 0
	for _, item := range list {
		node, _ := item.(map[string]any)
		whole = whole && node["__class__"] == "int"
	}
	o.out.WriteString("}(")
	for _, key := range slices.Sorted(maps.Keys(content)) {
		if whole {
			o.value(json.Number(key), depth)
		} else {
			o.text(key)
		}
		o.node(content[key], depth+1)
	}
	o.out.WriteByte('u')
}

// ndarray writes an array, of which the items only where they are few, or a
// scalar.
func (o *skopsObject) ndarray(n map[string]any, module, class string, depth int) {
	file, _ := n["file"].(string)
	items, _ := n["content"].([]any)
	shape, _ := n["shape"].(map[string]any)
	raw := o.beginning(file)
	h, err := readNpyHeader(bytes.NewReader(raw))
	switch {
	case n["type"] == "json" && shape != nil:
		axes, _ := shape["content"].([]any)
		for range min(len(axes)-1, maxDims) {
			items = innerItems(items)
		}
		o.reconstruct(func() { o.node(shape, depth+1) }, "O", false, func() { o.list(items, depth, "]", "e") })
	case err != nil:
		o.instance(n, module, class, depth)
	case class != "ndarray" && len(h.shape) == 0:
		o.name("numpy.core.multiarray", "scalar")
		o.dtype(h.dtype.text)
		o.data(raw[min(h.data, int64(len(raw))):])
		o.out.WriteString("\x86R")
	default:
		data := raw[min(h.data, int64(len(raw))):]
		if int64(len(data)) != h.bytes {
			data = nil
		}
		o.reconstruct(func() { o.shape(h.shape) }, h.dtype.text, h.fortran, func() { o.data(data) })
	}
}

// innerItems returns the items of the nodes of lists.
func innerItems(lists []any) []any {
	var items []any
	for _, list := range lists {
		node, _ := list.(map[string]any)
		inner, _ := node["content"].([]any)
		items = append(items, inner...)
	}
	return items
}

// reconstruct writes what NumPy pickles of an array.
func (o *skopsObject) reconstruct(shape func(), dtype string, fortran bool, data func()) {
	o.name("numpy.core.multiarray", "_reconstruct")
	o.name("numpy", "ndarray")
	o.out.WriteString("K\x00\x85C\x01b\x87R(K\x01")
	shape()
	o.dtype(dtype)
	o.value(fortran, 0)
	data()
	o.out.WriteString("tb")
}

func (o *skopsObject) shape(shape []int64) {
	o.out.WriteByte('(')
	for _, n := range shape {
		o.value(json.Number(strconv.FormatInt(n, 10)), 0)
	}
	o.out.WriteByte('t')
}

func (o *skopsObject) dtype(text string) {
	o.name("numpy", "dtype")
	o.text(text)
	o.out.WriteString("\x85R")
}

// value writes a value of JSON.
func (o *skopsObject) value(v any, depth int) {
	if depth > maxSkopsDepth || o.full() {
		v = nil
	}
	switch v := v.(type) {
	case bool:
		if v {
			o.out.WriteByte('\x88')
		} else {
			o.out.WriteByte('\x89')
		}
	case float64:
		o.float(v)
	case string:
		o.text(v)
	case json.Number:
		o.number(v)
	case []any:
		o.out.WriteString("](")
		for _, item := range v {
			o.value(item, depth+1)
		}
		o.out.WriteByte('e')
	case map[string]any:
		o.out.WriteString("}(")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			o.text(key)
			o.value(v[key], depth+1)
		}
		o.out.WriteByte('u')
	default:
		o.out.WriteByte('N')
	}
}

func (o *skopsObject) number(n json.Number) {
	if whole, err := n.Int64(); err == nil {
		o.out.WriteString("\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(whole))))
		return
	}
	f, _ := n.Float64()
	o.float(f)
}

func (o *skopsObject) float(f float64) {
	o.out.WriteString("G" + string(binary.BigEndian.AppendUint64(nil, math.Float64bits(f))))
}

func (o *skopsObject) name(module, qualname string) {
	o.text(module)
	o.text(qualname)
	o.out.WriteByte('\x93')
}

func (o *skopsObject) text(text string) {
	o.out.WriteString("X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(text)))) + text)
}

func (o *skopsObject) data(data []byte) {
	o.out.WriteString("B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))))
	o.out.Write(data)
}
