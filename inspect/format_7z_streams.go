package inspect

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"github.com/ulikunitz/xz/lzma"
)

// streams reads where packed streams are, and what becomes of them.
func (h *sevenReader) streams() []sevenFolderInfo {
	var folders []sevenFolderInfo
	position, packed := int64(0), []int64(nil)
	for {
		switch h.byte() {
		case sevenEnd:
			h.place(folders, position, packed)
			return folders
		case sevenPackInfo:
			position, packed = h.packInfo()
		case sevenUnpackInfo:
			folders = h.unpackInfo()
		case sevenSubstreams:
			h.substreams(folders)
		default:
			h.fail("its list of streams is none")
			return nil
		}
	}
}

func (h *sevenReader) packInfo() (position int64, sizes []int64) {
	position = h.number()
	n := h.count()
	for {
		switch h.byte() {
		case sevenEnd:
			return position, sizes
		case sevenSize:
			sizes = h.numbers(n)
		case sevenCRC:
			h.sums(n)
		default:
			h.fail("its packed streams are none")
			return 0, nil
		}
	}
}

func (h *sevenReader) numbers(n int) []int64 {
	var list []int64
	for range n {
		if h.why != "" {
			break
		}
		list = append(list, h.number())
	}
	return list
}

func (h *sevenReader) unpackInfo() []sevenFolderInfo {
	var folders []sevenFolderInfo
	for {
		switch h.byte() {
		case sevenEnd:
			return folders
		case sevenFolder:
			n := h.count()
			if h.byte() != 0 {
				h.fail("its folders are elsewhere")
			}
			for range n {
				if h.why != "" {
					break
				}
				folders = append(folders, h.folder())
			}
		case sevenUnpackSize:
			for i := range folders {
				folders[i].unpackSizes(h.numbers(folders[i].outs))
			}
		case sevenCRC:
			for i, sum := range h.sums(len(folders)) {
				folders[i].sum = sum
			}
		default:
			h.fail("its folders are none")
			return nil
		}
	}
}

// folder reads coders and how they are bound. Those that make a chain are
// put in the order in which they work; others are left out.
func (h *sevenReader) folder() sevenFolderInfo {
	var coders []sevenCoder
	plain := true
	ins, outs := 0, 0
	for range min(h.count(), maxCoders) {
		flags := h.byte()
		c := sevenCoder{method: string(h.bytes(int64(flags & 15)))}
		in, out := 1, 1
		if flags&0x10 != 0 {
			in, out = h.count(), h.count()
		}
		if flags&0x20 != 0 {
			c.properties = h.bytes(h.number())
		}
		plain = plain && in == 1 && out == 1 && flags&0xc0 == 0
		ins, outs = ins+in, outs+out
		coders = append(coders, c)
	}
	f := sevenFolderInfo{outs: outs}
	if outs == 0 || ins < outs || ins > maxCoders {
		h.fail("its coders are none")
		return f
	}
	next := map[int64]int64{} // the coder that takes what a coder gives
	taken := map[int64]bool{}
	for range outs - 1 {
		in, out := h.number(), h.number()
		next[out], taken[in] = in, true
	}
	if packed := ins - (outs - 1); packed > 1 {
		h.numbers(packed)
		plain = false
	}
	if !plain {
		return f
	}
	for first := range coders {
		if !taken[int64(first)] {
			f.coders = chain(coders, int64(first), next)
			break
		}
	}
	return f
}

// chain puts coders in the order in which they work; nil where they do not
// follow each other.
func chain(coders []sevenCoder, at int64, next map[int64]int64) []sevenCoder {
	var list []sevenCoder
	for at >= 0 && at < int64(len(coders)) && len(list) < len(coders) {
		c := coders[at]
		c.size = at // where its size stands
		list = append(list, c)
		after, ok := next[at]
		if !ok {
			break
		}
		at = after
	}
	if len(list) != len(coders) {
		return nil
	}
	return list
}

func (f *sevenFolderInfo) unpackSizes(sizes []int64) {
	for i, c := range f.coders {
		if int(c.size) < len(sizes) {
			f.coders[i].size = sizes[c.size]
			f.size = sizes[c.size] // the last one's
		}
	}
	f.sizes, f.sums = []int64{f.size}, []sevenSum{f.sum}
}

// substreams reads which files the folders hold.
func (h *sevenReader) substreams(folders []sevenFolderInfo) {
	for i := range folders {
		folders[i].sizes, folders[i].sums = []int64{folders[i].size}, []sevenSum{folders[i].sum}
	}
	kind := h.byte()
	if kind == sevenNumUnpack {
		total := 0
		for i := range folders {
			n := h.count()
			if total += n; total > 8*len(h.in) {
				h.fail("it counts more than its header holds")
				return
			}
			folders[i].sizes = make([]int64, n)
			if n == 1 {
				folders[i].sizes[0] = folders[i].size
			} else {
				folders[i].sums = make([]sevenSum, n)
			}
		}
		kind = h.byte()
	}
	if kind == sevenSize {
		for i := range folders {
			folders[i].split(h)
		}
		kind = h.byte()
	}
	if kind == sevenCRC {
		h.substreamSums(folders)
		kind = h.byte()
	}
	if kind != sevenEnd {
		h.fail("its files are none")
	}
}

// split reads the sizes of a folder's files, of which the last is what is left.
func (f *sevenFolderInfo) split(h *sevenReader) {
	left := f.size
	for i := range f.sizes {
		if i < len(f.sizes)-1 {
			f.sizes[i] = h.number()
		} else {
			f.sizes[i] = left
		}
		if left -= f.sizes[i]; left < 0 {
			h.fail("its files are larger than their stream")
			return
		}
	}
}

