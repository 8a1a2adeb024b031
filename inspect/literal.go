package inspect

import (
	"math"
	"strings"

	"modelscan/inspect/pytext"
	"modelscan/pickle"
)

// Bounds of a printed value: it is for reading, not for evaluation.
const (
	maxLiteralDepth = 3
	maxLiteralItems = 8
	maxLiteralText  = 120
)

// literal prints a value as Python would, shortened where it is long.
func literal(p *pickle.Program, v pickle.Value) string {
	var b strings.Builder
	writeLiteral(&b, p, v, 0)
	return b.String()
}

func writeLiteral(b *strings.Builder, p *pickle.Program, v pickle.Value, depth int) {
	switch p.Kind(v) {
	case pickle.None:
		b.WriteString("None")
	case pickle.Bool:
		if truth, _ := p.Bool(v); truth {
			b.WriteString("True")
		} else {
			b.WriteString("False")
		}
	case pickle.Int:
		if n, ok := p.BigInt(v); ok {
			b.WriteString(n.String())
		} else {
			b.WriteString("…")
		}
	case pickle.Float:
		f, _ := p.Float(v)
		b.WriteString(floatText(f))
	case pickle.Text, pickle.ByteText, pickle.Bytes, pickle.ByteArray:
		writeData(b, p, v)
	case pickle.Class:
		g, _ := p.Global(v)
		b.WriteString(g.Module + "." + g.Qualname)
	case pickle.Instance:
		if g, ok := p.ClassOf(v); ok {
			b.WriteString(g.Qualname)
		}
		b.WriteString("(…)")
	case pickle.Tuple, pickle.List, pickle.Set, pickle.FrozenSet:
		writeSequence(b, p, v, depth)
	case pickle.Dict:
		writeDict(b, p, v, depth)
	default:
		b.WriteString("…")
	}
}

func writeData(b *strings.Builder, p *pickle.Program, v pickle.Value) {
	d, _ := p.Data(v)
	head := d.Head
	if len(head) > maxLiteralText {
		head = head[:maxLiteralText]
	}
	switch p.Kind(v) {
	case pickle.Bytes:
		b.WriteByte('b')
	case pickle.ByteArray:
		b.WriteString("bytearray b")
	}
	b.WriteString(pythonQuote(string(head)))
	if int64(len(head)) < d.Size {
		b.WriteString("…")
	}
}

var brackets = map[pickle.Kind][2]string{
	pickle.Tuple: {"(", ")"}, pickle.List: {"[", "]"}, pickle.Set: {"{", "}"}, pickle.FrozenSet: {"frozenset({", "})"},
}

func writeSequence(b *strings.Builder, p *pickle.Program, v pickle.Value, depth int) {
	bracket := brackets[p.Kind(v)]
	b.WriteString(bracket[0])
	i := 0
	for item := range p.Items(v) {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxLiteralItems || depth == maxLiteralDepth {
			b.WriteString("…")
			break
		}
		writeLiteral(b, p, item, depth+1)
		i++
	}
	if n, _ := p.Len(v); n == 1 && p.Kind(v) == pickle.Tuple {
		b.WriteByte(',')
	}
	b.WriteString(bracket[1])
}

func writeDict(b *strings.Builder, p *pickle.Program, v pickle.Value, depth int) {
	b.WriteByte('{')
	i := 0
	for key, value := range p.Pairs(v) {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxLiteralItems || depth == maxLiteralDepth {
			b.WriteString("…")
			break
		}
		writeLiteral(b, p, key, depth+1)
		b.WriteString(": ")
		writeLiteral(b, p, value, depth+1)
		i++
	}
	b.WriteByte('}')
}

// floatText writes a float as Python's repr does.
func floatText(f float64) string { return pytext.Float(f) }

// maxParams bounds the parameters of a model that is reported.
const maxParams = 200

// rootObject describes what a program leaves. Its parameters are the
// attributes that neither begin nor end with an underscore: scikit-learn
// ends the names of what was fitted with one.
func rootObject(p *pickle.Program, atLength bool) *Object {
	class, ok := classOf(p, p.Root)
	if !ok {
		return &Object{Class: rootClass(p)}
	}
	o := &Object{Class: class.Module + "." + class.Qualname}
	for state := range p.States(p.Root) {
		for key, value := range attributes(p, state) {
			name, ok := p.Text(key)
			if ok && identifier(name) && name[0] != '_' && name[len(name)-1] != '_' && len(o.Params) < maxParams {
				o.Params = append(o.Params, Param{name, paramValue(p, value)})
			}
		}
	}
	if e, ok := readEstimator(p, p.Root); ok && atLength {
		e.object(p, o)
	}
	return o
}

func rootClass(p *pickle.Program) string {
	if a, ok := arrayOf(p, p.Root); ok {
		return "numpy.ndarray" + tupleText(a.shape)
	}
	if g, ok := p.Global(p.Root); ok {
		return g.Module + "." + g.Qualname
	}
	switch k := p.Kind(p.Root); k {
	case pickle.Instance:
		return "unknown"
	case pickle.None:
		return "NoneType"
	default:
		return k.String()
	}
}

// classOf is ClassOf, also of an object whose class torch refers to by a
// persistent id, since it has the source with the file.
func classOf(p *pickle.Program, v pickle.Value) (*pickle.Global, bool) {
	if class, ok := p.ClassOf(v); ok {
		return class, true
	}
	call, _ := p.Call(v)
	id, ok := p.PersistentID(call.Subject)
	if !ok {
		return nil, false
	}
	class, ok := torchModule(p, id)
	if !ok {
		return nil, false
	}
	return p.Global(class)
}

func paramValue(p *pickle.Program, v pickle.Value) any {
	switch p.Kind(v) {
	case pickle.None:
		return nil
	case pickle.Bool:
		truth, _ := p.Bool(v)
		return truth
	case pickle.Int:
		if n, ok := p.Int(v); ok {
			return n
		}
	case pickle.Float:
		if f, _ := p.Float(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f
		}
	case pickle.Text, pickle.ByteText:
		if text, ok := p.Text(v); ok && len(text) <= maxLiteralText {
			return text
		}
	}
	return Literal(literal(p, v))
}
