"""Sessions of any size, written to the tables in batches: people with a form, widgets, statements, and opinions on themes.

What each of them does follows from their place, so that a session is the same each time: every seventh has said nothing yet, every
eleventh is left out, one is a test run, and another one a test run that was taken into the results.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import boto3
import msgspec
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.model import STANCES, Answer, Digest, Message, Point, RegisteredTheme, Session, ThemeRegistry, Thread
from chalicelib.services.sessions.creation import NewQuestion, NewSession, create_session
from chalicelib.store import keys
from chalicelib.store.conversation_items import DigestItem, FormItem, WidgetItem
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import STALE
from chalicelib.store.mapping import message_item
from chalicelib.store.thread_head import head_item
from tests.bench.crowded_sessions import ASKED, store
from tests.rule_based_model import RuleBasedModel

PARTS_OF_TOWN = ("North", "East", "South", "West")
WAYS = ("On foot", "By bike", "By bus", "By car")
QUESTIONS = (
    NewQuestion("Which part of town do you live in?", "Options", options=PARTS_OF_TOWN),
    NewQuestion("How do you get around?", "Options", options=WAYS, multiple=True),
    NewQuestion("How old is your house?"),
    NewQuestion("What would you change first?", long=True),
)
THEMES = 60
_LABEL = "How well is the town run?"
WIDGETS: tuple[dict[str, Any], ...] = (
    {"type": "RatingScale", "props": {"label": _LABEL, "min": 1, "max": 7, "minLabel": "badly", "maxLabel": "well"}},
    {"type": "SingleSelect", "props": {"label": "What comes first?", "options": ["Roads", "Schools", "Parks"]}},
    {"type": "MultiSelect", "props": {"label": "What is missing?", "options": ["Buses", "Shade", "Benches", "Jobs"]}},
    {"type": "RankingList", "props": {"label": "What matters most?", "items": ["Safety", "Quiet", "Trade"]}},
)


class OpinionatedModel(RuleBasedModel):
    """A model that finds every stance: which one, follows from the words."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """The answer, with stances."""
        reply = super().complete(request, deadline)
        for point in reply.tool_calls[0].input.get("points", ()):
            point["stance"] = stance_of(point["text"])
        return reply


def stance_of(text: str) -> str:
    """The stance of these words."""
    return STANCES[len(text) % len(STANCES)]


def plant(
    people: Sequence[Sequence[str]], owner_id: str, began: datetime, *, digested: bool = False, **fields: Any
) -> Session:
    """A session in which each of these people said these things; with `digested`, all of it is read already."""
    given = {
        "topic": "Our town",
        "goal": "Learn what should change",
        "prompt": "Ask.",
        "critical": "What matters most.",
    }
    new = NewSession(**given | fields, questions=QUESTIONS, widgets_enabled=True)
    session = create_session(new, owner_id, sessions=container.sessions(), now=began, new_id=container.new_id)
    questions = [it.id for it in container.sessions().view(session.id, (keys.QUESTIONS,)).questions]
    if digested:
        themes = tuple(RegisteredTheme(f"t{number}", f"Matter {number}") for number in range(1, THEMES + 1))
        assert container.synthesis_deps().themes.put(session.id, ThemeRegistry(0, themes, THEMES), ThemeRegistry())
    planted = [_Person(session, number, said, began, questions) for number, said in enumerate(people)]
    store([item for person in planted for item in person.items(digested=digested)])
    _count(session, [person.head for person in planted])
    return session


class _Person:
    """Somebody of a planted session."""

    def __init__(
        self, session: Session, number: int, said: Sequence[str], began: datetime, questions: Sequence[str]
    ) -> None:
        self._session, self._number, self._questions = session, number, questions
        self._id = str(uuid.uuid5(uuid.UUID(session.id), str(number)))
        self._at = began + timedelta(minutes=number)
        self._said = [] if number % 7 == 6 else list(said)
        self.log = list(self._talk())

    @property
    def head(self) -> Thread:
        """The head of their conversation."""
        own, number = [it for it in self.log if it.role == "user"], self._number
        last = own[-1].sequence if own else 0
        return Thread(
            self._session.id,
            self._id,
            "web",
            self._id,
            f"Person {number}" if number % 3 else None,
            self._at,
            1,
            last_sequence=self.log[-1].sequence,
            last_said=last,
            answered_to=last,
            message_count=len(own),
            first_message_at=own[0].created_at if own else None,
            last_message_at=own[-1].created_at if own else None,
            concluded=number % 3 == 0,
            concluded_at=self.log[-1].created_at if number % 3 == 0 else None,
            included=number % 11 != 10 and number != 1,
            rating=number % 5 + 1 if own and number % 3 == 0 else None,
            test=number in (1, 8),
        )

    def items(self, *, digested: bool) -> Iterator[Any]:
        """All that is stored of them."""
        head, points = self.head, tuple(self._points()) if digested else ()
        digest = Digest(self._id, head.last_said, points, head.message_count, "writer", head.created_at, "In short.")
        if digested and points:
            made = {"digested_to": head.last_said, "counts": digest.counts}
            yield head_item(replace(head, **made))
            yield _digest_item(head, digest)
        else:
            due = head.last_message_at if head.included else None
            yield head_item(head, **marks(STALE, self._session.id, due))
        yield FormItem(self._session.id, keys.form(self._id), answers=msgspec.to_builtins(list(self._answers())))
        for message in self.log:
            yield message_item(head, message)
            if message.widget_spec is not None or message.widget_value is not None:
                part = keys.widget(self._id, message.sequence)
                yield WidgetItem(self._session.id, part, spec=message.widget_spec, value=message.widget_value)

    def _talk(self) -> Iterator[Message]:
        """The opening, then each statement with a reply; the first reply presents a widget, which four of five answer."""
        yield self._message(1, "assistant", ASKED)
        number, sequence = self._number, 2
        for place, words in enumerate(self._said):
            yield self._message(sequence, "user", words)
            shows = place == 0
            spec = {"root": {**WIDGETS[number % len(WIDGETS)], "children": []}} if shows else None
            yield self._message(sequence + 1, "assistant", "And what else?", widget_spec=spec)
            sequence += 2
            if shows and number % 5:
                value = _choose(WIDGETS[number % len(WIDGETS)], number)
                yield self._message(sequence, "user", f"I choose {value}", widget_value=value)
                yield self._message(sequence + 1, "assistant", "And why?")
                sequence += 2

    def _message(self, sequence: int, role: Any, content: str, **more: Any) -> Message:
        identifier = str(uuid.uuid5(uuid.UUID(self._id), str(sequence)))
        return Message(identifier, sequence, role, content, self._at + timedelta(seconds=20 * sequence), **more)

    def _answers(self) -> Iterator[Answer]:
        """What they entered: one in six leaves the first question out, one in four the last."""
        number = self._number
        texts = [it.text for it in QUESTIONS]
        if number % 6:
            yield Answer(self._questions[0], texts[0], PARTS_OF_TOWN[number * 7 % 13 % 4])
        chosen = tuple(way for place, way in enumerate(WAYS) if number >> place & 1) or WAYS[:1]
        yield Answer(self._questions[1], texts[1], ", ".join(chosen), chosen)
        yield Answer(self._questions[2], texts[2], ("old", "new", "I don't know")[number % 3])
        if number % 4 and self._said:
            yield Answer(self._questions[3], texts[3], self._said[0])

    def _points(self) -> Iterator[Point]:
        for message in self.log:
            if message.role == "user" and message.widget_value is None:
                words = " ".join(message.content.split())
                theme = len(words) * 7 % THEMES + 1 if self._number % 4 else len(words) % 9 + 1
                yield Point(words[:200], message.content, message.id, f"Matter {theme}", stance_of(words), f"t{theme}")


def _digest_item(of: Thread, digest: Digest) -> DigestItem:
    made = {name: getattr(digest, name) for name in ("to_sequence", "messages", "model", "created_at", "gist")}
    return DigestItem(of.session_id, keys.digest(of.id), points=msgspec.to_builtins(digest.points), **made)


def _choose(widget: Mapping[str, Any], number: int) -> Any:
    kind, props = widget["type"], widget["props"]
    if kind == "RatingScale":
        return number % (props["max"] - props["min"] + 1) + props["min"]
    if kind == "SingleSelect":
        return props["options"][number % len(props["options"])]
    if kind == "MultiSelect":
        return [it for place, it in enumerate(props["options"]) if (number >> place) & 1] or props["options"][:1]
    turn = number % len(props["items"])
    return [*props["items"][turn:], *props["items"][:turn]]


def _count(session: Session, heads: Sequence[Thread]) -> None:
    """Add these people to the counters of the session."""
    client: Any = boto3.client("dynamodb")
    for shard in keys.tallies():
        own = [it for it in heads if keys.tally_of(it.id) == shard and not it.test]
        added = {":people": len(own), ":done": sum(it.is_completed for it in own)}
        client.update_item(
            TableName="sessions",
            Key={"session_id": {"S": session.id}, "part": {"S": shard}},
            UpdateExpression="ADD participants :people, completed :done",
            ExpressionAttributeValues={name: {"N": str(number)} for name, number in added.items()},
        )
