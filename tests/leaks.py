"""What participants say is in no log and no message of a queue, whatever a test does: asked after each test on tables in memory, and of
the logs of a local cloud before it ends.

The helpers with which tests send requests note what is said with them; tests add canaries of their own. Short words are not looked
for: anybody could have written them.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

from chalicelib.observability import logger

LEAST = 8  # characters
_LEVELS = ("debug", "info", "warning", "error", "critical", "exception")
_SAYING = re.compile(r"/sessions/[^/]+/chat(?:/questions)?$|/chat(?:/live)?(?:\?.*)?$")
# Of a form on a page, what is ours: ids, signatures, names of actions. All else somebody entered.
_OURS = {"s", "who", "asked", "token", "do", "again", "message_id", "after", "r", "i", "widget", "zone"}
# Of an update of Telegram, what somebody wrote, or is called.
_TOLD = ("text", "caption", "first_name", "last_name", "username", "title")


class Words:
    """What people said, as far as the helpers of tests know of it."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def note(self, *words: object) -> None:
        """Keep in mind what somebody says."""
        for it in words:
            text = it.strip() if isinstance(it, str) else ""
            if len(text) >= LEAST and not text.isdigit() and text[0] != "/":  # a command is nobody's words
                self._said.add(text)

    def note_request(self, path: str, body: object) -> None:
        """Keep in mind what somebody says with a request: over REST, or with a form of a page."""
        if not body or not _SAYING.search(path):
            return
        if isinstance(body, bytes):
            with suppress(ValueError):
                fields = parse_qsl(body.decode(), max_num_fields=3_000)
                self.note(*(value for name, value in fields if name not in _OURS))
        elif isinstance(body, Mapping):
            self.note(body.get("content"), body.get("participant_name"), body.get("participant_id"))
            answers = body.get("answers")
            self.note(
                *(it.get("answer") for it in answers if isinstance(it, Mapping)) if isinstance(answers, list) else ()
            )

    def note_update(self, update: object) -> None:
        """Keep in mind what somebody writes to the bot, and what they are called there."""
        if isinstance(update, Mapping):
            self.note(*(update.get(name) for name in _TOLD))
            for part in update.values():
                self.note_update(part)

    def forget(self) -> None:
        """Begin anew."""
        self._said.clear()

    def assert_unsaid(self, told: str) -> None:
        """Nothing that was said is in this text, neither as it is nor as JSON has it."""
        found = [words for words in self._said if words in told or json.dumps(words)[1:-1] in told]
        assert not found, f"of what participants said, a log or a queue has: {found[0][:60]!r}"


SAID = Words()  # to the application in this process, within one test
_logged: list[str] = []


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Listen to all that is logged, whatever its level; at the end nothing that was said meanwhile is there, nor in any queue."""
    SAID.forget()
    _logged.clear()
    own: Any = vars(logger)["_logger"]
    for level in _LEVELS:
        monkeypatch.setattr(own, level, _heard(getattr(own, level)))
    others = _Ear()
    logging.getLogger().addHandler(others)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(others)
    check()


def check() -> None:
    """Nothing that was said is in what was logged, nor in any queue."""
    SAID.assert_unsaid("\n".join(told()))


def told() -> list[str]:
    """What was logged in this test so far, and all that lies in queues."""
    return [*_logged, *_queued()]


def forget_told() -> None:
    """Begin anew with what was logged, and empty the queues."""
    _logged.clear()
    for queue in sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues.values():
        queue._messages.clear()


def _heard(log: Any) -> Any:
    def through(message: object, *arguments: object, **how: Any) -> Any:
        error = how.get("exc_info")
        _logged.append(f"{message} {arguments} {how.get('extra')} {error if isinstance(error, BaseException) else ''}")
        return log(message, *arguments, **how)

    return through


class _Ear(logging.Handler):
    """Hears what libraries log; of ours it is known already."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != logger.name:
            _logged.append(f"{record.getMessage()} {record.exc_info[1] if record.exc_info else ''}")


def _queued() -> Iterator[str]:
    """All messages of all queues, with their attributes."""
    for queue in sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues.values():
        for message in queue._messages:
            yield f"{message.body} {message.message_attributes} {message.system_attributes} {message.group_id}"
