package pickle

import (
	"io"
	"math"
	"runtime"
	"time"
)

// The machine is a loop over opcodes in three parts: burst (burst.go) has the
// frequent ones inline and its state in local variables, cold (cold.go) has
// the rest, and refill does all that is not needed for every opcode. One
// number, soft, is compared per opcode: up to that position in the window
// there is input, room on the stack and room in the page of nodes, since an
// opcode takes at least a byte and adds at most one value and one node.

// Loader is what a loader built upon CPython's unpickler does differently.
type Loader struct {
	// Watch tells the classes whose BUILD is followed by AfterBuild.
	Watch func(module, qualname string) bool
	// AfterBuild is called when a state was put on an instance of a watched
	// class. It may read the input and replace the instance.
	AfterBuild func(*Built) error
	// KeepMemo carries the memo from program to program, as one Unpickler
	// that is asked twice does.
	KeepMemo bool
	// NamesAlone runs no opcode but those that import by names in the input,
	// to the end of what can be told apart as opcodes: more than any
	// unpickler that takes more programs than CPython's of today comes to.
	NamesAlone bool
	// NewerMemo numbers what MEMOIZE stores as the C unpickler of Python 3.15
	// does. That is another number only where a note says MemoGap.
	NewerMemo bool
}

// Decoder reads the programs of one input, one after another, and keeps its
// memory between programs and inputs.
type Decoder struct {
	limits Limits
	loader *Loader
	r      *Reader
	m      machine
	failed bool

	extensions map[int64]extension // what the input itself registered with copyreg
	looked     map[int64]lookedUp  // what was looked up there: copyreg's cache, which outlives a later entry
}

// extension is an entry of copyreg's registry.
type extension struct{ module, name string }

// lookedUp is an entry with the name that it stood for when it was looked up:
// which that is depends on the protocol.
type lookedUp struct {
	entry  extension
	class  byte
	global Global
}

// NewDecoder returns a Decoder that reads from r. A nil loader means
// CPython's own unpicklers.
func NewDecoder(r *Reader, limits Limits, loader *Loader) *Decoder {
	d := &Decoder{}
	d.Reset(r, limits, loader)
	return d
}

// Reset makes d as NewDecoder(r, limits, loader), with its memory kept.
func (d *Decoder) Reset(r *Reader, limits Limits, loader *Loader) {
	d.limits, d.loader, d.r, d.failed = limits.withDefaults(), loader, r, false
	d.extensions, d.looked = nil, nil
	d.m.globals = nil
	r.most = int(min(d.limits.MaxMemory/4, math.MaxInt))
	if d.m.stack != nil { // nothing of another input is kept
		d.m.clearMemo()
		d.m.forget()
		clear(d.m.index)
	}
}

// Decode reads one program. It returns io.EOF where the input has ended
// before the program's first byte, and the Program with an *Error where it
// could not be read to STOP; after that, Decode returns io.EOF.
func (d *Decoder) Decode() (*Program, error) {
	if d.failed || !d.r.fill(1) && d.r.err == nil {
		return nil, io.EOF
	}
	m := &d.m
	m.reset(d)
	root, err := m.program()
	p := &m.Program
	p.End = d.r.Offset()
	if m.frame > p.End {
		p.FrameEnd = d.r.place(m.frame)
	}
	p.End = d.r.place(p.End)
	if err != nil {
		d.failed = true
		return p, err
	}
	p.Root = root
	return p, nil
}

