package pickle

// newerMemo is the memo of the C unpickler since Python 3.15 (gh-115952): an
// array that does not grow for an entry far out. Such entries are kept apart
// and do not count where MEMOIZE asks for the next number.
type newerMemo struct {
	size          uint64 // of the array
	dense, sparse map[uint64]Value
}

// newerMemoSize is the size that its array begins with.
const newerMemoSize = 32

func newNewerMemo() *newerMemo {
	return &newerMemo{newerMemoSize, map[uint64]Value{}, map[uint64]Value{}}
}

func (n *newerMemo) put(slot uint64, v Value) {
	if slot >= n.size {
		if slot > 2*uint64(len(n.dense)) {
			n.sparse[slot] = v
			return
		}
		n.size = 2 * slot
	}
	n.dense[slot] = v
}

func (n *newerMemo) get(slot uint64) Value {
	if v, ok := n.dense[slot]; ok {
		return v
	}
	return n.sparse[slot]
}

// step runs the opcodes up to the next that burst leaves to others, as it
// leaves all about the memo here. It is for few programs, and slow.
func (n *newerMemo) step(m *machine) (more bool, err error) {
	for soft := m.soft; m.r.pos < soft; {
		switch op := m.r.buf[m.r.pos]; op {
		case opMemoize, opBinput, opLongBinput, opPut, opBinget, opLongBinget, opGet:
			m.op, m.at = op, m.r.Offset()
			m.r.pos++
			m.Opcodes++
			return true, nil
		}
		m.soft = m.r.pos + 1
		if more, err = m.burst(); more || err != nil {
			return more, err
		}
	}
	return false, nil
}
