package inspect

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

// evil calls os.system; harmless leaves None.
const (
	evil     = "cos\nsystem\n(S'true'\ntR."
	harmless = "N."
)

// zipEntry is a member as a test writes it, with what its headers say.
type zipEntry struct {
	name, data          string
	localName           string // where it differs
	crc                 uint32 // 0 for the right one
	flags, localFlags   uint16
	size                int // what the headers say, where it differs
	unlisted, localLess bool
}

// writeZip writes stored members by hand, so that headers can lie.
func writeZip(prefix string, count int, entries ...zipEntry) []byte {
	out := []byte(prefix)
	var directory []byte
	listed := 0
	for _, e := range entries {
		offset := len(out) - len(prefix)
		crc, size, local := e.crc, e.size, e.localName
		if crc == 0 {
			crc = crc32.ChecksumIEEE([]byte(e.data))
		}
		if size == 0 {
			size = len(e.data)
		}
		if local == "" {
			local = e.name
		}
		header := func(flags uint16, name string) []byte {
			h := binary.LittleEndian.AppendUint16(nil, 20)
			h = binary.LittleEndian.AppendUint16(h, flags)
			h = append(h, 0, 0, 0, 0, 0, 0) // stored, no date
			h = binary.LittleEndian.AppendUint32(h, crc)
			h = binary.LittleEndian.AppendUint32(h, uint32(size))
			h = binary.LittleEndian.AppendUint32(h, uint32(size))
			h = binary.LittleEndian.AppendUint16(h, uint16(len(name)))
			return append(h, 0, 0)
		}
		if !e.localLess {
			out = append(append(append(append(out, zipLocal...), header(e.localFlags, local)...), local...), e.data...)
		}
		if e.unlisted {
			continue
		}
		listed++
		directory = append(append(directory, zipCentral+"\x14\x00"...), header(e.flags, e.name)...)
		directory = append(directory, make([]byte, 10)...)
		directory = append(binary.LittleEndian.AppendUint32(directory, uint32(offset)), e.name...)
	}
	start := len(out) - len(prefix)
	end := append([]byte(zipEnd), 0, 0, 0, 0)
	if count < 0 {
		count = listed
	}
	end = binary.LittleEndian.AppendUint16(end, uint16(count))
	end = binary.LittleEndian.AppendUint16(end, uint16(count))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(directory)))
	end = binary.LittleEndian.AppendUint32(end, uint32(start))
	return append(append(append(out, directory...), end...), 0, 0)
}

func inspectBytes(name string, data []byte) *Model {
	var in Inspector
	return in.Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))
}

func hasName(m *Model, name string) bool {
	return slices.ContainsFunc(m.Globals, func(g Global) bool { return g.Name() == name })
}

// TestZipReaders holds that a payload is found wherever one of zipfile,
// torch and other readers finds it, and that the disagreement is an issue.
func TestZipReaders(t *testing.T) {
	pkl := func(data string) zipEntry { return zipEntry{name: "a/data.pkl", data: data} }
	lied, renamed, encrypted, short := pkl(evil), pkl(evil), pkl(evil), pkl(evil)
	lied.crc, renamed.localName, encrypted.flags, short.size = 1, "a/data.pk_", flagEncrypted, 5
	hidden := pkl(evil)
	hidden.unlisted = true
	for _, test := range []struct {
		name  string
		data  []byte
		issue bool
	}{
		{"plain", writeZip("", -1, pkl(evil)), false},
		{"count too low", writeZip("", 0, pkl(evil)), true},
		{"count too high", writeZip("", 9, pkl(evil)), true},
		{"capitals", writeZip("", -1, zipEntry{name: "a/DATA.PKL", data: evil}, pkl(harmless)), true},
		{"twice", writeZip("", -1, pkl(evil), pkl(harmless)), true},
		{"twice, the other way round", writeZip("", -1, pkl(harmless), pkl(evil)), true},
		{"NUL in the name", writeZip("", -1, zipEntry{name: "a/data.pkl\x00x", data: evil}), true},
		{"wrong CRC", writeZip("", -1, lied), true},
		{"another local name", writeZip("", -1, renamed), true},
		{"encrypted, says the directory", writeZip("", -1, encrypted), true},
		{"not in the directory", writeZip("", -1, pkl(harmless), hidden, zipEntry{name: "a/version", data: "3\n"}), true},
		{"no directory", writeZip("", -1, pkl(evil))[:60], true},
		{"bytes in front", writeZip("#!junk\n", -1, pkl(evil)), false},
		{"behind a pickle", writeZip(harmless, -1, pkl(evil)), false},
		{"a pickle in front", writeZip(evil, -1, pkl(harmless)), false},
		{"nested", writeZip("", -1, zipEntry{name: "in.zip", data: string(writeZip("", -1, pkl(evil)))}), false},
	} {
		m := inspectBytes("x.pt", test.data)
		if !hasName(m, "os.system") {
			t.Errorf("%s: got %+v, issues %v", test.name, m.Globals, m.Issues)
		}
		if test.issue && len(m.Issues) == 0 {
			t.Errorf("%s: got no issue", test.name)
		}
	}
	if m := inspectBytes("x.pt", writeZip("", -1, short)); len(m.Issues) == 0 {
		t.Errorf("a size that lies: got no issue")
	}
}

