package main

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// hostile and harmless are names that programs import, as module and
// qualified name. Names of Python 2 are mapped below protocol 3, names with
// dots are split from protocol 4 on.
var hostile = [][2]string{
	{"os", "system"}, {"posix", "system"}, {"nt", "system"}, {"builtins", "eval"}, {"__builtin__", "eval"}, {"__builtin__", "apply"},
	{"commands", "getoutput"}, {"subprocess", "Popen"}, {"os", "path.join"}, {"os.path", "join"}, {"pathlib", "os.system"}, {"copy_reg", "add_extension"},
	{"copyreg", "_inverted_registry"}, {"builtins", "getattr"}, {"__builtin__", "getattr"}, {"functools", "partial"}, {"cPickle", "loads"},
	{"_pickle", "loads"}, {"exceptions", "Exception"}, {"numpy", "__builtins__"}, {"a.b", "c"}, {"a", "b.c"}, {"", "x"}, {"x", ""}, {"", ""},
	{" os", "system"}, {"os ", "system"}, {"o\x00s", "system"}, {"o\rs", "sys\rtem"}, {"ö", "sÿstem"}, {"os", "systém"}, {"\u2028", "名前"}, {"\U0001f600", "x"},
	{"os", "system\r"}, {"urllib2", "urlopen"}, {"UserDict", "IterableUserDict"}, {"itertools", "izip"}, {"__main__", "Model"}, {"os", "__dict__"},
	{"numpy.core", "_ufunc_reconstruct"}, {"operator", "attrgetter"}, {"extension", "1"}, {"<computed>", "x"}, {"copyreg", "add_extension"},
}

var harmless = [][2]string{
	{"collections", "OrderedDict"}, {"numpy", "ndarray"}, {"numpy", "dtype"}, {"numpy.core.multiarray", "_reconstruct"}, {"numpy._core.multiarray", "_reconstruct"},
	{"numpy.core.multiarray", "scalar"}, {"copy_reg", "_reconstructor"}, {"copyreg", "_reconstructor"}, {"__builtin__", "object"}, {"builtins", "object"},
	{"builtins", "set"}, {"__builtin__", "set"}, {"builtins", "complex"}, {"_codecs", "encode"}, {"datetime", "datetime"}, {"sklearn.svm._classes", "SVC"},
	{"sklearn.pipeline", "Pipeline"}, {"sklearn.tree._tree", "Tree"}, {"builtins", "bytearray"}, {"numpy", "log1p"}, {"numpy", "float64"},
	{"sklearn.preprocessing._data", "StandardScaler"}, {"collections", "defaultdict"}, {"builtins", "slice"}, {"numpy.matrixlib.defmatrix", "matrix"},
}

func (p *program) name() [2]string {
	if p.clean || p.one(3) {
		return pick(p, harmless...)
	}
	return pick(p, hostile...)
}

// random returns a short text, mostly of no meaning.
func (p *program) random() string {
	switch p.IntN(8) {
	case 0:
		return p.name()[p.IntN(2)]
	case 1:
		return pick(p, "", "é", "\xff", "\xed\xa0\x80", "\xc0\x80", "日本", "\U0010ffff", "a\nb", "\x00", "'", "\\", "latin1", "f8", "O", "|b1")
	}
	b := make([]byte, p.IntN(6))
	for i := range b {
		b[i] = "abcxyz_.019 "[p.IntN(12)]
	}
	return string(b)
}

// value pushes an object.
func (p *program) value(depth int) {
	if depth <= 0 {
		p.atom()
		return
	}
	switch p.IntN(14) {
	case 0, 1, 2:
		p.atom()
	case 3:
		p.text(p.random())
	case 4:
		if !p.fetched(func(kind) bool { return true }) {
			p.atom()
		}
	case 5, 6:
		p.container(depth)
	case 7, 8:
		p.importName(depth)
	case 9, 10, 11:
		p.call(depth)
	case 12:
		p.reference(depth)
	default:
		p.number()
	}
	p.aside(depth)
}

