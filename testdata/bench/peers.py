"""Compare modelscan with CPython and with other scanners on the same files, in one run, and write docs/benchmarks.md.

    python3 testdata/bench/peers.py [--size 64] [--rounds 7] [--only NAME…] [--keep FOLDER] BINARY

Needs the interpreters of testdata/envs.py, PyPI and Go. The tools take turns, so that a machine that grows slower does
so for all of them. Of pickle.load and joblib.load only the call is timed, with the libraries imported before; of all
others, this modelscan included, the whole process is. What takes over ten seconds is run once, and after a minute stopped.
"""
import argparse
import collections
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTDATA = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTDATA)
sys.path.insert(0, TESTDATA)
import envs  # noqa: E402

PYTHON = "sklearn-1.9.1"  # of the environments, the one with the newest CPython
PEERS = {  # each in an environment of its own
    "picklescan": ["picklescan==1.0.5"],
    "protectai-modelscan": ["modelscan==0.8.8"],
    "fickling": ["fickling==0.1.12", "typing_extensions==4.16.0"],
    "modelaudit": ["modelaudit==0.2.54"],
}
SLOW, STOPPED = 10, 60  # seconds

# The other scanners are given these alone: on the rest they take as long again.
SHOWN_TO_PEERS = {"dense-p4.pkl", "trees.pkl", "forest.pkl", "forest-zlib.joblib", "array.pkl", "state.pt", "small.pkl", "folder"}

# file: (what it is, the goal: how many times faster than loading, or None)
FILES = collections.OrderedDict([
    ("dense-p4.pkl", ("opcode-dense, protocol 4", 12)),
    ("dense-p2.pkl", ("opcode-dense, protocol 2", 12)),
    ("dense-p0.pkl", ("opcode-dense, protocol 0", 8)),
    ("trees.pkl", ("20,000 small trees", 18)),
    ("forest.pkl", ("random forest", 300)),
    ("array.pkl", ("one array of 1 GiB", None)),
    ("forest.joblib", ("random forest, joblib", 300)),
    ("dense-zlib.joblib", ("opcode-dense, joblib, zlib", None)),
    ("forest-zlib.joblib", ("random forest, joblib, zlib", None)),
    ("forest-lz4.joblib", ("random forest, joblib, lz4", None)),
    ("forest-xz.joblib", ("random forest, joblib, xz", None)),
    ("state.pt", ("torch state dict of 512 MiB", None)),
    ("small.pkl", ("one small pipeline", None)),
    ("folder", ("folder of 10,000 small pipelines", None)),
])

Run = collections.namedtuple("Run", "seconds megabytes code")


def process(command):
    """Run a command to its end: wall seconds, peak memory in MB of its largest process, exit code or None."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                 cwd=tempfile.gettempdir())  # some write files of their own
        stopped = False
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - start > STOPPED:
                child.kill()
                stopped = True
            time.sleep(0.0005)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read(1 << 16).decode("utf-8", "replace")
    return Run(seconds, usage.ru_maxrss / 1024, None if stopped else child.returncode), text


def loaded(how):
    def run(path):
        paths = sorted(os.path.join(f, n) for f, _, names in os.walk(path) for n in names) if os.path.isdir(path) else [path]
        result, text = process([envs.interpreter(PYTHON), os.path.join(HERE, "load.py"), how] + paths)
        if result.code != 0:
            return result
        seconds, kilobytes = text.split()
        return Run(float(seconds), float(kilobytes) / 1024, 0)
    return run


def torch_loaded(path):
    code = ("import resource, sys, time, torch\nstart = time.perf_counter()\ntorch.load(sys.argv[1])\n"
            "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)")
    result, text = process([envs.interpreter("torch-2.15.0"), "-c", code, path])
    if result.code != 0:
        return result
    seconds, kilobytes = text.split()
    return Run(float(seconds), float(kilobytes) / 1024, 0)


def command(*words):
    return lambda path: process(list(words) + [path])[0]


def peer(name):
    """The folder of a scanner's commands."""
    folder = os.path.join(envs.ROOT, "peer-" + name)
    stamp = os.path.join(folder, "pins.txt")
    want = " ".join(PEERS[name])
    if not os.path.exists(stamp) or open(stamp).read() != want:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.check_call([envs.find("3.11"), "-m", "venv", folder])
        subprocess.check_call([os.path.join(folder, "bin", "pip"), "install", "-q", "--only-binary", ":all:"] + PEERS[name])
        with open(stamp, "w") as file:
            file.write(want)
    return os.path.join(folder, "bin")


