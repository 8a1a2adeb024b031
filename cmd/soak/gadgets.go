package main

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// gadgetNames are what attacks call or hold: executors, their twins and
// aliases, look-ups, loaders of other formats, things that are changed.
var gadgetNames = slices.Concat(hostile, [][2]string{
	{"os", "popen"}, {"posix", "popen"}, {"nt", "system"}, {"subprocess", "check_output"}, {"builtins", "exec"}, {"builtins", "compile"}, {"builtins", "open"},
	{"io", "open"}, {"_io", "open"}, {"__builtin__", "execfile"}, {"__builtin__", "file"}, {"commands", "getstatusoutput"}, {"popen2", "popen3"},
	{"pickle", "loads"}, {"dill", "loads"}, {"dill._dill", "_create_code"}, {"cloudpickle", "loads"}, {"joblib", "load"}, {"joblib.numpy_pickle", "load"},
	{"numpy", "load"}, {"pandas", "read_pickle"}, {"torch", "load"}, {"marshal", "loads"}, {"yaml", "load"}, {"shelve", "open"}, {"runpy", "_run_code"},
	{"types", "FunctionType"}, {"types", "CodeType"}, {"operator", "methodcaller"}, {"_operator", "attrgetter"}, {"_functools", "reduce"}, {"functools", "reduce"},
	{"multiprocessing.util", "spawnv_passfds"}, {"_posixsubprocess", "fork_exec"}, {"asyncio", "run"}, {"pty", "spawn"}, {"timeit", "timeit"}, {"cProfile", "run"},
	{"numpy", "size"}, {"numpy", "prod"}, {"numpy.testing._private.utils", "runstring"}, {"numpy.f2py.crackfortran", "getlincoef"}, {"sys", "modules"}, {"sys", "path"},
	{"sys", "meta_path"}, {"builtins", "__dict__"}, {"pathlib", "os.system"}, {"logging", "os.popen"}, {"sklearn.datasets", "load_svmlight_file"}, {"scipy.io", "loadmat"},
	{"zlib", "decompress"}, {"base64", "b64decode"}, {"codecs", "decode"}, {"_codecs", "decode"}, {"importlib", "import_module"}, {"__builtin__", "__import__"},
	{"builtins", "map"}, {"builtins", "list"}, {"builtins", "type"}, {"idlelib.run", "Executive.runcode"}, {"http.server", "HTTPServer"}, {"ctypes", "CDLL"},
	{"webbrowser", "open"}, {"bdb", "Bdb.run"}, {"doctest", "debug_script"}, {"site", "execsitecustomize"}, {"code", "InteractiveInterpreter.runcode"},
})

// randomGadget puts one technique of an attack, in one of all spellings, at
// one of all places of a program that is otherwise ordinary.
func randomGadget(r *rand.Rand) sample {
	p := newProgram(r, true)
	for p.one(3) {
		p.whole() // an ordinary program in front
		clear(p.memo)
		p.next = 0
		if p.one(6) {
			p.out = append(p.out, pick(p, "\n", "\x00", " ")...)
		}
	}
	p.op('\x80', byte(p.IntN(6)))
	if p.one(3) {
		p.frame(uint64(p.IntN(120)))
	}
	for range p.IntN(3) {
		p.value(3)
		p.stored(other)
		p.op('0')
		p.pop(1)
	}
	p.clean = false
	p.open()
	p.gadget()
	p.close()
	for range p.IntN(3) {
		p.value(2)
	}
	p.finish()
	return sample{"x.pkl", p.out}
}

// open and close put what comes between them somewhere inside an object.
func (p *program) open() {
	for range p.IntN(3) {
		switch p.IntN(5) {
		case 0:
			p.op('(')
			p.marks = append(p.marks, len(p.stack))
		case 1:
			p.op(']')
			p.push(list)
		case 2:
			p.op('}')
			p.push(dict)
			p.key()
		case 3:
			p.value(2)
		default:
			p.op('(')
			p.marks = append(p.marks, len(p.stack))
			p.value(1)
		}
	}
}

func (p *program) close() {
	for range p.IntN(4) {
		switch p.IntN(8) {
		case 0:
			p.op('0')
			p.pop(1)
		case 1:
			if len(p.marks) > 0 {
				p.endMark()
				p.op(pick(p, byte('t'), 'l', '1', '\x91'))
				p.push(tuple)
			}
		case 2:
			p.op(pick(p, byte('a'), 's', 'b', '\x85', '\x86', '\x87'))
		case 3:
			p.stored(object)
		case 4:
			p.fill(2)
		default:
			p.value(1)
		}
		if len(p.stack) == 0 {
			p.atom()
		}
	}
}