// aside does something beside the point to what was pushed.
func (p *program) aside(depth int) {
	if len(p.stack) == p.fence() {
		return
	}
	top := p.stack[len(p.stack)-1]
	switch p.IntN(16) {
	case 0, 1:
		p.stored(top)
	case 2, 3, 4:
		p.fill(depth)
	case 5:
		p.op('2')
		p.push(top)
		if p.one(2) {
			p.op('0')
			p.pop(1)
		}
	case 6:
		p.op('(')
		p.marks = append(p.marks, len(p.stack))
		for range p.IntN(3) {
			p.value(depth - 2)
		}
		p.op(pick(p, byte('1'), '1', '0'))
		if p.out[len(p.out)-1] == '0' && len(p.stack) > p.fence() {
			p.pop(1)
			p.op('1')
		}
		p.pop(len(p.stack) - p.fence())
		p.marks = p.marks[:len(p.marks)-1]
	case 7:
		p.protocol()
	case 8:
		if !p.clean {
			p.frame(uint64(p.IntN(40)))
		}
	}
}

func (p *program) atom() {
	switch p.IntN(12) {
	case 0:
		p.op(pick(p, byte('N'), '\x88', '\x89'))
		p.push(other)
	case 1:
		p.op(pick(p, byte('C'), 'U'), counted(1, p.random())...)
		p.push(other)
	case 2:
		p.op(pick(p, byte('B'), 'T'), counted(4, p.random())...)
		p.push(other)
	case 3:
		p.op(pick(p, byte('\x8e'), '\x96'), counted(8, p.random())...)
		p.push(other)
	case 4:
		p.op(')')
		p.push(tuple)
	case 5:
		p.op(']')
		p.push(list)
	case 6:
		p.op('}')
		p.push(dict)
	case 7:
		p.op('\x8f')
		p.push(set)
	case 8:
		p.text(p.random())
	default:
		p.number()
	}
}

// container pushes a tuple, a list, a dict or a set of values.
func (p *program) container(depth int) {
	if p.one(3) {
		n := 1 + p.IntN(3)
		for range n {
			p.value(depth - 1)
		}
		p.op(0x84 + byte(n))
		p.pop(n)
		p.push(tuple)
		return
	}
	p.op('(')
	n := p.IntN(4)
	code := pick(p, byte('t'), 't', 'l', 'd', '\x91')
	p.marks = append(p.marks, len(p.stack))
	for range n {
		if code == 'd' || code == '\x91' && !p.one(4) {
			p.key()
		}
		if code != '\x91' || p.one(4) {
			p.value(depth - 1)
		}
	}
	p.pop(len(p.stack) - p.fence())
	p.marks = p.marks[:len(p.marks)-1]
	p.op(code)
	p.push(map[byte]kind{'t': tuple, 'l': list, 'd': dict, '\x91': other}[code])
}

// key pushes what can mostly be hashed.
func (p *program) key() {
	switch p.IntN(6) {
	case 0:
		p.number()
	case 1:
		if !p.fetched(func(k kind) bool { return k == text || k == class || k == object }) {
			p.number()
		}
	default:
		p.text(p.random())
	}
}

// importName pushes what a name gives.
func (p *program) importName(depth int) {
	n := p.name()
	switch p.IntN(8) {
	case 0, 1, 2:
		p.op('c', []byte(n[0]+p.lineEnd()+n[1]+p.lineEnd())...)
	case 3, 4, 5, 6:
		for _, part := range n {
			if p.one(10) && p.fetched(func(k kind) bool { return k == text }) {
				continue
			}
			if !p.clean && p.one(30) {
				p.value(depth - 1)
				continue
			}
			p.text(part)
		}
		p.op('\x93')
		p.pop(2)
	default:
		if p.clean {
			p.op('c', []byte(n[0]+"\n"+n[1]+"\n")...)
			break
		}
		code := pick(p, 1, 2, 3, 15, 16, 40, 0)
		switch p.IntN(3) {
		case 0:
			p.op('\x82', byte(code))
		case 1:
			p.op('\x83', byte(code), 0)
		default:
			p.op('\x84', byte(code), 0, 0, pick(p, byte(0), 0, 0, 0x80))
		}
	}
	p.push(class)
}

