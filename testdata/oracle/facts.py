"""What Python says about a fixture: names, versions and arrays, taken from a real load.

    python testdata/oracle/facts.py < rows    adds facts to rows of testdata/make.py, in the environment that reads them

Loads only files below testdata/models. Names and versions are what the unpickler met on its way. Arrays are counted
twice: as the unpickler builds them (`Record`), and by walking the loaded object the way pickle would (`arrays`); only
the walk knows paths. Where the two counts differ, the row says `"arrays_checked": false`.
"""
import collections
import contextlib
import copyreg
import importlib
import io
import json
import os
import pickle
import sys
import types
import warnings

import _compat_pickle
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TESTDATA = os.path.dirname(HERE)
MODELS = os.path.join(TESTDATA, "models")

# Pickled as themselves or by name: nothing below them is data of the object.
LEAVES = (type(None), bool, int, float, complex, str, bytes, bytearray, type, np.dtype, np.generic, types.ModuleType,
          types.FunctionType, type(Ellipsis), type(NotImplemented))


class Record:
    """What the unpicklers of one file met."""

    def __init__(self):
        self.globals = set()
        self.sklearn_versions = set()
        self.protocol = -1
        self.arrays = {}  # id: (array, key), as the file has it: a load may swap bytes
        self.states = {}  # id: (instance, state), as the file has it: a load may fill in defaults

    def build(self, instance, state):
        """Before BUILD."""
        self.states[id(instance)] = instance, dict(state) if isinstance(state, dict) else state
        if isinstance(state, dict) and "_sklearn_version" in state:
            self.sklearn_versions.add(state["_sklearn_version"])

    def built(self, instance, state, result):
        """After it; a joblib wrapper has become an array."""
        kind = type(instance).__name__
        if kind == "NumpyArrayWrapper":
            if not result.dtype.hasobject:  # else it came from a nested pickle and is recorded there
                self.array(result, state["dtype"], state["shape"], state["order"])
        elif kind in ("NDArrayWrapper", "ZNDArrayWrapper"):
            if not result.dtype.hasobject:
                self.array(result, result.dtype, result.shape, order(result))
        elif isinstance(instance, np.ndarray) and isinstance(state, tuple) and len(state) >= 5:
            _, shape, dtype, fortran = state[:4]
            self.array(instance, dtype, shape, "F" if fortran else "C")

    def called(self, function, args, result):
        """After REDUCE."""
        if getattr(function, "__name__", "") == "_frombuffer":
            _, dtype, _, order = args[:4]  # with order K, the shape is the one before axes are moved
            self.array(result, dtype, result.shape, order)

    def array(self, array, dtype, shape, order):
        self.arrays[id(array)] = array, (dtype_text(dtype), tuple(shape), order)

    def key(self, array):
        """(dtype, shape, order) of an array, as the file has it if the file is known to have it."""
        if id(array) in self.arrays:
            return self.arrays[id(array)][1]
        return (dtype_text(array.dtype), array.shape, order(array))


def dtype_text(dtype):
    return str(dtype.descr) if dtype.names else dtype.str


def recording(base, record):
    """A loader that fills record; base is pickle._Unpickler or a subclass of it."""

    class Recording(base):
        dispatch = dict(base.dispatch)

        def find_class(self, module, name):
            found = super().find_class(module, name)
            if self.proto < 3 and self.fix_imports:
                if (module, name) in _compat_pickle.NAME_MAPPING:
                    module, name = _compat_pickle.NAME_MAPPING[module, name]
                else:
                    module = _compat_pickle.IMPORT_MAPPING.get(module, module)
            record.globals.add(module + "." + name)
            return found

        def load_proto(self):
            base.dispatch[pickle.PROTO[0]](self)
            record.protocol = max(record.protocol, self.proto)
        dispatch[pickle.PROTO[0]] = load_proto

        def load_build(self):
            instance, state = self.stack[-2:]
            record.build(instance, state)
            base.dispatch[pickle.BUILD[0]](self)
            record.built(instance, state, self.stack[-1])
        dispatch[pickle.BUILD[0]] = load_build

        def load_reduce(self):
            function, args = self.stack[-2:]
            base.dispatch[pickle.REDUCE[0]](self)
            record.called(function, args, self.stack[-1])
        dispatch[pickle.REDUCE[0]] = load_reduce

    return Recording