func TestZipMethods(t *testing.T) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, data := range map[string]string{"a/data.pkl": evil, "a/version": "3\n", "README.txt": "a text"} {
			f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
			if err != nil {
				t.Fatal(err)
			}
			f.Write([]byte(data))
		}
		z.Close()
		m := inspectBytes("x.pt", b.Bytes())
		if m.Format != "torch" || !hasName(m, "os.system") || m.Globals[0].Member != "a/data.pkl" || len(m.Issues) != 0 {
			t.Errorf("method %d: got %s %+v %v", method, m.Format, m.Globals, m.Issues)
		}
	}
}

// TestStorages holds that torch's storages are numbers, unless all of one is a
// pickle, and that nothing else in their folder is.
func TestStorages(t *testing.T) {
	object := zipEntry{name: "a/data.pkl", data: harmless}
	m := inspectBytes("x.pt", writeZip("", -1, object, zipEntry{name: "a/data/0", data: evil}))
	if !hasName(m, "os.system") {
		t.Errorf("a storage that is a pickle: got %+v, %v", m.Globals, m.Issues)
	}
	m = inspectBytes("x.pt", writeZip("", -1, object, zipEntry{name: "a/data/0", data: evil + "\x00"}))
	if len(m.Globals) != 0 || len(m.Issues) != 0 {
		t.Errorf("got %+v, %v", m.Globals, m.Issues)
	}
	m = inspectBytes("x.pt", writeZip("", -1, object, zipEntry{name: "a/data/x.pkl", data: evil}))
	if !hasName(m, "os.system") {
		t.Errorf("got %+v, %v", m.Globals, m.Issues)
	}
}

func TestArchivesWithoutModels(t *testing.T) {
	for name, data := range map[string][]byte{
		"no members": writeZip("", -1), "text alone": writeZip("", -1, zipEntry{name: "a.txt", data: "text"}),
	} {
		if m := inspectBytes("x", data); !m.NotModel || len(m.Issues) != 1 {
			t.Errorf("%s: got %+v", name, m)
		}
	}
	if m := inspectBytes("x.zip", writeZip("", -1, zipEntry{name: "a", data: harmless + "."}, zipEntry{name: "b", data: "\x00\x01\xff\xfe"})); len(m.Issues) == 0 {
		t.Error("unknown bytes in an archive: got no issue")
	}
}

// TestTorchServe holds that the source in a .mar archive is a hazard, and that
// one without any has none.
func TestTorchServe(t *testing.T) {
	manifest, model := zipEntry{name: "MAR-INF/MANIFEST.json", data: "{}"}, zipEntry{name: "model.pt", data: string(writeZip("", -1, zipEntry{name: "a/data.pkl", data: evil}))}
	m := inspectBytes("x.mar", writeZip("", -1, manifest, model, zipEntry{name: "handler.py", data: "import os"}))
	if m.Format != "torchserve" || len(m.Hazards) != 1 || !hasName(m, "os.system") {
		t.Errorf("got %s, %v, %v", m.Format, m.Hazards, m.Globals)
	}
	if m := inspectBytes("x.mar", writeZip("", -1, manifest, model)); m.Format != "torchserve" || len(m.Hazards) != 0 {
		t.Errorf("got %s, %v", m.Format, m.Hazards)
	}
}

