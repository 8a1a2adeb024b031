"""joblib: every way in which an array goes into its stream, and the forms of file."""
import os
import tempfile

import joblib
import numpy as np


def contents():
    number = np.arange(12, dtype="<f8").reshape(3, 4)
    shared = np.arange(5, dtype="<i8")
    return [
        ("c", number), ("f", np.asfortranarray(number)), ("strided", number[:, ::2]), ("transposed", number.T),
        ("big_endian", number.astype(">f4")), ("bool", np.array([True, False])), ("bytes", np.array([b"a", b"bcd"])),
        ("unicode", np.array([u"a", u"b\u00e9d"])), ("complex", np.array([1 + 2j])),
        ("zero_d", np.array(3.5)), ("empty", np.empty((0, 3))), ("shared", shared), ("shared_again", shared),
        ("objects", np.array([u"text", None, {"k": 1}], dtype=object)),
        ("objects_2d", np.array([[1, u"x"], [None, 2.5]], dtype=object)),
        ("objects_with_array", with_array()),
        ("structured", np.array([(1, 2.5, b"ab")], dtype=[("i", "<i4"), ("f", "<f8"), ("s", "S3")])),
        ("datetime", np.array(["2020-01-01", "NaT"], dtype="<M8[D]")), ("timedelta", np.array([1, 2], dtype="<m8[ns]")),
        ("matrix", np.matrix([[1, 2], [3, 4]], dtype="<i4")), ("memmap", memmap()),
        ("record", np.rec.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")])),
        ("masked", np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])),
        ("scalar", np.float64(1.25)), ("text", u"plain"), ("number", 7),
    ]


def arrays():
    return dict(contents())


def arrays_in_order():
    """For releases whose dict has no order."""
    return contents()


def array():
    return np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3))


def large_array():
    return {"weights": np.arange(5000, dtype="<f8") % 7, "after": u"behind the array", "bias": np.ones(3)}


def with_array():
    holder = np.empty(2, dtype=object)
    holder[0], holder[1] = np.arange(3, dtype="<i2"), [np.float32(0.5)]
    return holder


def memmap():
    folder = tempfile.mkdtemp()
    mapped = np.memmap(os.path.join(folder, "m"), dtype="<u2", mode="w+", shape=(2, 3), order="F")
    mapped[:] = 9
    return mapped


def model():
    from writers import estimators
    return estimators.forest()


def text_model():
    from writers import estimators
    return estimators.columns()


def opcodes():
    """Behind the padding, an array of what would be opcodes that import: joblib before 1.2 begins to read there."""
    return {"names": np.full(16, 0x93, np.uint8)}


class NotSeekable(object):
    """A pipe: joblib cannot know where it is, so it writes no alignment."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        return self.file.write(data)

    def tell(self):
        import io
        raise io.UnsupportedOperation("tell")


def dump(value, path, compress=0, protocol=None):
    options = {} if protocol is None else {"protocol": protocol}
    joblib.dump(value, path, compress=compress, **options)


def dump_vendored(value, path, compress=0):
    """With the joblib that scikit-learn carried until 0.20."""
    from sklearn.externals import joblib as vendored
    vendored.dump(value, path, compress=compress)


def dump_pipe(value, path):
    with open(path, "wb") as file:
        joblib.dump(value, NotSeekable(file))


def dump_cached(value, path):
    """joblib <= 0.9 beside its file: large arrays as .npy.z."""
    joblib.dump(value, path, compress=3, cache_size=0)
