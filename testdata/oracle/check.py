"""Compare a report of modelscan with what Python says about the same fixtures.

    modelscan inspect --format json testdata/models > report.json
    $(python3 testdata/envs.py sklearn-1.5.2) testdata/oracle/check.py report.json

Loads the fixtures of the environment that it runs in, and nothing else; the others are counted as skipped. Prints the
differences; exit code 1 if there is one, 2 if there was nothing to compare.
"""
import ast
import json
import os
import sys
import warnings

import numpy as np

sys.dont_write_bytecode = True
import facts  # noqa: E402

ENV = os.path.basename(sys.prefix)


def check(file, row):
    """Differences between one file of the report and its fixture, as lines of text."""
    root, record = facts.load_row(row)
    yield from compare("globals", {g["name"] for g in file["globals"]}, record.globals)
    said = {v["version"] for v in file["versions"] if v["source"].startswith("_sklearn_version")}
    yield from compare("versions", said, record.sklearn_versions)
    reported = {a["path"]: a for a in file["arrays"]}
    walked = dict(facts.arrays(root, record)[0])
    yield from compare("arrays", set(reported), set(walked))
    for path, array in reported.items():
        yield from check_array(path, array, root, record)


def compare(what, got, want):
    for item in sorted(got - want):
        yield "%s: reported, but not there: %s" % (what, item)
    for item in sorted(want - got):
        yield "%s: not reported: %s" % (what, item)


def check_array(path, said, root, record):
    try:
        array = evaluate(path, root, record)
    except Exception as err:
        yield "arrays: %s: no such path: %r" % (path, err)
        return
    if not isinstance(array, np.ndarray):
        yield "arrays: %s: is a %s" % (path, type(array).__name__)
        return
    dtype, shape, order = record.key(array)
    want = {"dtype": dtype, "shape": list(shape), "order": order, "bytes": array.nbytes}
    got = {key: said[key] for key in want}
    if got != want:
        yield "arrays: %s: got %s, want %s" % (path, got, want)


def evaluate(path, root, record):
    """What a Python user gets who types path after the object; read as syntax, never run."""
    return step(ast.parse("x" + path, mode="eval").body, root, record)


def step(node, root, record):
    steps = []
    while not isinstance(node, ast.Name):
        steps.append(node)
        node = node.func if isinstance(node, ast.Call) else node.value
    value = root
    calls = {"__reduce__": lambda v: (None, facts.reduced(v, record)[0]),
             "__getstate__": lambda v: facts.reduced(v, record)[1]}
    for node in reversed(steps):
        if isinstance(node, ast.Subscript):
            index = getattr(node.slice, "value", node.slice) if type(node.slice).__name__ == "Index" else node.slice
            value = value[ast.literal_eval(index)]
        elif isinstance(node, ast.Attribute) and node.attr in calls:
            value = calls[node.attr](value)
        elif isinstance(node, ast.Attribute):
            value = attribute(value, node.attr, record)
    return value


def attribute(value, name, record):
    """An attribute, or what the state calls so: a Cython class need not show its state."""
    state = facts.reduced(value, record)[1]
    for half in state if isinstance(state, tuple) else (state,):
        if isinstance(half, dict) and name in half:
            return half[name]
    return getattr(value, name)


def main(report):
    warnings.simplefilter("ignore")
    with open(report) as file:
        files = json.load(file)["files"]
    with open(os.path.join(facts.HERE, "facts.json")) as file:
        rows = json.load(file)
    checked = skipped = differences = 0
    for file in files:
        path = file["path"].replace(os.sep, "/")
        path = path[path.rfind("models/"):]  # the report may have been made from anywhere
        row = rows.get(path)
        if not row or row.get("reader", row["env"]) != ENV:
            skipped += 1
            continue
        checked += 1
        for line in check(file, dict(row, path=path)):
            differences += 1
            print("%s: %s" % (path, line))
    print("%d fixtures checked, %d skipped, %d differences" % (checked, skipped, differences))
    sys.exit(1 if differences else 0 if checked else 2)


if __name__ == "__main__":
    main(*sys.argv[1:])
