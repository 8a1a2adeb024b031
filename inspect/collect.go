package inspect

import (
	"fmt"

	"modelscan/inspect/pycode"
	"modelscan/pickle"
)

// globalKey is what makes two imports in a file one Global.
type globalKey struct {
	module, qualname, raw, member, node string
	kind                                GlobalKind
}

func keyOf(g *Global) globalKey {
	return globalKey{g.Module, g.Qualname, g.Raw, g.Member, g.Node, g.Kind}
}

// collector gathers the facts of one file's programs into a Model.
type collector struct {
	model  *Model
	limits Limits
	index  map[globalKey]int

	scratch   [maxDims]int64
	codeText  int // bytes of text in the model's code objects
	bodies    func(Code, pycode.Code, []string)
	full      bool               // there are no more names than MaxNames
	texts     []string           // steps of paths that are written out
	entered   int                // members of containers
	expanded  int64              // bytes that were decompressed
	held      int64              // bytes of it that are in memory
	sides     map[string]*array  // arrays in side files, by the files' names
	beside    []besideFile       // attributes that gensim keeps in files of their own
	parts     []string           // and objects that have such
	opened    map[string]bool    // those files, by name
	pieces    map[string]bool    // nested data that was read, by its member: whether it explains its loader
	storageIn map[string]storage // files of torch that hold one and nothing else, by their members
	storages  map[[2]string]bool // of tensors that were counted, by member and key
}

func newCollector(m *Model, limits Limits) *collector {
	return &collector{model: m, limits: limits, index: map[globalKey]int{}, sides: map[string]*array{}, pieces: map[string]bool{}, storageIn: map[string]storage{}, storages: map[[2]string]bool{}}
}

// issue files an issue; offset is -1 where there is none.
func (c *collector) issue(kind IssueKind, member string, offset int64, format string, args ...any) {
	if len(c.model.Issues) < c.limits.MaxIssues {
		c.model.Issues = append(c.model.Issues, Issue{kind, fmt.Sprintf(format, args...), member, offset})
	}
}

// hazard adds a hazard. A file that has too many is cut short: it is not
// trusted in any case.
func (c *collector) hazard(h Hazard) {
	if len(c.model.Hazards) < c.limits.MaxIssues {
		c.model.Hazards = append(c.model.Hazards, h)
	}
}

// global adds what a file does with a name. Another reading of bytes that
// were read before counts nothing again.
func (c *collector) global(g Global, again bool) {
	key := keyOf(&g)
	if i, ok := c.index[key]; ok {
		known := &c.model.Globals[i]
		known.Uses |= g.Uses
		known.Explained &= g.Explained
		known.Bound = known.Bound || g.Bound
		if !again {
			known.Count += g.Count
		}
		return
	}
	if most := c.limits.Pickle.MaxNames; len(c.model.Globals) >= most {
		if !c.full {
			c.full = true
			c.issue(IssueLimit, g.Member, g.Offset, "limit MaxNames of %d reached", most)
		}
		return
	}
	c.index[key] = len(c.model.Globals)
	c.model.Globals = append(c.model.Globals, g)
}

// names gathers the names of a program and what it does with each. It returns
// the data that the program hands to other loaders.
func (c *collector) names(p *pickle.Program, member string, how *reading) []nested {
	n := names{c: c, p: p, member: member, again: how.again, astray: how.astray, foreign: how.foreign, uses: make([]Uses, len(p.Globals()))}
	n.rows, n.looked = rowsOf(p.Globals()), make([]uint8, len(n.uses))
	n.explained, n.opaque, n.binds = make([]bool, len(n.uses)), make([]bool, len(n.uses)), make([]bool, len(n.uses))
	n.lookups, n.loaders, n.filled = map[globalKey]int{}, map[pickle.Value]bool{}, map[pickle.Value]bool{}
	n.places, n.ruled = map[pickle.Value]int{}, make([]ruled, len(n.uses))
	for e := range p.Events() {
		n.event(e)
	}
	n.holding()
	for i, g := range p.Globals() {
		if n.astray && g.Kind == pickle.Computed && !g.Made {
			continue // a reading gone astray takes a class for text
		}
		if (n.astray || n.foreign) && g.Kind == pickle.Extension && n.uses[i] == 0 {
			continue // such a reading meets any opcode, and what is looked up and left is nothing of the file's
		}
		out := Global{
			Module: g.Module, Qualname: g.Qualname, Kind: GlobalKind(g.Kind),
			Uses: Import | n.uses[i], Count: g.Count, Member: member, Offset: g.Offset,
		}
		if n.explained[i] && !n.opaque[i] {
			out.Explained = Call
		}
		out.Bound = n.binds[i]
		if n.unheld != nil && n.unheld[i] {
			out.Explained |= Import
		}
		switch g.Kind {
		case pickle.Computed:
			out.Qualname = computedName
		case pickle.Extension:
			out.Qualname = fmt.Sprintf("<extension %d>", g.Code)
		default:
			out.Raw = rawName(&g)
		}
		c.global(out, n.again)
	}
	return n.nested
}

