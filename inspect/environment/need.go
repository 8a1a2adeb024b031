package environment

import (
	"cmp"
	"slices"
	"strings"

	"modelscan/inspect"
)

// Need is a library that a model asks for.
type Need struct {
	Library  string   // PyPI name, or "python"
	Exact    []string // the versions that the file records, the newest first
	Bound    string   // what it implies, such as ">=1.19,<2.0"; empty with Exact
	Evidence []string
	Imported bool // the file imports a name of it
}

// Needs returns the libraries that a model asks for, by name, and the modules
// of no known library that it imports.
func Needs(m *inspect.Model) (needs []Need, others []string) {
	byName := map[string]*Need{}
	need := func(library string) *Need {
		if byName[library] == nil {
			byName[library] = &Need{Library: library}
		}
		return byName[library]
	}
	for _, v := range m.Versions {
		n := need(v.Library)
		switch v.Version[0] {
		case '<', '>':
			n.Bound = strings.TrimPrefix(n.Bound+","+v.Version, ",")
		default:
			if !slices.Contains(n.Exact, v.Version) {
				n.Exact = append(n.Exact, v.Version)
			}
		}
		if !slices.Contains(n.Evidence, v.Source) {
			n.Evidence = append(n.Evidence, v.Source)
		}
	}
	for _, g := range m.Globals {
		if g.Kind != inspect.Named {
			continue
		}
		top, _, _ := strings.Cut(g.Module, ".")
		if library := libraryOf(g.Module); library != "" {
			need(library).Imported = true
		} else if top != "" && !standard[top] && !slices.Contains(others, top) {
			others = append(others, top)
		}
	}
	if m.Compression == "lz4" {
		n := need("lz4")
		n.Imported, n.Evidence = true, append(n.Evidence, "the file is compressed by it")
	}
	for _, n := range byName {
		slices.SortFunc(n.Exact, func(a, b string) int { return -compareVersions(a, b) })
		needs = append(needs, *n)
	}
	slices.SortFunc(needs, func(a, b Need) int { return cmp.Compare(a.Library, b.Library) })
	slices.Sort(others)
	return needs, others
}

func compareVersions(a, b string) int {
	va, vb := parseVersion(a), parseVersion(b)
	if va == nil || vb == nil {
		return cmp.Compare(a, b)
	}
	return va.Compare(vb)
}

// libraries are the names on PyPI of modules that are called otherwise there,
// or as there.
var libraries = map[string]string{
	"sklearn": "scikit-learn", "_loss": "scikit-learn", "pytorch_lightning": "pytorch-lightning", "imblearn": "imbalanced-learn",
	"sklego": "scikit-lego", "neat": "neat-python", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml", "dateutil": "python-dateutil", "stable_baselines3": "stable-baselines3",
	"sb3_contrib": "sb3-contrib", "category_encoders": "category-encoders", "feature_engine": "feature-engine",
	"sentence_transformers": "sentence-transformers", "skopt": "scikit-optimize", "skimage": "scikit-image",
	"lightning_fabric": "lightning-fabric", "keras_preprocessing": "keras-preprocessing", "h2o": "h2o", "sklearn_pandas": "sklearn-pandas",
	"autogluon": "autogluon.tabular", "langchain_core": "langchain-core", "langchain_community": "langchain-community",
	"torch_geometric": "torch-geometric", "faiss": "faiss-cpu", "google": "protobuf", "sklearn_crfsuite": "sklearn-crfsuite",
}

// known are modules that go by their name on PyPI.
var known = set(`numpy scipy pandas joblib torch torchvision torchaudio xgboost lightgbm catboost cloudpickle dill keras tensorflow
transformers spacy thinc skops gensim nltk statsmodels fastai prophet optuna shap lime pytz tzdata six narwhals numba polars pyarrow
networkx sympy matplotlib plotly accelerate peft diffusers tokenizers safetensors ultralytics timm einops jax flax haiku mlflow ray
dask cupy cuml pycaret flair allennlp stanza gym gymnasium dedupe textblob econml causalml lifelines pmdarima tsfresh sktime
sklearn2pmml docutils sphinx mlxtend geopandas shapely pyproj tpot hyperopt flaml theano optbinning treelib cmdstanpy fastcore umap hdbscan implicit lightfm surprise onnx onnxruntime skl2onnx rdkit lz4 requests bs4 regex ftfy lightning torchmetrics`)

func libraryOf(module string) string {
	top, _, _ := strings.Cut(module, ".")
	if library, ok := libraries[top]; ok {
		return library
	}
	if known[top] {
		return top
	}
	return ""
}

func set(words string) map[string]bool {
	found := map[string]bool{}
	for _, word := range strings.Fields(words) {
		found[word] = true
	}
	return found
}

// standard are the modules of Python's library that pickles name, and the
// program that wrote them.
var standard = set(`__main__ __builtin__ __future__ _codecs _collections _compat_pickle _functools _io _operator _random _struct _thread abc
argparse array ast asyncio base64 bisect builtins calendar cmath code codecs collections commands concurrent configparser contextlib
contextvars copy copy_reg copyreg csv ctypes dataclasses datetime decimal difflib dis email enum errno exceptions fractions functools
gc glob gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json keyword linecache locale logging lzma marshal
math mimetypes multiprocessing nt numbers operator os pathlib pdb pickle pickletools pkgutil platform posix posixpath ntpath pprint
queue random re runpy select shelve shlex shutil signal site socket sqlite3 sre_compile ssl stat string struct subprocess sys sysconfig
tempfile textwrap threading time timeit traceback types typing unicodedata unittest urllib uuid warnings weakref webbrowser xml zipfile
zlib zoneinfo _weakrefset dbm __torch__ UserDict UserList cPickle Queue StringIO sets`)

// Requirement is the need as a line for pip, without a comment: the newest of
// recorded versions, or the bounds. It is empty for Python itself, and where
// what the file says is no version or contradicts itself.
func (n Need) Requirement() string {
	specifier := n.Bound
	if len(n.Exact) > 0 {
		specifier = "==" + n.Exact[0]
	}
	may, err := parseRange(specifier)
	if n.Library == Python || err != nil || may.Empty() {
		return ""
	}
	return n.Library + specifier
}
