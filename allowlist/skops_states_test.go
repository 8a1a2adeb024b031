package allowlist

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestSkopsStates holds the rules on states for objects in skops files.
func TestSkopsStates(t *testing.T) {
	const (
		scale = "sklearn.preprocessing._data.scale"
		one   = `{"__loader__": "JsonNode", "__module__": "builtins", "__class__": "int", "content": "1"}`
	)
	json := func(text string) string {
		return `{"__loader__": "JsonNode", "__module__": "builtins", "__class__": "str", "content": ` + text + `}`
	}
	// node is a node of a loader and a class, with other fields.
	node := func(loader, name, fields string) string {
		dot := strings.LastIndexByte(name, '.')
		return `{"__loader__": "` + loader + `", "__module__": "` + name[:dot] + `", "__class__": "` + name[dot+1:] + `", ` + fields + `}`
	}
	list := func(items ...string) string {
		return node("ListNode", "builtins.list", `"content": [`+strings.Join(items, ", ")+`]`)
	}
	// object is an object with one attribute.
	object := func(class, attribute, value string) string {
		text := node("TypeNode", "builtins.str", `"content": "str"`)
		return node("ObjectNode", class, `"content": `+node("DictNode", "builtins.dict",
			`"key_types": `+list(text)+`, "content": {"`+attribute+`": `+value+`}`))
	}
	function := node("FunctionNode", scale, `"content": "scale"`)
	template := strings.NewReplacer("\n", `\\n`, "'", `'`).Replace(parsers)

	var in inspect.Inspector
	for _, row := range []struct {
		name, root string
		want       Status
	}{
		{"an estimator", object("sklearn.svm._classes.SVC", "C", one), Trusted},
		{"a distribution", object("scipy.stats._continuous_distns.beta_gen", "_parse_arg_template", json(`"\"`+template+`\""`)), Trusted},
		{"other source", object("scipy.stats._continuous_distns.beta_gen", "_parse_arg_template", json(`"\"import os\""`)), Untrusted},
		{"other source in an object", object("sklearn.svm._classes.SVC", "x",
			object("scipy.stats._continuous_distns.beta_gen", "_parse_arg_template", json(`"\"import os\""`))), Untrusted},
		{"a formula", object("statsmodels.base.data.PandasData", "restore_design_info", one), Untrusted},
		{"a file for a booster", object("xgboost.sklearn.XGBClassifier", "_Booster", json(`"\"/etc/passwd\""`)), Untrusted},
		{"features that are called", object("sklearn_pandas.dataframe_mapper.DataFrameMapper", "features", list(list(function, one, one, one))), Untrusted},
		{"features", object("sklearn_pandas.dataframe_mapper.DataFrameMapper", "features", list(list(one, one))), Trusted},
		{"a distribution of NGBoost that is an object", object("ngboost.api.NGBRegressor", "Dist", object("types.SimpleNamespace", "a", one)), Untrusted},
		{"a function that is held", object("sklearn.preprocessing._function_transformer.FunctionTransformer", "func", function), Trusted},
		{"a function in a method's place", object("sklearn.svm._classes.SVC", "get_params", function), Untrusted},
		{"a partial object there", object("sklearn.svm._classes.SVC", "__setstate__", node("PartialNode", "functools.partial",
			`"content": {"func": `+function+`, "args": `+list()+`, "kwds": `+list()+`, "namespace": `+list()+`}`)), Untrusted},
		{"a reference to one that comes later", object("sklearn.svm._classes.SVC", "append", node("CachedNode", scale, `"__id__": 7`)), Untrusted},
		{"a class that is made", object("xgboost.core.Booster", "handle", json(`"null"`)), Trusted},
		{"and held", list(object("xgboost.core.Booster", "handle", json(`"null"`)), node("TypeNode", "xgboost.core.Booster", `"content": ""`)), Untrusted},
		{"keys of a class that is called", node("DictNode", "builtins.dict", `"content": {"a": `+one+`}, "key_types": `+
			list(node("TypeNode", "sklearn.svm._classes.SVC", `"content": ""`))), Untrusted},
		{"keys of a function", node("DictNode", "builtins.dict", `"content": {"a": `+one+`}, "key_types": `+list(function)), Incomplete},
		{"an object in the place of the types of keys", node("DictNode", "builtins.dict", `"content": {"a": `+one+`}, "key_types": `+
			object("sklearn.svm._classes.SVC", "C", one)), Incomplete},
		{"a list of what an object gives", node("ConstructorFromReduceNode", "builtins.list", `"content": `+
			node("TupleNode", "builtins.tuple", `"content": [`+object("sklearn.svm._classes.SVC", "C", one)+`]`)), Incomplete},
		{"the text of a list", node("ListNode", "builtins.str", `"content": [`+object("sklearn.svm._classes.SVC", "C", one)+`]`), Incomplete},
	} {
		var file bytes.Buffer
		w := zip.NewWriter(&file)
		schema, _ := w.Create("schema.json")
		root := row.root[:len(row.root)-1] + `, "protocol": 2, "_skops_version": "0.13.0"}`
		schema.Write([]byte(root))
		w.Close()
		m := in.Reader(context.Background(), "x.skops", bytes.NewReader(file.Bytes()), int64(file.Len()))
		if v := Default().Judge(m); v.Status != row.want {
			t.Errorf("%s: got %s %q %v %v, want %s", row.name, v.Status, v.Untrusted, m.Hazards, m.Issues, row.want)
		}
	}
}
