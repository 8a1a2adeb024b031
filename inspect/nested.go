package inspect

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"modelscan/pickle"
)

// A program may carry a whole file in its bytes: an argument of a function
// that loads it, or what a library keeps its model in. Such data is read in
// place, under the name of what takes it and the offset of the opcode that
// hands it over.

// nested is data that a program hands to another loader.
type nested struct {
	name     string // of what takes it, without the offset
	value    pickle.Value
	offset   int64
	read     func(w *walk, r io.ReaderAt, size int64) // nil where its content tells
	optional bool                                     // not worth a word where it is no data
	explains *globalKey                               // the name whose call is explained where all of this was read
	as       string                                   // and as a file of this format, which is all that the loader takes
}

// nestedLoaders are functions that load what they are given, by the place of
// that argument. Those named loads in a module of picklers are told by name.
var nestedLoaders = map[[2]string]int{
	{"torch.storage", "_load_from_bytes"}:                                               0,
	{"numba.core.serialize", "_unpickle__CustomPickled"}:                                0,
	{"numba.core.serialize", "_numba_unpickle"}:                                         1,
	{"numba.serialize", "_unpickle__CustomPickled"}:                                     0,
	{"keras.saving.pickle_utils", "deserialize_model_from_bytecode"}:                    0,
	{"keras.src.saving.pickle_utils", "deserialize_model_from_bytecode"}:                0,
	{"keras.saving.legacy.saved_model.pickle_utils", "deserialize_model_from_bytecode"}: 0,
	{"tensorflow.python.keras.saving.pickle_utils", "deserialize_model_from_bytecode"}:  0,
	{"scikeras._saving_utils", "unpack_keras_model"}:                                    0,
	{"skops.io", "loads"}: 0, {"skops.io._persist", "loads"}: 0,
	{"torch", "load"}: 0, {"torch.serialization", "load"}: 0, {"torch.jit", "load"}: 0,
	{"joblib", "load"}: 0, {"joblib.numpy_pickle", "load"}: 0, {"sklearn.externals.joblib", "load"}: 0,
	{"numpy", "load"}: 0, {"numpy.lib.npyio", "load"}: 0, {"numpy.lib._npyio_impl", "load"}: 0,
	{"pandas", "read_pickle"}: 0, {"pandas.io.pickle", "read_pickle"}: 0,
}

// explainedLoaders do no more than what the file that they are given says,
// where it is of one format: a storage of torch's, an archive of Keras's.
var explainedLoaders = map[[2]string]string{
	{"torch.storage", "_load_from_bytes"}:                                "torch",
	{"keras.saving.pickle_utils", "deserialize_model_from_bytecode"}:     "keras",
	{"keras.src.saving.pickle_utils", "deserialize_model_from_bytecode"}: "keras",
	{"scikeras._saving_utils", "unpack_keras_model"}:                     "keras",
}

// explainedLoader returns the format that explains a loader. Classes of Keras 3
// have a method that is one.
func explainedLoader(module, qualname string) (string, bool) {
	if format, ok := explainedLoaders[[2]string{module, qualname}]; ok {
		return format, true
	}
	return "keras", kerasMethod(module, qualname)
}

func kerasMethod(module, qualname string) bool {
	return strings.HasPrefix(module, "keras.src.") && strings.HasSuffix(qualname, "._unpickle_model")
}

// nestedLoader returns which argument of a function is loaded, and false
// where the function is no loader.
func nestedLoader(g *pickle.Global) (int, bool) {
	if kerasMethod(g.Module, g.Qualname) {
		return 0, true
	}
	if at, ok := nestedLoaders[[2]string{g.Module, g.Qualname}]; ok {
		return at, true
	}
	switch g.Qualname {
	case "loads", "_loads", "load", "_load":
		module := strings.ToLower(g.Module)
		return 0, strings.Contains(module, "pickle") || strings.HasPrefix(module, "dill")
	}
	return 0, false
}

