"""What the real libraries say about a fixture of a format other than pickle and joblib.

    python testdata/oracle/facts_libraries.py < rows                  adds facts to rows of testdata/make.py
    python testdata/oracle/facts_libraries.py --weights-only < rows   adds what torch.load(weights_only=True) says

Runs in the environment of the library. Loads only files below testdata/models.
"""
import io
import json
import os
import pickle
import re
import sys
import warnings
import zipfile

import numpy as np

import facts
from facts import HERE, MODELS, TESTDATA  # noqa: F401


def array_row(name, array, record=None, **more):
    key = record.key(array) if record else (facts.dtype_text(array.dtype), array.shape, facts.order(array))
    return dict({"name": name, "dtype": key[0], "shape": list(key[1]), "order": key[2], "bytes": array.nbytes}, **more)


# --- NumPy --------------------------------------------------------------------------------------------------------------


def recorded_load(path, row, record):
    """numpy.load with every name noted that its unpicklers resolve."""
    plain = facts.recording(pickle._Unpickler, record)
    options = {"encoding": "latin1"} if row["python"].startswith("2.") else {}

    def load(file, **given):
        return plain(file, **dict(given, **options)).load()
    with facts.swapped(vars(pickle), load=load):
        loaded = np.load(path, allow_pickle=True, **options)
        return dict(loaded) if isinstance(loaded, np.lib.npyio.NpzFile) else loaded


def header(file):
    """(version, order) of a .npy file."""
    version = np.lib.format.read_magic(file)
    read = getattr(np.lib.format, "_read_array_header", None)
    if read is None:
        from numpy.lib import _format_impl
        read = _format_impl._read_array_header
    shape, fortran, dtype = read(file, version)
    return "%d.%d" % version, shape, "F" if fortran else "C", dtype


def npy_arrays(name, file, array, record, **more):
    version, shape, order, dtype = header(file)
    assert shape == array.shape
    found = [dict({"name": name, "dtype": facts.dtype_text(dtype), "shape": list(shape), "order": order,
                   "bytes": array.nbytes}, **more)]
    inner, complete = facts.arrays(array, record)
    found += [array_row(name + path, value, record, **more) for path, value in inner if value is not array]
    return version, found


def of_npy(path, row):
    record = facts.Record()
    with open(path, "rb") as file:
        version, found = npy_arrays("", file, recorded_load(path, row, record), record)
    return {"globals": sorted(record.globals), "arrays": found, "versions": {"npy": version}}


def of_npz(path, row):
    record = facts.Record()
    loaded = recorded_load(path, row, record)
    with zipfile.ZipFile(path) as archive:
        members, found, versions = archive.namelist(), [], set()
        names = {member: member[:-4] for member in members}
        for member in members:
            key = names[member] if names[member] in loaded else member
            with archive.open(member) as file:
                version, rows = npy_arrays(key, io.BytesIO(file.read()), loaded[key], record, member=member)
            versions.add(version)
            found += rows
        methods = sorted({info.compress_type for info in archive.infolist()})
    return {"globals": sorted(record.globals), "arrays": found, "versions": {"npy": sorted(versions)},
            "extra": {"members": members, "methods": methods}}


# --- torch --------------------------------------------------------------------------------------------------------------


