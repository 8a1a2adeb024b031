#!/usr/bin/env python3
"""Compare the chunks of this folder with what CPython's unpicklers do. A Go test of `pickle` runs this where Python is.

Usage: check.py [FILE...]

A chunk is an assembler program, "=>", and what our machine says that it leaves and does. Each is assembled again and run by
`pickle.Unpickler` (written in C) and `pickle._Unpickler` (written in Python), whose `find_class` hands back inert stand-ins
that write down what is done to them. The printed results, errors, names and events must be the same, offsets aside.
A chunk with a note must behave as the note says: see NOTES. A chunk with a line

    # unlike CPython: why

is not compared. Such lines are few; they say where our record holds more than an object that was loaded could show.
"""

import copyreg
import decimal
import glob
import io
import math
import os
import pickle
import pickletools
import re
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import resolve  # noqa: E402  the mapping of names, and the probe for the C unpickler's protocol

OPCODES = {op.name: op for op in pickletools.opcodes}
UNLIKE = "# unlike CPython:"

# What each note says of the two unpicklers: whether the one in C goes on, whether the one in Python does.
NOTES = {
    "a frame is longer than the file": (False, None),
    "an opcode crosses the end of a frame": (True, None),  # pickle.py goes on where all of an argument lies behind
    "a line ends with the file": (False, False),
    "an empty line": (False, None),
    "an int with a leading zero or a prefix": (None, None),  # as the release is
    "an object of a type that not every unpickler takes here": ("one", "one"),
    "an item is set in a list": (None, None),  # as the index is in the list or not
    "memo entries far out": (None, True),  # as the release is
    "a persistent id": (True, True),  # we have a callback, buffers and a registry
    "an out-of-band buffer": (True, True),
    "an extension code": (True, True),
}

# What our errors are called in the C unpickler.
ERRORS = {
    "the data ends here": r"EOFError|truncated|ran out of|exhausted",
    "no such opcode": r"invalid load key",
    "too few objects on the stack": r"unexpected MARK|stack underflow|IndexError|requires str",
    "no mark on the stack": r"could not find MARK",
    "no such memo entry": r"Memo value not found|KeyError",
    "malformed argument": r"ValueError|UnpicklingError|OverflowError|UnicodeDecodeError|SystemError",
    "text is not UTF-8": r"UnicodeDecodeError|must be ASCII|ASCII",
    "object of the wrong type": r"TypeError|AttributeError|UnpicklingError|IndexError",
    "unhashable key": r"unhashable",
    "unsupported protocol": r"unsupported pickle protocol",
}


# --- the assembler ------------------------------------------------------------------------------------------------------

SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34}


def unquote(literal):
    """The bytes of a Go string literal, and of one with `* N` behind it."""
    match = re.fullmatch(r'"((?:[^"\\]|\\.)*)"(?: \* (\d+))?', literal)
    out, text, at = bytearray(), match.group(1), 0
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode()
            at += 1
            continue
        kind = text[at + 1]
        if kind in SIMPLE:
            out.append(SIMPLE[kind])
            at += 2
        elif kind == "x":
            out.append(int(text[at + 2 : at + 4], 16))
            at += 4
        elif kind in "uU":
            size = 4 if kind == "u" else 8
            out += chr(int(text[at + 2 : at + 2 + size], 16)).encode()
            at += 2 + size
        else:
            out.append(int(text[at + 1 : at + 4], 8))
            at += 4
    return bytes(out) * int(match.group(2) or 1)


WIDTHS = {"uint1": 1, "uint2": 2, "int4": 4, "uint4": 4, "uint8": 8}


def encode(kind, text):
    if kind in WIDTHS:
        return (int(text, 0) % 2**64).to_bytes(8, "little")[: WIDTHS[kind]]
    if kind == "float8":
        return struct.pack(">d", float(text))
    if kind == "stringnl_noescape_pair":
        return text.replace(" ", "\n", 1).encode() + b"\n"
    if kind[-1].isdigit():
        data = unquote(text)
        return len(data).to_bytes(8, "little")[: int(kind[-1])] + data
    return text.encode() + b"\n"


