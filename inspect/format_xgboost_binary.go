package inspect

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"strings"
)

// xgboostConfigured reads what Boosters of 1.0 to 1.2 were pickled as: the
// binary form's length, the form itself, and the configuration in JSON.
func (w *walk) xgboostConfigured(in *cursor) {
	in.skip(int64(len(xgbConfig)))
	n := int64(in.u64())
	if in.bad || n < 0 || n > in.left() {
		w.issue(IssueTruncated, w.member, in.at, "an XGBoost model of %d bytes in a file of %d", n, in.size)
		return
	}
	model := in.part(in.at, in.at+n)
	if n > 4 && string(model.take(4)) != xgbBinary {
		model.at -= 4
	}
	bound, _ := w.xgboostBinary(model)
	in.skip(n)
	doc := newJSON(in, maxText)
	doc.lenient = true
	x := newXGBDocument()
	if !leaves(doc, w.late, x.take) {
		return
	}
	w.documentEnd(doc, "the configuration")
	if parts := x.version[""]; parts != nil && len(*parts) == 3 {
		w.xgboostVersion(*parts, "version of the XGBoost configuration")
	} else {
		w.version("xgboost", bound, "binary form of the XGBoost model", w.member)
	}
}

// maxBase64 bounds base64 that is held in memory.
const maxBase64 = 256 << 20

// xgboostBase64 reads the binary form in base64.
func (w *walk) xgboostBase64(in *cursor) {
	in.skip(int64(len(xgbBase64)))
	text := in.hold(in.at, in.end, maxBase64)
	if int64(len(text)) < in.left() {
		w.issue(IssueLimit, w.member, in.at, "more than %d bytes of base64", maxBase64)
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimRight(string(text), " \t\r\n"))
	if err != nil {
		w.issue(IssueMalformed, w.member, in.at, "the XGBoost model is no base64: %v", err)
		return
	}
	model := newCursor(bytes.NewReader(data), int64(len(data)))
	if len(data) > 4 && string(model.take(4)) != xgbBinary {
		model.at -= 4
	}
	w.xgboostPlain(model)
}

// xgboostPlain reads the binary form that stands alone.
func (w *walk) xgboostPlain(in *cursor) {
	bound, source := w.xgboostBinary(in)
	w.version("xgboost", bound, source, w.member)
}

// xgbBinaryModel is the reading of the binary form.
type xgbBinaryModel struct {
	w  *walk
	in *cursor
	o  *Object
}

// xgboostBinary reads the struct, the objective, the booster, and behind them
// attributes and metrics. It returns a bound on the version and the evidence.
func (w *walk) xgboostBinary(in *cursor) (bound, source string) {
	x := xgbBinaryModel{w, in, &Object{Class: "xgboost.Booster"}}
	start := in.at
	base := math.Float32frombits(in.u32())
	features, classes := in.u32(), in.u32()
	attributes, metrics := in.u32(), in.u32()
	major, minor := in.u32(), in.u32()
	in.skip(start + xgbStruct - in.at)
	objective, booster := x.text(), x.text()
	x.o.param("booster", booster)
	x.o.param("objective", objective)
	if !in.bad {
		x.booster(booster)
	}
	x.o.param("base_score", Literal(floatText(float64(base))))
	x.o.param("num_class", int64(classes))
	x.o.param("num_feature", int64(features))
	if attributes != 0 {
		x.attributes()
	}
	if major == 0 && (objective == "count:poisson" || booster == "gpu") {
		x.text() // max_delta_step
	}
	if metrics != 0 {
		for n := in.u64(); n > 0 && !in.bad; n-- {
			x.text()
		}
	}
	switch {
	case in.bad:
		w.issue(IssueTruncated, w.member, in.at, "the XGBoost model ends early")
	case in.left() > 0:
		w.issue(IssueTrailing, w.member, in.at, "%d bytes behind the XGBoost model", in.left())
	}
	w.describe(x.o)
	if major > 0 && major < 100 && minor < 1000 {
		return fmt.Sprintf(">=%d.%d,<%d.%d", major, minor, major, minor+1), "version of the XGBoost model"
	}
	return "<1.0", "binary form of the XGBoost model, without a version"
}

// text reads a text behind its length.
func (x *xgbBinaryModel) text() string {
	n := x.in.u64()
	if n > uint64(x.in.left()) {
		x.in.bad = true
		return ""
	}
	return x.in.text(n)
}

func (x *xgbBinaryModel) attributes() {
	n := x.in.u64()
	for ; n > 0 && !x.in.bad; n-- {
		name, value := x.text(), x.text()
		if !strings.HasPrefix(name, "SAVED_PARAM_") && !x.in.bad {
			x.o.param("attributes."+name[:min(len(name), maxLiteralText)], value)
		}
	}
}

// shortText is a text of a file, cut where it is long.
func shortText(text string) any {
	return textValue([]byte(text[:min(len(text), maxLiteralText)]), len(text) > maxLiteralText)
}

// booster steps over the trees or weights.
func (x *xgbBinaryModel) booster(name string) {
	in := x.in
	switch name {
	case "gblinear":
		in.skip(136)
		x.floats()
	case "gbtree", "dart":
		start := in.at
		trees := in.u32()
		in.skip(12)
		buffer := in.u64() // of predictions, in the oldest releases
		groups, leafs := in.u32(), in.u32()
		in.skip(start + 160 - in.at)
		x.o.param("num_trees", int64(trees))
		for n := trees; n > 0 && !in.bad; n-- {
			x.tree()
		}
		in.skip(int64(trees) * 4) // the class of each
		if buffer > 0 && in.left() > 0 && name == "gbtree" {
			x.buffer(buffer, uint64(max(groups, 1))*(uint64(leafs)+1))
		}
		if name == "dart" && trees > 0 {
			x.floats()
		}
	default:
		x.w.issue(IssueUnsupported, x.w.member, in.at, "an XGBoost booster of the unknown kind %s", shortQuote(name))
	}
}

// buffer steps over predictions of the training data: floats, and as many counters.
func (x *xgbBinaryModel) buffer(rows, columns uint64) {
	if rows > 1<<40 || columns > 1<<20 || rows*columns*8 > uint64(x.in.left()) {
		x.in.bad = true
		return
	}
	x.in.skip(int64(rows * columns * 8))
}

func (x *xgbBinaryModel) tree() {
	in := x.in
	start := in.at
	in.skip(4)
	nodes := in.u32()
	in.skip(12)
	leaf := in.u32()
	in.skip(start + 148 - in.at)
	in.skip(int64(nodes) * (20 + 16))
	if leaf != 0 {
		x.floats()
	}
}

// floats steps over floats behind their number.
func (x *xgbBinaryModel) floats() {
	n := x.in.u64()
	if n > uint64(x.in.left())/4 {
		x.in.bad = true
		return
	}
	x.in.skip(int64(n) * 4)
}
