package inspect

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

var _ = register(format{name: "keras-config", match: isKerasJSON, read: readKerasConfig,
	doc: "the configuration of a Keras model alone, as in a `.keras` archive"})

// A Keras model is a configuration in JSON and weights in HDF5: both in one
// HDF5 file, or as members of a zip archive. In the configuration every
// object with a class_name and a config is one that Keras would look up and
// make, wherever it stands; Keras 3 imports it by its module.

// kerasText is how much of a text in a configuration is kept.
const kerasText = 4096

// kerasKeys are the keys whose texts say what an object is, or what it makes
// Keras run or open.
var kerasKeys = []string{
	"class_name", "config", "module", "registered_name", "name", "spec_name", "node_def", "op", "vocabulary", "keras_version", "backend",
	"function", "function_type", "mask", "mask_type", "mask_module", "output_shape", "output_shape_type", "output_shape_module",
	"residual_fn", "residual_fn_type", "residual_fn_module", "dropout_fn", "dropout_fn_type", "dropout_fn_module",
}

// kerasFrame is an open object or array.
type kerasFrame struct {
	key    string // under which it stands, or the list that it is in
	part   string // of Keras in which it is looked for
	offset int64
	array  bool
	texts  map[string]string // by kerasKeys
	inner  map[string]string // of its config, where that is an object
	config bool              // it has a config
	lists  []string          // keys under which lists of texts stand
	seen   uint64            // which of the keys stand there already
}

// keras walks a configuration of Keras 2 or 3.
type keras struct {
	w      *walk
	doc    *jsonScanner
	member string
	part   string // of Keras in which the outermost object is looked for
	stack  []kerasFrame
	layers int64
	root   *Object
	known  map[string]bool // hazards that were reported
}

// isKerasJSON takes also the encodings in which Python reads JSON.
func isKerasJSON(head []byte) bool {
	for _, begin := range []string{"\xff\xfe", "\xfe\xff", "\x00{", "{\x00", "\x00\x00"} {
		if magic(0, begin)(head) {
			return true
		}
	}
	return isJSON(head)
}

// readKerasConfig reads a configuration: a member of a zip archive under the
// name that Keras looks for, or one that stands alone, as Model.to_json writes it.
func readKerasConfig(w *walk, r io.ReaderAt, size int64) bool {
	switch {
	case w.keras && named("config.json")(w.name):
	case w.keras && named("metadata.json")(w.name):
		return w.kerasMetadata(r, size)
	case size > maxJSON || !isKerasConfig(newCursor(r, size)):
		return false
	}
	w.format("keras-config")
	w.kerasConfig(w.member, newCursor(r, size))
	return true
}

// isKerasConfig tells whether a document is an object with a class_name, a text, and a config.
func isKerasConfig(in *cursor) bool {
	doc := newJSON(in, kerasText)
	doc.lenient = true
	class, config, depth, key := false, false, 0, ""
	for {
		e := doc.next()
		switch e.kind {
		case docEnd:
			return false
		case docObject, docArray:
			if depth++; depth == 2 && key == "config" {
				config = true
			}
		case docObjectEnd, docArrayEnd:
			depth--
		case docKey:
			if depth == 1 {
				key = string(e.text)
			}
		case docText:
			class = class || depth == 1 && key == "class_name"
		}
		if class && config {
			return true
		}
	}
}

// kerasConfig reads the configuration of a model: model_config of a .h5 file,
// config.json of a .keras archive, or what Model.to_json gives.
func (w *walk) kerasConfig(member string, config *cursor) {
	k := w.newKeras(member, config)
	if k.read(); k.root != nil {
		k.root.param("layers", k.layers)
		if w.describe(k.root); w.keras && w.depth == 1 {
			w.model.Root = k.root
		}
	}
}

// kerasObjects reads the configuration of objects that are no model of
// their own, by what SavedModel calls them.
func (w *walk) kerasObjects(member, identifier string, in *cursor) {
	k := w.newKeras(member, in)
	if identifier == "_tf_keras_metric" {
		k.part = "metrics"
	}
	k.read()
}

func (w *walk) newKeras(member string, in *cursor) *keras {
	k := &keras{w: w, doc: newJSON(plainJSON(in), kerasText), member: member, part: "layers", known: map[string]bool{}}
	k.doc.lenient = true // Python's json writes NaN, and reads it
	return k
}

// maxPlainJSON bounds a document that is turned into UTF-8.
const maxPlainJSON = 16 << 20

