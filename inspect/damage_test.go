package inspect

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// inspected is what the report says of data under a name.
func inspected(name string, data []byte) *Model {
	return new(Inspector).Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))
}

func imports(m *Model, name string) bool {
	return slices.ContainsFunc(m.Globals, func(g Global) bool { return g.Module+"."+g.Qualname == name })
}

const runs = "cos\nsystem\n(S'true'\ntR."

// TestReadBeforeDamage holds that what stands before damage is told of: a
// loader that reads no further comes to it.
func TestReadBeforeDamage(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	tarred := tarFile(tarHeader("a.pkl", int64(len(runs)), '0', "ustar\x0000"), runs)
	z.Write(tarred)
	z.Close()
	damaged := packed.Bytes()
	damaged[len(damaged)-8] ^= 1 // of the checksum
	if m := inspected("a.tar.gz", damaged); !imports(m, "os.system") || len(m.Issues) == 0 {
		t.Errorf("got %v %v, want os.system and an issue", m.Globals, m.Issues)
	}
}

// tarHeader is a header with its checksum.
func tarHeader(name string, size int64, kind byte, mark string) []byte {
	h := make([]byte, tarBlock)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	h[124] = 0x80
	if size < 0 {
		copy(h[124:136], bytes.Repeat([]byte{0xff}, 12))
	} else {
		binary.BigEndian.PutUint64(h[128:], uint64(size))
	}
	copy(h[136:], "00000000000\x00        ")
	h[156] = kind
	copy(h[257:], mark)
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], octal(sum))
	return h
}

func octal(n int) string {
	text := []byte("000000\x00 ")
	for i := 5; n > 0; i-- {
		text[i] += byte(n & 7)
		n >>= 3
	}
	return string(text)
}

// tarFile is an archive of headers, each with its data, and its end.
func tarFile(parts ...any) []byte {
	var out []byte
	for _, p := range parts {
		switch p := p.(type) {
		case []byte:
			out = append(out, p...)
		case string:
			out = append(out, p...)
			out = append(out, make([]byte, -len(p)&(tarBlock-1))...)
		}
	}
	return append(out, make([]byte, 2*tarBlock)...)
}

// TestTarLinkOfNegativeSize holds that a link may have any size: it has no data.
func TestTarLinkOfNegativeSize(t *testing.T) {
	data := tarFile(tarHeader("link", -1, '2', "ustar\x0000"), tarHeader("a.pkl", int64(len(runs)), '0', "ustar\x0000"), runs)
	if m := inspected("a.tar", data); !imports(m, "os.system") {
		t.Errorf("got %v %v, want os.system", m.Globals, m.Issues)
	}
}

// TestBehindTorchTarStorages holds that a pickle behind torch's storages in
// its oldest form is told of.
func TestBehindTorchTarStorages(t *testing.T) {
	member := func(name, text string) []any {
		return []any{tarHeader(name, int64(len(text)), '0', "ustar\x0000"), text}
	}
	parts := slices.Concat(member("sys_info", "N."), member("pickle", "N."), member("storages", "K\x01.(K\x01K\x02K\x03t."+runs), member("tensors", "K\x00."))
	if m := inspected("a.pt", tarFile(parts...)); !imports(m, "os.system") {
		t.Errorf("got %v %v, want os.system", m.Globals, m.Issues)
	}
}

// TestObjectArrayThatFails holds that an array whose pickle fails is read
// once, and that one behind a header of any length is told of.
func TestObjectArrayThatFails(t *testing.T) {
	head := "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
	file := "\x93NUMPY\x01\x00" + string([]byte{byte(len(head)), 0}) + head + "cos\nsystem\n\xff"
	if m := inspected("a.npy", []byte(file)); !imports(m, "os.system") || len(m.Issues) != 1 {
		t.Errorf("got %v and %d issues, want os.system and one issue", m.Globals, len(m.Issues))
	}
	long := strings.Repeat(" ", maxNpyHeader) + head
	file = "\x93NUMPY\x02\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(long)))) + long + runs
	if m := inspected("a.npy", []byte(file)); !imports(m, "os.system") {
		t.Errorf("behind a long header: got %v, want os.system", m.Globals)
	}
}

// TestLZMAHeaders holds that LZMA alone is known by any header that liblzma
// takes for one.
func TestLZMAHeaders(t *testing.T) {
	for _, c := range []lzma.WriterConfig{
		{DictCap: 1 << 16},
		{DictCap: 3 << 15},
		{DictCap: 1 << 30},
		{DictCap: 1 << 16, Properties: &lzma.Properties{LC: 0, LP: 2, PB: 1}},
		{DictCap: 1 << 16, Size: int64(len(runs)), SizeInHeader: true},
	} {
		var packed bytes.Buffer
		z, err := c.NewWriter(&packed)
		if err != nil {
			t.Fatal(err)
		}
		z.Write([]byte(runs))
		z.Close()
		if m := inspected("a.pkl.xz", packed.Bytes()); !imports(m, "os.system") || m.Compression != "lzma" {
			t.Errorf("%+v: got %v in %q, want os.system", c, m.Globals, m.Compression)
		}
	}
}

