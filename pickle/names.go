package pickle

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// The opcodes that reach outside the program by a name, a code or an id:
// imports, copyreg's registry, persistent ids. Each records what it looks up
// before anything about it can fail.

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
	case Inline: // an array's bytes, but for what a nested pickle left
		data := Value(m.nodes.at(int(v)).ref)
		return m.kind(data) != longText || Kind(m.nodes.at(int(data)).flag) != Bytes
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
	g.reconstructs = reconstructors[[2]string{g.Module, g.Qualname}]
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
	if v, ok, err := m.registered(int64(code)); ok || err != nil {
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

// registered returns the name that the input registered under a code. What was
// looked up before stays in copyreg's cache; an entry made since is the answer
// only where the cache was emptied, which a file can do in more ways than are
// known here, so its name is recorded beside.
func (m *machine) registered(code int64) (Value, bool, error) {
	d := m.decoder
	entry, ok := d.extensions[code]
	if !ok {
		return 0, false, nil
	}
	cached, again := d.looked[code]
	if again && cached.entry == entry {
		v, err := m.intern(cached.class, cached.global)
		return v, true, err
	}
	v, err := m.global([]byte(entry.module), []byte(entry.name), false)
	if err != nil {
		return 0, false, err
	}
	if again {
		v, err = m.intern(cached.class, cached.global)
		return v, true, err
	}
	if d.looked == nil {
		d.looked = map[int64]lookedUp{}
	}
	d.looked[code] = lookedUp{entry, m.key[0], m.globals[globalIndex(v)]}
	return v, true, nil
}

func (m *machine) loadPersid() error {
	m.note(NeedsCallback)
	if m.op == opPersid {
		if err := m.pushPersidLine(); err != nil {
			return err
		}
	}
	top, err := m.pop(1)
	if err != nil {
		return err
	}
	id := top[0]
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

// pushPersidLine pushes the id that PERSID has as its argument. Empty ones
// are one object: each would cost 16 bytes of memory for two of the input.
func (m *machine) pushPersidLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	if !isASCII(line) {
		return ErrText
	}
	if len(line) > 0 {
		return m.pushText(Text, line[:min(len(line), maxText)])
	}
	if m.emptyID == 0 {
		if m.emptyID, err = m.node(node{kind: Text, ref: m.store(nil)}); err != nil {
			return err
		}
	}
	return m.push(m.emptyID)
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
	m.decoder.extensions[n] = extension{string(moduleText), string(nameText)}
}

// maxExtensions bounds what a file may register: the call itself is recorded in any case.
const maxExtensions = 1 << 16
