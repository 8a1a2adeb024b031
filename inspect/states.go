package inspect

import (
	"slices"
	"strings"

	"modelscan/pickle"
)

// stateRule says what a state would make the __setstate__ of a class do
// beyond setting attributes, or "" where it is one that the library itself
// writes and that does no more. The library's own source decides; what a
// rule cannot tell is no plain state.
type stateRule struct {
	module   string // or, with a dot at its end, what the module begins with
	qualname string // or, with an asterisk at one end, what the name ends or begins with
	does     func(p *pickle.Program, state pickle.Value) string
	kind     bool // the rule looks at what the state is, and not at what it has
}

var stateRules = []stateRule{
	{module: "scipy.stats.", qualname: "*_gen", does: distribution},
	{module: "scipy.stats.", qualname: "rv_histogram", does: distribution},
	{module: "scipy.stats._distn_infrastructure", qualname: "rv_sample", does: distribution},
	{module: "statsmodels.base.data", qualname: "*Data", does: formula},
	{module: "pmdarima.arima.arima", qualname: "ARIMA", does: pathOfResults},
	{module: "xgboost.sklearn", qualname: "*", does: boosterFile},
	{module: "sklego.pipeline", qualname: "DebugPipeline", does: cacheFolder},
	{module: "joblib.memory", qualname: "Memory", does: cache},
	{module: "skorch.", qualname: "*", does: torchFile},
	{module: "sklearn_pandas.", qualname: "DataFrameMapper", does: columnFunctions},
	{module: "ngboost.", qualname: "NGB*", does: distributionClass},
	{module: "cmdstanpy.model", qualname: "CmdStanModel", does: stanProgram},
	{module: "pandas.", qualname: "*DataFrame", does: oldTable, kind: true},
	{module: "pandas.", qualname: "*Series", does: oldTable, kind: true},
	{module: "pandas.", qualname: "*Panel", does: oldTable, kind: true},
	{module: "torch", qualname: "ScriptObject", does: packedWeights},
}

// state applies the rules to a state that an instance of a class is given.
func (n *names) state(class *pickle.Global, state pickle.Value, offset int64) {
	for i := range stateRules {
		r := &stateRules[i]
		if !r.of(class) {
			continue
		}
		name := class.Module + "." + class.Qualname
		if does := r.does(n.p, state); does != "" {
			n.c.hazard(Hazard{"state", name, name + " is given a state that " + does, n.member, offset})
			continue
		}
		if r.kind {
			continue
		}
		shared := Hazard{"state", name, name + " is given a state that the file has elsewhere as well, and may change there", n.member, offset}
		n.alone(state, 2, shared) // the event's and the instance's
		parts, _ := n.p.Tuple(state)
		for _, part := range parts {
			if n.p.Kind(part) == pickle.Dict {
				n.alone(part, 1, shared)
			}
		}
	}
}

// setterModules begin the names of modules with classes of which a property
// sets attributes of what the object holds, be that an imported class. Only
// the second part of a state reaches those, which belongs to classes with slots.
var setterModules = []string{"sklearn.gaussian_process.kernels", "sklearn.feature_extraction.text", "statsmodels.", "skopt.", "shap."}

// slots notes such a part.
func (n *names) slots(class *pickle.Global, state pickle.Value, offset int64) {
	pair, ok := n.p.Tuple(state)
	if !ok || len(pair) != 2 || n.p.IsNone(pair[1]) {
		return
	}
	for _, module := range setterModules {
		if strings.HasPrefix(class.Module, module) {
			name := class.Module + "." + class.Qualname
			n.c.hazard(Hazard{"state", name, name + " is given a state that may set attributes of what it holds", n.member, offset})
		}
	}
}

// stateOfMade notes a state on what a function made that takes the class.
func (n *names) stateOfMade(function *pickle.Global, e pickle.Event) {
	call, _ := n.p.Call(e.Subject)
	if g, ok := n.p.Global(call.Subject); !ok || g != function {
		return // a class is known by name
	}
	args, _ := n.p.Tuple(call.Detail)
	for _, r := range ruleOf(function).uses {
		if r.use&New != 0 && r.argument < len(args) {
			n.stateBy(args[r.argument], e.Offset)
		}
	}
}

