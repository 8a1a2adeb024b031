package inspect

import (
	"math"
	"strconv"
	"strings"
)

// onnxTypes has the words for the data types, and the bits of an item; 0 for text.
var onnxTypes = map[uint64]struct {
	text string
	bits int64
}{
	1: {"<f4", 32}, 2: {"|u1", 8}, 3: {"|i1", 8}, 4: {"<u2", 16}, 5: {"<i2", 16}, 6: {"<i4", 32}, 7: {"<i8", 64}, 8: {"string", 0},
	9: {"|b1", 8}, 10: {"<f2", 16}, 11: {"<f8", 64}, 12: {"<u4", 32}, 13: {"<u8", 64}, 14: {"<c8", 64}, 15: {"<c16", 128},
	16: {"bfloat16", 16}, 17: {"float8e4m3fn", 8}, 18: {"float8e4m3fnuz", 8}, 19: {"float8e5m2", 8}, 20: {"float8e5m2fnuz", 8},
	21: {"uint4", 4}, 22: {"int4", 4}, 23: {"float4e2m1", 4}, 24: {"float8e8m0", 8}, 25: {"uint2", 2}, 26: {"int2", 2},
}

// onnxTensor is what a TensorProto says but for its numbers.
type onnxTensor struct {
	name     string
	kind     uint64
	shape    []int64
	raw      int64 // bytes of raw_data; -1 without
	stored   bool  // numbers in a field of their own
	texts    int64 // bytes of text
	external bool
	entries  map[string]string // of external_data
}

// tensor reads a TensorProto and adds it as an array.
func (o *onnx) tensor(f pbField, path string, named bool) {
	t := onnxTensor{raw: -1, shape: []int64{}}
	at := f.at
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			for n := range m.numbers(g) {
				if len(t.shape) == maxDims || n > math.MaxInt64 {
					o.w.issue(IssueMalformed, o.w.member, g.offset, "a tensor's shape is not one")
					return
				}
				t.shape = append(t.shape, int64(n))
			}
		case 2:
			t.kind = g.value
		case 4, 5, 7, 10, 11:
			t.stored = true
		case 6:
			t.texts, t.stored = t.texts+g.end-g.at, true
		case 8:
			t.name = m.pbText(g)
		case 9:
			t.raw, at = g.end-g.at, g.at
		case 13:
			o.entry(g, &t)
		case 14:
			t.external = g.value == 1
		}
	}
	o.damaged(m)
	if named {
		path += "[" + pythonQuote(t.name) + "]"
	}
	a, why := t.array()
	if why != "" {
		o.w.issue(IssueMalformed, o.w.member, f.offset, "the tensor %s %s", shortQuote(t.name), why)
		return
	}
	a.offset = at
	if t.external || len(t.entries) > 0 {
		o.side(&t, a.bytes, f.offset)
	}
	o.w.addArray(path, a, o.w.member)
}

func (o *onnx) entry(f pbField, t *onnxTensor) {
	if t.entries == nil {
		t.entries = map[string]string{}
	}
	if key, value, _ := o.pair(f); len(t.entries) < maxDims {
		t.entries[key] = value
	}
}

// array checks a tensor's shape against its numbers.
func (t *onnxTensor) array() (array, string) {
	kind, known := onnxTypes[t.kind]
	if !known {
		return array{}, "is of the unknown type " + strconv.FormatUint(t.kind, 10)
	}
	count, bits, fits := product(t.shape, kind.bits)
	if !fits || bits > math.MaxInt64-7 {
		return array{}, "has a shape that overflows"
	}
	a := array{dtype: dtype{text: kind.text, itemSize: kind.bits / 8}, shape: t.shape, bytes: (bits + 7) / 8}
	switch {
	case kind.bits == 0:
		a.bytes = t.texts
	case t.external:
	case t.raw >= 0 && t.raw != a.bytes:
		return array{}, "has data of another size than its shape"
	case t.raw < 0 && !t.stored && count > 0:
		return array{}, "has no data"
	}
	return a, ""
}

// side checks where a tensor's numbers are that lie in another file.
func (o *onnx) side(t *onnxTensor, bytes, offset int64) {
	location := t.entries["location"]
	if leavesFolder(location) {
		if _, known := o.external[location]; !known && len(o.external) < maxONNXNames {
			o.external[location] = -1
			o.w.hazard(Hazard{"external-data", cmpOr(location, "external data"), "the data of the tensor " + shortQuote(t.name) +
				" is in " + shortQuote(location) + ", which is not in the model's folder", o.w.member, offset})
		}
		return
	}
	if !t.external {
		return // its loaders do not look
	}
	size, known := o.external[location]
	if !known {
		if len(o.external) == maxONNXNames {
			o.w.issue(IssueLimit, o.w.member, offset, "data in more than %d other files", maxONNXNames)
			return
		}
		size = o.w.sideSize(location, offset)
		o.external[location] = size
	}
	if size < 0 {
		return
	}
	begin, _ := strconv.ParseInt(cmpOr(t.entries["offset"], "0"), 10, 64)
	length, err := strconv.ParseInt(cmpOr(t.entries["length"], strconv.FormatInt(bytes, 10)), 10, 64)
	if err != nil || begin < 0 || begin > size || length < 0 || length > size-begin || length < bytes {
		o.w.issue(IssueMalformed, o.w.member, offset, "the data of the tensor %s is not whole in the file %s of %d bytes",
			shortQuote(t.name), shortQuote(location), size)
	}
}

