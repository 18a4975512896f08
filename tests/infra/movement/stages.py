"""Two stages, one after the other in the same in-memory AWS: a file is all that gets from one to the other."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib.settings import settings
from infra import admin
from infra.local import instance
from tests.conftest import forget_wiring
from tests.snapshots import restore_snapshot

OTHER = "t" * 64  # the secret of the other stage


class Stages:
    """The stage that is there, its commands, and the way to another one."""

    def __init__(self, new: list[dict[str, Any]], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._new, self._folder, self._capsys, self._files = new, folder, capsys, 0

    def run(self, *arguments: str) -> str:
        """Run a command: what it prints. One that fails raises SystemExit."""
        self._capsys.readouterr()
        admin.main(list(arguments))
        return self._capsys.readouterr().out

    def refusal(self, *arguments: str) -> str:
        """The sentence that a command ends with that is not done."""
        with pytest.raises(SystemExit) as stopped:
            self.run(*arguments)
        return str(stopped.value.code)

    def new_file(self, suffix: str = ".jsonl") -> Path:
        """A name that no file has."""
        self._files += 1
        return self._folder / f"{self._files}{suffix}"

    def export(self, *what: str) -> Path:
        """Export this; gives the file."""
        file = self.new_file()
        *named, last = what
        self.run("export", *named, last, str(file))
        return file

    def leave(self, secret: str = OTHER) -> None:
        """Go to a stage in which nothing is, with this secret."""
        restore_snapshot(self._new)
        forget_wiring()
        keeper: Any = boto3.client("secretsmanager")
        keeper.put_secret_value(SecretId=settings().deployment_secret_arn, SecretString=secret)
        forget_wiring()


def items_in(file: Path) -> list[str]:
    """The lines of a file that are the same whenever it is written: all but the first and the last."""
    return file.read_text().splitlines()[1:-1]


def kinds_in(file: Path) -> set[tuple[str, str]]:
    """Tables and kinds of the items in a file."""
    lines = map(json.loads, items_in(file))
    return {(line["table"], line["kind"]) for line in lines if "table" in line}


def take_from(queue: str) -> list[dict[str, Any]]:
    """The jobs that a queue holds; they are gone then."""
    sqs: Any = boto3.client("sqs")
    url = settings().queue_urls[queue]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def activate_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work on the in-memory AWS."""
    monkeypatch.setattr(instance, "activate", lambda: None)
    monkeypatch.setattr(admin, "_INDEX_SECONDS", 0)


def secret_here() -> str:
    """The secret of the stage that is there."""
    return container.deployment_secret().decode()
