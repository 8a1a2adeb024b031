package pickle

import "encoding/binary"

// The graph lives in four arenas without a Go pointer per node: nodes of 16
// bytes, edges of 4, short text, and a record of events. A Value is an
// index into the nodes or, for what is small, the thing itself.

// Value is a handle to an object of a Program. It means nothing without
// the Program that it came from. The zero Value is no object.
type Value uint32

// Immediate values have the top bit set; below it one bit tells small ints,
// the next tells globals, and the rest are constants.
const (
	immediate  Value = 1 << 31
	smallInt   Value = immediate | 1<<30
	globalTag  Value = immediate | 1<<29
	smallBits        = 30
	minSmall         = -1 << (smallBits - 1)
	maxSmall         = 1<<(smallBits-1) - 1
	none             = immediate | 1
	falseValue       = immediate | 2
	trueValue        = immediate | 3
	emptyTuple       = immediate | 4
)

// Object tells whether v stands in the graph, and is not itself all there is
// to it, such as None. Objects are numbered as the program makes them.
func (v Value) Object() bool { return isNode(v) && v != 0 }

func smallValue(n int64) Value   { return smallInt | Value(uint32(n)&(1<<smallBits-1)) }
func globalValue(i int) Value    { return globalTag | Value(i) }
func isGlobal(v Value) bool      { return v>>29 == globalTag>>29 }
func isNode(v Value) bool        { return v < immediate }
func smallOf(v Value) int64      { return int64(int32(v<<2) >> 2) }
func globalIndex(v Value) uint32 { return uint32(v &^ globalTag) }

// Kind tells what a Value is.
type Kind uint8

// The kinds of a Value.
const (
	Invalid    Kind = iota
	None            // None
	Bool            // True or False
	Int             // an int of any size
	Float           // a float
	Text            // str
	ByteText        // a Python 2 str: text or bytes, as the loader's encoding says
	Bytes           // bytes
	ByteArray       // bytearray
	Tuple           // tuple
	List            // list
	Dict            // dict
	Set             // set
	FrozenSet       // frozenset
	Class           // an imported object: a class, a function, whatever the name holds
	Instance        // what a call gave, with every state and item put on it
	Persistent      // what the loader's callback gives for a persistent id
	Inline          // what a loader built from bytes between the opcodes
	Buffer          // an out-of-band buffer
	bigInt          // an Int that no int64 holds
	longText        // a Text, ByteText, Bytes or ByteArray kept as a span of the input
)

var kindNames = [...]string{
	"invalid", "None", "bool", "int", "float", "str", "str", "bytes", "bytearray", "tuple", "list", "dict",
	"set", "frozenset", "class", "instance", "persistent object", "inline data", "buffer", "int", "text",
}

// String returns Python's word for k where it has one.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Invalid]
}

// node is one object. What n and ref hold depends on the kind:
//
//	Int                 ref: the number
//	Float               ref: its bits
//	Text … ByteArray    n: length, ref: where in text
//	longText            flag: the kind it stands for, ref: index of its span
//	bigInt              ref: index of its span
//	Tuple               n: length, ref: edges
//	List … FrozenSet    n: number of items or pairs, ref: last chunk
//	Instance            n: index of the event that made it, ref: last chunk
//	Persistent          ref: the id, a Value
//	Inline              n: the instance that stood for it, ref: its data, a Value
type node struct {
	kind Kind
	flag uint8
	n    uint32
	ref  uint64
}

const (
	pageBits = 12
	pageLen  = 1 << pageBits
)

// arena is a list of items in pages, so that growing copies nothing.
type arena[T any] struct {
	pages []*[pageLen]T
	n     int // items in use
}

func (a *arena[T]) at(i int) *T { return &a.pages[i>>pageBits][i&(pageLen-1)] }

// push appends item and returns its index; full says that it took a new page.
func (a *arena[T]) push(item T) (index int, grown bool) {
	i := a.n
	if i>>pageBits == len(a.pages) {
		a.pages = append(a.pages, new([pageLen]T))
		grown = true
	}
	*a.at(i) = item
	a.n++
	return i, grown
}

// keptPages bounds what an arena keeps for the next program.
const keptPages = 256

func (a *arena[T]) reset() {
	a.n = 0
	if len(a.pages) > keptPages {
		clear(a.pages[keptPages:])
		a.pages = a.pages[:keptPages]
	}
}

// An edge's address is the segment above segmentBits and the place in it below.
const (
	segmentBits  = 14
	firstSegment = 1 << 12
	maxSegments  = 1 << (32 - segmentBits)
)

// edgeStore holds the values of tuples, and chunks of the values of lists,
// dicts, sets and instances. A chunk is a header of two words, the next
// chunk and the number of values with a tag, and then the values. The chunks
// of one object form a ring: its node names the last, which names the first.
type edgeStore struct {
	segments [][]Value
	last     []Value // the last segment
	base     uint32  // its address
	used     int     // in it
	supply   *supply[Value]
}

const (
	chunkHeader = 2
	chunkCount  = 1<<28 - 1 // below the tag
)

// Tags of an instance's chunks.
const (
	tagItems Value = iota << 28 // appended or added
	tagState                    // one state, by BUILD
	tagPairs                    // keys and values
)

// alloc returns the address of n fresh values and the values themselves, and
// how many bytes of memory it had to ask for. ok is false where the address
// space is used up.
func (e *edgeStore) alloc(n int) (ref uint32, values []Value, bytes int, ok bool) {
	start := e.used
	if start+n >= len(e.last) { // also where there is no segment yet
		return e.grow(n)
	}
	e.used += n
	return e.base | uint32(start), e.last[start:e.used:e.used], 0, true
}

