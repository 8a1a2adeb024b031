package pickle

// Items and pairs that opcodes put on containers and on what calls gave.

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
