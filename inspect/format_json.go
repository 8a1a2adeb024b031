package inspect

import (
	"bytes"
	"io"
)

var _ = register(format{name: "json", match: isJSON, read: readJSON,
	doc: "any document, for the pickles that Stable-Baselines3 keeps in it"})

// serializedKey is where Stable-Baselines3 keeps what JSON cannot hold, in
// the member "data" of its archives: base64 of a cloudpickle.
const serializedKey = ":serialized:"

// maxJSON bounds a document that is searched for pickles.
const maxJSON = 256 << 20

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(head) > 0 && head[0] == '{'
}

// jsonModel is a model that is a JSON document.
type jsonModel interface {
	take(path []string, e docEvent)
	recognised() bool // tells whether the document was one
	state(w *walk)    // states what it says
}

// jsonModels are asked in turn.
var jsonModels = []struct {
	format string
	make   func() jsonModel
}{
	{"xgboost", func() jsonModel { return newXGBDocument() }},
	{"lightgbm", func() jsonModel { return new(lightgbmDump) }},
	{"catboost", func() jsonModel { return &catboostJSON{catboostModel: catboostModel{trees: -1}, flat: -1} }},
}

// readJSON reads the models that are JSON, and the pickles in any document.
// One that is and has none is left to others.
func readJSON(w *walk, r io.ReaderAt, size int64) bool {
	if size > maxJSON {
		return false
	}
	in := newCursor(r, size)
	if string(in.take(min(3, int(size)))) != "\ufeff" {
		in.at = 0
	}
	doc := newJSON(in, maxJSON)
	doc.lenient = true // Python's json writes NaN, and reads it
	var models []jsonModel
	for _, m := range jsonModels {
		models = append(models, m.make())
	}
	found := false
	inTime := leaves(doc, w.late, func(path []string, e docEvent) {
		for _, m := range models {
			m.take(path, e)
		}
		if e.kind == docText && len(path) > 0 && path[len(path)-1] == serializedKey {
			found = true
			w.format("json")
			w.serialized(e)
		}
	})
	known := false
	for i, m := range models {
		if m.recognised() && !known {
			known = true
			w.format(jsonModels[i].format)
			m.state(w)
		}
	}
	if inTime && (found || known) {
		w.documentEnd(doc, "the JSON document")
		readKerasConfig(w, r, size) // it may be that as well
	}
	return found || known || !inTime
}

// serialized reads a pickle in base64, whose text is whole.
func (w *walk) serialized(e docEvent) {
	data, ok := pythonBase64(e.text)
	if !ok {
		w.issue(IssueMalformed, w.member, e.offset, "a serialized value is no base64")
	}
	if inner, ok := w.enter(serializedKey); ok {
		inner.carried(bytes.NewReader(data), int64(len(data)))
	}
}

// pythonBase64 decodes as Python's base64.b64decode does: it passes over what
// is no digit, and ends at the padding. It says false where Python fails.
func pythonBase64(text []byte) (data []byte, ok bool) {
	bits, digits, pads := uint(0), 0, 0
	for _, c := range text {
		if c == '=' {
			if pads++; digits >= 2 && digits+pads >= 4 {
				return data, true
			}
			continue
		}
		digit, isDigit := base64Digit(c)
		if !isDigit {
			continue
		}
		pads = 0
		bits = bits<<6 | digit
		if digits = (digits + 1) % 4; digits != 1 {
			data = append(data, byte(bits>>[4]uint{0, 0, 4, 2}[digits]))
		}
	}
	return data, digits == 0
}

func base64Digit(c byte) (uint, bool) {
	switch {
	case c >= 'A' && c <= 'Z':
		return uint(c - 'A'), true
	case c >= 'a' && c <= 'z':
		return uint(c-'a') + 26, true
	case c >= '0' && c <= '9':
		return uint(c-'0') + 52, true
	case c == '+':
		return 62, true
	case c == '/':
		return 63, true
	}
	return 0, false
}
