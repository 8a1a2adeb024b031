package allowlist

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestBuiltinLists holds what the built-in lists promise: exact names in
// their one spelling, a reason each, sorted, once.
func TestBuiltinLists(t *testing.T) {
	lists := Builtin()
	if len(lists) < 7 {
		t.Fatalf("got %d lists", len(lists))
	}
	where := map[scopeKey]string{}
	for _, list := range lists {
		last := ""
		var section *Scope
		for _, entry := range list.Entries {
			n := entry.keys()[0]
			spelled := n.name.String()
			if entry.Scope != section {
				section, last = entry.Scope, ""
			}
			switch {
			case spelled <= last:
				t.Errorf("%s:%d: %s comes after %s", list.Name, entry.Line, spelled, last)
			case entry.Reason == "" || len(entry.Reason) > 120:
				t.Errorf("%s:%d: %s has no reason or a long one", list.Name, entry.Line, spelled)
			case where[n] != "":
				t.Errorf("%s:%d: %s is in %s too", list.Name, entry.Line, spelled, where[n])
			case entry.Never != (list.Name == "never.txt"):
				t.Errorf("%s:%d: %s is in the wrong list", list.Name, entry.Line, spelled)
			case !entry.Never && entry.Uses == 0:
				t.Errorf("%s:%d: %s grants no use", list.Name, entry.Line, spelled)
			case strings.ContainsFunc(spelled, func(r rune) bool { return r > '~' }):
				t.Errorf("%s:%d: %q has a letter that is easily mistaken", list.Name, entry.Line, spelled)
			}
			last = spelled
			where[n] = list.Name
		}
	}
}