def load(path, record, **options):
    """Load a fixture as its user would, and nothing that is not a fixture."""
    path = os.path.realpath(path)
    if not path.startswith(os.path.realpath(MODELS) + os.sep):
        raise ValueError("not a fixture: " + path)
    if os.sep + "joblib" + os.sep in path:
        vendored = "-externals-" in os.path.basename(path)
        return load_joblib("sklearn.externals.joblib" if vendored else "joblib", path, record, options)
    dill = os.path.basename(path).startswith("dill-")
    with open(path, "rb") as file, swapped(sys.modules, __main__=types.ModuleType("__main__")):
        # dill puts things into __main__: not into ours
        return recording(DillUnpickler if dill else pickle._Unpickler, record)(file, **options).load()


class DillUnpickler(pickle._Unpickler):
    """What dill's own does, which is written in C and cannot be recorded."""

    def find_class(self, module, name):
        if (module, name) == ("__builtin__", "__main__"):
            return sys.modules["__main__"].__dict__
        if (module, name) == ("__builtin__", "NoneType"):
            return type(None)
        return super().find_class(module, name)


def load_joblib(package, path, record, options):
    numpy_pickle = importlib.import_module(package + ".numpy_pickle")
    numpy_pickle_compat = importlib.import_module(package + ".numpy_pickle_compat")
    plain = recording(pickle._Unpickler, record)

    class Inner(pickle._Unpickler):
        dispatch = plain.dispatch

    # Object arrays are pickles of their own, read by pickle.load, since joblib 1.6 by an Unpickler beside the first.
    with swapped(vars(pickle), load=lambda file, **_: plain(file, **options).load()), \
            swapped(vars(numpy_pickle), Unpickler=Inner,
                    NumpyUnpickler=with_encoding(recording(numpy_pickle.NumpyUnpickler, record), options)), \
            swapped(vars(numpy_pickle_compat), ZipNumpyUnpickler=with_encoding(
                recording(numpy_pickle_compat.ZipNumpyUnpickler, record), options)):
        return numpy_pickle.load(path)


def with_encoding(base, options):
    class Encoded(base):  # joblib passes no encoding on
        def load(self):
            self.encoding = options.get("encoding", "ASCII")
            return super().load()
    return Encoded


@contextlib.contextmanager
def swapped(table, **values):
    saved = {name: table[name] for name in values}
    table.update(values)
    try:
        yield
    finally:
        table.update(saved)


def arrays(root, record):
    """(path, array) for every array below root, each array once, in the order in which pickle meets them.

    Also whether the walk is complete: what cloudpickle and dill write, reduce cannot always tell.
    """
    found, complete = objects(root, record)
    return [(path, value) for path, value in found if isinstance(value, np.ndarray)], complete


def objects(root, record):
    """(path, object) for every object below root that may hold an array, as arrays does."""
    found, seen, todo, complete = [], {}, [("", root)], True
    while todo:
        path, value = todo.pop()
        if isinstance(value, LEAVES) or id(value) in seen or value is np.ma.masked:
            continue
        seen[id(value)] = value  # kept alive, or the id may be given again
        found.append((path, value))
        try:
            todo.extend(reversed(list(parts(path, value, record))))
        except Exception as err:
            print("facts: below %r: %s" % (path, err), file=sys.stderr)
            complete = False
    return found, complete


def parts(path, value, record):
    """(path, value) of what pickle would save below value."""
    kind = type(value)
    if kind in (list, tuple):
        for i, item in enumerate(value):
            yield "%s[%d]" % (path, i), item
    elif kind is dict:
        for key, item in value.items():
            yield "%s[%s]" % (path, text(key)), item
    elif isinstance(value, np.ndarray):
        yield from array_parts(path, value, record)
    else:
        yield from reduced_parts(path, value, *reduced(value, record))


