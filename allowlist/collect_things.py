"""One of everything that models are made of, for collect.py: each group is a function that adds things to a collector.

A thing that a release does not have fails alone. Runs on Python 2.7 and 3.6 to 3.13.
"""
from __future__ import print_function

import importlib
import pkgutil
import sys

import numpy as np


def groups(collector):
    return [standard, arrays, random, ufuncs, functions, sparse, scipy_objects, frames, joblib_objects, kernels, splitters,
            trees, losses, scorers, estimators, composites, private]


def evaluate(c, sources, **names):
    """Add what each line of Python source gives; a line may import with IMPORT('module')."""
    names.update(np=np, IMPORT=importlib.import_module)
    for source in sources.strip().splitlines():
        source = source.strip()
        if source:
            c.build(source, eval, source, dict(names))


def standard(c):
    evaluate(c, """
        [1, 2.5, True, None, 'x', b'x', u'\\xe9', 10 ** 30, 1j, (), [], {}, {1: 2}]
        [set([1]), frozenset([1]), bytearray(b'x'), range(3), slice(1, 2), object(), Ellipsis, NotImplemented]
        [int, float, str, bytes, bool, list, dict, tuple, set, complex, object, bytearray, frozenset, slice, range]
        len
        [abs, all, any, divmod, hash, len, max, min, pow, round, sorted, sum, zip]
        IMPORT('collections').OrderedDict([(1, 2)])
        IMPORT('collections').defaultdict(list, {1: [2]})
        IMPORT('collections').defaultdict(int, {1: 2})
        IMPORT('collections').Counter('aab')
        IMPORT('collections').deque([1, 2], 5)
        IMPORT('collections').ChainMap({1: 2})
        IMPORT('datetime').date(2020, 1, 1)
        IMPORT('datetime').datetime(2020, 1, 1, 2, 3)
        IMPORT('datetime').time(1, 2)
        IMPORT('datetime').timedelta(1)
        IMPORT('datetime').timezone.utc
        IMPORT('datetime').timezone(IMPORT('datetime').timedelta(0, 3600))
        IMPORT('decimal').Decimal('1.5')
        IMPORT('fractions').Fraction(1, 3)
        IMPORT('uuid').uuid4()
        IMPORT('pathlib').Path('a/b')
        IMPORT('pathlib').PurePosixPath('a/b')
        IMPORT('pathlib').PureWindowsPath('a/b')
        IMPORT('re').compile('a+')
        IMPORT('functools').partial(int, base=2)
        IMPORT('types').SimpleNamespace(a=1)
        IMPORT('random').Random(1)
        IMPORT('array').array('d', [1.0])
        IMPORT('string').Template('x')
        IMPORT('itertools').count(3)
        IMPORT('operator').itemgetter(1)
        IMPORT('zoneinfo').ZoneInfo('Europe/Berlin')
        ValueError('x')
        FutureWarning('x')
    """)


def arrays(c):
    for code in "?bBhHiIlLqQefdgFDG":
        c.build("dtype " + code, lambda: [np.zeros(3, code), np.zeros((2, 3), code).T, np.zeros(1, code)[0], np.dtype(code)])
    evaluate(c, """
        [np.array(['a', 'bb']), np.array([b'a']), np.array([None, 'x', 1], dtype=object), np.array(5.0), np.array([])]
        [np.array(['2020-01-01'], 'M8[ns]'), np.array([1], 'm8[s]'), np.datetime64('2020-01-01'), np.timedelta64(1, 'D')]
        [np.str_('x'), np.bytes_(b'x')]
        np.zeros(2, [('a', 'i4'), ('b', 'f8')])
        np.zeros(2, [('a', 'i4'), ('b', 'f8', (2,))])[0]
        np.zeros(2, [('a', 'O')])
        np.rec.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])
        np.rec.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])[0]
        np.matrix([[1, 2]])
        np.ma.array([1, 2], mask=[0, 1])
        np.ma.array([1.0, 2], mask=[0, 1])[1]
        np.ma.masked
        np.ma.array(np.zeros(2, [('a', 'i4')]))[0]
        np.ma.nomask
        np.char.array(['a'])
        np.poly1d([1, 2])
        np.polynomial.Polynomial([1, 2])
        np.polynomial.Chebyshev([1, 2])
        np.polynomial.Legendre([1, 2])
        np.polynomial.Hermite([1, 2])
        np.polynomial.HermiteE([1, 2])
        np.polynomial.Laguerre([1, 2])
        np.vectorize(np.sin)
        np.finfo(float)
        np.iinfo(int)
        np.errstate(all='ignore')
        np.nan
        np.newaxis
        np.dtypes.StringDType()
        np.array(['a'], dtype=np.dtypes.StringDType())
        type(np.dtype('f8'))
    """)
    for name in sorted(set(np.sctypeDict.values()), key=str) if hasattr(np, "sctypeDict") else []:
        c.build("scalar type", lambda: name)
    for name in ("generic", "number", "integer", "floating", "inexact", "signedinteger", "unsignedinteger", "flexible",
                 "character", "complexfloating", "ndarray", "matrix", "recarray", "record", "dtype", "memmap"):
        c.build("type " + name, getattr, np, name)

    def memmap():
        import os
        import tempfile
        handle, path = tempfile.mkstemp()
        os.close(handle)
        thing = np.memmap(path, "f8", "w+", shape=(3,))
        os.unlink(path)
        return thing
    c.build("memmap", memmap)


