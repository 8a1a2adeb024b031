package inspect

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"modelscan/pickle"
)

// TestValues holds that the graph of a program of plain values is the object
// that Python loads, printed in the same way: types, items, sharing and
// cycles. MODELSCAN_VALUES names another file of testdata/oracle/values.py.
func TestValues(t *testing.T) {
	name := os.Getenv("MODELSCAN_VALUES")
	if name == "" {
		name = "../testdata/oracle/values.jsonl"
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<26)
	count := 0
	for lines.Scan() {
		var want struct{ Pickle, Value string }
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		data, err := hex.DecodeString(want.Pickle)
		if err != nil {
			t.Fatal(err)
		}
		p, err := pickle.NewDecoder(pickle.NewReader(bytes.NewReader(data), 0), pickle.Limits{}, nil).Decode()
		if err != nil {
			t.Errorf("%q: %v", data, err)
			continue
		}
		v := valuePrinter{p: p, seen: map[pickle.Value]int{}}
		v.print(p.Root)
		if got := v.out.String(); got != want.Value {
			t.Errorf("%q:\n got %.2000s\nwant %.2000s", data, got, want.Value)
		}
		count++
	}
	if lines.Err() != nil || count < 200 {
		t.Errorf("got %d values, %v", count, lines.Err())
	}
}

// valuePrinter prints values as values.py does.
type valuePrinter struct {
	p    *pickle.Program
	seen map[pickle.Value]int
	out  strings.Builder
}

func (w *valuePrinter) print(v pickle.Value) {
	switch k := w.p.Kind(v); k {
	case pickle.None:
		w.out.WriteString("None")
	case pickle.Bool:
		truth, _ := w.p.Bool(v)
		w.out.WriteString(map[bool]string{true: "True", false: "False"}[truth])
	case pickle.Int:
		if n, ok := w.p.BigInt(v); ok {
			w.out.WriteString("i" + n.Text(16))
		}
	case pickle.Float:
		f, _ := w.p.Float(v)
		if math.IsNaN(f) {
			w.out.WriteString("fnan")
			return
		}
		w.out.WriteString("f" + hex.EncodeToString(binary.BigEndian.AppendUint64(nil, math.Float64bits(f))))
	case pickle.Text, pickle.ByteText:
		w.out.WriteString("s" + hex.EncodeToString(w.data(v)))
	case pickle.Bytes:
		w.out.WriteString("b" + hex.EncodeToString(w.data(v)))
	default:
		w.container(v, k)
	}
}

// data is text as UTF-8, or bytes.
func (w *valuePrinter) data(v pickle.Value) []byte {
	d, ok := w.p.Data(v)
	if !ok || !d.Whole() {
		return []byte("not whole")
	}
	if w.p.Kind(v) != pickle.ByteText {
		return d.Head
	}
	var text strings.Builder // read as Latin-1
	for _, c := range d.Head {
		text.WriteRune(rune(c))
	}
	return []byte(text.String())
}

func (w *valuePrinter) container(v pickle.Value, k pickle.Kind) {
	items := slices.Collect(w.p.Items(v))
	if k == pickle.Instance {
		raw, made, ok := w.call(v)
		if ok && made == pickle.Bytes {
			w.out.WriteString("b" + hex.EncodeToString(raw))
			return
		}
		k = made
		if k != pickle.ByteArray {
			items = w.argument(v)
		}
	}
	switch {
	case k == pickle.Tuple && len(items) == 0:
		w.out.WriteString("()")
		return
	case k == pickle.FrozenSet && len(items) == 0:
		w.out.WriteString("F{}")
		return
	}
	if n, ok := w.seen[v]; ok {
		w.out.WriteString("*" + strconv.Itoa(n))
		return
	}
	w.seen[v] = len(w.seen)
	fmt.Fprintf(&w.out, "#%d", w.seen[v])
	switch k {
	case pickle.ByteArray:
		raw := []byte(nil)
		if w.p.Kind(v) == pickle.Instance {
			raw, _, _ = w.call(v)
		} else {
			raw = w.data(v)
		}
		w.out.WriteString("B" + hex.EncodeToString(raw))
	case pickle.Set, pickle.FrozenSet:
		w.set(items, map[pickle.Kind]string{pickle.Set: "S{", pickle.FrozenSet: "F{"}[k])
	case pickle.Dict:
		w.dict(v)
	case pickle.List, pickle.Tuple:
		brackets := map[pickle.Kind]string{pickle.List: "[]", pickle.Tuple: "()"}[k]
		w.out.WriteString(brackets[:1])
		for i, item := range items {
			if i > 0 {
				w.out.WriteByte(',')
			}
			w.print(item)
		}
		w.out.WriteString(brackets[1:])
	default:
		w.out.WriteString("?" + k.String())
	}
}

func (w *valuePrinter) set(items []pickle.Value, open string) {
	var texts []string
	for _, item := range items {
		inner := valuePrinter{p: w.p, seen: map[pickle.Value]int{}}
		inner.print(item)
		texts = append(texts, inner.out.String())
	}
	slices.Sort(texts)
	w.out.WriteString(open + strings.Join(texts, ",") + "}")
}

// dict prints the pairs in the order in which Python keeps them: a key that
// is set again stays where it was.
func (w *valuePrinter) dict(v pickle.Value) {
	w.out.WriteByte('{')
	first := true
	for key, value := range w.p.Pairs(v) {
		if !first {
			w.out.WriteByte(',')
		}
		first = false
		w.print(key)
		w.out.WriteByte(':')
		w.print(value)
	}
	w.out.WriteByte('}')
}

// call tells what a call makes by which older protocols write bytes, byte arrays and sets.
func (w *valuePrinter) call(v pickle.Value) (raw []byte, made pickle.Kind, ok bool) {
	call, _ := w.p.Call(v)
	g, named := w.p.Global(call.Subject)
	args, _ := w.p.Tuple(call.Detail)
	if !named {
		return nil, pickle.Invalid, false
	}
	var text []byte
	if len(args) > 0 {
		if d, ok := w.p.Data(args[0]); ok && w.p.Kind(args[0]) == pickle.Text {
			for _, r := range string(d.Head) {
				text = append(text, byte(r))
			}
		} else if ok {
			text = d.Head
		} else if inner, _, ok := w.call(args[0]); ok {
			text = inner
		}
	}
	switch g.Module + "." + g.Qualname {
	case "_codecs.encode", "builtins.bytes":
		return text, pickle.Bytes, true
	case "builtins.bytearray":
		return text, pickle.ByteArray, true
	case "builtins.set":
		return nil, pickle.Set, true
	case "builtins.frozenset":
		return nil, pickle.FrozenSet, true
	}
	return nil, pickle.Invalid, false
}

// argument returns the items of a call's only argument.
func (w *valuePrinter) argument(v pickle.Value) []pickle.Value {
	call, _ := w.p.Call(v)
	args, _ := w.p.Tuple(call.Detail)
	if len(args) == 0 {
		return nil
	}
	return slices.Collect(w.p.Items(args[0]))
}
