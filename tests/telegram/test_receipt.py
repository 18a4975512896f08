"""What somebody does in a private chat with what is stored of them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import container
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data
from tests.clock import FakeClock
from tests.stored_items import stored
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, thread_of, write
from tests.web.browser import Browser
from tests.web.participant.test_receipt import CODE, PROMISES, post
from tests.web.test_privacy import ON_AWS, stage

SECRET = "The marmalade is locked away"


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    return host.new_session(questions=[])


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any]) -> Person:
    """Somebody in conversation."""
    return begin(telegram, telegram.person("Bo"), session)


def codes(person: Person) -> list[str]:
    """The codes that the bot has sent."""
    return CODE.findall(person.chat.text)


def tap(telegram: LocalTelegram, person: Person, button: str) -> None:
    person.tap(button)
    telegram.work_off()


def test_code_and_link_come_at_the_start_and_the_end_and_lead_to_the_page(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any]
) -> None:
    ben = Browser()
    (code,) = codes(bo)
    assert bo.chat.last.text == "Reply 1", "the facilitator's question is what stands last"
    write(telegram, bo, SECRET, "/stop")
    assert set(codes(bo)) == {code}
    assert len(codes(bo)) == 2
    link = bo.chat.last.links["My data"].removeprefix("http://127.0.0.1:8000")
    assert SECRET in ben.open(f"{link}&words=1").text
    assert ben.follow(post(ben, code=code)).status == 200
    assert code not in json.dumps(stored(), default=str)


def test_what_was_said_comes_as_messages_and_as_files(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any]
) -> None:
    write(telegram, bo, SECRET)
    write(telegram, bo, "/mydata")
    assert bo.chat.last.rows[0] == ["Read", "Save as text", "Save as JSON"]
    shown = bo.chat.last
    for button in shown.rows[0]:
        bo.tap(button, message=shown)
        telegram.work_off()
    read, text, own = bo.chat.answers[-3:]
    assert SECRET in read.text
    assert text.wire["document"]["file_name"] == "lunch-my-words.txt"
    assert SECRET in text.wire["document"]["content"]
    assert own.wire["document"]["file_name"] == "lunch-my-data.json"
    document = json.loads(own.wire["document"]["content"])
    assert [it["content"] for it in document["messages"] if it["role"] == "user"] == [SECRET]
    assert document["thread"]["scope"] == "telegram"
    assert str(bo.id) not in own.wire["document"]["content"]


def test_both_wishes_are_changed_by_buttons(telegram: LocalTelegram, bo: Person, session: dict[str, Any]) -> None:
    write(telegram, bo, "/mydata")
    for button, expected in (
        ("Don’t quote me", (False, True)),
        ("Not for other people’s conversations", (False, False)),
        ("Allow quotes again", (True, False)),
        ("Allow it again", (True, True)),
    ):
        tap(telegram, bo, button)
        head = thread_of(session)
        assert (head.quotable, head.passed_on) == expected
    assert "Don’t quote me" in bo.chat.last.buttons


def test_a_conversation_is_deleted_after_a_second_question_and_the_chat_has_nothing_of_it(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], clock: FakeClock
) -> None:
    write(telegram, bo, SECRET, "/mydata")
    with stage(**ON_AWS):
        tap(telegram, bo, "Delete my conversation")
    assert [it in bo.chat.last.text for it in PROMISES] == [True, True]
    tap(telegram, bo, "Keep it")
    assert bo.chat.last.text == "Nothing was deleted."
    assert thread_of(session)
    write(telegram, bo, "/mydata")
    tap(telegram, bo, "Delete my conversation")
    assert [it in bo.chat.last.text for it in PROMISES] == [False, True], "a machine of one's own"
    with stage(**ON_AWS):
        tap(telegram, bo, "Delete for good")
    until = (clock.now() + timedelta(days=36)).strftime("%-d %B %Y")
    assert "Your conversation is deleted" in bo.chat.last.text
    assert until in bo.chat.last.text
    for body in asked("deletions"):
        assert delete_data(body)
    left = json.dumps(stored(), default=str)
    assert (SECRET in left, f"session#{session['id']}" in left, "receipt#" in left) == (False, False, False)
    write(telegram, bo, "Still there?")
    assert "not passed on" in bo.chat.text
    clock.advance(1)
    again = begin(telegram, bo, session)
    assert len(set(codes(again))) == 2


def test_a_deletion_that_died_before_it_was_told_is_told_and_done_once(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(telegram, bo, "/mydata")
    tap(telegram, bo, "Delete my conversation")
    chats = container.telegram_chats()
    bo.tap("Delete for good")
    with monkeypatch.context() as patched:
        patched.setattr(type(chats), "store", _die)
        telegram.work_off(failing=True)
    assert container.conversations().heads(session["id"]) == []
    telegram.work_off()
    assert "This conversation is not here any more" in bo.chat.last.text
    assert f"session#{session['id']}" not in json.dumps(stored(), default=str)


def _die(*_: object, **__: object) -> bool:
    raise RuntimeError("The worker died")


def test_whoever_is_in_no_conversation_is_told_so(
    telegram: LocalTelegram, host: Host, session: dict[str, Any], bo: Person
) -> None:
    stranger = telegram.person("Cy")
    write(telegram, stranger, "/mydata")
    assert "/help" in stranger.chat.last.text
    host.call("DELETE", f"/sessions/{session['id']}/participants/{thread_of(session).id}")
    write(telegram, bo, "/mydata")
    assert "not here any more" in bo.chat.last.text
