package inspect

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"modelscan/pickle"
)

// dtype is what NumPy would make of a pickled numpy.dtype.
type dtype struct {
	text      string // dtype.str, or str(dtype.descr) with fields
	itemSize  int64  // bytes; 0 ≤ itemSize
	hasObject bool   // items hold Python objects
	char      byte   // the kind: one of ?biufcmMOSUV
}

// maxDTypeDepth bounds fields within fields.
const maxDTypeDepth = 16

// dtypes are those of a whole program that were read already: its arrays
// share a few.
type dtypes map[pickle.Value]dtype

// dtypeOf reads a numpy.dtype where v is one.
func dtypeOf(p *pickle.Program, v pickle.Value, depth int) (dtype, bool) {
	known, _ := p.Kept.(dtypes)
	if d, ok := known[v]; ok && depth == 0 {
		return d, true
	}
	d, ok := readDType(p, v, depth)
	if ok && depth == 0 && known != nil {
		known[v] = d
	}
	return d, ok
}

// readDType reads a numpy.dtype: what it was called with, and the state that
// numpy.dtype.__setstate__ would set. NumPy takes the item size of flexible
// types, and from version 3 on the flags, from the state.
func readDType(p *pickle.Program, v pickle.Value, depth int) (dtype, bool) {
	if g, ok := p.Global(v); ok {
		return scalarType(g)
	}
	call, ok := p.Call(v)
	if !ok || depth > maxDTypeDepth {
		return dtype{}, false
	}
	g, ok := p.Global(call.Subject)
	if ok && g.Qualname == "_convert_to_stringdtype_kwargs" {
		return dtype{text: "StringDType()", itemSize: 16, hasObject: true, char: 'T'}, true
	}
	if !ok || g.Module != "numpy" || g.Qualname != "dtype" {
		return dtype{}, false
	}
	args, _ := p.Tuple(call.Detail)
	if len(args) == 0 {
		return dtype{}, false
	}
	d := dtype{char: 'V', itemSize: 0}
	if text, ok := p.Text(args[0]); ok {
		if d, ok = parseDType(text); !ok {
			return dtype{}, false
		}
	} else if class, ok := p.Global(args[0]); ok { // numpy.record, or a scalar type
		if known, ok := scalarType(class); ok {
			d = known
		}
	} else {
		return dtype{}, false
	}
	for state := range p.States(v) {
		if d, ok = d.withState(p, state, depth); !ok {
			return dtype{}, false
		}
	}
	return d, true
}

// scalarSizes has NumPy's scalar types by the name of their class.
var scalarSizes = map[string]string{
	"bool_": "|b1", "bool": "|b1", "int8": "|i1", "int16": "<i2", "int32": "<i4", "int64": "<i8", "uint8": "|u1",
	"uint16": "<u2", "uint32": "<u4", "uint64": "<u8", "float16": "<f2", "float32": "<f4", "float64": "<f8",
	"longdouble": "<f16", "float128": "<f16", "complex64": "<c8", "complex128": "<c16", "complex256": "<c32",
	"object_": "|O", "longlong": "<i8", "ulonglong": "<u8", "intc": "<i4", "uintc": "<u4",
}

func scalarType(g *pickle.Global) (dtype, bool) {
	if g.Module != "numpy" {
		return dtype{}, false
	}
	text, ok := scalarSizes[g.Qualname]
	if !ok {
		return dtype{}, false
	}
	return parseDType(text)
}

