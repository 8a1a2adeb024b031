"""Estimators of the libraries around scikit-learn, small and fitted."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

RNG = np.random.RandomState(0)
X = RNG.rand(24, 3).round(2)
Y = np.arange(24) % 2
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
WORDS = pd.DataFrame({"city": ["x", "y", "z"] * 8, "kind": ["u", "v"] * 12})
SERIES = pd.Series(np.arange(24.0) + RNG.rand(24).round(2))


def imblearn_pipeline():
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import Pipeline
    from imblearn.under_sampling import RandomUnderSampler
    return Pipeline([("over", SMOTE(k_neighbors=2, random_state=0)), ("under", RandomUnderSampler(random_state=0)),
                     ("model", LogisticRegression())]).fit(X, Y)


def encoders():
    import category_encoders as ce
    made = [ce.OrdinalEncoder(), ce.TargetEncoder(), ce.WOEEncoder(), ce.BinaryEncoder(), ce.CatBoostEncoder()]
    return [encoder.fit(WORDS, pd.Series(Y)) for encoder in made]


def ols():
    from statsmodels.regression.linear_model import OLS
    return OLS(SERIES, FRAME.assign(const=1.0)).fit()


def ols_formula():
    from statsmodels.formula.api import ols as fit
    return fit("t ~ a + np.log(b + 1) + C(kind)", FRAME.assign(t=SERIES, kind=WORDS.kind)).fit()


def ols_transforms():
    """A formula with patsy's own functions and contrasts."""
    from statsmodels.formula.api import ols as fit
    text = "t ~ center(a) + bs(b, df=4) + C(kind, Treatment('v')) + C(city, Sum) + I(c > 0.5) + Q('a b')"
    return fit(text, FRAME.assign(t=SERIES, kind=WORDS.kind, city=WORDS.city, **{"a b": SERIES ** 0.5})).fit()


def glm():
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    return GLM(Y + 1, X, family=Poisson()).fit()


def stacking():
    from mlxtend.classifier import StackingClassifier
    return StackingClassifier([LogisticRegression(), LogisticRegression(C=2)], LogisticRegression()).fit(X, Y)


def mapper():
    from sklearn_pandas import DataFrameMapper
    return DataFrameMapper([(["a", "b"], StandardScaler()), ("c", None)]).fit(FRAME)


def discretiser():
    from feature_engine.discretisation import EqualFrequencyDiscretiser
    return EqualFrequencyDiscretiser(q=3, variables=["a"]).fit(FRAME)


def debug_pipeline():
    from sklego.meta import EstimatorTransformer
    from sklego.pipeline import DebugPipeline
    return DebugPipeline([("first", EstimatorTransformer(Ridge())), ("last", Ridge())]).fit(X, Y)


def pmml():
    from sklearn.compose import ColumnTransformer
    from sklearn2pmml.decoration import ContinuousDomain
    from sklearn2pmml.pipeline import PMMLPipeline
    from sklearn2pmml.preprocessing import PowerFunctionTransformer
    return PMMLPipeline([
        ("mapper", ColumnTransformer([("plain", ContinuousDomain(), ["a", "b"]),
                                      ("power", PowerFunctionTransformer(power=2), ["c"])])),
        ("model", LogisticRegression())]).fit(FRAME, Y)


def hmm():
    from hmmlearn.hmm import GaussianHMM
    return GaussianHMM(2, n_iter=2, random_state=0).fit(X)


def search():
    """A search over distributions of SciPy."""
    import scipy.stats
    from sklearn.model_selection import RandomizedSearchCV
    return RandomizedSearchCV(LogisticRegression(), {"C": scipy.stats.uniform(1, 2), "max_iter": scipy.stats.randint(50, 90)},
                              n_iter=2, cv=2, random_state=0, refit=False)


def prophet():
    """Fitted, without the folders and the time of the fit."""
    import logging
    from prophet import Prophet
    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    days = pd.DataFrame({"ds": pd.date_range("2020-01-01", periods=24), "y": SERIES, "x": X[:, 0]})
    model = Prophet(n_changepoints=2, yearly_seasonality=False, daily_seasonality=False)
    model.add_regressor("x")
    model.add_country_holidays("US")
    model.fit(days, seed=1)
    return replaced(model, [(r"^.*/site-packages/", "/usr/lib/python3/dist-packages/"), (r"^/tmp/.*/(?:prophet_model\w{8}$)?", "/var/fits/"), (r"\d{14}", "20200101000000"),
                                   (r"^\d{4}-\d\d-\d\d \d\d.*UTC$", "2020-01-01 00:00:00 UTC"), (r"^/var/fits/\w+\.json", "/var/fits/x.json")])


def replaced(thing, patterns, seen=None):
    """A thing in whose attributes and containers texts are changed."""
    import re
    seen = {} if seen is None else seen
    if isinstance(thing, str):
        for pattern, text in patterns:
            thing = re.sub(pattern, text, thing)
    elif isinstance(thing, (list, dict)):
        for key in range(len(thing)) if isinstance(thing, list) else list(thing):
            thing[key] = replaced(thing[key], patterns, seen)
    elif type(thing).__module__.split(".")[0] in ("prophet", "cmdstanpy") and hasattr(thing, "__dict__") and id(thing) not in seen:
        seen[id(thing)] = thing
        replaced(vars(thing), patterns, seen)
    return thing