// grow is alloc where the last segment is full.
func (e *edgeStore) grow(n int) (ref uint32, values []Value, bytes int, ok bool) {
	next := len(e.segments)
	if next >= maxSegments {
		return 0, nil, 0, false
	}
	size := 1 << segmentBits
	if next < segmentBits {
		size = min(firstSegment<<next, size)
	}
	if n <= size && size == 1<<segmentBits {
		e.last = e.page()
	} else {
		e.last = make([]Value, max(size, n))
	}
	e.segments = append(e.segments, e.last)
	e.base, e.used = uint32(next)<<segmentBits, n
	return e.base, e.last[:n:n], len(e.last) * 4, true
}

// page returns the memory of a segment.
func (e *edgeStore) page() []Value {
	if page := e.supply.next(); page != nil {
		return page
	}
	page := make([]Value, 1<<segmentBits)
	touch(page, bytesPerPage/4) // the system gives memory once, not for reading and then for writing
	return page
}

// from returns the values from ref to the end of its segment.
func (e *edgeStore) from(ref uint32) []Value {
	return e.segments[ref>>segmentBits][ref&(1<<segmentBits-1):]
}

// extend makes the chunk at ref longer by n values where it is the last
// thing allocated and has room, and returns the new values.
func (e *edgeStore) extend(ref uint32, n int) []Value {
	start := int(ref & (1<<segmentBits - 1))
	segment := e.last
	if ref&^(1<<segmentBits-1) != e.base || start >= len(segment) {
		return nil
	}
	have := int(segment[start+1] & chunkCount)
	if start+chunkHeader+have != e.used || e.used+n > len(segment) || have+n > chunkCount {
		return nil
	}
	values := segment[e.used : e.used+n]
	segment[start+1] += Value(n)
	e.used += n
	return values
}

func (e *edgeStore) reset() {
	if len(e.segments) > 1 {
		clear(e.segments[1:])
		e.segments = e.segments[:1]
	}
	e.used, e.base = 0, 0
	if len(e.segments) > 0 {
		e.last = e.segments[0]
	}
}

const (
	textBits = 17
	textPage = 1 << textBits
	maxText  = 1 << 16 // longer text stays in the input, as a span
	maxHead  = 256     // what a span keeps of its first bytes
)

// textStore holds short text in pages; an address is the page and the place in it.
type textStore struct {
	pages [][]byte
	last  []byte // the last page
	used  int    // in it
}

// alloc returns room for n bytes, at most maxText.
func (t *textStore) alloc(n int) (ref uint64, room []byte, grown bool) {
	if t.used+n >= len(t.last) { // also where there is no page yet
		t.last = make([]byte, textPage)
		t.pages = append(t.pages, t.last)
		t.used = 0
		grown = true
	}
	ref = t.address()
	room = t.last[t.used : t.used+n]
	t.used += n
	return ref, room, grown
}

// address is that of the next byte.
func (t *textStore) address() uint64 { return uint64(len(t.pages)-1)<<textBits | uint64(t.used) }

// shortText is how much text short takes.
const shortText = 16

// short is alloc and copy of the first n ≤ shortText bytes in raw. It says
// false where they are not ASCII, or where the page is full.
func (t *textStore) short(raw *[shortText]byte, n int) (ref uint64, ok bool) {
	if t.used+shortText > len(t.last) {
		return 0, false
	}
	// A shift past 63 gives 0, so that all 8 bytes of low count from n = 8 on.
	low := binary.LittleEndian.Uint64(raw[:8]) & (1<<(8*uint(n)) - 1)
	high := binary.LittleEndian.Uint64(raw[8:]) & (1<<(8*uint(max(n-8, 0))) - 1)
	if (low|high)&0x8080808080808080 != 0 {
		return 0, false
	}
	binary.LittleEndian.PutUint64(t.last[t.used:], low)
	binary.LittleEndian.PutUint64(t.last[t.used+8:], high)
	ref = t.address()
	t.used += n
	return ref, true
}

func (t *textStore) at(ref uint64, n int) []byte {
	start := int(ref & (textPage - 1))
	return t.pages[ref>>textBits][start : start+n]
}

func (t *textStore) reset() {
	if len(t.pages) > 1 {
		clear(t.pages[1:])
		t.pages = t.pages[:1]
	}
	t.used = 0
	if len(t.pages) > 0 {
		t.last = t.pages[0]
	}
}

// span is long data that stays in the input.
type span struct {
	offset, length int64 // of the raw bytes in the input
	size           int64 // bytes, once escapes are decoded
	chars          int64 // code points, of text
	escaped        bool  // the raw bytes hold escapes
	head           []byte
}

// graph is all that one program made.
type graph struct {
	nodes arena[node]
	edges edgeStore
	text  textStore
	spans []span
}

func (g *graph) reset() {
	g.nodes.reset()
	g.nodes.push(node{}) // the zero Value is no object
	g.edges.reset()
	g.text.reset()
	clear(g.spans)
	g.spans = g.spans[:0]
}

func (g *graph) kind(v Value) Kind {
	if isNode(v) {
		return g.nodes.at(int(v)).kind
	}
	switch {
	case v >= smallInt:
		return Int
	case isGlobal(v):
		return Class
	case v == none:
		return None
	case v == emptyTuple:
		return Tuple
	}
	return Bool
}
