package allowlist

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestArguments runs the programs of testdata/policy: what is trusted of a
// name by its arguments.
func TestArguments(t *testing.T) {
	text, err := os.ReadFile("../testdata/policy/arguments.txt")
	if err != nil {
		t.Fatal(err)
	}
	var in inspect.Inspector
	rows := 0
	for chunk := range strings.SplitSeq(string(text), "\n---\n") {
		source, want, ok := strings.Cut(chunk, "\n=> ")
		source = source[strings.LastIndexByte(source, '\n')+1:]
		program, err := strconv.Unquote(source)
		if !ok || err != nil {
			t.Fatalf("%s: no program and result", chunk)
		}
		m := in.Reader(context.Background(), "x.pkl", strings.NewReader(program), int64(len(program)))
		v := Default().Judge(m)
		got := strings.Join(v.Untrusted, " ")
		if got == "" {
			got = string(v.Status)
		}
		if want = strings.TrimSpace(want); got != want {
			t.Errorf("%s: got %s, want %s; %v %v", source, got, want, v.Findings, m.Issues)
		}
		rows++
	}
	if rows < 70 {
		t.Errorf("got %d programs", rows)
	}
}
