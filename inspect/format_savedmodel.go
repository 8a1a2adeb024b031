package inspect

import (
	"io"
	"math"
	"strconv"
	"strings"
)

var (
	_ = register(format{name: "savedmodel", match: magic(0, "\x08"), read: readSavedModel,
		doc: "signatures and variables; operators that read or write files or call Python are untrusted"})
	_ = register(format{name: "savedmodel", match: magic(0, "\x12"), read: readSavedModel}) // version 0
	_ = register(format{name: "tensorflow-graph", match: magic(0, "\x0a"), read: readGraphDef,
		doc: "a graph alone, as in a SavedModel"})
	_ = register(format{name: "tensorflow-metagraph", match: magic(0, "\x0a"), read: readMetaGraph,
		doc: "the graph of an older checkpoint, as in a SavedModel"})
	_ = register(format{name: "keras-metadata", match: magic(0, "\x0a"), read: readKerasMetadata,
		doc: "the configuration of the layers beside a SavedModel"})
	_ = register(format{name: "tensorflow-fingerprint", match: magic(0, "\x08"), read: readFingerprint,
		doc: "what lies beside a SavedModel to tell it by"})
)

// savedModel is the reading of TensorFlow's messages: a SavedModel, or a graph.
type savedModel struct {
	*cursor
	w         *walk
	root      *Object
	hazards   map[string]bool // operators that were reported
	variables []namedArray    // as the object graph has them
	handles   []namedArray    // as the graph has them
	constants bool            // the graph's constants are its weights
	assets    int             // files that come with the model
	tables    []Hazard        // operators that read what should be assets
}

type namedArray struct {
	path  string
	array array
}

// maxHandles bounds the variables of a graph that are held until its end.
const maxHandles = 100_000

func newSavedModel(w *walk, r io.ReaderAt, size int64, class string) *savedModel {
	return &savedModel{cursor: newCursor(r, size), w: w, root: &Object{Class: class}, hazards: map[string]bool{}}
}

// fits tells whether all fields of a message, of which there must be some,
// are of the wire types given.
func (c *cursor) fits(wires map[int]int) bool {
	m, some := *c, false
	for {
		f, ok := m.field()
		if !ok {
			return some && !m.bad
		}
		if wire, known := wires[f.number]; !known || wire != f.wire {
			return false
		}
		some = true
	}
}

// metaGraphFields has the wire types of MetaGraphDef.
var metaGraphFields = map[int]int{1: pbBytes, 2: pbBytes, 3: pbBytes, 4: pbBytes, 5: pbBytes, 6: pbBytes, 7: pbBytes}

// readSavedModel reads saved_model.pb: a version and one graph or more.
func readSavedModel(w *walk, r io.ReaderAt, size int64) bool {
	s := newSavedModel(w, r, size, "tensorflow.SavedModel")
	if named("saved_model.pb")(w.name) {
		// TensorFlow takes it for one, whatever fields it does not know
	} else if !s.fits(map[int]int{1: pbVarint, 2: pbBytes}) {
		return false
	}
	probe, graphs := *s.cursor, 0
	for f, ok := probe.field(); ok; f, ok = probe.field() {
		if f.number == 2 {
			if graphs++; !s.message(f).fits(metaGraphFields) && !named("saved_model.pb")(w.name) {
				return false
			}
		}
	}
	if graphs == 0 {
		return false
	}
	w.format("savedmodel")
	for f, ok := s.field(); ok; f, ok = s.field() {
		switch f.number {
		case 1:
			s.root.param("saved_model_schema_version", int64(f.value))
		case 2:
			s.metaGraph(f)
		default:
			s.w.issue(IssueUnsupported, s.w.member, f.offset, "the model has a field %d, which is not known", f.number)
		}
	}
	s.damaged(s.cursor)
	s.files()
	s.addVariables()
	w.describe(s.root)
	return true
}

