"""scikit-learn: fitted estimators on a few rows, small files, fixed seeds. Runs on every release from 0.20 on."""
import warnings

import numpy as np
import pandas as pd
from sklearn import (base, calibration, cluster, decomposition, ensemble, feature_extraction, gaussian_process, linear_model,
                     model_selection, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree, utils)

warnings.simplefilter("ignore")  # tiny models do not converge


def data(rows=40, columns=4):
    rng = np.random.RandomState(0)
    x = rng.normal(size=(rows, columns)).round(3)
    return x, (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 1)


def numbers(estimator):
    return estimator.fit(*data())


def logistic():
    return numbers(linear_model.LogisticRegression(C=0.5, solver="lbfgs"))


def sgd():
    return numbers(linear_model.SGDClassifier(loss="log" if hasattr(linear_model, "logistic") else "hinge", max_iter=5,
                                              tol=None, random_state=0))


def svc():
    return numbers(svm.SVC(gamma=0.5, probability=False))


def kmeans():
    return numbers(cluster.KMeans(n_clusters=3, n_init=2, random_state=0))


def naive_bayes_():
    return numbers(naive_bayes.GaussianNB())


def kd_tree():
    return numbers(neighbors.KNeighborsClassifier(algorithm="kd_tree", leaf_size=10))


def ball_tree():
    return numbers(neighbors.NearestNeighbors(algorithm="ball_tree", metric="manhattan"))


def mlp():
    return numbers(neural_network.MLPClassifier(hidden_layer_sizes=(5,), max_iter=3, random_state=0))


def boosting():
    return numbers(ensemble.GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=0))


def adaboost():
    return numbers(ensemble.AdaBoostClassifier(n_estimators=2, random_state=0))


def hist_boosting():
    try:
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401 (needed before 1.0)
    except ImportError:
        pass
    return numbers(ensemble.HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=4, min_samples_leaf=5,
                                                           random_state=0))


def isolation_forest():
    return ensemble.IsolationForest(n_estimators=3, max_samples=16, random_state=0, contamination=0.1).fit(data()[0])


def forest():
    return numbers(ensemble.RandomForestClassifier(n_estimators=3, max_depth=3, random_state=0))


def regression_tree():
    return numbers(tree.DecisionTreeRegressor(max_depth=3, random_state=0))


def label_encoder():
    return preprocessing.LabelEncoder().fit([u"setosa", u"versicolor", u"virginica", u"\u00e9t\u00e9"])


def label_encoder_objects():
    return preprocessing.LabelEncoder().fit(np.array([u"cat", u"dog", u"\u732b"], dtype=object))


def pipeline_():
    return numbers(pipeline.Pipeline([
        ("scale", preprocessing.StandardScaler()),
        ("pca", decomposition.PCA(n_components=2, random_state=0)),
        ("model", linear_model.LogisticRegression(solver="lbfgs"))]))


def nested_pipeline():
    inner = pipeline.make_pipeline(preprocessing.MinMaxScaler(), preprocessing.PolynomialFeatures(2))
    return numbers(pipeline.Pipeline([("prepare", inner), ("drop", "passthrough"), ("model", linear_model.Ridge())]))


TEXTS = [u"good film", u"bad film, bad plot", u"a good plot", u"never again", u"\u00e9t\u00e9 again"]
LABELS = np.array([u"pos", u"neg", u"pos", u"neg", u"pos"])


def text_tfidf():
    return fixed(pipeline.make_pipeline(
        feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2), stop_words=["a"]),
        svm.LinearSVC(random_state=0)).fit(TEXTS, LABELS))


def fixed(model):
    """The same file on every run: a vectorizer remembers its stop words by their address."""
    if hasattr(model.steps[0][1], "_stop_words_id"):
        model.steps[0][1]._stop_words_id = 140000000000000
    return model


def text_count():
    return fixed(pipeline.make_pipeline(
        feature_extraction.text.CountVectorizer(dtype=np.float32), feature_extraction.text.TfidfTransformer(),
        naive_bayes.MultinomialNB()).fit(TEXTS, LABELS))


def dict_vectorizer():
    return feature_extraction.DictVectorizer().fit([{"city": "Rome", "size": 1.5}, {"city": "Oslo", "size": 2}])


