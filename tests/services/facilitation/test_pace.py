"""Pacing: the budget, what each stage of it asks for, and when a widget may come."""

import pytest

from chalicelib.model import Message
from chalicelib.services.facilitation.pace import Pace, measure_pace, render_pace
from tests.example_tables import each_row
from tests.services.builders import message, single_select, talk, thread, view

HISTORY = talk("Hello?", "Yes")
CARE = " Unless they are in distress: then nothing counts but care."


def steer(
    turn: int,
    budget: int = 12,
    *,
    critical: bool = False,
    last: bool = False,
    concluded: bool = False,
    recapped: bool = False,
) -> str:
    """What a turn of a conversation asks for; care comes first in every one."""
    pace = Pace(turn, budget, True, concluded, critical, "never", last, recapped=recapped)
    told = render_pace(pace).split("\n")
    assert len(told) == 2
    assert told[1].endswith(CARE)
    return told[1].removesuffix(CARE)


def widgets(*presented: bool) -> list[Message]:
    """A conversation in which these messages of the facilitator presented a widget."""
    history = []
    for index, shown in enumerate(presented):
        asked = message(2 * index + 1, "assistant", "Where?", widget_spec=single_select() if shown else None)
        history += [asked, message(2 * index + 2, "user", "Here")]
    return history


def test_the_pace_is_rendered_with_all_that_it_says() -> None:
    assert render_pace(Pace(3, 12, True, False, True, "may")) == (
        '<pacing turn="3" of="12" left="9" concluded="no" widget="may">turn 3 of about 12</pacing>\n'
        "Reply to their latest words with one question, or conclude if everything important is covered."
        " Unless they are in distress: then nothing counts but care."
    )


@pytest.mark.parametrize(("minutes", "budget"), [(1, 4), (5, 6), (10, 12), (30, 36)])
def test_the_budget_follows_the_length_that_the_host_set(minutes: int, budget: int) -> None:
    assert measure_pace(view(duration_minutes=minutes), thread(), HISTORY).budget == budget


@pytest.mark.parametrize(("most", "budget"), [(200, 12), (12, 12), (5, 5), (2, 2), (None, 12)])
def test_the_budget_is_never_more_than_a_conversation_takes(most: int | None, budget: int) -> None:
    assert measure_pace(view(), thread(), HISTORY, most).budget == budget


def test_the_last_message_that_a_conversation_takes_is_known_and_concluded() -> None:
    paces = [
        measure_pace(view(duration_minutes=200), thread(message_count=turn), [], 100) for turn in (0, 99, 100, 101)
    ]
    assert [pace.last for pace in paces] == [False, False, True, True]
    assert not measure_pace(view(), thread(), [], 0).last  # an opening
    told = "This conversation takes nothing more: call `conclude` with the recap, without any question."
    assert steer(5, 5, last=True) == told
    assert steer(5, 5, last=True, concluded=True).startswith("The conversation was concluded before")


def test_turns_are_the_participants_messages_those_not_shown_included() -> None:
    assert measure_pace(view(), thread(message_count=0), HISTORY).turn == 1
    assert measure_pace(view(), thread(message_count=80), HISTORY).turn == 80


@pytest.mark.parametrize("turn", [1, 5, 9])
def test_there_is_time_for_a_question(turn: int) -> None:
    assert (
        steer(turn) == "Reply to their latest words with one question, or conclude if everything important is covered."
    )


def test_half_way_the_facilitator_is_sent_to_what_is_critical_once() -> None:
    told = "Half of the time is over: if what the host calls critical has not come up yet, ask about it now."
    assert [steer(turn, critical=True) == told for turn in range(1, 11)] == [False] * 5 + [True] + [False] * 4
    assert [steer(turn, 5, critical=True) == told for turn in (1, 2, 3)] == [False, False, False]


HURT = ["I am tired.", "I want to die."]
CARED = "You need not go on here. Please turn to somebody you trust."


def paces(said: list[str], cared: str) -> list[Pace]:
    """The pace of every turn after this was said and met so, in a session with something critical and with widgets."""
    history = talk(
        "How is it?", said[0], "Why?", said[1], cared, "Thanks.", "What else?", "Buses.", "Why?", "Late.", "And?", "No."
    )
    shown = view(widgets_enabled=True, critical="Danger")
    return [measure_pace(shown, thread(), history[:end]) for end in range(6, len(history) + 1, 2)]


