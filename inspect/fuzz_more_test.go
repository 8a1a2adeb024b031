package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// hurry ends the process where a test does not end: a fuzzing worker that
// hangs is not told from one that has nothing to say.
func hurry() (done func() bool) {
	return time.AfterFunc(30*time.Second, func() { panic("this takes too long") }).Stop
}

// fuzzNames are the names that a fuzzed file goes by.
var fuzzNames = []string{"x.pkl", "x.joblib", "x.pt", "x.npy", "x.npz", "x.skops", "x.zip", "x.tar", "x.json", "x.safetensors", "x", "x.bin", "x.h5", "x.keras", "x.onnx", "x.gguf", "saved_model.pb", "x.index"}

// FuzzFormats holds that any bytes under any name give the same Model twice,
// one with an issue where nothing was read, and facts that lie in the file.
func FuzzFormats(f *testing.F) {
	for i := range fuzzNames {
		f.Add(uint8(i), []byte("\x80\x04N."))
		f.Add(uint8(i), []byte("PK\x03\x04\x14\x00\x00\x00\x00\x00"))
		f.Add(uint8(i), []byte("\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n\x80\x03N."))
		f.Add(uint8(i), []byte("\x08\x00\x00\x00\x00\x00\x00\x00{\"a\":{}}"))
	}
	addSmall(f)
	limits := Limits{MaxExpansion: 16 << 20, Timeout: 20 * time.Second}
	limits.Pickle.MaxMemory = 64 << 20
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		defer hurry()()
		name := fuzzNames[int(which)%len(fuzzNames)]
		in := Inspector{Limits: limits}
		m := in.Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))
		again := in.Reader(context.Background(), name, bytes.NewReader(data), int64(len(data)))
		if !reflect.DeepEqual(m, again) {
			t.Errorf("got %+v and then %+v", m, again)
		}
		if m.NotModel && len(m.Issues) == 0 || m.Format == "unknown" && len(m.Issues) == 0 {
			t.Errorf("got nothing and no issue: %+v", m)
		}
		if m.Size != int64(len(data)) || m.Path != name {
			t.Errorf("got %s of %d bytes", m.Path, m.Size)
		}
		for _, a := range m.Arrays {
			if a.Bytes < 0 {
				t.Errorf("got array %+v", a)
			}
		}
		for _, p := range m.Programs {
			if p.Member == "" && m.Compression == "" && (p.Offset < 0 || p.End < p.Offset || p.End > int64(len(data))) {
				t.Errorf("got program %+v in %d bytes", p, len(data))
			}
		}
	})
}

// addSmall adds a few small files of every format, under the names that are
// nearest to theirs.
func addSmall(f *testing.F) {
	f.Helper()
	folders, _ := filepath.Glob(filepath.Join(testdata, "models/*"))
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "*"))
		added := 0
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil || len(data) > 4096 || added == 20 {
				continue
			}
			added++
			which := max(0, slices.Index(fuzzNames, "x"+filepath.Ext(name)))
			f.Add(uint8(which), data)
		}
	}
}

// FuzzHDF5 holds that a file behind HDF5's signature is read in bounds: the
// same twice, with no more steps than the limit, and with arrays that fit.
func FuzzHDF5(f *testing.F) {
	seeds(f, "models/hdf5/*", "hostile/10-hdf5-*", "models/keras/*.h5")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		limits := Limits{Timeout: 20 * time.Second}
		in := Inspector{Limits: limits}
		data = append([]byte(hdf5Signature), data[min(len(data), len(hdf5Signature)):]...)
		m := in.Reader(context.Background(), "x.h5", bytes.NewReader(data), int64(len(data)))
		again := in.Reader(context.Background(), "x.h5", bytes.NewReader(data), int64(len(data)))
		if !reflect.DeepEqual(m, again) {
			t.Errorf("got %+v and then %+v", m, again)
		}
		for _, a := range m.Arrays {
			if a.Bytes < 0 || a.Offset < 0 || a.Offset > int64(len(data)) || len(a.Shape) > maxDims {
				t.Errorf("got array %+v in %d bytes", a, len(data))
			}
		}
	})
}

