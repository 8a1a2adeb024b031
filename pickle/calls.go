package pickle

import (
	"bytes"
	"cmp"
)

// Calls, states and out-of-band buffers. Each opcode records what it does
// before anything about it can fail.

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
	if m.isCopyreg(callable, "clear_extension_cache") {
		m.decoder.looked = nil
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
	if isNode(v) {
		switch n := m.nodes.at(int(v)); n.kind {
		case Float:
			return n.ref<<1 == 0
		case bigInt: // zero, written long
			return len(bytes.Trim(m.spans[n.ref].head, "\x00+-0_xXoObB")) == 0
		}
	}
	size, ok := m.length(v)
	return ok && size == 0
}

func (m *machine) watchedClass(n *node) bool {
	class, ok := m.classOf(n)
	return ok && m.globals[globalIndex(class)].watched
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
