"""What `make run` installs: enough, and not more; and what is said meanwhile."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from infra import install
from infra.package import ROOT

PIP_SAYS = """\
Looking in indexes: https://pypi.org/simple
Collecting first==1.0 (from -r requirements.txt (line 1))
  Downloading first-1.0-py3-none-any.whl (1 kB)
Processing /wheels/second_one-2.0-py3-none-any.whl (from -r requirements.txt (line 2))
Collecting third (from first==1.0)
Requirement already satisfied: pip in /lib
Installing collected packages: third, second-one, first
Successfully installed first-1.0 second-one-2.0 third-3.0
"""
# Imports each module of infra/ and the application, as `make run` and its workers do, without what only the tests have.
WITHOUT = """
import importlib.machinery, pkgutil, sys
class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in sys.argv[1:] else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Finder
for module in pkgutil.walk_packages(["infra"], "infra."):
    importlib.import_module(module.name)
import app, hypercorn.asyncio, samtranslator.translator.transform, chalice.cli, anthropic
from ministack import app as cloud
from ministack.services import apigateway_v1, cloudformation, dynamodb, eventbridge, iam, lambda_svc, s3, secretsmanager, sqs, sts
"""


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


def _pinned(file: str) -> set[str]:
    return {_normal(name) for name in install.required(ROOT / file)}


def test_running_needs_nothing_that_only_the_tests_install() -> None:
    extra = _pinned("requirements-dev.txt") - _pinned("requirements-run.txt")
    assert {"moto", "mypy", "playwright", "cfn-lint", "docker"} <= extra
    absent = [top for top, owners in packages_distributions().items() if {_normal(it) for it in owners} <= extra]
    assert {"moto", "playwright", "cfnlint", "docker", "pytest"} <= set(absent)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *absent], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_each_package_is_pinned_once_and_for_all() -> None:
    for file in ("requirements.txt", "requirements-run.txt", "requirements-dev.txt"):
        lines = [it for it in (ROOT / file).read_text().splitlines() if it and not it.startswith(("#", "-r "))]
        assert [line for line in lines if "==" not in line] == []
    everything = [_normal(name) for name in install.required(ROOT / "requirements-dev.txt")]
    assert sorted(everything) == sorted(set(everything))


def test_every_tenth_package_is_told_and_all_of_pip_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "EVERY", 2)
    said = PIP_SAYS.splitlines(keepends=True)
    assert list(install.follow(said, 3)) == said
    assert capsys.readouterr().out == "  2 of 3: second_one\n  3 of 3: pip\n  all there; unpacking 3\n"


def test_where_pip_fails_its_own_words_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "requirements-odd.txt"
    file.write_text("# Nothing that there is.\n./no-such-folder\n")
    assert install.main(file) != 0
    said = capsys.readouterr()
    assert "no-such-folder" in said.err
    assert "could not be installed" in said.err
