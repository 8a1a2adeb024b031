package pickle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// fuzzLimits keep an execution short.
var fuzzLimits = Limits{MaxMemory: 64 << 20, MaxOpcodes: 1 << 20}

// seeds adds what testdata has of short programs: hostile files, files of
// Python and of libraries, and the chunks.
func seeds(f *testing.F) {
	f.Helper()
	everyFile(f, 4<<10, func(_ string, data []byte) { f.Add(data) }, "../testdata/hostile")
	for _, pattern := range []string{"python-*", "numpy-2*", "sklearn-1.9.1-*"} {
		files, _ := filepath.Glob("../testdata/models/pickle/" + pattern)
		for _, name := range files {
			if data, err := os.ReadFile(name); err == nil && len(data) < 2<<10 {
				f.Add(data)
			}
		}
	}
	everyFile(f, 1<<20, func(name string, data []byte) {
		if filepath.Ext(name) != ".txt" {
			return
		}
		for _, chunk := range strings.Split(string(data), "\n---\n") {
			source, _, _ := strings.Cut(chunk, "=>")
			if program, err := assemble(source); err == nil && len(program) < 2<<10 {
				f.Add(program)
			}
		}
	}, "../testdata/machine")
}

// hurry ends the process where a test does not end: a fuzzing worker that
// hangs is not told from one that has nothing to say.
func hurry() (done func() bool) {
	return time.AfterFunc(20*time.Second, func() { panic("this takes too long") }).Stop
}

// FuzzDecode holds that any bytes give programs and nothing but an *Error at
// their end, the same ones twice and however they are cut, within the limits.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		first := record(t, NewReader(bytes.NewReader(data), 0))
		if again := record(t, NewReader(bytes.NewReader(data), 0)); again != first {
			t.Errorf("the second reading gives\n%s\nand the first\n%s", again, first)
		}
		for name, cut := range map[string]io.Reader{
			"byte by byte":     iotest.OneByteReader(bytes.NewReader(data)),
			"in halves":        iotest.HalfReader(bytes.NewReader(data)),
			"with its EOF":     iotest.DataErrReader(bytes.NewReader(data)),
			"in random pieces": &pieces{bytes.NewReader(data), rand.New(rand.NewPCG(1, uint64(len(data))))},
		} {
			if stream := record(t, NewStreamReader(cut)); stream != first {
				t.Errorf("%s:\n%s\nwhole:\n%s", name, stream, first)
			}
		}
		if behind := record(t, NewReader(bytes.NewReader(append([]byte("12345"), data...)), 5)); behind != first {
			t.Errorf("behind other bytes:\n%s\nalone:\n%s", behind, first)
		}
	})
}

// pieces gives its data in reads of random sizes, some of them empty.
type pieces struct {
	io.Reader
	random *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	return p.Reader.Read(b[:p.random.IntN(min(len(b), 40)+1)])
}

// record prints what all programs of an input did, and holds each to what
// must be true of any.
func record(t *testing.T, r *Reader) string {
	d := NewDecoder(r, fuzzLimits, nil)
	var b strings.Builder
	end := r.Offset()
	for range 100 {
		p, err := d.Decode()
		if err == io.EOF {
			break
		}
		var located *Error
		if err != nil && !errors.As(err, &located) {
			t.Fatalf("got error %T %v", err, err)
		}
		if p.Start != end || p.End < p.Start || err != nil && (located.Offset < p.Start || located.Offset > p.End) {
			t.Fatalf("got a program from %d to %d behind %d, %v", p.Start, p.End, end, err)
		}
		end = p.End
		describe(&b, p)
		if fmt.Fprintf(&b, "%d opcodes\n", p.Opcodes); err != nil {
			fmt.Fprintf(&b, "%s %d %v\n", located.Op, located.Offset-p.Start, located.Err)
		}
		if d.m.memory > fuzzLimits.MaxMemory+1<<20 {
			t.Fatalf("took %d bytes", d.m.memory)
		}
		walk(t, p)
	}
	return b.String()
}

