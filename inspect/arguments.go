package inspect

import "strings"

// argumentRule says what a function does with a class or callable that it is
// given. The function may be trusted while what it is given is not.
type argumentRule struct {
	argument int
	use      Uses
	base     bool // builtins.object is exempt
}

var (
	newsFirst  = []argumentRule{{argument: 0, use: New}}
	newsTwo    = []argumentRule{{argument: 0, use: New}, {argument: 1, use: New}}
	callsFirst = []argumentRule{{argument: 0, use: Call}}
)

var argumentTable = map[[2]string][]argumentRule{
	{"copyreg", "_reconstructor"}:                     {{argument: 0, use: New}, {argument: 1, use: New | Call, base: true}},
	{"copyreg", "__newobj__"}:                         newsFirst,
	{"copyreg", "__newobj_ex__"}:                      newsFirst,
	{"array", "_array_reconstructor"}:                 callsFirst,
	{"numpy.core.multiarray", "_reconstruct"}:         newsFirst,
	{"numpy._core.multiarray", "_reconstruct"}:        newsFirst,
	{"numpy.core._multiarray_umath", "_reconstruct"}:  newsFirst,
	{"numpy._core._multiarray_umath", "_reconstruct"}: newsFirst,
	{"numpy.core._internal", "_reconstruct"}:          newsFirst,
	{"numpy.ma.core", "_mareconstruct"}:               newsTwo,
	{"numpy.random._pickle", "__bit_generator_ctor"}:  callsFirst,
	{"numpy.random._pickle", "__generator_ctor"}:      {{argument: 1, use: Call}},
	{"numpy.random._pickle", "__randomstate_ctor"}:    {{argument: 1, use: Call}},
	{"scipy.spatial.ckdtree", "new_object"}:           newsFirst,
	{"torch._tensor", "_rebuild_from_type_v2"}:        {{argument: 0, use: Call}, {argument: 1, use: New}},
	{"torch._tensor", "_rebuild_from_type"}:           {{argument: 0, use: Call}, {argument: 1, use: New}},
	{"torch._utils", "_rebuild_wrapper_subclass"}:     newsFirst,
}

// pandasIndexMakers are functions of pandas' index modules, whose place
// changed with its releases: cls.__new__(cls, **state).
var pandasIndexMakers = map[string]bool{
	"_new_Index": true, "_new_DatetimeIndex": true, "_new_PeriodIndex": true, "_new_TimedeltaIndex": true,
	"_new_IntervalIndex": true,
}

// argumentRules returns the rules for a function.
func argumentRules(module, qualname string) []argumentRule {
	if rules, ok := argumentTable[[2]string{module, qualname}]; ok {
		return rules
	}
	// Cython's __pyx_unpickle_X(type, checksum, state) and the newObj(cls)
	// of scikit-learn's trees and metrics make an object of the class given.
	if strings.HasPrefix(qualname, "__pyx_unpickle_") || qualname == "newObj" ||
		pandasIndexMakers[qualname] && strings.HasPrefix(module, "pandas.") {
		return newsFirst
	}
	return nil
}

// viewOnly tells of numpy.memmap, whose constructor opens a file. NumPy's
// _reconstruct and joblib make plain arrays of it and never run that.
func viewOnly(module, qualname string) bool {
	return qualname == "memmap" && (module == "numpy" || module == "numpy.core.memmap" || module == "numpy._core.memmap")
}