class TorchRecord:
    """What torch's unpicklers met: tensors in the order in which they are rebuilt, and storages by their keys."""

    def __init__(self):
        self.record, self.storages, self.rebuilt, self.same = facts.Record(), {}, [], {}

    def pickle_module(self):
        import types
        met = self
        base = facts.recording(pickle._Unpickler, self.record)

        class Unpickler(base):
            def find_class(self, module, name):
                found = super().find_class(module, name)
                return met.watched(found) if name.startswith("_rebuild") else found

            @property
            def persistent_load(self):
                return self._load

            @persistent_load.setter
            def persistent_load(self, function):
                def load(pid):
                    met.reference(pid)
                    return function(pid)
                self._load = load
        module = types.ModuleType("recording")
        module.__dict__.update(pickle.__dict__)
        module.Unpickler = Unpickler
        module.load = lambda file, **options: Unpickler(file, **options).load()
        return module

    def reference(self, pid):
        if isinstance(pid, tuple) and pid and pid[0] == "storage":
            kind, key, location, count = pid[1:5]
            self.storages[str(key)] = {"type": getattr(kind, "pickled_name", None) or kind.__name__,
                                       "location": location, "elements": count}

    def storage_type(self, base):
        """What torch puts in the place of a storage's class, whatever its module, without asking find_class."""

        def made(name):
            found = base(name)
            found.pickled_name = name
            self.record.globals.add("torch." + name)
            return found
        return made

    def watched(self, function):
        import torch

        def rebuild(*args):
            result = function(*args)
            if isinstance(result, torch.Tensor):
                inner = [a for a in args[:1] if isinstance(a, torch.Tensor)]
                if inner and id(inner[0]) in self.same:  # a parameter around a tensor
                    self.same[id(result)] = self.same[id(inner[0])][0], result
                else:
                    self.same[id(result)] = len(self.rebuilt), result
                    self.rebuilt.append(tensor_row(function.__name__, result))
            return result
        rebuild.__name__ = function.__name__
        return rebuild


def tensor_row(function, tensor):
    row = {"dtype": str(tensor.dtype).replace("torch.", ""), "by": function}
    layout = str(tensor.layout).replace("torch.", "")
    if layout == "strided" and not getattr(tensor, "is_nested", False):
        row.update(shape=list(tensor.shape), stride=list(tensor.stride()), offset=int(tensor.storage_offset()),
                   bytes=tensor.numel() * tensor.element_size())
    else:
        row["layout"] = "nested" if getattr(tensor, "is_nested", False) else layout
        row["shape"] = [] if row["layout"] == "nested" else list(tensor.shape)
    return row


def of_torch(path, row):
    import torch
    options = {"weights_only": False} if hasattr(torch.serialization, "weights_only") or torch.__version__ >= "2" or \
        torch.__version__.startswith("1.13") else {}
    name = os.path.basename(path)
    if name.endswith("-script.pt"):
        return torch_script(torch, path)
    if name.endswith("-package.pt"):
        return torch_package(torch, path)
    met = TorchRecord()
    fails, loaded, table = False, None, vars(torch.serialization)
    forget(torch)
    try:
        with facts.swapped(table, **({"StorageType": met.storage_type(table["StorageType"])} if "StorageType" in table
                                     else {})):
            loaded = torch.load(path, pickle_module=met.pickle_module(), map_location="cpu", **options)
    except (RuntimeError, AttributeError):  # torch does not read all of what it writes in the old form
        fails = True
    for where, tensor in tensors(torch, loaded, met.record):
        if id(tensor) in met.same:
            met.rebuilt[met.same[id(tensor)][0]].setdefault("name", where)
        elif path.endswith(".tar"):
            met.rebuilt.append(dict(tensor_row("", tensor), name=where))
    # In the old form, keys are addresses in the memory of the writer.
    storages = met.storages if zipfile.is_zipfile(path) else [met.storages[key] for key in met.storages]
    extra = dict(zip_facts(path), storages=storages, protocol=met.record.protocol)
    extra.update(network_facts(torch, loaded))
    if fails:
        extra["load_fails"] = True
    return {"globals": sorted(met.record.globals), "arrays": met.rebuilt, "versions": zip_versions(path), "extra": extra}


