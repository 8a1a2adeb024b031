#!/usr/bin/env python3
"""Write the hostile archives of this folder (10-*), and with interpreters given also INDEX-archives.jsonl.

Usage: make_archives.py                          writes the files
       make_archives.py TORCH_PYTHON SKOPS_PYTHON    then asks the real readers through ../oracle/facts_archives.py

Every header is put together by hand, so that it can lie; nothing but the standard library takes part. What the files
would run is inert (`true`, `1+1`), yet none of them should ever be loaded. A row of the index has what make.py's have,
and `readers`: the names that each real reader resolves, found with unpicklers that import nothing. `names` holds also
what only another reader would come to: a file is untrusted if any reading of it is.
"""

import base64
import bz2
import gzip
import json
import lzma
import pathlib
import struct
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True
from make import EVAL4, REDUCE, RUN0, RUN4, TUPLE1, blob, name4, p2, p4, u4, uni  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ASK = HERE.parent / "oracle" / "facts_archives.py"
SYSTEM, EVAL = "os.system", "builtins.eval"

FIXTURES = {}


def add(name, data, attacks, verdict="untrusted", names=(SYSTEM,), **more):
    """A fixture; `names` is what a report must have among its untrusted names."""
    assert "10-" + name not in FIXTURES, name
    FIXTURES["10-" + name] = dict(data=data, attacks=attacks, verdict=verdict, names=sorted(names), more=more)


EVIL = p2(RUN0)  # os.system, in GLOBAL
EVIL4 = p4(EVAL4, uni("1+1"), TUPLE1, REDUCE)  # builtins.eval, in STACK_GLOBAL
FINE = p2(b"}X\x01\x00\x00\x00aK\x01s")  # {'a': 1}


# --- zip ----------------------------------------------------------------------------------------------------------------


def packed(method, data):
    if method == 8:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(data) + packer.flush()
    if method == 12:
        return bz2.compress(data)
    if method == 14:
        filters = [{"id": lzma.FILTER_LZMA1, "preset": 6}]
        properties = struct.pack("<BI", (2 * 5 + 0) * 9 + 3, 1 << 23)
        return b"\x09\x04\x05\x00" + properties + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)
    return data


def member(name, data, method=0, **lies):
    """A member; what a header says is `local_X`, else `X`, else `central_X` for the directory, else the truth."""
    return dict(lies, name=name.encode() if isinstance(name, str) else name, data=data, body=packed(method, data),
                method=method)


def said(entry, where, key, truth):
    return entry.get(where + key, entry.get(key, truth))


def fields(entry, where):
    body, data = entry["body"], entry["data"]
    name = said(entry, where, "_name", entry["name"]) if where + "_name" in entry else entry["name"]
    extra = said(entry, where, "extra", b"")
    return name, extra, struct.pack(
        "<HHHHHIIIHH", 20, said(entry, where, "flags", 0), said(entry, where, "method_", entry["method"]), 0, 33,
        said(entry, where, "crc", zlib.crc32(data)), said(entry, where, "packed", len(body)),
        said(entry, where, "size", len(data)), len(name), len(extra))


def archive(*members, prefix=b"", comment=b"", count=None, end=True, directory=True, shift=0, between=b"", after=b""):
    """Bytes of a zip. `shift` is added to every offset; `prefix` is not counted by them."""
    out, listed, number = b"", b"", 0
    for entry in members:
        offset = len(out)
        if entry.get("written", True):
            name, extra, head = fields(entry, "local")
            out += b"PK\3\4" + head + name + extra + entry["body"] + entry.get("tail", b"") + between
        if entry.get("listed", True):
            name, extra, head = fields(entry, "central")
            number += 1
            offset = entry.get("offset", offset)
            listed += b"PK\1\2\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, offset + shift) + name + extra
    start = len(out)
    if directory:
        out += listed
    if end:
        number = number if count is None else count
        out += b"PK\5\6\0\0\0\0" + struct.pack("<HHIIH", number, number, len(listed), start + shift, len(comment))
        out += comment
    return prefix + out + after


def torch(data, name="archive/data.pkl", method=0, **lies):
    """The two members that torch.load asks for, and the object."""
    return [member(name, data, method, **lies), VERSION]


VERSION = member("archive/version", b"3\n")
BYTEORDER = member("archive/byteorder", b"little")


