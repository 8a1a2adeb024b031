package inspect

import "modelscan/pickle"

// Code objects are made by calls of types.CodeType, which cloudpickle looks
// up by a function of its own and dill wraps. Their arguments say all of a
// function but its globals; how many there are tells Python's release.

// maxCodeItems bounds each list of a code object that is reported.
const maxCodeItems = 200

// maxCodeText bounds the text of all code objects of a file: they may share it.
const maxCodeText = 4 << 20

// Flags of a code object.
const (
	flagVarArgs     = 4
	flagVarKeywords = 8
)

// codeShape is what a release of Python begins a code object with.
type codeShape struct {
	python  string
	keyword int // which of the leading numbers counts keyword-only arguments; -1 for none
}

// codeShapes go by the number of leading numbers.
var codeShapes = map[int]codeShape{4: {"<3.0", -1}, 5: {">=3.0,<3.8", 1}, 6: {">=3.8,<3.11", 2}}

// code notes the code object that a call makes. What is not of the form that
// Python has is none: the names that were called are reported in any case.
func (n *names) code(e pickle.Event) {
	name := calledName(n.p, e.Subject)
	if n.again || len(n.c.model.Code) >= maxFacts || n.c.codeText > maxCodeText || name != "types.CodeType" && name != "dill._dill._create_code" {
		return
	}
	args, _ := n.p.Tuple(e.Detail)
	if len(args) > 0 && n.p.Kind(args[0]) != pickle.Int {
		args = args[1:] // dill's first is the line numbers again
	}
	ints := 0
	for ints < len(args) && n.p.Kind(args[ints]) == pickle.Int {
		ints++
	}
	shape, ok := codeShapes[ints]
	if !ok || !kindsAre(n.p, args[ints:min(ints+6, len(args))], "data tuple tuple tuple text text") {
		return
	}
	rest := args[ints+1:] // constants, names, variables, file, name
	c := Code{Python: shape.python, Member: n.member, Offset: e.Offset}
	c.Consts = n.literals(rest[0])
	c.Names = n.words(rest[1], maxCodeItems)
	c.Filename, c.Name = n.word(rest[3]), n.word(rest[4])
	c.Qualname = c.Name
	if rest = rest[5:]; len(rest) > 1 && n.p.Kind(rest[1]) == pickle.Int {
		c.Qualname, c.Python = n.word(rest[0]), ">=3.11"
		rest = rest[1:]
	}
	if len(rest) > 0 {
		c.Line, _ = n.p.Int(rest[0])
	}
	c.Args = n.parameters(args[:ints], shape.keyword, args[ints+3])
	for _, list := range [][]string{c.Args, c.Names, c.Consts} {
		for _, text := range list {
			n.c.codeText += len(text)
		}
	}
	n.c.model.Code = append(n.c.model.Code, c)
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
	all := n.words(variables, int(positional+keywords)+2)
	flags, _ := n.p.Int(counts[len(counts)-1])
	var list []string
	take := func(count int64, stars string) {
		for ; count > 0 && len(all) > 0; count-- {
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
		if len(list) == min(most, maxCodeItems) {
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

func (n *names) literals(v pickle.Value) []string {
	list := []string{}
	for item := range n.p.Items(v) {
		if len(list) == maxCodeItems {
			break
		}
		list = append(list, literal(n.p, item))
	}
	return list
}