// stateBy notes that a function gives a state to an instance of a class, or
// makes one that is given a state. No library does so with a class that has a rule.
func (n *names) stateBy(class pickle.Value, offset int64) {
	if g, ok := n.p.Global(class); ok && stateRuled(g) {
		name := g.Module + "." + g.Qualname
		n.c.hazard(Hazard{"state", name, name + " is given a state by way of a function", n.member, offset})
	}
}

// ruled says whether there is a rule on the states of a class.
type ruled uint8

const (
	notAsked ruled = iota
	noRules
	someRules
)

// hasRules tells whether a rule is about a class, and works that out once.
func (n *names) hasRules(class pickle.Value) bool {
	i, _ := n.p.GlobalIndex(class)
	if n.ruled[i] == notAsked {
		n.ruled[i] = noRules
		g := &n.p.Globals()[i]
		if slices.ContainsFunc(stateRules, func(r stateRule) bool { return r.of(g) }) {
			n.ruled[i] = someRules
		}
	}
	return n.ruled[i] == someRules
}

// stateRuled tells whether there is a rule on the states of a class.
func stateRuled(class *pickle.Global) bool {
	for i := range stateRules {
		if !stateRules[i].kind && stateRules[i].of(class) {
			return true
		}
	}
	return false
}

func (r *stateRule) of(class *pickle.Global) bool {
	rest, module := strings.CutPrefix(class.Module, strings.TrimSuffix(r.module, "."))
	if !module || rest != "" && (rest[0] != '.' || !strings.HasSuffix(r.module, ".")) {
		return false
	}
	ending, isEnding := strings.CutPrefix(r.qualname, "*")
	beginning, isBeginning := strings.CutSuffix(r.qualname, "*")
	return class.Qualname == r.qualname || isEnding && strings.HasSuffix(class.Qualname, ending) || isBeginning && strings.HasPrefix(class.Qualname, beginning)
}

// isDict tells whether v is a dict whose keys are all text. An object in its
// place may answer differently each time it is asked.
func isDict(p *pickle.Program, v pickle.Value) bool {
	for key := range p.Pairs(v) {
		if _, ok := p.Text(key); !ok {
			return false
		}
	}
	return p.Kind(v) == pickle.Dict
}

// under yields all that a dict was given under a key.
func under(p *pickle.Program, dict pickle.Value, want string) func(func(pickle.Value) bool) {
	return func(yield func(pickle.Value) bool) {
		for key, value := range p.Pairs(dict) {
			if p.TextIs(key, want) && !yield(value) {
				return
			}
		}
	}
}

// A distribution's state holds the source of its argument parsers, which
// rv_generic.__setstate__ runs; before SciPy 1.6 it was a pair of the
// constructor's arguments and a generator.
func distribution(p *pickle.Program, state pickle.Value) string {
	const runs = "has source code to run"
	if pair, ok := p.Tuple(state); ok && len(pair) == 2 && isDict(p, pair[0]) {
		for key, value := range p.Pairs(pair[0]) {
			name, _ := p.Text(key)
			shapes, ok := p.Text(value)
			if !distributionArguments[name] || name == "shapes" && !p.IsNone(value) && (!ok || !plainShapes().MatchString(shapes)) {
				return runs
			}
		}
		return ""
	}
	if !isDict(p, state) {
		return runs
	}
	for key, value := range p.Pairs(state) {
		name, _ := p.Text(key)
		source, _ := p.Text(value)
		if name == "_parse_arg_template" && !plainTemplate(source) || strings.HasPrefix(name, "_attach") {
			return runs
		}
	}
	return ""
}

var (
	distributionArguments = map[string]bool{
		"a": true, "b": true, "name": true, "badvalue": true, "xtol": true, "momtype": true, "longname": true, "shapes": true,
		"extradoc": true, "seed": true, "moment_tol": true, "values": true, "inc": true, "histogram": true, "density": true,
	}
	plainShapes = pattern(`^[A-Za-z0-9_, ]*$`)
	template    = pattern(`^\ndef _parse_args\(self, ((?:[A-Za-z_][A-Za-z0-9_]*, )*) (loc=0(?:, scale=1)?)\):\n`)
)

