"""ONNX: graphs put together with its helpers, IR versions, subgraphs, functions, external data; skl2onnx exports."""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RELEASE = onnx.__version__
IR_NEWEST = onnx.IR_VERSION


def value(name, kind=TensorProto.FLOAT, shape=("batch", 3)):
    return helper.make_tensor_value_info(name, kind, list(shape))


def weight(name="w", shape=(3, 2)):
    return numpy_helper.from_array(np.arange(np.prod(shape), dtype="<f4").reshape(shape), name)


def model(graph, ir=8, opsets=(("", 13),), **fields):
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(*pair) for pair in opsets],
                             producer_name="made-up", producer_version="1.2.3", **fields)
    made.ir_version = ir
    return made


def linear(name="linear"):
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="multiply"), helper.make_node("Relu", ["y"], ["z"])]
    return helper.make_graph(nodes, name, [value("x")], [value("z", shape=("batch", 2))], [weight()])


def with_ir(ir, opset):
    graph = linear()
    if ir < 4:  # initialisers had to be inputs
        graph.input.append(value("w", shape=(3, 2)))
    return model(graph, ir, [("", opset)])


def described():
    made = model(linear(), domain="org.example", model_version=7, doc_string="A model\nthat is made up \u00e9")
    helper.set_model_props(made, {"author": "nobody", "licence": "none", "\u00e9": "\u732b"})
    made.graph.doc_string = "the graph"
    return made


def dtypes():
    kinds = [np.float32, np.float64, np.float16, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32,
             np.uint64, np.bool_, np.complex64]
    tensors = [numpy_helper.from_array(np.arange(4).reshape(2, 2).astype(kind), np.dtype(kind).name) for kind in kinds]
    tensors += [helper.make_tensor("bfloat16", TensorProto.BFLOAT16, [2], [1.0, 2.0]),
                helper.make_tensor("typed", TensorProto.FLOAT, [2], [1.0, 2.0]),
                helper.make_tensor("typed_int64", TensorProto.INT64, [3], [1, -2, 3]),
                helper.make_tensor("string", TensorProto.STRING, [2], [b"a", "\u00e9".encode()]),
                helper.make_tensor("scalar", TensorProto.FLOAT, [], [1.0]),
                helper.make_tensor("empty", TensorProto.FLOAT, [0, 3], [])]
    for name in ("FLOAT8E4M3FN", "INT4", "UINT4"):
        if hasattr(TensorProto, name):
            tensors.append(helper.make_tensor(name.lower(), getattr(TensorProto, name), [2, 2], [1, 2, 3, 4]))
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "dtypes", [value("x")], [value("z")], tensors)
    return model(graph)


def sparse():
    tensor = helper.make_sparse_tensor(helper.make_tensor("values", TensorProto.FLOAT, [2], [1.0, 2.0]),
                                       helper.make_tensor("indices", TensorProto.INT64, [2], [0, 5]), [3, 2])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "sparse", [value("x")], [value("z")],
                              sparse_initializer=[tensor])
    return model(graph)


def branches():
    """If and Loop: graphs in attributes, with initialisers of their own."""
    then = helper.make_graph([helper.make_node("Add", ["x", "one"], ["a"])], "then", [], [value("a")],
                             [weight("one", (3,))])
    other = helper.make_graph([helper.make_node("Thing", ["x"], ["b"], domain="com.example")], "else", [], [value("b")])
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["again"]), helper.make_node("Identity", ["v"], ["w2"])], "body",
        [value("i", TensorProto.INT64, ()), value("go", TensorProto.BOOL, ()), value("v")],
        [value("again", TensorProto.BOOL, ()), value("w2")])
    nodes = [helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=other),
             helper.make_node("Loop", ["n", "c", "y"], ["z"], body=body)]
    graph = helper.make_graph(nodes, "branches", [value("x"), value("c", TensorProto.BOOL, ()),
                                                  value("n", TensorProto.INT64, ())], [value("z")])
    return model(graph, opsets=[("", 13), ("com.example", 1)])


