"""What one conversation, one digest and one summary take of a model and of DynamoDB, counted where requests leave the services."""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.services.facilitation.prompt_job import tailor_session_prompt
from chalicelib.services.synthesis import digest_runner
from chalicelib.services.synthesis.summary_job import summarise
from tests.bench.crowded_sessions import CHARACTERS_A_TOKEN, crowded_session, statements
from tests.capacity import Consumed, metered
from tests.clock import FakeClock
from tests.conversation import Conversation, participant
from tests.faults import prompt_parts
from tests.rule_based_model import RuleBasedModel

TURNS = 12
REPLY_CHARACTERS = 300
_SYLLABLES = ["ka", "lo", "mi", "tre", "san", "vel", "dor", "nu", "pas", "ri", "ten", "wo", "bel", "cu", "fra"]


@dataclass
class Recorder:
    """A stand-in of a model that keeps what it is asked, and answers a turn at the length that people are used to."""

    requests: list[Request] = field(default_factory=list)
    understands = True

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer."""
        self.requests.append(request)
        if request.task == "prompt":
            return Reply("", "test-model", (ToolCall("write_prompt", prompt_parts("Ask")),))
        if request.task != "turn":
            return RuleBasedModel().complete(request, deadline)
        chance = Random(len(self.requests))  # words that nobody has said: what was asked before is not asked again
        words = ("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(REPLY_CHARACTERS))
        return Reply(f"{' '.join(words)[: REPLY_CHARACTERS - 1]}?", "test-model")


def tokens_of(request: Request) -> tuple[int, int]:
    """How many tokens of a request stand before its last breakpoint, and how many behind it."""
    before = behind = len(msgspec.json.encode(request.tools)) / CHARACTERS_A_TOKEN if request.tools else 0.0
    for block in [*request.system, *(it for message in request.messages for it in message.blocks)]:
        behind += len(block.text) / CHARACTERS_A_TOKEN
        before = behind if block.cached or block.shared else before
    return math.ceil(before), math.ceil(behind - before)


def shared_of(request: Request) -> int:
    """How many tokens of a request are the same for all participants."""
    return tokens_of(replace(request, messages=()))[0]


def count_conversation(model: Recorder, clock: FakeClock) -> dict[str, Any]:
    """A conversation of twelve turns in a session with a form, a prompt and a background, in which nobody has gone before."""
    talk = Conversation(
        clock,
        model,  # type: ignore[arg-type]  # which it only keeps
        prompt=_PROMPT,
        context=" ".join(statements()[:20]),
        critical="What would make people stay longer?",
        widgets_enabled=True,
    )
    model.requests.clear()
    with metered() as joining:
        talk.who = participant("ann", "Ann")
        talk.join()
    with metered() as talking:
        for number in range(TURNS):
            clock.advance(50)
            talk.say(statements()[number])
    asked = [request for request in model.requests if request.task == "turn"]
    counts = [tokens_of(request) for request in asked]
    first, last = counts[0], counts[-1]
    return {
        "calls": len(asked),
        "shared": shared_of(asked[0]),
        "own": max(0, first[0] - shared_of(asked[0])),
        "growth": round((last[0] - first[0]) / (len(counts) - 1)),
        "tail": round(sum(behind for _, behind in counts) / len(counts)),
        "join_reads": _units(joining)[0],
        "join_writes": _units(joining)[1],
        "turn_reads": round(_units(talking)[0] / TURNS, 1),
        "turn_writes": round(_units(talking)[1] / TURNS, 1),
    }


def count_summaries(people: tuple[int, ...], model: Recorder, clock: FakeClock) -> dict[str, Any]:
    """What a first summary reads by the number of messages, and what digests read for one, in sessions of so many people."""
    found: list[list[int]] = []
    for number in people:
        session = crowded_session(number, clock, said_by_each=TURNS)
        clock.advance(3_600)
        model.requests.clear()
        with metered() as consumed:
            summarise(session.id, deps=container.synthesis_deps(), deadline=clock.deadline(10_000))
        (summary,) = (request for request in model.requests if request.task == "summary")
        found.append([number * TURNS, sum(tokens_of(summary)), *map(round, _units(consumed))])
        print(f"{number:,} people counted", file=sys.stderr, flush=True)
    return {"sizes": found, **_digest_of_one(model, clock), "prompt_read": _prompt(model, clock)}


def _prompt(model: Recorder, clock: FakeClock) -> int:
    """What a facilitation prompt is written from."""
    session = Conversation(clock, model, context=" ".join(statements()[:20])).session  # type: ignore[arg-type]
    model.requests.clear()
    sessions, now = container.sessions(), clock.now()
    tailor_session_prompt(session.id, sessions=sessions, model=model, now=now, deadline=clock.deadline(100))
    return sum(tokens_of(model.requests[0]))


def _digest_of_one(model: Recorder, clock: FakeClock) -> dict[str, Any]:
    """What the digest of one more message reads, and its job of DynamoDB, in a session of twenty."""
    from tests.bench.crowded_sessions import say_more

    session = crowded_session(20, clock, said_by_each=TURNS // 2)
    summarise(session.id, deps=container.synthesis_deps(), deadline=clock.deadline(10_000))
    clock.advance(40)
    say_more(session, 7, statements()[100], clock)
    model.requests.clear()
    with metered() as consumed, pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.services.synthesis.schedule.find_reason", lambda *_: None)
        summarise(session.id, deps=container.synthesis_deps(), deadline=clock.deadline(10_000))
    before, behind = tokens_of(model.requests[0])
    reads, writes = _units(consumed)
    return {"digest_shared": before, "digest_tail": behind, "digest_reads": round(reads), "digest_writes": writes}


def count_all(people: tuple[int, ...], model: Recorder, clock: FakeClock) -> dict[str, Mapping[str, Any]]:
    """Everything that the costs are made of."""
    return {"turn": count_conversation(model, clock), "synthesis": count_summaries(people, model, clock)}


def own_recorder(patch: pytest.MonkeyPatch) -> Recorder:
    """Give the whole application this model, and one thread: the in-memory AWS is not thread-safe."""
    model = Recorder()
    patch.setattr(container, "model", cache(lambda: model))
    patch.setattr(digest_runner, "AT_ONCE", 1)
    return model


def _units(consumed: Consumed) -> tuple[float, int]:
    return consumed.reads, consumed.writes


def _lines() -> Iterator[str]:
    yield "Welcome the person, and say that this takes about ten minutes."
    for number in range(6):
        yield f"{number + 1}. {statements()[number]} Ask what they think of it, and go on with an example of their own."
    yield "Thank the person, and say what comes of their answers."


_PROMPT = "\n".join(_lines())