def network_facts(torch, loaded):
    """The modules of networks, and state dicts: the object itself, or what a dict has."""
    roots = {"": loaded}
    roots.update({"[%r]" % key: value for key, value in loaded.items()} if isinstance(loaded, dict) else {})
    modules, dicts, parameters, buffers = [], [], {}, {}
    for path, root in roots.items():
        if isinstance(root, torch.nn.Module):
            modules += [[typed(path, root, name), type(module).__module__ + "." + type(module).__qualname__] + own(module)
                        for name, module in root.named_modules()]
            parameters.update((id(p), p) for p in root.parameters())
            buffers.update((id(b), b) for b in root.buffers())
        elif isinstance(root, dict) and root and all(isinstance(t, torch.Tensor) and not getattr(t, "is_nested", False)
                                                     for t in root.values()):
            dicts.append([path, len(root), items(root.values())])
    return {"modules": modules, "state_dicts": dicts,
            "network": [items(parameters.values()), items(p for p in parameters.values() if p.requires_grad),
                        items(buffers.values())]}


def own(module):
    parameters = [p for p in module._parameters.values() if p is not None]
    return [items(parameters), items(p for p in parameters if p.requires_grad),
            items(b for b in module._buffers.values() if b is not None)]


def items(tensors):
    return sum(t.numel() for t in tensors)


def typed(path, module, name):
    """The path that a user types for what named_modules of a module at a path calls name."""
    for step in name.split(".") if name else ():
        kind = type(module).__name__
        path += "[%s]" % step if kind in ("Sequential", "ModuleList") and step.isdigit() else \
            "[%r]" % step if kind == "ModuleDict" else "." + step
        module = module._modules[step]
    return path.lstrip(".")


def of_networks(path, row):
    """The names alone: whole objects of many libraries, whose arrays torch and NumPy have rows of their own for."""
    if path.endswith(".pt"):
        return {"globals": of_torch(path, row)["globals"]}
    record = facts.Record()
    with open(path, "rb") as file:
        facts.recording(pickle._Unpickler, record)(file).load()
    return {"globals": sorted(record.globals)}


def forget(torch):
    """After a load that failed, the next one would check the sparse tensors of the first."""
    waiting = getattr(torch._utils, "_sparse_tensors_to_validate", None) or getattr(
        getattr(torch.serialization, "_serialization_tls", None), "sparse_tensors_to_validate", None)
    if waiting:
        waiting.clear()


def tensors(torch, root, record):
    todo, seen = [("", root)], {}
    while todo:
        path, value = todo.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if isinstance(value, torch.Tensor):
            yield path, value
        elif not isinstance(value, facts.LEAVES) and type(value).__name__ not in ("device", "dtype", "layout"):
            try:
                todo.extend(reversed(list(facts.parts(path, value, record))))
            except Exception as err:
                print("facts: below %r: %s" % (path, err), file=sys.stderr)


def zip_facts(path):
    if not zipfile.is_zipfile(path):
        return {"form": "tar" if path.endswith(".tar") else "legacy"}
    with zipfile.ZipFile(path) as archive:
        return {"form": "zip", "members": archive.namelist()}


def zip_versions(path):
    found = {}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                last = member.split("/", 1)[1] if "/" in member else member
                if last in ("version", ".data/version", "byteorder", ".data/serialization_id", ".format_version",
                            ".storage_alignment"):
                    found[last] = archive.read(member).decode().strip()
    return found


def torch_script(torch, path):
    loaded = torch.jit.load(path)
    types = {loaded.original_name} | {module.original_name for module in loaded.modules()}
    arrays = [dict(tensor_row("", tensor), name=name) for name, tensor in loaded.state_dict().items()]
    extra = dict(zip_facts(path), original_names=sorted(types), code=loaded.code)
    return {"globals": None, "arrays": arrays, "versions": zip_versions(path), "extra": extra}


def torch_package(torch, path):
    importer = torch.package.PackageImporter(path)
    module = sys.modules[type(importer).__module__]
    record = facts.Record()
    base = module.PackageUnpickler

    class Unpickler(base):
        def find_class(self, module, name):
            record.globals.add(module + "." + name)
            return super().find_class(module, name)
    with facts.swapped(vars(module), PackageUnpickler=Unpickler):
        loaded = importer.load_pickle("model", "model.pkl")
    arrays = [dict(tensor_row("", tensor), name=name) for name, tensor in loaded.state_dict().items()]
    return {"globals": sorted(record.globals), "arrays": arrays, "versions": zip_versions(path),
            "extra": dict(zip_facts(path), form="package")}


