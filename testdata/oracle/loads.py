"""What loading each fixture does in other environments than its own: does it load, warn or break?

    python3 testdata/oracle/loads.py            ask every environment of envs.py that has scikit-learn and pandas
    python3 testdata/oracle/loads.py NAME ...      ask these alone

Writes oracle/loads.json: for each fixture the environments in which a load warns, and those in which it breaks, with
the error. Every fixture is written by make.py, so it is loaded without fear; each load runs in a process of its own.
"""
from __future__ import print_function

import json
import os
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
OUT = os.path.join(HERE, "loads.json")


def inside(paths):
    """In an environment: a line for each path that does not load in silence."""
    for name in ("numpy", "pandas", "scipy.sparse", "sklearn.ensemble", "sklearn.pipeline", "joblib"):
        __import__(name)
    sys.path.insert(0, ROOT)  # for fixtures of our own classes
    for path in paths:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            try:
                said = load(os.path.join(ROOT, path))
            except BaseException as err:
                said = "breaks %s: %s" % (type(err).__name__, str(err).split("\n")[0][:160])
            os.write(write, said.encode("utf-8", "replace"))
            os._exit(0)
        os.close(write)
        said = b""
        while True:
            chunk = os.read(read, 4096)
            if not chunk:
                break
            said += chunk
        os.close(read)
        _, status = os.waitpid(pid, 0)
        if status:
            said = b"breaks killed by signal %d" % (status & 127)
        if said:
            print(json.dumps([path, said.decode("utf-8", "replace")]))


def load(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if path.endswith(".joblib"):
            import joblib
            joblib.load(path)
        else:
            import pickle
            with open(path, "rb") as file:
                pickle.load(file)
    for warning in caught:
        if "Trying to unpickle estimator" in str(warning.message):
            return "warns"
    return ""


def main(names):
    import subprocess
    sys.path.insert(0, ROOT)
    import envs
    with open(os.path.join(HERE, "facts.json")) as file:
        facts = json.load(file)
    paths = sorted(path for path in facts if os.path.isfile(os.path.join(ROOT, path)))
    answers = {}
    if names and os.path.exists(OUT):
        with open(OUT) as file:
            answers = json.load(file)
    names = names or [name for name, (_, pins) in envs.ENVS.items() if name.startswith(("sklearn-", "edge-")) or name.startswith("python-") and "scikit-learn" in pins]
    for name in names:
        envs.make(name)
        for path in answers:
            answers[path].pop(name, None)
        environ = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
        out = subprocess.run([envs.interpreter(name), os.path.abspath(__file__), "--inside"], env=environ, check=True,
                             input=json.dumps(paths).encode(), stdout=subprocess.PIPE).stdout
        for line in out.decode().splitlines():
            path, said = json.loads(line)
            answers.setdefault(path, {})[name] = said
        print(name, len(out.splitlines()), file=sys.stderr)
    rows = ["%s: %s" % (json.dumps(path), json.dumps(answers[path], sort_keys=True)) for path in sorted(answers)]
    with open(OUT, "w") as file:
        file.write("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        inside(json.loads(sys.stdin.read()))
    else:
        main(sys.argv[1:])