// readMetaGraph reads the .meta of an older checkpoint: a graph, with what
// stands around it in a SavedModel.
func readMetaGraph(w *walk, r io.ReaderAt, size int64) bool {
	s := newSavedModel(w, r, size, "tensorflow.MetaGraphDef")
	if !s.fits(metaGraphFields) {
		return false
	}
	graph := s.attrField(pbField{wire: pbBytes, at: 0, end: size}, 2)
	node, ok := s.message(graph).field()
	if !ok || node.number != 1 || !isOperator(s.pbText(s.attrField(node, 2))) {
		return false
	}
	w.format("tensorflow-metagraph")
	s.metaGraph(pbField{wire: pbBytes, at: 0, end: size})
	s.files()
	s.addVariables()
	w.describe(s.root)
	return true
}

// damaged files an issue where a message ended early.
func (s *savedModel) damaged(m *cursor) {
	if m.bad {
		s.w.issue(IssueMalformed, s.w.member, m.at, "a message of the model is damaged")
	}
}

func (s *savedModel) metaGraph(f pbField) {
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			s.metaInfo(g)
		case 2:
			s.graph(g, true)
		case 5:
			s.signature(g)
		case 6:
			s.asset(g)
		case 7:
			s.objects(g)
		}
	}
	s.damaged(m)
}

func (s *savedModel) metaInfo(f pbField) {
	m := s.message(f)
	var tags []string
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 4:
			if len(tags) < maxParams {
				tags = append(tags, pythonQuote(m.pbText(g)))
			}
		case 5:
			version := m.pbText(g)
			s.root.param("tensorflow_version", version)
			if plausibleVersion(version) {
				s.w.version("tensorflow", version, "tensorflow_version of the graph", s.w.member)
			}
		case 6:
			s.root.param("tensorflow_git_version", m.pbText(g))
		}
	}
	s.damaged(m)
	s.root.param("tags", Literal("["+strings.Join(tags, ", ")+"]"))
}

// signature shows a function that is served, with its inputs and outputs.
func (s *savedModel) signature(f pbField) {
	key, value := "", pbField{}
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			key = m.pbText(g)
		case 2:
			value = g
		}
	}
	s.damaged(m)
	var sides [2][]string
	method := ""
	m = s.message(value)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1, 2:
			if side := &sides[g.number-1]; len(*side) < maxParams {
				*side = append(*side, s.tensorInfo(g))
			}
		case 3:
			method = m.pbText(g)
		}
	}
	s.damaged(m)
	text := "(" + strings.Join(sides[0], ", ") + ") -> (" + strings.Join(sides[1], ", ") + ")"
	if method != "" {
		text = pythonQuote(method) + " " + text
	}
	s.root.param("signature_def["+pythonQuote(key)+"]", Literal(text))
}

// tensorInfo writes an entry of a map of tensors: name: dtype[shape].
func (s *savedModel) tensorInfo(f pbField) string {
	key, kind, shape := "", uint64(0), ""
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			key = m.pbText(g)
		case 2:
			info := s.message(g)
			for h, ok := info.field(); ok; h, ok = info.field() {
				switch h.number {
				case 2:
					kind = h.value
				case 3:
					if dims, known := s.dims(h); known {
						shape = listText(dims)
					}
				}
			}
		}
	}
	s.damaged(m)
	return shortQuote(key) + ": " + tensorflowType(kind).text + shape
}

