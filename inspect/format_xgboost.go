package inspect

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
)

var _ = register(format{name: "xgboost", match: isXGBoost, read: readXGBoost,
	doc: "JSON, UBJSON and the binary forms, also in pickled Boosters: release, parameters, features, trees; numbers alone"})

// XGBoost's models are a JSON document, the same in UBJSON, or, until 3.0, a
// struct of C++. A pickled Booster holds one of these with its configuration.

const (
	xgbBinary  = "binf"
	xgbBase64  = "bs64\t"
	xgbConfig  = "CONFIG-offset:"
	xgbStruct  = 136 // of the struct that begins the binary form, which nothing marks
	xgbMaxName = 64  // of an objective or a booster
)

// isXGBoost knows UBJSON whose first key is one of a model's, and the binary forms.
func isXGBoost(head []byte) bool {
	for _, mark := range []string{xgbBinary, xgbBase64, xgbConfig} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return true
		}
	}
	if isXGBoostStruct(head) {
		return true
	}
	if len(head) < 10 || head[0] != '{' || head[1] != 'L' {
		return false
	}
	n := binary.BigEndian.Uint64(head[2:])
	for _, key := range []string{"learner", "version", "Config", "Model"} {
		if n == uint64(len(key)) && bytes.HasPrefix(head[10:], []byte(key)) {
			return true
		}
	}
	return false
}

// isXGBoostStruct knows the binary form by what must stand in its struct, and
// by the objective's name behind it, such as "binary:logistic".
func isXGBoostStruct(head []byte) bool {
	if len(head) < xgbStruct+12 {
		return false
	}
	n := le.Uint64(head[xgbStruct:])
	if n < 3 || n > xgbMaxName || uint64(len(head)-xgbStruct-8) < n {
		return false
	}
	name := head[xgbStruct+8 : xgbStruct+8+n]
	if bytes.IndexByte(name, ':') <= 0 || strings.Trim(string(name), "abcdefghijklmnopqrstuvwxyz0123456789_:") != "" {
		return false
	}
	return len(bytes.Trim(head[64:xgbStruct], "\x00")) == 0
}

func readXGBoost(w *walk, r io.ReaderAt, size int64) bool {
	w.format("xgboost")
	w.xgboost(r, size)
	return true
}

// xgboost reads a model of any form, also one that a Booster carries.
func (w *walk) xgboost(r io.ReaderAt, size int64) {
	head := make([]byte, min(headSize, size))
	r.ReadAt(head, 0)
	switch in := newCursor(r, size); {
	case len(head) > 1 && head[0] == '{' && (head[1] == '"' || head[1] == ' ' || head[1] == '\n' || head[1] == '}'):
		doc := newJSON(in, maxText)
		doc.lenient = true
		w.xgboostDocument(doc)
	case len(head) > 0 && head[0] == '{':
		w.xgboostDocument(newUBJ(in, maxText))
	case bytes.HasPrefix(head, []byte(xgbBase64)):
		w.xgboostBase64(in)
	case bytes.HasPrefix(head, []byte(xgbConfig)):
		w.xgboostConfigured(in)
	case bytes.HasPrefix(head, []byte(xgbBinary)):
		in.skip(int64(len(xgbBinary)))
		w.xgboostPlain(in)
	case isXGBoostStruct(head):
		w.xgboostPlain(in)
	default:
		w.issue(IssueUnsupported, w.member, 0, "this is no XGBoost model of a known form")
	}
}

// xgboostDocument reads the form of JSON and UBJSON.
func (w *walk) xgboostDocument(doc document) {
	x := newXGBDocument()
	if !leaves(doc, w.late, x.take) {
		return
	}
	w.documentEnd(doc, "the XGBoost model")
	if x.learner {
		x.state(w)
	}
}

// documentEnd files what kept a document from being read whole.
func (w *walk) documentEnd(doc document, what string) {
	if why := doc.problem(); why != "" {
		w.issue(IssueMalformed, w.member, doc.where(), "%s is damaged: %s", what, why)
		return
	}
	in := documentCursor(doc)
	if left := in.left(); left > 0 {
		w.issue(IssueTrailing, w.member, doc.where(), "%d bytes behind %s", left, what)
	}
}