def weights_only(path):
    import torch
    forget(torch)
    try:
        torch.load(path, weights_only=True, map_location="cpu")
    except Exception as err:
        says = str(err)
        says = says[max(says.find("Unsupported"), 0):].strip().splitlines()[0]
        return {"weights_only_ok": False, "weights_only_says": says.split(" was not")[0].split(". ")[0].split("data/")[0]}
    return {"weights_only_ok": True}


# --- skops --------------------------------------------------------------------------------------------------------------


def of_skops(path, row):
    import skops.io
    schema, found = None, []
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read("schema.json"))
        members = archive.namelist()
        nodes = list(schema_nodes(schema))
        for where, node in nodes:
            if str(node.get("type")) == "numpy" and "file" in node:
                value = np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
                found.append(array_row(where, value, member=node["file"]))
            elif node.get("type") == "scipy" and "file" in node:
                with zipfile.ZipFile(io.BytesIO(archive.read(node["file"]))) as inner:
                    for member in inner.namelist():
                        value = np.load(io.BytesIO(inner.read(member)), allow_pickle=False)
                        found.append(array_row(where, value, member=node["file"] + "/" + member))
    try:
        untrusted = sorted(skops.io.get_untrusted_types(file=path))
    except Exception as err:  # its own file: methods, whose class is not where the file says, and more in 0.3.0
        print("facts: %s" % err, file=sys.stderr)
        untrusted = None
    loads, model = True, None
    try:
        loaded = skops.io.load(path, trusted=untrusted or [])
        if hasattr(loaded, "get_params") and type(loaded).__module__.startswith("sklearn."):
            model = facts.model_fact(loaded)
    except Exception as err:
        loads = type(err).__name__
    return {"globals": None, "arrays": found,
            "versions": {"_skops_version": schema.get("_skops_version"), "protocol": schema.get("protocol"),
                         "sklearn": sorted(sklearn_versions(nodes))},
            "extra": {"untrusted": untrusted, "loads": loads, "model": model, "members": members,
                      "loaders": sorted({node["__loader__"] for _, node in nodes if "__loader__" in node}),
                      "classes": sorted({"%s.%s" % (node["__module__"], node["__class__"]) for _, node in nodes
                                         if "__class__" in node})}}


def schema_nodes(schema):
    """(path in the schema, node) of every JSON object in it."""
    todo = [("", schema)]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict):
            yield where, value
            todo += [("%s.%s" % (where, key), item) for key, item in reversed(list(value.items()))]
        elif isinstance(value, list):
            todo += [("%s[%d]" % (where, i), item) for i, item in reversed(list(enumerate(value)))]


def sklearn_versions(nodes):
    for _, node in nodes:
        inner = node.get("content")
        if isinstance(inner, dict) and isinstance(inner.get("_sklearn_version"), dict):
            yield inner["_sklearn_version"].get("content", "").strip('"')


# --- safetensors, ONNX, GGUF, HDF5 --------------------------------------------------------------------------------------

SAFETENSORS_BITS = {"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
                    "F8_E8M0": 8, "F4": 4, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64}


def of_safetensors(path, row):
    import safetensors
    found = []
    with safetensors.safe_open(path, framework="np") as file:
        metadata = file.metadata()
        for name in file.keys():
            part = file.get_slice(name)
            shape = part.get_shape()
            size = SAFETENSORS_BITS[part.get_dtype()] * int(np.prod(shape)) // 8
            found.append({"name": name, "dtype": part.get_dtype(), "shape": shape, "bytes": size})
    return {"globals": None, "arrays": found, "extra": {"metadata": metadata}}


