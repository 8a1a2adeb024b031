package inspect

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"modelscan/pickle"
)

var _ = register(format{name: "npy", match: magic(0, npyMagic), read: readNpy,
	doc: "headers 1.0 to 3.0; object arrays as the pickles that they are"})

const npyMagic = "\x93NUMPY"

// maxAppended bounds the arrays that stand in one file, one behind another.
const maxAppended = 100_000

// readNpy reads a file of one array, or of several that numpy.load takes one
// after another.
func readNpy(w *walk, r io.ReaderAt, size int64) bool {
	w.format("npy")
	at := int64(0)
	for range maxAppended {
		before := len(w.model.Arrays)
		a, end, ok := w.npy(w.member, r, at, size)
		for _, known := range w.model.Arrays[before:] {
			ok = ok && known.Path != w.prefix // the pickle behind the header is the array itself
		}
		if ok {
			w.addArray(w.prefix, a, w.member)
		}
		if !npyAt(r, end) || w.late(end) {
			break
		}
		at = end
	}
	return true
}

// npyAt tells whether another array begins at an offset.
func npyAt(r io.ReaderAt, offset int64) bool {
	var head [len(npyMagic)]byte
	n, _ := r.ReadAt(head[:], offset)
	return string(head[:n]) == npyMagic
}

// maxNpyHeader is more than NumPy's own limit of 10,000 characters for headers
// of unknown origin. There is none where objects are allowed, so what stands
// behind a longer one is looked at as well.
const maxNpyHeader = 1 << 20

// npyHeader is what stands before the data of a .npy file.
type npyHeader struct {
	array
	data int64 // where the data begins
}

// readNpyHeader reads the header of a .npy file: magic, version, length and
// a Python dict literal, which is parsed and never evaluated.
func readNpyHeader(r io.ReaderAt) (npyHeader, error) {
	var fixed [12]byte
	n, _ := r.ReadAt(fixed[:], 0)
	if n < 10 || string(fixed[:6]) != npyMagic {
		return npyHeader{}, fmt.Errorf("no .npy header")
	}
	start, size := int64(10), int64(binary.LittleEndian.Uint16(fixed[8:]))
	if fixed[6] >= 2 {
		start, size = 12, int64(binary.LittleEndian.Uint32(fixed[8:]))
	}
	if fixed[6] < 1 || fixed[6] > 3 || n < int(start) || size > maxNpyHeader {
		return npyHeader{data: start + size}, fmt.Errorf("a .npy header of version %d and %d bytes", fixed[6], size)
	}
	text := make([]byte, size)
	if n, _ := r.ReadAt(text, start); int64(n) != size {
		return npyHeader{data: start}, fmt.Errorf("the .npy header ends early")
	}
	h := npyHeader{data: start + size}
	if fixed[6] < 3 { // Latin-1; UTF-8 from version 3.0 on
		runes := make([]rune, len(text))
		for i, c := range text {
			runes[i] = rune(c)
		}
		text = []byte(string(runes))
	}
	err := h.parse(string(text))
	return h, err
}

func (h *npyHeader) parse(text string) error {
	value, err := parsePython(text)
	dict, ok := value.(pyDict)
	if err != nil || !ok {
		return fmt.Errorf("the .npy header is no dict")
	}
	order, ok := dict["fortran_order"].(bool)
	shape, ok2 := dict["shape"].(pyTuple)
	if !ok || !ok2 || len(shape) > maxDims {
		return fmt.Errorf("the .npy header lacks its order or shape")
	}
	h.fortran = order
	h.shape = []int64{}
	for _, item := range shape {
		n, ok := item.(int64)
		if !ok || n < 0 {
			return fmt.Errorf("the .npy header's shape is not one")
		}
		h.shape = append(h.shape, n)
	}
	if h.dtype, ok = descrType(dict["descr"], 0); !ok {
		return fmt.Errorf("the .npy header's dtype is not one")
	}
	var fits bool
	if _, h.bytes, fits = product(h.shape, h.dtype.itemSize); !fits {
		return fmt.Errorf("the .npy header's shape overflows")
	}
	return nil
}

