package pickle

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

var update = flag.Bool("update", false, "rewrite the results in testdata/machine")

// TestMachine runs the chunks of testdata/machine. A chunk is a comment, an
// assembler program, "=>", and what the program leaves and does; chunks are
// parted by "---". Several programs of a chunk are shown one after another.
// testdata/machine/check.py has CPython do the same.
func TestMachine(t *testing.T) {
	files, err := filepath.Glob("../testdata/machine/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no chunks: %v", err)
	}
	used := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		chunks := strings.Split(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n---\n")
		for i, chunk := range chunks {
			source, want, _ := strings.Cut(strings.TrimRight(chunk, "\n")+"\n", "=>\n")
			program, err := assemble(source)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			for line := range strings.Lines(source) {
				used[strings.Fields(line + " x")[0]] = true
			}
			got := runAll(NewReader(bytes.NewReader(program), 0))
			if strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") && !*update {
				t.Errorf("%s, chunk %d:\n%sgot\n%swant\n%s", file, i+1, source, got, want)
			}
			if again := runAll(NewStreamReader(iotest.OneByteReader(bytes.NewReader(program)))); again != got {
				t.Errorf("%s, chunk %d: byte by byte got\n%swant\n%s", file, i+1, again, got)
			}
			chunks[i] = source + "=>\n" + strings.TrimRight(got, "\n")
		}
		if *update {
			if err := os.WriteFile(file, []byte(strings.Join(chunks, "\n---\n")+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, op := range Opcodes() {
		if !used[op.Name] {
			t.Errorf("no chunk uses %s", op.Name)
		}
	}
}

// runAll decodes every program of an input and prints each.
func runAll(r *Reader) string {
	var b strings.Builder
	d := NewDecoder(r, Limits{}, nil)
	for {
		p, err := d.Decode()
		if err == io.EOF {
			return b.String()
		}
		b.WriteString(show(p, err))
	}
}

func decode(program string, limits Limits) (*Program, error) {
	return NewDecoder(NewReader(strings.NewReader(program), 0), limits, nil).Decode()
}

func TestLimits(t *testing.T) {
	many := strings.Repeat("(", 1<<20)
	for _, test := range []struct {
		name    string
		program string
		limits  Limits
		want    string
	}{
		{"opcodes", many, Limits{MaxOpcodes: 1000}, "MaxOpcodes"},
		{"memory by lists", strings.Repeat("]", 1<<20), Limits{MaxMemory: 1 << 20}, "MaxMemory"},
		{"memory by text", strings.Repeat("\x8c\xff"+strings.Repeat("x", 255), 1<<13), Limits{MaxMemory: 1 << 20}, "MaxMemory"},
		{"memory by memo", "N" + strings.Repeat("\x94", 1<<20), Limits{MaxMemory: 1 << 20}, "MaxMemory"},
		{"memory by names", func() string {
			var b strings.Builder
			for i := range 20000 {
				fmt.Fprintf(&b, "cm%d\nn\n", i)
			}
			return b.String()
		}(), Limits{MaxMemory: 1 << 20}, "MaxMemory"},
		{"deadline", "N.", Limits{Deadline: time.Unix(1, 0)}, "Deadline"},
	} {
		_, err := decode(test.program, test.limits)
		var limit *LimitError
		if !errors.As(err, &limit) || limit.Limit != test.want {
			t.Errorf("%s: got %v, want a LimitError of %s", test.name, err, test.want)
		}
	}
}

// TestDeclaredLengths holds that a number alone takes neither memory nor time.
func TestDeclaredLengths(t *testing.T) {
	for _, program := range []string{
		"B\xff\xff\xff\xff", "\x8e\xff\xff\xff\xff\xff\xff\xff\x7f", "X\xff\xff\xff\xff", "\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
		"T\xff\xff\xff\x7f", "\x8b\xff\xff\xff\x7f", "\x96\xff\xff\xff\xff\xff\xff\xff\x7f", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff",
		"Nr\xff\xff\xff\xff.", "Np99999999999999999999999999\n.", "\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
	} {
		d := NewDecoder(NewReader(strings.NewReader(program), 0), Limits{}, nil)
		d.Decode()
		if d.m.memory > 1<<20 {
			t.Errorf("%q: took %d bytes", program, d.m.memory)
		}
	}
}

// TestLoader reads raw bytes and a nested program between the opcodes.
func TestLoader(t *testing.T) {
	source := "\x80\x02cmod\nBox\n)\x81}X\x01\x00\x00\x00nK\x03sb" + "abc" + "\x80\x02cin\nner\n." + "\x85."
	loader := &Loader{
		Watch: func(module, qualname string) bool { return module == "mod" && qualname == "Box" },
		AfterBuild: func(b *Built) error {
			data, err := b.Data(3)
			if err != nil {
				return err
			}
			if d, ok := b.Program().Data(data); !ok || d.Size != 3 {
				t.Errorf("got data %+v", d)
			}
			nested, err := b.Nested(&Nesting{})
			if err != nil {
				return err
			}
			return b.Replace(nested)
		},
	}
	p, err := NewDecoder(NewReader(strings.NewReader(source), 0), Limits{}, loader).Decode()
	if err != nil {
		t.Fatal(err)
	}
	items, _ := p.Tuple(p.Root)
	instance, data, _, ok := p.Inline(items[0])
	class, _ := p.ClassOf(instance)
	inner, isName := p.Global(data)
	if !ok || !isName || class.Qualname != "Box" || inner.Qualname != "ner" {
		t.Errorf("got %s", show(p, nil))
	}
	p, err = NewDecoder(NewReader(strings.NewReader(source), 0), Limits{}, nil).Decode()
	if !errors.Is(err, ErrMark) && !errors.Is(err, ErrStack) && !errors.Is(err, ErrType) && !errors.Is(err, ErrOpcode) {
		t.Errorf("a plain reading takes the bytes for opcodes; got %v", show(p, err))
	}
}

func TestKeepMemo(t *testing.T) {
	source := "X\x02\x00\x00\x00osq\x00.h\x00X\x06\x00\x00\x00system\x93."
	keep := &Loader{Watch: func(string, string) bool { return false }, KeepMemo: true}
	d := NewDecoder(NewReader(strings.NewReader(source), 0), Limits{}, keep)
	var last *Program
	for {
		p, err := d.Decode()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		last = p
	}
	if g := last.Globals(); len(g) != 1 || g[0].Module != "os" || g[0].Qualname != "system" {
		t.Errorf("got %+v", g)
	}
}

func TestLongData(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	size := "\x40\x0d\x03\x00"
	for _, read := range []func(string) *Reader{
		func(s string) *Reader { return NewReader(strings.NewReader(s), 0) },
		func(s string) *Reader { return NewStreamReader(iotest.HalfReader(strings.NewReader(s))) },
	} {
		p, err := NewDecoder(read("X"+size+long+"."), Limits{}, nil).Decode()
		if err != nil {
			t.Fatal(err)
		}
		if d, _ := p.Data(p.Root); d.Size != 200_000 || d.Chars != 100_000 || d.Offset != 5 || d.Whole() {
			t.Errorf("got %d bytes, %d characters at %d", d.Size, d.Chars, d.Offset)
		}
		if _, err := NewDecoder(read("X"+size+long[:199_999]+"\xff."), Limits{}, nil).Decode(); !errors.Is(err, ErrText) {
			t.Errorf("got %v, want %v", err, ErrText)
		}
		if p, err = NewDecoder(read("S'"+strings.Repeat(`\x00\'`, 50_000)+"'\n."), Limits{}, nil).Decode(); err != nil {
			t.Fatal(err)
		}
		if d, _ := p.Data(p.Root); d.Size != 100_000 || p.Kind(p.Root) != ByteText {
			t.Errorf("got %d bytes of %v", d.Size, p.Kind(p.Root))
		}
	}
}
