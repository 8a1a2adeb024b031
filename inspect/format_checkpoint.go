package inspect

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strings"
)

var _ = register(format{name: "tensorflow-checkpoint", match: magic(0, "\x00\x00"), read: readCheckpoint,
	doc: "the index of TensorFlow's variables: names, dtypes, shapes; whether the data files beside it are whole"})

// checkpointMagic ends the table of keys and values that a checkpoint's
// .index is, in the form of LevelDB's.
const checkpointMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb"

const checkpointFooter = 48

// checkpointData is how the files are named that hold a checkpoint's numbers.
var checkpointData = regexp.MustCompile(`\.data-\d{5}-of-\d{5}$`)

// checkpoint is the reading of one index.
type checkpoint struct {
	*cursor
	w      *walk
	root   *Object
	spent  int64           // bytes of blocks: no honest index has a block twice
	shards map[int64]int64 // bytes that entries need of each data file
	count  int64           // of data files
}

// readCheckpoint reads the .index of a TensorFlow checkpoint.
func readCheckpoint(w *walk, r io.ReaderAt, size int64) bool {
	c := &checkpoint{cursor: newCursor(r, size), w: w, root: &Object{Class: "tensorflow.Checkpoint"}, shards: map[int64]int64{}}
	footer := c.part(size-checkpointFooter, size)
	if tail, ok := c.bytes(size-8, 8); !ok || footer.bad || string(tail) != checkpointMagic {
		return false
	}
	w.format("tensorflow-checkpoint")
	c.handle(footer) // of blocks that describe others
	c.block(c.handle(footer), func(_ string, value *cursor) {
		c.block(c.handle(value), c.entry)
	})
	c.data()
	w.describe(c.root)
	return true
}

func (c *checkpoint) damaged(at int64, what string) {
	c.w.issue(IssueMalformed, c.w.member, at, "%s of the checkpoint is damaged", what)
}

// handle reads where a block is.
func (c *checkpoint) handle(from *cursor) *cursor {
	at, size := from.varint(), from.varint()
	if from.bad || at > uint64(c.size) || size > uint64(c.size)-at {
		return c.part(-1, -1)
	}
	return c.part(int64(at), int64(at+size))
}

// block hands on the keys and values of a block. A key begins with so many
// bytes of the one before.
func (c *checkpoint) block(b *cursor, entry func(key string, value *cursor)) {
	c.spent += b.left()
	if b.bad || c.spent > c.size || c.w.late(b.at) {
		c.damaged(max(b.at, 0), "a block")
		return
	}
	if kind := c.part(b.end, c.size); kind.u8() != 0 {
		c.w.issue(IssueUnsupported, c.w.member, b.at, "a block of the checkpoint is compressed")
		return
	}
	tail := c.part(b.end-4, b.end)
	restarts := int64(tail.u32())
	if b.left() < 4 || restarts > (b.left()-4)/4 {
		c.damaged(b.at, "a block")
		return
	}
	b.end -= 4 + 4*restarts
	key := ""
	for b.left() > 0 {
		shared, more, size := b.varint(), b.varint(), b.varint()
		if b.bad || shared > uint64(len(key)) || more > maxText || size > math.MaxInt32 {
			b.bad = true
			break
		}
		key = key[:shared] + b.text(more)
		value := b.part(b.at, b.at+int64(size))
		if b.skip(int64(size)); b.bad || len(key) > 2*maxText {
			break
		}
		entry(key, value)
	}
	if b.bad {
		c.damaged(b.at, "a block")
	}
}

// entry reads what a checkpoint says of a tensor, or, without a name, of itself.
func (c *checkpoint) entry(key string, value *cursor) {
	if key == "" {
		for f, ok := value.field(); ok; f, ok = value.field() {
			if f.number == 1 {
				c.count = int64(min(f.value, 99_999))
				c.root.param("num_shards", c.count)
			}
		}
		return
	}
	at := value.at
	kind, shape, known, shard, offset, size := uint64(0), []int64{}, true, uint64(0), uint64(0), uint64(0)
	s := &savedModel{cursor: value, w: c.w}
	for f, ok := value.field(); ok; f, ok = value.field() {
		switch f.number {
		case 1:
			kind = f.value
		case 2:
			shape, known = s.dims(f)
		case 3:
			shard = f.value
		case 4:
			offset = f.value
		case 5:
			size = f.value
		}
	}
	a, ok := tensorflowArray(kind, shape, at)
	if value.bad || !ok || !known || offset > math.MaxInt64/2 || size > math.MaxInt64/2 || shard >= uint64(max(c.count, 1)) {
		c.damaged(at, "the tensor "+shortQuote(key))
		return
	}
	if a.dtype.itemSize == 0 {
		a.bytes = int64(size) // texts
	}
	c.shards[int64(shard)] = max(c.shards[int64(shard)], int64(offset+size))
	c.w.addArray("["+pythonQuote(strings.ToValidUTF8(key, "\ufffd"))+"]", a, c.w.member)
}

// data checks that the files with the numbers are there and long enough.
func (c *checkpoint) data() {
	if c.w.depth > 0 {
		return // they are members as well
	}
	base := strings.TrimSuffix(filepath.Base(c.w.name), ".index")
	for shard := range c.count {
		need, used := c.shards[shard]
		if !used {
			continue
		}
		name := fmt.Sprintf("%s.data-%05d-of-%05d", base, shard, c.count)
		if size := c.w.sideSize(name, 0); size >= 0 && size < need {
			c.w.issue(IssueTruncated, c.w.member, 0, "the file %s of %d bytes ends before the data that is said to be in it", pythonQuote(name), size)
		}
	}
}
