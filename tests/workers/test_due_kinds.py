"""One table says for which reasons work waits; another row, and a thing is due for one more reason, beside the others."""

import json
from datetime import datetime, timedelta

import app
from chalicelib import container
from chalicelib.model import jobs
from chalicelib.model.jobs import QUEUE_OF
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.settings import settings
from chalicelib.store import database, due, due_kinds, item_kinds
from chalicelib.store.due_kinds import REMINDER, STALE
from chalicelib.store.item_kinds import REMINDER as REMINDERS
from infra.functions import SWEEP
from tests import events
from tests.conversation import HOST
from tests.events import Context
from tests.stored_items import left_by
from tests.workers.consultation import Consultation


def spoken(consultation: Consultation) -> str:
    """Somebody has spoken; gives the thread."""
    consultation.write_prompt()
    consultation.speak("Soup")
    return container.conversations().heads(consultation.session.id)[0].id


def remind(consultation: Consultation, thread_id: str, at: datetime) -> None:
    """Put the mark, in a transaction."""
    database.transact(lambda write: write.save(due.mark(REMINDER, consultation.session.id, thread_id, at)))


def reminded(consultation: Consultation) -> list[str]:
    """Run the sweep; gives the threads that reminders were asked for."""
    app.sweep(events.clock_event(), Context())
    found = map(json.loads, consultation.bodies(settings().queue_urls["deliveries"]))
    return [body["thread_id"] for body in found if body["job"] == "send_reminder"]


def test_a_thread_is_due_for_two_reasons_each_at_its_own_time(consultation: Consultation) -> None:
    thread_id = spoken(consultation)
    remind(consultation, thread_id, consultation.clock.now() + timedelta(minutes=20))
    consultation.clock.advance(301)
    assert (reminded(consultation), consultation.asked("summaries")) == ([], [consultation.session.id])
    consultation.clock.advance(900)
    assert (reminded(consultation), consultation.asked("summaries")) == ([thread_id], [])  # words: in an hour again
    consultation.clock.advance(300)
    assert (reminded(consultation), consultation.asked("summaries")) == ([], [])
    consultation.clock.advance(3600)
    assert (reminded(consultation), consultation.asked("summaries")) == ([thread_id], [consultation.session.id])


def test_what_is_done_for_one_reason_leaves_the_other(consultation: Consultation) -> None:
    thread_id, now = spoken(consultation), consultation.clock.now()
    remind(consultation, thread_id, now)
    assert consultation.summarise() == []
    assert (list(due.jobs_due(STALE, now)), reminded(consultation)) == ([], [thread_id])
    consultation.say("More soup")
    database.transact(lambda write: write.delete(due.mark(REMINDER, consultation.session.id, thread_id)))
    later = consultation.clock.now() + timedelta(days=1)
    assert list(due.jobs_due(REMINDER, later)) == []
    assert list(due.jobs_due(STALE, later)) == [jobs.WriteSummary(consultation.session.id)]


def test_it_goes_with_its_person_at_once(consultation: Consultation) -> None:
    thread_id = spoken(consultation)
    remind(consultation, thread_id, consultation.clock.now())
    assert REMINDERS.names(thread_id)[0] in left_by("person", thread_id)
    _, found = container.participants().find(consultation.session.id, thread_id, HOST)
    remove_participant(consultation.session, found, deps=container.participant_deps())
    assert REMINDERS.names(thread_id)[0] not in left_by("person", thread_id)
    assert reminded(consultation) == []


def test_it_goes_with_its_session(consultation: Consultation) -> None:
    remind(consultation, spoken(consultation), consultation.clock.now())
    deletions, owner, now = container.deletions(), consultation.session.owner_id, consultation.clock.now()
    delete_session(consultation.session.id, owner, deletions=deletions, jobs=container.jobs(), now=now)
    assert app.delete_data(events.batch(events.message(consultation.session.id)), Context()) == {
        "batchItemFailures": []
    }
    assert left_by("session", consultation.session.id) == []


def test_every_reason_has_a_name_of_its_own_a_kind_of_item_and_somebody_who_does_it() -> None:
    kinds = due_kinds.KINDS
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert all(kind.item in item_kinds.KINDS for kind in kinds)
    by_the_clock = {*due_kinds.EACH_MINUTE, due_kinds.MEMBER_MAILS, due_kinds.PROJECT_MEMBER_MAILS}
    assert {kind for kind in kinds if kind.job not in QUEUE_OF} == by_the_clock


def test_the_clock_may_send_to_every_queue_that_it_sends_to() -> None:
    names = (jobs.PROMPTS, jobs.BRIEFS, jobs.SUMMARIES, jobs.DELETIONS, jobs.MAILS, jobs.DELIVERIES)
    assert SWEEP.sends_to == names
