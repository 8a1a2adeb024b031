package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
)

var _ = register(format{name: "json", match: isJSON, read: readJSON})

// serializedKey is where Stable-Baselines3 keeps what JSON cannot hold, in
// the member "data" of its archives: base64 of a cloudpickle.
const serializedKey = ":serialized:"

// maxJSON bounds a document that is searched for pickles.
const maxJSON = 256 << 20

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(head) > 0 && head[0] == '{'
}

// readJSON reads the pickles in a JSON document. One that has none is no
// model, and left to others.
func readJSON(w *walk, r io.ReaderAt, size int64) bool {
	if size > maxJSON {
		return false
	}
	decoder := json.NewDecoder(io.NewSectionReader(r, 0, size))
	found, key := false, false
	for {
		token, err := decoder.Token()
		if err != nil {
			if found && err != io.EOF {
				w.issue(IssueMalformed, w.member, decoder.InputOffset(), "the JSON document is damaged: %v", err)
			}
			return found
		}
		text, isText := token.(string)
		switch {
		case key && isText:
			found = true
			w.serialized(text, decoder.InputOffset())
			key = false
		default:
			key = isText && text == serializedKey
		}
	}
}

func (w *walk) serialized(text string, offset int64) {
	w.format("json")
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		w.issue(IssueMalformed, w.member, offset, "a serialized value is no base64: %v", err)
		return
	}
	w.descend(serializedKey, bytes.NewReader(data), int64(len(data)))
}
