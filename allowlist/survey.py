"""Every class of a library's releases that a model could hold, by reading their source; nothing of it is run.

    python3 survey.py fetch            download the archives that releases.txt names, through pip's own finder
    python3 survey.py read [NAME…]     read the releases of these packages, or of all; add lines, print what is to be read
    python3 survey.py show NAME…       print the methods of a package that loading can reach, each text once

`collect.py` shows what libraries pickle by making it; a file of tomorrow holds the one class that nobody made. So the
complete registry comes from here: each class of each release, under each module path that it ever had, with the methods
that a load can reach. A class becomes a line where none of its ancestors has one, or where each that it has was read
(survey_rules.py); the others are printed for a person. A line that is there is never changed.
"""
import ast
import hashlib
import os
import re
import sys
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.expanduser(os.environ.get("MODELSCAN_RELEASES") or "~/.cache/modelscan/releases")

# Methods that the unpickler itself reaches: on NEWOBJ, BUILD, APPENDS, SETITEMS, ADDITEMS, as a dict's key, at the end.
REACHED = {"__new__", "__setstate__", "__setattr__", "__getattr__", "__getattribute__", "__del__", "__hash__", "__eq__",
           "append", "extend", "add", "__setitem__", "__missing__", "__set__", "__reduce__", "__reduce_ex__",
           "__getnewargs__", "__getnewargs_ex__", "__getinitargs__", "__init_subclass__", "__instancecheck__"}
# Methods that other trusted code may call on an object in passing, and the constructor: read where they look like more
# than arithmetic.
PASSED = {"__init__", "__call__", "__array__", "__array_ufunc__", "__array_function__", "__iter__", "__next__", "__len__",
          "__index__", "__int__", "__float__", "__bool__", "__str__", "__repr__", "__contains__", "__getitem__", "__lt__",
          "__enter__", "__exit__", "__post_init__", "pop", "get", "items", "keys", "values", "update", "copy",
          "setdefault", "tolist", "encode", "decode", "read", "write", "close", "insert", "remove", "clear"}
MORE = re.compile(r"(?<!super\(\)\.)(?<!platform\.)(?<!re\.)\b(open|eval|exec|compile|__import__|import_module|system|popen|Popen|subprocess|urlopen|urlretrieve|requests|"
                  r"socket|connect|loads?|load_\w+|read_\w+|from_file|unlink|remove|rmtree|rename|mkdirs?|makedirs|to_csv|to_pickle|savetxt|"
                  r"tempfile|mkdtemp|mkstemp|TemporaryDirectory|globals|Thread|Process|Pool|kill|chdir|shutil)\s*\(")

# Bases of other packages whose own load was read.
BASES = re.compile(
    r"object|dict|list|tuple|set|frozenset|str|int|float|Exception|ValueError|TypeError|UserWarning|Warning|RuntimeError|KeyError|"
    r"AttributeError|NotImplementedError|ImportError|ModuleNotFoundError|AssertionError|ArithmeticError|"
    r"DeprecationWarning|FutureWarning|RuntimeWarning|"
    r"abc\.ABC|abc\.ABCMeta|typing\.(Generic|NamedTuple|Protocol|TypedDict)|typing_extensions\.\w+|enum\.\w+|collections\.(OrderedDict|UserDict|UserList|defaultdict|Counter|namedtuple)|"
    r"collections\.abc\.\w+|(sklearn|scikit_learn)\..*|pandas\.(DataFrame|Series)|numpy\.ndarray|threading\.local|"
    r"(xgboost|lightgbm|catboost|imblearn|sklearn_pandas|statsmodels|skorch|mlxtend|sktime|skbase|pyod|interpret|patsy|shap|optuna|econml|pycaret|autogluon|sktree|treeple)\..*|"
    r"six\.with_metaclass|sklearn\.externals\.six\.with_metaclass|future\.utils\.with_metaclass|six\.Iterator|dataclasses\..*")
SKIPPED = re.compile(r"(^|\.)(tests?|testing|_testing|conftest|setup|docs?|doc_src|examples?|benchmarks?|benchmarking|sandbox|_?vendor(ed)?|"
                     r"externals|_version|versioneer|cli|__main__|datasets?|dataset|plots?|plotting|_plot|plot_\w*|visuali[sz]ation|distributed|dask|spark|"
                     r"notebooks?|extension_templates|tools_dev|dev_utils|widget|tensorboard|server|app|dashboard|research|scripts)(\.|$)")


