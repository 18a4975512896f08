"""Streams decide what to wake, and forward; nothing else."""

import pytest

import app
from chalicelib.services.synthesis.state import stale_since
from tests import events
from tests.conversation import participant
from tests.events import Context, Event
from tests.faults import tap
from tests.workers.consultation import SAYINGS, Consultation


def conversations(*records: Event) -> None:
    app.conversations_changed(events.batch(*records), Context())


def sessions(*records: Event) -> None:
    app.sessions_changed(events.batch(*records), Context())


def test_many_messages_of_a_session_wake_its_summary_once(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    conversations(*(events.change("INSERT", item) for item in consultation.items("message#")))
    assert consultation.asked("summaries") == [consultation.session.id]
    assert stale_since(consultation.view().synthesis) == consultation.clock.now()


def test_what_is_digested_already_wakes_the_job_and_makes_nothing_stale(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation.speak(*SAYINGS)
    consultation.summarise()
    records = [events.change("INSERT", item) for item in consultation.items("message#")]
    wire = tap(monkeypatch)
    wire.calls.clear()
    conversations(*records)
    assert wire.calls == ["BatchGetItem", "SendMessage", "UpdateItem", "SendMessage"]  # it was the first answer, too
    assert stale_since(consultation.view().synthesis) is None
    assert consultation.asked("summaries") == [consultation.session.id]
    consultation.say("More")
    conversations(*records, *(events.change("INSERT", item) for item in consultation.items("message#")))
    assert stale_since(consultation.view().synthesis) == consultation.clock.now()


def test_each_session_of_a_batch_is_woken(consultation: Consultation) -> None:
    other = Consultation(consultation.clock, consultation.model)
    consultation.speak("Soup")
    other.speak("Bread")
    conversations(*(events.change("INSERT", item) for item in consultation.items("message#")))
    assert sorted(consultation.asked("summaries")) == sorted([consultation.session.id, other.session.id])


def test_a_record_that_comes_twice_changes_nothing(consultation: Consultation) -> None:
    consultation.speak("Soup")
    record = events.change("INSERT", consultation.items("message#")[0])
    conversations(record)
    conversations(record, record)
    assert stale_since(consultation.view().synthesis) == consultation.clock.now()
    assert consultation.asked("summaries") == [consultation.session.id]


def test_what_participants_did_not_say_wakes_nothing(consultation: Consultation) -> None:
    consultation.join()
    consultation.who = participant("p2")
    consultation.say("Soup")
    items = [*consultation.items("thread#"), *consultation.items("message#")]
    replies = [item for item in items if item.get("role") == {"S": "assistant"} or "role" not in item]
    assert len(replies) == 4
    words = next(item for item in items if item.get("role") == {"S": "user"})
    conversations(
        *(events.change("INSERT", item) for item in replies),
        *(events.change("MODIFY", item, item) for item in items),
        events.change("REMOVE", None, words),
    )
    assert consultation.asked("summaries") == []
    assert stale_since(consultation.view().synthesis) is None


def test_words_in_a_session_that_is_gone_are_no_failure(consultation: Consultation) -> None:
    consultation.speak("Soup")
    item = {**consultation.items("message#")[0], "session_id": {"S": "00000000-0000-4000-8000-000000000000"}}
    conversations(events.change("INSERT", item))
    assert consultation.summarise() == []


def test_a_session_created_without_a_prompt_asks_for_one(consultation: Consultation) -> None:
    sessions(
        events.change("INSERT", consultation.item("session")), events.change("INSERT", consultation.item("synthesis"))
    )
    assert consultation.asked("prompts") == [consultation.session.id]
    assert consultation.asked("briefs") == []


def test_a_session_created_with_a_prompt_asks_for_none(consultation: Consultation) -> None:
    hosts = Consultation(consultation.clock, consultation.model, prompt="Ask about soup.")
    sessions(events.change("INSERT", hosts.item("session")), events.change("INSERT", hosts.item("prompt#current")))
    assert consultation.asked("prompts") == []


def test_later_changes_of_a_session_ask_for_no_prompt(consultation: Consultation) -> None:
    item = consultation.item("session")
    sessions(events.change("MODIFY", item, item), events.change("REMOVE", None, item))
    assert consultation.asked("prompts") == []


def test_every_new_summary_asks_for_a_brief_and_its_brief_for_nothing(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    consultation.summarise()
    first = consultation.item("summary")
    sessions(events.change("INSERT", first))
    assert consultation.asked("briefs") == [consultation.session.id]
    consultation.write_brief()
    after = consultation.item("summary")
    sessions(events.change("MODIFY", after, first), events.change("INSERT", consultation.item("brief")))
    assert consultation.asked("briefs") == []
    consultation.clock.advance(3600)
    consultation.say("And trams")
    consultation.summarise()
    sessions(events.change("MODIFY", consultation.item("summary"), after))
    assert consultation.asked("briefs") == [consultation.session.id]