type machine struct {
	Program
	decoder *Decoder
	r       *Reader
	limits  Limits
	loader  *Loader

	// What run keeps in local variables while it runs.
	stack  []Value
	sp     int      // values on the stack
	fence  int      // no opcode takes values below it: the topmost mark, or 0
	page   int      // index of the page of nodes that is being filled
	np     int      // nodes used in it
	soft   int      // see above
	marks  []uint32 // places on the stack
	memo   []*memoPage
	stored int // entries that were ever set: where MEMOIZE stores next
	top    int // entries from here on are clear

	op       byte             // the opcode that runs
	at       int64            // where it lies in the input
	newer    *newerMemo       // in place of these, for a loader that says so
	sparse   map[uint64]Value // entries too far out for memo
	huge     map[string]Value // entries whose number no uint64 holds
	protocol int              // the last argument of PROTO
	asked    int64            // where in the input to ask again whether there is time
	frame    int64            // where the frame that is open ends; 0 for none
	mapAs    int              // the protocol that says whether names are mapped; -1 for the program's own
	memory   int64            // bytes asked for
	marked   int              // marks that memory was counted for
	gapped   bool             // MEMOIZE left out numbers that are further out
	buffer   Value            // what stands for out-of-band buffers
	buffers  int              // how many were taken
	emptyID  Value            // the empty persistent id, once there is one
	bulk     bool             // an opcode of protocol 1 was seen
	index    map[string]int   // globals by protocol, module and name
	key      []byte           // scratch
	supply   *supply[node]
}

const firstStack = 1 << 10

func (m *machine) reset(d *Decoder) {
	m.decoder, m.r, m.limits, m.loader = d, d.r, d.limits, d.loader
	kept := m.globals
	m.Program = Program{Start: d.r.Offset(), graph: m.graph, events: m.events, source: d.r}
	m.sp, m.fence, m.marks, m.soft = 0, 0, m.marks[:0], 0
	m.protocol, m.frame, m.mapAs, m.bulk = 0, 0, -1, false
	m.buffers, m.asked = 0, 0
	if d.loader != nil && d.loader.KeepMemo && m.stack != nil {
		m.globals = kept
		return
	}
	m.forget()
	m.newer, m.gapped = nil, false
	if d.loader != nil && d.loader.NewerMemo {
		m.newer = newNewerMemo()
	}
	if m.stack == nil {
		m.stack = make([]Value, firstStack)
		m.memo = []*memoPage{new(memoPage)}
	}
	if m.index == nil || len(m.index) > 4096 {
		m.index = make(map[string]int)
	}
	clear(m.index)
	m.clearMemo()
	m.marked = cap(m.marks)
	m.memory = m.kept()
}

// forget empties the graph and the record.
func (m *machine) forget() {
	m.graph.reset()
	m.events.reset()
	m.page, m.np = 0, m.nodes.n
	collect(m.memory - m.kept())
	m.memory, m.emptyID = m.kept(), 0
}

// kept is the memory that stays from program to program.
func (m *machine) kept() int64 {
	return int64(len(m.stack)+len(m.memo)*memoLen+cap(m.marks)) * 4
}

// collect has garbage collected where so many bytes of it were made at once.
// Left to itself, the collector lets memory double first.
func collect(bytes int64) {
	if bytes >= 16<<20 {
		runtime.GC()
	}
}

// program runs one program and is the one place where errors get their offset.
func (m *machine) program() (Value, error) {
	run := m.run
	if m.loader != nil && m.loader.NamesAlone {
		run = m.namesAlone
	}
	root, err := run()
	m.stopSupplies()
	m.nodes.n = m.page*pageLen + m.np
	if m.Protocol == 0 && m.bulk {
		m.Protocol = 1
	}
	if m.gapped {
		m.note(MemoGap)
	}
	if err == nil {
		return root, nil
	}
	if m.frame != 0 && m.r.Offset() > m.frame {
		m.note(FrameCrossed)
	}
	m.r.pos = min(m.r.pos, m.r.end) // past it after a truncated argument
	if m.r.err != nil {
		err = m.r.err
	}
	return 0, &Error{Offset: m.r.place(m.at), Op: opName(m.op), Err: err}
}

