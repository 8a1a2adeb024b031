"""Write the lists of the profiles: what skops and torch trust, taken from their released packages.

    python3 allowlist/profiles.py                      all of lists/profiles, in the environments of testdata/envs.py
    ENV/bin/python allowlist/profiles.py skops         one, to standard output, inside an environment with that library
    ENV/bin/python allowlist/profiles.py weights-only

Nothing here is reviewed. A list says what the library trusts, name by name, and where it stands in it.
"""
import contextlib
import importlib
import io
import os
import subprocess
import sys
import warnings
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ENVS = {"skops": ["skops-0.3.0", "skops-0.6.0", "skops-0.9.0", "skops-0.11.0", "skops-0.13.0", "skops-0.16.0"],
        "weights-only": ["torch-2.15.0"]}


def header(what):
    return ["# modelscan allowlist", "# %s" % what, "# Made by allowlist/profiles.py from the released package; not reviewed.", ""]


# --- skops ----------------------------------------------------------------------------------------------------------------

# skops asks each loader what it trusts. What these hold is held; what the others trust they make in one way or another,
# and skops tells none of them apart.
HELD = {"FunctionNode", "FunctionNode0", "TypeNode"}

# Loaders that trust whatever their node says, and those that need a library that is not there.
LEFT_OUT = {"JsonNode", "SliceNode", "CachedNode", "QuantileForestNode"}


def node(loader, module="builtins", name="int", **more):
    return dict({"__class__": name, "__module__": module, "__loader__": loader, "__id__": 0}, **more)


def smallest(loader):
    """The least that a loader takes for one of its nodes."""
    value = node("JsonNode", content='"PCG64"', is_json=True)
    table = node("DictNode", content={"bit_generator": value}, key_types=node("ListNode", content=[]))
    contents = {
        "ListNode": [], "TupleNode": [], "SetNode": [], "DictNode": {}, "ObjectNode": table,
        "DefaultDictNode": {"main": table, "default_factory": value},
        "_DictWithDeprecatedKeysNode": {"main": table, "_deprecated_key_to_new_key": table},
        "MaskedArrayNode": {"data": value, "mask": value}, "DTypeNode": value, "RandomStateNode": value,
        "RandomGeneratorNode": {"bit_generator": table, "seed_seq": table},
        "FunctionNode": {"module_path": "a", "function": "b"}, "ConstructorFromReduceNode": value,
        "MethodNode": {"func": "f", "obj": node("ListNode", content=[])},
        "PartialNode": {"func": value, "args": value, "kwds": value, "namespace": value},
    }
    module = "operator" if loader == "OperatorFuncNode" else "builtins"
    return node(loader, module, content=contents.get(loader, table), key_types=table["key_types"], file="f", attrs=value,
                type="scipy" if loader == "SparseMatrixNode" else "numpy", __reduce__={"args": value})


def trusted_by_skops():
    """{loader: names that it trusts}."""
    import skops.io
    audit, utils = importlib.import_module("skops.io._audit"), importlib.import_module("skops.io._utils")
    loaders = getattr(audit, "NODE_TYPE_MAPPING", None) or skops.io._dispatch.NODE_TYPE_MAPPING
    loaders = {key if isinstance(key, tuple) else (key, 0): loader for key, loader in loaders.items()}
    newest = max(protocol for _, protocol in loaders)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("f", b"")
    found = {}
    for (name, protocol), loader in sorted(loaders.items()):
        if name in LEFT_OUT or protocol not in (0, newest):
            continue
        with zipfile.ZipFile(archive) as source:
            try:
                context = utils.LoadContext(src=source, protocol=protocol)
            except TypeError:  # before there were protocols
                context = utils.LoadContext(src=source)
            trusted = loader(smallest(name), context).trusted
        names = {t if isinstance(t, str) else utils.get_module(t) + "." + t.__name__ for t in trusted}
        if name == "FunctionNode" and protocol == 0:
            found[name + "0"] = names
        if protocol == newest:
            found[name] = names
    if found["RandomGeneratorNode"]:
        found["RandomGeneratorNode"] |= set(bit_generators())
    return found


def bit_generators():
    """The classes in numpy.random that a generator may be made of. Older releases of skops take any name."""
    import numpy
    with contextlib.suppress(ImportError, AttributeError):
        return importlib.import_module("skops.io._trusted_types").NUMPY_RANDOM_BIT_GENERATOR_TYPE_NAMES
    kinds = [(name, getattr(numpy.random, name)) for name in dir(numpy.random)]
    return ["numpy.random." + name for name, kind in kinds
            if isinstance(kind, type) and issubclass(kind, numpy.random.BitGenerator) and kind is not numpy.random.BitGenerator]


def skops_list():
    import numpy
    import scipy
    import sklearn
    import skops
    lines = header("What skops %s trusts, with scikit-learn %s, NumPy %s and SciPy %s." % (
        skops.__version__, sklearn.__version__, numpy.__version__, scipy.__version__))
    for loader, names in sorted(trusted_by_skops().items()):
        if not names:
            continue
        # What skops says of protocol 0 holds for its own files alone.
        lines.append("@in " + loader + ("" if loader == "FunctionNode0" else " pickle"))
        uses = "import" if loader in HELD else "import call new build"
        lines += ["%-58s %-21s # skops %s" % (name, uses, skops.__version__) for name in sorted(names)] + [""]
    return lines


# --- torch ----------------------------------------------------------------------------------------------------------------


def uses_of(value, makes_tensors):
    """What torch's unpickler does with an allowed name without an error, and so without a refusal."""
    if isinstance(value, type):
        has_state = hasattr(value, "__setstate__") or value.__dictoffset__
        return "import call new build" if has_state else "import call new"
    if callable(value):
        return "import call build" if makes_tensors else "import call"
    return "import"


def weights_only_list():
    import torch
    from torch import _weights_only_unpickler as unpickler
    tensors = unpickler._tensor_rebuild_functions() | {torch._tensor._rebuild_from_type_v2}
    lines = header("What torch.load(weights_only=True) of torch %s looks up." % torch.__version__.split("+")[0])
    for name, value in sorted(unpickler._get_allowed_globals().items()):
        lines.append("%-56s %-21s # torch %s" % (name, uses_of(value, callable(value) and value in tensors), torch.__version__.split("+")[0]))
    return lines


def write_all():
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), "testdata"))
    import envs
    for kind, names in ENVS.items():
        for name in names:
            envs.make(name)
            text = subprocess.run([envs.interpreter(name), __file__, kind], check=True, stdout=subprocess.PIPE).stdout
            path = os.path.join(HERE, "lists", "profiles", (name if kind == "skops" else kind) + ".txt")
            with open(path, "wb") as file:
                file.write(text)
            print(path)


def main(args):
    warnings.simplefilter("ignore")
    lists = {"skops": skops_list, "weights-only": weights_only_list}
    if not args:
        write_all()
    elif len(args) == 1 and args[0] in lists:
        print("\n".join(lists[args[0]]()).rstrip())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
