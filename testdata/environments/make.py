"""Write one environment in the form of each tool.

    python3.12 testdata/environments/make.py FOLDER...

The folders hold the programs uv, poetry, pipenv and pip-compile, as `pip install uv poetry pipenv pip-tools` puts them
into a virtual environment's bin. Writes the folders beside this file. What is not written here is by hand: conda, pdm,
plain and venv.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "3.12"
PINS = ["scikit-learn==1.5.2", "numpy==1.26.4", "scipy==1.13.1", "joblib==1.4.2", "threadpoolctl==3.5.0"]

PYPROJECT = """[project]
name = "service"
version = "0.1.0"
requires-python = "==%s.*"
dependencies = [
    %s
]

[project.optional-dependencies]
test = ["pandas==2.2.3"]
""" % (PYTHON, ",\n    ".join('"%s"' % pin for pin in PINS))

POETRY = """[tool.poetry]
name = "service"
version = "0.1.0"
description = ""
authors = []
package-mode = false

[tool.poetry.dependencies]
python = "~%s"
scikit-learn = "~1.5.2"
numpy = { version = "~1.26.4", markers = "python_version >= '3.9'" }
scipy = "1.13.1"
joblib = "1.4.2"
threadpoolctl = "3.5.0"

[[tool.poetry.source]]
name = "simple"
url = "https://pypi.org/simple/"
priority = "primary"
""" % PYTHON

PIPFILE = """[[source]]
url = "https://pypi.org/simple"
verify_ssl = true
name = "pypi"

[packages]
%s

[requires]
python_version = "%s"
""" % ("\n".join('%s = "==%s"' % tuple(pin.split("==")) for pin in PINS), PYTHON)


def main(folders):
    path = os.pathsep.join(os.path.abspath(folder) for folder in folders)

    def make(folder, sources, commands, keep):
        work = tempfile.mkdtemp()
        for name, text in sources.items():
            with open(os.path.join(work, name), "w") as file:
                file.write(text)
        for command in commands:
            subprocess.run([shutil.which(command[0], path=path)] + command[1:], cwd=work, check=True, stdout=sys.stderr,
                           env=dict(os.environ, PIPENV_IGNORE_VIRTUALENVS="1", PIPENV_VENV_IN_PROJECT="1",
                                    UV_PYTHON=sys.executable, UV_PYTHON_DOWNLOADS="never"))
        os.makedirs(os.path.join(HERE, folder), exist_ok=True)
        for name in keep:
            shutil.copyfile(os.path.join(work, name), os.path.join(HERE, folder, name))
        shutil.rmtree(work)

    project = {"pyproject.toml": PYPROJECT, "requirements.in": "\n".join(PINS) + "\n"}
    make("uv", project, [["uv", "lock", "-q"], ["uv", "export", "-q", "--format", "pylock.toml", "-o", "pylock.toml"],
                         ["uv", "pip", "compile", "-q", "--python-version", PYTHON, "--generate-hashes",
                          "requirements.in", "-o", "requirements.txt"]],
         ["pyproject.toml", "uv.lock", "pylock.toml", "requirements.txt"])
    make("poetry", {"pyproject.toml": POETRY}, [["poetry", "lock", "-q"]], ["pyproject.toml", "poetry.lock"])
    make("pipenv", {"Pipfile": PIPFILE}, [["pipenv", "--python", sys.executable, "lock", "-q"]], ["Pipfile", "Pipfile.lock"])
    make("pip-tools", project, [["pip-compile", "-q", "--no-header", "requirements.in"]], ["requirements.txt"])


if __name__ == "__main__":
    main(sys.argv[1:])
