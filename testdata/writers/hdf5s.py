"""HDF5 by h5py: each superblock, layouts, types, attributes, links."""
import h5py
import numpy as np

RELEASE = h5py.__version__


def fill(file):
    file.attrs["title"] = u"made up \u00e9"
    file.attrs["bytes"] = np.bytes_(b"fixed")
    file.attrs["numbers"] = np.arange(3, dtype="<i4")
    file.attrs["texts"] = np.array([u"a", u"bcd"], dtype=h5py.special_dtype(vlen=str))
    file.attrs["fixed"] = np.array([b"ab", b"c"])
    group = file.create_group("layer/inner")
    group.attrs["names"] = [b"kernel:0", b"bias:0"]
    group.create_dataset("kernel", data=np.arange(6, dtype="<f4").reshape(2, 3))
    group.create_dataset("big", data=np.arange(3).astype(">i8"))
    file.create_dataset("scalar", data=2.5)
    file.create_dataset("empty", shape=(0, 3), dtype="<f8")
    file.create_dataset("null", data=h5py.Empty("f4"))
    file.create_dataset("half", data=np.ones(2, "<f2"))
    file.create_dataset("bool", data=np.array([True, False]))
    file.create_dataset("complex", data=np.array([1 + 2j]))
    file.create_dataset("text", data=np.array([u"a", u"\u00e9"], dtype=object), dtype=h5py.special_dtype(vlen=str))
    file.create_dataset("fixed", data=np.array([b"ab", b"c"]))
    file.create_dataset("structured", data=np.array([(1, 2.5)], dtype=[("i", "<i4"), ("f", "<f8")]))
    file.create_dataset("enum", data=[0, 1], dtype=h5py.special_dtype(enum=("i1", {"no": 0, "yes": 1})))
    file.create_dataset("ragged", (2,), dtype=h5py.special_dtype(vlen=np.dtype("<i4")))
    file.create_dataset("unwritten", shape=(3,), dtype="<f4")
    file["alias"] = file["scalar"]
    file["soft"] = h5py.SoftLink("/layer/inner/kernel")
    file["outside"] = h5py.ExternalLink("elsewhere.h5", "/data")
    file.create_dataset("reference", data=file["scalar"].ref, dtype=h5py.special_dtype(ref=h5py.Reference))


def chunked(file):
    data = np.arange(400, dtype="<f4").reshape(20, 20)
    file.create_dataset("chunks", data=data, chunks=(7, 7))
    file.create_dataset("gzip", data=data, chunks=(10, 10), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("lzf", data=data, compression="lzf")
    file.create_dataset("growing", data=data[:3], maxshape=(None, 20))


def many(file):
    """More than a symbol table node or a compact group holds."""
    for i in range(70):
        file.create_dataset("d%03d" % i, data=np.int32(i))
        file.attrs["a%03d" % i] = i


def compact(file):
    kind = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kind.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((4,))
    made = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, kind)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="<f4"))


def types(file):
    """Types, spaces and links that models seldom have."""
    file["named"] = np.dtype("<f4")
    file.create_dataset("uses", data=np.arange(3, dtype="f4"), dtype=file["named"])
    file.attrs.create("uses", 1.5, dtype=file["named"])
    file.create_dataset("opaque", data=np.array([b"ab", b"cd"], dtype="V2"))
    file.create_dataset("longdouble", data=np.ones(2, dtype="<f16"))
    file.create_dataset("array", data=np.zeros(2, dtype=[("a", "<i4", (2, 3)), ("b", "S5"), ("c", [("x", "<f4"), ("y", ">u2")])]))
    file.create_dataset("aligned", data=np.zeros(2, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)))
    file.create_dataset("region", data=file["opaque"].regionref[0:1], dtype=h5py.special_dtype(ref=h5py.RegionReference))
    file.create_dataset("complex8", data=np.ones(3, dtype="c8"))
    file.create_dataset("enum", data=[1], dtype=h5py.special_dtype(enum=("<u2", {"a": 1, "b": 2})))
    file.attrs["null"] = h5py.Empty("S1")
    file.attrs["reference"] = file["opaque"].ref
    file.attrs["bool"] = True
    ordered = file.create_group("ordered", track_order=True)
    for i in range(12):
        ordered["z%d" % (12 - i)] = h5py.SoftLink("/opaque")


def huge(file):
    """An attribute that has a place of its own in the file, and one in a heap."""
    file.attrs.create("huge", b"y" * 70000, dtype="S70000")
    file.attrs["heap"] = "x" * 3000
    for i in range(9):
        file.attrs["a%d" % i] = i


def outside(file):
    """Data in another file, which is named and not there."""
    file.create_dataset("raw", shape=(3,), dtype="<f4", external=[("elsewhere.bin", 0, 12)])


def user_block(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        compact(file)
    with open(path, "r+b") as file:
        file.write(b"a block of the user's own")


def written(filler, version):
    def write(path):
        with h5py.File(path, "w", libver=version) as file:
            filler(file)
    return write


def fixtures():
    for version, said in [("earliest", "0"), ("latest", "3")] + ([("v108", "2")] if RELEASE >= "3" else []):
        for name, filler in [("every", fill), ("chunked", chunked), ("many", many), ("compact", compact)]:
            yield ("h5py-%s-%s-superblock-%s.h5" % (RELEASE, name, said),
                   "h5py %s, h5py.File(libver=%r)" % (RELEASE, version), written(filler, version))
    if RELEASE >= "3":
        for version, said in [("earliest", "0"), ("latest", "3")]:
            yield ("h5py-%s-types-superblock-%s.h5" % (RELEASE, said), "h5py %s, h5py.File(libver=%r)" % (RELEASE, version),
                   written(types, version))
        yield "h5py-%s-huge-superblock-3.h5" % RELEASE, "h5py %s, h5py.File(libver='latest')" % RELEASE, written(huge, "latest")
        yield "h5py-%s-external.h5" % RELEASE, "h5py %s, create_dataset(external=…)" % RELEASE, written(
            outside, "earliest")
    yield "h5py-%s-user-block.h5" % RELEASE, "h5py %s, h5py.File(userblock_size=512)" % RELEASE, user_block
