"""Streams decide what to wake, and forward; nothing else."""

from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.store import keys
from chalicelib.store.token_usage import Ledger
from tests import events
from tests.events import Context, Event
from tests.faults import tap
from tests.room import participant
from tests.workers.desk import SAYINGS, Desk


def conversations(*records: Event) -> None:
    app.conversations_changed(events.batch(*records), Context())


def sessions(*records: Event) -> None:
    app.sessions_changed(events.batch(*records), Context())


def test_many_messages_of_a_session_wake_its_summary_once(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    conversations(*(events.change("INSERT", item) for item in desk.items("message#")))
    assert desk.asked("summaries") == [desk.session.id]
    assert desk.view().synthesis.stale_since == desk.clock.now()


def test_what_is_digested_already_wakes_the_job_and_makes_nothing_stale(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.speak(*SAYINGS)
    desk.summarise()
    records = [events.change("INSERT", item) for item in desk.items("message#")]
    wire = tap(monkeypatch)
    wire.calls.clear()
    conversations(*records)
    assert wire.calls == ["BatchGetItem", "SendMessage"]
    assert desk.view().synthesis.stale_since is None
    assert desk.asked("summaries") == [desk.session.id]
    desk.say("More")
    conversations(*records, *(events.change("INSERT", item) for item in desk.items("message#")))
    assert desk.view().synthesis.stale_since == desk.clock.now()


def test_each_session_of_a_batch_is_woken(desk: Desk) -> None:
    other = Desk(desk.clock, desk.model)
    desk.speak("Soup")
    other.speak("Bread")
    conversations(*(events.change("INSERT", item) for item in desk.items("message#")))
    assert sorted(desk.asked("summaries")) == sorted([desk.session.id, other.session.id])


def test_a_record_that_comes_twice_changes_nothing(desk: Desk) -> None:
    desk.speak("Soup")
    record = events.change("INSERT", desk.items("message#")[0])
    conversations(record)
    conversations(record, record)
    assert desk.view().synthesis.stale_since == desk.clock.now()
    assert desk.asked("summaries") == [desk.session.id]


def test_what_participants_did_not_say_wakes_nothing(desk: Desk) -> None:
    desk.join()
    desk.who = participant("p2")
    desk.say("Soup")
    items = [*desk.items("thread#"), *desk.items("message#")]
    replies = [item for item in items if item.get("role") == {"S": "assistant"} or "role" not in item]
    assert len(replies) == 4
    words = next(item for item in items if item.get("role") == {"S": "user"})
    conversations(
        *(events.change("INSERT", item) for item in replies),
        *(events.change("MODIFY", item, item) for item in items),
        events.change("REMOVE", None, words),
    )
    assert desk.asked("summaries") == []
    assert desk.view().synthesis.stale_since is None


def test_words_in_a_session_that_is_gone_are_no_failure(desk: Desk) -> None:
    desk.speak("Soup")
    item = {**desk.items("message#")[0], "session_id": {"S": "00000000-0000-4000-8000-000000000000"}}
    conversations(events.change("INSERT", item))
    assert desk.summarise() == []


def test_a_session_created_without_a_prompt_asks_for_one(desk: Desk) -> None:
    sessions(events.change("INSERT", desk.item("session")), events.change("INSERT", desk.item("synthesis")))
    assert desk.asked("prompts") == [desk.session.id]
    assert desk.asked("briefs") == []


def test_a_session_created_with_a_prompt_asks_for_none(desk: Desk) -> None:
    hosts = Desk(desk.clock, desk.model, prompt="Ask about soup.")
    sessions(events.change("INSERT", hosts.item("session")), events.change("INSERT", hosts.item("prompt#current")))
    assert desk.asked("prompts") == []


def test_later_changes_of_a_session_ask_for_no_prompt(desk: Desk) -> None:
    item = desk.item("session")
    sessions(events.change("MODIFY", item, item), events.change("REMOVE", None, item))
    assert desk.asked("prompts") == []


def test_every_new_summary_asks_for_a_brief_and_its_brief_for_nothing(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    desk.summarise()
    first = desk.item("summary")
    sessions(events.change("INSERT", first))
    assert desk.asked("briefs") == [desk.session.id]
    desk.write_brief()
    after = desk.item("summary")
    sessions(events.change("MODIFY", after, first), events.change("INSERT", desk.item("brief")))
    assert desk.asked("briefs") == []
    desk.clock.advance(3600)
    desk.say("And trams")
    desk.summarise()
    sessions(events.change("MODIFY", desk.item("summary"), after))
    assert desk.asked("briefs") == [desk.session.id]


# The day's tokens


def spent(desk: Desk) -> int:
    """What has been counted today."""
    return Ledger().spent(desk.clock.now().date())


def tallies(desk: Desk) -> list[Event]:
    """The session's counters."""
    return [desk.item(part) for part in keys.tallies()]


def test_what_replies_cost_is_counted_from_the_change_of_the_counters(desk: Desk) -> None:
    before = tallies(desk)
    desk.speak(*SAYINGS)
    between = tallies(desk)
    sessions(*map(events.change, ["MODIFY"] * 8, between, before))
    tally = desk.view().tally
    assert spent(desk) == tally.input_tokens + tally.cached_tokens + tally.output_tokens == 3 * 33
    desk.speak("One more")
    sessions(*map(events.change, ["MODIFY"] * 8, tallies(desk), between))
    assert spent(desk) == 4 * 33


def test_tokens_of_replies_that_came_to_nothing_are_counted_too(desk: Desk) -> None:
    old = {**desk.item("tally#0"), "unused_tokens": {"N": "7"}}
    without = {name: value for name, value in old.items() if name != "unused_tokens"}
    sessions(events.change("MODIFY", {**old, "unused_tokens": {"N": "50"}}, old))
    assert spent(desk) == 43
    sessions(events.change("MODIFY", old, without))
    assert spent(desk) == 50


def test_what_costs_nothing_is_not_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = tap(monkeypatch)
    item = desk.item("tally#0")
    grown = {**item, "participants": {"N": "5"}}
    wire.calls.clear()
    sessions(events.change("MODIFY", grown, item), events.change("INSERT", item), events.change("REMOVE", None, item))
    assert "UpdateItem" not in wire.calls


def test_without_a_budget_nothing_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "budget", lambda: None)
    item = desk.item("tally#0")
    sessions(events.change("MODIFY", {**item, "input_tokens": {"N": "5"}}, item))
    assert spent(desk) == 0


def test_a_batch_that_fails_is_counted_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError

    item = desk.item("tally#0")
    grown = {**item, "participants": {"N": "5"}, "input_tokens": {"N": "5"}}
    with monkeypatch.context() as patch:
        patch.setattr(container.jobs(), "update_cards", broken)
        with pytest.raises(ConnectionError):
            sessions(events.change("MODIFY", grown, item))
    assert spent(desk) == 0
    sessions(events.change("MODIFY", grown, item))
    assert spent(desk) == 5


def test_a_queue_that_does_not_answer_makes_the_stream_try_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError

    desk.speak("Soup")
    record = events.change("INSERT", desk.items("message#")[0])
    with monkeypatch.context() as patch:
        patch.setattr(container.jobs(), "write_summary", broken)
        with pytest.raises(ConnectionError):
            conversations(record)
    conversations(record)
    assert desk.asked("summaries") == [desk.session.id]