// listText writes a shape; what is open is negative.
func listText(dims []int64) string {
	words := make([]string, len(dims))
	for i, n := range dims {
		words[i] = "?"
		if n >= 0 {
			words[i] = strconv.FormatInt(n, 10)
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// dims reads a TensorShapeProto. It says false where even the rank is open.
func (s *savedModel) dims(f pbField) ([]int64, bool) {
	dims, known := []int64{}, true
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch {
		case g.number == 3 && g.value != 0:
			known = false
		case g.number == 2 && g.wire == pbBytes && len(dims) < maxDims:
			size := int64(0)
			d := s.message(g)
			for h, ok := d.field(); ok; h, ok = d.field() {
				if h.number == 1 {
					size = int64(h.value)
				}
			}
			dims = append(dims, size)
		}
	}
	return dims, known
}

// asset checks the name of a file that comes with the model.
func (s *savedModel) asset(f pbField) {
	s.assets++
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.number != 2 {
			continue
		}
		if name := m.pbText(g); leavesFolder(name) {
			s.w.hazard(Hazard{"external-data", cmpOr(name, "asset"), "an asset is the file " + shortQuote(name) +
				", which is not in the model's folder", s.w.member, g.at})
		}
	}
	s.damaged(m)
}

// objects reads the object graph: the variables, and what Keras put there.
func (s *savedModel) objects(f pbField) {
	m := s.message(f)
	for node, ok := m.field(); ok; node, ok = m.field() {
		if node.number != 1 || node.wire != pbBytes {
			continue
		}
		object := s.message(node)
		for g, ok := object.field(); ok; g, ok = object.field() {
			switch g.number {
			case 4:
				s.userObject(g)
			case 7:
				s.variable(g)
			}
		}
		s.damaged(object)
		if s.w.late(node.at) {
			return
		}
	}
	s.damaged(m)
}

// userObject hands on the configuration that Keras before 2.5 keeps here.
func (s *savedModel) userObject(f pbField) {
	identifier := s.pbText(s.attrField(f, 1))
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.number == 3 && g.wire == pbBytes && g.end > g.at {
			s.w.kerasObjects(s.w.member, identifier, s.part(g.at, g.end))
		}
	}
	s.damaged(m)
}

func (s *savedModel) variable(f pbField) {
	kind, name, shape, known := uint64(0), "", []int64{}, true
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			kind = g.value
		case 2:
			shape, known = s.dims(g)
		case 6:
			name = m.pbText(g)
		}
	}
	s.damaged(m)
	if a, ok := tensorflowArray(kind, shape, f.at); ok && known && len(s.variables) < maxHandles {
		s.variables = append(s.variables, namedArray{"variables[" + pythonQuote(name) + "]", a})
	}
}

// tensorflowArray is an array of a data type; it says false where it has no size.
func tensorflowArray(kind uint64, shape []int64, offset int64) (array, bool) {
	for _, n := range shape {
		if n < 0 {
			return array{}, false
		}
	}
	d := tensorflowType(kind)
	_, bytes, fits := product(shape, d.itemSize)
	return array{dtype: d, shape: shape, bytes: bytes, offset: offset}, fits
}

func (s *savedModel) addVariables() {
	list := s.variables
	if len(list) == 0 {
		list = s.handles
	}
	for _, v := range list {
		s.w.addArray(v.path, v.array, s.w.member)
	}
}

// tensorflowTypes has the words for data types, by number.
var tensorflowTypes = []string{
	1: "<f4", 2: "<f8", 3: "<i4", 4: "|u1", 5: "<i2", 6: "|i1", 7: "string", 8: "<c8", 9: "<i8", 10: "|b1", 11: "qint8", 12: "quint8",
	13: "qint32", 14: "bfloat16", 15: "qint16", 16: "quint16", 17: "<u2", 18: "<c16", 19: "<f2", 20: "resource", 21: "variant", 22: "<u4",
	23: "<u8", 24: "float8_e5m2", 25: "float8_e4m3fn", 29: "int4", 30: "uint4",
}

// tensorflowSizes has the sizes of items that NumPy has no words for.
var tensorflowSizes = map[string]int64{
	"qint8": 1, "quint8": 1, "qint32": 4, "bfloat16": 2, "qint16": 2, "quint16": 2, "float8_e5m2": 1, "float8_e4m3fn": 1, "int4": 1, "uint4": 1,
}

// tensorflowType returns the dtype of a number; text and resources have no size.
func tensorflowType(kind uint64) dtype {
	if kind < uint64(len(tensorflowTypes)) && tensorflowTypes[kind] != "" {
		text := tensorflowTypes[kind]
		if d, ok := parseDType(text); ok && strings.IndexByte("<|", text[0]) >= 0 {
			return d
		}
		return dtype{text: text, itemSize: tensorflowSizes[text]}
	}
	return dtype{text: "type " + strconv.FormatUint(min(kind, math.MaxInt32), 10)}
}
