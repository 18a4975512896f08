"""Whoever taps the button, or sends /remindme, is reminded in their chat, and nobody else."""

from typing import Any

import pytest

import app
from chalicelib import container
from infra.local.telegram.people import Person
from tests import events
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.events import Context
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, thread_of, told, write

HOUR = 3600
DAY = 24 * HOUR
OFFER = "If the conversation is not complete, I can remind you here: twice at most, between 9 and 21 o’clock (UTC)."
REMINDER = "Your conversation “Lunch” is not complete yet. You can go on where you left off."


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session that sends reminders."""
    return host.new_session(questions=[], prompt="Ask.", reminders={"enabled": True, "text": "We <miss> you."})


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any]) -> Person:
    """Somebody whose conversation has begun."""
    return begin(telegram, telegram.person("Bo"), session)


def pass_time(clock: FakeClock, telegram: LocalTelegram, seconds: float) -> None:
    """Let time pass, in which the clock looks each day and at the end."""
    while seconds > 0:
        clock.advance(min(seconds, DAY))
        seconds -= DAY
        app.sweep(events.clock_event(), Context())
        telegram.work_off()


def test_a_tap_has_somebody_reminded_twice_and_they_go_on_with_one_more(
    clock: FakeClock, telegram: LocalTelegram, session: dict[str, Any], bo: Person
) -> None:
    assert told(bo, 1) == [OFFER]
    bo.tap("Remind me")
    telegram.work_off()
    assert "you will be reminded here" in told(bo, 1)[0]
    pass_time(clock, telegram, 23 * HOUR)
    assert "you will be reminded here" in told(bo, 1)[0]
    pass_time(clock, telegram, 2 * HOUR)
    assert told(bo, 1)[0] == f"{REMINDER}\n\nWe <miss> you."
    assert bo.chat.last.buttons == ["Go on", "No more reminders"]
    bo.tap("Go on")
    telegram.work_off()
    assert told(bo, 2) == ["You are in “Lunch”. Just write on.", "Reply 1"]
    write(telegram, bo, "Soup")
    (kept,) = container.reminders().all_of(session["id"])
    assert kept.opened_at == clock.now()
    pass_time(clock, telegram, 9 * DAY)
    assert [message.text for message in bo.chat.answers].count(f"{REMINDER}\n\nWe <miss> you.") == 2
    (kept,) = container.reminders().all_of(session["id"])
    assert (kept.to, kept.sent) == (None, 2)


def test_who_taps_nothing_is_not_reminded(clock: FakeClock, telegram: LocalTelegram, bo: Person) -> None:
    pass_time(clock, telegram, 5 * DAY)
    assert told(bo, 1) == [OFFER]


def test_no_more_reminders_come_after_a_tap(
    clock: FakeClock, telegram: LocalTelegram, session: dict[str, Any], bo: Person
) -> None:
    write(telegram, bo, "/remindme")
    pass_time(clock, telegram, 25 * HOUR)
    bo.tap("No more reminders")
    telegram.work_off()
    assert told(bo, 1) == ["You get no reminders of “Lunch”. /remindme turns them on."]
    pass_time(clock, telegram, 5 * DAY)
    assert told(bo, 1) == ["You get no reminders of “Lunch”. /remindme turns them on."]


def test_the_command_turns_them_on_and_off(telegram: LocalTelegram, session: dict[str, Any], bo: Person) -> None:
    write(telegram, bo, "/remindme")
    assert told(bo, 1)[0].startswith("If the conversation “Lunch” is not complete, you will be reminded here")
    assert str(bo.account.id) not in str(list(container.reminders().all_of(session["id"])))
    write(telegram, bo, "/remindme")
    assert list(container.reminders().all_of(session["id"])) == []


def test_there_are_none_where_the_session_sends_none_or_nothing_has_begun(telegram: LocalTelegram, host: Host) -> None:
    bo = begin(telegram, telegram.person("Bo"), host.new_session(questions=[], prompt="Ask."))
    assert told(bo, 1) == ["Reply 1"]
    write(telegram, bo, "/remindme")
    assert told(bo, 1)[0].startswith("There are no reminders here")


def test_who_stopped_talking_to_the_bot_is_forgotten(
    clock: FakeClock, telegram: LocalTelegram, session: dict[str, Any], bo: Person
) -> None:
    bo.tap("Remind me")
    telegram.work_off()
    telegram.server.state.updates.clear()
    bo.block_bot()
    telegram.server.state.updates.clear()  # Telegram has not said so yet
    pass_time(clock, telegram, 25 * HOUR)
    assert list(container.reminders().all_of(session["id"])) == []
    assert telegram.failed == []


def test_what_was_concluded_meanwhile_is_not_asked_for(
    clock: FakeClock, telegram: LocalTelegram, session: dict[str, Any], bo: Person
) -> None:
    bo.tap("Remind me")
    telegram.work_off()
    pass_time(clock, telegram, HOUR)
    clock.advance(DAY)
    app.sweep(events.clock_event(), Context())
    write(telegram, bo, "/stop")
    assert thread_of(session).concluded
    pass_time(clock, telegram, DAY)
    assert not any(REMINDER in message.text for message in bo.chat.answers)
