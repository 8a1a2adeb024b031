package inspect

import (
	"bytes"
	"math/bits"
	"slices"
)

// group notes the links of a group: those in messages, those of the older
// symbol tables, and those in a heap.
func (h *hdf5) group(messages []hdf5Message, o hdf5Object) {
	before := len(h.todo)
	defer func() { slices.Reverse(h.todo[before:]) }() // the first is visited first
	for _, m := range messages {
		c := h.part(m.at, m.end)
		switch m.kind {
		case hdf5SymbolsMessage:
			tree, heap := h.address(c), h.address(c)
			h.symbols(tree, heap, o)
		case hdf5LinkMessage:
			h.linkMessage(c, o)
		case hdf5LinkInfoMessage:
			c.skip(1)
			if flags := c.u8(); flags&1 != 0 {
				c.skip(8)
			}
			heap, index := h.address(c), h.address(c)
			h.dense(heap, index, o, 4, func(link *cursor) { h.linkMessage(link, o) })
		default:
			continue
		}
		if c.bad {
			h.fail(IssueMalformed, m.at, "the group %s has a damaged message", shortQuote("/"+o.path))
		}
	}
}

// linkMessage reads one link: to an object, to a path, or into another file.
func (h *hdf5) linkMessage(c *cursor, o hdf5Object) {
	at := c.at
	c.skip(1)
	flags, kind := c.u8(), byte(0)
	if flags&0x08 != 0 {
		kind = c.u8()
	}
	if flags&0x04 != 0 {
		c.skip(8)
	}
	if flags&0x10 != 0 {
		c.skip(1)
	}
	name := c.text(h.number(c, 1<<(flags&3)))
	switch kind {
	case 0:
		if to := h.address(c); !c.bad {
			h.link(o, name, to)
		}
	case 1:
		c.skip(int64(c.u16()))
	case 64:
		size := c.u16()
		c.skip(1)
		value := []byte(c.text(uint64(max(size, 1) - 1)))
		file, _, _ := bytes.Cut(value, []byte{0})
		h.outside(string(file), "the object "+shortQuote(o.path+"/"+name)+" is", at)
	default:
		h.fail(IssueUnsupported, at, "the link %s is of the unknown kind %d", shortQuote(name), kind)
	}
	if c.bad {
		h.fail(IssueMalformed, at, "a link of the group %s is damaged", shortQuote("/"+o.path))
	}
}

// symbols walks the tree of an older group, whose leaves are tables of
// symbols, with their names in a heap.
func (h *hdf5) symbols(tree, heap int64, o hdf5Object) {
	names, ok := h.localHeap(heap)
	if !ok || tree == hdf5None {
		h.fail(IssueMalformed, o.at, "the group %s has no heap of names", shortQuote("/"+o.path))
		return
	}
	todo := []int64{tree}
	for i := 0; i < len(todo); i++ {
		at := todo[i]
		if h.seen[at] {
			h.fail(IssueMalformed, at, "the tree of the group %s meets itself", shortQuote("/"+o.path))
			return
		}
		h.seen[at] = true
		c := h.part(at, h.size)
		switch sign := c.take(4); {
		case string(sign) == "TREE":
			kind := c.u8()
			c.skip(1)
			count := int64(c.u16())
			c.skip(2 * int64(h.addresses))
			if kind != 0 {
				c.bad = true
			}
			for i := int64(0); i < count && !c.bad; i++ {
				c.skip(int64(h.lengths))
				todo = append(todo, h.address(c))
			}
		case string(sign) == "SNOD":
			c.skip(2)
			for i := int(c.u16()); i > 0 && !c.bad; i-- {
				h.symbol(c, names, o)
			}
		default:
			c.bad = true
		}
		if c.bad {
			h.fail(IssueMalformed, at, "the tree of the group %s is damaged", shortQuote("/"+o.path))
		}
	}
}

// symbol reads an entry of a symbol table.
func (h *hdf5) symbol(c *cursor, names hdf5Span, o hdf5Object) {
	name := h.number(c, h.addresses)
	to := h.address(c)
	kind := c.u32()
	c.skip(4 + 16)
	if c.bad || name >= uint64(names.end-names.at) {
		c.bad = true
		return
	}
	if kind != 2 { // a path
		h.link(o, h.zeroText(names.at+int64(name), names.end), to)
	}
}

// zeroText returns the text up to a zero, at most maxText bytes of it.
func (h *hdf5) zeroText(at, end int64) string {
	b, _ := h.bytes(at, int(min(end-at, maxText)))
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}

