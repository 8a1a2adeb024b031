package inspect

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"modelscan/inspect/pycode"
	"modelscan/pickle"
)

// Code objects are made by calls of types.CodeType, which cloudpickle looks
// up by a function of its own and dill wraps. Their arguments say all of a
// function but its globals; how many there are tells Python's release.

// maxCodeItems bounds each list of a code object that is reported.
const maxCodeItems = 200

// maxCodeText bounds the text of all code objects of a file, and what is read
// to find them: they may share it.
const maxCodeText = 2 << 20

// Flags of a code object.
const (
	flagVarArgs     = 4
	flagVarKeywords = 8
)

// codeShape is what a release of Python begins a code object with.
type codeShape struct {
	python  string
	keyword int // which of the leading numbers counts keyword-only arguments; -1 for none

	releases []string // of those, that pycode knows
}

// codeShapes go by the number of leading numbers.
var codeShapes = map[int]codeShape{
	4: {"<3.0", -1, []string{"2.7"}}, 5: {">=3.0,<3.8", 1, []string{"3.6", "3.7"}}, 6: {">=3.8,<3.11", 2, []string{"3.8", "3.9", "3.10"}},
}

// codeShape311 begins as the one before, and has a qualified name.
var codeShape311 = codeShape{">=3.11", 2, []string{"3.11", "3.12", "3.13", "3.14", "3.15"}}

// codeParts are the arguments of a call that makes a code object.
type codeParts struct {
	shape  codeShape
	counts []pickle.Value // the leading numbers, of which the last is the flags

	code, consts, names, variables, file, name, qualname, line, lines, free, cells pickle.Value
}

// codeParts reads the arguments of a call that makes a code object. What is
// not of the form that Python has is none.
func readCodeParts(p *pickle.Program, e pickle.Event) (codeParts, bool) {
	module, name := calledName(p, e.Subject)
	if (module != "types" || name != "CodeType") && (module != "dill._dill" || name != "_create_code") {
		return codeParts{}, false
	}
	args, _ := p.Tuple(e.Detail)
	if len(args) > 0 && p.Kind(args[0]) != pickle.Int {
		args = args[1:] // dill's first is the line numbers again
	}
	ints := 0
	for ints < len(args) && p.Kind(args[ints]) == pickle.Int {
		ints++
	}
	shape, ok := codeShapes[ints]
	if !ok || !kindsAre(p, args[ints:min(ints+6, len(args))], "data tuple tuple tuple text text") {
		return codeParts{}, false
	}
	rest := args[ints:]
	c := codeParts{
		shape: shape, counts: args[:ints], code: rest[0], consts: rest[1], names: rest[2], variables: rest[3], file: rest[4], name: rest[5],
		qualname: rest[5],
	}
	rest = rest[6:]
	since11 := len(rest) > 1 && p.Kind(rest[1]) == pickle.Int
	if since11 {
		c.qualname, c.shape = rest[0], codeShape311
		rest = rest[1:]
	}
	parts := []*pickle.Value{&c.line, &c.lines, &c.free, &c.cells}
	if since11 && len(rest) > 2 {
		rest = append(rest[:2:2], rest[3:]...) // the table of exceptions
	}
	for i := range min(len(parts), len(rest)) {
		*parts[i] = rest[i]
	}
	return c, true
}

// code notes the code object that a call makes: the names that were called
// are reported in any case.
func (n *names) code(e pickle.Event) {
	if n.again || len(n.c.model.Code) >= maxFacts || n.c.codeText > maxCodeText {
		return
	}
	module, name := calledName(n.p, e.Subject)
	if args, _ := n.p.Tuple(e.Detail); len(args) == 1 && module == "marshal" && name == "loads" {
		n.c.marshalled(rawBytes(n.p, args[0]), n.member, e.Offset)
		return
	}
	parts, ok := readCodeParts(n.p, e)
	if !ok {
		return
	}
	c := Code{
		Name: n.word(parts.name), Qualname: n.word(parts.qualname), Filename: n.word(parts.file), Python: parts.shape.python,
		Consts: n.literals(parts.consts, maxCodeItems), Names: n.words(parts.names, maxCodeItems),
		Args: n.parameters(parts.counts, parts.shape.keyword, parts.variables), Member: n.member, Offset: e.Offset,
	}
	c.Line, _ = n.p.Int(parts.line)
	n.c.addCode(c, n.body(parts), parts.shape.releases)
}

// addCode adds a code object that has one of the forms of some releases.
func (c *collector) addCode(code Code, body pycode.Code, releases []string) {
	c.codeText += len(body.Code) + len(body.Lines)
	for _, list := range [][]string{code.Args, body.Consts, body.Names, body.Locals, body.Cells, body.Free} {
		for _, text := range list {
			c.codeText += len(text) + 1
		}
	}
	if fit := pycode.Candidates(body, releases); len(fit) > 0 && len(fit) < len(releases) {
		code.Python = c.compiled(fit, code.Member)
	}
	c.model.Code = append(c.model.Code, code)
	if c.bodies != nil {
		c.bodies(code, body, releases)
	}
}

