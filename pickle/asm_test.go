package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// assemble makes a program of lines "NAME argument", by the opcode table. An
// argument is a Go string literal where it is text, repeated N times where
// "* N" follows, else a number; RAW writes a string literal as it stands.
func assemble(source string) ([]byte, error) {
	rows := map[string]Opcode{}
	for _, op := range Opcodes() {
		rows[op.Name] = op
	}
	var out []byte
	for line := range strings.Lines(source) {
		name, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" || name[0] == '#' {
			continue
		}
		if name == "RAW" {
			text, err := literal(argument)
			if err != nil {
				return nil, fmt.Errorf("%s: %v", line, err)
			}
			out = append(out, text...)
			continue
		}
		op, ok := rows[name]
		if !ok {
			return nil, fmt.Errorf("no opcode %s", name)
		}
		encoded, err := encode(op.Argument, argument)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", line, err)
		}
		out = append(append(out, op.Code), encoded...)
	}
	return out, nil
}

func encode(kind Argument, text string) ([]byte, error) {
	switch kind {
	case NoArgument:
		return nil, nil
	case Line, DecimalLine, QuotedLine, EscapedLine:
		return []byte(text + "\n"), nil
	case TwoLines:
		return []byte(strings.Replace(text, " ", "\n", 1) + "\n"), nil
	case Float8:
		f, err := strconv.ParseFloat(text, 64)
		return binary.BigEndian.AppendUint64(nil, math.Float64bits(f)), err
	case Uint1, Uint2, Int4, Uint4, Uint8:
		n, err := strconv.ParseInt(text, 0, 64)
		return binary.LittleEndian.AppendUint64(nil, uint64(n))[:fixedSize(kind)], err
	}
	data, err := literal(text)
	count := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	return append(count[:fixedSize(kind)], data...), err
}

// literal reads a Go string literal, and how often it is to be repeated where
// "* N" follows.
func literal(text string) (string, error) {
	times := 1
	if i := strings.LastIndex(text, "\" * "); i > 0 {
		n, err := strconv.Atoi(text[i+4:])
		if err != nil {
			return "", err
		}
		text, times = text[:i+1], n
	}
	data, err := strconv.Unquote(text)
	return strings.Repeat(data, times), err
}

func fixedSize(kind Argument) int {
	switch kind {
	case Uint1, Counted1, CountedText1, CountedLong1:
		return 1
	case Uint2:
		return 2
	case Uint8, Counted8, CountedText8:
		return 8
	}
	return 4
}

// show prints what a program left and did, with & and * for what is shared.
func show(p *Program, err error) string {
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "error %v\n", err)
	} else {
		s := shower{p: p, seen: map[Value]int{}}
		fmt.Fprintf(&b, "%s\n", s.value(p.Root))
	}
	if p.FrameEnd != 0 {
		fmt.Fprintf(&b, "the last frame ends @%d\n", p.FrameEnd)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note @%d %v\n", n.Offset, n.Kind)
	}
	for _, g := range p.Globals() {
		fmt.Fprintf(&b, "import @%d %s x%d\n", g.Offset, globalText(&g), g.Count)
	}
	words := map[EventKind]string{
		Reduce: "call", Inst: "inst", Obj: "obj", NewObj: "new", NewObjEx: "new_ex", State: "state", Items: "items",
		Reference: "persid", OutOfBand: "buffer",
	}
	for e := range p.Events() {
		s := shower{p: p, seen: map[Value]int{}}
		fmt.Fprintf(&b, "%s @%d %s %s\n", words[e.Kind], e.Offset, s.value(e.Subject), s.value(e.Detail))
	}
	return b.String()
}

// globalText prints a name with Go's escapes, as the inside of a string literal.
func globalText(g *Global) string {
	quoted := strconv.Quote(nameText(g))
	text := quoted[1 : len(quoted)-1]
	if raw := g.RawModule + "." + g.RawQualname; g.Kind == Named && raw != g.Module+"."+g.Qualname {
		text += " (" + strconv.Quote(raw) + ")"
	}
	return text
}

func nameText(g *Global) string {
	switch g.Kind {
	case Computed:
		return fmt.Sprintf("computed(%s, %s)", g.RawModule, g.RawQualname)
	case Extension:
		return fmt.Sprintf("extension(%d)", g.Code)
	}
	return g.Module + "." + g.Qualname
}

// shower prints values; depth is bounded by the tests' own programs.
type shower struct {
	p    *Program
	seen map[Value]int
}

func (s *shower) value(v Value) string {
	p := s.p
	switch k := p.Kind(v); k {
	case None:
		return "None"
	case Bool:
		truth, _ := p.Bool(v)
		return fmt.Sprint(truth)
	case Int:
		n, ok := p.BigInt(v)
		if !ok {
			return "long int"
		}
		return n.String()
	case Float:
		f, _ := p.Float(v)
		return strconv.FormatFloat(f, 'g', -1, 64) + "f"
	case Text, ByteText, Bytes, ByteArray:
		d, _ := p.Data(v)
		text := fmt.Sprintf("%s%q", map[Kind]string{ByteText: "s", Bytes: "b", ByteArray: "a"}[k], string(d.Head[:min(len(d.Head), 24)]))
		if d.Size > int64(min(len(d.Head), 24)) {
			text += fmt.Sprintf("…%d bytes, %d characters", d.Size, d.Chars)
		}
		return text
	case Class:
		g, _ := p.Global(v)
		return globalText(g)
	case Invalid, Buffer:
		return k.String()
	}
	if v == emptyTuple {
		return "()"
	}
	if n, ok := s.seen[v]; ok {
		return fmt.Sprintf("*%d", n)
	}
	s.seen[v] = len(s.seen) + 1
	return fmt.Sprintf("&%d %s", s.seen[v], s.compound(v))
}

func (s *shower) compound(v Value) string {
	p := s.p
	var parts []string
	for item := range p.Items(v) {
		parts = append(parts, s.value(item))
	}
	for key, value := range p.Pairs(v) {
		parts = append(parts, s.value(key)+": "+s.value(value))
	}
	for state := range p.States(v) {
		parts = append(parts, "state "+s.value(state))
	}
	inside := strings.Join(parts, ", ")
	switch k := p.Kind(v); k {
	case Tuple:
		return "(" + inside + ")"
	case List:
		return "[" + inside + "]"
	case Dict, Set:
		return "{" + inside + "}"
	case FrozenSet:
		return "frozenset{" + inside + "}"
	case Instance:
		call, _ := p.Call(v)
		return fmt.Sprintf("%s%s{%s}", s.value(call.Subject), s.value(call.Detail), inside)
	case Persistent:
		id, _ := p.PersistentID(v)
		return "persistent " + s.value(id)
	case Inline:
		instance, data, _, _ := p.Inline(v)
		return "inline " + s.value(instance) + " = " + s.value(data)
	default:
		return k.String()
	}
}
