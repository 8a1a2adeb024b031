// Package pycode disassembles Python's code objects, as Python's own dis
// module does, without Python. Bytes are read for what they say and never
// run; any are taken, and where they are none of a release, that is said.
package pycode

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code is what a code object holds, its values printed.
type Code struct {
	Code                               []byte // instructions
	Consts, Names, Locals, Cells, Free []string
	FirstLine                          int64
	Lines                              []byte // co_lnotab, or co_linetable from 3.10 on
}

// Instruction is one line of a disassembly.
type Instruction struct {
	Offset int // in bytes
	Name   string
	Arg    int    // with what EXTENDED_ARG adds; -1 without one
	Says   string // what the argument stands for: a constant, a name, "to 12"; else empty
	Line   int64  // of the source, where that begins here; else -1
}

// MaxCode bounds the instructions of a code object that is disassembled, in bytes.
const MaxCode = 1 << 20

// ErrRelease says that a release of Python is not known here.
var ErrRelease = errors.New("no release of Python that is known here")

// Disassemble returns the instructions of a code object of a release, such as
// "3.12". An error names the offset that it is about, and comes with all
// instructions: those of another release look damaged.
func Disassemble(c Code, release string) ([]Instruction, error) {
	r := find(release)
	if r == nil {
		return nil, fmt.Errorf("%q: %w", release, ErrRelease)
	}
	if len(c.Code) > MaxCode {
		return nil, fmt.Errorf("more than %d bytes of instructions", MaxCode)
	}
	d := disassembler{release: r, c: c, lines: r.lines(c)}
	if r.minor >= 11 {
		d.cells = append(append([]string{}, c.Locals...), missing(c.Cells, c.Locals)...)
	} else {
		d.cells = append(d.cells, c.Cells...)
	}
	d.cells = append(d.cells, c.Free...)
	for d.at < len(c.Code) {
		d.instruction()
	}
	d.targets()
	return d.out, d.err
}

// Candidates returns those of the releases whose instructions a code object
// has, without any damage, and with what every function has there: lines, and
// RESUME since 3.11.
func Candidates(c Code, releases []string) []string {
	var fit []string
	for _, name := range releases {
		list, err := Disassemble(c, name)
		resumes := slices.ContainsFunc(list, func(i Instruction) bool { return i.Name == "RESUME" })
		if r := find(name); err == nil && r.covers(c) && (resumes || r.minor < 11) {
			fit = append(fit, name)
		}
	}
	return fit
}

// Bounds are the oldest release that code which fits some releases is of, and
// the first that it is not of; empty where the newest known here fits.
func Bounds(fit []string) (from, before string) {
	if len(fit) == 0 {
		return "", ""
	}
	all := Releases()
	if next := slices.Index(all, fit[len(fit)-1]) + 1; next < len(all) {
		before = all[next]
	}
	return fit[0], before
}

// missing returns the names of a that b has not.
func missing(a, b []string) []string {
	known := map[string]bool{}
	for _, name := range b {
		known[name] = true
	}
	var list []string
	for _, name := range a {
		if !known[name] {
			list = append(list, name)
		}
	}
	return list
}

type disassembler struct {
	*release
	c     Code
	cells []string // what "free" arguments count
	lines map[int]int64
	at    int
	outer int // what EXTENDED_ARG has gathered
	out   []Instruction
	jumps []int // targets
	err   error
}

// bad notes the first damage.
func (d *disassembler) bad(offset int, format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("at %d: %s", offset, fmt.Sprintf(format, args...))
	}
}

// instruction reads one: three bytes or one in Python 2, else two and caches.
func (d *disassembler) instruction() {
	start, code := d.at, d.c.Code
	o := d.ops[code[start]]
	i := Instruction{Offset: start, Name: o.name, Arg: -1, Line: -1}
	if line, ok := d.lines[start]; ok {
		i.Line = line
	}
	if o.name == "" {
		i.Name = fmt.Sprintf("<%d>", code[start])
		d.bad(start, "opcode %d is none of Python %s", code[start], d.name)
	}
	width := 2
	if d.minor == 0 {
		width = 1
		if o.kind != "-" && o.name != "" {
			width = 3
		}
	}
	d.at += width + 2*o.caches
	if start+width > len(code) {
		d.bad(start, "the instructions end in the middle of one")
		d.at = len(code)
	} else {
		arg := 0
		for n := width - 1; n > 0; n-- {
			arg = arg<<8 | int(code[start+n])
		}
		if o.kind != "-" {
			d.argument(&i, o, arg)
		}
		if o.kind != "extended" {
			d.outer = 0
		}
		d.caches(start+width, 2*o.caches)
	}
	d.out = append(d.out, i)
}

