"""The jobs behind the queues: they look at what is stored, and may come late, twice or for nothing."""

from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.llm.interface import ModelRefused, Request
from chalicelib.model import Prompt
from chalicelib.services.synthesis import state
from chalicelib.store import prompts
from chalicelib.store.conversation_items import ThreadItem
from chalicelib.store.summaries import Summaries
from tests import events
from tests.conversation import participant
from tests.events import Context
from tests.workers.consultation import SAYINGS, Consultation, heads, status

GONE = "00000000-0000-4000-8000-000000000000"


# Prompts


def test_a_prompt_is_written_once_and_serves_new_threads(consultation: Consultation) -> None:
    assert (consultation.write_prompt(), consultation.write_prompt()) == ([], [])
    assert consultation.model.count("prompt") == 1
    view = consultation.view()
    assert view.prompt is not None
    assert (view.prompt.version, view.prompt.origin, view.prompt_due) == (1, "tailored", False)
    consultation.join()
    assert view.prompt.text in repr(consultation.model.requests[-1].system).encode().decode("unicode_escape")


def test_a_host_prompt_is_left_alone(consultation: Consultation) -> None:
    hosts = Consultation(consultation.clock, consultation.model, prompt="Ask about soup.")
    prompt = hosts.view().prompt
    assert prompt is not None
    assert (prompt.version, prompt.text, prompt.origin) == (1, "Ask about soup.", "host")
    assert hosts.write_prompt() == []
    assert hosts.view().prompt == prompt
    assert consultation.model.count("prompt") == 0


def test_a_prompt_that_fails_is_written_when_its_message_comes_back(consultation: Consultation) -> None:
    consultation.model.failing.add("prompt")
    assert consultation.write_prompt() == ["message-1"]
    assert consultation.view().prompt_due
    consultation.model.failing.clear()
    assert consultation.write_prompt() == []
    assert consultation.view().prompt is not None


def test_a_prompt_of_a_newer_version_is_not_replaced(consultation: Consultation) -> None:
    def newer(request: Request) -> None:
        if request.task == "prompt":
            assert prompts.add(consultation.session.id, Prompt(2, "Newer.", "host"))

    consultation.model.before = newer
    assert consultation.write_prompt() == []
    assert consultation.view().prompt == Prompt(2, "Newer.", "host")


@pytest.mark.parametrize("job", [app.write_prompt, app.write_summary, app.write_brief])
def test_a_job_for_a_session_that_is_gone_is_done(consultation: Consultation, job: Any) -> None:
    assert job(events.batch(events.message(GONE)), Context()) == {"batchItemFailures": []}


# Summaries


def test_a_summary_covers_what_everybody_said(spoken: Consultation) -> None:
    assert status(spoken) == "none"
    assert spoken.summarise() == []
    summary = spoken.view().summary
    assert summary is not None
    assert (summary.participants, summary.messages) == (3, 3)
    assert (spoken.model.count("digest"), spoken.model.count("summary")) == (3, 1)
    assert status(spoken) == "current"
    assert not any(head.is_stale for head in heads(spoken))


def test_a_new_summary_moves_updated_at(spoken: Consultation) -> None:
    before = spoken.view().session.updated_at
    spoken.clock.advance(5)
    spoken.summarise()
    assert spoken.view().session.updated_at > before


