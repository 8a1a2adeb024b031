package pickle

import (
	"encoding/binary"
	"io"
	"math"
)

// Scanner walks the opcodes of an input by the table alone. It runs nothing,
// so it goes on where a program would fail for what is on its stack.
type Scanner struct {
	r      *Reader
	inside bool // a program has begun
	done   bool
	head   []byte
}

// Instruction is one opcode of a program, as it stands in the input.
type Instruction struct {
	Opcode Opcode
	Offset int64  // of the opcode
	Length int64  // of the opcode and what follows it
	Data   []byte // the argument's first bytes, without its count and line feed; valid until the next call of Next
	Size   int64  // the argument's bytes, without its count and line feed

	first int64 // the first of two lines
}

// NewScanner returns a Scanner that reads from r.
func NewScanner(r *Reader) *Scanner { return &Scanner{r: r} }

// Next returns the next instruction. It returns io.EOF where the input has
// ended before a program's first byte, and an *Error where a byte is no opcode
// or an argument is cut short; after that, io.EOF.
func (s *Scanner) Next() (Instruction, error) {
	if s.done {
		return Instruction{}, io.EOF
	}
	in, err := s.next()
	s.done = err != nil
	if err == nil || err == io.EOF {
		return in, err
	}
	if s.r.err != nil {
		err = s.r.err
	}
	name := in.Opcode.Name
	if name == "" {
		name = opName(in.Opcode.Code)
	}
	return Instruction{}, &Error{Offset: in.Offset, Op: name, Err: err}
}

func (s *Scanner) next() (Instruction, error) {
	in := Instruction{Opcode: byCode[opStop], Offset: s.r.Offset()}
	code, err := s.r.Byte()
	if err != nil {
		if !s.inside && s.r.err == nil {
			err = io.EOF
		}
		return in, err
	}
	in.Opcode = byCode[code]
	if in.Opcode.Name == "" {
		in.Opcode.Code = code
		return in, ErrOpcode
	}
	s.inside = code != opStop
	if err := s.argument(&in); err != nil {
		return in, err
	}
	in.Length = s.r.Offset() - in.Offset
	return in, nil
}

// namesAlone runs the opcodes that import by names in the input, and PROTO,
// which says how; all others are stepped over, STOP as well.
func (m *machine) namesAlone() (Value, error) {
	others := &Scanner{r: m.r}
	for ; ; m.Opcodes++ {
		if m.r.Offset() >= m.asked {
			if err := m.ask(); err != nil {
				return 0, err
			}
		}
		if m.Opcodes >= m.limits.MaxOpcodes {
			return 0, &LimitError{"MaxOpcodes", m.limits.MaxOpcodes}
		}
		head := m.r.Peek(2)
		if len(head) == 0 {
			return 0, ErrTruncated
		}
		var err error
		m.op, m.at = head[0], m.r.Offset()
		switch {
		case m.op == opGlobal || m.op == opInst:
			err = m.nameAlone()
		case m.op == opProto && len(head) == 2:
			m.protocol = int(head[1])
			fallthrough
		default:
			_, err = others.next()
		}
		if err != nil {
			return 0, err
		}
	}
}

// nameAlone imports what GLOBAL or INST names, and notes the call of INST.
// Bytes that are no text are passed over, and so is an empty module: no
// module is called so.
func (m *machine) nameAlone() error {
	m.r.Byte()
	switch next := m.r.Peek(2); {
	case len(next) < 2:
		return ErrTruncated
	case next[0] == '\n':
		m.r.Byte()
		m.r.line()
		return nil
	}
	inst := m.op == opInst
	m.op = opGlobal // Python 2 takes other text than ASCII in INST as well
	class, err := m.importLines()
	if err == ErrText {
		return nil
	}
	if inst && class != 0 {
		m.op = opInst
		m.Calls++
		if _, noted := m.record(Inst, class, emptyTuple); noted != nil {
			return noted
		}
	}
	return err
}

// argument steps over what follows the opcode.
func (s *Scanner) argument(in *Instruction) error {
	s.head = s.head[:0]
	err := error(nil)
	switch kind := in.Opcode.Argument; kind {
	case NoArgument:
	case Uint1, Uint2, Int4, Uint4, Uint8, Float8:
		in.Size = int64(kind.width())
		err = s.skip(in.Size)
	case Line, DecimalLine, QuotedLine, EscapedLine:
		in.Size, err = s.line()
	case TwoLines:
		if in.first, err = s.line(); err != nil {
			break
		}
		s.head = append(s.head, '\n')
		in.Size, err = s.line()
		in.Size += in.first + 1
	default:
		if in.Size, err = s.count(kind); err == nil {
			err = s.skip(in.Size)
		}
	}
	in.Data = s.head
	return err
}

// count reads the count in front of an argument of that kind.
func (s *Scanner) count(kind Argument) (int64, error) {
	width := kind.width()
	raw := s.r.Peek(width)
	if len(raw) < width {
		return 0, ErrTruncated
	}
	var wide [8]byte
	copy(wide[:], raw)
	n := binary.LittleEndian.Uint64(wide[:])
	if n > math.MaxInt64 || (kind == CountedInt4 || kind == CountedLong4) && n > math.MaxInt32 {
		return 0, ErrArgument
	}
	return int64(n), s.r.Skip(int64(width))
}

// skip keeps the first of n bytes and steps over all of them.
func (s *Scanner) skip(n int64) error {
	s.head = append(s.head, s.r.Peek(int(min(n, maxHead)))...)
	return s.r.Skip(n)
}

// line keeps the first bytes of a line and steps over it. Its length is
// without the line feed.
func (s *Scanner) line() (int64, error) {
	line, whole := s.r.line()
	s.head = append(s.head, line[:min(len(line), maxHead)]...)
	if !whole {
		return 0, ErrTruncated
	}
	return int64(len(line)), nil
}

// width is how many bytes an argument of fixed size has, or the count in
// front of another; 0 for a line.
func (a Argument) width() int {
	switch a {
	case Uint1, Counted1, CountedText1, CountedLong1:
		return 1
	case Uint2:
		return 2
	case Int4, Uint4, Counted4, CountedInt4, CountedText4, CountedLong4:
		return 4
	case Uint8, Float8, Counted8, CountedText8:
		return 8
	}
	return 0
}
