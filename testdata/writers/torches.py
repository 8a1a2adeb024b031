"""torch: checkpoints of every kind and form. Runs on 1.4 and on everything since."""
import collections
import contextlib
import io
import os
import struct
import tarfile

import torch

RELEASE = torch.__version__.split("+")[0]
AT = tuple(int(part) for part in RELEASE.split(".")[:2])
ZIP = AT >= (1, 6)  # before, torch.save wrote the old form alone


def network():
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        collections.OrderedDict([("conv", torch.nn.Conv2d(1, 2, 3)), ("norm", torch.nn.BatchNorm2d(2)),
                                 ("relu", torch.nn.ReLU()), ("flat", torch.nn.Flatten()),
                                 ("drop", torch.nn.Dropout(0.1)), ("out", torch.nn.Linear(8, 3))]))
    return model


def state():
    return network().state_dict()


def module():
    return network().eval()


def recurrent():
    torch.manual_seed(0)
    return torch.nn.LSTM(3, 2, bidirectional=True)


def attention():
    torch.manual_seed(0)
    return torch.nn.TransformerEncoderLayer(4, 2, 8)


def hooked():
    """A layer whose weight is normalised: the module holds hooks."""
    torch.manual_seed(0)
    return torch.nn.utils.spectral_norm(torch.nn.Linear(3, 2))


def optimizer():
    model = network()
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    model(torch.ones(2, 1, 4, 4)).sum().backward()
    adam.step()
    return adam.state_dict()


def checkpoint():
    model = network()
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(2, 1, 4, 4)).sum().backward()
    sgd.step()
    rate = torch.optim.lr_scheduler.StepLR(sgd, 10)
    return {"epoch": 3, "state_dict": model.state_dict(), "optimizer": sgd.state_dict(), "scheduler": rate.state_dict(),
            "loss": 0.25, "best": None, "names": ["cat", "dog"], "done": False,
            "rng": torch.arange(16, dtype=torch.uint8), "size": torch.Size([2, 3]), "args": (1, "x")}


def dtypes():
    names = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
    names += ["complex64", "complex128"] if AT >= (1, 6) else []
    names += ["float8_e4m3fn", "float8_e5m2"] if AT >= (2, 3) else []
    names += ["uint16", "uint32", "uint64", "float8_e4m3fnuz", "complex32"] if AT >= (2, 3) else []
    found = collections.OrderedDict()
    for name in names:
        if hasattr(torch, name):
            found[name] = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]).to(getattr(torch, name))
    return found


def views():
    """One storage, many tensors; and others that share none."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    return {"whole": base, "row": base[1], "turned": base.t(), "every": base[1:, ::2], "flat": base.view(-1)[5:9],
            "expanded": base[0, :1].expand(3, 4), "scalar": base[2, 2], "empty": torch.zeros(0, 3), "again": base,
            "channels_last": torch.zeros(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
            "grad": torch.ones(2, requires_grad=True), "zero_d": torch.tensor(7)}


def parameters():
    torch.manual_seed(0)
    shared = torch.nn.Parameter(torch.ones(2, 3))
    return {"list": torch.nn.ParameterList([shared, torch.nn.Parameter(torch.zeros(1))]), "one": shared,
            "frozen": torch.nn.Parameter(torch.ones(2), requires_grad=False),
            "dict": torch.nn.ParameterDict({"a": shared}), "buffer": torch.nn.BatchNorm1d(2)}


def sparse():
    found = {"coo": torch.sparse_coo_tensor(torch.tensor([[0, 1], [2, 0]]), torch.tensor([3.0, 4.0]), (2, 3))}
    if AT >= (1, 10):
        found["csr"] = torch.sparse_csr_tensor(torch.tensor([0, 1, 2]), torch.tensor([2, 0]), torch.tensor([3.0, 4.0]),
                                               size=(2, 3))
    if AT >= (1, 13):
        found["csc"] = torch.zeros(2, 3).index_fill(1, torch.tensor(1), 2.0).to_sparse_csc()
        found["bsr"] = torch.eye(4).to_sparse_bsr((2, 2))
    return found


def quantised():
    values = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    return {"tensor": torch.quantize_per_tensor(values, 0.1, 10, torch.quint8),
            "channels": torch.quantize_per_channel(values, torch.tensor([0.1, 0.2], dtype=torch.float64),
                                                   torch.tensor([0, 5]), 0, torch.qint8)}


def quantised_module():
    torch.manual_seed(0)
    return torch.quantization.quantize_dynamic(torch.nn.Sequential(torch.nn.Linear(3, 2)), {torch.nn.Linear})


def nested():
    rows = [torch.ones(2, 3), torch.zeros(1, 3)]
    return {"strided": torch.nested.nested_tensor(rows),
            "jagged": torch.nested.nested_tensor(rows, layout=torch.jagged)}


def meta():
    return {"meta": torch.zeros(1000, 1000, device="meta"), "real": torch.zeros(2)}


def odd():
    """Objects that are no tensors but belong to torch, and a NumPy array beside a tensor."""
    import numpy as np
    found = {"device": torch.device("cpu"), "dtype": torch.float16, "layout": torch.strided, "size": torch.Size((1, 2)),
             "numpy": np.arange(3), "scalar": np.float32(2), "tensor": torch.ones(2),
             "storage": torch.FloatStorage([1.0, 2.0]), "set": {1, 2}, "bytes": b"abc", "big": 1 << 70}
    if AT >= (2, 0):
        found["untyped"] = torch.UntypedStorage([1, 2, 3])
    return found


def attributes():
    """Tensors with attributes, a conjugate and a negative view."""
    named = torch.ones(2)
    named.note = "kept"
    found = {"noted": named}
    if AT >= (1, 10):
        found["conj"] = torch.tensor([1 + 2j]).conj()
        found["neg"] = torch.tensor([1 + 2j]).conj().imag
    return found


class Typed(torch.nn.Module):
    """A module of one's own."""

    def __init__(self):
        super(Typed, self).__init__()
        torch.manual_seed(0)
        self.inner = torch.nn.Linear(3, 2)
        self.scale = torch.nn.Parameter(torch.ones(2))

    def forward(self, x):
        y = self.inner(x) * self.scale
        if bool(y.sum() > 0):
            y = y + 1
        return y


