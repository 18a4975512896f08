"""Widgets in a private chat: buttons that are tapped, and what is stored of that."""

from typing import Any

import pytest

from chalicelib import container
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, present_next, stored, thread_of, told, write

LABEL = {"label": "What matters?"}
ONE = {"type": "SingleSelect", **LABEL, "options": ["Taste", "Price & size", "Time"]}
LONG = "Something that has so many words that no button on any screen shows them"
GONE = "That question was answered in the meantime."


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session with widgets."""
    return host.new_session(widgets_enabled=True)


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any]) -> Person:
    """Somebody who has begun to talk."""
    return begin(telegram, telegram.person("Bo"), session)


def tap(telegram: LocalTelegram, person: Person, *buttons: str) -> list[str]:
    """Tap buttons one after the other; what the bot shows above the chat each time."""
    answers = []
    for button in buttons:
        tapped = person.tap(button)
        telegram.work_off()
        assert tapped.is_answered
        answers.append(tapped.answer)
    return answers


def value(session: dict[str, Any]) -> Any:
    """What was chosen last."""
    thread = thread_of(session)
    said = [it for it in container.conversations().messages(thread) if it.role == "user"]
    return said[-1].content, said[-1].widget_value


@pytest.mark.parametrize(
    ("widget", "shown", "taps", "content", "chosen"),
    [
        (ONE, [["Taste"], ["Price & size"], ["Time"]], ["Price"], "Price & size", "Price & size"),
        (
            {"type": "MultiSelect", **LABEL, "options": ["Taste", "Price", "Time"]},
            [["Taste"], ["Price"], ["Time"], ["Send answer"]],
            ["Time", "Price", "Taste", "✓ Price", "Send answer"],
            "- Taste\n- Time",
            ["Taste", "Time"],
        ),
        (
            {"type": "RatingScale", **LABEL, "min": 0, "max": 10, "minLabel": "not", "maxLabel": "much"},
            [["0", "1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]],
            ["7"],
            "7",
            7,
        ),
        (
            {"type": "RankingList", **LABEL, "items": ["Taste", "Price", "Time"]},
            [["Taste"], ["Price"], ["Time"], ["Send answer"]],
            ["Time", "Taste", "1. Time", "Price", "Time", "Send answer"],
            "1. Taste\n2. Price\n3. Time",
            ["Taste", "Price", "Time"],
        ),
    ],
    ids=["one", "several", "scale", "order"],
)
def test_each_kind_is_answered_by_tapping(
    telegram: LocalTelegram,
    bo: Person,
    session: dict[str, Any],
    model: Interviewer,
    widget: dict[str, Any],
    shown: list[list[str]],
    taps: list[str],
    content: str,
    chosen: Any,
) -> None:
    present_next(model, widget)
    write(telegram, bo, "Hm")
    asked = bo.chat.last
    assert asked.rows == shown
    assert "What matters?" in asked.text
    assert ("0 (not) – 10 (much)" in asked.text) == (widget["type"] == "RatingScale")
    data = [row["callback_data"] for row in (asked.button(shown[0][0]), asked.button(shown[-1][0])) if row]
    assert tap(telegram, bo, *taps) == [""] * len(taps)
    assert value(session) == (content, chosen)
    answered = next(it for it in bo.chat.messages if it.message_id == asked.message_id)
    assert (answered.rows, answered.text.partition("✓ ")[2]) == ([], content)
    assert (told(bo, 1), model.count("turn")) == (["Reply 3"], 3)
    for again in data:
        bo.press(asked, again)
        telegram.work_off()
    assert (len(stored(session)), model.count("turn")) == (5, 3)


def test_what_is_not_chosen_yet_is_not_sent(telegram: LocalTelegram, bo: Person, model: Interviewer) -> None:
    present_next(model, {"type": "RankingList", **LABEL, "items": ["Taste", "Price"]})
    write(telegram, bo, "Hm")
    assert "Tap them in order, the most important first." in bo.chat.last.text
    assert tap(telegram, bo, "Price", "Send answer") == ["", "Please give every item a place of its own, from 1 to 2."]
    assert bo.chat.last.buttons == ["Taste", "1. Price", "Send answer"]


def test_whoever_answers_in_words_has_answered_and_the_buttons_go_when_they_are_tapped(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer
) -> None:
    present_next(model, {**ONE, "options": ["Taste", LONG]})
    write(telegram, bo, "Hm")
    asked = bo.chat.last
    assert LONG in asked.text
    assert asked.buttons == ["Taste", "Something that has so many words that…"]
    write(telegram, bo, "None of these")
    assert value(session) == ("None of these", None)
    old = bo.tap("Taste", message=asked)
    telegram.work_off()
    assert old.answer == GONE
    assert next(it for it in bo.chat.messages if it.message_id == asked.message_id).buttons == []
    assert len(stored(session)) == 5


def test_a_choice_in_a_session_that_has_closed_is_not_stored(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer, host: Host
) -> None:
    present_next(model, ONE)
    write(telegram, bo, "Hm")
    assert host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"}).status_code == 200
    tap(telegram, bo, "Taste")
    assert "takes no more messages" in bo.chat.last.text
    assert len(stored(session)) == 3
