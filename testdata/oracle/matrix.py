"""Are the versions that modelscan tells right for releases that no fixture is of?

    python3 testdata/oracle/matrix.py MODELSCAN [NAME...]

MODELSCAN is the command. In each environment edge-* of envs.py, or in those named, writes what make.py writes elsewhere,
as far as its releases can, and compares what `modelscan env` says of each file with what is installed: a version must
be the one, a bound must have it on its side. Prints what is wrong, and how often each library was told.
"""
from __future__ import print_function

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, ROOT)


def inside(folder):
    """In an environment: write every fixture of make.py's table that can be."""
    import warnings
    import make
    warnings.simplefilter("ignore")
    make.HERE = folder
    for row in make.table():
        try:
            print(make.write_one("", row)["path"])
        except BaseException as err:  # a release that cannot
            print("%s: %s: %r" % (row["library"], row["name"], err), file=sys.stderr)


def release(version):
    numbers = []
    for part in version.split("!")[-1].split("+")[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def right(version, bound):
    for part in filter(None, bound.split(",")):
        if part.startswith(">="):
            if release(version) < release(part[2:]):
                return False
        elif release(version) >= release(part[1:]):
            return False
    return True


def main(command, names):
    import envs
    wrong = 0
    for name in names or [name for name in envs.ENVS if name.startswith("edge-")]:
        envs.make(name)
        python, pins = envs.ENVS[name]
        installed = dict(pin.split("==") for pin in pins.split())
        installed["python"] = python
        with tempfile.TemporaryDirectory() as folder:
            environ = dict(os.environ, PYTHONHASHSEED="0", OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
            subprocess.run([envs.interpreter(name), os.path.abspath(__file__), "--inside", folder], env=environ,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            out = subprocess.run([command, "env", "-f", "json", folder], stdout=subprocess.PIPE).stdout
        told = {}
        for file in json.loads(out.decode())["files"]:
            for need in file["requirements"]:
                library = need["library"]
                if not need["versions"] and not need["bound"]:
                    continue
                told[library] = told.get(library, 0) + 1
                have = installed.get(library, "")
                if not have or not right(have, need["bound"]) or any(v != have for v in need["versions"]):
                    wrong += 1
                    print("%s: %s: %s %s%s, is %s: %s" % (name, os.path.basename(file["path"]), library, need["bound"],
                                                        need["versions"], have, need["evidence"]))
        print(name, sum(told.values()), "told:", ", ".join("%s %d" % item for item in sorted(told.items())))
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
