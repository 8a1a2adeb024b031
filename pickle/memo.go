package pickle

import "bytes"

// The memo, where burst leaves it to others: growing, entries far out, and
// numbers as text.

// put stores the top of the stack in the memo. Entries far beyond those that
// were stored are kept apart, so that a number alone takes no memory.
func (m *machine) put(slot uint64) error {
	if m.sp == m.fence {
		return ErrStack
	}
	v := m.stack[m.sp-1]
	if slot >= uint64(len(m.memo)) && slot < m.roomy() {
		if err := m.growMemo(); err != nil {
			return err
		}
	}
	if slot < uint64(len(m.memo)) {
		if m.memo[slot] == 0 {
			m.stored++
		}
		m.memo[slot] = v
		m.top = max(m.top, int(slot)+1)
		return nil
	}
	if slot >= maxDenseMemo {
		m.note(LooseType)
	}
	if m.sparse == nil {
		m.sparse = make(map[uint64]Value)
	}
	if _, ok := m.sparse[slot]; !ok {
		m.stored++
	}
	m.sparse[slot] = v
	return m.take(48)
}

// roomy is how long the memo would be if it grew now; 0 where that is not
// much longer than it is, since growing costs as much as all that it holds.
func (m *machine) roomy() uint64 {
	if n := 2 * (m.stored + firstMemo); n > len(m.memo)/2*3 {
		return uint64(n)
	}
	return 0
}

func (m *machine) growMemo() error {
	grown := make([]Value, m.roomy())
	copy(grown, m.memo)
	before := len(m.memo)
	m.memo = grown
	collect(int64(before) * 4)
	for slot, v := range m.sparse {
		if slot < uint64(len(grown)) {
			grown[slot] = v
			m.top = max(m.top, int(slot)+1)
			delete(m.sparse, slot)
		}
	}
	return m.take(len(grown) * 4)
}

func (m *machine) get(slot uint64) error {
	if slot < uint64(len(m.memo)) && m.memo[slot] != 0 {
		return m.push(m.memo[slot])
	}
	if v, ok := m.sparse[slot]; ok {
		return m.push(v)
	}
	return ErrMemo
}

func (m *machine) loadMemoLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	line = m.beforeNUL(line)
	slot, ok := parseInt(line, 10)
	if digits, negative, _, isInt := pythonDigits(line, 10); !ok && isInt && !negative && len(digits) <= maxText {
		return m.hugeMemo(string(bytes.TrimLeft(bytes.ReplaceAll(digits, []byte("_"), nil), "0")))
	}
	if !ok || slot < 0 {
		return ErrArgument
	}
	if m.op == opPut {
		return m.put(uint64(slot))
	}
	return m.get(uint64(slot))
}

// hugeMemo stores or fetches under a number that no int64 holds, which
// pickle.py alone does.
func (m *machine) hugeMemo(slot string) error {
	m.note(LooseType)
	if m.op == opGet {
		if v, ok := m.huge[slot]; ok {
			return m.push(v)
		}
		return ErrMemo
	}
	if m.sp == m.fence {
		return ErrStack
	}
	if m.huge == nil {
		m.huge = map[string]Value{}
	}
	if _, ok := m.huge[slot]; !ok {
		m.stored++
	}
	m.huge[slot] = m.stack[m.sp-1]
	return m.take(64 + len(slot))
}
