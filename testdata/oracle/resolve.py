#!/usr/bin/env python3
"""Say which names CPython's unpicklers would resolve in a file, and what they would call, without importing anything.

Usage: resolve.py [--joblib] [--full] FILE...

Two real unpicklers run: `pickle.Unpickler` (written in C) and `pickle._Unpickler` (written in Python). Their `find_class`
only writes down the name and hands back an inert stand-in, which can be called, built, filled and hashed, and does nothing.
With --joblib a third reading steps over the raw arrays of joblib and undoes its compression first.

Each reading runs in a child process with limits on time and memory, so names found before a crash are kept.
Printed is one JSON object a file: {"file", "c": R, "py": R, "joblib": R}, where R joins the variants of that reading:
{"names", "calls", "changed", "pids", "programs", "ok", "error"}. --full adds each variant by itself.
"""

import argparse
import bz2
import copyreg
import gzip
import io
import itertools
import json
import lzma
import os
import pickle
import re
import resource
import select
import signal
import sys
import time
import types
import warnings
import zlib

import _compat_pickle

MEMORY = 2 << 30  # bytes of address space for one reading
SECONDS = 5  # for one reading
MAX_EVENTS = 50_000
MAX_PROGRAMS = 20_000
MAX_LABEL = 200

COMPUTED = "<computed>"
PERSISTENT = "<persistent>"
WRAPPERS = ("numpy_pickle.NumpyArrayWrapper",)
SIDE_WRAPPERS = ("numpy_pickle.NDArrayWrapper", "numpy_pickle.ZNDArrayWrapper")


# --- what a reading did -------------------------------------------------------------------------------------------------


class Record:
    """Collects what one reading did, each thing once, in order."""

    kinds = ("names", "calls", "changed", "pids")

    def __init__(self, emit=None):
        self.seen = {kind: {} for kind in self.kinds}
        self.emit = emit
        self.programs = 0
        self.left = MAX_EVENTS

    def add(self, kind, text):
        seen = self.seen[kind]
        if text in seen:
            return
        self.left -= 1
        if self.left < 0:
            raise MemoryError("too many events")
        seen[text] = True
        if self.emit:
            self.emit({"kind": kind, "text": text})


record = Record()


# --- stand-ins ----------------------------------------------------------------------------------------------------------


class Info:
    """What is known about a stand-in: how it came about and what was put on it."""

    def __init__(self, label, imported=False, cls=None, args=()):
        self.label = label[:MAX_LABEL]
        self.imported = imported
        self.cls = cls
        self.args = args
        self.state = {}
        self.states = []


def info_of(obj):
    if type(obj) is StandInMeta:
        return type.__getattribute__(obj, "info")
    return None


def stand_in(label, **more):
    return type.__new__(StandInMeta, "StandIn", (), {"info": Info(label, **more), "__new__": made_new})


def made_new(cls, *args, **kwargs):
    """What `cls.__new__` does, also when C calls the slot: another stand-in."""
    return called(cls, args)


def called(target, args):
    info = info_of(target)
    record.add("calls", info.label)
    register_extension(info.label, args)
    return stand_in(info.label + "()", cls=target, args=args)


def changed(target):
    info = info_of(target)
    if info.imported:
        record.add("changed", info.label)
    return info


class StandInMeta(type):
    """The class of all stand-ins. They are classes, as NEWOBJ of the C unpickler asks for a class."""

    def __call__(cls, *args, **kwargs):
        return called(cls, args)

    def __getattribute__(cls, name):
        if name == "__setstate__":
            return lambda state: set_state(cls, state)
        if name == "append":
            return lambda item: changed(cls) and None
        if name in ("extend", "add", "update"):
            return lambda *items: changed(cls) and None
        if name == "__new__":
            return lambda *args, **kwargs: called(cls, args[1:])
        try:
            return type.__getattribute__(cls, name)
        except AttributeError:
            if name.startswith("__") and name.endswith("__"):
                raise
            return stand_in(type.__getattribute__(cls, "info").label + "." + name)

    def __setitem__(cls, key, value):
        info = changed(cls)
        if info.label == "copyreg._inverted_registry" and isinstance(key, int):
            copyreg._inverted_registry[key] = value
        if info.label == "copyreg._extension_cache" and isinstance(key, int):
            extension_cache()[key] = value

    def __iter__(cls):
        return iter(())

    def __hash__(cls):
        return id(cls)

    def __eq__(cls, other):
        return cls is other

    def __repr__(cls):
        return "<stand-in>"


def set_state(target, state):
    """Remember a state as the default BUILD does: the dict, and the slots beside it."""
    info = changed(target)
    info.states.append(state)
    parts = state if isinstance(state, tuple) and len(state) == 2 else (state,)
    for part in parts:
        if isinstance(part, dict):
            info.state.update(part)


