"""Conversations with the offline facilitator, through the service's own turn, with simulated participants."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from chalicelib.llm.offline import OfflineModel
from chalicelib.services.facilitation.repeats import repeated
from chalicelib.services.facilitation.tailoring import write_prompt
from chalicelib.services.facilitation.turn import FacilitatorReply, facilitate
from chalicelib.store.records import Message, Prompt, SessionView
from tests.services.builders import deadline, message, session, thread


class Conversation:
    """A participant's side against the offline facilitator, with the head of the thread kept as the product keeps it."""

    def __init__(self, shown: SessionView, help_text: str = "") -> None:
        self._view = shown
        self._help = help_text
        self._concluded = False
        self.history: list[Message] = []

    def turn(self, *said: str) -> FacilitatorReply:
        for words in said:
            self.history.append(message(len(self.history) + 1, "user", words))
        head = thread(concluded=self._concluded, message_count=self.said)
        reply = facilitate(
            self._view, head, [], self.history, help_text=self._help, model=OfflineModel(), deadline=deadline()
        )
        entry = message(len(self.history) + 1, "assistant", reply.content)
        self.history.append(replace(entry, widget_spec=reply.widget_spec))
        self._concluded = self._concluded or reply.is_final
        return reply

    def run(self, answers: Iterable[str]) -> list[FacilitatorReply]:
        """The opening and then a reply to each answer, until the conclusion; a widget is answered by what it offers."""
        replies = [self.turn()]
        for answer in answers:
            if replies[-1].is_final:
                break
            spec = replies[-1].widget_spec
            replies.append(self.turn(choice(spec) if spec else answer))
        return replies

    @property
    def said(self) -> int:
        return sum(entry.role == "user" for entry in self.history)

    @property
    def asked(self) -> list[str]:
        return [entry.content for entry in self.history if entry.role == "assistant"]


def choice(spec: dict[str, Any]) -> str:
    """The readable text of an answer to a widget."""
    props = spec["root"]["props"]
    if spec["root"]["type"] == "RatingScale":
        return str(props["max"] - 1)
    if spec["root"]["type"] == "SingleSelect":
        return str(props["options"][0])
    return ", ".join(reversed(props.get("items") or props["options"][:2]))


def phrasings(name: str) -> list[str]:
    """The ways to say something that are listed in a file of `phrasings`."""
    return (Path(__file__).parent / "phrasings" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def hosted(text: str, **fields: Any) -> SessionView:
    """A session whose host wrote the facilitation prompt."""
    return SessionView(session(**fields), prompt=Prompt(1, text, "host"))


def tailored(shown: SessionView) -> SessionView:
    """The session with the prompt that the offline model writes for it."""
    written = write_prompt(shown, model=OfflineModel(), deadline=deadline())
    return replace(shown, prompt=Prompt(1, written.text, "tailored"))


def listed(shown: SessionView) -> list[str]:
    """The numbered questions of a session's prompt."""
    assert shown.prompt
    return re.findall(r"^\d+\. (.+)$", shown.prompt.text, re.MULTILINE)


def marks(text: str) -> int:
    """How many question marks the facilitator itself sets; those in a quotation are not its own."""
    return len(re.findall(r"[?？]", text))


def sentences(text: str) -> int:
    """How many sentences a message has, without the lines of a widget's options."""
    spoken = text.split("\n\n- ")[0]
    return len([part for part in re.split(r"[.!?]+(?=\s|$)|[。！？]", spoken) if part.strip(" \n”」’")])


def check(replies: list[FacilitatorReply], budget: int) -> None:
    """What holds in every conversation: short messages, one question each, nothing twice, an end in time, rare widgets."""
    contents = [reply.content for reply in replies]
    for reply in replies[:-1] if replies[-1].is_final else replies:
        assert marks(reply.content) == 1, reply.content
        assert sentences(reply.content) <= 4, reply.content
        assert not reply.is_final
    assert len(set(contents)) == len(contents)
    for place, content in enumerate(contents):
        assert repeated(content, [*contents[max(0, place - 5) : place], "Why?"]) is None, content
    assert replies[-1].is_final
    assert marks(contents[-1]) == 0
    assert len(replies) - 1 <= budget
    shown = [place for place, reply in enumerate(replies) if reply.widget_spec]
    assert all(later - earlier >= 4 for earlier, later in pairwise(shown))
    leads = [re.sub(r"“[^”]*”|「[^」]*」", "…", content) for content in contents]
    for place, lead in enumerate(leads):
        first = re.split(r"(?<=[.。])", lead)[0]
        assert "…" not in first or first not in leads[:place]
