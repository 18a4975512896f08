"""A model that fails, or a worker that dies while it waits for one; then the queue delivers the message again."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib import container
from chalicelib.services.synthesis.on_demand import summarise_now
from tests.faults import Died
from tests.workers.desk import SAYINGS, Desk

RECEIPTS = 5  # then a message goes to the dead letters


@pytest.fixture(autouse=True)
def postponed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Postponed messages are the test's to deliver."""
    monkeypatch.setattr(container.jobs(), "postpone", lambda *_: None)


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


def people(desk: Desk) -> None:
    desk.speak(*SAYINGS[:2])


def has_a_whole_summary(messages: int) -> Callable[[Desk], None]:
    def check(desk: Desk) -> None:
        view = desk.view()
        assert view.summary is not None
        assert (view.summary.participants, view.summary.messages) == (2, messages)
        assert (view.synthesis.stale_since, view.synthesis.updating_until) == (None, None)
        assert not any(head.is_stale for head in container.conversations().heads(desk.session.id))
        digests = container.conversations().digests(desk.session.id)
        assert sum(digest.messages for digest in digests) == messages
        assert desk.session.id not in container.conversations().stale_sessions(desk.clock.now())
        assert desk.session.id not in set(container.sessions().summaries_due(desk.clock.now()))

    return check


def has_a_prompt(desk: Desk) -> None:
    view = desk.view()
    assert view.prompt is not None
    assert (view.prompt.version, view.prompt_due) == (1, False)
    stored = container.sessions().prompt(desk.session.id, 1)
    assert stored == view.prompt
    assert desk.session.id not in set(container.sessions().prompts_due(desk.clock.now()))


RESULTS = Case(people, Desk.summarise, has_a_whole_summary(2))
PROMPT = Case(lambda _: None, Desk.write_prompt, has_a_prompt)
EVERY_TASK = pytest.mark.parametrize(
    ("task", "case"),
    [("digest", RESULTS), ("summary", RESULTS), ("prompt", PROMPT)],
    ids=["digest", "summary", "prompt"],
)


@EVERY_TASK
def test_a_job_survives_a_model_that_fails(desk: Desk, task: str, case: Case) -> None:
    case.prepare(desk)
    desk.model.failing.add(task)
    assert case.job(desk) == ["message-1"]
    desk.model.failing.clear()
    deliver_until_done(desk, case)
    case.check(desk)


@EVERY_TASK
def test_a_job_survives_its_death_during_a_model_call(desk: Desk, task: str, case: Case) -> None:
    def die(_: object) -> None:
        raise Died

    case.prepare(desk)
    desk.model.before = lambda request: die(request) if request.task == task else None
    with pytest.raises(Died):
        case.job(desk)
    desk.model.before = lambda _: None
    deliver_until_done(desk, case)
    case.check(desk)


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
