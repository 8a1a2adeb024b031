"""LightGBM: text models and pickles."""
import pickle

import lightgbm
import numpy as np

RELEASE = lightgbm.__version__
RNG = np.random.RandomState(0)
X = RNG.normal(size=(60, 4)).round(3)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
PARAMS = {"num_leaves": 4, "min_data_in_leaf": 3, "verbose": -1, "num_threads": 1, "seed": 0, "deterministic": True}


def booster(**params):
    data = lightgbm.Dataset(X, Y, feature_name=["a", "b", "c_d", "d"])
    return lightgbm.train(dict(PARAMS, **params), data, 3)


def binary():
    return booster(objective="binary")


def multi():
    data = lightgbm.Dataset(X, Y + (X[:, 2] > 1))
    return lightgbm.train(dict(PARAMS, objective="multiclass", num_class=3), data, 2)


def regression():
    return booster(objective="regression")


def classifier():
    return lightgbm.LGBMClassifier(n_estimators=2, num_leaves=4, min_child_samples=3, n_jobs=1, random_state=0).fit(X, Y)


def ranker():
    return lightgbm.LGBMRanker(n_estimators=2, num_leaves=4, min_child_samples=3, n_jobs=1).fit(X, Y, group=[30, 30])


def dumped(make, protocol):
    def write(path):
        with open(path, "wb") as file:
            pickle.dump(make(), file, protocol)
    return write


def as_json(path):
    import json
    with open(path, "w") as file:
        json.dump(binary().dump_model(), file)


def fixtures():
    for name, make in [("binary", binary), ("multi", multi), ("regression", regression)]:
        yield ("lightgbm-%s-%s.txt" % (RELEASE, name), "lightgbm %s, Booster.save_model" % RELEASE,
               lambda path, make=make: make().save_model(path))
    yield "lightgbm-%s-dump.json" % RELEASE, "lightgbm %s, Booster.dump_model" % RELEASE, as_json
    for name, make in [("booster", binary), ("classifier", classifier), ("ranker", ranker)]:
        for protocol in [2, 4]:
            yield ("lightgbm-%s-%s-p%d.pkl" % (RELEASE, name, protocol), "lightgbm %s, pickle.dump(protocol=%d)" % (
                RELEASE, protocol), dumped(make, protocol))
