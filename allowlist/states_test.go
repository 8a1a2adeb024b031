package allowlist

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"modelscan/inspect"
)

// The source that SciPy makes for a distribution with two parameters.
const parsers = "\ndef _parse_args(self, a, b,  loc=0, scale=1):\n    return (a, b, ), loc, scale\n" +
	"\ndef _parse_args_rvs(self, a, b,  loc=0, scale=1, size=None):\n    return self._argcheck_rvs(a, b,  loc, scale, size=size)\n" +
	"\ndef _parse_args_stats(self, a, b,  loc=0, scale=1, moments='mv'):\n    return (a, b, ), loc, scale, moments\n"

const (
	frame  = "cpandas.core.frame\nDataFrame\n)\x81"
	length = "cbuiltins\nlen\n"
)

// TestStates holds the rules on what a listed class may be given.
func TestStates(t *testing.T) {
	const (
		beta     = "scipy.stats._continuous_distns\nbeta_gen"
		data     = "statsmodels.base.data\nPandasData"
		booster  = "xgboost.core\nBooster"
		pipeline = "sklego.pipeline\nDebugPipeline"
		model    = "cmdstanpy.model\nCmdStanModel"
		net      = "skorch.net\nNeuralNet"
		carried  = "__cuda_dependent_attributes__"
		dumps    = "cuda_dependent_attributes_"
		mapper   = "sklearn_pandas.dataframe_mapper\nDataFrameMapper"
		ngb      = "ngboost.api\nNGBRegressor"
		kernel   = "sklearn.gaussian_process.kernels\nExponentiation"
	)
	var in inspect.Inspector
	for _, row := range []struct {
		name, class, state string
		want               Status
	}{
		{"a distribution as SciPy writes it", beta, dict("_parse_arg_template", text(parsers), "a", "K\x00"), Trusted},
		{"other source", beta, dict("_parse_arg_template", text("import os")), Untrusted},
		{"more source", beta, dict("_parse_arg_template", text(parsers+"import os\n")), Untrusted},
		{"a default that is called", beta, dict("_parse_arg_template", text(strings.ReplaceAll(parsers, "b, ", "b=f(), "))), Untrusted},
		{"source that is no text", beta, dict("_parse_arg_template", "B\x01\x00\x00\x00x"), Untrusted},
		{"two sources", beta, dict("_parse_arg_template", text(parsers), "_parse_arg_template", text("x")), Untrusted},
		{"another method", beta, dict("_attach_methods", length), Untrusted},
		{"no dict", beta, "ccollections\nOrderedDict\n)R", Untrusted},
		{"pairs", beta, text("_parse_arg_template") + text("import os") + "\x86\x85", Untrusted},
		{"before SciPy 1.6", beta, dict("shapes", text("a, b")) + "N\x86", Trusted},
		{"shapes that are source", beta, dict("shapes", text("a=f()")) + "N\x86", Untrusted},
		{"a dict as a pair", beta, dict("_parse_arg_template", "N", "import os", "N") + "N\x86", Untrusted},

		{"a model of arrays", data, dict("endog", "N"), Trusted},
		{"a formula", data, formulaOf("y ~ x1 + np.log(x2) + C(x3):x1 - 1", frame), Trusted},
		{"a formula that calls", data, formulaOf("y ~ os.system('x')", frame), Untrusted},
		{"a call around a function", data, formulaOf("y ~ C(f(x))", frame), Untrusted},
		{"attributes of a function", data, formulaOf("y ~ C(x).y", frame), Untrusted},
		{"a call of a function's value", data, formulaOf("y ~ C(x) (z)", frame), Untrusted},
		{"a formula's contrasts", data, formulaOf("y ~ C(k, Treatment(reference='a')) + bs(x, df=4)", frame), Trusted},
		{"a contrast that is called", data, formulaOf("y ~ C(k, breakpoint)", frame), Untrusted},
		{"subscripts", data, formulaOf("y ~ x[0]", frame), Untrusted},
		{"a table that is none", data, formulaOf("y ~ C(x)", dict("C", length)), Untrusted},
		{"no formula", data, dict("restore_design_info", "\x88", "frame", frame), Untrusted},

		{"a booster", "xgboost.sklearn\nXGBClassifier", dict("_Booster", "c"+booster+"\n)\x81"), Trusted},
		{"bytes of a booster", "xgboost.sklearn\nXGBClassifier", dict("_Booster", "N"), Trusted},
		{"a file for a booster", "xgboost.sklearn\nXGBRegressor", dict("_Booster", text("/etc/passwd")), Untrusted},
		{"a function of a booster", booster, dict("handle", "N", "set_param", "cnumpy\nmemmap\n"), Untrusted},
		{"results in a file", "pmdarima.arima.arima\nARIMA", dict("tmp_pkl_", text("x.pkl")), Untrusted},
		{"results at hand", "pmdarima.arima.arima\nARIMA", dict("order", "N"), Trusted},
		{"a memory without a place", "joblib.memory\nMemory", dict("location", "N", "store_backend", "N"), Trusted},
		{"a memory in a folder", "joblib.memory\nMemory", dict("location", text("/tmp/x"), "store_backend", "N"), Untrusted},
		{"Prophet's program", model, dict("_exe_file", text("/usr/lib/python3/prophet/stan_model/prophet_model.bin")), Trusted},
		{"another program", model, dict("_exe_file", text("/bin/sh")), Untrusted},
		{"a program that is no text", model, dict("_exe_file", length), Untrusted},
		{"a net without a file", net, dict("device", "N"), Trusted},
		{"a net with a file of torch's", net, dict(carried, "B\x0c\x00\x00\x00"+"\x80\x02cos\nnice\n."), Untrusted},
		{"a net with a pickle", net, dict(carried, "B\x04\x00\x00\x00\x80\x02N."), Trusted},
		{"a net with what is no file", net, dict(carried, "B\x04\x00\x00\x00abcd"), Incomplete},
		{"a net with a file that is computed", net, dict(carried, "cbuiltins\nabs\nK\x01\x85R"), Untrusted},
		{"a net of skorch 0.5 with a pickle", net, dict(dumps, "B\x04\x00\x00\x00\x80\x02N."), Trusted},
		{"a net of skorch 0.5 with a file of torch's", net, dict(dumps, "B\x0c\x00\x00\x00"+"\x80\x02cos\nnice\n."), Untrusted},
		{"a net of skorch 0.5 with a file that is computed", net, dict(dumps, "cbuiltins\nabs\nK\x01\x85R"), Untrusted},
		{"a net of skorch 0.1 with a file of torch's", net, dict("module_", "B\x0c\x00\x00\x00"+"\x80\x02cos\nnice\n."), Untrusted},
		{"a net that names its files", net, dict(dumps, "]"+text("x")+"a") + "b" + dict("x", "c_io\nBytesIO\nB\x0c\x00\x00\x00\x80\x02cos\nnice\n.\x85R"), Untrusted},
		{"a net that names its attributes", net, dict(dumps, "]"+text("module_")+"a"), Trusted},

		{"features", mapper, dict("features", "]("+text("a")+"N\x86"+text("b")+"N}\x87e"), Trusted},
		{"a feature that is called", mapper, dict("features", "](("+length+"N}K\x01te"), Untrusted},
		{"features that are computed", mapper, dict("features", "cbuiltins\nabs\nK\x01\x85R"), Untrusted},
		{"a distribution of NGBoost", ngb, dict("Dist", "cngboost.distns.normal\nNormal\n"), Trusted},
		{"an object in the place of a distribution", ngb, dict("Dist", "ctypes\nSimpleNamespace\n)R"+dict("a", "N")+"b"), Untrusted},
		{"a kernel", kernel, dict("kernel", "csklearn.svm._classes\nSVC\n"), Trusted},
		{"a kernel that changes a class", kernel, dict("kernel", "csklearn.svm._classes\nSVC\n") + dict("theta", "N") + "\x86", Untrusted},

		{"a table", "pandas.core.frame\nDataFrame", dict("_typ", text("dataframe")), Trusted},
		{"a table of old", "pandas.core.sparse.frame\nSparseDataFrame", "(}NNNNt", Untrusted},
		{"a series of old", "pandas.core.series\nSeries", "))\x86", Trusted},
		{"packed weights", "torch\nScriptObject", text("x") + text("__torch__.torch.classes.quantized.LinearPackedParamsBase") + "\x86", Trusted},
		{"another compiled class", "torch\nScriptObject", text("x") + text("__torch__.torch.classes.tensorrt.Engine") + "\x86", Untrusted},
		{"a compiled class without a name", "torch\nScriptObject", "N", Untrusted},
		{"a kernel of scikit-optimize that changes a class", "skopt.learning.gaussian_process.kernels\nExponentiation", dict("kernel", length) + dict("theta", "N") + "\x86", Untrusted},
		{"a model whose properties change a class", "statsmodels.regression.linear_model\nOLS", dict("data", length) + dict("exog_names", "N") + "\x86", Untrusted},
		{"a cache of nothing", pipeline, dict("_memory", "N", "_log_callback", text("default")), Trusted},
		{"a cache in a folder", pipeline, dict("_memory", text("/tmp/x"), "_log_callback", text("default")), Untrusted},
	} {
		program := "\x80\x02c" + row.class + "\n)\x81" + row.state + "b."
		m := in.Reader(context.Background(), "x.pkl", strings.NewReader(program), int64(len(program)))
		if v := Default().Judge(m); v.Status != row.want {
			t.Errorf("%s: got %s %q %v, want %s", row.name, v.Status, v.Untrusted, m.Issues, row.want)
		}
	}
}

// formulaOf is the state of a model's data that was made of a formula.
func formulaOf(formula, frame string) string {
	return dict("formula", text(formula), "frame", frame, "restore_design_info", "\x88")
}

// text is a str as protocol 2 writes it.
func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// dict is a dict of names and of values as they stand.
func dict(pairs ...string) string {
	out := "}("
	for i := 0; i < len(pairs); i += 2 {
		out += text(pairs[i]) + pairs[i+1]
	}
	return out + "u"
}
