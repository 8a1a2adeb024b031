package inspect

import (
	"io"
	"strings"
)

var _ = register(format{name: "hdf5", doc: "groups, datasets, attributes, whatever superblock; data in other files is named", match: magic(0, hdf5Signature), read: func(w *walk, r io.ReaderAt, size int64) bool {
	w.hdf5(r, size, 0)
	return true
}})

// The reader of HDF5 is in four files: this one walks objects, the others
// read what objects are made of (_header), how groups name them (_group) and
// what attributes and datasets hold (_data). The format's specification is
// the HDF Group's "HDF5 File Format Specification, version 3.0".

const hdf5Signature = "\x89HDF\r\n\x1a\n"

const (
	maxHDF5Messages = 1 << 22 // of all object headers together
	maxHDF5Objects  = 1 << 20 // links to objects that are followed
	maxHDF5Depth    = 256     // of groups in groups
)

// hdf5 is the reading of one file. Addresses are offsets in the file from
// here on: what the file counts from its base was added.
type hdf5 struct {
	*cursor
	w         *walk
	base      int64 // where the superblock is: behind a user's block
	used      int64 // where the file ends by its own word
	addresses int   // bytes of an address
	lengths   int   // bytes of a length
	root      *Object
	keras     bool

	todo     []hdf5Object
	seen     map[int64]bool         // groups, nodes and blocks that were walked
	datasets map[int64]*hdf5Dataset // by address: links may share one
	types    map[[2]int64]hdf5Span  // of shared messages, by the address of their object and by their kind
	messages int
	links    int
}

// hdf5Span is a part of the file.
type hdf5Span struct{ at, end int64 }

// hdf5Object is an object that is still to be visited.
type hdf5Object struct {
	at    int64
	path  string // from the root, without a slash before or behind it
	depth int
}

// hdf5Behind finds a superblock behind a block of the user's own, which is
// 512 bytes long, or twice that, or twice that again; 0 where there is none.
func hdf5Behind(r io.ReaderAt, size int64) int64 {
	var head [len(hdf5Signature)]byte
	for at := int64(512); at > 0 && at < size; at *= 2 {
		if n, _ := r.ReadAt(head[:], at); n == len(head) && string(head[:]) == hdf5Signature {
			return at
		}
	}
	return 0
}

// hdf5 reads a file whose superblock is at base.
func (w *walk) hdf5(r io.ReaderAt, size, base int64) {
	w.format("hdf5")
	h := &hdf5{cursor: newCursor(r, size), w: w, base: base, root: &Object{Class: "h5py.File"}}
	h.seen, h.datasets, h.types = map[int64]bool{}, map[int64]*hdf5Dataset{}, map[[2]int64]hdf5Span{}
	at, ok := h.superblock()
	if !ok {
		return
	}
	h.todo = append(h.todo, hdf5Object{at: at})
	for len(h.todo) > 0 && !w.late(h.at) {
		next := h.todo[len(h.todo)-1]
		h.todo = h.todo[:len(h.todo)-1]
		h.object(next)
	}
	if h.keras {
		w.format("keras")
	} else {
		w.describe(h.root)
	}
}

func (h *hdf5) fail(kind IssueKind, at int64, format string, args ...any) {
	h.w.issue(kind, h.w.member, at, format, args...)
}

// superblock reads where things are, and returns the root group's address.
func (h *hdf5) superblock() (int64, bool) {
	c := h.part(h.base, h.size)
	c.skip(int64(len(hdf5Signature)))
	version := c.u8()
	h.root.param("superblock", int64(version))
	switch version {
	case 0, 1:
		c.skip(4)
	case 2, 3:
	default:
		h.fail(IssueUnsupported, h.base, "a superblock of version %d; versions 0 to 3 are read", version)
		return 0, false
	}
	h.addresses, h.lengths = int(c.u8()), int(c.u8())
	if !hdf5Width(h.addresses) || !hdf5Width(h.lengths) {
		h.fail(IssueUnsupported, h.base, "addresses of %d bytes and lengths of %d", h.addresses, h.lengths)
		return 0, false
	}
	switch version {
	case 0:
		c.skip(9) // reserved, sizes of nodes, flags
	case 1:
		c.skip(13)
	default:
		c.skip(1)
	}
	written := h.number(c, h.addresses) // the base by the file's word: readers take the superblock's place
	var end uint64
	if version < 2 {
		h.address(c) // of free space
		end = h.number(c, h.addresses)
		if driver := h.address(c); driver != hdf5None {
			h.fail(IssueUnsupported, driver, "the file is one of several, by a driver's word")
		}
		c.skip(int64(h.lengths))
	} else {
		if extension := h.address(c); extension != hdf5None {
			h.header(extension)
		}
		end = h.number(c, h.addresses)
	}
	root := h.address(c)
	end += uint64(h.base) - written
	switch {
	case c.bad || root == hdf5None:
		h.fail(IssueTruncated, h.base, "the superblock ends early, or has no root group")
		return 0, false
	case end > uint64(h.size):
		h.fail(IssueTruncated, h.size, "the file was %d bytes long when it was written", end)
		end = uint64(h.size)
	case end < uint64(h.size) && !h.w.enclosed: // else the archive explains the rest
		h.fail(IssueTrailing, int64(end), "%d bytes behind what HDF5 uses of the file", uint64(h.size)-end)
	}
	h.used = int64(end)
	return root, true
}

