package inspect

// hdf5Dataset is a dataset, or why it is none that can be listed.
type hdf5Dataset struct {
	array array
	size  int64 // of an item in the file
	null  bool  // without any items, and without a shape
	why   string
}

func (h *hdf5) addDataset(d *hdf5Dataset, path string) {
	if !d.null && d.why == "" {
		h.w.addArray(hdf5Path(path), d.array, h.w.member)
	}
}

// dataset reads what a dataset says of itself.
func (h *hdf5) dataset(messages []hdf5Message, o hdf5Object) *hdf5Dataset {
	d := &hdf5Dataset{why: "lacks a type or a shape"}
	var typed, shaped bool
	bodies := map[int]hdf5Span{}
	for _, m := range messages {
		if span, ok := h.body(m); ok && bodies[m.kind].end == 0 {
			bodies[m.kind] = span
		}
	}
	if s := bodies[hdf5TypeMessage]; s.end > 0 {
		var t hdf5Type
		t, typed = h.datatype(h.part(s.at, s.end), 0)
		d.array.dtype, d.size = t.dtype, t.size
	}
	if s := bodies[hdf5SpaceMessage]; s.end > 0 {
		d.array.shape, d.null, shaped = h.dataspace(h.part(s.at, s.end))
	}
	if typed && shaped {
		d.why = h.place(d, bodies, o)
	}
	if s := bodies[hdf5FilterMessage]; s.end > 0 {
		h.filters(h.part(s.at, s.end), o)
	}
	if s := bodies[hdf5ExternalMessage]; s.end > 0 {
		h.external(h.part(s.at, s.end), o)
	}
	if d.why != "" {
		h.fail(IssueMalformed, o.at, "the dataset %s %s", shortQuote("/"+o.path), d.why)
	}
	return d
}

// place checks where a dataset's numbers are.
func (h *hdf5) place(d *hdf5Dataset, bodies map[int]hdf5Span, o hdf5Object) string {
	_, shown, fits := product(d.array.shape, d.array.dtype.itemSize)
	_, size, fits2 := product(d.array.shape, d.size)
	if !fits || !fits2 {
		return "has a shape that overflows"
	}
	if d.null {
		size = 0
	}
	d.array.bytes, d.array.offset = shown, o.at
	s := bodies[hdf5LayoutMessage]
	c := h.part(s.at, s.end)
	version, class, rank := c.u8(), c.u8(), byte(0)
	if version < 3 {
		rank, class = class, c.u8()
		c.skip(5)
	}
	switch {
	case version == 0 || version > 5:
		h.fail(IssueUnsupported, s.at, "the dataset %s has a layout of version %d", shortQuote("/"+o.path), version)
	case class == 0:
		h.compact(c, d, size, version, rank)
	case class == 1:
		at := h.address(c)
		if version >= 3 {
			size = max(size, h.length(c))
		}
		switch {
		case at == hdf5None: // never written
		case size > h.used-at:
			h.fail(IssueTruncated, o.at, "the data of %s ends behind the file", shortQuote("/"+o.path))
		default:
			d.array.offset = at
		}
	case class == 2:
		h.chunked(c, version, o)
	case class == 3 && version >= 4:
		h.virtual(c, o)
	default:
		return "has an unknown layout"
	}
	if c.bad {
		return "has a damaged layout"
	}
	return ""
}

// compact checks numbers that stand in the layout itself.
func (h *hdf5) compact(c *cursor, d *hdf5Dataset, size int64, version, rank byte) {
	there := int64(0)
	if version < 3 {
		c.skip(4 * int64(rank))
		there = int64(c.u32())
	} else {
		there = int64(c.u16())
	}
	d.array.offset = c.at
	if c.skip(there); there < size {
		c.bad = true
	}
}

// chunked looks only at where the index of the chunks is.
func (h *hdf5) chunked(c *cursor, version byte, o hdf5Object) {
	if version > 3 {
		return // the address is behind sizes that depend on the kind of the index
	}
	if version == 3 {
		c.skip(1)
	}
	if at := h.address(c); at != hdf5None && at >= h.used {
		h.fail(IssueTruncated, o.at, "the data of %s is behind the file", shortQuote("/"+o.path))
	}
}

