package inspect

import (
	"bytes"
	"strings"
)

// kerasText is how much of a text in a configuration is kept.
const kerasText = 1024

// kerasFacts is what one object of a configuration says of itself.
type kerasFacts struct {
	class, module, registered, name string
	config, function, vocabulary    string // texts in it
	listed                          bool   // its function is a list: marshalled code, defaults, closure
}

// kerasFrame is an open object or array.
type kerasFrame struct {
	kerasFacts
	key    string // under which it stands
	inner  *kerasFacts
	offset int64
	array  bool
	seen   uint // which of the keys that tell stand there already
}

// keras walks a configuration, of Keras 2 or 3, a JSON document. Every
// object with a class_name is one that Keras would make, wherever it stands.
type keras struct {
	w      *walk
	doc    *jsonScanner
	member string
	stack  []kerasFrame
	layers int64
	root   kerasFacts
	known  map[string]bool // hazards that were reported
}

// kerasConfig reads the configuration of a model: model_config of a .h5 file,
// config.json of a .keras archive, or what Model.to_json gives.
func (w *walk) kerasConfig(member string, config []byte) {
	k := w.newKeras(member, newCursor(bytes.NewReader(config), int64(len(config))))
	k.read()
	if k.root.class == "" {
		return
	}
	o := &Object{Class: "keras." + k.root.class}
	if k.root.module != "" {
		o.Class = k.root.module + "." + k.root.class
	}
	if k.root.name != "" {
		o.param("name", k.root.name)
	}
	o.param("layers", k.layers)
	w.describe(o)
}

// kerasObjects reads the configuration of objects that are no model of
// their own.
func (w *walk) kerasObjects(in *cursor) {
	w.newKeras(w.member, in).read()
}

// kerasMetadata reads metadata.json of a .keras archive.
func (w *walk) kerasMetadata(member string, text []byte) {
	doc := newJSON(newCursor(bytes.NewReader(text), int64(len(text))), kerasText)
	key := ""
	for e := doc.next(); e.kind != docEnd; e = doc.next() {
		switch {
		case e.kind == docKey:
			key = string(e.text)
		case e.kind == docText && key == "keras_version" && plausibleVersion(string(e.text)):
			w.version("keras", string(e.text), "keras_version", member)
		}
	}
	if why := doc.problem(); why != "" {
		w.issue(IssueMalformed, member, doc.where(), "the metadata is no JSON: %s", why)
	}
}

func (w *walk) newKeras(member string, in *cursor) *keras {
	k := &keras{w: w, doc: newJSON(in, kerasText), member: member, known: map[string]bool{}}
	k.doc.lenient = true // Python's json writes NaN, and reads it
	return k
}

func (k *keras) read() {
	key := ""
	for steps := 0; ; steps++ {
		e := k.doc.next()
		switch e.kind {
		case docEnd:
			k.end()
			return
		case docKey:
			key = string(e.text)
			k.repeated(key, e.offset)
		case docObject, docArray:
			k.stack = append(k.stack, kerasFrame{key: key, offset: e.offset, array: e.kind == docArray})
			key = ""
		case docObjectEnd, docArrayEnd:
			k.pop()
		case docText:
			k.text(key, e)
		}
		if steps&0xffff == 0xffff && k.w.late(e.offset) {
			return
		}
	}
}

func (k *keras) end() {
	if why := k.doc.problem(); why != "" {
		k.w.issue(IssueMalformed, k.member, k.doc.where(), "the configuration is no JSON: %s", why)
	} else if k.doc.space(); k.doc.in.left() > 0 {
		k.w.issue(IssueTrailing, k.member, k.doc.where(), "%d bytes behind the configuration", k.doc.in.left())
	}
}

// repeated reports a key that stands twice: readers take the last, or the first.
func (k *keras) repeated(key string, offset int64) {
	for i, name := range []string{"class_name", "config", "module", "registered_name", "function"} {
		if name != key {
			continue
		}
		top := &k.stack[len(k.stack)-1]
		if top.seen&(1<<i) != 0 {
			k.w.issue(IssueAmbiguous, k.member, offset, "the key %s is there more than once", pythonQuote(key))
		}
		top.seen |= 1 << i
	}
}

// text notes a text of the innermost object.
func (k *keras) text(key string, e docEvent) {
	if len(k.stack) == 0 {
		return
	}
	top := &k.stack[len(k.stack)-1]
	if top.array {
		top.listed = true
		return
	}
	field := &top.name
	switch key {
	case "class_name":
		field = &top.class
	case "module":
		field = &top.module
	case "registered_name":
		field = &top.registered
	case "config":
		field = &top.config
	case "function":
		field = &top.function
	case "vocabulary":
		field = &top.vocabulary
	case "name":
	default:
		return
	}
	*field = string(e.text)
}

// pop closes an object or an array, and hands what it says to the one around it.
func (k *keras) pop() {
	frame := k.stack[len(k.stack)-1]
	k.stack = k.stack[:len(k.stack)-1]
	if len(k.stack) == 0 {
		k.root = frame.kerasFacts
		if frame.inner != nil && frame.inner.name != "" {
			k.root.name = frame.inner.name
		}
		k.judge(&frame)
		return
	}
	parent := &k.stack[len(k.stack)-1]
	switch {
	case frame.array && frame.key == "function" && frame.listed:
		parent.listed = true
	case frame.key == "config" && !frame.array && !parent.array && parent.inner == nil:
		facts := frame.kerasFacts
		parent.inner = &facts
	case parent.array && !frame.array && (parent.key == "layers" && len(k.stack) == 3 || parent.key == "config" && len(k.stack) == 2):
		k.layers++
	}
	k.judge(&frame)
}