def of_onnx(path, row):
    import onnx
    model = onnx.load(path, load_external_data=False)
    found, operators, graphs = [], set(), [("", model.graph)]
    functions = [("function " + function.name, function) for function in getattr(model, "functions", ())]
    graphs += functions
    for where, graph in graphs:
        for tensor in getattr(graph, "initializer", ()):
            found.append(onnx_tensor(onnx, where, tensor))
        for tensor in getattr(graph, "sparse_initializer", ()):
            found.append(dict(onnx_tensor(onnx, where, tensor.values), sparse=list(tensor.dims)))
        for node in graph.node:
            operators.add((node.domain + "." if node.domain else "") + node.op_type)
            for attribute in node.attribute:
                inner = "%s/%s.%s" % (where, node.name or node.op_type, attribute.name)
                graphs += [(inner, graph) for graph in ([attribute.g] if attribute.HasField("g") else [])]
                graphs += [(inner, graph) for graph in attribute.graphs]
                tensors = ([attribute.t] if attribute.HasField("t") else []) + list(attribute.tensors)
                found += [dict(onnx_tensor(onnx, inner, tensor), attribute=True) for tensor in tensors]
    initial = {tensor.name for tensor in model.graph.initializer}
    return {"globals": None, "arrays": found,
            "versions": {"ir_version": model.ir_version, "producer": model.producer_name,
                         "producer_version": model.producer_version, "model_version": model.model_version,
                         "opsets": {item.domain: item.version for item in model.opset_import}},
            "extra": {"inputs": [onnx_value(onnx, item) for item in model.graph.input if item.name not in initial],
                      "outputs": [onnx_value(onnx, item) for item in model.graph.output],
                      "metadata": {item.key: item.value for item in model.metadata_props}, "domain": model.domain,
                      "operators": sorted(operators), "functions": [name for name, _ in functions],
                      "graphs": sorted(where for where, _ in graphs),
                      "external": sorted({entry.value for _, graph in graphs
                                          for tensor in getattr(graph, "initializer", ())
                                          for entry in tensor.external_data if entry.key == "location"})}}


def onnx_tensor(onnx, where, tensor):
    try:
        size = int(onnx.numpy_helper.to_array(tensor).nbytes)
    except Exception:
        size = None
    return {"name": (where + ":" if where else "") + tensor.name, "shape": list(tensor.dims),
            "dtype": onnx.TensorProto.DataType.Name(tensor.data_type), "bytes": size}


def onnx_value(onnx, value):
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return {"name": value.name, "type": kind}
    tensor = value.type.tensor_type
    shape = [dim.dim_param or (dim.dim_value if dim.HasField("dim_value") else None) for dim in tensor.shape.dim] \
        if tensor.HasField("shape") else None
    return {"name": value.name, "type": onnx.TensorProto.DataType.Name(tensor.elem_type), "shape": shape}


def of_gguf(path, row):
    import gguf
    if not hasattr(gguf, "GGUFReader"):
        return {"globals": None, "arrays": None, "extra": {}}
    reader = gguf.GGUFReader(path)
    metadata = {}
    for name, field in reader.fields.items():
        kinds = [kind.name for kind in field.types]
        parts = [field.parts[i] for i in field.data]
        text = kinds and kinds[-1] == "STRING"
        values = [bytes(part).decode() if text else part.tolist()[0] for part in parts]
        metadata[name] = {"type": kinds, "value": values if kinds[:1] == ["ARRAY"] else values[0] if values else None}
    arrays = [{"name": tensor.name, "dtype": tensor.tensor_type.name, "shape": [int(n) for n in tensor.shape],
               "bytes": int(tensor.n_bytes)} for tensor in reader.tensors]
    return {"globals": None, "arrays": arrays, "extra": {"metadata": metadata}}