func (p *program) lineEnd() string {
	if !p.clean && p.one(60) {
		return pick(p, "\r\n", "\r", "\n\n", "")
	}
	return "\n"
}

// callable pushes what can be called: a name, or what a call gave.
func (p *program) callable(depth int) {
	switch {
	case p.one(12) && p.fetched(func(k kind) bool { return k == class || k == object }):
	case !p.clean && p.one(14):
		p.call(depth - 1)
	case !p.clean && p.one(30):
		p.value(depth - 1)
	default:
		p.importName(depth)
	}
}

// arguments pushes a tuple.
func (p *program) arguments(depth int) {
	switch p.IntN(8) {
	case 0, 1:
		p.op(')')
		p.push(tuple)
	case 2:
		if p.clean {
			p.op(')')
			p.push(tuple)
			break
		}
		p.value(depth - 1)
	case 3:
		if p.fetched(func(k kind) bool { return k == tuple }) {
			break
		}
		fallthrough
	default:
		n := 1 + p.IntN(3)
		if p.one(3) {
			p.importName(depth - 1)
		} else {
			p.value(depth - 1)
		}
		for range n - 1 {
			p.value(depth - 2)
		}
		p.op(0x84 + byte(n))
		p.pop(n)
		p.push(tuple)
	}
}

// call pushes what a call gives.
func (p *program) call(depth int) {
	switch p.IntN(8) {
	case 0, 1, 2:
		p.callable(depth)
		p.arguments(depth)
		p.op('R')
		p.pop(2)
	case 3, 4:
		p.callable(depth)
		p.arguments(depth)
		p.op('\x81')
		p.pop(2)
	case 5:
		p.callable(depth)
		p.arguments(depth)
		p.pairs(depth)
		p.op('\x92')
		p.pop(3)
	case 6:
		p.op('(')
		p.marks = append(p.marks, len(p.stack))
		p.callable(depth)
		for range p.IntN(3) {
			p.value(depth - 1)
		}
		p.endMark()
		p.op('o')
	default:
		p.op('(')
		p.marks = append(p.marks, len(p.stack))
		for range p.IntN(3) {
			p.value(depth - 1)
		}
		p.endMark()
		n := p.name()
		p.op('i', []byte(n[0]+p.lineEnd()+n[1]+p.lineEnd())...)
	}
	p.push(object)
}

func (p *program) endMark() {
	p.pop(len(p.stack) - p.fence())
	p.marks = p.marks[:len(p.marks)-1]
}

// pairs pushes a dict, mostly of text.
func (p *program) pairs(depth int) {
	p.op('}')
	p.push(dict)
	if p.one(2) {
		return
	}
	p.op('(')
	p.marks = append(p.marks, len(p.stack))
	for range p.IntN(3) {
		p.key()
		p.value(depth - 1)
	}
	p.endMark()
	p.op('u')
}

// fill puts something on the top of the stack.
func (p *program) fill(depth int) {
	top := p.stack[len(p.stack)-1]
	ways := map[kind]string{list: "aaee", dict: "ssuu", set: "\x90", class: "baes\x90", object: "bbbaesu\x90", pidMade: "bas"}[top]
	if !p.clean && p.one(40) {
		ways = "baesu\x90"
	}
	if ways == "" || p.clean && top == class {
		return
	}
	switch code := ways[p.IntN(len(ways))]; code {
	case 'b':
		switch p.IntN(4) {
		case 0:
			p.value(depth - 1)
		case 1:
			p.pairs(depth)
			p.pairs(depth)
			p.op('\x86')
		default:
			p.pairs(depth)
		}
		p.pop(1)
		p.op(code)
		p.stack = append(p.stack[:len(p.stack)-1], top)
	case 'a':
		p.value(depth - 1)
		p.op(code)
		p.pop(1)
	case 's':
		p.key()
		p.value(depth - 1)
		p.op(code)
		p.pop(2)
	default:
		p.op('(')
		p.marks = append(p.marks, len(p.stack))
		for range p.IntN(4) {
			if code == 'u' || code == '\x90' {
				p.key()
			}
			if code != '\x90' {
				p.value(depth - 1)
			}
		}
		if !p.clean && p.one(40) {
			p.value(depth - 2)
		}
		p.endMark()
		p.op(code)
	}
}

