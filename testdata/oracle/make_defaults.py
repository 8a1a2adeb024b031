"""The defaults of every estimator's parameters, from installed releases of scikit-learn, into inspect/defaults.txt.

    python3 testdata/oracle/make_defaults.py

Releases that have no environment of their own in envs.py are installed beside one of another release. Behind a class,
a line for each parameter: the default from a minor release on, where it changed (tabs between); "?" is none that can be
written, "-" no such parameter.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTDATA = os.path.dirname(HERE)
sys.path.insert(0, TESTDATA)

# Minor release: the environment that has it, or the release and an environment that it runs in.
RELEASES = [("0.20", "sklearn-0.20.4", None), ("0.21", "sklearn-0.22.2", "0.21.3"), ("0.22", "sklearn-0.22.2", None),
            ("0.23", "sklearn-0.24.2", "0.23.2"), ("0.24", "sklearn-0.24.2", None), ("1.0", "sklearn-1.0.2", None),
            ("1.1", "sklearn-1.1.3", None), ("1.2", "sklearn-1.2.2", None), ("1.3", "sklearn-1.3.2", None),
            ("1.4", "sklearn-1.5.2", "1.4.2"), ("1.5", "sklearn-1.5.2", None), ("1.6", "sklearn-1.7.2", "1.6.1"),
            ("1.7", "sklearn-1.7.2", None), ("1.8", "sklearn-1.9.1", "1.8.0"), ("1.9", "sklearn-1.9.1", None)]

INSIDE = r"""
import importlib, inspect, json, pkgutil, sys, warnings
warnings.simplefilter("ignore")
import sklearn
from sklearn.base import BaseEstimator
found = {}
def named(default):
    if inspect.isfunction(default):
        return default.__module__ + "." + default.__qualname__
    return repr(default)
for info in pkgutil.walk_packages(sklearn.__path__, "sklearn.", onerror=lambda name: None):
    if "tests" in info.name or ".externals" in info.name or "conftest" in info.name or "_build_utils" in info.name:
        continue
    try:
        module = importlib.import_module(info.name)
    except BaseException:
        continue
    for value in list(vars(module).values()):
        if not (inspect.isclass(value) and issubclass(value, BaseEstimator) and value.__module__.startswith("sklearn.")):
            continue
        init = getattr(value.__init__, "deprecated_original", value.__init__)
        if init is object.__init__:
            params = {}
        else:
            try:
                params = inspect.signature(init).parameters
            except ValueError:
                continue
        found[value.__module__ + "." + value.__qualname__] = {
            name: None if p.default is p.empty else named(p.default) for name, p in params.items()
            if name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
print(json.dumps(found))
"""


def ask(envs, environment, beside):
    envs.make(environment)
    environ = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    if beside:
        folder = os.path.join(envs.ROOT, "defaults", "scikit-learn-" + beside)
        if not os.path.isdir(folder):
            subprocess.run([envs.interpreter(environment), "-m", "pip", "install", "-q", "--no-deps",
                            "--only-binary=:all:", "--target", folder, "scikit-learn==" + beside], check=True)
        environ["PYTHONPATH"] = folder
    return json.loads(subprocess.run([envs.interpreter(environment), "-c", INSIDE], env=environ, check=True,
                                     stdout=subprocess.PIPE).stdout)


def main():
    import envs
    classes = {}
    for release, environment, beside in RELEASES:
        for name, params in ask(envs, environment, beside).items():
            classes.setdefault(name, []).append((release, params))
    out = ["# modelscan defaults: made by testdata/oracle/make_defaults.py",
           "releases " + " ".join(release for release, _, _ in RELEASES)]
    for name in sorted(classes):
        out.append(name)
        for param in sorted({param for _, params in classes[name] for param in params}):
            text, last = "", "absent"
            for release, params in classes[name]:
                now = plain(params[param]) if param in params else "-"
                if now != last:
                    text += "\t%s %s" % (release, now)
                    last = now
            out.append(" " + param + text)
    with open(os.path.join(os.path.dirname(TESTDATA), "inspect", "defaults.txt"), "w") as file:
        file.write("\n".join(out) + "\n")


def plain(default):
    """What Python prints for a default; ? where there is none or it holds an address."""
    return "?" if default is None or " at 0x" in default or "\n" in default or "\t" in default else default


if __name__ == "__main__":
    main()
