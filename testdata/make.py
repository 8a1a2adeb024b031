"""Write the model fixtures with the real libraries, and the facts that Python states about them.

    python3 testdata/make.py                        every environment of envs.py
    python3 testdata/make.py --env sklearn-1.5.2    one of them; repeat for more
    python3 testdata/make.py --format torch         only the files of this folder of models; repeat for more
    python3 testdata/make.py --facts                write no fixtures: state the facts of those of pickle and joblib anew

Environments are made where they are missing. Each runs this file once more (`--inside`) to write its fixtures, then
oracle/facts.py to load them; the rows end up in oracle/facts.json. Runs on Python 2.7 as far as --inside goes.
Of formats other than pickle and joblib, each has a module in writers/ that lists its files (FORMATS below), and
oracle/facts_libraries.py asks its own library; the rows end up in oracle/facts_libraries.json.
"""
from __future__ import print_function

import json
import os
import pickle
import shutil
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
FACTS = os.path.join(HERE, "oracle", "facts.json")
LIBRARY_FACTS = os.path.join(HERE, "oracle", "facts_libraries.json")
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

# Python 2 cannot say what a name is in Python 3: its files are read by the Python 3 twin of its environment.
READERS = {"sklearn-0.20.4-py2.7": "sklearn-0.20.4"}

LIBRARY_READERS = {"sklearn-0.20.4-py2.7": "sklearn-1.0.2", "formats-old": "formats-new"}  # not of pickle or joblib
NEWEST_TORCH = "torch-2.15.0"  # its weights_only=True is the yardstick

NAMES = {"sklearn": "scikit-learn"}  # files go by the import name, facts by the one on PyPI

# Groups of environments for the table. What differs between releases is written by all; what does not, by a few.
PY2 = {"sklearn-0.20.4-py2.7"}
PY3 = {"sklearn-0.20.4", "sklearn-0.22.2", "sklearn-0.24.2", "sklearn-1.0.2", "sklearn-1.1.3", "sklearn-1.2.2",
       "sklearn-1.3.2", "sklearn-1.5.2", "sklearn-1.7.2", "sklearn-1.9.1"}
ALL = PY2 | PY3
SINCE22 = PY3 - {"sklearn-0.20.4"}
SINCE11 = SINCE22 - {"sklearn-0.22.2", "sklearn-0.24.2", "sklearn-1.0.2"}
NEWEST = {"sklearn-1.9.1"}
NUMPY2 = {"sklearn-1.5.2", "sklearn-1.7.2", "sklearn-1.9.1"}
PROTOCOL5 = SINCE11 | {"sklearn-1.0.2"}  # Python 3.8 on
FEW = {"sklearn-0.22.2", "sklearn-1.1.3", "sklearn-1.3.2", "sklearn-1.9.1"}
AROUND = {"around-1.0", "around-1.9"}  # of the libraries around scikit-learn
CODE = {"sklearn-0.24.2", "sklearn-1.3.2", "sklearn-1.9.1"}  # they have cloudpickle and dill
NEWER = {"python-3.14", "python-3.15"}
EDGES = {"edge-2019", "edge-2020", "edge-2021", "edge-2022", "edge-2023", "edge-2024", "edge-2025", "edge-2026"}
PICKLING = ALL | AROUND | EDGES | NEWER  # the environments that write pickles
DILL = EDGES - {"edge-2019", "edge-2020", "edge-2026"}
VENDORED = PY2 | {"sklearn-0.20.4"}  # they have sklearn.externals.joblib
JOBLIBS = PY3 - {"sklearn-1.2.2"}  # it has the joblib of sklearn-1.1.3

