package pickle

import (
	"bytes"
	"encoding/binary"
	"math"
)

// burst runs frequent opcodes until soft is reached, or until it meets one
// that it leaves to others: then more is true, op and at name it, and the
// reader stands behind its code. Its cases follow the C unpickler; what a
// case does not find in the window or does not expect, it leaves to cold.
func (m *machine) burst() (more bool, err error) {
	buf, p, end, soft := m.r.buf, m.r.pos, m.r.end, m.soft
	stack, sp, fence := m.stack, m.sp, m.fence
	memo, low, stored, top := m.memo, m.memo[0], m.stored, m.top
	if p >= soft {
		return false, nil
	}
	page, base, np := m.nodes.pages[m.page], Value(m.page*pageLen), m.np
	at, op, count := p, byte(0), int64(0)

loop:
	for p < soft {
		at = p
		op = buf[p]
		p++
		count++
		switch op {
		case opMemoize:
			if sp == fence {
				err = ErrStack
				break loop
			}
			slot := stored
			if slot>>memoBits >= len(memo) {
				more = true
				break loop
			}
			place := &memo[slot>>memoBits][slot&(memoLen-1)]
			if *place == 0 {
				stored++
			}
			*place = stack[sp-1]
			if slot >= top {
				top = slot + 1
			} else if top > newerMemoSize {
				m.gapped = true
			}
		case opBinput:
			slot := int(buf[p])
			p++
			if sp == fence {
				err = ErrStack
				break loop
			}
			if low[slot] == 0 {
				stored++
			}
			low[slot] = stack[sp-1]
			if slot >= top {
				top = slot + 1
			}
		case opLongBinput:
			slot := uint(binary.LittleEndian.Uint32(buf[p:]))
			if slot>>memoBits >= uint(len(memo)) {
				more = true
				break loop
			}
			p += 4
			if sp == fence {
				err = ErrStack
				break loop
			}
			place := &memo[slot>>memoBits][slot&(memoLen-1)]
			if *place == 0 {
				stored++
			}
			*place = stack[sp-1]
			if int(slot) >= top {
				top = int(slot) + 1
			}
		case opBinget:
			v := low[buf[p]]
			p++
			if v == 0 {
				p--
				more = true
				break loop
			}
			stack[sp] = v
			sp++
		case opLongBinget:
			slot := uint(binary.LittleEndian.Uint32(buf[p:]))
			if slot>>memoBits >= uint(len(memo)) {
				more = true
				break loop
			}
			v := memo[slot>>memoBits][slot&(memoLen-1)]
			if v == 0 {
				more = true
				break loop
			}
			p += 4
			stack[sp] = v
			sp++
		case opMark:
			m.marks = append(m.marks, uint32(sp))
			fence = sp
		case opNone:
			stack[sp] = none
			sp++
		case opNewtrue:
			stack[sp] = trueValue
			sp++
		case opNewfalse:
			stack[sp] = falseValue
			sp++
		case opEmptyTuple:
			stack[sp] = emptyTuple
			sp++
		case opBinint1:
			stack[sp] = smallInt | Value(buf[p])
			p++
			sp++
		case opBinint2:
			stack[sp] = smallInt | Value(binary.LittleEndian.Uint16(buf[p:]))
			p += 2
			sp++
		case opBinint:
			n := int32(binary.LittleEndian.Uint32(buf[p:]))
			p += 4
			if minSmall <= n && n <= maxSmall {
				stack[sp] = smallValue(int64(n))
			} else {
				page[np&(pageLen-1)] = node{kind: Int, ref: uint64(int64(n))}
				stack[sp] = base + Value(np)
				np++
			}
			sp++
		case opBinfloat:
			page[np&(pageLen-1)] = node{kind: Float, ref: binary.BigEndian.Uint64(buf[p:])}
			p += 8
			stack[sp] = base + Value(np)
			np++
			sp++
		case opShortBinunicode, opShortBinbytes, opShortBinstring:
			n := int(buf[p])
			if p+1+n > end {
				more = true
				break loop
			}
			kind := Text
			if op == opShortBinbytes {
				kind = Bytes
			} else if op == opShortBinstring {
				kind = ByteText
			}
			p++
			ref, ok := m.keep(buf[p:], n, kind)
			p += n
			if !ok {
				err = ErrText
				break loop
			}
			page[np&(pageLen-1)] = node{kind: kind, n: uint32(n), ref: ref}
			stack[sp] = base + Value(np)
			np++
			sp++
		case opBinunicode, opBinbytes:
			n := int(binary.LittleEndian.Uint32(buf[p:]))
			if uint(n) > maxText || p+4+n > end { // 32 bits may make it negative
				more = true
				break loop
			}
			kind := Text
			if op == opBinbytes {
				kind = Bytes
			}
			p += 4
			ref, ok := m.keep(buf[p:], n, kind)
			p += n
			if !ok {
				err = ErrText
				break loop
			}
			page[np&(pageLen-1)] = node{kind: kind, n: uint32(n), ref: ref}
			stack[sp] = base + Value(np)
			np++
			sp++
		case opList, opDict:
			if len(m.marks) == 0 || fence != sp { // with items, or wrong
				more = true
				break loop
			}
			fence = m.popMark()
			kind := List
			if op == opDict {
				kind = Dict
			}
			page[np&(pageLen-1)] = node{kind: kind}
			stack[sp] = base + Value(np)
			np++
			sp++
		case opEmptyList, opEmptyDict, opEmptySet:
			kind := List
			if op == opEmptyDict {
				kind = Dict
			} else if op == opEmptySet {
				kind = Set
			}
			page[np&(pageLen-1)] = node{kind: kind}
			stack[sp] = base + Value(np)
			np++
			sp++
		case opTuple1, opTuple2, opTuple3:
			n := int(op-opTuple1) + 1
			if sp-fence < n {
				err = ErrStack
				break loop
			}
			ref, edges, more, ok := m.edges.alloc(n)
			if !ok || more != 0 && m.take(more) != nil {
				err = m.full()
				break loop
			}
			sp -= n
			copy(edges, stack[sp:sp+n])
			page[np&(pageLen-1)] = node{kind: Tuple, n: uint32(n), ref: uint64(ref)}
			stack[sp] = base + Value(np)
			np++
			sp++
		case opTuple:
			if len(m.marks) == 0 {
				err = ErrMark
				break loop
			}
			mark := fence
			n := sp - mark
			fence = m.popMark()
			sp = mark
			if n == 0 {
				stack[sp] = emptyTuple
				sp++
				continue
			}
			ref, edges, more, ok := m.edges.alloc(n)
			if !ok || more != 0 && m.take(more) != nil {
				err = m.full()
				break loop
			}
			copy(edges, stack[mark:mark+n])
			page[np&(pageLen-1)] = node{kind: Tuple, n: uint32(n), ref: uint64(ref)}
			stack[sp] = base + Value(np)
			np++
			sp++
		case opAppend:
			if sp-fence < 2 {
				err = ErrStack
				break loop
			}
			target := m.container(stack[sp-2], List)
			if target == nil {
				more = true
				break loop
			}
			sp--
			if err = m.add(target, stack[sp:sp+1], 1); err != nil {
				break loop
			}
		case opAppends:
			if len(m.marks) == 0 {
				err = ErrMark
				break loop
			}
			mark := fence
			below := m.fenceBelow()
			if mark == below {
				more = true
				break loop
			}
			target := m.container(stack[mark-1], List)
			if target == nil {
				more = true
				break loop
			}
			fence = m.popMark()
			if err = m.add(target, stack[mark:sp], 1); err != nil {
				break loop
			}
			sp = mark
		case opSetitem:
			if sp-fence < 3 {
				err = ErrStack
				break loop
			}
			target := m.container(stack[sp-3], Dict)
			if target == nil || isNode(stack[sp-2]) && !m.plainKey(stack[sp-2]) {
				more = true
				break loop
			}
			sp -= 2
			if err = m.add(target, stack[sp:sp+2], 2); err != nil {
				break loop
			}
		case opSetitems:
			if len(m.marks) == 0 {
				err = ErrMark
				break loop
			}
			mark := fence
			if mark == m.fenceBelow() || (sp-mark)%2 != 0 {
				more = true
				break loop
			}
			target := m.container(stack[mark-1], Dict)
			if target == nil || !m.plainKeys(stack[mark:sp]) {
				more = true
				break loop
			}
			fence = m.popMark()
			if err = m.add(target, stack[mark:sp], 2); err != nil {
				break loop
			}
			sp = mark
		case opInt, opLong:
			n, size := decimal(buf[p:end], op == opLong)
			if size == 0 {
				more = true
				break loop
			}
			if minSmall <= n && n <= maxSmall {
				stack[sp] = smallValue(n)
			} else {
				page[np&(pageLen-1)] = node{kind: Int, ref: uint64(n)}
				stack[sp] = base + Value(np)
				np++
			}
			p += size
			sp++
		case opFloat:
			value, size := shortFloat(buf[p:end])
			if size == 0 {
				more = true
				break loop
			}
			page[np&(pageLen-1)] = node{kind: Float, ref: math.Float64bits(value)}
			p += size
			stack[sp] = base + Value(np)
			np++
			sp++
		case opGet:
			slot, size := decimal(buf[p:end], op == opLong)
			if size == 0 || slot < 0 || slot>>memoBits >= int64(len(memo)) {
				more = true
				break loop
			}
			v := memo[slot>>memoBits][slot&(memoLen-1)]
			if v == 0 {
				more = true
				break loop
			}
			p += size
			stack[sp] = v
			sp++
		case opPut:
			slot, size := decimal(buf[p:end], op == opLong)
			if size == 0 || slot < 0 || slot>>memoBits >= int64(len(memo)) {
				more = true
				break loop
			}
			p += size
			if sp == fence {
				err = ErrStack
				break loop
			}
			place := &memo[slot>>memoBits][slot&(memoLen-1)]
			if *place == 0 {
				stored++
			}
			*place = stack[sp-1]
			if int(slot) >= top {
				top = int(slot) + 1
			}
		case opUnicode, opString:
			n := bytes.IndexByte(buf[p:min(end, p+maxText)], '\n')
			if n < 0 || !plainLine(op, buf[p:p+n]) {
				more = true
				break loop
			}
			start, size, kind := p, n, Text
			if op == opString {
				start, size, kind = p+1, n-2, ByteText
			}
			ref, _ := m.keep(buf[start:], size, ByteText) // it is ASCII
			page[np&(pageLen-1)] = node{kind: kind, n: uint32(size), ref: ref}
			p += n + 1
			stack[sp] = base + Value(np)
			np++
			sp++
		default:
			more = true
			break loop
		}
	}
	m.r.pos, m.sp, m.fence, m.np = p, sp, fence, np
	m.stored, m.top = stored, top
	m.op, m.at = op, m.r.base+int64(at)
	m.Opcodes += count
	return more, err
}