def array_parts(path, array, record):
    if array.dtype == object:
        for index in np.ndindex(array.shape):
            yield "%s[%s]" % (path, ", ".join(map(str, index)) or "()"), array[index]
    _, state = record.states.get(id(array), (None, ()))
    if isinstance(state, tuple):  # a masked array holds its fill value behind the usual five items
        for i in range(5, len(state)):
            yield "%s.__getstate__()[%d]" % (path, i), state[i]


def reduced(value, record):
    """args, state, items, pairs of the way in which value is pickled."""
    reducer = copyreg.dispatch_table.get(type(value))
    result = reducer(value) if reducer else value.__reduce_ex__(2)
    if isinstance(result, str):  # saved by name
        return (), None, (), ()
    args, state, items, pairs = (tuple(result) + (None,) * 4)[1:5]
    _, state = record.states.get(id(value), (None, state))
    return args, state, items or (), pairs or ()


def reduced_parts(path, value, args, state, items, pairs):
    for i, item in enumerate(args):
        yield "%s.__reduce__()[1][%d]" % (path, i), item
    yield from state_parts(path, value, state)
    for i, item in enumerate(items):
        yield "%s[%d]" % (path, i), item
    for key, item in pairs:
        yield "%s[%s]" % (path, text(key)), item


def state_parts(path, value, state):
    if isinstance(state, dict):
        for key, item in state.items():
            named = isinstance(key, str) and key.isidentifier() and has(value, key)
            yield path + ("." + key if named else ".__getstate__()[%s]" % text(key)), item
    elif isinstance(state, tuple) and len(state) == 2 and all(isinstance(s, (dict, type(None))) for s in state):
        for half in state:
            yield from state_parts(path, value, half)
    elif isinstance(state, (tuple, list)):
        for i, item in enumerate(state):
            yield "%s.__getstate__()[%d]" % (path, i), item
    elif state is not None:
        yield path + ".__getstate__()", state


def has(value, name):
    """Whether a user can ask for an attribute. One that fails is there."""
    try:
        return hasattr(value, name)
    except Exception:
        return True


def text(key):
    return repr(key.item() if isinstance(key, np.generic) else key)


