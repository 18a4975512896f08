"""When participants are reminded: rules of the time, of what the session says and of how far the conversation has come.

Somebody who asked for it gets at most two reminders: so many hours after they last said something, and one before the session
closes where that is earlier: a day before, or where there are fewer than two days left, after half of the time. Each comes between
9 and 21 by their clock, and a day after the one before at the earliest.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.model import Session, Thread
from chalicelib.model.reminders import Reminder, ReminderCounts

AFTER_HOURS = (24, 72)  # where the session says nothing else
MOST = 2
BEFORE_END = 24  # hours
BETWEEN = 24  # hours
LOOK_AGAIN = (
    6  # hours; at least that often it is looked whether and when somebody is to be reminded: closing times are moved
)
HOUR = timedelta(hours=1)
FIRST_HOUR, LAST_HOUR = 9, 21
_SLACK = timedelta(minutes=15)  # in which the clock, which comes every five minutes, finds what is due


class Decision(Struct, frozen=True):
    """What is to be done about a reminder: send it now, look again `at` a time, or nothing any more."""

    what: Literal["send", "wait", "stop"]
    at: datetime | None = None


def decide(session: Session, thread: Thread, reminder: Reminder, now: datetime, hour: timedelta = HOUR) -> Decision:
    """Returns what is to be done about somebody's reminder now. An `hour` of waiting may be shorter, to try it; the time of day stays."""
    if _is_over(session, thread, reminder, now):
        return Decision("stop")
    at = None if _rests(session) else next_reminder(session, thread, reminder, now, hour)
    if at is not None and at <= now:
        return Decision("send", now)
    latest = now + LOOK_AGAIN * hour
    return Decision("wait", min(at or latest, latest))


def may_be_reminded(session: Session, thread: Thread, now: datetime) -> bool:
    """Says whether a participant is offered reminders: in an open session that sends some, before their conversation is concluded."""
    return session.reminders["enabled"] and session.status_at(now) == "active" and _is_reminded(thread)


def count_reminders(reminders: Iterable[Reminder], heads: Sequence[Thread]) -> ReminderCounts:
    """Returns how many reminders were sent to these people, and what came of them: numbers, and nothing of anybody."""
    threads = {head.id: head for head in heads}
    known = [it for it in reminders if it.thread_id in threads]
    sent = [it for it in known if it.sent]
    return ReminderCounts(
        sent=sum(it.sent for it in sent),
        opened=sum(it.opened_at is not None for it in sent),
        came_back=sum(has_come_back(threads[it.thread_id], it) for it in sent),
        undeliverable=sum(it.undeliverable for it in known),
    )


def has_come_back(thread: Thread, reminder: Reminder) -> bool:
    """Says whether somebody said something after a reminder, or concluded their conversation."""
    if reminder.came_back or reminder.sent_at is None:
        return reminder.came_back
    did = (thread.last_message_at, thread.concluded_at)
    return any(at is not None and at > reminder.sent_at for at in did)


def next_reminder(
    session: Session, thread: Thread, reminder: Reminder, now: datetime, hour: timedelta = HOUR
) -> datetime | None:
    """Returns when the next reminder is to be sent, now at the earliest; None where none is, as things stand."""
    zone = ZoneInfo(reminder.zone or session.time_zone)
    since = max(thread.last_message_at or thread.created_at, reminder.wanted_at)
    is_since_last = reminder.sent_at is not None and reminder.sent_at > since
    hours = (session.reminders["after_hours"] or AFTER_HOURS)[:MOST]
    left = hours[reminder.sent if is_since_last else 0 :]
    times = [since + left[0] * hour] if left else []
    if session.closes_at is not None and since < session.closes_at:
        before_end = _before_end(since, session.closes_at, zone, hour)
        if reminder.sent_at is None or reminder.sent_at < before_end:
            times.append(before_end)
    if not times:
        return None
    earliest = max(min(times), now, *([reminder.sent_at + BETWEEN * hour] if reminder.sent_at else []))
    at = next_allowed(earliest, zone)
    return None if session.closes_at is not None and at >= session.closes_at else at


def next_allowed(at: datetime, zone: ZoneInfo) -> datetime:
    """Returns this time, or the next one that lies between 9 and 21 by the clock of this zone."""
    local = at.astimezone(zone)
    while not FIRST_HOUR <= local.hour < LAST_HOUR:
        day = local.date() + timedelta(days=local.hour >= LAST_HOUR)
        # By way of UTC: an hour, or a day, that a zone leaves out is no time of its clock.
        local = datetime.combine(day, time(FIRST_HOUR), zone).astimezone(at.tzinfo).astimezone(zone)
    return local.astimezone(at.tzinfo)


def _before_end(since: datetime, closes_at: datetime, zone: ZoneInfo, hour: timedelta) -> datetime:
    """Returns when somebody who was last there `since` then is told that the session is about to close.

    Where it closes before the morning after that time, they are told before the evening.
    """
    left = closes_at - since
    at = since + max(left / 2, left - BEFORE_END * hour)
    if next_allowed(at + _SLACK * (hour / HOUR), zone) < closes_at:
        return at
    evening = _end_of_day(at, zone)
    return since + (evening - since) / 2 if since < evening < closes_at else at


def _end_of_day(at: datetime, zone: ZoneInfo) -> datetime:
    """Returns when it was 21 last, or is on this day, before nobody is reminded until the morning."""
    local = at.astimezone(zone)
    day = local.date() - timedelta(days=local.hour < FIRST_HOUR)
    evening = datetime.combine(day, time(LAST_HOUR), zone).astimezone(at.tzinfo)
    # A zone may leave out a whole day.
    return evening if evening - at < timedelta(hours=LAST_HOUR - FIRST_HOUR) else evening - timedelta(days=1)


def _is_over(session: Session, thread: Thread, reminder: Reminder, now: datetime) -> bool:
    """Says whether no reminder comes any more, whatever is said or set: what leads to this person is forgotten then."""
    is_done = reminder.to is None or reminder.sent >= MOST or reminder.generation != thread.generation
    return is_done or session.status_at(now) == "completed" or not _is_reminded(thread)


def _is_reminded(thread: Thread) -> bool:
    """Nobody is asked for what nobody will read: whoever is left out of the results, test runs among them, is not reminded."""
    return not thread.concluded and thread.included and not thread.test


def _rests(session: Session) -> bool:
    """Says whether a session sends none at the moment."""
    return session.is_draft or not session.reminders["enabled"]
