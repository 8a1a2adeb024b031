"""skops: fitted estimators and single values, at whatever schema protocol the release writes."""
import collections
import datetime
import functools
import operator
import warnings
import zipfile

import numpy as np
import scipy.sparse
import scipy.special
import skops
import skops.io
import sklearn
from sklearn import (compose, decomposition, ensemble, feature_extraction, gaussian_process, impute, linear_model,
                     model_selection, multiclass, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm,
                     tree)

warnings.simplefilter("ignore")

# estimators.py draws in half of scikit-learn and pandas; these stay with what skops says it can write.
RNG = np.random.RandomState(0)
X = RNG.normal(size=(12, 3)).round(3)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
TEXTS = ["good film", "bad film, bad plot", "a good plot", "never again", "\u00e9t\u00e9 again"]


def half(values):
    """A function of one's own."""
    return values / 2


class Own(linear_model.LogisticRegression):
    """An estimator of one's own."""


def numbers(estimator):
    return lambda: estimator.fit(X, Y)


def texts(*steps):
    return lambda: pipeline.make_pipeline(*steps).fit(TEXTS, ["p", "n", "p", "n", "p"])


def columns():
    prepare = compose.ColumnTransformer([
        ("scale", impute.SimpleImputer(), [0, 1]),
        ("rest", preprocessing.MinMaxScaler(), slice(2, 3))])
    return prepare.fit(X)


def matrices():
    dense = np.eye(3)[:, ::-1]
    return {kind: getattr(scipy.sparse, kind + "_matrix")(dense) for kind in ["csr", "csc", "coo", "bsr"]}


def arrays():
    return {"c": np.arange(6.0).reshape(2, 3), "f": np.asfortranarray(np.arange(6, dtype="<i4").reshape(2, 3)),
            "zero_d": np.array(2.5), "empty": np.zeros((0, 2)), "text": np.array(["a", "bcd"]),
            "objects": np.array(["a", None, 1.5], dtype=object), "scalar": np.float32(1.5), "int": np.int64(7),
            "bool": np.bool_(True), "structured": np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")]),
            "masked": np.ma.array([1.0, 2.0], mask=[0, 1]), "days": np.array(["2020-01-01"], "<M8[D]")}


def inner_objects():
    holder = np.empty(2, dtype=object)
    holder[0], holder[1] = np.arange(3), {"k": [scipy.sparse.eye(2, format="csr")]}
    return {"inner": holder}


def values():
    return {"list": [1, 2.5, None, True, "text"], "tuple": (1, ("x",)), "set": {1}, "int_keys": {1: "a", 2.5: "b"},
            "ordered": collections.OrderedDict([("b", 1)]), "default": collections.defaultdict(list, {"k": [1]}),
            "slice": slice(1, 4, 2), "nested": {"a": {"b": {"c": []}}}, "big": 1 << 70, "nan": float("nan")}


def more_values():
    return {"bytes": b"ab\xff", "bytearray": bytearray(b"xyz"), "when": datetime.datetime(2020, 1, 2, 3, 4, 5)}


def functions():
    return {"ufunc": np.log1p, "scipy": scipy.special.expit, "partial": functools.partial(np.clip, a_min=0, a_max=1),
            "own": half, "types": [np.float64, int, linear_model.Ridge], "builtin": np.mean}


def methods():
    model = linear_model.Ridge().fit(X, Y)
    return {"bound": model.predict, "model": model}


def operators():
    return {"getter": operator.itemgetter(1), "attr": operator.attrgetter("a.b"),
            "method": operator.methodcaller("strip", "x"), "add": operator.add}


def generators():
    return {"state": np.random.RandomState(3), "generator": np.random.Generator(np.random.PCG64(3)),
            "mersenne": np.random.Generator(np.random.MT19937(3))}


def dtypes():
    return {"f": np.dtype("<f8"), "s": np.dtype("S5"), "o": np.dtype("O"), "r": np.dtype([("a", "<i4")])}


def shared():
    array, inner = np.arange(3), {"k": 1}
    return [array, array, inner, inner]