def tools(binary, gopickle):
    yield "modelscan", command(binary, "inspect", "-q")
    yield "load", None  # pickle.load, joblib.load or torch.load
    yield "pickletools", loaded("genops")
    yield "gopickle", command(gopickle)
    yield "picklescan", command(os.path.join(peer("picklescan"), "picklescan"), "-p")
    yield "protectai-modelscan", command(os.path.join(peer("protectai-modelscan"), "modelscan"), "-p")
    yield "fickling", command(os.path.join(peer("fickling"), "fickling"), "--check-safety")
    yield "modelaudit", command(os.path.join(peer("modelaudit"), "modelaudit"), "scan")


def loader(name):
    return torch_loaded if name.endswith(".pt") else loaded("load")


def compare(files, folder, table, rounds):
    """runs[file][tool] is a list of Runs."""
    runs = {name: {tool: [] for tool, _ in table} for name in files}
    for name in files:
        path = os.path.join(folder, name)
        for turn in range(rounds):
            for tool, run in table:
                done = runs[name][tool]
                fast = tool in ("modelscan", "load")
                if not fast and name not in SHOWN_TO_PEERS:
                    continue
                if turn and done and (done[0].seconds > SLOW or not fast and turn >= 3):
                    continue
                if tool in ("pickletools", "gopickle") and not name.endswith(".pkl"):
                    continue  # they read one pickle and nothing else
                done.append((run or loader(name))(path))
        print(name, {tool: "%.4f" % median(done) for tool, done in runs[name].items() if done}, flush=True)
    return runs


def median(done):
    return statistics.median(run.seconds for run in done)


EXECUTORS = {"os.system", "os.popen", "posix.system", "posix.popen", "nt.system", "nt.popen"}


