package inspect

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
)

var _ = register(format{name: "safetensors", match: isSafetensors, read: readSafetensors,
	doc: "the header: tensors with dtype and shape, metadata"})

const (
	maxSafetensorsHeader = 100_000_000 // the library's own limit
	maxSafetensors       = 1 << 20     // tensors in one file
)

// isSafetensors knows a file by a header length that the library would take,
// and the brace that must follow.
func isSafetensors(head []byte) bool {
	if len(head) < 10 || head[8] != '{' {
		return false
	}
	switch head[9] {
	case '"', '}', ' ', '\n', '\r', '\t':
		return binary.LittleEndian.Uint64(head) < 1<<32
	}
	return false
}

// safetensorsTypes has NumPy's word for a dtype where it has one, and the bits of an item.
var safetensorsTypes = map[string]struct {
	text string
	bits int64
}{
	"BOOL": {"|b1", 8}, "U8": {"|u1", 8}, "I8": {"|i1", 8}, "U16": {"<u2", 16}, "I16": {"<i2", 16}, "U32": {"<u4", 32}, "I32": {"<i4", 32},
	"U64": {"<u8", 64}, "I64": {"<i8", 64}, "F16": {"<f2", 16}, "F32": {"<f4", 32}, "F64": {"<f8", 64}, "C64": {"<c8", 64},
	"BF16": {"bfloat16", 16}, "F8_E4M3": {"", 8}, "F8_E5M2": {"", 8}, "F8_E8M0": {"", 8}, "F8_E4M3FNUZ": {"", 8}, "F8_E5M2FNUZ": {"", 8},
	"F6_E2M3": {"", 6}, "F6_E3M2": {"", 6}, "F4": {"", 4},
}

// safetensors is the reading of one file.
type safetensors struct {
	w     *walk
	doc   *jsonScanner
	data  int64 // where the tensors begin
	size  int64 // of the file
	root  *Object
	seen  map[uint64]bool // names of tensors, hashed
	spans [][2]int64      // of tensors, behind data
}

func readSafetensors(w *walk, r io.ReaderAt, size int64) bool {
	w.format("safetensors")
	in := newCursor(r, size)
	length := in.u64()
	if length > maxSafetensorsHeader {
		w.issue(IssueMalformed, w.member, 0, "a header of %d bytes, where the library takes %d", length, maxSafetensorsHeader)
		return true
	}
	if int64(length) > in.left() {
		w.issue(IssueTruncated, w.member, 0, "a header of %d bytes in a file of %d", length, size)
		return true
	}
	s := &safetensors{w: w, size: size, data: 8 + int64(length), root: &Object{Class: "safetensors"}, seen: map[uint64]bool{}}
	in.end = s.data
	s.doc = newJSON(in, maxText)
	s.header()
	if why := s.doc.problem(); why != "" {
		w.issue(IssueMalformed, w.member, s.doc.where(), "the header is no JSON: %s", why)
		return true
	}
	if s.doc.space(); in.left() > 0 {
		w.issue(IssueTrailing, w.member, in.at, "%d bytes behind the header's JSON", in.left())
	}
	s.layout()
	w.describe(s.root)
	return true
}

// header reads the object of tensors by name.
func (s *safetensors) header() {
	s.doc.next() // the brace that the match saw
	for {
		e := s.doc.next()
		if e.kind != docKey || s.w.late(e.offset) {
			return
		}
		name := string(e.text)
		if s.repeated(e) {
			s.w.issue(IssueAmbiguous, s.w.member, e.offset, "%s is there more than once", shortQuote(name))
		}
		if len(s.seen) > maxSafetensors {
			s.w.issue(IssueLimit, s.w.member, e.offset, "more than %d tensors", maxSafetensors)
			return
		}
		switch at := e.offset; s.doc.next().kind {
		case docEnd:
			return
		case docObject:
			if name == "__metadata__" {
				s.metadata()
			} else {
				s.tensor(name, at)
			}
		default:
			s.w.issue(IssueMalformed, s.w.member, at, "the tensor %s is no object", shortQuote(name))
			return
		}
	}
}

func (s *safetensors) repeated(e docEvent) bool {
	h := fnv.New64a()
	h.Write(e.text)
	sum := h.Sum64()
	if e.cut {
		return false
	}
	known := s.seen[sum]
	s.seen[sum] = true
	return known
}

