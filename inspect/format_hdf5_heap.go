package inspect

import "math/bits"

// hdf5Heap is a fractal heap: objects in blocks, which a table of rows of
// doubling size has.
type hdf5Heap struct {
	h        *hdf5
	idLength int
	width    uint64
	start    uint64 // bytes of a block of the first two rows
	most     uint64 // bytes of the largest block that holds objects itself
	offset   int    // bytes of an offset in the heap
	length   int    // bytes of a length in the heap
	root     int64
	rows     int                 // of the root's table; 0 where the root is a block
	index    int64               // of the objects that are too large for blocks
	huge     map[uint64]hdf5Span // these, by their number
}

// fractalHeap reads a heap's header. A heap whose blocks are filtered is
// none that the libraries of models write.
func (h *hdf5) fractalHeap(at int64) (*hdf5Heap, bool) {
	c := h.part(at, h.size)
	f := &hdf5Heap{h: h}
	sign := string(c.take(4))
	c.skip(1)
	f.idLength = int(c.u16())
	filters := c.u16()
	c.skip(1)
	managed := uint64(c.u32())
	c.skip(int64(h.lengths))
	f.index = h.address(c)
	c.skip(int64(9*h.lengths + h.addresses))
	f.width = uint64(c.u16())
	f.start, f.most = uint64(h.length(c)), uint64(h.length(c))
	widest := int(c.u16())
	c.skip(2)
	f.root, f.rows = h.address(c), int(c.u16())
	f.offset = (widest + 7) / 8
	powers := bits.OnesCount64(f.width) == 1 && bits.OnesCount64(f.start) == 1 && bits.OnesCount64(f.most) == 1
	if c.bad || sign != "FRHP" || filters != 0 || !powers || f.start > f.most || f.offset > 8 || f.most > 1<<32 || f.rows > 64 || f.root == hdf5None {
		return nil, false
	}
	f.length = min((bits.Len64(f.most)+6)/8, hdf5Bytes(max(managed, 1)))
	return f, true
}

// find returns where the object is whose identifier comes next.
func (f *hdf5Heap) find(id *cursor) (hdf5Span, bool) {
	end := id.at + int64(f.idLength)
	kind := id.u8()
	if id.bad || kind&0xc0 != 0 || end > id.end {
		return hdf5Span{}, false
	}
	switch kind >> 4 {
	case 0:
		offset := f.h.number(id, f.offset)
		length := f.h.number(id, f.length)
		if id.bad || id.at > end {
			return hdf5Span{}, false
		}
		return f.managed(offset, length)
	case 1:
		return f.large(id)
	case 2: // in the identifier itself
		length := int64(kind&0x0f) + 1
		return hdf5Span{id.at, id.at + length}, id.at+length <= end
	}
	return hdf5Span{}, false
}

// large finds an object that has a place of its own in the file: the
// identifier says where, or, where it is too short for that, a number.
func (f *hdf5Heap) large(id *cursor) (hdf5Span, bool) {
	if f.idLength > f.h.addresses+f.h.lengths {
		return f.h.span(id)
	}
	if f.huge == nil {
		f.huge = map[uint64]hdf5Span{}
		if f.index != hdf5None {
			f.h.records(f.index, func(record *cursor) {
				if s, ok := f.h.span(record); ok {
					f.huge[f.h.number(record, f.h.lengths)] = s
				}
			})
		}
	}
	s, ok := f.huge[f.h.number(id, min(f.idLength-1, 8))]
	return s, ok && !id.bad
}

// span reads an address and a length.
func (h *hdf5) span(c *cursor) (hdf5Span, bool) {
	at, size := h.address(c), h.length(c)
	if c.bad || at == hdf5None || size > h.size-at {
		return hdf5Span{}, false
	}
	return hdf5Span{at, at + size}, true
}

// managed finds an object by its offset in the heap, through tables of
// blocks that get smaller with each step.
func (f *hdf5Heap) managed(offset, length uint64) (hdf5Span, bool) {
	at, rows, size := f.root, f.rows, f.start
	direct := bits.Len64(f.most) - bits.Len64(f.start) + 2 // rows of blocks that hold objects
	for rows > 0 {
		c := f.h.part(at, f.h.size)
		if string(c.take(4)) != "FHIB" {
			return hdf5Span{}, false
		}
		c.skip(int64(1 + f.h.addresses + f.offset))
		row, first := 0, uint64(0)
		size = f.start
		if offset >= f.start*f.width {
			row = bits.Len64(offset) - bits.Len64(f.start*f.width) + 1
			first = 1 << (bits.Len64(offset) - 1)
			size = f.start << (row - 1)
		}
		if row >= rows || size == 0 {
			return hdf5Span{}, false
		}
		column := (offset - first) / size
		c.skip(int64(uint64(row)*f.width+column) * int64(f.h.addresses))
		at = f.h.address(c)
		offset -= first + column*size
		if c.bad || at == hdf5None {
			return hdf5Span{}, false
		}
		if row < direct {
			break
		}
		rows = bits.Len64(size) - bits.Len64(f.start*f.width) + 1
	}
	c := f.h.part(at, f.h.size)
	if string(c.take(4)) != "FHDB" || offset > size || length > size-offset || offset+length > uint64(f.h.size-at) {
		return hdf5Span{}, false
	}
	return hdf5Span{at + int64(offset), at + int64(offset+length)}, true
}