// loads notes a call that loads what it is given.
func (n *names) loads(e pickle.Event) {
	args, _ := n.p.Tuple(e.Detail)
	subject := e.Subject
	if functions := n.partial(subject); len(functions) > 0 { // its first arguments stand in the partial object
		call, _ := n.p.Call(subject)
		before, _ := n.p.Tuple(call.Detail)
		subject = functions[0]
		args = append(slices.Clone(before[min(1, len(before)):]), args...)
	}
	g, ok := n.p.Global(subject)
	if !ok {
		named, ok := n.resolve(subject)
		if !ok {
			return
		}
		g = &pickle.Global{Module: named.Module, Qualname: named.Qualname, RawModule: named.Module, RawQualname: named.Qualname}
	}
	at, ok := nestedLoader(g)
	if !ok || at >= len(args) {
		return
	}
	piece := nested{name: g.Module + "." + g.Qualname, value: args[at], offset: e.Offset}
	if as, ok := explainedLoader(g.Module, g.Qualname); ok {
		i, imported := n.p.GlobalIndex(subject)
		plain := e.Kind == pickle.Reduce && subject == e.Subject && len(args) == 1
		switch {
		case imported:
			n.explained[i] = n.explained[i] || plain
			n.opaque[i] = n.opaque[i] || !plain
		case plain:
			n.loaders[subject] = true
		}
		if plain {
			n.still(e.Detail, args[at], piece.name, e.Offset)
			piece.as = as
			piece.explains = &globalKey{module: g.Module, qualname: g.Qualname, raw: rawName(g), member: n.member}
		}
	}
	n.nested = append(n.nested, piece)
}

// still notes that data which is read as it stands must stay so until a loader
// takes it: what can change must be nowhere but in its container, and have
// nothing put on it.
func (n *names) still(container, v pickle.Value, name string, offset int64) {
	changes := Hazard{"state", name, name + " is given data that the file can change", n.member, offset}
	for range maxDataForms {
		switch n.p.Kind(v) {
		case pickle.ByteArray, pickle.Instance, pickle.Inline:
		default:
			return
		}
		n.alone(v, 1, changes)
		if n.p.Kind(container) == pickle.Tuple {
			n.alone(container, 1, changes)
		}
		if n.filledUp(v) {
			n.c.hazard(changes)
			return
		}
		for state := range n.p.States(v) {
			n.alone(state, 2, changes)
		}
		if inside, ok := bytesInside(n.p, v); ok {
			container, v = inside, inside
			continue
		}
		call, _ := n.p.Call(v)
		args, _ := n.p.Tuple(call.Detail)
		if len(args) == 0 {
			return
		}
		container, v = call.Detail, args[0]
	}
}

// filledUp tells whether items were put on an instance.
func (n *names) filledUp(v pickle.Value) bool {
	for range n.p.Pairs(v) {
		return true
	}
	for range n.p.Items(v) {
		return true
	}
	return false
}

// carriedModels are attributes in which classes of a package keep a model
// that is no pickle of the file's own.
var carriedModels = []struct {
	attribute, pkg string
	read           func(w *walk, r io.ReaderAt, size int64)
	loaded         bool // by a loader, whatever it is
}{
	{"handle", "xgboost", (*walk).xgboost, false},
	{"handle", "lightgbm", (*walk).lightgbm, false},
	{"_handle", "lightgbm", (*walk).lightgbm, false},
	{"__model", "catboost", (*walk).catboost, false},
	{"_mojo_bytes", "h2o", nil, false},
	{"__cuda_dependent_attributes__", "skorch", nil, true},
	{"", "skorch", nil, true}, // torchDump tells
}