# --- the extension registry, kept as plain data in the child ---------------------------------------------------------------


def register_extension(label, args):
    if label == "copyreg.add_extension" and len(args) == 3:
        module, name, code = args
        if isinstance(module, str) and isinstance(name, str) and isinstance(code, int):
            copyreg._inverted_registry[code] = (module, name)


def extension_cache():
    return copyreg._extension_cache


# --- names --------------------------------------------------------------------------------------------------------------


def mapped(module, name, proto):
    """The pair that find_class looks up, after its mapping of Python 2 names."""
    if proto < 3:
        if (module, name) in _compat_pickle.NAME_MAPPING:
            return _compat_pickle.NAME_MAPPING[(module, name)]
        module = _compat_pickle.IMPORT_MAPPING.get(module, module)
    return module, name


def resolved(module, name, proto):
    module, name = mapped(module, name, proto)
    label = module + "." + name
    record.add("names", label)
    return stand_in(label, imported=True)


def install_probe():
    """Make three inert names by which the C unpickler betrays its protocol, which it does not show otherwise."""
    probe = types.ModuleType("_probe")
    nested = types.SimpleNamespace(b="4 or more")
    probe.a = nested
    setattr(probe, "a.b", "3")
    probe.c = "below 3"
    sys.modules["_probe"] = probe
    _compat_pickle.NAME_MAPPING[("_probe", "a.b")] = ("_probe", "c")


PROBED = {"below 3": 2, "3": 3, "4 or more": 4}


class CUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        proto = PROBED[super().find_class("_probe", "a.b")]
        return resolved(module, name, proto)

    def persistent_load(self, pid):
        return persistent(pid)


class PyUnpickler(pickle._Unpickler):
    dispatch = pickle._Unpickler.dispatch.copy()

    def find_class(self, module, name):
        sys.intern(module), sys.intern(name)
        return resolved(module, name, self.proto)

    def persistent_load(self, pid):
        return persistent(pid)

    def load_stack_global(self):
        """As the original, but an operand that a call made counts as a string that nobody knows."""
        name = self.stack.pop()
        module = self.stack.pop()
        if info_of(name) or info_of(module):
            record.add("names", COMPUTED)
            self.append(stand_in(COMPUTED, imported=True))
            return
        if type(name) is not str or type(module) is not str:
            raise pickle.UnpicklingError("STACK_GLOBAL requires str")
        self.append(self.find_class(module, name))

    dispatch[pickle.STACK_GLOBAL[0]] = load_stack_global


def persistent(pid):
    record.add("pids", pid if isinstance(pid, str) else type(pid).__name__)
    return stand_in(PERSISTENT)


# --- joblib -------------------------------------------------------------------------------------------------------------


class JoblibUnpickler(PyUnpickler):
    """Steps over the raw arrays as joblib's loader does: after BUILD of an array wrapper, from the file, past any frame."""

    dispatch = PyUnpickler.dispatch.copy()
    inner_is_c = False

    def __init__(self, file):
        super().__init__(file)
        self.file_handle = file

    def load_build(self):
        super().load_build()
        info = info_of(self.stack[-1])
        if not info or not info.cls:
            return
        kind = wrapper_kind(info)
        if kind in SIDE_WRAPPERS:
            raise FileNotFoundError("array in a file of its own: %r" % (info.state.get("filename"),))
        if kind in WRAPPERS:
            self.stack[-1] = self.read_array(info)

    dispatch[pickle.BUILD[0]] = load_build

    def read_array(self, info):
        count = 1
        shape = info.state["shape"]
        if len(shape):
            count = wrapping_product(shape)
        dtype = info.state["dtype"]
        if has_object(dtype):
            return self.load_inner()
        if info.state.get("numpy_array_alignment_bytes") is not None:
            self.file_handle.read(int.from_bytes(self.file_handle.read(1), "little"))
        if count < 0:
            raise ValueError("negative dimensions are not allowed")
        skip(self.file_handle, count * item_size(dtype))
        if any(size < 0 for size in shape) or exact_product(shape) != count:
            raise ValueError("cannot reshape array")
        return stand_in("<array>")

    def load_inner(self):
        """Object arrays: joblib up to 1.5 asks pickle.load, later ones a Python unpickler with the outer find_class."""
        if self.inner_is_c:
            return CUnpickler(self.file_handle).load()
        inner = PyUnpickler(self.file_handle)
        inner.find_class = self.find_class
        return inner.load()


class OldJoblibUnpickler(JoblibUnpickler):
    dispatch = JoblibUnpickler.dispatch.copy()
    inner_is_c = True


