#!/usr/bin/env python3
"""Write the hostile files of this folder, and with interpreters given also INDEX.jsonl.

Usage: make.py                          writes the files
       make.py PYTHON [PYTHON ...]      then asks ../oracle/resolve.py under each of these what CPython would resolve

The files are put together opcode by opcode; no pickler, NumPy or joblib takes part. What they would run is inert
(`true`, `1+1`), yet none of them should ever be loaded. Each `add` below says in its last text what the file attacks.
"""

import base64
import bz2
import json
import lzma
import pathlib
import struct
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
RESOLVE = HERE.parent / "oracle" / "resolve.py"

FIXTURES = {}

# Ends the note of a file in which nothing harmful is reached by CPython and a stricter verdict is no mistake.
AS_GOOD = "calling it untrusted is as good"

# Names that a report may leave unmentioned, whatever they are called with. All others must be in it.
HARMLESS = {
    "_codecs.encode",
    "builtins.Exception",
    "builtins.bytearray",
    "builtins.bytes",
    "builtins.complex",
    "builtins.dict",
    "builtins.frozenset",
    "builtins.list",
    "builtins.object",
    "builtins.range",
    "builtins.set",
    "builtins.slice",
    "builtins.str",
    "builtins.tuple",
    "collections.OrderedDict",
    "collections.UserDict",
    "collections.defaultdict",
    "copyreg.__newobj__",
    "copyreg.__newobj_ex__",
    "copyreg._reconstructor",
    "datetime.datetime",
    "functools.partial",
    "joblib.numpy_pickle.NDArrayWrapper",
    "joblib.numpy_pickle.NumpyArrayWrapper",
    "joblib.numpy_pickle.ZNDArrayWrapper",
    "numpy._core.multiarray._reconstruct",
    "numpy.core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy.dtype",
    "numpy.ndarray",
    "numpy.prod",
    "numpy.size",
    "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper",
    "sklearn.svm._classes.SVC",
    "types.SimpleNamespace",
}


def add(group, name, data, attacks, ext="pkl", verdict="untrusted", also=""):
    """A fixture. `verdict` is what its author means it to be; the index is made by asking CPython and must agree."""
    file = "%s-%s.%s" % ("%02d" % group if isinstance(group, int) else group, name, ext)
    assert file not in FIXTURES, file
    if verdict == "incomplete" and not also and (group == 2 or name.startswith("codec-")):
        also = AS_GOOD
    FIXTURES[file] = {"class": group, "attacks": attacks, "verdict": verdict, "also": also, "data": data}


# --- assembler ----------------------------------------------------------------------------------------------------------

MARK, STOP, POP, POP_MARK, DUP, NONE = b"(", b".", b"0", b"1", b"2", b"N"
REDUCE, BUILD, OBJ, NEWOBJ, NEWOBJ_EX = b"R", b"b", b"o", b"\x81", b"\x92"
TUPLE, TUPLE1, TUPLE2, TUPLE3, NO_ARGS = b"t", b"\x85", b"\x86", b"\x87", b")"
LIST, DICT, EMPTY_LIST, EMPTY_DICT, EMPTY_SET = b"l", b"d", b"]", b"}", b"\x8f"
APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS, FROZENSET = b"a", b"e", b"s", b"u", b"\x90", b"\x91"
STACK_GLOBAL, MEMOIZE, BINPERSID, TRUE, FALSE = b"\x93", b"\x94", b"Q", b"\x88", b"\x89"
NEXT_BUFFER, READONLY_BUFFER = b"\x97", b"\x98"


def u1(n):
    return struct.pack("<B", n)


def u4(n):
    return struct.pack("<I", n)


def u8(n):
    return struct.pack("<Q", n)


def proto(n):
    return b"\x80" + u1(n)


def frame(data, length=None):
    return b"\x95" + u8(len(data) if length is None else length) + data


