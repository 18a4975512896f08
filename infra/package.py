"""`make package`: what would be deployed to AWS, in build/: data.json, template.json and deployment.zip.

Chalice packages the application's own files; the pinned dependencies are installed beside them, once for each content
of requirements.txt. The zip is a function of its inputs: same commit, same bytes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from msgspec import Struct

from infra import application_stack, data_stack
from infra.dependencies import BUILD as BUILD
from infra.dependencies import ROOT as ROOT
from infra.dependencies import add_to_zip, compile_all, interpreter_of, packed_dependencies
from infra.runtime import LAMBDA, Target

UNCOMPILED = (
    "There is no python{python} here, so nothing in the package is compiled: a new container takes seconds longer to start. "
    "Where it is installed, it is used (uv python install {python}, or brew install python@{python})."
)


class Package(Struct, frozen=True):
    """One packaged application: both templates, and the code."""

    data: dict[str, Any]
    application: dict[str, Any]
    code: Path


def package_application(build: Path) -> Package:
    """Templates and a zip of the application's own files, for a cloud that has the dependencies; about a second."""
    staged = _stage(build)
    packaged = build / "chalice"
    environment = os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    chalice = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())"]
    command = [*chalice, "--project-dir", str(staged), "package", "--stage", "app", str(packaged)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"chalice package failed:\n{done.stdout}{done.stderr}")
    template = application_stack.complete(json.loads((packaged / "sam.json").read_text()))
    return Package(data_stack.template(), template, packaged / "deployment.zip")


def package_everything(build: Path, target: Target = LAMBDA) -> Package:
    """The same with all dependencies, for Lambda or for the target that is named, compiled: what AWS gets.

    Without an interpreter of the target's version nothing is compiled, and that is said: it works, and starts slower.
    """
    own = package_application(build)
    unpacked = build / "application"
    shutil.rmtree(unpacked, ignore_errors=True)
    with zipfile.ZipFile(own.code) as archive:
        archive.extractall(unpacked)
    if interpreter := interpreter_of(target):
        compile_all(unpacked, interpreter)
    else:
        print(UNCOMPILED.format(python=target.python), file=sys.stderr)
    code = build / "deployment.zip"
    unfinished = code.with_suffix(".unfinished")
    shutil.copyfile(packed_dependencies(target), unfinished)
    add_to_zip(unpacked, unfinished)
    unfinished.replace(code)
    return Package(own.data, own.application, code)


def write(package: Package, build: Path) -> None:
    """Leave the templates beside the zip, as small as JSON gets."""
    template = json.loads(json.dumps(package.application).replace('"./deployment.zip"', '"deployment.zip"'))
    for name, content in {"data.json": package.data, "template.json": template}.items():
        (build / name).write_text(json.dumps(content, separators=(",", ":"), sort_keys=True))


def content_hash(file: Path) -> str:
    """A name for these bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:32]


def _stage(build: Path) -> Path:
    """A copy of what belongs into the package. Its empty requirements keep Chalice from resolving dependencies itself."""
    staged = build / "stage"
    shutil.rmtree(staged, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".DS_Store", "deployments", "deployed")
    shutil.copytree(ROOT / "chalicelib", staged / "chalicelib", ignore=ignored)
    shutil.copytree(ROOT / ".chalice", staged / ".chalice", ignore=ignored)
    shutil.copy(ROOT / "app.py", staged)
    (staged / "requirements.txt").touch()
    return staged


def main() -> None:
    """Package into build/."""
    package = package_everything(BUILD)
    write(package, BUILD)
    megabytes = package.code.stat().st_size / 1e6
    print(f"build/data.json, build/template.json, build/deployment.zip ({megabytes:.1f} MB)")


if __name__ == "__main__":
    main()