// localHeap returns where the texts of a heap are.
func (h *hdf5) localHeap(at int64) (hdf5Span, bool) {
	if at == hdf5None {
		return hdf5Span{}, false
	}
	c := h.part(at, h.size)
	sign := string(c.take(4))
	c.skip(4)
	size := h.length(c)
	c.skip(int64(h.lengths))
	data := h.address(c)
	if c.bad || sign != "HEAP" || data == hdf5None || size > h.size-data {
		return hdf5Span{}, false
	}
	return hdf5Span{data, data + size}, true
}

// dense reads the links, or the attributes, that are kept in a heap. The
// records of the index say which object of the heap each is: its name in the
// heap stands so many bytes from the record's start.
func (h *hdf5) dense(heap, index int64, o hdf5Object, skip int64, read func(*cursor)) {
	if heap == hdf5None || index == hdf5None {
		return
	}
	if h.seen[heap] || h.seen[index] {
		h.fail(IssueMalformed, heap, "the object %s shares a heap with another one", shortQuote("/"+o.path))
		return
	}
	h.seen[heap], h.seen[index] = true, true
	f, ok := h.fractalHeap(heap)
	if !ok {
		h.fail(IssueUnsupported, heap, "the heap of the object %s is not read", shortQuote("/"+o.path))
		return
	}
	ok = h.records(index, func(record *cursor) {
		record.skip(skip)
		span, found := f.find(record)
		if !found {
			h.fail(IssueUnsupported, record.at, "something of the object %s is not where its heap says", shortQuote("/"+o.path))
			return
		}
		read(h.part(span.at, span.end))
	})
	if !ok {
		h.fail(IssueMalformed, index, "the index of the object %s is damaged", shortQuote("/"+o.path))
	}
}

// hdf5Node is a node of an index that is still to be walked.
type hdf5Node struct {
	at      int64
	records int
	depth   int
}

// records walks a B-tree of version 2 and hands on its records.
func (h *hdf5) records(at int64, read func(*cursor)) bool {
	c := h.part(at, h.size)
	sign := string(c.take(4))
	c.skip(2)
	node, record, depth := int64(c.u32()), int64(c.u16()), int(c.u16())
	c.skip(2)
	root, count := h.address(c), int(c.u16())
	if c.bad || sign != "BTHD" || record < 8 || node < record || depth > 16 {
		return false
	}
	sizes := h.nodeSizes(node, record, depth)
	if root == hdf5None {
		return count == 0
	}
	fine := true
	for todo := []hdf5Node{{root, count, depth}}; len(todo) > 0 && fine; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if h.seen[n.at] || n.at == hdf5None || h.w.late(n.at) {
			return false
		}
		h.seen[n.at] = true
		c := h.part(n.at, h.size)
		want := "BTLF"
		if n.depth > 0 {
			want = "BTIN"
		}
		fine = string(c.take(4)) == want
		c.skip(2)
		for i := 0; i < n.records && fine; i++ {
			at := c.at
			c.skip(record)
			if fine = !c.bad; fine {
				read(h.part(at, at+record))
			}
		}
		for i := 0; i <= n.records && n.depth > 0 && fine; i++ {
			child := hdf5Node{h.address(c), int(min(h.number(c, sizes[0]), 1<<31-1)), n.depth - 1}
			if n.depth > 1 {
				c.skip(int64(sizes[n.depth-1]))
			}
			fine = !c.bad
			todo = append(todo, child)
		}
	}
	return fine
}

// nodeSizes returns how many bytes the count of a child's records takes, and
// at [d] for d > 0 that of all records below a child of depth d.
func (h *hdf5) nodeSizes(node, record int64, depth int) []int {
	const prefix = 10
	most := (node - prefix) / record
	total := uint64(max(most, 1))
	sizes := []int{hdf5Bytes(total)}
	for range depth {
		pointer := int64(h.addresses + sizes[0])
		if len(sizes) > 1 {
			pointer += int64(sizes[len(sizes)-1])
		}
		most = max((node-prefix-pointer)/(record+pointer), 1)
		total = min(total, 1<<40)*(uint64(most)+1) + uint64(most)
		sizes = append(sizes, hdf5Bytes(total))
	}
	return sizes
}

// hdf5Bytes returns how many bytes HDF5 writes a number in that is at most n.
func hdf5Bytes(n uint64) int { return (bits.Len64(n)-1)/8 + 1 }
