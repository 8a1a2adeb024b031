package pickle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

// step is an opcode that the machine ran.
type step struct {
	offset int64
	code   byte
}

// trace decodes one program an opcode at a time and returns all that ran,
// the one included that failed.
func trace(d *Decoder) ([]step, *Program, error) {
	if d.failed || !d.r.fill(1) && d.r.err == nil {
		return nil, nil, io.EOF
	}
	m := &d.m
	m.reset(d)
	var steps []step
	var root Value
	one := func() (stopped bool, err error) {
		if err := m.refill(); err != nil {
			return false, err
		}
		m.soft = min(m.soft, m.r.pos+1)
		before := m.Opcodes
		more, err := m.burst()
		if m.Opcodes > before {
			steps = append(steps, step{m.at, m.op})
		}
		if err != nil || !more {
			return false, err
		}
		if m.op == opStop {
			root, err = m.stop()
			return true, err
		}
		return false, m.cold()
	}
	for {
		stopped, err := one()
		if err != nil {
			d.failed = true
			m.r.pos = min(m.r.pos, m.r.end)
			err = &Error{Offset: m.at, Op: opName(m.op), Err: err}
		}
		if err != nil || stopped {
			m.nodes.n = m.page*pageLen + m.np
			m.Program.End = m.r.Offset()
			m.Program.Root = root
			return steps, &m.Program, err
		}
	}
}

// agree compares what the machine runs with what a Scanner says of the same
// bytes. It returns how many opcodes were compared.
func agree(t *testing.T, name string, data []byte) int {
	t.Helper()
	s := NewScanner(NewReader(bytes.NewReader(data), 0))
	d := NewDecoder(NewReader(bytes.NewReader(data), 0), Limits{MaxMemory: 256 << 20, MaxOpcodes: 1 << 20}, nil)
	compared := 0
	for {
		steps, _, err := trace(d)
		if err == io.EOF {
			if in, err := s.Next(); err != io.EOF {
				t.Errorf("%s: the machine has ended and the scanner has %s at %d, %v", name, in.Opcode.Name, in.Offset, err)
			}
			return compared
		}
		for i, want := range steps {
			in, scanned := s.Next()
			compared++
			var located *Error
			if errors.As(scanned, &located) && located.Offset == want.offset && located.Op == opName(want.code) && i == len(steps)-1 && err != nil {
				return compared
			}
			if scanned != nil || in.Offset != want.offset || in.Opcode.Code != want.code {
				t.Errorf("%s: the scanner has %s at %d, %v; the machine ran %s at %d, %v",
					name, in.Opcode.Name, in.Offset, scanned, opName(want.code), want.offset, err)
				return compared
			}
		}
		if err == nil {
			continue
		}
		var failed, located *Error
		errors.As(err, &failed)
		if len(steps) > 0 && failed.Offset == steps[len(steps)-1].offset {
			return compared // what ran last failed, and the scanner knows nothing of that
		}
		if _, scanned := s.Next(); errors.Is(err, ErrTruncated) && (!errors.As(scanned, &located) || located.Offset != failed.Offset) {
			t.Errorf("%s: the scanner has %v, the machine %v", name, scanned, err)
		}
		return compared
	}
}

