"""Values that Python pickles, and how Python prints what it loads of them: types, items, sharing and cycles.

    python3 testdata/oracle/values.py --count 300 --seed 1 > testdata/oracle/values.jsonl

Each line is {"pickle": hex, "value": text}. Values are of the types that need no import, made by chance from the seed;
they are written in all protocols, by pickle and by pickle.py, some of them optimised or without a memo, and some as
Python 2 writes text. TestValues of ./inspect prints our graph of the same bytes in the same way.
"""
import argparse
import io
import json
import pickle
import pickletools
import random
import struct
import sys

WORDS = ["", "a", "key", "\u00e9t\u00e9", "\u65e5\u672c", "\U0001f600", "\ud800", "a\nb\\u0041\r\x00\x1a", "'\"",
         "x" * 260, "latin \xff"]
NUMBERS = [0, 1, -1, 255, 256, 65535, 65536, -2 ** 31, 2 ** 31 - 1, 2 ** 31, -2 ** 63, 2 ** 64, 2 ** 500, -2 ** 511]
FLOATS = [0.0, -0.0, 1.5, -1e300, 5e-324, float("inf"), float("-inf"), float("nan"), 0.1]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self):
        r = self.random
        return r.choice([
            lambda: None, lambda: r.random() < 0.5, lambda: r.choice(NUMBERS) + r.randrange(3),
            lambda: r.randrange(-300, 70000), lambda: r.choice(FLOATS), lambda: r.choice(WORDS) + r.choice(["", "1"]),
            lambda: bytes(r.randrange(256) for _ in range(r.choice([0, 1, 9, 9, 260]))),
        ])()

    def value(self):
        """A value whose containers may hold one another, and themselves."""
        r = self.random
        made = []
        for _ in range(r.randrange(1, 12)):
            made.append(r.choice([list, list, dict, tuple, set, frozenset, bytearray, self.scalar])())
            kind = type(made[-1])
            items = [self.item(made) for _ in range(r.choice([0, 1, 2, 3, 4, 9]))]
            if kind is tuple:
                made[-1] = tuple(items)
            elif kind in (set, frozenset):
                made[-1] = kind(self.scalar() for _ in items)
            elif kind is bytearray:
                made[-1] = bytearray(b"ab" * len(items))
        for _ in range(r.randrange(8)):
            target = r.choice(made)
            if type(target) is list:
                target.append(self.item(made))
            elif type(target) is dict:
                target[self.scalar()] = self.item(made)
        if r.random() < 0.005:  # more than picklers write at once
            made.append([i % 2 for i in range(r.choice([1000, 1001]))])
        return made[-1] if r.random() < 0.3 else made

    def item(self, made):
        return self.random.choice(made) if made and self.random.random() < 0.5 else self.scalar()

    def dump(self, value):
        r = self.random
        protocol = r.randrange(6)
        out = io.BytesIO()
        pickler = r.choice([pickle.Pickler, pickle._Pickler])(out, protocol)
        if type(value) is not list and r.random() < 0.05:
            pickler.fast = not cyclic(value)
        pickler.dump(value)
        data = out.getvalue()
        return pickletools.optimize(data) if r.random() < 0.3 else data


def cyclic(value, above=()):
    if type(value) not in (list, tuple, dict):
        return False
    if id(value) in above:
        return True
    items = list(value.values()) if type(value) is dict else value
    return any(cyclic(item, above + (id(value),)) for item in items)


def printed(value, seen):
    kind = type(value)
    if value is None or kind is bool:
        return str(value)
    if kind is int:
        return "i%x" % value
    if kind is float:
        if value != value:
            return "fnan"
        return "f" + struct.pack(">d", value).hex()
    if kind is str:
        return "s" + value.encode("utf-8", "surrogatepass").hex()
    if kind is bytes:
        return "b" + value.hex()
    if kind in (tuple, frozenset) and not value:
        return {tuple: "()", frozenset: "F{}"}[kind]
    if id(value) in seen:
        return "*%d" % seen[id(value)][0]
    seen[id(value)] = len(seen), value
    name = "#%d" % seen[id(value)][0]
    if kind is bytearray:
        return name + "B" + value.hex()
    if kind in (set, frozenset):
        return name + ("S{" if kind is set else "F{") + ",".join(sorted(printed(item, {}) for item in value)) + "}"
    if kind is dict:
        return name + "{" + ",".join(printed(k, seen) + ":" + printed(v, seen) for k, v in value.items()) + "}"
    open_, close = "[]" if kind is list else "()"
    return name + open_ + ",".join(printed(item, seen) for item in value) + close


# What Python 2 writes: its text is bytes.
PYTHON2 = [b"S'a\\xe9\\n'\n.", b"U\x02a\xe9.", b"T\x03\x00\x00\x00abc.", b"(lp0\nS'x'\np1\nag1\na.",
           b"\x80\x02]q\x00(U\x01aq\x01h\x01U\x00e.", b"(dp0\nI1\nL2L\nsI3\nI00\ns.",
           b"(S'a'\nF1.5\nF-0\nV\\u20ac\\\\\ntp0\n0(g0\ng0\nl."]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.setrecursionlimit(10000)
    maker = Maker(options.seed)
    samples = list(PYTHON2)
    while len(samples) < options.count:
        samples.append(maker.dump(maker.value()))
    for data in samples:
        value = pickle.loads(data, encoding="latin1")
        print(json.dumps({"pickle": data.hex(), "value": printed(value, {})}))


if __name__ == "__main__":
    main()
