"""What installed libraries really pickle: the raw material of lists/*.txt.

    python collect.py observe OUT.json      in an environment with the libraries: pickle one of everything
    python3 collect.py merge OUT.json ...     add what is new to the lists, and say what a person must review

`observe` builds and fits every estimator that it can, and the objects that estimators and users hold, pickles each with
every protocol and through joblib, and walks the opcodes: which names, and which uses of them. It runs on Python 2.7 and
3.6 to 3.13. `merge` never changes or removes a line and never grants a use on its own to a name with a line; it adds a
name only where a rule below says why all of its kind are harmless, and prints the others with what there is to read.
Testing environments are made by testdata/envs.py.
"""
from __future__ import print_function

import inspect
import io
import json
import os
import pickle
import pickletools
import re
import signal
import sys
import tempfile
import warnings

# Functions whose argument is called or constructed: {name: [(argument, use)]}. Kept equal to the table in README.md.
ARGUMENTS = {
    "copyreg._reconstructor": [(0, "new")],  # and argument 1, see Walker.call
    "copyreg.__newobj__": [(0, "new")],
    "copyreg.__newobj_ex__": [(0, "new")],
    "numpy.ma.core._mareconstruct": [(0, "new"), (1, "new")],
    "array._array_reconstructor": [(0, "call")],
    "collections.defaultdict": [(0, "call")],
    "types.MethodType": [(0, "call")],
    "torch._tensor._rebuild_from_type_v2": [(0, "call"), (1, "new"), (1, "build")],
    "torch._tensor._rebuild_from_type": [(0, "call"), (1, "new"), (1, "build")],
    "torch._utils._rebuild_wrapper_subclass": [(0, "new")],
    "scipy.spatial.ckdtree.new_object": [(0, "new")],
    "numpy.random._pickle.__bit_generator_ctor": [(0, "call")],
    "numpy.random._pickle.__generator_ctor": [(1, "call")],
    "numpy.random._pickle.__randomstate_ctor": [(1, "call")],
}
for _core in ("numpy.core", "numpy._core"):
    for _module in ("multiarray", "_multiarray_umath", "_internal"):
        ARGUMENTS["%s.%s._reconstruct" % (_core, _module)] = [(0, "new")]


def arguments(name):
    """The rows of ARGUMENTS for a name; Cython's helpers all have the class first."""
    last = name.rsplit(".", 1)[-1]
    if last == "newObj" or last.startswith("__pyx_unpickle_") or last in ("_new_Index", "_new_DatetimeIndex",
                                                                          "_new_TimedeltaIndex", "_new_PeriodIndex",
                                                                          "_new_IntervalIndex"):
        return [(0, "new")]
    return ARGUMENTS.get(name, [])


# ---------------------------------------------------------------------------------------------------------------------
# The walker: a pickle's names and their uses, by running its opcodes on stand-ins.


class Name(object):
    def __init__(self, text):
        self.text = text


class Made(object):
    """What a call or a new gave; changes to it count as uses of `maker`."""

    def __init__(self, maker):
        self.maker = maker


MARK = object()


