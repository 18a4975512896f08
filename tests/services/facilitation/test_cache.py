"""What a turn reads fresh stays flat: nothing before a breakpoint changes, and the next one is near."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from chalicelib.llm.interface import Block, ChatMessage
from chalicelib.model import Answer, CondensedHistory, Message
from chalicelib.services.facilitation.pace import measure_pace
from chalicelib.services.facilitation.prompt import chat_messages, system_blocks
from tests.services.builders import message, single_select, thread, view

TURNS = 60
MOST_BREAKPOINTS = 4  # that the API takes in one request
LOOKED_BACK = 20  # blocks from a breakpoint, in which the API finds what it has cached
SAID = "I would rather have more books for children than another coffee machine."
ASKED = "You would rather have more books for children. Which ones are missing?"


def conversation(turns: int, burst: int = 1, opened: bool = True) -> list[Message]:
    """So many turns, each of several messages in a row; every fifth question is a widget."""
    history: list[Message] = []
    for turn in range(turns + 1):
        if turn or opened:
            spec = single_select("Which?", "Novels", "Comics") if turn % 5 == 2 else None
            history.append(message(len(history) + 1, "assistant", f"{turn}. {ASKED}", widget_spec=spec))
        if turn < turns:
            history += [message(len(history) + number, "user", f"{number}. {SAID}") for number in range(1, burst + 1)]
    return history


def requests(history: Sequence[Message], condensed: CondensedHistory | None = None) -> list[tuple[ChatMessage, ...]]:
    """What the model is shown at each turn of this conversation, the opening included."""
    answers = [Answer("q", "Your role?", "Reader")]
    ends = [at for at, entry in enumerate(history) if entry.role == "assistant"]
    shown = [history[:end] for end in ends]
    enabled = view(widgets_enabled=True)
    return [chat_messages(enabled, answers, past, measure_pace(enabled, thread(), past), condensed) for past in shown]


def blocks(sent: Sequence[ChatMessage]) -> list[tuple[str, Block]]:
    return [(part.role, block) for part in sent for block in part.blocks]


def breakpoint_of(sent: Sequence[ChatMessage]) -> int:
    """How many blocks are in front of the last breakpoint; 0 where only the system prompt has one."""
    return max((at for at, (_, block) in enumerate(blocks(sent), 1) if block.cached), default=0)


def texts(sent: Sequence[ChatMessage]) -> list[tuple[str, str]]:
    return [(role, block.text) for role, block in blocks(sent)]


def test_what_a_turn_reads_fresh_does_not_grow() -> None:
    fresh = [
        sum(len(text) for _, text in texts(sent)[breakpoint_of(sent) :]) for sent in requests(conversation(TURNS))[1:]
    ]
    assert len(fresh) == TURNS
    widget = len('<widget type="SingleSelect" options="Novels | Comics">Which?</widget>\n')
    steers = 400  # pacing and its sentence, the longest one
    assert max(fresh) <= len(SAID) + widget + steers
    assert max(fresh[-10:]) - max(fresh[:10]) < 150  # the steer at the end is longer than the one at the beginning


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("burst", [1, 25])
def test_the_cached_part_of_a_turn_begins_the_next_and_its_breakpoint_is_near(burst: int, opened: bool) -> None:
    sent = requests(conversation(TURNS, burst, opened))
    for now, then in pairwise(sent):
        kept = breakpoint_of(now)
        assert texts(then)[:kept] == texts(now)[:kept]
        assert 0 < breakpoint_of(then) - kept < LOOKED_BACK


def test_a_request_has_no_more_breakpoints_than_the_api_takes() -> None:
    system = sum(block.cached for block in system_blocks(view()))
    assert all(
        system + sum(block.cached for _, block in blocks(sent)) <= MOST_BREAKPOINTS
        for sent in requests(conversation(TURNS))
    )


def test_a_condensed_beginning_stays_while_the_thread_grows() -> None:
    history = conversation(TURNS)
    sent = requests(history, CondensedHistory(40, "What was said", {}))[30:]
    for now, then in pairwise(sent):
        kept = breakpoint_of(now)
        assert kept
        assert texts(then)[:kept] == texts(now)[:kept]
