# -*- coding: utf-8 -*-
"""pandas: frames, series and every kind of index."""
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


def frame():
    return pd.DataFrame({
        "whole": np.arange(3, dtype="i8"), "part": [1.5, np.nan, 2.5], "flag": [True, False, True],
        "text": pd.Series([u"a", u"b\u00e9", None], dtype=object), "small": np.arange(3, dtype="i2"),
        "when": pd.to_datetime(["2020-01-01", None, "2020-01-03"]),
        "zone": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"]).tz_localize("UTC"),
        "kind": pd.Categorical([u"x", u"y", u"x"]), "long": pd.to_timedelta([1, 2, 3], unit="s"),
    }, columns=["whole", "part", "flag", "text", "small", "when", "zone", "kind", "long"])


def small_frame():
    return pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=[u"a", u"b"])


def series():
    return [pd.Series([1, 2, 3], name="n"), pd.Series([1.5], index=[u"row"]), pd.Series([u"a", None], dtype=object),
            pd.Series(pd.Categorical([u"lo", u"hi"], categories=[u"lo", u"hi"], ordered=True)),
            pd.Series([], dtype="f8"), pd.Series([1, 2], dtype="i1")]


def indexes():
    return [pd.RangeIndex(5), pd.Index([1, 2, 3]), pd.Index([1.5, 2.5]), pd.Index([u"a", u"b"]),
            pd.Index([u"a", 1], dtype=object), pd.DatetimeIndex(["2020-01-01", "2020-01-02"]),
            pd.date_range("2020-01-01", periods=3, freq="D", tz="UTC"), pd.TimedeltaIndex([1, 2], unit="s")
            if pd.__version__ < "2" else pd.to_timedelta([1, 2], unit="s"), pd.PeriodIndex(["2020-01"], freq="M"),
            pd.CategoricalIndex([u"a", u"b", u"a"]), pd.IntervalIndex.from_breaks([0, 1, 2]),
            pd.MultiIndex.from_tuples([(u"a", 1), (u"b", 2)], names=[u"l", u"n"])]


def scalars():
    return [pd.Timestamp("2020-01-01 12:00"), pd.Timestamp("2020-01-01", tz="UTC"), pd.Timedelta(5, "s"), pd.NaT,
            pd.Period("2020-01", "M"), pd.Interval(0, 1), pd.Categorical([u"x", u"y"]), pd.offsets.Day(2),
            pd.CategoricalDtype([u"a"]) if hasattr(pd, "CategoricalDtype") else None]


def extension():
    """Arrays of pandas' own; from pandas 1.0."""
    return pd.DataFrame({"i": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean"),
                         "s": pd.array([u"a", None], dtype="string"),
                         "sparse": pd.arrays.SparseArray([0, 1]), "p": pd.period_range("2020-01", periods=2, freq="M"),
                         "v": pd.interval_range(0, 2)})


def grouped():
    """A frame with row labels on two levels, and one that is a slice of another."""
    both = pd.DataFrame({"v": [1.0, 2.0, 3.0, 4.0]}, index=pd.MultiIndex.from_product([[u"a", u"b"], [1, 2]]))
    return {"levels": both, "slice": small_frame().iloc[1:, :1], "named": small_frame().rename_axis(u"row")}