class Walker(object):
    def __init__(self):
        self.uses = {}

    def use(self, thing, use):
        if isinstance(thing, Name):
            self.uses.setdefault(thing.text, set()).add(use)
        elif isinstance(thing, Made) and use == "build":
            self.use(thing.maker, use)
        elif isinstance(thing, Made):
            self.uses.setdefault("<computed>", set()).add(use)

    def name(self, module, qualname, proto):
        if proto < 3:
            module, qualname = python3(module, qualname)
        name = Name(module + (":" if "." in qualname else ".") + qualname)
        self.use(name, "import")
        return name

    def call(self, function, args, use="call"):
        self.use(function, use)
        made = Made(function)
        if use != "call" or not isinstance(function, Name) or not isinstance(args, tuple):
            return made
        for index, argument_use in arguments(function.text):
            if index < len(args):
                self.use(args[index], argument_use)
                if index == 0 and isinstance(args[0], Name):
                    made = Made(args[0])
        if function.text == "copyreg._reconstructor" and len(args) > 1 and isinstance(args[1], Name):
            self.use(args[1], "new")
            if args[1].text != "builtins.object":
                self.use(args[1], "call")
        return made

    def walk(self, data):
        stack, memo, proto = [], {}, 0

        def pop_mark():
            at = len(stack) - 1
            while stack[at] is not MARK:
                at -= 1
            items = stack[at + 1:]
            del stack[at:]
            return items

        for op, arg, _ in pickletools.genops(data):
            code = op.name
            if code == "PROTO":
                proto = arg
            elif code == "MARK":
                stack.append(MARK)
            elif code == "GLOBAL":
                stack.append(self.name(*(arg.split(" ", 1) + [proto])))
            elif code == "STACK_GLOBAL":
                qualname, module = stack.pop(), stack.pop()
                stack.append(self.name(module, qualname, proto))
            elif code in ("REDUCE", "NEWOBJ"):
                args, function = stack.pop(), stack.pop()
                stack.append(self.call(function, args, "call" if code == "REDUCE" else "new"))
            elif code == "NEWOBJ_EX":
                del stack[-2:]
                stack.append(self.call(stack.pop(), None, "new"))
            elif code == "INST":
                args = tuple(pop_mark())
                stack.append(self.call(self.name(*(arg.split(" ", 1) + [proto])), args))
            elif code == "OBJ":
                args = pop_mark()
                stack.append(self.call(args[0], tuple(args[1:])))
            elif code in ("BUILD", "APPEND"):
                stack.pop()
                self.use(stack[-1], "build")
            elif code == "SETITEM":
                del stack[-2:]
                self.use(stack[-1], "build")
            elif code in ("SETITEMS", "APPENDS", "ADDITEMS"):
                pop_mark()
                self.use(stack[-1], "build")
            elif code == "POP":
                stack.pop()
            elif code == "POP_MARK":
                pop_mark()
            elif code == "DUP":
                stack.append(stack[-1])
            elif code in ("TUPLE", "LIST", "DICT", "FROZENSET"):
                stack.append(tuple(pop_mark()))
            elif code in ("TUPLE1", "TUPLE2", "TUPLE3"):
                n = int(code[-1])
                items = tuple(stack[-n:])
                del stack[-n:]
                stack.append(items)
            elif code in ("PUT", "BINPUT", "LONG_BINPUT"):
                memo[int(arg)] = stack[-1]
            elif code == "MEMOIZE":
                memo[len(memo)] = stack[-1]
            elif code in ("GET", "BINGET", "LONG_BINGET"):
                stack.append(memo[int(arg)])
            elif code == "EMPTY_TUPLE":
                stack.append(())
            elif code not in ("STOP", "FRAME"):
                stack.append(arg)


def python3(module, qualname):
    """The name that Python 3 looks up for one in a stream of protocol 2 or less."""
    try:
        from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
    except ImportError:  # Python 2 itself; merge maps what it wrote
        return module, qualname
    if (module, qualname) in NAME_MAPPING:
        return NAME_MAPPING[module, qualname]
    return IMPORT_MAPPING.get(module, module), qualname


# ---------------------------------------------------------------------------------------------------------------------
# observe


class Collector(object):
    def __init__(self):
        self.walker = Walker()
        self.failed = []

    def add(self, what, thing):
        """Pickle a thing with every protocol and through joblib, and walk the result."""
        for protocol in (0, 1, 2, 3, 4, 5):
            if protocol > pickle.HIGHEST_PROTOCOL:
                break
            try:
                self.walker.walk(pickle.dumps(thing, protocol))
            except Exception as error:
                self.fail(what, error)
        try:
            self.walker.walk(joblib_stream(thing))
        except Exception as error:
            self.fail(what + " (joblib)", error)

    def build(self, what, make, *args, **kwargs):
        """Call make(*args) and add what it gives; None where it fails."""
        try:
            with Alarm(20):
                thing = make(*args, **kwargs)
        except Exception as error:
            self.fail(what, error)
            return None
        self.add(what, thing)
        return thing

    def fail(self, what, error):
        self.failed.append("%s: %s" % (what, str(error).split("\n")[0][:120]))