// carries notes models in a state.
func (n *names) carries(e pickle.Event) {
	class, ok := n.p.ClassOf(e.Subject)
	if !ok {
		return
	}
	pkg, _, _ := strings.Cut(class.Module, ".")
	for _, m := range carriedModels {
		if m.pkg != pkg {
			continue
		}
		for key, value := range attributes(n.p, e.Detail) {
			name, _ := n.p.Text(key)
			if name == m.attribute && name != "" || m.attribute == "" && torchDump(n.p, e.Subject, key, value) {
				if m.loaded {
					n.still(e.Detail, value, class.Module+"."+class.Qualname, e.Offset)
				}
				n.nested = append(n.nested, nested{
					name: class.Module + "." + class.Qualname + "." + name, value: value, offset: e.Offset, read: m.read, optional: !m.loaded,
				})
			}
		}
	}
}

// nested reads the data that a program of s hands to other loaders.
func (w *walk) nested(s *stream, p *pickle.Program, pieces []nested) {
	source := &pieceSource{w: w, s: s}
	for _, piece := range pieces {
		whole := w.piece(source, p, piece)
		if piece.explains != nil && !whole {
			w.revoke(*piece.explains)
		}
	}
	source.close()
}

// nestedName names what is given to a function or an attribute.
func nestedName(taker string, offset int64) string { return fmt.Sprintf("%s@%d", taker, offset) }

// piece reads one, and says whether it is what its loader is explained by, and
// was read whole: of torch's files one that holds a storage, as pickled
// tensors carry it.
func (w *walk) piece(source *pieceSource, p *pickle.Program, piece nested) bool {
	name := nestedName(piece.name, piece.offset)
	known, met := w.pieces[joinMember(w.member, name)]
	if met {
		return known // by another reading of the same bytes
	}
	inner, ok := w.enter(name)
	if !ok {
		return false
	}
	issues := len(w.model.Issues)
	r, size, ok := source.open(p, piece.value)
	switch {
	case ok:
	case piece.optional:
		return false
	default:
		w.issue(IssueUnsupported, w.member, piece.offset, "%s is given data that the file does not hold as it is", shortQuote(piece.name))
		return false
	}
	inner.in, inner.torch = w.in.nested(), false
	format := ""
	if piece.read != nil {
		piece.read(inner, r, size)
	} else {
		format = inner.carried(r, size)
	}
	whole := piece.as != "" && format == piece.as
	if piece.as == "torch" {
		_, whole = w.storageIn[inner.member]
	}
	whole = whole && len(w.model.Issues) == issues && issues < w.limits.MaxIssues
	if w.pieces[inner.member] = whole; len(w.pieces) > maxPieces {
		clear(w.pieces)
	}
	return whole
}

// carried reads data that a loader will take for a model, whatever it is,
// and files an issue where it is of no format. It returns the format.
func (w *walk) carried(r io.ReaderAt, size int64) string {
	issues, format := len(w.model.Issues), ""
	w.told = &format
	w.content(r, size)
	if format != "pickle" && format != "joblib" && !isRead(format) && len(w.model.Issues) == issues {
		w.issue(IssueUnsupported, w.member, 0, "a loader is given what is of no known format")
	}
	return format
}

// maxPieces bounds what is remembered of pieces that were read.
const maxPieces = 1 << 16

// revoke takes back that the calls of a name are explained.
func (c *collector) revoke(key globalKey) {
	if i, ok := c.index[key]; ok {
		c.model.Globals[i].Explained = 0
	}
}

// pieceSource gives access to data that stayed in a stream.
type pieceSource struct {
	w    *walk
	s    *stream
	pass *decompressor // of a compressed stream
	at   int64         // how far it was read
}

func (d *pieceSource) close() {
	if d.pass != nil {
		d.pass.close()
	}
}