// parseDType reads a simple dtype string such as "f8", "<U3" or "O".
func parseDType(text string) (dtype, bool) {
	order := byte(0)
	if text != "" && strings.IndexByte("<>=|", text[0]) >= 0 {
		order, text = text[0], text[1:]
	}
	if text == "" {
		return dtype{}, false
	}
	char, size := text[0], int64(0)
	unit := ""
	if at := strings.IndexByte(text, '['); at > 0 && (char == 'm' || char == 'M') {
		text, unit = text[:at], text[at:]
	}
	if sized := text[1:]; sized != "" {
		n, err := strconv.ParseInt(sized, 10, 32)
		if err != nil || n < 0 {
			return dtype{}, false
		}
		size = n
	}
	switch char {
	case 'a':
		char = 'S'
	case '?':
		char, size = 'b', 1
	case 'O':
		return dtype{text: "|O", itemSize: 8, hasObject: true, char: 'O'}, true
	case 'U':
		size *= 4
	case 'b', 'i', 'u', 'f', 'c', 'm', 'M':
		if size == 0 && (char == 'm' || char == 'M') {
			size = 8
		}
		if size == 0 {
			return dtype{}, false
		}
	case 'S', 'V':
	default:
		return dtype{}, false
	}
	d := dtype{itemSize: size, char: char}
	d.text = d.describe(order, unit)
	return d, true
}

// describe returns dtype.str for a byte order and a datetime's unit.
func (d dtype) describe(order byte, unit string) string {
	size := d.itemSize
	if d.char == 'U' {
		size /= 4
	}
	switch {
	case d.char == 'O':
		return "|O"
	case d.char == 'S' || d.char == 'V' || d.itemSize == 1 && d.char != 'U':
		order = '|'
	case order == 0 || order == '=' || order == '|':
		order = '<' // the machines that models come from
	}
	return string(order) + string(d.char) + strconv.FormatInt(size, 10) + unit
}

// withState sets what numpy.dtype.__setstate__ takes from a state: (version,
// order, subarray, names, fields, item size, alignment[, flags[, metadata]]).
func (d dtype) withState(p *pickle.Program, state pickle.Value, depth int) (dtype, bool) {
	t, ok := p.Tuple(state)
	if !ok || len(t) < 7 {
		return d, false
	}
	version, ok := p.Int(t[0])
	if !ok {
		return d, false
	}
	orderText, _ := p.Text(t[1])
	var order byte
	if orderText != "" {
		order = orderText[0]
	}
	if strings.IndexByte("SUV", d.char) >= 0 {
		if d.itemSize, ok = p.Int(t[5]); !ok || d.itemSize < 0 {
			return d, false
		}
	}
	unit := ""
	if len(t) > 8 {
		unit = datetimeUnit(p, t[8])
	}
	d.text = d.describe(order, unit)
	if !p.IsNone(t[2]) {
		return d.withSubarray(p, t[2], t, version, depth)
	}
	if !p.IsNone(t[3]) {
		if d, ok = d.withFields(p, t[3], t[4], depth); !ok || version < 3 { // the flags are then as the fields are, which others may change
			return d, false
		}
	}
	return d.withFlags(p, t, version)
}

// withFlags sets hasObject from the state's flags, as NumPy does from version 3 on.
func (d dtype) withFlags(p *pickle.Program, state []pickle.Value, version int64) (dtype, bool) {
	if version < 3 {
		return d, true
	}
	if len(state) < 8 {
		return d, false // NumPy sets every flag
	}
	flags, ok := p.Int(state[7])
	d.hasObject = flags&1 != 0
	return d, ok
}

func (d dtype) withSubarray(p *pickle.Program, v pickle.Value, state []pickle.Value, version int64, depth int) (dtype, bool) {
	pair, ok := p.Tuple(v)
	if !ok || len(pair) != 2 {
		return d, false
	}
	base, ok := dtypeOf(p, pair[0], depth+1)
	if !ok {
		return d, false
	}
	shape, ok := shapeOf(p, pair[1])
	if !ok {
		return d, false
	}
	d.hasObject = base.hasObject
	d.text = "(" + quoteDescr(base.text) + ", " + tupleText(shape) + ")"
	return d.withFlags(p, state, version)
}

