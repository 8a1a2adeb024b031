package inspect

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var _ = register(format{name: "gguf", match: magic(0, "GGUF"), read: readGGUF,
	doc: "the header: metadata, chat templates, tensors with dtype and shape"})

const (
	maxGGUFKeys    = 1 << 16
	maxGGUFTensors = 1 << 20
	maxGGUFNesting = 4 // of arrays in arrays
	maxGGUFDims    = 4
)

// ggufType is how a tensor's numbers are packed: blocks of so many items in so many bytes.
type ggufType struct {
	name         string
	block, bytes int64
}

var ggufTypes = map[uint32]ggufType{
	0: {"<f4", 1, 4}, 1: {"<f2", 1, 2}, 2: {"Q4_0", 32, 18}, 3: {"Q4_1", 32, 20}, 6: {"Q5_0", 32, 22}, 7: {"Q5_1", 32, 24},
	8: {"Q8_0", 32, 34}, 9: {"Q8_1", 32, 40}, 10: {"Q2_K", 256, 84}, 11: {"Q3_K", 256, 110}, 12: {"Q4_K", 256, 144},
	13: {"Q5_K", 256, 176}, 14: {"Q6_K", 256, 210}, 15: {"Q8_K", 256, 292}, 16: {"IQ2_XXS", 256, 66}, 17: {"IQ2_XS", 256, 74},
	18: {"IQ3_XXS", 256, 98}, 19: {"IQ1_S", 256, 50}, 20: {"IQ4_NL", 32, 18}, 21: {"IQ3_S", 256, 110}, 22: {"IQ2_S", 256, 82},
	23: {"IQ4_XS", 256, 136}, 24: {"|i1", 1, 1}, 25: {"<i2", 1, 2}, 26: {"<i4", 1, 4}, 27: {"<i8", 1, 8}, 28: {"<f8", 1, 8},
	29: {"IQ1_M", 256, 56}, 30: {"bfloat16", 1, 2}, 31: {"Q4_0_4_4", 32, 18}, 32: {"Q4_0_4_8", 32, 18}, 33: {"Q4_0_8_8", 32, 18},
	34: {"TQ1_0", 256, 54}, 35: {"TQ2_0", 256, 66}, 36: {"IQ4_NL_4_4", 32, 18}, 37: {"IQ4_NL_4_8", 32, 18}, 38: {"IQ4_NL_8_8", 32, 18},
	39: {"MXFP4", 32, 17}, 40: {"NVFP4", 64, 36}, 41: {"Q1_0", 128, 18},
}

// The types of values in the metadata.
const (
	ggufU8 = iota
	ggufI8
	ggufU16
	ggufI16
	ggufU32
	ggufI32
	ggufF32
	ggufBool
	ggufText
	ggufArray
	ggufU64
	ggufI64
	ggufF64
)

