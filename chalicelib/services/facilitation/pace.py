"""Pacing: how far a conversation is in its time, what that asks for, and whether a widget may come now."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from chalicelib.llm import tags
from chalicelib.model import Message, SessionView, Thread
from chalicelib.services.facilitation.care import is_after_care, was_hurt
from chalicelib.services.prompts import fill

MIN_TURNS = 4
TURNS_PER_MINUTE = 1.2  # ten minutes, the default length of a conversation, are about twelve turns
_MOST_BEFORE_THE_END = 95  # percent
BETWEEN_WIDGETS = 3  # messages of the facilitator: at most one in four presents a widget

_CARE = " Unless they are in distress: then nothing counts but care."

_AFTER_RECAP = (
    "The conversation was concluded before, so ask nothing. Where they say that the recap is not what they meant, or lacks something: "
    "call `conclude` with the recap as they mean it, put right and whole. Else take up what they add in a sentence or two, kindly."
)
_RECAP_MISSING = (
    "The conversation was concluded before, without a recap: call `conclude` with the recap of what they said, and thank them, without "
    "any question."
)

WidgetState = Literal["may", "not_now", "never"]


class Pace(Struct, frozen=True):
    """Where a conversation stands: `turn` counts what the participant has said, several messages in a row as one; `budget`
    what there is time for.

    `minutes` is how long the host means it to take. `language` is what to write in before the participant has written:
    the session's, else the participant's own; None where neither is known.
    """

    turn: int
    budget: int
    begun: bool
    concluded: bool
    critical: bool  # whether to go for what the host calls critical: it may be just what hurt somebody
    widget: WidgetState
    last: bool = False  # whether the conversation takes nothing more after this
    leaving: bool = False  # whether the participant has asked to end it
    care: bool = False  # whether the latest words show a sign of danger
    after_care: bool = False  # whether care may have come first a short while ago
    after_widget: bool = False  # whether the latest words answer a widget
    recapped: bool = False  # whether the facilitator's closing words are among the messages
    minutes: int | None = None
    language: str | None = None

    @property
    def has_room_for_themes(self) -> bool:
        """Whether a theme of others may come in: there is time left, and nothing comes before it."""
        return self.turn < self.budget and not (self.care or self.after_care or self.leaving)

    @property
    def left(self) -> int:
        """How many more questions there is time for."""
        return max(0, self.budget - self.turn)


def measure_pace(
    view: SessionView,
    thread: Thread,
    history: Sequence[Message],
    max_turns: int | None = None,
    language: str | None = None,
    *,
    care: bool = False,
    leaving: bool = False,
) -> Pace:
    """Returns the pace of this thread, by its head and by the messages that are shown.

    `max_turns` is what one conversation takes, `language` the participant's own, `care` whether their latest words show a
    sign of danger, `leaving` whether they asked to end the conversation.
    """
    said = _count_said(thread, history)
    turn = count_turns(thread, history)
    budget = turn_budget(view.session.duration_minutes, max_turns)
    last = leaving or (max_turns is not None and 0 < said >= max_turns)
    timely = turn < budget and not (thread.concluded or leaving or care)
    widget: WidgetState = "never"
    if view.session.widgets_enabled:
        widget = "may" if timely and _is_widget_due(history) else "not_now"
    return Pace(
        turn=turn,
        budget=budget,
        begun=bool(history),
        concluded=thread.concluded,
        critical=bool(view.session.critical) and not was_hurt(history),
        widget=widget,
        last=last,
        leaving=leaving,
        care=care,
        after_care=is_after_care(history),
        after_widget=_is_widget_answered(history),
        recapped=has_closing(history),
        minutes=view.session.duration_minutes,
        language=view.session.language or language,
    )


def turn_budget(minutes: int, max_turns: int | None = None) -> int:
    """Returns about how many messages of a participant there is time for; `max_turns` is what one conversation takes."""
    budget = max(MIN_TURNS, round(minutes * TURNS_PER_MINUTE))
    return budget if max_turns is None else min(budget, max_turns)


def measure_progress(thread: Thread, minutes: int, max_turns: int | None = None) -> int:
    """Returns how far a conversation has come in the time that the host means it to take, in percent; all of it is for one that has
    ended, and for no other.

    What counts are the facilitator's replies, as in its own pacing. They follow from the head alone, so that it is the same with
    whatever messages were read, and never less than before, unless the host gives the conversation more time.
    """
    if thread.concluded:
        return 100
    replies = thread.last_sequence - thread.starts_after - thread.message_count
    turns = max(0, replies - 1)  # the first is the opening
    return min(_MOST_BEFORE_THE_END, 100 * turns // turn_budget(minutes, max_turns))


def render_pace(pace: Pace, help_text: str = "") -> str:
    """Returns what the model is told with the participant's latest words; `help_text` is the operator's."""
    known = {
        "minutes": pace.minutes,
        "language": pace.language,
        "last": "yes" if pace.last else None,
        "care": "yes" if pace.care else None,
    }
    told = tags.data(
        "pacing",
        f"turn {pace.turn} of about {pace.budget}",
        turn=pace.turn,
        of=pace.budget,
        left=pace.left,
        concluded="yes" if pace.concluded else "no",
        widget=pace.widget,
        **{name: value for name, value in known.items() if value is not None},
    )
    if pace.care:
        return f"{told}\n{fill('danger', help=render_help(help_text))}"
    return fill("pace", pace=told, steer=_render_guidance(pace) + (_CARE if pace.turn else ""))


def render_help(help_text: str) -> str:
    """Returns the sentence that passes on the operator's help text; empty where there is none."""
    told = help_text.strip()
    return f" {fill('help', help=tags.data('help', told))}" if told else ""


