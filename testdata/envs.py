"""The environments that write the model fixtures: real libraries, exactly pinned.

    python3 testdata/envs.py sklearn-1.5.2 …    make these environments
    python3 testdata/envs.py all                make every one
    python3 testdata/envs.py                    list the table

Each becomes a virtual environment below $MODELSCAN_ENVS (default ~/.cache/modelscan/envs); the command prints its
interpreter. An environment whose pins did not change is left alone. Needs Python 3.6 or newer, the interpreters named
in the table (from pyenv, or pythonX.Y on PATH) and PyPI. Wheels only: nothing is compiled, no setup.py is run.
"""
import glob
import os
import shutil
import subprocess
import sys

# name: (Python, pins). One environment carries one generation of every library, so that a release of joblib, pandas or
# NumPy needs no environment of its own. Transitive dependencies are pinned too: pip runs with --no-deps.
ENVS = {
    "sklearn-0.20.4-py2.7": ("2.7", """scikit-learn==0.20.4 numpy==1.16.6 scipy==1.2.3 pandas==0.24.2 joblib==0.9.4
        python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-0.20.4": ("3.6", """scikit-learn==0.20.4 numpy==1.15.4 scipy==1.1.0 pandas==0.25.3 joblib==0.11
        lz4==2.2.1 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-0.22.2": ("3.7", """scikit-learn==0.22.2.post1 numpy==1.18.5 scipy==1.4.1 pandas==1.0.5 joblib==0.14.1
        lz4==3.1.10 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-0.24.2": ("3.7", """scikit-learn==0.24.2 numpy==1.19.5 scipy==1.5.4 pandas==1.1.5 joblib==1.0.1
        cloudpickle==1.6.0 dill==0.3.4 lz4==3.1.10 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2
        six==1.17.0"""),
    "sklearn-1.0.2": ("3.8", """scikit-learn==1.0.2 numpy==1.21.6 scipy==1.7.3 pandas==1.3.5 joblib==1.1.1
        lz4==4.3.3 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-1.1.3": ("3.9", """scikit-learn==1.1.3 numpy==1.23.5 scipy==1.9.3 pandas==1.5.3 joblib==1.2.0
        lz4==4.3.3 threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0"""),
    "sklearn-1.2.2": ("3.10", """scikit-learn==1.2.2 numpy==1.24.4 scipy==1.10.1 pandas==2.0.3 joblib==1.2.0
        threadpoolctl==3.1.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.3.2": ("3.11", """scikit-learn==1.3.2 numpy==1.26.4 scipy==1.11.4 pandas==2.1.4 joblib==1.3.2
        cloudpickle==2.2.1 dill==0.3.7 lz4==4.3.3 threadpoolctl==3.5.0 python-dateutil==2.9.0.post0 pytz==2025.2
        six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.5.2": ("3.12", """scikit-learn==1.5.2 numpy==2.0.2 scipy==1.13.1 pandas==2.2.3 joblib==1.4.2
        lz4==4.3.3 threadpoolctl==3.5.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.7.2": ("3.13", """scikit-learn==1.7.2 numpy==2.3.3 scipy==1.16.2 pandas==2.3.3 joblib==1.5.2
        lz4==4.4.4 threadpoolctl==3.6.0 python-dateutil==2.9.0.post0 pytz==2025.2 six==1.17.0 tzdata==2025.2"""),
    "sklearn-1.9.1": ("3.13", """scikit-learn==1.9.1 numpy==2.5.5 scipy==1.18.1 pandas==3.1.1 joblib==1.6.0
        narwhals==2.29.0 cloudpickle==3.1.2 dill==0.4.1 lz4==4.4.4 threadpoolctl==3.6.0
        python-dateutil==2.9.0.post0 six==1.17.0 tzdata==2025.2"""),
}

ROOT = os.path.expanduser(os.environ.get("MODELSCAN_ENVS") or "~/.cache/modelscan/envs")


def interpreter(name):
    """Where the Python of an environment is, made or not."""
    return os.path.join(ROOT, name, "bin", "python")


def make(name):
    version, pins = ENVS[name]
    want = "\n".join(["python " + version] + sorted(pins.split())) + "\n"
    stamp = os.path.join(ROOT, name, "pins.txt")
    if os.path.exists(stamp) and open(stamp).read() == want:
        return
    shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
    virtualenv(find(version), version, os.path.join(ROOT, name))
    # The pip that comes with an old Python does not know today's wheel tags.
    run(interpreter(name), "-m", "pip", "install", "-q", "-U", "pip")
    run(interpreter(name), "-m", "pip", "install", "-q", "--no-deps", "--only-binary=:all:", *pins.split())
    with open(stamp, "w") as f:
        f.write(want)


def find(version):
    """The newest pyenv release of a Python minor version, else the one on PATH."""
    roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv")]
    for root in filter(None, roots):
        found = glob.glob(os.path.join(root, "versions", version + ".*", "bin", "python"))
        if found:
            return max(found, key=lambda path: int(path.split(os.sep)[-3].split(".")[2]))
    found = shutil.which("python" + version)
    if not found:
        sys.exit("envs: no Python %s: `pyenv install %s` or put python%s on PATH" % (version, version, version))
    return found


def virtualenv(python, version, folder):
    if version != "2.7":
        run(python, "-m", "venv", folder)
        return
    tool = os.path.join(ROOT, "virtualenv-py2.7")  # 20.15.1 is the last that makes environments for Python 2
    if not os.path.isdir(tool):
        run(python, "-m", "pip", "install", "-q", "--target", tool, "virtualenv==20.15.1")
    run(python, "-m", "virtualenv", "-q", "--no-download", folder, env=dict(os.environ, PYTHONPATH=tool))


def run(*command, **options):
    # Standard output is for the interpreters' paths alone.
    subprocess.run(command, check=True, stdout=sys.stderr, **options)


def main(names):
    if not names:
        for name, (version, pins) in ENVS.items():
            print("%-22s Python %-5s %s" % (name, version, " ".join(pins.split())))
        return
    names = list(ENVS) if names == ["all"] else names
    unknown = [name for name in names if name not in ENVS]
    if unknown:
        sys.exit("envs: no environment %s; there are %s" % (", ".join(unknown), ", ".join(ENVS)))
    for name in names:
        make(name)
        print(interpreter(name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