def of_hdf5(path, row):
    found, attributes, links = [], {}, {}
    for name, value in hdf5_walk(path, attributes, links):
        found.append(value)
    for table in attributes.values():  # the beginning of a long text will do
        table.update({key: value[:100] for key, value in table.items() if isinstance(value, str)})
    return {"globals": None, "arrays": found, "extra": {"attributes": attributes, "links": links}}


def hdf5_walk(path, attributes, links):
    """Datasets of an HDF5 file in order of names; attributes and links are filled in."""
    import h5py
    with h5py.File(path, "r") as file:
        todo, seen = [("", file)], set()
        while todo:
            where, item = todo.pop()
            for key, value in item.attrs.items():
                attributes.setdefault(where or "/", {})[key] = hdf5_text(value)
            if isinstance(item, h5py.Dataset):
                yield where, {"name": where, "dtype": str(facts.dtype_text(item.dtype)), "bytes": item.size and int(
                    item.size * item.dtype.itemsize), "shape": None if item.shape is None else list(item.shape)}
                continue
            if isinstance(item, h5py.Datatype):
                continue
            for key in sorted(item, reverse=True):
                link = item.get(key, getlink=True)
                inner = where + "/" + key
                if isinstance(link, h5py.HardLink):
                    if isinstance(item[key], h5py.Dataset) or item[key].id.__hash__() not in seen:
                        seen.add(item[key].id.__hash__())
                        todo.append((inner, item[key]))
                else:
                    links[inner] = [type(link).__name__, getattr(link, "filename", None), link.path]


def hdf5_text(value):
    """A value as JSON has it."""
    import h5py
    if isinstance(value, (h5py.Empty, h5py.Reference)):
        return None
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, np.ndarray):
        return [hdf5_text(item) for item in value.reshape(-1)]
    return value.item() if isinstance(value, np.generic) and not isinstance(value, (str, bytes)) else str(value) \
        if not isinstance(value, (str, int, float)) else value


# --- XGBoost, LightGBM, CatBoost ----------------------------------------------------------------------------------------


def load_pickle(path):
    record = facts.Record()
    with open(path, "rb") as file:
        value = facts.recording(pickle._Unpickler, record)(file).load()
    found, _ = facts.arrays(value, record)
    return value, {"globals": sorted(record.globals), "arrays": [array_row(name, array, record) for name, array in found],
                   "extra": {"protocol": record.protocol, "sklearn_versions": sorted(record.sklearn_versions)}}


def of_xgboost(path, row):
    import xgboost
    if path.endswith(".pkl"):
        value, row = load_pickle(path)
        booster = value if isinstance(value, xgboost.Booster) else value.get_booster()
    else:
        booster, row = xgboost.Booster(), {"globals": None, "arrays": None, "extra": {}}
        booster.load_model(path)
    row["extra"].update({"attributes": booster.attributes(), "features": booster.feature_names})
    if hasattr(booster, "save_config"):
        config = json.loads(booster.save_config())
        row["versions"] = {"xgboost": ".".join(map(str, config["version"]))}  # of the reader, where the file has none
        row["extra"].update({"booster": config["learner"]["learner_train_param"]["booster"],
                             "objective": config["learner"]["objective"]["name"],
                             "model": config["learner"]["learner_model_param"]})
    row["extra"]["trees"] = 0 if row["extra"].get("booster") == "gblinear" or "linear" in path else len(booster.get_dump())
    return row


def of_lightgbm(path, row):
    import lightgbm
    if path.endswith(".json"):
        with open(path) as file:
            dump = json.load(file)
        return {"globals": None, "arrays": None, "versions": {"format": dump["version"]}, "extra": {
            "trees": len(dump["tree_info"]), "classes": dump["num_class"], "features": dump["feature_names"]}}
    if path.endswith(".pkl"):
        value, row = load_pickle(path)
        booster = value if isinstance(value, lightgbm.Booster) else value.booster_
    else:
        booster, row = lightgbm.Booster(model_file=path), {"globals": None, "arrays": None, "extra": {}}
    dump = booster.dump_model()
    row["versions"] = {"format": dump["version"]}
    row["extra"].update({"trees": booster.num_trees(), "classes": dump["num_class"], "features": booster.feature_name(),
                         "objective": dump.get("objective"), "trees_per_iteration": dump["num_tree_per_iteration"]})
    return row