// open returns the data that v is, and false where it is none, or more than
// can be held.
func (d *pieceSource) open(p *pickle.Program, v pickle.Value) (io.ReaderAt, int64, bool) {
	form, ok := dataOf(p, v)
	if !ok {
		return nil, 0, false
	}
	data := form.data
	if d.s.at != nil && !data.Whole() && data.Raw() && len(form.steps) == 0 {
		return io.NewSectionReader(d.s.at, data.Offset, data.Length), data.Length, true
	}
	raw, ok := d.hold(data)
	if !ok {
		return nil, 0, false
	}
	for _, step := range slices.Backward(form.steps) {
		if raw, ok = step(d.w, raw); !ok {
			return nil, 0, false
		}
	}
	return bytes.NewReader(raw), int64(len(raw)), true
}

// hold returns the data in memory.
func (d *pieceSource) hold(data pickle.Data) ([]byte, bool) {
	if data.Whole() {
		return bytes.Clone(data.Head), true
	}
	if data.Length > d.w.limits.held() {
		return nil, false
	}
	raw := io.Reader(nil)
	if d.s.at != nil {
		raw = io.NewSectionReader(d.s.at, data.Offset, data.Length)
	} else {
		if d.pass == nil || d.at > data.Offset {
			d.close()
			d.pass, d.at = d.s.reopen(), 0
		}
		n, _ := io.CopyN(io.Discard, d.pass, data.Offset-d.at)
		d.at += n
		raw = io.LimitReader(d.pass, data.Length)
	}
	held, err := io.ReadAll(raw)
	d.at += int64(len(held))
	if err != nil || int64(len(held)) != data.Length {
		return nil, false
	}
	return data.Decode(held)
}

// dataForm is data in a program, and what turns it into what it stands for.
type dataForm struct {
	data  pickle.Data
	steps []func(w *walk, data []byte) ([]byte, bool) // the last comes first
}

// maxDataForms bounds calls in calls that make data.
const maxDataForms = 16

// dataOf follows the calls by which bytes are spelled in a program.
func dataOf(p *pickle.Program, v pickle.Value) (dataForm, bool) {
	var form dataForm
	for range maxDataForms {
		if inside, ok := bytesInside(p, v); ok {
			v = inside
			continue
		}
		call, ok := p.Call(v)
		if !ok {
			data, ok := p.Data(v)
			form.data = data
			return form, ok
		}
		g, ok := p.Global(call.Subject)
		args, _ := p.Tuple(call.Detail)
		if !ok || len(args) == 0 || call.Kind != pickle.Reduce {
			return form, false
		}
		step, ok := dataStep(p, g, args)
		if !ok {
			return form, false
		}
		if step != nil {
			form.steps = append(form.steps, step)
		}
		v = args[0]
	}
	return form, false
}

// bytesInside returns the bytes of an object that its state made: of a
// BytesIO, them, the place in them, and attributes of its own, of which there
// are none; of an array of NumPy's in one axis, a version, the shape, the
// dtype, the order, and them; of one of joblib's, what stood in the stream.
// Items of more than a byte may be swapped when they are loaded.
func bytesInside(p *pickle.Program, v pickle.Value) (pickle.Value, bool) {
	single := func(dtype pickle.Value) bool {
		d, ok := dtypeOf(p, dtype, 0)
		return ok && d.itemSize == 1 && !d.hasObject
	}
	if wrapper, data, _, ok := p.Inline(v); ok {
		return data, single(readWrapper(p, wrapper)["dtype"])
	}
	call, ok := p.Call(v)
	g, named := p.Global(call.Subject)
	states := slices.Collect(p.States(v))
	if !ok || !named || len(states) != 1 {
		return 0, false
	}
	state, _ := p.Tuple(states[0])
	switch {
	case call.Kind == pickle.NewObj && g.Module == "_io" && g.Qualname == "BytesIO" && len(state) == 3 && p.IsNone(state[2]):
		return state[0], true
	case call.Kind == pickle.Reduce && g.Qualname == "_reconstruct" && strings.HasPrefix(g.Module, "numpy.") && len(state) == 5:
		shape, ok := p.Tuple(state[1])
		return state[4], ok && len(shape) == 1 && single(state[2])
	}
	return 0, false
}