def wrapper_kind(info):
    """The last two parts of the class's name, also for copyreg's way of making one."""
    label = info_of(info.cls).label
    if label == "copyreg._reconstructor" and info.args and info_of(info.args[0]):
        label = info_of(info.args[0]).label
    return ".".join(label.split(".")[-2:])


def exact_product(shape):
    product = 1
    for size in shape:
        product *= int(size)
    return product


def wrapping_product(shape):
    """The product in 64 signed bits, as NumPy computes it."""
    for size in shape:
        if not -(2**63) <= int(size) < 2**63:
            raise OverflowError("Python int too large to convert to C long")
    return (exact_product(shape) + 2**63) % 2**64 - 2**63


def skip(file, size):
    while size > 0:
        got = len(file.read(min(size, 1 << 20)))
        if not got:
            raise ValueError("EOF: reading array data")
        size -= got


def dtype_state(dtype):
    info = info_of(dtype)
    return next((s for s in reversed(info.states) if isinstance(s, tuple) and len(s) >= 6), ())


def has_object(dtype):
    info = info_of(dtype)
    if not info:
        raise AttributeError("hasobject")
    if "hasobject" in info.state:
        return bool(info.state["hasobject"])
    code = info.args[0] if info.args else ""
    state = dtype_state(dtype)
    fields = state[4] if len(state) > 4 and isinstance(state[4], dict) else {}
    inside = [field[0] for field in fields.values()] + ([state[2][0]] if len(state) > 2 and state[2] else [])
    return isinstance(code, str) and code.lstrip("<>|=").startswith("O") or any(has_object(d) for d in inside)


def item_size(dtype):
    info = info_of(dtype)
    if "itemsize" in info.state:
        return info.state["itemsize"]
    state = dtype_state(dtype)
    match = re.fullmatch(r"[<>|=]?([a-zA-Z])(\d+)(\[\w+\])?", info.args[0])
    if state and match.group(1) in "SUV":
        return max(0, state[5])  # NumPy takes these from the state, the others from the text
    return int(match.group(2)) * (4 if match.group(1) == "U" else 1)


def joblib_stream(data):
    """What joblib hands to its unpickler: the file, or what its first bytes say it is packed with."""
    openers = [
        (b"\x78", ZlibStreams),
        (b"\x1f\x8b", lambda d: gzip.GzipFile(fileobj=io.BytesIO(d))),
        (b"BZ", lambda d: bz2.BZ2File(io.BytesIO(d))),
        (b"\x5d\x00", lambda d: lzma.LZMAFile(io.BytesIO(d))),
        (b"\xfd7zXZ", lambda d: lzma.LZMAFile(io.BytesIO(d))),
        (b"\x04\x22\x4d\x18", lz4_stream),
    ]
    if data.startswith(b"ZF"):
        return io.BytesIO(unzip_zfile(data))
    for magic, opener in openers:
        if data.startswith(magic):
            return io.BufferedReader(opener(data))
    return io.BufferedReader(io.BytesIO(data))


class ZlibStreams(io.RawIOBase):
    """zlib streams, one after the other."""

    def __init__(self, data):
        self.rest, self.stream, self.ready = data, zlib.decompressobj(), b""

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.ready and (self.rest or self.stream.unconsumed_tail):
            if self.stream.eof:
                self.stream = zlib.decompressobj()
            self.ready = self.stream.decompress(self.rest, 1 << 20)
            self.rest = self.stream.unconsumed_tail or self.stream.unused_data
        part, self.ready = self.ready[: len(buffer)], self.ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def lz4_stream(data):
    return io.BytesIO(b"".join(lz4_blocks(data)))


def lz4_blocks(data):
    """The blocks of a frame without checksums, dictionary or content size, which is what the fixtures use."""
    at = 7
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        if size == 0:
            return
        block = data[at + 4 : at + 4 + (size & 0x7FFFFFFF)]
        at += 4 + len(block)
        yield block if size >> 31 else lz4_block(block)
    raise EOFError("compressed file ended before the end-of-stream marker was reached")


def lz4_block(block):
    out, at = bytearray(), 0

    def long_length(length):
        nonlocal at
        while length >= 15:
            at += 1
            length += block[at - 1]
            if block[at - 1] < 255:
                break
        return length

    while at < len(block):
        token = block[at]
        at += 1
        literals = long_length(token >> 4)
        out += block[at : at + literals]
        at += literals
        if at >= len(block):
            break
        back = block[at] | block[at + 1] << 8
        at += 2
        for _ in range(long_length(token & 15) + 4):
            out.append(out[-back])
    return bytes(out)


