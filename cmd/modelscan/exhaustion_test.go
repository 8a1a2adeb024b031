//go:build linux && !race

package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var megabytes = flag.Int("exhaustion", 0, "how many megabytes TestExhaustion gives to each inspection; 0 for a few inspections of one")

const (
	memoryPerByte = 24        // of an uncompressed file
	memoryAtLeast = 64 << 20  // what any run may take
	memoryOfNames = 256 << 20 // what the most names that a file may import take, in the report too
)

// exhausting are programs that cost as much as they can for their size.
var exhausting = map[string]func(n int) []byte{
	"marks":             repeated("", "(", ""),
	"empty lists":       repeated("", "]", "."),
	"empty dicts":       repeated("", "}", "."),
	"nested lists":      func(n int) []byte { return []byte(strings.Repeat("(", n/2) + strings.Repeat("l", n/2) + ".") },
	"nested tuples":     repeated("N", "\x85", "."),
	"tuples of one":     repeated("N", "\x85N", "."),
	"small ints":        repeated("", "K\x01", "."),
	"ints":              repeated("", "J\xff\xff\xff\x7f", "."),
	"floats":            repeated("", "G\x00\x00\x00\x00\x00\x00\x00\x01", "."),
	"long ints":         repeated("", "\x8a\x09aaaaaaaaa", "."),
	"ints as text":      repeated("", "I99999999999999999999\n", "."),
	"text":              repeated("", "\x8c\x00", "."),
	"long text":         repeated("", "V"+strings.Repeat("\\u0061", 20_000)+"\n", "."),
	"one line":          repeated("V", "a", "\n."),
	"one line, escaped": repeated("V", "\\u00e9", "\n."),
	"one number":        repeated("I", "9", "\n."),
	"memo":              repeated("N", "\x94", "."),
	"memo, in order":    numbered("N", func(b []byte, i uint32) []byte { return binary.LittleEndian.AppendUint32(append(b, 'r'), i) }, "."),
	"memo, far apart":   numbered("N", func(b []byte, i uint32) []byte { return binary.LittleEndian.AppendUint32(append(b, 'r'), i*2654435761) }, "."),
	"memo, huge":        numbered("N", func(b []byte, i uint32) []byte { return fmt.Appendf(b, "p%d00000000000000000000\n", i) }, "."),
	"items":             repeated("](", "N", "e."),
	"items, one by one": repeated("]", "Na", "."),
	"pairs":             repeated("}(", "NN", "u."),
	"a list in itself":  repeated("]q\x00", "h\x00a", "."),
	"names":             numbered("", func(b []byte, i uint32) []byte { return fmt.Appendf(b, "ca\n%d\n", i) }, "."),
	"names, calls":      numbered("", func(b []byte, i uint32) []byte { return fmt.Appendf(b, "ca\n%d\n)R", i) }, "."),
	"calls":             repeated("cos\nsystem\n", "2)R", "."),
	"calls of calls":    repeated("cos\nsystem\n", ")R", "."),
	"constructions":     repeated("cos\nsystem\n", "2)\x81", "."),
	"states":            repeated("cos\nsystem\n)R", "Nb", "."),
	"states of dicts":   repeated("cos\nsystem\n)R", "}b", "."),
	"items of a class":  repeated("cos\nsystem\n", "Na", "."),
	"items of a call":   repeated("cos\nsystem\n)R", "Na", "."),
	"references":        repeated("N", "Q", "."),
	"references, text":  repeated("", "P\n", "."),
	"buffers":           repeated("", "\x97", "."),
	"extensions":        numbered("", func(b []byte, i uint32) []byte { return binary.LittleEndian.AppendUint32(append(b, '\x84'), i) }, "."),
	"registry": numbered("", func(b []byte, i uint32) []byte {
		return binary.LittleEndian.AppendUint32(append(b, "ccopyreg\nadd_extension\n\x8c\x01a\x8c\x01bJ"...), i)
	}, "."),
	"programs":           repeated("", "N.", ""),
	"programs, names":    numbered("", func(b []byte, i uint32) []byte { return fmt.Appendf(b, "ca\n%d\n.", i) }, ""),
	"frames":             repeated("", "\x95\x00\x00\x00\x00\x00\x00\x00\x00", "N."),
	"frames, cut":        repeated("", "\x95\x05\x00\x00\x00\x00\x00\x00\x00", "N."),
	"frames, STOP":       repeated("", "\x95\x09\x00\x00\x00\x00\x00\x00\x00N.", ""),
	"protocols":          repeated("", "\x80\x04", "N."),
	"frozen sets":        repeated("", "(\x91", "."),
	"a tuple many times": repeated("(NNNNNNNNNNNNNNNNt", "2\x8f(h\x00\x90", "."),
	"arrays":             repeated("", "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR(I1\n(I0\ntcnumpy\ndtype\n(U\x02f8I0\nI1\ntRI00\nC\x00tb", "."),
	"attributes":         numbered("cos\nsystem\n)R}(", func(b []byte, i uint32) []byte { return fmt.Appendf(b, "U\x08%08xN", i) }, "ub."),
	"marshalled code": func(n int) []byte { // which breaks off
		data := "c" + strings.Repeat("\x00", 20) + "s\x00\x00\x00\x00(\x00\x70\x00\x00" + strings.Repeat("N", 0x7000)
		start := "cmarshal\nloads\nq\x00B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data + "q\x01"
		return repeated(start, "h\x00h\x01\x85R0", "N.")(n)
	},
	"objects in objects": repeated("cos\nsystem\n)R", "(U\x01adcos\nsystem\n)R", "."),
}

