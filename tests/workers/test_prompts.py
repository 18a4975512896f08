"""The prompt's job: what it stores, what a failure leaves, and when it is tried again."""

import logging
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelRefused, ModelUnavailable, Reply, Request
from chalicelib.services.sessions.creation import prompt_status
from chalicelib.services.templates import find_template, template_id
from tests import events
from tests.events import Context
from tests.faults import prompt_parts
from tests.llm.queued import USAGE, calls
from tests.room import participant
from tests.workers.desk import Desk

HOUR = 3_600
MISSED = 301


def sweep(desk: Desk) -> list[str]:
    """Run the sweep; gives the sessions that it asks a prompt for, and what the stream makes of its moves is nothing."""
    before = desk.item("session")
    app.sweep(events.clock_event(), Context())
    found = desk.asked("prompts")
    app.sessions_changed(events.batch(events.change("MODIFY", desk.item("session"), before)), Context())
    assert desk.asked("prompts") == []
    return found


def status(desk: Desk) -> str:
    return prompt_status(desk.view())


def refuse(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the model refuse to write prompts, as it would with a wrong key."""
    complete = desk.model.complete

    def refusing(request: Request, deadline: Deadline) -> Reply:
        if request.task == "prompt":
            desk.model.requests.append(request)
            raise ModelRefused("The language model is unavailable; try again later")
        return complete(request, deadline)

    monkeypatch.setattr(desk.model, "complete", refusing)


def shown_to_newcomer(desk: Desk, name: str) -> str:
    """What the facilitator is shown when somebody joins."""
    desk.who = participant(name, name)
    desk.join()
    return "\n".join(block.text for block in desk.model.requests[-1].system)


def test_a_prompt_is_stored_with_what_it_is_about_and_what_it_was_written_from(desk: Desk) -> None:
    assert desk.write_prompt() == []
    prompt = desk.view().prompt
    assert prompt is not None
    assert prompt.text.startswith("# Opening\nPrompt 1: welcome the person.\n")
    assert prompt.summary == "Prompt 1 in one sentence."
    session = desk.session
    assert prompt.generated_from == {"topic": session.topic, "goal": session.goal, "critical": None, "context": None}
    assert container.sessions().prompt(session.id, 1) == prompt
    assert status(desk) == "tailored"


def test_after_a_failure_the_basic_prompt_counts_and_the_next_try_is_taken(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    assert status(desk) == "writing"
    desk.model.failing.add("prompt")
    assert desk.write_prompt() == ["message-1"]  # comes back
    assert status(desk) == "basic"
    (said,) = [record for record in caplog.records if getattr(record, "event", "") == "prompt_failed"]
    assert said.levelno == logging.WARNING
    assert (said.__dict__["serving"], said.__dict__["session_id"]) == ("basic", desk.session.id)
    assert desk.session.goal not in caplog.text
    desk.model.failing.clear()
    assert desk.write_prompt() == []
    assert status(desk) == "tailored"
    assert "prompt_failed" not in desk.item("session")


def test_what_makes_no_prompt_is_a_failure_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.model, "complete", lambda *_: calls("write_prompt", USELESS))
    assert desk.write_prompt() == ["message-1"]
    assert (desk.view().prompt, status(desk)) == (None, "basic")


def test_a_failure_of_another_kind_keeps_nobody_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.model, "complete", broken)
    assert desk.write_prompt() == ["message-1"]
    assert status(desk) == "basic"


WEEK = (*[1] * 26, *[24] * 6)  # hours from one look of the sweep to the next
USELESS = {**prompt_parts("x"), "questions": []}


def refusal() -> ModelUnavailable:
    """What the adapter raises where the model itself refuses or is cut off, twice: that was paid for."""
    error = ModelUnavailable("The language model is unavailable; try again later")
    error.usage = USAGE
    return error


@pytest.mark.parametrize(
    ("answer", "asked_a_try", "tries"),
    [
        (refusal(), 1, 3),
        (calls("write_prompt", USELESS), 2, 3),
        (ModelRefused("No such model"), 1, 1 + 24),
        (ModelUnavailable("Nobody answers"), 1, 5 * 24 + 1),
        (ZeroDivisionError(), 1, 5 * 24 + 1),
    ],
    ids=["refusal", "useless", "refused", "down", "defect"],
)
def test_a_prompt_that_cannot_be_written_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Reply | Exception, asked_a_try: int, tries: int
) -> None:
    """A week of a queue that receives a failed message five times, and of the sweep."""
    asked = []

    def failing(request: Request, deadline: Deadline) -> Reply:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(desk.model, "complete", failing)
    messages = [desk.session.id]
    for hours in WEEK:
        for _ in messages:
            received = 1
            while desk.write_prompt() and received < 5:
                received += 1
        desk.clock.advance(hours * HOUR)
        messages = sweep(desk)
    assert asked_a_try <= len(asked) <= asked_a_try * tries
    assert (desk.view().prompt_due, status(desk)) == (False, "basic")
    assert not {"due_kind", "due_at", "prompt_wanted_at"} & desk.item("session").keys()
    before = len(asked)
    assert desk.write_prompt() == []  # a message that comes late
    assert len(asked) == before
    edit(desk, goal="Another one")
    assert (status(desk), "prompt_tries" in desk.item("session")) == ("writing", False)
    desk.write_prompt()
    assert len(asked) == before + asked_a_try


def test_what_was_given_up_may_be_wanted_again_and_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(desk.model, "complete", lambda *_: calls("write_prompt", USELESS))
        assert [desk.write_prompt() for _ in range(3)] == [["message-1"], ["message-1"], []]
    assert (desk.view().prompt_due, status(desk)) == (False, "basic")
    edit(desk, critical="The price")
    assert desk.write_prompt() == []
    assert (status(desk), "prompt_tries" in desk.item("session")) == ("tailored", False)


def test_the_sweep_goes_on_asking_for_a_prompt_that_failed(desk: Desk) -> None:
    desk.model.failing.add("prompt")
    desk.write_prompt()
    for _ in range(3):
        desk.clock.advance(HOUR)
        assert sweep(desk) == [desk.session.id]
        assert sweep(desk) == []
        assert desk.write_prompt() == ["message-1"]
    desk.model.failing.clear()
    assert desk.write_prompt() == []
    assert status(desk) == "tailored"
    desk.clock.advance(HOUR)
    assert sweep(desk) == []


def test_a_prompt_is_not_lost_when_the_sweep_comes_by_while_it_is_written(desk: Desk) -> None:
    desk.clock.advance(MISSED)
    desk.model.before = lambda request: request.task == "prompt" and sweep(desk)
    assert desk.write_prompt() == []
    assert status(desk) == "tailored"


def test_a_refusal_is_asked_again_by_the_sweep_only_and_not_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(desk, monkeypatch)
    assert desk.write_prompt() == []  # the queue drops it
    assert status(desk) == "basic"
    asked = 0
    for _ in range(28):
        desk.clock.advance(HOUR)
        for _ in sweep(desk):
            assert desk.write_prompt() == []
            asked += 1
    assert asked == 24
    assert status(desk) == "basic"


def test_once_the_refusal_is_mended_the_prompt_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        refuse(desk, patch)
        desk.write_prompt()
    desk.clock.advance(HOUR)
    assert sweep(desk) == [desk.session.id]
    assert desk.write_prompt() == []
    assert status(desk) == "tailored"


def test_the_first_thread_of_a_templated_session_follows_its_template_until_there_is_a_prompt(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    templated = Desk(desk.clock, desk.model, template_id="swot")
    template = find_template("swot")
    assert template is not None
    assert templated.session.template_id == template.id
    desk.model.failing.add("prompt")
    templated.write_prompt()
    assert status(templated) == "basic"
    assert "template" in [getattr(record, "serving", "") for record in caplog.records]
    assert template.facilitation_prompt in shown_to_newcomer(templated, "first")
    assert templated.thread().thread.prompt_version == 0
    desk.model.failing.clear()
    templated.write_prompt()
    (request,) = [it for it in desk.model.requests if it.task == "prompt"][-1:]
    assert template.title in repr(request.messages)
    assert "Prompt 2: welcome" in shown_to_newcomer(templated, "second")
    templated.who = participant("first", "first")
    templated.say("Hello")  # whoever began with the template goes on with it
    assert template.facilitation_prompt in "\n".join(block.text for block in desk.model.requests[-1].system)


def test_a_rewriting_that_fails_leaves_the_last_prompt_of_ours(desk: Desk) -> None:
    desk.write_prompt()
    first = desk.view().prompt
    edit(desk, topic="Bicycles")
    assert status(desk) == "writing"
    desk.model.failing.add("prompt")
    desk.write_prompt()
    assert (desk.view().prompt, status(desk)) == (first, "tailored")
    desk.model.failing.clear()
    desk.write_prompt()
    prompt = desk.view().prompt
    assert prompt is not None
    assert (prompt.version, prompt.generated_from and prompt.generated_from["topic"]) == (2, "Bicycles")


@pytest.mark.parametrize("field", ["topic", "goal", "critical", "context", "template_id"])
def test_another_brief_starts_again_after_a_failure(desk: Desk, field: str) -> None:
    desk.model.failing.add("prompt")
    desk.write_prompt()
    before = desk.item("session")
    edit(desk, **{field: "swot"})
    assert status(desk) == "writing"
    app.sessions_changed(events.batch(events.change("MODIFY", desk.item("session"), before)), Context())
    assert desk.asked("prompts") == [desk.session.id]


def test_another_template_leaves_a_prompt_of_the_host_alone(desk: Desk) -> None:
    hosts = Desk(desk.clock, desk.model, prompt="Ask about soup.")
    edit(hosts, template_id="swot")
    view = hosts.view()
    assert (view.session.template_id, status(hosts), view.prompt_due) == (template_id("swot"), "host", False)
    assert "Ask about soup." in shown_to_newcomer(hosts, "p1")


def edit(desk: Desk, **changes: Any) -> None:
    """Change the session as its host."""
    desk.clock.advance(1)
    desk.edit(**changes)