def unzip_zfile(data):
    length = int(data[2:21], 16)
    start = 22 if data[21:22] == b" " else 21
    out = zlib.decompressobj().decompress(data[start:], MEMORY // 8)
    if len(out) != length:
        raise AssertionError("incorrect data length")
    return out


# --- readings -----------------------------------------------------------------------------------------------------------


def programs(file, make, keep=False):
    """Load program after program until the file ends, as a caller who loops over load() does."""
    unpickler = make(file) if keep else None
    while record.programs < MAX_PROGRAMS:
        try:
            (unpickler or make(file)).load()
        except EOFError:
            if record.programs and at_end(file):
                return
            raise
        record.programs += 1
        if not keep and at_end(file):
            return


def at_end(file):
    here = file.tell()
    end = not file.read(1)
    file.seek(here)
    return end


def with_buffers(file):
    return CUnpickler(file, buffers=itertools.repeat(bytearray(8)))


VARIANTS = {
    # A BytesIO cannot be peeked into, so after STOP inside a frame the file stands at the frame's end.
    "c": lambda d: programs(io.BytesIO(d), CUnpickler),
    # A file opened with open() can be: it stands right after STOP.
    "c-file": lambda d: programs(io.BufferedReader(io.BytesIO(d)), CUnpickler),
    # One unpickler asked again keeps its memo and the rest of its frame.
    "c-again": lambda d: programs(io.BytesIO(d), CUnpickler, keep=True),
    # What pandas and torch may ask for.
    "c-latin1": lambda d: programs(io.BytesIO(d), lambda f: CUnpickler(f, encoding="latin-1")),
    "c-buffers": lambda d: programs(io.BytesIO(d), with_buffers),
    "py": lambda d: programs(io.BytesIO(d), PyUnpickler),
    "py-again": lambda d: programs(io.BytesIO(d), PyUnpickler, keep=True),
    "py-latin1": lambda d: programs(io.BytesIO(d), lambda f: PyUnpickler(f, encoding="latin-1")),
    "joblib": lambda d: JoblibUnpickler(joblib_stream(d)).load(),
    "joblib-old": lambda d: OldJoblibUnpickler(joblib_stream(d)).load(),
}


def readings(joblib=False):
    return [v for v in VARIANTS if joblib or not v.startswith("joblib")]


def run(variant, data, emit=None):
    """One reading in this process. Returns its Record, and the error or None."""
    global record
    record = Record(emit)
    saved = dict(copyreg._inverted_registry), dict(extension_cache())
    try:
        VARIANTS[variant](data)
        error = None
    except (Exception, RecursionError) as err:
        error = "%s: %s" % (type(err).__name__, str(err)[:200])
    finally:
        copyreg._inverted_registry.clear()
        copyreg._inverted_registry.update(saved[0])
        extension_cache().clear()
        extension_cache().update(saved[1])
    return record, error


def limited(variant, data):
    """One reading in a child with limits. What it found until a crash is kept."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        child(variant, data, writer)
    os.close(writer)
    text, late = drain(reader)
    if late:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    result = {kind: [] for kind in Record.kinds}
    result.update(programs=0, ok=False, error="timeout" if late else "died with status %d" % status)
    for line in text.split(b"\n")[:-1]:
        event = json.loads(line)
        if "kind" in event:
            result[event["kind"]].append(event["text"])
        else:
            result.update(event)
    return result


def child(variant, data, writer):
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        send = lambda event: os.write(writer, json.dumps(event).encode() + b"\n")
        done, error = run(variant, data, send)
        send({"programs": done.programs, "ok": error is None, "error": error or ""})
    finally:
        os._exit(0)


def drain(fd):
    chunks, end = [], time.monotonic() + SECONDS
    while True:
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            late = True
            break
        chunk = os.read(fd, 1 << 16)
        if not chunk:
            late = False
            break
        chunks.append(chunk)
    os.close(fd)
    return b"".join(chunks), late


def resolve(data, joblib=False, full=False):
    """All readings of some bytes: {"c", "py", "joblib"}, each the variants joined, the first one's error."""
    by_variant = {v: limited(v, data) for v in readings(joblib)}
    joined = {}
    for variant, result in by_variant.items():
        into = joined.setdefault(variant.partition("-")[0], json.loads(json.dumps(result)))
        for kind in Record.kinds:
            into[kind] += [text for text in result[kind] if text not in into[kind]]
        into["programs"] = max(into["programs"], result["programs"])
    if full:
        joined["variants"] = by_variant
    return joined


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--joblib", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    for path in args.files:
        with open(path, "rb") as file:
            data = file.read()
        print(json.dumps({"file": path, **resolve(data, args.joblib, args.full)}), flush=True)


install_probe()
warnings.simplefilter("ignore")

if __name__ == "__main__":
    main()