const computedName = "<computed>"

// names gathers one program's uses of its names.
type names struct {
	c         *collector
	p         *pickle.Program
	member    string
	again     bool
	astray    bool
	foreign   bool       // the file is of another format
	uses      []Uses     // by index in Program.Globals, as the following
	explained []bool     // some call of it was resolved to another name
	opaque    []bool     // some call of it was not
	binds     []bool     // a partial object of it is made
	rows      [][2][]int // the probes about calls of it and about its states
	looked    []uint8    // how many of its states were looked at
	unheld    []bool     // it is known to be held nowhere; nil where nobody asked
	nested    []nested
	lookups   map[globalKey]int       // how often getattr gave a loader that its data explains
	repeated  int                     // items of long states that were read again
	tired     bool                    // of it
	long      map[pickle.Value]bool   // those states
	filled    map[pickle.Value]bool   // objects whose items were read for what stands in for methods
	loaders   map[pickle.Value]bool   // those that were called
	other     int64                   // where the last event was that is no part of a dtype
	soles     []sole                  // what must be nowhere else, see held.go
	makings   []classPlace            // what has a class only to make an instance of it
	places    map[pickle.Value]int    // in how many places that is known to be
	dulls     [64]pickle.Value        // names that stand in for nothing
	ruled     []ruled                 // by index: whether there are rules on a class's states
	keys      map[string]pickle.Value // scratch
}

func (n *names) event(e pickle.Event) {
	n.memory(e)
	switch e.Kind {
	case pickle.Reduce, pickle.Inst, pickle.Obj:
		n.use(e.Subject, Call, e.Offset)
		n.zones(e.Subject, e)
		n.arguments(e)
		n.bag(e.Subject, e.Detail, e.Offset)
		if !n.again {
			n.called(e)
			n.code(e)
		}
		n.loads(e)
	case pickle.NewObj, pickle.NewObjEx:
		n.use(e.Subject, New, e.Offset)
		n.zones(e.Subject, e)
		n.arguments(e)
		n.bag(e.Subject, e.Detail, e.Offset)
	case pickle.State, pickle.Items:
		switch n.p.Kind(e.Subject) {
		case pickle.Instance:
			n.built(e)
		case pickle.Inline: // what joblib read may be any object, and no library gives it more
			n.computed(Build, e.Offset)
		default:
			n.use(e.Subject, Change, e.Offset)
		}
	}
}

// use notes a use of v. A class is known by name; what a call or a callback
// gave is not, and using it is a use of a computed name.
func (n *names) use(v pickle.Value, use Uses, offset int64) {
	if i, ok := n.p.GlobalIndex(v); ok {
		n.uses[i] |= use
		return
	}
	if id, ok := n.p.PersistentID(v); ok {
		if class, ok := torchModule(n.p, id); ok {
			n.use(class, use, offset)
			return
		}
	}
	switch n.p.Kind(v) {
	case pickle.Instance, pickle.Persistent, pickle.Inline:
		if use == Change {
			return // state for an object that a callback or a loader made
		}
		if functions := n.partial(v); functions != nil && use == Call {
			for _, f := range functions {
				n.held(f, Call, offset)
			}
			return
		}
		if g, ok := n.resolve(v); ok {
			g.Uses, g.Count, g.Member, g.Offset = Import|use, 1, n.member, offset
			if _, ok := explainedLoader(g.Module, g.Qualname); ok {
				g.Explained = Call
			}
			n.c.global(g, n.again)
			return
		}
		n.computed(use, offset) // a reading gone astray calls what comes its way
	}
}

