package inspect

// skopsLoader is what a loader of skops does with a node, as of the releases
// 0.3 to 0.16.
type skopsLoader struct {
	uses  Uses       // of the node's class or function
	nodes []string   // where its child nodes stand; a dot goes one level down
	items bool       // its content is a list, or an object, of child nodes
	file  bool       // it reads a member
	makes string     // what it makes, whatever the class of the node says
	plain string     // the class that such a node has, where nobody looks at it
	steps skopsSteps // how what is in its content is reached
}

var (
	skopsList   = skopsLoader{uses: Import | Call, items: true, steps: keySteps}
	skopsReduce = skopsLoader{uses: Import | Call | Build, nodes: []string{"content", "__reduce__.args"}, steps: stateSteps}
)

var skopsLoaders = map[string]skopsLoader{
	"JsonNode":   {plain: "builtins.str"},
	"SliceNode":  {plain: "builtins.slice"},
	"CachedNode": {uses: Import},

	"ListNode": skopsList, "TupleNode": skopsList, "SetNode": skopsList,
	"DictNode":        {uses: Import | Call | Build, items: true, nodes: []string{"key_types"}, steps: keySteps},
	"DefaultDictNode": {uses: Import | Call | Build, nodes: []string{"content.main", "content.default_factory"}, makes: "collections.defaultdict"},
	"_DictWithDeprecatedKeysNode": {
		uses: Import | Call | Build, nodes: []string{"content.main", "content._deprecated_key_to_new_key"},
		makes: "sklearn.covariance._graph_lasso._DictWithDeprecatedKeys",
	},

	"BytesNode":           {file: true, plain: "builtins.bytes"},
	"BytearrayNode":       {file: true, plain: "builtins.bytearray"},
	"SparseMatrixNode":    {uses: Import, file: true},
	"NdArrayNode":         {uses: Import, steps: keySteps},
	"MaskedArrayNode":     {uses: Import, nodes: []string{"content.data", "content.mask"}, steps: memberSteps},
	"DTypeNode":           {uses: Import, nodes: []string{"content"}},
	"RandomStateNode":     {uses: Import | Call | Build, nodes: []string{"content"}},
	"RandomGeneratorNode": {uses: Import | Call},

	"FunctionNode":     {uses: Import},
	"TypeNode":         {uses: Import},
	"MethodNode":       {uses: Import, nodes: []string{"content.obj"}},
	"OperatorFuncNode": {uses: Import | Call, nodes: []string{"attrs"}},
	"PartialNode": {
		uses: Import | Call | Build, makes: "functools.partial", steps: memberSteps,
		nodes: []string{"content.func", "content.args", "content.kwds", "content.namespace"},
	},

	"ObjectNode":                {uses: Import | New | Build, steps: stateSteps},
	"ConstructorFromReduceNode": {uses: Import | Call, nodes: []string{"content"}},
	"LossNode":                  skopsReduce,
	"SGDNode":                   skopsReduce,
	"TreeNode":                  makesAlways(skopsReduce, "sklearn.tree._tree.Tree"),
	"QuantileForestNode":        makesAlways(skopsReduce, "quantile_forest._quantile_forest_fast.QuantileForest"),
}

// SkopsLoader says whether name is one that Global.Node may have.
func SkopsLoader(name string) bool {
	_, known := skopsLoaders[name]
	return known || name == skopsFunction0
}

func makesAlways(l skopsLoader, name string) skopsLoader {
	l.makes = name
	return l
}

// skopsExtra is what some loaders read of their nodes beyond the table.
var skopsExtra = map[string]func(*skopsSchema, skopsNode){
	"NdArrayNode":         (*skopsSchema).array,
	"FunctionNode":        (*skopsSchema).function,
	"MethodNode":          (*skopsSchema).method,
	"OperatorFuncNode":    (*skopsSchema).operator,
	"RandomGeneratorNode": (*skopsSchema).generator,
	"ObjectNode":          (*skopsSchema).object,
	"DictNode":            (*skopsSchema).keyTypes,
}