# Folder below models, and of each writing environment the module of writers/ with its fixtures().
BOOSTERS = {"boosters-0.90", "boosters-1.5", "boosters-1.7", "boosters-3.2"}
TENSORFLOW = {"tensorflow-2.3", "tensorflow-2.15", "tensorflow-2.21"}
FORMATS = {
    "npy": ("npys", PY2 | {"sklearn-1.3.2", "sklearn-1.7.2", "sklearn-1.9.1"}),
    "npz": ("npzs", PY2 | {"sklearn-1.3.2", "sklearn-1.7.2", "sklearn-1.9.1"}),
    "torch": ("torches", {"torch-1.4.0", "torch-1.12.1", "torch-2.1.2", "torch-2.15.0"}),
    "networks": ("networks", {"language-2021", "language-2026", "vision-2022"}),
    "skops": ("skopses", {"skops-0.3.0", "skops-0.6.0", "skops-0.9.0", "skops-0.11.0", "skops-0.13.0",
                          "skops-0.16.0"}),
    "safetensors": ("safetensors_", {"formats-old", "formats-new"}),
    "onnx": ("onnxes", {"formats-old", "formats-new"}),
    "gguf": ("ggufs", {"formats-old", "formats-new"}),
    "hdf5": ("hdf5s", {"formats-old", "formats-new"}),
    "xgboost": ("xgboosts", BOOSTERS),
    "lightgbm": ("lightgbms", BOOSTERS),
    "catboost": ("catboosts", BOOSTERS),
    "keras": ("kerases", TENSORFLOW),
    "savedmodel": ("savedmodels", TENSORFLOW),
    "container": ("containers", {"formats-new"}),
}


def pickled(library, name, module, function, envs, protocols=(None,)):
    """Rows of pickle.dump, one for each protocol; None is the default of the Python that writes."""
    for protocol in protocols:
        suffix = "" if protocol is None else "-p%d" % protocol
        yield dict(folder="pickle", library=library, name=name + suffix + ".pkl", module=module, function=function,
                   envs=envs & writing(protocol), protocol=protocol,
                   dump=lambda value, path, protocol=protocol: dump_pickle(value, path, protocol),
                   call="pickle.dump" + ("" if protocol is None else "(protocol=%d)" % protocol))


def writing(protocol):
    """The environments whose Python knows a protocol."""
    if protocol == 5:
        return PROTOCOL5 | AROUND | NEWER
    return AROUND | EDGES | NEWER | (ALL if protocol is None or protocol < 3 else PY3)


def plain(name):
    """Rows of plain Python: every protocol of the newest Python and of Python 2, some of the oldest Python 3."""
    for envs, protocols in [(PY2, range(3)), ({"sklearn-0.20.4"}, [0, 2, 3]), (NEWEST, range(6))]:
        for row in pickled("python", name, "plain", name, envs, protocols):
            yield row


def pure(name, module, function):
    """Rows of Python 2's pickle, which writes other opcodes than cPickle."""
    for protocol in range(3):
        yield dict(folder="pickle", library="python", name="pure-%s-p%d.pkl" % (name, protocol), module=module,
                   function=function, envs=PY2, protocol=protocol,
                   call="pickle.dump(protocol=%d), not cPickle" % protocol,
                   dump=lambda value, path, protocol=protocol: dump_with("pickle", value, path, {"protocol": protocol}))


def joblibbed(name, function, envs, library="joblib", module="joblibs", dump="dump", **options):
    """One row of joblib.dump."""
    said = ", ".join("%s=%r" % item for item in sorted(options.items()))
    package = "sklearn.externals.joblib" if dump == "dump_vendored" else "joblib"
    call = package + ".dump" + ("(%s)" % said if said else "")
    call += {"dump_pipe": " to a pipe", "dump_cached": "(compress=3, cache_size=0)"}.get(dump, "")
    yield dict(folder="joblib", library=library, name=name + ".joblib", module=module, function=function, envs=envs,
               protocol=options.get("protocol"), dump=from_writers("joblibs", dump, options), call=call)


def coded(library, name, function, envs, protocol=None):
    """One row of cloudpickle.dump or dill.dump."""
    options = {} if protocol is None else {"protocol": protocol}
    yield dict(folder="pickle", library=library, name=name + ".pkl", module="lambdas", function=function, envs=envs,
               protocol=protocol, dump=lambda value, path: dump_with(library, value, path, options),
               call=library + ".dump" + ("(protocol=%d)" % protocol if options else ""))


