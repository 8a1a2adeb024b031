"""Which names the real readers resolve in a hostile archive, without importing or calling anything of it.

    python testdata/oracle/facts_archives.py FILE…    in an environment with torch, or skops, or both

Prints {"file", "readers": {reader: {"names", "fails"}}} a line. The readers are torch.load, numpy.load, zipfile, tarfile
and gzip, each with unpicklers that hand back inert stand-ins, and skops.io.get_untrusted_types, which builds nothing.
Each file is read in a child process with limits on time and memory.
"""
import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import sys
import tarfile
import types
import warnings
import zipfile

import _compat_pickle

SECONDS, MEMORY = 20, 6 << 30


class Inert:
    """Stands for whatever a name means."""

    def __init__(self, *args, **named):
        pass

    def __call__(self, *args, **named):
        return Inert()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __hash__(self):
        return 1

    def append(self, item):
        pass

    extend = add = append


HARMLESS = {("builtins", "int"): int, ("collections", "OrderedDict"): __import__("collections").OrderedDict}


def inert(names):
    """A pickle module whose unpickler only writes names down."""

    class Unpickler(pickle._Unpickler):
        def find_class(self, module, name):
            if self.proto < 3 and self.fix_imports:
                if (module, name) in _compat_pickle.NAME_MAPPING:
                    module, name = _compat_pickle.NAME_MAPPING[module, name]
                else:
                    module = _compat_pickle.IMPORT_MAPPING.get(module, module)
            names.add(module + "." + name)
            return HARMLESS.get((module, name), Inert())  # only what makes plain values is itself

        def persistent_load(self, pid):
            return Inert()
    module = types.ModuleType("inert")
    module.__dict__.update(pickle.__dict__)
    module.Unpickler = Unpickler
    module.load = lambda file, **options: Unpickler(file, **options).load()
    module.loads = lambda data, **options: Unpickler(io.BytesIO(data), **options).load()
    return module


def by_torch(path, names):
    import torch
    torch.load(path, pickle_module=inert(names), weights_only=False, map_location="cpu")


def by_numpy(path, names):
    import numpy as np
    module = inert(names)
    pickle.load, pickle.Unpickler = module.load, module.Unpickler
    loaded = np.load(path, allow_pickle=True)
    for name in getattr(loaded, "files", ()):
        loaded[name]


def by_zipfile(path, names):
    """What zipfile gives for each name, unpickled or taken for an array of objects."""
    import numpy as np
    module = inert(names)
    pickle.load, pickle.Unpickler = module.load, module.Unpickler
    failed = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            try:
                data = archive.read(name)
            except Exception as err:
                failed.append(err)
                continue
            try:
                if data.startswith(b"\x93NUMPY"):
                    np.load(io.BytesIO(data), allow_pickle=True)
                elif data.startswith(b"PK"):
                    continue
                else:
                    module.loads(data)
            except Exception:
                pass
    if failed and not names:
        raise failed[0]


def by_tarfile(path, names):
    with tarfile.open(path) as archive:
        for info in archive:
            if info.isfile():
                try:
                    inert(names).load(archive.extractfile(info))
                except Exception:
                    pass


def by_pickle(path, names):
    """pickle.load of the file, out of its codec."""
    for opened in (open, gzip.open, bz2.open, lzma.open):
        try:
            with opened(path, "rb") as file:
                while True:
                    inert(names).load(file)
        except Exception:
            continue


def by_skops(path, names):
    import skops.io
    names.update(skops.io.get_untrusted_types(file=path))


def applies(reader, path):
    name = os.path.basename(path).lower()
    skops = name.endswith(".skops")
    if reader is by_skops:
        return skops
    if reader is by_torch:
        return ".pt" in name or "torch" in name
    if reader is by_numpy:
        return name.startswith("10-np")
    return True


def answer(reader, path):
    """In a child of its own: {"names", "fails"}."""
    import multiprocessing
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(False)
    child = context.Process(target=run, args=(reader, path, theirs))
    child.start()
    theirs.close()
    try:
        found = mine.recv() if mine.poll(SECONDS) else {"names": [], "fails": "no answer in time"}
    except EOFError:
        found = {"names": [], "fails": "died"}
    child.kill()
    child.join()
    return found


def run(reader, path, pipe):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)) if reader is not by_torch else None
    names, fails = set(), None
    try:
        reader(path, names)
    except BaseException as err:
        fails = type(err).__name__
    found = {"names": sorted(names)}
    if fails:
        found["fails"] = fails
    pipe.send(found)


def main(paths):
    warnings.simplefilter("ignore")
    readers = {"zipfile": by_zipfile, "tarfile": by_tarfile, "pickle": by_pickle, "numpy": by_numpy}
    for name, module, reader in [("torch", "torch", by_torch), ("skops", "skops.io", by_skops)]:
        try:
            __import__(module)
            readers[name] = reader
        except ImportError:
            pass
    import numpy  # noqa: F401 (once, before the children)
    for path in paths:
        found = {name: answer(reader, path) for name, reader in readers.items() if applies(reader, path)}
        print(json.dumps({"file": os.path.basename(path), "readers": {
            name: row for name, row in found.items() if row["names"] or name in ("torch", "skops", "numpy")}}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
