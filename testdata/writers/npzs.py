"""Archives of NumPy: stored and deflated, with names that are no identifiers, from a path and from a stream."""
import numpy as np

from writers import npys

RELEASE = np.__version__


def fixtures():
    every = dict((name.replace("-", "_"), array) for name, array in npys.contents() if not name.startswith("named"))
    numbers = dict((name, every[name]) for name in ("c", "f", "zero_d", "empty", "structured"))
    for name, save, values in [("stored", np.savez, every), ("deflated", np.savez_compressed, every),
                               ("numbers", np.savez, numbers), ("numbers-deflated", np.savez_compressed, numbers)]:
        yield ("numpy-%s-%s.npz" % (RELEASE, name), "numpy %s, numpy.%s" % (RELEASE, save.__name__),
               lambda path, save=save, values=values: save(path, **values))
    yield ("numpy-%s-positional.npz" % RELEASE, "numpy %s, numpy.savez(array, array)" % RELEASE,
           lambda path: np.savez(path, np.arange(3), np.array([None, 1], dtype=object)))
    yield ("numpy-%s-odd-names.npz" % RELEASE, "numpy %s, numpy.savez of names with a folder, a suffix, blanks" % RELEASE,
           lambda path: np.savez(path, **{"a/b": np.arange(2), "x.npy": np.ones(2), "with blank": np.zeros(1)}))
    yield "numpy-%s-empty.npz" % RELEASE, "numpy %s, numpy.savez()" % RELEASE, lambda path: np.savez(path)
