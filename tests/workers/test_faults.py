"""Every call of a job fails, dies before it or dies after it; then its queue delivers the message again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from chalicelib import container
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.services.synthesis.state import is_settled
from chalicelib.store.due_kinds import BRIEF, PROMPT, STALE, SUMMARY
from tests.clock import own_retries
from tests.faults import FAULTS, Died, Fault, Wire, tap
from tests.lean import lean_tables
from tests.stored import sessions_due
from tests.workers.desk import SAYINGS, Desk

MOST_CALLS = 30
RECEIPTS = 5  # then a message goes to the dead letters


@pytest.fixture
def wire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire under a worker whose postponed messages are the test's to deliver."""
    monkeypatch.setattr(container.jobs(), "postpone", lambda *_: None)
    own_retries(monkeypatch)
    desk.speak("Warm up")
    return tap(monkeypatch)


@dataclass(frozen=True)
class Case:
    """A session's state before a job, the job, and what has to be true in the end."""

    prepare: Callable[[Desk], None]
    job: Callable[[Desk], list[str]]
    check: Callable[[Desk], None]


def deliver_until_done(desk: Desk, case: Case) -> None:
    """As the queue does: until the message is done, and so for every message that the job sent."""
    pending = 1
    for _ in range(RECEIPTS):
        desk.clock.advance(60)
        pending = len(case.job(desk)) + len(desk.asked("summaries"))
        if not pending:
            return
    raise AssertionError("stuck")


def break_each_call(desk: Desk, wire: Wire, fault: Fault, case: Case) -> int:
    """Run the job with the fault at call 1, 2, … until it finds none to break; gives the number of calls broken."""
    for number in range(1, MOST_CALLS):
        lean_tables()
        fresh = Desk(desk.clock, desk.model)
        case.prepare(fresh)
        fresh.asked("summaries")
        with wire.broken(fault, number), suppress(Died):
            case.job(fresh)
        deliver_until_done(fresh, case)
        case.check(fresh)
        if not wire.fired:
            return number - 1
    raise AssertionError("more calls than a job may make")


def people(desk: Desk) -> None:
    desk.speak(*SAYINGS[:2])


def people_with_a_summary_and_more_words(desk: Desk) -> None:
    people(desk)
    assert desk.summarise() == []
    desk.clock.advance(60)
    desk.say("Trams at night would help.")


def people_with_a_summary(desk: Desk) -> None:
    people(desk)
    assert desk.summarise() == []


def has_a_whole_summary(messages: int) -> Callable[[Desk], None]:
    def check(desk: Desk) -> None:
        view = desk.view()
        assert view.summary is not None
        assert (view.summary.participants, view.summary.messages) == (2, messages)
        assert is_settled(view.synthesis)
        assert not any(head.is_stale for head in container.conversations().heads(desk.session.id))
        digests = container.conversations().digests(desk.session.id)
        assert sum(digest.messages for digest in digests) == messages
        assert desk.session.id not in sessions_due(STALE, desk.clock.now())
        assert desk.session.id not in sessions_due(SUMMARY, desk.clock.now())

    return check


def has_a_brief(desk: Desk) -> None:
    view = desk.view()
    assert view.summary is not None
    assert view.brief is not None
    assert view.brief.summary_at == view.summary.generated_at
    assert desk.session.id not in sessions_due(BRIEF, desk.clock.now())


def has_a_prompt(desk: Desk) -> None:
    view = desk.view()
    assert view.prompt is not None
    assert (view.prompt.version, view.prompt_due) == (1, False)
    stored = container.sessions().prompt(desk.session.id, 1)
    assert stored == view.prompt
    assert desk.session.id not in sessions_due(PROMPT, desk.clock.now())


CASES = {
    "digests and first summary": Case(people, Desk.summarise, has_a_whole_summary(2)),
    "one more digest and summary": Case(people_with_a_summary_and_more_words, Desk.summarise, has_a_whole_summary(3)),
    "brief": Case(people_with_a_summary, Desk.write_brief, has_a_brief),
    "prompt": Case(lambda _: None, Desk.write_prompt, has_a_prompt),
}
LONG = ("conflict without end", "done but unanswered", "dies after")  # which is before the call that follows


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.name in LONG], ids=lambda fault: fault.name)
@pytest.mark.parametrize("name", CASES)
def test_a_job_survives_every_fault(desk: Desk, wire: Wire, fault: Fault, name: str) -> None:
    assert break_each_call(desk, wire, fault, CASES[name]) >= 2


@pytest.mark.parametrize("task", ["digest", "summary", "prompt"])
def test_a_job_survives_a_model_that_fails(desk: Desk, wire: Wire, task: str) -> None:
    case = CASES["prompt" if task == "prompt" else "digests and first summary"]
    fresh = Desk(desk.clock, desk.model)
    case.prepare(fresh)
    desk.model.failing.add(task)
    assert case.job(fresh) == ["message-1"]
    desk.model.failing.clear()
    deliver_until_done(fresh, case)
    case.check(fresh)


@pytest.mark.parametrize("task", ["digest", "summary", "prompt"])
def test_a_job_survives_its_death_during_a_model_call(desk: Desk, wire: Wire, task: str) -> None:
    def die(_: object) -> None:
        raise Died

    case = CASES["prompt" if task == "prompt" else "digests and first summary"]
    fresh = Desk(desk.clock, desk.model)
    case.prepare(fresh)
    desk.model.before = lambda request: die(request) if request.task == task else None
    with pytest.raises(Died):
        case.job(fresh)
    desk.model.before = lambda _: None
    deliver_until_done(fresh, case)
    case.check(fresh)


def test_a_worker_whose_clock_is_behind_has_its_summary_stored_all_the_same(desk: Desk) -> None:
    people(desk)
    assert desk.summarise() == []
    before = desk.view().summary
    assert before
    desk.clock.advance(-5)
    desk.say("Trams at night would help.")
    assert summarise_now(desk.session.id, deps=container.synthesis_deps())
    has_a_whole_summary(3)(desk)
    stored = desk.view().summary
    assert stored
    assert stored.generated_at > before.generated_at
