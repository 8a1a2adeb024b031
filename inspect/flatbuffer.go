package inspect

// flatBuffer reads a buffer of Google's FlatBuffers: tables whose fields are
// found through a list of places, vectors and texts behind offsets. Every
// place is held against the buffer; what lies outside sets bad and gives zeros.
type flatBuffer struct {
	in   *cursor
	base int64 // where the buffer begins in the file
	bad  bool
}

func (f *flatBuffer) bytes(at int64, n int) []byte {
	b, ok := f.in.bytes(at, n)
	if !ok || at < f.base || at+int64(n) > f.in.end {
		f.bad = true
		return make([]byte, n)
	}
	return b
}

func (f *flatBuffer) scalar(at int64) uint32 {
	if at == 0 {
		return 0
	}
	return le.Uint32(f.bytes(at, 4))
}

// root returns the outermost table.
func (f *flatBuffer) root() int64 { return f.target(f.base) }

// target follows the offset at a place; 0 where there is none.
func (f *flatBuffer) target(at int64) int64 {
	offset := f.scalar(at)
	if offset == 0 {
		return 0
	}
	return at + int64(offset)
}

// field returns the place of a table's field; 0 where the table has none.
func (f *flatBuffer) field(table int64, number int) int64 {
	if table == 0 {
		return 0
	}
	list := table - int64(int32(f.scalar(table)))
	if size := int(le.Uint16(f.bytes(list, 2))); 4+2*number+2 > size {
		return 0
	}
	offset := le.Uint16(f.bytes(list+4+2*int64(number), 2))
	if offset == 0 {
		return 0
	}
	return table + int64(offset)
}

// vector returns how many items the vector in a field has, and where the first is.
func (f *flatBuffer) vector(field int64) (n, first int64) {
	at := f.target(field)
	if at == 0 {
		return 0, 0
	}
	n = int64(f.scalar(at))
	if n > f.in.end-at {
		f.bad = true
		return 0, 0
	}
	return n, at + 4
}

// text returns the text in a field, at most limit bytes of it.
func (f *flatBuffer) text(field, limit int64) string {
	n, at := f.vector(field)
	if f.bad || n == 0 {
		return ""
	}
	return string(f.in.hold(at, at+n, limit))
}