def assemble(source):
    out = bytearray()
    for line in source.splitlines():
        name, _, argument = line.strip().partition(" ")
        if not name or name[0] == "#":
            continue
        if name == "RAW":
            out += unquote(argument)
            continue
        op = OPCODES[name]
        out.append(ord(op.code))
        if op.arg:
            out += encode(op.arg.name, argument)
    return bytes(out)


# --- stand-ins ----------------------------------------------------------------------------------------------------------


class Log:
    def __init__(self):
        self.names, self.classes = {}, {}
        self.events, self.keep = [], []


log = Log()


class Facts:
    """What a stand-in is, and what was put on it. kind: class, instance or persistent."""

    def __init__(self, kind, subject, detail):
        self.kind, self.subject, self.detail = kind, subject, detail
        self.items, self.pairs, self.states = [], [], []


def facts_of(obj):
    return type.__getattribute__(obj, "facts") if type(obj) is StandInMeta else None


def stand_in(kind, subject, detail=None):
    made = type.__new__(StandInMeta, "StandIn", (), {"facts": Facts(kind, subject, detail), "__new__": made_new})
    log.keep.append(made)
    return made


def made_new(cls, *args, **keywords):
    return called(cls, args, keywords)


def called(target, args, keywords):
    detail = (args, keywords) if keywords else args
    log.events.append(("made", target, detail))
    label = facts_of(target).subject
    if label == "copyreg.add_extension" and len(args) == 3:
        copyreg._inverted_registry[args[2]] = args[:2]
    return stand_in("instance", target, detail)


def put(target, kind, values):
    facts = facts_of(target)
    last = values[-1] if values else None
    log.events.append(("state" if kind == "states" else "items", target, last[-1] if kind == "pairs" else last))
    if facts.subject == "copyreg._inverted_registry" and kind == "pairs":
        copyreg._inverted_registry[values[0][0]] = values[0][1]
    if facts.kind == "instance":
        getattr(facts, kind).extend(values)


class StandInMeta(type):
    """Stand-ins are classes, as NEWOBJ of the C unpickler asks for a class."""

    def __call__(cls, *args, **keywords):
        return called(cls, args, keywords)

    def __getattribute__(cls, name):
        if name == "__setstate__":
            return lambda state: put(cls, "states", [state])
        if name in ("append", "add"):
            return lambda item: put(cls, "items", [item])
        if name == "extend":
            return lambda items: put(cls, "items", list(items))
        if name == "__new__":
            return lambda ignored, *args, **keywords: called(cls, args, keywords)
        return type.__getattribute__(cls, name)

    def __setitem__(cls, key, value):
        put(cls, "pairs", [(key, value)])

    def __hash__(cls):
        return id(cls)

    def __eq__(cls, other):
        return cls is other


class Buffer(bytes):
    """An out-of-band buffer."""


# --- printing, as show in pickle/asm_test.go does ---------------------------------------------------------------------------


def quote(data):
    """Go's %q of bytes that are mostly UTF-8."""
    out, at = "", 0
    while at < len(data):
        for size in (1, 2, 3, 4):
            try:
                char = data[at : at + size].decode()
                break
            except UnicodeDecodeError:
                char = ""
        if not char:
            out += "\\x%02x" % data[at]
            at += 1
            continue
        at += len(char.encode())
        code = ord(char)
        if char in '"\\':
            out += "\\" + char
        elif code in SIMPLE.values() and code < 32:
            out += "\\" + next(key for key, value in SIMPLE.items() if value == code)
        elif char.isprintable():
            out += char
        else:
            out += "\\x%02x" % code if code < 128 else "\\u%04x" % code if code < 0x10000 else "\\U%08x" % code
    return '"' + out + '"'


def inside(text):
    """Text with Go's escapes, without quotes."""
    return quote(text.encode("utf-8", "surrogatepass"))[1:-1]


