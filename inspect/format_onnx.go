package inspect

import (
	"io"
	"slices"
	"strconv"
	"strings"
)

var _ = register(format{name: "onnx", match: isONNX, read: readONNX,
	doc: "the graph's inputs, outputs and tensors, also those in files beside it; operators of other domains than ONNX's are untrusted"})

// onnxFields has the wire types of the fields of ONNX's ModelProto.
var onnxFields = map[int]int{
	1: pbVarint, 2: pbBytes, 3: pbBytes, 4: pbBytes, 5: pbVarint, 6: pbBytes, 7: pbBytes, 8: pbBytes,
	14: pbBytes, 20: pbBytes, 25: pbBytes, 26: pbBytes,
}

// onnxReleases has the first release of onnx that writes an IR version.
var onnxReleases = map[uint64]string{
	3: "1.0", 4: "1.4.1", 5: "1.5.0", 6: "1.6.0", 7: "1.7.0", 8: "1.10.0", 9: "1.14.0", 10: "1.16.0", 11: "1.18.0", 12: "1.19.0", 13: "1.20.0",
}

// onnxProducers has the PyPI names of libraries that write their own name otherwise.
var onnxProducers = map[string]string{
	"pytorch": "torch", "skl2onnx": "skl2onnx", "tf2onnx": "tf2onnx", "keras2onnx": "keras2onnx", "onnxmltools": "onnxmltools",
	"OnnxMLTools": "onnxmltools", "onnx.quantize": "onnxruntime", "onnxruntime": "onnxruntime", "onnxscript": "onnxscript",
	"paddle2onnx": "paddle2onnx", "optimum": "optimum", "catboost": "catboost", "CatBoost": "catboost",
}

const (
	maxONNXIR    = 1000    // the newest is 13
	maxONNXDepth = 64      // of graphs in attributes of nodes
	maxONNXTodo  = 1 << 20 // graphs that wait to be walked
	maxONNXNames = 10_000  // operators of other domains, functions, external files
)

// isONNX looks at the first field alone: nothing marks these files.
func isONNX(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	wire, ok := onnxFields[int(head[0]>>3)]
	return ok && head[0] < 0x80 && wire == int(head[0]&7)
}

// onnxName is the domain and the name of an operator or a function.
type onnxName struct{ domain, name string }

// onnx is the reading of one model.
type onnx struct {
	*cursor   // on the whole file
	w         *walk
	root      *Object
	todo      []onnxGraph
	functions map[onnxName]bool
	operators []onnxOperator   // of domains that are not standard
	seen      map[onnxName]int // where it stands in operators
	external  map[string]int64 // sizes of external files, -1 where they are not there
}

// onnxGraph is a graph, or a function's body, that is still to be walked.
type onnxGraph struct {
	at, end  int64
	path     string // with a dot at its end
	depth    int
	function bool
}

type onnxOperator struct {
	onnxName
	offset int64
	count  int
}

// readONNX reads a model. Its fields come in any order, and a message that
// stands twice is both of them.
func readONNX(w *walk, r io.ReaderAt, size int64) bool {
	o := &onnx{cursor: newCursor(r, size), w: w, root: &Object{Class: "onnx.ModelProto"}}
	o.functions, o.seen, o.external = map[onnxName]bool{}, map[onnxName]int{}, map[string]int64{}
	if !o.isModel() {
		return false
	}
	w.format("onnx")
	o.at, o.bad = 0, false
	o.model()
	for len(o.todo) > 0 && !w.late(o.at) {
		next := o.todo[len(o.todo)-1]
		o.todo = o.todo[:len(o.todo)-1]
		o.graph(next)
	}
	for _, op := range o.operators {
		if !o.functions[op.onnxName] {
			// which library brings it is for who loads the file to say, and a list can name it
			w.global(Global{Module: op.domain, Qualname: op.name, Uses: Import | Call, Count: op.count, Member: w.member, Offset: op.offset}, false)
		}
	}
	w.describe(o.root)
	return true
}

