package inspect

import (
	"slices"
	"strings"

	"modelscan/pickle"
)

// What a call reaches through its arguments: a function may be trusted while
// what it is given is not, and one that is not trusted may be harmless where
// its arguments say all that it reaches. One table holds both.

// callRule says what a call of a function does with its arguments.
type callRule struct {
	uses []argumentUse
	// plain returns the names that stand for a call: all that it looks up or
	// gives. ok is false where the arguments do not tell. Where every call of a
	// function is plain, and nothing holds the function, those names are judged
	// in its place (Global.Explained).
	plain func(p *pickle.Program, args []pickle.Value) (names []Global, ok bool)
}

// argumentUse is a use of a class or callable that a function is given.
type argumentUse struct {
	argument int
	use      Uses
	base     bool // builtins.object is exempt
	codec    bool // the argument names a codec
	state    bool // the argument becomes the state of what is made
	bound    bool // the argument is held to be called: a name is judged itself, an instance is not
	tensor   bool // methods of the argument are called, and it must be a tensor or a storage
	converts bool // the argument, and each that follows, is read as a plain value: iterated, printed, taken for a number
	maker    bool // the argument must be a function that makes a tensor
}

var (
	newsFirst  = callRule{uses: []argumentUse{{argument: 0, use: New}}}
	newsTwo    = callRule{uses: []argumentUse{{argument: 0, use: New}, {argument: 1, use: New}}}
	callsFirst = callRule{uses: []argumentUse{{argument: 0, use: Call}}}
	factory    = callRule{uses: []argumentUse{{argument: 0, use: Call}, {argument: 1, converts: true}}}
	callsNext  = callRule{uses: []argumentUse{{argument: 1, use: Call}}}
	retypes    = callRule{uses: []argumentUse{{argument: 0, use: Call}, {argument: 0, maker: true}, {argument: 1, use: New | Build}, {argument: 3, state: true}}}
	restates   = callRule{uses: []argumentUse{{argument: 0, tensor: true}, {argument: 3, state: true}}}
	ofTensor   = callRule{uses: []argumentUse{{argument: 0, tensor: true}}}
	binds      = callRule{uses: []argumentUse{{argument: 0, bound: true}}}
	decodes    = callRule{uses: []argumentUse{{argument: 0, converts: true}, {argument: 1, codec: true}}}
	reads      = callRule{uses: []argumentUse{{argument: 0, converts: true}}}
	readsNext  = callRule{uses: []argumentUse{{argument: 1, converts: true}}}
	rebuilds   = callRule{uses: []argumentUse{{argument: 0, use: New}, {argument: 1, use: New | Call, base: true}, {argument: 2, converts: true}}}
)

var callRules = map[[2]string]callRule{
	{"copyreg", "_reconstructor"}:                     rebuilds,
	{"copyreg", "__newobj__"}:                         newsFirst,
	{"copyreg", "__newobj_ex__"}:                      newsFirst,
	{"array", "_array_reconstructor"}:                 callsFirst,
	{"array", "array"}:                                readsNext,
	{"torch", "Size"}:                                 reads,
	{"collections", "defaultdict"}:                    factory, // called when a missing key is asked for
	{"functools", "partial"}:                          binds,
	{"types", "MethodType"}:                           binds,
	{"numpy.core.multiarray", "_reconstruct"}:         newsFirst,
	{"numpy._core.multiarray", "_reconstruct"}:        newsFirst,
	{"numpy.core._multiarray_umath", "_reconstruct"}:  newsFirst,
	{"numpy._core._multiarray_umath", "_reconstruct"}: newsFirst,
	{"numpy.core._internal", "_reconstruct"}:          newsFirst,
	{"numpy.ma.core", "_mareconstruct"}:               newsTwo,
	{"numpy.random._pickle", "__bit_generator_ctor"}:  callsFirst,
	{"numpy.random._pickle", "__generator_ctor"}:      callsNext,
	{"numpy.random._pickle", "__randomstate_ctor"}:    callsNext,
	{"scipy.spatial.ckdtree", "new_object"}:           newsFirst,
	{"torch._tensor", "_rebuild_from_type_v2"}:        retypes,
	{"torch._tensor", "_rebuild_from_type"}:           retypes,
	{"torch.tensor", "_rebuild_from_type"}:            retypes,
	{"torch._utils", "_rebuild_wrapper_subclass"}:     newsFirst,
	{"torch._utils", "_rebuild_parameter_with_state"}: restates,
	{"torch._utils", "_rebuild_parameter"}:            ofTensor,
	{"torch.nn.parameter", "Parameter"}:               ofTensor,
	{"torch.nn.parameter", "Buffer"}:                  ofTensor,
	{"torch._utils", "_rebuild_tensor"}:               ofTensor,
	{"torch._utils", "_rebuild_tensor_v2"}:            ofTensor,
	{"torch._utils", "_rebuild_tensor_v3"}:            ofTensor,
	{"torch._utils", "_rebuild_qtensor"}:              ofTensor,

	{"torch._utils", "_rebuild_device_tensor_from_cpu_tensor"}: ofTensor,
	{"_codecs", "encode"}:     decodes,
	{"_codecs", "decode"}:     decodes,
	{"builtins", "str"}:       decodes,
	{"builtins", "bytes"}:     decodes,
	{"builtins", "bytearray"}: decodes,

	{"numpy.core", "_ufunc_reconstruct"}:  {plain: namedUfunc},
	{"numpy._core", "_ufunc_reconstruct"}: {plain: namedUfunc},
	{"builtins", "getattr"}:               {plain: namedAttribute},
	{"builtins", "type"}:                  {plain: typeOfConstant},
	{"_operator", "itemgetter"}:           {plain: constants},
	{"operator", "itemgetter"}:            {plain: constants},
	{"logging", "getLogger"}:              {plain: loggerName},

	{"cloudpickle.cloudpickle", "_builtin_type"}:                  {plain: builtinType},
	{"joblib.externals.cloudpickle.cloudpickle", "_builtin_type"}: {plain: builtinType},

	{"dill._dill", "_load_type"}:    {plain: loadedType},
	{"dill.dill", "_load_type"}:     {plain: loadedType},
	{"dill._dill", "_create_array"}: {uses: []argumentUse{{argument: 3, state: true}}, plain: createdArray},
}

