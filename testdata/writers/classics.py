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