// run executes opcodes up to STOP and returns the result.
func (m *machine) run() (Value, error) {
	for {
		more, err := m.step()
		if err != nil {
			return 0, err
		}
		if !more {
			err = m.refill()
		} else if m.op == opStop {
			return m.stop()
		} else {
			err = m.cold()
			m.soften()
		}
		if err != nil {
			return 0, err
		}
	}
}

// step runs opcodes up to one that is left to others.
func (m *machine) step() (more bool, err error) {
	if m.newer != nil {
		return m.newer.step(m)
	}
	return m.burst()
}

// refill makes room for more opcodes and input, or says why there are no more.
func (m *machine) refill() error {
	r := m.r
	if r.pos > r.end {
		return ErrTruncated
	}
	if r.Offset() >= m.asked {
		if err := m.ask(); err != nil {
			return err
		}
	}
	if m.Opcodes >= m.limits.MaxOpcodes {
		return &LimitError{"MaxOpcodes", m.limits.MaxOpcodes}
	}
	if !r.fill(padding) && r.pos == r.end {
		m.op, m.at = opStop, r.Offset()
		return ErrTruncated
	}
	if m.frame != 0 && r.Offset() >= m.frame {
		if m.frame < r.Offset() {
			m.note(FrameCrossed)
		}
		m.frame = 0
	}
	if err := m.room(); err != nil {
		return err
	}
	m.soften()
	return nil
}

// ask tells whether there is time for more. Doing so costs as much as some
// opcodes do, so it is done every so many bytes.
func (m *machine) ask() error {
	const every = 32 << 10
	m.asked = m.r.Offset() + every
	select {
	case <-m.limits.Done:
		return ErrInterrupted
	default:
	}
	if !m.limits.Deadline.IsZero() && time.Now().After(m.limits.Deadline) {
		return &LimitError{"Deadline", m.limits.Deadline.Unix()}
	}
	return nil
}

// soften works out how far burst may run.
func (m *machine) soften() {
	window := m.r.end - m.r.pos
	if !m.r.last {
		window -= padding - 1
	}
	if m.frame != 0 {
		window = int(min(int64(window), m.frame-m.r.Offset()))
	}
	m.soft = m.r.pos + min(window, pageLen-m.np, len(m.stack)-m.sp)
}

// room makes sure of a free node and of free stack.
func (m *machine) room() error {
	if grown := cap(m.marks) - m.marked; grown > 0 {
		m.marked += grown
		if err := m.take(grown * 4); err != nil {
			return err
		}
	}
	if m.np == pageLen {
		m.page++
		m.np = 0
		if m.page == len(m.nodes.pages) {
			m.nodes.pages = append(m.nodes.pages, m.freshPage())
		}
		if err := m.take(pageLen * 16); err != nil {
			return err
		}
	}
	if m.sp == len(m.stack) {
		grown := make([]Value, 2*len(m.stack))
		copy(grown, m.stack[:m.sp])
		m.stack = grown
		collect(int64(len(grown)) * 2)
		return m.take(len(grown) * 4)
	}
	return nil
}

// freshPage returns a page of nodes, and has more made ready in a large program.
func (m *machine) freshPage() *[pageLen]node {
	if m.supply == nil && m.page >= supplyFrom {
		m.supply = newSupply[node](pageLen, supplyReady, 16)
		m.edges.supply = newSupply[Value](1<<segmentBits, supplyReady, 4)
	}
	if block := m.supply.next(); block != nil {
		return (*[pageLen]node)(block)
	}
	return new([pageLen]node)
}

// stopSupplies ends what makes memory ready.
func (m *machine) stopSupplies() {
	m.supply.stop()
	m.edges.supply.stop()
	m.supply, m.edges.supply = nil, nil
}

// take counts memory against its limit.
func (m *machine) take(bytes int) error {
	m.memory += int64(bytes)
	if m.memory > m.limits.MaxMemory {
		return &LimitError{"MaxMemory", m.limits.MaxMemory}
	}
	return nil
}
