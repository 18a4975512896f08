"""Work that dies at its first call, at its second, and so on; or in the middle of which, before each call, something else happens."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import ThreadView
from chalicelib.services.participants.identity import Participant
from chalicelib.services.participants.inclusion import remove_participant, set_included
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.services.synthesis.scratchpad_on_demand import update_scratchpad
from chalicelib.store import keys
from tests import events
from tests.clock import own_retries
from tests.events import Context, Event
from tests.faults import FAULTS, Fault, at_each_call, conflict, tap
from tests.lean import aws_state, restore_aws
from tests.room import HOST
from tests.workers.carriers import Letter, carry
from tests.workers.desk import SAYINGS, Desk
from tests.workers.ends import A_DAY, carry_all, holds_exactly, look

MORE = "Trams at night would help."
SAID = {"ann": [SAYINGS[0]], "bob": [SAYINGS[1]], "cat": [SAYINGS[2]]}
WITHOUT_BOB = {name: said for name, said in SAID.items() if name != "bob"}


class Town:
    """A session with its streams, queues and wire; `start` is what there is when something is asked for."""

    start: Callable[[], None]

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        own_retries(monkeypatch)
        desk.speak("Warm up")
        self.streams, self.queues = carry(desk.clock, monkeypatch)
        self.wire, self.desk = tap(monkeypatch), desk
        self._kept: tuple[list[dict[str, Any]], dict[str, list[Event]], list[Letter]] | None = None

    def begin(self) -> None:
        """From the start."""
        if self._kept is None:
            self.start()
            waiting = {table: list(records) for table, records in self.streams.waiting.items()}
            self._kept = aws_state(), waiting, list(self.queues.waiting)
        state, waiting, letters = self._kept
        restore_aws(state)
        self.streams.waiting = {table: list(records) for table, records in waiting.items()}
        self.queues.waiting = [replace(letter) for letter in letters]

    def begin_anew(self) -> None:
        """Nobody has spoken, and the prompt is still to be written."""
        self.desk = Desk(self.desk.clock, self.desk.model, cross_pollination=True)

    def begin_summed_up(self) -> None:
        """Ann and Bob have spoken and are summed up, and Cat has just spoken."""
        self.desk = Desk(self.desk.clock, self.desk.model, cross_pollination=True, prompt="Ask.")
        for name, (words,) in SAID.items():
            if name == "cat":
                carry_all(self.streams, self.queues)
            self.say(name, words)
        self.desk.clock.advance(60)

    def say(self, name: str, words: str) -> None:
        self.desk.who = Participant(name, name, HOST)
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

    def delete(self) -> None:
        """The session."""
        deletions, jobs, now = container.deletions(), container.jobs(), self.desk.clock.now()
        with suppress(NotFound):  # it was deleted already
            delete_session(self.desk.session.id, HOST, deletions=deletions, jobs=jobs, now=now)

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


def holds_what_was_said(town: Town, work: "Work") -> None:
    """Once all that waits has arrived, and the sweep has seen to what nothing was sent for."""
    town.work()
    if work.said is WITHOUT_BOB:
        town.sweep()
        town.work()
    holds_exactly(town.desk, work.said, work.out)
    assert not town.queues.dead


def holds_a_prompt_too(town: Town, work: "Work") -> None:
    """The same in a session that began without a prompt."""
    holds_what_was_said(town, work)
    view = town.desk.view()
    assert view.prompt is not None
    assert (view.prompt.version, view.prompt_due) == (1, False)
    assert container.sessions().prompt(town.desk.session.id, 1) == view.prompt


def holds_nothing(town: Town, _: "Work") -> None:
    """Neither table, nor any queue."""
    town.work()
    town.sweep()
    town.work()
    assert [item for item in town.desk.items("") if item["session_id"]["S"] == town.desk.session.id] == []
    assert {part for part in (keys.SESSION, keys.SYNTHESIS, keys.SUMMARY) if town.desk.item(part)} == set()
    assert not town.queues.dead


@dataclass(frozen=True)
class Work:
    """What is asked for, what there was before, and what is true in the end."""

    ask: Callable[[Town], None]
    said: Mapping[str, list[str]] = field(default_factory=lambda: SAID)
    out: frozenset[str] = frozenset()
    start: Callable[[Town], None] = Town.begin_summed_up
    holds: Callable[[Town, "Work"], None] = holds_what_was_said

    def check(self, town: Town) -> None:
        """What has to be true in the end."""
        self.holds(town, self)


def more_words(town: Town) -> None:
    """Ann's."""
    town.say("ann", MORE)


