"""Work that dies at its first call, at its second, and so on; or in the middle of which, before each call, something else happens."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.model import ThreadView
from chalicelib.services.participants.inclusion import remove_participant, set_included
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.services.synthesis.scratchpad_on_demand import update_scratchpad
from tests import events
from tests.clock import own_retries
from tests.events import Context, Event
from tests.faults import FAULTS, Died, tap
from tests.lean import aws_state, restore_aws
from tests.room import HOST, participant
from tests.workers.carriers import Letter, carry
from tests.workers.desk import SAYINGS, Desk
from tests.workers.ends import A_DAY, carry_all, holds_exactly, look

LEAST_CALLS, MOST_CALLS = 8, 60
MORE = "Trams at night would help."
SAID = {"ann": [SAYINGS[0]], "bob": [SAYINGS[1]], "cat": [SAYINGS[2]]}
Asks = Callable[["Town"], None]
WITHOUT_BOB = {name: said for name, said in SAID.items() if name != "bob"}


class Town:
    """A session in which Ann and Bob have spoken and are summed up, and Cat has just spoken; its streams, queues and wire."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        own_retries(monkeypatch)
        desk.speak("Warm up")
        self.streams, self.queues = carry(desk.clock, monkeypatch)
        self.wire, self.desk = tap(monkeypatch), desk
        self._kept: tuple[list[dict[str, Any]], dict[str, list[Event]], list[Letter]] | None = None

    def begin(self) -> None:
        """From the beginning."""
        if self._kept is None:
            self._prepare()
            waiting = {table: list(records) for table, records in self.streams.waiting.items()}
            self._kept = aws_state(), waiting, list(self.queues.waiting)
        state, waiting, letters = self._kept
        restore_aws(state)
        self.streams.waiting = {table: list(records) for table, records in waiting.items()}
        self.queues.waiting = [replace(letter) for letter in letters]

    def _prepare(self) -> None:
        self.desk = Desk(self.desk.clock, self.desk.model, cross_pollination=True, prompt="Ask.")
        for name, (words,) in SAID.items():
            if name == "cat":
                carry_all(self.streams, self.queues)
            self.say(name, words)
        self.desk.clock.advance(60)

    def say(self, name: str, words: str) -> None:
        self.desk.who = participant(name, name)
        self.desk.say(words, f"{name}: {words}")

    def work(self) -> None:
        """What the streams and queues bring about."""
        carry_all(self.streams, self.queues)

    def sweep(self) -> None:
        """A day later."""
        self.desk.clock.advance(A_DAY)
        app.sweep(events.clock_event(), Context())

    def take_out(self) -> None:
        """Bob, out of the results."""
        set_included(self.desk.session.id, self._bob(), False, deps=container.participant_deps())

    def decide_untold(self, included: bool) -> None:
        """About Bob, by a host whose request dies before it wakes any job, and is not sent again."""
        found = self._bob()
        assert found
        people = container.participants()
        assert (people.include if included else people.exclude)(found.thread, self.desk.clock.now())

    def remove(self) -> None:
        """Bob, for good."""
        if found := self._bob():
            remove_participant(self.desk.session.id, found, deps=container.participant_deps())

    def sum_up(self) -> None:
        """As the host asks for it."""
        summarise_now(self.desk.session.id, deps=container.synthesis_deps())

    def take_notes(self) -> None:
        """As the host asks for it."""
        update_scratchpad(self.desk.session.id, "seed", deps=container.synthesis_deps())

    def _bob(self) -> ThreadView | None:
        heads = container.conversations().heads(self.desk.session.id)
        found = next((head.id for head in heads if head.external_id == "bob"), None)
        return container.participants().find(self.desk.session.id, found, HOST)[1] if found else None


@dataclass(frozen=True)
class Work:
    """What is asked for, and what is true in the end."""

    ask: Callable[[Town], None]
    said: Mapping[str, list[str]] = field(default_factory=lambda: SAID)
    out: frozenset[str] = frozenset()

    def check(self, town: Town) -> None:
        """Once all that waits has arrived, and the sweep has seen to what nothing was sent for."""
        town.work()
        if self.said is WITHOUT_BOB:
            town.sweep()
            town.work()
        holds_exactly(town.desk, self.said, self.out)
        assert not town.queues.dead