def random(c):
    evaluate(c, """
        np.random.RandomState(1)
        np.random.default_rng(1)
        np.random.SeedSequence(1)
        np.random.SeedSequence(1).spawn(2)
        np.random.MT19937(1)
        np.random.PCG64(1)
        np.random.PCG64DXSM(1)
        np.random.Philox(1)
        np.random.SFC64(1)
        np.random.Generator(np.random.MT19937(1))
        np.random.Generator(np.random.Philox(1))
        np.random.RandomState(np.random.PCG64(1))
        np.random.mtrand._rand
    """)


def ufuncs(c):
    import scipy.special
    for module in (np, scipy.special):
        for name in sorted(dir(module)):
            thing = getattr(module, name, None)
            if isinstance(thing, np.ufunc):
                c.add("ufunc " + name, thing)


def functions(c):
    """Functions that people put into FunctionTransformer, scorers and selectors."""
    names = """nan_to_num clip mean median sum std var min max amin amax argmin argmax prod cumsum cumprod round around
        diff abs ravel reshape squeeze transpose stack vstack hstack concatenate asarray array atleast_1d atleast_2d zeros ones
        zeros_like ones_like full_like nanmean nanmedian nansum nanstd nanvar nanmin nanmax percentile quantile nanpercentile
        nanquantile average unique sort argsort where ptp real imag angle interp linspace arange logspace geomspace identity
        eye expand_dims column_stack tile repeat roll flip fliplr flipud count_nonzero cov corrcoef histogram digitize
        bincount dot inner outer tensordot trace cross isclose allclose array_equal any all""".split()
    for name in names:
        c.build("numpy." + name, getattr, np, name)
    for name in ("norm", "inv", "pinv", "det", "svd", "eigh", "solve"):
        c.build("numpy.linalg." + name, getattr, np.linalg, name)
    for module in ("sklearn.metrics", "sklearn.metrics.pairwise", "sklearn.feature_selection", "sklearn.preprocessing",
                   "sklearn.metrics.cluster", "sklearn.utils.extmath", "sklearn.covariance", "sklearn.decomposition"):
        try:
            loaded = importlib.import_module(module)
        except ImportError:
            continue
        for name in sorted(getattr(loaded, "__all__", [])) or []:
            thing = getattr(loaded, name, None)
            if callable(thing) and not isinstance(thing, type):
                c.add(module + "." + name, thing)
    evaluate(c, """
        IMPORT('sklearn.utils.validation').check_array
        IMPORT('scipy.linalg').norm
        [IMPORT('scipy.stats').pearsonr, IMPORT('scipy.stats').spearmanr, IMPORT('scipy.stats').mode, IMPORT('scipy.stats').boxcox]
        [IMPORT('scipy.stats').zscore, IMPORT('scipy.stats').skew, IMPORT('scipy.stats').kurtosis]
        [IMPORT('scipy.spatial.distance').cosine, IMPORT('scipy.spatial.distance').euclidean, IMPORT('scipy.spatial.distance').cdist]
    """)


def sparse(c):
    import scipy.sparse
    for form in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
        for kind in ("matrix", "array"):
            c.build(form + "_" + kind, lambda: getattr(scipy.sparse, form + "_" + kind)(np.eye(3)))
            c.build(form + "_" + kind + " type", lambda: getattr(scipy.sparse, form + "_" + kind))