// TestGzipAsPython holds that gzip is read where Python reads it.
func TestGzipAsPython(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(runs))
	z.Close()
	head, body := packed.Bytes()[:10], packed.Bytes()[10:]
	flagged := func(flags byte, fields string) []byte {
		h := slices.Clone(head)
		h[3] = flags
		return slices.Concat(h, []byte(fields), body)
	}
	for _, test := range []struct {
		name string
		data []byte
	}{
		{"a reserved flag", flagged(0x20, "")},
		{"a wrong checksum of the header", flagged(gzipHeaderSum, "no")},
		{"every field", flagged(gzipExtra|gzipName|gzipComment|gzipHeaderSum, "\x03\x00abcname\x00comment\x00xx")},
		{"zeros between members", slices.Concat(flagged(gzipName, "\x00"), make([]byte, 9), flagged(0, ""))},
		{"behind a program, where pandas asks again", append([]byte("N."), flagged(0, "")...)},
		{"behind four bytes, where pandas asks once more", append([]byte("x y "), flagged(0, "")...)},
		{"behind two bytes that are none", append([]byte("x "), flagged(0, "")...)},
	} {
		if m := inspected("a.pkl.gz", test.data); !imports(m, "os.system") {
			t.Errorf("%s: got %v %v, want os.system", test.name, m.Globals, m.Issues)
		}
	}
	m := inspected("a.pkl.gz", slices.Concat(flagged(0, ""), flagged(0, "")[:len(head)+len(body)-1]))
	if len(m.Issues) == 0 {
		t.Error("a member that is cut: got no issue")
	}
}

// TestZstdBehindSkipped holds that a frame that decoders step over is known.
func TestZstdBehindSkipped(t *testing.T) {
	var packed bytes.Buffer
	packed.WriteString("\x51\x2a\x4d\x18\x04\x00\x00\x00abcd")
	z, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	z.Write([]byte(runs))
	z.Close()
	if m := inspected("a.pkl.zst", packed.Bytes()); !imports(m, "os.system") {
		t.Errorf("got %v %v, want os.system", m.Globals, m.Issues)
	}
}

// TestTarHidden holds that what stands behind headers is told of where Go's
// reader makes nothing of them.
func TestTarHidden(t *testing.T) {
	const ustar = "ustar\x0000"
	size := int64(len(runs))
	broken := func(records string) []any {
		return []any{tarHeader("pax", int64(len(records)), 'x', ustar), records}
	}
	plain := []any{tarHeader("a.pkl", size, '0', ustar), runs}
	for _, test := range []struct {
		name  string
		parts []any
	}{
		{"a link with data", []any{tarHeader("a.pkl", size, '1', ustar), runs}},
		{"a folder's name", []any{tarHeader("a.pkl/", size, '0', ustar), runs}},
		{"records that are none", slices.Concat(broken("7 x\n"), plain)},
		{"a sparse file without a map", slices.Concat(broken("22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"), plain, plain)},
		{"a sparse file behind records that Go does not know", slices.Concat([]any{tarHeader("pax", 44, 'X', ustar), "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
			tarHeader("b", 512+size, '0', ustar), append([]byte("1\n0\n25\n"), make([]byte, 505)...)}, []any{runs})},
		{"a sparse file behind records for all files", slices.Concat([]any{tarHeader("pax", 44, 'g', ustar), "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
			tarHeader("b", 512+size, '0', ustar), append([]byte("1\n0\n25\n"), make([]byte, 505)...)}, []any{runs})},
		{"a header with a wrong sum", slices.Concat([]any{append([]byte("x"), tarHeader("b", 0, '0', ustar)[1:]...)}, plain)},
	} {
		if m := inspected("a.tar", tarFile(test.parts...)); !imports(m, "os.system") {
			t.Errorf("%s: got %v %v, want os.system", test.name, m.Globals, m.Issues)
		}
	}
}