def members(path):
    """{module: source} of a wheel or an sdist."""
    found = {}

    def take(name, read):
        parts = name.split("/")
        if not name.endswith(".py") or any(p.endswith((".dist-info", ".data")) for p in parts):
            return
        if not path.endswith(".whl"):
            parts = parts[1:]
            if parts and parts[0] in ("src", "lib", "python-package", "packages"):
                parts = parts[1:]
        if parts and parts[0] == "build":
            return
        module = ".".join(parts)[:-3]
        if module.endswith(".__init__"):
            module = module[:-9]
        if module and "-" not in module and not SKIPPED.search(module) and "." in module + ".":
            found[module] = (read().decode("utf-8-sig", "replace"), name.endswith("__init__.py"))

    if path.endswith((".whl", ".zip")):
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                take(name, lambda: z.read(name))
    else:
        with tarfile.open(path) as t:
            for member in t:
                if member.isfile():
                    take(member.name, lambda: t.extractfile(member).read())
    return found


class Release(object):
    def __init__(self, path):
        self.file = os.path.basename(path)
        self.classes = {}   # (module, name): class
        self.names = {}     # (module, name): dotted name that it is imported from
        self.stars = {}     # module: modules that it imports all of
        self.packages = set()
        self.unread = []    # modules in Python 2's syntax
        for module, (source, package) in members(path).items():
            try:
                tree = ast.parse(source)
            except (SyntaxError, ValueError, RecursionError):
                self.unread.append(module)
                continue
            if package:
                self.packages.add(module)
            self.module(module, package, tree, source)

    def module(self, module, package, tree, source):
        def statements(body):
            for node in body:
                if isinstance(node, (ast.If, ast.Try)):
                    for part in (node.body, getattr(node, "orelse", []), getattr(node, "finalbody", [])):
                        yield from statements(part)
                    for handler in getattr(node, "handlers", []):
                        yield from statements(handler.body)
                else:
                    yield node
        lines = source.split("\n")
        for node in statements(tree.body):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.names[module, (alias.asname or alias.name.split(".")[0])] = alias.name if alias.asname else alias.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    up = module.split(".")
                    up = up[:len(up) - node.level + (1 if package else 0)]
                    base = ".".join(up + ([base] if base else []))
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.setdefault(module, []).append(base)
                    else:
                        self.names[module, alias.asname or alias.name] = base + "." + alias.name
            elif isinstance(node, ast.ClassDef):
                self.classes[module, node.name] = self.read_class(node, lines)
                for inner in node.body:
                    if isinstance(inner, ast.ClassDef):
                        self.classes[module, node.name + "." + inner.name] = self.read_class(inner, lines)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if isinstance(node.value, ast.Call) and dotted(node.value.func) in ("namedtuple", "collections.namedtuple"):
                    first = node.value.args[0] if node.value.args else None
                    if isinstance(first, ast.Constant) and first.value == node.targets[0].id:
                        self.classes[module, first.value] = {"bases": [], "methods": {}, "kind": "namedtuple"}
                elif dotted(node.value) and (module, node.targets[0].id) not in self.classes:
                    self.names[module, node.targets[0].id] = "=" + dotted(node.value)

    def read_class(self, node, lines):
        methods = {}
        for item in node.body:
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                text = "\n".join(lines[item.lineno - 1:item.end_lineno])
                setter = any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in item.decorator_list)
                if simple(item):
                    continue
                if setter and MORE.search(text):
                    methods["set " + item.name] = text
                elif item.name in REACHED and not setter or item.name in PASSED and MORE.search(text):
                    methods[item.name] = text
        bases = []
        for base in node.bases:
            if isinstance(base, ast.Call):  # six.with_metaclass(ABCMeta, X)
                if dotted(base.func) in ("namedtuple", "collections.namedtuple", "NamedTuple", "typing.NamedTuple"):
                    bases.append("typing.NamedTuple")
                else:
                    bases += [dotted(base.func) or "?"] + [dotted(a) or "?" for a in base.args]
            elif isinstance(base, ast.Subscript):
                bases.append(dotted(base.value) or "?")
            else:
                bases.append(dotted(base) or "?")
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                bases.append(dotted(keyword.value) or "?")
        return {"bases": bases, "methods": methods, "kind": "class"}

    def resolve(self, module, name, depth=0):
        """(module, class) in this release, or the dotted name of something else."""
        if depth > 12:
            return "?"
        first, _, rest = name.partition(".")
        if not rest and (module, first) in self.classes:
            return module, first
        if (module, first) in self.names:
            target = self.names[module, first]
            if target.startswith("="):
                if target[1:].split(".")[0] == first:
                    return "?"
                return self.resolve(module, target[1:] + ("." + rest if rest else ""), depth + 1)
            return self.absolute(target + ("." + rest if rest else ""), depth + 1)
        for star in self.stars.get(module, []):
            if (star, first) in self.classes or (star, first) in self.names:
                return self.resolve(star, name, depth + 1)
        return name

    def absolute(self, name, depth):
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            module, rest = ".".join(parts[:cut]), ".".join(parts[cut:])
            if (module, parts[cut]) in self.classes or (module, parts[cut]) in self.names or module in self.packages and self.stars.get(module):
                if (module, parts[cut]) in self.names and self.names[module, parts[cut]] == name:
                    return name
                return self.resolve(module, rest, depth + 1)
        return name

    def ancestors(self, key):
        """What a class and its ancestors bring: [(owner, class)], [other bases]."""
        done, others, todo = {}, [], [key]
        while todo:
            at = todo.pop()
            if at in done:
                continue
            done[at] = self.classes[at]
            for base in self.classes[at]["bases"]:
                found = self.resolve(at[0], base)
                if isinstance(found, tuple):
                    todo.append(found)
                else:
                    others.append(found)
        return done, sorted(set(others))