// isModel tells whether the whole file is fields of a ModelProto. One that
// is cut in its graph is a model as well.
func (o *onnx) isModel() bool {
	version, graph, opset, last := false, false, false, 0
	for {
		f, ok := o.field()
		if f.number != 0 {
			if wire, known := onnxFields[f.number]; !known || wire != f.wire {
				return false
			}
			last = f.number
		}
		if !ok {
			break
		}
		switch f.number {
		case 1:
			version = f.value <= maxONNXIR
		case 7:
			graph = graph || o.isGraph(f)
		case 8:
			opset = true
		}
	}
	if o.bad {
		return version && (graph || last == 7)
	}
	return graph && (version || opset)
}

// isGraph holds the first field of a graph against its kinds: a message, or a text.
func (o *onnx) isGraph(f pbField) bool {
	m := o.message(f)
	first, ok := m.field()
	if !ok {
		return f.at == f.end
	}
	switch first.number {
	case 1, 2, 5, 10, 11, 12, 13, 14, 15, 16:
		return first.wire == pbBytes
	}
	return false
}

func (o *onnx) model() {
	var producer, version string
	for f, ok := o.field(); ok; f, ok = o.field() {
		switch f.number {
		case 1:
			o.root.param("ir_version", int64(f.value))
			if release := onnxReleases[f.value]; release != "" {
				o.w.version("onnx", ">="+release, "IR version "+strconv.FormatUint(f.value, 10), o.w.member)
			}
		case 2:
			producer = o.pbText(f)
			o.root.param("producer_name", producer)
		case 3:
			version = o.pbText(f)
			o.root.param("producer_version", version)
		case 4:
			o.root.param("domain", o.pbText(f))
		case 5:
			o.root.param("model_version", int64(f.value))
		case 6:
			o.root.param("doc_string", textValue([]byte(o.pbText(f)), f.end-f.at > maxText))
		case 7:
			o.push(onnxGraph{f.at, f.end, "graph.", 0, false})
		case 8:
			o.opset(f)
		case 14:
			o.property(f, "metadata_props")
		case 20:
			o.training(f)
		case 25:
			o.function(f)
		}
	}
	if o.bad {
		o.w.issue(IssueTruncated, o.w.member, o.at, "the model ends early")
	}
	if library := onnxProducers[producer]; library != "" && plausibleVersion(version) {
		o.w.version(library, version, "producer "+pythonQuote(producer), o.w.member)
	}
}

func (o *onnx) push(g onnxGraph) {
	switch {
	case g.depth > maxONNXDepth:
		o.w.issue(IssueLimit, o.w.member, g.at, "graphs are nested deeper than %d", maxONNXDepth)
	case len(o.todo) == maxONNXTodo:
		o.w.issue(IssueLimit, o.w.member, g.at, "more than %d graphs", maxONNXTodo)
	default:
		o.todo = append(o.todo, g)
	}
}

// pair reads a message of two fields, texts or numbers.
func (o *onnx) pair(f pbField) (first, second string, number uint64) {
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			first = m.pbText(g)
		case 2:
			second, number = m.pbText(g), g.value
		}
	}
	return first, second, number
}

func (o *onnx) opset(f pbField) {
	domain, _, version := o.pair(f)
	o.root.param("opset_import["+pythonQuote(domain)+"]", int64(version))
}

func (o *onnx) property(f pbField, where string) {
	key, value, _ := o.pair(f)
	o.root.param(where+"["+pythonQuote(key)+"]", textValue([]byte(value), len(value) == maxText))
	o.w.metadata(key, value, o.w.member)
}

func (o *onnx) training(f pbField) {
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.wire == pbBytes && (g.number == 1 || g.number == 2) {
			o.push(onnxGraph{g.at, g.end, "training_info." + []string{"initialization.", "algorithm."}[g.number-1], 0, false})
		}
	}
	o.damaged(m)
}

// function notes the name of a function of the model's own, and its body.
func (o *onnx) function(f pbField) {
	var name onnxName
	m := o.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			name.name = m.pbText(g)
		case 10:
			name.domain = m.pbText(g)
		}
	}
	o.damaged(m)
	if len(o.functions) == maxONNXNames {
		o.w.issue(IssueLimit, o.w.member, f.at, "more than %d functions", maxONNXNames)
		return
	}
	o.functions[name] = true
	o.push(onnxGraph{f.at, f.end, "functions[" + pythonQuote(name.name) + "].", 0, true})
}