func repeated(start, piece, end string) func(int) []byte {
	return func(n int) []byte {
		var b bytes.Buffer
		b.WriteString(start)
		for b.Len() < n {
			b.WriteString(piece)
		}
		b.WriteString(end)
		return b.Bytes()
	}
}

func numbered(start string, piece func([]byte, uint32) []byte, end string) func(int) []byte {
	return func(n int) []byte {
		b := append(make([]byte, 0, n+100), start...)
		for i := uint32(0); len(b) < n; i++ {
			b = piece(b, i)
		}
		return append(b, end...)
	}
}

// TestExhaustion measures inspections in processes of their own: the memory
// for a byte of the file, and that twice the file takes not much more than
// twice the time.
func TestExhaustion(t *testing.T) {
	for i, name := range slices.Sorted(maps.Keys(exhausting)) {
		if *megabytes == 0 && i%8 != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) { exhaust(t, "x.pkl", exhausting[name]) })
	}
}

// exhaust measures the inspection of a file of a name, and of one half as large.
func exhaust(t *testing.T, name string, make func(int) []byte) {
	size := max(*megabytes, 1) << 20
	half, _ := cost(t, name, make(size/2))
	time, memory := cost(t, name, make(size))
	for again := 0; again < 2 && time > 3*half+300; again++ { // whatever else runs only adds to it
		less, _ := cost(t, name, make(size))
		time = min(time, less)
	}
	limit := int64(size)*memoryPerByte + memoryAtLeast
	if strings.Contains(t.Name(), "names") || strings.Contains(t.Name(), "classes") || strings.Contains(t.Name(), "tensors") {
		limit += memoryOfNames
	}
	if memory > limit {
		t.Errorf("took %d MB, want at most %d", memory>>20, limit>>20)
	}
	t.Logf("%d MB, %d and %d ms", memory>>20, half, time)
	if time > 3*half+300 {
		t.Errorf("took %d ms, and %d ms for half of it", time, half)
	}
}

// cost inspects data in a child and returns its processor time in
// milliseconds and its peak of memory in bytes.
func cost(t *testing.T, name string, data []byte) (milliseconds, memory int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	cmd := exec.Command(os.Args[0], "inspect", "-f", "json", path, path+".peak")
	cmd.Env = append(os.Environ(), "MODELSCAN_TEST_CHILD=measured")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code < exitUntrusted && code != exitTrusted || code > exitIncomplete {
		t.Errorf("got exit code %d and %.2000s", code, out)
	}
	text, err := os.ReadFile(path + ".peak")
	if err != nil {
		t.Fatalf("%v; %.2000s", err, out)
	}
	kilobytes, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.UserTime().Milliseconds(), kilobytes << 10
}