// plainJSON gives a document in UTF-8: Python's json.loads takes bytes of
// UTF-16 and UTF-32 as well.
func plainJSON(in *cursor) *cursor {
	head, _ := in.bytes(in.at, int(min(in.left(), 4)))
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		in.skip(3)
		return in
	case bytes.IndexByte(head, 0) < 0 && !bytes.HasPrefix(head, []byte("\xfe\xff")) && !bytes.HasPrefix(head, []byte("\xff\xfe")):
		return in
	}
	plain := jsonUTF8(in.hold(in.at, in.end, maxPlainJSON))
	return newCursor(bytes.NewReader(plain), int64(len(plain)))
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
			k.push(key, e)
			key = ""
		case docObjectEnd, docArrayEnd:
			k.pop()
			key = "" // it was one of what was closed
		case docText:
			k.text(key, e)
		default:
			if top := len(k.stack) - 1; top >= 0 && key == "config" {
				k.stack[top].config = true
			}
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
	i := slices.Index(kerasKeys, key)
	if i < 0 {
		return
	}
	top := &k.stack[len(k.stack)-1]
	if top.seen&(1<<i) != 0 {
		k.w.issue(IssueAmbiguous, k.member, offset, "the key %s is there more than once", pythonQuote(key))
	}
	top.seen |= 1 << i
}

func (k *keras) push(key string, e docEvent) {
	frame := kerasFrame{key: key, part: k.part, offset: e.offset, array: e.kind == docArray}
	if top := len(k.stack) - 1; top >= 0 {
		frame.part = cmpOr(kerasPart(key), k.stack[top].part)
		if k.stack[top].array {
			frame.key = k.stack[top].key
		} else if key == "config" {
			k.stack[top].config = true
		}
	}
	k.stack = append(k.stack, frame)
}

// text notes a text of the innermost object.
func (k *keras) text(key string, e docEvent) {
	if len(k.stack) == 0 {
		return
	}
	top := &k.stack[len(k.stack)-1]
	if key == "code" || top.array && slices.Contains(kerasFunctions, top.key) {
		k.w.encoded(string(e.text), k.member, e.offset)
	}
	if top.array {
		top.config = true // it holds texts
		return
	}
	if !slices.Contains(kerasKeys, key) {
		return
	}
	top.say(key, string(e.text))
	top.config = top.config || key == "config"
}

func (f *kerasFrame) say(key, text string) {
	if f.texts == nil {
		f.texts = map[string]string{}
	}
	f.texts[key] = text
}

// pop closes an object or an array, and hands what it says to the one around it.
func (k *keras) pop() {
	frame := k.stack[len(k.stack)-1]
	k.stack = k.stack[:len(k.stack)-1]
	if len(k.stack) > 0 {
		parent := &k.stack[len(k.stack)-1]
		switch {
		case parent.array:
			if !frame.array && (parent.key == "layers" && len(k.stack) == 3 || parent.key == "config" && len(k.stack) == 2) {
				k.layers++
			}
		case frame.array && frame.config:
			parent.lists = append(parent.lists, frame.key)
		case frame.key == "node_def" && !frame.array:
			parent.say("node_op", frame.texts["op"])
		case frame.key == "config" && !frame.array:
			if parent.inner = frame.texts; parent.inner == nil {
				parent.inner = map[string]string{}
			}
		}
	}
	if !frame.array {
		k.carried(&frame)
		k.judge(&frame)
	}
	if len(k.stack) == 0 && frame.texts["class_name"] != "" {
		k.describe(&frame)
	}
}

// describe makes of the outermost object what is reported of the model.
func (k *keras) describe(f *kerasFrame) {
	class := f.texts["class_name"]
	k.root = &Object{Class: cmpOr(f.texts["module"], "keras") + "." + class}
	if name := cmpOr(f.inner["name"], f.texts["name"]); name != "" {
		k.root.param("name", name)
	}
	if version := f.texts["keras_version"]; plausibleVersion(version) {
		k.w.version("keras", version, "keras_version", k.member)
	}
	if backend := f.texts["backend"]; backend != "" {
		k.root.param("backend", backend)
	}
}

// kerasFunctions are where a layer of Keras 2 has functions: a Lambda, and
// what wraps the cell of a recurrent one.
var kerasFunctions = []string{"function", "mask", "output_shape", "residual_fn", "dropout_fn"}

// carried reports the functions of Keras 2 that stand in the configuration
// of a layer itself: as marshalled bytecode, or by name.
func (k *keras) carried(f *kerasFrame) {
	if v := f.texts["vocabulary"]; v != "" {
		k.hazard("keras-file", "keras.vocabulary", "the layer "+shortQuote(f.texts["name"])+" reads the file "+shortQuote(v), f.offset)
	}
	for _, key := range kerasFunctions {
		module := f.texts["module"]
		if key != "function" {
			module = f.texts[key+"_module"]
		}
		switch kind, name := f.texts[key+"_type"], f.texts[key]; {
		case kind == "lambda", slices.Contains(f.lists, key) && kind != "raw":
			k.hazard("keras-code", "keras.Lambda."+key, "the layer "+shortQuote(f.texts["name"])+" carries a function as marshalled bytecode", f.offset)
		case kind == "function":
			k.look(module, name, "layers", Call, f.offset)
		}
	}
}