// built notes that an instance is given state or items.
func (n *names) built(e pickle.Event) {
	if e.Kind == pickle.State && n.worn(e.Detail, e.Offset) {
		return
	}
	if class, ok := n.p.ClassValue(e.Subject); ok {
		n.use(class, Build, e.Offset)
		if e.Kind == pickle.Items {
			n.filling(class, e)
		}
		if g, ok := n.p.Global(class); ok && e.Kind == pickle.State {
			n.slots(g, e.Detail, e.Offset)
			if n.hasRules(class) {
				n.state(g, e.Detail, e.Offset)
			}
			n.wrapper(g, e)
			n.stateOfMade(g, e)
			n.zones(class, e)
			if !n.again {
				n.given(class, e.Detail)
			}
		}
	} else if call, ok := n.p.Call(e.Subject); ok {
		if i, ok := n.p.GlobalIndex(call.Subject); ok {
			n.uses[i] |= Build
		} else if id, ok := n.p.PersistentID(call.Subject); ok {
			if class, ok := torchModule(n.p, id); ok {
				n.use(class, Build, e.Offset)
			}
		}
	}
	if e.Kind == pickle.State {
		n.hooks(e.Subject, e.Detail, e.Offset)
		n.carries(e)
		n.besides(e)
	}
}

// factoryNames are attributes that a trusted class calls when a missing key
// is asked for.
var factoryNames = map[string]bool{"_probdist_factory": true, "default_factory": true, "_default_factory": true}

// factory notes that v is called: a class, a partial object or an instance.
func (n *names) factory(v pickle.Value, offset int64) {
	switch n.p.Kind(v) {
	case pickle.Class, pickle.Instance, pickle.Persistent, pickle.Inline:
		n.held(v, Call, offset)
	}
}

// methodNames are methods that are looked up on the instance by what takes it
// as an argument. Data may go by their names, too.
var methodNames = map[string]bool{
	"pop": true, "get": true, "items": true, "keys": true, "values": true,
	"update": true, "copy": true, "setdefault": true, "read": true, "readline": true, "readinto": true, "write": true,
	"tolist": true, "as_subclass": true, "encode": true, "decode": true, "popitem": true, "clear": true, "insert": true, "remove": true, "dim": true, "partition": true,
}

// callable tells whether v may be called with effect: an imported object, or
// an object that passes a call on.
func (n *names) callable(v pickle.Value) bool {
	if _, ok := n.p.Global(v); ok {
		return true
	}
	call, ok := n.p.Call(v)
	if !ok {
		return false
	}
	g, ok := n.p.ClassOf(v)
	if !ok {
		_, plain := n.p.Global(call.Subject)
		return !plain
	}
	return passesOn[g.Qualname] || isModule(g)
}

// passesOn are classes whose instances, when called, call what their state
// holds, with arguments that it holds too. The modules of torch do the same,
// with their hooks, their forward and what is listed in them.
var passesOn = map[string]bool{
	"partial": true, "MethodType": true, "vectorize": true, "getattr": true, "NotMemorizedFunc": true,
	"_ObjectiveFunctionWrapper": true, "_EvalFunctionWrapper": true,
}

// held notes a use of something that a file merely passes on.
func (n *names) held(v pickle.Value, use Uses, offset int64) {
	n.use(v, use, offset)
	if i, ok := n.p.GlobalIndex(v); ok && use&Call != 0 {
		n.opaque[i] = true
	}
}

// maxPartials bounds partial objects of partial objects.
const maxPartials = 16

// partial returns the functions that a call of a functools.partial, or of a
// bound method, calls: the one that it was made with, and those that its
// states set.
func (n *names) partial(v pickle.Value) []pickle.Value {
	var functions []pickle.Value
	for range maxPartials {
		g, ok := n.p.ClassOf(v)
		if !ok || !binder(g) {
			return functions
		}
		call, _ := n.p.Call(v)
		args, _ := n.p.Tuple(call.Detail)
		if len(args) == 0 {
			return functions
		}
		inner := args[0]
		for state := range n.p.States(v) {
			parts, _ := n.p.Tuple(state)
			if len(parts) == 0 {
				return nil
			}
			if parts[0] != inner {
				functions = append(functions, parts[0])
			}
		}
		if n.p.Kind(inner) != pickle.Instance {
			return append(functions, inner)
		}
		v = inner
	}
	return nil
}

// binder tells of what holds a function and its first arguments.
func binder(g *pickle.Global) bool {
	return g.Module == "functools" && g.Qualname == "partial" || g.Module == "types" && g.Qualname == "MethodType"
}

// attributes yields the names and values of a state that become attributes:
// a dict, or a pair of one and a dict of slots.
func attributes(p *pickle.Program, state pickle.Value) func(func(key, value pickle.Value) bool) {
	return func(yield func(key, value pickle.Value) bool) {
		parts := []pickle.Value{state}
		if pair, ok := p.Tuple(state); ok && len(pair) == 2 {
			parts = pair
		}
		for _, part := range parts {
			for key, value := range p.Pairs(part) {
				if !yield(key, value) {
					return
				}
			}
		}
	}
}