def table():
    every = [
        # scikit-learn, plain pickle
        pickled("sklearn", "logistic", "estimators", "logistic", ALL),
        pickled("sklearn", "svc", "estimators", "svc", ALL),
        pickled("sklearn", "kmeans", "estimators", "kmeans", ALL),
        pickled("sklearn", "kd-tree", "estimators", "kd_tree", ALL),
        pickled("sklearn", "mlp", "estimators", "mlp", ALL),
        pickled("sklearn", "boosting", "estimators", "boosting", ALL),
        pickled("sklearn", "hist-boosting", "estimators", "hist_boosting", SINCE22),
        pickled("sklearn", "forest", "estimators", "forest", ALL),
        pickled("sklearn", "tree", "estimators", "regression_tree", ALL, [2]),
        pickled("sklearn", "tree", "estimators", "regression_tree", FEW, [0, 5]),
        pickled("sklearn", "label-encoder", "estimators", "label_encoder", ALL),
        pickled("sklearn", "label-encoder-objects", "estimators", "label_encoder_objects", FEW | PY2, [2]),
        pickled("sklearn", "pipeline", "estimators", "pipeline_", ALL),
        pickled("sklearn", "pipeline", "estimators", "pipeline_", FEW | PY2, [0, 2, 5]),
        pickled("sklearn", "text-tfidf", "estimators", "text_tfidf", ALL),
        pickled("sklearn", "columns", "estimators", "columns", ALL),
        pickled("sklearn", "function-transformer", "estimators", "function_transformer", ALL),
        pickled("sklearn", "grid-search", "estimators", "grid_search", ALL),
        pickled("sklearn", "stacking", "estimators", "stacking", SINCE22),
        pickled("sklearn", "sgd", "estimators", "sgd", FEW | PY2, [2]),
        pickled("sklearn", "naive-bayes", "estimators", "naive_bayes_", FEW | PY2, [0]),
        pickled("sklearn", "ball-tree", "estimators", "ball_tree", FEW, [2]),
        pickled("sklearn", "adaboost", "estimators", "adaboost", FEW, [5]),
        pickled("sklearn", "isolation-forest", "estimators", "isolation_forest", FEW),
        pickled("sklearn", "extra-trees", "estimators", "forest_with_random_state", FEW),
        pickled("sklearn", "nested-pipeline", "estimators", "nested_pipeline", FEW),
        pickled("sklearn", "text-count", "estimators", "text_count", FEW | PY2, [2]),
        pickled("sklearn", "dict-vectorizer", "estimators", "dict_vectorizer", FEW),
        pickled("sklearn", "feature-union", "estimators", "feature_union", FEW),
        pickled("sklearn", "voting", "estimators", "voting", FEW, [5]),
        pickled("sklearn", "bunch", "estimators", "bunch", FEW | PY2),
        pickled("sklearn", "calibrated", "estimators", "calibrated", FEW),
        pickled("sklearn", "gaussian-process", "estimators", "gaussian_process_", FEW),
        # scikit-learn, joblib
        joblibbed("forest", "forest", PY3, "sklearn", "estimators"),
        joblibbed("columns", "columns", PY3, "sklearn", "estimators"),
        joblibbed("pipeline", "pipeline_", FEW, "sklearn", "estimators"),
        joblibbed("text-tfidf", "text_tfidf", FEW, "sklearn", "estimators"),
        joblibbed("svc", "svc", FEW, "sklearn", "estimators"),
        joblibbed("hist-boosting", "hist_boosting", FEW, "sklearn", "estimators"),
        joblibbed("externals-forest", "forest", VENDORED, "sklearn", "estimators", dump="dump_vendored"),
        joblibbed("externals-columns", "columns", VENDORED, "sklearn", "estimators", dump="dump_vendored", compress=3),
        joblibbed("kd-tree-zlib", "kd_tree", FEW, "sklearn", "estimators", compress=3),
        # the libraries around scikit-learn
        pickled("imblearn", "pipeline", "classics", "imblearn_pipeline", AROUND, (2, 4)),
        pickled("category_encoders", "encoders", "classics", "encoders", AROUND, (2, 4)),
        pickled("statsmodels", "ols", "classics", "ols", AROUND, (2, 4)),
        pickled("statsmodels", "formula", "classics", "ols_formula", AROUND, (2, 4)),
        pickled("statsmodels", "transforms", "classics", "ols_transforms", AROUND, (2, 4)),
        pickled("statsmodels", "glm", "classics", "glm", AROUND, (2, 4)),
        pickled("mlxtend", "stacking", "classics", "stacking", AROUND, (2, 4)),
        pickled("sklearn_pandas", "mapper", "classics", "mapper", {"around-1.0"}, (2, 4)),
        pickled("feature_engine", "discretiser", "classics", "discretiser", AROUND, (2, 4)),
        pickled("sklego", "debug-pipeline", "classics", "debug_pipeline", AROUND, (2, 4)),
        pickled("sklearn2pmml", "pipeline", "classics", "pmml", {"around-1.9"}, (2, 5)),
        pickled("hmmlearn", "gaussian", "classics", "hmm", {"around-1.9"}, (2, 5)),
        pickled("prophet", "forecaster", "classics", "prophet", {"around-1.9"}, (2, 5)),
        pickled("scipy", "search", "classics", "search", FEW | {"sklearn-0.20.4"}, (2, 4)),
        # other libraries, joblib
        joblibbed("dtypes", "dtypes", FEW | {"sklearn-0.20.4"}, "numpy", "arrays"),
        joblibbed("shapes", "shapes", FEW | {"sklearn-0.20.4"}, "numpy", "arrays"),
        joblibbed("generators", "generators", NEWEST, "numpy", "arrays"),
        joblibbed("strings", "strings", NEWEST, "numpy", "arrays"),
        joblibbed("frame", "frame", FEW, "pandas", "frames"),
        joblibbed("extension", "extension", NEWEST, "pandas", "frames"),
        joblibbed("matrices", "matrices", FEW, "scipy", "sparse"),
        # joblib: its own shapes
        joblibbed("arrays", "arrays", JOBLIBS),
        joblibbed("array", "array", JOBLIBS),
        joblibbed("opcodes", "opcodes", NEWEST),
        joblibbed("large-array", "large_array", NEWEST),
        joblibbed("zlib-arrays", "arrays", JOBLIBS, compress=("zlib", 3)),
        joblibbed("zlib-forest", "model", JOBLIBS, compress=("zlib", 3)),
        joblibbed("gzip-arrays", "arrays", FEW, compress=("gzip", 3)),
        joblibbed("bz2-arrays", "arrays", FEW, compress=("bz2", 3)),
        joblibbed("lzma-arrays", "arrays", FEW, compress=("lzma", 3)),
        joblibbed("xz-arrays", "arrays", FEW, compress=("xz", 3)),
        joblibbed("lz4-arrays", "arrays", FEW, compress=("lz4", 3)),
        joblibbed("pipe-arrays", "arrays", FEW, dump="dump_pipe"),
        joblibbed("arrays-p0", "arrays", FEW, protocol=0),
        joblibbed("arrays-p2", "arrays", FEW, protocol=2),
        joblibbed("arrays-p5", "arrays", FEW & writing(5), protocol=5),
        joblibbed("side-files/arrays", "arrays_in_order", PY2),
        joblibbed("side-files/forest", "model", PY2),
        joblibbed("cached/forest", "model", PY2, dump="dump_cached"),
        joblibbed("zf-arrays", "arrays_in_order", PY2, compress=3),
        joblibbed("zf-forest", "model", PY2, compress=3),
        joblibbed("zf-columns", "text_model", PY2, compress=3),
        # NumPy
        pickled("numpy", "dtypes", "arrays", "dtypes", ALL),
        pickled("numpy", "dtypes", "arrays", "dtypes", NEWEST, range(6)),
        pickled("numpy", "dtypes", "arrays", "dtypes", FEW - NEWEST, [2]),
        pickled("numpy", "dtypes", "arrays", "dtypes", PY2, [1, 2]),
        pickled("numpy", "shapes", "arrays", "shapes", ALL),
        pickled("numpy", "shapes", "arrays", "shapes", FEW, [0, 2]),
        pickled("numpy", "shapes", "arrays", "shapes", FEW | NUMPY2, [5]),
        pickled("numpy", "root", "arrays", "root", NEWEST | PY2, range(6)),
        pickled("numpy", "structured-root", "arrays", "structured_root", NEWEST, [4, 5]),
        pickled("numpy", "large", "arrays", "large", NEWEST, [2, 4, 5]),
        pickled("numpy", "subclasses", "arrays", "subclasses", ALL),
        pickled("numpy", "subclasses", "arrays", "subclasses", FEW, [2, 5]),
        pickled("numpy", "scalars", "arrays", "scalars", ALL),
        pickled("numpy", "scalars", "arrays", "scalars", FEW, [0, 2, 5]),
        pickled("numpy", "generators", "arrays", "generators", ALL),
        pickled("numpy", "ufuncs", "arrays", "ufuncs", ALL),
        pickled("numpy", "ufuncs", "arrays", "ufuncs", FEW, [2]),
        pickled("numpy", "strings", "arrays", "strings", NUMPY2),
        # pandas
        pickled("pandas", "frame", "frames", "frame", ALL),
        pickled("pandas", "frame", "frames", "frame", FEW, [2, 5]),
        pickled("pandas", "small-frame", "frames", "small_frame", FEW | PY2),
        pickled("pandas", "series", "frames", "series", ALL),
        pickled("pandas", "indexes", "frames", "indexes", ALL),
        pickled("pandas", "scalars", "frames", "scalars", ALL),
        pickled("pandas", "extension", "frames", "extension", SINCE22),
        pickled("pandas", "grouped", "frames", "grouped", FEW),
        # SciPy
        pickled("scipy", "matrices", "sparse", "matrices", ALL),
        pickled("scipy", "matrices", "sparse", "matrices", FEW, [2]),
        pickled("scipy", "csr", "sparse", "csr", FEW),
        pickled("scipy", "arrays", "sparse", "arrays", SINCE11),
        pickled("scipy", "others", "sparse", "others", FEW),
        # plain Python
        plain("integers"), plain("floats"), plain("texts"), plain("buffers"), plain("containers"), plain("recursive"),
        plain("library"), plain("functions"),
        pickled("python", "library", "plain", "library", NEWER), pickled("python", "functions", "plain", "functions", NEWER),
        pickled("python", "newest", "plain", "newest", NEWER, [2, 5]),
        pickled("python", "instances", "plain", "instances", PY2, range(3)),
        pickled("python", "frames", "plain", "frames", NEWEST, [4, 5]),
        pure("instances", "plain", "instances"), pure("texts", "plain", "texts"), pure("arrays", "arrays", "shapes"),
        # what tells releases apart
        pickled("sklearn", "unfitted", "estimators", "unfitted", {"sklearn-0.20.4", "edge-2019", "sklearn-0.22.2"}, [4]),
        pickled("sklearn", "holders", "estimators", "holders", {"sklearn-0.20.4", "edge-2019", "sklearn-0.22.2"}, [4]),
        pickled("pandas", "frame", "frames", "small_frame", {"edge-2019"}),
        coded("cloudpickle", "lambda", "a_lambda", EDGES - {"edge-2026"} | NEWER),
        coded("cloudpickle", "typevar", "typevar", NEWEST),
        coded("cloudpickle", "class", "local_class", EDGES - {"edge-2026"}),
        coded("dill", "lambda", "a_lambda", DILL | {"python-3.14"}),
        coded("dill", "class", "local_class", DILL),
        coded("dill", "closure", "closure", DILL),
        # code in the file
        coded("cloudpickle", "lambda", "a_lambda", CODE),
        coded("cloudpickle", "lambda-p2", "a_lambda", CODE, 2),
        coded("cloudpickle", "closure", "closure", CODE),
        coded("cloudpickle", "class", "local_class", CODE),
        coded("cloudpickle", "pipeline", "in_pipeline", CODE),
        coded("dill", "lambda", "a_lambda", CODE),
        coded("dill", "lambda-p2", "a_lambda", CODE, 2),
        coded("dill", "closure", "closure", CODE),
        coded("dill", "class", "local_class", CODE),
        coded("dill", "pipeline", "in_pipeline", CODE),
        coded("cloudpickle", "ordinary", "ordinary", CODE),
        coded("dill", "ordinary", "ordinary", CODE - {"sklearn-0.24.2"}),
        coded("dill", "ordinary-p2", "ordinary", CODE - {"sklearn-0.24.2"}, 2),
        [dict(folder="pickle", library="dill", name="session.pkl", module=None, function=None, envs=CODE, protocol=None,
              dump=lambda value, path: from_writers("lambdas", "dill_session", {})(path), call="dill.dump_session")],
    ]
    return [row for rows in every for row in rows]