CONTENTS = [
    ("logistic", numbers(linear_model.LogisticRegression())), ("svc", numbers(svm.SVC())),
    ("pipeline", numbers(pipeline.make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(2, random_state=0),
                                                linear_model.LogisticRegression()))),
    ("columns", columns), ("tree", numbers(tree.DecisionTreeClassifier(max_depth=2, random_state=0))),
    ("forest", numbers(ensemble.RandomForestClassifier(1, max_depth=2, random_state=0))),
    ("boosting", numbers(ensemble.GradientBoostingClassifier(n_estimators=1, max_depth=1, random_state=0))),
    ("boosting-regressor", numbers(ensemble.GradientBoostingRegressor(n_estimators=1, max_depth=1, random_state=0))),
    ("hist-boosting", numbers(ensemble.HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=4, random_state=0))),
    ("sgd", numbers(linear_model.SGDClassifier(max_iter=5, tol=None, random_state=0))),
    ("sgd-huber", numbers(linear_model.SGDRegressor(loss="huber", max_iter=5, tol=None, random_state=0))),
    ("mlp", numbers(neural_network.MLPClassifier((3,), max_iter=3, random_state=0))),
    ("bayes", numbers(naive_bayes.GaussianNB())), ("adaboost", numbers(ensemble.AdaBoostClassifier(n_estimators=2,
                                                                                                     random_state=0))),
    ("neighbours", numbers(neighbors.KNeighborsClassifier(algorithm="kd_tree"))),
    ("one-vs-rest", numbers(multiclass.OneVsRestClassifier(linear_model.LogisticRegression()))),
    ("gaussian-process", numbers(gaussian_process.GaussianProcessRegressor(
        gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel(0.1), optimizer=None))),
    ("text-tfidf", texts(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), svm.LinearSVC(random_state=0))),
    ("text-count", texts(feature_extraction.text.CountVectorizer(), naive_bayes.MultinomialNB())),
    ("text-hashing", texts(feature_extraction.text.HashingVectorizer(n_features=16), naive_bayes.BernoulliNB())),
    ("function-ufunc", numbers(preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1))),
    ("function-own", numbers(preprocessing.FunctionTransformer(half))),
    ("own-class", numbers(Own())),
    ("grid-search", numbers(model_selection.GridSearchCV(svm.SVC(), {"C": [0.1, 1.0]}, cv=2))),
    ("iterator", numbers(model_selection.GridSearchCV(svm.SVC(), {"C": [1.0]}, cv=model_selection.KFold(2)))),
    ("unfitted", lambda: linear_model.LogisticRegression(C=3)),
    ("matrices", matrices), ("arrays", arrays), ("inner-objects", inner_objects), ("values", values),
    ("more-values", more_values), ("functions", functions), ("methods", methods), ("operators", operators),
    ("generators", generators), ("dtypes", dtypes), ("shared", shared),
]

# Schemas grow fast: these are written by two releases.
LARGE = {"boosting-regressor", "sgd-huber", "mlp", "adaboost", "neighbours", "one-vs-rest", "gaussian-process",
         "text-hashing", "iterator", "grid-search", "text-count", "svc", "pipeline"}


def stable(model):
    """The same file on every run: no timings, no addresses."""
    for key in getattr(model, "cv_results_", {}):
        if key.endswith("_time"):
            model.cv_results_[key][:] = 0
    if hasattr(model, "refit_time_"):
        model.refit_time_ = 0.0
    for _, step in getattr(model, "steps", ()):
        if hasattr(step, "_stop_words_id"):
            step._stop_words_id = 140000000000000
    return model


def fixtures():
    for name, make in CONTENTS:
        if name in LARGE and skops.__version__ not in ("0.6.0", "0.16.0"):
            continue
        try:
            value = stable(make())
            data = skops.io.dumps(value)
        except Exception as err:  # each release knows more kinds of object than the last
            if "unfitted" in name or "logistic" == name:
                raise
            print("skops %s does not write %s: %r" % (skops.__version__, name, err))
            continue
        file = "skops-%s-sklearn-%s-%s.skops" % (skops.__version__, sklearn.__version__, name)
        yield file, "skops %s, scikit-learn %s, skops.io.dump" % (skops.__version__, sklearn.__version__), \
            lambda path, data=data: open(path, "wb").write(data)
    if tuple(map(int, skops.__version__.split(".")[:2])) >= (0, 9):
        file = "skops-%s-sklearn-%s-compressed.skops" % (skops.__version__, sklearn.__version__)
        yield file, "skops %s, skops.io.dump(compression=zipfile.ZIP_DEFLATED, compresslevel=9)" % skops.__version__, \
            lambda path: skops.io.dump(columns(), path, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
