"""What other scanners call dangerous, read off their own tables: scanners.json for the test of the lists.

    python3 -m venv SCAN
    SCAN/bin/pip install --only-binary=:all: picklescan==1.0.5 modelscan==0.8.6 fickling==0.1.12 modelaudit==0.2.54
    SCAN/bin/python testdata/policy/scanners.py

A name that ends in `.*` stands for all of a module and of what is below it.
"""
import json
import os
from importlib.metadata import version


def of_table(table):
    """Names of {module: "*" or names}."""
    for module, names in table.items():
        if names == "*" or not isinstance(names, (list, set, frozenset, tuple, dict)):
            yield module + ".*"
        else:
            for name in names:
                yield module + "." + name


def picklescan():
    from picklescan.scanner import _unsafe_globals
    return of_table(_unsafe_globals)


def modelscan():
    from modelscan.settings import DEFAULT_SETTINGS
    tables = DEFAULT_SETTINGS["scanners"]["modelscan.scanners.PickleUnsafeOpScan"] if "scanners" in DEFAULT_SETTINGS else {}
    tables = tables.get("unsafe_globals") or DEFAULT_SETTINGS["unsafe_globals"]
    return [name for table in tables.values() for name in of_table(table)]


def fickling():
    from fickling import analysis, fickle
    names = [module + ".*" for module in fickle.UNSAFE_IMPORTS]
    unsafe = analysis.UnsafeImportsML
    names += [module + ".*" for module in unsafe.UNSAFE_MODULES]
    return names + list(of_table({module: list(table) for module, table in unsafe.UNSAFE_IMPORTS.items()}))


def modelaudit():
    from modelaudit.detectors.suspicious_symbols import SUSPICIOUS_GLOBALS
    from modelaudit.scanners import pickle_scanner
    names = list(of_table(SUSPICIOUS_GLOBALS))
    names += [name for name in pickle_scanner.ALWAYS_DANGEROUS_FUNCTIONS if "." in name]
    return names + [module + ".*" for module in pickle_scanner.ALWAYS_DANGEROUS_MODULES]


def main():
    tables = {}
    for scanner in (picklescan, modelscan, fickling, modelaudit):
        tables["%s %s" % (scanner.__name__, version(scanner.__name__))] = sorted(set(scanner()))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "scanners.json"), "w") as f:
        json.dump(tables, f, indent=0, sort_keys=True)
        f.write("\n")
    for scanner, names in tables.items():
        print(scanner, len(names))


if __name__ == "__main__":
    main()
