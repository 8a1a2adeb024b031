package pickle

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// cold runs one opcode that burst left: the rare ones, and the frequent ones
// where they are not plain.
func (m *machine) cold() error {
	switch m.op {
	case opProto:
		return m.loadProto()
	case opFrame:
		return m.loadFrame()
	case opPop:
		return m.loadPop()
	case opPopMark:
		_, err := m.popToMark()
		return err
	case opDup:
		return m.loadDup()
	case opMemoize:
		return m.memoize()
	case opBinput: // burst has it else
		return m.withUint(1, m.put)
	case opLongBinput:
		return m.withUint(4, m.put)
	case opBinget:
		return m.withUint(1, m.get)
	case opLongBinget:
		return m.withUint(4, m.get)
	case opPut, opGet:
		return m.loadMemoLine()
	case opGlobal:
		return m.loadGlobal()
	case opStackGlobal:
		return m.loadStackGlobal()
	case opExt1, opExt2, opExt4:
		return m.loadExt()
	case opPersid, opBinpersid:
		return m.loadPersid()
	case opReduce, opNewobj, opNewobjEx, opObj, opInst:
		return m.loadCall()
	case opBuild:
		return m.loadBuild()
	case opAppend, opAppends, opAdditems, opSetitem, opSetitems:
		return m.loadItems()
	case opList, opDict, opFrozenset:
		return m.loadContainer()
	case opNextBuffer, opReadonlyBuffer:
		return m.loadBuffer()
	}
	return m.coldScalar()
}

// coldScalar runs an opcode that pushes a number or text.
func (m *machine) coldScalar() error {
	m.bulk = m.bulk || byCode[m.op].Protocol == 1
	switch m.op {
	case opInt, opLong:
		return m.loadIntLine()
	case opFloat:
		return m.loadFloatLine()
	case opUnicode, opString:
		return m.loadTextLine()
	case opLong1, opLong4:
		return m.loadLong()
	case opShortBinunicode:
		return m.loadCounted(Text, 1)
	case opBinunicode:
		return m.loadCounted(Text, 4)
	case opBinunicode8:
		return m.loadCounted(Text, 8)
	case opShortBinbytes:
		return m.loadCounted(Bytes, 1)
	case opBinbytes:
		return m.loadCounted(Bytes, 4)
	case opBinbytes8:
		return m.loadCounted(Bytes, 8)
	case opShortBinstring:
		return m.loadCounted(ByteText, 1)
	case opBinstring:
		return m.loadCounted(ByteText, 4)
	case opBytearray8:
		return m.loadCounted(ByteArray, 8)
	}
	return ErrOpcode
}

// stop ends the program with the top of the stack.
func (m *machine) stop() (Value, error) {
	if m.sp <= m.fence {
		return 0, ErrStack
	}
	return m.stack[m.sp-1], nil
}

func (m *machine) push(v Value) error {
	if m.sp == len(m.stack) {
		if err := m.room(); err != nil {
			return err
		}
	}
	m.stack[m.sp] = v
	m.sp++
	return nil
}

// pop takes n values off the stack; they stay readable until the next push.
func (m *machine) pop(n int) ([]Value, error) {
	if m.sp-m.fence < n {
		return nil, ErrStack
	}
	m.sp -= n
	return m.stack[m.sp : m.sp+n], nil
}

// popToMark takes all above the topmost mark and the mark itself.
func (m *machine) popToMark() ([]Value, error) {
	if len(m.marks) == 0 {
		return nil, ErrMark
	}
	mark := m.fence
	values := m.stack[mark:m.sp]
	m.sp = mark
	m.fence = m.popMark()
	return values, nil
}

// node adds a node to the graph.
func (m *machine) node(n node) (Value, error) {
	if m.np == pageLen {
		if err := m.room(); err != nil {
			return 0, err
		}
	}
	v := Value(m.page*pageLen + m.np)
	if !isNode(v) {
		return 0, m.full()
	}
	m.nodes.pages[m.page][m.np] = n
	m.np++
	return v, nil
}

func (m *machine) pushNode(n node) error {
	v, err := m.node(n)
	if err != nil {
		return err
	}
	return m.push(v)
}

// tuple makes a tuple; no values give the one empty tuple.
func (m *machine) tuple(values []Value) (Value, error) {
	if len(values) == 0 {
		return emptyTuple, nil
	}
	ref, edges, bytes, ok := m.edges.alloc(len(values))
	if !ok || bytes != 0 && m.take(bytes) != nil {
		return 0, m.full()
	}
	copy(edges, values)
	return m.node(node{kind: Tuple, n: uint32(len(values)), ref: uint64(ref)})
}

// record adds an event and returns its index.
func (m *machine) record(kind EventKind, subject, detail Value) (int, error) {
	i, grown := m.events.push(event{uint64(kind)<<56 | uint64(m.at), subject, detail})
	if grown {
		return i, m.take(pageLen * 16)
	}
	return i, nil
}

// maxNotes bounds the notes of one kind; the first ones say enough.
const maxNotes = 64