def samples(limit):
    """Hostile files whose load resolves a command, and ordinary files of scikit-learn, spread over all there are."""
    with open(os.path.join(TESTDATA, "hostile", "INDEX.jsonl")) as index:
        rows = [json.loads(line) for line in index]
    hostile = [os.path.join(TESTDATA, "hostile", row["file"]) for row in rows if EXECUTORS & set(row["resolved"])]
    ordinary = []
    for kind in ("pickle", "joblib"):
        folder = os.path.join(TESTDATA, "models", kind)
        ordinary += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.startswith("sklearn-1.")]
    ordinary = [path for path in ordinary if os.path.isfile(path)]
    return hostile[::max(1, len(hostile) // limit)], ordinary[::max(1, len(ordinary) // limit)]


def verdicts(table, limit):
    """exits[tool] counts the exit codes for hostile and for ordinary files."""
    exits = {}
    for tool, run in table:
        if tool == "modelscan" or tool in PEERS:
            exits[tool] = [collections.Counter(run(path).code for path in files) for files in samples(limit)]
            print(tool, exits[tool], flush=True)
    return exits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--size", type=int, default=64, help="megabytes of the dense pickles")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", help="names of files")
    parser.add_argument("--tools", nargs="*", help="names of tools")
    parser.add_argument("--samples", type=int, default=60, help="files of testdata for the verdicts, of each kind")
    parser.add_argument("--keep", help="folder for the files, which are used again")
    parser.add_argument("--out", default=os.path.join(ROOT, "docs", "benchmarks.md"))
    args = parser.parse_args()
    args.binary = os.path.abspath(args.binary)  # commands run elsewhere
    folder = os.path.abspath(args.keep or tempfile.mkdtemp(prefix="modelscan-bench-"))
    os.makedirs(folder, exist_ok=True)
    for name in (PYTHON, "torch-2.15.0"):
        envs.make(name)
    if not os.path.exists(os.path.join(folder, "small.pkl")):
        subprocess.check_call([envs.interpreter(PYTHON), os.path.join(HERE, "files.py"), folder, str(args.size)])
    if not os.path.exists(os.path.join(folder, "state.pt")):
        subprocess.check_call([envs.interpreter("torch-2.15.0"), os.path.join(HERE, "torches.py"), folder, str(args.size)])
    gopickle = os.path.join(folder, "gopickle.exe")
    subprocess.check_call(["go", "build", "-o", gopickle, "./testdata/bench/gopickle"], cwd=ROOT)
    table = [(name, run) for name, run in tools(args.binary, gopickle) if not args.tools or name in args.tools]
    files = [name for name in FILES if not args.only or name in args.only]
    runs = compare(files, folder, table, args.rounds)
    exits = verdicts(table, args.samples)
    text = page(files, folder, [name for name, _ in table], runs, exits, args)
    with open(args.out, "w") as out:
        out.write(text)
    if not args.keep:
        shutil.rmtree(folder)


def page(files, folder, names, runs, exits, args):
    lines = ["# Benchmarks", "",
             "Written by `make bench-peers`; the files are made by `testdata/bench/files.py` with the real libraries. Median of "
             "%d turns in which the tools alternate; whole processes, but of loading only the call, with its libraries imported "
             "before. Ratios of the same run say more than seconds." % args.rounds, "",
             "Machine: %s, %d processors, Linux %s; CPython of `%s`." % (cpu(), os.cpu_count(), platform.release(), PYTHON), "",
             "## modelscan and loading", "",
             "| file | size | loading | modelscan | ratio | goal | memory, loading | memory, modelscan |", "|---|---|---|---|---|---|---|---|"]
    for name in files:
        mine, load = runs[name]["modelscan"], runs[name]["load"]
        what, goal = FILES[name]
        ratio = statistics.median(b.seconds / a.seconds for a, b in zip(mine, load)) if load and load[0].code == 0 else None
        lines.append("| %s | %s | %s | %s | %s | %s | %s | %s |" % (
            what, megabytes(size(os.path.join(folder, name))), seconds(load), seconds(mine), "%.1f×" % ratio if ratio else "",
            "%d×" % goal if goal else "", megabytes(peak(load)), megabytes(peak(mine))))
    lines += grown(args.binary, folder)
    others = [name for name in names if name not in ("modelscan", "load")]
    if others:
        lines += ["", "## Others", "", "Seconds, with the exit code where it is not 0. Every file is harmless; a scanner that "
                  "exits with another code than 0 is wrong about it, or did not read it.", "",
                  "| file | " + " | ".join(["modelscan"] + others) + " |", "|---" * (len(others) + 2) + "|"]
        for name in filter(SHOWN_TO_PEERS.__contains__, files):
            lines.append("| %s | %s |" % (FILES[name][0], " | ".join(seconds(runs[name][tool], True) for tool in ["modelscan"] + others)))
        hostile, ordinary = (sum(counts.values()) for counts in exits["modelscan"])
        lines += ["", "## Verdicts", "", "%d files of `testdata/hostile` whose load resolves a command, and %d ordinary pickle and joblib files "
                  "of scikit-learn 1.x, spread over all of them. The hostile ones were written to test this modelscan." % (hostile, ordinary), "",
                  "| | hostile: exit codes | said to be harmless (0) | ordinary: exit codes | passed (0) |", "|---|---|---|---|---|"]
        for name, (bad, good) in exits.items():
            lines.append("| %s | %s | %d of %d | %s | %d of %d |" % (name, codes(bad), bad[0], hostile, codes(good), good[0], ordinary))
        lines += ["", "Versions: " + ", ".join(pin.replace("==", " ") for name in others if name in PEERS for pin in PEERS[name]) + "."]
    return "\n".join(lines) + "\n"


def codes(counts):
    return ", ".join("%s: %d" % (code, n) for code, n in sorted(counts.items(), key=str))


def seconds(done, code=False):
    if not done:
        return ""
    text = "%.1f ms" % (median(done) * 1000) if median(done) < 1 else "%.2f s" % median(done)
    if done[0].code is None:
        return "stopped after %d s" % STOPPED
    return text + (", exit %d" % done[0].code if code and done[0].code else "")


def growth(folder):
    """Files and folders that grow; made by hand, since they are about size alone."""
    import pickle
    import struct
    for count in (16_000, 160_000, 1_600_000, 6_400_000):
        path = os.path.join(folder, "grow.pkl")
        with open(path, "wb") as file:
            pickle.dump([(i, i * 0.37, "key %d" % i) for i in range(count)], file, 4)
        yield "opcode-dense", path
    for megabytes in (1, 64, 1024, 4096):
        path = os.path.join(folder, "grow.bin.pkl")
        with open(path, "wb") as file:  # one bytes object, which takes no room on the disk
            file.write(b"\x80\x04\x8e" + struct.pack("<Q", megabytes << 20))
            file.seek(megabytes << 20, 1)
            file.write(b".")
        yield "one bytes object", path
    for count in (1, 100, 10_000):
        path = os.path.join(folder, "grow")
        shutil.rmtree(path, ignore_errors=True)
        for i in range(count):
            inner = os.path.join(path, "%03d" % (i // 1000))
            os.makedirs(inner, exist_ok=True)
            shutil.copyfile(os.path.join(folder, "small.pkl"), os.path.join(inner, "%06d.pkl" % i))
        yield "%d small files" % count, path


def grown(binary, folder):
    run = command(binary, "inspect", "-q")
    lines = ["", "## As things grow", "", "| what | size | modelscan |", "|---|---|---|"]
    for what, path in growth(folder):
        done = [run(path) for _ in range(3)]
        lines.append("| %s | %s | %s |" % (what, megabytes(size(path)), seconds(done)))
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    return lines


def peak(done):
    return max((run.megabytes for run in done), default=0)


def megabytes(n):
    return "%.0f MB" % n if n >= 10 else "%.1f kB" % (n * 1000) if n < 1 else "%.1f MB" % n


def size(path):
    if os.path.isdir(path):
        return sum(size(os.path.join(path, name)) for name in os.listdir(path))
    return os.path.getsize(path) / 1e6


def cpu():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    main()