class Alarm(object):
    """Ends what runs inside after some seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        def stop(*_):
            raise RuntimeError("takes too long")
        signal.signal(signal.SIGALRM, stop)
        signal.alarm(self.seconds)

    def __exit__(self, *_):
        signal.alarm(0)


def joblib_stream(thing):
    """What joblib writes, without the raw bytes of the arrays."""
    try:
        from joblib import numpy_pickle
    except ImportError:
        from sklearn.externals.joblib import numpy_pickle
    wrapper = getattr(numpy_pickle, "NumpyArrayWrapper", None)
    if wrapper is None or not hasattr(wrapper, "write_array"):
        return pickle.dumps(thing, 2)
    wrapper.write_array = lambda self, array, pickler: None
    out = io.BytesIO()
    numpy_pickle.NumpyPickler(out).dump(thing)
    return out.getvalue()


def observe(out):
    warnings.simplefilter("ignore")
    import numpy
    numpy.seterr(all="ignore")
    collector = Collector()
    out = os.path.abspath(out)
    os.chdir(tempfile.mkdtemp())  # some libraries write what they do to the current folder
    # The things are in modules beside this file.
    import collect_classic
    import collect_learners
    import collect_things
    for group in [group for module in (collect_things, collect_classic, collect_learners) for group in module.groups(collector)]:
        before = len(collector.walker.uses)
        try:
            group(collector)
        except Exception as error:
            collector.fail(group.__name__, error)
        print("%-20s %d names more" % (group.__name__, len(collector.walker.uses) - before))
    names = {}
    for name, uses in sorted(collector.walker.uses.items()):
        names[name] = {"uses": sorted(uses), "about": about(name)}
    with open(out, "w") as f:
        json.dump({"python": sys.version.split()[0], "names": names, "failed": collector.failed}, f, indent=0,
                  sort_keys=True)
    print(len(names), "names,", len(collector.failed), "failures")


def about(name):
    """What merge's rules and a reviewer want to know of a name: its kind, and who defines the methods loading uses."""
    module, _, qualname = name.partition(":") if ":" in name else name.rpartition(".")
    try:
        thing = __import__(module, fromlist=["x"])
        for part in qualname.split("."):
            thing = getattr(thing, part)
    except Exception:
        return {"kind": "unresolved"}
    import numpy
    if isinstance(thing, numpy.ufunc):
        return {"kind": "ufunc"}
    if not inspect.isclass(thing):
        return {"kind": type(thing).__name__}
    result = {"kind": "class", "bases": [qualified(c) for c in inspect.getmro(thing)[1:]]}
    for method in ("__setstate__", "__new__", "__setitem__", "append", "extend", "add", "__getattr__", "__setattr__"):
        owner = next((c for c in inspect.getmro(thing) if method in vars(c)), None)
        if owner is not None:
            result[method] = qualified(owner)
    return result


def qualified(cls):
    return cls.__module__ + "." + cls.__name__


# ---------------------------------------------------------------------------------------------------------------------
# merge

HERE = os.path.dirname(os.path.abspath(__file__))

# Where the names of a top-level module go.
FILES = {"numpy": "numpy", "scipy": "scipy", "sklearn": "sklearn", "_loss": "sklearn", "joblib": "joblib",
         "pandas": "pandas", "pyarrow": "pandas", "pytz": "pandas", "dateutil": "pandas", "zoneinfo": "pandas"}

# __setstate__ methods that were read and found to do no more than to set attributes.
PLAIN_SETSTATE = {"sklearn.base.BaseEstimator", "sklearn.isotonic.IsotonicRegression", "builtins.object", "__builtin__.object", "object", None}
OBJECT = {"builtins.object", "__builtin__.object", "object", None}

# Kept off the lists, and why; README.md says more on each.
REFUSED = [
    (r"<computed>", "not a name"),
    (r"builtins\.getattr|operator\..*", "walks attributes"),
    (r"numpy\.(core|_core)\._ufunc_reconstruct", "imports a module by its name"),
    (r"numpy\.memmap|numpy\.core\.memmap\.memmap", "opens a file when constructed"),
    (r"dateutil\.tz\.tz\.(tzfile|_ttinfo)", "opens a file when called"),
    (r"joblib\.memory\.(MemorizedFunc|MemorizedResult)|joblib\.parallel\..*|joblib\._store_backends\..*",
     "its methods read, write and delete files"),
    (r"scipy\.stats\._(continuous|discrete)_distns\..*|scipy\.stats\.(distributions|_levy_stable.*)\..*",
     "__setstate__ runs source text that the state or the constructor gives"),
    (r"scipy\.sparse\.linalg\..*|scipy\.signal\..*|scipy\.cluster\..*|scipy\.stats\.(_stats_py|stats|_resampling|_common|_hypotests)\..*(Result|Interval|Base)",
     "not part of models, not reviewed"),
    (r"pandas\..*(GroupBy|Grouper|Grouping|_GroupByMixin|Rolling|Window|Flags|Calendar|Holiday).*|pandas\.core\.(groupby|window)\..*",
     "not part of models, not reviewed"),
    (r"sklearn\..*(plot_|_plot\.).*|sklearn\.utils\._(mocking|readonly_array_wrapper)\..*|sklearn\.externals\.joblib\.(memory|parallel)\..*",
     "not part of models, not reviewed"),
    (r"numpy\.(core\.|_core\.)?(_ufunc_config|getlimits|getlimits\..*|errstate|numeric\.errstate)\.?.*|numpy\.(finfo|iinfo|errstate)|numpy\.core\.numeric\._unspecified",
     "not part of models, not reviewed"),
    (r"sklearn\.utils\.deprecation\.deprecated|sklearn\.externals\..*|pandas\..*(Error|OutOfBoundsDatetime|ABC\w+|Appender|Substitution)|sklearn\.exceptions\..*|builtins\.ValueError|string\.Template",
     "not part of models, not reviewed"),
    (r"itertools\..*", "endless or very long when listed"),
    (r"types\.FunctionType|types\.CodeType|builtins\.type", "makes code or classes"),
    (r"sklearn\.(covariance|decomposition|metrics\._scorer)\.[a-z_]*\.?[a-z]\w*|sklearn\.metrics\._scorer\.[a-z]\w*|sklearn\.metrics\.scorer\.[a-z]\w*",
     "function that no estimator holds, not reviewed"),
]

