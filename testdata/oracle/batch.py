#!/usr/bin/env python3
"""Load programs in batches with real unpicklers, and say what each asked for. `cmd/soak` feeds it. Python 3.8 or newer.

Usage: batch.py READING[,READING…]

On standard input stand programs, each as a length (four bytes, little endian) and that many bytes; a length of 2^32-1 asks for
the answers to all before it. An answer is one line of JSON: {"n": [[MODULE, NAME, USES], …], "r": [[PROGRAMS, END], …]}.
Names are UTF-8, each byte as the character of its number; USES adds up 1 import, 2 call, 4 new, 8 build and 16 change.
There is a pair for each reading: the programs that it read to STOP, and 1 where the data ended behind them, 2 where memory
did, or patience.

`find_class` hands back inert stand-ins which can be called, built, filled and hashed, and do nothing. Nothing is imported.
"""

import copyreg
import io
import itertools
import json
import os
import pickle
import resource
import struct
import sys
import types
import warnings

import _compat_pickle

MEMORY = 640 << 20  # bytes of address space
MAX_PROGRAMS = 64
EXTENSIONS = 16  # codes below are registered, so that a program goes on behind them

IMPORT, CALL, NEW, BUILD, CHANGE = 1, 2, 4, 8, 16
COMPUTED = "", "<computed>"
PERSISTENT = "", "<persistent>"  # what the callback gives; only the loader knows what that is
REGISTERED = "<registered>"  # the module of what an extension code stands for


# --- stand-ins, which are used again from reading to reading ----------------------------------------------------------------


class Facts:
    __slots__ = ("label", "imported", "made_by", "args", "use")


class Meta(type):
    """The class of all stand-ins. They are classes, as NEWOBJ of the C unpickler asks for a class."""

    def __call__(cls, *args, **keywords):
        return called(cls, args, CALL)

    def __setstate__(cls, state):
        put(cls)

    def append(cls, item):
        put(cls)

    add = append

    def extend(cls, items):
        put(cls)

    def __setitem__(cls, key, value):
        put(cls)
        label = cls.facts.label
        if label == ("copyreg", "_inverted_registry") and isinstance(key, int):
            copyreg._inverted_registry[key] = value

    def __iter__(cls):
        return iter(())


def made_new(cls, *args, **keywords):
    """What `cls.__new__` does, also when C calls the slot."""
    return called(cls, args, NEW)


pool, used = [], 0


def stand_in(label, imported=False, made_by=None, args=(), use=0):
    global used
    if used == len(pool):
        pool.append(Meta("StandIn", (), {"facts": Facts(), "__new__": made_new}))
    made = pool[used]
    used += 1
    facts = made.facts
    facts.label, facts.imported, facts.made_by, facts.args, facts.use = label, imported, made_by, args, use
    return made


names, classes = {}, {}  # the uses of a program's names; the stand-ins of a reading's


def note(label, use):
    names[label] = names.get(label, 0) | use


def called(target, args, use):
    facts = target.facts
    label = facts.label
    if label is not PERSISTENT:
        note(label if facts.imported else COMPUTED, use)
    if facts.imported and label == ("copyreg", "add_extension") and len(args) == 3 and isinstance(args[2], int):
        copyreg._inverted_registry[args[2]] = args[:2]
    return stand_in(label, False, target, args, use)


