package inspect

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"modelscan/pickle"
)

// evidence is what a probe looks for.
type evidence struct {
	kind evidenceKind
	name string // of what is imported, called or given a state
	args string // the kinds of arguments or parts, or keys, separated by spaces
	size int64  // bytes of an item, or a protocol
}

type evidenceKind uint8

const (
	onAttribute evidenceKind = iota // a state or a dict records args, for a class whose name begins with name
	onName                          // a name, or with a dot at its end a module, is imported
	onCall                          // name is called with arguments of these kinds
	onState                         // name is given a state with these keys, and without those behind a "-"
	onParts                         // name is given a state that is a tuple of these kinds
	onItems                         // name's attribute args is an array of items of this size
	onProtocol                      // a program's PROTO
	onOldText                       // a Python 2 str
)

func attribute(key string) evidence { return evidence{kind: onAttribute, args: key} }
func attributeOf(class, key string) evidence {
	return evidence{kind: onAttribute, name: class, args: key}
}
func name(name string) evidence         { return evidence{kind: onName, name: name} }
func call(name, kinds string) evidence  { return evidence{kind: onCall, name: name, args: kinds} }
func state(name, keys string) evidence  { return evidence{kind: onState, name: name, args: keys} }
func parts(name, kinds string) evidence { return evidence{kind: onParts, name: name, args: kinds} }
func protocol(n int64) evidence         { return evidence{kind: onProtocol, size: n} }
func oldText() evidence                 { return evidence{kind: onOldText} }
func items(name, key string, size int64) evidence {
	return evidence{kind: onItems, name: name, args: key, size: size}
}

// source words the evidence.
func (e evidence) source() string {
	switch e.kind {
	case onCall:
		return "arguments of " + e.name
	case onState:
		keys := strings.Fields(e.args)
		key, lacks := strings.CutPrefix(keys[len(keys)-1], "-")
		if lacks {
			return "state of " + e.name + " without " + key
		}
		return "state of " + e.name + " with " + key
	case onParts:
		return "state of " + e.name
	case onItems:
		return fmt.Sprintf("items of %d bytes in %s of %s", e.size, e.args, e.name)
	case onProtocol:
		return "protocol " + strconv.FormatInt(e.size, 10)
	case onOldText:
		return "str as Python 2 writes it"
	}
	return e.name
}

// probesBy has the indexes of the probes of a kind, by name or, for
// attributes, by key. Those about states are together.
var probesBy = func() map[evidenceKind]map[string][]int {
	index := map[evidenceKind]map[string][]int{}
	for i, p := range probes {
		key, kind := p.name, p.kind
		switch kind {
		case onAttribute:
			key = p.args
		case onParts, onItems:
			kind = onState
		}
		if index[kind] == nil {
			index[kind] = map[string][]int{}
		}
		index[kind][key] = append(index[kind][key], i)
	}
	return index
}()

// version notes that something states or implies a version.
func (c *collector) version(library, version, source, member string) {
	for i := range c.model.Versions {
		v := &c.model.Versions[i]
		if v.Library == library && v.Version == version && v.Member == member {
			v.Count++
			return
		}
	}
	if len(c.model.Versions) < maxVersions {
		c.model.Versions = append(c.model.Versions, Version{library, version, source, member, 1})
	}
}

// maxVersions bounds the versions of one file: a file that states more is made up.
const maxVersions = 1000

// shown notes that a file shows what probe i looks for.
func (c *collector) shown(i int, member string) {
	c.version(probes[i].library, probes[i].version, probes[i].source(), member)
}

// plausibleVersion keeps text that no library writes out of the versions.
func plausibleVersion(text string) bool {
	if text == "" || len(text) > 64 || text[0] < '0' || text[0] > '9' {
		return false
	}
	return strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz.+-!_") == ""
}

// era notes what a whole program shows of the Python that wrote it.
func (c *collector) era(p *pickle.Program, member string) {
	old, _ := p.ByteText()
	for i, probe := range probes {
		if probe.kind == onProtocol && int64(p.Protocol) == probe.size || probe.kind == onOldText && old {
			c.shown(i, member)
		}
	}
}

// rowsOf are the probes about calls of each of a program's names, and about
// states given to it.
func rowsOf(globals []pickle.Global) [][2][]int {
	rows := make([][2][]int, len(globals))
	for i, g := range globals {
		name := g.Module + "." + g.Qualname
		rows[i] = [2][]int{probesBy[onCall][name], probesBy[onState][name]}
	}
	return rows
}