def dump_pickle(value, path, protocol):
    """None is the default protocol, which is 0 in Python 2; there the fast cPickle is what people use."""
    library, default = (pickle, pickle.DEFAULT_PROTOCOL) if sys.version_info[0] > 2 else (__import__("cPickle"), 0)
    with open(path, "wb") as file:
        library.dump(value, file, default if protocol is None else protocol)


def dump_with(library, value, path, options):
    with open(path, "wb") as file:
        __import__(library).dump(value, file, **options)


def from_writers(module, function, options):
    def call(*args):
        return getattr(load_writer(module), function)(*args, **options)
    return call


def load_writer(module):
    return getattr(__import__("writers." + module), module)


def write(env):
    """Inside an environment: write its fixtures and print a row for each."""
    warnings.simplefilter("ignore")
    failed = False
    for row in table():
        if env in row["envs"]:
            try:
                print(json.dumps(write_one(env, row), sort_keys=True))
            except Exception as err:
                print("make: %s: %s: %s: %s" % (env, row["library"], row["name"], err), file=sys.stderr)
                failed = True
    sys.exit(failed)


def write_one(env, row):
    version = version_of(row["library"])
    era = ""  # where two Pythons write with one release
    if env in PY2 and row["library"] == "sklearn" or env in NEWER and row["library"] in ("cloudpickle", "dill"):
        era = "-py%d%d" % sys.version_info[:2]
    path = "models/%s/%s-%s%s-%s" % (row["folder"], row["library"], version, era, row["name"])
    full = os.path.join(HERE, *path.split("/"))
    if not os.path.isdir(os.path.dirname(full)):
        os.makedirs(os.path.dirname(full))
    value = row["function"] and getattr(load_writer(row["module"]), row["function"])()
    row["dump"](value, full)
    writers = [] if row["library"] == "python" else [NAMES.get(row["library"], row["library"]) + " " + version]
    if row["folder"] == "joblib" and row["library"] != "joblib" and "externals" not in row["name"]:
        writers.append("joblib " + version_of("joblib"))
    stated = {"path": path, "env": env, "python": "%d.%d.%d" % sys.version_info[:3],
              "writer": ", ".join(writers + [row["call"]]), "protocol": row["protocol"] or 0}
    if env in READERS:
        stated["reader"] = READERS[env]
    return stated


