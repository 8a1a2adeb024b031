"""What survey.py puts on the lists, what it keeps off, and why: the reviewed part of it."""
import re

# package: (list, what its classes are, modules that no model holds). Module paths are matched from their first dot.
PACKAGES = {
    "xgboost": ("xgboost", "XGBoost", r"tracker|collective|federated|spark|rabit|_data_utils|data|training|core|dask|compat"),
    "lightgbm": ("lightgbm", "LightGBM", r"engine|basic|libpath|compat"),
    "catboost": ("catboost", "CatBoost", r"eval|datasets|utils|monoforest|text_processing|carry|hnsw|core|plot_helpers|metrics"),
    "imblearn": ("imblearn", "imbalanced-learn", r"utils|under_sampling\.tests|_config"),
    "category_encoders": ("category_encoders", "category_encoders", r"datasets"),
    "sklearn_pandas": ("sklearn_pandas", "sklearn-pandas", r"$"),
    "sklearn2pmml": ("sklearn2pmml", "sklearn2pmml", r"util\.pmml|metrics|h2o"),
    "sklego": ("sklego", "scikit-lego", r"testing"),
    "mlxtend": ("mlxtend", "mlxtend", r"data|file_io|utils|externals|text"),
    "optbinning": ("optbinning", "OptBinning", r"logging|exceptions|options"),
    "interpret": ("interpret", "InterpretML", r"visual|provider|develop|perf|newapi|ext|api|greybox|utils|_interactive|inline"),
    "ngboost": ("ngboost", "NGBoost", r"manifold"),
    "lifelines": ("lifelines", "lifelines", r"exceptions|calibration"),
    "umap": ("umap", "UMAP", r"parametric_umap|plot|validation"),
    "pynndescent": ("umap", "PyNNDescent", r"threaded"),
    "hdbscan": ("umap", "HDBSCAN", r"plots"),
    "hmmlearn": ("hmmlearn", "hmmlearn", r"$"),
    "shap": ("shap", "SHAP", r"_serializable|plots|benchmark|actions|utils(?!\\._legacy)"),
    "formulaic": ("statsmodels", "formulaic", r"(?!formula$|model_spec$|parser\.types|materializers\.(types|base)|utils\.(structured|layered_mapping|ordered_set|variables)|transforms|errors).*"),
    "lime": ("lime", "LIME", r"wrappers\.scikit_image|submodular_pick"),
    "mapie": ("mapie", "MAPIE", r"_typing"),
    "feature_engine": ("feature_engine", "Feature-engine", r"$"),
    "boruta": ("sklearn_contrib", "Boruta", r"$"),
    "statsmodels": ("statsmodels", "statsmodels", r"stats\.libqsturng|compat\w*|iolib|formula|graphics|tools\.(docstring|parallel|print_version|"
                    r"web|rootfinding|testing|_testing|transform_model)|tsa\.x13|interface|info|multivariate\.plots|_version|src|tsa\.vector_ar\.(plotting|output|util)"),
    "pycaret": ("pycaret", "PyCaret", r"loggers|internal\.(display|memory|patches|logging|parallel|pycaret_experiment|tunable|persistence|validation|plots|Display)"
                r"|parallel|utils|containers|datasets|internal\.utils|classification|regression|clustering|anomaly|time_series|nlp|arules|distributions"),
    "optuna": ("optuna", "Optuna", r"(?!(distributions|structs|trial\._(frozen|state)|pruners|samplers|study(\.study|\._study_\w+|\._frozen)?$|"
               r"storages\.(in_memory|_in_memory)|_?study(_summary|_direction)?$|_study_\w+)).*"),
    "tpot": ("sklearn_contrib", "TPOT", r"(?!builtins|operator_utils|builtin_modules|config|base|tpot|gp_types).*"),
    "CHAID": ("sklearn_contrib", "CHAID", r"graph|__main__"),
    "treelib": ("sklearn_contrib", "treelib", r"plugins|exceptions"),
    "sktime": ("sktime", "sktime", r"libs|networks|_contrib|contrib|datatypes|utils|detection\.(_datatypes)|pipeline\._registry|registry|"
               r".*(deep_learning|foundation|torch|neural|chronos|timesfm|moirai|hf_|pykan|ltsf|scinet|conv_timenet|llm|rbf|tinytimemixer|ttm|mantis|momentfm|"
               r"tspulse|toto|tirex|kronos|time_llm|time_moe|catalogue|cnn|lstm|deepar|mcp|mlflow|server|split\.base\._common).*|benchmarking|split\.tests"),
    "skbase": ("sktime", "skbase", r"utils|lookup|testing|validate"),
    "pmdarima": ("statsmodels", "pmdarima", r"warnings|utils|_config|context_managers"),
    "sksurv": ("sklearn_contrib", "scikit-survival", r"io|docstrings|testing|util|compare|datasets|linear_model\.src"),
    "tslearn": ("sklearn_contrib", "tslearn", r"backend|hdftools|shapelets|utils"),
    "pyod": ("pyod", "PyOD", r"utils|.*(torch|deep|auto_?encoder|vae|gan|alad|anogan|base_dl|devnet|ae1svm|lunar|llm|embedding|dif|xgbod|suod|"
             r"agent|mcp|skills|ts_|eif|mo_gaal|so_gaal|gaal|dgcnn|graph).*"),
    "kmodes": ("sklearn_contrib", "kmodes", r"util"),
    "sktree": ("treeple", "scikit-tree", r"_lib|datasets|stats|testing"),
    "treeple": ("treeple", "treeple", r"_lib|datasets|stats|testing"),
    "surprise": ("recommend", "Surprise", r"builtin_datasets|dataset|reader|dump|evaluate"),
    "rank_bm25": ("recommend", "rank-bm25", r"$"),
    "minisom": ("sklearn_contrib", "MiniSom", r"$"),
    "skopt": ("sklearn_contrib", "scikit-optimize", r"callbacks|utils|benchmarks|plots"),
    "sklearn_extra": ("sklearn_contrib", "scikit-learn-extra", r"$"),
    "deslib": ("sklearn_contrib", "DESlib", r"$"),
    "gplearn": ("sklearn_contrib", "gplearn", r"utils"),
    "metric_learn": ("sklearn_contrib", "metric-learn", r"exceptions"),
    "xgbse": ("sklearn_contrib", "XGBSE", r"converters"),
    "skrules": ("sklearn_contrib", "skope-rules", r"$"),
    "sklift": ("sklearn_contrib", "scikit-uplift", r"datasets|viz"),
    "causalml": ("causalml", "CausalML", r"inference\.(nn|tf|torch)|dataset|features|metrics"),
    "econml": ("causalml", "EconML", r"_lazy|tests|utilities|deepiv|iv\.nnet|dowhy|automated_ml|solutions|_shap|_tree_exporter|bootstrap|inference\._?bootstrap"),
    "dedupe": ("dedupe", "dedupe", r"api|backport|core|convenience|training|labeler|serializer|cpredicates|levenshtein|canopy_index|tfidf|index|_typing"),
    "mlforecast": ("forecast", "MLForecast", r"distributed|flask|cli|data|utils|auto|_modidx|compat"),
    "statsforecast": ("forecast", "StatsForecast", r"distributed|_modidx|adapters|utils"),
    "dask_ml": ("sklearn_contrib", "Dask-ML", r"(?!preprocessing|impute|compose|naive_bayes|wrappers|ensemble|linear_model|decomposition|cluster).*"),
    "autogluon": ("autogluon", "AutoGluon", r"core\.(scheduler|searcher|space|ray|hpo|task|_setup|hyperparameter|calibrate|learning_curves|testing|"
                  r"models\.dummy|utils\.(deprecate|nvutil|tqdm|serialization|multiprocessing|try_import|defaultdict|edict|files|early_stopping|utils|decorators|loaders|savers|exceptions|deprecated))"
                  r"|tabular\.(learner|trainer|predictor|registry|configs|experimental|testing|tuning|models\.(tab_?transformer|fastai\w*|tabular_nn|mitra|"
                  r"tabpfn\w*|image\w*|text\w*|automm|tabm|realmlp|tabicl|tabular_nn|knn\.knn_utils|tab\w*|vowpal\w*|_utils|prep))"
                  r"|common\.(loaders|savers|utils|model_filter|features\.types)|features\.(registry|utils)"),
}

