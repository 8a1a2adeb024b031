package inspect

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

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
