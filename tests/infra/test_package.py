"""The package: complete, small, and quick to import. That it is the same every time, `tests/e2e/test_real_model.py` asks."""

import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.services.templates import all_templates
from chalicelib.text.locales import LOCALES, format_moment
from chalicelib.web.kit.texts import texts_in
from infra.dependencies import ROOT, SERVICES, interpreter_of
from infra.package import Package, package_everything, write
from infra.runtime import LAMBDA
from tests.infra.templates import Template, of_type
from tests.test_imports import FORBIDDEN

# AWS takes 50 MB; each more is fetched again by every new container.
MOST_BYTES = 23 * 2**20  # megabytes as AWS counts them
ARM = 0xB7  # in the header of what is compiled for it
IMPORT_ALONE = f"""
import sys
sys.path[:] = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
import app
print(*(name for name in {FORBIDDEN!r} if name in sys.modules))
outside = {{module.__file__ for module in sys.modules.values() if "site-packages" in str(getattr(module, "__file__", ""))}}
print(*outside)
print(app.__file__)
"""
OPEN_CLIENTS = """
import sys
sys.path[:] = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
import botocore.session
for service in sys.argv[2:]:
    botocore.session.get_session().create_client(service, aws_access_key_id="x", aws_secret_access_key="x")
"""
COUNT_AND_DATE = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import UTC, datetime
from chalicelib.web.kit.texts import texts_in
from chalicelib.text.locales import LOCALES, format_moment
for tag in LOCALES:
    print(texts_in(tag)("duration", count=15), format_moment(tag, datetime(2026, 3, 9, 17, 5, tzinfo=UTC)))
"""


@pytest.fixture(scope="module")
def full(whole_package: tuple[Package, Path]) -> tuple[Package, Path]:
    write(*whole_package)
    return whole_package


@pytest.fixture(scope="module")
def unpacked(full: tuple[Package, Path]) -> Path:
    folder = full[1] / "unpacked"
    with zipfile.ZipFile(full[0].code) as archive:
        archive.extractall(folder)
    return folder


def test_the_three_files_are_there_and_small(full: tuple[Package, Path]) -> None:
    _, build = full
    # Templates go to CloudFormation by URL, which takes a megabyte.
    assert (build / "data.json").stat().st_size < 51_200
    assert (build / "template.json").stat().st_size < 250_000
    assert '"CodeUri":"deployment.zip"' in (build / "template.json").read_text()
    assert (build / "deployment.zip").stat().st_size < MOST_BYTES


def test_the_data_of_every_service_that_is_called_are_there(unpacked: Path) -> None:
    code = "".join(file.read_text() for file in (ROOT / "chalicelib").rglob("*.py"))
    called = {"dynamodb", *re.findall(r"create_client\(\s*\"(\w+)\"", code)}
    assert called == set(SERVICES)
    command = [sys.executable, "-S", "-c", OPEN_CLIENTS, str(unpacked), *sorted(called)]
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def test_what_goes_to_lambda_is_small_and_for_its_processor_and_its_python(tmp_path: Path) -> None:
    package = package_everything(tmp_path, LAMBDA)
    assert package.code.stat().st_size < MOST_BYTES
    with zipfile.ZipFile(package.code) as archive:
        names = archive.namelist()
        native = [name for name in names if name.endswith(".so")]
        assert len(native) > 5
        for name in native:
            assert int.from_bytes(archive.read(name)[18:20], "little") == ARM, name
            assert ".abi3." in name or f"cpython-{LAMBDA.python.replace('.', '')}-" in name
    # Without an interpreter of that version nothing can be compiled, and the sources have to be there.
    assert ("msgspec/__init__.pyc" in names) is (interpreter_of(LAMBDA) is not None)
    assert ("msgspec/__init__.py" in names) is (interpreter_of(LAMBDA) is None)


def test_all_functions_are_of_the_python_and_the_processor_that_the_package_is_for(application: Template) -> None:
    made = of_type(application, "AWS::Lambda::Function").values()
    assert {(it["Runtime"], *it["Architectures"]) for it in made} == {(f"python{LAMBDA.python}", "arm64")}


def test_the_application_imports_from_the_package_alone(unpacked: Path) -> None:
    command = [sys.executable, "-S", "-B", "-c", IMPORT_ALONE, str(unpacked)]
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    forbidden, outside, compiled = done.stdout.split("\n")[:3]
    assert forbidden == ""
    assert outside == ""
    assert Path(compiled) == unpacked / "app.pyc"


def test_every_entry_point_imports_from_the_package_alone(unpacked: Path) -> None:
    modules = ["chalicelib.workers.jobs", "chalicelib.workers.streams", "anthropic", "jinja2", "msgspec"]
    modules += ["chalicelib.telegram.handle", "chalicelib.telegram.replies", "telebot.apihelper", "joserfc.jwk"]
    code = IMPORT_ALONE.replace("import app", "import app, " + ", ".join(modules))
    code += "joserfc.jwk.ECKey.generate_key('P-256')\n"
    command = [sys.executable, "-S", "-B", "-c", code, str(unpacked)]
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[1] == ""


def test_the_package_has_what_our_languages_need_and_no_other(unpacked: Path) -> None:
    command = [sys.executable, "-S", "-B", "-X", "utf8", "-c", COUNT_AND_DATE, str(unpacked)]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    at = datetime(2026, 3, 9, 17, 5, tzinfo=UTC)
    expected = [f"{texts_in(tag)('duration', count=15)} {format_moment(tag, at)}" for tag in LOCALES]
    assert done.stdout.splitlines() == expected
    assert len(list((unpacked / "babel/locale-data").glob("*.dat"))) < 15


def test_compiled_files_are_taken_without_a_look_at_the_source(unpacked: Path) -> None:
    compiled = list(unpacked.rglob("*.pyc"))
    assert len(compiled) > 1000
    for file in compiled[:200]:
        flags = int.from_bytes(file.read_bytes()[4:8], "little")
        assert flags == 0b01  # hash-based, unchecked


def test_prompts_and_pages_are_in_and_tests_and_tools_are_not(unpacked: Path) -> None:
    assert (unpacked / "chalicelib/services/prompts/tailoring.md").exists()
    assert len(list((unpacked / "chalicelib/services/templates").glob("*.md"))) == len(all_templates())
    for absent in ("tests", "infra", "moto", "ministack", "bin"):
        assert not (unpacked / absent).exists()
