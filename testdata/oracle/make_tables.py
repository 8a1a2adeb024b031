#!/usr/bin/env python3
"""Write opcodes.json and compat.json from CPython's own tables.

Usage: python3.11 make_tables.py
"""

import json
import pathlib
import pickletools
import platform

import _compat_pickle

HERE = pathlib.Path(__file__).resolve().parent


def opcode_rows():
    rows = []
    for op in sorted(pickletools.opcodes, key=lambda op: ord(op.code)):
        rows.append(
            {
                "name": op.name,
                "code": ord(op.code),
                "proto": op.proto,
                "arg": op.arg.name if op.arg else None,
                "arg_n": op.arg.n if op.arg else None,
                "before": [item.name for item in op.stack_before],
                "after": [item.name for item in op.stack_after],
            }
        )
    return rows


def compat_tables():
    names = [[*old, *new] for old, new in _compat_pickle.NAME_MAPPING.items()]
    return {
        "python": platform.python_version(),
        "import": dict(sorted(_compat_pickle.IMPORT_MAPPING.items())),
        "name": sorted(names),
    }


def write_rows(path, rows):
    """One row a line, so that a change shows as one changed line."""
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    path.write_text("[\n" + lines + "\n]\n")


def main():
    rows = opcode_rows()
    assert len(rows) == 68, len(rows)
    write_rows(HERE / "opcodes.json", rows)
    text = json.dumps(compat_tables(), indent=1)
    (HERE / "compat.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
