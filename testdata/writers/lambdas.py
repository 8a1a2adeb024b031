"""cloudpickle and dill: code in the file.

The code is compiled under a made-up file name: a code object carries the path of its source.
"""
import subprocess
import sys
import textwrap
import uuid


# cloudpickle gives a class an identifier by chance.
uuid.uuid4 = lambda: uuid.UUID("12345678123456781234567812345678")


def define(source, name):
    namespace = {"__name__": "__main__", "__builtins__": __builtins__}
    exec(compile(textwrap.dedent(source), "model.py", "exec"), namespace)
    return namespace[name]


def a_lambda():
    return define("f = lambda x, y=2: x * y + 1", "f")


def closure():
    return define("""
        import math
        def make(rate):
            steps = [1, 2]
            def schedule(progress):
                "A learning rate."
                return math.exp(-rate * progress) + len(steps)
            return schedule
        f = make(0.5)
        """, "f")


def local_class():
    return define("""
        class Scaler(object):
            "A transformer of one's own."
            factor = 2
            def __init__(self, shift=1):
                self.shift = shift
            def transform(self, x):
                return x * self.factor + self.shift
            @property
            def twice(self):
                return self.shift * 2
        f = Scaler(3)
        """, "f")


def typevar():
    return define("""
        import typing
        f = typing.TypeVar("T")
        """, "f")


def ordinary():
    """No code: what both find their own functions for."""
    import numpy as np
    from scipy import stats
    from sklearn import ensemble, linear_model, model_selection
    x = np.arange(24.0).reshape(12, 2) % 7
    y = np.arange(12) % 2
    search = model_selection.RandomizedSearchCV(linear_model.LogisticRegression(), {"C": stats.uniform(0.5, 2)},
                                                n_iter=2, cv=2, random_state=0)
    return {"forest": ensemble.RandomForestClassifier(2, random_state=0).fit(x, y), "search": search.fit(x, y),
            "types": [int, slice, type(None)], "range": slice(1, 2), "objects": np.array([None, u"a"], dtype=object)}


def in_pipeline():
    from sklearn import pipeline, preprocessing
    return pipeline.make_pipeline(preprocessing.FunctionTransformer(a_lambda(), validate=False),
                                  preprocessing.StandardScaler())


def dill_session(path):
    """A whole __main__, which takes a process of its own."""
    source = "import dill, math\nx = [1, 2]\ntext = 'session'\ndef f(a): return math.sqrt(a)\ndill.dump_session(%r)\n"
    subprocess.check_call([sys.executable, "-c", source % path])