// operand pushes a half of a name, by a way that hides it.
func (p *program) operand(s string) {
	slot, base := byte(20+p.IntN(20)), len(p.stack)
	switch p.IntN(8) {
	case 0: // an entry that was overwritten
		p.text("harmless")
		p.op('q', slot)
		p.op('0')
		p.text(s)
		p.op('r', binary.LittleEndian.AppendUint32(nil, uint32(slot))...)
		p.op('0')
		p.op('h', slot)
	case 1: // a copy
		p.text(s)
		p.op('2')
		p.op('0')
	case 2: // a gap
		p.text(s)
		p.op('(')
		p.text("harmless")
		p.op('1')
	case 3: // something between
		p.text(s)
		p.number()
		p.op('0')
	case 4: // kept by the memo alone
		p.text(s)
		p.op('q', slot)
		p.op('\x85')
		p.op('0')
		p.op('h', slot)
	default:
		p.text(s)
	}
	p.stack = append(p.stack[:base], text)
}

// gadgetName pushes what the name of a gadget gives.
func (p *program) gadgetName() {
	n := pick(p, gadgetNames...)
	if p.one(2) {
		p.op('c', []byte(n[0]+"\n"+n[1]+"\n")...)
	} else {
		p.operand(n[0])
		p.operand(n[1])
		p.op('\x93')
		p.pop(2)
	}
	p.push(class)
	if p.one(6) {
		p.stored(class)
	}
}

// gadget does one of the things that attacks do.
func (p *program) gadget() {
	switch p.IntN(9) {
	case 0: // the name alone
		p.gadgetName()
	case 1, 2:
		p.gadgetName()
		p.arguments(2)
		p.op(pick(p, byte('R'), 'R', '\x81'))
		p.pop(2)
		p.push(object)
	case 3:
		p.op('(')
		p.marks = append(p.marks, len(p.stack))
		p.gadgetName()
		p.value(1)
		p.endMark()
		p.op('o')
		p.push(object)
	case 4:
		n := pick(p, gadgetNames...)
		p.op('(')
		p.marks = append(p.marks, len(p.stack))
		p.text("id")
		p.endMark()
		p.op('i', []byte(n[0]+"\n"+n[1]+"\n")...)
		p.push(object)
	case 5: // a change of an imported object
		p.gadgetName()
		p.fill(2)
	case 6: // a call of what a call gave
		p.gadgetName()
		p.arguments(2)
		p.op('R')
		p.pop(2)
		p.push(object)
		p.arguments(2)
		p.op('R')
		p.pop(2)
		p.push(object)
	case 7: // a registered extension
		p.op('c', []byte(pick(p, "copyreg", "copy_reg")+"\nadd_extension\n")...)
		n := pick(p, gadgetNames...)
		p.operand(n[0])
		p.operand(n[1])
		p.op('K', 77)
		p.op('\x87')
		p.pop(2)
		p.op('R')
		p.op('0')
		p.op('\x82', 77)
		p.push(class)
	default: // a harmless callable with a gadget for an argument
		p.importName(1)
		p.gadgetName()
		p.value(1)
		p.op('\x86')
		p.pop(2)
		p.op('R')
		p.pop(1)
		p.push(object)
	}
}

// finish ends the program well or badly.
func (p *program) finish() {
	if len(p.stack) == 0 {
		p.atom()
	}
	switch p.IntN(14) {
	case 0:
		p.op('h', 0xfe)
	case 1:
		p.op(pick(p, byte(0), 0xff, '!', 0x7f))
	case 2:
		return
	case 3:
		p.op('X', 0xff, 0xff, 0, 0, 'a')
	case 4:
		p.op('\x8c', 2, 0xff, 0xfe)
	case 5:
		p.op('\x80', 9)
	case 6:
		p.op('J', 1)
	case 7:
		p.op('c', []byte("os")...)
	case 8:
		p.op('N')
		p.op('R')
	case 9:
		p.op('\x95', 1)
	}
	p.op('.')
	if p.one(6) {
		p.out = append(p.out, pick(p, "\n", "\x00\x00", "N.", "cos\nsystem\n", "PK\x05\x06")...)
	}
}