def own_module():
    return Typed()


class Inner(torch.nn.Module):
    def __init__(self):
        super(Inner, self).__init__()
        self.scale = torch.nn.Parameter(torch.ones(2))
        self.register_buffer("shift", torch.zeros(2))

    def forward(self, x):
        return x * self.scale + self.shift


class Scripted(torch.nn.Module):
    """For TorchScript: modules of one's own alone, for their source goes into the file."""

    def __init__(self):
        super(Scripted, self).__init__()
        self.inner = Inner()
        self.table = {"a": 1, "b": 2}
        self.names = ["x", "y"]

    def forward(self, x):
        y = self.inner(x)
        if bool(y.sum() > 0):
            y = y + len(self.names)
        return y


@contextlib.contextmanager
def made_up_sources():
    """The old form and TorchScript hold the source of classes and where it lay: neither torch's nor our paths."""
    import torch.jit.frontend as frontend
    tables = [vars(torch.serialization), vars(frontend)]
    before = [table["get_source_lines_and_file"] for table in tables]

    def source(found, *args):
        if found.__module__.startswith("torch."):
            return ["class %s(Module):\n" % found.__name__, "    pass\n"], 1, "/made/up/" + found.__name__ + ".py"
        lines, number, _ = before[0](found)
        return lines, number, "/made/up/torches.py"
    for table in tables:
        table["get_source_lines_and_file"] = source
    try:
        yield
    finally:
        for table, function in zip(tables, before):
            table["get_source_lines_and_file"] = function


def saved(function, **options):
    call = ", ".join("%s=%s" % item for item in sorted(options.items()))

    def write(path):
        with made_up_sources():
            torch.save(function(), path, **options)
    return "torch.save" + ("(%s)" % call if call else ""), write


def streamed(path):
    """Into a stream there is no file name, so the root is "archive"."""
    stream = io.BytesIO()
    torch.save(state(), stream)
    with open(path, "wb") as file:
        file.write(stream.getvalue())


def renamed(path):
    """The root of the archive is the name that the file had when it was written."""
    first = os.path.join(os.path.dirname(path), "my model.v2.bin")
    torch.save(views(), first)
    os.rename(first, path)


def script(path):
    extra = {"_extra_files": {"notes.txt": "made up"}} if AT >= (1, 6) else {}
    with made_up_sources():
        torch.jit.save(torch.jit.script(Scripted()), path, **extra)


def package(path):
    """A module with its source, and a pickle that asks for it."""
    with torch.package.PackageExporter(path) as exporter:
        exporter.save_source_string("my_package.my_module", "import torch\n\n\ndef double(x):\n    return 2 * x\n")
        exporter.save_text("notes", "readme.txt", "made up")
        exporter.extern(["torch.**", "collections"])
        exporter.save_pickle("model", "model.pkl", network())


