"""People speak, messages come twice and late, processes die at any call, jobs come again, locks expire: in the end
everything that was said is stored once, and digests, scratchpad and summary say exactly that."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import app
from chalicelib import wiring
from chalicelib.errors import HarmonicaError
from chalicelib.services.channels import Participant
from chalicelib.services.synthesis.seeding import update_scratchpad
from tests import events
from tests.clock import own_retries
from tests.events import Context
from tests.faults import FAULTS, Died, Fault, Wire, tap
from tests.lean import lean_tables
from tests.room import HOST
from tests.workers.desk import SAYINGS, Desk

PEOPLE = ("ann", "bob", "cat")
DEATHS = [fault for fault in FAULTS if fault.name in ("dies before", "dies after", "done but unanswered")]
MOST_CALLS = 40
PATIENCE = 12

faults = st.none() | st.tuples(st.sampled_from(DEATHS), st.integers(1, 14))
people = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """A session as its people, queues and clock see it. `sent` is what everybody sent, in order, by its id."""

    desk: Desk
    wire: Wire

    def __init__(self) -> None:
        super().__init__()
        lean_tables()
        self.desk = fresh(type(self).desk)
        self.sent: dict[str, dict[str, str]] = {name: {} for name in PEOPLE}
        self.unanswered: dict[str, str] = {}
        self.newest: Any = None

    def attempt(self, fault: tuple[Fault, int] | None, action: Callable[[], object]) -> bool:
        """Do something, with a fault at its n-th call; False where it came to no end."""
        try:
            if fault is None:
                action()
            else:
                with self.wire.broken(*fault):
                    action()
        except (Died, HarmonicaError):
            return False
        return True

    def send(self, name: str, message_id: str, fault: tuple[Fault, int] | None = None) -> None:
        self.desk.who = Participant(name, name, HOST)
        text = self.sent[name][message_id]
        if self.attempt(fault, lambda: self.desk.say(text, message_id)):
            self.unanswered.pop(name, None)
        else:
            self.unanswered[name] = message_id

    @rule(name=people, saying=st.sampled_from(SAYINGS), fault=faults)
    def say(self, name: str, saying: str, fault: tuple[Fault, int] | None) -> None:
        """Somebody joins by speaking, or speaks on; whoever got no answer sends the same again first."""
        if name in self.unanswered:
            self.send(name, self.unanswered[name], fault)
            return
        message_id = f"{name}-{len(self.sent[name])}"
        self.sent[name][message_id] = f"{saying} {message_id}"
        self.send(name, message_id, fault)

    @precondition(lambda self: any(self.sent[name] and name not in self.unanswered for name in PEOPLE))
    @rule(data=st.data(), fault=faults)
    def an_old_message_comes_again(self, data: st.DataObject, fault: tuple[Fault, int] | None) -> None:
        name = data.draw(st.sampled_from([it for it in PEOPLE if self.sent[it] and it not in self.unanswered]))
        message_id = data.draw(st.sampled_from(sorted(self.sent[name])))
        self.desk.who = Participant(name, name, HOST)
        self.attempt(fault, lambda: self.desk.say(self.sent[name][message_id], message_id))

    @rule(fault=faults, received=st.integers(1, 4))
    def the_job_runs(self, fault: tuple[Fault, int] | None, received: int) -> None:
        """Whether anything woke it or not."""
        self.attempt(fault, lambda: self.desk.summarise(received))

    @rule(fault=faults, mode=st.sampled_from(("seed", "update")))
    def a_host_asks_for_the_scratchpad(self, fault: tuple[Fault, int] | None, mode: Any) -> None:
        self.attempt(fault, lambda: update_scratchpad(self.desk.session.id, mode, bench=wiring.bench()))

    @rule(seconds=st.sampled_from((1, 31, 130, 400)))
    def time_passes(self, seconds: int) -> None:
        """Until a lease is over, a job's lock, or the sweep's patience."""
        self.desk.clock.advance(seconds)

    @rule(fault=faults)
    def the_sweep_runs(self, fault: tuple[Fault, int] | None) -> None:
        self.attempt(fault, lambda: app.sweep(events.clock_event(), Context()))

    @invariant()
    def the_last_good_summary_stays(self) -> None:
        summary = self.desk.view().summary
        made = summary.generated_at if summary else None
        assert self.newest is None or (made is not None and made >= self.newest)
        self.newest = made

    def teardown(self) -> None:
        for name in PEOPLE:
            if name in self.unanswered:
                self.desk.clock.advance(31)
                self.send(name, self.unanswered[name])
        settle(self.desk)
        holds_exactly(self.desk, {name: list(said.values()) for name, said in self.sent.items() if said})


def fresh(desk: Desk) -> Desk:
    """A new session that wants a scratchpad; its queues are empty."""
    made = Desk(desk.clock, desk.model, cross_pollination=True, prompt="Ask.")
    while made.asked("summaries"):
        pass
    return made


def settle(desk: Desk) -> None:
    """What the queue and the sweep do in the end: the job comes until nothing is due."""
    for _ in range(PATIENCE):
        desk.clock.advance(130)
        failed = desk.summarise()
        heads = wiring.conversations().heads(desk.session.id)
        if not failed and not desk.asked("summaries") and not any(head.is_stale for head in heads):
            return
    raise AssertionError("stuck")


def holds_exactly(desk: Desk, said: dict[str, list[str]]) -> None:
    """Every message once and answered; digests, notes and summary of exactly these."""
    heads = {head.external_id: head for head in wiring.conversations().heads(desk.session.id)}
    assert {name: head.message_count for name, head in heads.items()} == {name: len(it) for name, it in said.items()}
    for name, head in heads.items():
        stored = list(wiring.conversations().messages(head))
        assert [entry.content for entry in stored if entry.role == "user"] == said[name]
        assert [entry.role for entry in stored] == ["user", "assistant"] * len(said[name])
    digests = {digest.thread_id: digest for digest in wiring.conversations().digests(desk.session.id)}
    for head in heads.values():
        digest = digests.pop(head.id)
        assert (digest.messages, head.digested_to >= head.last_said) == (head.message_count, True)
        own = {entry.id for entry in wiring.conversations().messages(head) if entry.role == "user"}
        assert {point.message_id for point in digest.points} == own
    assert digests == {}
    total = sum(map(len, said.values()))
    view = wiring.sessions().view(desk.session.id, ("scratchpad", "summary", "synthesis"))
    pad, summary = view.scratchpad, view.summary
    assert (pad and (pad.messages, pad.participants)) == ((total, len(said)) if total else None)
    assert (summary and (summary.messages, summary.participants)) == ((total, len(said)) if total else None)
    if pad:
        evidence = {name for note in pad.notes for name in note.evidence}
        stored_ids = {entry.id for head in heads.values() for entry in wiring.conversations().messages(head)}
        assert evidence <= stored_ids
    assert (view.synthesis.stale_since, view.synthesis.updating_until) == (None, None)


@pytest.fixture
def wire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire under a worker whose postponed messages are the test's to deliver."""
    monkeypatch.setattr(wiring.jobs(), "postpone", lambda *_: None)
    own_retries(monkeypatch)
    desk.speak("Warm up")
    return tap(monkeypatch)


def test_whatever_happens_everything_is_there_once_in_the_end(desk: Desk, wire: Wire) -> None:
    Life.desk, Life.wire = desk, wire
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    chosen = settings(
        max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=checks, derandomize=True
    )
    run_state_machine_as_test(Life, settings=chosen)


WORK: dict[str, Callable[[Desk], object]] = {
    "the job": Desk.summarise,
    "the scratchpad": lambda desk: update_scratchpad(desk.session.id, "seed", bench=wiring.bench()),
}


@pytest.mark.parametrize("fault", DEATHS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("work", WORK)
def test_a_death_at_any_call_changes_nothing_in_the_end(desk: Desk, wire: Wire, fault: Fault, work: str) -> None:
    for number in range(1, MOST_CALLS):
        lean_tables()
        made = fresh(desk)
        for name in PEOPLE[:2]:
            made.who = Participant(name, name, HOST)
            made.say(SAYINGS[0], "m1")
        with wire.broken(fault, number), suppress(Died, HarmonicaError):
            WORK[work](made)
        fired = wire.fired
        settle(made)
        holds_exactly(made, {name: [SAYINGS[0]] for name in PEOPLE[:2]})
        if not fired:
            assert number > 10
            return
    raise AssertionError("more calls than that work may make")