def of_catboost(path, row):
    import catboost
    if path.endswith(".pkl"):
        model, row = load_pickle(path)
    else:
        model, row = catboost.CatBoost(), {"globals": None, "arrays": None, "extra": {}}
        model.load_model(path, format="json" if path.endswith(".json") else "cbm")
    said = dict(model.get_metadata().items())
    info = said.get("catboost_version_info", "")
    release = re.search(r"release (\d+(\.\d+)+)", info, re.I)
    row["versions"] = {"catboost": release and release.group(1), "catboost_version_info": info}
    row["extra"].update({"trees": model.tree_count_, "features": model.feature_names_,
                         "classes": np.asarray(model.classes_).tolist() if model.classes_ is not None else None,
                         "metadata": {key: value for key, value in said.items() if len(value) < 2000
                                      and key not in ("train_finish_time", "model_guid")}})
    return row


# --- Keras, SavedModel, containers --------------------------------------------------------------------------------------


def of_keras(path, row):
    import h5py
    found, extra, versions, config = [], {}, {}, None
    if path.endswith(".json"):
        with open(path) as file:
            config = json.load(file)
        versions = {"keras": config.get("keras_version"), "backend": config.get("backend")}
    elif path.endswith(".keras"):
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
            versions = json.loads(archive.read("metadata.json"))
            versions.pop("date_saved", None)
            extra["members"] = archive.namelist()
            import tempfile
            with tempfile.TemporaryDirectory() as folder:
                inner = archive.extract("model.weights.h5", folder)
                found = [dict(array, member="model.weights.h5") for _, array in hdf5_walk(inner, {}, {})]
    else:
        found = [array for _, array in hdf5_walk(path, {}, {})]
        with h5py.File(path, "r") as file:
            attributes = {key: hdf5_text(file.attrs[key]) for key in file.attrs}
        versions = {key: attributes.get(key) for key in ("keras_version", "backend")}
        config = json.loads(attributes["model_config"]) if "model_config" in attributes else None
        extra["attributes"] = sorted(attributes)
    extra["layers"] = sorted(keras_classes(config))
    return {"globals": None, "arrays": found, "versions": versions, "extra": extra}


def keras_classes(config):
    """class_name and module of every object of a configuration."""
    found, todo = set(), [config]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            if isinstance(item.get("class_name"), str):
                found.add(":".join(filter(None, [item.get("module"), item["class_name"]])))
            todo += item.values()
        elif isinstance(item, list):
            todo += item
    return found


def of_savedmodel(path, row):
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2
    model = saved_model_pb2.SavedModel()
    with open(os.path.join(path, "saved_model.pb"), "rb") as file:
        model.ParseFromString(file.read())
    [graph] = model.meta_graphs
    operators = {node.op for node in graph.graph_def.node}
    operators |= {node.op for function in graph.graph_def.library.function for node in function.node_def}
    variables = tf.train.load_checkpoint(os.path.join(path, "variables", "variables"))
    kinds = variables.get_variable_to_dtype_map()
    arrays = [{"name": name, "shape": list(shape), "dtype": kinds[name].name,
               "bytes": int(np.prod(shape)) * kinds[name].size if kinds[name] != tf.string else None}
              for name, shape in sorted(variables.get_variable_to_shape_map().items())]

    def infos(table):
        return {key: [info.name, tf.dtypes.as_dtype(info.dtype).name if info.dtype else None,
                      None if info.tensor_shape.unknown_rank else [dim.size for dim in info.tensor_shape.dim]]
                for key, info in sorted(table.items())}
    return {"globals": None, "arrays": arrays,
            "versions": {"tensorflow": graph.meta_info_def.tensorflow_version,
                         "schema": model.saved_model_schema_version},
            "extra": {"tags": list(graph.meta_info_def.tags), "operators": sorted(operators),
                      "signatures": {key: {"inputs": infos(value.inputs), "outputs": infos(value.outputs),
                                           "method": value.method_name}
                                     for key, value in sorted(graph.signature_def.items())},
                      "files": sorted(os.path.relpath(os.path.join(base, name), path)
                                      for base, _, names in os.walk(path) for name in names)}}