def order(array):
    """As pickle writes it: an array that is neither is written in C order."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def load_row(row):
    """The object of a fixture, and what was met while loading it."""
    record = Record()
    options = {"encoding": "latin1"} if row["python"].startswith("2.") else {}
    return load(os.path.join(TESTDATA, row["path"]), record, **options), record


def state_facts(row):
    """Fill in a row of testdata/make.py, which says path, env, python, writer and the protocol asked for."""
    root, record = load_row(row)
    met, complete = objects(root, record)
    found = [(path, value) for path, value in met if isinstance(value, np.ndarray)]
    row["protocol"] = record.protocol if record.protocol >= 0 else row["protocol"]
    row["globals"] = sorted(record.globals)
    row["sklearn_versions"] = sorted(record.sklearn_versions)
    row["arrays"] = [describe(path, array, record) for path, array in found]
    sparse = [sparse_fact(path, value) for path, value in met if is_sparse(value)]
    if sparse:
        row["sparse"] = sparse
    row.pop("frames", None)
    frames = [frame_fact(path, value, record) for path, value in met if type(value).__name__ in ("DataFrame", "Series")]
    if frames:
        row["frames"] = frames
    if hasattr(root, "get_params") and type(root).__module__.startswith("sklearn."):
        row["model"] = model_fact(root)
    walked = collections.Counter(record.key(array) for _, array in found)
    built = collections.Counter(key for _, key in record.arrays.values())
    if not complete or walked != built and "dill._dill._create_array" not in record.globals:  # it calls __setstate__ itself
        row["arrays_checked"] = False
        print("facts: %s: walk only %s, load only %s" % (row["path"], dict(walked - built), dict(built - walked)),
              file=sys.stderr)
    return row


def describe(path, array, record):
    dtype, shape, order = record.key(array)
    return {"path": path, "dtype": dtype, "shape": shape, "order": order, "bytes": array.nbytes}


def frame_fact(path, frame, record):
    """What pandas says of a frame or a series: labels that are objects by their repr, columns by what holds them."""
    manager = getattr(frame, "_mgr", None)
    if manager is None:
        manager = frame._data
    types, series = collections.Counter(), frame.ndim == 1
    for block in manager.blocks:
        values = block.values
        count = 1 if series or getattr(values, "ndim", 1) == 1 else values.shape[0]
        dtype = values.dtype
        types[dtype_text(dtype) if isinstance(dtype, np.dtype) else type(values).__name__] += count
    fact = {"path": path, "class": type(frame).__name__, "rows": len(frame), "columns": 1 if series else len(frame.columns),
            "index": type(frame.index).__name__, "dtypes": dict(types)}
    if not series:
        fact["names"] = [repr(name) for name in frame.columns if isinstance(name, str)]
    return fact


def model_fact(root):
    """What scikit-learn says of an estimator: parameters and fitted attributes as far as JSON has words for them."""
    import sklearn
    fact = {"class": type(root).__module__ + "." + type(root).__qualname__, "params": simple(root.get_params(deep=False)),
            "fitted": simple({key: value for key, value in vars(root).items()
                              if key.endswith("_") and not key.startswith("_")}), "summary": {}}
    if hasattr(sklearn, "set_config") and "print_changed_only" in sklearn.get_config():
        sklearn.set_config(print_changed_only=True)
        if " at 0x" not in repr(root):  # an address is no fact
            fact["repr"] = repr(root)
    inner = getattr(root, "estimators_", [root])
    trees = [t for t in (inner.ravel().tolist() if isinstance(inner, np.ndarray) else inner) if hasattr(t, "tree_")]
    if trees:
        fact["summary"] = {"trees": len(trees), "depth": max(int(t.tree_.max_depth) for t in trees),
                           "nodes": sum(int(t.tree_.node_count) for t in trees)}
    if hasattr(root, "support_vectors_"):
        fact["summary"]["support_vectors"] = int(root.support_vectors_.shape[0])
    fact["parts"] = parts_of(root)
    return fact


def parts_of(root):
    """The fitted estimators of scikit-learn in one, by path, but for the trees of a forest."""
    found, seen, todo = {}, {id(root)}, [("", root, 0)]
    while todo:
        path, value, depth = todo.pop()
        if value is not root:
            if id(value) in seen or depth > 4:
                continue
            seen.add(id(value))
        if type(value) in (list, tuple):
            todo += [("%s[%d]" % (path, i), item, depth + 1) for i, item in reversed(list(enumerate(value)))]
        elif type(value) is dict:
            todo += [("%s[%s]" % (path, text(key)), item, depth + 1) for key, item in reversed(list(value.items()))]
        elif hasattr(value, "get_params") and not isinstance(value, type) and type(value).__module__.startswith("sklearn."):
            params = value.get_params(deep=False)
            fitted = [name for name in sorted(vars(value)) if name.endswith("_") and name[0] != "_"]
            if value is not root and fitted:
                found[path] = {"class": type(value).__module__ + "." + type(value).__qualname__,
                               "fitted": simple({name: vars(value)[name] for name in fitted})}
            trees = getattr(value, "estimators_", None)
            trees = trees.ravel().tolist() if isinstance(trees, np.ndarray) else trees
            skipped = {"estimators_"} if trees and hasattr(trees[0], "tree_") else ()
            names = sorted(name for name in params if name in vars(value)) + [name for name in fitted if name not in skipped]
            todo += [(path + ("." if path else "") + name, vars(value)[name], 0) for name in reversed(names)]
    return found


def simple(values):
    return {key: value for key, value in values.items()
            if type(value) in (type(None), bool, int, str) or type(value) is float and np.isfinite(value)}


def is_sparse(value):
    return "scipy.sparse" in sys.modules and sys.modules["scipy.sparse"].issparse(value)


def sparse_fact(path, matrix):
    return {"path": path, "layout": matrix.format, "dtype": matrix.dtype.str, "shape": matrix.shape, "nnz": matrix.nnz}


def main():
    warnings.simplefilter("ignore")
    failed = False
    for line in io.TextIOWrapper(sys.stdin.buffer, "utf-8"):
        row = json.loads(line)
        try:
            print(json.dumps(state_facts(row)))
        except Exception as err:
            print("facts: %s: %r" % (row["path"], err), file=sys.stderr)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
