"""The sweep finds what an event missed, and leaves alone what is on its way."""

from typing import Any

import pytest
from msgspec.structs import replace

import app
from chalicelib import container
from chalicelib.llm.interface import Usage
from chalicelib.model import Synthesis
from chalicelib.services.synthesis import on_demand, scratchpad_on_demand, state
from chalicelib.services.synthesis.state import summary_status
from chalicelib.store import database, keys
from chalicelib.store.tables import SessionPart
from tests import events
from tests.clock import own_time
from tests.events import Context
from tests.faults import Died, lag, own_model
from tests.workers.desk import SAYINGS, Desk


def sweep(desk: Desk) -> dict[str, list[str]]:
    """Run the sweep; gives what it asked for, queue by queue."""
    app.sweep(events.clock_event(), Context())
    return {queue: desk.asked(queue) for queue in ("prompts", "summaries", "briefs")}


NOTHING: dict[str, list[str]] = {"prompts": [], "summaries": [], "briefs": []}
MISSED = 301


def test_what_has_just_become_due_is_left_to_its_event(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    assert sweep(desk) == NOTHING


def test_a_missed_prompt_and_missed_words_are_found(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    desk.clock.advance(MISSED)
    assert sweep(desk) == {"prompts": [desk.session.id], "summaries": [desk.session.id], "briefs": []}


def test_words_are_missed_from_when_they_were_first_said(desk: Desk) -> None:
    desk.write_prompt()
    desk.speak("Soup")
    desk.clock.advance(MISSED - 10)
    desk.say("More")
    desk.clock.advance(10)
    assert sweep(desk)["summaries"] == [desk.session.id]


def test_a_missed_brief_is_found(desk: Desk) -> None:
    desk.write_prompt()
    desk.speak(*SAYINGS)
    desk.summarise()
    desk.clock.advance(MISSED)
    assert sweep(desk) == {**NOTHING, "briefs": [desk.session.id]}


def test_after_the_work_there_is_nothing_to_find(desk: Desk) -> None:
    desk.write_prompt()
    desk.speak(*SAYINGS)
    desk.summarise()
    desk.write_brief()
    desk.clock.advance(24 * 3600)
    assert sweep(desk) == NOTHING


def test_a_summary_that_failed_too_often_is_found_although_all_threads_are_digested(desk: Desk) -> None:
    desk.write_prompt()
    desk.speak(*SAYINGS)
    desk.model.failing.add("summary")
    for received in range(1, 6):
        assert desk.summarise(received) == ["message-1"]
    assert not any(head.is_stale for head in container.conversations().heads(desk.session.id))
    desk.clock.advance(120 + MISSED)
    assert sweep(desk) == NOTHING
    desk.clock.advance(3600)
    assert sweep(desk) == {**NOTHING, "summaries": [desk.session.id]}
    desk.model.failing.clear()
    assert desk.summarise() == []
    assert desk.view().summary is not None
    desk.write_brief()
    desk.clock.advance(MISSED)
    assert sweep(desk) == NOTHING


def test_a_thread_that_failed_too_often_is_found(desk: Desk) -> None:
    desk.write_prompt()
    desk.speak("Soup")
    desk.model.failing.add("digest")
    assert desk.summarise(5) == ["message-1"]
    desk.clock.advance(MISSED)
    assert sweep(desk)["summaries"] == [desk.session.id]


def test_each_session_is_found_once(desk: Desk) -> None:
    others = [Desk(desk.clock, desk.model, prompt="p") for _ in range(3)]
    for other in others:
        other.speak("Soup", "Bread")
    desk.clock.advance(MISSED)
    found = sweep(desk)
    assert found["prompts"] == [desk.session.id]
    assert sorted(found["summaries"]) == sorted(other.session.id for other in others)


def test_what_cannot_be_done_now_is_asked_for_once_an_hour(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    found = []
    for _ in range(36):  # three hours of a sweep every five minutes
        desk.clock.advance(MISSED)
        found.append(sweep(desk))
    assert 3 <= sum(bool(sent["prompts"]) for sent in found) <= 4
    assert 3 <= sum(bool(sent["summaries"]) for sent in found) <= 4


def live(desk: Desk, hours: int) -> int:
    """Let the sweep, the queue and its job run for so long; gives the calls for a summary."""
    before = desk.model.count("summary")
    for _ in range(hours * 2):  # a sweep every half hour is enough, and quicker than one every five minutes
        desk.clock.advance(1800)
        if not sweep(desk)["summaries"]:
            continue
        for received in range(1, 6):
            if not desk.summarise(received):
                break
            desk.clock.advance(10)
    return desk.model.count("summary") - before


def test_a_summary_that_cannot_be_written_is_tried_ever_more_seldom(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    desk.model.failing.add("summary")
    assert 8 <= live(desk, 24) <= 10
    desk.model.failing.clear()
    assert live(desk, 20) == 1
    assert summary_status(desk.view(), desk.clock.now()) == "current"


def test_a_summary_that_is_paid_for_in_vain_is_given_up_until_something_is_said(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    desk.model.failing.add("summary")
    desk.model.wasted = Usage(100_000, 0, 20_000)
    assert live(desk, 24) == 8
    assert live(desk, 6) == 0
    assert summary_status(desk.view(), desk.clock.now()) == "none"
    desk.model.failing.clear()
    assert desk.summarise() == []
    desk.say("Trams at night.")
    assert live(desk, 1) == 1
    assert desk.view().summary is not None
    state = desk.view().synthesis
    assert replace(state, themes_version=0, themes_last=0) == Synthesis()


def test_words_that_the_stream_tells_of_are_a_new_start(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    desk.model.failing.add("summary")
    desk.model.wasted = Usage(100_000, 0, 20_000)
    live(desk, 10)
    desk.say("Trams at night.")
    words = [item for item in desk.items("message#") if item["content"]["S"] == "Trams at night."]
    app.conversations_changed(events.batch(events.change("INSERT", words[0])), Context())
    assert (desk.view().synthesis.tries, desk.view().synthesis.paid_tries) == (0, 0)
    assert 5 <= live(desk, 2) <= 6


def test_a_thread_taken_out_is_a_new_start(desk: Desk) -> None:
    desk.speak(*SAYINGS)
    desk.model.failing.add("summary")
    desk.model.wasted = Usage(100_000, 0, 20_000)
    live(desk, 10)
    desk.model.failing.clear()
    assert container.participants().exclude(
        container.conversations().heads(desk.session.id)[0], state.exclude(desk.clock.now())
    )
    assert live(desk, 1) == 1
    summary = desk.view().summary
    assert summary is not None
    assert summary.participants == 2


def test_an_index_that_lags_wakes_jobs_for_nothing_and_makes_nothing_due(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.speak(*SAYINGS)
    desk.clock.advance(MISSED)
    lag(monkeypatch)
    first = sweep(desk)
    assert (first["prompts"], first["summaries"]) == ([desk.session.id], [desk.session.id])
    assert (desk.write_prompt(), desk.summarise(), desk.write_brief()) == ([], [], [])
    before = len(desk.model.requests)
    again = sweep(desk)
    assert (again["prompts"], again["summaries"]) == ([desk.session.id], [desk.session.id])
    desk.clock.advance(60)
    assert (desk.write_prompt(), desk.summarise()) == ([], [])
    assert len(desk.model.requests) == before
    monkeypatch.undo()
    assert not any("due_kind" in item for item in desk.items("thread#"))
    assert "due_kind" not in desk.item("session")


def test_a_job_whose_process_dies_every_time_is_found_ever_more_seldom(desk: Desk) -> None:
    """Its message goes to the dead letters after five receipts; what the sweep wakes after that dies again."""

    def die(_: object) -> None:
        raise Died

    desk.write_prompt()
    desk.speak(*SAYINGS)
    desk.model.before = lambda request: die(request) if request.task == "summary" else None
    woken = []
    for _ in range(24):  # half a day
        desk.clock.advance(1800)
        woken.append(bool(sweep(desk)["summaries"]))
        if woken[-1]:
            with pytest.raises(Died):
                desk.summarise()
    assert sum(woken) <= 5 + 4  # an hour, two, four, eight
    desk.model.before = lambda _: None
    desk.clock.advance(24 * 3600)
    assert sweep(desk)["summaries"] == [desk.session.id]
    assert desk.summarise() == []
    assert (desk.view().synthesis.begun, summary_status(desk.view(), desk.clock.now())) == (0, "current")


@pytest.mark.parametrize("included", [False, True], ids=["taken out", "taken in"])
def test_who_is_decided_about_just_before_notes_are_taken_is_found(
    aws: None, monkeypatch: pytest.MonkeyPatch, included: bool
) -> None:
    """The host's request died before it woke the job; nothing else is new."""
    desk = Desk(own_time(monkeypatch), own_model(monkeypatch), cross_pollination=True, prompt="Ask.")
    desk.speak(*SAYINGS)
    assert desk.summarise() == []
    people, (head, *_) = container.participants(), container.conversations().heads(desk.session.id)
    if included:
        assert people.exclude(head, state.exclude(desk.clock.now()))
        desk.clock.advance(60)
        assert desk.summarise() == []
    database.delete(SessionPart(desk.session.id, keys.SCRATCHPAD), SessionPart.session_id.exists())

    def begin(*arguments: Any) -> bool:
        found, now = replace(head, included=not included), desk.clock.now()
        assert people.include(found, now, state.include(now)) if included else people.exclude(found, state.exclude(now))
        return on_demand.begin(*arguments)

    monkeypatch.setattr(scratchpad_on_demand, "begin", begin)
    assert (
        scratchpad_on_demand.update_scratchpad(desk.session.id, "seed", deps=container.synthesis_deps()).status
        == "completed"
    )
    desk.asked("summaries")
    desk.clock.advance(MISSED)
    assert sweep(desk)["summaries"] == [desk.session.id]
