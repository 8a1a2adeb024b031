"""In which releases can a name be imported? Asks the environments of envs.py and writes inspect/environment/names.txt.

    python3 testdata/oracle/names.py

The names are those of the trust lists and of the fixtures. A row has the name (a module ends in a dot), the library
whose releases decide, and the releases around its time: the newest that lacks it, the oldest and the newest that have
it, the oldest that lacks it again. "-" stands for none. What every release has, or comes and goes, has no row.
"""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, "inspect", "environment", "names.txt")
LIBRARIES = {"numpy": "numpy", "scipy": "scipy", "pandas": "pandas", "joblib": "joblib", "sklearn": "scikit-learn",
             "torch": "torch", "cloudpickle": "cloudpickle", "dill": "dill", "_loss": "scikit-learn"}

ASK = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
for name in ("numpy.random", "numpy.ma", "pandas", "scipy.sparse", "sklearn.ensemble", "torch"):
    try:
        __import__(name)
    except Exception:
        pass
found = []
for name in json.load(sys.stdin):
    module, _, qualname = name.partition(":")
    try:
        __import__(module)
        value = sys.modules[module]
        for part in qualname.split(".") if qualname else []:
            value = getattr(value, part)
        found.append(name)
    except BaseException:
        pass
print("\n" + json.dumps(found))
"""


def names():
    found = set()
    folder = os.path.join(ROOT, "allowlist", "lists")
    for list_ in os.listdir(folder):
        if list_ == "never.txt":
            continue
        with open(os.path.join(folder, list_)) as file:
            for line in file:
                name = line.split("#")[0].split()
                if name:
                    found.add(name[0])
    with open(os.path.join(HERE, "facts.json")) as file:
        for fact in json.load(file).values():
            found.update(fact["globals"])
    for name in found:
        module, qualname = name.split(":") if ":" in name else name.rsplit(".", 1)
        if module.split(".")[0] in LIBRARIES or module in ("pathlib._local",):
            yield module + ":"
            yield module + ":" + qualname


def release(version):
    return [int(part) for part in re.match(r"\d+(\.\d+)*", version).group().split(".")]


def main():
    sys.path.insert(0, os.path.join(ROOT, "testdata"))
    import envs
    asked = sorted(set(names()))
    has = {}  # library -> version -> names
    for env, (python, pins) in envs.ENVS.items():
        if not env.startswith(("sklearn-", "edge-", "torch-")):
            continue
        envs.make(env)
        out = subprocess.run([envs.interpreter(env), "-c", ASK], input=json.dumps(asked).encode(), check=True,
                             stdout=subprocess.PIPE).stdout
        found = set(json.loads(out.decode().splitlines()[-1]))
        versions = dict(pin.split("==") for pin in pins.split())
        versions["python"] = python
        for library in set(LIBRARIES.values()) | {"python"}:
            if library in versions:
                has.setdefault(library, {}).setdefault(versions[library], set()).update(found)
        print(env, len(found), file=sys.stderr)
    rows = []
    for name in asked:
        library = LIBRARIES.get(name.split(":")[0].split(".")[0], "python")
        row = window(name, sorted(has[library].items(), key=lambda item: release(item[0])))
        if row:
            module, qualname = name.split(":")
            rows.append("%s.%s %s %s" % (module, qualname, library, " ".join(row)))
    # A name needs no row where its module has the same.
    modules = {row.split()[0]: row.split()[1:] for row in rows if row.split()[0].endswith(".")}
    rows = [row for row in rows if row.split()[0].endswith(".") or
            modules.get(row.split()[0].rsplit(".", 1)[0] + ".") != row.split()[1:]]
    with open(OUT, "w") as file:
        file.write("# Written by testdata/oracle/names.py, which says what the columns are.\n" + "\n".join(rows) + "\n")


def window(name, releases):
    flags = [name in found for _, found in releases]
    if all(flags) or not any(flags):
        return None
    first, last = flags.index(True), len(flags) - 1 - flags[::-1].index(True)
    if not all(flags[first:last + 1]):
        return None
    at = lambda i: releases[i][0] if 0 <= i < len(releases) else "-"
    return [at(first - 1), at(first), at(last), at(last + 1)]


if __name__ == "__main__":
    main()