// leavesFolder tells whether a path leads out of the folder that it is
// relative to, on any system. onnxruntime takes a location with stars for an
// address in memory.
func leavesFolder(path string) bool {
	slashed := strings.ReplaceAll(path, `\`, "/")
	if slashed == "" || slashed[0] == '/' || slashed[0] == '~' || strings.ContainsAny(slashed, "*\x00") || strings.Contains(slashed, "://") {
		return true
	}
	if len(slashed) > 1 && slashed[1] == ':' {
		return true
	}
	for _, part := range strings.Split(slashed, "/") {
		if part == ".." {
			return true
		}
	}
	return false
}

// sideSize returns the size of a file in the model's folder, and -1, with an
// issue, where there is none.
func (w *walk) sideSize(name string, offset int64) int64 {
	why := "was not given"
	if w.sibling != nil {
		file, err := w.sibling(name)
		if err == nil {
			defer file.Close()
			info, err := file.Stat()
			if err == nil {
				return info.Size()
			}
			why = "cannot be read: " + reason(err).Error()
		} else {
			why = "cannot be read: " + reason(err).Error()
		}
	}
	w.issue(IssueSideFile, w.member, offset, "data is in the file %s, which %s", pythonQuote(name), why)
	return -1
}

// onnxWords has the words for types of inputs and outputs, as onnx writes them.
var onnxWords = []string{
	"undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double", "uint32", "uint64",
	"complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
	"float8e8m0", "uint2", "int2",
}

func onnxWord(kind uint64) string {
	if kind < uint64(len(onnxWords)) {
		return onnxWords[kind]
	}
	return "type " + strconv.FormatUint(kind, 10)
}

// valueInfo shows an input or output with its type.
func (o *onnx) valueInfo(f pbField, what string) {
	name, kind := "", "?"
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			name = m.pbText(g)
		case 2:
			kind = o.typeText(g, 0)
		}
	}
	o.damaged(m)
	o.root.param(what+"["+pythonQuote(name)+"]", Literal(kind))
}

// maxTypeDepth bounds types in types: a sequence of maps is as deep as models have them.
const maxTypeDepth = 8

// typeText writes a TypeProto such as "tensor(float)[N, 3]" or "seq(map(int64, float))".
func (o *onnx) typeText(f pbField, depth int) string {
	text := "?"
	if depth > maxTypeDepth {
		return text
	}
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			text = "tensor(" + o.shaped(g)
		case 8:
			text = "sparse_tensor(" + o.shaped(g)
		case 4:
			text = "seq(" + o.inner(g, depth)
		case 5:
			text = "map(" + o.inner(g, depth)
		case 9:
			text = "optional(" + o.inner(g, depth)
		case 7:
			domain, name, _ := o.pair(g)
			text = "opaque(" + pythonQuote(domain) + ", " + pythonQuote(name) + ")"
		}
	}
	return text[:min(len(text), maxText)]
}

// shaped writes the items' type and the shape of a tensor.
func (o *onnx) shaped(f pbField) string {
	word, shape := "?", ""
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			word = onnxWord(g.value)
		case 2:
			shape = o.dims(g)
		}
	}
	return word + ")" + shape
}

// inner writes the types in a sequence, a map or an optional.
func (o *onnx) inner(f pbField, depth int) string {
	var words []string
	m := o.message(f)
	for g, ok := m.field(); ok && len(words) < 2; g, ok = m.field() {
		if g.wire == pbVarint {
			words = append(words, onnxWord(g.value))
		} else if g.wire == pbBytes {
			words = append(words, o.typeText(g, depth+1))
		}
	}
	return strings.Join(words, ", ") + ")"
}

// dims writes a shape; names and question marks stand for what is open.
func (o *onnx) dims(f pbField) string {
	var dims []string
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.number != 1 || g.wire != pbBytes || len(dims) == maxDims {
			continue
		}
		dim := "?"
		d := o.message(g)
		for v, ok := d.field(); ok; v, ok = d.field() {
			switch {
			case v.number == 1 && v.wire == pbVarint:
				dim = strconv.FormatInt(int64(v.value), 10)
			case v.number == 2 && v.wire == pbBytes:
				dim = cmpOr(d.pbText(v), "?")
			}
		}
		dims = append(dims, dim)
	}
	return "[" + strings.Join(dims, ", ") + "]"
}
