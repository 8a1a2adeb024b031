"""The classes of torch, of what is built on it, and of language and graph libraries, by reading their source.

    python3 survey_networks.py read SOURCE…        archives of releases, or FOLDER:PACKAGE for an installed one
    ENV/bin/python survey_networks.py functions    in an environment with torch: its functions and constants, as JSON
    python3 survey_networks.py functions JSON…     add what those runs printed

survey.py reads the classes and the methods that loading can reach; networks_rules.py says which families of them go on
which list, and which methods were read. A class with a method that nobody read is printed. Lines that are there stay.
"""
from __future__ import print_function

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def sources(path):
    """{module: (source, is a package)} of FOLDER:PACKAGE."""
    root, package = path.rsplit(":", 1)
    found = {}
    for base, _, files in os.walk(os.path.join(root, *package.split("."))):
        for name in files:
            if name.endswith(".py"):
                full = os.path.join(base, name)
                module = os.path.relpath(full, root)[:-3].replace(os.sep, ".")
                with open(full, encoding="utf-8", errors="replace") as f:
                    found[re.sub(r"\.__init__$", "", module)] = (f.read(), name == "__init__.py")
    return found


def read(paths):
    import survey
    import networks_rules as rules
    of_archive = survey.members
    survey.SKIPPED = re.compile(r"(^|\.)(tests?|_?testing|conftest|setup|docs?|examples?|benchmarks?|_vendor|versioneer|__main__)(\.|$)")
    survey.members = lambda path: sources(path) if ":" in path else of_archive(path)

    class Release(survey.Release):
        """A release that also knows the members of enumerations."""

        def read_class(self, node, lines):
            found = survey.Release.read_class(self, node, lines)
            found["members"] = [target.id for item in node.body if type(item).__name__ == "Assign"
                                for target in item.targets if getattr(target, "id", "_")[0] != "_"]
            return found

    lines = dict(rules.BY_HAND)
    for path in paths:
        release = Release(path)
        for key, cls in release.classes.items():
            family, others = release.ancestors(key)
            judge(rules, ".".join(key), cls, family, others, lines)
    return lines


def judge(rules, name, cls, family, others, lines):
    """Put a class on the lines where its family has a rule and all that loading it reaches was read."""
    ancestors = [".".join(owner) for owner in family] + others
    for file, pattern, base, uses, reason in rules.FAMILIES:
        if not re.match("(?:%s)$" % pattern, name) or base and not any(re.match("(?:%s)$" % base, a) for a in ancestors):
            continue
        unread = ["%s of %s" % (method, ".".join(owner)) for owner, ancestor in family.items() for method in ancestor["methods"]
                  if not any(re.match("(?:%s)$" % m, method) and re.match("(?:%s)$" % o, ".".join(owner)) for m, o in rules.READ)]
        if unread:
            print("read: %s: %s" % (name, ", ".join(unread)))
        elif any(rules.SKIPPED_BASES.match(o) and rules.SKIPPED_BASES.match(o).end() == len(o) for o in others):
            print("left out: %s" % name)
        elif any(o.startswith("enum.") for o in others):
            enumeration(name, cls.get("members", []), file, lines)
        elif cls["kind"] == "namedtuple":
            lines.setdefault(name, (file, rules.CALLED + ("new",), "tuple with names"))
        else:
            lines.setdefault(name, (file, uses, reason))
        return


def enumeration(name, members, file, lines):
    """An enumeration, and its members, which the first releases of Python 3.11 pickled by getattr."""
    if members:
        lines.setdefault(name, (file, ("import", "call"), "enumeration, made from a value"))
    for member in members:
        lines.setdefault("%s:%s.%s" % tuple(name.rsplit(".", 1) + [member]), (file, ("import",), "member of an enumeration"))


def functions():
    """Inside an environment: the functions, dtypes, constants and storages of its torch."""
    import types
    import torch
    found = set()
    for module in (torch.nn.functional, torch.nn.init):
        for name in dir(module):
            thing = getattr(module, name)
            if name[0] != "_" and isinstance(thing, types.FunctionType) and thing.__module__ == module.__name__ \
                    and thing.__qualname__ == name and "with_distance" not in name:
                found.add(("function", module.__name__ + "." + name))
    for name in dir(torch._C._nn):
        if name[0] != "_" and type(getattr(torch._C._nn, name)).__name__ == "builtin_function_or_method":
            found.add(("function", "torch._C._nn." + name))
    for name in dir(torch):
        thing = getattr(torch, name)
        if isinstance(thing, torch.dtype):
            found.add(("dtype", str(thing)))
        elif isinstance(thing, (torch.layout, getattr(torch, "qscheme", torch.layout))):
            found.add(("constant", "torch." + name))
    for module in (torch, torch.cuda):
        for name in dir(module):
            if re.match(r"\w+(Storage|Tensor)$", name) and isinstance(getattr(module, name), type):
                found.add(("storage" if name.endswith("Storage") else "tensor", module.__name__ + "." + name))
    return sorted(found)


def of_functions(paths):
    import networks_rules as rules
    reasons = {"function": rules.ON_TENSORS, "dtype": "dtype", "constant": "constant", "tensor": "class of tensors, held",
               "storage": "storage class, named in persistent ids; a loader maps it to a dtype"}
    lines = dict(rules.BY_HAND)
    for path in paths:
        with open(path) as f:
            for kind, name in json.load(f):
                lines.setdefault(name, ("torch", rules.HELD, reasons[kind]))
    for name in rules.FUNCTIONAL.split():
        lines.setdefault("torch.nn.functional." + name, ("torch", rules.HELD, rules.ON_TENSORS))
    for holder in ("_VariableFunctions", "_VariableFunctionsClass"):
        lines["torch._C." + holder] = ("torch", rules.HELD, "class that holds the functions on tensors; each is judged by its own name")
        for name in rules.VARIABLE_FUNCTIONS.split():
            lines["torch._C:%s.%s" % (holder, name)] = ("torch", rules.HELD, rules.ON_TENSORS)
    return lines


def merge(lines):
    """Add the lines of names that no list has."""
    import collect
    texts, known = collect.read_lists()
    added = 0
    for name, (file, uses, reason) in sorted(lines.items()):
        if name in known:
            continue
        words = " ".join(use for use in ("import", "call", "new", "build", "plain") if use in uses)
        texts.setdefault(file + ".txt", ["# modelscan allowlist"]).append("%-72s %-22s # %s" % (name, words, reason))
        added += 1
    collect.write_lists(texts)
    print(added, "names added")


def main(args):
    sys.path.insert(0, HERE)
    if len(args) > 1 and args[0] == "read":
        merge(read(args[1:]))
    elif args == ["functions"]:
        json.dump(functions(), sys.stdout)
    elif len(args) > 1 and args[0] == "functions":
        merge(of_functions(args[1:]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