DATA, CALLED, HELD = {"import", "new", "build"}, {"import", "call", "build"}, {"import"}
ALL = DATA | CALLED
PART = "part of an estimator, state is a dict of attributes"
ESTIMATOR = "estimator, state is a dict of parameters and fitted values"
CYTHON = "compiled class, state is numbers and arrays that it copies"
FUNCTION = "function on arrays, held as a value; calls nothing but what it is given"
_SKLEARN_FUNCTION = (r"sklearn\.(metrics\.(_?classification|_?regression|_?ranking|pairwise|cluster\.\w+(\.\w+)?)|preprocessing\._?\w+"
                     r"|feature_selection\._?\w+|feature_extraction\.(text|image)|utils\.(extmath|validation)|cluster\._?k_?means_?)\._?[a-z]\w*")

# Families of names that were read and found alike: pattern of the whole name, kind or None, uses, reason. First match.
FAMILIES = [
    (r"(_loss|sklearn\._loss\._loss)\.Cy\w+", "class", ALL, "compiled loss, state is its few numbers"),
    (r"(_loss|sklearn\..*)\.__pyx_unpickle_\w+", None, CALLED, "makes an instance of the class given and sets its fields"),
    (r"sklearn\..*\.newObj", None, CALLED, "makes an instance of the class given"),
    (r"sklearn\.(neighbors|metrics)\..*(Distance\d*|DistanceMetric\d*)", "class", DATA, "compiled metric, state is numbers and arrays; a metric of one's own holds its function"),
    (r"sklearn\.neighbors\..*(KDTree|BallTree|BinaryTree)\d*", "class", DATA, "compiled search tree, state is arrays, which it copies"),
    (r"sklearn\.linear_model\._?sgd_fast\.\w+", "class", ALL, "compiled loss, made from a few numbers"),
    (r"sklearn\.tree\._(criterion|splitter|tree|utils)\.[A-Z]\w+", "class", ALL, "compiled part of a tree, made from numbers and arrays"),
    (r"sklearn\.ensemble\._hist_gradient_boosting\..*", "class", DATA, "part of histogram gradient boosting, state is parameters and arrays"),
    (r"sklearn\..*\.(_bunch\.)?Bunch|sklearn\.datasets\.base\.Bunch|sklearn\.utils\.deprecation\.DeprecationDict", "class", ALL, "dict with attributes"),
    (r"sklearn\.(base|isotonic|utils|model_selection|gaussian_process|grid_search|cross_validation|feature_selection|compose|metrics|ensemble|linear_model|neural_network|calibration|cluster|_loss|covariance|svm|manifold|mixture|tree|pipeline|preprocessing|gaussian_process|inspection|multiclass|neighbors)\b.*\.\w+", "class", DATA,
     PART),
    (r"sklearn\.feature_extraction\..*|sklearn\.externals\.six\.\w+", "class", DATA, PART),
    (_SKLEARN_FUNCTION, None, HELD, FUNCTION),
    (r"sklearn\.metrics\.(scorer|_scorer)\._passthrough_scorer", None, HELD, "calls score of the estimator that it is given"),
    (r"scipy\.sparse\.(\w+\.)?(\w+_)?(matrix|array)", "class", DATA, "sparse matrix, state is a dict of arrays and a shape"),
    (r"scipy\.interpolate\.(\w+\.)*_?[A-Z]\w+|scipy\.interpolate\.(\w+\.)*interp[12]d", "class", DATA, "interpolator, state is a dict of arrays and options"),
    (r"scipy\.interpolate\.\w+:interp1d\._call\w+", None, HELD, "method that an interp1d holds"),
    (r"scipy\.spatial\.(\w+\.)*(c?KDTree|Delaunay|ConvexHull|Voronoi|Rotation|Slerp)", "class", ALL, "points and what was computed from them, state is arrays"),
    (r"scipy\.spatial\.transform\..*", None, CALLED, "rotation, made from an array"),
    (r"scipy\.optimize\.(\w+\.)*(OptimizeResult|Bounds|LinearConstraint|LbfgsInvHessProduct|Result)", "class", ALL, "result of a fit, a dict of values"),
    (r"scipy\.stats\._distn_infrastructure\.rv_\w*frozen", "class", DATA, "holds a distribution and its arguments; the distribution is judged by its own name"),
    (r"scipy\.stats\.(_kde|kde)\.gaussian_kde", "class", DATA, "density, state is a dict of arrays"),
    (r"scipy\.stats\._multivariate\.\w+|scipy\.stats\._covariance\.\w+", "class", DATA, "multivariate distribution, state is a dict of arrays; no source text as in rv_generic"),
    (r"scipy\.stats\._qmc\.\w+", "class", DATA, "quasi-random numbers, state is arrays and a generator"),
    (r"scipy\.(stats|spatial|linalg)\..*\.[a-z]\w*", None, HELD, FUNCTION),
    (r"numpy\.(linalg\.)?[a-z][a-z0-9_]*", "function", HELD, FUNCTION),
    (r"numpy\.(linalg\.)?[a-z][a-z0-9_]*", "builtin_function_or_method", HELD, FUNCTION),
    (r"numpy\.(linalg\.)?[a-z][a-z0-9_]*", "_ArrayFunctionDispatcher", HELD, FUNCTION),
    (r"numpy\.(core|_core|lib|linalg)\..*\.[a-z]\w*", "function", HELD, FUNCTION),
    (r"numpy\.\w*polynomial\.\w+\.\w+|numpy\.poly1d|numpy\.lib\.\w+\.poly1d", "class", DATA, "polynomial, state is its coefficients"),
    (r"pandas\.(tseries\.offsets|_libs\.tslibs\.offsets|offsets)\.\w+", "class", ALL, "date offset, state is its numbers; a business day may hold a calendar"),
    (r"pandas\.(core\.indexes|indexes|core\.index|tseries)\.\w*\.?\w*Index", "class", DATA, "index, state is arrays and names"),
    (r"pandas\.\w*Index", "class", DATA, "index, state is arrays and names"),
    (r"pandas\..*_new_\w*Index", None, CALLED, "makes an index of the class given"),
    (r"pandas\.(core\.(arrays|dtypes|sparse|categorical)|_libs|arrays|api|_sparse|sparse|core\.internals)\b.*\.__pyx_unpickle_\w+|pandas\._libs\..*__pyx_unpickle_\w+", None, CALLED, "makes an instance of the class given and sets its fields"),
    (r"pandas\.(\w+\.)*\w*Dtype", "class", ALL, "dtype, state is its parameters; a text time zone is looked up by name"),
    (r"pandas\.(core\.arrays|arrays|core\.categorical|core\.sparse|sparse)\b.*Array", "class", DATA, "array, state is NumPy arrays and a dtype"),
    (r"pandas\.(core\.)?(arrays\.)?(categorical\.)*Categorical", "class", DATA, "array of categories, state is NumPy arrays and a dtype"),
    (r"pandas\.(_libs\.(tslibs?(\.\w+)?|period|interval|sparse|missing)|tslib|_period|_sparse)\.(Timestamp|Timedelta|Period|Interval|IntIndex|BlockIndex|NaTType|_Timedelta|_Timestamp|_Period)", "class", ALL, "a moment, a span or an interval, made from numbers and a time zone"),
    (r"pandas\.(_libs\.tslibs?(\.\w+)?|tslib)\.(_\w*unpickle\w*|__nat_unpickle|_unpickle_timestamp)", None, CALLED, "makes a moment or a span from a number; a text time zone is looked up by name"),
    (r"pandas\.(Timestamp|Timedelta|Period|Interval)", "class", ALL, "a moment, a span or an interval, made from numbers and a time zone"),
    (r"pandas\.core\.(frame|series|panel|sparse\.\w+)\.\w+|pandas\.(DataFrame|Series|Panel)|pandas\.sparse\..*", "class", DATA, "table or column, state is a block manager and names"),
    (r"pandas\.core\.internals\.(managers\.)?\w*BlockManager", "class", ALL, "blocks of a table, made from arrays and indexes"),
    (r"pandas\.core\.internals\.blocks\.\w+|pandas\._libs\.internals\._unpickle_block", None, CALLED, "a block of a table, made from an array and positions"),
    (r"pandas\.core\.(reshape|tools)\..*\.(concat|get_dummies|to_numeric)|pandas\.(concat|get_dummies|to_numeric)", None, HELD, FUNCTION),
]