def simple(function):
    """Whether a method does no more than to set attributes of its object, to return one, or to raise."""
    def plain(node):
        return all(isinstance(n, (ast.Name, ast.Attribute, ast.Constant, ast.Load, ast.Tuple, ast.Compare, ast.cmpop, ast.BoolOp,
                                  ast.boolop, ast.UnaryOp, ast.unaryop)) for n in ast.walk(node))

    def fine(node):
        if isinstance(node, ast.Assign):
            return all(isinstance(t, ast.Attribute) and dotted(t).startswith("self.") for t in node.targets if dotted(t)) \
                and all(dotted(t) for t in node.targets) and plain(node.value)
        if isinstance(node, ast.Expr):
            call = node.value
            return isinstance(call, ast.Constant) or isinstance(call, ast.Call) and dotted(call.func) == "self.__dict__.update" \
                and len(call.args) == 1 and isinstance(call.args[0], ast.Name)
        if isinstance(node, ast.Return):
            return node.value is None or plain(node.value)
        if isinstance(node, ast.If):
            return plain(node.test) and all(map(fine, node.body + node.orelse))
        return isinstance(node, (ast.Raise, ast.Pass))
    return all(map(fine, function.body))


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return ".".join([node.id] + parts[::-1])
    return None


def fingerprint(text):
    """A method's text without spaces and comments, as eight digits."""
    text = re.sub(r'"""[\s\S]*?"""|#[^\n]*', "", text)
    return hashlib.sha256(re.sub(r"\s+", "", text).encode()).hexdigest()[:8]


def archives(names):
    for file in sorted(os.listdir(CACHE)):
        package = re.match(r"(.+?)-\d", file)
        if package and (not names or package.group(1).lower().replace("-", "_").replace(".", "_") in
                        [n.lower().replace("-", "_").replace(".", "_") for n in names]):
            yield os.path.join(CACHE, file)


def survey(names):
    """{class: what loading it can reach in any release}, {fingerprint: (method, owner, text)}."""
    result, texts = {}, {}
    for path in archives(names):
        try:
            release = Release(path)
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            print(path, error, file=sys.stderr)
            continue
        for key, cls in release.classes.items():
            spelled = key[0] + (":" if "." in key[1] else ".") + key[1]
            entry = result.setdefault(spelled, {"releases": [], "methods": {}, "others": [], "kind": cls["kind"]})
            entry["releases"].append(release.file)
            family, others = release.ancestors(key)
            for owner, ancestor in family.items():
                for method, text in ancestor["methods"].items():
                    mark = fingerprint(text)
                    texts.setdefault(mark, (method, ".".join(owner), text, release.file))
                    entry["methods"].setdefault(mark, method)
            entry["others"] = sorted(set(entry["others"]) | set(others))
            if key in release.names:  # also imported, so the class may be another package's
                entry["kind"] = "stand-in"
            if "typing.NamedTuple" in others and entry["kind"] == "class":
                entry["kind"] = "namedtuple"
            if any(o.startswith("enum.") for o in others):
                entry["kind"] = "enum"
            elif any(o.endswith(("Exception", "Error", "Warning")) for o in others):
                entry["kind"] = "exception"
    return result, texts