func (m *machine) note(kind NoteKind) {
	if len(m.Notes) < maxNotes {
		m.Notes = append(m.Notes, Note{kind, m.at})
		return
	}
	for _, n := range m.Notes {
		if n.Kind == kind {
			return
		}
	}
	m.Notes = append(m.Notes, Note{kind, m.at})
}

// argument reads an opcode's n bytes, at most padding.
func (m *machine) argument(n int) ([]byte, error) {
	if !m.r.fill(n) {
		m.r.pos = m.r.end
		return nil, ErrTruncated
	}
	raw := m.r.buf[m.r.pos : m.r.pos+n]
	m.r.pos += n
	return raw, nil
}

// number reads an unsigned argument of 1, 2, 4 or 8 bytes.
func (m *machine) number(size int) (uint64, error) {
	raw, err := m.argument(size)
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], raw)
	return binary.LittleEndian.Uint64(wide[:]), nil
}

func (m *machine) withUint(size int, do func(uint64) error) error {
	n, err := m.number(size)
	if err != nil {
		return err
	}
	return do(n)
}

func (m *machine) loadProto() error {
	n, err := m.number(1)
	if err != nil {
		return err
	}
	if n > HighestProtocol {
		return ErrProtocol
	}
	m.protocol = int(n)
	m.Protocol = max(m.Protocol, int(n))
	return nil
}

// loadFrame notes where the frame ends. The C unpickler reads on without
// regard to it; pickle.py fails where an opcode crosses it.
func (m *machine) loadFrame() error {
	n, err := m.number(8)
	if err != nil {
		return err
	}
	start := m.r.Offset()
	if n > math.MaxInt64 {
		return ErrArgument
	}
	if n > math.MaxInt64-uint64(start) {
		m.note(FrameShort)
		n = uint64(math.MaxInt64 - start)
	}
	if m.frame > start-9 {
		m.note(FrameCrossed)
	}
	m.frame = start + int64(n)
	return nil
}

func (m *machine) loadPop() error {
	if len(m.marks) > 0 && m.fence == m.sp {
		m.fence = m.popMark()
		return nil
	}
	_, err := m.pop(1)
	return err
}

func (m *machine) loadDup() error {
	if m.sp == m.fence {
		return ErrStack
	}
	return m.push(m.stack[m.sp-1])
}

// maxDenseMemo is a memo entry for which the C unpickler asks for a gigabyte,
// and may fail.
const maxDenseMemo = 1 << 26

// line reads a line argument. CPython takes a carriage return before the line
// feed as part of the line and mostly fails on it; the reading goes on
// without it, and the note keeps the file from being trusted.
func (m *machine) line() ([]byte, error) {
	line, whole := m.r.line()
	if !whole {
		return line, ErrTruncated
	}
	return m.withoutCarriage(line), nil
}

func (m *machine) withoutCarriage(line []byte) []byte {
	short, found := bytes.CutSuffix(line, []byte("\r"))
	if n := len(m.Notes); found && (n == 0 || m.Notes[n-1] != (Note{LineCarriage, m.at})) {
		m.note(LineCarriage)
	}
	return short
}

// beforeNUL cuts a number at a NUL byte, where the C unpickler takes it to end.
func (m *machine) beforeNUL(line []byte) []byte {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		m.note(LooseType)
		return line[:i]
	}
	return line
}

func (m *machine) loadIntLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	whole := len(line)
	line = m.beforeNUL(line)
	if len(line) == 0 && whole > 0 && m.op == opInt {
		return m.push(smallInt)
	}
	if m.op == opInt && len(line) == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1') {
		return m.push(falseValue + Value(line[1]-'0'))
	}
	if n := len(line); m.op == opLong && n > 0 && line[n-1] == 'L' {
		line = line[:n-1]
	}
	base, plain, ok := intBase(line)
	if !ok {
		return ErrArgument
	}
	if !plain {
		m.note(LooseInt)
	}
	if n, ok := parseInt(line, base); ok {
		return m.pushInt(n)
	}
	return m.pushBig(line, m.r.Offset()-int64(len(line))-1)
}

func (m *machine) pushInt(n int64) error {
	if minSmall <= n && n <= maxSmall {
		return m.push(smallValue(n))
	}
	return m.pushNode(node{kind: Int, ref: uint64(n)})
}

// pushBig pushes an int that no int64 holds; raw is how the stream spells it.
func (m *machine) pushBig(raw []byte, offset int64) error {
	i, err := m.span(span{offset: offset, length: int64(len(raw)), size: int64(len(raw))}, raw)
	if err != nil {
		return err
	}
	return m.pushNode(node{kind: bigInt, ref: uint64(i)})
}

// span keeps long data's place and the first of its bytes.
func (m *machine) span(s span, head []byte) (int, error) {
	s.head = append([]byte(nil), head[:min(len(head), maxHead)]...)
	full := len(m.spans) == cap(m.spans)
	m.spans = append(m.spans, s)
	if full {
		collect(int64(len(m.spans)) * 80)
	}
	return len(m.spans) - 1, m.take(80 + len(s.head))
}