// TestBuiltinListsSpelling holds that each line spells its name as String
// does, so that a search for a name finds its line.
func TestBuiltinListsSpelling(t *testing.T) {
	for _, list := range Builtin() {
		data, err := listFiles.ReadFile("lists/" + list.Name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		for _, entry := range list.Entries {
			written := strings.TrimPrefix(strings.Fields(lines[entry.Line-1])[0], "!")
			if want := (name{entry.Module, entry.Qualname}).String(); written != want {
				t.Errorf("%s:%d: got %s, want %s", list.Name, entry.Line, written, want)
			}
		}
	}
}

// dangerous are names that no list may grant anything for, not even import:
// what is imported can be called by what is trusted (README.md).
var dangerous = []string{
	// executors
	"os.system", "posix.system", "nt.system", "os.popen", "subprocess.Popen", "subprocess.run", "subprocess.check_output",
	"os.execv", "os.spawnv", "pty.spawn", "commands.getoutput", "multiprocessing.util.spawnv_passfds",
	// evaluators
	"builtins.eval", "builtins.exec", "builtins.compile", "builtins.execfile", "timeit.timeit", "cProfile.run",
	"types.CodeType", "types.FunctionType", "builtins.type", "marshal.loads", "code.InteractiveInterpreter",
	"numpy.testing._private.utils.runstring", "numpy.f2py.crackfortran.getlincoef", "pandas.eval",
	"pandas.core.computation.eval.eval", "scipy.stats._distn_infrastructure.rv_generic",
	"scipy.stats._distn_infrastructure.rv_continuous", "scipy.stats._distn_infrastructure.rv_discrete",
	"collections.namedtuple",
	// importers
	"builtins.__import__", "importlib.import_module", "pkgutil.resolve_name", "pydoc.locate", "runpy.run_path",
	"numpy.core._ufunc_reconstruct", "numpy._core._ufunc_reconstruct",
	// attribute walks and changes
	"builtins.getattr", "builtins.setattr", "builtins.delattr", "builtins.globals", "builtins.locals", "builtins.vars",
	"operator.attrgetter", "operator.itemgetter", "operator.methodcaller", "_operator.attrgetter", "_operator.methodcaller",
	"_operator.getitem", "_operator.setitem", "_operator.delitem", "_operator.call", "operator.call", "_operator.iadd", "_operator.concat",
	"functools.reduce", "builtins.map", "builtins.filter", "builtins.apply", "copyreg.add_extension",
	// loaders
	"pickle.loads", "pickle.load", "_pickle.loads", "_pickle.Unpickler", "joblib.load", "joblib.numpy_pickle.load",
	"numpy.load", "numpy.lib.npyio.load", "pandas.read_pickle", "torch.load", "dill.loads", "cloudpickle.loads", "shelve.open",
	"torch.storage._load_from_bytes",
	// files and network
	"builtins.open", "io.open", "_io.open", "io.FileIO", "numpy.fromfile",
	"numpy.save", "numpy.savetxt", "numpy.loadtxt", "numpy.genfromtxt", "numpy.DataSource", "pandas.read_csv",
	"joblib.memory.MemorizedFunc", "joblib._store_backends.FileSystemStoreBackend",
	"dateutil.tz.tz.tzfile", "sklearn.datasets.load_files", "sklearn.datasets.fetch_openml", "scipy.io.loadmat",
	"shutil.rmtree", "os.remove", "socket.socket", "urllib.request.urlopen", "webbrowser.open",
	// what fits an estimator writes a cache where its memory parameter says
	"sklearn.model_selection._validation.cross_val_score", "sklearn.model_selection._validation.cross_val_predict",
	"sklearn.model_selection._validation.cross_validate",
	// functions that call another function with arguments of the file
	"numpy.apply_along_axis", "numpy.fromfunction", "numpy.piecewise", "joblib.parallel.BatchedCalls",
	"torch.hub.load", "torch.jit._script.RecursiveScriptModule", "torch.fx.graph_module.reduce_graph_module", "torch._C:_VariableFunctionsClass.from_file",
	"torch.nn.parallel.distributed.DistributedDataParallel", "torch.package.package_importer.PackageImporter",
	"nltk.data.load", "nltk.data.LazyLoader", "nltk.corpus.util.LazyCorpusLoader", "nltk.tokenize.word_tokenize", "nltk.classify.weka.WekaClassifier",
	"nltk.tag.stanford.StanfordPOSTagger", "nltk.tag.crf.CRFTagger", "gensim.utils.unpickle", "gensim.similarities.docsim.Similarity", "gensim.similarities.docsim.Shard",
	"gensim.models.wrappers.ldamallet.LdaMallet", "stable_baselines3.common.vec_env.base_vec_env.CloudpickleWrapper",
	"spacy.tokens.doc.unpickle_doc", "spacy.vocab.unpickle_vocab", "spacy.util.load_model", "srsly.pickle_loads",
	"transformers.models.t5.tokenization_t5.T5Tokenizer", "transformers.models.auto.modeling_auto.AutoModel", "transformers.pipelines.pipeline",
	"transformers.dynamic_module_utils.get_class_from_dynamic_module", "sentence_transformers.util.import_from_string",
	"ultralytics.engine.model.Model", "ultralytics.utils.downloads.attempt_download_asset", "ultralytics.nn.autobackend.AutoBackend", "torchtext.data.field.Field",
	"torch_geometric.nn.conv.message_passing.MessagePassing", "omegaconf.omegaconf.OmegaConf", "hydra._internal.utils._locate",
	"tokenizers.models.BPE", "tokenizers.models.WordPiece", "keras.models.load_model", "pytorch_lightning.core.saving.load_from_checkpoint",
	"builtins.breakpoint", "builtins.input", "threading.Thread", "sklearn.utils._testing.assert_raises",
}

func TestBuiltinListsGrantNothingDangerous(t *testing.T) {
	for _, text := range dangerous {
		n, err := parseName(text)
		if err != nil {
			t.Fatal(err)
		}
		if r := Default().lookup(n, "", ""); r.uses&^plainly != 0 {
			t.Errorf("%s grants %v to %s", r.source, r.uses, n)
		}
	}
}

// TestBuiltinListsLeaveModulesOut holds that whole families stay out.
func TestBuiltinListsLeaveModulesOut(t *testing.T) {
	for _, list := range Builtin() {
		for _, entry := range list.Entries {
			if entry.Never || entry.Uses == plainly {
				continue
			}
			for _, prefix := range []string{
				"os", "posix", "nt", "subprocess", "sys", "importlib", "pickle", "_pickle", "io", "_io",
				"ctypes", "socket", "shutil", "marshal", "runpy", "code", "inspect", "threading", "multiprocessing", "logging",
				"numpy.testing", "numpy.f2py", "numpy.lib.npyio", "numpy.distutils", "numpy.ctypeslib", "numpy.lib.format",
				"pandas.io", "pandas.core.computation", "pandas.util", "pandas.testing", "scipy.io", "scipy._lib._ccallback",
				"joblib.parallel", "joblib.externals",
				"joblib._parallel_backends", "joblib.hashing", "sklearn.datasets._base", "sklearn.utils._testing",
				"sklearn.utils.testing", "sklearn.externals.six", "sklearn.tests",
			} {
				if entry.Module == "_io" && entry.Qualname == "BytesIO" {
					continue // opens nothing
				}
				if strings.Contains(entry.Reason, "ufunc") && entry.Uses == inspect.Import {
					continue // Python 2 names a ufunc by the first module that holds it
				}
				if entry.Module == prefix || strings.HasPrefix(entry.Module, prefix+".") {
					t.Errorf("%s:%d: %s.%s is in %s", list.Name, entry.Line, entry.Module, entry.Qualname, prefix)
				}
			}
		}
	}
}

func TestDefaultTrustsOrdinaryModels(t *testing.T) {
	const data, called = inspect.Import | inspect.New | inspect.Build, inspect.Import | inspect.Call
	for _, g := range []inspect.Global{
		global("numpy", "ndarray", data),
		global("numpy._core.multiarray", "_reconstruct", called|inspect.Build),
		global("numpy.core.multiarray", "scalar", called),
		global("numpy", "dtype", called|inspect.Build),
		global("numpy.random._pickle", "__randomstate_ctor", called|inspect.Build),
		global("numpy.random._mt19937", "MT19937", called|inspect.Build),
		global("copyreg", "_reconstructor", called),
		global("_codecs", "encode", called),
		global("collections", "OrderedDict", called|inspect.Build),
		global("scipy.sparse._csr", "csr_matrix", data),
		global("scipy.stats._stats_py", "Ttest_indResult", inspect.Import|inspect.New),
		global("sklearn.preprocessing._label", "scalar", called),
		global("pandas", "dtype", called|inspect.Build),
		global("scipy.sparse.csr", "csr_matrix", data),
		global("sklearn.svm.classes", "SVC", data),
		global("sklearn.ensemble._forest", "RandomForestClassifier", data),
		global("sklearn.tree._tree", "Tree", called|inspect.Build),
		global("_loss", "CyHalfBinomialLoss", called),
		global("sklearn._loss._loss", "__pyx_unpickle_CyHalfMultinomialLoss", called|inspect.Build),
		global("pandas.core.frame", "DataFrame", data),
		global("pandas", "DataFrame", data),
		global("pandas._libs.internals", "_unpickle_block", called),
	} {
		if v := Default().Judge(&inspect.Model{Globals: []inspect.Global{g}}); v.Status != Trusted {
			t.Errorf("%s %v: got %s: %+v", g.Name(), g.Uses, v.Status, v.Findings)
		}
	}
}

// keptOff are names that ordinary files of the libraries hold and that stay
// off the lists; README.md says why.
var keptOff = []string{
	"numpy.core._ufunc_reconstruct",
}

// TestOracleNamesAreListed reads what CPython itself looked up in the sample
// files: each name of a library that has a list must be on it.
func TestOracleNamesAreListed(t *testing.T) {
	data, err := os.ReadFile("../testdata/oracle/facts.json")
	if err != nil {
		t.Skip(err)
	}
	var facts map[string]struct{ Globals []string }
	if err := json.Unmarshal(data, &facts); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, list := range Builtin() {
		for _, entry := range list.Entries {
			listed[entry.Module+"."+entry.Qualname] = entry.Uses != 0
		}
	}
	libraries := []string{"numpy", "scipy", "sklearn", "_loss", "joblib", "pandas", "pytz", "pyarrow"}
	missing := map[string]string{}
	for file, fact := range facts {
		for _, g := range fact.Globals {
			library, _, _ := strings.Cut(g, ".")
			if slices.Contains(libraries, library) && !listed[g] && !slices.Contains(keptOff, g) {
				missing[g] = file
			}
		}
	}
	for g, file := range missing {
		t.Errorf("%s of %s is on no list", g, file)
	}
}
