package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestQuote(t *testing.T) {
	for _, test := range []struct{ in, text, name string }{
		{"", "", ""},
		{"os.system", "os.system", "os.system"},
		{"modèle 模型.pkl", "modèle 模型.pkl", `mod\u00e8le \u6a21\u578b.pkl`},
		{`C:\m.pkl`, `C:\m.pkl`, `C:\\m.pkl`},
		{"a\x1b[2Jb", `a\x1b[2Jb`, `a\x1b[2Jb`},
		{"a\r\n\tb\x00\x7f", `a\r\n\tb\x00\x7f`, `a\r\n\tb\x00\x7f`},
		{"a\u009bb", `a\u009bb`, `a\u009bb`},
		{"a\u202eb\u2066\u200f", `a\u202eb\u2066\u200f`, `a\u202eb\u2066\u200f`},
		{"a\u00a0\u2028\ufeff", `a\u00a0\u2028\ufeff`, `a\u00a0\u2028\ufeff`},
		{"\u3164\u115f\ufe0f\u2800\u034f", `\u3164\u115f\ufe0f\u2800\u034f`, `\u3164\u115f\ufe0f\u2800\u034f`},
		{"\xff\xc3", `\xff\xc3`, `\xff\xc3`},
		{"\U000e0041\U0010ffff", `\U000e0041\U0010ffff`, `\U000e0041\U0010ffff`},
		{"оs.system", "оs.system", `\u043es.system`}, // the o is Cyrillic
	} {
		if got := Text(test.in); got != test.text {
			t.Errorf("Text(%q): got %s, want %s", test.in, got, test.text)
		}
		if got := Name(test.in); got != test.name {
			t.Errorf("Name(%q): got %s, want %s", test.in, got, test.name)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		in, want string
		limit    int
	}{
		{"abcdefghij", "abcdefghij", 10},
		{"abcdefghijk", "abcdef…ijk", 10},
		{"ab\x1b\x1b\x1b\x1b\x1bcd", `ab\x1b…cd`, 10},
		{strings.Repeat("é", 1000), "éééééé…ééé", 10},
		{strings.Repeat("a", 1000) + "\x1b", `aaaaaa…`, 10},
		{strings.Repeat("a", 1000) + "\x1bz", `aaaaaa…z`, 10},
	} {
		got := shortText(test.in, test.limit)
		if got != test.want {
			t.Errorf("%.20q: got %s, want %s", test.in, got, test.want)
		}
		if n := utf8.RuneCountInString(got); n > test.limit {
			t.Errorf("%.20q: got %d characters, want at most %d", test.in, n, test.limit)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("a\x1b[2J\u202e\xff", 10)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = max(limit&0xff, 4)
		for _, got := range []string{Text(s), Name(s), shortText(s, limit), shortName(s, limit)} {
			checkClean(t, []byte(strings.ReplaceAll(got, "\n", "\x1b"))) // no line end either
		}
		if n := utf8.RuneCountInString(shortText(s, limit)); n > limit {
			t.Errorf("got %d characters, want at most %d", n, limit)
		}
	})
}