// plainTemplate tells whether source is what SciPy makes of the names of a
// distribution's parameters.
func plainTemplate(source string) bool {
	m := template().FindStringSubmatch(source)
	if m == nil {
		return false
	}
	shapes, in, out := m[1], m[2], "loc, scale"
	if in == "loc=0" {
		out = "loc, 1"
	}
	return source == "\ndef _parse_args(self, "+shapes+" "+in+"):\n    return ("+shapes+"), "+out+"\n"+
		"\ndef _parse_args_rvs(self, "+shapes+" "+in+", size=None):\n    return self._argcheck_rvs("+shapes+" "+out+", size=size)\n"+
		"\ndef _parse_args_stats(self, "+shapes+" "+in+", moments='mv'):\n    return ("+shapes+"), "+out+", moments\n"
}

// A model made of a formula evaluates it again in ModelData.__setstate__:
// patsy takes what stands between operators for Python. A plain formula
// (formula.go) does no harm there, on a table of pandas.
func formula(p *pickle.Program, state pickle.Value) string {
	const evaluates = "has a formula, which is evaluated as Python"
	if !isDict(p, state) {
		return evaluates
	}
	again := false
	for key := range p.Pairs(state) {
		again = again || p.TextIs(key, "restore_design_info") || p.TextIs(key, "restore_model_spec")
	}
	if !again {
		return ""
	}
	frame := false
	for value := range under(p, state, "frame") {
		g, ok := p.ClassOf(value)
		if frame = ok && g.Qualname == "DataFrame" && (g.Module == "pandas" || g.Module == "pandas.core.frame"); !frame {
			return evaluates
		}
	}
	for value := range under(p, state, "formula") {
		if text, ok := p.Text(value); !ok || !frame || !plainFormula(text) {
			return evaluates
		}
		again = false
	}
	if again {
		return evaluates
	}
	return ""
}

// The tables of pandas before 1.0 take their states of before 0.13, too. Some
// of those hold NumPy's files in place of an index, with pickles in them.
func oldTable(p *pickle.Program, state pickle.Value) string {
	class, ok := p.ClassOf(state)
	if p.Kind(state) == pickle.Dict || ok && strings.HasSuffix(class.Qualname, "BlockManager") {
		return ""
	}
	parts, _ := p.Tuple(state)
	switch {
	case len(parts) == 2 && p.Kind(parts[0]) == pickle.Tuple: // a series: the state of an array, and its own
		return ""
	case len(parts) == 5 && isIndex(p, parts[1]) && isIndex(p, parts[2]): // a sparse table
		return ""
	}
	return "is read as of pandas before 0.13, with pickles in bytes"
}

func isIndex(p *pickle.Program, v pickle.Value) bool {
	class, ok := p.ClassOf(v)
	return ok && strings.HasPrefix(class.Module, "pandas.") && strings.HasSuffix(class.Qualname, "Index")
}

// pmdarima before 1.1 kept its results in a pickle beside the model.
func pathOfResults(p *pickle.Program, state pickle.Value) string {
	for range under(p, state, "tmp_pkl_") {
		return "names a file, which is unpickled"
	}
	if !isDict(p, state) {
		return "may name a file to unpickle"
	}
	return ""
}

// XGBoost before 1.0 gives what it finds in the place of its booster to the
// constructor of one, which opens a file where that is text.
func boosterFile(p *pickle.Program, state pickle.Value) string {
	if !isDict(p, state) {
		return "may name a model file to read"
	}
	for value := range under(p, state, "_Booster") {
		g, ok := p.ClassOf(value)
		switch kind := p.Kind(value); {
		case ok && g.Module == "xgboost.core" && g.Qualname == "Booster":
		case kind == pickle.None || kind == pickle.Bytes || kind == pickle.ByteArray:
		default:
			return "names a model file to read"
		}
	}
	return ""
}

// scikit-lego's DebugPipeline makes a cache of its memory parameter again
// where it has a callback.
func cacheFolder(p *pickle.Program, state pickle.Value) string {
	if !isDict(p, state) {
		return "may name a folder to make"
	}
	none := func(key string) bool {
		for value := range under(p, state, key) {
			if !p.IsNone(value) {
				return false
			}
		}
		return true
	}
	if !none("_log_callback") && !none("_memory") {
		return "names a folder to make"
	}
	return ""
}

