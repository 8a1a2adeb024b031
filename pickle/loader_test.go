package pickle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// boxes is a Loader whose mod.Box is followed by what after reads.
func boxes(after func(*Built) error) *Loader {
	return &Loader{Watch: func(module, qualname string) bool { return module == "mod" && qualname == "Box" }, AfterBuild: after}
}

const (
	makeBox  = "GLOBAL mod Box\nEMPTY_TUPLE\nNEWOBJ\n" // 9 + 2 bytes
	buildBox = makeBox + "EMPTY_DICT\nBUILD\n"
)

// load assembles and decodes one program with the loader, and prints it.
func load(t *testing.T, source string, loader *Loader) string {
	t.Helper()
	program, err := assemble(source)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewDecoder(NewReader(bytes.NewReader(program), 0), Limits{}, loader).Decode()
	return show(p, err)
}

// replaceBy reads n bytes in the instance's place.
func replaceBy(n int64) func(*Built) error {
	return func(b *Built) error {
		return b.Beyond(func() error {
			data, err := b.Data(n)
			if err != nil {
				return err
			}
			return b.Replace(data)
		})
	}
}

func TestAfterBuild(t *testing.T) {
	for _, test := range []struct {
		name, source string
		after        func(*Built) error
		want         string
	}{
		{"data in the stream", buildBox + `RAW "raw!"` + "\nTUPLE1\nSTOP", replaceBy(4), `
&1 (&2 inline &3 mod.Box(){state &4 {}} = b""…4 bytes, 4 characters)
import @0 mod.Box x1
new @10 mod.Box ()
state @12 &1 mod.Box(){state &2 {}} *2
state @12 &1 mod.Box(){state &2 {}} b""…4 bytes, 4 characters`},
		{"no data at all", buildBox + "STOP", replaceBy(0), `
&1 inline &2 mod.Box(){state &3 {}} = b""
import @0 mod.Box x1
new @10 mod.Box ()
state @12 &1 mod.Box(){state &2 {}} *2
state @12 &1 mod.Box(){state &2 {}} b""`},
		{"data past the end", buildBox + `RAW "raw"`, replaceBy(4), `
error pickle: BUILD at byte 12: the data ends here
import @0 mod.Box x1
new @10 mod.Box ()
state @12 &1 mod.Box(){state &2 {}} *2`},
		{"the memo keeps the instance", makeBox + "BINPUT 0\nEMPTY_DICT\nBUILD\n" + `RAW "raw"` + "\nBINGET 0\nTUPLE2\nSTOP", replaceBy(3), `
&1 (&2 inline &3 mod.Box(){state &4 {}} = b""…3 bytes, 3 characters, *3)
import @0 mod.Box x1
new @10 mod.Box ()
state @14 &1 mod.Box(){state &2 {}} *2
state @14 &1 mod.Box(){state &2 {}} b""…3 bytes, 3 characters`},
		{"another class", "GLOBAL mod Bag\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nBUILD\nSTOP", replaceBy(4), `
&1 mod.Bag(){state &2 {}}
import @0 mod.Bag x1
new @10 mod.Bag ()
state @12 &1 mod.Bag(){state &2 {}} *2`},
		{"a class that is no instance", "GLOBAL mod Box\nEMPTY_DICT\nBUILD\nSTOP", replaceBy(4), `
mod.Box
import @0 mod.Box x1
state @10 mod.Box &1 {}`},
		{"by copyreg", "GLOBAL copy_reg _reconstructor\nGLOBAL mod Box\nNONE\nNONE\nTUPLE3\nREDUCE\nEMPTY_DICT\nBUILD\n" + `RAW "ab"` + "\nSTOP", replaceBy(2), `
&1 inline &2 copyreg._reconstructor ("copy_reg._reconstructor")&4 (mod.Box, None, None){state &3 {}} = b""…2 bytes, 2 characters
import @0 copyreg._reconstructor ("copy_reg._reconstructor") x1
import @25 mod.Box x1
call @37 copyreg._reconstructor ("copy_reg._reconstructor") &1 (mod.Box, None, None)
state @39 &1 copyreg._reconstructor ("copy_reg._reconstructor")&3 (mod.Box, None, None){state &2 {}} *2
state @39 &1 copyreg._reconstructor ("copy_reg._reconstructor")&3 (mod.Box, None, None){state &2 {}} b""…2 bytes, 2 characters`},
		{"an error of the loader's own", buildBox + "STOP", func(*Built) error { return ErrArgument }, `
error pickle: BUILD at byte 12: malformed argument
import @0 mod.Box x1
new @10 mod.Box ()
state @12 &1 mod.Box(){state &2 {}} *2`},
		{"a use", buildBox + "STOP", func(b *Built) error { return b.Use(b.Target, emptyTuple) }, `
&1 mod.Box(){state &2 {}}
import @0 mod.Box x1
new @10 mod.Box ()
state @12 &1 mod.Box(){state &2 {}} *2
new @12 &1 mod.Box(){state &2 {}} ()`},
	} {
		want := strings.TrimSpace(test.want)
		if got := strings.TrimSpace(load(t, test.source, boxes(test.after))); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// TestBeyond puts the raw bytes behind the frame in which the instance is
// built, where a loader written in Python has read to.
func TestBeyond(t *testing.T) {
	inside := buildBox + "MEMOIZE\nNONE\nTUPLE2\n" // 13 + 3 bytes
	source := "FRAME 18\n" + "MARK\nPOP\n" + inside + `RAW "raw!"` + "\nSTOP"
	got := load(t, source, boxes(func(b *Built) error {
		if !b.InFrame() || !b.Seekable() || b.Offset() != 9+2+13 {
			t.Errorf("got in frame %v, seekable %v, offset %d", b.InFrame(), b.Seekable(), b.Offset())
		}
		return replaceBy(4)(b)
	}))
	if !strings.HasPrefix(got, "&1 (&2 inline &3 mod.Box(){state &4 {}} = b\"\"…4 bytes, 4 characters, None)\n") {
		t.Errorf("got %s", got)
	}
	// The frame ends right behind BUILD: the bytes lie between frames.
	got = load(t, "FRAME 13\n"+buildBox+`RAW "raw!"`+"\nFRAME 1\nSTOP", boxes(func(b *Built) error {
		if b.InFrame() {
			t.Error("got in a frame, which has ended")
		}
		return replaceBy(4)(b)
	}))
	if !strings.HasPrefix(got, "&1 inline ") || strings.Contains(got, "note") {
		t.Errorf("got %s", got)
	}
	// Behind what was read nothing follows, and the frame's end is no STOP.
	got = load(t, "FRAME 14\n"+buildBox+"NONE\n"+`RAW "raw!"`, boxes(replaceBy(4)))
	if !strings.HasPrefix(got, "error pickle: STOP at byte 27: the data ends here\n") {
		t.Errorf("got %s", got)
	}
	// What an opcode reads behind the frame stands behind what the loader read: "\araw" is that.
	got = load(t, "FRAME 14\n"+buildBox+"BININT1 7\n"+`RAW "raw!"`+"\nSTOP", boxes(replaceBy(4)))
	if !strings.HasPrefix(got, "33\nnote @22 an opcode crosses") {
		t.Errorf("got %s", got)
	}
	// Twice in one frame: the second goes on where the first ended.
	var offsets []int64
	got = load(t, "FRAME 28\n"+buildBox+buildBox+"TUPLE2\nNONE\n"+`RAW "raw!RAW?"`+"\nPOP\nSTOP", boxes(func(b *Built) error {
		return b.Beyond(func() error {
			offsets = append(offsets, b.Offset())
			_, err := b.Data(4)
			return err
		})
	}))
	if !strings.HasPrefix(got, "&1 (") || len(offsets) != 2 || offsets[0] != 37 || offsets[1] != 41 {
		t.Errorf("got offsets %d and %s", offsets, got)
	}
	failing := errors.New("no")
	got = load(t, "FRAME 15\n"+buildBox+"NONE\nSTOP", boxes(func(b *Built) error { return b.Beyond(func() error { return failing }) }))
	if !strings.HasPrefix(got, "error pickle: BUILD at byte 21: no\n") {
		t.Errorf("got %s", got)
	}
}

func TestBuiltBytes(t *testing.T) {
	after := func(b *Built) error {
		n, err := b.Byte()
		if err != nil {
			return err
		}
		raw, err := b.Bytes(int(n))
		if err == nil && string(raw) != strings.Repeat("\xff", int(n)) {
			t.Errorf("got %q", raw)
		}
		return err
	}
	for program, want := range map[string]string{
		`RAW "\x03\xff\xff\xff."`: "&1 mod.Box(){state &2 {}}",
		`RAW "\x00."`:             "&1 mod.Box(){state &2 {}}",
		`RAW "\x03\xff"`:          "error pickle: BUILD at byte 12: the data ends here",
		"":                        "error pickle: BUILD at byte 12: the data ends here",
	} {
		if got := load(t, buildBox+program, boxes(after)); !strings.HasPrefix(got, want+"\n") {
			t.Errorf("%s: got %s, want %s", program, got, want)
		}
	}
	program, _ := assemble(buildBox + "STOP")
	stream := NewStreamReader(iotest.OneByteReader(bytes.NewReader(program)))
	loader := boxes(func(b *Built) error {
		if b.Seekable() {
			t.Error("got a stream that can be read anywhere")
		}
		return nil
	})
	if _, err := NewDecoder(stream, Limits{}, loader).Decode(); err != nil {
		t.Error(err)
	}
}

func TestNested(t *testing.T) {
	for _, test := range []struct {
		name, source string
		how          Nesting
		want         string // the beginning of what is left
		inFrame      bool
		mixed        bool
	}{
		{"plain", buildBox + "BININT1 5\nSTOP\nTUPLE1\nSTOP", Nesting{}, "&1 (&2 inline &3 mod.Box(){state &4 {}} = 5)", false, false},
		{"its own memo", makeBox + "BINPUT 0\nEMPTY_DICT\nBUILD\nBINGET 0\nSTOP", Nesting{}, "error pickle: BINGET at byte 15: no such memo entry", false, false},
		{"its own stack", buildBox + "STOP\nSTOP", Nesting{}, "error pickle: STOP at byte 13: too few objects on the stack", false, false},
		{"its own marks", "MARK\n" + buildBox + "TUPLE\nSTOP", Nesting{}, "error pickle: TUPLE at byte 14: no mark on the stack", false, false},
		{"the outer memo is back", makeBox + "BINPUT 0\nEMPTY_DICT\nBUILD\nNONE\nBINPUT 0\nSTOP\nBINGET 0\nTUPLE2\nSTOP", Nesting{},
			"&1 (&2 inline &3 mod.Box(){state &4 {}} = None, *3)", false, false},
		{"the outer marks are back", "MARK\n" + buildBox + "MARK\nNONE\nSTOP\nTUPLE\nSTOP", Nesting{},
			"&1 (&2 inline &3 mod.Box(){state &4 {}} = None)", false, false},
		{"names of its own protocol", "PROTO 4\n" + buildBox + "GLOBAL commands x\nSTOP\nSTOP", Nesting{},
			`&1 inline &2 mod.Box(){state &3 {}} = subprocess.x ("commands.x")`, false, true},
		{"names of the outer protocol", "PROTO 4\n" + buildBox + "GLOBAL commands x\nSTOP\nSTOP", Nesting{OuterNames: true},
			"&1 inline &2 mod.Box(){state &3 {}} = commands.x", false, true},
		{"protocols alike", "PROTO 4\n" + buildBox + "PROTO 5\nNONE\nSTOP\nSTOP", Nesting{}, "&1 inline &2 mod.Box(){state &3 {}} = None", false, false},
		{"STOP before the frame's end", buildBox + "FRAME 4\nNONE\nSTOP\n" + `RAW "\xff\xff"` + "\nSTOP", Nesting{ToFrameEnd: true},
			"&1 inline &2 mod.Box(){state &3 {}} = None", true, false},
		{"the frame's rest as opcodes", buildBox + "FRAME 4\nNONE\nSTOP\nNONE\nTUPLE2\nSTOP", Nesting{},
			"&1 (&2 inline &3 mod.Box(){state &4 {}} = None, None)", true, false},
		{"a frame past the end", buildBox + "FRAME 40\nNONE\nSTOP\nSTOP", Nesting{ToFrameEnd: true},
			"error pickle: STOP at byte 23: the data ends here", true, false},
		{"no nested loader", buildBox + buildBox + "STOP\nSTOP", Nesting{},
			"&1 inline &2 mod.Box(){state &3 {}} = &4 mod.Box(){state &5 {}}", false, false},
		{"what it does is recorded", buildBox + "GLOBAL os system\nEMPTY_TUPLE\nREDUCE\nPOP\nNONE\nSTOP\nSTOP", Nesting{},
			"&1 inline &2 mod.Box(){state &3 {}} = None\nimport @0 mod.Box x1\nimport @13 os.system x1\n", false, false},
		{"also where it fails", buildBox + "GLOBAL os system\nEMPTY_TUPLE\nREDUCE\nBINGET 1\n", Nesting{},
			"error pickle: BINGET at byte 26: no such memo entry\nimport @0 mod.Box x1\nimport @13 os.system x1\n", false, false},
	} {
		how := test.how
		got := load(t, test.source, boxes(func(b *Built) error {
			nested, err := b.Nested(&how)
			if err != nil {
				return err
			}
			return b.Replace(nested)
		}))
		if !strings.HasPrefix(got, test.want) || how.InFrame != test.inFrame || how.Mixed != test.mixed {
			t.Errorf("%s: got in frame %v, mixed %v,\n%s\nwant %v, %v,\n%s", test.name, how.InFrame, how.Mixed, got, test.inFrame, test.mixed, test.want)
		}
	}
}

// TestBuiltProgram looks at the graph from inside AfterBuild.
func TestBuiltProgram(t *testing.T) {
	source := makeBox + "EMPTY_DICT\nSHORT_BINUNICODE \"n\"\nBININT1 3\nSETITEM\nBUILD\nSTOP"
	load(t, source, boxes(func(b *Built) error {
		p := b.Program()
		class, ok := p.ClassOf(b.Target)
		if !ok || class.Qualname != "Box" {
			t.Errorf("got class %+v", class)
		}
		for state := range p.States(b.Target) {
			for key, value := range p.Pairs(state) {
				if n, ok := p.Int(value); !ok || n != 3 || !p.TextIs(key, "n") {
					t.Errorf("got %v: %v", key, value)
				}
				return nil
			}
		}
		t.Error("got no state")
		return nil
	}))
}

// TestReset holds that nothing of one input is seen in the next.
func TestReset(t *testing.T) {
	first, _ := assemble("GLOBAL copyreg add_extension\nSHORT_BINUNICODE \"os\"\nSHORT_BINUNICODE \"system\"\nBININT1 9\nTUPLE3\nREDUCE\nMEMOIZE\nSTOP")
	second, _ := assemble("EXT1 9\nBINGET 0\nSTOP")
	d := NewDecoder(NewReader(bytes.NewReader(first), 0), Limits{}, &Loader{Watch: func(string, string) bool { return false }, KeepMemo: true})
	if _, err := d.Decode(); err != nil {
		t.Fatal(err)
	}
	r := NewReader(bytes.NewReader(second), 0)
	d.Reset(r, Limits{}, &Loader{Watch: func(string, string) bool { return false }, KeepMemo: true})
	p, err := d.Decode()
	if g := p.Globals(); !errors.Is(err, ErrMemo) || len(g) != 1 || g[0].Kind != Extension {
		t.Errorf("got %v, %+v", err, g)
	}
	if _, err := d.Decode(); err != io.EOF {
		t.Errorf("got %v behind an error, want io.EOF", err)
	}
	r.Reset(bytes.NewReader(first), 0)
	d.Reset(r, Limits{}, nil)
	if p, err := d.Decode(); err != nil || p.Calls != 1 {
		t.Errorf("got %d calls, %v", p.Calls, err)
	}
	r.ResetStream(bytes.NewReader(first))
	d.Reset(r, Limits{}, nil)
	if p, err := d.Decode(); err != nil || p.Calls != 1 {
		t.Errorf("from a stream: got %d calls, %v", p.Calls, err)
	}
}

// TestExtensionCache holds that an entry of copyreg that was looked up stays
// under its code, and that the one made later is named all the same.
func TestExtensionCache(t *testing.T) {
	add := "GLOBAL copyreg add_extension\nSHORT_BINUNICODE \"mod\"\nSHORT_BINUNICODE %q\nBININT1 9\nTUPLE3\nREDUCE\nPOP\n"
	use := "EXT1 9\nEMPTY_TUPLE\nREDUCE\n"
	empty := "GLOBAL copyreg clear_extension_cache\nEMPTY_TUPLE\nREDUCE\nPOP\n"
	for _, tc := range []struct{ text, called string }{
		{fmt.Sprintf(add, "first") + use + fmt.Sprintf(add, "second") + use, "first first"},
		{fmt.Sprintf(add, "first") + use + fmt.Sprintf(add, "second") + empty + use, "first second"},
		{fmt.Sprintf(add, "first") + fmt.Sprintf(add, "second") + use, "second"},
	} {
		program, _ := assemble(tc.text + "STOP")
		p, err := NewDecoder(NewReader(bytes.NewReader(program), 0), Limits{}, nil).Decode()
		if err != nil {
			t.Fatal(err)
		}
		var called []string
		for e := range p.Events() {
			if g, ok := p.Global(e.Subject); ok && e.Kind == Reduce && g.Module == "mod" {
				called = append(called, g.Qualname)
			}
		}
		second := slices.ContainsFunc(p.Globals(), func(g Global) bool { return g.Qualname == "second" })
		if got := strings.Join(called, " "); got != tc.called || !second {
			t.Errorf("got calls of %q, want %q; second named: %v", got, tc.called, second)
		}
	}
}

// TestReaderErrors holds that an I/O error is told from the end of the input.
func TestReaderErrors(t *testing.T) {
	broken := errors.New("broken disk")
	for _, program := range []string{"", "NN", "X\x10\x00\x00\x00abc", "cos", "B\x00\x00\x00\x01abc"} {
		r := NewStreamReader(io.MultiReader(strings.NewReader(program), iotest.ErrReader(broken)))
		_, err := NewDecoder(r, Limits{}, nil).Decode()
		if !errors.Is(err, broken) || !errors.Is(r.Err(), broken) {
			t.Errorf("%q: got %v and %v, want %v", program, err, r.Err(), broken)
		}
	}
	r := NewReader(badFile{strings.NewReader("B\x00\x00\x00\x01" + strings.Repeat("a", 100)), broken}, 0)
	if _, err := NewDecoder(r, Limits{}, nil).Decode(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// badFile fails behind its data instead of ending.
type badFile struct {
	io.ReaderAt
	err error
}

func (f badFile) ReadAt(b []byte, offset int64) (int, error) {
	n, err := f.ReaderAt.ReadAt(b, offset)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestReaderOffset(t *testing.T) {
	data := "junkK\x05.tail"
	p, err := NewDecoder(NewReader(strings.NewReader(data), 4), Limits{}, nil).Decode()
	if err != nil || p.Start != 4 || p.End != 7 {
		t.Errorf("got %d to %d, %v, want 4 to 7", p.Start, p.End, err)
	}
	r := NewReader(strings.NewReader(data), 100)
	if _, err := NewDecoder(r, Limits{}, nil).Decode(); err != io.EOF {
		t.Errorf("past the end: got %v, want io.EOF", err)
	}
}

func TestNamesAlone(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"nothing is run", "POP\nSTACK_GLOBAL\nGLOBAL mod Box\nBINGET 7\nREDUCE\n" + `RAW "\xff"`, `
error pickle: 0xff at byte 14: no such opcode
import @2 mod.Box x1`},
		{"behind STOP", "NONE\nSTOP\nGLOBAL mod Box", `
error pickle: GLOBAL at byte 2: the data ends here
import @2 mod.Box x1`},
		{"INST calls", "INST mod Box\n" + `RAW "i\xc3\xa9\nx\n"`, `
error pickle: INST at byte 9: the data ends here
import @0 mod.Box x1
import @9 é.x x1
inst @0 mod.Box ()
inst @9 é.x ()`},
		{"names of Python 2 are mapped below protocol 3", "GLOBAL __builtin__ eval\nPROTO 4\nGLOBAL __builtin__ eval", `
error pickle: GLOBAL at byte 20: the data ends here
import @0 builtins.eval ("__builtin__.eval") x1
import @20 __builtin__.eval x1`},
		{"what is no text, and no module", `RAW "c\xff\nx\nc\nx\n"` + "\nGLOBAL mod Box", `
error pickle: GLOBAL at byte 9: the data ends here
import @9 mod.Box x1`},
		{"a line that the input's end cuts", `RAW "cmod\nBoxy"`, `
error pickle: GLOBAL at byte 0: the data ends here
note @0 a line ends with the file
import @0 mod.Box x1`},
		{"an argument that the input's end cuts", "GLOBAL mod Box\n" + `RAW "X\xff"`, `
error pickle: BINUNICODE at byte 9: the data ends here
import @0 mod.Box x1`},
	} {
		watch := func(string, string) bool { return false }
		got := load(t, test.source, &Loader{Watch: watch, NamesAlone: true})
		if strings.TrimSpace(got) != strings.TrimSpace(test.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}