def rule(name, about):
    """The uses and the reason that all names of this kind share; None where a person must look."""
    bases = about.get("bases", [])
    kind = about["kind"]
    if kind == "ufunc":
        return HELD, "ufunc, computes on numbers"
    if "sklearn.base.BaseEstimator" in bases and about.get("__setstate__") in PLAIN_SETSTATE \
            and about.get("__new__") in OBJECT and about.get("__setattr__") in OBJECT and "__getattr__" not in about:
        return DATA, ESTIMATOR
    for pattern, want, uses, reason in FAMILIES:
        if re.match("(?:%s)$" % pattern, name) and want in (None, kind):
            if reason == PART and about.get("__setstate__") not in PLAIN_SETSTATE:
                return None
            return uses, reason
    return None


def refused(name):
    """Why a name is kept off the lists, or None."""
    for pattern, reason in REFUSED:
        if re.match("(?:%s)$" % pattern, name):
            return reason
    return None


def read_lists():
    """{file: [line]}, {name: (file, uses)} of the lists as they are."""
    lines, known = {}, {}
    for file in sorted(f for f in os.listdir(os.path.join(HERE, "lists")) if f.endswith(".txt")):
        with open(os.path.join(HERE, "lists", file), encoding="utf-8") as f:
            lines[file] = f.read().splitlines()
        for line in lines[file]:
            words = line.split("#")[0].split()
            if words:
                known[words[0].lstrip("!")] = (file, set(words[1:]) if words[0][0] != "!" else None)
    return lines, known