var ggufWords = []string{"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "bool", "str", "array", "uint64", "int64", "float64"}

var ggufSizes = []int64{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}

// gguf is the reading of one file.
type gguf struct {
	*cursor
	w         *walk
	version   uint32
	alignment int64
	root      *Object
	seen      map[string]bool
	spans     [][2]int64 // of tensors, behind the header
	names     []ggufTensor
}

type ggufTensor struct {
	name  string
	array array
}

func readGGUF(w *walk, r io.ReaderAt, size int64) bool {
	w.format("gguf")
	g := &gguf{cursor: newCursor(r, size), w: w, alignment: 32, root: &Object{Class: "gguf"}, seen: map[string]bool{}}
	g.skip(4)
	g.version = g.u32()
	if g.version&0xffff == 0 {
		g.order, g.version = binary.BigEndian, g.version>>24|g.version>>8&0xff00
	}
	if g.bad || g.version < 1 || g.version > 3 {
		w.issue(IssueUnsupported, w.member, 4, "this is GGUF of version %d; versions 1 to 3 are read", g.version)
		return true
	}
	g.root.param("version", int64(g.version))
	if g.order == binary.BigEndian {
		g.root.param("byte_order", "big")
	}
	if g.header() {
		g.layout()
	}
	w.describe(g.root)
	return true
}

// fail files an issue at the cursor, where the file is not at its end.
func (g *gguf) fail(kind IssueKind, format string, args ...any) bool {
	if g.bad {
		kind, format, args = IssueTruncated, "the header ends early", nil
	}
	g.w.issue(kind, g.w.member, g.at, format, args...)
	return false
}

// length reads a count or a length, which version 1 has in half the size.
func (g *gguf) length() uint64 {
	if g.version == 1 {
		return uint64(g.u32())
	}
	return g.u64()
}

func (g *gguf) header() bool {
	tensors, keys := g.length(), g.length()
	if g.bad || keys > maxGGUFKeys || tensors > maxGGUFTensors {
		return g.fail(IssueLimit, "%d keys and %d tensors, of which %d and %d are read", keys, tensors, maxGGUFKeys, maxGGUFTensors)
	}
	for range keys {
		if !g.key() {
			return false
		}
	}
	clear(g.seen)
	for range tensors {
		if g.w.late(g.at) || !g.tensor() {
			return false
		}
	}
	return true
}

// key reads a name and its value.
func (g *gguf) key() bool {
	at := g.at
	name := g.text(g.length())
	kind := g.u32()
	if g.bad || g.w.late(at) {
		return g.bad && g.fail(IssueTruncated, "")
	}
	if g.seen[name] {
		g.w.issue(IssueAmbiguous, g.w.member, at, "the key %s is there more than once", shortQuote(name))
	}
	g.seen[name] = true
	start := g.at
	value, ok := g.value(kind, 0)
	if !ok || g.bad {
		return g.fail(IssueMalformed, "the value of the key %s is of type %d", shortQuote(name), kind)
	}
	if n, ok := value.(int64); ok && name == "general.alignment" {
		if n <= 0 || n > 1<<30 || n&(n-1) != 0 {
			return g.fail(IssueMalformed, "an alignment of %d", n)
		}
		g.alignment = n
	}
	if kind == ggufText && strings.HasPrefix(name, "tokenizer.chat_template") {
		g.template(name, start)
	}
	g.root.param(name, value)
	if strings.HasPrefix(name, "general.") {
		g.w.metadata(name, value, g.w.member)
	}
	return true
}

// ggufReach matches what a chat template has no use for, and what one needs
// that is to run code: the way from a value to Python's modules leads through
// its class. Programs render templates by Jinja, not all of them in its sandbox.
var ggufReach = regexp.MustCompile(`__(class|bases?|mro|subclasses|globals|builtins|init|import|getattribute|dict|code|closure|reduce(_ex)?|loader|spec)__|` +
	`\\(x5f|u005f)|\|\s*attr\s*\(`)

const maxTemplate = 1 << 20

// template looks at a chat template, the text that was read from start on.
func (g *gguf) template(name string, start int64) {
	if g.at-start > maxTemplate {
		g.fail(IssueLimit, "a chat template of %d bytes, of which %d are read", g.at-start, maxTemplate)
	}
	if found := ggufReach.Find(g.hold(start, g.at, maxTemplate)); found != nil {
		g.w.hazard(Hazard{"template-code", name, "the chat template reaches for " + shortQuote(string(found)) + ", which is how one runs code", g.w.member, start})
	}
}

// value reads a value as a parameter shows it.
func (g *gguf) value(kind uint32, depth int) (any, bool) {
	switch kind {
	case ggufU8, ggufU16, ggufU32, ggufU64:
		n := g.number(ggufSizes[kind])
		if n > math.MaxInt64 {
			return Literal(strconv.FormatUint(n, 10)), true
		}
		return int64(n), true
	case ggufI8:
		return int64(int8(g.u8())), true
	case ggufI16:
		return int64(int16(g.u16())), true
	case ggufI32:
		return int64(int32(g.u32())), true
	case ggufI64:
		return int64(g.u64()), true
	case ggufF32:
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(math.Float32frombits(g.u32())), 'g', -1, 32), 64)
		return floatValue(f), true
	case ggufF64:
		return floatValue(math.Float64frombits(g.u64())), true
	case ggufBool:
		return g.u8() != 0, true
	case ggufText:
		n := g.length()
		text := g.text(n)
		return textValue([]byte(text), n > uint64(len(text))), true
	case ggufArray:
		return g.array(depth)
	}
	return nil, false
}

// floatValue is a float as a parameter: JSON has no NaN and no infinities.
func floatValue(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Literal(floatText(f))
	}
	return f
}

