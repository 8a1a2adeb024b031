"""Write the files of the benchmarks with the real libraries, into a folder: python files.py FOLDER [MEGABYTES]

MEGABYTES (64) is the size of the opcode-dense pickles; the others follow it. Each file is harmless: it may be loaded.
"""
import os
import pickle
import sys

import joblib
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier


def records(count):
    return [(i, i * 0.37, "key %d" % i, [i % 300, None], {"name": "value %d" % i, "rank": i / 7}) for i in range(count)]


def dump(value, path, protocol):
    with open(path, "wb") as file:
        pickle.dump(value, file, protocol=protocol)


def main(folder, megabytes=64):
    def at(name):
        return os.path.join(folder, name)
    dense = records(megabytes * 16_000)
    for protocol in (4, 2, 0):
        dump(dense, at("dense-p%d.pkl" % protocol), protocol)
    joblib.dump(dense, at("dense-zlib.joblib"), compress=("zlib", 3))
    del dense

    X, y = make_classification(60, 5, random_state=0)
    trees = [DecisionTreeClassifier(max_features=1, random_state=i).fit(X, y) for i in range(20_000 * megabytes // 64)]
    dump(trees, at("trees.pkl"), 4)
    del trees

    X, y = make_classification(50_000, 10, flip_y=0.4, random_state=0)
    forest = RandomForestClassifier(megabytes * 3, n_jobs=-1, random_state=0).fit(X, y)
    dump(forest, at("forest.pkl"), 4)
    joblib.dump(forest, at("forest.joblib"))
    for codec, level in (("zlib", 3), ("lz4", 1), ("xz", 1)):
        joblib.dump(forest, at("forest-%s.joblib" % codec), compress=(codec, level))
    del forest

    dump(np.zeros(megabytes << 21), at("array.pkl"), 5)  # 1 GiB for 64

    small = make_pipeline(StandardScaler(), LogisticRegression()).fit(*make_classification(60, 5, random_state=0))
    dump(small, at("small.pkl"), 4)
    many = at("folder")
    for i in range(10_000 * megabytes // 64):
        inner = os.path.join(many, "%03d" % (i // 100))
        os.makedirs(inner, exist_ok=True)
        small[1].C = i
        dump(small, os.path.join(inner, "model-%05d.pkl" % i), 4)


main(sys.argv[1], *map(int, sys.argv[2:]))