// descrType reads a dtype as a .npy header has it: a string, or a list of fields.
func descrType(v any, depth int) (dtype, bool) {
	switch v := v.(type) {
	case string:
		return parseDType(cmpOr(scalarSizes[v], cmpOr(scalarSizes[v+"_"], v)))
	case pyTuple: // (dtype, shape): a sub-array
		if len(v) != 2 || depth > maxDTypeDepth {
			return dtype{}, false
		}
		base, ok := descrType(v[0], depth+1)
		return subarray(base, v[1], ok)
	case pyList:
		return descrFields(v, depth)
	}
	return dtype{}, false
}

func subarray(base dtype, shape any, ok bool) (dtype, bool) {
	dims, isTuple := shape.(pyTuple)
	if !ok || !isTuple || len(dims) > maxDims {
		return dtype{}, false
	}
	var sizes []int64
	for _, dim := range dims {
		n, ok := dim.(int64)
		if !ok || n < 0 {
			return dtype{}, false
		}
		sizes = append(sizes, n)
	}
	_, size, ok := product(sizes, base.itemSize)
	base.itemSize = size
	base.text = "(" + quoteDescr(base.text) + ", " + tupleText(sizes) + ")"
	return base, ok
}

func descrFields(list pyList, depth int) (dtype, bool) {
	d := dtype{char: 'V'}
	var parts []string
	for _, item := range list {
		field, ok := item.(pyTuple)
		if !ok || len(field) < 2 || depth > maxDTypeDepth {
			return dtype{}, false
		}
		inner, ok := descrType(field[1], depth+1)
		if ok && len(field) > 2 {
			inner, ok = subarray(inner, field[2], true)
		}
		if !ok || d.itemSize+inner.itemSize < d.itemSize {
			return dtype{}, false
		}
		d.itemSize += inner.itemSize
		d.hasObject = d.hasObject || inner.hasObject
		parts = append(parts, "("+fieldLabel(field[0])+", "+fieldDescr(inner.text)+")")
	}
	d.text = "[" + strings.Join(parts, ", ") + "]"
	return d, true
}

// fieldLabel writes a field's name, or its title and name.
func fieldLabel(v any) string {
	if pair, ok := v.(pyTuple); ok && len(pair) == 2 {
		title, _ := pair[0].(string)
		name, _ := pair[1].(string)
		return "(" + pythonQuote(title) + ", " + pythonQuote(name) + ")"
	}
	name, _ := v.(string)
	return pythonQuote(name)
}

// npy reads an array at an offset of a .npy file and, where it holds objects,
// the pickle behind the header. It returns where the array ends. What stands
// behind a header that NumPy may read otherwise is looked at as a pickle.
func (w *walk) npy(member string, r io.ReaderAt, at, size int64) (a array, end int64, ok bool) {
	h, err := readNpyHeader(io.NewSectionReader(r, at, size-at))
	s := &stream{at: r, size: size, member: member}
	behind := at + h.data
	if err != nil {
		w.issue(IssueMalformed, member, at, "%v", err)
		w.read(s, &reading{offset: behind, again: true})
		return array{}, size, false
	}
	if h.dtype.hasObject {
		first := &reading{offset: behind, after: func(p *pickle.Program) bool { return npyAt(r, p.End) }}
		w.read(s, first)
		w.settle(s, first)
		if first.whole == 0 {
			return h.array, size, true
		}
		return h.array, first.end, true
	}
	end = behind + h.bytes
	if h.bytes != size-behind && !npyAt(r, end) {
		kind := IssueTrailing
		if end > size {
			kind = IssueTruncated
		}
		w.issue(kind, member, behind, "%d bytes of data where the header says %d", size-behind, h.bytes)
		w.read(s, &reading{offset: end, again: true})
	}
	return h.array, end, true
}