def of_container(path, row):
    """Every pickle in it, by the way down, through the modules that wrote it."""
    with open(path, "rb") as file:
        rows = list(unpacked("", file.read()))
    record = facts.Record()
    members = []
    for way, data in rows:
        if data[:1] != b"\x80":
            members.append([way, len(data), None])
            continue
        before, record.globals = record.globals, set()
        load_members(data, record)
        members.append([way, len(data), sorted(record.globals)])
        record.globals |= before
    return {"globals": sorted(record.globals), "arrays": None,
            "versions": {"sklearn": sorted(record.sklearn_versions)}, "extra": {"members": members}}


def load_members(data, record):
    if b"NumpyArrayWrapper" in data:
        from joblib import numpy_pickle
        kind = facts.recording(numpy_pickle.NumpyUnpickler, record)
        stream = io.BytesIO(data)
        try:
            kind("", stream, ensure_native_byte_order=False).load()
        except TypeError:
            kind("", stream).load()
        return
    stream = io.BytesIO(data)
    while stream.tell() < len(data):
        facts.recording(pickle._Unpickler, record)(stream).load()


def unpacked(way, data):
    """(way down, bytes) of everything that is no container."""
    import bz2
    import gzip
    import lzma
    import tarfile
    import zlib
    import py7zr
    import zstandard
    codecs = [(b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress),
              (b"\x5d\0\0", lzma.decompress), (b"x\x9c", zlib.decompress), (b"\x28\xb5\x2f\xfd", lambda data: (
                  zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()))]
    for magic, codec in codecs:
        if data.startswith(magic):
            yield from unpacked(way, codec(data))
            return
    items = None
    if data.startswith(b"7z"):
        factory = py7zr.io.BytesIOFactory(1 << 20)
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            archive.extractall(factory=factory)
        items = [(name, file.read()) for name, file in factory.products.items()]
    elif zipfile.is_zipfile(io.BytesIO(data)) and not data.startswith(b"\x80"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            items = [(name, archive.read(name)) for name in archive.namelist()]
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            items = [(info.name, archive.extractfile(info).read()) for info in archive if info.isfile() or info.islnk()]
    if items is None:
        yield way, data
    else:
        for name, inner in items:
            yield from unpacked(way + "/" + name if way else name, inner)


def main(args):
    sys.path.insert(0, TESTDATA)  # writers/, where fixtures may hold a class of it
    warnings.simplefilter("ignore")
    rows = io.TextIOWrapper(sys.stdin.buffer, "utf-8")
    out = os.fdopen(os.dup(1), "w")  # some libraries write to standard output
    os.dup2(2, 1)
    failed = False
    for line in rows:
        row = json.loads(line)
        path = os.path.realpath(os.path.join(TESTDATA, row["path"]))
        if not path.startswith(os.path.realpath(MODELS) + os.sep):
            raise ValueError("not a fixture: " + path)
        try:
            if args == ["--weights-only"]:
                row.update(weights_only(path) if row["format"] == "torch" else {})
            else:
                row.update(globals()["of_" + row["format"]](path, row))
        except Exception as err:
            import traceback
            traceback.print_exc()
            print("facts: %s: %r" % (row["path"], err), file=sys.stderr)
            failed = True
        out.write(json.dumps(row, sort_keys=True, default=lambda value: value.item()) + "\n")
    out.close()
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1:])