def scipy_objects(c):
    import scipy
    x = np.arange(10.0)
    points = np.random.RandomState(0).rand(20, 2)
    evaluate(c, """
        I.BSpline(np.arange(8.0), np.ones(4), 3)
        I.interp1d(x, x)
        I.interp1d(x, x, kind='cubic')
        I.interp1d(x, x, kind='nearest')
        I.interp1d(x, x, kind='previous')
        I.interp2d(x, x, np.outer(x, x))
        I.UnivariateSpline(x, x)
        I.InterpolatedUnivariateSpline(x, x)
        I.LSQUnivariateSpline(x, x, [3.0, 5.0])
        I.RectBivariateSpline(x, x, np.outer(x, x))
        I.SmoothBivariateSpline(points[:, 0], points[:, 1], points[:, 0], kx=1, ky=1)
        I.CubicSpline(x, x)
        I.PchipInterpolator(x, x)
        I.Akima1DInterpolator(x, x)
        I.PPoly(np.ones((2, 9)), x)
        I.BPoly(np.ones((2, 9)), x)
        I.NdPPoly(np.ones((2, 9)), (x,))
        I.KroghInterpolator(x, x)
        I.BarycentricInterpolator(x, x)
        I.CubicHermiteSpline(x, x, x)
        I.make_interp_spline(x, x)
        I.RegularGridInterpolator((x,), x)
        I.RegularGridInterpolator((x, x), np.outer(x, x), method='nearest')
        I.NearestNDInterpolator(points, points[:, 0])
        I.LinearNDInterpolator(points, points[:, 0])
        I.CloughTocher2DInterpolator(points, points[:, 0])
        I.RBFInterpolator(points, points[:, 0])
        I.Rbf(x, x, x)
        I.NdBSpline((x,), np.ones(6), 3)
        I.AAA(x, x)
        S.KDTree(points)
        S.cKDTree(points)
        S.Delaunay(points)
        S.ConvexHull(points)
        S.Voronoi(points)
        R.Rotation.from_quat([0, 0, 0, 1])
        R.Slerp([0, 1], R.Rotation.from_quat([[0, 0, 0, 1], [0, 0, 1, 0]]))
        O.OptimizeResult(x=1)
        O.minimize(np.sum, [1.0])
        O.Bounds([0], [1])
        O.LinearConstraint([[1]], 0, 1)
        T.gaussian_kde(x)
        T.uniform(0, 1)
        T.norm(0, 1)
        T.randint(1, 5)
        T.loguniform(1e-3, 1)
        T.multivariate_normal([0, 0])
        T.rv_histogram(np.histogram(x))
        T.norm
        T.poisson
        T.expon
        T.ttest_ind(x, x + 1)
        T.pearsonr(x, x)
        T.mode(x)
        T.bootstrap((x,), np.mean, n_resamples=9)
        T.qmc.Sobol(2)
        T.qmc.Halton(2)
        T.qmc.LatinHypercube(2)
        IMPORT('scipy.signal').dlti([1], [1, 2])
        IMPORT('scipy.signal').lti([1], [1, 2])
        IMPORT('scipy.cluster.hierarchy').to_tree(IMPORT('scipy.cluster.hierarchy').linkage(points))
        IMPORT('scipy.sparse.linalg').aslinearoperator(np.eye(2))
    """, I=importlib.import_module("scipy.interpolate"), S=importlib.import_module("scipy.spatial"),
        T=importlib.import_module("scipy.stats"), O=importlib.import_module("scipy.optimize"),
        R=importlib.import_module("scipy.spatial.transform"), x=x, points=points)