def more_words(town: Town) -> None:
    """Ann's."""
    town.say("ann", MORE)


WORDS = Work(more_words, said={**SAID, "ann": [*SAID["ann"], MORE]})
EXCLUSION = Work(Town.take_out, out=frozenset({"bob"}))
REMOVAL = Work(Town.remove, said=WITHOUT_BOB)
JOBS, SUMMARY, SCRATCHPAD = Work(Town.work), Work(Town.sum_up), Work(Town.take_notes)
FAULTS_OF = {fault.name: fault for fault in FAULTS}


@pytest.fixture
def town(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(desk, monkeypatch)


def every_call(town: Town, around: Callable[[int], AbstractContextManager[None]], ask: Asks) -> Iterator[None]:
    """Ask for it with something around call 1, 2, … until there are no more calls."""
    for number in range(1, MOST_CALLS):
        town.begin()
        with suppress(Died, HarmonicaError), around(number):
            ask(town)
            if len(town.wire.calls) < number:
                assert number > LEAST_CALLS
                return
        yield
    raise AssertionError("more calls than such work may make")


@pytest.mark.parametrize(
    ("fault", "work"),
    [("dies after", WORDS), ("done but unanswered", WORDS), ("dies after", REMOVAL)],
    ids=["death after words", "silence after words", "death after a removal"],
)
def test_a_fault_at_any_call_from_a_request_to_all_that_follows_changes_nothing_in_the_end(
    town: Town, fault: str, work: Work
) -> None:
    """Whoever asked asks again. A death before a call is one after the call before."""

    def ask(town: Town) -> None:
        work.ask(town)
        town.work()

    for _ in every_call(town, lambda number: town.wire.broken(FAULTS_OF[fault], number), ask):
        town.desk.clock.advance(31)
        work.ask(town)
        work.check(town)


@pytest.mark.parametrize("work", [SUMMARY, SCRATCHPAD], ids=["the summary", "the scratchpad"])
def test_a_death_at_any_call_of_a_request_that_nobody_repeats_changes_nothing_in_the_end(
    town: Town, work: Work
) -> None:
    for _ in every_call(town, lambda number: town.wire.broken(FAULTS_OF["dies after"], number), work.ask):
        work.check(town)


@pytest.mark.parametrize(
    ("work", "aside"),
    [
        (JOBS, WORDS),
        (JOBS, EXCLUSION),
        (JOBS, REMOVAL),
        (SUMMARY, WORDS),
        (SUMMARY, EXCLUSION),
        (SCRATCHPAD, EXCLUSION),
    ],
    ids=[
        "words during the jobs",
        "an exclusion during the jobs",
        "a removal during the jobs",
        "words during the summary",
        "an exclusion during the summary",
        "an exclusion during the scratchpad",
    ],
)
def test_what_happens_between_two_calls_is_in_the_end_and_who_is_out_is_never_online(
    town: Town, work: Work, aside: Work
) -> None:
    for _ in every_call(town, lambda number: town.wire.meanwhile(number, lambda: aside.ask(town)), work.ask):
        assert aside is WORDS or SAID["bob"][0] not in str(look(town.desk))
        aside.check(town)


@pytest.mark.parametrize("work", [JOBS, SUMMARY, SCRATCHPAD], ids=["the jobs", "the summary", "the scratchpad"])
def test_who_is_taken_in_again_between_two_calls_is_in_the_end_although_no_job_is_told(town: Town, work: Work) -> None:
    @contextmanager
    def taken_in(number: int) -> Iterator[None]:
        town.decide_untold(False)
        with town.wire.meanwhile(number, lambda: town.decide_untold(True)):
            yield

    for _ in every_call(town, taken_in, work.ask):
        town.work()
        town.sweep()
        work.check(town)