def columns():
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    frame = pd.DataFrame({u"age": [20, 30, np.nan, 50], u"fare": [1.5, 2.5, 3.5, 4.5],
                          u"sex": pd.Series([u"f", u"m", u"m", u"f"], dtype=object),
                          u"port": pd.Series([u"S", u"C", u"S", u"Q"], dtype=object)})
    prepare = ColumnTransformer([
        ("numbers", pipeline.make_pipeline(SimpleImputer(strategy="median"), preprocessing.StandardScaler()),
         [u"age", u"fare"]),
        ("words", preprocessing.OneHotEncoder(handle_unknown="ignore"), [u"sex", u"port"])])
    model = pipeline.Pipeline([("prepare", prepare), ("model", linear_model.LogisticRegression(solver="lbfgs"))])
    return model.fit(frame, [0, 1, 1, 0])


def function_transformer():
    return pipeline.make_pipeline(
        preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1, validate=True),
        preprocessing.FunctionTransformer(np.nan_to_num, kw_args={"nan": 0.0}, validate=False)
        if not hasattr(linear_model, "logistic") else preprocessing.RobustScaler()).fit(np.abs(data()[0]))


def grid_search():
    search = numbers(model_selection.GridSearchCV(
        svm.SVC(kernel="linear"), {"C": [0.1, 1.0], "kernel": ["linear", "rbf"]}, cv=2, n_jobs=None,
        scoring="accuracy"))
    for key in search.cv_results_:
        if key.endswith("_time"):  # how long it took is not the same twice
            search.cv_results_[key][:] = 0
    if hasattr(search, "refit_time_"):
        search.refit_time_ = 0.0
    return search


def feature_union():
    return pipeline.FeatureUnion([
        ("pca", decomposition.PCA(n_components=2, random_state=0)),
        ("bins", preprocessing.KBinsDiscretizer(n_bins=3, strategy="uniform")),
        ("nmf", pipeline.make_pipeline(
            preprocessing.MinMaxScaler(), decomposition.NMF(2, init="nndsvd", random_state=0, max_iter=5)))
    ]).fit(data()[0])


def stacking():
    return numbers(ensemble.StackingClassifier(
        [("tree", tree.DecisionTreeClassifier(max_depth=2, random_state=0)), ("bayes", naive_bayes.GaussianNB())],
        final_estimator=linear_model.LogisticRegression(solver="lbfgs"), cv=2))


def voting():
    return numbers(ensemble.VotingRegressor([("tree", tree.ExtraTreeRegressor(max_depth=2, random_state=0)),
                                             ("ridge", linear_model.Ridge())]))


def calibrated():
    return numbers(calibration.CalibratedClassifierCV(svm.LinearSVC(random_state=0), cv=2))


def gaussian_process_():
    kernel = gaussian_process.kernels.RBF(1.0) + gaussian_process.kernels.WhiteKernel(0.1)
    return gaussian_process.GaussianProcessRegressor(kernel, random_state=0, optimizer=None).fit(*data(12))


def forest_with_random_state():
    """The estimator keeps the generator that it was given."""
    return numbers(ensemble.ExtraTreesRegressor(n_estimators=2, max_depth=2, random_state=np.random.RandomState(7)))


def bunch():
    """A data set is often pickled with its model."""
    x, y = data(5)
    return utils.Bunch(data=x, target=y, feature_names=["a", "b", "c", "d"], DESCR=u"made up")


def unfitted():
    """Every estimator that can be made without arguments: each names a module of its release."""
    import importlib
    import inspect
    import pkgutil
    import sklearn
    made = {}
    for _, name, _ in pkgutil.walk_packages(sklearn.__path__, "sklearn."):
        if any(part in ("tests", "externals", "setup", "conftest", "experimental", "_build_utils", "_mocking") for part in name.split(".")):
            continue
        try:
            classes = vars(importlib.import_module(name)).values()
        except Exception:  # it wants another library
            continue
        for cls in classes:
            if inspect.isclass(cls) and issubclass(cls, base.BaseEstimator) and cls.__module__.startswith("sklearn."):
                try:
                    made[cls.__module__ + "." + cls.__name__] = cls()
                except Exception:  # it wants arguments
                    pass
    return [made[name] for name in sorted(made)]


def holders():
    """What holds functions, and other estimators."""
    from sklearn import feature_selection, metrics
    base_ = linear_model.LogisticRegression()
    return [feature_selection.SelectKBest(feature_selection.mutual_info_classif), feature_selection.SelectFromModel(base_),
            feature_selection.RFE(base_), ensemble.VotingClassifier([("a", base_)]), metrics.make_scorer(metrics.roc_auc_score),
            metrics.make_scorer(metrics.r2_score), neighbors.BallTree(data()[0])]
