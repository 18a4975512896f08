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
from chalicelib.services.participants.decisions import remove_participant, set_included
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.services.synthesis.scratchpad_on_demand import update_scratchpad
from chalicelib.services.synthesis.staleness import want_where_stale
from chalicelib.store import keys
from tests import events
from tests.clock import own_retries
from tests.conversation import HOST, participant
from tests.events import Context, Event
from tests.faults import FAULTS, Fault, at_each_call, conflict, tap
from tests.snapshots import restore_snapshot, take_snapshot
from tests.workers.consultation import SAYINGS, Consultation
from tests.workers.delivery import QueuedMessage, stand_in_for_aws
from tests.workers.final_state import A_DAY, deliver_all, holds_exactly, read_results

MORE = "Trams at night would help."
SAID = {"ann": [SAYINGS[0]], "bob": [SAYINGS[1]], "cat": [SAYINGS[2]]}
WITHOUT_BOB = {name: said for name, said in SAID.items() if name != "bob"}


class Scenario:
    """A session with its streams, queues and wire; `start` is what there is when something is asked for."""

    start: Callable[[], None]

    def __init__(self, consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
        own_retries(monkeypatch)
        consultation.speak("Warm up")
        self.streams, self.queues = stand_in_for_aws(consultation.clock, monkeypatch)
        self.wire, self.consultation = tap(monkeypatch), consultation
        self._kept: tuple[list[dict[str, Any]], dict[str, list[Event]], list[QueuedMessage]] | None = None

    def begin(self) -> None:
        """From the start."""
        if self._kept is None:
            self.start()
            waiting = {table: list(records) for table, records in self.streams.waiting.items()}
            self._kept = take_snapshot(), waiting, list(self.queues.waiting)
        state, waiting, all_queued = self._kept
        restore_snapshot(state)
        self.streams.waiting = {table: list(records) for table, records in waiting.items()}
        self.queues.waiting = [replace(queued) for queued in all_queued]

    def begin_anew(self) -> None:
        """Nobody has spoken, and the prompt is still to be written."""
        self.consultation = Consultation(self.consultation.clock, self.consultation.model, cross_pollination=True)

    def begin_summed_up(self) -> None:
        """Ann and Bob have spoken and are summed up, and Cat has just spoken."""
        self.consultation = Consultation(
            self.consultation.clock, self.consultation.model, cross_pollination=True, prompt="Ask."
        )
        for name, (words,) in SAID.items():
            if name == "cat":
                deliver_all(self.streams, self.queues)
                self.read()
                deliver_all(self.streams, self.queues)
            self.say(name, words)
        self.consultation.clock.advance(60)

    def say(self, name: str, words: str) -> None:
        self.consultation.who = participant(name, name)
        self.consultation.say(words, f"{name}: {words}")

    def work(self) -> None:
        """What the streams and queues bring about."""
        deliver_all(self.streams, self.queues)

    def read(self) -> None:
        """As somebody reads the summary, who has it written where it lacks something."""
        view, now = read_results(self.consultation), self.consultation.clock.now()
        want_where_stale(view, now, summaries=container.summaries(), jobs=container.jobs())

    def sweep(self) -> None:
        """A day later."""
        self.consultation.clock.advance(A_DAY)
        app.sweep(events.clock_event(), Context())

    def take_out(self) -> None:
        """Bob, out of the results."""
        set_included(self.consultation.session.id, self._bob(), False, deps=container.participant_deps())

    def decide_untold(self, included: bool) -> None:
        """About Bob, by a host whose request dies before it wakes any job, and is not sent again."""
        found = self._bob()
        assert found
        people, now = container.participants(), self.consultation.clock.now()
        if included:
            assert people.include(found.thread, now, state.include(now))
        else:
            assert people.exclude(found.thread, state.exclude(now))

    def remove(self) -> None:
        """Bob, for good."""
        if found := self._bob():
            remove_participant(self.consultation.session, found, deps=container.participant_deps())

    def delete(self) -> None:
        """The session."""
        deletions, jobs, now = container.deletions(), container.jobs(), self.consultation.clock.now()
        with suppress(NotFound):  # it was deleted already
            delete_session(self.consultation.session.id, HOST, deletions=deletions, jobs=jobs, now=now)

    def sum_up(self) -> None:
        """As the host asks for it."""
        summarise_now(self.consultation.session.id, deps=container.synthesis_deps())

    def take_notes(self) -> None:
        """As the host asks for it."""
        update_scratchpad(self.consultation.session.id, "seed", deps=container.synthesis_deps())

    def _bob(self) -> ThreadView | None:
        heads = container.conversations().heads(self.consultation.session.id)
        found = next((head.id for head in heads if head.external_id == "bob"), None)
        return container.participants().find(self.consultation.session.id, found, HOST)[1] if found else None


def holds_what_was_said(scenario: Scenario, work: "Work") -> None:
    """Once all that waits has arrived, the sweep has seen to what nothing was sent for, and somebody reads the summary."""
    scenario.work()
    if work.said is WITHOUT_BOB:
        scenario.sweep()
        scenario.work()
    scenario.read()
    scenario.work()
    holds_exactly(scenario.consultation, work.said, work.out)
    assert not scenario.queues.dead


def holds_a_prompt_too(scenario: Scenario, work: "Work") -> None:
    """The same in a session that began without a prompt."""
    holds_what_was_said(scenario, work)
    view = scenario.consultation.view()
    assert view.prompt is not None
    assert (view.prompt.version, view.prompt_due) == (1, False)
    assert container.sessions().prompt(scenario.consultation.session.id, 1) == view.prompt


def holds_nothing(scenario: Scenario, _: "Work") -> None:
    """Neither table, nor any queue."""
    scenario.work()
    scenario.sweep()
    scenario.work()
    assert [
        item for item in scenario.consultation.items("") if item["session_id"]["S"] == scenario.consultation.session.id
    ] == []
    assert {part for part in (keys.SESSION, keys.SYNTHESIS, keys.SUMMARY) if scenario.consultation.item(part)} == set()
    assert not scenario.queues.dead


@dataclass(frozen=True)
class Work:
    """What is asked for, what there was before, and what is true in the end."""

    ask: Callable[[Scenario], None]
    said: Mapping[str, list[str]] = field(default_factory=lambda: SAID)
    out: frozenset[str] = frozenset()
    start: Callable[[Scenario], None] = Scenario.begin_summed_up
    holds: Callable[[Scenario, "Work"], None] = holds_what_was_said

    def check(self, scenario: Scenario) -> None:
        """What has to be true in the end."""
        self.holds(scenario, self)


def more_words(scenario: Scenario) -> None:
    """Ann's."""
    scenario.say("ann", MORE)


def first_words(scenario: Scenario) -> None:
    """Ann's."""
    scenario.say("ann", SAYINGS[0])


WORDS = Work(more_words, said={**SAID, "ann": [*SAID["ann"], MORE]})
FIRST_WORDS = Work(first_words, said={"ann": SAID["ann"]}, start=Scenario.begin_anew, holds=holds_a_prompt_too)
EXCLUSION = Work(Scenario.take_out, out=frozenset({"bob"}))
REMOVAL = Work(Scenario.remove, said=WITHOUT_BOB)
DELETION = Work(Scenario.delete, said={}, holds=holds_nothing)
JOBS, SUMMARY, SCRATCHPAD = Work(Scenario.work), Work(Scenario.sum_up), Work(Scenario.take_notes)
DEATH = next(fault for fault in FAULTS if fault.name == "dies after")  # before a call is after the one before it
SILENCE = next(fault for fault in FAULTS if fault.name == "done but unanswered")
CONFLICTS = Fault("conflicts", conflict, times=10)  # a write is tried eight times


@pytest.fixture
def scenario(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    return Scenario(consultation, monkeypatch)


def every_call(
    scenario: Scenario,
    work: Work,
    around: Callable[[int], AbstractContextManager[object]],
    ask: Callable[[Scenario], None],
) -> Iterator[int]:
    """Ask for it with something around each call."""
    scenario.start = partial(work.start, scenario)
    return at_each_call(scenario.wire, around, lambda: ask(scenario), scenario.begin)


@pytest.mark.parametrize("fault", [DEATH, SILENCE, CONFLICTS], ids=lambda fault: fault.name)
@pytest.mark.parametrize(
    "work",
    [WORDS, FIRST_WORDS, REMOVAL, DELETION],
    ids=["words", "first words", "a removal", "a deletion"],
)
def test_a_fault_at_any_call_from_a_request_to_all_that_follows_changes_nothing_in_the_end(
    scenario: Scenario, fault: Fault, work: Work
) -> None:
    """Whoever asked asks again."""

    def ask(scenario: Scenario) -> None:
        work.ask(scenario)
        scenario.work()

    for _ in every_call(scenario, work, partial(scenario.wire.broken, fault), ask):
        scenario.consultation.clock.advance(31)
        work.ask(scenario)
        work.check(scenario)


@pytest.mark.parametrize("work", [SUMMARY, SCRATCHPAD], ids=["the summary", "the scratchpad"])
def test_a_death_at_any_call_of_a_request_that_nobody_repeats_changes_nothing_in_the_end(
    scenario: Scenario, work: Work
) -> None:
    for _ in every_call(scenario, work, partial(scenario.wire.broken, DEATH), work.ask):
        work.check(scenario)


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
    scenario: Scenario, work: Work, aside: Work
) -> None:
    for _ in every_call(
        scenario, work, lambda number: scenario.wire.meanwhile(number, lambda: aside.ask(scenario)), work.ask
    ):
        assert aside is WORDS or SAID["bob"][0] not in str(read_results(scenario.consultation))
        aside.check(scenario)


@pytest.mark.parametrize("work", [JOBS, SUMMARY, SCRATCHPAD], ids=["the jobs", "the summary", "the scratchpad"])
def test_who_is_taken_in_again_between_two_calls_is_in_the_end_although_no_job_is_told(
    scenario: Scenario, work: Work
) -> None:
    @contextmanager
    def taken_in(number: int) -> Iterator[None]:
        scenario.decide_untold(False)
        with scenario.wire.meanwhile(number, lambda: scenario.decide_untold(True)):
            yield

    for _ in every_call(scenario, work, taken_in, work.ask):
        scenario.work()
        scenario.sweep()
        work.check(scenario)