def first_words(town: Town) -> None:
    """Ann's."""
    town.say("ann", SAYINGS[0])


WORDS = Work(more_words, said={**SAID, "ann": [*SAID["ann"], MORE]})
FIRST_WORDS = Work(first_words, said={"ann": SAID["ann"]}, start=Town.begin_anew, holds=holds_a_prompt_too)
EXCLUSION = Work(Town.take_out, out=frozenset({"bob"}))
REMOVAL = Work(Town.remove, said=WITHOUT_BOB)
DELETION = Work(Town.delete, said={}, holds=holds_nothing)
JOBS, SUMMARY, SCRATCHPAD = Work(Town.work), Work(Town.sum_up), Work(Town.take_notes)
DEATH = next(fault for fault in FAULTS if fault.name == "dies after")  # before a call is after the one before it
SILENCE = next(fault for fault in FAULTS if fault.name == "done but unanswered")
CONFLICTS = Fault("conflicts", conflict, times=10)  # a write is tried eight times


@pytest.fixture
def town(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(desk, monkeypatch)


def every_call(
    town: Town, work: Work, around: Callable[[int], AbstractContextManager[object]], ask: Callable[[Town], None]
) -> Iterator[int]:
    """Ask for it with something around each call."""
    town.start = partial(work.start, town)
    return at_each_call(town.wire, around, lambda: ask(town), town.begin)


@pytest.mark.parametrize("fault", [DEATH, SILENCE, CONFLICTS], ids=lambda fault: fault.name)
@pytest.mark.parametrize(
    "work",
    [WORDS, FIRST_WORDS, REMOVAL, DELETION],
    ids=["words", "first words", "a removal", "a deletion"],
)
def test_a_fault_at_any_call_from_a_request_to_all_that_follows_changes_nothing_in_the_end(
    town: Town, fault: Fault, work: Work
) -> None:
    """Whoever asked asks again."""

    def ask(town: Town) -> None:
        work.ask(town)
        town.work()

    for _ in every_call(town, work, partial(town.wire.broken, fault), ask):
        town.desk.clock.advance(31)
        work.ask(town)
        work.check(town)


@pytest.mark.parametrize("work", [SUMMARY, SCRATCHPAD], ids=["the summary", "the scratchpad"])
def test_a_death_at_any_call_of_a_request_that_nobody_repeats_changes_nothing_in_the_end(
    town: Town, work: Work
) -> None:
    for _ in every_call(town, work, partial(town.wire.broken, DEATH), work.ask):
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
    for _ in every_call(town, work, lambda number: town.wire.meanwhile(number, lambda: aside.ask(town)), work.ask):
        assert aside is WORDS or SAID["bob"][0] not in str(look(town.desk))
        aside.check(town)


@pytest.mark.parametrize("work", [JOBS, SUMMARY, SCRATCHPAD], ids=["the jobs", "the summary", "the scratchpad"])
def test_who_is_taken_in_again_between_two_calls_is_in_the_end_although_no_job_is_told(town: Town, work: Work) -> None:
    @contextmanager
    def taken_in(number: int) -> Iterator[None]:
        town.decide_untold(False)
        with town.wire.meanwhile(number, lambda: town.decide_untold(True)):
            yield

    for _ in every_call(town, work, taken_in, work.ask):
        town.work()
        town.sweep()
        work.check(town)