// pandasIndexMakers are functions of pandas' index modules, whose place
// changed with its releases: cls.__new__(cls, **state).
var pandasIndexMakers = map[string]bool{
	"_new_Index": true, "_new_DatetimeIndex": true, "_new_PeriodIndex": true, "_new_TimedeltaIndex": true,
	"_new_IntervalIndex": true,
}

// ruleOf returns the rule for a function.
func ruleOf(g *pickle.Global) callRule {
	if rule, ok := callRules[[2]string{g.Module, g.Qualname}]; ok {
		return rule
	}
	// Cython's __pyx_unpickle_X(type, checksum, state) and the newObj(cls)
	// of scikit-learn's trees and metrics make an object of the class given.
	switch {
	case (g.Module == "builtins" || g.Module == "collections") && containers[g.Qualname]:
		return reads
	case strings.HasPrefix(g.Qualname, "__pyx_unpickle_") || g.Qualname == "newObj" ||
		pandasIndexMakers[g.Qualname] && strings.HasPrefix(g.Module, "pandas."):
		return newsFirst
	}
	return callRule{}
}

// containers are Python's own containers and numbers, which are made of what
// they are given by asking it for its items, its text or its value.
var containers = wordSet("list tuple set frozenset dict int float complex bool range zip OrderedDict Counter deque UserDict UserList")

// converted notes that v is read as a plain value: an object's own methods
// give its items, its text or its value then, out of a state of the file's
// choice.
func (n *names) converted(v pickle.Value, text bool, offset int64) {
	switch n.p.Kind(v) {
	case pickle.Instance, pickle.Inline:
	case pickle.List, pickle.Tuple, pickle.Dict, pickle.Set, pickle.FrozenSet:
		if text { // and so is all that is in it
			n.computed(Call, offset)
		}
		return
	default:
		return
	}
	if !n.plainObject(v) {
		n.computed(Call, offset)
	}
}

// plainObject tells whether v is an object of Python's own, NumPy's or pandas',
// of which no method does more than give what it holds.
func (n *names) plainObject(v pickle.Value) bool {
	g, ok := n.p.ClassOf(v)
	if !ok || passesOn[g.Qualname] {
		return false
	}
	switch top, _, _ := strings.Cut(g.Module, "."); top {
	case "builtins", "collections", "_codecs", "array", "datetime", "decimal", "fractions", "uuid", "re", "numpy", "pandas", "pathlib":
		return true
	}
	return false
}

// viewOnly tells of numpy.memmap, whose constructor opens a file. NumPy's
// _reconstruct and joblib make plain arrays of it and never run that.
func viewOnly(module, qualname string) bool {
	return qualname == "memmap" && (module == "numpy" || module == "numpy.core.memmap" || module == "numpy._core.memmap")
}

