"""Answers to widgets: which widget is open, what it takes, and how long its answer can be changed.

A widget is open while the facilitator's last message presents it and nobody has answered. An answer can be changed until the
participant has said something else: before the reply to it as well as after. What was said stays: the changed answer is a
message of its own, behind the first one, with the value that counts from then on.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from chalicelib.errors import WidgetValueRefused
from chalicelib.model import Message
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.facilitation.widgets import check_value


class AnsweredWidget(Struct, frozen=True):
    """A widget whose answer can still be changed: the message that presents it, and the value that counts now."""

    asked: Message
    value: Any


def find_open_widget(history: Sequence[Message]) -> Message | None:
    """Returns the message of the widget that the participant's next message may answer; None where there is none."""
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    return last if last is not None and last.widget_spec is not None else None


def find_answered_widget(history: Sequence[Message]) -> AnsweredWidget | None:
    """Returns the widget whose answer can be changed: since its answer the participant has said nothing but other answers to it,
    and no other widget has come."""
    value = None
    for message in reversed(history):
        if message.role == "user":
            if message.widget_value is None:
                return None
            value = message.widget_value if value is None else value
        elif message.is_final:
            return None
        elif message.widget_spec is not None:
            return None if value is None else AnsweredWidget(message, value)
    return None


def check_widget(history: Sequence[Message], said: NewMessage) -> None:
    """Raises WidgetValueRefused for a value that its widget does not allow: that of the facilitator's last message, or the one
    whose answer the message says that it changes."""
    if said.widget_value is None:
        return
    asked = find_open_widget(history)
    if said.changes is not None:
        answered = find_answered_widget(history)
        asked = answered.asked if answered and answered.asked.sequence == said.changes else None
        if asked is None:
            raise WidgetValueRefused("The answer to this widget can no longer be changed")
    if asked is None or asked.widget_spec is None:
        raise WidgetValueRefused(
            "widget_value must be left out: there is no open widget in this conversation. An answer that is sent again "
            "needs the message_id of its first try"
        )
    check_value(asked.widget_spec, said.widget_value)
