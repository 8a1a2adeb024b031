package pickle

import (
	"bytes"
	"cmp"
	"strings"
	"unicode/utf8"
)

// The opcodes that reach outside the program: imports, calls, states and
// items, persistent ids. Each records what it does before anything about it
// can fail.

func (m *machine) loadGlobal() error {
	v, err := m.importLines()
	if err != nil {
		return err
	}
	return m.push(v)
}

// importLines reads a module and a name and imports them. Where the input
// ends inside a line pickle.py still imports, with the line's last byte
// dropped: then there is an error as well as a value.
func (m *machine) importLines() (Value, error) {
	m.bulk = m.bulk || m.op == opObj
	line, cut := m.nameLine()
	module := append(make([]byte, 0, 64), line...)
	var name []byte
	if cut == nil {
		name, cut = m.nameLine()
	}
	if cut != nil {
		m.note(LineCut)
	} else if len(module) == 0 || len(name) == 0 {
		m.note(EmptyLine) // the C unpickler fails; in pickle.py it is for the import to fail
	}
	if !utf8.Valid(module) || !utf8.Valid(name) || m.op == opInst && !(isASCII(module) && isASCII(name)) {
		return 0, ErrText
	}
	v, err := m.global(module, name, true)
	if err == nil {
		err = cut
	}
	return v, err
}

// nameLine reads a line with the carriage return at its end, if there is one.
func (m *machine) nameLine() ([]byte, error) {
	line, whole := m.r.line()
	if whole {
		m.withoutCarriage(line)
		return line, nil
	}
	return line[:max(len(line)-1, 0)], ErrTruncated
}

// loadStackGlobal imports a name whose parts lie on the stack. Both must be
// exact str; what an import, a call or a callback gave may be one, unknown
// to us.
func (m *machine) loadStackGlobal() error {
	parts, err := m.pop(2)
	if err != nil {
		return err
	}
	module, known := m.nameText(parts[0])
	name, knownToo := m.nameText(parts[1])
	if !known && !m.mayBeText(parts[0]) || !knownToo && !m.mayBeText(parts[1]) {
		return ErrType
	}
	var v Value
	if known && knownToo {
		if err := m.globalUTF8(parts[0], parts[1]); err != nil {
			return err
		}
		v, err = m.global(module, name, false)
	} else {
		made := !known && m.likelyText(parts[0]) || !knownToo && m.likelyText(parts[1])
		v, err = m.intern('?', Global{Kind: Computed, RawModule: string(module), RawQualname: string(name), Made: made})
	}
	if err != nil {
		return err
	}
	return m.push(v)
}

// globalUTF8 imports a name in bytes of Python 2 as a loader with
// encoding="utf-8" takes it, which torch's is, where that is another name.
func (m *machine) globalUTF8(module, name Value) error {
	var parts [2][]byte
	differ := false
	for i, v := range []Value{module, name} {
		n := m.nodes.at(int(v))
		parts[i] = m.text.at(n.ref, int(n.n))
		if n.kind == ByteText && !isASCII(parts[i]) {
			if !utf8.Valid(parts[i]) {
				return nil
			}
			differ = true
		}
	}
	if !differ {
		return nil
	}
	_, err := m.global(parts[0], parts[1], false)
	return err
}

// nameText returns the text of v where it is text that fits in a name.
func (m *machine) nameText(v Value) ([]byte, bool) {
	if !isNode(v) {
		return nil, false
	}
	n := m.nodes.at(int(v))
	if n.kind != Text && n.kind != ByteText || int(n.n) > m.limits.MaxName {
		return nil, false
	}
	text := m.text.at(n.ref, int(n.n))
	if n.kind == ByteText && !isASCII(text) { // only a loader with encoding="latin1" takes it for text
		text = latin1(text)
	}
	return text, true
}

// mayBeText tells whether v can be an exact str. What a call gave can, also
// what a class's __new__ gave: that of numpy.object_ returns its argument.
func (m *machine) mayBeText(v Value) bool {
	switch m.kind(v) {
	case Class, Instance, Persistent, Inline, Text, ByteText, longText:
		return true
	}
	return false
}