RECONSTRUCTORS = {
    ("copyreg", "_reconstructor"),
    ("copyreg", "__newobj__"),
    ("copyreg", "__newobj_ex__"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core._multiarray_umath", "_reconstruct"),
    ("numpy.ma.core", "_mareconstruct"),
}


def put(target):
    facts = target.facts
    if facts.imported:
        note(facts.label, CHANGE)
    elif facts.made_by is not None and facts.made_by.facts.imported:
        label = facts.label
        if label in RECONSTRUCTORS and facts.use == CALL and facts.args:
            label = facts.args[0].facts.label if is_imported(facts.args[0]) else None  # what else makes an object is not known
        if label:
            note(label, BUILD)


def resolved(module, name, old_names):
    if module == REGISTERED:
        label = "", name
    else:
        if old_names:
            if (module, name) in _compat_pickle.NAME_MAPPING:
                module, name = _compat_pickle.NAME_MAPPING[module, name]
            elif module in _compat_pickle.IMPORT_MAPPING:
                module = _compat_pickle.IMPORT_MAPPING[module]
        label = module, name
    note(label, IMPORT)
    made = classes.get(label)
    if made is None:
        made = classes[label] = stand_in(label, True)
    return made


# --- the unpicklers ---------------------------------------------------------------------------------------------------------


def install_probe():
    """Make three inert names by which the C unpickler betrays its protocol, which it does not show otherwise."""
    probe = types.ModuleType("_probe")
    probe.a = types.SimpleNamespace(b=False)
    setattr(probe, "a.b", False)
    probe.c = True
    sys.modules["_probe"] = probe
    _compat_pickle.NAME_MAPPING["_probe", "a.b"] = ("_probe", "c")


class CUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return resolved(module, name, super().find_class("_probe", "a.b"))

    def persistent_load(self, pid):
        return stand_in(PERSISTENT)


class PyUnpickler(pickle._Unpickler):
    dispatch = pickle._Unpickler.dispatch.copy()

    def find_class(self, module, name):
        sys.intern(module), sys.intern(name)
        return resolved(module, name, self.proto < 3)

    def persistent_load(self, pid):
        return stand_in(PERSISTENT)

    def load_stack_global(self):
        """As the original, but what a call or a callback made counts as a string that nobody knows."""
        stack = self.stack
        if len(stack) > 1 and (is_made(stack[-1]) or is_made(stack[-2])):
            name, module = stack.pop(), stack.pop()
            if all(type(part) is str or is_made(part) for part in (module, name)):
                note(COMPUTED, IMPORT)
                self.append(stand_in(COMPUTED))
                return
            raise pickle.UnpicklingError("STACK_GLOBAL requires str")
        super().load_stack_global()

    dispatch[pickle.STACK_GLOBAL[0]] = load_stack_global


def is_imported(value):
    return type(value) is Meta and value.facts.imported


def is_made(value):
    return type(value) is Meta and not value.facts.imported


def buffers():
    return (bytearray(8) for _ in itertools.count())


def c_latin1(file):
    return CUnpickler(file, encoding="latin-1", buffers=buffers())


def py_latin1(file):
    return PyUnpickler(file, encoding="latin-1", buffers=buffers())


# What a reading hands to its unpickler, the unpickler, and whether one is asked again, with its memo and the rest of its frame.
READINGS = {
    "c": (io.BytesIO, CUnpickler, False),  # cannot be peeked into, so behind STOP inside a frame it stands at the frame's end
    "py": (io.BytesIO, PyUnpickler, False),
    "c-latin1": (io.BytesIO, c_latin1, False),
    "c-file": (lambda data: io.BufferedReader(io.BytesIO(data)), c_latin1, False),  # stands right behind STOP
    "c-again": (io.BytesIO, c_latin1, True),
    "py-latin1": (io.BytesIO, py_latin1, False),
    "py-again": (io.BytesIO, py_latin1, True),
}


def read(data, make_file, make, again):
    """Load program after program; return how many, and whether the data ended behind the last."""
    file = make_file(data)
    count, size = 0, len(data)
    unpickler = make(file) if again else None
    try:
        while count < MAX_PROGRAMS:
            (unpickler or make(file)).load()
            count += 1
            if file.tell() == size and not again:
                return count, 1
    except EOFError:
        return count, 2 if again and count else 0
    except MemoryError:
        return count, 2
    except Exception:
        return count, 0
    return count, 2


EXTENSION_CODES = {code: (REGISTERED, "<extension %d>" % code) for code in range(1, EXTENSIONS)}


def answer(data, readings):
    global used
    names.clear()
    results = []
    for reading in readings:
        copyreg._inverted_registry.clear()
        copyreg._inverted_registry.update(EXTENSION_CODES)
        copyreg._extension_cache.clear()
        classes.clear()
        used = 0
        results.append(read(data, *reading))
    return {"n": [[plain(module), plain(name), uses] for (module, name), uses in names.items()], "r": results}


def plain(text):
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def serve(readings):
    stdin, out = sys.stdin.buffer, []
    dumps = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
    while True:
        head = stdin.read(4)
        if len(head) < 4:
            return
        (size,) = struct.unpack("<I", head)
        if size == 0xFFFFFFFF:
            out.append("")
            sys.stdout.write("\n".join(out))
            sys.stdout.flush()
            out.clear()
            continue
        out.append(dumps(answer(stdin.read(size), readings)))


def prepare():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    install_probe()


def main():
    prepare()
    serve([READINGS[name] for name in sys.argv[1].split(",")])


if __name__ == "__main__":
    main()
