package inspect

import (
	"slices"
	"strings"
)

// A probe is a row of the table: what a file shows, and what it says of the
// release of a library that wrote it.
type probe struct {
	library string // PyPI name, or "python"
	version string // a bound, or recorded
	evidence
}

// recorded stands for the version that the evidence itself is.
const recorded = ""

// probes has what tells versions. A bound holds for every release on its
// side: testdata/envs.py has releases on both, and testdata/oracle/matrix.py
// asks them. What no library writes in that form gives nothing.
var probes = slices.Concat([]probe{
	{"scikit-learn", recorded, attribute("_sklearn_version")},
	{"pytorch-lightning", recorded, attribute("pytorch-lightning_version")},
	{"transformers", recorded, attribute("transformers_version")},
	{"spacy", recorded, attribute("spacy_version")},
	{"python", recorded, attributeOf("autogluon.", "_python_version")},
	{"autogluon.tabular", recorded, attributeOf("autogluon.tabular.", "version")},

	// Python: protocols, and the arguments of types.CodeType by release.
	{"python", "<3.0", oldText()},
	{"python", ">=3.0", call("_codecs.encode", "text text")},
	{"python", ">=3.0", protocol(3)},
	{"python", ">=3.4", protocol(4)},
	{"python", ">=3.8", protocol(5)},
	{"python", ">=3.13", name("pathlib._local.")},
	{"python", "<3.14", name("pathlib._local.")},
	{"python", ">=3.9", name("types.GenericAlias")},
	{"python", "<3.11", call("fractions.Fraction", "text")},
	{"python", ">=3.11", call("fractions.Fraction", "int int")},
	{"python", ">=3.9", name("zoneinfo.")},
	{"python", ">=3.15", name("builtins.frozendict")},

	{"numpy", ">=2.0", name("numpy._core.")},
	{"numpy", "<2.0", name("numpy.core.")},
	{"numpy", ">=1.16", name("numpy.core.numeric._frombuffer")},
	{"numpy", ">=2.3", call("numpy._core.numeric._frombuffer", "any any any text tuple")},
	{"numpy", "<1.19", call("numpy.dtype", "any int int")},
	{"numpy", ">=1.19", call("numpy.dtype", "any bool bool")},
	{"numpy", "<1.17", call("numpy.random.__RandomState_ctor", "")},
	{"numpy", ">=1.17", name("numpy.random._pickle.")},
	{"numpy", "<1.24", call("numpy.random._pickle.__randomstate_ctor", "text")},
	{"numpy", "<1.24", call("numpy.random._pickle.__generator_ctor", "text")},
	{"numpy", ">=1.24", call("numpy.random._pickle.__randomstate_ctor", "text class")},
	{"numpy", ">=1.24", call("numpy.random._pickle.__generator_ctor", "text class")},
	{"numpy", "<2.0", call("numpy.random._pickle.__randomstate_ctor", "text class")},
	{"numpy", "<2.0", call("numpy.random._pickle.__generator_ctor", "text class")},
	{"numpy", ">=2.0", call("numpy.random._pickle.__bit_generator_ctor", "class")},

	{"scipy", "<1.8", name("scipy.spatial.ckdtree.cKDTree")},
	{"scipy", ">=1.8", name("scipy.spatial._ckdtree.cKDTree")},
	{"scipy", "<1.8", name("scipy.interpolate.interpolate.")},
	{"scipy", ">=1.8", name("scipy.interpolate._interpolate.")},
	{"scipy", ">=1.8", name("scipy.sparse._arrays.")},
	{"scipy", "<1.11", name("scipy.sparse._arrays.")},
	{"scipy", ">=1.11", name("scipy.sparse._csr.csr_array")},
	{"scipy", "<1.13", state("scipy.sparse._coo.coo_matrix", "row")},
	{"scipy", ">=1.13", state("scipy.sparse._coo.coo_matrix", "coords")},

	{"pandas", "<0.18", name("pandas.core.index.")},
	{"pandas", ">=0.18", name("pandas.indexes.")},
	{"pandas", "<0.20", name("pandas.indexes.")},
	{"pandas", ">=0.20", name("pandas.core.indexes.")},
	{"pandas", "<2.0", name("pandas.core.indexes.numeric.")},
	{"pandas", "<0.24", name("pandas.core.internals.BlockManager")},
	{"pandas", "<0.24", name("pandas.core.internals.SingleBlockManager")},
	{"pandas", ">=0.24", name("pandas.core.internals.managers.")},
	{"pandas", "<1.3", parts("pandas.core.internals.managers.BlockManager", "list list list dict")},
	{"pandas", ">=1.3", call("pandas.core.internals.managers.BlockManager", "tuple list")},
	{"pandas", ">=1.4", name("pandas._libs.internals._unpickle_block")},
	{"pandas", "<1.4", name("pandas.core.internals.blocks.new_block")},
	{"pandas", "<1.1", state("pandas.core.frame.DataFrame", "_data")},
	{"pandas", ">=1.1", state("pandas.core.frame.DataFrame", "_mgr")},
	{"pandas", ">=1.2", state("pandas.core.frame.DataFrame", "_flags")},
	{"pandas", "<2.1", state("pandas.core.series.Series", "name")},
	{"pandas", ">=2.1", state("pandas.core.series.Series", "_name")},
	{"pandas", ">=2.3", call("pandas.core.arrays.string_.StringDtype", "text any")},
	{"pandas", "<1.1", name("pandas.tseries.offsets.")},
	{"pandas", ">=1.1", name("pandas._libs.tslibs.offsets.")},
	{"pandas", "<3.0", name("pandas.core.frame.DataFrame")},
	{"pandas", "<3.0", name("pandas.core.series.Series")},
	{"pandas", ">=3.0", name("pandas.DataFrame")},
	{"pandas", ">=3.0", name("pandas.Series")},
	{"pandas", ">=3.0", name("pandas.Index")},
	{"pandas", ">=3.0", name("pandas.RangeIndex")},
	{"pandas", ">=3.0", name("pandas.StringDtype")},

	{"joblib", "<0.9", state("joblib.numpy_pickle.NDArrayWrapper", "filename subclass -allow_mmap")},
	{"joblib", ">=0.9", state("joblib.numpy_pickle.NDArrayWrapper", "allow_mmap")},
	{"joblib", "<0.10", name("joblib.numpy_pickle.NDArrayWrapper")},
	{"joblib", "<0.10", name("joblib.numpy_pickle.ZNDArrayWrapper")},
	{"joblib", ">=0.10", name("joblib.numpy_pickle.NumpyArrayWrapper")},
	{"joblib", "<1.2", state("joblib.numpy_pickle.NumpyArrayWrapper", "subclass shape order dtype allow_mmap -numpy_array_alignment_bytes")},
	{"joblib", ">=1.2", state("joblib.numpy_pickle.NumpyArrayWrapper", "numpy_array_alignment_bytes")},

	{"scikit-learn", "<0.21", name("sklearn.externals.joblib.")},
	{"scikit-learn", ">=0.20", name("sklearn.impute.SimpleImputer")},
	{"scikit-learn", "<0.21", name("sklearn.impute.SimpleImputer")},
	{"scikit-learn", ">=0.21", name("sklearn.impute._base.")},
	{"scikit-learn", "<0.21", name("sklearn.ensemble.voting_classifier.")},
	{"scikit-learn", ">=0.21", name("sklearn.ensemble.voting.")},
	{"scikit-learn", "<1.1", name("sklearn.utils.Bunch")},
	{"scikit-learn", ">=1.1", name("sklearn.utils._bunch.Bunch")},
	{"scikit-learn", ">=0.21", name("sklearn.ensemble._gb_losses.")},
	{"scikit-learn", "<1.4", name("sklearn.ensemble._gb_losses.")},
	{"scikit-learn", ">=1.1", name("sklearn._loss._loss.")},
	{"scikit-learn", ">=1.5", name("_loss.")},
	{"scikit-learn", "<1.9", name("_loss.")},
	{"scikit-learn", "<1.3", items("sklearn.tree._tree.Tree", "nodes", 56)},
	{"scikit-learn", ">=1.3", items("sklearn.tree._tree.Tree", "nodes", 64)},

	{"cloudpickle", "<1.5", name("cloudpickle.cloudpickle._fill_function")},
	{"cloudpickle", "<1.5", name("cloudpickle.cloudpickle._rehydrate_skeleton_class")},
	{"cloudpickle", ">=1.4", name("cloudpickle.cloudpickle._make_typevar")},
	{"cloudpickle", ">=1.5", name("cloudpickle.cloudpickle._make_cell")},
	{"cloudpickle", "<3.0", name("cloudpickle.cloudpickle_fast.")},
	{"cloudpickle", ">=2.1", name("cloudpickle.cloudpickle._make_function")},
	{"cloudpickle", ">=3.0", name("cloudpickle.cloudpickle._function_setstate")},
	{"cloudpickle", ">=3.0", name("cloudpickle.cloudpickle._class_setstate")},

	{"dill", "<0.3.5", call("dill._dill._create_function", "instance any text any any any")},
	{"dill", "<0.3.5", call("dill._dill._create_function", "instance any text any any any any")},
	{"dill", ">=0.3.5", state("dill._dill._create_function", "__annotations__")},
	{"dill", ">=0.3.5", name("dill._shims._dill")},
	{"dill", "<0.3.6", name("dill._shims._dill")},
	{"dill", ">=0.3.6", name("dill._dill")},

	{"torch", ">=0.4", name("torch._utils._rebuild_tensor_v2")},
	{"lightgbm", "<4.0", state("lightgbm.basic.Booster", "handle")},
	{"lightgbm", ">=4.0", state("lightgbm.basic.Booster", "_handle")},
	{"keras", ">=2.13", name("keras.src.")},
	{"keras", ">=3.0", name("keras.src.legacy.")},
},
	moved("scikit-learn", "0.22", "sklearn.", sklearnModules),
	moved("scipy", "1.8", "scipy.sparse.", "bsr coo csc csr dia dok lil"),
	codes("types.CodeType", "", codeForms),
	codes("dill._dill._create_code", "", codeForms[:5]),        // of before dill 0.3.6, which knows Python up to 3.10
	codes("dill._dill._create_code", "data ", codeForms[3:10]), // the line numbers again
)

