package inspect

import (
	"io"
	"strconv"
	"strings"
)

// attribute reads one attribute: its name, type, shape and value.
func (h *hdf5) attribute(c *cursor, o hdf5Object) {
	at := c.at
	version, flags := c.u8(), c.u8()
	sizes := [3]int64{int64(c.u16()), int64(c.u16()), int64(c.u16())}
	if version == 3 {
		c.skip(1)
	}
	var parts [3]*cursor // name, type, space
	for i, size := range sizes {
		parts[i] = h.part(c.at, min(c.at+size, c.end))
		if version == 1 {
			size = (size + 7) &^ 7
		}
		c.skip(size)
	}
	for i, kind := range []int{hdf5TypeMessage, hdf5SpaceMessage} {
		if version > 1 && flags&(1<<i) != 0 {
			s, ok := h.share(parts[i+1], kind)
			parts[i+1] = h.part(s.at, s.end)
			parts[i+1].bad = !ok
		}
	}
	name := h.zeroText(parts[0].at, parts[0].end)
	t, ok := h.datatype(parts[1], 0)
	shape, null, ok2 := h.dataspace(parts[2])
	count, size, fits := product(shape, t.size)
	if null {
		count, size = 0, 0
	}
	if version < 1 || version > 3 || c.bad || !ok || !ok2 || !fits || size > c.left() {
		h.fail(IssueMalformed, at, "the attribute %s of %s is damaged", shortQuote(name), shortQuote("/"+o.path))
		return
	}
	if count == 1 {
		h.value(o, name, t, h.part(c.at, c.at+size))
	} else if o.path == "" {
		h.root.param("attrs["+pythonQuote(name)+"]", Literal("<"+strconv.FormatInt(count, 10)+" of "+t.text+">"))
	}
}

// value reads the value of an attribute that is one item.
func (h *hdf5) value(o hdf5Object, name string, t hdf5Type, c *cursor) {
	var shown any = Literal("<" + t.text + ">")
	at := c.at
	if t.variable {
		var ok bool
		if c, ok = h.variable(c); !ok {
			h.fail(IssueMalformed, at, "the value of the attribute %s of %s is not in the heap that it names", shortQuote(name), shortQuote("/"+o.path))
			return
		}
	}
	switch {
	case t.isText:
		h.trim(c)
		h.text(o, name, c, !t.variable)
		text := h.hold(c.at, c.end, maxText)
		shown = textValue(text, c.left() > int64(len(text)))
	case t.char == 'i' && t.size == 8:
		shown = int64(h.number(c, 8))
	}
	if o.path == "" && name != "model_config" && name != "training_config" {
		h.root.param("attrs["+pythonQuote(name)+"]", shown)
	}
}

// trim takes off the zeros that a text is filled up with.
func (h *hdf5) trim(c *cursor) {
	for c.left() > 0 {
		n := int(min(c.left(), maxText))
		b, ok := h.bytes(c.end-int64(n), n)
		if !ok {
			return
		}
		for n > 0 && b[n-1] == 0 {
			n--
			c.end--
		}
		if n > 0 {
			return
		}
	}
}

// text looks at what an attribute's text means to the libraries that keep
// models in HDF5: Keras its configuration, PyTables pickles.
func (h *hdf5) text(o hdf5Object, name string, c *cursor, fixed bool) {
	way := hdf5Path(o.path) + ".attrs[" + pythonQuote(name) + "]"
	member := strings.TrimPrefix(h.w.member+"/"+way, "/")
	text := string(h.hold(c.at, c.end, maxText))
	switch name {
	case "model_config":
		h.keras = h.keras || o.path == ""
		h.w.kerasConfig(member, c.part(c.at, c.end))
		return
	case "training_config":
		h.w.kerasObjects(member, "", c.part(c.at, c.end))
		return
	case "keras_version":
		h.keras = h.keras || o.path == ""
		if plausibleVersion(text) {
			h.w.version("keras", text, "keras_version of "+shortQuote("/"+o.path), h.w.member)
		}
	case "PSEUDOATOM":
		if text == "object" {
			h.fail(IssueUnsupported, c.at, "the items of %s are pickles, which are not read", shortQuote("/"+o.path))
		}
	}
	// PyTables takes bytes for a pickle that end with a full stop
	if fixed && c.left() > 2 && text != "" && h.byteAt(c.end-1) == '.' {
		if inner, ok := h.w.enter(way); ok {
			head := []byte(text[:min(len(text), headSize)])
			inner.pickles(identify(head), head, io.NewSectionReader(h.r, c.at, c.left()), c.left())
		}
	}
}

func (h *hdf5) byteAt(at int64) byte {
	b, ok := h.bytes(at, 1)
	if !ok {
		return 0
	}
	return b[0]
}

// variable reads where an item of variable length is: how many there are of
// it, and its place in a heap.
func (h *hdf5) variable(c *cursor) (*cursor, bool) {
	count := int64(c.u32())
	if count == 0 {
		return h.part(c.at, c.at), true
	}
	s, ok := h.global(c)
	if !ok || count > s.end-s.at {
		return nil, false
	}
	return h.part(s.at, s.at+count), true
}

// global finds an object in a global heap: a collection's address, and the
// object's number in it.
func (h *hdf5) global(c *cursor) (hdf5Span, bool) {
	at, number := h.address(c), c.u32()
	if c.bad || at == hdf5None {
		return hdf5Span{}, false
	}
	g := h.part(at, h.size)
	sign := string(g.take(4))
	g.skip(4)
	size := h.length(g)
	if g.bad || sign != "GCOL" || size > h.size-at {
		return hdf5Span{}, false
	}
	g.end = at + size
	for g.left() >= int64(8+h.lengths) {
		index := uint32(g.u16())
		g.skip(6)
		length := h.length(g)
		switch {
		case g.bad || length > g.left() || h.spent():
			return hdf5Span{}, false
		case index == 0: // what is free
			return hdf5Span{}, false
		case index == number:
			return hdf5Span{g.at, g.at + length}, true
		}
		g.skip(min((length+7)&^7, g.left()))
	}
	return hdf5Span{}, false
}

// spent counts the steps through heaps as messages: many attributes may lead
// through one heap.
func (h *hdf5) spent() bool {
	h.messages++
	return h.messages > maxHDF5Messages
}
