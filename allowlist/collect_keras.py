"""Makes lists/keras.txt and lists/tensorflow.txt anew: what Keras and TensorFlow would look up for a configuration.

    python3 allowlist/collect_keras.py PYTHON…     interpreters of environments with TensorFlow (testdata/envs.py)

Keras 3 finds a class by a module and a name that it exports, Keras 2 in HDF5 by the name alone: the inspector puts the
part of Keras before it. Listed is what the base classes of Keras tell to be a layer, a loss and so on, and what only
computes. OUT has what a family's reason does not hold for.
"""
import inspect
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

OUT = {
    "Lambda",  # calls a function that the file names or carries
    "TFSMLayer",  # loads a SavedModel by its path
    "TorchModuleWrapper",  # unpickles
    "JaxLayer", "FlaxLayer",  # call functions by name
    "ClassMethod", "InstanceMethod", "InstanceProperty",  # look up attributes by name
    "TFOpLambda", "SlicingOpLambda",  # the inspector names the function in their place
    "TensorFlowOpLayer",  # runs an operator that the file names: the inspector names it
    "ModuleWrapper",  # calls a method by its name
    "DenseFeatures", "SequenceFeatures",  # columns with functions and files of their own
    "MetricFunctionWrapper",
    "AssociativeScan", "Cond", "ForiLoop", "Map", "Scan", "Switch", "VectorizedMap", "WhileLoop",  # operations that call functions
}

KERAS = {  # part of Keras: (base class, why)
    "layers": ("Layer", "layer: its configuration is numbers, text and objects, each judged itself"),
    "models": ("Layer", "model: its layers are judged themselves"),
    "initializers": ("Initializer", "initializer: numbers alone"),
    "regularizers": ("Regularizer", "regularizer: numbers alone"),
    "constraints": ("Constraint", "constraint: numbers alone"),
    "optimizers": ("Optimizer", "optimizer: numbers and a schedule"),
    "optimizers.schedules": ("LearningRateSchedule", "schedule of a learning rate: numbers alone"),
    "losses": ("Loss", "loss: computes"),
    "metrics": ("Metric", "metric: computes"),
    "mixed_precision": ("Policy", "names of dtypes"),
    "dtype_policies": ("DTypePolicy", "names of dtypes"),
    "quantizers": ("Quantizer", "quantizer: numbers alone"),
    "random": ("SeedGenerator", "a seed"),
}
FUNCTIONS = ["activations", "losses", "metrics", "initializers", "regularizers", "constraints", "optimizers"]
LOOKUPS = {"get", "serialize", "deserialize", "clone_metric", "clone_metrics"}

MADE, CALLED = "new", "import call"  # a class is made from a configuration, and not held; a function is called with arrays
HELD = {"keras.src.models.sequential.Sequential", "keras.src.models.functional.Functional", "keras.src.models.model.Model"}  # getattr takes a method

TENSORFLOW = ["math", "nn", "linalg", "image", "strings", "signal", "random", "sparse", "ragged", "bitwise", "sets", "dtypes",
              "quantization", "__operators__", ""]
CALLERS = {  # take a function, open something or change the process
    "py_function", "numpy_function", "py_func", "print", "Print", "load_library", "load_op_library", "load_file_system_library",
    "function", "custom_gradient", "recompute_grad", "grad_pass_through", "map_fn", "while_loop", "cond", "case", "switch_case",
    "scan", "foldl", "foldr", "vectorized_map", "set_random_seed", "init_scope", "device", "control_dependencies", "import_graph_def",
    "map_flat_values", "raw_rnn", "dynamic_rnn", "bidirectional_dynamic_rnn", "static_rnn", "static_bidirectional_rnn",
    "static_state_saving_rnn", "set_seed", "create_rng_state", "get_global_generator", "set_global_generator",
    "colocate_with", "variable_creator_scope", "no_gradient", "add_to_collection", "add_to_collections", "enable_eager_execution",
    "disable_eager_execution", "wrap_function", "make_template", "fixed_size_partitioner", "initialize_all_tables", "get_variable",
    "read_file", "write_file", "matching_files", "Assert", "delete_session_tensor", "get_session_handle", "get_session_tensor",
    "experimental_connect_to_cluster", "fixed_unigram_candidate_sampler", "with_space_to_batch", "map_values", "create_partitioned_variables",
    "nondifferentiable_batch_function", "NoGradient", "NotDifferentiable", "enable_control_flow_v2", "enable_resource_variables",
    "enable_tensor_equality", "disable_control_flow_v2", "disable_resource_variables", "disable_tensor_equality", "reset_default_graph",
    "add_check_numerics_ops", "op_scope", "variable_op_scope", "container",
}


