"""XGBoost: the model formats of each release, and what pickle makes of a Booster and of the scikit-learn classes."""
import pickle
import warnings

import numpy as np
import xgboost

warnings.simplefilter("ignore")

RELEASE = xgboost.__version__
AT = tuple(int(part) for part in RELEASE.split(".")[:2])
RNG = np.random.RandomState(0)
X = RNG.normal(size=(40, 4)).round(3)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


def booster(**params):
    params = dict({"max_depth": 2, "objective": "binary:logistic", "nthread": 1, "seed": 0}, **params)
    data = xgboost.DMatrix(X, Y, feature_names=["a", "b", "c", "d"])
    return xgboost.train(params, data, 2)


def linear():
    return booster(booster="gblinear")


def dart():
    return booster(booster="dart", rate_drop=0.1)


def multi():
    data = xgboost.DMatrix(X, Y + (X[:, 2] > 1))
    return xgboost.train({"objective": "multi:softprob", "num_class": 3, "max_depth": 2, "nthread": 1}, data, 2)


def noted():
    made = booster()
    made.set_attr(note="made up", best_iteration="1")
    return made


def classifier():
    return xgboost.XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1, random_state=0).fit(X, Y)


def regressor():
    return xgboost.XGBRegressor(n_estimators=2, max_depth=2, n_jobs=1, random_state=0).fit(X, Y)


def ranker():
    return xgboost.XGBRanker(n_estimators=2, max_depth=2, n_jobs=1, random_state=0).fit(X, Y, group=[20, 20])


def dumped(make, protocol):
    def write(path):
        with open(path, "wb") as file:
            pickle.dump(make(), file, protocol)
    return write



def fixtures():
    suffixes = ["model"] if AT < (1, 0) else ["model", "json"] if AT < (1, 6) else ["json", "ubj"]
    if (1, 6) <= AT < (3, 1):
        suffixes.append("deprecated")
    for name, make in [("tree", booster), ("linear", linear), ("dart", dart), ("multi", multi), ("noted", noted),
                       ("classifier", classifier)]:
        for suffix in suffixes:
            yield ("xgboost-%s-%s.%s" % (RELEASE, name, suffix), "xgboost %s, save_model(….%s)" % (RELEASE, suffix),
                   lambda path, make=make: make().save_model(path))
    yield "xgboost-%s-raw.bin" % RELEASE, "xgboost %s, save_raw" % RELEASE, lambda path: open(path, "wb").write(
        bytes(booster().save_raw()))
    for name, make in [("booster", booster), ("classifier", classifier), ("regressor", regressor), ("ranker", ranker)]:
        for protocol in [2, 4]:
            yield ("xgboost-%s-%s-p%d.pkl" % (RELEASE, name, protocol), "xgboost %s, pickle.dump(protocol=%d)" % (
                RELEASE, protocol), dumped(make, protocol))