// A Python literal is nil, bool, int64, float64, string, pyTuple, pyList or pyDict.
type (
	pyTuple []any
	pyList  []any
	pyDict  map[string]any // keys that are no strings are left out
)

// parsePython reads one Python literal.
func parsePython(text string) (any, error) {
	p := &literalParser{text: text}
	v := p.value(0)
	p.space()
	if p.failed || p.at != len(p.text) {
		return nil, fmt.Errorf("no Python literal at byte %d", p.at)
	}
	return v, nil
}

type literalParser struct {
	text   string
	at     int
	failed bool
}

// maxLiteralNesting bounds the recursion of the literal parser.
const maxLiteralNesting = 32

// space steps over what stands between tokens, comments too.
func (p *literalParser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\r', '\n', '\f', 0:
			p.at++
		case '#':
			for p.at < len(p.text) && p.text[p.at] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

// take steps over c where it comes next.
func (p *literalParser) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *literalParser) fail() any {
	p.failed = true
	return nil
}

func (p *literalParser) value(depth int) any {
	p.space()
	if p.failed || depth > maxLiteralNesting || p.at == len(p.text) {
		return p.fail()
	}
	switch p.text[p.at] {
	case '(':
		items, comma := p.items(')', depth)
		if len(items) == 1 && !comma {
			return items[0]
		}
		return pyTuple(items)
	case '[':
		items, _ := p.items(']', depth)
		return pyList(items)
	case '{':
		return p.dict(depth)
	case '\'', '"':
		return p.str()
	case 'u', 'b':
		p.at++
		return p.str()
	}
	return p.word()
}

func (p *literalParser) items(end byte, depth int) (items []any, comma bool) {
	p.at++
	for !p.failed && !p.take(end) {
		items = append(items, p.value(depth+1))
		comma = p.take(',')
		if !comma {
			if !p.take(end) {
				p.failed = true
			}
			break
		}
	}
	return items, comma
}

func (p *literalParser) dict(depth int) any {
	p.at++
	dict := pyDict{}
	for !p.failed && !p.take('}') {
		key := p.value(depth + 1)
		if !p.take(':') {
			return p.fail()
		}
		value := p.value(depth + 1)
		if name, ok := key.(string); ok {
			dict[name] = value
		}
		if !p.take(',') {
			if !p.take('}') {
				return p.fail()
			}
			break
		}
	}
	return dict
}

func (p *literalParser) str() any {
	if p.at >= len(p.text) {
		return p.fail()
	}
	quote := p.text[p.at]
	p.at++
	var b strings.Builder
	for p.at < len(p.text) && p.text[p.at] != quote {
		if p.text[p.at] == '\\' && p.at+1 < len(p.text) {
			p.at++
			p.escape(&b)
			continue
		}
		b.WriteByte(p.text[p.at])
		p.at++
	}
	if !p.take(quote) {
		return p.fail()
	}
	return b.String()
}

// escapeDigits are the escapes that a number follows, in hexadecimal digits.
var escapeDigits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// escape reads what follows a backslash.
func (p *literalParser) escape(b *strings.Builder) {
	c := p.text[p.at]
	p.at++
	if digits := escapeDigits[c]; digits > 0 {
		n, err := strconv.ParseUint(p.text[p.at:min(p.at+digits, len(p.text))], 16, 32)
		p.failed = p.failed || err != nil
		p.at = min(p.at+digits, len(p.text))
		b.WriteRune(rune(n))
		return
	}
	if i := strings.IndexByte("ntr", c); i >= 0 {
		c = "\n\t\r"[i]
	}
	b.WriteByte(c)
}

func (p *literalParser) word() any {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,:)]}", p.text[p.at]) < 0 {
		p.at++
	}
	switch word := p.text[start:p.at]; word {
	case "None":
		return nil
	case "True":
		return true
	case "False":
		return false
	default:
		n, err := strconv.ParseInt(strings.TrimSuffix(word, "L"), 10, 64)
		if err == nil {
			return n
		}
		return p.fail()
	}
}