@pytest.mark.parametrize("seconds", [1, 3600])
def test_a_second_job_on_nothing_new_asks_no_model_and_changes_and_sends_nothing(
    spoken: Consultation, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    spoken.summarise()
    spoken.clock.advance(seconds)
    before, asked = spoken.view(), len(spoken.model.requests)
    # To begin would show everybody for a moment that the summary is being updated.
    monkeypatch.delattr(Summaries, "move")
    assert spoken.summarise() == []
    assert spoken.view() == before
    assert len(spoken.model.requests) == asked
    assert spoken.asked("summaries") == []
    assert status(spoken) == "current"


def test_only_threads_with_something_new_are_digested_again(spoken: Consultation) -> None:
    spoken.summarise()
    spoken.clock.advance(3600)
    spoken.say("And trams at night.")
    spoken.summarise()
    assert (spoken.model.count("digest"), spoken.model.count("summary")) == (4, 2)
    assert "And trams at night." in repr(spoken.model.requests[-2])
    assert SAYINGS[0] not in repr(spoken.model.requests[-2])
    summary = spoken.view().summary
    assert summary is not None
    assert (summary.participants, summary.messages) == (3, 4)


def test_a_job_that_comes_too_early_digests_and_gives_its_message_back_for_the_time_that_is_left(
    spoken: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    monkeypatch.setattr(container.jobs(), "hide", lambda *_: None)
    client: Any = vars(container.jobs())["_client"]
    monkeypatch.setattr(
        client, "change_message_visibility", lambda **given: waits.append(int(given["VisibilityTimeout"]))
    )
    spoken.summarise()
    spoken.clock.advance(10)
    spoken.speak("Trams at night.")
    first = spoken.view().summary
    assert spoken.summarise(received=3) == ["message-1"]
    assert (waits, spoken.asked("summaries")) == ([20], [])
    assert (spoken.view().summary, spoken.model.count("digest")) == (first, 4)
    assert status(spoken) == "updating"
    spoken.clock.advance(15)
    before, asked = spoken.view(), len(spoken.model.requests)
    assert spoken.summarise(received=4) == ["message-1"]
    assert (waits, spoken.view(), len(spoken.model.requests)) == ([20, 5], before, asked)
    spoken.clock.advance(5)
    assert spoken.summarise(received=5) == []
    assert (spoken.view().summary != first, spoken.model.count("digest")) == (True, 4)


def test_a_session_nobody_spoke_in_has_no_summary(consultation: Consultation) -> None:
    consultation.join()
    assert consultation.summarise() == []
    assert consultation.view().summary is None
    assert consultation.model.count("digest") + consultation.model.count("summary") == 0
    assert status(consultation) == "none"


def test_one_thread_that_fails_keeps_no_other_back(spoken: Consultation) -> None:
    def fail_for_library(request: Request) -> None:
        spoken.model.failing = {"digest"} if "library" in repr(request.messages) else set()

    spoken.model.before = fail_for_library
    assert spoken.summarise() == []
    summary = spoken.view().summary
    assert summary is not None
    assert summary.participants == 2
    spoken.model.before = lambda _: None
    spoken.model.failing = set()
    spoken.clock.advance(3600)
    assert spoken.summarise(received=2) == []
    summary = spoken.view().summary
    assert summary is not None
    assert summary.participants == 3
    assert spoken.model.count("digest") == 4


def test_a_failed_summary_leaves_the_last_good_one_and_is_made_when_the_message_comes_back(
    spoken: Consultation,
) -> None:
    spoken.summarise()
    good = spoken.view().summary
    spoken.clock.advance(3600)
    spoken.speak("Trams at night.")
    spoken.model.failing.add("summary")
    assert spoken.summarise() == ["message-1"]
    assert spoken.view().summary == good
    spoken.model.failing.clear()
    assert spoken.summarise(received=2) == []
    summary = spoken.view().summary
    assert summary is not None
    assert summary.participants == 4
    assert spoken.model.count("digest") == 4


def test_a_refused_summary_is_left_to_the_sweep(spoken: Consultation) -> None:
    def refusing(request: Request) -> None:
        if request.task == "summary":
            raise ModelRefused("prompt too long")

    spoken.model.before = refusing
    assert spoken.summarise() == []
    assert (spoken.model.count("summary"), spoken.view().synthesis.tries) == (1, 1)


def test_an_excluded_thread_does_not_count(spoken: Consultation) -> None:
    excluded = next(head for head in heads(spoken) if head.external_id == spoken.who.references[0].external_id)
    ThreadItem(spoken.session.id, f"thread#{excluded.id}").update(actions=[ThreadItem.included.set(False)])
    spoken.summarise()
    summary = spoken.view().summary
    assert summary is not None
    assert (summary.participants, summary.messages) == (2, 2)
    assert SAYINGS[2] not in repr(spoken.model.requests)[repr(spoken.model.requests).index("task='digest'") :]


def test_what_is_said_during_the_job_leaves_the_summary_stale_and_the_next_job_takes_it_in(
    spoken: Consultation,
) -> None:
    def interrupt(request: Request) -> None:
        if request.task == "summary":
            spoken.model.before = lambda _: None
            spoken.who = participant("late", "Cy")
            spoken.say("Trams at night.")
            words = [item for item in spoken.items("message#") if item["content"]["S"] == "Trams at night."]
            app.conversations_changed(events.batch(events.change("INSERT", words[0])), Context())

    spoken.model.before = interrupt
    assert spoken.summarise() == []
    summary = spoken.view().summary
    assert summary is not None
    assert (summary.participants, status(spoken)) == (3, "stale")
    assert spoken.asked("summaries") == [spoken.session.id]
    spoken.clock.advance(60)
    spoken.summarise()
    summary = spoken.view().summary
    assert summary is not None
    assert (summary.participants, status(spoken)) == (4, "current")


def test_what_is_said_while_its_own_thread_is_digested_is_digested_next_time(spoken: Consultation) -> None:
    def interrupt(request: Request) -> None:
        if request.task == "digest" and "library" in repr(request.messages):
            spoken.model.before = lambda _: None
            spoken.say("Trams at night.")

    spoken.model.before = interrupt
    spoken.summarise()
    assert [head.external_id for head in heads(spoken) if head.is_stale] == [spoken.who.references[0].external_id]
    spoken.clock.advance(60)
    spoken.summarise()
    summary = spoken.view().summary
    assert summary is not None
    assert (summary.participants, summary.messages) == (3, 4)
    assert not any(head.is_stale for head in heads(spoken))


def test_while_a_job_is_at_it_the_summary_is_updating(spoken: Consultation) -> None:
    seen: list[str] = []

    def look(request: Request) -> None:
        if request.task == "summary":
            seen.append(status(spoken))

    spoken.model.before = look
    spoken.summarise()
    assert seen == ["updating"]


def test_an_event_that_comes_late_and_twice_costs_no_summary(spoken: Consultation) -> None:
    first = next(item for item in spoken.items("message#") if item["role"]["S"] == "user")
    assert spoken.summarise() == []
    summary = spoken.view().summary
    for _ in range(2):
        app.conversations_changed(events.batch(events.change("INSERT", first)), Context())
        assert status(spoken) == "current"
        spoken.clock.advance(60)
        assert spoken.summarise() == []
        assert status(spoken) == "current"
    assert spoken.view().summary == summary
    assert spoken.model.count("summary") == 1


def test_a_session_that_ends_gets_its_final_summary_without_waiting(closing: Consultation) -> None:
    closing.speak(*SAYINGS)
    closing.summarise()
    closing.clock.advance(3)
    closing.speak("Trams at night.")
    assert closing.summarise() == ["message-1"]  # too early
    closing.clock.advance(5)
    assert closing.view().session.status_at(closing.clock.now()) == "completed"
    assert closing.summarise() == []
    summary = closing.view().summary
    assert summary is not None
    assert summary.messages == len(SAYINGS) + 1
    assert closing.asked("summaries") == []


def test_what_still_comes_after_the_final_summary_waits_as_ever(closing: Consultation) -> None:
    closing.speak(*SAYINGS)
    closing.clock.advance(20)
    assert closing.summarise() == []
    container.summaries().move(closing.session.id, state.mark_stale(closing.clock.now()))
    assert closing.summarise() == ["message-1"]
    assert closing.model.count("summary") == 1


@pytest.fixture
def closing(consultation: Consultation) -> Consultation:
    """A session that ends in a few seconds."""
    return Consultation(
        consultation.clock, consultation.model, closes_at=consultation.clock.now() + timedelta(seconds=8)
    )