func hdf5Width(n int) bool { return n == 2 || n == 4 || n == 8 }

// number reads an unsigned number of up to eight bytes.
func (h *hdf5) number(c *cursor, width int) uint64 {
	value := uint64(0)
	for i, b := range c.take(width) {
		value |= uint64(b) << (8 * i)
	}
	return value
}

// hdf5None stands for an address that is not set.
const hdf5None = -1

// address reads an address. One past all files is at the end of this one,
// where nothing can be read.
func (h *hdf5) address(c *cursor) int64 {
	value := h.number(c, h.addresses)
	switch {
	case value == 1<<(8*h.addresses-1)<<1-1:
		return hdf5None
	case c.bad || value > uint64(h.size-h.base):
		return h.size
	}
	return h.base + int64(value)
}

// length reads a length. One past all files is as bad as the end.
func (h *hdf5) length(c *cursor) int64 {
	value := h.number(c, h.lengths)
	if value > 1<<62 {
		c.bad = true
		return 0
	}
	return int64(value)
}

// object visits a group or a dataset.
func (h *hdf5) object(o hdf5Object) {
	if d, known := h.datasets[o.at]; known {
		h.addDataset(d, o.path)
		return
	}
	if h.seen[o.at] {
		return // a group by another way
	}
	h.seen[o.at] = true
	messages, ok := h.header(o.at)
	if !ok {
		h.fail(IssueMalformed, o.at, "the object %s has no readable header", shortQuote("/"+o.path))
	}
	kinds := map[int]bool{}
	for _, m := range messages {
		if kinds[m.kind] && hdf5Single[m.kind] {
			h.fail(IssueAmbiguous, m.at, "the object %s says twice what it may say once", shortQuote("/"+o.path))
		}
		kinds[m.kind] = true
	}
	h.attributes(messages, o)
	if kinds[hdf5LayoutMessage] {
		d := h.dataset(messages, o)
		h.datasets[o.at] = d
		h.addDataset(d, o.path)
	}
	h.group(messages, o)
}

// link notes an object that a group holds under a name.
func (h *hdf5) link(o hdf5Object, name string, at int64) {
	inner := hdf5Object{at, strings.TrimPrefix(o.path+"/"+name, "/"), o.depth + 1}
	switch h.links++; {
	case h.links > maxHDF5Objects:
		if h.links == maxHDF5Objects+1 {
			h.fail(IssueLimit, o.at, "more than %d objects", maxHDF5Objects)
		}
	case inner.depth > maxHDF5Depth || len(inner.path) > maxText:
		h.fail(IssueLimit, at, "groups are nested deeper than %d, or a path is longer than %d", maxHDF5Depth, maxText)
	case at == hdf5None || at >= h.size:
		h.fail(IssueMalformed, o.at, "the link %s leads out of the file", shortQuote("/"+inner.path))
	default:
		h.todo = append(h.todo, inner)
	}
}

// outside reports what is in another file: one that need not be beside this
// one is a hazard, one that is there was not read with this one.
func (h *hdf5) outside(file, what string, at int64) {
	if leavesFolder(file) {
		h.w.hazard(Hazard{"external-data", cmpOr(file, "external data"), what + " in " + shortQuote(file) + ", which is not in the model's folder", h.w.member, at})
		return
	}
	h.fail(IssueSideFile, at, "%s in the file %s, which is not inspected with this one", what, shortQuote(file))
}

// hdf5Path is what a user of h5py types behind the file.
func hdf5Path(path string) string { return "[" + pythonQuote("/"+path) + "]" }
