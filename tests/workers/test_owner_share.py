"""Fairness among owners: one with many busy sessions leaves the others their turn."""

from collections.abc import Callable

import pytest

from chalicelib import container
from chalicelib.services.synthesis import owner_share
from chalicelib.services.synthesis.summary_job import JOB_SECONDS
from tests import conversation
from tests.faults import Died
from tests.workers.consultation import SAYINGS, Consultation


@pytest.fixture
def sessions(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> list[Consultation]:
    """Two busy sessions of one owner, and one of another owner."""
    made = [consultation, Consultation(consultation.clock, consultation.model)]
    monkeypatch.setattr(conversation, "HOST", "00000000-0000-4000-8000-0000000000bb")
    made.append(Consultation(consultation.clock, consultation.model, is_public=True))
    monkeypatch.setattr(conversation, "HOST", consultation.session.owner_id)
    for session in made:
        session.speak(*SAYINGS)
    return made


def during(first: Consultation, act: Callable[[], list[str]]) -> list[str]:
    """What comes of this while a first session has its summary written; the first one ends well."""
    found: list[list[str]] = []

    def meanwhile(request: object) -> None:
        if not found and getattr(request, "task", "") == "summary":
            found.append([])
            found[0] += act()

    first.model.before = meanwhile
    assert first.summarise() == []
    first.model.before = nothing
    assert first.view().summary
    return found[0]


def nothing(_: object) -> None:
    """What happens before an answer."""


def is_summarised(session: Consultation) -> bool:
    return session.view().summary is not None


def wait(session: Consultation) -> None:
    """Ask for a summary that nobody writes as yet."""
    container.jobs().write_summary(session.session.id, session.clock.now())
    assert container.jobs().summaries_waiting() == 1


def test_while_others_wait_a_second_one_of_an_owner_is_given_back(sessions: list[Consultation]) -> None:
    first, second, others = sessions
    wait(others)
    assert during(first, second.summarise) == ["message-1"]
    assert not is_summarised(second)
    assert second.summarise() == []
    assert is_summarised(second)


def test_another_owners_is_written_at_once(sessions: list[Consultation]) -> None:
    first, second, others = sessions
    wait(second)
    assert during(first, others.summarise) == []
    assert is_summarised(others)


def test_while_nobody_waits_an_owner_may_have_two(sessions: list[Consultation]) -> None:
    first, second, _ = sessions
    assert during(first, second.summarise) == []
    assert is_summarised(second)


def test_the_share_of_a_job_that_died_runs_out(sessions: list[Consultation], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, others = sessions
    wait(others)

    def die(_: object) -> None:
        raise Died

    monkeypatch.setattr(owner_share, "_give_back", lambda _: None)  # whoever is killed gives nothing back
    first.model.before = die
    with pytest.raises(Died):
        first.summarise()
    first.model.before = nothing
    assert second.summarise() == ["message-1"]
    second.clock.advance(JOB_SECONDS + 11)
    assert second.summarise() == []
    assert is_summarised(second)


def test_a_job_asks_again_after_ever_longer_times_of_a_minute_at_most(
    sessions: list[Consultation], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, others = sessions
    wait(others)
    seconds: list[float] = []
    monkeypatch.setattr(container.jobs(), "postpone", lambda *given: seconds.append(given[-1]))

    def ask() -> list[str]:
        return [name for received in (1, 2, 3, 50) for name in second.summarise(received)]

    assert during(first, ask) == ["message-1"] * 4
    assert seconds == [10, 20, 30, 60]