def frames(c):
    import pandas as pd
    evaluate(c, """
        pd.DataFrame({'a': [1, 2], 'b': [1.5, 2], 'c': ['x', 'y'], 'd': [True, False]})
        pd.DataFrame({'a': [1, 2]}, index=['r', 's'])
        pd.DataFrame({'a': pd.Categorical(['x', 'y']), 'b': pd.to_datetime(['2020-01-01'] * 2), 'c': pd.to_timedelta([1, 2])})
        pd.DataFrame({'a': pd.date_range('2020-01-01', periods=2, tz='UTC'), 'b': pd.period_range('2020-01', periods=2, freq='M')})
        pd.DataFrame({'a': pd.date_range('2020-01-01', periods=2, tz='Europe/Berlin')})
        pd.DataFrame({'a': pd.array([1, None], dtype='Int64'), 'b': pd.array([True, None], dtype='boolean')})
        pd.DataFrame({'a': pd.array(['x', None], dtype='string'), 'b': pd.array([1.5, None], dtype='Float64')})
        pd.DataFrame({'a': pd.arrays.SparseArray([0, 1])})
        pd.DataFrame({'a': pd.interval_range(0, 2)})
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)]))
        pd.DataFrame({'a': [1, 2]}).groupby('a')
        pd.Series([1, 2], name='s')
        pd.Series(['a', 'b'])
        pd.Series([1.5, 2], index=pd.date_range('2020-01-01', periods=2))
        pd.Series([1.5, 2], index=pd.date_range('2020-01-01', periods=2, freq='h'))
        pd.Series([1, 2], dtype='category')
        pd.Index(['a', 'b'])
        pd.Index([1, 2])
        pd.Index([1.5, 2])
        pd.Index([1, 2], dtype='uint64')
        pd.Index([True, False])
        pd.RangeIndex(3)
        pd.Int64Index([1])
        pd.CategoricalIndex(['a', 'b'])
        pd.MultiIndex.from_product([['a'], [1, 2]], names=['x', 'y'])
        pd.DatetimeIndex(['2020-01-01'])
        pd.DatetimeIndex(['2020-01-01'], tz='UTC')
        pd.TimedeltaIndex([1])
        pd.PeriodIndex(['2020-01'], freq='M')
        pd.PeriodIndex(['2020-01'], freq='Q')
        pd.IntervalIndex.from_breaks([0, 1, 2])
        pd.Timestamp('2020-01-01')
        pd.Timestamp('2020-01-01', tz='UTC')
        pd.Timestamp('2020-01-01', tz='US/Eastern')
        pd.Timedelta(1)
        pd.Period('2020-01', 'M')
        pd.Interval(0, 1)
        pd.NaT
        pd.NA
        pd.Categorical(['a'], ordered=True)
        pd.CategoricalDtype(['a'])
        pd.DatetimeTZDtype('ns', 'UTC')
        pd.PeriodDtype('M')
        pd.IntervalDtype('int64')
        pd.SparseDtype('float64')
        pd.StringDtype()
        pd.BooleanDtype()
        [pd.Int8Dtype(), pd.Int16Dtype(), pd.Int32Dtype(), pd.Int64Dtype(), pd.UInt8Dtype(), pd.UInt16Dtype(), pd.UInt32Dtype(), pd.UInt64Dtype()]
        [pd.Float32Dtype(), pd.Float64Dtype()]
        [pd.array([1], dtype=t) for t in ('Int8', 'Int16', 'Int32', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Float32')]
        pd.array(['a'])
        pd.array([1, 2]).astype(object)
        pd.Series(['a', 'b']).array
        pd.arrays.DatetimeArray._from_sequence(['2020-01-01'])
        pd.date_range('2020-01-01', periods=2).array
        pd.to_timedelta([1]).array
        pd.Series([1, 2]).array
        pd.DataFrame
        pd.Series
        pd.to_numeric
        pd.get_dummies
        pd.concat
        pd.DataFrame({'a': [1]}).set_flags(allows_duplicate_labels=False)
        pd.Panel(np.zeros((1, 2, 2)))
        pd.SparseSeries([1.0, 0])
        pd.SparseDataFrame({'a': [1.0, 0]})
        pd.DataFrame({'a': [1]}).flags
        pd.DataFrame({'a': [1, 2]}).rolling(2)
        IMPORT('dateutil.relativedelta').relativedelta(days=1)
        IMPORT('pytz').UTC
        IMPORT('pytz').timezone('Europe/Berlin')
        IMPORT('pytz').FixedOffset(60)
        IMPORT('dateutil.tz').tzutc()
        IMPORT('dateutil.tz').tzoffset(None, 3600)
        IMPORT('dateutil.tz').gettz('Europe/Berlin')
        IMPORT('dateutil.tz').tzlocal()
    """, pd=pd)
    offsets = importlib.import_module("pandas.tseries.offsets")
    for name in sorted(dir(offsets)):
        if isinstance(getattr(offsets, name), type):
            for args in ((), (2,)):
                c.build("offset " + name, getattr(offsets, name), *args)
    evaluate(c, """
        O.WeekOfMonth(weekday=1)
        O.LastWeekOfMonth(weekday=1)
        O.FY5253(weekday=1)
        O.FY5253Quarter(weekday=1)
        O.DateOffset(months=1)
        O.CustomBusinessDay(holidays=['2020-01-01'])
        O.CustomBusinessHour(start='08:00')
        IMPORT('pandas.tseries.holiday').USFederalHolidayCalendar()
    """, O=offsets)


def joblib_objects(c):
    try:
        import joblib
    except ImportError:
        from sklearn.externals import joblib
    evaluate(c, """
        joblib.Parallel(n_jobs=1)
        joblib.Memory(None)
        joblib.Memory(None).cache(np.sum)
        joblib.delayed(np.sum)(np.ones(2))
        joblib.numpy_pickle.NumpyArrayWrapper(np.ndarray, (1,), 'C', np.dtype('f8'))
        joblib.numpy_pickle.NDArrayWrapper('x.npy', np.ndarray)
        joblib.numpy_pickle.ZNDArrayWrapper('x.npy', (np.ndarray, (0,), b'b'), (1, (2,), np.dtype('f8'), False))
    """, joblib=joblib)


def kernels(c):
    from sklearn.gaussian_process import kernels as k
    evaluate(c, """
        k.RBF()
        k.RBF([1.0, 2.0]) + k.WhiteKernel()
        k.ConstantKernel() * k.Matern()
        k.RationalQuadratic() ** 2
        k.ExpSineSquared()
        k.DotProduct()
        k.PairwiseKernel()
        k.CompoundKernel([k.RBF(), k.RBF()])
        k.RBF().hyperparameters
    """, k=k)