// popMark forgets the topmost mark and returns the fence below it.
func (m *machine) popMark() int {
	m.marks = m.marks[:len(m.marks)-1]
	if len(m.marks) == 0 {
		return 0
	}
	return int(m.marks[len(m.marks)-1])
}

// fenceBelow is the fence that holds below the topmost mark.
func (m *machine) fenceBelow() int {
	if len(m.marks) < 2 {
		return 0
	}
	return int(m.marks[len(m.marks)-2])
}

// full says that memory is used up.
func (m *machine) full() error { return &LimitError{"MaxMemory", m.limits.MaxMemory} }

// keep stores the first n bytes of a window. It says false where they are to
// be text and are none.
func (m *machine) keep(window []byte, n int, kind Kind) (ref uint64, ok bool) {
	if n <= shortText {
		if ref, ok := m.text.short((*[shortText]byte)(window), n); ok {
			return ref, true
		}
	}
	raw := window[:n]
	if kind == Text && !validText(raw) {
		return 0, false
	}
	return m.store(raw), true
}

// store keeps a copy of short text and returns its address.
func (m *machine) store(raw []byte) uint64 {
	ref, room, grown := m.text.alloc(len(raw))
	if grown {
		m.memory += textPage // refill holds it to the limit
	}
	copy(room, raw)
	return ref
}