// virtual names the first of the files that a virtual dataset is made of.
func (h *hdf5) virtual(c *cursor, o hdf5Object) {
	s, ok := h.global(c)
	block := h.part(s.at, s.end)
	block.skip(1)
	h.length(block)
	file := ""
	if ok && !block.bad {
		file = h.zeroText(block.at, block.end)
	}
	h.outside(file, "the data of "+shortQuote("/"+o.path)+" is, or some of it,", o.at)
}

// external reads the list of the files that hold a dataset's numbers.
func (h *hdf5) external(c *cursor, o hdf5Object) {
	c.skip(6)
	used := int(c.u16())
	names, ok := h.localHeap(h.address(c))
	for range used {
		name := uint64(h.length(c))
		c.skip(2 * int64(h.lengths))
		if !ok || c.bad || name >= uint64(names.end-names.at) {
			h.fail(IssueMalformed, o.at, "the dataset %s does not say in which file its data is", shortQuote("/"+o.path))
			return
		}
		h.outside(h.zeroText(names.at+int64(name), names.end), "the data of "+shortQuote("/"+o.path)+" is", o.at)
	}
}

// hdf5Filters are the filters that HDF5, h5py and PyTables bring with them.
var hdf5Filters = map[uint16]string{
	1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf",
	305: "lzo", 307: "bzip2", 32001: "blosc", 32026: "blosc2",
}

// filters names the filters that a dataset's chunks pass. One that HDF5 does
// not have is a native library, which it looks for by number.
func (h *hdf5) filters(c *cursor, o hdf5Object) {
	version, count := c.u8(), int(c.u8())
	if version == 1 {
		c.skip(6)
	}
	for range count {
		id, size := c.u16(), 0
		if version == 1 || id >= 256 {
			size = int(c.u16())
		}
		c.skip(2)
		values := int64(c.u16())
		if version == 1 {
			size = (size + 7) &^ 7
			values += values & 1
		}
		name := h.zeroText(c.at, min(c.at+int64(size), c.end))
		c.skip(int64(size) + 4*values)
		if c.bad {
			h.fail(IssueMalformed, o.at, "the dataset %s has damaged filters", shortQuote("/"+o.path))
			return
		}
		if hdf5Filters[id] == "" {
			h.fail(IssueUnsupported, o.at, "the dataset %s needs the filter %d (%s), for which HDF5 loads a native library", shortQuote("/"+o.path), id, shortQuote(name))
		}
	}
}

// dataspace reads a shape. A null space has none.
func (h *hdf5) dataspace(c *cursor) (shape []int64, null, ok bool) {
	version, rank := c.u8(), int(c.u8())
	c.skip(1)
	kind := c.u8()
	if version == 1 {
		c.skip(4)
		kind = min(1, byte(rank))
	}
	if version < 1 || version > 2 || rank > maxDims || kind > 2 {
		return nil, false, false
	}
	shape = make([]int64, rank)
	for i := range shape {
		shape[i] = h.length(c)
	}
	return shape, kind == 2, !c.bad
}

// attributes reads the attributes of an object, in messages or in a heap.
func (h *hdf5) attributes(messages []hdf5Message, o hdf5Object) {
	for _, m := range messages {
		switch m.kind {
		case hdf5AttributeMessage:
			s, ok := h.body(m)
			if !ok {
				h.fail(IssueUnsupported, m.at, "an attribute of %s stands elsewhere", shortQuote("/"+o.path))
				continue
			}
			h.attribute(h.part(s.at, s.end), o)
		case hdf5AttributesMessage:
			c := h.part(m.at, m.end)
			c.skip(1)
			if flags := c.u8(); flags&1 != 0 {
				c.skip(2)
			}
			heap, index := h.address(c), h.address(c)
			h.dense(heap, index, o, 0, func(a *cursor) { h.attribute(a, o) })
		}
	}
}