// metadata reads the object of texts by name.
func (s *safetensors) metadata() {
	for {
		key := s.doc.next()
		if key.kind != docKey {
			return
		}
		name := string(key.text)
		value := s.doc.next()
		if value.kind != docText {
			s.w.issue(IssueMalformed, s.w.member, value.offset, "the metadata %s is no text", shortQuote(name))
			skipDoc(s.doc, value)
			continue
		}
		s.root.param(name, textValue(value.text, value.cut))
		s.w.metadata(name, string(value.text), s.w.member)
	}
}

// skipDoc steps over the rest of a value that began with e.
func skipDoc(d document, e docEvent) {
	for depth := 0; ; e = d.next() {
		switch e.kind {
		case docObject, docArray:
			depth++
		case docObjectEnd, docArrayEnd:
			depth--
		case docEnd:
			return
		}
		if depth <= 0 {
			return
		}
	}
}

// tensor reads {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
func (s *safetensors) tensor(name string, at int64) {
	var a array
	var word string
	var offsets []int64
	seen := map[string]bool{}
	ok := true
	for {
		key := s.doc.next()
		if key.kind != docKey {
			break
		}
		field := string(key.text)
		if seen[field] {
			s.w.issue(IssueAmbiguous, s.w.member, key.offset, "the tensor %s says %s more than once", shortQuote(name), shortQuote(field))
		}
		if len(seen) < maxDims {
			seen[field] = true
		}
		switch value := s.doc.next(); {
		case field == "dtype" && value.kind == docText:
			word = string(value.text)
		case field == "shape" && value.kind == docArray:
			a.shape, ok = s.numbers(ok)
		case field == "data_offsets" && value.kind == docArray:
			offsets, ok = s.numbers(ok)
		default:
			skipDoc(s.doc, value)
		}
	}
	if s.doc.problem() != "" {
		return
	}
	if why := s.place(&a, word, offsets, ok); why != "" {
		s.w.issue(IssueMalformed, s.w.member, at, "the tensor %s %s", shortQuote(name), why)
		return
	}
	s.w.addArray("["+pythonQuote(name)+"]", a, s.w.member)
}

// numbers reads an array of numbers, none of them negative.
func (s *safetensors) numbers(fine bool) ([]int64, bool) {
	list := []int64{}
	for {
		e := s.doc.next()
		if e.kind != docNumber {
			return list, fine && e.kind == docArrayEnd
		}
		n, err := strconv.ParseInt(string(e.text), 10, 64)
		if err != nil || n < 0 || len(list) == maxDims {
			fine = false
			continue
		}
		list = append(list, n)
	}
}

// place checks a tensor against its place in the file.
func (s *safetensors) place(a *array, word string, offsets []int64, ok bool) string {
	if !ok || a.shape == nil || len(offsets) != 2 {
		return "lacks a shape or a place"
	}
	kind, known := safetensorsTypes[word]
	if !known {
		return "is of the unknown type " + shortQuote(word)
	}
	_, bits, fits := product(a.shape, kind.bits)
	a.bytes = bits / 8
	begin, end := offsets[0], offsets[1]
	switch {
	case !fits || bits%8 != 0:
		return "has a shape that does not fit"
	case end < begin || end-begin != a.bytes:
		return "has a place that is not the size of its shape and type"
	case end > s.size-s.data:
		return "ends behind the file"
	}
	a.dtype = dtype{text: cmpOr(kind.text, word), itemSize: kind.bits / 8}
	a.offset = s.data + begin
	s.spans = append(s.spans, [2]int64{begin, end})
	return ""
}

// layout checks that the tensors lie one behind the other from the header to
// the end of the file: the library takes no other file.
func (s *safetensors) layout() {
	slices.SortFunc(s.spans, func(a, b [2]int64) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	end := int64(0)
	for _, span := range s.spans {
		switch {
		case span[0] < end:
			s.w.issue(IssueMalformed, s.w.member, s.data+span[0], "a tensor begins inside another one")
		case span[0] > end:
			s.w.issue(IssueTrailing, s.w.member, s.data+end, "%d bytes between two tensors belong to none", span[0]-end)
		}
		end = max(end, span[1])
	}
	if rest := s.size - s.data - end; rest > 0 {
		s.w.issue(IssueTrailing, s.w.member, s.data+end, "%d bytes behind the last tensor", rest)
	}
}
