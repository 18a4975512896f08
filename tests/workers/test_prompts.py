"""The prompt's job: what it stores, what a failure leaves, and when it is tried again."""

import logging
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelDeclined, ModelRefused, ModelUnavailable, Reply, Request
from chalicelib.services.sessions.creation import prompt_status
from chalicelib.services.templates import find_template, template_id
from tests import events
from tests.conversation import participant
from tests.events import Context
from tests.faults import prompt_parts
from tests.llm.queued import USAGE, calls
from tests.workers.consultation import Consultation

HOUR = 3_600
MISSED = 301


def sweep(consultation: Consultation) -> list[str]:
    """Run the sweep; gives the sessions that it asks a prompt for, and what the stream makes of its moves is nothing."""
    before = consultation.item("session")
    app.sweep(events.clock_event(), Context())
    found = consultation.asked("prompts")
    app.sessions_changed(events.batch(events.change("MODIFY", consultation.item("session"), before)), Context())
    assert consultation.asked("prompts") == []
    return found


def status(consultation: Consultation) -> str:
    return prompt_status(consultation.view())


def refuse(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the model refuse to write prompts, as it would with a wrong key."""
    complete = consultation.model.complete

    def refusing(request: Request, deadline: Deadline) -> Reply:
        if request.task == "prompt":
            consultation.model.requests.append(request)
            raise ModelRefused("The language model is unavailable; try again later")
        return complete(request, deadline)

    monkeypatch.setattr(consultation.model, "complete", refusing)


def shown_to_newcomer(consultation: Consultation, name: str) -> str:
    """What the facilitator is shown when somebody joins."""
    consultation.who = participant(name, name)
    consultation.join()
    return "\n".join(block.text for block in consultation.model.requests[-1].system)


def test_a_prompt_is_stored_with_what_it_is_about_and_what_it_was_written_from(consultation: Consultation) -> None:
    assert consultation.write_prompt() == []
    prompt = consultation.view().prompt
    assert prompt is not None
    assert prompt.text.startswith("# Opening\nPrompt 1: welcome the person.\n")
    assert prompt.summary == "Prompt 1 in one sentence."
    session = consultation.session
    assert prompt.generated_from == {"topic": session.topic, "goal": session.goal, "critical": None, "context": None}
    assert container.sessions().prompt(session.id, 1) == prompt
    assert status(consultation) == "tailored"


def test_after_a_failure_the_basic_prompt_counts_and_the_next_try_is_taken(
    consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    assert status(consultation) == "writing"
    consultation.model.failing.add("prompt")
    assert consultation.write_prompt() == ["message-1"]  # comes back
    assert status(consultation) == "basic"
    (said,) = [record for record in caplog.records if getattr(record, "event", "") == "prompt_failed"]
    assert said.levelno == logging.WARNING
    assert (said.__dict__["serving"], said.__dict__["session_id"]) == ("basic", consultation.session.id)
    assert consultation.session.goal not in caplog.text
    consultation.model.failing.clear()
    assert consultation.write_prompt() == []
    assert status(consultation) == "tailored"
    assert "prompt_failed" not in consultation.item("session")


def test_what_makes_no_prompt_is_a_failure_too(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consultation.model, "complete", lambda *_: calls("write_prompt", USELESS))
    assert consultation.write_prompt() == ["message-1"]
    assert (consultation.view().prompt, status(consultation)) == (None, "basic")


def test_a_failure_of_another_kind_keeps_nobody_waiting(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(consultation.model, "complete", broken)
    assert consultation.write_prompt() == ["message-1"]
    assert status(consultation) == "basic"


WEEK = (*[1] * 26, *[24] * 6)  # hours from one look of the sweep to the next
USELESS = {**prompt_parts("x"), "questions": []}


def refusal() -> ModelUnavailable:
    """What is raised where the model says nothing usable, twice: that was paid for."""
    error = ModelUnavailable("The language model is unavailable; try again later")
    error.usage = USAGE
    return error


@pytest.mark.parametrize(
    ("answer", "asked_a_try", "tries"),
    [
        (refusal(), 1, 3),
        (calls("write_prompt", USELESS), 2, 3),
        (ModelDeclined("Declined", "general_harms"), 1, 1),
        (ModelRefused("No such model"), 1, 1 + 24),
        (ModelUnavailable("Nobody answers"), 1, 5 * 24 + 1),
        (ZeroDivisionError(), 1, 5 * 24 + 1),
    ],
    ids=["twice_unusable", "useless", "declined", "refused", "down", "defect"],
)
def test_a_prompt_that_cannot_be_written_is_given_up(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, answer: Reply | Exception, asked_a_try: int, tries: int
) -> None:
    """A week of a queue that receives a failed message five times, and of the sweep."""
    asked = []

    def failing(request: Request, deadline: Deadline) -> Reply:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(consultation.model, "complete", failing)
    messages = [consultation.session.id]
    for hours in WEEK:
        for _ in messages:
            received = 1
            while consultation.write_prompt() and received < 5:
                received += 1
        consultation.clock.advance(hours * HOUR)
        messages = sweep(consultation)
    assert asked_a_try <= len(asked) <= asked_a_try * tries
    assert (consultation.view().prompt_due, status(consultation)) == (False, "basic")
    assert not {"due_kind", "due_at", "prompt_wanted_at"} & consultation.item("session").keys()
    before = len(asked)
    assert consultation.write_prompt() == []  # a message that comes late
    assert len(asked) == before
    edit(consultation, goal="Another one")
    assert (status(consultation), "prompt_tries" in consultation.item("session")) == ("writing", False)
    consultation.write_prompt()
    assert len(asked) == before + asked_a_try


def test_what_was_given_up_may_be_wanted_again_and_written(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(consultation.model, "complete", lambda *_: calls("write_prompt", USELESS))
        assert [consultation.write_prompt() for _ in range(3)] == [["message-1"], ["message-1"], []]
    assert (consultation.view().prompt_due, status(consultation)) == (False, "basic")
    edit(consultation, critical="The price")
    assert consultation.write_prompt() == []
    assert (status(consultation), "prompt_tries" in consultation.item("session")) == ("tailored", False)


def test_the_sweep_goes_on_asking_for_a_prompt_that_failed(consultation: Consultation) -> None:
    consultation.model.failing.add("prompt")
    consultation.write_prompt()
    for _ in range(3):
        consultation.clock.advance(HOUR)
        assert sweep(consultation) == [consultation.session.id]
        assert sweep(consultation) == []
        assert consultation.write_prompt() == ["message-1"]
    consultation.model.failing.clear()
    assert consultation.write_prompt() == []
    assert status(consultation) == "tailored"
    consultation.clock.advance(HOUR)
    assert sweep(consultation) == []


def test_a_prompt_is_not_lost_when_the_sweep_comes_by_while_it_is_written(consultation: Consultation) -> None:
    consultation.clock.advance(MISSED)
    consultation.model.before = lambda request: request.task == "prompt" and sweep(consultation)
    assert consultation.write_prompt() == []
    assert status(consultation) == "tailored"


def test_a_refusal_is_asked_again_by_the_sweep_only_and_not_for_ever(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(consultation, monkeypatch)
    assert consultation.write_prompt() == []  # the queue drops it
    assert status(consultation) == "basic"
    asked = 0
    for _ in range(28):
        consultation.clock.advance(HOUR)
        for _ in sweep(consultation):
            assert consultation.write_prompt() == []
            asked += 1
    assert asked == 24
    assert status(consultation) == "basic"


def test_once_the_refusal_is_mended_the_prompt_is_written(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(consultation, patch)
        consultation.write_prompt()
    consultation.clock.advance(HOUR)
    assert sweep(consultation) == [consultation.session.id]
    assert consultation.write_prompt() == []
    assert status(consultation) == "tailored"


def test_the_first_thread_of_a_templated_session_follows_its_template_until_there_is_a_prompt(
    consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    templated = Consultation(consultation.clock, consultation.model, template_id="swot")
    template = find_template("swot")
    assert template is not None
    assert templated.session.template_id == template.id
    consultation.model.failing.add("prompt")
    templated.write_prompt()
    assert status(templated) == "basic"
    assert "template" in [getattr(record, "serving", "") for record in caplog.records]
    assert template.facilitation_prompt in shown_to_newcomer(templated, "first")
    assert templated.thread().thread.prompt_version == 0
    consultation.model.failing.clear()
    templated.write_prompt()
    (request,) = [it for it in consultation.model.requests if it.task == "prompt"][-1:]
    assert template.title in repr(request.messages)
    assert "Prompt 2: welcome" in shown_to_newcomer(templated, "second")
    templated.who = participant("first", "first")
    templated.say("Hello")  # whoever began with the template goes on with it
    assert template.facilitation_prompt in "\n".join(block.text for block in consultation.model.requests[-1].system)


def test_a_rewriting_that_fails_leaves_the_last_prompt_of_ours(consultation: Consultation) -> None:
    consultation.write_prompt()
    first = consultation.view().prompt
    edit(consultation, topic="Bicycles")
    assert status(consultation) == "writing"
    consultation.model.failing.add("prompt")
    consultation.write_prompt()
    assert (consultation.view().prompt, status(consultation)) == (first, "tailored")
    consultation.model.failing.clear()
    consultation.write_prompt()
    prompt = consultation.view().prompt
    assert prompt is not None
    assert (prompt.version, prompt.generated_from and prompt.generated_from["topic"]) == (2, "Bicycles")


@pytest.mark.parametrize("field", ["topic", "goal", "critical", "context", "template_id"])
def test_another_brief_starts_again_after_a_failure(consultation: Consultation, field: str) -> None:
    consultation.model.failing.add("prompt")
    consultation.write_prompt()
    before = consultation.item("session")
    edit(consultation, **{field: "swot"})
    assert status(consultation) == "writing"
    app.sessions_changed(events.batch(events.change("MODIFY", consultation.item("session"), before)), Context())
    assert consultation.asked("prompts") == [consultation.session.id]


def test_another_template_leaves_a_prompt_of_the_host_alone(consultation: Consultation) -> None:
    hosts = Consultation(consultation.clock, consultation.model, prompt="Ask about soup.")
    edit(hosts, template_id="swot")
    view = hosts.view()
    assert (view.session.template_id, status(hosts), view.prompt_due) == (template_id("swot"), "host", False)
    assert "Ask about soup." in shown_to_newcomer(hosts, "p1")


def edit(consultation: Consultation, **changes: Any) -> None:
    """Change the session as its host."""
    consultation.clock.advance(1)
    consultation.edit(**changes)