def observe():
    """{list: {name: (uses, reason)}} of this environment."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf
    try:
        import keras
        assert not keras.__version__.startswith("2.4")
    except (ImportError, AssertionError):
        from tensorflow import keras
    found = {}
    bases = {base: owner(keras, base) for base, _ in KERAS.values()}
    for part in sorted(parts(keras)):
        base, why = KERAS[max((known for known in KERAS if (part + ".").startswith(known + ".")), key=len)]
        for name, value in public(keras, part):
            if bases[base] and inspect.isclass(value) and issubclass(value, bases[base]) and allowed(value, name):
                found["keras.%s.%s" % (part, name)] = MADE, why
    for part in FUNCTIONS:
        for name, value in public(keras, part):
            if inspect.isfunction(value) and name not in LOOKUPS:
                found["keras.%s.%s" % (part, name)] = CALLED, "function that computes"
                found["builtins." + name] = CALLED, "function of keras.%s, as Keras writes it; Python has none of that name" % part
    for name in ("Sequential", "Functional", "Model", "InputLayer"):
        found["keras.layers." + name] = MADE, KERAS["models"][1]
    found["keras.layers.InputSpec"] = MADE, "shape and dtype of what a layer takes"
    for name in ("Sequential", "Model"):
        found["keras." + name] = MADE, KERAS["models"][1]
    if hasattr(keras, "DTypePolicy"):
        found["keras.DTypePolicy"] = MADE, KERAS["dtype_policies"][1]
    found.update(inner(bases))
    return {"keras": found, "tensorflow": operations(tf)}


def parts(keras):
    """The parts of Keras, with those below them, as optimizers.legacy."""
    todo = list(KERAS)
    for part in todo:
        todo += ["%s.%s" % (part, name) for name, value in public(keras, part)
                 if inspect.ismodule(value) and "%s.%s" % (part, name) not in todo and "keras" in value.__name__ and part.count(".") < 3]
    return todo


def public(keras, part):
    where = keras
    for step in part.split("."):
        where = getattr(where, step, None)
    return [(name, value) for name, value in sorted(vars(where).items()) if not name.startswith("_")] if where else []


def owner(keras, base):
    for part in KERAS:
        for name, value in public(keras, part):
            if name == base:
                return value
    return None


def allowed(value, name):
    return not ({kind.__name__ for kind in inspect.getmro(value)} & OUT or name in OUT)


def inner(bases):
    """Classes that Keras has under its own modules' names or registers, and not among what it exports."""
    found = {}
    whys = {bases[base]: why for part, (base, why) in KERAS.items() if bases[base] and part != "models"}
    operation = getattr(sys.modules.get("keras.src.ops.operation"), "Operation", None)
    if operation:
        whys[operation] = "operation: computes"
    for module in [module for name, module in sorted(sys.modules.items()) if name.startswith("keras.src.")]:
        if re.search(r"\.(saving|testing_infra|export|utils|distillation)\b", module.__name__):
            continue
        for name, value in sorted(vars(module).items()):
            if not inspect.isclass(value) or value.__module__ != module.__name__ or name != value.__name__ or name.startswith("_"):
                continue
            why = next((why for base, why in whys.items() if issubclass(value, base)), None)
            if why and allowed(value, name):
                if ".ops." in module.__name__ or ".applications." in module.__name__:  # in HDF5, where the module is left out
                    found.setdefault("keras.layers." + name, (MADE, why))
                for top in ("keras.src", "tf_keras.src")[:1 if operation else 2]:  # Keras 2 lives on under this name
                    found["%s%s.%s" % (top, module.__name__[len("keras.src"):], name)] = MADE, why
    registry = {}
    for module in ("keras.src.saving.object_registration", "keras.saving.object_registration"):
        module = sys.modules.get(module)
        registry.update(getattr(module, "GLOBAL_CUSTOM_OBJECTS", None) or getattr(module, "_GLOBAL_CUSTOM_OBJECTS", None) or {})
    for name, value in registry.items():
        why = next((why for base, why in whys.items() if inspect.isclass(value) and issubclass(value, base)), None)
        if ">" in name and why and value.__module__.startswith("keras.") and allowed(value, name.split(">")[1]):
            found[name.replace(">", ".")] = MADE, why + ", as Keras registers it"
    return found


def operations(tf):
    """Functions that TensorFlow exports and that only compute."""
    found = {}
    for top, prefix in ((tf, "tensorflow"), (tf.compat.v1, "tensorflow.compat.v1")):
        for part in TENSORFLOW:
            where = getattr(top, part, None) if part else top
            for name, value in sorted(vars(where).items()) if where else ():
                module = getattr(value, "__module__", "") or ""
                if inspect.isfunction(value) and not name.startswith("_") and name not in CALLERS and ".ops." in module + ".":
                    found[".".join(filter(None, [prefix, part, name]))] = CALLED, "operation: computes"
    for name in ("getitem", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "neg", "abs", "logical_and", "logical_or",
                 "logical_xor", "logical_not", "eq", "ne", "lt", "le", "gt", "ge", "radd", "rsub", "rmul", "rtruediv", "rfloordiv",
                 "rmod", "rpow", "rmatmul", "and_", "or_", "xor", "invert"):
        found["tensorflow.__operators__." + name] = CALLED, "operation: computes"
    return found


def main(pythons):
    lists = {}
    for python in pythons:
        out = subprocess.run([python, os.path.abspath(__file__), "--observe"], check=True, stdout=subprocess.PIPE).stdout
        for name, found in json.loads(out).items():
            for key, why in found.items():
                lists.setdefault(name, {}).setdefault(key, why)
    taken = set()
    for name in sorted(os.listdir(os.path.join(HERE, "lists"))):
        if name.endswith(".txt") and name[:-4] not in lists:
            with open(os.path.join(HERE, "lists", name)) as file:
                taken |= {line.split()[0].lstrip("!") for line in file if line.strip() and line[0] != "#"}
    for name, found in lists.items():
        with open(os.path.join(HERE, "lists", name + ".txt"), "w") as out:
            out.write("# modelscan allowlist\n# made by collect_keras.py\n")
            for key in sorted(set(found) - taken):
                uses, why = found[key]
                out.write("%-75s %-11s   # %s\n" % (key, "import new" if key in HELD else uses, why))


if __name__ == "__main__":
    if sys.argv[1:] == ["--observe"]:
        real = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        real.write(json.dumps(observe()))
    else:
        main(sys.argv[1:])
