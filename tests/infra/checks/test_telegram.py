"""What Telegram says of the bot and its webhook, and what follows from it."""

from typing import Any

import pytest

from chalicelib.settings import SettingMissing
from chalicelib.telegram.update import KINDS
from chalicelib.telegram_api import RequestRefused, TokenRefused
from infra import telegram_webhook
from infra.checks.telegram import check_telegram
from tests.infra.checks.stubs import Session, stage, told

URL = "https://h.example/telegram/webhook"
NOW = 1_790_000_000
INFO: dict[str, Any] = {"url": URL, "allowed_updates": list(KINDS), "pending_update_count": 0}


class Api:
    """Telegram, as it answers."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info

    def me(self) -> dict[str, Any]:
        return {"username": "our_bot", "can_join_groups": True}

    def webhook_info(self) -> dict[str, Any]:
        return self.info


def _found(monkeypatch: pytest.MonkeyPatch, **info: Any) -> list[tuple[str, str]]:
    monkeypatch.setattr(telegram_webhook, "bot", lambda: Api(INFO | info))
    monkeypatch.setattr("time.time", lambda: NOW)
    one = stage(Session(), TelegramBot="our_bot", TelegramSecretArn="arn", PublicUrl="https://h.example")
    first, *rest = told(list(check_telegram(one)))
    assert first == ("well", "Telegram knows the bot as @our_bot")
    return rest


def test_a_bot_that_works_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _found(monkeypatch) == [("well", f"Updates go to {URL}")]
    long_ago = {"last_error_date": NOW - 90_000, "last_error_message": "Connection timed out"}
    assert _found(monkeypatch, **long_ago) == [("well", f"Updates go to {URL}")]


@pytest.mark.parametrize(
    ("info", "level", "said"),
    [
        ({"url": ""}, "fault", "was not told where updates go: `make telegram-webhook STAGE=prod`"),
        ({"url": "https://old.example"}, "fault", f"go to https://old.example, and not to {URL}"),
        ({"allowed_updates": ["message"]}, "fault", "do not come: callback_query"),
        (
            {"last_error_date": NOW - 120, "last_error_message": "Connection timed out"},
            "fault",
            "2 minutes ago: Connection",
        ),
        (
            {"last_error_date": NOW - 120, "last_error_message": "Wrong response from the webhook: 403 Forbidden"},
            "fault",
            "the webhook's secret is another one now: `make telegram-webhook",
        ),
        ({"pending_update_count": 4_000}, "warning", "4000 updates wait at Telegram"),
    ],
)
def test_each_case_has_a_sentence(info: dict[str, Any], level: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _found(monkeypatch, **info)
    assert found[0][0] == level
    assert said in found[0][1]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TokenRefused(), "knows no bot by its token"),
        (SettingMissing("no field bot_token"), "has no token (no field bot_token)"),
        (RequestRefused("Bad Request"), "does not answer as it should: Bad Request"),
    ],
)
def test_a_bot_that_cannot_be_asked_is_told(error: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr(telegram_webhook, "bot", refuse)
    ((level, text),) = told(list(check_telegram(stage(Session(), TelegramBot="our_bot", TelegramSecretArn="arn"))))
    assert level == "fault"
    assert said in text


def test_no_bot_is_no_fault() -> None:
    ((level, _),) = told(list(check_telegram(stage(Session(), TelegramBot="", TelegramSecretArn=""))))
    assert level == "well"