// likelyText tells whether v is what a program would make a name of on
// purpose, and not what a reading gone astray takes for one.
func (m *machine) likelyText(v Value) bool {
	switch m.kind(v) {
	case Class:
		return false
	case Inline: // an array, but for what a nested pickle left
		return m.kind(Value(m.nodes.at(int(v)).ref)) != Bytes
	case Instance:
	default:
		return true
	}
	n := m.nodes.at(int(v))
	e := m.events.at(int(n.n)).public()
	class, ok := m.classOf(n)
	if !ok {
		return true
	}
	g := m.globals[globalIndex(class)]
	switch {
	case g.Module == "builtins" && g.Qualname == "str", g.Module == "numpy" && strings.HasPrefix(g.Qualname, "object"):
		return true
	case e.Kind >= NewObj || e.Subject != class: // an object of another class
		return false
	}
	return g.Module != "numpy" || g.Qualname != "dtype"
}

// global imports a plain name. Names of lines lose the carriage return at
// their ends, which Raw keeps.
func (m *machine) global(module, name []byte, lines bool) (Value, error) {
	if len(module) > m.limits.MaxName || len(name) > m.limits.MaxName {
		short := func(b []byte) string { return string(b[:min(len(b), 64)]) }
		return m.intern('?', Global{Kind: Computed, RawModule: short(module), RawQualname: short(name)})
	}
	class, protocol := byte('3'), m.protocol
	if m.mapAs >= 0 {
		protocol = m.mapAs
	}
	if protocol < 3 {
		class = '2'
	}
	mangled := lines && (bytes.HasSuffix(module, []byte("\r")) || bytes.HasSuffix(name, []byte("\r")))
	if mangled {
		class += 'a' - '2' // for a name of its own
	}
	m.key = append(append(append(append(m.key[:0], class), module...), 0), name...)
	if i, ok := m.index[string(m.key)]; ok {
		m.globals[i].Count++
		return globalValue(i), nil
	}
	g := Global{RawModule: string(module), RawQualname: string(name)}
	g.Module, g.Qualname = g.RawModule, g.RawQualname
	if mangled {
		g.Module, g.Qualname = strings.TrimSuffix(g.Module, "\r"), strings.TrimSuffix(g.Qualname, "\r")
	}
	if protocol < 3 {
		g.Module, g.Qualname = Python3Name(g.Module, g.Qualname)
	}
	return m.intern(class, g)
}

// intern returns the value of a global; equal ones are one.
func (m *machine) intern(class byte, g Global) (Value, error) {
	key := string(class) + g.RawModule + "\x00" + g.RawQualname
	if i, ok := m.index[key]; ok {
		m.globals[i].Made = m.globals[i].Made || g.Made
		m.globals[i].Count++
		return globalValue(i), nil
	}
	if len(m.globals) >= m.limits.MaxNames {
		return 0, &LimitError{"MaxNames", int64(m.limits.MaxNames)}
	}
	g.Offset, g.Count = m.at, 1
	g.watched = g.Kind == Named && m.loader != nil && m.loader.Watch(g.Module, g.Qualname)
	i := len(m.globals)
	m.index[key] = i
	m.globals = append(m.globals, g)
	return globalValue(i), m.take(160 + 2*len(key))
}

var extensionSizes = map[byte]int{opExt1: 1, opExt2: 2, opExt4: 4}

func (m *machine) loadExt() error {
	code, err := m.number(extensionSizes[m.op])
	if err != nil {
		return err
	}
	if code == 0 || m.op == opExt4 && int32(code) < 0 {
		return ErrArgument
	}
	m.note(NeedsRegistry)
	if known, ok := m.decoder.extensions[int64(code)]; ok {
		v, err := m.global(known.module, known.name, false)
		if err != nil {
			return err
		}
		return m.push(v)
	}
	var digits [8]byte
	for i := range digits {
		digits[i] = "0123456789abcdef"[code>>(28-4*i)&15]
	}
	v, err := m.intern('x', Global{Kind: Extension, Code: int64(code), RawQualname: string(digits[:])})
	if err != nil {
		return err
	}
	return m.push(v)
}

