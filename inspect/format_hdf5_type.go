package inspect

import (
	"strconv"
	"strings"
)

// hdf5Type is a type as h5py gives it to NumPy.
type hdf5Type struct {
	dtype
	size     int64 // of an item in the file
	isText   bool
	variable bool // items stand in a heap
}

// The classes of types.
const (
	hdf5Integer = iota
	hdf5Float
	hdf5Time
	hdf5String
	hdf5Bits
	hdf5Opaque
	hdf5Compound
	hdf5Reference
	hdf5Enum
	hdf5Variable
	hdf5Array
	hdf5Complex
)

const maxHDF5Fields = 10_000

// datatype reads a type, and the types in it to a depth.
func (h *hdf5) datatype(c *cursor, depth int) (hdf5Type, bool) {
	head := c.u8()
	version, class := head>>4, head&0x0f
	flags := uint32(c.u8()) | uint32(c.u8())<<8 | uint32(c.u8())<<16
	t := hdf5Type{size: int64(c.u32())}
	t.itemSize = t.size
	order := byte('<')
	if flags&1 != 0 {
		order = '>'
	}
	if c.bad || depth > maxDTypeDepth || h.spent() {
		return t, false
	}
	switch class {
	case hdf5Integer, hdf5Bits:
		t.char = 'u'
		if class == hdf5Integer && flags&8 != 0 {
			t.char = 'i'
		}
		c.skip(4)
	case hdf5Float:
		t.char = 'f'
		c.skip(12)
	case hdf5Time, hdf5Opaque:
		t.char = 'V'
		if class == hdf5Opaque {
			c.skip(int64(flags&0xff+7) &^ 7)
		} else {
			c.skip(2)
		}
	case hdf5String:
		t.char, t.isText = 'S', true
	case hdf5Compound:
		ok := h.compound(c, &t, version, int(flags&0xffff), depth)
		t.text = t.text[:min(len(t.text), maxText)]
		return t, ok
	case hdf5Reference:
		t.dtype = dtype{text: "|O", itemSize: 8, char: 'O'}
		return t, true
	case hdf5Enum:
		ok := h.enum(c, &t, version, int(flags&0xffff), depth)
		return t, ok
	case hdf5Variable:
		t.dtype, t.variable, t.isText = dtype{text: "|O", itemSize: 8, char: 'O'}, true, flags&0x0f == 1
		_, ok := h.datatype(c, depth+1)
		return t, ok && t.size == int64(8+h.addresses)
	case hdf5Array:
		ok := h.array(c, &t, version, depth)
		return t, ok
	case hdf5Complex:
		base, ok := h.datatype(c, depth+1)
		t.char = 'c'
		if strings.HasPrefix(base.text, ">") {
			order = '>'
		}
		t.text = t.describe(order, "")
		return t, ok
	default:
		return t, false
	}
	t.text = t.describe(order, "")
	return t, !c.bad
}

// compound reads a structured type. One of two floats r and i is what h5py
// makes of complex numbers.
func (h *hdf5) compound(c *cursor, t *hdf5Type, version byte, members, depth int) bool {
	if members > maxHDF5Fields {
		return false
	}
	t.char = 'V'
	var fields, kinds []string
	at := int64(0)
	for range members {
		name := h.typeName(c, version)
		offset := int64(0)
		if version < 3 {
			offset = int64(c.u32())
		} else {
			offset = int64(h.number(c, hdf5Bytes(uint64(max(t.size, 1)))))
		}
		shape := []int64{}
		if version == 1 {
			rank := int(c.u8())
			c.skip(3 + 4 + 4)
			for i := range 4 {
				if n := int64(c.u32()); i < rank {
					shape = append(shape, n)
				}
			}
		}
		inner, ok := h.datatype(c, depth+1)
		_, size, fits := product(shape, inner.size)
		if !ok || !fits || c.bad || offset > t.size || size > t.size-offset {
			return false
		}
		if offset > at {
			fields = append(fields, "('', '|V"+strconv.FormatInt(offset-at, 10)+"')")
		}
		text := fieldDescr(inner.text)
		if len(shape) > 0 {
			text += ", " + tupleText(shape)
		}
		fields = append(fields, "("+pythonQuote(name)+", "+text+")")
		kinds = append(kinds, name+":"+inner.text)
		at = offset + size
		t.itemSize += inner.itemSize - inner.size
	}
	if t.size > at {
		fields = append(fields, "('', '|V"+strconv.FormatInt(t.size-at, 10)+"')")
	}
	t.text = "[" + strings.Join(fields, ", ") + "]"
	if len(kinds) == 2 && strings.HasPrefix(kinds[0], "r:") && kinds[1] == "i"+kinds[0][1:] && kinds[0][3] == 'f' {
		t.char = 'c'
		t.text = t.describe(kinds[0][2], "")
	}
	return true
}

// typeName reads a name in a type, which older versions fill up to eight bytes.
func (h *hdf5) typeName(c *cursor, version byte) string {
	name := h.zeroText(c.at, c.end)
	size := int64(len(name)) + 1
	if version < 3 {
		size = (size + 7) &^ 7
	}
	c.skip(size)
	return name
}

// enum reads an enumeration, of which h5py makes booleans where it has the
// names of those.
func (h *hdf5) enum(c *cursor, t *hdf5Type, version byte, members, depth int) bool {
	base, ok := h.datatype(c, depth+1)
	if !ok || members > maxHDF5Fields {
		return false
	}
	var names []string
	for range members {
		names = append(names, h.typeName(c, version))
		if c.bad {
			return false
		}
	}
	t.dtype = base.dtype
	if t.size == 1 && members == 2 && names[0] == "FALSE" && names[1] == "TRUE" {
		t.char = 'b'
		t.text = t.describe('|', "")
	}
	return true
}

// array reads a type of several items of another one.
func (h *hdf5) array(c *cursor, t *hdf5Type, version byte, depth int) bool {
	rank := int(c.u8())
	if rank > maxDims {
		return false
	}
	if version < 3 {
		c.skip(3)
	}
	shape := make([]int64, rank)
	for i := range shape {
		shape[i] = int64(c.u32())
	}
	if version < 3 {
		c.skip(4 * int64(rank))
	}
	base, ok := h.datatype(c, depth+1)
	_, size, fits := product(shape, base.size)
	_, shown, fits2 := product(shape, base.itemSize)
	t.dtype = dtype{text: "(" + quoteDescr(base.text) + ", " + tupleText(shape) + ")", itemSize: shown, char: 'V'}
	return ok && fits && fits2 && size == t.size
}