def version_of(library):
    if library == "python":
        return "%d.%d" % sys.version_info[:2]
    return str(__import__(library).__version__)


def write_formats(env, chosen):
    """Inside an environment: write its fixtures of the chosen folders and print a row for each."""
    warnings.simplefilter("ignore")
    failed = False
    out = os.fdopen(os.dup(1), "w")  # some libraries write to standard output
    os.dup2(2, 1)
    for folder in chosen:
        base = os.path.join(HERE, "models", folder)
        if not os.path.isdir(base):
            os.makedirs(base)
        for name, writer, dump in load_writer(FORMATS[folder][0]).fixtures():
            try:
                dump(os.path.join(base, *name.split("/")))
            except Exception as err:
                print("make: %s: %s: %r" % (env, name, err), file=sys.stderr)
                failed = True
                continue
            out.write(json.dumps({"path": "models/%s/%s" % (folder, name), "env": env, "format": folder,
                                  "writer": writer, "python": "%d.%d.%d" % sys.version_info[:3]}) + "\n")
    out.close()
    sys.exit(failed)


def main(args):
    import argparse
    import envs
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", action="append", choices=list(envs.ENVS), help="only this environment")
    parser.add_argument("--format", action="append", choices=sorted(FORMATS), help="only this folder")
    parser.add_argument("--facts", action="store_true", help="only the facts of pickle and joblib, of fixtures that are there")
    options = parser.parse_args(args)
    chosen = options.env or list(envs.ENVS)
    if options.facts:
        return state_again(envs, [env for env in chosen if env in PICKLING])
    if not options.format:
        make_pickles(envs, [env for env in chosen if env in PICKLING], whole=not options.env)
    make_formats(envs, chosen, options.format or sorted(FORMATS))