// sklearnModules are those to which scikit-learn 0.22 gave a leading
// underscore, or another name where there is one behind "=".
const sklearnModules = `
cluster.affinity_propagation_=_affinity_propagation cluster.bicluster cluster.birch cluster.dbscan_=_dbscan
cluster.hierarchical=_agglomerative cluster.k_means_=_kmeans cluster.mean_shift_=_mean_shift cluster.optics_=_optics
cluster.spectral covariance.elliptic_envelope covariance.empirical_covariance_=_empirical_covariance
covariance.graph_lasso_=_graph_lasso covariance.robust_covariance covariance.shrunk_covariance_=_shrunk_covariance
cross_decomposition.cca_=_cca cross_decomposition.pls_=_pls decomposition.dict_learning
decomposition.factor_analysis decomposition.fastica_=_fastica decomposition.incremental_pca decomposition.kernel_pca
decomposition.nmf decomposition.online_lda=_lda decomposition.pca decomposition.sparse_pca
decomposition.truncated_svd ensemble.bagging ensemble.forest ensemble.gradient_boosting=_gb
ensemble.iforest ensemble.voting ensemble.weight_boosting feature_extraction.dict_vectorizer
feature_extraction.hashing=_hash feature_selection.from_model feature_selection.mutual_info_=_mutual_info
feature_selection.rfe feature_selection.univariate_selection feature_selection.variance_threshold
gaussian_process.gpc gaussian_process.gpr linear_model.base linear_model.bayes linear_model.coordinate_descent
linear_model.huber linear_model.least_angle linear_model.logistic linear_model.omp linear_model.passive_aggressive
linear_model.perceptron linear_model.ransac linear_model.ridge linear_model.sgd_fast
linear_model.stochastic_gradient linear_model.theil_sen manifold.isomap manifold.locally_linear manifold.mds
manifold.spectral_embedding_=_spectral_embedding manifold.t_sne metrics.classification metrics.ranking
metrics.regression metrics.scorer mixture.bayesian_mixture mixture.gaussian_mixture
neighbors.ball_tree neighbors.classification neighbors.dist_metrics neighbors.kd_tree neighbors.kde
neighbors.lof neighbors.nca neighbors.nearest_centroid neighbors.regression neighbors.unsupervised
neural_network.multilayer_perceptron neural_network.rbm preprocessing.data preprocessing.label
semi_supervised.label_propagation svm.classes tree.tree=_classes`