// container returns the node of v where v is a container of that kind.
func (m *machine) container(v Value, kind Kind) *node {
	if !isNode(v) {
		return nil
	}
	if n := m.nodes.at(int(v)); n.kind == kind {
		return n
	}
	return nil
}

// plainKey tells whether a node is surely hashable, by its kind alone.
func (m *machine) plainKey(v Value) bool {
	switch m.nodes.at(int(v)).kind {
	case Tuple, List, Dict, Set, ByteArray, Instance, Inline, longText:
		return false
	}
	return true
}

func (m *machine) plainKeys(pairs []Value) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if isNode(pairs[i]) && !m.plainKey(pairs[i]) {
			return false
		}
	}
	return true
}

// add puts values on a list, a dict or a set; an item takes width of them.
func (m *machine) add(target *node, values []Value, width int) error {
	if len(values) == 0 {
		return nil
	}
	target.n += uint32(len(values) / width)
	return m.chain(target, values, tagItems)
}

// chain puts values at the end of a node's ring of chunks.
func (m *machine) chain(target *node, values []Value, tag Value) error {
	for len(values) > chunkCount { // beyond a chunk's count
		if err := m.chain(target, values[:chunkCount&^1], tag); err != nil {
			return err
		}
		values = values[chunkCount&^1:]
	}
	last := uint32(target.ref)
	if target.flag&hasChunk != 0 && target.kind != Instance {
		if room := m.edges.extend(last, len(values)); room != nil {
			copy(room, values)
			return nil
		}
	}
	ref, chunk, bytes, ok := m.edges.alloc(chunkHeader + len(values))
	if !ok || bytes != 0 && m.take(bytes) != nil {
		return m.full()
	}
	copy(chunk[chunkHeader:], values)
	chunk[1] = tag | Value(len(values))
	if target.flag&hasChunk == 0 {
		chunk[0] = Value(ref)
		target.flag |= hasChunk
	} else {
		previous := m.edges.from(last)
		chunk[0] = previous[0]
		previous[0] = Value(ref)
	}
	target.ref = uint64(ref)
	return nil
}

// hasChunk is the flag of a node whose ref names a chunk.
const hasChunk = 1 << 0
