"""When participants are reminded, on any day and in any zone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from chalicelib.model import Session, Thread
from chalicelib.model.reminders import Reminder
from chalicelib.services.participants.reminders import Decision, decide, may_be_reminded, next_allowed

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def session(**fields: Any) -> Session:
    values = {"enabled": True, "after_hours": [], "text": None} | fields.pop("reminders", {})
    return Session(
        "s", "u", "Lunch", "Eat", None, fields.pop("status", "active"), MONDAY, MONDAY, reminders=values, **fields
    )


THREAD = Thread(
    "s", "t", "web", "x", None, MONDAY - HOUR, 1, last_message_at=MONDAY, first_message_at=MONDAY, message_count=1
)
WISH = Reminder("s", "t", "mail", MONDAY - HOUR / 2, to="sealed")


def sent_at(
    of: Session, thread: Thread = THREAD, wish: Reminder = WISH, days: int = 20, begin: datetime = MONDAY
) -> list[datetime]:
    """When the clock, every five minutes, finds a reminder to send."""
    found, now = [], begin
    while now < begin + timedelta(days=days):
        if decide(of, thread, wish, now).what == "send":
            found.append(now)
            wish = replace(wish, sent=wish.sent + 1, sent_at=now)
        now += timedelta(minutes=5)
    return found


def test_two_come_24_and_72_hours_after_the_last_message() -> None:
    assert sent_at(session()) == [MONDAY + 24 * HOUR, MONDAY + 72 * HOUR]


def test_the_session_says_after_how_many_hours() -> None:
    assert sent_at(session(reminders={"after_hours": [3]})) == [MONDAY + 3 * HOUR]
    assert sent_at(session(reminders={"after_hours": [48, 200, 300]})) == [MONDAY + 48 * HOUR, MONDAY + 200 * HOUR]
    assert sent_at(session(reminders={"after_hours": [1, 2]})) == [MONDAY + HOUR, MONDAY + 25 * HOUR]  # a day apart


def test_who_said_nothing_is_reminded_after_joining_and_who_asks_later_after_that() -> None:
    silent = replace(THREAD, last_message_at=None, created_at=MONDAY - HOUR)
    assert sent_at(session(), silent, replace(WISH, wanted_at=MONDAY - HOUR))[0] == MONDAY + 23 * HOUR
    assert sent_at(session(), wish=replace(WISH, wanted_at=MONDAY + 2 * HOUR))[0] == MONDAY + 26 * HOUR


def test_a_new_message_moves_them_and_there_are_two_in_all() -> None:
    once = replace(WISH, sent=1, sent_at=MONDAY + 24 * HOUR)
    back = replace(THREAD, last_message_at=MONDAY + 50 * HOUR)
    assert decide(session(), back, once, MONDAY + 73 * HOUR).what == "wait"
    assert decide(session(), back, once, MONDAY + 74 * HOUR).what == "send"
    twice = replace(once, sent=2)
    assert decide(session(), back, twice, MONDAY + 74 * HOUR) == Decision("stop")


def test_one_comes_a_day_before_the_end_where_that_is_earlier() -> None:
    assert sent_at(session(closes_at=MONDAY + 40 * HOUR)) == [MONDAY + 21 * HOUR]  # 16 h later is 4 o'clock
    assert sent_at(session(closes_at=MONDAY + 70 * HOUR)) == [MONDAY + 24 * HOUR, MONDAY + 48 * HOUR]


@pytest.mark.parametrize(
    ("zone", "last", "closes", "at"),
    [
        ("UTC", "2026-03-02T12:00", "2026-03-02T20:00", "2026-03-02T16:00"),
        ("UTC", "2026-03-02T12:00", "2026-03-03T12:00", "2026-03-03T09:00"),  # half of the time is over at midnight
        ("UTC", "2026-03-02T12:00", "2026-03-03T08:00", "2026-03-02T16:30"),  # nobody is told at night: before it
        ("UTC", "2026-03-02T18:00", "2026-03-03T08:59", "2026-03-02T19:30"),
        (
            "UTC",
            "2026-03-02T13:00",
            "2026-03-03T04:50",
            "2026-03-02T17:00",
        ),  # half is over at 20:55: too late to be found
        ("UTC", "2026-03-02T12:00", "2026-03-02T12:30", "2026-03-02T12:15"),
        ("UTC", "2026-03-02T21:30", "2026-03-03T08:00", None),
        ("UTC", "2026-03-03T06:00", "2026-03-03T09:00", None),
        (
            "Europe/Berlin",
            "2026-03-28T16:00",
            "2026-03-29T06:00",
            "2026-03-28T18:00",
        ),  # 8 o'clock there: an hour is left out
        ("Europe/Berlin", "2026-03-28T16:00", "2026-03-29T07:30", "2026-03-29T07:00"),
        (
            "Europe/Berlin",
            "2026-10-24T15:00",
            "2026-10-25T07:30",
            "2026-10-24T17:00",
        ),  # 8:30 there: an hour comes twice
        ("Europe/Berlin", "2026-10-24T15:00", "2026-10-25T08:30", "2026-10-25T08:00"),
        (
            "Pacific/Kiritimati",
            "2026-03-02T20:00",
            "2026-03-03T06:00",
            "2026-03-03T01:00",
        ),  # from 10 to 20 of the next day
        (
            "Pacific/Pago_Pago",
            "2026-03-03T05:00",
            "2026-03-03T19:30",
            "2026-03-03T06:30",
        ),  # from 18 of the day before to 8:30
        (
            "Pacific/Apia",
            "2011-12-30T03:00",
            "2011-12-30T17:00",
            "2011-12-30T05:00",
        ),  # from the 29th to the 31st: a night
    ],
)
def test_a_session_that_is_short_still_reminds_once_before_it_closes(
    zone: str, last: str, closes: str, at: str | None
) -> None:
    said, end, expected = (datetime.fromisoformat(it).replace(tzinfo=UTC) if it else None for it in (last, closes, at))
    assert said
    short = session(closes_at=end, time_zone=zone)
    thread, wish = replace(THREAD, last_message_at=said, created_at=said), replace(WISH, wanted_at=said)
    assert sent_at(short, thread, wish, days=2, begin=said) == ([expected] if expected else [])


def test_a_session_that_is_to_close_sooner_still_reminds() -> None:
    """Its host moves the end while a reminder waits for its next look."""
    looked = decide(session(), THREAD, WISH, MONDAY)
    assert looked.at
    moved = session(closes_at=MONDAY + 8 * HOUR)
    assert decide(moved, THREAD, WISH, looked.at).what == "send"


def test_they_come_between_9_and_21_by_the_clock_of_the_person_else_of_the_session() -> None:
    late = replace(THREAD, last_message_at=MONDAY + 10 * HOUR)  # 22 o'clock in UTC
    assert sent_at(session(), late)[0] == MONDAY + 45 * HOUR
    assert sent_at(session(time_zone="America/New_York"), late)[0] == MONDAY + 34 * HOUR
    assert sent_at(session(time_zone="America/New_York"), late, replace(WISH, zone="UTC"))[0] == MONDAY + 45 * HOUR


@pytest.mark.parametrize(
    ("zone", "at", "allowed"),
    [
        ("UTC", "2026-03-02T08:59:59", "2026-03-02T09:00:00"),
        ("UTC", "2026-03-02T09:00:00", "2026-03-02T09:00:00"),
        ("UTC", "2026-03-02T20:59:59", "2026-03-02T20:59:59"),
        ("UTC", "2026-03-02T21:00:00", "2026-03-03T09:00:00"),
        ("UTC", "2026-12-31T23:00:00", "2027-01-01T09:00:00"),
        ("Europe/Berlin", "2026-03-28T20:00:00", "2026-03-29T07:00:00"),  # clocks go forward that night
        ("Europe/Berlin", "2026-10-24T19:00:00", "2026-10-25T08:00:00"),  # and back
        ("Asia/Kolkata", "2026-03-02T00:00:00", "2026-03-02T03:30:00"),
        ("Pacific/Kiritimati", "2026-03-02T10:00:00", "2026-03-02T19:00:00"),  # 14 hours ahead: tomorrow there
        ("Pacific/Pago_Pago", "2026-03-02T10:00:00", "2026-03-02T20:00:00"),  # 11 hours behind
        ("Pacific/Apia", "2011-12-30T08:00:00", "2011-12-30T19:00:00"),  # which had no 30 December
    ],
)
def test_another_time_is_moved_to_the_next_that_is_allowed(zone: str, at: str, allowed: str) -> None:
    found = next_allowed(datetime.fromisoformat(at).replace(tzinfo=UTC), ZoneInfo(zone))
    assert found == datetime.fromisoformat(allowed).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("of", "thread", "wish"),
    [
        ({"status": "completed"}, {}, {}),
        ({"closes_at": MONDAY + 80 * HOUR}, {}, {}),
        ({}, {"concluded": True}, {}),
        ({}, {"included": False}, {}),
        ({}, {"test": True}, {}),
        ({}, {"generation": 1}, {}),
        ({}, {}, {"to": None}),
        ({}, {}, {"sent": 2}),
    ],
)
def test_it_is_over_with_the_conversation_the_session_or_the_wish(
    of: dict[str, Any], thread: dict[str, Any], wish: dict[str, Any]
) -> None:
    at = MONDAY + 80 * HOUR
    assert decide(session(**of), replace(THREAD, **thread), replace(WISH, **wish), at) == Decision("stop")


@pytest.mark.parametrize("of", [{"status": "draft"}, {"reminders": {"enabled": False}}])
def test_none_comes_while_the_session_sends_none_but_the_wish_is_kept(of: dict[str, Any]) -> None:
    at = MONDAY + 80 * HOUR
    assert decide(session(**of), THREAD, WISH, at) == Decision("wait", at + 6 * HOUR)
    assert not may_be_reminded(session(**of), THREAD, at)
    assert may_be_reminded(session(), THREAD, at)


def test_it_is_looked_at_again_within_hours_whatever_was_set() -> None:
    far = session(reminders={"after_hours": [336]})
    assert decide(far, THREAD, WISH, MONDAY) == Decision("wait", MONDAY + 6 * HOUR)
    assert decide(session(), THREAD, WISH, MONDAY + 23 * HOUR) == Decision("wait", MONDAY + 24 * HOUR)