// TestTarForms holds that a payload is found in tars that few write.
func TestTarForms(t *testing.T) {
	write := func(names ...string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, name := range names {
			data := evil
			if strings.HasSuffix(name, ".txt") {
				data = "text"
			}
			w.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o600})
			w.Write([]byte(data))
		}
		w.Close()
		return b.Bytes()
	}
	old := write("a.pkl") // the mark taken out, the checksum made anew
	copy(old[257:265], make([]byte, 8))
	sum := int(8 * ' ')
	for i, c := range old[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(old[148:], fmt.Sprintf("%06o\x00 ", sum))
	for name, data := range map[string][]byte{
		"without mark": old, "second archive": append(write("a.txt"), write("a.pkl")...),
		"behind the end": append(write("a.txt"), evil...), "damaged behind": append(write("a.pkl")[:1024], "no header at all"...),
	} {
		m := inspectBytes("x.tar", data)
		if m.Format != "tar" || !hasName(m, "os.system") {
			t.Errorf("%s: got %s, %+v, %v", name, m.Format, m.Globals, m.Issues)
		}
		if name != "without mark" && len(m.Issues) == 0 {
			t.Errorf("%s: got no issue", name)
		}
	}
}

func TestTar(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"pickle", "more/pickle"} {
		w.WriteHeader(&tar.Header{Name: name, Size: int64(len(evil)), Mode: 0o600})
		w.Write([]byte(evil))
	}
	w.Close()
	m := inspectBytes("x.tar", b.Bytes())
	if m.Format != "tar" || len(m.Globals) != 2 || m.Globals[1].Member != "more/pickle" {
		t.Errorf("got %s %+v %v", m.Format, m.Globals, m.Issues)
	}
	if m := inspectBytes("x.tar", b.Bytes()[:520]); len(m.Issues) == 0 {
		t.Error("a tar that is cut: got no issue")
	}
}

func TestSerializedJSON(t *testing.T) {
	document := `{"policy": {":type:": "x", ":serialized:": "Y29zCnN5c3RlbQooUyd0cnVlJwp0Ui4="}, "n": 1}`
	for _, data := range [][]byte{[]byte(document), writeZip("", -1, zipEntry{name: "data", data: document})} {
		if m := inspectBytes("x.zip", data); !hasName(m, "os.system") {
			t.Errorf("got %+v %v", m.Globals, m.Issues)
		}
	}
	if m := inspectBytes("x.json", []byte(strings.Replace(document, "Y29z", "!!!!", 1))); len(m.Issues) == 0 {
		t.Error("bad base64: got no issue")
	}
}

// TestTorchLegacy reads five pickles and a storage, as torch.save wrote them
// before 1.6.
func TestTorchLegacy(t *testing.T) {
	object := "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x007X\x03\x00\x00\x00cpuK\x06NtQ" +
		"K\x00K\x02K\x03\x86K\x03K\x01\x86\x89ccollections\nOrderedDict\n)RtR."
	file := "\x80\x02\x8a\x0a" + torchMagic + ".\x80\x02M\xe9\x03.\x80\x02}." + object + "\x80\x02](X\x01\x00\x00\x007e."
	storage := "\x06\x00\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 24)
	m := inspectBytes("x.pt", []byte(file+storage))
	if m.Format != "torch" || len(m.Issues) != 0 || len(m.Programs) != 5 || len(m.Arrays) != 1 {
		t.Fatalf("got %s, %d programs, %+v, %v", m.Format, len(m.Programs), m.Arrays, m.Issues)
	}
	if a := m.Arrays[0]; a.DType != "<f4" || !slices.Equal(a.Shape, []int64{2, 3}) || a.Order != "C" || a.Bytes != 24 {
		t.Errorf("got %+v", a)
	}
	for name, data := range map[string]string{"cut": file + storage[:20], "more": file + storage + "x", "none": file} {
		if m := inspectBytes("x.pt", []byte(data)); len(m.Issues) == 0 {
			t.Errorf("%s: got no issue", name)
		}
	}
}
