"""What somebody writes in a private chat before the facilitator's first message: it is kept, stored once behind that, and answered."""

from typing import Any

import pytest

from chalicelib.llm.interface import Request
from chalicelib.model.jobs import ReplyInChat
from chalicelib.telegram import replies
from chalicelib.telegram.handle import handle_update
from infra.local.telegram.people import Person
from tests import permissions
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import FAULTS, Fault, Interviewer, break_each_call
from tests.faults import tap as fault_tap
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, stored, told, write

KEPT = "What you wrote is kept. The facilitator answers it after its first message, which comes here by itself."


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """An open session."""
    return host.new_session(topic="Lunch")


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any], model: Interviewer) -> Person:
    """Somebody whose facilitator is out of reach for its first message."""
    model.failing.add("turn")
    bo = telegram.person("Bo")
    bo.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()
    bo.tap("Start the conversation")
    telegram.work_off()
    bo.tap("Without a name")
    telegram.work_off(failing=True)
    return bo


def test_words_from_before_the_opening_are_stored_behind_it_and_answered_in_one_reply(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    first = bo.write("It is lout")
    bo.write("and late")
    bo.edit(first, "It is loud")
    telegram.work_off(failing=True)
    assert told(bo, 1) == [KEPT]
    assert stored(session) == []
    bo.write("/mywords")
    telegram.work_off(failing=True)
    assert "It is loud\n\nand late" in bo.chat.last.text
    model.failing.clear()
    telegram.work_off()
    opening, *said, reply = stored(session)
    assert said == [("user", "It is loud"), ("user", "and late")]
    assert told(bo, 2) == [opening[1], reply[1]]
    write(telegram, bo, "More")
    assert stored(session)[4] == ("user", "More")


def test_words_that_come_while_the_opening_is_made_are_kept(
    telegram: LocalTelegram, host: Host, model: Interviewer, session: dict[str, Any]
) -> None:
    bo = telegram.person("Bo")

    def interrupt(_: Request) -> None:
        model.before = lambda _: None
        bo.write("At once")
        (update,) = telegram.updates()
        with permissions.by_others():
            handle_update(update)

    model.before = interrupt
    begin(telegram, bo, session)
    assert stored(session) == [("assistant", "Reply 1"), ("user", "At once"), ("assistant", "Reply 2")]
    assert told(bo, 3) == [KEPT, "Reply 1", "Reply 2"]


def test_a_session_that_closes_before_gives_early_words_back(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any], host: Host
) -> None:
    bo.write("It is loud")
    telegram.work_off(failing=True)
    model.failing.clear()

    def close(_: Request) -> None:
        model.before = lambda _: None
        host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})

    model.before = close
    telegram.work_off()
    assert any("was not stored" in text and text.endswith("It is loud") for text in told(bo, 3))


@pytest.mark.parametrize(
    "fault", [it for it in FAULTS if it.name in ("dies before", "dies after")], ids=lambda it: it.name
)
def test_early_words_are_stored_once_wherever_the_beginning_is_cut_off(
    fault: Fault,
    telegram: LocalTelegram,
    bo: Person,
    model: Interviewer,
    session: dict[str, Any],
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bo.write("It is loud")
    telegram.work_off(failing=True)
    model.failing.clear()
    wire, job = fault_tap(monkeypatch), ReplyInChat(bo.id, session["id"])

    def do() -> None:
        replies.reply_in_chat(job, clock.deadline(60))

    for _ in break_each_call(wire, fault, do):
        clock.advance(100)
        do()
        do()
        said = [words for role, words in stored(session) if role == "user"]
        assert said == ["It is loud"]
        assert stored(session)[-1][0] == "assistant"


def test_a_changed_form_asks_nobody_who_is_in_another_session_by_now(
    telegram: LocalTelegram, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing, other = host.new_session(topic="Changing", anonymous=True), host.new_session(topic="Other")
    bo = begin(telegram, telegram.person("Bo"), other)
    bo.open_link(f"https://t.me/{telegram.bot}?start=s_{changing['id'].replace('-', '')}")
    telegram.work_off()
    bo.tap("Start the conversation")
    with monkeypatch.context() as patch:
        patch.setattr(replies, "reply_in_chat", lambda *_: None)
        telegram.work_off()
    host.call("PATCH", f"/sessions/{changing['id']}", {"questions": [{"text": "Where?", "required": True}]})
    write(telegram, bo, f"/start s_{other['id'].replace('-', '')}")
    telegram_job = ReplyInChat(bo.id, changing["id"])
    replies.reply_in_chat(telegram_job, FakeClock().deadline(60))
    assert bo.chat.last.buttons == ["Changing"]
    write(telegram, bo, "For the other one")
    assert ("user", "For the other one") in stored(other)
    asked = next(it for it in bo.chat.answers if it.buttons == ["Changing"])
    bo.tap("Changing", message=asked)
    telegram.work_off()
    assert "Where?" in bo.chat.last.text


def test_what_has_no_place_in_the_form_by_the_time_a_conversation_begins_is_given_back(
    telegram: LocalTelegram, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [{"text": "Name", "role": "name"}, {"text": "Town"}]
    session, bo = host.new_session(questions=asked), telegram.person("Bo")
    bo.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()
    bo.tap("Start the conversation")
    telegram.work_off()
    write(telegram, bo, "Bonaventura")
    with monkeypatch.context() as patch:
        patch.setattr(replies, "reply_in_chat", lambda *_: None)
        write(telegram, bo, "Lima")
    host.call("PATCH", f"/sessions/{session['id']}", {"anonymous": True, "questions": asked[1:]})
    write(telegram, bo, "/resume")
    assert any("has no place in the form any more" in it and it.endswith("Bonaventura") for it in told(bo, 4))
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert (person["participant_name"], [it["answer"] for it in person["answers"]]) == (None, ["Lima"])
