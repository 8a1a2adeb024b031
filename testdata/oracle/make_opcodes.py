"""The opcodes of Python's virtual machine, and what its own dis module says of some functions.

    python3 testdata/oracle/make_opcodes.py PYTHON ...    writes ../inspect/pycode/opcodes.txt and oracle/codes.json

Each PYTHON is an interpreter, from the oldest to the newest. A release begins with its number; then come lists of what arguments count,
such as the operators of comparisons, and a line for each opcode: number, name, what its argument is, and the caches behind it.
"""
from __future__ import print_function

import dis
import json
import marshal
import opcode
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "..", "..", "inspect", "pycode", "opcodes.txt")
CODES = os.path.join(HERE, "codes.json")

SOURCE = '''
import math

def plain(x, y=2, *rest, **more):
    """Says what it does."""
    return x * y + len(rest)

def loops(items):
    total = 0
    for i, item in enumerate(items):
        if item is None or item > 10 and i != 3:
            continue
        while total < 100:
            total += item ** 2
            if total == 7:
                break
    else:
        total = -1.5
    return [a for a in items if a not in (1, 2, 3)], {k: v for k, v in items}, total

def outer(rate):
    count = [1]
    def inner(progress, *, scale=1.0):
        nonlocal rate
        rate = rate + 1
        return math.exp(-rate * progress) + len(count) + scale
    return inner

def tries(path):
    import os.path as p
    try:
        with open(path) as f:
            return f.read()
    except (IOError, ValueError) as err:
        raise RuntimeError("%s: %r" % (path, err))
    finally:
        print(path, p.sep, sep="")

def formats(a, b):
    global made
    made = f"{a!r:>{b}} {a}"
    del a
    assert made, "text"
    return a[1:b], not b, -b, ~b, (lambda q: q + b), {1, 2, b}, print(*b, **{})

def constants(x):
    x((1099511627776, 123456789012345678901234567890, -5, 1e100, 2.0, 1e-7, 3j, -1.5j), (b"raw", u"text", "it's \\\\ \\n", ()))
    return x in {1}, "longer", 0.1

class Box(object):
    size = 3
    def grow(self, by):
        super().__init__()
        self.size += by
        yield self.size
        yield from self.items
'''
if sys.version_info >= (3, 10):
    SOURCE += '''
def matches(a):
    match a:
        case {"k": v, **rest}:
            return v, rest
        case [1, x, *y] if x:
            return y, slice
        case str():
            return 1

async def waits(a):
    async with a as b:
        async for c in b:
            yield await c
    assert [await z async for z in b]
    yield any(q for q in a)
    yield all(q for q in a), a[1:2], a[1:2:3], a[1:]
'''
if sys.version_info >= (3, 12):
    SOURCE += '''
type Pair[T] = tuple[T, T]

class Typed[T: int]:
    x: int = 3
    def f[U](self) -> U:
        return __class__
'''
if sys.version_info >= (3, 14):
    SOURCE += '''
def template(a):
    return t"{a!r:>5} x {a}"
'''
if sys.version_info >= (3, 15):
    SOURCE += '''
lazy import json
lazy from os import path as there

def spreads(y):
    return [*x for x in y], {**d for d in y}
'''
SOURCE2 = SOURCE.replace(", *, scale=1.0", ", scale=1.0").replace("        nonlocal rate\n", "        rate = 0\n").replace(
    'f"{a!r:>{b}} {a}"', "repr(a)").replace(', sep="")', ")").replace("print(*b, **{})", "len(*b, **{})").replace(
        "super().", "super(Box, self).").replace("yield from", "yield")


COUNTED = {"BINARY_OP": "binary", "LOAD_COMMON_CONSTANT": "common", "LOAD_SPECIAL": "special", "CALL_INTRINSIC_1": "intrinsic1",
           "CALL_INTRINSIC_2": "intrinsic2"}  # opcodes, and the list that their arguments count


def lists():
    def names(attribute):
        return [getattr(item, "__name__", None) or (item if item and isinstance(item, str) else repr(item))
                for item in getattr(opcode, attribute, [])]
    found = {"compare": list(opcode.cmp_op), "binary": [op for _, op in getattr(opcode, "_nb_ops", [])], "common": names("_common_constants"),
             "special": names("_special_method_names"), "intrinsic1": names("_intrinsic_1_descs"), "intrinsic2": names("_intrinsic_2_descs")}
    return {name: items for name, items in found.items() if items}


