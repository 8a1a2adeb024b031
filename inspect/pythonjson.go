package inspect

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"unicode/utf16"
)

// pythonJSON returns what Python's json.loads takes bytes for, in a form that
// Go reads: UTF-8 without a mark, and zeros for the NaN and Infinity that
// JSON does not know. data may be changed.
func pythonJSON(data []byte) []byte {
	data = jsonUTF8(data)
	inText := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			inText = !inText
		case inText && c == '\\':
			i++
		case inText:
		case bytes.HasPrefix(data[i:], []byte("NaN")):
			copy(data[i:], "0  ")
		case bytes.HasPrefix(data[i:], []byte("Infinity")):
			copy(data[i:], "0       ")
		}
	}
	return data
}

// jsonUTF8 decodes as json.detect_encoding says: by a mark, or by where the
// zero bytes of the first characters are.
func jsonUTF8(data []byte) []byte {
	for _, form := range []struct {
		mark string
		zero []int // positions of zeros among the first four bytes, where there is no mark
		text []int // and of others
		unit int
		big  bool
	}{
		{"\x00\x00\xfe\xff", []int{0, 1}, nil, 4, true},
		{"\xff\xfe\x00\x00", []int{1, 2, 3}, []int{0}, 4, false},
		{"\xfe\xff", []int{0}, []int{1}, 2, true},
		{"\xff\xfe", []int{1}, []int{0}, 2, false},
	} {
		if bytes.HasPrefix(data, []byte(form.mark)) {
			return decodeUnits(data[len(form.mark):], form.unit, form.big)
		}
		if len(data) < 4 {
			continue
		}
		fits := true
		for _, at := range form.zero {
			fits = fits && data[at] == 0
		}
		for _, at := range form.text {
			fits = fits && data[at] != 0
		}
		if fits {
			return decodeUnits(data, form.unit, form.big)
		}
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
}

// decodeUnits decodes UTF-16 or UTF-32.
func decodeUnits(data []byte, unit int, big bool) []byte {
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	out := make([]byte, 0, len(data))
	if unit == 4 {
		for ; len(data) >= 4; data = data[4:] {
			out = append(out, string(rune(order.Uint32(data)))...)
		}
		return out
	}
	for len(data) >= 2 {
		r := rune(order.Uint16(data))
		data = data[2:]
		if utf16.IsSurrogate(r) && len(data) >= 2 {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(data))); pair != '\ufffd' {
				r, data = pair, data[2:]
			}
		}
		out = append(out, string(r)...)
	}
	return out
}

// jsonText returns the text that is all of a JSON document.
func jsonText(document string) (string, bool) {
	var text string
	err := json.Unmarshal([]byte(document), &text)
	return text, err == nil && document != "null"
}
