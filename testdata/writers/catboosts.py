"""CatBoost: cbm, JSON, and pickles."""
import pickle

import catboost
import numpy as np

RELEASE = catboost.__version__
RNG = np.random.RandomState(0)
X = RNG.normal(size=(40, 4)).round(3)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
PARAMS = {"iterations": 2, "depth": 2, "random_seed": 0, "thread_count": 1, "allow_writing_files": False,
          "logging_level": "Silent"}


def classifier():
    return catboost.CatBoostClassifier(**PARAMS).fit(X, Y)


def regressor():
    return catboost.CatBoostRegressor(**PARAMS).fit(X, Y)


def categories():
    rows = [[float(a), "x" if b > 0 else "y"] for a, b in X[:, :2]]
    return catboost.CatBoostClassifier(cat_features=[1], **PARAMS).fit(rows, Y)


def named():
    made = catboost.CatBoost(dict(PARAMS, loss_function="MultiClass"))
    made.fit(catboost.Pool(X, Y + (X[:, 2] > 1), feature_names=["a", "b", "c", "d"]))
    made.get_metadata()["note"] = "made up"
    return made


def dumped(make, protocol):
    def write(path):
        with open(path, "wb") as file:
            pickle.dump(make(), file, protocol)
    return write


def fixtures():
    for name, make in [("classifier", classifier), ("regressor", regressor), ("categories", categories),
                       ("named", named)]:
        for suffix in ["cbm", "json"]:
            yield ("catboost-%s-%s.%s" % (RELEASE, name, suffix), "catboost %s, save_model(format=%r)" % (RELEASE, suffix),
                   lambda path, make=make, suffix=suffix: make().save_model(path, format=suffix))
    for name, make in [("classifier", classifier), ("regressor", regressor)]:
        for protocol in [2, 4]:
            yield ("catboost-%s-%s-p%d.pkl" % (RELEASE, name, protocol), "catboost %s, pickle.dump(protocol=%d)" % (
                RELEASE, protocol), dumped(make, protocol))