func (m *machine) loadPersid() error {
	m.note(NeedsCallback)
	var id Value
	if m.op == opPersid {
		line, err := m.line()
		if err != nil {
			return err
		}
		if !isASCII(line) {
			return ErrText
		}
		line = line[:min(len(line), maxText)]
		if err := m.pushText(Text, line); err != nil {
			return err
		}
	}
	top, err := m.pop(1)
	if err != nil {
		return err
	}
	id = top[0]
	v, err := m.node(node{kind: Persistent, ref: uint64(id)})
	if err != nil {
		return err
	}
	if inner, ok := m.PersistentID(id); !ok || m.kind(inner) != Persistent { // deeper ones say nothing new, a byte each
		if _, err := m.record(Reference, v, id); err != nil {
			return err
		}
	}
	return m.push(v)
}

// loadCall notes a call and pushes an instance for its result.
func (m *machine) loadCall() error {
	kind, callable, args, err := m.callOperands()
	if err != nil {
		return err
	}
	event, err := m.record(kind, callable, args)
	if err != nil {
		return err
	}
	m.Calls++
	switch m.kind(callable) {
	case Class, Instance, Persistent, Inline:
	default:
		return ErrType
	}
	if err := m.checkArguments(args); err != nil {
		return err
	}
	if items := m.items(args); len(items) == 3 && m.isCopyreg(callable, "add_extension") {
		m.register(items[2], items[0], items[1])
	}
	return m.pushNode(node{kind: Instance, n: uint32(event)})
}

// callOperands takes a call's operands off the stack.
func (m *machine) callOperands() (kind EventKind, callable, args Value, err error) {
	switch m.op {
	case opReduce, opNewobj:
		operands, err := m.pop(2)
		if err != nil {
			return 0, 0, 0, err
		}
		kind = Reduce
		if m.op == opNewobj {
			kind = NewObj
		}
		return kind, operands[0], operands[1], nil
	case opNewobjEx:
		operands, err := m.pop(3)
		if err != nil {
			return 0, 0, 0, err
		}
		callable = operands[0]
		args, err = m.tuple(operands[1:3])
		return NewObjEx, callable, args, err
	case opInst:
		callable, cut := m.importLines()
		if cut != nil && callable == 0 {
			return 0, 0, 0, cut
		}
		operands, err := m.popToMark()
		if err != nil {
			return 0, 0, 0, cmp.Or(cut, err)
		}
		if args, err = m.tuple(operands); err == nil && cut != nil { // pickle.py calls it before it misses the rest
			if _, err = m.record(Inst, callable, args); err == nil {
				err = cut
			}
		}
		return Inst, callable, args, err
	}
	m.bulk = true
	operands, err := m.popToMark()
	if err != nil {
		return 0, 0, 0, err
	}
	if len(operands) == 0 {
		return 0, 0, 0, ErrStack
	}
	callable = operands[0]
	args, err = m.tuple(operands[1:])
	return Obj, callable, args, err
}

// checkArguments fails where no unpickler takes the arguments of a call.
// pickle.py takes anything iterable; the C unpickler wants a tuple.
func (m *machine) checkArguments(args Value) error {
	if m.op == opNewobjEx {
		pair := m.items(args)
		if k := m.kind(pair[1]); k != Dict {
			if m.atom(pair[1]) {
				return ErrType
			}
			m.note(LooseType)
		} else if !m.keywords(pair[1]) {
			m.note(LooseType)
		}
		args = pair[0]
	}
	if m.kind(args) == Tuple {
		return nil
	}
	switch m.kind(args) {
	case None, Bool, Int, Float, bigInt:
		return ErrType
	}
	m.note(LooseType)
	return nil
}

// keywords tells whether the keys of a dict are all str.
func (m *machine) keywords(v Value) bool {
	for key := range m.Pairs(v) {
		if k := m.Kind(key); k != Text && k != ByteText {
			return false
		}
	}
	return true
}

