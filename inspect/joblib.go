package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"modelscan/pickle"
)

// joblib writes arrays between the opcodes: after the BUILD that completes a
// NumpyArrayWrapper its loader reads raw bytes, or a whole nested pickle
// where the dtype holds objects, and puts the array in the wrapper's place.

// joblibLoader reads as joblib.load does.
type joblibLoader struct {
	noPadding bool           // as joblib before 1.2, which knows of no padding
	mapped    bool           // as joblib and NumPy of old with mmap_mode, who map objects as well
	mappable  bool           // there are objects that say they can be mapped
	nesting   pickle.Nesting // how nested pickles are read, and what was met
	arrays    int            // wrappers met
	padded    bool           // some had padding
	spoiled   []int64        // where padding is not what joblib writes
	unsized   []int64        // where nothing tells how many bytes there are
	inFrame   bool           // an array stands inside a frame of data that can be read only once
	side      []sideFile
	gaps      []pickle.Gap // the first arrays' bytes
}

// sideFile is an array that joblib before 0.10 wrote into a file of its own.
type sideFile struct {
	name       string
	offset     int64
	compressed bool   // bare data in a ZF file
	array      *array // what the pickle says of compressed data
}

func (j *joblibLoader) loader() *pickle.Loader {
	return &pickle.Loader{
		Watch: func(module, qualname string) bool {
			return isWrapper(module, qualname, "NumpyArrayWrapper") || isSideWrapper(module, qualname)
		},
		AfterBuild: j.afterBuild,
	}
}

// isWrapper also knows the copies of joblib inside scikit-learn ≤ 0.20, and
// modules that merely import the class.
func isWrapper(module, qualname, class string) bool {
	name := module + "." + qualname
	return strings.HasSuffix(name, "."+class) && strings.Contains(name, "joblib")
}

func isSideWrapper(module, qualname string) bool {
	return isWrapper(module, qualname, "NDArrayWrapper") || isWrapper(module, qualname, "ZNDArrayWrapper")
}

var errOpenFrame = errors.New("an array's bytes inside a frame, which joblib does not write")

func (j *joblibLoader) afterBuild(b *pickle.Built) error {
	p := b.Program()
	class, _ := p.ClassOf(b.Target)
	w := readWrapper(p, b.Target)
	if isSideWrapper(class.Module, class.Qualname) {
		name, _ := p.Text(w["filename"])
		side := sideFile{name: name, offset: b.Offset(), compressed: class.Qualname == "ZNDArrayWrapper"}
		if side.compressed {
			side.array = sideArray(p, w["state"])
		}
		j.side = append(j.side, side)
		return b.Replace(w["filename"])
	}
	j.arrays++
	if b.InFrame() && !b.Seekable() {
		j.inFrame = true
		return errOpenFrame
	}
	d, ok := dtypeOf(p, w["dtype"], 0)
	shape, ok2 := shapeOf(p, w["shape"])
	if !ok || !ok2 || d.itemSize == 0 && !d.hasObject {
		// joblib fails, or reads nothing: the items of some dtypes have negative sizes.
		j.unsized = append(j.unsized, b.Offset())
		d, shape = dtype{itemSize: 1}, []int64{0}
	}
	if subclass := w["subclass"]; subclass != 0 {
		if g, ok := p.Global(subclass); !ok || !viewOnly(g.Module, g.Qualname) && (g.Module != "numpy" || g.Qualname != "ndarray") {
			if err := b.Use(subclass, w["shape"]); err != nil {
				return err
			}
		}
	}
	var data pickle.Value
	if d.hasObject && mayMap(p, w["allow_mmap"]) {
		j.mappable = true
		if j.mapped {
			d = dtype{itemSize: 8}
		}
	}
	err := b.Beyond(func() (err error) {
		data, err = j.read(b, d, shape, w["numpy_array_alignment_bytes"])
		return err
	})
	if err != nil {
		return err
	}
	return b.Replace(data)
}