// reference pushes what comes from outside.
func (p *program) reference(depth int) {
	if p.clean {
		p.atom()
		return
	}
	switch p.IntN(5) {
	case 0, 1:
		p.op('P', []byte(p.random()+"\n")...)
		p.push(pidMade)
	case 2, 3:
		p.value(depth - 1)
		p.op('Q')
		p.pop(1)
		p.push(pidMade)
	default:
		p.op('\x97')
		p.push(other)
		if p.one(2) {
			p.op('\x98')
		}
	}
}

func (p *program) protocol() {
	if p.clean {
		return
	}
	n := p.IntN(6)
	if p.one(30) {
		n = pick(p, 6, 255)
	}
	p.op('\x80', byte(n))
	p.proto = n
}

func (p *program) frame(size uint64) {
	if p.one(20) {
		size = pick(p, uint64(1<<63), 1<<40, 0, 1)
	}
	p.op('\x95', binary.LittleEndian.AppendUint64(nil, size)...)
}

// whole writes a program from PROTO to STOP.
func (p *program) whole() {
	start := len(p.out)
	if p.one(5) || p.clean && p.one(2) {
		p.protocol()
	} else {
		p.op('\x80', byte(2+p.IntN(4)))
	}
	framed := -1
	if p.one(4) && len(p.out) > start {
		p.frame(0)
		framed = len(p.out)
	}
	for range 1 + p.IntN(4) {
		p.value(1 + p.IntN(4))
		if !p.one(3) && len(p.stack) > 1 {
			p.op('0')
			p.pop(1)
		}
	}
	if len(p.stack) == 0 {
		p.atom()
	}
	p.op('.')
	if framed > 0 {
		size := uint64(len(p.out) - framed)
		if !p.clean && p.one(4) {
			size = uint64(p.IntN(2 * int(size)))
		}
		binary.LittleEndian.PutUint64(p.out[framed-8:], size)
	}
	p.stack, p.marks, p.proto = p.stack[:0], p.marks[:0], 0
}

func newProgram(r *rand.Rand, clean bool) *program {
	return &program{Rand: r, memo: map[uint64]kind{}, clean: clean}
}

// randomProgram writes one program or a few, and damages some of them.
func randomProgram(r *rand.Rand) sample {
	p := newProgram(r, r.IntN(8) == 0)
	p.whole()
	for p.one(6) && len(p.out) < 1000 {
		if p.one(4) {
			p.out = append(p.out, pick(p, "\n", " ", "\x00", "junk", "\r\n")...)
		}
		clear(p.memo)
		p.next = 0
		p.whole()
	}
	if p.one(4) {
		p.out = damage(r, p.out)
	}
	return sample{"x.pkl", p.out}
}

// opcodes are those of all protocols.
const opcodes = "(.0" + "12FIJKLMNPQRSTUVX" + "abcdeghijloprstqu}]()" + "BC" +
	"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98"

// damage changes, adds or takes away a few bytes.
func damage(r *rand.Rand, data []byte) []byte {
	for range 1 + r.IntN(3) {
		at := r.IntN(len(data) + 1)
		switch r.IntN(7) {
		case 0:
			data = data[:at]
		case 1:
			if at < len(data) {
				data[at] = byte(r.Uint32())
			}
		case 2:
			if at < len(data) {
				data[at] ^= 1 << r.IntN(8)
			}
		case 3:
			data = slices.Delete(data, at, min(len(data), at+1+r.IntN(4)))
		case 4:
			data = slices.Insert(data, at, opcodes[r.IntN(len(opcodes))])
		case 5:
			end := min(len(data), at+r.IntN(20))
			data = slices.Insert(data, r.IntN(len(data)+1), slices.Clone(data[at:end])...)
		default:
			data = slices.Insert(data, at, []byte{opcodes[r.IntN(len(opcodes))], opcodes[r.IntN(len(opcodes))]}...)
		}
	}
	return data
}
