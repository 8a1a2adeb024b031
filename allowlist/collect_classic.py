"""One of everything of the libraries around scikit-learn, for collect.py: boosters, encoders, samplers, forecasters.

Each library that is installed is walked; each class with `fit` is made, with what it wants where that is plain, and fitted
on the data that it takes. A thing that cannot be made fails alone.
"""
import importlib
import inspect
import pkgutil

import numpy as np

LIBRARIES = """xgboost lightgbm catboost imblearn category_encoders sklearn_pandas sklearn2pmml sklego mlxtend optbinning
interpret ngboost lifelines umap pynndescent hdbscan hmmlearn shap lime mapie feature_engine boruta statsmodels tpot
sktime pmdarima sksurv tslearn pyod kmodes surprise skopt sklearn_extra deslib gplearn metric_learn causalml econml
mlforecast statsforecast treeple""".split()

OUTSIDE = (".tests", ".test", "conftest", ".datasets", ".benchmark", ".dask", ".spark", "plot", "visual", ".cli", "__main__",
           ".setup", "_version", "deep", "torch", "keras", ".libs.", ".networks", "tensorflow", ".testing", "sandbox", "examples")


def groups(collector):
    return [boosters, walked, statistics, explainers, binning]


def data():
    import pandas as pd
    r = np.random.RandomState(0)
    X = np.abs(r.rand(60, 4)) + 0.1
    y = np.arange(60) % 2
    target = X.sum(axis=1) + 0.1 * r.rand(60)
    frame = pd.DataFrame(X, columns=list("abcd"))
    words = pd.DataFrame({"a": ["x", "y", "z"] * 20, "b": ["u", "v"] * 30})
    series = pd.Series(target, index=pd.date_range("2020-01-31", periods=60, freq="D"), name="y")
    panel = r.rand(20, 1, 30)
    skewed = (np.arange(60) % 4 == 0).astype(int)
    return {"X,y": (X, y), "frame,y": (frame, pd.Series(y)), "X,target": (X, target), "words,y": (words, pd.Series(y)), "frame": (frame,),
            "words": (words,), "X": (X,), "series": (series,), "panel,y": (panel, np.arange(20) % 2), "panel": (panel,),
            "frame,target": (frame, pd.Series(target)), "X,skewed": (X, skewed), "one": (X[:, 0], y), "y": (y,),
            "X,T,y": (X, y, target), "ints": ((X * 4).astype(int), y)}


def boosters(c):
    d = data()
    for name, kinds in (("xgboost", "XGBClassifier XGBRegressor XGBRFClassifier XGBRFRegressor"), ("lightgbm", "LGBMClassifier LGBMRegressor")):
        try:
            library = importlib.import_module(name)
        except Exception as error:
            c.fail(name, error)
            continue
        for kind in kinds.split():
            for extra in ({}, {"booster": "dart"}, {"booster": "gblinear"}, {"boosting_type": "rf", "subsample": .5, "subsample_freq": 1}, {"boosting_type": "goss"},
                          {"objective": np.log}, {"importance_type": "gain"}, {"random_state": np.random.RandomState(0)},
                          {"eval_metric": "auc"}, {"eval_metric": ["auc", "logloss"]}, {"early_stopping_rounds": 2}):
                for key in ("X,y", "frame,y", "X,target"):
                    def make():
                        options = dict(extra, n_estimators=3)
                        model = getattr(library, kind)(**options)
                        if "objective" in extra:
                            return model
                        fit = {"eval_set": [d[key]]} if "eval" in str(extra) or "early" in str(extra) else {}
                        return model.fit(*d[key], **fit)
                    c.build("%s %s %s" % (kind, extra, key), make)
        c.build(name + " ranker", lambda: getattr(library, "XGBRanker" if name == "xgboost" else "LGBMRanker")(n_estimators=2).fit(
            *d["X,y"], group=[30, 30]))
    c.build("xgboost.train", lambda: importlib.import_module("xgboost").train({"max_depth": 2}, importlib.import_module("xgboost").DMatrix(
        *d["frame,y"]), 2))
    c.build("lightgbm.train", lambda: importlib.import_module("lightgbm").train({"verbose": -1}, importlib.import_module("lightgbm").Dataset(
        *d["frame,y"]), 2))
    for kind in ("CatBoostClassifier", "CatBoostRegressor", "CatBoost", "CatBoostRanker"):
        for extra in ({}, {"loss_function": "MultiClass"}, {"cat_features": ["a"]}, {"text_features": []}, {"custom_metric": ["AUC"]},
                      {"boosting_type": "Ordered"}, {"grow_policy": "Lossguide"}):
            def make():
                params = dict(extra, iterations=3, verbose=0, allow_writing_files=False)
                library = importlib.import_module("catboost")
                model = library.CatBoost(params) if kind == "CatBoost" else getattr(library, kind)(**params)
                return model.fit(*d["words,y" if "cat_features" in extra else "X,y"])
            c.build("%s %s" % (kind, extra), make)


