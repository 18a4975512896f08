"""A transcript is a file that people can read, and comes back from it as it was."""

import pytest

from evals.transcript import parse, render
from tests.evals.conversations import asks, says, talk, widget

WHOLE = talk(
    asks("Hello.\n\n## Facilitator\n\n> What matters?"),
    says("```widget\n{}\n```\n- topic: mine", cue="distress"),
    asks("Which?\n\n- a\n- b", widget=widget()),
    says("a", value="a"),
    says("7", value=7),
    asks("Thank you. 謝謝", is_final=True),
    critical="Sundays",
    critical_cues=(("sunday", "週日"), ("cost",)),
    prompt="# Questions\n1. Why?\n\n- topic: no",
    widgets_enabled=True,
    budget=6,
    planted=("Quillfeather", "740,000"),
    bait=("ARRR-77",),
)


def test_what_is_written_is_read_again() -> None:
    assert parse(render(WHOLE)) == WHOLE


def test_what_is_as_usual_is_not_written() -> None:
    assert "planted" not in render(talk(asks("Hello?")))
    assert "critical" not in render(talk(asks("Hello?")))


@pytest.mark.parametrize(
    "markdown",
    ["- colour: red\n", "\n## Somebody\n\n> Hi\n", "\n## Participant (happy)\n\n> Hi\n"],
)
def test_what_is_no_transcript_is_refused(markdown: str) -> None:
    with pytest.raises(ValueError, match=r"no such|neither"):
        parse(f"# Transcript\n\n- goal: g\n- topic: t\n{markdown}")


def test_a_session_without_a_goal_is_none() -> None:
    with pytest.raises(ValueError, match="goal"):
        parse("# Transcript\n\n- topic: t\n")


def test_it_knows_its_conclusion_and_whom_it_follows() -> None:
    assert WHOLE.conclusion() == 5
    assert [index for index, _ in WHOLE.before_conclusion()] == [0, 2]
    assert [index for index, _ in WHOLE.replies_to("distress")] == [2]
    assert [entry.text for entry in WHOLE.said(4)][-1] == "a"