// describe prints names, events and notes of a program.
func describe(b *strings.Builder, p *Program) {
	for _, g := range p.Globals() {
		fmt.Fprintf(b, "%s %d\n", globalText(&g), g.Count)
	}
	for e := range p.Events() {
		fmt.Fprintf(b, "%d %d %v %v\n", e.Kind, e.Offset-p.Start, p.Kind(e.Subject), p.Kind(e.Detail))
	}
	for _, n := range p.Notes {
		fmt.Fprintf(b, "%d %d\n", n.Kind, n.Offset-p.Start)
	}
}

// walk asks everything of every value, a bounded number of them.
func walk(t *testing.T, p *Program) {
	seen := map[Value]bool{}
	todo := []Value{p.Root}
	for e := range p.Events() {
		todo = append(todo, e.Subject, e.Detail)
		if len(todo) > 1000 {
			break
		}
	}
	for len(todo) > 0 && len(seen) < 1000 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[v] || v == 0 {
			continue
		}
		seen[v] = true
		if k := p.Kind(v); k == Invalid || k > Buffer {
			t.Fatalf("value %#x is of kind %v", v, k)
		}
		todo = append(todo, parts(p, v)...)
		p.BigInt(v)
		p.Text(v)
		if d, ok := p.Data(v); ok && (int64(len(d.Head)) > d.Size || d.Chars > d.Size || d.Size < 0) {
			t.Fatalf("got data %+v", d)
		}
		p.ClassOf(v)
	}
}

// parts returns the values that v holds, up to a bound.
func parts(p *Program, v Value) (values []Value) {
	for item := range p.Items(v) {
		if values = append(values, item); len(values) > 100 {
			break
		}
	}
	for key, value := range p.Pairs(v) {
		if values = append(values, key, value); len(values) > 200 {
			break
		}
	}
	for state := range p.States(v) {
		if values = append(values, state); len(values) > 300 {
			break
		}
	}
	if call, ok := p.Call(v); ok {
		values = append(values, call.Subject, call.Detail)
	}
	if id, ok := p.PersistentID(v); ok {
		values = append(values, id)
	}
	return values
}

// FuzzAppend holds that bytes behind STOP take nothing away, and that those
// behind a place where a program fails for its stack do not either.
func FuzzAppend(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		text := func(data []byte) (string, int64, error) {
			var b strings.Builder
			p, err := NewDecoder(NewReader(bytes.NewReader(data), 0), fuzzLimits, nil).Decode()
			if p == nil {
				return "", 0, err
			}
			describe(&b, p)
			return b.String(), p.End, err
		}
		short, end, err := text(data)
		if err != nil && !errors.Is(err, ErrStack) && !errors.Is(err, ErrMark) && !errors.Is(err, ErrMemo) && !errors.Is(err, ErrType) {
			return
		}
		long, longEnd, longErr := text(append(bytes.Clone(data), "cos\nsystem\n)R."...))
		if (err == nil) != (longErr == nil) || err == nil && end != longEnd || long != short {
			t.Errorf("got end %d, %v, and\n%s\nwith more behind: %d, %v, and\n%s", end, err, short, longEnd, longErr, long)
		}
	})
}

// FuzzScanner holds that scanner and machine see the same opcodes at the same
// places, and that Dis writes printable ASCII alone, a line an opcode.
func FuzzScanner(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		defer hurry()()
		agree(t, "input", data)
		var out bytes.Buffer
		err := Dis(&out, NewReader(bytes.NewReader(data), 0))
		var located *Error
		if err != nil && !errors.As(err, &located) {
			t.Errorf("got error %T %v", err, err)
		}
		for _, c := range out.Bytes() {
			if c != '\n' && (c < ' ' || c > '~') {
				t.Fatalf("byte %#x in the output", c)
			}
		}
		if n := bytes.Count(out.Bytes(), []byte("\n")); n > len(data) || out.Len() > 40*n+700*len(data) {
			t.Errorf("got %d lines and %d bytes for %d bytes", n, out.Len(), len(data))
		}
	})
}