def format_line(name, uses, reason):
    words = " ".join(use for use in ("import", "call", "new", "build") if use in uses)
    return "%-72s %-22s # %s" % (name, words, reason)


def sort_key(line):
    return line.split("#")[0].split()[0].lstrip("!")


def write_lists(lines):
    """Writes the lists that have new lines, sorted."""
    old, _ = read_lists()
    for file, rows in lines.items():
        if sorted(rows) == sorted(old.get(file, [])):
            continue
        head = [row for row in rows if not row.split("#")[0].strip()]
        body = sorted((row for row in rows if row.split("#")[0].strip()), key=sort_key)
        with open(os.path.join(HERE, "lists", file), "w", encoding="utf-8") as f:
            f.write("\n".join(head + body) + "\n")


def merge(paths):
    lines, known = read_lists()
    seen = {}
    for path in paths:
        with open(path) as f:
            data = json.load(f)
        for name, entry in data["names"].items():
            if data["python"].startswith("2"):
                module, _, qualname = name.rpartition(".")
                name = "%s.%s" % python3(module, qualname)
            old = seen.setdefault(name, {"uses": set(), "about": entry["about"], "from": []})
            old["uses"] |= set(entry["uses"])
            old["from"].append(os.path.basename(path))
            if old["about"]["kind"] == "unresolved":
                old["about"] = entry["about"]
    added = 0
    for name, entry in sorted(seen.items()):
        if name in known:
            file, uses = known[name]
            if uses is not None and entry["uses"] - uses:
                print("uses:   %s lacks %s in %s" % (name, " ".join(sorted(entry["uses"] - uses)), file))
            continue
        if refused(name):
            print("kept off: %s, %s" % (name, refused(name)))
            continue
        found = rule(name, entry["about"])
        if found is None or entry["uses"] - found[0]:
            print("review: %s %s %s" % (name, " ".join(sorted(entry["uses"])), json.dumps(entry["about"])))
            continue
        file = FILES.get(name.split(".")[0], "python") + ".txt"
        lines.setdefault(file, ["# modelscan allowlist"]).append(format_line(name, found[0], found[1]))
        added += 1
    write_lists(lines)
    print(added, "names added")


def main(args):
    if len(args) == 2 and args[0] == "observe":
        observe(args[1])
    elif len(args) > 1 and args[0] == "merge":
        merge(args[1:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