def make_pickles(envs, chosen, whole):
    facts = read_facts(FACTS)
    for env in chosen:
        for name in {env, READERS.get(env, env)}:
            envs.make(name)
        facts = {path: row for path, row in facts.items() if row["env"] != env}
        for row in run_inside(envs, env):
            path = row.pop("path")
            if path in facts:
                sys.exit("make: %s is written by %s and by %s" % (path, facts[path]["env"], env))
            facts[path] = row
        write_facts(FACTS, facts)
    if whole:
        remove_strays(facts)


def make_formats(envs, chosen, folders):
    facts = read_facts(LIBRARY_FACTS)
    for env in chosen:
        wanted = [folder for folder in folders if env in FORMATS[folder][1]]
        if not wanted:
            continue
        reader = LIBRARY_READERS.get(env, env)
        for name in {env, reader}:
            envs.make(name)
        before = {path for path, row in facts.items() if row["env"] == env and row["format"] in wanted}
        facts = {path: row for path, row in facts.items() if path not in before}
        rows = call(envs.interpreter(env), "make.py", ["--inside-formats", env] + wanted)
        rows = call(envs.interpreter(reader), os.path.join("oracle", "facts_libraries.py"), [], rows)
        if "torch" in wanted:
            envs.make(NEWEST_TORCH)
            rows = call(envs.interpreter(NEWEST_TORCH), os.path.join("oracle", "facts_libraries.py"),
                        ["--weights-only"], rows)
        for line in rows.decode().splitlines():
            row = json.loads(line)
            facts[row.pop("path")] = row
        for path in before - set(facts):
            gone = os.path.join(HERE, *path.split("/"))
            (shutil.rmtree if os.path.isdir(gone) else os.remove)(gone)
        write_facts(LIBRARY_FACTS, facts)