// mayMap tells whether Python takes v, which joblib makes False for objects, for true.
func mayMap(p *pickle.Program, v pickle.Value) bool {
	n, isInt := p.Int(v)
	return v != 0 && !p.IsNone(v) && (!isInt || n != 0)
}

// read reads what stands in the stream for an array.
func (j *joblibLoader) read(b *pickle.Built, d dtype, shape []int64, alignment pickle.Value) (pickle.Value, error) {
	if d.hasObject {
		return b.Nested(&j.nesting)
	}
	_, size, ok := product(shape, d.itemSize)
	if !ok {
		return 0, fmt.Errorf("a joblib array of shape %s and %d bytes an item", tupleText(shape), d.itemSize)
	}
	start := b.Offset()
	if alignment != 0 && !b.Program().IsNone(alignment) {
		j.padded = true
		if !j.noPadding {
			if err := j.padding(b); err != nil {
				return 0, err
			}
		}
	}
	data, err := b.Data(size)
	if len(j.gaps) < maxGaps {
		j.gaps = append(j.gaps, pickle.Gap{Offset: start, Length: b.Offset() - start})
	}
	return data, err
}

// maxGaps bounds the arrays whose place is kept.
const maxGaps = 100_000

// padding steps over the padding before an array: its length, 1 to 16, and
// as many bytes of 0xff. joblib does not look at them.
func (j *joblibLoader) padding(b *pickle.Built) error {
	offset := b.Offset()
	n, err := b.Byte()
	if err != nil {
		return err
	}
	pad, err := b.Bytes(int(n))
	if err != nil {
		return err
	}
	if n == 0 || n > 16 || bytes.Count(pad, []byte{0xff}) != len(pad) {
		j.spoiled = append(j.spoiled, offset)
	}
	return nil
}

// wrapperArguments are the parameters of NumpyArrayWrapper.__init__, in order.
var wrapperArguments = []string{"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}

// readWrapper returns the attributes that a wrapper has after its states.
func readWrapper(p *pickle.Program, v pickle.Value) map[string]pickle.Value {
	w := map[string]pickle.Value{}
	if call, ok := p.Call(v); ok && (call.Kind == pickle.Reduce || call.Kind == pickle.Obj || call.Kind == pickle.Inst) {
		if g, ok := p.Global(call.Subject); ok && g.Qualname == "NumpyArrayWrapper" {
			args, _ := p.Tuple(call.Detail)
			for i := 0; i < len(args) && i < len(wrapperArguments); i++ {
				w[wrapperArguments[i]] = args[i]
			}
		}
	}
	for state := range p.States(v) {
		for key, value := range attributes(p, state) {
			if name, ok := p.Text(key); ok {
				w[name] = value
			}
		}
	}
	return w
}

// wrapped reads an array that a joblib loader put in a wrapper's place.
func wrapped(p *pickle.Program, wrapper, data pickle.Value, offset int64) (array, bool) {
	w := readWrapper(p, wrapper)
	d, ok := dtypeOf(p, w["dtype"], 0)
	shape, ok2 := shapeOf(p, w["shape"])
	if !ok || !ok2 {
		return array{}, false
	}
	if d.hasObject { // the nested pickle is the array
		if nested, ok := arrayOf(p, data); ok {
			nested.offset = offset
			return nested, true
		}
	}
	a := array{dtype: d, shape: shape, fortran: p.TextIs(w["order"], "F"), offset: offset}
	a.fit(p, data)
	return a, true
}

// sideArray reads the state that a ZNDArrayWrapper holds: an array's, without its data.
func sideArray(p *pickle.Program, state pickle.Value) *array {
	t, ok := p.Tuple(state)
	if !ok || len(t) < 4 {
		return nil
	}
	shape, ok := shapeOf(p, t[1])
	d, ok2 := dtypeOf(p, t[2], 0)
	if !ok || !ok2 {
		return nil
	}
	fortran, _ := p.Int(t[3])
	a := &array{dtype: d, shape: shape, fortran: fortran != 0}
	a.fit(p, 0)
	return a
}
