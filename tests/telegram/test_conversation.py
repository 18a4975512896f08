"""What somebody sees who talks with the facilitator in a private chat."""

from typing import Any

import pytest

from chalicelib import container
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.telegram.local_telegram import LocalTelegram


def begin(telegram: LocalTelegram, person: Person, session: dict[str, Any]) -> Person:
    """Join without a name; the facilitator has opened the conversation."""
    person.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()
    for button in ("Start the conversation", "Without a name"):
        person.tap(button)
        telegram.work_off()
    return person


def stored(session: dict[str, Any]) -> list[tuple[str, str]]:
    """What the session's only thread holds."""
    conversations = container.conversations()
    (thread,) = conversations.heads(session["id"])
    return [(message.role, message.content) for message in conversations.messages(thread)]


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """An open session."""
    return host.new_session(topic="Lunch")


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any]) -> Person:
    """Somebody who has begun to talk."""
    return begin(telegram, telegram.person("Bo"), session)


def test_a_burst_is_one_turn_and_each_message_is_kept(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    assert bo.chat.last.text == "Reply 1"
    for words in ("It is loud", "and late", "😀"):
        bo.write(words)
    telegram.work_off()
    assert bo.chat.last.text == "Reply 2"
    assert model.count("turn") == 2
    assert stored(session) == [
        ("assistant", "Reply 1"),
        *(("user", words) for words in ("It is loud", "and late", "😀")),
        ("assistant", "Reply 2"),
    ]