// kerasCode are classes that carry code or run another file's, and what they do.
var kerasCode = map[string]string{
	"Lambda":             "calls a function that the file carries or names",
	"__lambda__":         "is a function as marshalled bytecode",
	"TorchModuleWrapper": "unpickles a module of torch",
	"TFSMLayer":          "loads a SavedModel from a path",
	"ClassMethod":        "calls a method of a class by name",
}

// judge says what an object makes Keras run or open.
func (k *keras) judge(f *kerasFrame) {
	inner := &kerasFacts{}
	if f.inner != nil {
		inner = f.inner
	}
	if inner.vocabulary != "" {
		k.hazard("keras-file", k.class(f), "the layer "+shortQuote(inner.name)+" reads the file "+shortQuote(inner.vocabulary), f.offset)
	}
	if f.class == "" {
		return
	}
	_, registered, _ := strings.Cut(f.registered, ">")
	switch does := cmpOr(kerasCode[f.class], kerasCode[registered]); {
	case does != "":
		k.hazard("keras-code", k.class(f), kerasWhat(f, inner)+" "+does, f.offset)
	case inner.listed:
		k.hazard("keras-code", k.class(f), kerasWhat(f, inner)+" carries a function as marshalled bytecode", f.offset)
	case f.class == "TFOpLambda" || f.class == "SlicingOpLambda":
		if symbol := inner.function; !harmlessSymbol(symbol) {
			k.hazard("keras-code", "tensorflow."+symbol, kerasWhat(f, inner)+" calls the function "+shortQuote(symbol)+" of TensorFlow", f.offset)
		}
	}
	switch {
	case f.class == "function":
		k.function(f)
	case f.module == "" || inModule(f.module, kerasModules):
	case f.class != "__typespec__" || !inModule(f.module, []string{"tensorflow"}):
		k.name(f.module, f.class, f.offset)
	}
}

func kerasWhat(f *kerasFrame, inner *kerasFacts) string {
	if name := cmpOr(inner.name, f.name); name != "" {
		return "the layer " + shortQuote(name)
	}
	return "an object of the class " + shortQuote(f.class)
}

// class returns the full name of an object's class.
func (k *keras) class(f *kerasFrame) string {
	switch {
	case f.module != "":
		return f.module + "." + f.class
	case strings.HasPrefix(f.class, "__"):
		return "keras." + f.class
	}
	return "keras.layers." + cmpOr(f.class, "Layer")
}

func (k *keras) hazard(rule, name, message string, offset int64) {
	if key := rule + name + message; !k.known[key] && len(k.known) < k.w.limits.MaxIssues {
		k.known[key] = true
		k.w.hazard(Hazard{rule, name, message, k.member, offset})
	}
}

// name notes a class or function that Keras imports by a module's name.
func (k *keras) name(module, qualname string, offset int64) {
	k.w.global(Global{Module: module, Qualname: qualname, Uses: Import | Call, Count: 1, Member: k.member, Offset: offset}, false)
}

// kerasModules are the modules of Keras itself and of the packages beside it,
// whose classes do with a configuration what their names say.
var kerasModules = []string{
	"keras", "keras_core", "tf_keras", "keras_nlp", "keras_hub", "keras_cv", "keras_rs", "tensorflow.keras", "tensorflow.python.keras", "builtins",
}

// kerasFunctions are the parts of Keras whose functions only compute. Its
// utils, saving and models have some that fetch and load files.
var kerasFunctions = []string{
	"activations", "losses", "metrics", "initializers", "regularizers", "constraints", "ops", "backend", "layers", "random", "optimizers",
}

func inModule(module string, list []string) bool {
	for _, top := range list {
		if module == top || strings.HasPrefix(module, top+".") {
			return true
		}
	}
	return false
}

// function judges a function that Keras looks up by module and name.
func (k *keras) function(f *kerasFrame) {
	name := f.config
	if name == "" {
		name = cmpOr(f.registered, f.class)
	}
	module := f.module
	if module == "" || module == "builtins" {
		return // looked up among Keras' own and those that the caller gives
	}
	for _, top := range kerasModules {
		rest, ok := strings.CutPrefix(module, top+".")
		if ok && inModule(strings.TrimPrefix(rest, "src."), kerasFunctions) {
			return
		}
	}
	k.name(module, name, f.offset)
}

// symbolModules are the modules of TensorFlow whose functions only compute.
var symbolModules = []string{
	"math", "nn", "__operators__", "linalg", "image", "strings", "signal", "random", "sparse", "ragged", "bitwise", "quantization", "sets",
	"dtypes", "experimental.numpy", "keras.backend", "keras.activations", "keras.losses", "keras.metrics", "RaggedTensor", "Tensor", "SparseTensor",
}

// symbolCode are functions at TensorFlow's top that do more than compute.
var symbolCode = map[string]bool{
	"py_function": true, "numpy_function": true, "load_library": true, "load_op_library": true, "print": true, "function": true, "": true,
}

// harmlessSymbol tells whether a name that TensorFlow exports only computes.
func harmlessSymbol(symbol string) bool {
	symbol = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(symbol, "tf."), "compat.v1."), "compat.v2.")
	if !strings.Contains(symbol, ".") {
		return !symbolCode[symbol]
	}
	return inModule(symbol, symbolModules)
}