// dataStep returns what a call makes of its first argument; nil where it
// passes that on.
func dataStep(p *pickle.Program, g *pickle.Global, args []pickle.Value) (func(*walk, []byte) ([]byte, bool), bool) {
	coding := "utf-8"
	if len(args) > 1 {
		coding, _ = p.Text(args[1])
	}
	switch g.Module + "." + g.Qualname {
	case "_io.BytesIO", "io.BytesIO", "builtins.memoryview":
		return nil, true
	case "builtins.bytes", "builtins.bytearray":
		return encoder(coding), len(args) == 1 || encoder(coding) != nil
	case "_codecs.encode", "codecs.encode":
		return encoder(coding), encoder(coding) != nil
	case "_codecs.decode", "codecs.decode":
		step, ok := unwrappers[strings.NewReplacer("_", "", "-", "", "codec", "").Replace(strings.ToLower(coding))]
		return step, ok
	case "base64.b64decode", "binascii.a2b_base64", "base64.decodebytes":
		return unwrappers["base64"], true
	case "binascii.unhexlify", "binascii.a2b_hex":
		return unwrappers["hex"], true
	case "zlib.decompress", "gzip.decompress", "bz2.decompress", "lzma.decompress":
		return unwrappers[strings.TrimSuffix(g.Module, ".decompress")], true
	}
	return nil, false
}

// encoder returns the step that encodes text in latin-1 or UTF-8, by the
// names that the codec goes by, or nil.
func encoder(coding string) func(*walk, []byte) ([]byte, bool) {
	switch strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(coding)) {
	case "latin1", "latin", "l1", "iso88591", "88591", "cp819":
		return func(_ *walk, text []byte) ([]byte, bool) { return latin1Bytes(text) }
	case "utf8", "u8", "ascii", "usascii":
		return func(_ *walk, text []byte) ([]byte, bool) { return text, true }
	}
	return nil
}

// latin1Bytes encodes UTF-8 in latin-1, and fails where a character has no byte.
func latin1Bytes(text []byte) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 0x80 {
			if i+1 == len(text) || c != 0xc2 && c != 0xc3 {
				return nil, false
			}
			i++
			c = c<<6 | text[i]&0x3f
		}
		out = append(out, c)
	}
	return out, true
}

// rawName is "module.qualname" as the stream has it, where Python 3 resolves
// another.
func rawName(g *pickle.Global) string {
	raw := g.RawModule + "." + g.RawQualname
	if raw == g.Module+"."+g.Qualname {
		return ""
	}
	return raw
}

// unwrappers undo what hides bytes, by the names that codecs and modules have.
var unwrappers = map[string]func(w *walk, data []byte) ([]byte, bool){
	"base64": func(_ *walk, data []byte) ([]byte, bool) { return pythonBase64(data) },
	"hex":    func(_ *walk, data []byte) ([]byte, bool) { return unhex(data) },
	"zlib":   func(w *walk, data []byte) ([]byte, bool) { return w.unpack("zlib", data) },
	"gzip":   func(w *walk, data []byte) ([]byte, bool) { return w.unpack("gzip", data) },
	"bz2":    func(w *walk, data []byte) ([]byte, bool) { return w.unpack("bzip2", data) },
	"lzma":   func(w *walk, data []byte) ([]byte, bool) { return w.unpack(cmp.Or(lzmaForm(data), "lzma"), data) },
}

func lzmaForm(data []byte) string {
	if c := findCodec(data); c != nil && c.name == "xz" {
		return c.name
	}
	return ""
}

// unpack decompresses data in memory.
func (w *walk) unpack(name string, data []byte) ([]byte, bool) {
	out, err := w.spool(w.decompressor(codecNamed(name), bytes.NewReader(data), int64(len(data))))
	return out, err == nil
}

func unhex(text []byte) ([]byte, bool) {
	out, err := hex.DecodeString(string(text))
	return out, err == nil
}
