package environment

import (
	"slices"

	"modelscan/inspect"
)

// A rule is a row of what breaks a load besides names that are not there.
type rule struct {
	library string
	have    string // the bound within which the environment's version lies
	about   about
	message string
}

// about tells whether a file holds what a rule is about.
type about func(m *inspect.Model, n Need) bool

var rules = []rule{
	{"scikit-learn", ">=1.3", written("<1.3", "sklearn.tree._tree.Tree"), "trees of before 1.3 have other nodes"},
	{"scikit-learn", "<1.3", written(">=1.3", "sklearn.tree._tree.Tree"), "trees since 1.3 have other nodes"},
	{"joblib", "<1.2", written(">=1.2", "joblib.numpy_pickle.NumpyArrayWrapper"), "arrays have padding that joblib knows since 1.2"},
	{"numpy", "<2.3", written(">=2.3", "numpy._core.numeric._frombuffer"), "an array's axes are moved, which NumPy knows since 2.3"},
	{"numpy", "<1.24", written(">=1.24", "numpy.random._pickle.__randomstate_ctor", "numpy.random._pickle.__generator_ctor"),
		"a generator is written as NumPy does since 1.24"},
	{"numpy", "<2.0", written(">=2.0", "numpy.random._pickle.__bit_generator_ctor"), "a generator is written as NumPy does since 2.0"},
	{"pandas", ">=2.1", written("<1.4", "pandas.core.internals.blocks.new_block"), "blocks are written as pandas 1.3 does"},
	{"pandas", "<3.0", written(">=3.0", "pandas.StringDtype"), "text is written as pandas does since 3.0"},
	{"pandas", "<3.0", written(">=3.0", "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked"), "times are written as pandas does since 3.0"},
	{"pandas", "<2.3", written(">=2.3", "pandas.core.arrays.string_.StringDtype"), "a StringDtype is written as pandas does since 2.3"},

	{"python", "<3.9", holds("zoneinfo.ZoneInfo", "zoneinfo.ZoneInfo._unpickle"), "zoneinfo came with Python 3.9"},
	{"python", "<3.9", holds("types.GenericAlias"), "types like list[int] came with Python 3.9"},
	{"python", "<3.15", holds("builtins.frozendict"), "frozendict came with Python 3.15"},
	{"python", "<3.0", protocol(3), "protocol 3 needs Python 3"},
	{"python", "<3.4", protocol(4), "protocol 4 needs Python 3.4"},
	{"python", "<3.8", protocol(5), "protocol 5 needs Python 3.8"},
	{"python", ">=3.0", latin1, `text of Python 2 that is not ASCII: a load needs encoding="latin1"`},
	{"python", ">=3.0", code("<3.0"), "code of Python 2, which runs there alone"},
	{"python", "<3.0", code(">=3.0"), "code of Python 3, which runs there alone"},
	{"python", ">=3.8", code("<3.8"), "code of before Python 3.8, which runs there alone"},
	{"python", "<3.8", code(">=3.8"), "code of Python 3.8 or newer, which runs there alone"},
	{"python", ">=3.11", code("<3.11"), "code of before Python 3.11, which runs there alone"},
	{"python", "<3.11", code(">=3.11"), "code of Python 3.11 or newer, which runs there alone"},
	{"python", ">=3.13", code("<3.13"), "code of before Python 3.13, which runs there alone"},
	{"python", "<3.13", code(">=3.13"), "code of Python 3.13 or newer, which runs there alone"},
	{"python", ">=3.14", code("<3.14"), "code of before Python 3.14, which runs there alone"},
	{"python", "<3.14", code(">=3.14"), "code of Python 3.14 or newer, which runs there alone"},
	{"python", "<3.15", code(">=3.15"), "code of Python 3.15 or newer, which runs there alone"},
}

// written is about a file that imports one of the names, and whose library's
// version lies within bounds.
func written(bounds string, names ...string) about {
	return func(m *inspect.Model, n Need) bool {
		return n.within(bounds) && imports(m, names...)
	}
}

// holds is about a file that imports one of the names.
func holds(names ...string) about {
	return func(m *inspect.Model, _ Need) bool { return imports(m, names...) }
}

// code is about code objects, whose form is that of one Python.
func code(bounds string) about {
	return func(m *inspect.Model, n Need) bool {
		return n.within(bounds) && imports(m, "types.CodeType", "dill._dill._create_code", "cloudpickle.cloudpickle._make_function",
			"cloudpickle.cloudpickle._make_skel_func", "cloudpickle.cloudpickle_fast._function_setstate", "dill._dill._create_function")
	}
}

func protocol(number int) about {
	return func(m *inspect.Model, _ Need) bool {
		return slices.ContainsFunc(m.Programs, func(p inspect.Program) bool { return p.Protocol == number })
	}
}

func latin1(m *inspect.Model, _ Need) bool {
	return slices.ContainsFunc(m.Programs, func(p inspect.Program) bool { return p.Latin1 })
}

// within tells whether all that is known of a need's versions lies within
// bounds.
func (n Need) within(bounds string) bool {
	if len(n.Exact) == 0 {
		return n.Bound != "" && (Package{Range: n.Bound}).lies(bounds) == yes
	}
	return !slices.ContainsFunc(n.Exact, func(exact string) bool { return (Package{Version: exact}).lies(bounds) != yes })
}

func imports(m *inspect.Model, names ...string) bool {
	return slices.ContainsFunc(m.Globals, func(g inspect.Global) bool {
		return g.Kind == inspect.Named && slices.Contains(names, g.Name())
	})
}
