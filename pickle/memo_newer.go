package pickle

// newerMemo is the memo of the C unpickler since Python 3.15 (gh-115952): an
// array that does not grow for an entry far out. Such entries are kept apart
// and do not count where MEMOIZE asks for the next number.
type newerMemo struct {
	dense  []Value // 0 where nothing is stored
	count  uint64  // of what is stored there
	sparse map[uint64]Value
}

// newerMemoSize is the size that its array begins with.
const newerMemoSize = 32

func newNewerMemo() *newerMemo {
	return &newerMemo{dense: make([]Value, newerMemoSize), sparse: map[uint64]Value{}}
}

// put stores an entry, and returns how many bytes it takes more memory.
func (n *newerMemo) put(slot uint64, v Value) (grown int) {
	if slot >= uint64(len(n.dense)) {
		if slot > 2*n.count {
			n.sparse[slot] = v
			return 48
		}
		larger := make([]Value, 2*slot)
		grown = 4 * (len(larger) - copy(larger, n.dense))
		n.dense = larger
	}
	if n.dense[slot] == 0 {
		n.count++
	}
	n.dense[slot] = v
	return grown
}

func (n *newerMemo) get(slot uint64) Value {
	if slot < uint64(len(n.dense)) && n.dense[slot] != 0 {
		return n.dense[slot]
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