// atom tells whether v is a plain number, text or None.
func (m *machine) atom(v Value) bool {
	switch m.kind(v) {
	case None, Bool, Int, Float, bigInt, Text, ByteText, Bytes, longText:
		return true
	}
	return false
}

// loadBuild notes a state. On an instance the state is kept with it; on
// anything else the event alone tells of it.
func (m *machine) loadBuild() error {
	if m.sp-m.fence < 2 {
		return ErrStack
	}
	m.sp--
	target, state := m.stack[m.sp-1], m.stack[m.sp]
	if _, err := m.record(State, target, state); err != nil {
		return err
	}
	switch m.kind(target) {
	case Instance:
		n := m.nodes.at(int(target))
		if err := m.chain(n, m.stack[m.sp:m.sp+1], tagState); err != nil {
			return err
		}
		if m.loader != nil && m.watchedClass(n) {
			if m.r.Offset() == m.frame {
				m.frame = 0 // what the loader reads lies between frames
			}
			return m.loader.AfterBuild(&Built{m: m, Target: target})
		}
		return nil
	case Class, Persistent, Inline, Buffer:
		return nil
	}
	if state == none { // a plain object takes no state but none at all
		return nil
	}
	m.note(LooseType)
	if pair := m.items(state); m.falsy(state) || len(pair) == 2 && m.falsy(pair[0]) && m.falsy(pair[1]) {
		return nil // pickle.py asks for truth alone
	}
	return ErrType
}

// falsy tells whether Python takes v for false.
func (m *machine) falsy(v Value) bool {
	if v == none || v == smallInt {
		return true
	}
	if isNode(v) && m.nodes.at(int(v)).kind == Float {
		return m.nodes.at(int(v)).ref<<1 == 0
	}
	size, ok := m.length(v)
	return ok && size == 0
}

// isCopyreg tells whether v is that name of copyreg.
func (m *machine) isCopyreg(v Value, name string) bool {
	if !isGlobal(v) {
		return false
	}
	g := &m.globals[globalIndex(v)]
	return g.Module == "copyreg" && g.Qualname == name
}

// register notes what a file enters in copyreg's registry, which stays for
// the programs that follow.
func (m *machine) register(code, module, name Value) {
	n, ok := m.Int(code)
	moduleText, ok2 := m.nameText(module)
	nameText, ok3 := m.nameText(name)
	if !ok || !ok2 || !ok3 || len(m.decoder.extensions) >= maxExtensions {
		return
	}
	if m.decoder.extensions == nil {
		m.decoder.extensions = map[int64]extension{}
	}
	m.decoder.extensions[n] = extension{bytes.Clone(moduleText), bytes.Clone(nameText)}
}

// maxExtensions bounds what a file may register: the call itself is recorded in any case.
const maxExtensions = 1 << 16

func (m *machine) watchedClass(n *node) bool {
	class, ok := m.classOf(n)
	return ok && m.globals[globalIndex(class)].watched
}

// loadItems puts items or pairs on something that burst would not handle.
func (m *machine) loadItems() error {
	width, several := 1, m.op != opAppend && m.op != opSetitem
	if m.op == opSetitem || m.op == opSetitems {
		width = 2
	}
	var values []Value
	var err error
	if several {
		values, err = m.popToMark()
	} else {
		values, err = m.pop(width)
	}
	if err != nil {
		return err
	}
	if m.sp <= m.fence {
		return ErrStack
	}
	target := m.stack[m.sp-1]
	if len(values) == 0 {
		return m.checkTarget(target)
	}
	if len(values)%width != 0 {
		switch m.kind(target) {
		case Instance, Class, Persistent, Inline: // pickle.py sets the whole pairs before it fails
			if _, err := m.record(Items, target, values[len(values)-1]); err != nil {
				return err
			}
		}
		return ErrArgument
	}
	if kind := m.kind(target); kind == Dict || kind == Set {
		if err := m.checkHashable(values, width); err != nil {
			return err
		}
	}
	return m.putItems(target, values, width)
}

