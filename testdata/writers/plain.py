# -*- coding: utf-8 -*-
"""Plain Python: builtins and the standard library, no other package."""
import collections
import datetime
import decimal
import fractions
import functools
import operator
import sys
import uuid

PY2 = sys.version_info[0] == 2
LONG = 1 << 64


def integers():
    sizes = [0, 1, -1, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**63 - 1, 2**63, -2**63,
             LONG, -LONG, 10**30, -10**30, 1 << 2039, 1 << 2040, -(1 << 2100), True, False]
    return sizes + ([long(5), long(-5), long(2)**31] if PY2 else [])  # noqa: F821


def floats():
    return [0.0, -0.0, 1.5, -2.25e300, 5e-324, float("inf"), float("-inf"), float("nan"), 0.1, 1e16, 3 + 4j]


def texts():
    found = [u"", u"ascii", u"caf\u00e9", u"\u20ac", u"\U0001f600", u"\ud800", u"back\\slash", u"line\nbreak\r\n\x1a\0",
             u"x" * 255, u"x" * 256, u"quote'\"", u"\u2028"]
    return found + (["str", "\xff\x00\n\\x'", "s" * 300] if PY2 else [])


def buffers():
    return [b"", b"bytes", bytes(bytearray(range(256))), b"b" * 300, bytearray(b""), bytearray(b"abc\xff"),
            bytearray(b"z" * 300)]


def containers():
    return [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], {}, {u"a": 1}, {1: {2: {3: None}}}, set(), {1},
            frozenset(), frozenset([1]), list(range(1001)), collections.OrderedDict((i, str(i)) for i in range(1001)),
            collections.OrderedDict([(u"b", 1), (u"a", 2)]), collections.defaultdict(list, {u"k": [1]}),
            collections.Counter(u"aab"), collections.deque([1, 2, 3], 5)]


def frames():
    """More than one frame: a frame is closed at 64 KiB, and what is larger by itself stands between frames."""
    return [[u"item %d" % i for i in range(5000)], b"\0" * 70000, u"after"]


def recursive():
    cycle = []
    cycle.append(cycle)
    table = {}
    table[u"self"] = table
    pair = ([],)
    pair[0].append(pair)
    shared = [1]
    deep = None
    for _ in range(100):
        deep = [deep]
    return [cycle, table, pair, shared, shared, deep]


def library():
    """Instances of standard classes."""
    found = [datetime.datetime(2020, 2, 3, 4, 5, 6, 7), datetime.date(2020, 2, 3), datetime.time(1, 2, 3, 4),
             datetime.timedelta(1, 2, 3), decimal.Decimal("1.50"), fractions.Fraction(1, 3),
             uuid.UUID("12345678123456781234567812345678"), ValueError(u"with", 1), KeyError(u"k"), object()]
    return found if PY2 else found + modern()


def modern():
    import ipaddress
    import pathlib
    import random
    import re
    import types
    import urllib.parse
    return [datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=2), "CEST"),
            datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), range(1, 9, 2), slice(1, 2, 3),
            NotImplemented, Ellipsis, re.I, pathlib.PurePosixPath("a/b"), pathlib.PureWindowsPath("c:/d"),
            types.SimpleNamespace(a=1), urllib.parse.urlsplit("http://h/p?q#f"), ipaddress.ip_address("10.0.0.1"),
            random.Random(5), collections.ChainMap({u"a": 1}), collections.UserDict(a=1)]


def newest():
    """What Python 3.14 and 3.15 write otherwise than older ones, or alone."""
    import pathlib
    import types
    import zoneinfo
    found = [pathlib.PurePosixPath("a/b"), types.SimpleNamespace(a=1), zoneinfo.ZoneInfo("UTC")]
    return found + [frozendict({u"a": 1})] if sys.version_info >= (3, 15) else found  # noqa: F821


def functions():
    """Names held as values, and what pickle makes of methods and iterators: calls of getattr, iter and the like."""
    found = [len, int, ValueError, operator.add, functools.partial(int, base=2)]
    if PY2:
        import itertools
        return found + [itertools.chain, long, unicode, basestring, reduce, intern, xrange(3)]  # noqa: F821
    import random
    import re
    if sys.version_info >= (3, 9):
        found.append(list[int])
    return found + [type(None), operator.itemgetter(1), operator.attrgetter("a.b"), operator.methodcaller("strip"),
                    str.upper, [].append, {}.keys, iter([1, 2, 3]), iter((1, 2)), re.compile("a+b", re.I),
                    collections.abc.Mapping, datetime.datetime.now, random.Random.random]


def instances():
    """Python 2 alone: old-style instances, written by INST (protocol 0) and OBJ (1, 2)."""
    import ConfigParser
    import Queue
    import UserDict
    import UserList
    shared = UserDict.UserDict({"k": [1]})
    return [shared, UserList.UserList([1, 2]), ConfigParser.RawConfigParser(), shared, UserDict.UserDict,
            UserDict.IterableUserDict(a=1), Queue.Empty("x")]