def state_again(envs, chosen):
    facts = read_facts(FACTS)
    for env in chosen:
        envs.make(READERS.get(env, env))
        rows = [dict({key: row[key] for key in STATED if key in row}, path=path)
                for path, row in facts.items() if row["env"] == env]
        for row in ask(envs, env, "".join(json.dumps(row) + "\n" for row in rows).encode()):
            facts[row.pop("path")] = row
    write_facts(FACTS, facts)


STATED = ["env", "python", "writer", "protocol", "reader"]  # what is known of a fixture without loading it


def run_inside(envs, env):
    return ask(envs, env, call(envs.interpreter(env), "make.py", ["--inside", env]))


def ask(envs, env, rows):
    stated = call(envs.interpreter(READERS.get(env, env)), os.path.join("oracle", "facts.py"), [], rows)
    return [json.loads(line) for line in stated.decode().splitlines()]


def call(python, script, args, rows=None):
    """Run a script of this folder in an environment: rows in, rows out."""
    import subprocess
    # One thread and a fixed hash seed: the same bytes on every run, as far as the library lets them be.
    environ = dict(os.environ, PYTHONHASHSEED="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1",
                   PYTHONDONTWRITEBYTECODE="1", CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")
    return subprocess.run([python, os.path.join(HERE, script)] + args, env=environ, check=True,
                          stdout=subprocess.PIPE, input=rows).stdout


def read_facts(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def write_facts(path, facts):
    """One fixture a line: a change shows as the lines that it changed."""
    lines = ["%s: %s" % (json.dumps(name), json.dumps(facts[name], sort_keys=True)) for name in sorted(facts)]
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def remove_strays(facts):
    """A fixture that no row writes any more goes; side files belong to the fixture whose name they begin with."""
    for folder in ("pickle", "joblib"):
        for base, _, names in os.walk(os.path.join(HERE, "models", folder)):
            for name in names:
                path = os.path.relpath(os.path.join(base, name), HERE).replace(os.sep, "/")
                if path not in facts and path.split(".joblib_")[0] + ".joblib" not in facts and path.endswith(
                        (".pkl", ".joblib", ".npy", ".z")):
                    os.remove(os.path.join(base, name))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        write(sys.argv[2])
    elif sys.argv[1:2] == ["--inside-formats"]:
        write_formats(sys.argv[2], sys.argv[3:])
    else:
        main(sys.argv[1:])