// checkTarget notes an object that takes no items and is given none: the C
// unpickler does not look at it then, and pickle.py does. It also calls the
// extend of what is no list.
func (m *machine) checkTarget(target Value) error {
	switch m.kind(target) {
	case Instance, Class, Persistent, Inline:
		if m.op == opAppends {
			_, err := m.record(Items, target, none)
			return err
		}
	case Buffer:
	case List, ByteArray, longText:
		if m.op == opAdditems {
			m.note(LooseType)
		}
	case Set:
		if m.op == opAppends {
			m.note(LooseType)
		}
	default:
		if m.op != opSetitems {
			m.note(LooseType)
		}
	}
	return nil
}

func (m *machine) putItems(target Value, values []Value, width int) error {
	kind := m.kind(target)
	switch {
	case kind == List && m.op != opAdditems && width == 1, kind == Dict && width == 2, kind == Set && m.op == opAdditems:
		return m.add(m.nodes.at(int(target)), values, width)
	case kind == Instance, kind == Class, kind == Persistent, kind == Inline:
		if _, err := m.record(Items, target, values[len(values)-1]); err != nil {
			return err
		}
		if m.isCopyreg(target, "_inverted_registry") && width == 2 {
			for i := 0; i+1 < len(values); i += 2 {
				if pair := m.items(values[i+1]); len(pair) == 2 {
					m.register(values[i], pair[0], pair[1])
				}
			}
		}
		if kind != Instance {
			return nil
		}
		tag := tagItems
		if width == 2 {
			tag = tagPairs
		}
		return m.chain(m.nodes.at(int(target)), values, tag)
	case kind == List && width == 2:
		m.note(ListItemSet)
		return nil
	case kind == ByteArray || kind == longText && Kind(m.nodes.at(int(target)).flag) == ByteArray || kind == Buffer:
		m.note(LooseType)
		return nil
	}
	return ErrType
}

// checkHashable fails for keys, every step-th value, that Python cannot hash.
func (m *machine) checkHashable(values []Value, step int) error {
	const most = 1 << 12 // shared tuples could make this long
	var todo []Value
	for i := 0; i < len(values); i += step {
		if isNode(values[i]) && !m.plainKey(values[i]) {
			todo = append(todo[:0], values[i])
		}
		for seen := 0; len(todo) > 0; seen++ {
			if seen == most {
				m.note(LooseType)
				break
			}
			v := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			switch m.kind(v) {
			case List, Dict, Set, ByteArray:
				return ErrUnhashable
			case longText:
				if Kind(m.nodes.at(int(v)).flag) == ByteArray {
					return ErrUnhashable
				}
			case Tuple:
				todo = append(todo, m.items(v)...)
			}
		}
	}
	return nil
}

func (m *machine) loadContainer() error {
	values, err := m.popToMark()
	if err != nil {
		return err
	}
	kind, width := List, 1
	switch m.op {
	case opDict:
		kind, width = Dict, 2
	case opFrozenset:
		kind = FrozenSet
	}
	if len(values)%width != 0 {
		return ErrArgument
	}
	if kind != List {
		if err := m.checkHashable(values, width); err != nil {
			return err
		}
	}
	v, err := m.node(node{kind: kind})
	if err != nil {
		return err
	}
	if err := m.add(m.nodes.at(int(v)), values, width); err != nil {
		return err
	}
	return m.push(v)
}

func (m *machine) loadBuffer() error {
	if m.op == opNextBuffer {
		m.note(NeedsBuffer)
		if m.buffers == 0 {
			v, err := m.node(node{kind: Buffer}) // stands for all: an opcode is a byte
			if err != nil {
				return err
			}
			m.buffer = v
		}
		if m.buffers++; m.buffers <= maxNotes {
			if _, err := m.record(OutOfBand, m.buffer, none); err != nil {
				return err
			}
		}
		return m.push(m.buffer)
	}
	if m.sp == m.fence {
		return ErrStack
	}
	switch top := m.stack[m.sp-1]; m.kind(top) {
	case Bytes, ByteArray, Buffer, longText:
		return nil
	case Instance, Class, Persistent, Inline:
		m.note(LooseType) // few objects have a buffer
		return nil
	}
	return ErrType
}
