package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What came from a file passes through one of these before a terminal sees
// it. An escape is \xNN for an ASCII control character or a byte that is no
// UTF-8, \uNNNN or \UNNNNNNNN for any other character.

// Text returns a path or a message with everything escaped that a terminal
// would act on or not show: control characters, line ends, invisible and
// bidirectional format characters, unassigned ones, invalid UTF-8.
func Text(s string) string { return escape(s, plainInText) }

// Name returns a module or a qualified name in ASCII. Letters that look like
// others cannot hide in it, and different names stay different.
func Name(s string) string { return escape(s, plainInName) }

// shortText is Text in at most limit characters.
func shortText(s string, limit int) string { return shorten(s, limit, plainInText) }

// shortName is Name in at most limit characters.
func shortName(s string, limit int) string { return shorten(s, limit, plainInName) }

func escape(s string, plain func(rune) bool) string {
	var out strings.Builder
	for piece := range pieces(s, plain) {
		out.WriteString(piece)
	}
	return out.String()
}

// shorten leaves out the middle of what is longer than limit, since both
// ends of a name or a path tell something. No escape is cut in two.
func shorten(s string, limit int, plain func(rune) bool) string {
	// A character has at most four bytes, so more than this cannot fit.
	if most := 4 * limit; len(s) <= most {
		if whole := escape(s, plain); utf8.RuneCountInString(whole) <= limit {
			return whole
		}
	} else {
		s = s[:most] + s[max(most, len(s)-most):]
	}
	all := slices.Collect(pieces(s, plain))
	tailSize := (limit - 1) / 3
	head := fitting(slices.Values(all), limit-1-tailSize)
	slices.Reverse(all)
	tail := fitting(slices.Values(all), tailSize)
	slices.Reverse(tail)
	return strings.Join(head, "") + "…" + strings.Join(tail, "")
}

// fitting returns the first pieces that together have at most size characters.
func fitting(all iter.Seq[string], size int) []string {
	var fit []string
	for piece := range all {
		if size -= utf8.RuneCountInString(piece); size < 0 {
			break
		}
		fit = append(fit, piece)
	}
	return fit
}

// pieces yields s character by character, each as it is or escaped.
func pieces(s string, plain func(rune) bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			r, size := utf8.DecodeRuneInString(s)
			piece := s[:size]
			if r == utf8.RuneError && size == 1 {
				piece = fmt.Sprintf(`\x%02x`, s[0])
			} else if !plain(r) {
				piece = escaped(r)
			}
			if !yield(piece) {
				return
			}
			s = s[size:]
		}
	}
}

func escaped(r rune) string {
	switch {
	case r == '\\':
		return `\\`
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

func plainInName(r rune) bool { return ' ' <= r && r <= '~' && r != '\\' }

func plainInText(r rune) bool {
	const brailleBlank = '\u2800' // a symbol by class, a blank by looks
	return unicode.IsPrint(r) && r != brailleBlank &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && !unicode.Is(unicode.Variation_Selector, r)
}