// arguments notes what a call of a known function does with its arguments.
func (n *names) arguments(e pickle.Event) {
	args, _ := n.p.Tuple(e.Detail)
	n.making(e, args)
	g, args, ok := n.flat(e.Subject, args)
	if !ok {
		return
	}
	rule := ruleOf(g)
	if e.Kind == pickle.NewObjEx && len(args) == 2 {
		args = n.keywords(rule, args, e.Offset)
	}
	if n.apply(e, g, args); rule.plain != nil {
		if _, named := n.p.Global(e.Subject); named {
			n.explain(e, rule, args)
		}
	}
	for range maxPartials { // what the function hands its arguments to
		if g, args, ok = n.next(g, args); !ok {
			return
		}
		n.apply(e, g, args)
	}
}

// flat returns the function that a call of v with arguments calls, be it
// through partial objects, and all of its arguments.
func (n *names) flat(v pickle.Value, args []pickle.Value) (*pickle.Global, []pickle.Value, bool) {
	for range maxPartials {
		if g, ok := n.p.Global(v); ok {
			return g, args, true
		}
		if found, ok := n.resolve(v); ok {
			return &pickle.Global{Module: found.Module, Qualname: found.Qualname}, args, true
		}
		made, ok := n.p.Call(v)
		g, named := n.p.ClassOf(v)
		before, _ := n.p.Tuple(made.Detail)
		if !ok || !named || !binder(g) || len(before) == 0 {
			return nil, nil, false
		}
		v, args = before[0], slices.Concat(before[1:], args)
	}
	return nil, nil, false
}

// next returns what a function calls with which of its arguments, or holds to
// be called with them.
func (n *names) next(g *pickle.Global, args []pickle.Value) (*pickle.Global, []pickle.Value, bool) {
	if len(args) == 0 {
		return nil, nil, false
	}
	rest := args[1:]
	switch at := innerArguments[[2]string{g.Module, g.Qualname}]; {
	case at == 0:
		return nil, nil, false
	case at > 1:
		if len(args) < at {
			return nil, nil, false
		}
		rest, _ = n.p.Tuple(args[at-1])
	}
	return n.flat(args[0], rest)
}

// innerArguments are functions that call their first argument, by where the
// arguments of that call are: 1 where all that follow are, 2 and 3 where the
// second or third is a tuple of them.
var innerArguments = map[[2]string]int{
	{"functools", "partial"}:                1,
	{"types", "MethodType"}:                 1,
	{"copyreg", "__newobj__"}:               1,
	{"copyreg", "__newobj_ex__"}:            2,
	{"torch._tensor", "_rebuild_from_type"}: 3, {"torch._tensor", "_rebuild_from_type_v2"}: 3, {"torch.tensor", "_rebuild_from_type"}: 3,
}

// apply notes what a function does with its arguments.
func (n *names) apply(e pickle.Event, g *pickle.Global, args []pickle.Value) {
	for _, r := range ruleOf(g).uses {
		if r.argument >= len(args) {
			continue
		}
		arg, use := args[r.argument], r.use
		switch {
		case r.codec:
			n.codec(arg, e.Offset)
			continue
		case r.state:
			n.hooks(e.Subject, arg, e.Offset)
			n.stateBy(args[1], e.Offset) // the class
			continue
		case r.bound:
			n.bound(arg, e.Offset)
			continue
		case r.converts:
			for _, arg := range args[r.argument:] {
				n.converted(arg, g.Qualname == "str", e.Offset)
			}
			continue
		case r.tensor:
			if !n.tensor(arg) {
				n.computed(Call, e.Offset)
			}
			continue
		case r.maker:
			if object, ok := n.p.Global(arg); ok && !tensorModules[object.Module] {
				n.computed(Call, e.Offset)
			}
			continue
		}
		if object, ok := n.p.Global(arg); ok {
			if r.base && object.Module == "builtins" && object.Qualname == "object" {
				continue
			}
			if viewOnly(object.Module, object.Qualname) && g.Qualname == "_reconstruct" {
				use = Build
			}
			if use&New != 0 && arrayClass(object) && shapeArgument(g, true) == 0 {
				n.unsafe(object, "is made by its constructor, which takes any memory", e.Offset)
			}
		}
		n.held(arg, use, e.Offset)
	}
}

// keywords notes a codec given by keyword and returns the other arguments.
func (n *names) keywords(rule callRule, args []pickle.Value, offset int64) []pickle.Value {
	if slices.ContainsFunc(rule.uses, func(u argumentUse) bool { return u.codec }) {
		for _, value := range n.p.Pairs(args[1]) {
			n.codec(value, offset)
		}
	}
	positional, _ := n.p.Tuple(args[0])
	return positional
}

