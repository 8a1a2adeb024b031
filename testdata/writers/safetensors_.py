"""safetensors: dtypes, shapes, metadata, order of tensors."""
import safetensors
import safetensors.numpy
import numpy as np

RELEASE = safetensors.__version__


def every():
    found = {code: np.arange(6).reshape(2, 3).astype("<" + code) for code in
             ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]}
    found["bool"] = np.array([True, False])
    if RELEASE >= "0.7":
        found["c8"] = np.array([1 + 2j], "<c8")
    return found


def serialised(path):
    """From plain bytes, which is how dtypes come in that NumPy does not have."""
    kinds = [("bf16", "bfloat16", 4, [2]), ("e4m3", "float8_e4m3fn", 2, [2]), ("e5m2", "float8_e5m2", 2, [2])][:3 if RELEASE >= "0.4" else 1]
    kinds += [("e8m0", "float8_e8m0fnu", 2, [2]), ("f4", "float4_e2m1fn_x2", 2, [2])] if RELEASE >= "0.7" else []
    values = {name: np.ones(size, np.uint8) for name, _, size, _ in kinds}
    if hasattr(safetensors, "TensorSpec"):
        tensors = {name: safetensors.TensorSpec(dtype=dtype, shape=shape, data_ptr=values[name].ctypes.data,
                                                data_len=size) for name, dtype, size, shape in kinds}
    else:
        tensors = {name: {"dtype": dtype, "shape": shape, "data": values[name].tobytes()}
                   for name, dtype, size, shape in kinds}
    with open(path, "wb") as file:
        file.write(safetensors.serialize(tensors, metadata={"format": "pt"}))


def odd(path):
    safetensors.numpy.save_file({
        "zero_d": np.array(2.5, "<f4"), "empty": np.zeros((0, 4), "<f4"), "model.layers.0.weight": np.ones((2, 2), "<f4"),
        "na\u00efve \"name\"\n": np.ones(1, "<f4"), "z": np.zeros(3, "<f8")}, path)


def fixtures():
    rows = [
        ("dtypes", "safetensors.numpy.save_file", lambda path: safetensors.numpy.save_file(every(), path)),
        ("metadata", "safetensors.numpy.save_file(metadata=…)", lambda path: safetensors.numpy.save_file(
            {"weight": np.ones((2, 3), "<f4"), "bias": np.zeros(2, "<f4")}, path,
            metadata={"format": "np", "note": "made up", "\u00e9": "\u732b\n"})),
        ("odd", "safetensors.numpy.save_file", odd),
        ("none", "safetensors.numpy.save_file({})", lambda path: safetensors.numpy.save_file({}, path)),
        ("bytes", "safetensors.serialize", serialised),
    ]
    for name, call, write in rows:
        yield "safetensors-%s-%s.safetensors" % (RELEASE, name), "safetensors %s, %s" % (RELEASE, call), write