// A joblib.Memory that has a place makes, loads and deletes files there.
func cache(p *pickle.Program, state pickle.Value) string {
	if !isDict(p, state) {
		return "may name a folder to keep files in"
	}
	for _, key := range []string{"location", "cachedir", "store_backend"} {
		for value := range under(p, state, key) {
			if !p.IsNone(value) {
				return "names a folder to keep files in"
			}
		}
	}
	return ""
}

// A net of skorch loads its modules and optimisers from a file of torch's in
// its state, which is read as one (carriedModels) where it is plain bytes.
func torchFile(p *pickle.Program, state pickle.Value) string {
	if !isDict(p, state) {
		return "may hold a file for torch to load"
	}
	for _, key := range []string{"__cuda_dependent_attributes__", skorchDumps} {
		for value := range under(p, state, key) {
			_, ok := dataOf(p, value)
			if names := key == skorchDumps && p.Kind(value) == pickle.List; !ok && !names {
				return "holds a file for torch to load that cannot be read"
			}
		}
	}
	return ""
}

// skorchDumps is where nets of skorch 0.4 and 0.5 keep a file of torch's.
// Before and after, the names of attributes stand there; before, each of those
// is such a file.
const skorchDumps = "cuda_dependent_attributes_"

// torchDump tells whether some release of skorch loads an attribute of a net.
func torchDump(p *pickle.Program, net, key, value pickle.Value) bool {
	switch p.Kind(value) {
	case pickle.Bytes, pickle.ByteArray:
		return true
	case pickle.Instance:
	default:
		return false
	}
	if _, ok := dataOf(p, value); !ok {
		return false
	}
	for _, name := range []string{skorchDumps, "module_", "optimizer_", "criterion_"} {
		if p.TextIs(key, name) {
			return true
		}
	}
	name, _ := p.Text(key)
	for state := range p.States(net) {
		for names := range under(p, state, skorchDumps) {
			for item := range p.Items(names) {
				if p.TextIs(item, name) {
					return true
				}
			}
		}
	}
	return false
}

// A DataFrameMapper calls the first of a feature's four parts with the last.
// It writes two or three.
func columnFunctions(p *pickle.Program, state pickle.Value) string {
	const calls = "may have functions of columns, which are called"
	if !isDict(p, state) {
		return calls
	}
	for features := range under(p, state, "features") {
		if kind := p.Kind(features); kind != pickle.List && kind != pickle.Tuple {
			return calls
		}
		for feature := range p.Items(features) {
			kind := p.Kind(feature)
			if length, ok := p.Len(feature); !ok || length > 3 || kind != pickle.Tuple && kind != pickle.List {
				return calls
			}
		}
	}
	return ""
}

// A model of NGBoost makes a class of the distribution and the score that its
// state names, by a method of the first.
func distributionClass(p *pickle.Program, state pickle.Value) string {
	const calls = "has a distribution that is no class, of which methods are called"
	if !isDict(p, state) {
		return calls
	}
	for _, key := range []string{"Dist", "Score", "_basedist"} {
		for value := range under(p, state, key) {
			if p.Kind(value) != pickle.Class && !p.IsNone(value) {
				return calls
			}
		}
	}
	return ""
}

// A model of cmdstanpy runs its program when it fits. Prophet brings one.
func stanProgram(p *pickle.Program, state pickle.Value) string {
	if !isDict(p, state) {
		return "may name a program to run"
	}
	for value := range under(p, state, "_exe_file") {
		path, ok := p.Text(value)
		path = strings.ReplaceAll(path, "\\", "/")
		if !p.IsNone(value) && (!ok || !strings.HasSuffix(path, "/prophet/stan_model/prophet_model.bin")) {
			return "names a program to run, which is not Prophet's"
		}
	}
	return ""
}

// packedClasses are the compiled classes in which torch packs the weights of
// quantised layers.
var packedClasses = pattern(`^__torch__\.torch\.classes\.(quantized|sparse|rnn|xnnpack|mkldnn)\.\w+$`)

// An object of a compiled class is rebuilt by whatever class of that name the
// process has registered: a state, and the name.
func packedWeights(p *pickle.Program, state pickle.Value) string {
	pair, _ := p.Tuple(state)
	if len(pair) == 2 {
		if name, ok := p.Text(pair[1]); ok && packedClasses().MatchString(name) {
			return ""
		}
	}
	return "is for a compiled class other than those of packed weights"
}
