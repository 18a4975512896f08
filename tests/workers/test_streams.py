"""Streams decide what to wake, and forward; nothing else."""

from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.services.participants.identity import Participant
from chalicelib.store import keys
from chalicelib.store.token_usage import Ledger
from tests import events
from tests.conversation import HOST
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
    assert consultation.view().synthesis.stale_since == consultation.clock.now()


def test_what_is_digested_already_wakes_the_job_and_makes_nothing_stale(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation.speak(*SAYINGS)
    consultation.summarise()
    records = [events.change("INSERT", item) for item in consultation.items("message#")]
    wire = tap(monkeypatch)
    wire.calls.clear()
    conversations(*records)
    assert wire.calls == ["BatchGetItem", "SendMessage"]
    assert consultation.view().synthesis.stale_since is None
    assert consultation.asked("summaries") == [consultation.session.id]
    consultation.say("More")
    conversations(*records, *(events.change("INSERT", item) for item in consultation.items("message#")))
    assert consultation.view().synthesis.stale_since == consultation.clock.now()


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
    assert consultation.view().synthesis.stale_since == consultation.clock.now()
    assert consultation.asked("summaries") == [consultation.session.id]


def test_what_participants_did_not_say_wakes_nothing(consultation: Consultation) -> None:
    consultation.join()
    consultation.who = Participant("p2", None, HOST)
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
    assert consultation.view().synthesis.stale_since is None


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


# The day's tokens


def spent(consultation: Consultation) -> int:
    """What has been counted today."""
    return Ledger().spent(consultation.clock.now().date())


def tallies(consultation: Consultation) -> list[Event]:
    """The session's counters."""
    return [consultation.item(part) for part in keys.tallies()]


def test_what_replies_cost_is_counted_from_the_change_of_the_counters(consultation: Consultation) -> None:
    before = tallies(consultation)
    consultation.speak(*SAYINGS)
    between = tallies(consultation)
    sessions(*map(events.change, ["MODIFY"] * 8, between, before))
    tally = consultation.view().tally
    assert spent(consultation) == tally.input_tokens + tally.cached_tokens + tally.output_tokens == 3 * 33
    consultation.speak("One more")
    sessions(*map(events.change, ["MODIFY"] * 8, tallies(consultation), between))
    assert spent(consultation) == 4 * 33


def test_tokens_of_replies_that_came_to_nothing_are_counted_too(consultation: Consultation) -> None:
    old = {**consultation.item("tally#0"), "unused_tokens": {"N": "7"}}
    without = {name: value for name, value in old.items() if name != "unused_tokens"}
    sessions(events.change("MODIFY", {**old, "unused_tokens": {"N": "50"}}, old))
    assert spent(consultation) == 43
    sessions(events.change("MODIFY", old, without))
    assert spent(consultation) == 50


def test_what_costs_nothing_is_not_counted(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = tap(monkeypatch)
    item = consultation.item("tally#0")
    grown = {**item, "participants": {"N": "5"}}
    wire.calls.clear()
    sessions(events.change("MODIFY", grown, item), events.change("INSERT", item), events.change("REMOVE", None, item))
    assert "UpdateItem" not in wire.calls


def test_without_a_budget_nothing_is_counted(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "budget", lambda: None)
    item = consultation.item("tally#0")
    sessions(events.change("MODIFY", {**item, "input_tokens": {"N": "5"}}, item))
    assert spent(consultation) == 0


def test_a_batch_that_fails_is_counted_once(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError

    item = consultation.item("tally#0")
    grown = {**item, "participants": {"N": "5"}, "input_tokens": {"N": "5"}}
    with monkeypatch.context() as patch:
        patch.setattr(container.jobs(), "update_cards", broken)
        with pytest.raises(ConnectionError):
            sessions(events.change("MODIFY", grown, item))
    assert spent(consultation) == 0
    sessions(events.change("MODIFY", grown, item))
    assert spent(consultation) == 5


def test_a_queue_that_does_not_answer_makes_the_stream_try_again(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError

    consultation.speak("Soup")
    record = events.change("INSERT", consultation.items("message#")[0])
    with monkeypatch.context() as patch:
        patch.setattr(container.jobs(), "write_summary", broken)
        with pytest.raises(ConnectionError):
            conversations(record)
    conversations(record)
    assert consultation.asked("summaries") == [consultation.session.id]
