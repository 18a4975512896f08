"""The example: a finished session of made-up people, planted through the same code that a live one goes through.

Its people speak in turn with a facilitator, their words are digested and summed up, all as written in the files beside this
one. Every turn is checked, every quote cut and every count made as with a model, so what it shows is what the product does.
The clock is the example's own: the session began ten days ago and ended yesterday.

To be imported only when the settings are known, as `infra/admin.py` says.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid5

from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services.access.principal import ParticipantCookie, Principal
from chalicelib.services.conversations import feedback
from chalicelib.services.conversations.join import join
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.turn import say
from chalicelib.services.participants.identity import participant_of
from chalicelib.services.sessions.closing import close_session
from chalicelib.services.sessions.creation import create_session
from chalicelib.services.sessions.editing import check_changes, edit_session
from chalicelib.services.sessions.example import EXAMPLE_ID
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.store import keys, moving
from chalicelib.store.sessions import EVERYTHING, FOR_DIGEST, FOR_QUESTIONS, NOTHING_ELSE
from infra.example.clock import StoryClock
from infra.example.files import Person, read_people, read_session
from infra.example.model import Facilitator, Writer

AT_ONCE = 8
DAYS = 10
CLOSES_AT = 18  # o'clock, UTC
BEGINS_AFTER = timedelta(hours=-10)  # counted from the hour at which it closes: everybody's first day begins early
SECONDS = 60.0  # for one request, in the example's time
READING, LETTERS_A_SECOND = 15.0, 4.0


def plant(owner_id: str, now: datetime) -> str:
    """Make the example as a session of this user, and give its id. What is there already stays as it is, so that one that was
    planted half-way is completed. SESSION.md follows from the application's own worker.

    Raises Unavailable while one that was deleted is still being removed.
    """
    _make_room()
    people = read_people()
    closes_at = datetime(now.year, now.month, now.day, CLOSES_AT, tzinfo=now.tzinfo) - timedelta(days=1)
    begins_at = closes_at - timedelta(days=DAYS) + BEGINS_AFTER
    create_session(read_session(), owner_id, sessions=container.sessions(), now=begins_at, new_id=_ids())
    view = container.sessions().view(EXAMPLE_ID, FOR_DIGEST)
    if view.session.status == "active":
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda person: _talk(person, person.begins(begins_at)), people))
        _close(owner_id, closes_at)
    if view.summary is None and view.synthesis.epoch == 0:
        deps = container.synthesis_deps_with(Writer(people), StoryClock(closes_at + timedelta(minutes=5)))
        if not summarise_now(EXAMPLE_ID, deps=deps, most=None):
            raise Unavailable("The summary of the example could not be written just now; try again")
    return EXAMPLE_ID


def _make_room() -> None:
    """Let the id be used again where an example was deleted. What remembers that is against requests that come late, and none
    of those makes an example."""
    marker = (keys.SESSIONS, {keys.SESSION_ID: {"S": EXAMPLE_ID}, keys.PART: {"S": keys.DELETION}})
    if moving.find_stored([marker]) or _is_left_behind():
        raise Unavailable("The example that was deleted is still being removed; try again in a minute")
    moving.remove([(keys.GUARDS, {keys.GUARD_ID: {"S": keys.deleted(EXAMPLE_ID)}})])


def _is_left_behind() -> bool:
    """Whether it is that of a deleted account, which is about to take it along."""
    try:
        session = container.sessions().view(EXAMPLE_ID, NOTHING_ELSE).session
    except NotFound:
        return False
    try:
        container.accounts().user(session.owner_id)
    except NotFound:
        return True
    return False


def _ids() -> Callable[[], str]:
    """Ids that are the same each time: the session's, then those of its questions."""
    numbers = count()
    return lambda: str(uuid5(UUID(EXAMPLE_ID), f"question {number}")) if (number := next(numbers)) else EXAMPLE_ID


def _talk(person: Person, at: datetime) -> None:
    """This person's conversation, from the form to its end, as they would have had it on the page."""
    clock = StoryClock(at)
    deps, deadline = container.conversation_deps_with(Facilitator(person, clock), clock), clock.deadline(SECONDS)
    by_cookie = Principal(ParticipantCookie())
    who = participant_of(by_cookie, str(uuid5(UUID(EXAMPLE_ID), person.number)), person.name or None)
    join(
        EXAMPLE_ID, who, list(_form(person).items()), deps=deps, deadline=deadline, request_id=f"joins-{person.number}"
    )
    for number, turn in enumerate(person.turns, 1):
        clock.advance(READING + len(turn.said) / LETTERS_A_SECOND)
        said = NewMessage(turn.said, f"{person.number}-{number}", turn.chosen)
        say(EXAMPLE_ID, who, said, deps=deps, deadline=clock.deadline(SECONDS))
    if person.rating:
        clock.advance(READING)
        feedback.rate(EXAMPLE_ID, who, person.rating, person.comment, deps=deps, stored=container.feedback())


def _form(person: Person) -> dict[str, str]:
    """What this person enters before the conversation, by the id of the question."""
    name, connection, way = container.sessions().view(EXAMPLE_ID, FOR_QUESTIONS).questions
    answers = {connection.id: connection.options[person.connection - 1], way.id: way.options[person.way - 1]}
    return {**answers, **({name.id: person.name} if person.name else {})}


def _close(owner_id: str, at: datetime) -> None:
    """End the session by itself at that time, as a host would have set it."""
    sessions, clock = container.sessions(), StoryClock(at - timedelta(hours=1))
    edit_session(
        sessions.view(EXAMPLE_ID, EVERYTHING, owner_id),
        owner_id,
        check_changes({"closes_at": at}, clock.now()),
        sessions=sessions,
        groups=container.telegram_groups(),
        clock=clock,
        new_id=container.new_id,
    )
    after = StoryClock(at + timedelta(minutes=1))
    close_session(EXAMPLE_ID, sessions=sessions, clock=after)
