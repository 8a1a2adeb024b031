package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"modelscan/inspect"
)

func TestSizeText(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 1249: "1.2 kB", 999_949: "999.9 kB", 999_950: "1.0 MB",
		5_000_000_000: "5.0 GB", 1<<63 - 1: "9.2 EB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

func TestShapeText(t *testing.T) {
	for _, test := range []struct {
		shape []int64
		want  string
	}{
		{nil, "()"},
		{[]int64{5}, "(5,)"},
		{[]int64{5, 4}, "(5, 4)"},
		{[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, "(1, 2, 3, 4, 5, 6, 7, 8, …)"},
	} {
		if got := shapeText(test.shape); got != test.want {
			t.Errorf("%v: got %s, want %s", test.shape, got, test.want)
		}
	}
}

func TestPythonFloat(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", -2.5: "-2.5", 1e-4: "0.0001", 1e-5: "1e-05", 1e15: "1000000000000000.0", 1e16: "1e+16", 0.1: "0.1",
	} {
		if got := pythonFloat(f); got != want {
			t.Errorf("%g: got %s, want %s", f, got, want)
		}
	}
}

// TestTableIsBounded holds that no file floods a terminal, and that the
// gravest name is not pushed out by harmless ones.
func TestTableIsBounded(t *testing.T) {
	m := &inspect.Model{Path: "m.pkl"}
	for i := range 5000 {
		m.Globals = append(m.Globals, inspect.Global{Module: fmt.Sprintf("m%d", i), Qualname: "f", Uses: inspect.Import})
		m.Versions = append(m.Versions, inspect.Version{Library: "numpy", Version: fmt.Sprint(i)})
		m.Arrays = append(m.Arrays, inspect.Array{Shape: make([]int64, 64)})
		m.Issues = append(m.Issues, inspect.Issue{Kind: inspect.IssueLimit})
	}
	m.Globals = append(m.Globals, inspect.Global{Module: "os", Qualname: "system", Uses: inspect.Call})
	var out bytes.Buffer
	if err := writeTable(&out, New(Tool{}, []File{judged(t, m)})); err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(out.Bytes(), []byte("\n")); lines > 400 {
		t.Errorf("got %d lines, want at most 400", lines)
	}
	for _, want := range []string{"would call os.system; 5000 more untrusted names", "and 4901 more names", "and 4995 more arrays"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in the table", want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"one two", "one|two"},
		{"a b c d", "a b c|d"},
		{"ééééééé", "ééééé|éé"},
		{"a ééééééé b", "a|ééééé|éé b"},
		{"a  b", "a  b"},
	} {
		if got := strings.Join(wrap(test.in, 5), "|"); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}
