"""`make telegram-webhook`: what Telegram knows of the bot then, and what the operator is told."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.telegram.routes import COMMANDS, GROUP_COMMANDS
from chalicelib.telegram.update import KINDS
from infra import telegram_webhook
from infra.local import instance
from infra.local.instance import Instance
from infra.local.telegram.server import serving
from infra.package import ROOT
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.telegram.local_telegram import BOT, SECRET, TOKEN, LocalTelegram

GIVEN = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_SECRET": SECRET}
STACK = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Parameters": {
        it: {"Type": "String"} for it in ("TelegramBot", "TelegramSecretArn", "TelegramApiUrl", "PublicUrl")
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"ApiUrl": {"Value": "https://api.example/live"}},
}


@pytest.fixture
def server(clock: FakeClock, tmp_path: Path) -> Iterator[LocalTelegram]:
    """Telegram, and a local instance that has its bot there."""
    there = LocalTelegram(clock)
    with serving(there.server) as url:
        parameters = {"TelegramBot": BOT, "TelegramApiUrl": url}
        instance.save(Instance(str(tmp_path), int(url.rpartition(":")[2]), parameters, {}))
        yield there


@pytest.fixture
def environment(aws: None) -> Iterator[MutableMapping[str, str]]:
    """The environment of this process, which the command changes, for one test; put back before the in-memory AWS takes its keys out."""
    before = dict(os.environ)
    yield os.environ
    os.environ.clear()
    os.environ.update(before)


def make(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """What the command does and says for the instance of this folder."""
    environment = {"PATH": os.environ["PATH"], "LOCAL_DIR": str(folder), **given}
    command = [sys.executable, "-m", "infra.telegram_webhook"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_updates_come_to_the_instance_and_commands_are_shown_in_all_languages(
    server: LocalTelegram, tmp_path: Path
) -> None:
    done = make(tmp_path, **GIVEN)
    assert (done.returncode, done.stderr) == (0, "")
    webhook, commands = server.server.state.webhook, server.server.state.commands
    assert (webhook.url, webhook.secret_token) == (f"{instance.load(tmp_path).url}/telegram/webhook", SECRET)
    assert tuple(webhook.allowed_updates or ()) == KINDS
    scopes = ("all_private_chats", "all_group_chats", "all_chat_administrators")
    assert set(commands) == {f"{it} {tag}".strip() for it in scopes for tag in ("", "ar", "de", "es", "fr", "zh")}
    private, groups = (
        [it["command"] for it in commands[name]] for name in ("all_private_chats fr", "all_chat_administrators")
    )
    assert set(private) == {*COMMANDS} - {"setup", "unlink", "request"}
    assert set(groups) == {*GROUP_COMMANDS} - {"start"}
    assert commands["all_group_chats de"] == [
        {"command": "request", "description": "Den Gastgeber hier um eine Sitzung bitten"},
        {"command": "help", "description": "Was dieser Bot tut"},
    ]
    assert f"@{BOT}" in done.stdout
    assert webhook.url in done.stdout
    assert "!" not in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "There is no token (TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_BOT_TOKEN": TOKEN}, "The webhook's secret is missing: TELEGRAM_WEBHOOK_SECRET"),
        ({**GIVEN, "TELEGRAM_WEBHOOK_SECRET": "short"}, "The webhook's secret is not of the form"),
        ({**GIVEN, "TELEGRAM_BOT_TOKEN": f"{TOKEN}x"}, "Telegram knows no bot by this token: set TELEGRAM_BOT_TOKEN"),
        ({**GIVEN, "PUBLIC_URL": "http://a.example"}, "Telegram refused: Bad Request: bad webhook"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_a_sentence(
    server: LocalTelegram,
    tmp_path: Path,
    environment: MutableMapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    said: str,
) -> None:
    monkeypatch.setattr(instance, "activate", lambda: instance.load(tmp_path))
    environment.update(given)
    forget_wiring()
    with pytest.raises(SystemExit) as caught:
        telegram_webhook.main(given)
    assert str(caught.value).startswith(said)
    assert TOKEN not in str(caught.value)
    assert server.server.state.webhook.url == ""


def test_a_stage_is_set_up_with_the_secret_that_its_functions_read(
    telegram: LocalTelegram, environment: MutableMapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, secret = environment["TELEGRAM_API_URL"], json.dumps({"bot_token": TOKEN, "webhook_secret": "s" * 40})
    arn = boto3.client("secretsmanager").create_secret(Name="bot", SecretString=secret)["ARN"]
    environment["TELEGRAM_BOT_TOKEN"] = "7:of-this-shell"
    given = {"TelegramBot": "@another_bot", "TelegramSecretArn": arn, "TelegramApiUrl": url, "PublicUrl": ""}
    boto3.client("cloudformation").create_stack(
        StackName="harmonica-prod",
        TemplateBody=json.dumps(STACK),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )
    forget_wiring()
    telegram_webhook.main({"STAGE": "prod"})
    webhook = telegram.server.state.webhook
    assert (webhook.url, webhook.secret_token) == ("https://api.example/live/telegram/webhook", "s" * 40)
    assert "! TELEGRAM_BOT is @another_bot, but the token is @" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="There is no stage elsewhere in us-east-1"):
        telegram_webhook.main({"STAGE": "elsewhere"})


def test_settings_of_the_bot_that_are_in_the_way_are_told() -> None:
    me: dict[str, Any] = {"username": BOT, "can_join_groups": False, "can_read_all_group_messages": True}
    groups, privacy, name = (
        *telegram_webhook.warnings(me, f"@{BOT}"),
        *telegram_webhook.warnings({"username": BOT}, ""),
    )
    assert "/setjoingroups" in groups
    assert "/setprivacy" in privacy
    assert f"TELEGRAM_BOT={BOT}" in name


def test_what_went_wrong_lately_is_told() -> None:
    told = {"url": "https://a.example", "pending_update_count": 3, "last_error_date": 1796000000}
    lines = list(telegram_webhook.report({"username": BOT}, {**told, "last_error_message": "Wrong response: 401"}))
    assert "Waiting    3" in lines
    assert any(line.endswith("UTC: Wrong response: 401") for line in lines)
