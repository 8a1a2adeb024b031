package pickle

import "bytes"

// The memo, where burst leaves it to others: growing, entries far out, and
// numbers as text.

// A page of the memo. A program that memoizes one object after another takes
// one page after another.
const (
	memoBits = segmentBits
	memoLen  = 1 << memoBits
	keptMemo = 64 // pages that stay for the next program
)

type memoPage [memoLen]Value

// slot is the place of an entry, and nil where the pages do not reach it.
func (m *machine) slot(slot uint64) *Value {
	if slot>>memoBits >= uint64(len(m.memo)) {
		return nil
	}
	return &m.memo[slot>>memoBits][slot&(memoLen-1)]
}

// put stores the top of the stack in the memo. Entries far beyond those that
// were stored are kept apart, so that a number alone takes no memory.
func (m *machine) put(slot uint64) error {
	if m.sp == m.fence {
		return ErrStack
	}
	v := m.stack[m.sp-1]
	if m.newer != nil {
		return m.take(m.newer.put(slot, v))
	}
	if err := m.reach(slot); err != nil {
		return err
	}
	if place := m.slot(slot); place != nil {
		if *place == 0 {
			m.stored++
		}
		*place = v
		m.top = max(m.top, int(slot)+1)
		return nil
	}
	if slot >= maxDenseMemo {
		m.note(LooseType)
	}
	m.top = len(m.memo) << memoBits // so that MEMOIZE finds it below
	if m.sparse == nil {
		m.sparse = make(map[uint64]Value)
	}
	if _, ok := m.sparse[slot]; !ok {
		m.stored++
	}
	m.sparse[slot] = v
	return m.take(48)
}

// memoize stores the top of the stack under the next number.
func (m *machine) memoize() error {
	if m.newer != nil {
		return m.put(m.newer.count)
	}
	m.gapped = m.gapped || len(m.sparse) > 0 || m.stored < m.top && m.top > newerMemoSize
	return m.put(uint64(m.stored))
}

// reach adds the pages up to an entry's, where it is not far beyond what was
// stored. Entries that were kept apart are then brought in, so that, where
// there are any, pages are added only if they come to half as many again.
func (m *machine) reach(slot uint64) error {
	want := uint64(2*m.stored + memoLen)
	if slot>>memoBits < uint64(len(m.memo)) || slot >= want {
		return nil
	}
	last := slot >> memoBits
	if len(m.sparse) > 0 {
		last = want >> memoBits
		if last < uint64(len(m.memo))*3/2 {
			return nil
		}
	}
	for uint64(len(m.memo)) <= last {
		m.memo = append(m.memo, (*memoPage)(m.edges.page()))
		if err := m.take(memoLen * 4); err != nil {
			return err
		}
	}
	for slot, v := range m.sparse {
		if place := m.slot(slot); place != nil {
			*place = v
			m.top = max(m.top, int(slot)+1)
			delete(m.sparse, slot)
		}
	}
	return nil
}

// clearMemo forgets all entries.
func (m *machine) clearMemo() {
	if len(m.memo) > keptMemo {
		clear(m.memo[keptMemo:])
		m.memo = m.memo[:keptMemo]
	}
	for i := 0; i < len(m.memo) && i<<memoBits < m.top; i++ {
		clear(m.memo[i][:min(m.top-i<<memoBits, memoLen)])
	}
	m.stored, m.top = 0, 0
	m.sparse, m.huge = nil, nil
}

func (m *machine) get(slot uint64) error {
	if m.newer != nil {
		if v := m.newer.get(slot); v != 0 {
			return m.push(v)
		}
		return ErrMemo
	}
	if place := m.slot(slot); place != nil && *place != 0 {
		return m.push(*place)
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
