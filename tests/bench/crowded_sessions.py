"""Sessions of any size on the in-memory AWS, in which everybody said something real; and a model that counts what it is asked."""

import csv
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from chalicelib import container
from chalicelib.clock import Clock, Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.model import Message, Session, Thread
from chalicelib.services.sessions.creation import NewSession, create_session
from chalicelib.services.synthesis.staleness import mark_undigested_words
from chalicelib.store import database, thread_head
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import STALE
from chalicelib.store.mapping import message_item
from chalicelib.store.thread_head import head_item
from tests.rule_based_model import RuleBasedModel

DATA = Path(__file__).parents[1] / "data" / "polis" / "bowling-green.csv"
HOST = "00000000-0000-4000-8000-0000000000aa"
ASKED = "What else would make this a better place to live, work and spend time, and why?"
SAID_BY_EACH = 3
CHARACTERS_A_TOKEN = 2.5  # of English with the models' own tokenizer, as `chalicelib/llm/prices.py` has it
_IN_ONE_WRITE = 25


@dataclass
class CountingModel:
    """A stand-in of a model; `asked` are its calls and `tokens` its input by task."""

    asked: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    cached: Counter[str] = field(default_factory=Counter)
    name = "counting"
    understands = True

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Count, and answer."""
        blocks = [*request.system, *(block for message in request.messages for block in message.blocks)]
        tools = sum(len(msgspec.json.encode(tool)) for tool in request.tools)
        self.asked[request.task] += 1
        self.tokens[request.task] += _tokens(tools + sum(len(block.text) for block in blocks))
        self.cached[request.task] += _tokens(sum(len(block.text) for block in blocks if block.cached))
        return RuleBasedModel().complete(request, deadline)

    def reset(self) -> None:
        """Begin again at nothing."""
        for counter in (self.asked, self.tokens, self.cached):
            counter.clear()


def _tokens(characters: int) -> int:
    return round(characters / CHARACTERS_A_TOKEN)


def crowded_session(people: int, clock: Clock, said_by_each: int = SAID_BY_EACH, **fields: Any) -> Session:
    """A session in which so many people said as many things each, and no summary was written yet."""
    new = NewSession(
        topic="Improving Bowling Green / Warren County", goal="Learn what should change", prompt="Ask.", **fields
    )
    session = create_session(new, HOST, sessions=container.sessions(), now=clock.now(), new_id=container.new_id)
    items: list[Any] = []
    for number in range(people):
        thread_id = str(uuid.uuid5(uuid.UUID(session.id), str(number)))
        talk = [
            _message(thread_id, 2 * turn + place, clock, number) for turn in range(said_by_each) for place in (1, 2)
        ]
        items.append(head_item(_head(session, thread_id, talk), **marks(STALE, session.id, clock.now())))
        items += [message_item(Thread(session.id, thread_id, "web", "", None, clock.now(), 1), said) for said in talk]
    store(items)
    return session


def say_more(session: Session, number: int, words: str, clock: Clock) -> None:
    """One more message of this participant, and the mark that the stream sets for it."""
    thread_id = str(uuid.uuid5(uuid.UUID(session.id), str(number)))
    thread = thread_head.read(session.id, thread_id)
    assert thread is not None
    sequence = thread.last_sequence + 1
    message = Message(container.new_id(), sequence, "user", words, clock.now())
    assert container.conversations().say(thread, message, None, None)
    said = {thread_id: sequence}
    heads = container.conversations().heads_of(session.id, said)
    mark_undigested_words(session.id, heads, said, clock.now(), summaries=container.summaries())


def store(items: list[Any]) -> None:
    """Put these items of one table."""
    for first in range(0, len(items), _IN_ONE_WRITE):
        puts = [{"PutRequest": {"Item": item.serialize()}} for item in items[first : first + _IN_ONE_WRITE]]
        database.call("BatchWriteItem", {"RequestItems": {items[0].Meta.table_name: puts}})


def _message(thread_id: str, sequence: int, clock: Clock, number: int) -> Message:
    content = ASKED if sequence % 2 else statements()[(number * SAID_BY_EACH + sequence // 2) % len(statements())]
    at = clock.now() + timedelta(seconds=sequence)
    identifier = str(uuid.uuid5(uuid.UUID(thread_id), str(sequence)))
    return Message(identifier, sequence, "assistant" if sequence % 2 else "user", content, at)


def _head(session: Session, thread_id: str, talk: list[Message]) -> Thread:
    last = talk[-1]
    return Thread(
        session.id,
        thread_id,
        "web",
        thread_id,
        "Somebody",
        session.created_at,
        1,
        last_sequence=last.sequence,
        last_said=last.sequence,
        message_count=len(talk) // 2,
        first_message_at=talk[1].created_at,
        last_message_at=last.created_at,
    )


@cache
def statements() -> list[str]:
    """What people said, in a fixed order."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["comment-id"]))
    return [row["comment-body"] for row in rows]
