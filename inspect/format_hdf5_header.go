package inspect

// The messages that an object header holds, as far as they are read.
const (
	hdf5NilMessage          = 0x00
	hdf5SpaceMessage        = 0x01
	hdf5LinkInfoMessage     = 0x02
	hdf5TypeMessage         = 0x03
	hdf5LinkMessage         = 0x06
	hdf5ExternalMessage     = 0x07
	hdf5LayoutMessage       = 0x08
	hdf5FilterMessage       = 0x0b
	hdf5AttributeMessage    = 0x0c
	hdf5SharedTableMessage  = 0x0f
	hdf5ContinuationMessage = 0x10
	hdf5SymbolsMessage      = 0x11
	hdf5DriverMessage       = 0x14
	hdf5AttributesMessage   = 0x15
	hdf5LastMessage         = 0x17
)

// hdf5Single are the messages of which an object has one.
var hdf5Single = map[int]bool{
	hdf5SpaceMessage: true, hdf5LinkInfoMessage: true, hdf5TypeMessage: true, hdf5ExternalMessage: true, hdf5LayoutMessage: true,
	hdf5FilterMessage: true, hdf5SymbolsMessage: true, hdf5AttributesMessage: true,
}

// hdf5Message is one message, by its place.
type hdf5Message struct {
	kind   int
	shared bool // its body says in which object it stands
	hdf5Span
}

// maxHDF5Blocks bounds the blocks of one header.
const maxHDF5Blocks = 1 << 16

// hdf5Header is the reading of one object header.
type hdf5Header struct {
	h        *hdf5
	newer    bool // version 2
	ordered  bool // with a creation order in each message
	messages []hdf5Message
	blocks   []hdf5Span
	known    map[int64]bool // blocks by their start
	bad      bool
}

// header returns the messages of the object header at an address, also where
// it says false because not all could be read.
func (h *hdf5) header(at int64) ([]hdf5Message, bool) {
	c := h.part(at, h.size)
	r := hdf5Header{h: h, known: map[int64]bool{at: true}}
	left := 0 // messages that version 1 counts
	switch head := c.take(4); {
	case string(head) == "OHDR":
		r.newer = true
		r.first(c)
	case head[0] == 1:
		left = int(head[2]) | int(head[3])<<8
		c.skip(4)
		size := int64(c.u32())
		c.skip(4)
		r.block(hdf5Span{c.at, c.at + size})
	default:
		return nil, false
	}
	for i := 0; i < len(r.blocks) && !r.bad; i++ {
		r.read(r.blocks[i])
	}
	if !r.newer && left > len(r.messages) {
		r.bad = true
	}
	return r.messages, !r.bad && !c.bad
}

// first reads what stands before the messages of version 2.
func (r *hdf5Header) first(c *cursor) {
	version, flags := c.u8(), c.u8()
	if version != 2 {
		r.bad = true
		return
	}
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // how many attributes stand here
	}
	size := int64(min(r.h.number(c, 1<<(flags&3)), 1<<62))
	r.ordered = flags&4 != 0
	r.block(hdf5Span{c.at, c.at + size})
}

// block notes a block of messages that is to be read.
func (r *hdf5Header) block(s hdf5Span) {
	if s.end < s.at || s.end > r.h.size || len(r.blocks) == maxHDF5Blocks {
		r.bad = true
		return
	}
	r.blocks = append(r.blocks, s)
}

// read reads the messages of a block.
func (r *hdf5Header) read(s hdf5Span) {
	c := r.h.part(s.at, s.end)
	prefix := int64(8)
	if r.newer {
		prefix = 4
		if r.ordered {
			prefix = 6
		}
	}
	for c.left() >= prefix {
		if r.h.messages++; r.h.messages > maxHDF5Messages {
			r.h.fail(IssueLimit, c.at, "more than %d messages", maxHDF5Messages)
			r.bad = true
			return
		}
		var m hdf5Message
		var size int64
		var flags byte
		if r.newer {
			m.kind, size, flags = int(c.u8()), int64(c.u16()), c.u8()
			c.skip(prefix - 4)
		} else {
			m.kind, size, flags = int(c.u16()), int64(c.u16()), c.u8()
			c.skip(3)
		}
		m.at, m.end = c.at, c.at+size
		m.shared = flags&2 != 0
		if c.skip(size); c.bad {
			r.bad = true
			return
		}
		r.message(m)
	}
}

func (r *hdf5Header) message(m hdf5Message) {
	switch {
	case m.kind == hdf5NilMessage && r.newer:
	case m.kind == hdf5ContinuationMessage:
		c := r.h.part(m.at, m.end)
		at, size := r.h.address(c), r.h.length(c)
		switch {
		case c.bad || at == hdf5None || r.known[at] || size > r.h.size-at:
			r.bad = true
		case r.newer:
			sign := r.h.part(at, at+size)
			r.bad = string(sign.take(4)) != "OCHK" || size < 8
			at, size = at+4, size-8 // the signature, and a checksum behind
		}
		if !r.bad {
			r.known[at] = true
			r.block(hdf5Span{at, at + size})
		}
		if !r.newer {
			r.messages = append(r.messages, m)
		}
	case m.kind > hdf5LastMessage:
		// 24 is an image of objects that stand in for those elsewhere in the file
		r.h.fail(IssueUnsupported, m.at, "a message of the type %d, which is not read", m.kind)
	case m.kind == hdf5SharedTableMessage:
		r.h.fail(IssueUnsupported, m.at, "messages that objects share in a table are not read")
	case m.kind == hdf5DriverMessage:
		r.h.fail(IssueUnsupported, m.at, "the file is one of several, by a driver's word")
	default:
		r.messages = append(r.messages, m)
	}
}

// body returns where a message's own bytes are: those of a shared one stand
// in the header of another object.
func (h *hdf5) body(m hdf5Message) (hdf5Span, bool) {
	if !m.shared {
		return m.hdf5Span, true
	}
	c := h.part(m.at, m.end)
	return h.share(c, m.kind)
}

// share reads where a shared message is, and finds it.
func (h *hdf5) share(c *cursor, kind int) (hdf5Span, bool) {
	version, place := c.u8(), c.u8()
	switch {
	case version == 1:
		c.skip(6)
	case version == 3 && place == 1 || version > 3:
		return hdf5Span{}, false // in a table
	}
	at := h.address(c)
	if c.bad || at == hdf5None {
		return hdf5Span{}, false
	}
	key := [2]int64{at, int64(kind)}
	if s, known := h.types[key]; known {
		return s, s.end > 0
	}
	found := hdf5Span{}
	messages, _ := h.header(at)
	for _, m := range messages {
		if m.kind == kind && !m.shared {
			found = m.hdf5Span
			break
		}
	}
	h.types[key] = found
	return found, found.end > 0
}
