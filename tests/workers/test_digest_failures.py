"""Threads that the model cannot take: they rest, hold nobody up, and lose nothing."""

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelUnavailable, Reply, Request
from chalicelib.services.synthesis import digest_runner
from chalicelib.store.due_kinds import STALE
from tests.stored_items import sessions_due
from tests.workers.consultation import SAYINGS, Consultation, heads, status


def refuse(
    consultation: Consultation, words: str, monkeypatch: pytest.MonkeyPatch, asked: list[str] | None = None
) -> None:
    """Have the model refuse every digest of a thread with these words."""
    complete = consultation.model.complete

    def refusing(request: Request, deadline: Deadline) -> Reply:
        if request.task == "digest" and words in repr(request.messages):
            if asked is not None:
                asked.append(words)
            raise ModelUnavailable("refused")
        return complete(request, deadline)

    monkeypatch.setattr(consultation.model, "complete", refusing)


def test_a_thread_that_cannot_be_digested_leaves_the_summary_stale(
    spoken: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(spoken, "library", monkeypatch)
    assert spoken.summarise() == []
    summary = spoken.view().summary
    assert summary is not None
    assert summary.participants == len(SAYINGS) - 1
    assert status(spoken) == "stale"


def test_a_thread_that_cannot_be_digested_rests_and_holds_nobody_up(
    spoken: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    refuse(spoken, "library", monkeypatch, asked)
    for _ in range(8):
        assert spoken.summarise() == []
        spoken.clock.advance(60)
    assert (len(asked), spoken.model.count("summary")) == (5, 1)
    (left,) = [head for head in heads(spoken) if head.is_stale]
    assert left.digest_rests(spoken.clock.now())
    assert sessions_due(STALE, spoken.clock.now()) == []
    spoken.clock.advance(3600)
    assert sessions_due(STALE, spoken.clock.now()) == [spoken.session.id]
    assert spoken.summarise() == []
    assert spoken.summarise() == []
    assert (len(asked), status(spoken)) == (6, "stale")
    spoken.say("And open it at night.")
    assert spoken.summarise() == []
    assert len(asked) == 7


def test_a_long_thread_is_digested_piece_by_piece(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_runner, "PIECE_CHARACTERS", 100)
    consultation.join()
    for number in range(6):
        consultation.say(f"Bench number {number} in the park needs new paint before the summer comes.")
    assert consultation.summarise() == []
    (digest,) = container.conversations().digests(consultation.session.id)
    assert consultation.model.count("digest") > 3
    assert (digest.messages, len(digest.points)) == (6, 6)
    assert not heads(consultation)[0].is_stale