func (m *machine) loadFloatLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	line = m.beforeNUL(line)
	f, ok := parseFloat(line)
	if !ok {
		return ErrArgument
	}
	if bytes.ContainsAny(line, pythonSpace+"_") || math.IsInf(f, 0) && bytes.ContainsAny(line, "0123456789") {
		m.note(LooseType) // the C unpickler takes neither space nor underscore, nor what is too large
	}
	return m.pushNode(node{kind: Float, ref: math.Float64bits(f)})
}

func (m *machine) loadLong() error {
	size := 1
	if m.op == opLong4 {
		size = 4
	}
	n, err := m.number(size)
	if err != nil {
		return err
	}
	if n > math.MaxInt32 {
		return ErrArgument
	}
	if n > 8 {
		offset := m.r.Offset()
		head := append([]byte(nil), m.r.Peek(min(int(n), maxHead))...)
		if err := m.r.Skip(int64(n)); err != nil {
			return err
		}
		i, err := m.span(span{offset: offset, length: int64(n), size: int64(n)}, head)
		if err != nil {
			return err
		}
		return m.pushNode(node{kind: bigInt, flag: 1, ref: uint64(i)})
	}
	raw, err := m.argument(int(n))
	if err != nil {
		return err
	}
	var value int64
	for i := len(raw) - 1; i >= 0; i-- {
		value = value<<8 | int64(raw[i])
	}
	if shift := 64 - 8*len(raw); len(raw) > 0 {
		value = value << shift >> shift
	}
	return m.pushInt(value)
}

func (m *machine) loadCounted(kind Kind, size int) error {
	n, err := m.number(size)
	if err != nil {
		return err
	}
	if n > math.MaxInt64 || kind == ByteText && size == 4 && n > math.MaxInt32 {
		return ErrArgument
	}
	if n > maxText {
		return m.loadSpan(kind, int64(n))
	}
	if !m.r.fill(int(n)) {
		m.r.pos = m.r.end
		return ErrTruncated
	}
	raw := m.r.buf[m.r.pos : m.r.pos+int(n)]
	m.r.pos += int(n)
	if kind == Text && !validText(raw) {
		return ErrText
	}
	return m.pushText(kind, raw)
}

func (m *machine) pushText(kind Kind, raw []byte) error {
	return m.pushNode(node{kind: kind, n: uint32(len(raw)), ref: m.store(raw)})
}

// loadSpan pushes long data, which stays in the input. Text is read through
// once, since a loader fails where it is not UTF-8; bytes are stepped over.
func (m *machine) loadSpan(kind Kind, n int64) error {
	s := span{offset: m.r.Offset(), length: n, size: n}
	head := append([]byte(nil), m.r.Peek(maxHead)...)
	var err error
	if kind == Text {
		s.chars, err = m.validate(n)
	} else {
		err = m.r.Skip(n)
	}
	if err != nil {
		return err
	}
	i, err := m.span(s, head)
	if err != nil {
		return err
	}
	return m.pushNode(node{kind: longText, flag: uint8(kind), ref: uint64(i)})
}

// validate steps over n bytes of UTF-8 and counts its code points.
func (m *machine) validate(n int64) (chars int64, err error) {
	for n > 0 {
		m.r.fill(int(min(n, minWindow)))
		piece := m.r.buf[m.r.pos : m.r.pos+int(min(n, int64(m.r.end-m.r.pos)))]
		if len(piece) == 0 {
			return 0, ErrTruncated
		}
		if int64(len(piece)) < n { // leave a sequence that is cut for the next piece
			for cut := 1; cut <= 3 && cut < len(piece); cut++ {
				if utf8.RuneStart(piece[len(piece)-cut]) {
					piece = piece[:len(piece)-cut]
					break
				}
			}
		}
		if !validText(piece) {
			return 0, ErrText
		}
		chars += int64(countChars(piece))
		m.r.pos += len(piece)
		n -= int64(len(piece))
	}
	return chars, nil
}

// textLine is line, but the carriage return stays part of a str: it may be
// half of a name.
func (m *machine) textLine() ([]byte, error) {
	if m.op == opString {
		return m.line()
	}
	line, whole := m.r.line()
	if !whole {
		return line, ErrTruncated
	}
	m.withoutCarriage(line)
	return line, nil
}

func (m *machine) loadTextLine() error {
	line, err := m.textLine()
	if err != nil {
		return err
	}
	offset := m.r.Offset() - int64(len(line)) - 1
	kind := Text
	if m.op == opString {
		n := len(line)
		if n < 2 || line[0] != line[n-1] || line[0] != '\'' && line[0] != '"' {
			return ErrArgument
		}
		line, offset, kind = line[1:n-1], offset+1, ByteText
	}
	decoded, chars, ok := decodeText(kind, line)
	if !ok {
		return ErrArgument
	}
	if len(decoded) <= maxText {
		return m.pushText(kind, decoded)
	}
	s := span{offset: offset, length: int64(len(line)), size: int64(len(decoded)), chars: int64(chars), escaped: true}
	i, err := m.span(s, decoded)
	if err != nil {
		return err
	}
	return m.pushNode(node{kind: longText, flag: uint8(kind), ref: uint64(i)})
}