// TestZipDirectoryCut holds that the directory's last entry may name more
// than is there, and that zip64 is found behind other bytes.
func TestZipDirectoryCut(t *testing.T) {
	local := "PK\x03\x04" + string(make([]byte, 14)) + string(binary.LittleEndian.AppendUint32(nil, uint32(len(runs)))) +
		string(binary.LittleEndian.AppendUint32(nil, uint32(len(runs)))) + "\x05\x00\x00\x00a.pkl" + runs
	central := []byte("PK\x01\x02" + string(make([]byte, 42)) + "a.pkl")
	binary.LittleEndian.PutUint32(central[20:], uint32(len(runs)))
	binary.LittleEndian.PutUint32(central[24:], uint32(len(runs)))
	central[28], central[30] = 5, 203 // of the extra field, which is not there
	end := func(size, offset uint32) []byte {
		e := []byte("PK\x05\x06" + string(make([]byte, 18)))
		e[8], e[10] = 1, 1
		binary.LittleEndian.PutUint32(e[12:], size)
		binary.LittleEndian.PutUint32(e[16:], offset)
		return e
	}
	named := func(m *Model) bool {
		return slices.ContainsFunc(m.Programs, func(p Program) bool { return p.Member == "a.pkl" })
	}
	cut := slices.Concat([]byte(local), central, end(uint32(len(central)), uint32(len(local))))
	if m := inspected("a.zip", cut); !named(m) || !imports(m, "os.system") {
		t.Errorf("an extra field that is cut: got %v %v", m.Globals, m.Issues)
	}
	big := []byte("PK\x06\x06" + string(make([]byte, 52)) + "PK\x06\x07" + string(make([]byte, 16)))
	big[24], big[32] = 1, 1
	binary.LittleEndian.PutUint64(big[40:], uint64(len(central)))
	binary.LittleEndian.PutUint64(big[48:], uint64(len(local)))
	central[30] = 0
	for _, at := range []int{len(local) + len(central), 1} { // Python takes the record in front of the locator, whatever that says
		binary.LittleEndian.PutUint64(big[64:], uint64(at))
		behind := slices.Concat([]byte("junk"), []byte(local), central, big, end(0xffffffff, 0xffffffff))
		if m := inspected("a.zip", behind); !named(m) || !imports(m, "os.system") {
			t.Errorf("zip64 behind other bytes, by %d: got %v %v", at, m.Globals, m.Issues)
		}
	}
}

// TestJoblibDTypeOfNoSize holds that joblib reads on behind an array whose
// dtype says that an item has less than no bytes: it reads none.
func TestJoblibDTypeOfNoSize(t *testing.T) {
	for _, shape := range []string{"(K\x00t", "(t", "(K\x02t"} {
		file := "\x80\x02](cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x08\x00\x00\x00subclasscnumpy\nndarray\nX\x05\x00\x00\x00shape" + shape +
			"X\x05\x00\x00\x00orderX\x01\x00\x00\x00CX\x05\x00\x00\x00dtypecnumpy\ndtype\n(X\x02\x00\x00\x00S4K\x00K\x01tR(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb" +
			"X\x0a\x00\x00\x00allow_mmap\x89ub" + "cos\nsystem\ne."
		if m := inspected("a.joblib", []byte(file)); !imports(m, "os.system") || len(m.Issues) == 0 {
			t.Errorf("shape %q: got %v %v, want os.system and an issue", shape, m.Globals, m.Issues)
		}
	}
}

// TestLZMACut holds that what was decoded before LZMA data ends early is told of.
func TestLZMACut(t *testing.T) {
	var packed bytes.Buffer
	z, err := lzma.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	z.Write([]byte(runs))
	z.Close()
	if m := inspected("a.joblib", packed.Bytes()[:packed.Len()-3]); !imports(m, "os.system") || len(m.Issues) == 0 {
		t.Errorf("got %v %v, want os.system and an issue", m.Globals, m.Issues)
	}
}

// TestPackedBehind holds that what stands behind a pickle in compressed data
// is told of.
func TestPackedBehind(t *testing.T) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	f, _ := z.Create("a.pkl")
	f.Write([]byte(runs))
	z.Close()
	var packed bytes.Buffer
	g := gzip.NewWriter(&packed)
	g.Write(append([]byte("N."), archive.Bytes()...))
	g.Close()
	if m := inspected("a.pkl.gz", packed.Bytes()); !imports(m, "os.system") || len(m.Issues) == 0 {
		t.Errorf("got %v %v, want os.system and an issue", m.Globals, m.Issues)
	}
}

// TestJoblibMapsObjects holds that joblib's mmap_mode is a reading of its own
// where an array of objects says that it can be mapped: 16 bytes are then stepped over.
func TestJoblibMapsObjects(t *testing.T) {
	file := "\x80\x02](cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x08\x00\x00\x00subclasscnumpy\nndarray\nX\x05\x00\x00\x00shapeK\x02\x85" +
		"X\x05\x00\x00\x00orderX\x01\x00\x00\x00CX\x05\x00\x00\x00dtypecnumpy\ndtype\n(X\x01\x00\x00\x00OK\x00K\x01tR(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb" +
		"X\x0a\x00\x00\x00allow_mmap\x88ub" + "X\x1d\x00\x00\x00abcdefghijk" + "cos\nsystem\n)Re." + "....\x00." + "e."
	if m := inspected("a.joblib", []byte(file)); !imports(m, "os.system") {
		t.Errorf("got %v %v, want os.system", m.Globals, m.Issues)
	}
}