// called notes what the arguments of a call show.
func (n *names) called(e pickle.Event) {
	var rows []int
	if i, ok := n.p.GlobalIndex(e.Subject); ok {
		rows = n.rows[i][0]
	} else {
		module, name := calledName(n.p, e.Subject)
		rows = probesBy[onCall][module+"."+name]
	}
	if len(rows) == 0 {
		return
	}
	args, _ := n.p.Tuple(e.Detail)
	for _, i := range rows {
		if kindsAre(n.p, args, probes[i].args) {
			n.c.shown(i, n.member)
		}
	}
}

// calledName is the name of what is called. cloudpickle and dill look up the
// types of Python's own objects by a function.
func calledName(p *pickle.Program, callee pickle.Value) (module, qualname string) {
	if g, ok := p.Global(callee); ok {
		return g.Module, g.Qualname
	}
	e, ok := p.Call(callee)
	if !ok {
		return "", ""
	}
	g, ok := p.Global(e.Subject)
	args, _ := p.Tuple(e.Detail)
	if !ok || len(args) != 1 || g.Qualname != "_builtin_type" && g.Qualname != "_load_type" {
		return "", ""
	}
	text, _ := p.Text(args[0])
	return "types", text
}

// given notes what a state of a class shows. Of arrays the first states of a
// class tell all that there is to tell.
func (n *names) given(class, state pickle.Value) {
	i, ok := n.p.GlobalIndex(class)
	if !ok || len(n.rows[i][1]) == 0 || n.looked[i] == maxGiven {
		return
	}
	if n.keys == nil {
		n.keys = map[string]pickle.Value{}
	}
	keys := n.keys
	clear(keys)
	for key, value := range attributes(n.p, state) {
		if text, ok := n.p.Text(key); ok && len(keys) < maxKeys {
			keys[text] = value
		}
	}
	for _, row := range n.rows[i][1] {
		shows := false
		switch probe := probes[row]; probe.kind {
		case onParts:
			t, ok := n.p.Tuple(state)
			shows = ok && kindsAre(n.p, t, probe.args)
		case onItems:
			n.looked[i] = min(n.looked[i]+1, maxGiven)
			a, ok := arrayOf(n.p, keys[probe.args])
			shows = ok && a.dtype.itemSize == probe.size
		default:
			shows = keysAre(keys, probe.args)
		}
		if shows {
			n.c.shown(row, n.member)
		}
	}
}

// maxGiven bounds the states of one class whose arrays are looked at.
const maxGiven = 32

// maxKeys bounds the keys of a state, or of a dict, that tells versions.
const maxKeys = 256

func keysAre(keys map[string]pickle.Value, want string) bool {
	for word := range strings.FieldsSeq(want) {
		key, lacks := strings.CutPrefix(word, "-")
		if _, has := keys[key]; has == lacks {
			return false
		}
	}
	return true
}

// kindsAre tells whether values are of the kinds that want names, in order.
func kindsAre(p *pickle.Program, values []pickle.Value, want string) bool {
	i := 0
	for word := range strings.FieldsSeq(want) {
		if i == len(values) || !kindIs(p, values[i], word) {
			return false
		}
		i++
	}
	return i == len(values)
}

var kindWords = map[string]pickle.Kind{
	"none": pickle.None, "bool": pickle.Bool, "int": pickle.Int, "tuple": pickle.Tuple, "list": pickle.List,
	"dict": pickle.Dict, "class": pickle.Class, "instance": pickle.Instance,
}

// kindIs knows, besides the kinds, text of either Python, and bytes in the
// forms of all protocols as data, with what they begin with behind a colon.
func kindIs(p *pickle.Program, v pickle.Value, word string) bool {
	switch kind := p.Kind(v); {
	case word == "any":
		return true
	case word == "text":
		return kind == pickle.Text || kind == pickle.ByteText
	case strings.HasPrefix(word, "data"):
		_, prefix, _ := strings.Cut(word, ":")
		return isData(p, v, prefix)
	default:
		return kind == kindWords[word]
	}
}

func isData(p *pickle.Program, v pickle.Value, prefix string) bool {
	d, ok := byteData(p, v)
	if !ok {
		e, _ := p.Call(v)
		args, _ := p.Tuple(e.Detail)
		module, name := calledName(p, e.Subject)
		return prefix == "" && len(args) == 0 && module == "builtins" && name == "bytes" // no bytes, at protocols below 3
	}
	head := d.Head
	if p.Kind(v) == pickle.Instance { // a character a byte
		head = nil
		for _, r := range string(d.Head[:min(len(d.Head), 2*len(prefix))]) {
			head = append(head, byte(r))
		}
	}
	want, err := hex.DecodeString(prefix)
	return err == nil && strings.HasPrefix(string(head), string(want))
}