// damaged files an issue where a message ended early.
func (o *onnx) damaged(m *cursor) {
	if m.bad {
		o.w.issue(IssueMalformed, o.w.member, m.at, "a message of the model is damaged")
	}
}

// graph walks a graph: its nodes, tensors, inputs and outputs.
func (o *onnx) graph(g onnxGraph) {
	m := o.part(g.at, g.end)
	node := 0
	for f, ok := m.field(); ok; f, ok = m.field() {
		number := f.number
		if g.function {
			number = onnxFunctionField(number)
		}
		if f.wire != pbBytes {
			continue
		}
		switch number {
		case 1:
			o.node(f, g, node)
			node++
		case fieldAttribute:
			o.attribute(f, g, "")
		case 2:
			if g.path == "graph." {
				o.root.param("graph.name", o.pbText(f))
			}
		case 5:
			o.tensor(f, g.path+"initializer", true)
		case 15:
			o.sparse(f, g.path+"sparse_initializer", true)
		case 11, 12:
			if g.path == "graph." {
				o.valueInfo(f, []string{"input", "output"}[number-11])
			}
		}
		if node&0xfff == 0xfff && o.w.late(f.at) {
			return
		}
	}
	o.damaged(m)
}

const fieldAttribute = -1 // of a function: the default of an attribute

// onnxFunctionField returns the field of a graph that means what a field of
// a function does. Functions have neither tensors nor types.
func onnxFunctionField(number int) int {
	switch number {
	case 7:
		return 1
	case 11:
		return fieldAttribute
	}
	return 0
}

func (o *onnx) node(f pbField, g onnxGraph, index int) {
	var op onnxName
	m := o.message(f)
	for a, ok := m.field(); ok; a, ok = m.field() {
		switch a.number {
		case 4:
			op.name = m.pbText(a)
		case 7:
			op.domain = m.pbText(a)
		case 5:
			o.attribute(a, g, "node["+strconv.Itoa(index)+"].")
		}
	}
	o.damaged(m)
	at, known := o.seen[op]
	switch {
	case onnxDomain(op):
	case known:
		o.operators[at].count++
	case len(o.seen) < maxONNXNames: // the first ones condemn it
		o.seen[op] = len(o.operators)
		o.operators = append(o.operators, onnxOperator{op, f.offset, 1})
	}
}

// onnxDomains are the standard domains, and those that come with onnxruntime.
var onnxDomains = []string{
	"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training",
	"com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc",
}

// onnxCode are operators of those that run code which the model names or
// carries: PythonOp calls an autograd function by its Python name, EPContext
// hands a compiled program to an accelerator.
var onnxCode = []string{"PythonOp", "PythonOpGrad", "EPContext"}

func onnxDomain(op onnxName) bool {
	return slices.Contains(onnxDomains, op.domain) && (!strings.HasPrefix(op.domain, "com.") || !slices.Contains(onnxCode, op.name))
}

// attribute walks the tensors and graphs of a node's attribute.
func (o *onnx) attribute(f pbField, g onnxGraph, node string) {
	m := o.message(f)
	name := ""
	for a, ok := m.field(); ok; a, ok = m.field() {
		if a.number == 1 {
			name = m.pbText(a)
		}
	}
	o.damaged(m)
	m = o.message(f)
	path := ""
	for a, ok := m.field(); ok; a, ok = m.field() {
		if a.wire != pbBytes {
			continue
		}
		switch a.number {
		case 5, 10, 6, 11, 22, 23:
			if path == "" {
				path = g.path + node + "attribute[" + pythonQuote(name) + "]"
				path = path[:min(len(path), maxText)]
			}
		}
		switch a.number {
		case 5, 10:
			o.tensor(a, path, false)
		case 22, 23:
			o.sparse(a, path, false)
		case 6, 11:
			o.push(onnxGraph{a.at, a.end, path + ".", g.depth + 1, false})
		}
	}
}

// sparse reads the two tensors of a sparse one.
func (o *onnx) sparse(f pbField, path string, named bool) {
	m := o.message(f)
	for t, ok := m.field(); ok; t, ok = m.field() {
		switch {
		case t.number == 1 && t.wire == pbBytes:
			o.tensor(t, path, named)
		case t.number == 2 && t.wire == pbBytes:
			o.tensor(t, path+".indices", named)
		}
	}
	o.damaged(m)
}
