#!/usr/bin/env python3
"""As batch.py, with the loaders of joblib, NumPy and torch, as far as the Python that runs this has them. `cmd/soak` feeds it.

Usage: batch_libraries.py joblib|numpy|torch|c-latin1[,…]

The loaders are the libraries' own; what they unpickle with asks for stand-ins, but for joblib's wrapper of arrays and NumPy's
dtype and ndarray, without which joblib would not find its way. Files come from `cmd/soak` alone: the native code of the
libraries sees what is wrong with them.
"""

import io
import pickle
import sys

import batch

REAL = {}  # what joblib needs


def real_or_stand_in(module, name, old_names):
    made = batch.resolved(module, name, old_names)
    return REAL.get(made.facts.label, made)


def load(file, **options):
    return batch.c_latin1(file).load()


def joblib_loader():
    import joblib.numpy_pickle as library
    import numpy

    REAL.update({
        ("joblib.numpy_pickle", "NumpyArrayWrapper"): library.NumpyArrayWrapper,
        ("numpy", "dtype"): numpy.dtype,
        ("numpy", "ndarray"): numpy.ndarray,
    })

    class Unpickler(library.NumpyUnpickler):
        def find_class(self, module, name):
            return real_or_stand_in(module, name, self.proto < 3)

        def persistent_load(self, pid):
            return batch.stand_in(batch.PERSISTENT)

    library.NumpyUnpickler = Unpickler
    return library.load


def numpy_loader():
    import numpy

    def loader(file):
        loaded = numpy.load(file, allow_pickle=True)
        if isinstance(loaded, numpy.lib.npyio.NpzFile):
            for name in loaded.files:
                loaded[name]

    return loader


class TorchPickle:
    """What torch.load takes for the module pickle."""

    load = staticmethod(load)
    loads = staticmethod(lambda data, **options: load(io.BytesIO(data)))
    dumps, dump = pickle.dumps, pickle.dump

    class Unpickler(batch.PyUnpickler):
        def persistent_load(self, pid):
            return batch.stand_in(batch.PERSISTENT)


def torch_loader():
    import torch

    options = {"weights_only": False} if "weights_only" in torch.load.__code__.co_varnames else {}
    return lambda file: torch.load(file, pickle_module=TorchPickle, **options)


LOADERS = {"joblib": joblib_loader, "numpy": numpy_loader, "torch": torch_loader}


def read(data, loader):
    try:
        loader(io.BytesIO(data))
    except MemoryError:
        return 0, 2
    except Exception:
        return 0, 0
    return 1, 1


def reading(name):
    return (LOADERS[name](),) if name in LOADERS else batch.READINGS[name]


def main():
    pickle.load = load
    batch.MEMORY = 4 << 30  # the libraries take much of it by themselves
    plain = batch.read
    batch.read = lambda data, *reading: read(data, *reading) if len(reading) == 1 else plain(data, *reading)
    batch.prepare()
    batch.serve([reading(name) for name in sys.argv[1].split(",")])


if __name__ == "__main__":
    main()