func (h *sevenReader) substreamSums(folders []sevenFolderInfo) {
	unknown := 0
	for _, f := range folders {
		if len(f.sizes) != 1 || !f.sum.known {
			unknown += len(f.sizes)
		}
	}
	sums := h.sums(unknown)
	for i := range folders {
		f := &folders[i]
		if len(f.sizes) == 1 && f.sum.known {
			continue
		}
		f.sums, sums = sums[:len(f.sizes)], sums[len(f.sizes):]
	}
}

// place gives each folder its packed bytes. A folder of several packed
// streams is none that is read, and takes as many.
func (h *sevenReader) place(folders []sevenFolderInfo, position int64, packed []int64) {
	at := sevenStart + position
	for i := range folders {
		f := &folders[i]
		if len(packed) == 0 || at < 0 || at > h.size || packed[0] > h.size-at {
			h.fail("a packed stream is not in the file")
			f.coders = nil
			return
		}
		f.at, f.end = at, at+packed[0]
		at, packed = f.end, packed[1:]
		if f.coders == nil { // the number of its streams was not kept
			for j := i + 1; j < len(folders); j++ {
				folders[j].coders = nil
			}
			return
		}
	}
}

// The methods of coders that are read.
const (
	sevenCopy    = "\x00"
	sevenLZMA    = "\x03\x01\x01"
	sevenLZMA2   = "\x21"
	sevenDeflate = "\x04\x01\x08"
	sevenBzip2   = "\x04\x02\x02"
	sevenZstd    = "\x04\xf7\x11\x01"
	sevenLZ4     = "\x04\xf7\x11\x04"
	sevenX86     = "\x03\x03\x01\x03"
	sevenX86New  = "\x04"
	sevenAES     = "\x06\xf1\x07\x01"
)

// memory is what the folder's coders ask for at most.
func (f *sevenFolderInfo) memory() (sum int64) {
	for _, c := range f.coders {
		if c.method == sevenLZMA || c.method == sevenLZMA2 {
			sum += max(0, min(c.size, maxDictionary))
		}
	}
	return sum
}

// codec returns the folder's coders as one codec, or why they cannot be read.
func (f *sevenFolderInfo) codec() (*codec, string) {
	if len(f.coders) == 0 {
		return nil, "their coders are bound in a way that is not read"
	}
	opens := make([]func(r *bufio.Reader) (io.Reader, error), len(f.coders))
	for i, c := range f.coders {
		var why string
		if opens[i], why = c.open(); why != "" {
			return nil, why
		}
	}
	return &codec{name: "7z", open: func(r *bufio.Reader) (io.Reader, error) {
		for _, open := range opens {
			out, err := open(r)
			if err != nil {
				return nil, err
			}
			r = bufio.NewReader(out)
		}
		return r, nil
	}}, ""
}

// open returns what opens a stream of the coder, within maxDictionary.
func (c sevenCoder) open() (func(r *bufio.Reader) (io.Reader, error), string) {
	named := map[string]string{sevenBzip2: "bzip2", sevenZstd: "zstd", sevenLZ4: "lz4"}
	switch c.method {
	case sevenCopy:
		return func(r *bufio.Reader) (io.Reader, error) { return r, nil }, ""
	case sevenX86, sevenX86New:
		return func(r *bufio.Reader) (io.Reader, error) { return newX86Reader(r), nil }, ""
	case sevenDeflate:
		return deflateCodec.open, ""
	case sevenBzip2, sevenZstd, sevenLZ4:
		return codecNamed(named[c.method]).open, ""
	case sevenAES:
		return nil, "they are encrypted"
	case sevenLZMA:
		return c.lzma()
	case sevenLZMA2:
		if len(c.properties) != 1 || c.properties[0] > 40 {
			return nil, "the properties of LZMA2 are none"
		}
		p := c.properties[0]
		dictionary, why := c.dictionary(uint64(2|p&1) << (p/2 + 11))
		return func(r *bufio.Reader) (io.Reader, error) {
			return lzma.Reader2Config{DictCap: dictionary}.NewReader2(r)
		}, why
	}
	return nil, fmt.Sprintf("the method %x is not read", c.method)
}

func (c sevenCoder) lzma() (func(r *bufio.Reader) (io.Reader, error), string) {
	if len(c.properties) != 5 {
		return nil, "the properties of LZMA are none"
	}
	dictionary, why := c.dictionary(uint64(le.Uint32(c.properties[1:])))
	head := binary.LittleEndian.AppendUint32([]byte{c.properties[0]}, uint32(dictionary))
	head = binary.LittleEndian.AppendUint64(head, uint64(c.size))
	return func(r *bufio.Reader) (io.Reader, error) {
		return lzma.ReaderConfig{DictCap: dictionary}.NewReader(io.MultiReader(bytes.NewReader(head), r))
	}, why
}

// dictionary is how much a coder must look back: no more than it gives.
func (c sevenCoder) dictionary(asked uint64) (int, string) {
	need := min(asked, max(uint64(c.size), lzma.MinDictCap))
	if need > maxDictionary {
		return 0, fmt.Sprintf("they ask for %d MiB of memory", need>>20)
	}
	if need&(need-1) != 0 { // readers of LZMA want 2^n or 2^n + 2^(n-1)
		need = 1 << bits.Len64(need)
	}
	return int(min(need, maxDictionary)), ""
}