def number(f):
    """Go's shortest 'g'."""
    if math.isnan(f):
        return "NaN"
    if math.isinf(f):
        return "+Inf" if f > 0 else "-Inf"
    sign, digits, _ = decimal.Decimal(repr(f)).as_tuple()
    text = "".join(map(str, digits)).strip("0") or "0"
    exponent = decimal.Decimal(repr(f)).adjusted() if f else 0
    if -4 <= exponent < 21 and not -4 <= exponent < 6 or exponent < -4 or exponent >= 21:
        mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
        return "%s%se%s%02d" % ("-" if sign else "", mantissa, "+" if exponent >= 0 else "-", abs(exponent))
    return ("-" if sign else "") + format(abs(decimal.Decimal(repr(f))).normalize(), "f")


def data_text(prefix, data, chars):
    text = prefix + quote(data[:24])
    return text + "…%d bytes, %d characters" % (len(data), chars) if len(data) > 24 else text


class Shower:
    def __init__(self):
        self.seen = {}

    def value(self, v):
        facts = facts_of(v)
        if facts and facts.kind == "class":
            return facts.subject + (facts.detail or "")
        if v is None or isinstance(v, bool):
            return "None" if v is None else str(v).lower()
        if isinstance(v, int):
            text = str(v)
            return text if len(text) <= 617 else "long int"
        if isinstance(v, float):
            return number(v) + "f"
        if isinstance(v, Buffer):
            return "buffer"
        if isinstance(v, str):
            return data_text("", v.encode("utf-8", "surrogatepass"), len(v))
        if isinstance(v, bytes):
            return data_text("b", v, len(v))
        if isinstance(v, (bytearray, memoryview)):
            return data_text("a", bytes(v), len(v))
        if isinstance(v, tuple) and not v:
            return "()"
        if id(v) in self.seen:
            return "*%d" % self.seen[id(v)]
        self.seen[id(v)] = len(self.seen) + 1
        return "&%d %s" % (self.seen[id(v)], self.compound(v, facts))

    def compound(self, v, facts):
        if isinstance(v, dict):
            return "{%s}" % ", ".join(self.value(key) + ": " + self.value(item) for key, item in v.items())
        if facts and facts.kind == "persistent":
            return "persistent " + self.value(facts.subject)
        if facts:
            parts = [self.value(item) for item in facts.items]
            parts += [self.value(key) + ": " + self.value(item) for key, item in facts.pairs]
            parts += ["state " + self.value(state) for state in facts.states]
            inside = ", ".join(parts)
            return "%s%s{%s}" % (self.value(facts.subject), self.value(facts.detail), inside)
        inside = ", ".join(self.value(item) for item in v)
        return {tuple: "(%s)", list: "[%s]", set: "{%s}", frozenset: "frozenset{%s}"}[type(v)] % inside


# --- the two unpicklers -----------------------------------------------------------------------------------------------------


def found(module, name, protocol):
    if module == "extension":
        label, raw = "extension(%s)" % name, ""
    else:
        new = resolve.mapped(module, name, protocol)
        label = inside(".".join(new))
        raw = "" if new == (module, name) else " (%s)" % quote((module + "." + name).encode("utf-8", "surrogatepass"))
    key = label + raw
    log.names[key] = log.names.get(key, 0) + 1
    if key not in log.classes:
        log.classes[key] = stand_in("class", label, raw)
    return log.classes[key]


def persistent(pid):
    made = stand_in("persistent", pid)
    log.events.append(("persid", made, pid))
    return made


class CUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return found(module, name, resolve.PROBED[super().find_class("_probe", "a.b")])

    def persistent_load(self, pid):
        return persistent(pid)


