package pickle

import (
	"bytes"
	"math/big"
	"strconv"
)

// decimal reads a plain decimal with its line feed: at most 18 digits, no
// leading zero, and an L behind them where long says so. A size of 0 means
// that the line is something else.
func decimal(b []byte, long bool) (n int64, size int) {
	i := 0
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		i++
	}
	first := i
	for i < len(b) && i-first < 18 && '0' <= b[i] && b[i] <= '9' {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 || digits > 1 && b[first] == '0' {
		return 0, 0
	}
	if long && i < len(b) && b[i] == 'L' {
		i++
	}
	if i >= len(b) || b[i] != '\n' {
		return 0, 0
	}
	if negative {
		n = -n
	}
	return n, i + 1
}

// shortFloat reads a plain decimal float with its line feed.
func shortFloat(b []byte) (f float64, size int) {
	const longest = 32
	for i := 0; i < len(b) && i < longest; i++ {
		switch c := b[i]; {
		case '0' <= c && c <= '9' || c == '.' || c == '-' || c == 'e':
		case c == '\n' && i > 0:
			f, err := strconv.ParseFloat(string(b[:i]), 64)
			if err != nil {
				return 0, 0
			}
			return f, i + 1
		default:
			return 0, 0
		}
	}
	return 0, 0
}

const pythonSpace = " \t\n\r\v\f"

// pythonDigits takes spaces, the sign and, for base 0, the prefix off an
// integer literal and checks the rest, as int(text, base) does.
func pythonDigits(b []byte, base int) (digits []byte, negative bool, inBase int, ok bool) {
	b = bytes.Trim(b, pythonSpace)
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		b = b[1:]
	}
	prefixed := false
	if base == 0 {
		base = 10
		if len(b) > 2 && b[0] == '0' {
			switch b[1] {
			case 'x', 'X':
				base, prefixed = 16, true
			case 'o', 'O':
				base, prefixed = 8, true
			case 'b', 'B':
				base, prefixed = 2, true
			}
		}
		if prefixed {
			b = b[2:]
			if b[0] == '_' {
				b = b[1:]
			}
		} else if len(b) > 1 && b[0] == '0' && len(bytes.Trim(b, "0_")) > 0 {
			return nil, false, 0, false // a leading zero is allowed for zero alone
		}
	}
	if len(b) == 0 || b[0] == '_' || b[len(b)-1] == '_' || bytes.Contains(b, []byte("__")) {
		return nil, false, 0, false
	}
	for _, c := range b {
		if c != '_' && digitValue(c) >= base {
			return nil, false, 0, false
		}
	}
	return b, negative, base, true
}

func digitValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 10
	}
	return 99
}

// parseInt reads an int that an int64 holds, as int(text, base) does.
func parseInt(b []byte, base int) (int64, bool) {
	digits, negative, base, ok := pythonDigits(b, base)
	if !ok || len(digits) > 128 {
		return 0, false
	}
	text := string(bytes.ReplaceAll(digits, []byte("_"), nil))
	if negative {
		text = "-" + text
	}
	n, err := strconv.ParseInt(text, base, 64)
	return n, err == nil
}

// intBase returns the base with which int(text, base) takes b, for the newest
// Python that takes it: since 3.14 all is decimal, while older ones take a
// prefix, or in C a leading zero, for another base. It is plain where every
// Python takes it for the same.
func intBase(b []byte) (base int, plain, ok bool) {
	_, _, _, decimal := pythonDigits(b, 10)
	_, _, _, older := pythonDigits(b, 0)
	if decimal {
		return 10, older, true
	}
	return 0, false, older
}

// parseBigInt reads an int of any size.
func parseBigInt(b []byte) (*big.Int, bool) {
	base, _, _ := intBase(b)
	digits, negative, base, _ := pythonDigits(b, base)
	n, ok := new(big.Int).SetString(string(bytes.ReplaceAll(digits, []byte("_"), nil)), base)
	if ok && negative {
		n.Neg(n)
	}
	return n, ok
}

// parseFloat reads a float as Python's float(text) does.
func parseFloat(b []byte) (float64, bool) {
	b = bytes.Trim(b, pythonSpace)
	if len(b) == 0 || len(b) > 1<<20 || bytes.ContainsAny(b, "xXpP") {
		return 0, false
	}
	for i, c := range b {
		if c == '_' && (i == 0 || i == len(b)-1 || digitValue(b[i-1]) > 9 || digitValue(b[i+1]) > 9) {
			return 0, false
		}
	}
	if len(b) == 4 && (b[0] == '+' || b[0] == '-') && bytes.EqualFold(b[1:], []byte("nan")) {
		b = b[1:] // Python takes a sign here, and Go does not
	}
	f, err := strconv.ParseFloat(string(bytes.ReplaceAll(b, []byte("_"), nil)), 64)
	if err != nil && err.(*strconv.NumError).Err == strconv.ErrRange {
		return f, true // an infinity or a zero, as in Python
	}
	return f, err == nil
}
