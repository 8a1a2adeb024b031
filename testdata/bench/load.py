"""Load one file as its library does, and say how long that alone took and how much memory the process had at most."""
import pickle
import resource
import sys
import time

import joblib
import sklearn.ensemble  # imported before the clock starts, as in a process that serves models
import sklearn.linear_model
import sklearn.pipeline
import sklearn.tree


def load(path):
    if path.endswith(".joblib"):
        return joblib.load(path)
    with open(path, "rb") as file:
        return pickle.load(file)


def genops(path):
    import pickletools
    with open(path, "rb") as file:
        for _ in pickletools.genops(file):
            pass


how = genops if sys.argv[1] == "genops" else load
start = time.perf_counter()
for path in sys.argv[2:]:
    how(path)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