def classes(library):
    root = importlib.import_module(library)
    names = [library] + [name for _, name, _ in pkgutil.walk_packages(getattr(root, "__path__", []), library + ".", onerror=lambda n: None)]
    found = {}
    for name in names:
        if any(word in "." + name for word in OUTSIDE):
            continue
        try:
            module = importlib.import_module(name)
        except (Exception, SystemExit):
            continue
        for thing in list(vars(module).values()):
            if inspect.isclass(thing) and thing.__module__.split(".")[0] == library and callable(getattr(thing, "fit", None)):
                found[thing.__module__ + "." + thing.__name__] = thing
    return [found[name] for name in sorted(found)]


def made(cls):
    from sklearn.linear_model import LogisticRegression, Ridge
    wants = [{}, {"estimator": LogisticRegression()}, {"estimator": Ridge()}, {"base_estimator": LogisticRegression()},
             {"regressor": Ridge()}, {"classifier": LogisticRegression()}, {"classifiers": [LogisticRegression(), LogisticRegression()]},
             {"meta_classifier": LogisticRegression(), "classifiers": [LogisticRegression()]}, {"regressors": [Ridge()], "meta_regressor": Ridge()},
             {"features": [("a", None)]}, {"variables": ["a"]}, {"columns": ["a"]}, {"learner": Ridge()}, {"variable_names": ["a", "b", "c", "d"]},
             {"model": LogisticRegression()}, {"steps": [("a", Ridge())]}, {"forecaster": None}]
    for options in wants:
        try:
            thing = cls(**options)
        except BaseException:  # some call sys.exit
            continue
        yield thing


def walked(c):
    from collect import Alarm
    sets = data()
    for library in LIBRARIES:
        try:
            found = classes(library)
        except Exception as error:
            c.fail(library, error)
            continue
        for cls in found:
            fits = 0
            for number, thing in enumerate(made(cls)):
                if number == 0:
                    c.add("unfitted " + cls.__name__, thing)
                for key in sorted(sets):
                    try:
                        with Alarm(8):
                            thing.fit(*sets[key])
                    except BaseException as error:
                        if isinstance(error, KeyboardInterrupt):
                            raise
                        continue
                    fits += 1
                    c.add("%s %s" % (cls.__name__, key), thing)
                    if fits > 2:
                        break
                if fits:
                    break
            if not fits:
                c.fail("fit " + library + "." + cls.__name__, "no data fits")