// everyFile calls do with every file of the folders that has at most most bytes.
func everyFile(t testing.TB, most int64, do func(name string, data []byte), folders ...string) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if info, err := entry.Info(); err != nil || info.Size() > most {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil {
				do(path, data)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestScannerAgrees holds that scanner and machine see the same opcodes at
// the same places in every file of testdata, whatever it is: a file that is
// no pickle, or a joblib file with arrays, is read up to where that shows.
func TestScannerAgrees(t *testing.T) {
	files, opcodes := 0, 0
	everyFile(t, 1<<20, func(name string, data []byte) {
		files++
		opcodes += agree(t, name, data)
	}, "../testdata/models", "../testdata/hostile")
	if files < 1000 || opcodes < 200_000 {
		t.Errorf("compared %d opcodes of %d files, want more", opcodes, files)
	}
}

// genops prints, for each file named on a line of its input, how many opcodes
// pickletools finds and a digest of their offsets, names and arguments.
const genops = `
import hashlib, io, pickletools, sys

def measure(op, arg):
    if op.arg is None: return ""
    kind = op.arg.name
    if kind.startswith(("uint", "int")): return str(arg)
    if isinstance(arg, (bytes, bytearray)): return str(len(arg))
    if kind.startswith("unicodestring") and not kind.endswith("nl"): return str(len(arg.encode("utf-8", "surrogatepass")))
    if kind.startswith("string") and kind[-1] in "14": return str(len(arg))
    return ""

for path in sys.stdin.read().splitlines():
    with open(path, "rb") as file:
        data = file.read()
    stream, lines = io.BytesIO(data), []
    try:
        while stream.tell() < len(data):
            for op, arg, pos in pickletools.genops(stream):
                lines.append("%d %s %s\n" % (pos, op.name, measure(op, arg)))
    except ValueError:
        pass
    print(len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())
`

// python returns the command that runs Python, and skips where there is none.
func python(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	return exec.Command(path, arguments...)
}

// TestScannerAndPickletools compares the scanner with Python's own walk, as
// far as that goes: it refuses text and numbers that the scanner does not read.
func TestScannerAndPickletools(t *testing.T) {
	var names []string
	var contents [][]byte
	everyFile(t, 256<<10, func(name string, data []byte) {
		names = append(names, name)
		contents = append(contents, data)
	}, "../testdata/models/pickle", "../testdata/hostile")
	command := python(t, "-c", genops)
	command.Stdin = strings.NewReader(strings.Join(names, "\n"))
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(names) {
		t.Fatalf("got %d lines for %d files", len(lines), len(names))
	}
	for i, line := range lines {
		count, want, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, _ := strconv.Atoi(count)
		if got := digest(contents[i], n); got != want {
			t.Errorf("%s: the first %d opcodes differ from pickletools'", names[i], n)
		}
	}
}

// digest is what genops prints, of the first n opcodes.
func digest(data []byte, n int) string {
	s := NewScanner(NewReader(bytes.NewReader(data), 0))
	hash := sha256.New()
	for range n {
		in, err := s.Next()
		if err != nil {
			return err.Error()
		}
		measure := ""
		switch in.Opcode.Argument {
		case NoArgument, Line, TwoLines, DecimalLine, QuotedLine, EscapedLine, Float8, CountedLong1, CountedLong4:
		case Uint1, Uint2, Uint4, Uint8, Int4:
			measure = in.argumentText()
		default:
			measure = strconv.FormatInt(in.Size, 10)
		}
		fmt.Fprintf(hash, "%d %s %s\n", in.Offset, in.Opcode.Name, measure)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// TestScannerInPieces holds that a stream gives the same instructions as a
// file, and that they lie one behind the other.
func TestScannerInPieces(t *testing.T) {
	scan := func(r *Reader) string {
		var b strings.Builder
		s, at := NewScanner(r), int64(0)
		for {
			in, err := s.Next()
			if err != nil {
				fmt.Fprintf(&b, "%v\n", err)
				return b.String()
			}
			if in.Offset != at || in.Length < 1 || int64(len(in.Data)) > in.Size || len(in.Data) > 2*maxHead+1 {
				t.Errorf("got %+v at %d", in, at)
			}
			at += in.Length
			fmt.Fprintf(&b, "%d %s %q %d\n", in.Offset, in.Opcode.Name, in.Data, in.Size)
		}
	}
	everyFile(t, 4<<10, func(name string, data []byte) {
		whole := scan(NewReader(bytes.NewReader(data), 0))
		if pieces := scan(NewStreamReader(iotest.OneByteReader(bytes.NewReader(data)))); pieces != whole {
			t.Errorf("%s: in pieces\n%s\nwhole\n%s", name, pieces, whole)
		}
	}, "../testdata/hostile")
}

func TestScannerErrors(t *testing.T) {
	broken := errors.New("broken disk")
	for _, test := range []struct {
		name    string
		program string
		offset  int64
		op      string
		want    error
	}{
		{"no opcode", "N\xff", 1, "0xff", ErrOpcode},
		{"no STOP", "NN", 2, "STOP", ErrTruncated},
		{"number", "NJ\x01\x02\x03", 1, "BININT", ErrTruncated},
		{"line", "I12", 0, "INT", ErrTruncated},
		{"first line", "cos", 0, "GLOBAL", ErrTruncated},
		{"second line", "cos\nsys", 0, "GLOBAL", ErrTruncated},
		{"count", "X\x01\x02", 0, "BINUNICODE", ErrTruncated},
		{"counted", "X\x05\x00\x00\x00abcd", 0, "BINUNICODE", ErrTruncated},
		{"negative", "T\xff\xff\xff\xff", 0, "BINSTRING", ErrArgument},
		{"negative long", "\x8b\x00\x00\x00\x80", 0, "LONG4", ErrArgument},
		{"beyond int64", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff", 0, "BINBYTES8", ErrArgument},
		{"nearly int64", "\x8e\xff\xff\xff\xff\xff\xff\xff\x7f", 0, "BINBYTES8", ErrTruncated},
	} {
		s := NewScanner(NewReader(strings.NewReader(test.program), 0))
		var err error
		for err == nil {
			_, err = s.Next()
		}
		var located *Error
		if !errors.Is(err, test.want) || !errors.As(err, &located) || located.Offset != test.offset || located.Op != test.op {
			t.Errorf("%s: got %v, want %s at %d: %v", test.name, err, test.op, test.offset, test.want)
		}
		if _, err := s.Next(); err != io.EOF {
			t.Errorf("%s: got %v behind the error, want io.EOF", test.name, err)
		}
	}
	s := NewScanner(NewStreamReader(iotest.ErrReader(broken)))
	if _, err := s.Next(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}