def tar(path):
    """The oldest form, which torch.save stopped writing before 0.1.10; put together after what torch.load still reads."""
    import pickle
    values = [("FloatStorage", struct.pack("<6f", *range(6)), 6), ("LongStorage", struct.pack("<3q", 7, 8, 9), 3)]

    def dump(*items):
        return b"".join(pickle.dumps(item, 2) for item in items)
    storages = dump(len(values))
    for i, (kind, data, count) in enumerate(values):
        storages += dump((100 + i, "cpu", getattr(torch, kind))) + struct.pack("<q", count) + data
    storages += dump([(102, 100, 2, 3)])  # a view of a storage: elements 2 to 4
    tensors = dump(3)
    for key, storage, kind, shape, stride, offset in [
            (200, 100, "FloatTensor", (2, 3), (3, 1), 0), (201, 101, "LongTensor", (3,), (1,), 0),
            (202, 102, "FloatTensor", (3,), (1,), 0)]:
        tensors += dump((key, storage, getattr(torch, kind)))
        tensors += struct.pack("<i4x%dqq" % (2 * len(shape)), len(shape), *(shape + stride + (offset,)))
    body = (b"\x80\x02}(X\x06\x00\x00\x00weightX\x03\x00\x00\x00200QX\x05\x00\x00\x00countX\x03\x00\x00\x00201Q"
            b"X\x04\x00\x00\x00viewX\x03\x00\x00\x00202QX\x05\x00\x00\x00epochK\x05u.")
    system = dump({"protocol_version": 1000, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}})
    with tarfile.open(path, "w:", format=tarfile.PAX_FORMAT) as archive:
        for name, data in [("sys_info", system), ("pickle", body), ("storages", storages), ("tensors", tensors)]:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def fixtures():
    objects = [("state", state), ("checkpoint", checkpoint), ("dtypes", dtypes), ("views", views), ("module", module),
               ("parameters", parameters), ("sparse", sparse), ("quantised", quantised), ("optimizer", optimizer),
               ("odd", odd), ("attributes", attributes), ("recurrent", recurrent), ("attention", attention),
               ("hooked", hooked), ("own-module", own_module)]
    objects += [("quantised-module", quantised_module)] if AT >= (1, 6) else []
    objects += [("nested", nested)] if AT >= (2, 3) else []
    objects += [("meta", meta)] if AT >= (1, 13) else []
    for name, function in objects:
        call, write = saved(function)
        yield "torch-%s-%s.pt" % (RELEASE, name), "torch %s, %s" % (RELEASE, call), write
        if ZIP:
            call, write = saved(function, _use_new_zipfile_serialization=False)
            yield "torch-%s-%s-legacy.pt" % (RELEASE, name), "torch %s, %s" % (RELEASE, call), write
    for protocol in [1, 3, 4] + ([5] if AT >= (1, 12) else []):
        call, write = saved(views, pickle_protocol=protocol)
        yield "torch-%s-views-p%d.pt" % (RELEASE, protocol), "torch %s, %s" % (RELEASE, call), write
        if ZIP:
            call, write = saved(views, pickle_protocol=protocol, _use_new_zipfile_serialization=False)
            yield "torch-%s-views-p%d-legacy.pt" % (RELEASE, protocol), "torch %s, %s" % (RELEASE, call), write
    if ZIP:
        yield "torch-%s-stream.bin" % RELEASE, "torch %s, torch.save into io.BytesIO" % RELEASE, streamed
        yield "torch-%s-renamed.pth" % RELEASE, "torch %s, torch.save, renamed" % RELEASE, renamed
    else:
        call, write = saved(state, _use_new_zipfile_serialization=True)  # 1.4 had the new form already
        yield "torch-%s-state-zip.pt" % RELEASE, "torch %s, %s" % (RELEASE, call), write
        yield ("torch-%s-by-hand.tar" % RELEASE, "put together by writers/torches.py, tar; read by torch %s" % RELEASE,
               tar)
    yield "torch-%s-script.pt" % RELEASE, "torch %s, torch.jit.save(torch.jit.script(…))" % RELEASE, script
    if hasattr(torch, "package"):
        yield "torch-%s-package.pt" % RELEASE, "torch %s, torch.package.PackageExporter" % RELEASE, package