// caches checks that nothing stands where the interpreter keeps its caches.
func (d *disassembler) caches(at, size int) {
	if at+size > len(d.c.Code) {
		d.bad(at, "the instructions end in a cache")
		return
	}
	for _, c := range d.c.Code[at : at+size] {
		if c != 0 {
			d.bad(at, "an instruction stands where a cache is")
			return
		}
	}
}

// argument reads what an argument stands for.
func (d *disassembler) argument(i *Instruction, o op, arg int) {
	arg |= d.outer
	i.Arg = arg
	switch o.kind {
	case "extended":
		d.outer = arg << 8 & 0x7fffffff
		if d.minor == 0 {
			d.outer = arg << 16 & 0x7fffffff
		}
	case "const":
		i.Says = d.item(i.Offset, d.c.Consts, arg)
	case "name":
		i.Says = d.item(i.Offset, d.c.Names, arg>>d.nameShift(o.name))
	case "local":
		i.Says = d.local(i.Offset, o.name, arg)
	case "free":
		i.Says = d.item(i.Offset, d.cells, arg)
	case "compare":
		i.Says = d.comparison(i.Offset, arg)
	case "jrel", "jabs":
		i.Says = d.jump(o, arg)
	default:
		if list := d.lists[o.kind]; list != nil {
			i.Says = d.item(i.Offset, list, arg)
		}
	}
}

func (d *disassembler) item(offset int, list []string, index int) string {
	if index < 0 || index >= len(list) {
		d.bad(offset, "there is no item %d", index)
		return "?"
	}
	return list[index]
}

// nameShift is how many of an argument's low bits are flags.
func (d *disassembler) nameShift(op string) int {
	switch {
	case op == "LOAD_GLOBAL" && d.minor >= 11, op == "LOAD_ATTR" && d.minor >= 12:
		return 1
	case op == "LOAD_SUPER_ATTR", op == "IMPORT_NAME" && d.minor >= 15:
		return 2
	}
	return 0
}

// local is a variable, or two in the instructions for pairs, which came with 3.13.
func (d *disassembler) local(offset int, op string, arg int) string {
	list := d.c.Locals
	if d.minor >= 11 {
		list = d.cells
	}
	if strings.Count(op, "_FAST") == 2 {
		return d.item(offset, list, arg>>4) + ", " + d.item(offset, list, arg&15)
	}
	return d.item(offset, list, arg)
}

func (d *disassembler) comparison(offset, arg int) string {
	switch {
	case d.minor >= 13:
		arg >>= 5
	case d.minor == 12:
		arg >>= 4
	}
	return strings.ReplaceAll(d.item(offset, d.lists["compare"], arg), "_", " ")
}

// jump is where an instruction jumps to. Distances are in instructions from
// 3.10 on, and go backwards by the instruction's name from 3.11 on.
func (d *disassembler) jump(o op, arg int) string {
	if d.minor >= 10 {
		arg *= 2
	}
	if strings.Contains(o.name, "BACKWARD") || o.name == "END_ASYNC_FOR" {
		arg = -arg
	}
	if o.kind == "jrel" {
		arg += d.at
	}
	d.jumps = append(d.jumps, arg)
	return fmt.Sprintf("to %d", arg)
}

// targets checks that jumps go to instructions.
func (d *disassembler) targets() {
	starts := map[int]bool{}
	for _, i := range d.out {
		starts[i.Offset] = true
	}
	for _, target := range d.jumps {
		if !starts[target] {
			d.bad(target, "a jump goes where no instruction begins")
		}
	}
	if len(d.out) == 0 {
		d.bad(0, "no instructions are at hand: there are none, or too many to be held")
	}
}