def zips():
    add("torch-plain.pt", archive(*torch(EVIL)), "data.pkl of a torch archive calls")
    add("torch-deflated.pt", archive(*torch(EVIL, method=8)), "data.pkl is deflated")
    add("torch-p4.pt", archive(*torch(EVIL4)), "data.pkl at protocol 4", names=[EVAL])
    add("torch-upper-extension.PT", archive(*torch(EVIL)), "an upper-case extension")
    add("torch-no-extension", archive(*torch(EVIL)), "no extension")
    add("torch-text-extension.txt", archive(*torch(EVIL)), "an extension of text")
    add("torch-root.pt", archive(member("a b/data.pkl", EVIL), member("a b/version", b"3\n")), "another root folder")
    add("torch-two-roots.pt", archive(member("b/data.pkl", FINE), member("b/version", b"3\n"), *torch(EVIL)),
        "two roots; torch takes the one of the first member, a folder of files takes both")
    add("torch-no-version.pt", archive(member("archive/data.pkl", EVIL)), "no version: torch refuses, unzipped it runs")
    add("torch-constants.pt", archive(*torch(FINE), member("archive/constants.pkl", EVIL)),
        "a call in the constants of TorchScript")
    add("torch-storage.pt", archive(*torch(FINE), member("archive/data/0", EVIL)), "a pickle where a storage should be")
    add("torch-count-low.pt", archive(*torch(EVIL), count=1), "the count of the directory is too low")
    add("torch-count-zero.pt", archive(*torch(EVIL), count=0), "the count of the directory is zero")
    add("torch-count-high.pt", archive(*torch(EVIL), count=9), "the count of the directory is too high")
    add("torch-twin-first.pt", archive(member("archive/DATA.PKL", EVIL), *torch(FINE)),
        "a twin in upper case before data.pkl")
    add("torch-twin-last.pt", archive(*torch(FINE), member("archive/DATA.PKL", EVIL)),
        "a twin in upper case behind data.pkl")
    add("torch-twice-first.pt", archive(member("archive/data.pkl", EVIL), *torch(FINE)),
        "the same member twice, the first calls")
    add("torch-twice-last.pt", archive(*torch(FINE), member("archive/data.pkl", EVIL)),
        "the same member twice, the last calls")
    add("torch-nul-name.pt", archive(member(b"archive/data.pkl\0x", EVIL), VERSION, BYTEORDER), "a NUL ends the name")
    add("torch-nul-twin.pt", archive(member(b"archive/data.pkl\0x", EVIL), *torch(FINE)),
        "a NUL ends the name of a twin")
    add("torch-packed-short.pt", archive(*torch(EVIL, packed=5)), "the packed size of a stored member lies short")
    add("torch-packed-zero.pt", archive(*torch(EVIL, packed=0)), "the packed size of a stored member is zero")
    add("torch-size-short.pt", archive(*torch(EVIL, size=5)), "the size of a stored member lies short")
    add("torch-both-short.pt", archive(*torch(EVIL, size=5, packed=5)), "both sizes lie short")
    add("torch-both-long.pt", archive(*torch(EVIL, size=len(EVIL) + 20, packed=len(EVIL) + 20)), "both sizes lie long")
    add("torch-size-huge.pt", archive(*torch(EVIL, size=0xFFFFFFF0, packed=0xFFFFFFF0)), "sizes of four gigabytes")
    add("torch-local-sizes.pt", archive(*torch(EVIL, localsize=1, localpacked=1)), "the local sizes alone lie")
    add("torch-deflated-size-short.pt", archive(*torch(EVIL, method=8, size=4)), "the size of a deflated member lies short")
    add("torch-wrong-crc.pt", archive(*torch(EVIL, crc=0x12345678)), "a wrong checksum")
    add("torch-wrong-crc-zero.pt", archive(*torch(EVIL, crc=0)), "a checksum of zero")
    for method, what in ((12, "bzip2"), (14, "lzma")):
        add("torch-%s.pt" % what, archive(*torch(EVIL, method=method)), "data.pkl is packed by " + what)
    add("torch-method-unknown.pt", archive(*torch(EVIL, method_=99)), "stored, but the method says something else")
    add("torch-method-local.pt", archive(*torch(EVIL, localmethod_=8)), "stored, but the local method says deflated")
    add("torch-method-central.pt", archive(*torch(EVIL, centralmethod_=8)), "stored, but the directory says deflated")
    add("torch-zip64-no-field.pt", archive(*torch(EVIL, centralpacked=0xFFFFFFFF, centralsize=0xFFFFFFFF)),
        "marked as zip64, without its field")
    field = struct.pack("<HHQQ", 1, 16, len(EVIL), len(EVIL))
    add("torch-zip64-field.pt", archive(*torch(EVIL, centralpacked=0xFFFFFFFF, centralsize=0xFFFFFFFF,
                                               centralextra=field)), "sizes in the field of zip64 alone")
    add("torch-zip64-lies.pt", archive(*torch(EVIL, centralpacked=0xFFFFFFFF, centralsize=0xFFFFFFFF,
                                              centralextra=struct.pack("<HHQQ", 1, 16, 1 << 62, 1 << 62))),
        "the field of zip64 says four exabytes")
    add("torch-extra-overruns.pt", archive(*torch(EVIL, centralextra=struct.pack("<HH", 1, 999))),
        "an extra field is longer than what is there")
    add("torch-local-name.pt", archive(*torch(EVIL, local_name=b"archive/text.txt")), "the local name is another")
    add("torch-local-name-hides.pt", archive(member("archive/notes.txt", EVIL, local_name=b"archive/data.pkl"),
                                             *torch(FINE)), "data.pkl by its local name alone")
    for flag, what in ((1, "encrypted"), (0x20, "patch"), (0x40, "strong"), (0x2000, "masked"), (8, "descriptor")):
        add("torch-%s-local.pt" % what, archive(*torch(EVIL, localflags=flag)), "flag %#x in the local header alone" % flag)
        add("torch-%s-central.pt" % what, archive(*torch(EVIL, centralflags=flag)), "flag %#x in the directory alone" % flag)
        add("torch-%s-both.pt" % what, archive(*torch(EVIL, flags=flag)), "flag %#x in both headers" % flag)
    tail = b"PK\7\x08" + struct.pack("<III", zlib.crc32(EVIL), len(EVIL), len(EVIL))
    add("torch-descriptor-real.pt", archive(*torch(EVIL, flags=8, localcrc=0, localsize=0, localpacked=0, tail=tail)),
        "sizes and checksum stand behind the data")
    add("torch-unlisted.pt", archive(*torch(FINE), member("archive/data.pkl", EVIL, listed=False)),
        "a second data.pkl that the directory does not list")
    add("torch-unlisted-only.pt", archive(member("archive/data.pkl", EVIL, listed=False), VERSION),
        "data.pkl is not in the directory")
    add("torch-no-directory.pt", archive(*torch(EVIL), directory=False, end=False), "the directory is missing")
    add("torch-no-end.pt", archive(*torch(EVIL), end=False), "the end record is missing")
    add("torch-cut.pt", archive(*torch(EVIL))[:-30], "the end of the directory is cut off")
    add("torch-same-data.pt", archive(member("archive/readme.txt", EVIL), member("archive/data.pkl", EVIL, written=False,
                                                                                 offset=0), VERSION),
        "two members of the directory share one local header")
    add("torch-offset-shifted.pt", archive(*torch(EVIL), prefix=b"junk" * 5), "bytes in front which no offset counts")
    add("torch-offset-counted.pt", archive(*torch(EVIL), prefix=b"junk" * 5, shift=20), "bytes in front, offsets count them")
    add("torch-pickle-in-front.pt", archive(*torch(FINE), prefix=EVIL), "a pickle in front of a harmless archive")
    add("torch-pickle-behind.pt", archive(*torch(FINE), after=EVIL), "a pickle behind a harmless archive")
    add("torch-archive-behind.pkl", archive(*torch(EVIL), prefix=FINE, shift=len(FINE)), "an archive behind a harmless pickle")
    add("torch-two-archives.pt", archive(*torch(FINE)) + archive(*torch(EVIL)), "two archives, one behind the other")
    add("torch-two-archives-first.pt", archive(*torch(EVIL)) + archive(*torch(FINE)), "two archives, the first calls")
    inner = archive(*torch(EVIL))
    add("torch-archive-in-comment.pt", archive(*torch(FINE), comment=inner), "an archive in the comment of another")
    add("torch-end-in-comment.pt", archive(*torch(EVIL), comment=b"PK\5\6" + bytes(18)),
        "a second, empty end record in the comment")
    add("torch-junk-between.pt", archive(*torch(EVIL), between=b"junk"), "bytes between the members")
    add("torch-backslash.pt", archive(member("archive\\data.pkl", EVIL), VERSION), "a name with a backslash")
    add("torch-leading-slash.pt", archive(member("/archive/data.pkl", EVIL), VERSION), "a name with a leading slash")
    add("torch-parent.pt", archive(*torch(FINE), member("archive/../data.pkl", EVIL)), "a name with two dots")
    unicode_path = struct.pack("<BI", 1, zlib.crc32(b"archive/a.txt")) + b"archive/data.pkl"
    add("torch-unicode-path.pt", archive(
        member("archive/a.txt", EVIL, extra=struct.pack("<HH", 0x7075, len(unicode_path)) + unicode_path), VERSION),
        "a second name in an extra field")
    add("torch-folder.pt", archive(member("archive/data.pkl/", EVIL), VERSION), "the name of a folder that has bytes")
    add("torch-empty-name.pt", archive(member("", EVIL), *torch(FINE)), "a member without a name")
    nested = archive(member("model.pt", inner))
    add("nested.zip", nested, "an archive in an archive")
    add("nested-deflated.zip", archive(member("a.zip", nested, 8)), "an archive in an archive in an archive, deflated")
    deep = inner
    for _ in range(30):
        deep = archive(member("x.zip", deep, 8))
    add("nested-30.zip", deep, "thirty archives in each other", verdict="incomplete", names=(), also="a limit may end it; "
        "calling it untrusted is as good", **{"or": "untrusted"})
    add("zip-pickle.zip", archive(member("notes.txt", EVIL)), "a pickle named .txt in a plain archive")
    add("zip-many.zip", archive(*[member("m%05d" % i, b"") for i in range(700)], member("z.pkl", EVIL)),
        "seven hundred empty members before the pickle")
    bomb = packed(8, bytes(1 << 24))
    entry = member("zeros.pkl", b"", 8, size=1 << 24, packed=len(bomb), crc=zlib.crc32(bytes(1 << 24)))
    entry["body"] = bomb
    add("zip-bomb.zip", archive(entry, member("z.pkl", EVIL, 8)), "sixteen megabytes of zeros before the pickle")
    overlapping = [member("same%d.pkl" % i, EVIL, 8, written=i == 0, offset=0, central_name=b"same%d.pkl" % i)
                   for i in range(500)]
    add("zip-overlap.zip", archive(*overlapping), "five hundred members that are one")
    text = base64.b64encode(EVIL4).decode()
    schedule = json.dumps({"lr_schedule": {":type:": "<class 'function'>", ":serialized:": text}, "n_steps": 5}).encode()
    add("json-serialized.zip", archive(member("data", schedule), member("_stable_baselines3_version", b"2.0.0")),
        "base64 of a pickle in the JSON of a reinforcement learning archive", names=[EVAL])


# --- torch, old forms -----------------------------------------------------------------------------------------------------