// judge notes what an object makes Keras look up and call.
func (k *keras) judge(f *kerasFrame) {
	class, module := f.texts["class_name"], f.texts["module"]
	if class == "" || !f.config {
		return
	}
	switch class {
	case "function":
		name, registered := f.texts["config"], f.texts["registered_name"]
		k.look(module, cmpOr(name, registered), "activations", Call, f.offset)
		if registered != "" && registered != class && registered != name && name != "" { // Keras 2 takes that where the module has no such name
			k.look(module, registered, "activations", Call, f.offset)
		}
		return
	case "__lambda__":
		k.hazard("keras-code", "keras.__lambda__", "a function is there as marshalled bytecode", f.offset)
		return
	case "__typespec__":
		k.look(module, f.texts["spec_name"], "", Call, f.offset)
		return
	case "__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__", "__tuple__":
		return // values
	case "TFOpLambda", "SlicingOpLambda":
		if k.symbol(f.inner["function"], f.offset); kerasOwn(module) {
			return // its name says nothing, the function's does
		}
	case "TensorFlowOpLayer":
		if k.nodeDef(f.inner, f.offset) && kerasOwn(module) {
			return
		}
	}
	k.look(module, class, f.part, New, f.offset)
	registered := f.texts["registered_name"]
	if _, last, found := strings.Cut(registered, ">"); found && last != class || !found && registered != "" && registered != class {
		k.look(module, registered, f.part, New, f.offset)
	}
}

// kerasOwn tells of the module of an object's class whether Keras looks for
// the class in itself.
func kerasOwn(module string) bool {
	return module == "" || strings.HasPrefix(module+".", "keras.") || strings.HasPrefix(module+".", "tf_keras.")
}

// kerasPart says in which part of Keras it looks for classes without a
// module that stand under a key; nothing, where that is for what is around it to say.
func kerasPart(key string) string {
	for _, part := range []string{"initializer", "regularizer", "constraint", "optimizer"} {
		if strings.HasSuffix(strings.TrimSuffix(key, "_config"), part) {
			return part + "s"
		}
	}
	switch key {
	case "learning_rate":
		return "optimizers.schedules"
	case "loss", "losses":
		return "losses"
	case "metrics", "weighted_metrics":
		return "metrics"
	case "dtype", "dtype_policy":
		return "mixed_precision"
	case "layers", "layer", "cell", "cells", "forward_layer", "backward_layer":
		return "layers"
	}
	return ""
}

// look notes a class, which is made from its configuration, or a function,
// which is called. A registered one is package>name, and without a module it
// is one of Keras' own, or of those that the program which loads the file gives.
func (k *keras) look(module, name, part string, use Uses, offset int64) {
	g := Global{Module: cmpOr(module, "keras."+part), Qualname: name, Uses: Import | use, Count: 1, Member: k.member, Offset: offset}
	if use == New {
		g.Explained = Import // to make an object of it, and held nowhere
	}
	if pack, last, found := strings.Cut(name, ">"); found {
		g.Module, g.Qualname, g.Raw = pack, last, name
	}
	k.w.global(g, false)
}

// symbol notes a function that TensorFlow exports, which a layer calls.
func (k *keras) symbol(symbol string, offset int64) {
	symbol = "tensorflow." + strings.TrimPrefix(symbol, "tf.")
	last := strings.LastIndexByte(symbol, '.')
	k.look(symbol[:last], symbol[last+1:], "", Call, offset)
}

// nodeDef judges an operator of TensorFlow that a layer of Keras 2.3 and
// older runs. It says false where the operator cannot be told: a NodeDef that
// is a text is bytes of a protocol buffer.
func (k *keras) nodeDef(config map[string]string, offset int64) bool {
	op := config["node_op"]
	if does := cmpOr(tensorflowOperators[op], tensorflowAttributes[op].does); does != "" {
		k.hazard("tensorflow-operator", "tensorflow.raw_ops."+op, "a layer runs the operator "+op+", which "+does, offset)
	}
	return config["node_def"] == "" && isOperator(op)
}

func (k *keras) hazard(rule, name, message string, offset int64) {
	if key := rule + name + message; !k.known[key] && len(k.known) < k.w.limits.MaxIssues {
		k.known[key] = true
		k.w.hazard(Hazard{rule, name, message, k.member, offset})
	}
}

// kerasMetadata reads metadata.json of a .keras archive.
func (w *walk) kerasMetadata(r io.ReaderAt, size int64) bool {
	doc := newJSON(plainJSON(newCursor(r, size)), kerasText)
	key, found := "", false
	for e := doc.next(); e.kind != docEnd; e = doc.next() {
		switch {
		case e.kind == docKey:
			key = string(e.text)
		case e.kind == docText && key == "keras_version" && plausibleVersion(string(e.text)):
			found = true
			w.version("keras", string(e.text), "keras_version", w.member)
		}
		if e.kind == docText {
			w.metadata(key, string(e.text), w.member)
		}
	}
	return found
}