def test_for_two_turns_after_care_nobody_is_led_back() -> None:
    found = paces(["Buses.", "Some shove."], CARED)
    assert [pace.after_care for pace in found] == [True, True, False, False]
    assert "don't lead back to it, not even where the host calls it critical" in render_pace(found[0])
    assert all(pace.critical for pace in found)  # care is only told by a message that asks nothing


def test_after_a_sign_of_danger_what_is_critical_is_never_gone_for_again() -> None:
    found = paces(HURT, "I am sorry. Shall we go on?")
    assert [pace.after_care for pace in found] == [True, True, False, False]
    assert not any(pace.critical for pace in found)


def test_after_a_widget_its_reason_is_asked_for_or_nothing_more() -> None:
    history = widgets(False, True)
    told = "They have just answered a widget: ask for the reason behind their answer, in words, or conclude."
    assert told in render_pace(measure_pace(view(widgets_enabled=True), thread(), history))
    nearly_over = measure_pace(view(widgets_enabled=True, critical="Sundays"), thread(message_count=11), history)
    assert told in render_pace(nearly_over)
    assert told not in render_pace(measure_pace(view(widgets_enabled=True), thread(), widgets(True, False)))


@pytest.mark.parametrize("turn", [10, 11])
def test_near_the_end_only_what_is_open_is_asked(turn: int) -> None:
    end = " if it is still open, or conclude."
    assert steer(turn) == f"The time is nearly up: ask for what matters most{end}"
    assert steer(turn, critical=True) == f"The time is nearly up: ask for what the host calls critical{end}"


def test_over_the_time_it_gets_firmer() -> None:
    assert [steer(turn) for turn in (12, 13)] == ["The time is up: conclude now."] * 2
    assert steer(14) == (
        "The time was up 2 turns ago: call `conclude` in this message, and ask nothing more, whatever is still open."
    )
    assert steer(17) == (
        "The conversation is 5 turns over its time, which the participant was not asked for. Whatever they say, "
        "this message is the last: call `conclude` with the recap, without any question."
    )


@pytest.mark.parametrize("turn", [3, 30])
def test_after_a_conclusion_nothing_new_is_asked(turn: int) -> None:
    told = steer(turn, concluded=True, recapped=True)
    assert told.startswith("The conversation was concluded before, so ask nothing.")
    assert "the recap as they mean it" in told
    assert "without a recap: call `conclude`" in steer(turn, concluded=True)
    told = render_pace(Pace(0, 12, True, True, False, "never")).split("\n")[1]
    assert told == "The conversation was concluded before: answer briefly and kindly, ask nothing new."


def test_a_conversation_without_words_is_opened() -> None:
    for begun in (True, False):
        told = render_pace(Pace(0, 12, begun, False, False, "never")).split("\n")[1]
        assert told == "Nobody has written anything yet: open the conversation."


@each_row(
    "presented, state",
    [
        ([], "not_now"),  # open with words
        ([False], "may"),
        ([True], "not_now"),
        ([True, False], "not_now"),
        ([True, False, False], "not_now"),
        ([True, False, False, False], "may"),
        ([False, False, False, True], "not_now"),
    ],
)
def test_at_most_one_message_in_four_presents_a_widget(presented: list[bool], state: str) -> None:
    assert measure_pace(view(widgets_enabled=True), thread(), widgets(*presented)).widget == state


def test_no_widget_comes_where_there_are_none_or_when_the_time_is_up() -> None:
    history = widgets(False)
    assert measure_pace(view(), thread(), history).widget == "never"
    enabled = view(widgets_enabled=True)
    assert measure_pace(enabled, thread(message_count=11), history).widget == "may"
    assert measure_pace(enabled, thread(message_count=12), history).widget == "not_now"
    assert measure_pace(enabled, thread(concluded=True), history).widget == "not_now"


def test_what_is_known_of_length_and_language_stands_in_the_tag() -> None:
    told = render_pace(Pace(3, 12, True, False, True, "may", minutes=10, language='x"y'))
    assert told.startswith(
        '<pacing turn="3" of="12" left="9" concluded="no" widget="may" minutes="10" language="x&quot;y">turn 3 of about 12</pacing>\n'
    )


@pytest.mark.parametrize(
    ("of_session", "own", "language"),
    [("German", "fr", "German"), (None, "fr", "fr"), ("de", None, "de"), (None, None, None), ("", "fr", "fr")],
)
def test_the_language_is_the_sessions_else_the_participants_own(
    of_session: str | None, own: str | None, language: str | None
) -> None:
    assert measure_pace(view(language=of_session), thread(), [], None, own).language == language