// withFields describes a structured dtype as dtype.descr does: in order of
// offset, with the gaps between fields as unnamed fields.
func (d dtype) withFields(p *pickle.Program, names, fields pickle.Value, depth int) (dtype, bool) {
	type field struct {
		text         string
		offset, size int64
	}
	var list []field
	byName := map[string]pickle.Value{}
	for key, value := range p.Pairs(fields) {
		if name, ok := p.Text(key); ok {
			byName[name] = value
		}
	}
	d.hasObject = false
	for name := range p.Items(names) {
		text, ok := p.Text(name)
		if !ok {
			return d, false
		}
		entry, _ := p.Tuple(byName[text])
		if len(entry) < 2 {
			return d, false
		}
		inner, ok := dtypeOf(p, entry[0], depth+1)
		offset, ok2 := p.Int(entry[1])
		if !ok || !ok2 || offset < 0 || offset > math.MaxInt32 {
			return d, false
		}
		d.hasObject = d.hasObject || inner.hasObject
		label := pythonQuote(text)
		if title, ok := p.Text(entry[len(entry)-1]); ok && len(entry) > 2 {
			label = "(" + pythonQuote(title) + ", " + label + ")"
		}
		list = append(list, field{"(" + label + ", " + fieldDescr(inner.text) + ")", offset, inner.itemSize})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].offset < list[j].offset })
	var parts []string
	at := int64(0)
	for _, f := range list {
		if f.offset > at {
			parts = append(parts, fmt.Sprintf("('', '|V%d')", f.offset-at))
		}
		parts = append(parts, f.text)
		at = f.offset + f.size
	}
	if d.itemSize > at {
		parts = append(parts, fmt.Sprintf("('', '|V%d')", d.itemSize-at))
	}
	d.text = "[" + strings.Join(parts, ", ") + "]"
	return d, true
}

// quoteDescr writes a dtype's text as it stands in a descr.
func quoteDescr(text string) string {
	if strings.HasPrefix(text, "[") {
		return text
	}
	return "'" + text + "'"
}

// fieldDescr is quoteDescr for a field, in which a sub-array's shape stands behind its type.
func fieldDescr(text string) string {
	if strings.HasPrefix(text, "(") {
		return text[1 : len(text)-1]
	}
	return quoteDescr(text)
}

// datetimeUnit reads the metadata of datetime64: (dict or None, (unit, count, 1, 1)).
func datetimeUnit(p *pickle.Program, v pickle.Value) string {
	pair, _ := p.Tuple(v)
	if len(pair) != 2 {
		return ""
	}
	meta, _ := p.Tuple(pair[1])
	if len(meta) < 2 {
		return ""
	}
	unit, ok := byteData(p, meta[0])
	count, ok2 := p.Int(meta[1])
	if !ok || !ok2 || unit.Size > 8 || string(unit.Head) == "generic" {
		return ""
	}
	if count != 1 {
		return fmt.Sprintf("[%d%s]", count, unit.Head)
	}
	return fmt.Sprintf("[%s]", unit.Head)
}

// maxDims is more than NumPy has: 64 dimensions.
const maxDims = 64

// shapeOf reads a shape: a tuple of ints, none negative. joblib takes any
// sequence of them.
func shapeOf(p *pickle.Program, v pickle.Value) ([]int64, bool) {
	if n, ok := p.Int(v); ok && n >= 0 {
		return []int64{n}, true
	}
	shape := []int64{}
	switch p.Kind(v) {
	case pickle.Tuple, pickle.List:
		for item := range p.Items(v) {
			n, ok := p.Int(item)
			if !ok || n < 0 || len(shape) == maxDims {
				return nil, false
			}
			shape = append(shape, n)
		}
		return shape, true
	case pickle.Bytes, pickle.ByteArray:
		d, _ := p.Data(v)
		for _, n := range d.Head {
			shape = append(shape, int64(n))
		}
		return shape, d.Size <= maxDims
	}
	return nil, false
}

// product multiplies a shape and an item size, and fails on overflow.
func product(shape []int64, itemSize int64) (count, bytes int64, ok bool) {
	count = 1
	for _, n := range shape {
		if n == 0 {
			return 0, 0, true
		}
	}
	for _, n := range shape {
		if count > math.MaxInt64/n {
			return 0, 0, false
		}
		count *= n
	}
	if itemSize != 0 && count > math.MaxInt64/itemSize {
		return 0, 0, false
	}
	return count, count * itemSize, true
}

func tupleText(shape []int64) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, n := range shape {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	if len(shape) == 1 {
		b.WriteByte(',')
	}
	b.WriteByte(')')
	return b.String()
}
