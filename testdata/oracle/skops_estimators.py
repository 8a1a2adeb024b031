"""Write every estimator of scikit-learn, fitted, as .skops, .pkl and .joblib, and what skops says of the first.

    ENV/bin/python testdata/oracle/skops_estimators.py DIR    in an environment with skops

Each estimator is fitted as it is and with each option of its parameters, by what allowlist/collect_things.py knows of them.
DIR/facts.json has a row for each: {"name", "class", "untrusted"}; what skops cannot write is left out and counted.
"""
import json
import os
import pickle
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "allowlist"))

import collect_things  # noqa: E402
import joblib  # noqa: E402
import skops.io  # noqa: E402


def fitted(cls, extra, sets):
    """An estimator of a class with some options, fitted to the first data that it takes; None if there is none."""
    for estimator in collect_things.made(cls, extra):
        for key in sorted(sets):
            if collect_things.fit(None, estimator, sets[key]):
                return estimator
    return None


def write(folder):
    sets = collect_things.data()
    rows, left_out = [], {}
    for cls in collect_things.classes():
        for number, extra in enumerate(collect_things.variants(cls)):
            estimator = fitted(cls, extra, sets)
            if estimator is None:
                left_out[cls.__name__] = "no data fits it"
                continue
            try:
                data = skops.io.dumps(estimator)
                plain = pickle.dumps(estimator)
            except Exception as err:  # of any kind: what one of them cannot write cannot be compared
                left_out[cls.__name__] = type(err).__name__
                continue
            name = "%s-%d" % (cls.__name__, number)
            for ending, content in (("skops", data), ("pkl", plain)):
                with open(os.path.join(folder, name + "." + ending), "wb") as file:
                    file.write(content)
            joblib.dump(estimator, os.path.join(folder, name + ".joblib"))
            rows.append({"name": name, "class": cls.__module__ + "." + cls.__name__,
                         "untrusted": sorted(skops.io.get_untrusted_types(data=data))})
    written = {row["class"].rsplit(".", 1)[1] for row in rows}
    left_out = {name: why for name, why in left_out.items() if name not in written}
    with open(os.path.join(folder, "facts.json"), "w") as file:
        json.dump({"rows": rows, "left_out": left_out}, file)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write(sys.argv[1])
