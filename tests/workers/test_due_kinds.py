"""One table says for which reasons work waits; another row, and a thing is due for one more reason, beside the others."""

import json
from datetime import datetime, timedelta

import pytest

import app
from chalicelib import container
from chalicelib.model import jobs
from chalicelib.model.jobs import QUEUE_OF
from chalicelib.services.participants.inclusion import remove_participant
from chalicelib.settings import settings
from chalicelib.store import database, due, due_kinds, item_kinds, keys
from chalicelib.store.due_kinds import STALE, DueKind
from chalicelib.store.item_kinds import ItemKind
from infra.functions import SWEEP
from tests import events
from tests.events import Context
from tests.room import HOST
from tests.stored import left_by
from tests.workers.desk import Desk


class Remind(jobs.EraseParticipant, frozen=True, tag="remind"):
    """A job about a thread."""


REMINDERS = ItemKind(keys.CONVERSATIONS, "due#reminder#", "person", "at once", not_exported="says where work stands")
REMINDER = DueKind("reminder", REMINDERS, Remind, waits=timedelta())


@pytest.fixture(autouse=True)
def reminders(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows that reminders would take; their jobs go to the queue of briefs."""
    monkeypatch.setattr(item_kinds, "KINDS", (*item_kinds.KINDS, REMINDERS))
    monkeypatch.setattr(due_kinds, "KINDS", (*due_kinds.KINDS, REMINDER))
    monkeypatch.setitem(QUEUE_OF, Remind, jobs.BRIEFS)


def spoken(desk: Desk) -> str:
    """Somebody has spoken; gives the thread."""
    desk.write_prompt()
    desk.speak("Soup")
    return container.conversations().heads(desk.session.id)[0].id


def remind(desk: Desk, thread_id: str, at: datetime) -> None:
    """Put the mark, in a transaction."""
    database.transact(lambda write: write.save(due.mark(REMINDER, desk.session.id, thread_id, at)))


def reminded(desk: Desk) -> list[str]:
    """Run the sweep; gives the threads that reminders were asked for."""
    app.sweep(events.clock_event(), Context())
    found = map(json.loads, desk.bodies(settings().queue_urls["briefs"]))
    return [body["thread_id"] for body in found if body["job"] == "remind"]


def test_a_thread_is_due_for_two_reasons_each_at_its_own_time(desk: Desk) -> None:
    thread_id = spoken(desk)
    remind(desk, thread_id, desk.clock.now() + timedelta(minutes=20))
    desk.clock.advance(301)
    assert (reminded(desk), desk.asked("summaries")) == ([], [desk.session.id])
    desk.clock.advance(900)
    assert (reminded(desk), desk.asked("summaries")) == ([thread_id], [])  # words: in an hour again
    desk.clock.advance(300)
    assert (reminded(desk), desk.asked("summaries")) == ([], [])
    desk.clock.advance(3600)
    assert (reminded(desk), desk.asked("summaries")) == ([thread_id], [desk.session.id])


def test_what_is_done_for_one_reason_leaves_the_other(desk: Desk) -> None:
    thread_id, now = spoken(desk), desk.clock.now()
    remind(desk, thread_id, now)
    assert desk.summarise() == []
    assert (list(due.jobs_due(STALE, now)), reminded(desk)) == ([], [thread_id])
    desk.say("More soup")
    database.transact(lambda write: write.delete(due.mark(REMINDER, desk.session.id, thread_id)))
    later = desk.clock.now() + timedelta(days=1)
    assert list(due.jobs_due(REMINDER, later)) == []
    assert list(due.jobs_due(STALE, later)) == [jobs.WriteSummary(desk.session.id)]


def test_it_goes_with_its_person_at_once(desk: Desk) -> None:
    thread_id = spoken(desk)
    remind(desk, thread_id, desk.clock.now())
    assert REMINDERS.names(thread_id)[0] in left_by("person", thread_id)
    _, found = container.participants().find(desk.session.id, thread_id, HOST)
    remove_participant(desk.session.id, found, deps=container.participant_deps())
    assert REMINDERS.names(thread_id)[0] not in left_by("person", thread_id)
    assert reminded(desk) == []


def test_it_goes_with_its_session(desk: Desk) -> None:
    remind(desk, spoken(desk), desk.clock.now())
    assert container.deletions().begin(desk.session.id, desk.session.owner_id, desk.clock.now())
    assert app.delete_data(events.batch(events.message(desk.session.id)), Context()) == {"batchItemFailures": []}
    assert left_by("session", desk.session.id) == []


def test_every_reason_has_a_name_of_its_own_a_kind_of_item_and_somebody_who_does_it() -> None:
    kinds = due_kinds.KINDS
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert all(kind.item in item_kinds.KINDS for kind in kinds)
    assert {kind.name for kind in kinds if kind.job not in QUEUE_OF} == {"closing"}


def test_the_clock_may_send_to_every_queue_that_it_sends_to() -> None:
    assert SWEEP.sends_to == (jobs.PROMPTS, jobs.BRIEFS, jobs.SUMMARIES, jobs.DELETIONS)