def table():
    kinds = [("const", opcode.hasconst), ("name", opcode.hasname), ("local", opcode.haslocal), ("free", opcode.hasfree),
             ("jrel", opcode.hasjrel), ("jabs", opcode.hasjabs), ("compare", opcode.hascompare)]
    if sys.version_info[0] == 2:
        caches = {}
    else:
        caches = getattr(opcode, "_inline_cache_entries", {})
    yield "release %d.%d" % sys.version_info[:2]
    for name, items in sorted(lists().items()):
        yield "list %s %s" % (name, " ".join(item.replace(" ", "_") for item in items))
    specialised = set(getattr(opcode, "_specialized_opmap", {})) | set(getattr(opcode, "_specialized_instructions", ()))
    for name, number in sorted(opcode.opmap.items(), key=lambda item: item[1]):
        if number > 255 or name in specialised or name.startswith("INSTRUMENTED_"):
            continue
        has = number in opcode.hasarg if hasattr(opcode, "hasarg") else number >= opcode.HAVE_ARGUMENT
        kind = [kind for kind, numbers in kinds if number in numbers] or (["arg"] if has else ["-"])
        if name == "EXTENDED_ARG":
            kind = ["extended"]
        kind = [COUNTED[name]] if COUNTED.get(name) in lists() else kind
        count = caches.get(name, 0) if hasattr(caches, "get") else caches[number]
        yield "%d %s %s %d" % (number, name, kind[0], count)


def codes():
    source = SOURCE2 if sys.version_info[0] == 2 else SOURCE
    module = compile(source, "model.py", "exec")
    marshalled = text(marshal.dumps(module))
    todo = [module]
    while todo:
        code = todo.pop()
        todo += [const for const in code.co_consts if hasattr(const, "co_code")]
        lines = code.co_linetable if hasattr(code, "co_linetable") else code.co_lnotab
        yield {"release": "%d.%d" % sys.version_info[:2], "name": code.co_name, "code": text(code.co_code), "line": code.co_firstlineno,
               "lines": text(lines), "consts": [shown(const) for const in code.co_consts], "names": list(code.co_names),
               "locals": list(code.co_varnames), "cells": list(code.co_cellvars), "free": list(code.co_freevars),
               "instructions": list(instructions(code)), "marshal": marshalled}
        marshalled = ""


def text(data):
    return "".join("%02x" % c for c in bytearray(data))


def shown(const):
    return "<code object %s>" % const.co_name if hasattr(const, "co_code") else repr(const)


def instructions(code):
    """[offset, name, argument or null, what that stands for, line or null where it is that of the one before]"""
    if sys.version_info[0] == 2:
        for row in old_instructions(code):
            yield row
        return
    for op in dis.get_instructions(code):
        line = op.starts_line
        if sys.version_info >= (3, 13):
            line = op.line_number if op.starts_line else None
        says = None
        if op.opcode in opcode.hasjrel or op.opcode in opcode.hasjabs:
            says = "to %d" % op.argval
        elif op.opcode in opcode.hasconst:
            says = shown(code.co_consts[op.arg])
        elif op.opcode in opcode.hascompare:
            says = op.argval
        elif op.opcode in opcode.hasname or op.opcode in opcode.haslocal or op.opcode in opcode.hasfree:
            says = ", ".join(op.argval) if isinstance(op.argval, tuple) else op.argval
        elif COUNTED.get(op.opname) in lists():
            says = lists()[COUNTED[op.opname]][op.arg]
        yield [op.offset, op.opname, op.arg, says, line]


def old_instructions(code):
    data, at, extended, starts = bytearray(code.co_code), 0, 0, dict(dis.findlinestarts(code))
    while at < len(data):
        op, offset, arg, says = data[at], at, None, None
        at += 1
        if op >= opcode.HAVE_ARGUMENT:
            arg = data[at] + data[at + 1] * 256 + extended
            extended, at = 0, at + 2
            if op == opcode.EXTENDED_ARG:
                extended = arg * 65536
            says = (shown(code.co_consts[arg]) if op in opcode.hasconst else code.co_names[arg] if op in opcode.hasname else
                    "to %d" % (at + arg) if op in opcode.hasjrel else "to %d" % arg if op in opcode.hasjabs else
                    code.co_varnames[arg] if op in opcode.haslocal else opcode.cmp_op[arg] if op in opcode.hascompare else
                    (code.co_cellvars + code.co_freevars)[arg] if op in opcode.hasfree else None)
        yield [offset, opcode.opname[op], arg, says, starts.get(offset)]


def main():
    if sys.argv[1:] == ["--table"]:
        print("\n".join(table()))
    elif sys.argv[1:] == ["--codes"]:
        for row in codes():
            print(json.dumps(row))
    else:
        tables, rows = [], []
        for python in sys.argv[1:]:
            ask = lambda what: subprocess.check_output([python, os.path.abspath(__file__), what]).decode()
            tables.append(ask("--table"))
            rows += ask("--codes").splitlines()
        with open(TABLE, "w") as file:
            file.write("".join(tables))
        with open(CODES, "w") as file:
            file.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
