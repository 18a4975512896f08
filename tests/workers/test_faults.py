"""A model that fails, or a worker that dies while it waits for one; then the queue delivers the message again."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib import container
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.services.synthesis.state import is_settled
from chalicelib.store import due_kinds
from tests.faults import Died
from tests.stored_items import sessions_due
from tests.workers.consultation import SAYINGS, Consultation

RECEIPTS = 5  # as many as most queues give; here every job has come to its end by then


@pytest.fixture(autouse=True)
def postponed(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Postponed messages are the test's to deliver."""
    monkeypatch.setattr(container.jobs(), "postpone", lambda *_: None)


@dataclass(frozen=True)
class Case:
    """A session's state before a job, the job, and what has to be true in the end."""

    prepare: Callable[[Consultation], None]
    job: Callable[[Consultation], list[str]]
    check: Callable[[Consultation], None]


def deliver_until_done(consultation: Consultation, case: Case) -> None:
    """As the queue does: until the message is done, and so for every message that the job sent."""
    pending = 1
    for _ in range(RECEIPTS):
        consultation.clock.advance(60)
        pending = len(case.job(consultation)) + len(consultation.asked("summaries"))
        if not pending:
            return
    raise AssertionError("stuck")


def people(consultation: Consultation) -> None:
    consultation.speak(*SAYINGS[:2])


def has_a_whole_summary(messages: int) -> Callable[[Consultation], None]:
    def check(consultation: Consultation) -> None:
        view = consultation.view()
        assert view.summary is not None
        assert (view.summary.participants, view.summary.messages) == (2, messages)
        assert is_settled(view.synthesis)
        assert not any(head.is_stale for head in container.conversations().heads(consultation.session.id))
        digests = container.conversations().digests(consultation.session.id)
        assert sum(digest.messages for digest in digests) == messages
        assert consultation.session.id not in sessions_due(due_kinds.STALE, consultation.clock.now())
        assert consultation.session.id not in sessions_due(due_kinds.SUMMARY, consultation.clock.now())

    return check


def has_a_prompt(consultation: Consultation) -> None:
    view = consultation.view()
    assert view.prompt is not None
    assert (view.prompt.version, view.prompt_due) == (1, False)
    stored = container.sessions().prompt(consultation.session.id, 1)
    assert stored == view.prompt
    assert consultation.session.id not in sessions_due(due_kinds.PROMPT, consultation.clock.now())


RESULTS = Case(people, Consultation.summarise, has_a_whole_summary(2))
PROMPT = Case(lambda _: None, Consultation.write_prompt, has_a_prompt)
EVERY_TASK = pytest.mark.parametrize(
    ("task", "case"),
    [("digest", RESULTS), ("summary", RESULTS), ("prompt", PROMPT)],
    ids=["digest", "summary", "prompt"],
)


@EVERY_TASK
def test_a_job_survives_a_model_that_fails(consultation: Consultation, task: str, case: Case) -> None:
    case.prepare(consultation)
    consultation.model.failing.add(task)
    assert case.job(consultation) == ["message-1"]
    consultation.model.failing.clear()
    deliver_until_done(consultation, case)
    case.check(consultation)


@EVERY_TASK
def test_a_job_survives_its_death_during_a_model_call(consultation: Consultation, task: str, case: Case) -> None:
    def die(_: object) -> None:
        raise Died

    case.prepare(consultation)
    consultation.model.before = lambda request: die(request) if request.task == task else None
    with pytest.raises(Died):
        case.job(consultation)
    consultation.model.before = lambda _: None
    deliver_until_done(consultation, case)
    case.check(consultation)


def test_a_worker_whose_clock_is_behind_has_its_summary_stored_all_the_same(consultation: Consultation) -> None:
    people(consultation)
    assert consultation.summarise() == []
    before = consultation.view().summary
    assert before
    consultation.clock.advance(-5)
    consultation.say("Trams at night would help.")
    assert summarise_now(consultation.session.id, deps=container.synthesis_deps())
    has_a_whole_summary(3)(consultation)
    stored = consultation.view().summary
    assert stored
    assert stored.generated_at > before.generated_at
