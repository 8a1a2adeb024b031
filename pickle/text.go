package pickle

import (
	"bytes"
	"unicode/utf8"
)

// Text is kept as UTF-8 in which a lone surrogate is encoded like any other
// code point, as Python's surrogatepass does.

// validText tells whether b is UTF-8, lone surrogates allowed.
func validText(b []byte) bool {
	for !utf8.Valid(b) {
		i := 0
		for i < len(b) {
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && size <= 1 {
				break
			}
			i += size
		}
		if !surrogateAt(b[i:]) {
			return false
		}
		b = b[i+3:]
	}
	return true
}

func surrogateAt(b []byte) bool {
	return len(b) >= 3 && b[0] == 0xed && b[1] >= 0xa0 && b[1] <= 0xbf && b[2]&0xc0 == 0x80
}

// countChars counts the code points of valid text.
func countChars(b []byte) int {
	n := 0
	for _, c := range b {
		if c&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// plainLine tells whether a line of UNICODE or STRING stands for itself.
func plainLine(op byte, line []byte) bool {
	n := len(line)
	if op == opString && (n < 2 || line[0] != line[n-1] || line[0] != '\'' && line[0] != '"') {
		return false
	}
	for _, c := range line {
		if c == '\\' || c >= 0x80 || c == '\r' {
			return false
		}
	}
	return true
}

// decodeText decodes the escapes of a line of UNICODE (kind Text) or of
// STRING (kind ByteText) and counts its code points.
func decodeText(kind Kind, line []byte) (decoded []byte, chars int, ok bool) {
	if kind == ByteText {
		decoded, ok = decodeEscapes(line)
		return decoded, len(decoded), ok
	}
	decoded, ok = decodeRawUnicode(line)
	return decoded, countChars(decoded), ok
}

// decodeRawUnicode is Python's raw-unicode-escape: bytes are Latin-1, and \u
// and \U behind an odd number of backslashes stand for a code point.
func decodeRawUnicode(b []byte) ([]byte, bool) {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '\\' {
			out = appendRune(out, rune(c))
			continue
		}
		if i+1 < len(b) && (b[i+1] == 'u' || b[i+1] == 'U') {
			digits := 4
			if b[i+1] == 'U' {
				digits = 8
			}
			r, ok := hexRune(b[i+2:], digits)
			if !ok {
				return nil, false
			}
			out = appendRune(out, r)
			i += 1 + digits
			continue
		}
		out = append(out, c)
		if i+1 < len(b) { // the pair is literal, and the second begins no escape
			i++
			out = appendRune(out, rune(b[i]))
		}
	}
	return out, true
}

func hexRune(b []byte, digits int) (rune, bool) {
	if len(b) < digits {
		return 0, false
	}
	var r uint32
	for _, c := range b[:digits] {
		v := digitValue(c)
		if v > 15 {
			return 0, false
		}
		r = r<<4 | uint32(v)
	}
	return rune(r), r <= utf8.MaxRune
}

// appendRune appends r, a lone surrogate too.
func appendRune(out []byte, r rune) []byte {
	if 0xd800 <= r && r < 0xe000 {
		return append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f))
	}
	return utf8.AppendRune(out, r)
}

var simpleEscapes = map[byte]byte{
	'\\': '\\', '\'': '\'', '"': '"', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// decodeEscapes decodes the inside of a Python bytes literal.
func decodeEscapes(b []byte) ([]byte, bool) {
	if bytes.IndexByte(b, '\\') < 0 {
		return b, true
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		i++
		if i == len(b) {
			return nil, false // a backslash at the end
		}
		c = b[i]
		simple, isSimple := simpleEscapes[c]
		switch {
		case isSimple:
			out = append(out, simple)
		case c == 'x':
			r, ok := hexRune(b[i+1:], 2)
			if !ok {
				return nil, false
			}
			out = append(out, byte(r))
			i += 2
		case '0' <= c && c <= '7':
			v := 0
			last := min(i+3, len(b))
			for ; i < last && '0' <= b[i] && b[i] <= '7'; i++ {
				v = v*8 + int(b[i]-'0')
			}
			i--
			out = append(out, byte(v))
		default: // an unknown escape stands for itself
			out = append(out, '\\', c)
		}
	}
	return out, true
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// latin1 returns bytes as the text that they are in Latin-1.
func latin1(b []byte) []byte {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}
