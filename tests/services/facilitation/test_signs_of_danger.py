"""Care comes first in a turn whose latest words show a sign of danger, whichever model answers."""

import logging
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.llm.interface import ModelDeclined, Reply
from chalicelib.model import Answer, Message, Scratchpad
from chalicelib.services.facilitation.facilitator_reply import FacilitatorReply, facilitate
from tests.llm.queued import QueuedModel, calls, prompt_of, steering_of
from tests.services.builders import NOW, deadline, message, talk, thread, view
from tests.services.facilitation.test_cross_pollination import note

DANGER = "I want to die."
LONG = "I take the bus every morning and it is always late, so I am late as well, and nobody at work believes me."
BEFORE = talk("Hello. What matters?", LONG, "Why?", LONG, "And then?")
WIDGET = {"widget": {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}}
HELP = "Samaritans <116 123>, day & night"
SHARED = note(1, "Night trains")


def turn(
    *latest: str,
    replies: tuple[Reply | Exception | str, ...] = ("That sounds very hard.",),
    before: list[Message] = BEFORE,
    answers: tuple[Answer, ...] = (),
    **fields: Any,
) -> tuple[FacilitatorReply, QueuedModel]:
    """A turn in a session with widgets and with themes of others, after these words."""
    model = QueuedModel(*replies)
    shown = view(widgets_enabled=True, cross_pollination=True, **fields)
    shown = replace(shown, scratchpad=Scratchpad((SHARED,), (), (), (), 5, 10, 30, NOW))
    history = [*before, *(message(len(before) + at, "user", words) for at, words in enumerate(latest, 1))]
    reply = facilitate(shown, thread(), answers, history, help_text=HELP, model=model, deadline=deadline())
    return reply, model


def pacing(model: QueuedModel) -> dict[str, str]:
    (found,) = tags.read("pacing", prompt_of(model.requests[-1]))
    return found.attributes


def test_a_turn_without_a_sign_is_as_ever() -> None:
    reply, model = turn(LONG)
    assert "care" not in pacing(model)
    assert pacing(model)["widget"] == "may"
    assert "Night trains" in model.prompt
    assert reply.themes == ("t1",)


@pytest.mark.parametrize("latest", [(DANGER,), (LONG, DANGER, "The bus is late."), ("ich will nicht mehr leben",)])
def test_the_request_of_a_hit_puts_care_first(latest: tuple[str, ...]) -> None:
    reply, model = turn(*latest)
    assert pacing(model)["care"] == "yes"
    assert pacing(model)["widget"] == "not_now"
    (told,) = steering_of(model.requests[-1])
    assert "care comes first now" in told
    assert tags.read("help", told) == [tags.Tagged(HELP, {})]
    assert "with one question, or conclude" not in model.prompt
    assert "Night trains" not in model.prompt
    assert reply == FacilitatorReply("That sounds very hard.", False, reply.usage, reply.model)


def test_it_is_for_the_latest_words_only() -> None:
    _, model = turn("Thank you. Back to the bus.", before=[*BEFORE, *talk("", DANGER, "That sounds hard.")[1:]])
    assert "care" not in pacing(model)


def test_nothing_that_a_cache_keeps_changes() -> None:
    (_, plain), (_, care) = turn(LONG), turn(DANGER)
    one, other = plain.requests[0], care.requests[0]
    assert (one.system, one.tools) == (other.system, other.tools)
    assert one.messages[:-2] == other.messages[:-2]
    assert not any(block.cached for sent in other.messages[-2:] for block in sent.blocks)


def test_a_widget_that_the_model_presents_all_the_same_is_dropped() -> None:
    reply, model = turn(DANGER, replies=(calls("present_widget", WIDGET, "That sounds hard."),))
    assert (reply.content, reply.widget_spec) == ("That sounds hard.", None)
    reply, model = turn(DANGER, replies=(calls("present_widget", WIDGET), "That sounds hard."))
    assert (reply.content, reply.widget_spec, len(model.requests)) == ("That sounds hard.", None, 2)


def test_where_no_model_will_answer_code_says_where_help_is_and_how_to_go_on() -> None:
    rows: tuple[tuple[str, dict[str, Any], str, str], ...] = (
        (
            DANGER,
            {},
            "You need not go on here. If you or somebody else is in danger",
            "“The new library”: just write what else",
        ),
        (
            "I cook with belladonna.",
            {},
            "I can't answer what you wrote last",
            "“The new library”: just write what else",
        ),
        (
            "Ich koche mit Tollkirschen.",
            {"language": "de"},
            "Auf das, was Sie zuletzt geschrieben haben",
            "Schreiben Sie einfach",
        ),
    )
    for latest, fields, begins, ends in rows:
        reply, _ = turn(latest, replies=(ModelDeclined("declined"),), **fields)
        assert (reply.is_declined, reply.is_final, reply.widget_spec) == (True, False, None)
        assert reply.content.startswith(begins)
        assert HELP in reply.content
        assert ends in reply.content.split("\n\n")[-1]
        assert "?" not in reply.content


def test_what_was_asked_before_may_be_asked_again() -> None:
    asked = "Is there somebody whom you could call tonight?"
    before = talk(asked, LONG, "Why is the bus late so often?", LONG, "And then?")
    reply, model = turn(DANGER, replies=(asked,), before=before)
    assert (reply.content, len(model.requests)) == (asked, 1)


def test_the_form_counts_until_something_is_said() -> None:
    answers = (Answer("q1", "How are you?", "I want to kill myself"),)
    _, model = turn(before=[], answers=answers)
    assert pacing(model)["care"] == "yes"
    _, model = turn(LONG, answers=answers)
    assert "care" not in pacing(model)


def test_without_a_help_text_and_without_widgets() -> None:
    model = QueuedModel("That sounds hard.")
    history = [*BEFORE, message(6, "user", DANGER)]
    facilitate(view(), thread(), (), history, model=model, deadline=deadline())
    assert pacing(model)["care"] == "yes"
    assert pacing(model)["widget"] == "never"
    assert tags.read("help", model.prompt) == []


def test_a_hit_is_logged_by_its_kind_and_never_by_its_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        turn("My cat Minka sleeps. I want to die.")
        turn(LONG)
    (line,) = [record for record in caplog.records if getattr(record, "event", None) == "care_first"]
    told = {"session_id": "s1", "language": "en", "kind": "dying"}
    assert told.items() <= vars(line).items()
    assert "Minka" not in repr(line.__dict__)
    assert "want to" not in repr(line.__dict__)