class PyUnpickler(pickle._Unpickler):
    dispatch = pickle._Unpickler.dispatch.copy()

    def find_class(self, module, name):
        return found(module, name, self.proto)

    def persistent_load(self, pid):
        return persistent(pid)

    def load_stack_global(self):
        """As the original, but what an import, a call or a callback gave counts as a string that nobody knows."""
        module, name = self.stack[-2:]
        facts = [facts_of(v) for v in (module, name)]
        if not any(facts):
            super().load_stack_global()
            return
        del self.stack[-2:]
        texts = ["" if f else v for v, f in zip((module, name), facts)]
        if any(type(text) is not str for text in texts):
            raise pickle.UnpicklingError("STACK_GLOBAL requires str")
        label = inside("computed(%s, %s)" % tuple(texts))
        log.names[label] = log.names.get(label, 0) + 1
        self.append(stand_in("class", label))

    dispatch[pickle.STACK_GLOBAL[0]] = load_stack_global


def buffers():
    while True:
        log.events.append(("buffer", Buffer(), None))
        yield Buffer()


class Result:
    """One program of a chunk: what it left, or how it failed, and what it did."""

    def __init__(self, text, error):
        self.text, self.error = text, error
        self.names = dict(log.names)
        self.events = []
        for word, subject, detail in log.events:
            shower = Shower()
            self.events.append((word, shower.value(subject), shower.value(detail)))


def run(make, file):
    """All programs of a file, as Results."""
    global log
    results = []
    while file.peek(1):
        log = Log()
        copyreg._extension_cache.clear()
        try:
            root = make(file, encoding="latin-1", buffers=buffers()).load()
            results.append(Result(Shower().value(root), ""))
        except Exception as error:
            results.append(Result("", "%s: %s" % (type(error).__name__, error)))
            break
    return results


def readings(program, codes):
    """The Results of both unpicklers, with the extension codes known that the chunk wants known."""
    both = []
    for make in (CUnpickler, PyUnpickler):
        copyreg._inverted_registry.clear()
        copyreg._extension_cache.clear()
        for code in codes:
            copyreg._inverted_registry[code] = ("extension", str(code))
        both.append(run(make, io.BufferedReader(io.BytesIO(program))))
    return both


# --- the comparison ---------------------------------------------------------------------------------------------------------


class Wanted:
    """What a chunk says of one of its programs."""

    def __init__(self, first):
        self.text = "" if first.startswith("error ") else as_text(first)
        self.error = first.rpartition(": ")[2] if first.startswith("error ") else ""
        self.notes, self.names, self.events, self.frame = [], {}, [], 0


EVENT_WORDS = {"call": "made", "inst": "made", "obj": "made", "new": "made", "new_ex": "made"}
EVENT = re.compile(r"(call|inst|obj|new|new_ex|state|items|persid|buffer|note|import) @\d+ (.*)")
FRAME = re.compile(r"the last frame ends @(\d+)")
PLAIN = re.compile(r'-?\d|None|true|false|[sba]?"|\(|&\d+ [({\[]')


def as_text(line):
    """The line with Python 2 strings as the text that latin-1 makes of them."""
    latin = lambda m: quote(unquote(m.group(1)).decode("latin-1").encode("utf-8"))
    return re.sub(r'(?<![\w"\\])s("(?:[^"\\]|\\.)*")', latin, line)


def parse(lines):
    wanted = []
    for line in lines:
        match, frame = EVENT.fullmatch(line), FRAME.fullmatch(line)
        if frame:
            wanted[-1].frame = int(frame.group(1))
            continue
        if not match:
            wanted.append(Wanted(line))
            continue
        word, rest = match.groups()
        if word == "note":
            wanted[-1].notes.append(rest)
        elif word == "import":
            name, _, count = rest.rpartition(" x")
            wanted[-1].names[name] = int(count)
        elif not (word == "state" and PLAIN.match(rest)):  # a plain object shows nothing of it
            wanted[-1].events.append((EVENT_WORDS.get(word, word), as_text(rest)))
    return wanted


def squeezed(events):
    """Events with several items in a row for one object as one, which not all ways to put them tell apart."""
    out = []
    for event in events:
        if out and event[0] == out[-1][0] == "items" and subject_of(event) == subject_of(out[-1]):
            out.pop()
        out.append(event)
    return out