# ---------------------------------------------------------------------------------------------------------------------
# What becomes a line


def lines(result, texts):
    """{list: {name: (uses, reason)}}, [what a person must look at]."""
    import survey_rules as rules
    found, review = {}, []
    for name, entry in sorted(result.items()):
        family = rules.family(name)
        if family is None or entry["kind"] in ("exception", "stand-in"):
            continue
        why = rules.refused(name)
        if why:
            review.append("kept off: %s, %s" % (name, why))
            continue
        unread = []
        for mark in entry["methods"]:
            method, owner, _, _ = texts[mark]
            if rules.read(owner + "." + method) is None:
                unread.append(owner + "." + method + " " + mark)
        others = [o for o in entry["others"] if not BASES.fullmatch(o) and not (o == "?" and rules.odd(name))]
        if unread or others:
            review.append("review: %s %s %s" % (name, " ".join(sorted(set(unread))), " ".join("base " + o for o in others)))
            continue
        file, title = family
        if entry["kind"] == "enum":
            uses, reason = {"import", "call"}, "enumeration of %s, made from a value" % title
        elif entry["kind"] == "namedtuple":
            uses, reason = {"import", "new"}, "named tuple of %s" % title
        else:
            uses, reason = {"import", "new", "build"}, "class of %s, state goes into its attributes" % title
        found.setdefault(file, {})[name] = (uses, reason)
    return found, review


def fetch():
    """Download what releases.txt names and the cache lacks."""
    from pip._internal.commands import create_command
    with open(os.path.join(HERE, "releases.txt")) as f:
        wanted = [line.strip() for line in f if line.strip()]
    os.makedirs(CACHE, exist_ok=True)
    missing = {}
    for file in wanted:
        if not os.path.exists(os.path.join(CACHE, file)):
            missing.setdefault(re.match(r"(.+?)-\d", file).group(1), []).append(file)
    command = create_command("download")
    with command.main_context():
        options, _ = command.parse_args(["x", "--no-deps"])
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session)
        for package, files in sorted(missing.items()):
            sources = finder._link_collector.collect_sources(package, lambda link: [])
            for source in filter(None, sources.index_urls):
                from pip._internal.index.collector import parse_links
                for link in parse_links(finder._link_collector.fetch_response(source.link)):
                    if link.filename in files:
                        body = session.get(link.url_without_fragment, headers={"Accept-Encoding": "identity"})
                        body.raise_for_status()
                        with open(os.path.join(CACHE, link.filename), "wb") as f:
                            f.write(body.content)
                        print(link.filename)


def show(names):
    """Print each method that loading can reach, once."""
    _, texts = survey(names)
    for mark, (method, owner, text, file) in sorted(texts.items(), key=lambda item: item[1][:2]):
        print("## %s %s.%s, first in %s\n%s" % (mark, owner, method, file, text))


def main(args):
    if args[:1] == ["fetch"]:
        return fetch()
    if args[:1] == ["show"]:
        return show(args[1:])
    if args[:1] != ["read"]:
        sys.exit(__doc__)
    result, texts = survey(args[1:])
    found, review = lines(result, texts)
    import collect
    known_lines, known = collect.read_lists()
    added = 0
    for file, names in found.items():
        rows = known_lines.setdefault(file + ".txt", ["# modelscan allowlist"])
        for name, (uses, reason) in names.items():
            if name not in known:
                rows.append(collect.format_line(name, uses, reason))
                added += 1
    collect.write_lists(known_lines)
    print("\n".join(review))
    print(added, "names added,", sum(map(len, found.values())), "in all")


if __name__ == "__main__":
    main(sys.argv[1:])