def raw(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def uni(text):
    """A str by the shortest opcode."""
    data = raw(text)
    return b"\x8c" + u1(len(data)) + data if len(data) < 256 else b"X" + u4(len(data)) + data


def string(text):
    return b"S'" + raw(text) + b"'\n"


def blob(data):
    return b"C" + u1(len(data)) + data if len(data) < 256 else b"B" + u4(len(data)) + data


def num(n):
    if 0 <= n < 256:
        return b"K" + u1(n)
    if -(2**31) <= n < 2**31:
        return b"J" + struct.pack("<i", n)
    data = n.to_bytes(n.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + u1(len(data)) + data


def name0(module, name):
    return b"c" + raw(module) + b"\n" + raw(name) + b"\n"


def name4(module, name):
    return uni(module) + uni(name) + STACK_GLOBAL


def tup(*items):
    return MARK + b"".join(items) + TUPLE


def seq(*items):
    return EMPTY_LIST + MARK + b"".join(items) + APPENDS


def gzipped(data):
    """gzip with a fixed header, which the library's versions write differently."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + u4(zlib.crc32(data)) + u4(len(data))


def table(**items):
    return EMPTY_DICT + MARK + b"".join(uni(key) + value for key, value in items.items()) + SETITEMS


def call(function, *args):
    return function + tup(*args) + REDUCE


def p4(*parts):
    return proto(4) + b"".join(parts) + STOP


def p2(*parts):
    return proto(2) + b"".join(parts) + STOP


SYSTEM0 = name0("os", "system")
SYSTEM4 = name4("os", "system")
EVAL0 = name0("__builtin__", "eval")
EVAL4 = name4("builtins", "eval")
RUN0 = SYSTEM0 + MARK + string("true") + TUPLE + REDUCE  # os.system('true')
RUN4 = SYSTEM4 + uni("true") + TUPLE1 + REDUCE


def all_of(calls):
    """A program that makes one call after the other: (module, name, opcodes of the argument)."""
    return p4(*[name4(module, name) + arg + TUPLE1 + REDUCE + POP for module, name, arg in calls], NONE)


def pairs(text):
    """(module, name) of each line."""
    return [tuple(line.split()) for line in text.strip().splitlines()]


INNER = p4(RUN4)  # a complete harmful pickle
GOOD = p4(seq(num(1), num(2)))  # a complete harmless one


# --- 1 calls ------------------------------------------------------------------------------------------------------------


def calls():
    popen4 = name4("subprocess", "Popen")
    thing4 = name4("foreign", "Thing")
    args = tup(seq(uni("true")))
    add(1, "reduce-p0", RUN0 + STOP, "GLOBAL and REDUCE, protocol 0 text")
    add(1, "reduce-p1", EVAL0 + MARK + b"U\x031+1" + TUPLE + REDUCE + STOP, "GLOBAL and REDUCE, protocol 1, old name")
    add(1, "reduce-p2", p2(EVAL0, uni("1+1"), TUPLE1, REDUCE), "GLOBAL and REDUCE, protocol 2")
    add(
        1,
        "reduce-p3",
        proto(3) + name0("builtins", "eval") + uni("1+1") + TUPLE1 + REDUCE + STOP,
        "GLOBAL and REDUCE, protocol 3",
    )
    add(1, "reduce-p4", p4(RUN4), "STACK_GLOBAL and REDUCE, protocol 4")
    add(1, "reduce-p5-framed", proto(5) + frame(RUN4 + STOP), "STACK_GLOBAL and REDUCE in a frame, protocol 5")
    add(1, "reduce-no-args", p4(name4("posix", "getpid"), NO_ARGS, REDUCE), "REDUCE without arguments")
    add(
        1,
        "reduce-list-args",
        p4(SYSTEM4, seq(uni("true")), REDUCE),
        "REDUCE with a list as arguments: only the Python unpickler calls",
    )
    add(
        1,
        "reduce-dict-args",
        p4(SYSTEM4, table(true=NONE), REDUCE, RUN4),
        "REDUCE with a dict as arguments, more behind it: only the Python unpickler gets there",
    )
    add(
        1,
        "reduce-str-args",
        p4(name4("posix", "getpid"), uni(""), REDUCE, RUN4),
        "REDUCE with an empty str as arguments: only the Python unpickler gets past it",
    )
    add(1, "inst", MARK + string("true") + b"ios\nsystem\n.", "INST imports and calls in one opcode")
    add(1, "inst-no-args", MARK + b"iposix\ngetpid\n.", "INST without arguments")
    add(1, "inst-class-no-args", MARK + b"icode\nInteractiveConsole\n.", "INST of a class without arguments uses __new__")
    add(1, "obj", MARK + SYSTEM0 + string("true") + OBJ + STOP, "OBJ calls what stands above the mark")
    add(1, "obj-no-args", MARK + name0("posix", "getpid") + OBJ + STOP, "OBJ without arguments")
    add(1, "obj-pop", MARK + SYSTEM0 + string("true") + OBJ + POP + NONE + STOP, "OBJ, its result dropped: leaves None")
    add(1, "newobj", p2(name0("subprocess", "Popen"), args, NEWOBJ), "NEWOBJ calls __new__ of a foreign class")
    add(
        1,
        "newobj-list-args",
        p4(popen4, seq(uni("true")), NEWOBJ, POP, RUN4),
        "NEWOBJ with a list: only the Python unpickler gets past it",
    )
    add(
        1,
        "newobj-function",
        p4(name4("posix", "getpid"), NO_ARGS, NEWOBJ),
        "NEWOBJ on a function: fails, but the import has happened",
    )
    add(1, "newobj-ex", p4(popen4, args, EMPTY_DICT, NEWOBJ_EX), "NEWOBJ_EX calls __new__ of a foreign class")
    add(
        1,
        "newobj-ex-keywords",
        p4(popen4, NO_ARGS, table(args=seq(uni("true"))), NEWOBJ_EX),
        "NEWOBJ_EX with all in the keywords",
    )
    add(1, "import-only", p4(name4("antigravity", "geohash")), "nothing is called: importing the module acts")
    add(1, "import-only-popped", p4(name4("this", "s"), POP, NONE), "an import whose result is dropped")
    add(1, "discarded-pop", p4(RUN4, POP, seq(num(1))), "the result is dropped, a harmless list is left")
    add(1, "discarded-pop-mark", p4(MARK, RUN4, POP_MARK, NONE), "the result is dropped with POP_MARK")
    add(1, "discarded-in-memo", p4(RUN4, MEMOIZE, POP, NONE), "the result is only in the memo")
    add(1, "discarded-under-stop", p4(RUN4, NONE), "the result stays below what STOP returns")
    add(1, "discarded-under-mark", p4(MARK, RUN4, MARK, NONE), "the result is left behind two open marks")
    add(
        1,
        "nested-in-arguments",
        p4(name4("collections", "OrderedDict"), tup(seq(tup(uni("k"), RUN4))), REDUCE),
        "the call is an argument of a harmless call",
    )
    add(
        1,
        "call-of-result",
        p4(name4("functools", "partial"), SYSTEM4, TUPLE1, REDUCE, uni("true"), TUPLE1, REDUCE),
        "the result of a call is called",
    )
    add(
        1,
        "same-name-twice",
        p4(SYSTEM4, MEMOIZE, uni("true"), TUPLE1, REDUCE, POP, b"h\x00", uni("true"), TUPLE1, REDUCE),
        "the callable comes out of the memo the second time",
    )
    add(1, "as-dict-key", p4(EMPTY_DICT, RUN4, NONE, SETITEM), "the call stands in a key of a dict")
    add(1, "as-set-member", p4(EMPTY_SET, MARK, RUN4, ADDITEMS), "the call stands in a set")
    add(1, "in-frozenset", p4(MARK, RUN4, FROZENSET), "the call stands in a frozenset")
    add(1, "build-setstate", p4(thing4, NO_ARGS, NEWOBJ, table(x=num(1)), BUILD), "BUILD runs a foreign __setstate__")
    add(
        1,
        "build-slots",
        p4(thing4, NO_ARGS, NEWOBJ, NONE, table(x=SYSTEM4), TUPLE2, BUILD),
        "BUILD with slot state that holds a function",
    )
    add(1, "build-empty", p4(thing4, NO_ARGS, NEWOBJ, NONE, BUILD), "BUILD with None still runs __setstate__")
    add(
        1,
        "build-twice-setstate",
        p4(name4("sklearn.svm._classes", "SVC"), NO_ARGS, NEWOBJ, table(__setstate__=SYSTEM4), BUILD, uni("true"), BUILD),
        "a first BUILD sets __setstate__ on the instance, a second one calls it",
    )
    for attribute, items in (
        ("append", uni("true") + APPEND),
        ("extend", MARK + uni("true") + APPENDS),
        ("add", MARK + uni("true") + ADDITEMS),
    ):
        add(
            1,
            "build-then-" + attribute,
            p4(name4("sklearn.svm._classes", "SVC"), NO_ARGS, NEWOBJ, table(**{attribute: SYSTEM4}), BUILD, items),
            "BUILD sets the attribute %s on the instance, an opcode calls it" % attribute,
        )
    for function in ("size", "prod"):
        add(
            1,
            "build-on-numpy-" + function,
            p4(name4("numpy", function), table(__doc__=uni("changed")), BUILD),
            "BUILD on an imported function of NumPy changes it for the whole process",
        )
    add(
        1,
        "build-on-function-slots",
        p4(name4("numpy", "size"), NONE, table(__code__=NONE), TUPLE2, BUILD),
        "BUILD with slot state replaces the code of an imported function",
    )
    add(
        1,
        "build-on-class",
        p4(name4("sklearn.svm._classes", "SVC"), NONE, table(fit=SYSTEM4), TUPLE2, BUILD),
        "BUILD with slot state sets an attribute of an imported class",
    )
    add(
        1,
        "build-on-class-p0",
        name0("collections", "OrderedDict") + MARK + string("update") + SYSTEM0 + DICT + BUILD + STOP,
        "BUILD on an imported class, protocol 0",
    )
    add(1, "build-on-module", p4(name4("os", "path"), table(join=SYSTEM4), BUILD), "BUILD on an imported module")
    add(
        1,
        "build-on-result",
        p4(call(name4("importlib", "import_module"), uni("os")), table(x=NONE), BUILD),
        "BUILD on what a call returned, here a module",
    )
    add(
        1,
        "setitem-module-dict",
        p4(name4("builtins", "__dict__"), uni("len"), SYSTEM4, SETITEM),
        "SETITEM on the dict of a module",
    )
    add(
        1,
        "setitem-harmless-class",
        p4(name4("numpy", "ndarray"), uni("x"), NONE, SETITEM),
        "SETITEM on an imported class that is harmless to make: fails, or is a __setitem__ of a metaclass",
    )
    add(1, "setitems-modules", p4(name4("sys", "modules"), MARK, uni("json"), NONE, SETITEMS), "SETITEMS on sys.modules")
    add(1, "setitem-environ", p4(name4("os", "environ"), uni("PATH"), uni("/x"), SETITEM), "SETITEM on os.environ")
    add(1, "append-path", p4(name4("sys", "path"), uni("/x"), APPEND), "APPEND on sys.path")
    add(1, "appends-path", p4(name4("sys", "path"), MARK, uni("/x"), APPENDS), "APPENDS on sys.path")
    add(1, "appends-meta-path", p4(name4("sys", "meta_path"), EMPTY_LIST, APPEND), "APPEND on sys.meta_path")
    add(1, "additems-imported", p4(name4("keyword", "kwlist"), MARK, uni("x"), ADDITEMS), "ADDITEMS on an imported object")
    add(
        1,
        "persid",
        b"Pos.system\n" + SYSTEM0 + string("true") + MARK + b"1" + STOP,
        "a text persistent id, then a name: reached by loaders that answer the id",
    )
    add(1, "binpersid", p4(tup(uni("storage"), SYSTEM4, uni("0")), BINPERSID), "a persistent id that holds a function")
    add(1, "binpersid-callable", p4(uni("module"), BINPERSID, RUN4, TUPLE1, REDUCE), "what a persistent id gave is called")
    add(
        1,
        "binpersid-newobj",
        p4(uni("class"), BINPERSID, NO_ARGS, NEWOBJ, RUN4, BUILD),
        "what a persistent id gave is the class of NEWOBJ, a call is its state",
    )
    add(1, "next-buffer", proto(5) + NEXT_BUFFER + POP + RUN4 + STOP, "behind an out-of-band buffer that a caller may hand in")
    add(
        1,
        "readonly-buffer",
        proto(5) + NEXT_BUFFER + READONLY_BUFFER + POP + RUN4 + STOP,
        "behind an out-of-band buffer that is made read-only",
    )


# --- 2 operands of STACK_GLOBAL ---------------------------------------------------------------------------------------------


def operands():
    run = STACK_GLOBAL + uni("true") + TUPLE1 + REDUCE
    memo = {
        "put-get": (b"p5\n", b"g5\n"),
        "binput-binget": (b"q\x05", b"h\x05"),
        "long-binput": (b"r" + u4(70000), b"j" + u4(70000)),
        "memoize": (MEMOIZE, b"h\x00"),
        "put-binget": (b"p7\n", b"h\x07"),
        "binput-get": (b"q\x07", b"g7\n"),
        "put-hex": (b"p16\n", b"g0x10\n"),
        "put-space": (b"p 3\n", b"g 3\n"),
        "put-plus": (b"p+3\n", b"g+3\n"),
        "put-underscore": (b"p1_0\n", b"g10\n"),
        "put-zeros": (b"p007\n", b"g7\n"),
        "put-long-index": (b"p99999\n", b"g99999\n"),
    }
    for name, (put, get) in memo.items():
        add(
            2,
            "memo-" + name,
            p4(uni("os"), put, POP, NONE, POP, get, uni("system"), run),
            "the module's name comes out of the memo (%s)" % name,
            verdict="incomplete" if name == "put-hex" else "untrusted",
            also="whether this index is an integer is for the unpickler to say" if name.startswith("put-") else "",
        )
    add(
        2,
        "memo-overwritten",
        p4(uni("math"), b"q\x00", POP, uni("os"), b"q\x00", POP, b"h\x00", uni("system"), run),
        "a memo slot is written twice, the second value counts",
    )
    add(
        2,
        "memo-memoize-overwrites",
        p4(uni("math"), b"q\x01", POP, uni("os"), MEMOIZE, POP, b"h\x01", uni("system"), run),
        "MEMOIZE writes at the number of entries, which here is a slot that is taken",
    )
    add(
        2,
        "memo-put-far-then-memoize",
        p4(uni("os"), b"r" + u4(1000), POP, uni("system"), MEMOIZE, POP, b"j" + u4(1000), b"h\x01", run),
        "MEMOIZE after a far PUT writes slot 1, not 1001",
    )
    add(
        2,
        "memo-same-slot-three-ways",
        p4(uni("os"), b"p3\n", POP, b"h\x03", b"r" + u4(3), POP, b"j" + u4(3), uni("system"), run),
        "one slot by text, byte and four bytes",
    )
    add(
        2,
        "memo-from-mark",
        p4(MARK, uni("os"), MEMOIZE, uni("system"), MEMOIZE, POP_MARK, b"h\x00h\x01", run),
        "both operands were dropped with POP_MARK and live in the memo",
    )
    add(2, "dup", p4(uni("timeit"), DUP, STACK_GLOBAL, uni("1"), TUPLE1, REDUCE), "DUP makes the name out of the module's name")
    add(2, "pop-gap", p4(uni("os"), uni("x"), POP, uni("system"), run), "a string between the operands is dropped with POP")
    add(
        2,
        "pop-mark-gap",
        p4(uni("os"), MARK, uni("x"), uni("y"), POP_MARK, uni("system"), run),
        "strings between the operands are dropped with POP_MARK",
    )
    add(2, "pop-of-mark", p4(uni("os"), MARK, POP, uni("system"), run), "POP takes away a mark between the operands")
    add(
        2,
        "far-apart",
        p4(uni("os"), NONE * 2000, POP * 2000, uni("system"), run),
        "two thousand pushes and pops between the operands",
    )
    texts = {
        "string": b"S'os'\n",
        "string-double-quotes": b'S"os"\n',
        "string-escape-hex": b"S'\\x6f\\x73'\n",
        "string-escape-octal": b"S'\\157\\163'\n",
        "string-escape-mixed": b"S'\\157s'\n",
        "string-spaces": b"S  'os'  \n",
        "string-line-continued": b"S'o\\\ns'\n",
        "unicode": b"Vos\n",
        "unicode-escape": b"V\\u006fs\n",
        "unicode-escape-long": b"V\\U0000006f\\u0073\n",
        "unicode-backslashes": b"V\\u005c\\u006fs\n",
        "binstring": b"T" + u4(2) + b"os",
        "short-binstring": b"U\x02os",
        "binunicode": b"X" + u4(2) + b"os",
        "short-binunicode": b"\x8c\x02os",
        "binunicode8": b"\x8d" + u8(2) + b"os",
        "binbytes": b"C\x02os",
        "bytearray8": b"\x96" + u8(2) + b"os",
    }
    bad = {"string-line-continued", "string-spaces", "binbytes", "bytearray8"}
    odd = {
        "string-spaces": "whether this is a quoted string is for the unpickler to say",
        "unicode-backslashes": "no module has this name; it is decoded, not taken as written",
    }
    for name, text in texts.items():
        add(
            2,
            "text-" + name,
            p4(text, uni("system"), run),
            "the module's name is given by another string opcode (%s)" % name,
            verdict="incomplete" if name in bad else "untrusted",
            also=odd.get(name, ""),
        )
    add(2, "text-name-escaped", p4(uni("os"), b"V\\u0073yste\\u006d\n", run), "the function's name is escaped")
    add(
        2,
        "text-p0-stack-global",
        b"S'os'\nS'\\x73ystem'\n" + STACK_GLOBAL + MARK + string("true") + TUPLE + REDUCE + STOP,
        "STACK_GLOBAL in a stream without PROTO, names escaped",
    )
    add(2, "text-latin1", p4(b"U\x03\xe9os", POP, RUN4), "a byte string that only a loader with another encoding gets past")
    add(2, "text-surrogate", p4(uni("\udc80os"), uni("system"), STACK_GLOBAL), "a lone surrogate in a module's name")
    codec = call(name4("_codecs", "decode"), blob(b"os"), uni("ascii"))
    add(2, "computed-module", p4(codec, uni("system"), run), "the module's name is the result of a call")
    add(
        2,
        "computed-name",
        p4(uni("os"), call(name4("builtins", "str"), uni("system")), run),
        "the function's name is the result of a call",
    )
    add(2, "computed-both", p4(codec, MEMOIZE, POP, b"h\x00", codec, run), "both names are results of calls, through the memo")
    add(
        2,
        "computed-harmless-maker",
        p4(call(name4("collections", "OrderedDict")), uni("system"), run),
        "the module's name is what a harmless call returned",
    )
    add(2, "computed-persistent", p4(uni("x"), BINPERSID, uni("system"), run), "the module's name is what a persistent id gave")
    add(
        2,
        "computed-buffer",
        proto(5) + NEXT_BUFFER + uni("system") + run + STOP,
        "the module's name is an out-of-band buffer",
        verdict="incomplete",
        also="STACK_GLOBAL takes no buffer; calling it untrusted is as good",
    )
    add(
        2,
        "attribute-by-build",
        p4(name4("numpy", "size"), table(x=SYSTEM4), BUILD, POP, name4("numpy", "size.x"), uni("true"), TUPLE1, REDUCE),
        "BUILD sets an attribute on an imported function, a dotted name fetches it",
    )
    add(
        2,
        "attribute-by-build-hidden",
        p4(
            name4("numpy", "size"),
            table(x=call(name4("importlib", "import_module"), uni("os"))),
            BUILD,
            POP,
            name4("numpy", "size.x.system"),
            uni("true"),
            TUPLE1,
            REDUCE,
        ),
        "an attribute set by BUILD is a module, a dotted name walks through it",
    )
    add(
        2,
        "attribute-by-setitem",
        p4(
            name4("sys", "modules"),
            uni("mine"),
            name4("posix", "getpid"),
            SETITEM,
            POP,
            name4("mine", "__call__"),
            NO_ARGS,
            REDUCE,
        ),
        "a module of that name is put into sys.modules first",
    )


# --- 3 run first, fail later --------------------------------------------------------------------------------------------------

# Programs of the group below that neither unpickler takes.
NEITHER = {
    "append-extra",
    "binunicode-overlong",
    "dup-on-mark",
    "list-setitem",
    "set-of-bytes",
    "string-one-quote",
    "tuple-over-mark",
    "unicode-over",
}


def failures():
    tails = {
        "missing-binget": b"h\x63.",
        "missing-get": b"g99\n.",
        "missing-long-binget": b"j" + u4(99) + STOP,
        "setitem-on-none": NONE + NONE + NONE + SETITEM + STOP,
        "append-on-int": num(1) + NONE + APPEND + STOP,
        "build-on-int": num(1) + EMPTY_DICT + BUILD + STOP,
        "unhashable-key": EMPTY_DICT + EMPTY_LIST + NONE + SETITEM + STOP,
        "call-of-int": num(1) + NO_ARGS + REDUCE + STOP,
        "bad-opcode": b"\xff.",
        "zero-opcode": b"\x00.",
        "no-stop": b"",
        "no-stop-newline": b"\n",
        "stack-empty": POP * 9 + STOP,
        "underflow-tuple": POP + TUPLE3 + STOP,
        "no-mark": TUPLE + STOP,
        "odd-setitems": EMPTY_DICT + MARK + NONE + SETITEMS + STOP,
        "binbytes-past-end": b"B" + u4(1000) + b"x",
        "binunicode-past-end": b"X" + u4(1000) + b"x",
        "short-past-end": b"\x8c\xffx",
        "binunicode8-past-end": b"\x8d" + u8(2**40) + b"x",
        "binbytes8-negative": b"\x8e" + u8(2**64 - 1) + b"x",
        "binstring-negative": b"T" + u4(2**32 - 1) + b"x.",
        "long4-negative": b"\x8b" + u4(2**32 - 1) + b"x.",
        "bad-utf8": b"\x8c\x01\xff.",
        "bad-utf8-global": b"c\xff\nx\n.",
        "bad-escape": b"S'\\x'\n.",
        "bad-unicode-escape": b"V\\u12\n.",
        "bad-int": b"Ione\n.",
        "bad-long": b"L1.5L\n.",
        "bad-float": b"Fx\n.",
        "unquoted-string": b"Sx\n.",
        "half-quoted-string": b"S'x\n.",
        "int-cut": b"I1",
        "bad-proto": proto(99) + STOP,
        "proto-cut": b"\x80",
        "global-cut-module": b"cos",
        "global-no-name": b"cos\n",
        "get-negative": b"g-1\n.",
        "put-negative": b"p-1\n.",
        "get-text": b"gx\n.",
        "put-on-empty": POP + b"q\x00.",
        "extension-unknown": b"\x82\x77.",
        "frame-past-end": b"\x95" + u8(10**6) + NONE + STOP,
        "frame-cut": b"\x95\x01",
        "no-buffer": NEXT_BUFFER + STOP,
        "stop-on-mark": MARK + STOP,
        "newobj-of-int": num(1) + NO_ARGS + NEWOBJ + STOP,
        "float-cut": b"G\x00",
        "persid-not-ascii": b"P\xff\n.",
    }
    for name, tail in tails.items():
        add(3, name, proto(4) + RUN4 + tail, "runs its call, then the load fails (%s)" % name)
    add(3, "missing-binget-p0", RUN0 + b"g99\n.", "runs its call, then fails, protocol 0")
    # The Python unpickler cuts the last character of an unfinished line, as if it were the line's end.
    add(3, "global-cut-name", b"cos\nsystemX", "GLOBAL cut at the end of the file: the Python unpickler still imports")
    add(3, "global-cut-exact", b"cos\nsystem", "GLOBAL cut at the end of the file, without the character that is lost")
    add(3, "inst-cut-name", b"(ios\nsystemX", "INST cut at the end of the file: the Python unpickler still calls")
    add(
        3, "global-cut-module-only", b"cos\n", "GLOBAL cut behind the module's name: the Python unpickler imports it all the same"
    )
    add(3, "only-proto", proto(4), "nothing but PROTO", verdict="incomplete")
    add(3, "only-name-then-bad", p4(SYSTEM4)[:-1] + b"\xff", "an import, then a bad opcode")
    differ = {
        "int-octal": (b"I017\n", "INT in octal, as in C"),
        "int-nul": (b"I1\0x\n", "INT with a NUL"),
        "int-blank": (b"I 1_0\n", "INT with a blank and an underscore"),
        "int-hex": (b"I0x10\n", "INT in hexadecimal"),
        "int-not-a-number-nul": (b"I\0\n", "INT with nothing but a NUL"),
        "long-nul": (b"L1\0x\n", "LONG with a NUL"),
        "long-blank": (b"L 0b11 L\n", "LONG in binary with blanks"),
        "float-blank": (b"F 1\n", "FLOAT with a blank"),
        "float-underscore": (b"F1_0\n", "FLOAT with an underscore"),
        "float-nul": (b"F1\0x\n", "FLOAT with a NUL"),
        "float-words": (b"F-Infinity\n", "FLOAT by a word"),
        "get-nul": (b"Nq\x01" + POP + b"g1\0x\n", "GET with a NUL"),
        "appends-nothing": (NONE + MARK + APPENDS, "APPENDS of nothing on None"),
        "additems-nothing": (NONE + MARK + ADDITEMS, "ADDITEMS of nothing on None"),
        "setitems-nothing": (NONE + MARK + SETITEMS, "SETITEMS of nothing on None"),
        "build-none-on-int": (num(1) + NONE + BUILD, "BUILD of None on a number"),
        "build-empty-on-int": (num(1) + EMPTY_DICT + BUILD, "BUILD of an empty dict on a number"),
        "build-zero-on-int": (num(1) + num(0) + BUILD, "BUILD of 0 on a number"),
        "build-empty-slots": (num(1) + NONE + NONE + TUPLE2 + BUILD, "BUILD of two Nones on a number"),
        "put-far": (NONE + b"r" + u4(2**32 - 1), "a memo index of 2^32-1"),
        "put-2-62": (NONE + b"p%d\n" % 2**62, "a memo index of 2^62"),
        "put-2-70": (NONE + b"p%d\n" % 2**70, "a memo index of 2^70"),
        "unicode-cr": (b"Va\rb\n", "UNICODE with a carriage return"),
        "string-empty": (b"S''\n", "an empty STRING"),
        "string-one-quote": (b"S'\n", "STRING with one quote"),
        "string-inner-quote": (b"S'a'b'\n", "STRING with a quote within"),
        "string-octal-over": (b"S'\\777'\n", "STRING with an octal escape over 255"),
        "string-unknown-escape": (b"S'\\q'\n", "STRING with an escape that is none"),
        "unicode-lone-surrogate": (b"V\\ud800\n", "UNICODE with a lone surrogate"),
        "unicode-over": (b"V\\U00110000\n", "UNICODE beyond the last code point"),
        "binunicode-surrogate": (b"X\x03\0\0\0\xed\xa0\x80", "BINUNICODE with a lone surrogate"),
        "binunicode-overlong": (b"X\x02\0\0\0\xc0\x80", "BINUNICODE with an overlong form"),
        "set-on-frozenset": (MARK + FROZENSET + MARK + APPENDS, "APPENDS of nothing on a frozenset"),
        "pop-past-mark": (NONE + MARK + POP, "POP that takes a mark"),
        "dup-on-mark": (NONE + MARK + DUP, "DUP right behind a mark"),
        "tuple-over-mark": (NONE + MARK + TUPLE1, "TUPLE1 over a mark"),
        "long1-empty": (b"\x8a\x00", "LONG1 of no bytes"),
        "append-extra": (EMPTY_LIST + MARK + NONE + APPEND, "APPEND over a mark"),
        "list-setitem": (EMPTY_LIST + num(0) + NONE + SETITEM, "SETITEM on an empty list"),
        "bytearray-extend": (b"\x96" + u8(0) + MARK + num(65) + APPENDS, "APPENDS on a bytearray"),
        "set-of-bytes": (b"C\x00" + MARK + num(65) + ADDITEMS, "ADDITEMS on bytes"),
        "bool-text": (b"I01\n", "a truth value by INT"),
        "bool-text-2": (b"I001\n", "001 by INT"),
        "put-0-again": (NONE + b"q\0" + POP + b"h\0", "an ordinary memo"),
    }
    for name, (body, what) in differ.items():
        add(
            3,
            "differ-" + name,
            proto(4) + body + RUN4 + STOP,
            what + ", then the call: one unpickler or both get there",
            verdict="incomplete" if name in NEITHER else "untrusted",
            also=AS_GOOD if name in NEITHER else "",
        )
    add(3, "differ-inst-no-mark", b"ios\nsystem\n.", "INST without a mark: only the Python unpickler imports")
    add(
        3,
        "fail-before",
        proto(4) + b"h\x63" + RUN4 + STOP,
        "fails before its call: nothing runs",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(
        3,
        "proto-99-first",
        proto(99) + RUN4 + STOP,
        "a protocol that no unpickler takes",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )


# --- 4 layout -------------------------------------------------------------------------------------------------------------


def layout():
    as_good = "calling it untrusted is as good"
    add(4, "second-program", GOOD + INNER, "the second of two programs")
    add(4, "second-program-p0", b"I1\n." + RUN0 + STOP, "the second of two programs, protocol 0")
    add(4, "program-2000", b"N." * 1999 + INNER, "the two-thousandth program of a stream")
    add(
        4,
        "program-100000",
        zlib.compress(b"N." * 99_999 + INNER, 9),
        "the hundred-thousandth program, in zlib",
        ext="pkl.z",
        verdict="incomplete",
        also="joblib loads the first program only; " + as_good,
    )
    add(4, "empty-programs-between", GOOD + proto(4) + NONE + STOP + INNER, "a program of None between two others")
    add(
        4,
        "second-uses-first-memo",
        p4(uni("os"), MEMOIZE, POP, NONE)
        + proto(4)
        + b"h\x00"
        + uni("system")
        + STACK_GLOBAL
        + uni("true")
        + TUPLE1
        + REDUCE
        + STOP,
        "one Unpickler asked twice keeps its memo: the second program takes the module's name out of the first's",
    )
    add(4, "newline-between", GOOD + b"\n" + INNER, "a line end between two programs", verdict="incomplete", also=as_good)
    add(4, "junk-between", GOOD + b"\x00\x00junk" + INNER, "junk between two programs", verdict="incomplete", also=as_good)
    add(4, "newline-before", b"\n" + INNER, "a line end in front", verdict="incomplete", also=as_good)
    add(4, "spaces-before", b" " * 64 + RUN0 + STOP, "white space in front", verdict="incomplete", also=as_good)
    add(4, "bom-before", b"\xef\xbb\xbf" + RUN0 + STOP, "a byte order mark in front", verdict="incomplete", also=as_good)
    add(4, "junk-before", b"\x00" * 512 + INNER, "zeros in front, as in a padded header", verdict="incomplete", also=as_good)
    add(4, "junk-after", INNER + b"\x00" * 512, "zeros behind")
    add(4, "junk-after-harmless", GOOD + b"\x00" * 512, "a harmless program and zeros that nobody explains", verdict="incomplete")
    add(4, "newline-after", INNER + b"\n", "a line end behind")
    add(4, "proto-repeated", proto(4) * 50 + RUN4 + STOP, "PROTO fifty times")
    add(
        4,
        "proto-between-operands",
        proto(4) + uni("os") + proto(4) + uni("system") + proto(4) + STACK_GLOBAL + NO_ARGS + REDUCE + STOP,
        "PROTO between the operands of STACK_GLOBAL",
    )
    add(
        4,
        "proto-in-middle-down",
        proto(4) + NONE + POP + proto(2) + EVAL0 + uni("1+1") + TUPLE1 + REDUCE + STOP,
        "PROTO 2 in the middle turns the mapping of old names on",
    )
    add(
        4,
        "proto-in-middle-up",
        proto(2) + NONE + POP + proto(4) + name0("pathlib", "os.system") + uni("true") + TUPLE1 + REDUCE + STOP,
        "PROTO 4 in the middle allows dotted names",
    )
    add(4, "proto-at-end", RUN0 + proto(5) + STOP, "PROTO only behind the call")
    add(
        4,
        "proto-down-dotted",
        proto(4) + proto(2) + name4("pathlib", "os.system") + STOP,
        "PROTO 2 behind PROTO 4: the dotted name is one attribute again",
        also="the import happens, the look-up fails",
    )
    add(
        4,
        "proto-names-both-ways",
        proto(2) + name0("commands", "getoutput") + POP + proto(4) + name0("commands", "getoutput") + STOP,
        "one pair of strings stands for two names, before and behind PROTO 4",
    )
    body = RUN4 + STOP
    add(4, "frame-exact", proto(4) + frame(body), "an ordinary frame")
    add(4, "frame-zero", proto(4) + frame(b"") + body, "a frame of length zero")
    add(4, "frame-short", proto(4) + frame(body, 5), "a frame that ends within a string: only the C unpickler goes on")
    add(
        4,
        "frame-short-at-line",
        proto(4) + b"\x95" + u8(6) + RUN0 + STOP,
        "a frame that ends within a GLOBAL line: only the C unpickler goes on",
    )
    add(4, "frame-short-between", proto(4) + frame(body, 4), "a frame that ends between two opcodes: both go on")
    add(
        4,
        "frame-long",
        proto(4) + frame(body, len(body) + 100),
        "a frame longer than the file: only the Python unpickler goes on",
    )
    add(4, "frame-maxsize", proto(4) + frame(body, 2**63 - 1), "a frame of length 2^63-1: only the Python unpickler may go on")
    add(4, "frame-over-2-63", proto(4) + RUN4 + POP + frame(NONE + STOP, 2**63), "a frame of length 2^63 behind the call")
    add(4, "frame-nested", proto(4) + frame(NONE + POP + frame(body)), "a frame within a frame: only the C unpickler goes on")
    add(4, "frame-nested-short", proto(4) + frame(NONE + POP + frame(body, 3)), "a short frame within a frame")
    add(4, "frame-in-p2", proto(2) + frame(RUN0 + STOP), "a frame under protocol 2")
    add(4, "frame-without-proto", frame(RUN0 + STOP), "a frame without PROTO")
    add(
        4,
        "frame-second-mid-opcode",
        proto(4) + frame(uni("os") + b"\x8c", 5) + b"\x06system" + STACK_GLOBAL + NO_ARGS + REDUCE + STOP,
        "a frame that ends between an opcode and its argument: both unpicklers read on",
    )
    # The C unpickler that reads from a file it cannot peek into (BytesIO) drops what is left of the frame.
    rest = NO_ARGS + REDUCE + STOP
    add(
        4,
        "frame-drops-string",
        proto(4) + frame(uni("os") + b"\x8c\x06ma") + b"system" + STACK_GLOBAL + rest,
        "a frame ends within a string: the C unpickler over a BytesIO drops the string's start and reads 'system'",
    )
    add(
        4,
        "frame-drops-line",
        proto(4) + frame(b"cos\nsize") + b"system\n" + rest,
        "a frame ends within a line: the C unpickler over a BytesIO drops the line's start and reads 'system'",
    )
    add(
        4,
        "frame-drops-binstring",
        proto(4) + frame(b"T" + u4(8) + b"xx") + b"x" * 8 + POP + RUN4 + STOP,
        "a frame ends within a BINSTRING, whose start the C unpickler over a BytesIO drops",
    )
    add(
        4,
        "frame-keeps-binbytes",
        proto(4) + frame(b"B" + u4(8) + b"xx") + b"x" * 6 + POP + RUN4 + STOP,
        "a frame ends within BINBYTES, whose start the C unpickler keeps in any case",
    )
    add(
        4,
        "frame-drops-in-nested",
        proto(4) + frame(b"\x95" + u8(len(RUN4) + 1) + NONE + STOP) + RUN4 + STOP,
        "a frame's end within another frame: the C unpickler over a BytesIO drops what is left of the outer one",
    )
    add(
        4,
        "frame-drops-no-proto",
        frame(uni("os") + b"\x8c\x06ma") + b"system" + STACK_GLOBAL + rest,
        "no PROTO, and a program that is none but for the C unpickler over a BytesIO, which drops the string's start",
    )
    drops = frame(b"cos\nsi") + b"system\n" + rest
    add(4, "frame-drops-in-second", proto(4) + NONE + STOP + proto(4) + drops, "a second program, whose frame ends within a line")
    add(
        4,
        "frame-drops-behind-stop",
        proto(4) + frame(NONE + STOP + b"\xff" * 8) + proto(4) + drops,
        "STOP within a frame, and at the frame's end a second program, whose own frame ends within a line",
    )
    add(
        4,
        "frame-drops-behind-frame-opcode",
        proto(4) + frame(NONE + POP + b"\x95") + drops[1:],
        "a frame ends between FRAME and its length, and the next one within a line",
    )
    harmless, evil = seq(num(1)) + STOP, INNER
    add(
        4,
        "frame-stop-inside-second-inside",
        proto(4) + frame(harmless + evil),
        "STOP within a frame, a second program right behind it, still in the frame",
    )
    add(
        4,
        "frame-stop-inside-second-at-end",
        proto(4) + frame(harmless + b"\xff" * 8) + evil,
        "STOP within a frame, junk to its end, a second program at the frame's end",
    )
    add(
        4,
        "frame-stop-inside-both",
        proto(4) + frame(harmless + p4(EVAL4, uni("1+1"), TUPLE1, REDUCE)) + evil,
        "STOP within a frame: one second program right behind it, another at the frame's end",
    )
    add(
        4,
        "frame-stop-inside-swallow",
        proto(4) + frame(harmless + b"\x8c" + u1(len(evil))) + evil + b".",
        "STOP within a frame: what follows is a string for one reader, a program for another",
    )
    add(
        4,
        "padding-opcodes",
        zlib.compress(proto(4) + (NONE + POP) * 500_000 + body, 9),
        "a million opcodes in front, in zlib",
        ext="joblib",
    )
    add(
        4,
        "padding-bytes",
        bz2.compress(proto(4) + b"B" + u4(60_000_000) + bytes(60_000_000) + POP + body),
        "60 MB of bytes in front, in bzip2",
        ext="joblib",
    )
    add(4, "padding-memo", proto(4) + (NONE + MEMOIZE + POP) * 3000 + body, "three thousand memo entries in front")
    add(4, "extension-none", INNER, "a pickle without a suffix that says so", ext="txt")
    add(4, "extension-upper", INNER, "a suffix in upper case", ext="PKL")


# --- 5 names ----------------------------------------------------------------------------------------------------------------


def names():
    dotted = """
        pathlib os.system
        logging os.system
        random _os.system
        tempfile _os.system
        collections _sys.modules
        joblib os.system
        numpy ctypeslib.os.system
        numpy core.multiarray.os.system
        sklearn os.system
        torch os.system
        pandas io.common.os.system
        numpy __builtins__.get
        os system.__call__
        builtins eval.__self__.exec
        collections OrderedDict.__init__.__globals__
        copyreg dispatch_table.__class__
    """
    add(
        5,
        "dotted-pathlib",
        p4(name4("pathlib", "os.system"), uni("true"), TUPLE1, REDUCE),
        "pathlib hands out os.system by a dotted name",
    )
    add(
        5,
        "dotted-numpy",
        p4(name4("numpy", "ctypeslib.os.system"), uni("true"), TUPLE1, REDUCE),
        "numpy hands out os.system by a dotted name",
    )
    add(
        5,
        "dotted-all",
        all_of((*pair, uni("true")) for pair in pairs(dotted)),
        "dotted names walk from imported modules to something else",
    )
    add(
        5,
        "dotted-global-p4",
        proto(4) + name0("pathlib", "os.system") + uni("true") + TUPLE1 + REDUCE + STOP,
        "a dotted name by GLOBAL under protocol 4",
    )
    add(
        5,
        "dotted-global-p2",
        proto(2) + name0("pathlib", "os.system") + STOP,
        "a dotted name under protocol 2 is one attribute",
        also="the import happens, the look-up fails",
    )
    add(
        5,
        "dotted-stack-global-p2",
        proto(2) + name4("pathlib", "os.system") + STOP,
        "STACK_GLOBAL under protocol 2, dotted",
        also="the import happens, the look-up fails",
    )
    add(5, "dotted-inst-p4", proto(4) + MARK + uni("true") + b"ipathlib\nos.system\n.", "a dotted name by INST under protocol 4")
    add(5, "dotted-module-split", p4(name4("os.path", "os.system")), "the dotted module itself hands out another")
    inside = """
        numpy.testing._private.utils runstring
        numpy.f2py.crackfortran myeval
        numpy.f2py.capi_maps load_f2cmap_file
        numpy.distutils.exec_command exec_command
        torch.utils.collect_env run
        torch.serialization load
        sklearn.datasets._openml _open_openml_url
        pandas.core.computation.eval eval
        scipy._lib._ccallback LowLevelCallable
        sklearn.utils._testing _run_doctest
        joblib.externals.loky.process_executor _process_worker
        multiprocessing.util spawnv_passfds
        multiprocessing.popen_spawn_posix Popen
        distutils.spawn spawn
        collections.abc sys
        sklearn.svm._classes SVC.fit
    """
    add(
        5,
        "inside-allowed-packages",
        all_of((*pair, uni("x")) for pair in pairs(inside)),
        "harmful or unknown names inside packages that are mostly harmless",
    )
    add(
        5,
        "inside-numpy",
        p4(name4("numpy.testing._private.utils", "runstring"), uni("1"), EMPTY_DICT, TUPLE2, REDUCE),
        "a function of NumPy's own test tools that runs text",
    )
    add(
        5,
        "inside-spawnv",
        p4(call(name4("multiprocessing.util", "spawnv_passfds"), blob(b"true"), NO_ARGS, NO_ARGS)),
        "a helper of multiprocessing that starts a process",
    )
    aliases = """
        cPickle loads
        cPickle load
        commands getoutput
        commands getstatusoutput
        __builtin__ eval
        __builtin__ apply
        __builtin__ execfile
        __builtin__ reduce
        __builtin__ unichr
        __builtin__ intern
        __builtin__ xrange
        __builtin__ basestring
        __builtin__ raw_input
        copy_reg constructor
        copy_reg add_extension
        urllib urlopen
        urllib urlretrieve
        urllib2 urlopen
        urllib2 Request
        httplib HTTPConnection
        xmlrpclib ServerProxy
        SocketServer TCPServer
        anydbm open
        dumbdbm open
        whichdb whichdb
        itertools imap
        itertools ifilter
        os getcwdu
        os popen2
        ConfigParser ConfigParser
        Tix Tk
        Tkinter Tk
        Queue Queue
        thread start_new_thread
        dummy_thread start_new_thread
        _winreg OpenKey
        subprocess Popen
        UserDict UserDict
        StringIO StringIO
        exceptions StandardError
        _multiprocessing Connection
        multiprocessing.process Process
        socket fromfd
        imp load_source
        tkFileDialog Open
        __main__ Thing
    """
    for version in (0, 2, 4):
        start = proto(version) if version else b""
        body = b"".join(name0(*pair) + MARK + TUPLE + REDUCE + POP for pair in pairs(aliases))
        add(
            5,
            "alias-all-p%d" % version,
            start + body + NONE + STOP,
            "Python 2 names, which protocols below 3 map to others (protocol %d)" % version,
        )
    for module, name in (("cPickle", "loads"), ("commands", "getoutput"), ("__builtin__", "eval"), ("urllib", "urlopen")):
        add(
            5,
            "alias-%s" % module.strip("_"),
            name0(module, name) + MARK + string("1") + TUPLE + REDUCE + STOP,
            "a Python 2 name that protocol 0 maps to another",
        )
    add(5, "alias-p2-cpickle", p2(name0("cPickle", "loads"), blob(b"N."), TUPLE1, REDUCE), "a Python 2 name under protocol 2")
    add(5, "alias-p3-unmapped", proto(3) + name0("cPickle", "loads") + STOP, "a Python 2 name under protocol 3 stays as it is")
    add(5, "alias-p4-unmapped", p4(name4("commands", "getoutput")), "a Python 2 name under protocol 4 stays as it is")
    add(5, "alias-inst", MARK + string("true") + b"icommands\ngetoutput\n.", "a Python 2 name by INST")
    add(
        5,
        "alias-stack-global-p2",
        p2(name4("commands", "getoutput"), uni("true"), TUPLE1, REDUCE),
        "a Python 2 name by STACK_GLOBAL under protocol 2",
    )
    add(
        5,
        "alias-harmless-to-harmless",
        p2(
            name0("copy_reg", "_reconstructor"),
            name0("subprocess", "Popen"),
            name0("__builtin__", "object"),
            NONE,
            TUPLE3,
            REDUCE,
        ),
        "mapped harmless names around a foreign class",
    )
    twins = """
        posix system
        nt system
        _io open
        _io FileIO
        _operator attrgetter
        _pickle loads
        _posixsubprocess fork_exec
        _ctypes dlopen
        _imp create_dynamic
        _frozen_importlib _gcd_import
        _socket socket
        _thread start_new_thread
        _functools reduce
        _sitebuiltins Quitter
        _pyio open
        _osx_support _read_output
        _aix_support _read_cmd_output
        _sqlite3 connect
        _winapi CreateProcess
        _codecs lookup
        _weakref proxy
    """
    add(5, "twins", all_of((*pair, uni("x")) for pair in pairs(twins)), "twins of harmful names in other modules")
    add(5, "twin-nt", p4(name4("nt", "system"), uni("true"), TUPLE1, REDUCE), "the name of os.system on Windows")
    for module in ("numpy", "os", "sklearn"):
        add(
            5,
            "builtins-of-%s" % module,
            p4(call(name4("builtins", "dict.get"), name4(module, "__builtins__"), uni("eval")), uni("1+1"), TUPLE1, REDUCE),
            "eval out of module.__builtins__ by dict.get",
        )
    odd = {
        "newline": ("os\n", "system"),
        "newline-in-name": ("os", 'system\n{"name": "trusted"}'),
        "carriage-return": ("os", "system\rnumpy.ndarray      "),
        "ansi-erase": ("os", "system\x1b[2K\x1b[1G trusted"),
        "ansi-colour": ("\x1b[32mos", "system\x1b[0m"),
        "ansi-osc": ("os", "system\x1b]0;title\x07"),
        "c1-csi": ("os", "system\x9b2K"),
        "nul": ("os\0", "system"),
        "nul-in-name": ("numpy", "ndarray\0.system"),
        "backspace": ("os", "system\b\b\b\b\b\bndarray"),
        "tab": ("os", "system\tnumpy.ndarray"),
        "delete": ("os", "system\x7f"),
        "right-to-left": ("os", "system\u202eyarradn"),
        "zero-width": ("nu\u200bmpy", "ndarray"),
        "homoglyph": ("numpy", "ndarr\u0430y"),
        "fullwidth": ("\uff4f\uff53", "system"),
        "ligature": ("\ufb01le", "open"),
        "combining": ("numpy", "ndarray\u0301"),
        "surrogate": ("os", "system\udcff"),
        "astral": ("os", "\U0001f600"),
        "line-separator": ("os", "system\u2028trusted"),
        "empty-module": ("", "system"),
        "empty-name": ("os", ""),
        "both-empty": ("", ""),
        "leading-dot": (".os", "system"),
        "trailing-dot": ("os.", "system"),
        "two-dots": ("os", "path..system"),
        "name-with-dots-only": ("os", "..."),
        "locals": ("pathlib", "f.<locals>.system"),
        "spaces": (" os ", " system "),
        "slash": ("../os", "system"),
        "colon": ("numpy", "ndarray:x"),
        "bang": ("!os", "system"),
        "hash": ("numpy", "ndarray # fine"),
        "html": ("os", "<script>alert(1)</script>"),
        "markdown": ("os", "[x](http://example.invalid)|`"),
        "workflow-command": ("os", "x\n::error::injected"),
        "csv-formula": ("=1+1", "x"),
        "percent": ("%s%n", "%d"),
        "case": ("Numpy", "ndarray"),
        "capital": ("OS", "system"),
        "trailing-space": ("numpy", "ndarray "),
        "long-name": ("os", "a" * 20_000),
        "long-module": ("a." * 5_000 + "b", "system"),
        "dots-5000": ("os", "a." * 5_000 + "b"),
    }
    alone = (
        "newline",
        "carriage-return",
        "ansi-erase",
        "nul",
        "nul-in-name",
        "homoglyph",
        "surrogate",
        "empty-module",
        "empty-name",
        "long-name",
        "dots-5000",
        "two-dots",
        "locals",
    )
    add(
        5,
        "text-odd-names",
        all_of((*pair, uni("true")) for name, pair in odd.items() if name not in alone),
        "names that a report must quote and a list must not confuse",
    )
    for name in alone:
        module, qualified = odd[name]
        add(
            5,
            "text-" + name,
            p4(name4(module, qualified), uni("true"), TUPLE1, REDUCE),
            "a name that a report must quote or a list must not confuse (%s)" % name,
        )
    add(
        5,
        "text-global-crlf",
        b"cos\r\nsystem\r\n(S'true'\r\ntR.",
        "protocol 0 with line ends of Windows: the carriage return belongs to the name",
        also="CPython asks for a module whose name ends in a carriage return; the name without it may stand beside",
    )
    add(5, "text-global-utf8", "cm\u00f6dul\nn\u00e4me\n)R.".encode(), "GLOBAL with UTF-8 beyond ASCII")
    add(5, "text-inst-utf8", "(im\u00f6dul\nn\u00e4me\n.".encode(), "INST with UTF-8 beyond ASCII", verdict="incomplete")
    add(5, "text-global-spaces", b"cos \n system\n.", "GLOBAL with blanks, which belong to the name")
    add(
        5,
        "text-global-empty",
        b"c\n\n.",
        "GLOBAL with two empty lines",
        also="whether the C unpickler takes empty lines is for it to say",
    )
    add(
        5,
        "text-many-names",
        p4(*[name4("mod%d" % i, "f") + POP for i in range(1500)], NONE),
        "fifteen hundred different names in one file",
    )


# --- 6 extension registry -----------------------------------------------------------------------------------------------------


def extensions():
    run = uni("true") + TUPLE1 + REDUCE
    register = lambda module, name, code: call(name4("copyreg", "add_extension"), uni(module), uni(name), num(code)) + POP
    for name, code in (
        ("ext1", b"\x82\x07"),
        ("ext2", b"\x83\x07\x01"),
        ("ext4", b"\x84" + u4(70000)),
        ("ext1-zero", b"\x82\x00"),
        ("ext4-negative", b"\x84" + u4(2**31)),
        ("ext4-max", b"\x84" + u4(2**31 - 1)),
    ):
        add(
            6,
            "unknown-" + name,
            p4(code, run),
            "an extension code that nothing registered here",
            verdict="incomplete",
            also="an application may have registered it; calling it untrusted is as good",
        )
    add(6, "add-then-ext1", p4(register("os", "system", 240), b"\x82\xf0", run), "copyreg.add_extension, then EXT1")
    add(
        6,
        "add-then-ext2",
        p4(register("os", "system", 300), b"\x83" + struct.pack("<H", 300), run),
        "copyreg.add_extension, then EXT2",
    )
    add(6, "add-then-ext4", p4(register("os", "system", 70000), b"\x84" + u4(70000), run), "copyreg.add_extension, then EXT4")
    add(
        6,
        "add-then-ext1-p2",
        p2(call(name0("copy_reg", "add_extension"), uni("commands"), uni("getoutput"), num(240)), POP, b"\x82\xf0", run),
        "the registered name is an old one, mapped when EXT1 looks it up",
    )
    add(6, "add-then-ext1-dotted", p4(register("pathlib", "os.system", 240), b"\x82\xf0", run), "the registered name is dotted")
    add(
        6,
        "add-two-programs",
        p4(register("os", "system", 240), NONE) + p4(b"\x82\xf0", run),
        "registered in the first program, used in the second",
    )
    add(
        6,
        "inverted-registry",
        p4(name4("copyreg", "_inverted_registry"), num(240), tup(uni("os"), uni("system")), SETITEM, POP, b"\x82\xf0", run),
        "SETITEM on the registry itself, then EXT1",
    )
    add(
        6,
        "extension-cache",
        p4(name4("copyreg", "_extension_cache"), num(240), SYSTEM4, SETITEM, POP, b"\x82\xf0", run),
        "SETITEM on the cache, then EXT1",
    )
    add(
        6,
        "dispatch-table",
        p4(name4("copyreg", "dispatch_table"), name4("builtins", "dict"), SYSTEM4, SETITEM),
        "SETITEM on copyreg.dispatch_table",
    )


# --- 7 trampolines --------------------------------------------------------------------------------------------------------------


def trampolines():
    inner, path = blob(INNER), uni("side.pkl")
    families = {
        "pickle": [
            ("pickle", "loads", inner),
            ("pickle", "_loads", inner),
            ("pickle", "Unpickler", path),
            ("pickle", "_Unpickler", path),
            ("_pickle", "load", path),
        ],
        "dill-cloudpickle": [
            ("dill", "loads", inner),
            ("dill._dill", "loads", inner),
            ("dill._dill", "_import_module", uni("os")),
            ("dill._dill", "_load_type", uni("CodeType")),
            ("cloudpickle", "loads", inner),
            ("cloudpickle.cloudpickle", "subimport", uni("os")),
            ("cloudpickle.cloudpickle", "_builtin_type", uni("CodeType")),
        ],
        "joblib": [
            ("joblib", "load", path),
            ("joblib.numpy_pickle", "load", path),
            ("joblib.numpy_pickle_compat", "load_compatibility", path),
        ],
        "numpy": [
            ("numpy", "load", path),
            ("numpy.lib.npyio", "load", path),
            ("numpy.lib.format", "read_array", path),
            ("numpy", "fromfile", path),
            ("numpy", "memmap", path),
            ("numpy", "loadtxt", path),
            ("numpy", "genfromtxt", path),
            ("numpy.core", "_ufunc_reconstruct", uni("os")),
        ],
        "pandas": [
            ("pandas", "read_pickle", path),
            ("pandas.io.pickle", "read_pickle", path),
            ("pandas", "read_csv", path),
            ("pandas", "eval", uni("1+1")),
        ],
        "torch": [
            ("torch", "load", path),
            ("torch.storage", "_load_from_bytes", inner),
            ("torch.jit", "load", path),
            ("torch.hub", "load", path),
            ("torch.package", "PackageImporter", path),
        ],
        "marshal-yaml-shelve": [
            ("marshal", "loads", blob(b"N")),
            ("yaml", "load", uni("1")),
            ("yaml", "unsafe_load", uni("1")),
            ("shelve", "open", path),
            ("shelve", "DbfilenameShelf", path),
        ],
        "import": [
            ("runpy", "run_path", path),
            ("importlib", "import_module", uni("os")),
            ("imp", "load_module", uni("x")),
            ("zipimport", "zipimporter", path),
            ("pkgutil", "resolve_name", uni("os:system")),
            ("pydoc", "locate", uni("os.system")),
        ],
        "scipy-sklearn": [
            ("sklearn.datasets", "load_svmlight_file", path),
            ("sklearn.datasets", "load_files", path),
            ("scipy.io", "loadmat", path),
            ("scipy.io", "readsav", path),
            ("scipy.sparse", "load_npz", path),
        ],
        "models": [
            ("xgboost", "Booster", path),
            ("lightgbm", "Booster", path),
            ("numba.core.serialize", "_unpickle__CustomPickled", inner),
            ("keras.saving.pickle_utils", "deserialize_model_from_bytecode", inner),
        ],
        "stdlib": [
            ("logging.config", "fileConfig", path),
            ("multiprocessing.reduction", "ForkingPickler.loads", inner),
            ("xmlrpc.client", "loads", uni("")),
            ("ctypes", "CDLL", path),
            ("code", "interact", uni("")),
            ("timeit", "timeit", uni("1")),
            ("cProfile", "run", uni("1")),
            ("bdb", "Bdb", uni("1")),
            ("pdb", "run", uni("1")),
            ("doctest", "debug_script", uni("1")),
            ("webbrowser", "open", uni("about:blank")),
            ("asyncio", "create_subprocess_shell", uni("true")),
            ("pty", "spawn", uni("true")),
            ("site", "addsitedir", uni("x")),
            ("ensurepip", "bootstrap", uni("x")),
            ("urllib.request", "urlopen", uni("x")),
            ("socket", "create_connection", uni("x")),
            ("shutil", "rmtree", uni("x")),
            ("os", "remove", uni("x")),
        ],
        "builtins": [
            ("builtins", "open", uni("x")),
            ("builtins", "input", uni("x")),
            ("builtins", "__import__", uni("os")),
            ("builtins", "exec", uni("1")),
            ("builtins", "compile", uni("1")),
            ("types", "FunctionType", NONE),
            ("types", "CodeType", NONE),
            ("sys", "exit", num(0)),
            ("sys", "setrecursionlimit", num(5)),
        ],
    }
    for family, loaders in families.items():
        add(7, "loaders-" + family, all_of(loaders), "functions that load, import or run what they are given (%s)" % family)
    alone = (
        "pickle._loads",
        "_pickle.load",
        "joblib.load",
        "numpy.load",
        "numpy.fromfile",
        "torch.load",
        "pandas.read_pickle",
        "sklearn.datasets.load_svmlight_file",
        "scipy.io.loadmat",
        "torch.storage._load_from_bytes",
        "types.CodeType",
    )
    for module, name, arg in sum(families.values(), []):
        if module + "." + name in alone:
            add(
                7,
                "loader-%s-%s" % (module.strip("_").replace(".", "-"), name.strip("_")),
                p4(name4(module, name), arg, TUPLE1, REDUCE),
                "%s is given bytes or a path" % name,
            )
    add(
        7,
        "nested-twice",
        p4(name4("pickle", "loads"), blob(p4(name4("pickle", "loads"), inner, TUPLE1, REDUCE)), TUPLE1, REDUCE),
        "pickle.loads of pickle.loads",
    )
    popen = name4("subprocess", "Popen")
    reconstruct = name4("numpy.core.multiarray", "_reconstruct")
    held = {
        "numpy-reconstruct-class": call(reconstruct, popen, tup(num(0)), blob(b"b")),
        "numpy-reconstruct-function": call(reconstruct, SYSTEM4, uni("true"), blob(b"b")),
        "numpy-scalar-dtype": call(name4("numpy.core.multiarray", "scalar"), RUN4, blob(b"x")),
        "numpy-dtype-of-class": call(name4("numpy", "dtype"), popen),
        "copyreg-reconstructor": call(name4("copyreg", "_reconstructor"), popen, name4("builtins", "object"), NONE),
        "copyreg-reconstructor-base": call(name4("copyreg", "_reconstructor"), name4("builtins", "dict"), popen, NONE),
        "copyreg-newobj": call(name4("copyreg", "__newobj__"), popen, seq(uni("true"))),
        "copyreg-newobj-ex": call(name4("copyreg", "__newobj_ex__"), popen, NO_ARGS, EMPTY_DICT),
        "functools-partial": call(name4("functools", "partial"), SYSTEM4, uni("true")),
        "functools-reduce": call(name4("functools", "reduce"), SYSTEM4, seq(uni("true"))),
        "defaultdict": call(name4("collections", "defaultdict"), SYSTEM4),
        "builtins-map": call(name4("builtins", "list"), call(name4("builtins", "map"), SYSTEM4, seq(uni("true")))),
        "builtins-filter": call(name4("builtins", "set"), call(name4("builtins", "filter"), SYSTEM4, seq(uni("true")))),
        "itertools-starmap": call(
            name4("collections", "OrderedDict"), call(name4("itertools", "starmap"), SYSTEM4, seq(tup(uni("true"))))
        ),
        "methodcaller": call(call(name4("operator", "methodcaller"), uni("system"), uni("true")), name4("os", "path")),
        "attrgetter": call(
            call(name4("operator", "attrgetter"), uni("system")), call(name4("builtins", "__import__"), uni("os"))
        ),
        "itemgetter": call(call(name4("operator", "itemgetter"), uni("eval")), name4("numpy", "__builtins__")),
        "getattr": call(
            call(name4("builtins", "getattr"), call(name4("builtins", "__import__"), uni("os")), uni("system")), uni("true")
        ),
        "getattr-string-chain": call(name4("builtins", "getattr"), uni(""), uni("__class__")),
        "builtins-type": call(name4("builtins", "type"), uni("X"), NO_ARGS, table(__del__=SYSTEM4)),
        "sorted-key": call(name4("builtins", "sorted"), seq(uni("true"))) + POP + SYSTEM4,
        "property": call(name4("builtins", "property"), SYSTEM4),
        "weakref-finalize": call(name4("weakref", "finalize"), EMPTY_SET, SYSTEM4, uni("true")),
        "atexit": call(name4("atexit", "register"), SYSTEM4, uni("true")),
        "signal": call(name4("signal", "signal"), num(14), SYSTEM4),
        "thread": call(name4("threading", "Timer"), num(1), SYSTEM4),
        "svc-state": name4("sklearn.svm._classes", "SVC") + NO_ARGS + NEWOBJ + table(kernel=SYSTEM4) + BUILD,
        "ndarray-object-list": call(reconstruct, name4("numpy", "ndarray"), tup(num(0)), blob(b"b"))
        + tup(num(1), tup(num(1)), call(name4("numpy", "dtype"), uni("O8"), FALSE, TRUE), FALSE, seq(RUN4))
        + BUILD,
    }
    for name, body in held.items():
        add(7, "held-" + name, p4(body), "a function that may be trusted is given a foreign class or function (%s)" % name)
    add(
        7,
        "held-ufunc-called",
        p4(name4("numpy", "vectorize"), SYSTEM4, TUPLE1, REDUCE, uni("true"), TUPLE1, REDUCE),
        "a NumPy class that calls what it holds",
    )
    add(
        7,
        "held-defaultdict-item",
        p4(call(name4("collections", "defaultdict"), name4("posix", "getpid")), uni("k"), NONE, SETITEM),
        "a default factory that any later look-up calls",
    )


# --- 8 obfuscation ----------------------------------------------------------------------------------------------------------------


def obfuscation():
    code = b"1+1"
    run = lambda text: call(name4("builtins", "exec"), text)
    makers = {
        "codecs-rot13": call(name4("codecs", "decode"), uni("1+1"), uni("rot13")),
        "codecs-c-decode": call(name4("_codecs", "decode"), blob(code), uni("utf-8")),
        "codecs-encode": call(name4("_codecs", "encode"), uni("1+1"), uni("latin1")),
        "base64": call(name4("base64", "b64decode"), blob(base64.b64encode(code))),
        "base85": call(name4("base64", "b85decode"), blob(base64.b85encode(code))),
        "binascii": call(name4("binascii", "unhexlify"), blob(b"312b31")),
        "zlib": call(name4("zlib", "decompress"), blob(zlib.compress(code))),
        "lzma": call(name4("lzma", "decompress"), blob(lzma.compress(code))),
        "bz2": call(name4("bz2", "decompress"), blob(bz2.compress(code))),
        "gzip": call(name4("gzip", "decompress"), blob(gzipped(code))),
        "fromhex": call(name4("builtins", "bytes.fromhex"), uni("312b31")),
        "str-join": call(name4("builtins", "str.join"), uni(""), seq(uni("1"), uni("+"), uni("1"))),
        "bytes-join": call(name4("builtins", "bytes.join"), blob(b""), seq(blob(b"1+"), blob(b"1"))),
        "chr-list": call(name4("builtins", "bytes"), seq(num(49), num(43), num(49))),
        "operator-add": call(name4("operator", "add"), uni("1+"), uni("1")),
        "operator-concat": call(name4("_operator", "concat"), uni("1+"), uni("1")),
        "reversed": call(name4("operator", "getitem"), uni("1+1"), call(name4("builtins", "slice"), NONE, NONE, num(-1))),
        "str-format": call(name4("builtins", "str.format"), uni("{}+1"), num(1)),
        "marshal-code": call(name4("types", "FunctionType"), call(name4("marshal", "loads"), blob(b"N")), EMPTY_DICT),
        "compile": call(name4("builtins", "compile"), uni("1+1"), uni("x"), uni("eval")),
        "str-replace": call(name4("builtins", "str.replace"), uni("1*1"), uni("*"), uni("+")),
    }
    add(8, "all", p4(*[run(maker) + POP for maker in makers.values()], NONE), "exec of texts put together in many ways")
    for name in ("codecs-encode", "base64", "zlib", "str-join", "marshal-code"):
        add(8, name, p4(run(makers[name])), "the code is put together first (%s)" % name)
    decode = lambda text: call(name4("codecs", "decode"), uni(text), uni("rot13"))
    add(
        8,
        "rot13-name",
        p4(decode("bf"), decode("flfgrz"), STACK_GLOBAL, uni("true"), TUPLE1, REDUCE),
        "the name itself is rot13 text",
    )
    add(
        8,
        "import-by-text",
        p4(
            call(
                call(name4("builtins", "getattr"), call(name4("importlib", "import_module"), decode("bf")), decode("flfgrz")),
                uni("true"),
            )
        ),
        "the module is imported by a computed text",
    )
    add(
        8,
        "pickle-in-base64",
        p4(call(name4("pickle", "loads"), call(name4("base64", "b64decode"), blob(base64.b64encode(INNER))))),
        "a whole pickle in base64",
    )
    add(
        8,
        "pickle-in-zlib",
        p4(call(name4("pickle", "loads"), call(name4("zlib", "decompress"), blob(zlib.compress(INNER))))),
        "a whole pickle in zlib",
    )


# --- 9 exhaustion -----------------------------------------------------------------------------------------------------------------


def doubling(levels, open_, close):
    """A value that holds the one before twice, `levels` deep."""
    out = open_ + close + MEMOIZE
    for i in range(levels):
        out += POP + open_ + b"j" + u4(i) + b"j" + u4(i) + close + MEMOIZE
    return out


def exhaustion():
    body = RUN4 + STOP
    for name, put in (
        ("2-31", b"r" + u4(2**31 - 1)),
        ("2-32", b"r" + u4(2**32 - 1)),
        ("2-24", b"r" + u4(2**24)),
        ("text-2-62", b"p%d\n" % 2**62),
        ("text-2-70", b"p%d\n" % 2**70),
    ):
        add(9, "memo-index-" + name, proto(4) + RUN4 + put + NONE + STOP, "a memo index that would need a huge table (%s)" % name)
    add(9, "doubling-list", proto(4) + doubling(60, MARK, LIST) + POP + body, "a list of lists with 2^60 leaves, by the memo")
    add(9, "doubling-tuple", proto(4) + doubling(60, MARK, TUPLE) + POP + body, "a tuple of tuples with 2^60 leaves, by the memo")
    add(
        9,
        "doubling-hash",
        proto(4) + RUN4 + POP + EMPTY_DICT + doubling(60, MARK, TUPLE).replace(POP, b"") + NONE + SETITEM + STOP,
        "a doubled tuple as a dict's key: hashing takes 2^60 steps",
    )
    add(9, "doubling-frozenset", proto(4) + doubling(40, MARK, FROZENSET) + POP + body, "frozensets of frozensets")
    add(9, "cycle-list", proto(4) + EMPTY_LIST + MEMOIZE + b"h\x00" + APPEND + POP + body, "a list that holds itself")
    add(9, "cycle-dict", proto(4) + EMPTY_DICT + MEMOIZE + uni("k") + b"h\x00" + SETITEM + POP + body, "a dict that holds itself")
    add(
        9,
        "cycle-state",
        proto(4)
        + name4("foreign", "Thing")
        + NO_ARGS
        + NEWOBJ
        + MEMOIZE
        + EMPTY_DICT
        + uni("me")
        + b"h\x00"
        + SETITEM
        + BUILD
        + STOP,
        "an instance whose state holds it",
    )
    add(
        9,
        "cycle-arguments",
        proto(4)
        + EMPTY_LIST
        + MEMOIZE
        + POP
        + SYSTEM4
        + b"h\x00"
        + TUPLE1
        + REDUCE
        + MEMOIZE
        + POP
        + b"h\x00h\x01"
        + APPEND
        + STOP,
        "a call whose argument holds its result",
    )
    add(
        9,
        "cycle-shape",
        proto(4) + RUN4 + POP + EMPTY_LIST + MEMOIZE + b"h\x00" * 3 + TUPLE3 + APPEND + STOP,
        "a cycle through a tuple",
    )
    deep = {
        "lists": (EMPTY_LIST, APPEND),
        "tuples": (b"", TUPLE1),
        "marks": (MARK, TUPLE),
        "dicts": (EMPTY_DICT + NONE, SETITEM),
        "calls": (name4("numpy", "size"), TUPLE1 + REDUCE),
    }
    for name, (open_, close) in deep.items():
        levels = 3000
        add(
            9,
            "deep-" + name,
            proto(4) + open_ * levels + NONE + close * levels + POP + body,
            "three thousand levels of nesting (%s)" % name,
        )
        if name != "calls":
            packed = zlib.compress(proto(4) + open_ * 100_000 + NONE + close * 100_000 + POP + body, 9)
            add(9, "deep-%s-100000" % name, packed, "a hundred thousand levels of nesting (%s), in zlib" % name, ext="joblib")
    add(9, "open-marks", proto(4) + RUN4 + MARK * 20_000 + NONE + STOP, "twenty thousand marks that are never closed")
    lengths = {
        "binbytes-2-32": b"B" + u4(2**32 - 1),
        "binbytes8-2-63": b"\x8e" + u8(2**63 - 1),
        "binbytes8-2-62": b"\x8e" + u8(2**62),
        "binunicode8-2-63": b"\x8d" + u8(2**63),
        "binunicode-2-31": b"X" + u4(2**31),
        "bytearray8-2-62": b"\x96" + u8(2**62),
        "bytearray8-2-31": b"\x96" + u8(2**31),
        "binstring-2-31": b"T" + u4(2**31 - 1),
        "long4-2-31": b"\x8b" + u4(2**31 - 1),
        "frame-2-62": b"\x95" + u8(2**62),
    }
    for name, opcode in lengths.items():
        add(9, "length-" + name, proto(4) + RUN4 + opcode + b"x" + STOP, "a declared length that is not there (%s)" % name)
    add(
        9,
        "length-first-binbytes8",
        proto(4) + b"\x8e" + u8(2**40) + body,
        "a declared length in front: nothing runs",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    digits = b"7" * 1_000_000
    add(
        9,
        "digits-long-text",
        zlib.compress(RUN0 + b"L" + digits + b"L\n.", 9),
        "LONG of a million digits behind the call, in zlib",
        ext="joblib",
    )
    add(
        9,
        "digits-int-text",
        zlib.compress(RUN0 + b"I" + digits + b"\n.", 9),
        "INT of a million digits behind the call, in zlib",
        ext="joblib",
    )
    add(
        9,
        "digits-long-first",
        zlib.compress(b"L" + digits + b"L\n0" + RUN0 + STOP, 9),
        "LONG of a million digits in front: newer versions of Python refuse it",
        ext="joblib",
        verdict="incomplete",
        also="older versions of Python run the call; calling it untrusted is as good",
    )
    add(9, "digits-4300", b"I" + b"1" * 4300 + b"\n0" + RUN0 + STOP, "INT of 4300 digits, which every version takes")
    add(
        9,
        "digits-4301",
        b"I" + b"1" * 4301 + b"\n0" + RUN0 + STOP,
        "INT of 4301 digits, which newer versions refuse",
        verdict="incomplete",
        also="older versions of Python run the call; calling it untrusted is as good",
    )
    add(
        9,
        "digits-put",
        b"N" + b"p" + b"0" * 5000 + b"1\n0" + RUN0 + STOP,
        "PUT with an index of 5001 digits",
        verdict="incomplete",
        also="older versions of Python run the call; calling it untrusted is as good",
    )
    add(9, "digits-float", b"F" + b"1" * 50_000 + b"\n0" + RUN0 + STOP, "FLOAT of fifty thousand digits")
    add(
        9,
        "long4-bytes",
        zlib.compress(proto(4) + b"\x8b" + u4(1 << 20) + b"\x7f" * (1 << 20) + POP + body, 9),
        "LONG4 of a megabyte, in zlib",
        ext="joblib",
    )
    collide = b"".join(b"\x8a\x0a" + (i * (2**61 - 1)).to_bytes(10, "little") + NONE for i in range(1, 2001))
    add(
        9,
        "hash-collisions",
        proto(4) + EMPTY_DICT + MARK + collide + SETITEMS + POP + body,
        "a dict whose keys share one hash",
        ext="pkl",
    )
    bomb = proto(4) + b"B" + u4(100 << 20) + bytes(100 << 20) + POP + body
    add(9, "bomb-zlib", zlib.compress(bomb, 9), "100 MB in zlib, the call behind them", ext="joblib")
    add(9, "bomb-bz2", bz2.compress(bomb), "100 MB in bzip2, the call behind them", ext="joblib")
    add(9, "bomb-xz", lzma.compress(bomb), "100 MB in xz, the call behind them", ext="joblib")
    add(
        9,
        "bomb-gzip-of-bz2",
        gzipped(bz2.compress(bomb)),
        "bzip2 within gzip: joblib unpacks one layer",
        ext="joblib",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(
        9,
        "bomb-zlib-of-zlib",
        zlib.compress(zlib.compress(bomb, 9), 9),
        "zlib within zlib: joblib unpacks one layer",
        ext="joblib",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    layers = INNER
    for _ in range(60):
        layers = zlib.compress(layers)
    add(
        9,
        "bomb-60-layers",
        layers,
        "sixty layers of zlib",
        ext="joblib",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    lzma_head = b"\x5d" + u4(2**32 - 1) + b"\xff" * 8
    add(
        9,
        "bomb-lzma-dictionary",
        lzma_head + lzma.compress(INNER, lzma.FORMAT_ALONE)[13:],
        "a dictionary of 4 GB declared in the header",
        ext="joblib",
        verdict="incomplete",
        also="joblib may read it on a machine with the memory; calling it untrusted is as good",
    )


# --- 11 joblib --------------------------------------------------------------------------------------------------------------------

WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")


def dtype4(code):
    """A dtype and its state. NumPy takes the item size of S, U and V from the state, of the others from the text."""
    if code.startswith("M"):
        return call(name4("numpy", "dtype"), uni(code), FALSE, TRUE)
    object_flag = num(63) if code.startswith("O") else num(0)
    order = uni("<") if code[0] in "ifcU" else uni("|")
    size = int(code[1:]) * (4 if code[0] == "U" else 1) if code[0] in "SUV" else -1
    state = tup(num(3), order, NONE, NONE, NONE, num(size), num(-1 if size < 0 else 1), object_flag)
    return call(name4("numpy", "dtype"), uni(code), FALSE, TRUE) + state + BUILD


def wrapper4(shape=(4,), code="f8", align=None, dtype=None, subclass=None, cls=WRAPPER, **more):
    """The opcodes up to and with the BUILD behind which joblib reads raw bytes."""
    shape = tup(*map(num, shape)) if isinstance(shape, tuple) else shape
    state = {
        "subclass": subclass or name4("numpy", "ndarray"),
        "shape": shape,
        "order": uni("C"),
        "dtype": dtype or dtype4(code),
        "allow_mmap": TRUE,
    }
    if align is not None:
        state["numpy_array_alignment_bytes"] = num(align)
    state.update(more)
    return name4(*cls) + NO_ARGS + NEWOBJ + table(**state) + BUILD


def stored_lz4(data):
    """An lz4 frame of one stored block."""
    return b"\x04\x22\x4d\x18\x60\x40\x82" + u4(len(data) | 1 << 31) + data + u4(0)


def packed_lz4(data, run):
    """An lz4 frame of one block: a byte, a match that repeats it `run` more times, then the data as literals."""
    match, literals = run - 4 - 15, len(data) - 15
    assert match >= 0 and literals >= 0 and run >= 19
    first = u1(0x1F) + b"N" + struct.pack("<H", 1) + b"\xff" * (match // 255) + u1(match % 255)
    block = first + u1(0xF0) + b"\xff" * (literals // 255) + u1(literals % 255) + data
    return b"\x04\x22\x4d\x18\x60\x40\x82" + u4(len(block)) + block + u4(0)


def zfile(data, length=None, wide=False, text=None):
    header = text or b"0x%x" % (len(data) if length is None else length)
    return b"ZF" + header.ljust(20 if wide else 19) + zlib.compress(data)


def joblib_files():
    ones = b"\x00\x00\x00\x00\x00\x00\xf0\x3f" * 4
    pad = b"\x03\xff\xff\xff"
    j = lambda name, data, attacks, **more: add(11, name, data, attacks, ext=more.pop("ext", "joblib"), **more)
    array = wrapper4() + ones
    plain_array = call(name4("numpy.core.multiarray", "_reconstruct"), name4("numpy", "ndarray"), tup(num(0)), blob(b"b"))
    state = tup(num(1), tup(num(1)), dtype4("f8"), FALSE, blob(ones[:8]))
    nested = p4(plain_array)
    behind = proto(4) + array + POP + RUN4 + STOP
    j("behind-array", behind, "a call behind a raw array, without padding as joblib 1.1 writes")
    j(
        "behind-array-padded",
        proto(4) + wrapper4(align=16) + pad + ones + POP + RUN4 + STOP,
        "a call behind a raw array with padding, as joblib 1.2 and later write",
    )
    j(
        "behind-array-pad-zero",
        proto(4) + wrapper4(align=16) + b"\x00" + ones + POP + RUN4 + STOP,
        "a padding byte of zero, which joblib never writes and takes",
    )
    j(
        "behind-array-pad-other",
        proto(4) + wrapper4(align=16) + b"\x04c\xff\x00." + ones + POP + RUN4 + STOP,
        "padding that is not 0xff: its bytes do not matter",
    )
    j(
        "behind-array-align-none",
        proto(4) + wrapper4(numpy_array_alignment_bytes=NONE) + ones + POP + RUN4 + STOP,
        "an alignment of None: no padding byte",
    )
    j(
        "behind-array-align-zero",
        proto(4) + wrapper4(align=0) + pad + ones + POP + RUN4 + STOP,
        "an alignment of 0: there is a padding byte all the same",
    )
    j(
        "behind-array-align-text",
        proto(4) + wrapper4(numpy_array_alignment_bytes=uni("no")) + pad + ones + POP + RUN4 + STOP,
        "an alignment that is a text: there is a padding byte all the same",
    )
    j("behind-two-arrays", proto(4) + array + POP + array + POP + RUN4 + STOP, "a call behind the second array")
    j(
        "behind-p2",
        p2(
            name0(*WRAPPER),
            NO_ARGS,
            NEWOBJ,
            EMPTY_DICT,
            MARK,
            uni("subclass"),
            name0("numpy", "ndarray"),
            uni("shape"),
            num(8),
            TUPLE1,
            uni("order"),
            uni("C"),
            uni("dtype"),
            name0("numpy", "dtype"),
            uni("u1"),
            FALSE,
            TRUE,
            TUPLE3,
            REDUCE,
            uni("allow_mmap"),
            TRUE,
            SETITEMS,
            BUILD,
        )[:-1]
        + b"\xff" * 8
        + POP
        + RUN0
        + STOP,
        "a call behind an array under protocol 2",
    )
    j(
        "behind-p0",
        name0("copy_reg", "_reconstructor")
        + MARK
        + name0(*WRAPPER)
        + name0("__builtin__", "object")
        + NONE
        + TUPLE
        + REDUCE
        + MARK
        + string("subclass")
        + name0("numpy", "ndarray")
        + string("shape")
        + MARK
        + b"I8\n"
        + TUPLE
        + string("order")
        + string("C")
        + string("dtype")
        + name0("numpy", "dtype")
        + MARK
        + string("u1")
        + b"I0\nI1\n"
        + TUPLE
        + REDUCE
        + DICT
        + BUILD
        + b"\xff" * 8
        + POP
        + RUN0
        + STOP,
        "a call behind an array under protocol 0, the wrapper made by copy_reg",
    )
    j(
        "behind-sklearn-externals",
        proto(4) + wrapper4(cls=("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper")) + ones + POP + RUN4 + STOP,
        "the wrapper under its old name in scikit-learn",
    )
    j(
        "behind-alias",
        proto(4) + wrapper4(cls=("joblib", "numpy_pickle.NumpyArrayWrapper")) + ones + POP + RUN4 + STOP,
        "the wrapper by a dotted name: joblib sees the class, not its name",
    )
    j(
        "behind-alias-memory",
        proto(4) + wrapper4(cls=("joblib.memory", "numpy_pickle.NumpyArrayWrapper")) + ones + POP + RUN4 + STOP,
        "the wrapper by way of another module that imports it",
    )
    j(
        "behind-frame",
        proto(4) + frame(wrapper4()) + ones + frame(POP + RUN4 + STOP),
        "the array between two frames, as joblib writes it",
    )
    j(
        "frame-past-build",
        proto(4) + frame(wrapper4() + POP + RUN4 + STOP) + ones,
        "the frame goes on behind BUILD: joblib takes the array from the frame's end, the call from the frame",
    )
    j(
        "frame-past-build-two",
        proto(4) + frame(wrapper4() + POP) + ones + frame(RUN4 + STOP),
        "the rest of the frame is read behind the array that stands at its end",
    )
    j(
        "frame-short",
        proto(4) + b"\x95" + u8(3) + (wrapper4() + ones + POP + RUN4 + STOP),
        "a frame that lies, in front of an array",
        verdict="incomplete",
        also="joblib's unpickler enforces the frame, the C one fails at the array; calling it untrusted is as good",
    )
    flat = lambda code, size, shape: proto(4) + wrapper4(shape=shape, code=code) + b"\xff" * size + POP + RUN4 + STOP
    for code, size in (
        ("i4", 12),
        ("u1", 3),
        ("f2", 6),
        ("c16", 48),
        ("S5", 15),
        ("U2", 24),
        ("V7", 21),
        ("b1", 3),
        ("M8[ns]", 24),
    ):
        j(
            "dtype-" + code.partition("[")[0],
            flat(code, size, (3,)),
            "the item size of dtype %s decides where opcodes go on" % code,
        )
    j("shape-empty", flat("f8", 8, ()), "the shape () holds one item")
    j("shape-zero", flat("f8", 0, (0, 5)), "a zero in the shape: no bytes")
    j("shape-zero-padded", proto(4) + wrapper4(shape=(0,), align=16) + pad + POP + RUN4 + STOP, "no bytes, but padding")
    j("shape-list", proto(4) + wrapper4(shape=seq(num(4))) + ones + POP + RUN4 + STOP, "the shape is a list")
    j(
        "shape-bytes",
        proto(4) + wrapper4(shape=blob(b"\x02\x02")) + ones + POP + RUN4 + STOP,
        "the shape is bytes, whose items are numbers",
    )
    j(
        "shape-bool",
        proto(4) + wrapper4(shape=tup(TRUE, num(4))) + ones + POP + RUN4 + STOP,
        "a truth value in the shape counts 1",
        also="newer versions of NumPy refuse it",
    )
    j(
        "shape-long",
        proto(4) + wrapper4(shape=tup(b"\x8b" + u4(2) + b"\x04\x00")) + ones + POP + RUN4 + STOP,
        "the shape by LONG4",
    )
    j("shape-order-f", proto(4) + wrapper4(shape=(2, 2), order=uni("F")) + ones + POP + RUN4 + STOP, "order F changes no length")
    structured = (
        call(name4("numpy", "dtype"), uni("V12"), FALSE, TRUE)
        + tup(
            num(3),
            uni("|"),
            NONE,
            tup(uni("a"), uni("b")),
            table(a=tup(dtype4("f8"), num(0)), b=tup(dtype4("i4"), num(8))),
            num(12),
            num(1),
            num(16),
        )
        + BUILD
    )
    j(
        "dtype-structured",
        proto(4) + wrapper4(shape=(2,), dtype=structured) + b"\xff" * 24 + POP + RUN4 + STOP,
        "a structured dtype: the item size stands in its state",
    )
    with_object = (
        call(name4("numpy", "dtype"), uni("V16"), FALSE, TRUE)
        + tup(
            num(3),
            uni("|"),
            NONE,
            tup(uni("a"), uni("b")),
            table(a=tup(dtype4("f8"), num(0)), b=tup(dtype4("O8"), num(8))),
            num(16),
            num(1),
            num(27),
        )
        + BUILD
    )
    j(
        "dtype-structured-object",
        proto(4) + wrapper4(dtype=with_object) + INNER + STOP,
        "a structured dtype with one object field: a nested pickle",
    )
    j("object-array", proto(4) + wrapper4(code="O8", align=16) + INNER + STOP, "an object array is a nested pickle that runs")
    j(
        "object-array-behind",
        proto(4) + wrapper4(code="O8") + nested + POP + RUN4 + STOP,
        "a harmless nested pickle, the call behind it",
    )
    j(
        "object-array-p2-names",
        proto(4) + wrapper4(code="O8") + p2(name0("commands", "getoutput"), uni("true"), TUPLE1, REDUCE) + STOP,
        "a nested pickle of protocol 2 in one of protocol 4: old joblib maps its names, new joblib does not",
        also="both names",
    )
    j(
        "object-array-p4-in-p2",
        p2(wrapper4(code="O8"))[:-1] + p4(name4("commands", "getoutput")) + STOP,
        "a nested pickle of protocol 4 in one of protocol 2: new joblib maps its names, old joblib does not",
        also="both names",
    )
    j(
        "object-array-nested-array",
        proto(4) + wrapper4(code="O8") + proto(4) + wrapper4(shape=(len(RUN4) + 1,), code="u1") + POP + RUN4 + STOP + STOP,
        "an array wrapper within a nested pickle is none there: its bytes are opcodes",
    )
    j(
        "object-array-deep",
        proto(4) + wrapper4(code="O8") + p4(wrapper4(code="O8")) + POP + RUN4 + STOP,
        "an object array's wrapper within a nested pickle",
    )
    j("object-array-no-stop", proto(4) + wrapper4(code="O8") + INNER[:-1], "a nested pickle without STOP")
    j(
        "object-array-frame",
        proto(4) + wrapper4(code="O8") + proto(4) + frame(plain_array + STOP + POP + RUN4) + STOP,
        "STOP within the nested pickle's frame: readers go on at different bytes",
    )
    j(
        "object-array-frame-end",
        proto(4) + wrapper4(code="O8") + proto(4) + frame(plain_array + STOP + POP + NONE + STOP) + POP + RUN4 + STOP,
        "STOP within the nested pickle's frame, the call behind the frame",
    )
    j(
        "object-array-outer-memo",
        proto(4)
        + uni("os")
        + MEMOIZE
        + POP
        + wrapper4(code="O8")
        + p4(plain_array, MEMOIZE)
        + POP
        + b"h\x00"
        + uni("system")
        + STACK_GLOBAL
        + NO_ARGS
        + REDUCE
        + STOP,
        "the nested pickle has its own memo, the outer one goes on",
    )
    codecs = {
        "zlib": zlib.compress,
        "zlib-0": lambda d: zlib.compress(d, 0),
        "zlib-9": lambda d: zlib.compress(d, 9),
        "gzip": lambda d: gzipped(d),
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "lzma": lambda d: lzma.compress(d, lzma.FORMAT_ALONE),
        "lz4-stored": stored_lz4,
        "lz4": lambda d: packed_lz4(d[2:], 100),
    }
    for name, pack in codecs.items():
        j("codec-" + name, pack(behind), "a call behind an array, packed with " + name)
    half = len(behind) // 2
    for name in ("zlib", "gzip", "bz2", "xz"):
        j(
            "codec-%s-two-streams" % name,
            codecs[name](behind[:half]) + codecs[name](behind[half:]),
            "the call stands in a second stream of " + name,
            also="joblib itself runs out of memory here; gzip.open and a loop over zlib read on"
            if name in ("zlib", "gzip")
            else "",
        )
    j("codec-zlib-cut", zlib.compress(INNER + bytes(range(256)) * 8)[:-40], "a zlib stream cut behind the call")
    j(
        "codec-zlib-checksum",
        zlib.compress(INNER)[:-4] + b"\x00\x00\x00\x00",
        "a zlib stream with a wrong checksum",
        verdict="incomplete",
        also="whether the call runs depends on the reader's buffer; calling it untrusted is as good",
    )
    j(
        "codec-gzip-checksum",
        gzipped(behind)[:-8] + b"\x00" * 8,
        "a gzip stream with a wrong checksum",
        verdict="incomplete",
        also="whether the call runs depends on the reader's buffer; calling it untrusted is as good",
    )
    j(
        "codec-zlib-junk",
        zlib.compress(INNER) + b"junk",
        "a zlib stream and junk behind it",
        also="joblib itself runs out of memory here, as its reader never ends",
    )
    j(
        "codec-gzip-named",
        b"\x1f\x8b\x08\x1c" + bytes(5) + b"\x03" + b"\x02\x00xx" + b"name\0comment\0" + gzipped(behind)[10:],
        "a gzip header with extra field, name and comment",
    )
    j(
        "codec-zlib-window",
        zlib_window(behind, 9),
        "a zlib stream with a window of 512 bytes (header 18)",
        verdict="incomplete",
        also="joblib goes by the first byte x; an application that inflates may run it; calling it untrusted is as good",
    )
    j("codec-raw-deflate", zlib.compress(behind)[2:-4], "deflate without a header", verdict="incomplete")
    j("zf", zfile(INNER), "the ZF file of joblib before 0.10", ext="pkl")
    j("zf-wide", zfile(INNER, wide=True), "the ZF file of Python 2, one character wider", ext="pkl")
    j("zf-padded-text", zfile(INNER, text=b"  +0X%X" % len(INNER)), "ZF with blanks, sign and capitals in its length", ext="pkl")
    j("zf-underscore", zfile(INNER, text=b"0x_%x" % len(INNER)), "ZF with an underscore in its length", ext="pkl")
    j("zf-plain-hex", zfile(INNER, text=b"%x" % len(INNER)), "ZF without 0x in its length", ext="pkl")
    j(
        "zf-wrong-length",
        zfile(INNER, length=5),
        "ZF whose length lies: refused, unless assertions are off",
        ext="pkl",
        verdict="incomplete",
        also="python -O loads it; calling it untrusted is as good",
    )
    j(
        "zf-huge-length",
        zfile(INNER, length=2**62),
        "ZF that declares 2^62 bytes",
        ext="pkl",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    j(
        "zf-bad-length",
        zfile(INNER, text=b"none"),
        "ZF whose length is no number",
        ext="pkl",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    j("zf-junk", zfile(INNER) + b"junk", "ZF with junk behind: joblib does not look", ext="pkl")
    lie = lambda shape, code="f8", body=ones: proto(4) + RUN4 + POP + wrapper4(shape=shape, code=code) + body + NONE + STOP
    j("lie-overflow-zero", lie((2**32, 2**32)), "a shape whose product wraps to zero")
    j("lie-overflow-small", lie((2**62 + 1, 4)), "a shape whose product wraps to four")
    j("lie-bytes-overflow", lie((2**61 + 1,)), "a shape whose product times the item size wraps")
    j("lie-negative", lie((-1,)), "a negative shape")
    j("lie-two-negatives", lie((-2, -2)), "two negatives whose product is right")
    j("lie-too-long", lie((2**40,)), "a shape beyond the end of the file")
    j("lie-not-int64", lie((2**70,)), "a shape that is no 64-bit number")
    j(
        "lie-short",
        proto(4) + wrapper4(shape=(1,)) + RUN4[:8] + RUN4 + STOP,
        "a shape one item long: the rest of what looks like data are opcodes",
    )
    j("lie-huge-itemsize", lie((1,), "V4294967295", b""), "an item size of 4 GB")
    j("lie-zero-itemsize", lie((2**31,), "V0", b""), "an item size of zero times two billion")
    state_dtype = (
        call(name4("numpy", "dtype"), uni("V8"), FALSE, TRUE)
        + tup(num(3), uni("|"), NONE, NONE, NONE, num(2), num(1), num(0))
        + BUILD
    )
    j(
        "lie-itemsize-in-state",
        proto(4) + wrapper4(dtype=state_dtype) + b"\xff" * 8 + POP + RUN4 + STOP,
        "the dtype's text says V8, its state 2 bytes an item: the state counts",
    )
    plain_state = call(name4("numpy", "dtype"), uni("f8"), FALSE, TRUE)
    plain_state += tup(num(3), uni("<"), NONE, NONE, NONE, num(2), num(1), num(0)) + BUILD
    j(
        "lie-itemsize-ignored",
        proto(4) + wrapper4(dtype=plain_state) + ones + POP + RUN4 + STOP,
        "the dtype's text says f8, its state 2 bytes an item: the text counts",
    )
    j(
        "lie-shape-missing",
        proto(4) + RUN4 + POP + name4(*WRAPPER) + NO_ARGS + NEWOBJ + EMPTY_DICT + BUILD + ones + STOP,
        "a wrapper without shape and dtype",
    )
    j("lie-dtype-text", proto(4) + RUN4 + POP + wrapper4(dtype=uni("f8")) + ones + STOP, "a dtype that is only a text")
    j(
        "lie-dtype-foreign",
        proto(4)
        + wrapper4(dtype=name4("types", "SimpleNamespace") + NO_ARGS + REDUCE + table(hasobject=TRUE) + BUILD)
        + INNER
        + STOP,
        "a foreign object as dtype says that it has objects: a nested pickle is run",
    )
    j(
        "lie-dtype-object-text",
        proto(4) + wrapper4(dtype=call(name4("numpy", "dtype"), uni("|O8"), FALSE, TRUE)) + INNER + STOP,
        "an object dtype with a byte order in its text and no state",
    )
    j(
        "pad-past-end",
        proto(4) + RUN4 + POP + wrapper4(align=16) + b"\xff" + ones[:4],
        "a padding byte of 255 past the end of the file",
    )
    j("pad-255", proto(4) + wrapper4(align=16) + b"\xff" + b"\x00" * 255 + ones + POP + RUN4 + STOP, "a padding of 255 bytes")
    j(
        "pad-hides-opcodes",
        proto(4) + wrapper4(align=16, shape=(0,)) + u1(len(RUN4) + 2) + POP + RUN4 + STOP + NONE + STOP,
        "the call stands in the padding: for plain pickle.load, the first byte is an opcode or not",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    again = name4(*WRAPPER) + NO_ARGS + NEWOBJ + MEMOIZE
    full = table(subclass=name4("numpy", "ndarray"), shape=num(4) + TUPLE1, order=uni("C"), dtype=dtype4("f8"), allow_mmap=TRUE)
    j(
        "state-changed",
        proto(4)
        + again
        + full
        + BUILD
        + ones
        + POP
        + b"h\x00"
        + table(shape=num(1) + TUPLE1)
        + BUILD
        + ones[:8]
        + POP
        + RUN4
        + STOP,
        "the wrapper out of the memo gets another shape by a second BUILD",
    )
    j(
        "state-changed-dtype",
        proto(4) + again + full + BUILD + ones + POP + b"h\x00" + table(dtype=dtype4("O8")) + BUILD + INNER + STOP,
        "a second BUILD makes it an object array: a nested pickle",
    )
    j(
        "state-changed-slots",
        proto(4) + again + full + table(shape=num(1) + TUPLE1) + TUPLE2 + BUILD + ones[:8] + POP + RUN4 + STOP,
        "slot state beside the dict changes the shape",
    )
    j(
        "state-in-two-builds",
        proto(4) + again + table(shape=num(4) + TUPLE1) + BUILD + STOP,
        "a wrapper whose first BUILD is not complete: refused there",
        verdict="incomplete",
    )
    j(
        "state-shared-dict",
        proto(4)
        + RUN4
        + POP
        + again
        + POP
        + full
        + MEMOIZE
        + POP
        + b"h\x00h\x01"
        + BUILD
        + ones
        + POP
        + b"h\x00h\x01"
        + BUILD
        + ones
        + STOP,
        "one state for two arrays, from the memo",
    )
    j(
        "state-shape-list-changed",
        proto(4)
        + again
        + POP
        + num(4)
        + POP
        + EMPTY_LIST
        + MEMOIZE
        + POP
        + b"h\x00"
        + table(subclass=name4("numpy", "ndarray"), shape=b"h\x01", order=uni("C"), dtype=dtype4("f8"))
        + b"h\x01"
        + num(1)
        + APPEND
        + POP
        + BUILD
        + ones[:8]
        + POP
        + RUN4
        + STOP,
        "the shape is a list that grows after it was put into the state",
    )
    j("newobj-never-built", proto(4) + again + POP + RUN4 + STOP, "a wrapper without BUILD: no array follows")
    j(
        "build-twice-on-array",
        proto(4) + array + state + BUILD + RUN4 + STOP,
        "BUILD on the array that came in the wrapper's place",
    )
    opcodes = POP + RUN4 + STOP
    blobbed = opcodes.ljust(-len(opcodes) % 8 + len(opcodes), b".")
    j(
        "raw-is-opcodes",
        proto(4) + wrapper4(shape=(len(blobbed),), code="u1") + blobbed + STOP,
        "the array's bytes are opcodes for a plain pickle.load, data for joblib",
    )
    swallowed = b"B" + u4(len(RUN4) + 2)
    j(
        "raw-hides-opcodes",
        proto(4) + wrapper4(shape=(5,), code="u1") + swallowed + POP + RUN4 + STOP + POP + NONE + STOP,
        "opcodes for joblib are within a byte string for a plain pickle.load",
    )
    j(
        "raw-both-ways",
        proto(4)
        + wrapper4(shape=(5,), code="u1")
        + b"B"
        + u4(len(RUN4) + 2)
        + POP
        + RUN4
        + STOP
        + POP
        + EVAL4
        + uni("1+1")
        + TUPLE1
        + REDUCE
        + STOP,
        "one call for joblib, another for a plain pickle.load",
    )
    j(
        "raw-is-harmless-stop",
        proto(4) + wrapper4(shape=(2,), code="u1") + POP + STOP + RUN4 + STOP,
        "the array's bytes hold a STOP for a plain pickle.load, the call comes behind",
    )
    for name, filename in (
        ("parent", "../side.npy"),
        ("absolute", "/etc/side.npy"),
        ("plain", "model_01.npy"),
        ("nul", "a\0b.npy"),
        ("windows", "..\\side.npy"),
        ("url", "http://example.invalid/x.npy"),
    ):
        j(
            "side-file-" + name,
            proto(4)
            + name4("joblib.numpy_pickle", "NDArrayWrapper")
            + NO_ARGS
            + NEWOBJ
            + table(filename=uni(filename), subclass=name4("numpy", "ndarray"), allow_mmap=TRUE)
            + BUILD
            + STOP,
            "an array in a side file named %s, loaded with allow_pickle" % name,
            ext="pkl",
            verdict="incomplete",
            also="" if name == "plain" else AS_GOOD,
        )
    j(
        "side-file-then-call",
        proto(4)
        + name4("joblib.numpy_pickle", "NDArrayWrapper")
        + NO_ARGS
        + NEWOBJ
        + table(filename=uni("m_01.npy"), subclass=name4("numpy", "ndarray"))
        + BUILD
        + POP
        + RUN4
        + STOP,
        "a call behind an array in a side file",
        ext="pkl",
    )
    j(
        "side-file-zlib",
        proto(4)
        + name4("joblib.numpy_pickle", "ZNDArrayWrapper")
        + NO_ARGS
        + NEWOBJ
        + table(filename=uni("m_01.npy.z"), init_args=tup(name4("subprocess", "Popen"), tup(num(0)), blob(b"b")), state=NONE)
        + BUILD
        + STOP,
        "a packed side file whose array is of a foreign class",
        ext="pkl",
    )
    j(
        "subclass-foreign",
        proto(4) + wrapper4(subclass=name4("subprocess", "Popen")) + ones + STOP,
        "the subclass of the array is a foreign class",
    )
    j(
        "subclass-memmap-call",
        proto(4) + wrapper4(subclass=RUN4) + ones + STOP,
        "the subclass of the array is the result of a call",
    )
    j(
        "subclass-unknown",
        proto(4) + wrapper4(subclass=name4("foreign", "Array")) + ones + STOP,
        "the subclass of the array is not known",
    )
    j(
        "state-holds-call",
        proto(4) + wrapper4(extra=RUN4) + ones + STOP,
        "a call among the wrapper's state, under a key that nobody reads",
    )
    j(
        "second-program",
        proto(4) + array + STOP + INNER,
        "a second program behind the first: joblib loads one",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    j(
        "wrapper-name-in-main",
        proto(4) + wrapper4(cls=("__main__", "NumpyArrayWrapper")) + opcodes,
        "a class of that name elsewhere is no wrapper: what follows are opcodes",
    )


def zlib_window(data, bits):
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    return packer.compress(data) + packer.flush()


# --- 12 first bytes -----------------------------------------------------------------------------------------------------------------


def first_bytes():
    add(12, "zlib-lookalike", b"(S'true'\nios\nsystem\n.", "a pickle beginning (S, which passes a check of the zlib header")
    add(
        12,
        "zlib-lookalike-unicode",
        b"X" + u4(9) + b"some text0" + RUN0 + STOP,
        "a pickle beginning X and 9, which passes a check of the zlib header",
    )
    add(
        12,
        "zlib-magic",
        b"x\x9c" + RUN0 + STOP,
        "zlib's first bytes in front of a pickle: no opcode",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(
        12,
        "lzma-magic",
        b"]\x00" + RUN0 + STOP,
        "lzma's first bytes: EMPTY_LIST and a bad opcode",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(12, "lzma-half-magic", b"]0" + RUN0 + STOP, "an empty list first, as in lzma's first byte")
    add(
        12,
        "bzip2-magic",
        b"BZ\x00\x00\x00" + b"h91AY&SY".ljust(0x5A, b" ") + POP + RUN0 + STOP,
        "BZ is a byte string of 90 bytes",
    )
    add(12, "bzip2-magic-long", b"BZh\x00\x00" + b" " * 0x685A + POP + RUN0 + STOP, "BZh is a byte string of 26714 bytes")
    add(12, "zip-magic", b"PK\x03\x04\x14\n0" + RUN0 + STOP, "PK is a persistent id: reached by loaders that answer it")
    add(12, "zip-end-behind", RUN0 + STOP + b"PK\x05\x06" + bytes(18), "an empty zip directory behind a pickle")
    add(12, "gif-magic", b"GIF89a\x01\x00\x010" + RUN0 + STOP, "GIF89a is a float")
    add(12, "gguf-magic", b"GGUF\x03\x00\x00\x00\x000" + RUN0 + STOP, "GGUF and its version are a float")
    add(12, "exe-magic", b"MZ\x900" + RUN0 + STOP, "MZ is a number of two bytes")
    add(12, "bmp-magic", b"BM\x00\x00\x00" + b"\x00" * 0x4D + POP + RUN0 + STOP, "BM is a byte string of 77 bytes")
    add(12, "catboost-magic", b"CBM1" + b"\x00" * (0x42 - 2) + POP + RUN0 + STOP, "CBM1 is a byte string of 66 bytes", ext="cbm")
    add(
        12,
        "id3-magic",
        b"ID3\n0" + RUN0 + STOP,
        "ID3 is a bad number: nothing runs",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(
        12,
        "png-magic",
        b"\x89PNG\r\n\x1a\n" + RUN0 + STOP,
        "PNG is False and a persistent id, then a bad opcode",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(12, "png-almost", b"\x89PNG\r\n0" + RUN0 + STOP, "PNG is False and a persistent id, then opcodes")
    add(
        12,
        "numpy-magic",
        b"\x93NUMPY\x01\x00" + RUN0 + STOP,
        "an npy magic is STACK_GLOBAL on nothing",
        verdict="incomplete",
        ext="npy",
        also="calling it untrusted is as good",
    )
    add(12, "json-like", b'}"', "a brace is an empty dict", verdict="incomplete")
    add(
        12,
        "html-like",
        b"<!DOCTYPE html>\n" + RUN0 + STOP,
        "an HTML page with a pickle in it",
        verdict="incomplete",
        also="calling it untrusted is as good",
    )
    add(12, "text-comment", b"I0\n0V# a plain text\n0" + RUN0 + STOP, "a pickle that reads like text")
    add(
        12,
        "text-import",
        b"import os\nprint(1)\n",
        "source code beginning with import is INST: the Python unpickler imports 'mport os'",
    )
    add(12, "text-csv", b"cat,dog\n1,2\n", "a table beginning with c is GLOBAL")
    add(
        12,
        "tar-name",
        tar_member(RUN0 + STOP),
        "a tar whose first member's name is a pickle",
        ext="tar",
        also="the tar holds one empty member",
    )
    add(
        12,
        "torch-legacy-magic",
        p2(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19") + p2(RUN0),
        "torch's legacy magic, then a call where the protocol number should be",
        ext="pt",
    )
    add(
        12,
        "torch-legacy-storage-program",
        p2(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19") + p2(num(1001)) + p2(b"}") + p2(b"N") + p2(b"]", string("0"), b"a") + RUN0 + STOP,
        "a program where torch's legacy form has its storages: loading from the same file once more runs it",
        ext="pt",
    )
    add(12, "torch-legacy-text", b"L119547037146038801333356L\n." + RUN0 + STOP, "torch's legacy magic by text", ext="pt")
    add(12, "torch-legacy-computed", p2(RUN0) + p2(num(1001)), "torch's legacy magic made by a call", ext="pt")
    add(
        12,
        "r-data",
        b"X\n\0\0\0webbrowser" + string("open") + b"\x93",
        "five bytes that R's data begins with, too: an import, and no end",
        ext="rds",
    )
    add(12, "wrong-suffix-onnx", INNER, "a pickle named .onnx", ext="onnx")
    add(12, "wrong-suffix-safetensors", INNER, "a pickle named .safetensors", ext="safetensors")
    add(12, "wrong-suffix-npy", INNER, "a pickle named .npy: numpy.load with allow_pickle loads it", ext="npy")
    add(12, "wrong-suffix-json", RUN0 + STOP, "a pickle named .json", ext="json")
    add(12, "wrong-suffix-gz", INNER, "a plain pickle named .gz", ext="pkl.gz")
    add(12, "codec-under-wrong-suffix", gzipped(INNER), "gzip named .xz", ext="pkl.xz")


def tar_member(name):
    """A tar header with this name and no data."""
    header = bytearray(512)
    header[: len(name)] = name
    header[100:108], header[108:116], header[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    header[124:136], header[136:148], header[148:156] = b"00000000000\0", b"00000000000\0", b"        "
    header[156:157], header[257:265] = b"0", b"ustar\x0000"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


# --- no models ----------------------------------------------------------------------------------------------------------------------


def no_models():
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    png = b"\x89PNG\r\n\x1a\n" + u4(0x0D000000) + b"IHDR" + b"\x00\x00\x00\x01" * 2 + b"\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55"
    files = {
        "empty": (b"", "an empty file"),
        "newline": (b"\n", "a single line end"),
        "html": (b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n", "an HTML page"),
        "lfs-pointer": (pointer, "a git-LFS pointer instead of the file"),
        "png": (png, "a picture"),
        "text": (b"Models are to be fetched by hand, see below.\n", "plain text"),
        "json": (b'{"model": "none", "weights": []}\n', "JSON"),
        "zeros": (bytes(1024), "nothing but zeros"),
        "xml": (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n', "a storage service's error page"),
        "utf16": ("text".encode("utf-16"), "text in UTF-16"),
        "csv": (b"a,b,c\n1,2,3\n", "a table"),
        "elf": (b"\x7fELF\x02\x01\x01" + bytes(57), "a program"),
        "pdf": (b"%PDF-1.4\n%%EOF\n", "a PDF"),
        "gzip-of-text": (gzipped(b"hello\n"), "gzip of plain text"),
        "gzip-header-only": (b"\x1f\x8b\x08", "the first bytes of gzip"),
        "python-source": (b"#!/usr/bin/env python3\nprint(1)\n", "source code"),
        "half-proto": (b"\x80", "the first byte of a pickle"),
    }
    for name, (data, what) in files.items():
        add("nomodel", name, data, "no model: " + what, verdict="incomplete")


# --- index --------------------------------------------------------------------------------------------------------------------------


def ask(python, files):
    """What each file resolves under this interpreter: {file: (names, changed, errors)}."""
    command = [python, str(RESOLVE), "--joblib", "--full"] + [str(HERE / file) for file in files]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    answers = {}
    for file, line in zip(files, lines):
        answers[file] = json.loads(line)
    return answers


def index_row(file, fixture, answers):
    resolved, changed, called = set(), set(), set()
    for answer in answers:
        for reading in ("c", "py", "joblib"):
            resolved.update(answer[reading]["names"])
            changed.update(answer[reading]["changed"])
            called.update(answer[reading]["calls"])
    names = sorted(name for name in resolved if name not in HARMLESS or name in changed)
    row = {
        "file": file,
        "class": fixture["class"],
        "attacks": fixture["attacks"],
        "verdict": "untrusted" if names else "incomplete",
        "names": names,
        "resolved": sorted(resolved),
    }
    if "as good" in fixture["also"]:
        row["or"] = "untrusted"
    if changed:
        row["changed"] = sorted(changed)
    if fixture["also"]:
        row["also"] = fixture["also"]
    if row["verdict"] != fixture["verdict"]:
        print("%s: meant %s, is %s" % (file, fixture["verdict"], row["verdict"]), file=sys.stderr)
    return row


def write_index(pythons):
    files = sorted(FIXTURES)
    answers = [ask(python, files) for python in pythons]
    with open(HERE / "INDEX.jsonl", "w") as out:
        for file in files:
            row = index_row(file, FIXTURES[file], [answer[file] for answer in answers])
            out.write(json.dumps(row) + "\n")


def write_files():
    for file, fixture in FIXTURES.items():
        (HERE / file).write_bytes(fixture["data"])
    for path in HERE.iterdir():
        if path.is_file() and path.name not in FIXTURES and path.name not in ("make.py", "INDEX.jsonl"):
            print("%s: nothing here makes this file" % path.name, file=sys.stderr)


def main():
    for group in (
        calls,
        operands,
        failures,
        layout,
        names,
        extensions,
        trampolines,
        obfuscation,
        exhaustion,
        joblib_files,
        first_bytes,
        no_models,
    ):
        group()
    write_files()
    if sys.argv[1:]:
        write_index(sys.argv[1:])


if __name__ == "__main__":
    main()