// TestHDF5InTar holds that an HDF5 file at the place in an archive where
// HDF5's own library would find it is no complaint.
func TestHDF5InTar(t *testing.T) {
	data, err := os.ReadFile("../testdata/models/hdf5/h5py-3.16.0-compact-superblock-2.h5")
	if err != nil {
		t.Fatal(err)
	}
	if m := inspected("a.tar", tarFile(tarHeader("a.h5", int64(len(data)), '0', "ustar\x0000"), string(data))); len(m.Issues) != 0 {
		t.Errorf("got %v, want no issue", m.Issues)
	}
}

// TestJoblibAcrossFrame holds that an opcode at a frame's end, whose argument
// stands behind an array that is read from there, is read as joblib reads it.
func TestJoblibAcrossFrame(t *testing.T) {
	body := "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x08\x00\x00\x00subclasscnumpy\nndarray\nX\x05\x00\x00\x00shapeK\x01\x85" +
		"X\x05\x00\x00\x00orderX\x01\x00\x00\x00CX\x05\x00\x00\x00dtypecnumpy\ndtype\n(X\x02\x00\x00\x00f8K\x00K\x01tR(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb" +
		"X\x0a\x00\x00\x00allow_mmap\x88ubc"
	for _, name := range [][2]string{{"", "os\nsystem\n"}, {"os\n", "system\n"}} { // in the frame, and behind it
		frame := body + name[0]
		file := "\x80\x04\x95" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(frame)))) + frame + "8 bytes!" + name[1] + ")R."
		if m := inspected("a.joblib", []byte(file)); !imports(m, "os.system") || len(m.Issues) == 0 {
			t.Errorf("%q: got %v %v, want os.system and an issue", name, m.Globals, m.Issues)
		}
	}
}

// TestOddStorage holds that a member that is called as one that torch takes
// for numbers is read where no writer writes it so: compressed and a pickle, under
// another name for the same place, or a second time.
func TestOddStorage(t *testing.T) {
	for _, test := range []struct {
		method uint16
		names  []string
		data   string
	}{
		{zip.Deflate, []string{"m/data/0"}, runs},
		{zip.Store, []string{"/m/data/0"}, runs + "junk"},
		{zip.Store, []string{"./m/data/0"}, runs + "junk"},
		{zip.Store, []string{"m/data/0", "m/data/0"}, runs + "junk"},
	} {
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		for _, name := range append([]string{"m/data.pkl"}, test.names...) {
			f, _ := z.CreateHeader(&zip.FileHeader{Name: name, Method: test.method})
			if name == "m/data.pkl" {
				f.Write([]byte("\x80\x02N."))
				continue
			}
			f.Write([]byte(test.data))
		}
		z.Close()
		if m := inspected("a.pt", archive.Bytes()); !imports(m, "os.system") {
			t.Errorf("%q: got %v %v, want os.system", test.names, m.Globals, m.Issues)
		}
	}
}

// TestLongAlone holds that a program whose only text is too long to be kept
// is read like any other.
func TestLongAlone(t *testing.T) {
	const size = 70_000
	counted := func(op string, c byte) string {
		return op + string(binary.LittleEndian.AppendUint32(nil, size)) + strings.Repeat(string([]byte{c}), size)
	}
	for name, object := range map[string]string{
		"Python 2 str": counted("T", 'x'), "Python 2 bytes": counted("T", 0xff), "str": counted("X", 'x'), "bytes": counted("B", 0xff), "long": counted("\x8b", 1),
		"STRING": "S'" + strings.Repeat("x", size) + "'\n", "UNICODE": "V" + strings.Repeat("x", size) + "\n", "INT": "I" + strings.Repeat("1", size) + "\n",
	} {
		for way, program := range map[string]string{
			"alone": object + ".", "in a list": "]" + object + "a.", "as a key": "}" + object + "Ns.", "in a state": "ccollections\nOrderedDict\n)R}N" + object + "sb.",
		} {
			m := inspected("a.pkl", []byte(program))
			if len(m.Programs) != 1 || m.Root == nil || len(m.Issues) > 0 {
				t.Errorf("%s %s: got %+v %v", name, way, m.Programs, m.Issues)
			}
			if latin := name == "Python 2 bytes"; len(m.Programs) == 1 && m.Programs[0].Latin1 != latin {
				t.Errorf("%s %s: Latin-1 is %v", name, way, m.Programs[0].Latin1)
			}
		}
	}
}
