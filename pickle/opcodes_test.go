package pickle

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// arguments maps pickletools' names of argument kinds to ours.
var arguments = map[string]Argument{
	"": NoArgument, "uint1": Uint1, "uint2": Uint2, "int4": Int4, "uint4": Uint4, "uint8": Uint8, "float8": Float8,
	"stringnl_noescape": Line, "stringnl_noescape_pair": TwoLines, "decimalnl_short": DecimalLine, "decimalnl_long": DecimalLine,
	"floatnl": DecimalLine, "stringnl": QuotedLine, "unicodestringnl": EscapedLine,
	"bytes1": Counted1, "bytes4": Counted4, "bytes8": Counted8, "bytearray8": Counted8, "string1": Counted1, "string4": CountedInt4,
	"unicodestring1": CountedText1, "unicodestring4": CountedText4, "unicodestring8": CountedText8, "long1": CountedLong1, "long4": CountedLong4,
}

// TestOpcodeTable compares the table row by row with what CPython's
// pickletools says (testdata/oracle/make_tables.py wrote that down).
func TestOpcodeTable(t *testing.T) {
	raw, err := os.ReadFile("../testdata/oracle/opcodes.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Name          string
		Code          int
		Proto         uint8
		Arg           *string
		Before, After []string
	}
	var wrapped struct{ Opcodes json.RawMessage }
	if json.Unmarshal(raw, &wrapped) == nil && wrapped.Opcodes != nil {
		raw = wrapped.Opcodes
	}
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 68 || len(Opcodes()) != 68 {
		t.Fatalf("got %d rows and %d of pickletools, want 68", len(Opcodes()), len(rows))
	}
	for _, want := range rows {
		got := byCode[want.Code]
		kind := ""
		if want.Arg != nil {
			kind = *want.Arg
		}
		argument, known := arguments[kind]
		if got.Name != want.Name || got.Protocol != want.Proto || !known || got.Argument != argument {
			t.Errorf("%#x: got %+v, want %s, protocol %d, argument %q", want.Code, got, want.Name, want.Proto, kind)
		}
		before, after, ok := strings.Cut(got.Stack, "--")
		if strings.HasSuffix(got.Name, "PUT") { // pickletools leaves out what they look at
			before, after = "", ""
		}
		if !ok || arity(before) != len(want.Before) || len(strings.Fields(after)) != len(want.After) {
			t.Errorf("%s: got stack %q, want %q -- %q", got.Name, got.Stack, want.Before, want.After)
		}
		if got.Doc == "" || !strings.HasSuffix(got.Doc, ".") {
			t.Errorf("%s: got doc %q", got.Name, got.Doc)
		}
	}
}

// arity counts what an opcode takes; "mark ..." is one mark and one slice, as in pickletools.
func arity(before string) int { return len(strings.Fields(before)) }

// TestEveryOpcodeHasACase runs every byte as an opcode on a rich stack: the
// machine knows those of the table and no others.
func TestEveryOpcodeHasACase(t *testing.T) {
	for code := range 256 {
		program := append([]byte("]}](N)"), byte(code))
		program = append(program, strings.Repeat("\x00", 16)...)
		d := NewDecoder(NewReader(strings.NewReader(string(program)), 0), Limits{}, nil)
		_, err := d.Decode()
		var located *Error
		unknown := errors.Is(err, ErrOpcode) && errors.As(err, &located) && located.Offset == 6
		if known := byCode[code].Name != ""; known == unknown {
			t.Errorf("%#x: known %v, but got %v", code, known, err)
		}
	}
}

// TestPython3Names compares the tables of names with CPython's _compat_pickle.
func TestPython3Names(t *testing.T) {
	raw, err := os.ReadFile("../testdata/oracle/compat.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Import map[string]string
		Name   [][4]string
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if len(python3Modules) != len(want.Import) || len(python3Names) != len(want.Name) {
		t.Errorf("got %d modules and %d names, want %d and %d", len(python3Modules), len(python3Names), len(want.Import), len(want.Name))
	}
	for from, to := range want.Import {
		if module, name := Python3Name(from, "x y"); module != to || name != "x y" {
			t.Errorf("module %s: got %s, want %s", from, module, to)
		}
	}
	for _, n := range want.Name {
		if module, name := Python3Name(n[0], n[1]); module != n[2] || name != n[3] {
			t.Errorf("%s.%s: got %s.%s, want %s.%s", n[0], n[1], module, name, n[2], n[3])
		}
	}
}

// TestOpcodeTableFresh compares the checked-in facts with the pickletools of
// the Python that is installed, where one is.
func TestOpcodeTableFresh(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	script := "import pickletools\nfor o in pickletools.opcodes:\n" +
		"    print(ord(o.code), o.name, o.proto, o.arg.name if o.arg else '-')"
	out, err := exec.Command(python, "-c", script).Output()
	if err != nil {
		t.Skipf("python3 does not run: %v", err)
	}
	rows := 0
	for line := range strings.Lines(string(out)) {
		var code, protocol int
		var name, kind string
		if _, err := fmt.Sscan(line, &code, &name, &protocol, &kind); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got := byCode[code]
		if got.Name != name || int(got.Protocol) != protocol || got.Argument != arguments[strings.Trim(kind, "-")] {
			t.Errorf("%#x: got %+v, want %s", code, got, line)
		}
		rows++
	}
	if rows != len(opcodeRows) {
		t.Errorf("got %d opcodes, pickletools has %d", len(opcodeRows), rows)
	}
}