// textCodecs are the codecs that make bytes of text and text of bytes, with
// dashes and spaces as underscores.
var textCodecs = map[string]bool{
	"ascii": true, "us_ascii": true, "utf_8": true, "utf8": true, "utf_8_sig": true, "utf_16": true, "utf16": true,
	"utf_16_le": true, "utf_16_be": true, "utf_32": true, "utf_32_le": true, "utf_32_be": true, "latin1": true,
	"latin_1": true, "latin": true, "iso_8859_1": true, "iso8859_1": true, "cp1252": true, "windows_1252": true,
	"raw_unicode_escape": true, "unicode_escape": true,
}

// codec notes the name of a codec, unless it is a plain encoding of text: a
// codec is looked up as a module of the package encodings, and by whatever
// else the process has registered.
func (n *names) codec(v pickle.Value, offset int64) {
	g := Global{Kind: Computed, Qualname: computedName}
	switch n.p.Kind(v) {
	case pickle.None, pickle.Bool, pickle.Int, pickle.Float, pickle.Bytes:
		return // no name, which Python refuses
	case pickle.Text, pickle.ByteText:
		if name, ok := n.p.Text(v); ok {
			if textCodecs[strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(name))] {
				return
			}
			g = Global{Module: "encodings", Qualname: name}
		}
	}
	g.Uses, g.Count, g.Member, g.Offset = Import, 1, n.member, offset
	n.c.global(g, n.again)
}

// tensor tells whether v is a tensor or a storage of torch's, or a plain value.
// Of anything else nobody can say what a call of its methods does.
func (n *names) tensor(v pickle.Value) bool {
	switch n.p.Kind(v) {
	case pickle.Class:
		return false
	case pickle.Instance:
		g, ok := n.p.ClassOf(v)
		return ok && tensorModules[g.Module]
	}
	return true
}

// tensorModules have what makes tensors and storages.
var tensorModules = map[string]bool{
	"torch": true, "torch.cuda": true, "torch._utils": true, "torch._tensor": true, "torch.tensor": true, "torch.storage": true,
	"torch.nn.parameter": true, "torch.autograd.variable": true, "torch.nested._internal.nested_tensor": true,
}

// bound notes what is bound to be called: a name, or an instance, of which
// the name of its class does not say what it does then.
func (n *names) bound(v pickle.Value, offset int64) {
	if i, ok := n.p.GlobalIndex(v); ok {
		n.binds[i] = true
		return
	}
	call, ok := n.p.Call(v)
	_, named := n.resolve(v)
	if !ok || named || n.partial(v) != nil {
		return
	}
	class, _ := n.p.ClassValue(v)
	if call.Kind >= pickle.NewObj || class != call.Subject { // an instance; else a function may have made a function
		n.use(v, Call, offset)
	}
}

// explain notes the names that stand for a call, or that nothing does.
func (n *names) explain(e pickle.Event, rule callRule, args []pickle.Value) {
	i, _ := n.p.GlobalIndex(e.Subject)
	found, ok := rule.plain(n.p, args)
	if !ok || e.Kind == pickle.Obj {
		n.opaque[i] = true
		return
	}
	n.explained[i] = true
	for _, g := range found {
		g.Uses, g.Count, g.Member, g.Offset = g.Uses|Import, 1, n.member, e.Offset
		if _, ok := explainedLoader(g.Module, g.Qualname); ok {
			g.Explained = Call
			n.lookups[keyOf(&g)]++
		}
		n.c.global(g, n.again)
	}
}

// resolve returns the name that v, the result of a call, stands for.
func (n *names) resolve(v pickle.Value) (Global, bool) {
	call, ok := n.p.Call(v)
	if !ok || call.Kind == pickle.NewObj || call.Kind == pickle.NewObjEx {
		return Global{}, false
	}
	g, ok := n.p.Global(call.Subject)
	if !ok {
		return Global{}, false
	}
	rule := ruleOf(g)
	if rule.plain == nil {
		return Global{}, false
	}
	args, _ := n.p.Tuple(call.Detail)
	found, ok := rule.plain(n.p, args)
	if !ok || len(found) != 1 {
		return Global{}, false
	}
	return found[0], true
}

// namedUfunc is what _ufunc_reconstruct(module, name) imports.
func namedUfunc(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) != 2 {
		return nil, false
	}
	module, ok := p.Text(args[0])
	name, ok2 := p.Text(args[1])
	return []Global{{Module: module, Qualname: name}}, ok && ok2
}