// keyTypes reads the types of a dict's keys, which skops iterates, and calls
// each with a key as text.
func (s *skopsSchema) keyTypes(n skopsNode) {
	types, _ := n.fields["key_types"].(map[string]any)
	if types["__loader__"] != "ListNode" || types["__module__"] != "builtins" || types["__class__"] != "list" {
		s.malformed(n, "the types of its keys are no list")
	}
	items, _ := types["content"].([]any)
	for _, item := range items {
		fields, _ := item.(map[string]any)
		module, _ := fields["__module__"].(string)
		class, _ := fields["__class__"].(string)
		switch {
		case fields["__loader__"] != "TypeNode":
			s.malformed(n, "the type of a key is no class")
		case module != "builtins" && module != "numpy":
			s.use(n, module, class, Import|Call)
		}
	}
}

// array reads a node of an array or a scalar. An array of objects stands in
// the schema; any other in a member, and a class other than NumPy's array is
// called with what was read.
func (s *skopsSchema) array(n skopsNode) {
	switch n.fields["type"] {
	case "numpy":
		s.file(n)
		if n.name() != "numpy.ndarray" {
			s.use(n, n.module, n.class, Import|Call)
		}
	case "json":
		s.children(n, "shape")
		s.items(n)
	default:
		s.malformed(n, "its type is neither numpy nor json")
	}
}

// function reads the name that protocol 0 keeps in the node's content. A
// release of that time looks there whatever protocol the file names.
func (s *skopsSchema) function(n skopsNode) {
	content, ok := n.fields["content"].(map[string]any)
	module, ok1 := content["module_path"].(string)
	function, ok2 := content["function"].(string)
	if ok1 && ok2 {
		n.loader = skopsFunction0
		s.use(n, module, function, Import)
	} else if s.protocol == 0 || ok {
		s.malformed(n, "its content names no function")
	}
}

// skopsFunction0 tells functions in the words of protocol 0 from later ones,
// since skops trusts fewer of them.
const skopsFunction0 = "FunctionNode0"

// method reads a bound method: an attribute of an object. Later releases
// report it under the name of the object's class. What the node itself says
// was the module of the function and "method" before.
func (s *skopsSchema) method(n skopsNode) {
	content, _ := n.fields["content"].(map[string]any)
	function, ok := content["func"].(string)
	object, ok2 := content["obj"].(map[string]any)
	if !ok || !ok2 {
		s.malformed(n, "it lacks the method's name or object")
		return
	}
	module, _ := object["__module__"].(string)
	class, _ := object["__class__"].(string)
	s.use(n, module, class+"."+function, Import)
}

// operator reads a call of something in the module operator: skops looks
// there whatever module the node says.
func (s *skopsSchema) operator(n skopsNode) {
	if n.module != "operator" {
		s.use(n, "operator", n.class, Import|Call)
		s.malformed(n, "its module is another than operator")
	}
}

// generator reads the name of the bit generator that skops looks up in
// numpy.random and calls.
func (s *skopsSchema) generator(n skopsNode) {
	content, _ := n.fields["content"].(map[string]any)
	bits, _ := content["bit_generator"].(map[string]any)
	var name string
	ok := false
	if s.protocol == 0 { // the state stands there as it is
		name, ok = bits["bit_generator"].(string)
	}
	if !ok {
		s.children(n, "content.bit_generator")
		state, _ := bits["content"].(map[string]any)
		inner, _ := state["bit_generator"].(map[string]any)
		text, _ := inner["content"].(string)
		name, ok = jsonText(text)
	}
	if !ok {
		s.malformed(n, "it names no bit generator")
		return
	}
	s.use(n, "numpy.random", name, Import|Call)
	if s.protocol == skopsProtocol {
		s.children(n, "content.seed_seq")
	}
}

// object reads a node without content, or with one.
func (s *skopsSchema) object(n skopsNode) {
	if n.fields["content"] != nil {
		s.children(n, "content")
	}
}
