package pycode

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// sample is a code object and what the dis module of its release says of it:
// testdata/oracle/make_opcodes.py.
type sample struct {
	Release, Name, Code, Lines         string
	Line                               int64
	Consts, Names, Locals, Cells, Free []string
	Instructions                       [][]any
}

func (s sample) code(t *testing.T) Code {
	t.Helper()
	code, err := hex.DecodeString(s.Code)
	lines, err2 := hex.DecodeString(s.Lines)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return Code{code, s.Consts, s.Names, s.Locals, s.Cells, s.Free, s.Line, lines}
}

func samples(t *testing.T) []sample {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/oracle/codes.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []sample
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestDisassemble compares instructions with what the dis module says, in
// every release that is known.
func TestDisassemble(t *testing.T) {
	seen := map[string]int{}
	for _, s := range samples(t) {
		got, err := Disassemble(s.code(t), s.Release)
		if err != nil {
			t.Errorf("%s in %s: %v", s.Name, s.Release, err)
		}
		if len(got) != len(s.Instructions) {
			t.Errorf("%s in %s: got %d instructions, want %d", s.Name, s.Release, len(got), len(s.Instructions))
		}
		for n := range min(len(got), len(s.Instructions)) {
			want := s.Instructions[n] // offset, name, argument, what it stands for, line
			i := got[n]
			arg, says, line := any(nil), any(nil), any(nil)
			if i.Arg >= 0 {
				arg = float64(i.Arg)
			}
			if i.Says != "" && i.Name != "BINARY_OP" { // dis says it elsewhere
				says = i.Says
			}
			if i.Line >= 0 {
				line = float64(i.Line)
			}
			if row := []any{float64(i.Offset), i.Name, arg, says, line}; fmt.Sprint(row) != fmt.Sprint(want) {
				t.Errorf("%s in %s: got %v, want %v", s.Name, s.Release, row, want)
				break
			}
		}
		seen[s.Release]++
	}
	for _, release := range Releases() {
		if seen[release] < 10 {
			t.Errorf("compared %d code objects of %s", seen[release], release)
		}
	}
}

// TestCandidates holds that code fits its own release, and how many others.
func TestCandidates(t *testing.T) {
	alone := 0
	for _, s := range samples(t) {
		fit := Candidates(s.code(t), Releases())
		if !slices.Contains(fit, s.Release) {
			t.Errorf("%s in %s: fits %v", s.Name, s.Release, fit)
		}
		if len(fit) == 1 {
			alone++
		}
	}
	if alone < 40 {
		t.Errorf("%d code objects fit one release alone", alone)
	}
}

// FuzzDisassemble holds that any bytes are taken, and all of them.
func FuzzDisassemble(f *testing.F) {
	f.Add([]byte("\x97\x00d\x00S\x00"), []byte("\x80\x00\xf0"), uint8(0))
	f.Add([]byte("d\x01\x00S"), []byte("\x00\x01"), uint8(8))
	f.Fuzz(func(t *testing.T, code, lines []byte, which uint8) {
		names := Releases()
		release := names[int(which)%len(names)]
		got, _ := Disassemble(Code{Code: code, Consts: []string{"None"}, Locals: []string{"x"}, FirstLine: 1, Lines: lines}, release)
		end := 0
		for _, i := range got {
			if i.Offset < end || i.Offset >= len(code) || i.Name == "" {
				t.Fatalf("%q at %d", i.Name, i.Offset)
			}
			end = i.Offset + 1
		}
		if len(code) > 0 && len(got) == 0 {
			t.Error("no instructions")
		}
	})
}