def splitters(c):
    from sklearn import model_selection as m
    for name in sorted(dir(m)):
        thing = getattr(m, name)
        if isinstance(thing, type):
            for args in ((), (2,), ([0, 0, 1],), ([([0], [1])],)):
                c.build("splitter " + name, thing, *args)
    c.build("iterable", lambda: m.check_cv([([0], [1])]))
    c.build("ParameterGrid", m.ParameterGrid, {"a": [1]})
    c.build("ParameterSampler", m.ParameterSampler, {"a": [1]}, 1)


def trees(c):
    import sklearn.neighbors
    points = np.random.RandomState(0).rand(30, 3)
    for metric in ("euclidean", "manhattan", "chebyshev", "minkowski", "seuclidean", "mahalanobis", "haversine", "hamming",
                   "canberra", "braycurtis", "jaccard", "dice", "kulsinski", "rogerstanimoto", "russellrao", "matching",
                   "sokalmichener", "sokalsneath", "wminkowski", "yule", "cityblock", "l1", "l2", "p", "infinity"):
        # Older releases crash when they are given what the metric does not take.
        options = {"minkowski": [{}, {"p": 3}], "p": [{"p": 3}], "seuclidean": [{"V": np.ones(3)}],
                   "mahalanobis": [{"V": np.eye(3)}], "wminkowski": [{"p": 3, "w": np.ones(3)}]}.get(metric, [{}])
        for module in ("sklearn.neighbors", "sklearn.metrics"):
            loaded = importlib.import_module(module)
            for cls in ("DistanceMetric", "DistanceMetric32", "DistanceMetric64"):
                found = getattr(loaded, cls, None)
                for extra in options if found else []:
                    c.build("metric " + metric, found.get_metric, metric, **extra)
        try:
            loaded = importlib.import_module("sklearn.metrics._dist_metrics")
            for cls in ("DistanceMetric32", "DistanceMetric64"):
                for extra in options if hasattr(loaded, cls) else []:
                    c.build("metric " + metric, getattr(loaded, cls).get_metric, metric, **extra)
        except ImportError:
            pass
        data = points[:, :2] if metric == "haversine" else points
        for tree in (sklearn.neighbors.KDTree, sklearn.neighbors.BallTree):
            for extra in options:
                c.build("tree " + metric, tree, data, metric=metric, **extra)
    for module in ("sklearn.neighbors._kd_tree", "sklearn.neighbors._ball_tree"):
        try:
            loaded = importlib.import_module(module)
        except ImportError:
            continue
        for name in dir(loaded):
            if "Tree" in name and isinstance(getattr(loaded, name), type):
                c.build(name, getattr(loaded, name), points)
    for module in ("sklearn.tree._criterion", "sklearn.tree._splitter"):
        loaded = importlib.import_module(module)
        for name in dir(loaded):
            thing = getattr(loaded, name)
            if isinstance(thing, type):
                for args in ((1, np.array([2])), (1, np.array([2], "i8")), (1, 10), ()):
                    c.build(name, thing, *args)


def losses(c):
    for module in ("sklearn._loss.loss", "sklearn._loss._loss", "sklearn._loss.link", "sklearn._loss.glm_distribution",
                   "sklearn.linear_model.sgd_fast", "sklearn.linear_model._sgd_fast", "sklearn.ensemble._gb_losses",
                   "sklearn.ensemble.gradient_boosting", "sklearn.ensemble._hist_gradient_boosting.loss",
                   "sklearn.linear_model._glm.link", "sklearn.ensemble._hist_gradient_boosting.common"):
        try:
            loaded = importlib.import_module(module)
        except ImportError:
            continue
        for name in sorted(dir(loaded)):
            thing = getattr(loaded, name)
            if isinstance(thing, type) and thing.__module__.split(".")[0] in ("sklearn", "_loss"):
                for args in ((), (1,), (2,), (3,), (0.5,), (1, 0.5), (0, 1, True, True), (1.5, 0.1), (0.1, 0.1)):
                    c.build("loss %s %s" % (name, args), thing, *args)


def scorers(c):
    import sklearn.metrics
    try:
        names = sklearn.metrics.get_scorer_names()
    except AttributeError:
        names = list(getattr(sklearn.metrics, "SCORERS", [])) or list(
            importlib.import_module("sklearn.metrics.scorer").SCORERS)
    for name in names:
        c.build("scorer " + name, sklearn.metrics.get_scorer, name)
    for extra in ({}, {"needs_proba": True}, {"needs_threshold": True}, {"response_method": "predict_proba"}):
        c.build("make_scorer", sklearn.metrics.make_scorer, sklearn.metrics.log_loss, **extra)


