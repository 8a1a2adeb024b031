"""NumPy: dtypes, orders, subclasses, scalars, generators, ufuncs."""
import os
import sys
import tempfile

import numpy as np

NUMBERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]


def dtypes():
    found = dict((code, np.arange(3).astype("<" + code)) for code in NUMBERS)
    found.update((code + "_big", np.arange(2).astype(">" + code)) for code in NUMBERS[1:])
    found.update({
        "bool": np.array([True, False]), "bytes": np.array([b"", b"ab\xff"]), "text": np.array([u"", u"\U0001f600"]),
        "text_big": np.array([u"ab"], dtype=">U2"), "void": np.array([b"abc"], dtype="V3"),
        "longdouble": longdouble(), "datetime": np.array(["2020-01-01", "NaT"], dtype="<M8[s]"),
        "datetime_25": np.array([4], dtype="<M8[25us]"), "datetime_any": np.array(["NaT"], dtype="<M8"),
        "timedelta": np.array([1, -1], dtype="<m8[D]"), "timedelta_big": np.array([1], dtype=">m8[ns]"),
        "structured": np.array([(1, 2.5, b"ab")], dtype=[("i", "<i4"), ("f", "<f8"), ("s", "S3")]),
        "aligned": aligned(), "nested": np.zeros(2, dtype=[("p", [("x", "<f4"), ("y", ">i2")]), ("q", "u1")]),
        "subarray": np.zeros(2, dtype=[("m", "<f4", (2, 3)), ("n", "S2", 2)]),
        "titles": np.zeros(1, dtype=[(("A title", "a"), "<i2")]),
        "offsets": np.zeros(1, dtype={"names": ["a", "b"], "formats": ["<i2", "<i4"], "offsets": [2, 8],
                                      "itemsize": 16}),
        "metadata": np.zeros(1, dtype=np.dtype("<f4", metadata={"unit": "m"})),
        "objects": np.array([u"a", None, 1.5, (1, 2)], dtype=object),
    })
    return in_order(found)


def longdouble():
    """1.5 for x86: only ten of the sixteen bytes count, and NumPy leaves the rest to chance."""
    return np.frombuffer(b"\0" * 7 + b"\xc0\xff\x3f" + b"\0" * 6, dtype=np.longdouble).copy()


def aligned():
    array = np.zeros(2, dtype=np.dtype([("a", "u1"), ("b", "<f8")], align=True))
    array["b"] = 1.5
    return array


def in_order(found):
    """The same order everywhere: dict order is none before Python 3.6."""
    return [(name, found[name]) for name in sorted(found)]


def shapes():
    cube = np.arange(24, dtype="<i4").reshape(2, 3, 4)
    inner = np.empty(2, dtype=object)
    inner[0], inner[1] = cube[0], {"deep": [np.arange(2.0)]}
    return in_order({
        "zero_d": np.array(3.5), "empty": np.empty(0), "empty_2d": np.empty((0, 4), dtype="<i2"),
        "empty_f": np.empty((3, 0), order="F"), "row": cube[0, :1], "column": cube[0, :, :1], "cube": cube,
        "f": np.asfortranarray(cube), "transposed": cube[0].T, "axes": cube.transpose(1, 0, 2), "step": cube[:, ::2],
        "reversed": cube[::-1], "broadcast": np.broadcast_to(np.array([1, 2], dtype="<i4"), (3, 2)),
        "ten_d": np.zeros((1,) * 10), "read_only": read_only(), "shared": cube, "objects_2d": objects_2d(),
        "objects_f": np.asfortranarray(objects_2d()), "objects_0d": np.array(None, dtype=object),
        "objects_empty": np.empty(0, dtype=object), "objects_inner": inner,
    })


def read_only():
    array = np.arange(3)
    array.setflags(write=False)
    return array


def objects_2d():
    return np.array([[1, u"x", None], [None, 2.5, True]], dtype=object)


def root():
    return np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3))


def structured_root():
    return np.array([(1, 2.5), (3, 4.5)], dtype=[("i", "<i4"), ("f", "<f8")])


def large():
    return {"weights": np.arange(3000, dtype="<i4"), "after": u"behind the array", "bias": np.ones(3)}


def subclasses():
    return in_order({
        "matrix": np.matrix([[1, 2], [3, 4]], dtype="<i4"), "memmap": memmap(),
        "record": np.rec.array([(1, b"a"), (2, b"b")], dtype=[("n", "<i4"), ("s", "S1")]),
        "chararray": np.array(["ab", "c"]).view(np.char.chararray if hasattr(np.char, "chararray") else np.ndarray),
        "masked": np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]), "masked_none": np.ma.array([[1, 2]], dtype="<i2"),
        "masked_constant": np.ma.masked, "masked_filled": np.ma.array([1, 2], mask=[1, 0], fill_value=-9),
    })


def memmap():
    mapped = np.memmap(os.path.join(tempfile.mkdtemp(), "m"), dtype="<u2", mode="w+", shape=(2, 3))
    mapped[:] = 9
    return mapped


def scalars():
    found = [np.dtype(code).type(1) for code in NUMBERS]
    found += [np.bool_(True), np.float64("nan"), np.array(["2020-01-01"], "<M8[D]")[0], np.timedelta64(5, "ns"),
              np.array([u"text"])[0], np.array([b"bytes"])[0], np.array([(1, 2.5)], "<i4,<f8")[0],
              np.void(b"abc"), np.array([1], ">i4")[0]]
    found += [np.dtype("<f8"), np.dtype(">i4"), np.dtype("S5"), np.dtype("M8[ns]"), np.dtype("O"),
              np.dtype([("a", "<i4"), ("b", "<f8", (2,))])]
    return found + [np.float32, np.ndarray, np.newaxis, np.nan, np.linalg.norm]


def generators():
    found = [np.random.RandomState(3)]
    if hasattr(np.random, "Generator"):
        found += [np.random.Generator(kind(3)) for kind in
                  (np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64)]
        found += [np.random.SeedSequence(3), np.random.PCG64(4)]
    return found


def ufuncs():
    found = [np.log1p, np.add, np.sqrt, np.isnan, np.sum, np.mean, np.concatenate, np.where, np.linalg.inv,
             np.poly1d([1, 2, 3]), np.maximum]
    return found if sys.version_info[0] == 2 else found + [
        np.random.RandomState(1).rand]  # a bound method: the file holds the generator behind it


def strings():
    """NumPy 2 alone."""
    return np.array([u"short", u"a rather longer text", u""], dtype=np.dtypes.StringDType())