def custom():
    nodes = [helper.make_node("MyOperator", ["x"], ["y"], domain="com.example", level=3, text=b"abc",
                              table=weight("table", (2,))),
             helper.make_node("Scaler", ["y"], ["z"], domain="ai.onnx.ml", offset=[0.0], scale=[1.0])]
    graph = helper.make_graph(nodes, "custom", [value("x")], [value("z")])
    return model(graph, opsets=[("", 13), ("com.example", 2), ("ai.onnx.ml", 2)])


def functions():
    function = helper.make_function("org.example", "Double", ["a"], ["b"], [
        helper.make_node("Add", ["a", "a"], ["t"]), helper.make_node("Odd", ["t"], ["b"], domain="com.hidden")],
        [helper.make_opsetid("", 13), helper.make_opsetid("com.hidden", 1)])
    graph = helper.make_graph([helper.make_node("Double", ["x"], ["z"], domain="org.example")], "functions",
                              [value("x")], [value("z")])
    return model(graph, opsets=[("", 13), ("org.example", 1)], functions=[function])


def types():
    """Inputs that are no tensors."""
    sequence = helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, None)
    table = helper.make_value_info("m", helper.make_map_type_proto(
        TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))) \
        if hasattr(helper, "make_map_type_proto") else value("m")
    unknown = helper.make_tensor_value_info("u", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node("Identity", ["u"], ["z"])], "types", [sequence, table, unknown],
                              [value("z", shape=(None, 2))])
    return model(graph)


def constants():
    nodes = [helper.make_node("Constant", [], ["k"], value=weight("", (2, 2))),
             helper.make_node("Constant", [], ["f"], value_float=1.5),
             helper.make_node("MatMul", ["x", "k"], ["z"])]
    return model(helper.make_graph(nodes, "constants", [value("x", shape=(1, 2))], [value("z", shape=(1, 2))]))


def external(path):
    """Weights in a file beside the model."""
    made = model(helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"]), helper.make_node("Add", ["y", "b"], ["z"])], "external",
        [value("x")], [value("z", shape=("batch", 2))], [weight(), weight("b", (2,))]))
    side = os.path.basename(path) + ".data"
    if os.path.exists(os.path.join(os.path.dirname(path), side)):
        os.remove(os.path.join(os.path.dirname(path), side))  # it would be appended to
    onnx.save_model(made, path, save_as_external_data=True, all_tensors_to_one_file=True, location=side,
                    size_threshold=0)


def exported(name):
    """What skl2onnx makes of a pipeline."""
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn import ensemble, feature_extraction, linear_model, pipeline, preprocessing
    rng = np.random.RandomState(0)
    x = rng.normal(size=(20, 3)).astype("f4")
    y = (x[:, 0] > 0).astype(int)
    first = [("x", FloatTensorType([None, 3]))]
    if name == "pipeline":
        fitted = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(x, y)
    elif name == "forest":
        fitted = ensemble.RandomForestClassifier(2, max_depth=2, random_state=0).fit(x, y)
    else:
        fitted = pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(), linear_model.LogisticRegression())
        fitted.fit(["good film", "bad film", "a good plot", "bad plot"], [1, 0, 1, 0])
        first = [("text", StringTensorType([None, 1]))]
    return lambda: skl2onnx.convert_sklearn(fitted, "sklearn", first, target_opset=15)


def fixtures():
    made = "onnx %s, onnx.helper" % RELEASE
    models = [("described", described), ("dtypes", dtypes), ("branches", branches), ("custom", custom),
              ("functions", functions), ("types", types), ("constants", constants), ("sparse", sparse)]
    models += [("ir%d" % ir, lambda ir=ir, opset=opset: with_ir(ir, opset)) for ir, opset in
               [(3, 7), (4, 9), (5, 10), (6, 11), (7, 12), (8, 15), (9, 19), (10, 21), (12, 23), (13, 24)]
               if ir <= IR_NEWEST]
    for name, make in models:
        yield "onnx-%s-%s.onnx" % (RELEASE, name), made, lambda path, make=make: onnx.save(make(), path)
    yield "onnx-%s-external.onnx" % RELEASE, made + ", onnx.save_model(save_as_external_data=True)", external
    import skl2onnx
    for name in ("pipeline", "forest", "text"):
        yield ("skl2onnx-%s-%s.onnx" % (skl2onnx.__version__, name), "skl2onnx %s, convert_sklearn" % skl2onnx.__version__,
               lambda path, name=name: onnx.save(exported(name)(), path))
