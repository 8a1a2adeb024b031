"""What skops.io.get_untrusted_types of several releases says of every skops fixture, into oracle/skops.json.

    python3 testdata/oracle/skops_untrusted.py                 all releases of allowlist/profiles.py
    ENV/bin/python testdata/oracle/skops_untrusted.py FILE…    one, as {file: names} on standard output

null stands for a file that a release cannot read. Nothing is loaded: get_untrusted_types builds no object.
"""
import glob
import json
import os
import subprocess
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
TESTDATA = os.path.dirname(HERE)


def ask(paths):
    import skops.io
    found = {}
    for path in paths:
        try:
            found[path] = sorted(skops.io.get_untrusted_types(file=path))
        except Exception:  # of any kind, and other ones from release to release
            found[path] = None
    return found


def main(args):
    warnings.simplefilter("ignore")
    if args:
        json.dump(ask(args), sys.stdout)
        return
    sys.path[:0] = [TESTDATA, os.path.join(os.path.dirname(TESTDATA), "allowlist")]
    import envs
    import profiles
    os.chdir(TESTDATA)
    rows = {path: {} for path in sorted(glob.glob("models/skops/*.skops"))}
    for name in profiles.ENVS["skops"]:
        envs.make(name)
        out = subprocess.run([envs.interpreter(name), os.path.abspath(__file__)] + list(rows), check=True, stdout=subprocess.PIPE).stdout
        for path, names in json.loads(out.decode()).items():
            rows[path][name[len("skops-"):]] = names
    with open(os.path.join(HERE, "skops.json"), "w") as file:
        file.write("{\n" + ",\n".join("%s: %s" % (json.dumps(k), json.dumps(v)) for k, v in rows.items()) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
