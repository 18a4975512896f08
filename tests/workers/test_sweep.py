"""The sweep finds what an event missed, and leaves alone what is on its way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

import app
from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import Usage
from chalicelib.model import Synthesis
from chalicelib.model.invitations import Invitation
from chalicelib.model.jobs import SessionJob, WritePrompt
from chalicelib.services.synthesis import on_demand, scratchpad_on_demand, state
from chalicelib.services.synthesis.state import summary_status
from chalicelib.store import database, keys
from chalicelib.store.tables import SessionPart
from tests import events
from tests.clock import own_time
from tests.conversation import HOST
from tests.events import Context
from tests.faults import Died, lag, own_model
from tests.workers.consultation import SAYINGS, Consultation


def sweep(consultation: Consultation) -> dict[str, list[str]]:
    """Run the sweep; gives what it asked for, queue by queue."""
    app.sweep(events.clock_event(), Context())
    return {queue: consultation.asked(queue) for queue in ("prompts", "summaries", "briefs")}


NOTHING: dict[str, list[str]] = {"prompts": [], "summaries": [], "briefs": []}
MISSED = 301


def test_what_has_just_become_due_is_left_to_its_event(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    assert sweep(consultation) == NOTHING


def test_a_missed_prompt_and_missed_words_are_found(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    consultation.clock.advance(MISSED)
    assert sweep(consultation) == {
        "prompts": [consultation.session.id],
        "summaries": [consultation.session.id],
        "briefs": [],
    }


def test_what_was_missed_is_counted(consultation: Consultation, caplog: pytest.LogCaptureFixture) -> None:
    def repaired() -> dict[str, Any]:
        with caplog.at_level("INFO", logger="harmonica"):
            caplog.clear()
            app.sweep(events.clock_event(), Context())
        (line,) = [vars(it) for it in caplog.records if vars(it).get("event") == "swept"]
        return {name: line[name] for name in ("repaired", "prompt", "stale", "context") if line[name]}

    consultation.speak(*SAYINGS)
    assert repaired() == {}  # what has just become due is on its way
    consultation.clock.advance(MISSED)
    assert repaired() == {"repaired": 2, "prompt": 1, "stale": 1}
    assert repaired() == {}  # it was asked for


def test_a_mail_that_waits_for_another_day_is_no_missed_one(
    consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    consultation.write_prompt()
    session_id, now = consultation.session.id, consultation.clock.now()
    ada = Invitation("ada", "ada@example.com", HOST, now, wanted="invitation", wanted_at=now)
    container.invitations().add(session_id, [ada], 0)
    container.invitations().postpone(session_id, ada, now + timedelta(hours=1))
    consultation.clock.advance(3600)
    with caplog.at_level("INFO", logger="harmonica"):
        app.sweep(events.clock_event(), Context())
    (line,) = [vars(it) for it in caplog.records if vars(it).get("event") == "swept"]
    assert (line["repaired"], line["invitation_later"]) == (0, 1)


def test_a_queue_that_is_out_of_reach_keeps_no_other_work_back(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation.speak(*SAYINGS)
    consultation.clock.advance(MISSED)
    jobs, ask_all = container.jobs(), container.jobs().ask_all

    def fail_for_prompts(asked: Sequence[SessionJob], now: datetime) -> None:
        if isinstance(asked[0], WritePrompt):
            raise Unavailable("down")
        ask_all(asked, now)

    monkeypatch.setattr(jobs, "ask_all", fail_for_prompts)
    with pytest.raises(Unavailable):
        app.sweep(events.clock_event(), Context())
    assert (consultation.asked("prompts"), consultation.asked("summaries")) == ([], [consultation.session.id])


def test_words_are_missed_from_when_they_were_first_said(consultation: Consultation) -> None:
    consultation.write_prompt()
    consultation.speak("Soup")
    consultation.clock.advance(MISSED - 10)
    consultation.say("More")
    consultation.clock.advance(10)
    assert sweep(consultation)["summaries"] == [consultation.session.id]


def test_a_missed_short_version_of_a_context_is_found(consultation: Consultation) -> None:
    other = Consultation(consultation.clock, consultation.model, prompt="Ask.", context="c" * 20_000)
    consultation.write_prompt()
    consultation.clock.advance(MISSED)
    assert sweep(consultation) == {**NOTHING, "prompts": [other.session.id]}


def test_a_missed_brief_is_found(consultation: Consultation) -> None:
    consultation.write_prompt()
    consultation.speak(*SAYINGS)
    consultation.summarise()
    consultation.clock.advance(MISSED)
    assert sweep(consultation) == {**NOTHING, "briefs": [consultation.session.id]}


def test_after_the_work_there_is_nothing_to_find(consultation: Consultation) -> None:
    consultation.write_prompt()
    consultation.speak(*SAYINGS)
    consultation.summarise()
    consultation.write_brief()
    consultation.clock.advance(24 * 3600)
    assert sweep(consultation) == NOTHING


def test_a_summary_that_failed_too_often_is_found_although_all_threads_are_digested(consultation: Consultation) -> None:
    consultation.write_prompt()
    consultation.speak(*SAYINGS)
    consultation.model.failing.add("summary")
    for received in range(1, 6):
        assert consultation.summarise(received) == ["message-1"]
    assert not any(head.is_stale for head in container.conversations().heads(consultation.session.id))
    consultation.clock.advance(120 + MISSED)
    assert sweep(consultation) == NOTHING
    consultation.clock.advance(3600)
    assert sweep(consultation) == {**NOTHING, "summaries": [consultation.session.id]}
    consultation.model.failing.clear()
    assert consultation.summarise() == []
    assert consultation.view().summary is not None
    consultation.write_brief()
    consultation.clock.advance(MISSED)
    assert sweep(consultation) == NOTHING


def test_a_thread_that_failed_too_often_is_found(consultation: Consultation) -> None:
    consultation.write_prompt()
    consultation.speak("Soup")
    consultation.model.failing.add("digest")
    assert consultation.summarise(5) == ["message-1"]
    consultation.clock.advance(MISSED)
    assert sweep(consultation)["summaries"] == [consultation.session.id]


def test_each_session_is_found_once(consultation: Consultation) -> None:
    others = [Consultation(consultation.clock, consultation.model, prompt="p") for _ in range(3)]
    for other in others:
        other.speak("Soup", "Bread")
    consultation.clock.advance(MISSED)
    found = sweep(consultation)
    assert found["prompts"] == [consultation.session.id]
    assert sorted(found["summaries"]) == sorted(other.session.id for other in others)


def test_what_cannot_be_done_now_is_asked_for_once_an_hour(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    found = []
    for _ in range(36):  # three hours of a sweep every five minutes
        consultation.clock.advance(MISSED)
        found.append(sweep(consultation))
    assert 3 <= sum(bool(sent["prompts"]) for sent in found) <= 4
    assert 3 <= sum(bool(sent["summaries"]) for sent in found) <= 4


def live(consultation: Consultation, hours: int) -> int:
    """Let the sweep, the queue and its job run for so long; gives the calls for a summary."""
    before = consultation.model.count("summary")
    for _ in range(hours * 2):  # a sweep every half hour is enough, and quicker than one every five minutes
        consultation.clock.advance(1800)
        if not sweep(consultation)["summaries"]:
            continue
        for received in range(1, 6):
            if not consultation.summarise(received):
                break
            consultation.clock.advance(10)
    return consultation.model.count("summary") - before


def test_a_summary_that_cannot_be_written_is_tried_ever_more_seldom(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    consultation.model.failing.add("summary")
    assert 8 <= live(consultation, 24) <= 10
    consultation.model.failing.clear()
    assert live(consultation, 20) == 1
    assert summary_status(consultation.view(), consultation.clock.now()) == "current"


def test_a_summary_that_is_paid_for_in_vain_is_given_up_until_something_is_said(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    consultation.model.failing.add("summary")
    consultation.model.wasted = Usage(100_000, 0, 20_000)
    assert live(consultation, 24) == 8
    assert live(consultation, 6) == 0
    assert summary_status(consultation.view(), consultation.clock.now()) == "none"
    consultation.model.failing.clear()
    assert consultation.summarise() == []
    consultation.say("Trams at night.")
    assert live(consultation, 1) == 1
    assert consultation.view().summary is not None
    state = consultation.view().synthesis
    assert replace(state, themes_version=0, themes_last=0) == Synthesis()


def test_words_that_the_stream_tells_of_are_a_new_start(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    consultation.model.failing.add("summary")
    consultation.model.wasted = Usage(100_000, 0, 20_000)
    live(consultation, 10)
    consultation.say("Trams at night.")
    words = [item for item in consultation.items("message#") if item["content"]["S"] == "Trams at night."]
    app.conversations_changed(events.batch(events.change("INSERT", words[0])), Context())
    assert (consultation.view().synthesis.tries, consultation.view().synthesis.paid_tries) == (0, 0)
    assert 5 <= live(consultation, 2) <= 6


def test_a_thread_taken_out_is_a_new_start(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS)
    consultation.model.failing.add("summary")
    consultation.model.wasted = Usage(100_000, 0, 20_000)
    live(consultation, 10)
    consultation.model.failing.clear()
    (head, *_) = container.conversations().heads(consultation.session.id)
    assert container.participants().exclude(head, state.exclude(consultation.clock.now()))
    assert live(consultation, 1) == 1
    summary = consultation.view().summary
    assert summary is not None
    assert summary.participants == 2


def test_an_index_that_lags_wakes_jobs_for_nothing_and_makes_nothing_due(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation.speak(*SAYINGS)
    consultation.clock.advance(MISSED)
    lag(monkeypatch)
    first = sweep(consultation)
    assert (first["prompts"], first["summaries"]) == ([consultation.session.id], [consultation.session.id])
    assert (consultation.write_prompt(), consultation.summarise(), consultation.write_brief()) == ([], [], [])
    before = len(consultation.model.requests)
    again = sweep(consultation)
    assert (again["prompts"], again["summaries"]) == ([consultation.session.id], [consultation.session.id])
    consultation.clock.advance(60)
    assert (consultation.write_prompt(), consultation.summarise()) == ([], [])
    assert len(consultation.model.requests) == before
    monkeypatch.undo()
    assert not any("due_kind" in item for item in consultation.items("thread#"))
    assert "due_kind" not in consultation.item("session")


def test_a_job_whose_process_dies_every_time_is_found_ever_more_seldom(consultation: Consultation) -> None:
    """Its message goes to the dead letters after five receipts; what the sweep wakes after that dies again."""

    def die(_: object) -> None:
        raise Died

    consultation.write_prompt()
    consultation.speak(*SAYINGS)
    consultation.model.before = lambda request: die(request) if request.task == "summary" else None
    woken = []
    for _ in range(24):  # half a day
        consultation.clock.advance(1800)
        woken.append(bool(sweep(consultation)["summaries"]))
        if woken[-1]:
            with pytest.raises(Died):
                consultation.summarise()
    assert sum(woken) <= 5 + 4  # an hour, two, four, eight
    consultation.model.before = lambda _: None
    consultation.clock.advance(24 * 3600)
    assert sweep(consultation)["summaries"] == [consultation.session.id]
    assert consultation.summarise() == []
    assert (consultation.view().synthesis.begun, summary_status(consultation.view(), consultation.clock.now())) == (
        0,
        "current",
    )


@pytest.mark.parametrize("included", [False, True], ids=["taken out", "taken in"])
def test_who_is_decided_about_just_before_notes_are_taken_is_found(
    aws: None, monkeypatch: pytest.MonkeyPatch, included: bool
) -> None:
    """The host's request died before it woke the job; nothing else is new."""
    consultation = Consultation(own_time(monkeypatch), own_model(monkeypatch), cross_pollination=True, prompt="Ask.")
    consultation.speak(*SAYINGS)
    assert consultation.summarise() == []
    people, (head, *_) = container.participants(), container.conversations().heads(consultation.session.id)
    if included:
        assert people.exclude(head, state.exclude(consultation.clock.now()))
        consultation.clock.advance(60)
        assert consultation.summarise() == []
    database.delete(SessionPart(consultation.session.id, keys.SCRATCHPAD), SessionPart.session_id.exists())

    def begin(*arguments: Any) -> bool:
        now, moved = consultation.clock.now(), replace(head, included=not included)
        if included:
            assert people.include(moved, now, state.include(now))
        else:
            assert people.exclude(moved, state.exclude(now))
        return on_demand.begin(*arguments)

    monkeypatch.setattr(scratchpad_on_demand, "begin", begin)
    assert (
        scratchpad_on_demand.update_scratchpad(consultation.session.id, "seed", deps=container.synthesis_deps()).status
        == "completed"
    )
    consultation.asked("summaries")
    consultation.clock.advance(MISSED)
    assert sweep(consultation)["summaries"] == [consultation.session.id]