func (g *gguf) number(size int64) uint64 {
	switch size {
	case 1:
		return uint64(g.u8())
	case 2:
		return uint64(g.u16())
	case 4:
		return uint64(g.u32())
	}
	return g.u64()
}

// array steps over an array and says what it is.
func (g *gguf) array(depth int) (any, bool) {
	kind, count := g.u32(), g.length()
	if g.bad || kind > ggufF64 || depth == maxGGUFNesting || count > uint64(g.left()) {
		return nil, false
	}
	for i := uint64(0); i < count && !g.bad; i++ {
		switch kind {
		case ggufText:
			n := g.length()
			if n > uint64(g.left()) {
				g.bad = true
				return nil, false
			}
			g.skip(int64(n))
		case ggufArray:
			if _, ok := g.array(depth + 1); !ok {
				return nil, false
			}
		default:
			g.skip(int64(count) * ggufSizes[kind]) // count is no more than the bytes that are left
			i = count - 1
		}
		if i&0xffff == 0xffff && g.w.late(g.at) {
			return nil, false
		}
	}
	return Literal(fmt.Sprintf("<%d of %s>", count, ggufWords[kind])), true
}

// tensor reads a tensor's name, shape, type and place.
func (g *gguf) tensor() bool {
	at := g.at
	name := g.text(g.length())
	dims := g.u32()
	if g.bad || dims > maxGGUFDims {
		return g.fail(IssueMalformed, "the tensor %s has %d dimensions", shortQuote(name), dims)
	}
	if g.seen[name] {
		g.w.issue(IssueAmbiguous, g.w.member, at, "the tensor %s is there more than once", shortQuote(name))
	}
	g.seen[name] = true
	shape := make([]int64, dims) // the first runs fastest
	for i := range shape {
		n := g.length()
		if n > math.MaxInt64 {
			return g.fail(IssueMalformed, "the tensor %s has a shape that overflows", shortQuote(name))
		}
		shape[i] = int64(n)
	}
	number := g.u32()
	offset := g.u64()
	kind, known := ggufTypes[number]
	if g.bad || !known {
		return g.fail(IssueUnsupported, "the tensor %s is of the unknown type %d", shortQuote(name), number)
	}
	count, _, fits := product(shape, kind.bytes)
	row := int64(1)
	if dims > 0 {
		row = shape[0]
	}
	if !fits || row%kind.block != 0 {
		return g.fail(IssueMalformed, "the tensor %s has a shape that does not fit its type", shortQuote(name))
	}
	size := count / kind.block * kind.bytes
	if offset > uint64(g.size) || size > g.size {
		return g.fail(IssueTruncated, "the tensor %s ends behind the file", shortQuote(name))
	}
	g.spans = append(g.spans, [2]int64{int64(offset), int64(offset) + size})
	g.names = append(g.names, ggufTensor{name, array{dtype: dtype{text: kind.name}, shape: shape, fortran: true, bytes: size, offset: int64(offset)}})
	return true
}

// layout checks that the tensors lie one behind the other, aligned.
func (g *gguf) layout() {
	start := g.aligned(g.at)
	for _, t := range g.names {
		t.array.offset += start
		if g.order == binary.BigEndian && t.array.dtype.text[0] == '<' {
			t.array.dtype.text = ">" + t.array.dtype.text[1:]
		}
		g.w.addArray("["+pythonQuote(t.name)+"]", t.array, g.w.member)
	}
	slices.SortFunc(g.spans, func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
	end := int64(0)
	for _, span := range g.spans {
		switch {
		case span[0] < end:
			g.w.issue(IssueMalformed, g.w.member, start+span[0], "a tensor begins inside another one")
		case span[0] != g.aligned(end):
			g.w.issue(IssueTrailing, g.w.member, start+end, "%d bytes between two tensors belong to none", span[0]-end)
		}
		end = max(end, span[1])
	}
	switch rest := g.size - start - end; {
	case rest < 0 && len(g.spans) > 0:
		g.w.issue(IssueTruncated, g.w.member, g.size, "the last tensor ends %d bytes behind the file", -rest)
	case rest > g.aligned(end)-end:
		g.w.issue(IssueTrailing, g.w.member, start+end, "%d bytes behind the last tensor", rest)
	}
}

func (g *gguf) aligned(at int64) int64 { return (at + g.alignment - 1) &^ (g.alignment - 1) }