def count_turns(thread: Thread, history: Sequence[Message]) -> int:
    """Returns how often the participant has spoken: of several messages in a row, as far as they are in `history`, only the first
    counts, for the others take no time of the facilitator's."""
    added = sum(before.role == after.role == "user" for before, after in pairwise(history))
    return _count_said(thread, history) - added


def has_closing(history: Sequence[Message]) -> bool:
    """Says whether the facilitator's closing words, which end a conversation, are among these messages."""
    return any(message.role == "assistant" and message.is_final for message in history)


def _count_said(thread: Thread, history: Sequence[Message]) -> int:
    return max(sum(message.role == "user" for message in history), thread.message_count)


def _is_widget_due(history: Sequence[Message]) -> bool:
    """Says whether the facilitator has asked in words before, and for long enough since the last widget."""
    own = [message for message in history if message.role == "assistant"]
    return bool(own) and all(message.widget_spec is None for message in own[-BETWEEN_WIDGETS:])


def _is_widget_answered(history: Sequence[Message]) -> bool:
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    return last is not None and last.widget_spec is not None and history[-1].role == "user"


def _render_guidance(pace: Pace) -> str:
    """Returns what the time asks for now."""
    if pace.concluded:
        return _render_after_end(pace)
    if not pace.begun or not pace.turn:
        return "Nobody has written anything yet: open the conversation."
    if pace.leaving:
        return (
            "The participant has pressed “I’m done” instead of going on: call `conclude` with the recap of what they said, and "
            "thank them, without any question."
        )
    if pace.last:
        return "This conversation takes nothing more: call `conclude` with the recap, without any question."
    if pace.turn >= pace.budget:
        return _render_overtime(pace.turn - pace.budget)
    if pace.after_care:
        return (
            "Reply to their latest words with one question, or conclude. If they have told of something that hurt, don't lead back "
            "to it, not even where the host calls it critical."
        )
    if pace.after_widget:
        return "They have just answered a widget: ask for the reason behind their answer, in words, or conclude."
    open_still = "what the host calls critical" if pace.critical else "what matters most"
    if pace.turn >= pace.budget - 2:
        return f"The time is nearly up: ask for {open_still} if it is still open, or conclude."
    if pace.critical and pace.turn == (pace.budget + 1) // 2:
        return "Half of the time is over: if what the host calls critical has not come up yet, ask about it now."
    return "Reply to their latest words with one question, or conclude if everything important is covered."


def _render_after_end(pace: Pace) -> str:
    """Returns what is due after the end: the recap, where there is none yet, or one that is put right."""
    if not pace.turn:
        return "The conversation was concluded before: answer briefly and kindly, ask nothing new."
    return _AFTER_RECAP if pace.recapped and not pace.leaving else _RECAP_MISSING


def _render_overtime(over: int) -> str:
    """Returns what the time asks for once it is over: firmer with every two turns."""
    if over < 2:
        return "The time is up: conclude now."
    if over < 4:
        return f"The time was up {over} turns ago: call `conclude` in this message, and ask nothing more, whatever is still open."
    return (
        f"The conversation is {over} turns over its time, which the participant was not asked for. Whatever they say, "
        "this message is the last: call `conclude` with the recap, without any question."
    )