# Classes that are kept off, and why. What README.md says of them is longer.
REFUSED = [
    (r"sklearn2pmml\.preprocessing\.regex\..*", "not part of models of files seen, not reviewed"),
    (r"shap\.(models|explainers)\..*(TransformersPipeline|TeacherForcing|TextGeneration|TopKLM|Deep|Gradient|GPUTree|Maple|Coefficient|TreeGain|TreeMaple|LimeTabular).*",
     "holds networks or other packages' objects, not reviewed"),
    (r"econml\.sklearn_extensions\.(linear_model|model_selection)\.(SelectiveRegularization|_?Weighted\w*Wrapper|_PairedEstimatorWrapper|SingleModelSelector).*",
     "__setattr__ sets attributes of what the object holds"),
    (r"statsmodels\.imputation\.mice\.\w+", "evaluates its formulas, as Python, where it is iterated"),
    (r"sktime\..*\._Indexer", "__getitem__ calls the method that the state names, of what the state holds"),
    (r"pycaret\.internal\.pipeline\.\w*", "__setstate__ makes a cache folder where the state says"),
    (r".*\.(_?\w*TempFile|LazyLoader|_LazyTrialSystemAttrs|_?Unpickler|LazyModule)", "reads, imports or deletes"),
    (r"optuna\.samplers\..*(_LazyImport|_Importer)", "imports by name"),
    (r"CHAID\.graph\..*", "makes a folder"),
]

