package pickle

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestDis(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"numbers", "PROTO 4\nFRAME -1\nBININT -2\nBININT2 65535\nLONG_BINPUT 4294967295\nEXT4 -1\nSTOP", `
       0: PROTO            4
       2: FRAME            18446744073709551615
      11: BININT           -2
      16: BININT2          65535
      19: LONG_BINPUT      4294967295
      24: EXT4             -1
      29: STOP`},
		{"lines", "GLOBAL os system\nINT 12\nLONG 3L\nFLOAT 1.5e3\nINT  0x10\nSTRING 'a\\n'\nUNICODE \\u0041\nPERSID x\nINST a b.c\nSTOP", `
       0: GLOBAL           "os" "system"
      11: INT              12
      15: LONG             3L
      19: FLOAT            1.5e3
      26: INT              " 0x10"
      33: STRING           "'a\\n'"
      40: UNICODE          "\\u0041"
      48: PERSID           "x"
      51: INST             "a" "b.c"
      58: STOP`},
		{"counted", `LONG1 ""` + "\n" + `LONG1 "\xff\x7f"` + "\n" + `LONG4 "123456789"` + "\n" + `SHORT_BINBYTES "\x1b[2J"` + "\n" +
			`SHORT_BINUNICODE "é"` + "\n" + "BINFLOAT 0.1\nSTOP", `
       0: LONG1            ""
       2: LONG1            32767
       6: LONG4            "123456789"
      20: SHORT_BINBYTES   "\x1b[2J"
      26: SHORT_BINUNICODE "\u00e9"
      30: BINFLOAT         0.1
      39: STOP`},
		{"several", "NONE\nSTOP\nMARK\nTUPLE\nSTOP", `
       0: NONE
       1: STOP
       2: MARK
       3: TUPLE
       4: STOP`},
	} {
		program, err := assemble(test.source)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := Dis(&out, NewReader(bytes.NewReader(program), 0)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := strings.TrimSpace(out.String()); got != strings.TrimSpace(test.want) {
			t.Errorf("%s: got\n%s\nwant%s", test.name, got, test.want)
		}
	}
}

// TestDisIsShort holds that an argument of any length takes one short line.
func TestDisIsShort(t *testing.T) {
	long := strings.Repeat("\x1b", 1000)
	for program, want := range map[string]string{
		"c" + long + "\n" + long + "x\n.": `... 1000 bytes "` + strings.Repeat(`\x1b`, 64) + `"... 1001 bytes`,
		"X\xe8\x03\x00\x00" + long + ".":  `... 1000 bytes`,
		"I" + long + "\n.":                `... 1000 bytes`,
		"\x8a\xff" + long[:255] + ".":     `... 255 bytes`,
	} {
		var out strings.Builder
		if err := Dis(&out, NewReader(strings.NewReader(program), 0)); err != nil {
			t.Error(err)
		}
		first, _, _ := strings.Cut(out.String(), "\n")
		if !strings.HasSuffix(first, want) || len(first) > 700 {
			t.Errorf("got %s, want it to end in %s", first, want)
		}
	}
}

// TestDisIsPlain holds that nothing but printable ASCII and line feeds is
// written for any file of testdata, and that an error is where it should be.
func TestDisIsPlain(t *testing.T) {
	everyFile(t, 64<<10, func(name string, data []byte) {
		var out bytes.Buffer
		err := Dis(&out, NewReader(bytes.NewReader(data), 0))
		var located *Error
		if err != nil && !errors.As(err, &located) {
			t.Errorf("%s: %v", name, err)
		}
		for _, c := range out.Bytes() {
			if c != '\n' && (c < ' ' || c > '~') {
				t.Fatalf("%s: byte %#x in the output", name, c)
			}
		}
	}, "../testdata/hostile", "../testdata/models/pickle")
}

// full is a writer that fails after some bytes.
type full struct{ left int }

var errFull = errors.New("full")

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestDisWriteError(t *testing.T) {
	program := strings.Repeat("N0", 10_000) + "N."
	for _, left := range []int{0, 5000, 200_000} {
		if err := Dis(&full{left}, NewReader(strings.NewReader(program), 0)); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: got %v, want %v", left, err, errFull)
		}
	}
	if err := Dis(&full{1000}, NewReader(strings.NewReader("N\xff"), 0)); !errors.Is(err, ErrOpcode) {
		t.Errorf("got %v, want %v", err, ErrOpcode)
	}
}