def data():
    r = np.random.RandomState(0)
    X = np.abs(r.rand(60, 4)) + 0.1
    y = np.arange(60) % 3
    binary = np.arange(60) % 2
    target = X.sum(axis=1) + 0.1 * r.rand(60)
    text = ["word%d other%d more" % (i % 7, i % 5) for i in range(60)]
    dicts = [{"a": i % 3, "b": "x%d" % (i % 2)} for i in range(60)]
    return {"X,y": (X, y), "X,target": (X, target), "X,binary": (X, binary), "X": (X,),
            "X,Y": (X, np.c_[target, target]), "X,multilabel": (X, np.c_[binary, 1 - binary, y > 0].astype(int)),
            "text": (text,), "dicts": (dicts,), "lists": ([["a", "b"], ["c"]] * 30,), "y": (y,),
            "one": (X[:, 0], target), "square": (X[:4, :4],), "ints": ((X * 10).astype(int), y),
            "strings": (np.array([["a", "b"], ["c", "d"]] * 30, dtype=object), binary)}


def variants(cls):
    """Keyword arguments to try: none, then each option of each parameter that takes words."""
    yield {}
    for name, constraints in sorted(getattr(cls, "_parameter_constraints", {}).items()):
        if not isinstance(constraints, list) or name == "input":  # a vectorizer's input may be taken for a file
            continue
        for constraint in constraints:
            for option in sorted(getattr(constraint, "options", []), key=str):
                yield {name: option}
            if constraint == "boolean":
                yield {name: True}
    older = {"loss": ("ls", "lad", "huber", "quantile", "deviance", "exponential", "log", "modified_huber", "hinge",
                      "squared_hinge", "perceptron", "squared_loss", "epsilon_insensitive", "least_squares", "poisson",
                      "squared_epsilon_insensitive", "auto", "least_absolute_deviation", "binary_crossentropy",
                      "categorical_crossentropy"),
             "algorithm": ("ball_tree", "kd_tree", "brute", "SAMME", "SAMME.R"), "solver": ("sgd", "adam", "lbfgs", "svd"),
             "strategy": ("quantile", "constant", "most_frequent"), "kernel": ("rbf", "poly"), "warm_start": (True,),
             "metric": ("manhattan",), "init": ("random",), "method": ("isotonic",), "estimator": ()}
    try:
        known = cls().get_params()
    except Exception:
        known = {}
    if not hasattr(cls, "_parameter_constraints"):
        for name, options in sorted(older.items()):
            for option in options if name in known else ():
                yield {name: option}