def statistics(c):
    import pandas as pd
    d = data()
    X, y, target = d["X,y"][0], d["X,y"][1], d["X,target"][1]
    frame = d["frame"][0].assign(y=y, t=target, g=["u", "v"] * 30)
    series = d["series"][0]
    try:
        sm = importlib.import_module("statsmodels.api")
        smf = importlib.import_module("statsmodels.formula.api")
    except ImportError as error:
        return c.fail("statsmodels", error)
    for what, make in {
            "OLS": lambda: sm.OLS(target, X).fit(), "OLS frame": lambda: sm.OLS(frame.t, frame[["a", "b"]]).fit(), "WLS": lambda: sm.WLS(target, X).fit(),
            "GLS": lambda: sm.GLS(target, X).fit(), "GLSAR": lambda: sm.GLSAR(target, X).fit(), "RLM": lambda: sm.RLM(target, X).fit(),
            "QuantReg": lambda: sm.QuantReg(target, X).fit(), "Logit": lambda: sm.Logit(np.random.RandomState(0).randint(0, 2, 60), X).fit(disp=0),
            "Probit": lambda: sm.Probit(np.random.RandomState(0).randint(0, 2, 60), X).fit(disp=0), "MNLogit": lambda: sm.MNLogit(np.random.RandomState(0).randint(0, 3, 60), X).fit(disp=0),
            "Poisson": lambda: sm.Poisson(np.arange(60) % 5, X).fit(disp=0), "NegativeBinomial": lambda: sm.NegativeBinomial(np.arange(60) % 5, X).fit(disp=0),
            "GLM": lambda: sm.GLM(target, X, family=sm.families.Gamma(sm.families.links.Log())).fit(), "GEE": lambda: sm.GEE(target, X, groups=np.arange(60) // 6).fit(),
            "MixedLM": lambda: sm.MixedLM(target, X, groups=np.arange(60) // 6).fit(), "PHReg": lambda: sm.PHReg(target, X).fit(),
            "formula": lambda: smf.ols("t ~ a + np.log(b) + C(g)", frame).fit(), "formula logit": lambda: smf.glm("y ~ a", frame, family=sm.families.Binomial()).fit(),
            "ARIMA": lambda: sm.tsa.ARIMA(series, order=(1, 0, 1)).fit(), "SARIMAX": lambda: sm.tsa.SARIMAX(series, order=(1, 0, 0)).fit(disp=0),
            "AutoReg": lambda: sm.tsa.AutoReg(series, 2).fit(), "VAR": lambda: sm.tsa.VAR(frame[["a", "b"]]).fit(2), "VARMAX": lambda: sm.tsa.VARMAX(frame[["a", "b"]], order=(1, 0)).fit(disp=0, maxiter=3),
            "HoltWinters": lambda: sm.tsa.ExponentialSmoothing(series).fit(), "SimpleExp": lambda: sm.tsa.SimpleExpSmoothing(series).fit(), "Holt": lambda: sm.tsa.Holt(series).fit(),
            "UC": lambda: sm.tsa.UnobservedComponents(series, "local level").fit(disp=0), "Markov": lambda: sm.tsa.MarkovRegression(series, 2).fit(disp=0),
            "ETS": lambda: importlib.import_module("statsmodels.tsa.exponential_smoothing.ets").ETSModel(series).fit(disp=0),
            "STL": lambda: importlib.import_module("statsmodels.tsa.seasonal").STL(series, period=7).fit(), "decompose": lambda: sm.tsa.seasonal_decompose(series, period=7),
            "Ordered": lambda: importlib.import_module("statsmodels.miscmodels.ordinal_model").OrderedModel(pd.Series(y).astype("category").cat.as_ordered(), X).fit(disp=0),
            "KDE": lambda: (lambda k: (k.fit(), k)[1])(sm.nonparametric.KDEUnivariate(target)), "PCA": lambda: sm.PCA(X), "Factor": lambda: sm.Factor(X, 1).fit(),
            "DynamicFactor": lambda: sm.tsa.DynamicFactor(frame[["a", "b"]], k_factors=1, factor_order=1).fit(disp=0, maxiter=3),
            "ECDF": lambda: importlib.import_module("statsmodels.distributions.empirical_distribution").ECDF(target), "Theta": lambda: importlib.import_module("statsmodels.tsa.forecasting.theta").ThetaModel(series, period=7).fit()}.items():
        c.build("statsmodels " + what, make)
    c.build("auto_arima", lambda: importlib.import_module("pmdarima").auto_arima(target, max_p=1, max_q=1))
    for fitter in ("KaplanMeierFitter", "NelsonAalenFitter", "WeibullFitter", "ExponentialFitter", "LogNormalFitter"):
        c.build(fitter, lambda: getattr(importlib.import_module("lifelines"), fitter)().fit(target, y))
    for fitter in ("CoxPHFitter", "WeibullAFTFitter", "LogLogisticAFTFitter", "AalenAdditiveFitter"):
        c.build(fitter, lambda: getattr(importlib.import_module("lifelines"), fitter)(penalizer=.1).fit(frame[["a", "b", "t", "y"]], "t", "y"))


def explainers(c):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    d = data()
    X, y = d["X,y"]
    forest, linear = RandomForestClassifier(3).fit(X, y), LogisticRegression().fit(X, y)
    try:
        shap = importlib.import_module("shap")
    except Exception as error:
        return c.fail("shap", error)
    c.build("TreeExplainer", lambda: shap.TreeExplainer(forest))
    c.build("TreeExplainer data", lambda: shap.TreeExplainer(forest, X))
    c.build("LinearExplainer", lambda: shap.LinearExplainer(linear, X))
    c.build("KernelExplainer", lambda: shap.KernelExplainer(linear.predict_proba, X[:5]))
    c.build("Explanation", lambda: shap.TreeExplainer(forest)(X[:5]))
    for what in ("Exact", "Permutation", "Sampling"):
        c.build(what, lambda: getattr(shap.explainers, what)(linear.predict_proba, X[:5]))


def binning(c):
    d = data()
    X, y = d["X,y"]
    ob = importlib.import_module("optbinning")
    c.build("OptimalBinning", lambda: ob.OptimalBinning().fit(X[:, 0], y))
    c.build("ContinuousOptimalBinning", lambda: ob.ContinuousOptimalBinning().fit(X[:, 0], X[:, 1]))
    c.build("BinningProcess", lambda: ob.BinningProcess(list("abcd")).fit(*d["frame,y"]))
    def card():
        from sklearn.linear_model import LogisticRegression
        return ob.Scorecard(ob.BinningProcess(list("abcd")), LogisticRegression()).fit(*d["frame,y"])
    c.build("Scorecard", card)
