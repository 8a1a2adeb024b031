"""SciPy: sparse matrices and arrays, and a few fitted things."""
import numpy as np
from scipy import interpolate, sparse, spatial, stats

KINDS = ["csr", "csc", "coo", "dok", "lil", "dia", "bsr"]


def dense():
    return np.array([[1.0, 0, 2, 0], [0, 0, 0, 3], [4, 0, 0, 0], [0, 5, 0, 6]])


def matrices():
    return [(kind, getattr(sparse, kind + "_matrix")(dense())) for kind in KINDS]


def arrays():
    return [(kind, getattr(sparse, kind + "_array")(dense())) for kind in KINDS]


def csr():
    return sparse.csr_matrix(dense())


def others():
    np.random.seed(0)  # a distribution holds NumPy's own generator
    return [interpolate.interp1d([0.0, 1.0, 2.0], [0.0, 1.0, 4.0]), spatial.cKDTree(dense()), stats.norm(0, 1),
            interpolate.UnivariateSpline(np.arange(6.0), np.arange(6.0) ** 2)]