def made(cls, extra):
    """An estimator with what it requires; small where it can be."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.tree import DecisionTreeClassifier
    required = [
        {}, {"estimator": LogisticRegression()}, {"estimator": Ridge()}, {"base_estimator": LogisticRegression()},
        {"base_estimator": Ridge()},
        {"estimators": [("a", LogisticRegression()), ("b", DecisionTreeClassifier())]},
        {"estimators": [("a", Ridge()), ("b", Ridge())]},
        {"transformer_list": [("a", importlib.import_module("sklearn.preprocessing").StandardScaler())]},
        {"steps": [("a", importlib.import_module("sklearn.preprocessing").StandardScaler()), ("b", Ridge())]},
        {"transformers": [("a", importlib.import_module("sklearn.preprocessing").StandardScaler(), [0, 1])]},
        {"estimator": LogisticRegression(), "param_grid": {"C": [1, 2]}},
        {"estimator": LogisticRegression(), "param_distributions": {"C": [1, 2]}, "n_iter": 2},
        {"estimator": LogisticRegression(), "param_distributions": {"C": [1, 2]}},
        {"dictionary": np.eye(4)},
    ]
    for options in required:
        options = dict(options, **extra)
        try:
            estimator = cls(**options)
        except Exception:
            continue
        try:
            small = [k for k in ("n_estimators", "max_iter", "n_iter", "n_init", "max_subpopulation") if k in
                     estimator.get_params(False) and k not in options]
            estimator.set_params(**dict((k, {"max_iter": 20}.get(k, 4)) for k in small))
        except Exception:
            pass
        yield estimator


def classes():
    try:
        import sklearn.experimental.enable_hist_gradient_boosting  # noqa
    except Exception:
        pass
    for name in ("enable_iterative_imputer", "enable_halving_search_cv"):
        try:
            importlib.import_module("sklearn.experimental." + name)
        except Exception:
            pass
    try:
        from sklearn.utils import all_estimators
    except ImportError:  # older releases want a test runner for theirs
        return [cls for cls in subclasses() if not cls.__name__.startswith(("_", "Base"))]
    return [cls for _, cls in all_estimators()]


def subclasses():
    """Every class of scikit-learn that is an estimator, private and abstract ones too."""
    import sklearn
    from sklearn.base import BaseEstimator
    found = {}
    for _, name, _ in pkgutil.walk_packages(sklearn.__path__, "sklearn."):
        if any(word in name for word in (".tests", ".externals", ".conftest", ".setup", ".datasets", ".__check_build",
                                         "_mocking")):
            continue
        try:
            module = importlib.import_module(name)
        except (Exception, SystemExit):
            continue
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, BaseEstimator) and thing.__module__.startswith("sklearn"):
                found[thing.__module__ + "." + thing.__name__] = thing
    return [found[name] for name in sorted(found)]


def estimators(c):
    sets = data()
    for cls in classes():
        unfitted = False
        for extra in variants(cls):
            for estimator in made(cls, extra):
                if not unfitted:
                    c.add("unfitted " + cls.__name__, estimator)
                    unfitted = True
                fits = 0
                for key in sorted(sets):
                    if fits >= (6 if not extra else 1):
                        break
                    if fit(c, estimator, sets[key]):
                        fits += 1
                        c.add("%s %s %s" % (cls.__name__, extra, key), estimator)
                if fits == 0:
                    c.fail("fit %s %s" % (cls.__name__, extra), "no data fits")
                elif extra:
                    break


def fit(c, estimator, args):
    from collect import Alarm
    try:
        with Alarm(6):
            estimator.fit(*args)
        return True
    except Exception:
        return False


def composites(c):
    import pandas as pd
    sets = data()
    X, y = sets["X,y"]
    frame = pd.DataFrame(X, columns=list("abcd"))
    mixed = frame.assign(e=["x", "y"] * 30, f=pd.Categorical(["u", "v"] * 30))
    evaluate(c, """
        E.BaggingClassifier(N.KNeighborsClassifier()).fit(X, y)
        E.AdaBoostClassifier(T.DecisionTreeClassifier()).fit(X, y)
        E.GradientBoostingClassifier(init=T.DecisionTreeClassifier()).fit(X, y)
        P.make_pipeline(PP.StandardScaler(), L.LogisticRegression()).fit(frame, y)
        P.make_union(PP.StandardScaler(), PP.MinMaxScaler()).fit(frame, y)
        P.Pipeline([('a', 'passthrough'), ('b', L.LogisticRegression())]).fit(X, y)
        IMPORT('sklearn.compose').make_column_transformer((PP.OneHotEncoder(), ['e', 'f']), remainder='passthrough').fit(mixed)
        IMPORT('sklearn.compose').make_column_transformer((PP.OneHotEncoder(), IMPORT('sklearn.compose').make_column_selector(dtype_include=object)), remainder='drop').fit(mixed)
        IMPORT('sklearn.compose').ColumnTransformer([('a', PP.StandardScaler(), slice(0, 2))]).fit(mixed)
        PP.FunctionTransformer(np.log1p)
        PP.FunctionTransformer(np.log1p, np.expm1).fit(X)
        PP.FunctionTransformer(np.nan_to_num, kw_args={'nan': 1}).fit(frame)
        PP.FunctionTransformer(pd.get_dummies)
        PP.StandardScaler().set_output(transform='pandas').fit(frame)
        PP.StandardScaler().fit(IMPORT('scipy.sparse').csr_matrix(X)) if 0 else PP.MaxAbsScaler().fit(IMPORT('scipy.sparse').csr_matrix(X))
        M.GridSearchCV(L.LogisticRegression(), {'C': [1, 2]}, scoring='roc_auc_ovr', cv=3).fit(X, y)
        M.GridSearchCV(L.LogisticRegression(), {'C': [1, 2]}, scoring=['accuracy', 'f1_macro'], refit='accuracy', cv=M.StratifiedKFold(3)).fit(X, y)
        M.RandomizedSearchCV(L.LogisticRegression(), {'C': IMPORT('scipy.stats').uniform(0.1, 1)}, n_iter=2, cv=3).fit(X, y)
        M.RandomizedSearchCV(L.LogisticRegression(), {'C': IMPORT('scipy.stats').loguniform(0.1, 1)}, n_iter=2, cv=3).fit(X, y)
        M.RandomizedSearchCV(T.DecisionTreeClassifier(), {'max_depth': IMPORT('scipy.stats').randint(1, 4)}, n_iter=2, cv=3).fit(X, y)
        IMPORT('sklearn.gaussian_process').GaussianProcessClassifier().fit(X[:20], y[:20])
        IMPORT('sklearn.gaussian_process').GaussianProcessRegressor(IMPORT('sklearn.gaussian_process.kernels').RBF() + IMPORT('sklearn.gaussian_process.kernels').WhiteKernel()).fit(X[:20], y[:20])
        IMPORT('sklearn.svm').SVC(kernel=IMPORT('sklearn.metrics.pairwise').rbf_kernel).fit(X, y)
        N.KNeighborsClassifier(metric=IMPORT('scipy.spatial.distance').cosine).fit(X, y)
        N.KNeighborsClassifier(algorithm='ball_tree', metric='minkowski', p=3).fit(X, y)
        N.KNeighborsClassifier().fit(IMPORT('scipy.sparse').csr_matrix(X), y)
        N.KernelDensity().fit(X)
        N.LocalOutlierFactor(novelty=True).fit(X)
        N.RadiusNeighborsClassifier(radius=2).fit(X, y)
        IMPORT('sklearn.feature_extraction.text').TfidfVectorizer(tokenizer=str.split).fit(sets['text'][0])
        IMPORT('sklearn.feature_extraction.text').HashingVectorizer().fit(sets['text'][0])
        IMPORT('sklearn.feature_selection').SelectKBest(IMPORT('sklearn.feature_selection').mutual_info_classif, k=2).fit(X, y)
        IMPORT('sklearn.feature_selection').RFECV(L.LogisticRegression(), cv=3).fit(X, y)
        IMPORT('sklearn.calibration').CalibratedClassifierCV(T.DecisionTreeClassifier(), method='isotonic', cv=3).fit(X, y)
        IMPORT('sklearn.impute').SimpleImputer(strategy='most_frequent').fit(mixed)
        IMPORT('sklearn.impute').IterativeImputer(max_iter=2).fit(X)
        IMPORT('sklearn.impute').KNNImputer().fit(X)
        IMPORT('sklearn.datasets').load_iris()
        IMPORT('sklearn.inspection').permutation_importance(L.LogisticRegression().fit(X, y), X, y, n_repeats=2)
        IMPORT('sklearn.inspection').partial_dependence(L.LogisticRegression().fit(X, y), X, [0])
        IMPORT('sklearn').set_config(enable_metadata_routing=True)
        L.LogisticRegression().set_fit_request(sample_weight=True)
        P.make_pipeline(PP.StandardScaler().set_fit_request(sample_weight=True), L.LogisticRegression().set_fit_request(sample_weight=True)).get_metadata_routing()
        IMPORT('sklearn').set_config(enable_metadata_routing=False)
        IMPORT('sklearn.ensemble').HistGradientBoostingClassifier(max_iter=3, categorical_features=[0], scoring='accuracy', early_stopping=True).fit((X * 5).astype(int), y)
        IMPORT('sklearn.ensemble').HistGradientBoostingClassifier(max_iter=3, categorical_features='from_dtype').fit(mixed.drop(columns='e'), y)
        IMPORT('sklearn.ensemble').HistGradientBoostingRegressor(max_iter=3, loss='gamma').fit(X, X[:, 0])
        IMPORT('sklearn.multioutput').MultiOutputClassifier(L.LogisticRegression()).fit(X, np.c_[y, y])
        IMPORT('sklearn.multiclass').OneVsRestClassifier(L.LogisticRegression()).fit(X, y)
        IMPORT('sklearn.frozen').FrozenEstimator(L.LogisticRegression().fit(X, y))
        L.RidgeCV(gcv_mode='svd').fit(X, y)
        L.RANSACRegressor().fit(X, X[:, 0])
        L.SGDOneClassSVM().fit(X)
        PP.OneHotEncoder(handle_unknown='ignore').fit(mixed[['e', 'f']])
        PP.OrdinalEncoder().fit(mixed[['e', 'f']])
        PP.LabelEncoder().fit(list('abc'))
        PP.SplineTransformer(extrapolation='periodic').fit(X)
        PP.PowerTransformer().fit(X)
        PP.TargetEncoder().fit(mixed[['e']], y)
        IMPORT('sklearn.cluster').AgglomerativeClustering(memory=IMPORT('joblib').Memory(None)).fit(X)
        P.Pipeline([('a', PP.StandardScaler())], memory=IMPORT('joblib').Memory(None))
    """, E=importlib.import_module("sklearn.ensemble"), N=importlib.import_module("sklearn.neighbors"),
        T=importlib.import_module("sklearn.tree"), L=importlib.import_module("sklearn.linear_model"),
        P=importlib.import_module("sklearn.pipeline"), PP=importlib.import_module("sklearn.preprocessing"),
        M=importlib.import_module("sklearn.model_selection"), X=X, y=y, frame=frame, mixed=mixed, sets=sets, pd=pd)


def private(c):
    """Estimators that are not public, made without __init__."""
    for cls in subclasses():
        c.build("bare " + cls.__name__, bare, cls)


def bare(cls):
    thing = cls.__new__(cls)
    thing.__dict__["a"] = 1
    return thing
