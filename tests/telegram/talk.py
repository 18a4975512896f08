"""Somebody who talks with the facilitator in a private chat."""

import re
from collections.abc import Callable
from typing import Any

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.model import Thread
from infra.local.telegram.people import Person
from tests.faults import Interviewer
from tests.telegram.local_telegram import LocalTelegram

Said = list[tuple[str, str]]

_CODE = re.compile(r"(?:What you say stays|With this code)[^\n]*\n\n[0-9A-Z-]{32}\n(?:My data\n)?/mydata(?:\n\n)?")


def begin(telegram: LocalTelegram, person: Person, session: dict[str, Any]) -> Person:
    """Join without a name; the facilitator has opened the conversation."""
    person.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()
    for button in ("Start the conversation", "Without a name"):
        person.tap(button)
        telegram.work_off()
    return person


def write(telegram: LocalTelegram, person: Person, *words: str) -> None:
    """Write several messages, then have the bot react."""
    for text in words:
        person.write(text)
    telegram.work_off()


def told(person: Person, count: int) -> list[str]:
    """The bot's last messages, but for the code at the start and the end: `test_receipt.py` reads that."""
    said = (_CODE.sub("", message.text) for message in person.chat.answers)
    return [text for text in said if text][-count:]


def thread_of(session: dict[str, Any], place: int = 0) -> Thread:
    """A thread of the session, in the order in which they began."""
    return sorted(container.conversations().heads(session["id"]), key=lambda it: it.created_at)[place]


def stored(session: dict[str, Any]) -> Said:
    """What the session's only thread holds."""
    (thread,) = container.conversations().heads(session["id"])
    return [(message.role, message.content) for message in container.conversations().messages(thread)]


def present_next(model: Interviewer, widget: dict[str, Any]) -> None:
    """Have the facilitator present a widget with its next reply."""
    answer: Callable[[Request, Deadline], Reply] = model.complete

    def complete(request: Request, deadline: Deadline) -> Reply:
        reply = answer(request, deadline)
        del vars(model)["complete"]
        return Reply("So.", reply.model, (ToolCall("present_widget", {"widget": widget}),), reply.usage)

    vars(model)["complete"] = complete