MAGIC = p2(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")
PROTOCOL = p2(b"M\xe9\x03")
SYSTEM_INFO = p2(b"}(X\x10\x00\x00\x00protocol_versionM\xe9\x03X\x0d\x00\x00\x00little_endian\x88u")
KEYS = p2(b"]")


def tar(*members, pad=True, magic=b"ustar\0" + b"00"):
    out = b""
    for name, data, *more in members:
        size, kind = (more + [None, b"0"][len(more):])[:2] if more else (None, b"0")
        head = bytearray(512)
        head[:len(name)] = name.encode()
        head[100:108] = b"0000644\0"
        head[108:124] = b"0000000\0" * 2
        head[124:136] = size or b"%011o\0" % len(data)
        head[136:148] = b"00000000000\0"
        head[148:156] = b" " * 8
        head[156:157] = kind
        head[257:257 + len(magic)] = magic
        head[148:156] = b"%06o\0 " % sum(head)
        out += bytes(head) + data + bytes(-len(data) % 512)
    return out + (bytes(1024) if pad else b"")


def old_forms():
    parts = [MAGIC, PROTOCOL, SYSTEM_INFO, FINE, KEYS]
    for i, what in enumerate(("magic", "protocol", "system-info", "object", "keys")):
        evil = list(parts)
        evil[i] = p2(RUN0, b"0", parts[i][2:-1])  # the call is dropped, the value is what torch expects
        add("legacy-%s.pt" % what, b"".join(evil), "the old form: a call in its pickle of " + what)
    add("legacy-protocol-4.pt", p4(RUN4, b"0", MAGIC[2:-1]) + b"".join(parts[1:]), "the old form at protocol 4")
    computed = p2(b"c__builtin__\nint\n", uni("119547037146038801333356"), TUPLE1, REDUCE)
    add("legacy-computed-magic.pt", computed + b"".join(parts[1:4]) + p2(RUN0), "the old form: its magic number is the "
        "result of a call, the last pickle calls")
    source = p2(b"(X\x06\x00\x00\x00module" + b"cos\nsystem\nX\x04\x00\x00\x00a.pyX\x06\x00\x00\x00importtQ"
                + uni("true") + TUPLE1 + REDUCE)
    add("legacy-module-source.pt", b"".join(parts[:3]) + source + KEYS, "the old form: a function comes out of a "
        "persistent id that carries source, and is called")
    add("legacy-trailing.pt", b"".join(parts) + EVIL, "a sixth pickle behind the old form")
    storages, tensors = p2(b"K\x00") + p2(b"]"), p2(b"K\x00")
    fine = {"storages": storages, "tensors": tensors, "pickle": FINE, "sys_info": SYSTEM_INFO}
    for what in fine:
        evil = dict(fine, **{what: p2(RUN0, b"0", fine[what][2:])[:-1] if what in ("storages", "tensors") else EVIL})
        add("legacy-tar-%s.pt" % what, tar(*evil.items()), "the oldest form: a call in " + what)
    nested = b"".join(parts[:3]) + EVIL + KEYS
    add("load-from-bytes.pkl", p4(name4("torch.storage", "_load_from_bytes"), blob(nested), TUPLE1, REDUCE),
        "bytes of the old form given to torch's loader", names=[SYSTEM, "torch.storage._load_from_bytes"])
    add("load-from-bytes-zip.pkl", p4(name4("torch.storage", "_load_from_bytes"), blob(archive(*torch(EVIL))), TUPLE1,
                                      REDUCE), "bytes of an archive given to torch's loader",
        names=[SYSTEM, "torch.storage._load_from_bytes"])
    add("storage-by-name.pt", archive(*torch(p2(b"cos\nsystemStorage\nX\x04\x00\x00\x00true\x85R"))),
        "a name with Storage in it, which torch takes for its own", names=["os.systemStorage"])


def nested_loaders():
    """Pickles in the bytes that other pickles hand to a loader."""
    def load(module, name, data):
        return p4(name4(module, name), data, TUPLE1, REDUCE)

    def call(module, name, *arguments):
        return name4(module, name) + b"(" + b"".join(arguments) + b"tR"
    text = base64.b64encode(EVIL)
    add("loads-base64.pkl", load("pickle", "loads", call("base64", "b64decode", blob(text))), "a pickle in base64, decoded and loaded",
        names=[SYSTEM, "pickle.loads", "base64.b64decode"])
    add("loads-latin1.pkl", load("_pickle", "loads", call("_codecs", "encode", uni(EVIL.decode("latin1")), uni("latin1"))),
        "a pickle in text, encoded and loaded", names=[SYSTEM, "_pickle.loads"])
    add("loads-zlib.pkl", load("cloudpickle.cloudpickle", "loads", call("zlib", "decompress", blob(zlib.compress(EVIL)))),
        "a pickle in zlib, decompressed and loaded", names=[SYSTEM, "cloudpickle.cloudpickle.loads", "zlib.decompress"])
    add("loads-numba.pkl", load("numba.core.serialize", "_unpickle__CustomPickled", blob(EVIL)), "a pickle given to numba",
        names=[SYSTEM, "numba.core.serialize._unpickle__CustomPickled"])
    add("loads-stream.pkl", load("joblib", "load", call("_io", "BytesIO", blob(EVIL))), "a pickle as a stream given to joblib",
        names=[SYSTEM, "joblib.load"])
    deep = EVIL
    for _ in range(10):
        deep = load("pickle", "loads", blob(deep))
    add("loads-ten-times.pkl", deep, "ten pickles in each other", names=[SYSTEM, "pickle.loads"])
    storage = (b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x007X\x03\x00\x00\x00cpuK\x01NtQ")
    whole = MAGIC + PROTOCOL + SYSTEM_INFO + p2(storage) + p2(b"](X\x01\x00\x00\x007e") + struct.pack("<Qf", 1, 1)
    maker = name4("torch.storage", "_load_from_bytes")
    add("load-from-bytes-held.pkl", p4(maker, b"\x94", blob(whole), TUPLE1, REDUCE, b"h\x00\x86"),
        "torch's loader is given a storage, and held", names=["torch.storage._load_from_bytes"])
    add("load-from-bytes-behind.pkl", p4(maker, blob(whole + EVIL), TUPLE1, REDUCE), "a pickle behind a storage given to torch's loader",
        names=[SYSTEM, "torch.storage._load_from_bytes"])
    shared = name4("collections", "UserList") + b")\x81}" + uni("data") + b"h\x00sbK\x00K\x63s0"
    add("load-from-bytes-shared.pkl", p4(name4("builtins", "bytearray"), blob(whole), TUPLE1, REDUCE, b"\x940", shared, maker, b"h\x00",
                                         TUPLE1, REDUCE),
        "torch's loader is given a storage, which a list that shares it changes", names=["torch.storage._load_from_bytes"])
    add("load-from-bytes-changed.pkl", p4(name4("builtins", "bytearray"), blob(whole), TUPLE1, REDUCE, b"\x94K\x00K\x63s0", maker, b"h\x00",
                                          TUPLE1, REDUCE),
        "torch's loader is given a storage, which is changed", names=["torch.storage._load_from_bytes"])
    for name, value, what in [("nan", b'{"a": NaN, "b": {":serialized:": "%s"}}', "a value that Python alone reads before"),
                              ("junk", b'{"b": {":serialized:": "*%s*"}}', "bytes that are no base64 around")]:
        add("json-serialized-%s.zip" % name, archive(member("data", value % text)), what + " a pickle in JSON")


# --- tar, 7z, codecs ------------------------------------------------------------------------------------------------------


def seven(name, data):
    """7z with one file, stored."""
    text = (name + "\0").encode("utf-16-le")
    header = (b"\1\4" + b"\6\0\1\x09" + bytes([0x80 | len(data) >> 8, len(data) & 255]) + b"\0"
              + b"\7\x0b\1\0\1\1\0\x0c" + bytes([0x80 | len(data) >> 8, len(data) & 255]) + b"\0" + b"\x08\x0a\1"
              + u4(zlib.crc32(data)) + b"\0\0" + b"\5\1\x11" + bytes([len(text) + 1]) + b"\0" + text + b"\0\0")
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + u4(zlib.crc32(start)) + start + data + header


def other_archives():
    add("tar.tar", tar(("model.pkl", EVIL)), "a pickle in a tar")
    add("tar-upper.TAR", tar(("MODEL.PKL", EVIL)), "upper-case names")
    add("tar-text.tar", tar(("readme.txt", EVIL)), "a pickle named .txt in a tar")
    add("tar-old.tar", tar(("model.pkl", EVIL), magic=b""), "a tar from before ustar, without magic")
    add("tar-no-end.tar", tar(("model.pkl", EVIL), pad=False), "a tar without its last blocks")
    add("tar-behind-zeros.tar", tar(("a.txt", b"x")) + tar(("model.pkl", EVIL)), "a second tar behind the end of the first")
    add("tar-size-short.tar", tar(("a.txt", EVIL, b"00000000001\0")), "a size that lies short")
    add("tar-size-binary.tar", tar(("a.pkl", EVIL, b"\x80" + bytes(7) + struct.pack(">I", len(EVIL)))),
        "a size in base 256")
    add("tar-size-huge.tar", tar(("a.pkl", EVIL, b"\x80" + b"\x7f" * 11)), "a size of exabytes", )
    add("tar-bad-checksum.tar", tar(("a.pkl", EVIL)).replace(b"0000644", b"0000755", 1), "a header whose checksum is wrong")
    pax = b"20 path=weights.pkl\n"
    add("tar-pax-name.tar", tar(("p", pax, None, b"x"), ("readme.txt", EVIL)), "another name in an extended header")
    grown = b"17 size=%08d\n" % len(EVIL)
    add("tar-pax-size.tar", tar(("p", grown, None, b"x"), ("a.pkl", EVIL, b"00000000000\0")),
        "the size is in an extended header alone")
    add("tar-link.tar", tar(("a.pkl", b"", None, b"2"), ("b.pkl", EVIL)), "a link before the pickle")
    add("tar-device.tar", tar(("a.pkl", EVIL, None, b"7")), "a kind of member that few know")
    add("tar.tar.gz", gzip.compress(tar(("model.pkl", EVIL)), mtime=0), "a tar in gzip")
    add("tar-bz2.pt", bz2.compress(tar(("model.pkl", EVIL))), "a tar in bzip2 named .pt")
    add("tar-xz.pkl", lzma.compress(tar(("model.pkl", EVIL))), "a tar in xz named .pkl")
    add("7z.7z", seven("model.pkl", EVIL), "a pickle in 7z")
    add("7z-named.pt", seven("model.pkl", EVIL), "7z named .pt")
    add("7z-cut.7z", seven("model.pkl", EVIL)[:-20], "7z whose header is cut", verdict="incomplete", names=(),
        **{"or": "untrusted"})
    add("gzip-of-torch.pt.gz", gzip.compress(archive(*torch(EVIL)), mtime=0), "a torch archive in gzip")
    add("gzip-ten-times.pkl", gzipped(EVIL, 10), "ten layers of gzip")


def gzipped(data, times):
    for _ in range(times):
        data = gzip.compress(data, mtime=0)
    return data


# --- NumPy ------------------------------------------------------------------------------------------------------------------


def npy(data, header=None, version=1, length=None, descr="'|O'", shape="(1,)", order="False"):
    if header is None:
        header = "{'descr': %s, 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)
    header = header.encode("utf-8" if version == 3 else "latin1") if isinstance(header, str) else header
    size = 10 if version == 1 else 12
    header += b" " * (-(size + len(header) + 1) % 64) + b"\n"
    length = len(header) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", length) + header + data


def numpy_files():
    incomplete = {"verdict": "incomplete", "names": ()}
    for version in (1, 2, 3):
        add("npy-objects-v%d.npy" % version, npy(EVIL, version=version), "an object array, version %d" % version)
    add("npy-objects-f.npy", npy(EVIL, order="True"), "an object array in Fortran order")
    add("npy-objects-empty.npy", npy(EVIL, shape="(0,)"), "an object array of no items is unpickled too")
    add("npy-objects-field.npy", npy(EVIL, descr="[('a', '<i4'), ('b', [('c', '|O')])]"), "an object in an inner field")
    add("npy-objects-subarray.npy", npy(EVIL, descr="[('a', '|O', (2,))]"), "an object in a sub-array")
    add("npy-objects-sized.npy", npy(EVIL, descr="'|O8'"), "an object type with a size")
    add("npy-objects-word.npy", npy(EVIL, descr="'object'"), "the object type by its word")
    add("npy-objects-upper.NPY", npy(EVIL), "an upper-case extension")
    add("npy-objects-named.pkl", npy(EVIL), "an object array named .pkl")
    add("npy-fallback.npy", EVIL, "a pickle named .npy: numpy.load falls back")
    add("npy-trailing.npy", npy(bytes(8), descr="'<f8'") + EVIL, "a pickle behind an array")
    add("npy-second.npy", npy(bytes(8), descr="'<f8'") + npy(EVIL), "a second array, of objects, behind the first")
    add("npy-call-in-header.npy", npy(bytes(8), header="{'descr': __import__('os').system('true'), 'fortran_order': False, "
        "'shape': ()}"), "a call in the header", **incomplete)
    add("npy-expression.npy", npy(bytes(8), descr="'<f8'", shape="(1+0,)"), "an expression in the header", **incomplete)
    add("npy-repeated-key.npy", npy(EVIL, header="{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}"),
        "the same key twice: the last counts")
    add("npy-python2-long.npy", npy(EVIL, header="{'descr': '|O', 'fortran_order': False, 'shape': (1L,)}"),
        "a long of Python 2 in the header")
    add("npy-comment.npy", npy(EVIL, header="{'descr': #'<f8',\n'|O', 'fortran_order': False, 'shape': (1,)}"),
        "a comment and a line end in the header")
    add("npy-header-huge.npy", npy(b"", length=0xFFFFFFFF, version=2), "a header of four gigabytes", **incomplete)
    add("npy-header-long.npy", npy(EVIL, header="{'descr': '|O', 'fortran_order': False, 'shape': (1,)}" + " " * 20000),
        "a header longer than NumPy takes without trust")
    add("npy-deep.npy", npy(b"", header="(" * 5000 + ")" * 5000), "a header of deep brackets", **incomplete)
    add("npy-shape-huge.npy", npy(b"", descr="'<f8'", shape="(4611686018427387904, 4)"), "a shape that overflows",
        **incomplete)
    add("npy-shape-negative.npy", npy(b"", descr="'<f8'", shape="(-1,)"), "a negative shape", **incomplete)
    add("npy-shape-many.npy", npy(b"", descr="'<f8'", shape="(" + "1," * 2000 + ")"), "two thousand dimensions",
        **incomplete)
    add("npy-version-9.npy", npy(EVIL, version=3).replace(b"Y\3\0", b"Y\x09\0"), "an unknown version", **dict(
        incomplete, **{"or": "untrusted"}))
    add("npz-objects.npz", archive(member("a.npy", npy(EVIL))), "an object array in npz")
    add("npz-deflated.npz", archive(member("a.npy", npy(EVIL), 8)), "an object array in npz, deflated")
    add("npz-no-suffix.npz", archive(member("a", npy(EVIL))), "an array without its suffix")
    add("npz-wrong-crc.npz", archive(member("a.npy", npy(EVIL), crc=1)), "a wrong checksum, noticed behind the pickle")
    add("npz-pickle.npz", archive(member("a.npy", EVIL)), "a pickle where an array should be")
    add("npz-twice.npz", archive(member("a.npy", npy(bytes(8), descr="'<f8'")), member("a.npy", npy(EVIL))),
        "the same member twice")
    add("npz-bzip2.npz", archive(member("a.npy", npy(EVIL), 12)), "an object array packed by bzip2")


# --- skops ------------------------------------------------------------------------------------------------------------------


def node(kind, module, name, **more):
    return dict({"__class__": name, "__module__": module, "__loader__": kind}, **more)


def listed(*items):
    return node("ListNode", "builtins", "list", content=list(items))


def schema(root, protocol=2, members=(), **more):
    root = dict(root, protocol=protocol, _skops_version="0.13.0", **more)
    return archive(*members, member("schema.json", json.dumps(root).encode()))


def skops_files():
    one = node("JsonNode", "builtins", "str", content="1", is_json=True)
    system = node("FunctionNode", "os", "system", content="system")
    pair = {"names": ["os.system"]}
    add("skops-function.skops", schema(listed(system)), "a function", **pair)
    old = node("FunctionNode", "builtins", "function", content={"module_path": "os", "function": "system"})
    add("skops-function-0.skops", schema(listed(old), protocol=0), "a function in the words of protocol 0", **pair)
    add("skops-type.skops", schema(listed(node("TypeNode", "subprocess", "Popen", content="Popen"))), "a class",
        names=["subprocess.Popen"])
    partial = node("PartialNode", "functools", "partial", content={
        "func": system, "args": node("TupleNode", "builtins", "tuple", content=[one]),
        "kwds": node("DictNode", "builtins", "dict", content={}, key_types=listed()),
        "namespace": node("DictNode", "builtins", "dict", content={}, key_types=listed())})
    add("skops-partial.skops", schema(partial), "functools.partial of a function", **pair)
    state = node("DictNode", "builtins", "dict", content={}, key_types=listed())
    add("skops-object.skops", schema(node("ObjectNode", "subprocess", "Popen", content=state)), "an object",
        names=["subprocess.Popen"])
    add("skops-reduce.skops", schema(node("ObjectNode", "os", "system", content=state)), "an object of a function", **pair)
    popen = node("ObjectNode", "os", "_wrap_close", content=state)
    add("skops-method.skops", schema(node("MethodNode", "os", "_wrap_close", content={"func": "close", "obj": popen})),
        "a method of a class of os", names=["os._wrap_close"])
    add("skops-method-unlike.skops", schema(node("MethodNode", "os", "system", content={"func": "__call__", "obj": one})),
        "a method whose class is not that of its object", **pair)
    add("skops-operator.skops", schema(node("OperatorFuncNode", "operator", "methodcaller", attrs=node(
        "TupleNode", "builtins", "tuple", content=[one]))), "operator.methodcaller", names=["operator.methodcaller"])
    add("skops-repeated-id.skops", schema(listed(dict(one, __id__=1), dict(system, __id__=1))),
        "the second node with an id is never looked at", also="skops itself never builds it", **pair)
    add("skops-repeated-id-first.skops", schema(listed(dict(system, __id__=1), dict(one, __id__=1))),
        "the first node with an id is the hostile one", **pair)
    add("skops-protocol-99.skops", schema(listed(system), protocol=99), "an unknown protocol", **pair)
    add("skops-protocol-text.skops", schema(listed(system), protocol="2"), "a protocol that is text", **pair)
    add("skops-no-protocol.skops", archive(member("schema.json", json.dumps(listed(system)).encode())), "no protocol", **pair)
    add("skops-unknown-loader.skops", schema(listed(node("EvilNode", "os", "system", content=[]))), "an unknown loader",
        **pair)
    add("skops-json.skops", schema(node("JsonNode", "os", "system", content="1")),
        "a node that skops calls safe, whatever its class says", **pair)
    keys = node("ListNode", "builtins", "list", content=[node("TypeNode", "os", "system", content="system")])
    add("skops-key-types.skops", schema(node("DictNode", "builtins", "dict", content={"1": one}, key_types=keys)),
        "a hostile type among the types of keys", **pair)
    npy_node = node("NdArrayNode", "numpy", "ndarray", type="numpy", file="a.npy")
    add("skops-object-npy.skops", schema(npy_node, members=[member("a.npy", npy(EVIL))]),
        "an object array with a pickle, which skops loads without allowing pickles")
    add("skops-bytes.skops", schema(node("BytesNode", "builtins", "bytes", file="b.bin"), members=[member("b.bin", EVIL)]),
        "bytes that are a pickle")
    add("skops-object-array.skops", schema(node("NdArrayNode", "numpy", "ndarray", type="json", content=[system],
        shape=node("TupleNode", "builtins", "tuple", content=[one]))), "a function in an object array", **pair)
    add("skops-missing-member.skops", schema(npy_node), "a member that is not there", verdict="incomplete", names=())
    add("skops-parent-member.skops", schema(dict(npy_node, file="../../etc/passwd")), "a member outside the archive",
        verdict="incomplete", names=())
    add("skops-extra-member.skops", schema(one, members=[member("x.pkl", EVIL)]), "a pickle that no node asks for")
    add("skops-two-schemas.skops", archive(member("schema.json", json.dumps(dict(listed(system), protocol=2)).encode()),
                                           member("schema.json", json.dumps(dict(one, protocol=2)).encode())),
        "two schemas, the first is the hostile one", **pair)
    text = json.dumps(dict(one, protocol=2))[:-1] + ', "__module__": "os", "__class__": "system", ' \
        '"__loader__": "FunctionNode"}'
    add("skops-repeated-key.skops", archive(member("schema.json", text.encode())), "keys twice in a node: the last count",
        **pair)
    deep = one
    for _ in range(300):
        deep = listed(deep)
    add("skops-deep.skops", schema(listed(deep, system)), "three hundred lists before the function", **pair)
    add("skops-dotted.skops", schema(listed(node("FunctionNode", "pathlib", "os.system", content="os.system"))),
        "a dotted name through another module", names=["pathlib.os.system"])
    # What skops reads and a plain reading of JSON does not.
    text = json.dumps(dict(listed(system), protocol=2, _skops_version="0.13.0"))
    for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"):
        add("skops-%s.skops" % name, archive(member("schema.json", text.encode(name))), "a schema in " + name, **pair)
    add("skops-nan.skops", archive(member("schema.json", (text[:-1] + ', "x": [NaN, -Infinity]}').encode())),
        "numbers that are no JSON, and no error to Python", **pair)
    add("skops-nul-name.skops", archive(member("schema.json\0x", text.encode())), "a NUL in the schema's name", **pair)
    add("skops-in-torch.pt", archive(member("a/data.pkl", p2(b"N")), member("a/version", b"3\n"), member("schema.json", text.encode())),
        "a schema in an archive of torch's", **pair)
    # What skops makes of a node, whatever it says.
    empty = node("DictNode", "builtins", "dict", content={}, key_types=listed())

    def generator(name, protocol=2, **more):
        state = dict(empty, content={"bit_generator": node("JsonNode", "builtins", "str", content=json.dumps(name), is_json=True)})
        return schema(node("RandomGeneratorNode", "numpy.random._generator", "Generator",
                           content={"bit_generator": state, "seed_seq": empty}), protocol=protocol, **more)
    add("skops-bit-generator.skops", generator("seed"), "a bit generator that is a function of numpy.random",
        names=["numpy.random.seed"])
    add("skops-bit-generator-1.skops", generator("seed", 1), "the same in protocol 1, called at once by skops before 0.15",
        names=["numpy.random.seed"])
    plain = {"bit_generator": {"bit_generator": "seed"}}
    add("skops-bit-generator-0.skops", schema(node("RandomGeneratorNode", "numpy.random._generator", "Generator", content=plain),
        protocol=0), "the same in protocol 0", names=["numpy.random.seed"], also="skops fails before it calls it")
    seed, pcg = (node("JsonNode", "builtins", "str", content=json.dumps(n), is_json=True, __id__=7) for n in ("seed", "PCG64"))
    add("skops-bit-generator-id.skops", schema(listed(seed, node("RandomGeneratorNode", "numpy.random._generator", "Generator",
        content={"bit_generator": dict(empty, content={"bit_generator": pcg}), "seed_seq": empty}))),
        "the name that is judged is not the one that is called: both have one id", verdict="incomplete", names=())
    add("skops-scalar-class.skops", schema(node("NdArrayNode", "subprocess", "Popen", type="numpy", file="a.npy"),
        members=[member("a.npy", npy(bytes(8), descr="'<f8'"))]), "a class that is called with an array",
        names=["subprocess.Popen"])
    add("skops-ufunc-call.skops", schema(node("NdArrayNode", "numpy", "vectorize", type="numpy", file="a.npy"),
        members=[member("a.npy", npy(bytes(8), descr="'<f8'"))]), "a name that may be held, and is called", names=["numpy.vectorize"])
    add("skops-operator-module.skops", schema(node("OperatorFuncNode", "builtins", "methodcaller", attrs=node(
        "TupleNode", "builtins", "tuple", content=[one]))), "a module that is not the one that skops looks in",
        names=["builtins.methodcaller"])
    add("skops-tree-class.skops", schema(node("TreeNode", "os", "system", __reduce__={"args": empty}, content=empty)),
        "a tree whose class is another", **pair)
    add("skops-cached.skops", schema(listed(node("CachedNode", "os", "system", __id__=99))), "a reference to nothing, with a class", **pair)
    add("skops-function-both.skops", schema(listed(dict(old, __module__="builtins", __class__="int")), protocol=1),
        "a function in the words of protocol 0, read by skops before 0.6", **pair)
    add("skops-text-id.skops", schema(listed(dict(one, __id__="x"), dict(system, __id__="x"))), "ids that are text", **pair)
    add("skops-true-id.skops", schema(listed(dict(one, __id__=1), dict(system, __id__=True))), "an id that is true, which is 1", **pair)
    add("skops-no-items.skops", schema(listed(5)), "a list with an item that is no node", verdict="incomplete", names=())
    add("skops-unasked.skops", schema(one, members=[member("x.bin", b"abc")]), "a member that no node asks for",
        verdict="incomplete", names=())
    add("skops-not-json.skops", archive(member("schema.json", b"{")), "a schema that is cut", verdict="incomplete", names=())


# --- others -----------------------------------------------------------------------------------------------------------------


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    """A field of protobuf."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def onnx(graph, domains=("",)):
    opsets = b"".join(field(8, (field(1, domain) if domain else b"") + field(2, 13)) for domain in domains)
    return field(1, 8) + field(2, "made-up") + opsets + field(7, graph)


def tensor(name, location):
    external = b"".join(field(13, field(1, key) + field(2, value)) for key, value in
                        (("location", location), ("offset", "0"), ("length", "24")))
    return field(1, 3) + field(1, 2) + field(2, 1) + field(8, name) + external + field(14, 1)


def other_formats():
    finding = {"names": ()}
    broken = {"verdict": "incomplete", "names": ()}
    nothing = field(1, field(1, "x") + field(2, "y") + field(4, "Identity"))
    for name, location in (("parent", "../../etc/passwd"), ("absolute", "/etc/passwd"), ("inner-parent", "a/../../b"),
                           ("windows", "..\\..\\b"), ("drive", "C:\\b"), ("url", "http://example.com/b"),
                           ("missing", "not-there.bin")):
        add("onnx-external-%s.onnx" % name, onnx(nothing + field(5, tensor("w", location))),
            "weights in %s" % location, **(broken if name == "missing" else finding))
    inner = field(1, field(1, "x") + field(2, "y") + field(4, "Identity") + field(5, field(1, "value") + field(
        5, tensor("deep", "../../etc/passwd")) + field(20, 4)))
    then = field(1, field(1, "c") + field(2, "z") + field(4, "If") + field(5, field(1, "then_branch") + field(6, inner)
                                                                            + field(20, 5)))
    add("onnx-external-in-branch.onnx", onnx(then), "weights elsewhere, in an attribute of a branch", **finding)
    add("onnx-custom-domain.onnx", onnx(field(1, field(1, "x") + field(2, "y") + field(4, "PyOp") + field(
        7, "ai.onnx.contrib")), ("", "ai.onnx.contrib")), "an operator that runs Python", **finding)
    add("onnx-length.onnx", onnx(nothing) + varint(7 << 3 | 2) + varint(1 << 62), "a length of exabytes", **broken)
    deep = nothing
    for _ in range(200):
        deep = field(1, field(4, "If") + field(5, field(1, "then_branch") + field(6, deep) + field(20, 5)))
    add("onnx-deep.onnx", onnx(deep), "two hundred branches in each other", **dict(broken, **{"or": "trusted"}))

    def safetensors(header, data=b"", length=None):
        header = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(header) if length is None else length) + header + data
    row = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    for name, data, what in (
            ("overlap", safetensors({"a": row, "b": dict(row, data_offsets=[4, 12])}, bytes(12)), "two tensors overlap"),
            ("same", safetensors({"a": row, "b": row}, bytes(8)), "two tensors are the same bytes"),
            ("hole", safetensors({"a": row, "b": dict(row, data_offsets=[12, 20])}, bytes(20)), "bytes of no tensor"),
            ("trailing", safetensors({"a": row}, bytes(8) + EVIL), "bytes behind the last tensor"),
            ("past-end", safetensors({"a": dict(row, shape=[200], data_offsets=[0, 800])}, bytes(8)), "data past the end"),
            ("size", safetensors({"a": dict(row, shape=[3])}, bytes(8)), "a shape that does not fit its bytes"),
            ("overflow", safetensors({"a": dict(row, shape=[1 << 62, 8])}, bytes(8)), "a shape that overflows"),
            ("negative", safetensors({"a": dict(row, data_offsets=[8, 0])}, bytes(8)), "offsets that run backwards"),
            ("dtype", safetensors({"a": dict(row, dtype="OBJECT")}, bytes(8)), "an unknown dtype"),
            ("header-huge", safetensors(b"{}", length=1 << 40), "a header of a terabyte"),
            ("header-max", safetensors(b"{}", length=(1 << 64) - 1), "a header of all there is"),
            ("header-over", safetensors(b"{}", length=100000001) + bytes(100), "a header over the library's limit"),
            ("not-object", safetensors(b"[1]"), "a header that is a list"),
            ("blank-before", safetensors(b"  {}"), "a header that begins with blanks"),
            ("repeated", safetensors(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],'
                                     b'"data_offsets":[0,8]}}', bytes(8)), "the same tensor twice"),
            ("metadata", safetensors({"__metadata__": {"a": {"b": 1}}}), "metadata that is not text"),
            ("utf8", safetensors(b'{"\xff":1}'), "a header that is not UTF-8"),
            ("deep", safetensors(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"), "a header of deep brackets")):
        more = {"names": [SYSTEM], "verdict": "untrusted", "or": "incomplete"} if name == "trailing" else broken
        add("safetensors-%s.safetensors" % name, data, what, **more)

    code = base64.b64encode(b"\xe3" + bytes(40)).decode()
    old = {"class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "Lambda", "config": {"name": "l", "function": [code, None, None], "function_type": "lambda"}}]}}
    new = {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {"name": "s", "layers": [
        {"module": "keras.layers", "class_name": "Lambda", "registered_name": None, "config": {
            "name": "l", "function": {"class_name": "__lambda__", "config": {
                "code": code, "defaults": None, "closure": None}}}}]}}
    imports = {"module": "os", "class_name": "function", "registered_name": "function", "config": "system"}
    metadata = member("metadata.json", b'{"keras_version": "3.0.0", "date_saved": "2024-01-01@00:00:00"}')

    def keras(config, *members):
        return archive(metadata, member("config.json", json.dumps(config).encode()), *members)
    add("keras-lambda.keras", keras(new), "a Lambda layer with code", **finding)
    add("keras-lambda-old.keras", keras(old), "a Lambda layer with code in the older form", **finding)
    add("keras-import.keras", keras(dict(new, config={"name": "s", "layers": [{
        "module": "keras.layers", "class_name": "Activation", "config": {"activation": imports}}]})),
        "a function by the name of a module", **pair_of_os())
    add("keras-module.keras", keras({"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]}}),
        "a class of another module", names=["subprocess.Popen"])
    add("keras-pickle.keras", keras({"module": "keras", "class_name": "Sequential", "config": {"layers": []}},
                                    member("assets/words.pkl", EVIL)), "a pickle among the assets")
    add("keras-two-configs.keras", archive(metadata, member("config.json", json.dumps(new).encode()),
                                           member("config.json", b'{"class_name": "Sequential", "config": {}}')),
        "two configurations, the first has the code", **finding)

    def gguf(pairs, tensors=0, count=None):
        return b"GGUF" + struct.pack("<IQQ", 3, tensors, pairs.count(b"\0key") if count is None else count) + pairs

    def key(name, kind, value):
        return struct.pack("<Q", len(name)) + name.encode() + u4(kind) + value
    text = "{{ cycler.__init__.__globals__.os.popen('true').read() }}"
    template = key("tokenizer.chat_template", 8, struct.pack("<Q", len(text)) + text.encode())
    add("gguf-template.gguf", gguf(template, count=1), "a chat template that reaches for os",
        names=["tokenizer.chat_template"])
    add("gguf-count.gguf", gguf(template, count=1 << 60), "a count of keys past reason", **broken)
    add("gguf-tensors.gguf", gguf(template, count=1, tensors=1 << 60), "a count of tensors past reason", **broken)
    add("gguf-text.gguf", gguf(struct.pack("<Q", 1 << 62) + b"k", count=1), "a key of exabytes", **broken)
    add("gguf-array.gguf", gguf(key("a", 9, struct.pack("<IQ", 0, 1 << 62)), count=1), "an array of exabytes", **broken)
    deep = b"".join(struct.pack("<IQ", 9, 1) for _ in range(5000)) + struct.pack("<IQ", 0, 0)
    add("gguf-deep.gguf", gguf(key("a", 9, deep), count=1), "arrays in arrays", **broken)


def pair_of_os():
    return {"names": [SYSTEM]}


# --- HDF5, Keras, TensorFlow ----------------------------------------------------------------------------------------------

NONE = (1 << 64) - 1
FLOAT = b"\x11\x20\x1f\x00" + struct.pack("<IHHBBBBI", 4, 0, 32, 23, 8, 0, 23, 127)


class HDF5:
    """An HDF5 file with the oldest superblock and object headers, which have no checksums."""

    def __init__(self, front=b""):
        self.front, self.data = front, bytearray(96)

    def put(self, data):
        self.data += bytes(-len(self.data) % 8)
        self.data += data
        return len(self.data) - len(data)

    def header(self, *messages, count=None, blocks=b""):
        body = b"".join(struct.pack("<HHB3x", kind, len(data) + -len(data) % 8, 0) + data + bytes(-len(data) % 8)
                        for kind, data in messages)
        return self.put(struct.pack("<BxHII4x", 1, len(messages) if count is None else count, 1, len(body)) + body)

    def dataset(self, shape=(2,), kind=FLOAT, size=None, at=None, more=()):
        where = self.put(bytes(8)) if at is None else at
        layout = struct.pack("<BBQQ", 3, 1, where, 8 if size is None else size)
        return self.header((1, space(*shape)), (3, kind), (8, layout), *more)

    def done(self, root, end=None, more=b"", version=0):
        end = len(self.front) + len(self.data) if end is None else end
        self.data[:96] = (b"\x89HDF\r\n\x1a\n" + bytes([version, 0, 0, 0, 0, 8, 8, 0]) + struct.pack(
            "<HHIQQQQ", 4, 16, 0, len(self.front), NONE, end, NONE) + struct.pack("<QQII16x", 0, root, 0, 0))
        return self.front + bytes(self.data) + more


def space(*shape):
    return struct.pack("<BBBB4x", 1, len(shape), 0, 0) + struct.pack("<%dQ" % len(shape), *shape)


def link(name, at):
    return 6, struct.pack("<BBB", 1, 0, len(name)) + name.encode() + struct.pack("<Q", at)


def text_attribute(name, text):
    text = text.encode() if isinstance(text, str) else text

    def even(data):
        return data + bytes(-len(data) % 8)
    name, kind = name.encode() + b"\0", b"\x13\0\0\0" + struct.pack("<I", len(text))
    return 12, struct.pack("<BxHHH", 1, len(name), len(kind), 8) + even(name) + even(kind) + space() + text


def variable_attribute(name, length, heap, index):
    name = name.encode() + b"\0"
    kind = b"\x19\x01\0\0" + struct.pack("<I", 16) + b"\x13\0\0\0" + struct.pack("<I", 1)
    return 12, (struct.pack("<BxHHH", 1, len(name), len(kind), 8) + name + bytes(-len(name) % 8) + kind + space()
                + struct.pack("<IQI", length, heap, index))


def hdf5_files():
    finding, broken = {"names": ()}, {"verdict": "incomplete", "names": ()}
    code = base64.b64encode(b"\xe3" + bytes(40)).decode()
    evil = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Lambda", "config": {
        "name": "l", "function": [code, None, None], "function_type": "lambda"}}]}})
    fine = '{"class_name": "Sequential", "config": {"name": "s", "layers": []}}'
    lambda_ = {"names": ["keras.layers.Lambda"]}

    def one(name, attacks, messages, row, **more):
        file = HDF5(more.pop("front", b""))
        add("hdf5-%s.h5" % name, file.done(file.header(*messages(file)), **more), attacks, **row)

    one("shape-huge", "a shape that overflows", lambda f: [link("d", f.dataset((1 << 62, 8)))], broken)
    one("shape-large", "a shape larger than the file", lambda f: [link("d", f.dataset((1 << 40,), size=1 << 42))], broken)
    one("data-past-end", "data past the end", lambda f: [link("d", f.dataset(at=1 << 40))], broken)
    one("link-past-end", "a link past the end", lambda f: [link("d", 1 << 50)], broken)
    one("link-into-data", "a link to what is no object", lambda f: [link("d", f.put(b"\x07" * 64))], broken)
    one("continued-by-itself", "a header that is continued where it begins",
        lambda f: [(16, struct.pack("<QQ", len(f.data) + 16, 32))], broken)
    one("continued-past-end", "a header that is continued past the end", lambda f: [(16, struct.pack("<QQ", 1 << 40, 1 << 40))],
        broken)
    one("heap-past-end", "a text in a heap past the end",
        lambda f: [variable_attribute("model_config", 10, 1 << 40, 1)], broken)
    one("heap-length", "a text longer than its place in the heap", lambda f: [variable_attribute(
        "model_config", 1 << 31, f.put(b"GCOL\1\0\0\0" + struct.pack("<QHHIQ", 64, 1, 1, 0, 16) + bytes(24)), 1)], broken)
    one("heap-without-end", "a heap of objects without a length", lambda f: [variable_attribute(
        "model_config", 4, f.put(b"GCOL\1\0\0\0" + struct.pack("<Q", 4096) + struct.pack("<HHIQ", 7, 1, 0, 0) * 255), 1)], broken)
    one("external-file", "numbers in /etc/passwd", lambda f: [link("d", f.dataset(at=NONE, more=[(7, struct.pack(
        "<B3xHHQ", 1, 1, 1, f.put(b"HEAP" + bytes(4) + struct.pack("<QQQ", 16, 1, len(f.data) + 40) + bytes(8)
                                  + b"/etc/passwd\0\0\0\0\0")) + struct.pack("<QQQ", 0, 0, 8))]))], finding)
    outside = b"\0../../other.h5\0/d\0"
    one("external-link", "an object in a file elsewhere", lambda f: [
        (6, struct.pack("<BBBB", 1, 8, 64, 1) + b"d" + struct.pack("<H", len(outside)) + outside)], finding)
    one("filter", "a filter that is a native library", lambda f: [link("d", f.dataset(more=[
        (11, struct.pack("<BB6xHHHH", 1, 1, 40000, 0, 0, 0))]))], broken)
    one("type-deep", "a thousand types in each other", lambda f: [link("d", f.dataset(kind=(
        b"\x19\0\0\0" + struct.pack("<I", 16)) * 1000 + FLOAT))], broken)
    one("type-unknown", "a type of no known class", lambda f: [link("d", f.dataset(kind=b"\x1f" + FLOAT[1:]))], broken)
    one("cut", "a file that was longer", lambda f: [link("d", f.dataset())], broken, end=1 << 20)
    one("trailing", "a pickle behind the end", lambda f: [link("d", f.dataset())], {}, more=EVIL)
    one("superblock-9", "a superblock to come", lambda f: [link("d", f.dataset())], broken, version=9)
    one("message-unknown", "a message to come", lambda f: [(0x99, bytes(8))], broken)
    one("two-layouts", "a dataset with two layouts", lambda f: [link("d", f.dataset(more=[(8, struct.pack(
        "<BBQQ", 3, 1, 96, 8))]))], broken)
    one("lambda", "a Lambda layer with code", lambda f: [text_attribute("model_config", evil)], lambda_)
    one("lambda-in-heap", "a Lambda layer, in a heap", lambda f: [variable_attribute("model_config", len(evil), f.put(
        b"GCOL\1\0\0\0" + struct.pack("<QHHIQ", 4096, 1, 1, 0, len(evil)) + evil.encode() + bytes(4064 - len(evil))), 1)],
        lambda_)
    one("lambda-second", "two configurations, the second has code", lambda f: [
        text_attribute("model_config", fine), text_attribute("model_config", evil)], lambda_)
    one("lambda-continued", "a Lambda layer where the header is continued", lambda f: [(16, struct.pack("<QQ", f.put(
        struct.pack("<HHB3x", 12, len(text_attribute("model_config", evil)[1]), 0) + text_attribute("model_config", evil)[1]
        + bytes(16)), 8 + len(text_attribute("model_config", evil)[1])))], lambda_)
    one("user-block", "a Lambda layer behind a block of text", lambda f: [text_attribute("model_config", evil)], lambda_,
        front=b"harmless".ljust(512))
    one("behind-pickle", "a pickle in front of HDF5", lambda f: [link("d", f.dataset())], {"names": [SYSTEM]},
        front=EVIL.ljust(512, b"\0"))
    one("attribute-pickle", "a pickle as PyTables keeps one", lambda f: [text_attribute("title", EVIL)], {"names": [SYSTEM]})
    one("optimizer", "a class among the training's", lambda f: [text_attribute("model_config", fine), text_attribute(
        "training_config", json.dumps({"optimizer_config": {"class_name": "Evil", "config": {}}}))],
        {"names": ["keras.optimizers.Evil"]})
    deep = HDF5()
    at = deep.header()
    for _ in range(1000):
        at = deep.header(link("g", at))
    add("hdf5-deep.h5", deep.done(at), "a thousand groups in each other", **broken)
    tree = HDF5()
    names = tree.put(b"HEAP" + bytes(4) + struct.pack("<QQQ", 8, 1, len(tree.data) + 32) + b"\0d\0\0\0\0\0\0")
    leaf = tree.put(b"TREE\0\0" + struct.pack("<HQQQQQ", 1, NONE, NONE, 0, len(tree.data), 0))
    add("hdf5-tree-in-itself.h5", tree.done(tree.header((17, struct.pack("<QQ", leaf, names)))), "a tree that is its own child",
        **broken)


def keras_files():
    finding = {"names": ()}
    metadata = member("metadata.json", b'{"keras_version": "3.0.0", "date_saved": "2024-01-01@00:00:00"}')

    def model(layer):
        return {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {"name": "s", "layers": [layer]}}

    def layer(name, config=None, module="keras.layers", **more):
        return dict({"module": module, "class_name": name, "config": config or {}, "registered_name": None}, **more)

    def keras(name, attacks, config, names=(), **more):
        text = config if isinstance(config, bytes) else json.dumps(config).encode(more.pop("encoding", "utf-8"))
        add("keras-%s.keras" % name, archive(metadata, member("config.json", text, more.pop("method", 0))), attacks,
            **dict({"names": names}, **more))
    code = {"class_name": "__lambda__", "config": {"code": base64.b64encode(b"\xe3" + bytes(40)).decode()}}
    keras("typespec", "a TypeSpec that is os.system", model(layer("InputLayer", {"spec": {
        "class_name": "__typespec__", "module": "os", "spec_name": "system", "registered_name": None, "config": ["true"]}})), [SYSTEM])
    keras("registered", "a registered name that is another attribute of the module", model(layer(
        "nothing", module="subprocess", registered_name="Popen")), ["subprocess.Popen"])
    keras("registered-other", "a class that is registered under another name", model(layer(
        "Dense", registered_name="evil>Dens")), ["evil.Dens"])
    keras("get-file", "an activation that fetches a file", model(layer("Activation", {"activation": {
        "module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "function"}})),
        ["keras.utils.get_file"])
    keras("vocabulary", "a vocabulary in /etc/passwd", model(layer("StringLookup", {"vocabulary": "/etc/passwd"})))
    keras("savedmodel-path", "a layer that loads a SavedModel by its path", model(layer(
        "TFSMLayer", {"filepath": "http://example.com/m"})), ["keras.layers.TFSMLayer"])
    keras("torch-module", "a layer that unpickles", model(layer("TorchModuleWrapper", {"module": "gAR9Lg=="})),
          ["keras.layers.TorchModuleWrapper"])
    keras("operation", "a layer that writes a file", model(layer("TFOpLambda", {"name": "f", "function": "io.write_file"})),
          ["tensorflow.io.write_file"])
    keras("operation-elsewhere", "a class of another module that is called as one of Keras'", model(layer(
        "TFOpLambda", {"name": "f", "function": "math.add"}, module="evil")), ["evil.TFOpLambda"])
    keras("operator-object", "an operator that reads a file, as an object", model(layer("TensorFlowOpLayer", {"node_def": {
        "name": "r", "op": "ReadFile"}})), ["tensorflow.raw_ops.ReadFile"])
    keras("operator", "an operator as bytes, whose name looks like another's", model(layer("TensorFlowOpLayer", {
        "node_def": (field(1, '"op": "Mul"') + field(2, "ReadFile")).decode()})), ["keras.layers.TensorFlowOpLayer"])
    keras("code-anywhere", "code where no layer is", dict(model(layer("Dense")), build_config={"x": [[{"y": code}]]}))
    keras("code-utf16", "code in UTF-16", model(code), encoding="utf-16")
    keras("code-utf32", "code in UTF-32 without a mark", model(code), encoding="utf-32-be")
    keras("code-bom", "code behind a byte order mark", b"\xef\xbb\xbf" + json.dumps(model(code)).encode())
    keras("code-escaped", "code under an escaped key", json.dumps(model(code)).replace("__lambda__", "__l\\u0061mbda__").encode())
    keras("code-deflated", "code in a deflated member", model(code), method=8)
    keras("code-text", "code as a text alone", model(layer("Own", {"function": "4wEA", "function_type": "lambda"})))
    keras("code-residual", "code in what wraps the cell of a recurrent layer", model(layer("RNN", {"cell": layer(
        "ResidualWrapper", {"residual_fn": ["4wEA", None, None], "residual_fn_type": "lambda"}, module="keras.src.layers.rnn.cell_wrappers")})),
        ["keras.Lambda.residual_fn"])
    keras("code-dropout", "the same as a text, in another wrapper", model(layer("DropoutWrapper", {
        "dropout_fn": "4wEA", "dropout_fn_type": "lambda"}, module="keras.src.layers.rnn.cell_wrappers")), ["keras.Lambda.dropout_fn"])
    keras("function-registered", "a function that a module lacks, registered under the name of another that it has", model(layer("Activation", {
        "activation": {"module": "builtins", "class_name": "function", "config": "sparse_plus", "registered_name": "eval"}})), ["builtins.eval"])
    keras("operation-vocabulary", "an operation that reads the file given to it", model(layer("TFOpLambda", {
        "name": "f", "function": "nn.fixed_unigram_candidate_sampler"}, inbound_nodes=[["a", 0, 0, {"vocab_file": "/etc/passwd"}]])),
        ["tensorflow.nn.fixed_unigram_candidate_sampler"])
    keras("class-twice", "a class_name that stands twice", json.dumps(model(layer("Lambda"))).replace(
        '"class_name": "Lambda"', '"class_name": "Dense", "class_name": "Lambda"').encode(), ["keras.layers.Lambda"])
    keras("deep", "five thousand objects in each other", b'{"class_name": "A", "config": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
          verdict="incomplete", **{"or": "untrusted"})
    keras("no-root", "objects in an object that is none", {"a": {"b": layer("Lambda")}}, ["keras.layers.Lambda"])
    add("keras-in-torch.pt", archive(metadata, member("config.json", json.dumps({"a": {"b": layer("Lambda")}}).encode()),
                                     member("data.pkl", FINE)), "a Keras archive that is torch's as well",
        names=["keras.layers.Lambda"])
    add("keras-alone.json", json.dumps(model(code)).encode(), "a configuration alone, with code", **finding)


def tensorflow_files():
    finding, broken = {"names": ()}, {"verdict": "incomplete", "names": ()}

    def node(op, name="n", attribute=b""):
        return field(1, field(1, name) + field(2, op) + attribute)

    def saved(graph, more=b""):
        return field(1, 1) + field(2, field(1, field(4, "serve") + field(5, "2.15.0")) + field(2, graph) + more)
    plain = node("Placeholder")
    inner = field(2, field(1, field(1, field(1, "f")) + field(3, field(1, "r") + field(2, "ReadFile"))))
    add("savedmodel-function.pb", saved(plain + inner), "an operator that reads a file, in a function",
        names=["tensorflow.raw_ops.ReadFile"])
    add("savedmodel-python.pb", saved(plain + node("PyFunc")), "an operator that calls Python", names=["tensorflow.raw_ops.PyFunc"])
    add("savedmodel-print.pb", saved(plain + node("PrintV2", attribute=field(5, field(1, "output_stream") + field(
        2, field(2, "file:///tmp/made-up"))))), "an operator that prints into a file", names=["tensorflow.raw_ops.PrintV2"])
    add("savedmodel-vocabulary.pb", saved(plain + node("FixedUnigramCandidateSampler", attribute=field(5, field(1, "vocab_file") + field(
        2, field(2, "/etc/passwd"))))), "an operator that samples words of a file", names=["tensorflow.raw_ops.FixedUnigramCandidateSampler"])
    add("savedmodel-dump.pb", saved(plain + node("DumpTensor")), "an operator that writes what it is given to a file",
        names=["tensorflow.raw_ops.DumpTensor"])
    add("savedmodel-asset.pb", saved(plain, field(6, field(1, field(1, "a")) + field(2, "../../etc/passwd"))),
        "an asset out of the folder", **finding)
    add("savedmodel-table.pb", saved(plain + node("InitializeTableFromTextFileV2")), "a table from a file that is no asset",
        names=["tensorflow.raw_ops.InitializeTableFromTextFileV2"])
    add("savedmodel-graph-in-text.pb", saved(plain + node("DatasetFromGraph")), "a graph in a text",
        names=["tensorflow.raw_ops.DatasetFromGraph"])
    add("savedmodel-second-graph.pb", saved(plain) + field(2, field(2, node("WriteFile"))), "an operator in a second graph",
        names=["tensorflow.raw_ops.WriteFile"])
    add("savedmodel-length.pb", saved(plain) + varint(2 << 3 | 2) + varint(1 << 62), "a length of exabytes", **broken)
    add("graph-file.pb", node("ReadFile"), "a frozen graph that reads a file", names=["tensorflow.raw_ops.ReadFile"])
    add("metagraph-file.meta", field(1, field(4, "train")) + field(2, node("ReadFile")), "the graph of a checkpoint that reads a file",
        names=["tensorflow.raw_ops.ReadFile"])

    def block(*entries):
        body = b"".join(varint(rest[0] if rest else 0) + varint(len(key)) + varint(len(value)) + key + value
                        for key, value, *rest in entries)
        return body + struct.pack("<II", 0, 1), bytes(5)

    def index(entries, loop=False):
        data, tail = block(*entries)
        handle = varint(0) + varint(len(data))
        top, tail2 = block((b"x", varint(len(data) + 5) + varint(200) if loop else handle))
        where = varint(len(data) + 5) + varint(len(top))
        return data + tail + top + tail2 + (handle + where).ljust(40, b"\0") + struct.pack("<Q", 0xdb4775248b80fb57)
    header = (b"", field(1, 1))
    value = field(1, 1) + field(2, field(2, field(1, 4))) + field(5, 16)
    add("checkpoint-no-data.index", index([header, (b"w", value)]), "a checkpoint without its numbers", **broken)
    add("checkpoint-shape.index", index([header, (b"w", field(1, 1) + field(2, field(2, field(1, 1 << 62)) + field(
        2, field(1, 8))) + field(5, 16))]), "a shape that overflows", **broken)
    add("checkpoint-loop.index", index([header, (b"w", value)], loop=True), "a block past the end", **broken)
    add("checkpoint-prefix.index", index([header, (b"w", value, 9)]), "a key that shares more than the one before has", **broken)
    add("flatbuffer.tflite", struct.pack("<I", 28) + b"TFL3" + bytes(56), "a model that is not read", **broken)
    add("flatbuffer.ort", struct.pack("<I", 28) + b"ORTM" + bytes(56), "a model that is not read", **broken)


# --- index ------------------------------------------------------------------------------------------------------------------


def ask(pythons):
    """{file: {reader: names}} from the real libraries in these environments."""
    found = {}
    for python in pythons:
        command = [python, str(ASK)] + [str(HERE / file) for file in sorted(FIXTURES)]
        for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            answer = json.loads(line)
            found.setdefault(answer["file"], {}).update(answer["readers"])
    return found


def write_index(pythons):
    found = ask(pythons)
    with open(HERE / "INDEX-archives.jsonl", "w") as out:
        for file in sorted(FIXTURES):
            fixture, readers = FIXTURES[file], found.get(file, {})
            resolved = sorted({name for answer in readers.values() for name in answer.get("names", ())})
            row = {"file": file, "class": 10, "attacks": fixture["attacks"], "verdict": fixture["verdict"],
                   "names": fixture["names"], "resolved": resolved, "readers": readers}
            row.update(fixture["more"])
            missed = {SYSTEM, EVAL} & set(resolved) - set(fixture["names"])
            if missed:
                print("%s: a reader resolves %s, which the author did not name" % (file, sorted(missed)), file=sys.stderr)
            out.write(json.dumps(row) + "\n")


def main():
    for group in (zips, old_forms, nested_loaders, other_archives, numpy_files, skops_files, other_formats, hdf5_files, keras_files,
                  tensorflow_files):
        group()
    for file, fixture in FIXTURES.items():
        (HERE / file).write_bytes(fixture["data"])
    for path in HERE.glob("10-*"):
        if path.name not in FIXTURES:
            print("%s: nothing here makes this file" % path.name, file=sys.stderr)
    if sys.argv[1:]:
        write_index(sys.argv[1:])


if __name__ == "__main__":
    main()