// moved are the rows of modules that a release gave another name.
func moved(library, release, parent, modules string) (rows []probe) {
	for _, word := range strings.Fields(modules) {
		old, leaf, renamed := strings.Cut(word, "=")
		dot := strings.LastIndexByte(old, '.') + 1
		if !renamed {
			leaf = "_" + old[dot:]
		}
		rows = append(rows,
			probe{library, "<" + release, name(parent + old + ".")},
			probe{library, ">=" + release, name(parent + old[:dot] + leaf + ".")})
	}
	return rows
}

// codeForms are the parts of a code object by release of Python, and the first
// instruction of a function's code.
var codeForms = func() (forms [][2]string) {
	const (
		parts  = " tuple tuple tuple text text int data tuple tuple"
		parts3 = " tuple tuple tuple text text text int data data tuple tuple"
	)
	add := func(version string, ints int, rest string) {
		forms = append(forms, [2]string{version, strings.Repeat("int ", ints) + rest})
	}
	add("<3.0", 4, "data"+parts)
	add(">=3.0", 5, "data"+parts)
	add("<3.8", 5, "data"+parts)
	add(">=3.8", 6, "data"+parts)
	add("<3.11", 6, "data"+parts)
	add(">=3.11", 6, "data"+parts3)
	add("<3.13", 6, "data:97"+parts3) // RESUME
	add(">=3.13", 6, "data:9500"+parts3)
	add("<3.14", 6, "data:9500"+parts3)
	add(">=3.14", 6, "data:80"+parts3)
	add(">=3.15", 6, "data:80000000"+parts3) // with a cache
	return forms
}()

// codes are the rows of a function that makes code objects, of first and what
// a form has.
func codes(function, first string, forms [][2]string) (rows []probe) {
	for _, form := range forms {
		rows = append(rows, probe{"python", form[0], call(function, first+form[1])})
	}
	return rows
}