// namedAttribute is what getattr(object, name) gives of an imported object,
// such as a member of an enumeration, or of an instance of an imported class.
func namedAttribute(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) != 2 {
		return nil, false
	}
	g, ok := p.Global(args[0])
	if !ok {
		made, _ := p.Call(args[0])
		class, named := p.ClassValue(args[0])
		g, ok = p.Global(class)
		ok = ok && named && (made.Kind == pickle.NewObj || class != made.Subject) // what else a call gave may be of any class
	}
	name, ok2 := p.Text(args[1])
	if !ok || !ok2 || g.Kind != pickle.Named {
		return nil, false
	}
	return []Global{{Module: g.Module, Qualname: g.Qualname + "." + name}}, true
}

// typeOfConstant is what type(constant) gives.
func typeOfConstant(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) != 1 {
		return nil, false
	}
	if g, ok := p.Global(args[0]); ok && g.Module == "builtins" {
		switch g.Qualname {
		case "Ellipsis":
			return []Global{{Module: "types", Qualname: "EllipsisType"}}, true
		case "NotImplemented":
			return []Global{{Module: "types", Qualname: "NotImplementedType"}}, true
		}
	}
	switch kind := p.Kind(args[0]); kind {
	case pickle.None:
		return []Global{{Module: "types", Qualname: "NoneType"}}, true
	case pickle.Bool, pickle.Int, pickle.Float, pickle.Text, pickle.Bytes, pickle.ByteArray, pickle.Tuple, pickle.List,
		pickle.Dict, pickle.Set, pickle.FrozenSet:
		return []Global{{Module: "builtins", Qualname: kind.String()}}, true
	}
	return nil, false
}

// constants reaches nothing: its arguments are numbers and text.
func constants(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	for _, arg := range args {
		switch p.Kind(arg) {
		case pickle.None, pickle.Bool, pickle.Int, pickle.Float, pickle.Text, pickle.ByteText, pickle.Bytes:
		default:
			return nil, false
		}
	}
	return nil, len(args) > 0
}

// builtinType is what cloudpickle looks up in the module types.
func builtinType(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) != 1 {
		return nil, false
	}
	name, ok := p.Text(args[0])
	if name == "ClassType" { // of Python 2
		return []Global{{Module: "builtins", Qualname: "type"}}, ok
	}
	return []Global{{Module: "types", Qualname: name}}, ok && identifier(name)
}

// loadedType is what dill looks up in its table of types: Python's own under
// their names, and those of the module types, with a few more.
func loadedType(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) != 1 {
		return nil, false
	}
	name, _ := p.Text(args[0])
	switch name {
	case "PartialType":
		return []Global{{Module: "functools", Qualname: "partial"}}, true
	case "ObjectType": // of Python 2
		return []Global{{Module: "builtins", Qualname: "object"}}, true
	case "ItemGetterType":
		return []Global{{Module: "operator", Qualname: "itemgetter"}}, true
	case "NoneType", "EllipsisType", "NotImplementedType", "MethodType", "CodeType", "FunctionType", "LambdaType", "ModuleType", "CellType",
		"MappingProxyType", "BuiltinFunctionType", "BuiltinMethodType":
		return []Global{{Module: "types", Qualname: name}}, true
	case "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "range", "set", "slice", "str", "tuple", "type":
		return []Global{{Module: "builtins", Qualname: name}}, true
	}
	return nil, false
}

// createdArray is what dill calls to make an array, of which class:
// _create_array(_reconstruct, (class, shape, type), state, attributes).
func createdArray(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) != 3 && len(args) != 4 {
		return nil, false
	}
	maker, ok := p.Global(args[0])
	inner, _ := p.Tuple(args[1])
	if !ok || len(inner) != 3 || maker.Qualname != "_reconstruct" || maker.Module != "numpy.core.multiarray" && maker.Module != "numpy._core.multiarray" {
		return nil, false
	}
	class, ok := p.Global(inner[0])
	if !ok || class.Kind != pickle.Named {
		return nil, false
	}
	made := Global{Module: class.Module, Qualname: class.Qualname, Uses: New | Build}
	if viewOnly(class.Module, class.Qualname) {
		made.Uses = Build
	}
	return []Global{{Module: maker.Module, Qualname: maker.Qualname, Uses: Call}, made}, true
}

// loggerName is the text that logging.getLogger takes, or nothing.
func loggerName(p *pickle.Program, args []pickle.Value) ([]Global, bool) {
	if len(args) == 0 {
		return nil, true
	}
	_, text := p.Text(args[0])
	return nil, text && len(args) == 1
}
