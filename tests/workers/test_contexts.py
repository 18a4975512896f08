"""A long context is condensed once, and goes to nobody's facilitator whole."""

import pytest

import app
from chalicelib import container
from chalicelib.llm.interface import ModelDeclined, ModelRefused, Usage
from chalicelib.model import SHOWN_CONTEXT_BYTES
from tests import events
from tests.conversation import participant
from tests.events import Context
from tests.workers.consultation import Consultation

LINE = "The canteen opened in 1970, and it seats ninety people. "
LONG = (LINE * 1_800).strip()  # about 100,000 characters
CUT = '<context note="the beginning of a longer text; the rest is left out">'
SHORT = '<context note="a shorter version of a longer text">The short version.</context>'


@pytest.fixture
def consultation(consultation: Consultation) -> Consultation:
    """A session with a prompt of the host's and a long context."""
    consultation.edit(context=LONG, prompt="Ask.")
    return consultation


def shown(consultation: Consultation, name: str) -> str:
    """What the facilitator of a newcomer is shown of the session."""
    consultation.who = participant(name, name)
    consultation.join()
    return "\n".join(block.text for block in consultation.model.requests[-1].system)


def woken(consultation: Consultation, name: str = "MODIFY") -> list[str]:
    """The sessions that the stream has something written for, when it is told of the context."""
    app.sessions_changed(events.batch(events.change(name, consultation.item("context"))), Context())
    return consultation.asked("prompts")


def test_a_long_context_goes_to_the_model_once_and_its_short_version_with_every_turn(
    consultation: Consultation,
) -> None:
    assert woken(consultation) == [consultation.session.id]
    assert consultation.write_prompt() == []
    (asked,) = consultation.model.requests
    assert LONG in asked.messages[0].blocks[0].text
    assert SHORT in shown(consultation, "ana")
    assert SHORT in shown(consultation, "bo")
    assert consultation.view().context == LONG
    assert consultation.write_prompt() == []
    assert consultation.model.count("prompt") == 1


def test_until_then_the_beginning_serves_up_to_the_end_of_a_sentence(consultation: Consultation) -> None:
    told = shown(consultation, "ana")
    context = told.partition(CUT)[2].partition("</context>")[0]
    assert len(context.encode()) <= SHOWN_CONTEXT_BYTES
    assert LONG.startswith(context)
    assert context.endswith("ninety people.")
    assert len(told.encode()) < SHOWN_CONTEXT_BYTES + 16_000


def test_a_context_that_changes_has_another_short_version(consultation: Consultation) -> None:
    consultation.write_prompt()
    consultation.clock.advance(60)
    consultation.edit(context=LONG.replace("canteen", "library"))
    assert consultation.view().condensed_context is None
    assert consultation.item("condensed_context") == {}
    assert "The library opened" in shown(consultation, "ana")
    assert consultation.write_prompt() == []
    assert SHORT in shown(consultation, "bo")
    consultation.edit(context="Built in 1970.")
    assert "<context>Built in 1970.</context>" in shown(consultation, "cy")
    assert consultation.item("condensed_context") == {}
    assert consultation.write_prompt() == []
    assert consultation.model.count("prompt") == 2


def test_a_draft_waits_for_no_short_version_and_one_that_is_there_is_not_written_again(
    consultation: Consultation,
) -> None:
    consultation.edit(status="draft")
    assert "wanted_at" not in consultation.item("context")
    consultation.edit(status="active")
    assert woken(consultation) == [consultation.session.id]
    consultation.write_prompt()
    consultation.edit(status="draft")
    consultation.edit(status="active")
    assert consultation.write_prompt() == []
    assert "wanted_at" not in consultation.item("context")
    assert consultation.model.count("prompt") == 1
    assert SHORT in shown(consultation, "ana")


def test_a_short_version_of_what_was_changed_meanwhile_is_not_kept(consultation: Consultation) -> None:
    def edit(_: object) -> None:
        consultation.model.before = lambda _: None
        consultation.clock.advance(1)
        consultation.edit(context=LONG.replace("canteen", "library"))

    consultation.model.before = edit
    assert consultation.write_prompt() == []
    assert consultation.item("condensed_context") == {}
    assert "wanted_at" in consultation.item("context")


def test_a_short_context_is_shown_as_it_is_and_asks_for_nothing(consultation: Consultation) -> None:
    consultation.edit(context="é" * (SHOWN_CONTEXT_BYTES // 2))
    assert woken(consultation) == []
    assert "é</context>" in shown(consultation, "ana")
    assert consultation.item("context").keys() == {"session_id", "part", "text"}


def test_a_missed_event_is_made_good_by_the_sweep(consultation: Consultation) -> None:
    consultation.clock.advance(301)
    app.sweep(events.clock_event(), Context())
    assert consultation.asked("prompts") == [consultation.session.id]


def test_a_model_that_fails_is_asked_again_and_after_three_paid_tries_the_beginning_stays(
    consultation: Consultation,
) -> None:
    consultation.model.failing.add("prompt")
    assert consultation.write_prompt() == ["message-1"]
    consultation.model.wasted = Usage(output_tokens=5)
    assert [consultation.write_prompt() for _ in range(3)] == [["message-1"], ["message-1"], []]
    assert consultation.write_prompt() == []
    assert consultation.model.count("prompt") == 4
    assert CUT in shown(consultation, "ana")


@pytest.mark.parametrize(
    ("error", "waits"),
    [(ModelRefused("The language model is unavailable; try again later"), True), (ModelDeclined("Declined"), False)],
)
def test_where_the_server_refuses_the_queue_hears_it_once_and_what_is_declined_is_not_asked_again(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, error: Exception, waits: bool
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(consultation.model, "complete", refuse)
    assert consultation.write_prompt() == []
    assert ("wanted_at" in consultation.item("context")) is waits


def test_a_script_condenses_nothing(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consultation.model, "understands", False)
    assert consultation.write_prompt() == []
    assert consultation.model.requests == []
    assert "wanted_at" not in consultation.item("context")


def test_a_new_session_is_written_for_once_though_prompt_and_context_wait(consultation: Consultation) -> None:
    new = consultation._create(context=LONG)
    key = {"session_id": {"S": new.id}, "part": {"S": "context"}}
    image = consultation.tables.get_item(TableName="sessions", Key=key)["Item"]
    session = consultation.tables.get_item(TableName="sessions", Key={**key, "part": {"S": "session"}})["Item"]
    records = (events.change("INSERT", session), events.change("INSERT", image))
    app.sessions_changed(events.batch(*records), Context())
    assert consultation.asked("prompts") == [new.id]
    assert container.sessions().view(new.id, ("context",)).context_due_at == consultation.clock.now()