# Methods that loading reaches and that were read: pattern of `class.method`, what they do. First match; a method that
# matches none keeps its class off the lists until a person has read it.
READ = [
    (r".*\.(__eq__|__hash__|__missing__|__init_subclass__|__instancecheck__)", "compares or hashes what it holds"),
    (r".*\.__setitem__|.*\.add|.*\.remove", "puts into a dict or list of its own"),
    (r"sklearn_pandas\..*\.__setstate__", "parts of columns and transformers, of which it makes pipelines: the inspector looks at them"),
    (r"sklearn2pmml\.(feature_extraction\.text|cross_reference)\..*\.__setstate__", "sets attributes"),
    (r"sklearn2pmml\.\w+Proxy\.__getattr__", "passes attributes of the estimator that it holds on"),
    (r"sklego\.pipeline\..*\.__setstate__", "makes a cache folder where the state says: the inspector looks at it"),
    (r"sklego\.linear_model\.\w+\.__new__", "makes one of two scikit-learn classifiers around a class of its own"),
    (r"optbinning\..*\.__setstate__", "sets attributes and makes a logger"),
    (r"ngboost\..*\.__setstate__", "sets attributes; rebuilds its distribution's class by a method of the state's: the inspector looks at it"),
    (r"ngboost\..*\.__getattr__", "passes attributes of the distribution that it holds on"),
    (r"pynndescent\..*\.__setstate__", "sets attributes; makes typed lists and compiles its own functions"),
    (r"lifelines\..*\.__getattr__", "passes attributes of the model that it holds on"),
    (r"statsmodels\.base\.data\..*\.__setstate__", "evaluates the formula of the state: the inspector looks at it"),
    (r"statsmodels\.discrete\..*\.__setstate__", "sets attributes and picks one of its own methods"),
    (r"statsmodels\.tsa\.statespace\..*\.(__getattr__|__set__|append|extend|apply)", "arithmetic on the model that it holds"),
    (r"statsmodels\..*\.(append|extend)", "calls methods of the model that it holds: the inspector reports it"),
    (r"statsmodels\.base\.wrapper\..*\.__getattribute__", "passes attributes of the results that it holds on"),
    (r"statsmodels\.tools\.\w+\..*\.__set__", "keeps a value in a cache of its own"),
    (r"statsmodels\.tsa\.arima_model\..*\.(__new__|__getnewargs__)", "makes a model of arrays"),
    (r"statsmodels\.distributions\..*\.__new__", "makes an instance"),
    (r"optuna\.(study|storages\.(in_memory|_in_memory))\..*\.__setstate__", "sets attributes, makes a lock and a logger"),
    (r"optuna\.distributions\..*\.__new__", "makes a named tuple"),
    (r"sktime\.forecasting\.base\._fh\..*\.__new__", "gives its own class methods of its own"),
    (r"sktime\..*\.(IndividualBOSS|IndividualTDE|SFAFast)\.__setstate__", "sets attributes and makes typed dicts"),
    (r"pmdarima\..*\.__setstate__", "reads a pickle that the state of old releases names: the inspector looks at it"),
    (r"pmdarima\..*\.__getattr__", "looks into a dict of its own"),
    (r"pycaret\.internal\.meta_estimators\..*\.__getattr__", "passes attributes of the estimator that it holds on"),
    (r"dedupe\.(datamodel|predicates)\..*\.__setstate__", "sets attributes"),
    (r"shap\.(_explanation|explainers|maskers|models)\..*\.(__getattr__)", "passes attributes of what it holds on"),
    (r"mlforecast\..*\.append", "arithmetic on arrays"),
    (r"(treeple|sktree)\..*\.__setstate__", "as in scikit-learn"),
    (r"autogluon\..*\.(__reduce__|__setattr__)", "a dict's own"),
    (r"formulaic\..*\.(__getattr__|__setattr__|__new__)", "a structure of parts by name, kept in a dict of its own"),
    (r"imblearn\..*\.(__getattr__|add)", "as in scikit-learn"),
    (r"catboost\.metrics\..*", "a metric's parameters, kept in attributes"),
    (r"xgboost\.sklearn\..*\.__setstate__", "sets attributes; text in `_Booster` is a file: the inspector looks at it"),
    (r"autogluon\..*\.__init__|(lightgbm|category_encoders|lime|sklearn2pmml|optbinning|interpret|tpot|skopt|sktime|sklego|statsmodels)\..*\.__init__", "reads no file"),
]


def family(name):
    """(list, what its classes are) of a class, or None where no model holds its module."""
    package, _, rest = (name.partition(":")[0] + ".x" if ":" in name else name).partition(".")
    if package not in PACKAGES:
        return None
    file, title, outside = PACKAGES[package]
    module = rest.rpartition(".")[0]
    if re.match("(?:%s)(\\.|$)" % outside, module) and outside != "$":
        return None
    return file, title


def refused(name):
    return next((reason for pattern, reason in REFUSED if re.fullmatch(pattern, name)), None)


def read(method):
    """What a method that was read does, or None."""
    return next((does for pattern, does in READ if re.fullmatch(pattern, method)), None)


def odd(name):
    """Whether a base that is no plain name was read: forks whose archives leave scikit-learn's own part out."""
    return name.startswith(("sktree.", "treeple."))
