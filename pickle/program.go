package pickle

import "iter"

// Program is what one pickle did, up to STOP or to where it could not be
// read further. It and its Values are valid until the Decoder that made it
// decodes again.
type Program struct {
	Start, End int64 // in bytes of the input; End is past STOP or where reading ended
	FrameEnd   int64 // where the last frame ends, if that is past End; else 0
	Protocol   int   // the highest argument of PROTO, or 0 or 1 by the opcodes
	Opcodes    int64
	Calls      int64 // REDUCE, INST, OBJ, NEWOBJ and NEWOBJ_EX
	Root       Value // the result; no object where the program failed
	Notes      []Note
	Kept       any // whatever its reader works out of it and wants again; nil after Decode

	graph
	globals []Global
	events  arena[event]
	source  *Reader
}

// Note is something that CPython's two unpicklers read differently, or that
// only a loader with a callback goes beyond.
type Note struct {
	Kind   NoteKind
	Offset int64
}

// NoteKind says what a Note is about.
type NoteKind uint8

// The kinds of a Note.
const (
	FrameShort    NoteKind = iota // a FRAME is longer than the input: the C unpickler fails
	FrameCrossed                  // an opcode crosses a frame's end, or a frame begins inside another: pickle.py fails
	LineCarriage                  // a line ends in CR LF, as if mangled by Windows' text mode; CPython takes the CR for part of it
	LineCut                       // a line ends with the input: pickle.py drops its last byte, the C unpickler fails
	EmptyLine                     // a line is empty where the C unpickler wants text
	LooseInt                      // an int with a leading zero or a prefix, which Python reads otherwise since 3.14, and pickle.py otherwise than C
	LooseType                     // only one of the unpicklers takes an object of this type
	NeedsCallback                 // a persistent id: a plain load fails, a loader with a callback goes on
	NeedsBuffer                   // an out-of-band buffer: a plain load fails
	NeedsRegistry                 // an extension code, which means nothing without the author's registry
	ListItemSet                   // an item set in a list: no pickler writes that
	MemoGap                       // memo entries by number, far out, before others in a row: the C unpickler numbers those otherwise since Python 3.15
)

var noteTexts = [...]string{
	"a frame is longer than the file, which CPython's C unpickler refuses",
	"an opcode crosses the end of a frame, which pickle.py refuses",
	"a line ends in CR LF, as if the file went through a text mode: Python takes the CR for part of the line",
	"a line ends with the file",
	"an empty line, which CPython's C unpickler refuses",
	"an int with a leading zero or a prefix, which releases of Python read differently or refuse",
	"an object of a type that not every unpickler takes here",
	"a persistent id: only a loader with its own callback reads this",
	"an out-of-band buffer, which is not in the file",
	"an extension code, which only the author's registry explains",
	"an item is set in a list, which no pickler writes",
	"memo entries far out come before others without a number, which Python 3.15 numbers otherwise than older releases",
}

// String says what the note means, in words for a report.
func (k NoteKind) String() string { return noteTexts[k] }

// GlobalKind says how a program came by a Global.
type GlobalKind uint8

// The kinds of a Global.
const (
	Named     GlobalKind = iota // by a plain module and qualified name
	Computed                    // by a name that is the result of a call, or too long to be one
	Extension                   // by a code of copyreg's registry
)

// Global is a name that a program imported. A program's equal names are one.
type Global struct {
	Kind             GlobalKind
	Module, Qualname string // as Python 3 resolves them; empty where computed
	RawModule        string // as the stream has them
	RawQualname      string
	Code             int64 // of an Extension
	Made             bool  // a Computed name came from more than imported objects and text
	Offset           int64 // of the opcode that imported it first
	Count            int   // opcodes that imported it
	watched          bool
	reconstructs     int8 // it makes an object of the class that is its argument of this number, from 1; 0 for others
}

// EventKind says what an Event is.
type EventKind uint8

// The kinds of an Event.
const (
	Reduce    EventKind = iota + 1 // Subject is called with Detail, a tuple
	Inst                           // the same, for a class imported by the opcode
	Obj                            // the same, for a class on the stack
	NewObj                         // Subject's __new__ is called with Detail
	NewObjEx                       // the same; Detail is a tuple of arguments and keyword arguments
	State                          // Subject is given the state Detail
	Items                          // items or pairs are put on Subject; Detail is the last of them
	Reference                      // the loader's callback is called with the id Detail
	OutOfBand                      // the loader's next buffer is taken
	calls     = NewObjEx
)

// Event is something that a program did, whatever became of the result.
type Event struct {
	Kind    EventKind
	Offset  int64 // of the opcode
	Subject Value
	Detail  Value
}

// event is an Event in 16 bytes: the kind above the offset's 56 bits.
type event struct {
	at              uint64
	subject, detail Value
}

func (e event) public() Event {
	return Event{EventKind(e.at >> 56), int64(e.at & (1<<56 - 1)), e.subject, e.detail}
}

// Globals returns the names that the program imported, in order of appearance.
// They stay valid when the decoder goes on.
func (p *Program) Globals() []Global { return p.globals }

// Events returns all that the program did besides importing, in order.
func (p *Program) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for i := range p.events.n {
			if !yield(p.events.at(i).public()) {
				return
			}
		}
	}
}

// HasEvents tells whether the program did anything besides importing.
func (p *Program) HasEvents() bool { return p.events.n > 0 }