// documentCursor returns where a document ends, behind white space.
func documentCursor(doc document) *cursor {
	if s, ok := doc.(*jsonScanner); ok {
		s.space()
		return s.in
	}
	return doc.(*ubjScanner).in
}

// xgbDocument is what a document says of its model. A Booster's has it below
// "Model", and its configuration below "Config".
type xgbDocument struct {
	learner    bool
	version    map[string]*[]int64 // by what stands above it
	objective  string
	booster    string
	trees      string
	params     []Param
	attributes []Param
	features   textList
}

func newXGBDocument() *xgbDocument { return &xgbDocument{version: map[string]*[]int64{}} }

func (x *xgbDocument) recognised() bool { return x.learner && x.version[""] != nil }

func (x *xgbDocument) take(path []string, e docEvent) {
	above := ""
	if len(path) > 1 && (path[0] == "Config" || path[0] == "Model") {
		above, path = path[0], path[1:]
	}
	if len(path) == 2 && path[0] == "version" && e.kind == docNumber {
		x.release(above, e)
		return
	}
	if len(path) == 0 || path[0] != "learner" {
		return
	}
	x.learner = true
	if above == "Config" {
		return // says again what the model says
	}
	text := string(e.text)
	switch path = path[1:]; {
	case e.kind == docObject || e.kind == docArray || e.kind == docPacked:
	case pathIs(path, "objective", "name"):
		x.objective = text
	case pathIs(path, "gradient_booster", "name"):
		x.booster = text
	case len(path) > 2 && path[0] == "gradient_booster" && path[len(path)-1] == "num_trees":
		x.trees = text
	case len(path) == 2 && path[0] == "learner_model_param":
		x.params = addParam(x.params, path[1], numberText(text, e))
	case len(path) == 2 && path[0] == "attributes":
		x.attributes = addParam(x.attributes, path[1], e.scalar())
	case pathIs(path, "feature_names", leafItem):
		x.features.add(text)
	}
}

// numberText is a parameter, which XGBoost writes as text: a number where it is one.
func numberText(text string, e docEvent) any {
	if v := (docEvent{kind: docNumber, text: []byte(text)}).scalar(); e.kind == docText && !e.cut && isNumber([]byte(text)) {
		return v
	}
	return e.scalar()
}

func addParam(list []Param, name string, value any) []Param {
	if len(list) < maxParams {
		list = append(list, Param{name, value})
	}
	return list
}

func (x *xgbDocument) release(above string, e docEvent) {
	n, ok := e.scalar().(int64)
	if !ok {
		return
	}
	parts := x.version[above]
	if parts == nil {
		parts = new([]int64)
		x.version[above] = parts
	}
	if len(*parts) < 4 {
		*parts = append(*parts, n)
	}
}

// state states the facts.
func (x *xgbDocument) state(w *walk) {
	for _, above := range []string{"", "Model", "Config"} {
		if parts := x.version[above]; parts != nil && len(*parts) == 3 {
			w.xgboostVersion(*parts, "version of the XGBoost model")
			break
		}
	}
	o := &Object{Class: "xgboost.Booster"}
	for _, p := range []Param{{"booster", x.booster}, {"objective", x.objective}} {
		if p.Value != "" {
			o.param(p.Name, p.Value)
		}
	}
	if x.trees != "" {
		o.param("num_trees", numberText(x.trees, docEvent{kind: docText, text: []byte(x.trees)}))
	}
	for _, p := range x.params {
		o.param(p.Name, p.Value)
	}
	x.features.param(o, "feature_names", true)
	for _, p := range x.attributes {
		o.param("attributes."+p.Name, p.Value)
		w.metadata("attributes."+p.Name, p.Value, w.member)
	}
	w.describe(o)
}

// xgboostVersion notes major, minor and patch.
func (w *walk) xgboostVersion(parts []int64, source string) {
	version := strings.Trim(strings.ReplaceAll(tupleText(parts), ", ", "."), "(,)")
	if plausibleVersion(version) {
		w.version("xgboost", version, source, w.member)
	}
}