// compiled notes which releases of Python have the instructions of a function.
func (c *collector) compiled(fit []string, member string) string {
	const source = "instructions of a function"
	from, before := pycode.Bounds(fit)
	c.version("python", ">="+from, source, member)
	if before == "" {
		return ">=" + from
	}
	c.version("python", "<"+before, source, member)
	return ">=" + from + ",<" + before
}

// encoded adds the code objects that base64 of what marshal wrote has, if
// that is what a text is.
func (c *collector) encoded(text, member string, offset int64) {
	data, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(text))
	if err == nil {
		c.marshalled(data, member, offset)
	}
}

// marshalled adds the code objects in what marshal wrote, if data is that. It
// counts what is read: any number of calls may have the same data.
func (c *collector) marshalled(data []byte, member string, offset int64) {
	if c.codeText > maxCodeText {
		return
	}
	c.codeText += len(data)
	functions, err := pycode.Unmarshal(data)
	if err != nil {
		return
	}
	for _, f := range functions {
		if len(c.model.Code) >= maxFacts || c.codeText > maxCodeText {
			return
		}
		code := Code{
			Name: cut(f.Name), Qualname: cut(f.Qualname), Filename: cut(f.Filename), Line: f.FirstLine,
			Args:   parameters(f.Locals, f.Args, f.KeywordOnly, f.Flags),
			Names:  append([]string{}, f.Names[:min(len(f.Names), maxCodeItems)]...),
			Consts: append([]string{}, f.Consts[:min(len(f.Consts), maxCodeItems)]...),
			Member: member, Offset: offset,
		}
		for _, shape := range append(slices.Collect(maps.Values(codeShapes)), codeShape311) {
			if shape.releases[0] == f.Releases[0] {
				code.Python = shape.python
			}
		}
		c.addCode(code, f.Code, f.Releases)
	}
}

// maxBodyItems bounds each list of a code object that is disassembled.
const maxBodyItems = 10_000

// body is what pycode disassembles.
func (n *names) body(parts codeParts) pycode.Code {
	body := pycode.Code{
		Code: rawBytes(n.p, parts.code), Consts: n.literals(parts.consts, maxBodyItems), Names: n.words(parts.names, maxBodyItems),
		Locals: n.words(parts.variables, maxBodyItems), Cells: n.words(parts.cells, maxBodyItems), Free: n.words(parts.free, maxBodyItems),
		Lines: rawBytes(n.p, parts.lines),
	}
	body.FirstLine, _ = n.p.Int(parts.line)
	return body
}

// rawBytes is data that is in memory whole: bytes, those that older protocols
// encode as text, and text of Python 2.
func rawBytes(p *pickle.Program, v pickle.Value) []byte {
	d, ok := byteData(p, v)
	if call, made := p.Call(v); ok && made {
		args, _ := p.Tuple(call.Detail)
		text, _ := p.Text(args[0])
		raw := make([]byte, 0, len(text))
		for _, r := range text {
			raw = append(raw, byte(r))
		}
		return raw
	}
	if !ok || !d.Whole() {
		return nil
	}
	return append([]byte(nil), d.Head...)
}

// parameters are the variables that a function is called with.
func (n *names) parameters(counts []pickle.Value, keyword int, variables pickle.Value) []string {
	number := func(i int) int64 {
		v, _ := n.p.Int(counts[i])
		return min(max(v, 0), maxCodeItems)
	}
	positional, keywords := number(0), int64(0)
	if keyword >= 0 {
		keywords = number(keyword)
	}
	flags, _ := n.p.Int(counts[len(counts)-1])
	return parameters(n.words(variables, int(min(positional+keywords+2, maxCodeItems))), positional, keywords, flags)
}

// parameters are the first of a function's variables, with the stars of the
// last where the flags say so.
func parameters(all []string, positional, keywords, flags int64) []string {
	list := []string{}
	take := func(count int64, stars string) {
		for ; count > 0 && len(all) > 0 && len(list) < maxCodeItems; count-- {
			list = append(list, stars+all[0])
			all = all[1:]
		}
	}
	take(positional, "")
	take(keywords, "")
	if flags&flagVarArgs != 0 {
		take(1, "*")
	}
	if flags&flagVarKeywords != 0 {
		take(1, "**")
	}
	return list
}

func (n *names) words(v pickle.Value, most int) []string {
	list := []string{}
	for item := range n.p.Items(v) {
		if len(list) == most {
			break
		}
		list = append(list, n.word(item))
	}
	return list
}

// word is a text, cut where it is long.
func (n *names) word(v pickle.Value) string {
	text, _ := n.p.Text(v)
	return cut(text)
}

func (n *names) literals(v pickle.Value, most int) []string {
	list := []string{}
	for item := range n.p.Items(v) {
		if len(list) == most {
			break
		}
		text := literal(n.p, item)
		if call, ok := n.p.Call(item); ok {
			if inner, ok := readCodeParts(n.p, call); ok {
				text = fmt.Sprintf("<code object %s>", n.word(inner.name))
			}
		}
		list = append(list, text)
	}
	return list
}