// FuzzKeras holds that a configuration is read without end of the stack, and
// that code in it is found wherever it stands.
func FuzzKeras(f *testing.F) {
	seeds(f, "models/keras/*.json")
	f.Add([]byte(`{"class_name": "A", "config": {"function": ["4wEA", null, null], "function_type": "lambda"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		var in Inspector
		code := []byte(`{"class_name": "__lambda__", "config": {"value": "4wEA"}}`)
		whole := append(append([]byte(`{"class_name": "Model", "config": {"a": `), data...), ',')
		whole = append(append(append(whole, `"b": `...), code...), "}}"...)
		m := in.Reader(context.Background(), "x.json", bytes.NewReader(whole), int64(len(whole)))
		if len(m.Hazards) == 0 && len(m.Issues) == 0 && m.Format == "keras-config" {
			t.Errorf("got no hazard of %q: %+v", whole, m)
		}
	})
}

// FuzzCodec holds that every codec ends, gives no more than the limit allows,
// and gives the same however it is asked.
func FuzzCodec(f *testing.F) {
	seeds(f, "hostile/11-codec-*", "hostile/09-bomb-*", "hostile/11-zf*", "models/joblib/joblib-1.6.0-*")
	const limit = 1 << 20
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		for i := range codecs {
			whole, spent, why := inflate(&codecs[i], data, 64<<10)
			if spent > limit+64<<10 {
				t.Fatalf("%s: got %d bytes", codecs[i].name, spent)
			}
			small, _, whySmall := inflate(&codecs[i], data, 100)
			if (why == nil) != (whySmall == nil) || why == nil && !bytes.Equal(whole, small) {
				t.Errorf("%s: got %d bytes, %v, and in small reads %d, %v", codecs[i].name, len(whole), why, len(small), whySmall)
			}
		}
	})
}

// inflate reads all that a codec makes of the data, in reads of that size.
func inflate(c *codec, data []byte, size int) (out []byte, spent int64, why error) {
	w := &walk{in: &Inspector{}, ctx: context.Background(), collector: newCollector(&Model{}, Limits{MaxExpansion: 1 << 20, Timeout: time.Minute}.withDefaults())}
	w.deadline = time.Now().Add(time.Minute)
	d := w.decompressor(c, bytes.NewReader(data), int64(len(data)))
	defer d.close()
	buffer := make([]byte, size)
	for {
		n, err := d.Read(buffer)
		out = append(out, buffer[:n]...)
		if err == io.EOF {
			return out, w.expanded, d.err
		}
		if n == 0 {
			return out, w.expanded, io.ErrNoProgress
		}
	}
}

// FuzzNpyHeader holds that a header is read or refused, and that what it
// says of the array's size is the product of what it says of its shape.
func FuzzNpyHeader(f *testing.F) {
	seeds(f, "models/npy/*", "hostile/*.npy")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		h, err := readNpyHeader(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, _ := readNpyHeader(bytes.NewReader(data))
		if !reflect.DeepEqual(h, again) || h.bytes < 0 || h.data < 0 || h.data > int64(len(data)) {
			t.Errorf("got %+v and %+v of %d bytes", h, again, len(data))
		}
	})
}

// FuzzBoosters holds that what a pickled Booster carries, whatever it is, is
// read to an end, the same twice, with every issue inside of it.
func FuzzBoosters(f *testing.F) {
	seeds(f, "models/xgboost/xgboost-*-tree.*", "models/lightgbm/*-dump.json", "models/lightgbm/*-binary.txt", "models/catboost/*-named.*")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		for _, carried := range carriedModels {
			if carried.read == nil {
				continue
			}
			read := func() *Model {
				w := &walk{collector: newCollector(&Model{}, Limits{}.withDefaults()), ctx: context.Background()}
				w.deadline = time.Now().Add(20 * time.Second)
				carried.read(w, bytes.NewReader(data), int64(len(data)))
				return w.model
			}
			m := read()
			if again := read(); !reflect.DeepEqual(m, again) {
				t.Errorf("%s: got %+v and then %+v", carried.pkg, m, again)
			}
			for _, issue := range m.Issues {
				if issue.Offset > int64(len(data)) {
					t.Errorf("%s: got %+v of %d bytes", carried.pkg, issue, len(data))
				}
			}
		}
	})
}

// FuzzDocuments holds that JSON is read to its end where Go's own reader takes
// it, and nowhere else, and that UBJSON ends inside of the data.
func FuzzDocuments(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.5e-3,{"b":null}],"c":"\u00e9\n"}`, "[]", "{}", `"x"`, "-0", "[1,]", `{"a" 1}`, "NaN", "{L\x00\x00\x00\x00\x00\x00\x00\x01a[$d#L\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00}"} {
		f.Add([]byte(text))
	}
	seeds(f, "models/xgboost/xgboost-3.2.0-*.ubj", "models/*/*.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		size := int64(len(data))
		none := func([]string, docEvent) {}
		inTime := func(int64) bool { return false }
		doc := newJSON(newCursor(bytes.NewReader(data), size), 64)
		leaves(doc, inTime, none)
		whole := doc.problem() == "" && func() bool { doc.space(); return doc.in.left() == 0 }() && doc.began
		if valid := json.Valid(data); valid != whole && !strings.Contains(doc.problem(), "deeper") && !strings.Contains(doc.problem(), "too long") {
			t.Errorf("got whole %v, %q at %d, want %v", whole, doc.problem(), doc.where(), valid)
		}
		ubj := newUBJ(newCursor(bytes.NewReader(data), size), 64)
		leaves(ubj, inTime, none)
		if ubj.where() > size {
			t.Errorf("got %d of %d bytes", ubj.where(), size)
		}
	})
}
