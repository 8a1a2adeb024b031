"""Write the fixtures of torch, NumPy's own files and skops, and what these libraries say about them.

    python3 testdata/make_formats.py torch DIR    inside an environment that has torch
    python3 testdata/make_formats.py numpy DIR
    python3 testdata/make_formats.py skops DIR

Files go to DIR/FORMAT/, facts to DIR/../oracle/formats.json, a line a file. envs.py pins the environments
(FORMATS says which); `make_formats.py all` runs each of them.
"""
import json
import os
import pickle
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
FACTS = os.path.join(HERE, "oracle", "formats.json")
FORMATS = {"torch-1.10.2": "torch", "skops-0.13.0": "skops", "sklearn-1.3.2": "numpy", "sklearn-1.9.1": "numpy"}

names = set()


class Recorder(pickle.Unpickler):
    """Notes the names that a loader resolves."""

    def find_class(self, module, name):
        found = super().find_class(module, name)
        names.add("%s.%s" % (module, name))
        return found


def recording():
    """The pickle module with its Unpickler replaced, as torch.load takes it."""
    module = types.ModuleType("recording")
    module.__dict__.update(pickle.__dict__)
    module.Unpickler = Recorder
    module.load = lambda file, **options: Recorder(file, **options).load()
    return module


def write_torch(folder):
    import collections
    import torch
    torch.manual_seed(0)
    kinds = {str(dtype).split(".")[1]: torch.arange(6).to(dtype).reshape(2, 3)
             for dtype in [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8,
                           torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64]}
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    views = {"whole": base, "row": base[1], "turned": base.t(), "every": base[:, ::2], "scalar": torch.tensor(1.5),
             "empty": torch.zeros(0, 3)}
    network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2))
    adam = torch.optim.Adam(network.parameters())
    network(torch.ones(2, 4)).sum().backward()
    adam.step()
    sparse = torch.sparse_coo_tensor(torch.tensor([[0, 1], [2, 0]]), torch.tensor([3.0, 4.0]), (2, 3))
    objects = {
        "state": network.state_dict(), "kinds": kinds, "views": views, "network": network, "parameter": network[0].weight,
        "sparse": {"coo": sparse}, "plain": {"epoch": 3, "loss": 0.25, "names": ["a", "b"], "size": base.size()},
        "checkpoint": collections.OrderedDict(model=network.state_dict(), optimizer=adam.state_dict(), epoch=1),
    }
    for name, value in objects.items():
        for legacy in (False, True):
            file = "torch-%s-%s%s.pt" % (torch.__version__.split("+")[0], name, "-legacy" if legacy else "")
            path = os.path.join(folder, file)
            torch.save(value, path, _use_new_zipfile_serialization=not legacy)
            names.clear()
            loaded = torch.load(path, pickle_module=recording())
            yield file, {"format": "torch", "globals": sorted(names), "arrays": tensors(torch, loaded)}


def tensors(torch, value):
    """dtype and shape of every tensor, sorted."""
    found, todo = [], [value]
    while todo:
        item = todo.pop()
        if isinstance(item, torch.nn.Module):
            todo += list(item.parameters()) + list(item.buffers())
        elif isinstance(item, torch.Tensor) and item.is_sparse:
            todo += [item._indices(), item._values()]
        elif isinstance(item, torch.Tensor):
            found.append([WORDS.get(str(item.dtype), str(item.dtype).split(".")[1]), list(item.shape)])
        elif isinstance(item, dict):
            todo += item.values()
        elif isinstance(item, (list, tuple)):
            todo += item
    return sorted(found)


WORDS = {"torch.float32": "<f4", "torch.float64": "<f8", "torch.float16": "<f2", "torch.int8": "|i1", "torch.uint8": "|u1",
         "torch.int16": "<i2", "torch.int32": "<i4", "torch.int64": "<i8", "torch.bool": "|b1", "torch.complex64": "<c8"}


def write_numpy(folder):
    import numpy
    arrays = {
        "plain": numpy.arange(6.0).reshape(2, 3), "fortran": numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
        "scalar": numpy.array(3), "empty": numpy.zeros((0, 2), "f4"), "text": numpy.array(["a", "bcd"]),
        "fields": numpy.zeros(2, [("a", "i4"), ("b", "f8", (2,))]), "days": numpy.array(["2020-01-01"], "M8[D]"),
        "objects": numpy.array([{"a": 1}, None, numpy.arange(2)], dtype=object), "wide": numpy.zeros(2, [("é", "i2")]),
    }
    release = numpy.__version__
    for name, value in arrays.items():
        file = "numpy-%s-%s.npy" % (release, name)
        numpy.save(os.path.join(folder, file), value)
        yield file, {"format": "npy", "arrays": [shape_of(value)]}
    for name, save in (("stored", numpy.savez), ("deflated", numpy.savez_compressed)):
        file = "numpy-%s-%s.npz" % (release, name)
        save(os.path.join(folder, file), **arrays)
        yield file, {"format": "npz", "arrays": sorted(map(shape_of, arrays.values()))}


def shape_of(array):
    text = array.dtype.str if array.dtype.fields is None else str(array.dtype.descr)
    return [text, list(array.shape)]


def write_skops(folder):
    import numpy
    import skops
    import skops.io
    from scipy import sparse
    from sklearn import ensemble, feature_extraction, linear_model, pipeline, preprocessing
    x, y = numpy.arange(40.0).reshape(10, 4) % 7, numpy.arange(10) % 2
    models = {
        "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(x, y),
        "forest": ensemble.RandomForestClassifier(n_estimators=2, random_state=0).fit(x, y),
        "boosting": ensemble.GradientBoostingClassifier(n_estimators=2, random_state=0).fit(x, y),
        "text": feature_extraction.text.TfidfVectorizer().fit(["red green", "blue green"]),
        "function": preprocessing.FunctionTransformer(numpy.log1p).fit(x),
        "values": {"a": [1, 2.5, None], "t": (True, "x"), "matrix": sparse.csr_matrix(x), "objects": numpy.array(["a", None], dtype=object),
                   "random": numpy.random.RandomState(0), "type": numpy.float64},
    }
    for name, value in models.items():
        file = "skops-%s-%s.skops" % (skops.__version__, name)
        path = os.path.join(folder, file)
        skops.io.dump(value, path)
        yield file, {"format": "skops", "untrusted": sorted(skops.io.get_untrusted_types(file=path))}


def write(kind, root):
    facts = {}
    if os.path.exists(FACTS):
        with open(FACTS) as f:
            facts = json.load(f)
    folder = os.path.join(root, kind if kind != "numpy" else "npy")
    os.makedirs(folder, exist_ok=True)
    for name, row in globals()["write_" + kind](folder):
        facts["models/%s/%s" % (os.path.basename(folder), name)] = row
    with open(FACTS, "w") as f:
        f.write("{\n" + ",\n".join("%s: %s" % (json.dumps(k), json.dumps(v, sort_keys=True)) for k, v in sorted(facts.items())) + "\n}\n")


def main():
    if sys.argv[1:] == ["all"]:
        import envs
        for name, kind in FORMATS.items():
            envs.make(name)
            subprocess.check_call([envs.interpreter(name), __file__, kind, os.path.join(HERE, "models")])
        return
    write(sys.argv[1], sys.argv[2])


if __name__ == "__main__":
    main()