// records notes a version that an object or a dict records under a key.
func (o *objects) records(v, key, value pickle.Value) {
	text, ok := o.p.Text(value)
	if !ok || !plausibleVersion(text) {
		return
	}
	for _, i := range probesBy[onAttribute][keyText(o.p, key)] {
		class := ""
		if g, ok := o.p.ClassOf(v); ok {
			class = g.Module + "." + g.Qualname
		}
		probe := probes[i]
		if !strings.HasPrefix(class, probe.name) {
			continue
		}
		source := probe.args
		if class != "" {
			source += " of " + class
		}
		o.c.version(probe.library, text, source, o.member)
	}
}

func keyText(p *pickle.Program, key pickle.Value) string {
	text, _ := p.Text(key)
	return text
}

// implied adds the bounds that the names of a file imply, and leaves of all
// bounds the tightest.
func (c *collector) implied() {
	for _, g := range c.model.Globals {
		if g.Kind != Named {
			continue
		}
		c.named(probesBy[onName][g.Name()], g.Name(), g.Member)
		module := g.Module[:min(len(g.Module), maxModule)] + "."
		for dot, r := range module {
			if r == '.' {
				c.named(probesBy[onName][module[:dot+1]], "module "+g.Module, g.Member)
			}
		}
	}
	c.model.Versions = tightest(withoutBackport(c.model.Versions))
}

// maxModule bounds the beginning of a module's name that is looked up.
const maxModule = 128

func (c *collector) named(rows []int, source, member string) {
	for _, i := range rows {
		c.version(probes[i].library, probes[i].version, source, member)
	}
}

// withoutBackport leaves out what protocol 5 says of Python where older code
// shows that the package pickle5 wrote it.
func withoutBackport(all []Version) []Version {
	fifth := protocol(5).source()
	older := slices.ContainsFunc(all, func(v Version) bool {
		upper, isUpper := strings.CutPrefix(v.Version, "<")
		order := compareReleases(upper, "3.8")
		return v.Library == "python" && (isUpper && order <= 0 || !isBound(v.Version) && order < 0)
	})
	if !older {
		return all
	}
	return slices.DeleteFunc(all, func(v Version) bool { return v.Library == "python" && v.Source == fifth })
}

// tightest leaves, of each library's bounds, the highest lower and the lowest
// upper one, with the number of all that say the same; and none where every
// version that the file records lies within them.
func tightest(all []Version) []Version {
	var kept []Version
	exact := map[string][]string{}
	for _, v := range all {
		if !isBound(v.Version) {
			kept = append(kept, v)
			exact[v.Library] = append(exact[v.Library], v.Version)
		}
	}
	var bounds []Version
	for _, v := range all {
		if !isBound(v.Version) || len(exact[v.Library]) > 0 && !slices.ContainsFunc(exact[v.Library], func(e string) bool { return !within(e, v.Version) }) {
			continue
		}
		same := slices.IndexFunc(bounds, func(b Version) bool { return b.Library == v.Library && b.Version[0] == v.Version[0] })
		switch {
		case same < 0:
			bounds = append(bounds, v)
		case bounds[same].Version == v.Version:
			bounds[same].Count += v.Count
		case within(strings.TrimLeft(v.Version, "<>="), bounds[same].Version):
			bounds[same] = v
		}
	}
	slices.SortStableFunc(bounds, func(a, b Version) int {
		return cmp.Or(cmp.Compare(a.Library, b.Library), -cmp.Compare(a.Version[0], b.Version[0]))
	})
	return append(kept, bounds...)
}

func isBound(version string) bool { return version[0] == '<' || version[0] == '>' }

// within tells whether a version lies within a bound of the table.
func within(version, bound string) bool {
	order := compareReleases(version, strings.TrimLeft(bound, "<>="))
	return order < 0 == (bound[0] == '<')
}

// compareReleases compares the numbers that versions begin with; what lacks is 0.
func compareReleases(a, b string) int {
	for a != "" || b != "" {
		var first, second int
		first, a = nextNumber(a)
		second, b = nextNumber(b)
		if first != second {
			return cmp.Compare(first, second)
		}
	}
	return 0
}

// nextNumber cuts the first number of a version off, and all of it where it
// begins with none, as in 1.3.dev0.
func nextNumber(version string) (number int, rest string) {
	digits := len(version) - len(strings.TrimLeft(version, "0123456789"))
	if digits == 0 || digits > 9 {
		return 0, ""
	}
	number, _ = strconv.Atoi(version[:digits])
	rest, dot := strings.CutPrefix(version[digits:], ".")
	if !dot {
		rest = ""
	}
	return number, rest
}
