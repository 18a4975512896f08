"""What the functions run with: requirements.txt for the machine that they run on, without what they never use, compiled."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from chalicelib.text.locales import LOCALES
from infra.runtime import THIS_MACHINE, Target

ROOT = Path(__file__).absolute().parent.parent
BUILD = ROOT / "build"
TASK_ROOT = "/var/task"
EPOCH = (1980, 1, 1, 0, 0, 0)
# What the functions call; botocore's data of all other services stay out of the package.
SERVICES = ("dynamodb", "kms", "s3", "secretsmanager", "sesv2", "sqs")
_POWERTOOLS = (
    "auth_alpha",
    "circuit_breaker",
    "data_masking",
    "feature_flags",
    "idempotency",
    "kafka",
    "metadata",
    "parameters",
    "parser",
    "streaming",
    "validation",
)
# What no function imports or reads, of what the libraries bring.
UNUSED = (
    "**/*.pyi",
    "**/py.typed",
    "*.dist-info/RECORD",
    "*.dist-info/sboms",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "aws_lambda_powertools/event_handler",
    *(f"aws_lambda_powertools/utilities/{name}" for name in _POWERTOOLS),
    "babel/messages",
    "bin",
    "cffi",  # of which cryptography has use for one compiled module beside it alone
    "dateutil/zoneinfo/*.tar.gz",
    "pycparser",
    "pydantic/mypy.py",
    "pydantic/v1",
    "telebot/async*",  # the half that wants aiohttp
    "telebot/ext",
    "telebot/states/asyncio",
)
# Amazon Linux 2023, which Lambda's Pythons run on, has version 2.34 of glibc.
_GLIBC = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_OLD_GLIBC = ("manylinux_2_12", "manylinux2010", "manylinux1")  # for x86_64 alone
_LAYOUT = b"2"  # another one where the steps below make something else of the same inputs


def interpreter_of(target: Target) -> str | None:
    """The Python that compiles for a target: this one, or another one of its version on this machine; None where there is none."""
    return sys.executable if target.python == THIS_MACHINE.python else shutil.which(f"python{target.python}")


def dependencies(target: Target) -> Path:
    """The folder with them; made again only when what it follows from changes."""
    interpreter = interpreter_of(target)
    requirements = ROOT / "requirements.txt"
    chosen = (target.python, target.machine, str(bool(interpreter)), *LOCALES.values(), *SERVICES, *UNUSED)
    follows_from = _LAYOUT + requirements.read_bytes() + " ".join(chosen).encode()
    made = BUILD / f"dependencies-{target.python}-{target.machine}-{hashlib.sha256(follows_from).hexdigest()[:16]}"
    if made.exists():
        return made
    for old in (*BUILD.glob(f"dependencies-{target.python}-{target.machine}-*"), BUILD / "dependencies-unfinished"):
        old.unlink() if old.is_file() else shutil.rmtree(old, ignore_errors=True)
    unfinished = BUILD / "dependencies-unfinished"
    _install(requirements, target, unfinished)
    _drop_unused(unfinished)
    _drop_other_locales(unfinished)
    _drop_other_services(unfinished)
    if interpreter:
        compile_all(unfinished, interpreter)
    unfinished.rename(made)
    return made


def packed_dependencies(target: Target) -> Path:
    """The zip of them, made again with them only: packing takes longer than all other steps of a package together."""
    folder = dependencies(target)
    packed = folder.with_name(f"{folder.name}.zip")
    if not packed.exists():
        unfinished = folder.with_name("dependencies-unfinished.zip")
        unfinished.unlink(missing_ok=True)
        add_to_zip(folder, unfinished)
        unfinished.rename(packed)
    return packed


def add_to_zip(folder: Path, code: Path) -> None:
    """Add the files of a folder to a zip, which need not be there yet. Same files, same bytes."""
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    with zipfile.ZipFile(code, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes(), compresslevel=9)


def compile_all(folder: Path, interpreter: str) -> None:
    """Compile for the place where Lambda unpacks, and leave the sources out: a third of the package. What is logged of a
    failure has file and line all the same. Unchecked, because the zip's dates would make every checked one stale."""
    command = [interpreter, "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash"]
    # A fixed hash seed fixes the order of set constants, so that the bytes are the same next time.
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    subprocess.run([*command, "-s", str(folder), "-p", TASK_ROOT, str(folder)], env=environment, check=True)
    for source in folder.rglob("*.py"):
        source.unlink()


def _install(requirements: Path, target: Target, folder: Path) -> None:
    glibc = (*_GLIBC, *_OLD_GLIBC) if target.machine == "x86_64" else _GLIBC
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--only-binary=:all:"]
    options += ["--implementation", "cp", "--python-version", target.python]
    for name in glibc:
        options += ["--platform", f"{name}_{target.machine}"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), "-r", str(requirements)]
    subprocess.run(command, check=True)


def _drop_unused(folder: Path) -> None:
    for path in [path for pattern in UNUSED for path in folder.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _drop_other_locales(folder: Path) -> None:
    """Leave out Babel's data of languages that we don't write in: 34 of 36 MB. A locale builds on those that its name begins with."""
    kept = [f"{name}_" for name in ("root", *LOCALES.values())]
    for file in (folder / "babel" / "locale-data").glob("*.dat"):
        if not any(name.startswith(f"{file.stem}_") for name in kept):
            file.unlink()


def _drop_other_services(folder: Path) -> None:
    """Leave out botocore's data of services that nothing here calls: 26 of 27 MB."""
    for service in (folder / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
