package pycode

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// sample is a code object and what the dis module of its release says of it:
// testdata/oracle/make_opcodes.py.
type sample struct {
	Release, Name, Code, Lines, Marshal string
	Line                                int64
	Consts, Names, Locals, Cells, Free  []string
	Instructions                        [][]any
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
			if i.Says != "" {
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

// TestUnmarshal holds that a marshalled module has the code objects that
// Python says, and their instructions.
func TestUnmarshal(t *testing.T) {
	byRelease := map[string][]sample{}
	for _, s := range samples(t) {
		byRelease[s.Release] = append(byRelease[s.Release], s)
	}
	for release, list := range byRelease {
		data, err := hex.DecodeString(list[0].Marshal)
		if err != nil || len(data) == 0 {
			t.Fatal(err)
		}
		got, err := Unmarshal(data)
		if err != nil || len(got) != len(list) || !slices.Contains(got[0].Releases, release) {
			t.Errorf("%s: got %d functions, want %d; %v", release, len(got), len(list), err)
			continue
		}
		for _, f := range got {
			i := slices.IndexFunc(list, func(s sample) bool { return s.Name == f.Name && s.Line == f.FirstLine })
			if i < 0 {
				t.Errorf("%s: %s at line %d is none", release, f.Name, f.FirstLine)
				continue
			}
			want := list[i].code(t)
			if !slices.Equal(f.Code.Code, want.Code) || !slices.Equal(f.Names, want.Names) || !slices.Equal(f.Locals, want.Locals) ||
				!slices.Equal(f.Free, want.Free) || f.Filename != "model.py" || !slices.Equal(f.Lines, want.Lines) {
				t.Errorf("%s: %s: got %+v, want %+v", release, f.Name, f, want)
			}
			slices.Sort(f.Cells)
			slices.Sort(want.Cells)
			if !slices.Equal(f.Cells, want.Cells) || !slices.Equal(f.Consts, want.Consts) {
				t.Errorf("%s: %s: got cells %q and constants %q, want %q and %q", release, f.Name, f.Cells, f.Consts, want.Cells, want.Consts)
			}
			if !slices.Contains(Candidates(f.Code, f.Releases), release) {
				t.Errorf("%s: %s does not fit", release, f.Name)
			}
		}
	}
}

// TestUnmarshalShared holds that what is printed stays within its bound where
// one object stands in many places: constants in constants, and the same names
// in many functions.
func TestUnmarshalShared(t *testing.T) {
	tuple := func(count int, items ...string) string {
		return "(" + string(binary.LittleEndian.AppendUint32(nil, uint32(count))) + strings.Join(items, "")
	}
	ref := func(i uint32) string { return "r" + string(binary.LittleEndian.AppendUint32(nil, i)) }
	code := func(consts, names string) string {
		const empty = "s\x00\x00\x00\x00"
		return "c" + strings.Repeat("\x00", 20) + empty + consts + names + tuple(0) + strings.Repeat(empty, 4) + "\x00\x00\x00\x00" + empty + empty
	}
	long := "\xf3\xc8\x00\x00\x00" + strings.Repeat("a", 200)
	inner := "\xa8" + tuple(20, long, strings.Repeat(ref(2), 19))[1:]
	outer := "\xa8" + tuple(20, inner, strings.Repeat(ref(1), 19))[1:]
	names := "\xa8" + tuple(20_000, "\xda\x01a", strings.Repeat(ref(1), 19_999))[1:]
	for name, data := range map[string]string{
		"constants": code(tuple(20_000, outer, strings.Repeat(ref(0), 19_999)), tuple(0)),
		"names":     code(tuple(1001, code(tuple(0), names), strings.Repeat(code(tuple(0), ref(0)), 1000)), tuple(0)),
	} {
		list, err := Unmarshal([]byte(data))
		if err != nil || len(list) == 0 {
			t.Errorf("%s: got %d functions, %v", name, len(list), err)
		}
		size := 0
		for _, f := range list {
			for _, text := range slices.Concat(f.Consts, f.Names) {
				size += len(text) + 16
			}
		}
		if size < maxMarshalPrinted/2 || size > maxMarshalPrinted+100_000 {
			t.Errorf("%s: printed %d bytes", name, size)
		}
	}
	if _, err := Unmarshal([]byte(code(tuple(maxMarshalObjects, strings.Repeat("N", maxMarshalObjects)), tuple(0)))); err == nil {
		t.Error("any number of objects is read")
	}
}

// FuzzUnmarshal holds that any bytes are taken.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte("\xe3\x00\x00\x00\x00"))
	f.Add([]byte("c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00s\x01\x00\x00\x00S(\x01\x00\x00\x00N{N0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, function := range must(Unmarshal(data)) {
			for _, release := range function.Releases {
				Disassemble(function.Code, release)
			}
		}
	})
}

func must(list []Function, _ error) []Function { return list }

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
