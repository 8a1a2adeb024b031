package inspect

import (
	"bytes"
	"context"
	"slices"
	"testing"
)

// TestBehindFailure holds that names are told of that only Python 2's
// unpicklers come to: pickle.py and cPickle of 2.7 load each of these.
func TestBehindFailure(t *testing.T) {
	const run = "cos\nsystem\n(S'true'\ntR."
	for _, test := range []struct{ name, program string }{
		{"a mark in the memo", "(p0\n0" + run},
		{"a copy of a mark", "(2" + "00" + run},
		{"any text as a number of the memo", "Npany\n0gany\n0" + run},
		{"an L behind an int", "I1L\n0" + run},
		{"an octal long", "L0777L\n0" + run},
		{"a call of what lies below a mark", "cos\nabort\n((tR0" + run},
		{"INST by a name that is not ASCII", "(i\xc3\xa9\nx\n0" + run},
		{"a name that is not UTF-8", "c\xff\nx\n0" + run},
		{"behind a program of another protocol", "\x80\x02N.(p0\n0" + run},
		{"no name in front", "K\x00(q\x02" + "0" + run},
	} {
		m := new(Inspector).Reader(context.Background(), "x.pkl", bytes.NewReader([]byte(test.program)), int64(len(test.program)))
		found := slices.ContainsFunc(m.Globals, func(g Global) bool { return g.Module == "os" && g.Qualname == "system" })
		if !found || len(m.Issues) == 0 {
			t.Errorf("%s: got %v %v, want os.system and an issue", test.name, m.Globals, m.Issues)
		}
	}
}
