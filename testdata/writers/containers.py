"""Archives around small pickles of a real estimator: each codec, each form, nested."""
import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
import zlib

import joblib
import numpy
import py7zr
import zstandard
from sklearn import linear_model, preprocessing

ROWS = [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 5.0]]
NOTE = b"Made up: a scaler and a model.\n"


def scaler():
    return pickle.dumps(preprocessing.StandardScaler().fit(ROWS), 4)


def model():
    return pickle.dumps(linear_model.Ridge().fit(ROWS, [0, 1, 2, 3]), 2)


def joblibbed(path=None, **options):
    stream = io.BytesIO()
    joblib.dump(linear_model.LogisticRegression().fit(ROWS, [0, 1, 1, 0]), stream, **options)
    return stream.getvalue()


def members():
    return [("README.txt", NOTE), ("scaler.pkl", scaler()), ("deep/model.pkl", model()), ("deep/model.joblib", joblibbed())]


def zipped(method=zipfile.ZIP_STORED, items=None, comment=b"", force=False):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in items or members():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=force) as file:
                file.write(data)
        archive.comment = comment
    return stream.getvalue()


def streamed():
    """Into a stream without seek: sizes and checksums stand behind each member."""
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return pipe.data


def tarred(items=None, form=tarfile.PAX_FORMAT):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, data in items or members():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def linked():
    """A folder, links and a very long name, as tar has them."""
    stream = io.BytesIO(tarred([("long/" * 30 + "model.pkl", model()), ("scaler.pkl", scaler())], tarfile.GNU_FORMAT))
    with tarfile.open(fileobj=stream, mode="a") as archive:
        for kind, name, target in [(tarfile.DIRTYPE, "folder", ""), (tarfile.SYMTYPE, "latest.pkl", "scaler.pkl"),
                                   (tarfile.LNKTYPE, "same.pkl", "scaler.pkl")]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return stream.getvalue()


def seven(filters=None, items=None, **options):
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", filters=filters, **options) as archive:
        for name, data in items or members():
            archive.writestr(data, name)
    return stream.getvalue()


def calls():
    """An array whose bytes look like calls of Intel's processors, which 7z's filter rewrites."""
    values = numpy.random.RandomState(0).choice(numpy.array([0xe8, 0xe9, 0, 255, 1, 254, 18], "u1"), 3000)
    stream = io.BytesIO()
    numpy.save(stream, values)
    return [("calls.npy", stream.getvalue())]


def zstd(data, **options):
    return zstandard.ZstdCompressor(**options).compress(data)



def nested():
    """zip in gzip in tar in bzip2 in zip."""
    inner = gzip.compress(zipped(zipfile.ZIP_DEFLATED), mtime=0)
    return zipped(items=[("README.txt", NOTE), ("outer.tar.bz2", bz2.compress(tarred([("inner.zip.gz", inner)])))])


def fixtures():
    tar, both = tarred(), scaler() + model()
    rows = {
        "stored.zip": zipped, "deflated.zip": lambda: zipped(zipfile.ZIP_DEFLATED),
        "bzip2.zip": lambda: zipped(zipfile.ZIP_BZIP2), "lzma.zip": lambda: zipped(zipfile.ZIP_LZMA),
        "zip64.zip": lambda: zipped(force=True), "comment.zip": lambda: zipped(comment=b"made up " * 4),
        "prefix.zip": lambda: b"#!/bin/sh\nexit 0\n" + zipped(zipfile.ZIP_DEFLATED), "streamed.zip": streamed,
        "pax.tar": lambda: tar, "ustar.tar": lambda: tarred(form=tarfile.USTAR_FORMAT),
        "gnu.tar": lambda: tarred(form=tarfile.GNU_FORMAT), "links.tar": linked,
        "pax.tar.gz": lambda: gzip.compress(tar, mtime=0), "pax.tar.bz2": lambda: bz2.compress(tar),
        "pax.tar.xz": lambda: lzma.compress(tar), "pax.tar.lzma": lambda: lzma.compress(tar, lzma.FORMAT_ALONE),
        "pax.tar.zst": lambda: zstd(tar), "lzma2.7z": seven, "calls.7z": lambda: seven(items=calls()), "header.7z": lambda: seven(header_encryption=False),
        "copy.7z": lambda: seven([{"id": py7zr.FILTER_COPY}]),
        "bzip2.7z": lambda: seven([{"id": py7zr.FILTER_BZIP2}]),
        "deflate.7z": lambda: seven([{"id": py7zr.FILTER_DEFLATE}]),
        "zstd.7z": lambda: seven([{"id": py7zr.FILTER_ZSTD}]),
        "ppmd.7z": lambda: seven([{"id": py7zr.FILTER_PPMD, "order": 6, "mem": "16m"}]),
        "nested.zip": nested, "scaler.pkl.gz": lambda: gzip.compress(scaler(), mtime=0),
        "scaler.pkl.bz2": lambda: bz2.compress(scaler()), "scaler.pkl.xz": lambda: lzma.compress(scaler()),
        "scaler.pkl.lzma": lambda: lzma.compress(scaler(), lzma.FORMAT_ALONE),
        "scaler.pkl.z": lambda: zlib.compress(scaler()), "scaler.pkl.zst": lambda: zstd(scaler()),
        "window.pkl.zst": lambda: zstd(scaler(), level=19, write_checksum=True),
        "frames.pkl.zst": lambda: zstd(scaler()) + b"\x50\x2a\x4d\x18\4\0\0\0skip" + zstd(model()),
        "model.joblib.zst": lambda: zstd(joblibbed()), "stacked.pkl": lambda: both,
        "upper.ZIP": zipped, "scaler.pickle": lambda: zipped(items=[("x", scaler())]),
    }
    for name, make in rows.items():
        yield "scikit-learn-%s" % name, "Python's own modules, py7zr %s, zstandard %s; scikit-learn pickles inside" % (
            py7zr.__version__, zstandard.__version__), writing(make)


def writing(make):
    def write(path):
        data = make()
        with open(path, "wb") as file:
            file.write(data)
    return write
