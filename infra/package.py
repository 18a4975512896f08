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

from chalicelib.text.locales import LOCALES
from infra import application_stack, data_stack

ROOT = Path(__file__).absolute().parent.parent
BUILD = ROOT / "build"
TASK_ROOT = "/var/task"
EPOCH = (1980, 1, 1, 0, 0, 0)
# What the functions call; botocore's data of all other services stay out of the package.
SERVICES = ("dynamodb", "kms", "s3", "secretsmanager", "sesv2", "sqs")
# What no function imports or reads, of what the libraries bring.
UNUSED = (
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "babel/messages",
    "bin",
    "cffi",  # of which cryptography has use for one compiled module beside it alone
    "dateutil/zoneinfo/*.tar.gz",
    "pycparser",
    "telebot/async*",  # the half that wants aiohttp
    "telebot/ext",
    "telebot/states/asyncio",
)
LINUX = (
    "manylinux_2_17_x86_64",
    "manylinux2014_x86_64",
    "manylinux_2_12_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
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


def package_everything(build: Path) -> Package:
    """The same with all dependencies for Lambda's Linux, compiled: what AWS gets."""
    own = package_application(build)
    unpacked = build / "application"
    shutil.rmtree(unpacked, ignore_errors=True)
    with zipfile.ZipFile(own.code) as archive:
        archive.extractall(unpacked)
    _compile(unpacked)
    code = build / "deployment.zip"
    _zip([_dependencies(), unpacked], code)
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


def _dependencies() -> Path:
    """The installed and compiled content of requirements.txt; made again only when that, the Python version, our
    languages, the services that we call or what is left out change."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    requirements = ROOT / "requirements.txt"
    follows_from = requirements.read_bytes() + " ".join((version, *LOCALES.values(), *SERVICES, *UNUSED)).encode()
    wanted = hashlib.sha256(follows_from).hexdigest()[:16]
    target = BUILD / f"dependencies-{wanted}"
    if target.exists():
        return target
    for old in BUILD.glob("dependencies-*"):
        shutil.rmtree(old)
    unfinished = BUILD / "dependencies-unfinished"
    platforms = [option for platform in LINUX for option in ("--platform", platform)]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-compile",
    ]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", version, *platforms]
    subprocess.run([*command, "--target", str(unfinished), "-r", str(requirements)], check=True)
    _drop_unused(unfinished)
    _drop_other_locales(unfinished)
    _drop_other_services(unfinished)
    _compile(unfinished)
    unfinished.rename(target)
    return target


def _drop_unused(dependencies: Path) -> None:
    for path in [path for pattern in UNUSED for path in dependencies.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _drop_other_locales(dependencies: Path) -> None:
    """Leave out Babel's data of languages that we don't write in: 34 of 36 MB. A locale builds on those that its name begins with."""
    kept = [f"{name}_" for name in ("root", *LOCALES.values())]
    for file in (dependencies / "babel" / "locale-data").glob("*.dat"):
        if not any(name.startswith(f"{file.stem}_") for name in kept):
            file.unlink()


def _drop_other_services(dependencies: Path) -> None:
    """Leave out botocore's data of services that nothing here calls: 26 of 27 MB."""
    for service in (dependencies / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)


def _compile(folder: Path) -> None:
    """Compile for the place where Lambda unpacks. Unchecked, because the zip's dates would make every checked one stale."""
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    # A fixed hash seed fixes the order of set constants, so that the bytes are the same next time.
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    subprocess.run([*command, "-s", str(folder), "-p", TASK_ROOT, str(folder)], env=environment, check=True)


def _zip(folders: list[Path], target: Path) -> None:
    files = {
        file.relative_to(folder).as_posix(): file for folder in folders for file in folder.rglob("*") if file.is_file()
    }
    unfinished = target.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes(), compresslevel=9)
    unfinished.replace(target)


def main() -> None:
    """Package into build/."""
    package = package_everything(BUILD)
    write(package, BUILD)
    megabytes = package.code.stat().st_size / 1e6
    print(f"build/data.json, build/template.json, build/deployment.zip ({megabytes:.1f} MB)")


if __name__ == "__main__":
    main()