def subject_of(event):
    """The first of an event's two values: up to a blank outside brackets and quotes."""
    text = event[1]
    depth = 0
    for part in re.finditer(r'"(?:[^"\\]|\\.)*"|&\d+ | \("(?:[^"\\]|\\.)*"\)|.', text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(part.group(), 0)
        if part.group() == " " and depth == 0:
            return text[: part.start()]
    return text


def expected(wanted, size):
    """Whether each unpickler goes on; "one" says that either of them, but not both; None that it may or not."""
    c, py = wanted.frame <= size, None if wanted.frame > 1 << 31 else True
    for note in wanted.notes:
        for text, (in_c, in_py) in NOTES.items():
            if note.startswith(text):
                c, py = merge(c, in_c), merge(py, in_py)
    if any(name.startswith("computed(") for name in wanted.names):
        c = False
    return c, py


def merge(a, b):
    return b if a is True else a


def compare(wanted, size, c, py):
    """What is wrong with one program, as texts."""
    in_c, in_py = expected(wanted, size)
    if wanted.error:
        if not c.error or not py.error:
            yield "we fail with %r; CPython: C %s, Python %s" % (wanted.error, c.error or "goes on", py.error or "goes on")
        elif not wanted.notes and not re.search(ERRORS[wanted.error], c.error):
            yield "error %r is %r in C" % (wanted.error, c.error)
    elif in_c == "one":
        if bool(c.error) == bool(py.error):
            yield "a note says that one goes on: C %s, Python %s" % (c.error or "goes on", py.error or "goes on")
    elif bool(c.error) is in_c or bool(py.error) is in_py:
        yield "C should go on: %s, Python: %s; C %s, Python %s" % (in_c, in_py, c.error or "goes on", py.error or "goes on")
    union = {**c.names, **py.names}
    loose = any("type" in n or "extension" in n for n in wanted.notes)
    for name, count in wanted.names.items():
        if name not in union or not loose and count != max(c.names.get(name, 0), py.names.get(name, 0)):
            yield "import %s x%d: C %s, Python %s" % (name, count, c.names, py.names)
    for name in union:
        if name not in wanted.names:
            yield "%s is imported" % name
    for result, title in ((c, "C"), (py, "Python")):
        yield from compare_values(wanted, result, title)


def compare_values(wanted, result, title):
    if wanted.error or result.error:
        return
    if any("type" in n or "releases" in n for n in wanted.notes):
        return
    if result.text != wanted.text:
        yield "%s gives\n    %s\nand not\n    %s" % (title, result.text, wanted.text)
    events = [(word, "%s %s" % (subject, detail)) for word, subject, detail in result.events]
    want, got = squeezed(wanted.events), squeezed(events)
    if want != got:
        yield "%s does\n    %s\nand not\n    %s" % (title, "\n    ".join(map(" ".join, got)), "\n    ".join(map(" ".join, want)))


def check(chunk):
    source, _, want = (chunk.rstrip("\n") + "\n").partition("=>\n")
    wanted = parse([line for line in want.splitlines() if line])
    if UNLIKE in source:
        return []
    codes = [int(code) for code in re.findall(r"extension\((\d+)\)", want)]
    program = assemble(source)
    c, py = readings(program, codes)
    problems = []
    for i, one in enumerate(wanted):
        if i > 0 and wanted[i - 1].frame:
            break  # the unpicklers do not agree on where the next program begins
        if i >= len(c) or i >= len(py):
            problems.append("%d programs; C has %d, Python %d" % (len(wanted), len(c), len(py)))
            break
        problems += compare(one, len(program), c[i], py[i])
    return problems


def main():
    files = sys.argv[1:] or sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "*.txt")))
    count = skipped = wrong = 0
    for path in files:
        with open(path, encoding="utf-8", newline="\n") as file:
            chunks = file.read().split("\n---\n")
        for i, chunk in enumerate(chunks):
            count += 1
            skipped += UNLIKE in chunk
            for problem in check(chunk):
                wrong += 1
                print("%s, chunk %d:\n%s%s\n" % (os.path.basename(path), i + 1, chunk.partition("=>")[0], problem))
    print("%d chunks, %d not compared, %d problems" % (count, skipped, wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    sys.exit(main())
