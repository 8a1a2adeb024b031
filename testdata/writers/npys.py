# -*- coding: utf-8 -*-
"""NumPy's own files: every header version, and what only its header says."""
import sys

import numpy as np

from writers import arrays

FORMAT = getattr(np.lib, "format")
RELEASE = np.__version__
SINCE117 = tuple(int(part) for part in RELEASE.split(".")[:2]) >= (1, 17)


def contents():
    grid = np.arange(6, dtype="<f8").reshape(2, 3)
    found = [
        ("c", grid), ("f", np.asfortranarray(grid)), ("zero-d", np.array(2.5, dtype="<f4")),
        ("empty", np.zeros((0, 4), dtype="<i2")), ("big-endian", grid.astype(">i4")),
        ("structured", arrays.structured_root()), ("aligned", arrays.aligned()),
        ("nested", np.zeros(2, dtype=[("p", [("x", "<f4"), ("y", ">i2")]), ("q", "u1")])),
        ("subarray", np.zeros(2, dtype=[("m", "<f4", (2, 3)), ("n", "S2", 2)])),
        ("titles", np.zeros(1, dtype=[(("A title", "a"), "<i2")])),
        ("quoted", np.zeros(2, dtype=[("it's", "<i2"), ("a\"b\\c\n", "<i2")])),
        ("bytes", np.array([b"ab", b"c"])), ("text", np.array([u"a", u"bcd\u00e9"])),
        ("days", np.array(["2020-01-01", "NaT"], "<M8[D]")), ("void", np.array([b"abc"], dtype="V3")),
        ("half", np.zeros(3, "<f2")), ("complex", np.array([1 + 2j], "<c16")), ("bool", np.array([True, False])),
        ("objects", np.array([u"text", None, {u"k": 1}], dtype=object)),
        ("objects-f", np.asfortranarray(arrays.objects_2d())), ("objects-inner", inner()),
        ("objects-structured", np.array([(1, u"x"), (2, None)], dtype=[("n", "<i4"), ("o", "O")])),
        ("record", np.rec.array([(1, b"a")], dtype=[("n", "<i4"), ("s", "S1")])),
    ]
    if sys.version_info[0] > 2 and SINCE117:
        found.append(("named-\u00e9", np.zeros(2, dtype=[("\u00e9", "<i2"), ("\u732b", "<f4")])))
    return found


def inner():
    """An array that holds an array, and a class of another library."""
    import collections
    holder = np.empty(2, dtype=object)
    holder[0], holder[1] = np.arange(3, dtype="<i2"), collections.OrderedDict([(u"a", np.float32(1))])
    return holder


def fixtures():
    for name, array in contents():
        for version in [(1, 0), (2, 0), (3, 0)][:3 if SINCE117 else 2]:
            named = name.startswith("named")
            if named and version != (3, 0) or version != (1, 0) and not named and name not in (
                    "c", "f", "structured", "nested", "objects", "empty"):
                continue
            file = "numpy-%s-v%d-%s.npy" % (RELEASE, version[0], "named" if named else name)
            yield file, "numpy %s, numpy.lib.format.write_array(version=%s)" % (RELEASE, version), writing(array, version)
    yield "numpy-%s-appended.npy" % RELEASE, "numpy %s, numpy.save twice into one file" % RELEASE, twice


def writing(array, version):
    def write(path):
        with open(path, "wb") as file:
            FORMAT.write_array(file, array, version=version)
    return write


def twice(path):
    with open(path, "wb") as file:
        np.save(file, np.arange(2))
        np.save(file, np.array([u"second", None], dtype=object))
