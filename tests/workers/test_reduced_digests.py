"""A session that grows too large to read all digests of, shrinks, and grows again counts the same either way."""

from collections.abc import Callable, Mapping

import pytest

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.model.deletions import DeletionRecord
from chalicelib.services.synthesis import digest_runner, reduced_digests, state
from chalicelib.services.synthesis.aggregate import Aggregate, stances_by_theme
from chalicelib.store.sessions import FOR_DIGEST
from tests.conversation import participant
from tests.workers.consultation import SAYINGS, Consultation

SAID = [SAYINGS[number % 3] for number in range(7)] + [
    "Trams at night would help.",
    "湯很好喝，我們需要更多的湯。",
    "ok",
    "We need fewer buses, they are loud.",
]
REDUCED, A_LIST = 5, 400


def heads(consultation: Consultation) -> dict[str, Thread]:
    return {head.id: head for head in container.conversations().heads(consultation.session.id) if head.included}


def both_ways(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, most: int
) -> tuple[Aggregate, Mapping[str, Mapping[str, str]]]:
    """What the session comes to, as a list or reduced, and who carries which theme."""
    with monkeypatch.context() as patch:
        patch.setattr(reduced_digests, "FROM_THREADS", most)
        view, deps = container.sessions().view(consultation.session.id, FOR_DIGEST), container.synthesis_deps()
        shared = digest_runner.open_registry(view, heads(consultation).values(), deps)
        heard = digest_runner.gather(view, heads(consultation), digest_runner.DigestRun(), shared, deps)
    assert heard
    return heard, stances_by_theme(heard, shared.registry)


def agree(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways come to the same people, messages, points, themes and sides; a reduced digest has no point that is not there."""
    (listed, by_list), (reduced, by_reduced) = (
        both_ways(consultation, monkeypatch, most) for most in (A_LIST, REDUCED)
    )
    assert reduced.counts == listed.counts
    assert (reduced.messages, reduced.total, reduced.themeless) == (listed.messages, listed.total, listed.themeless)
    assert (reduced.newest, by_reduced) == (listed.newest, by_list)
    assert set(map(repr, reduced.points)) <= set(map(repr, listed.points))
    assert {name for name, _ in reduced.points} <= heads(consultation).keys()


def speak_again(consultation: Consultation) -> None:
    consultation.who = participant("p3", "Bo")
    consultation.say("Parks need more benches, and less noise.")


def take_out(consultation: Consultation) -> None:
    for name in ("p7", "p0"):
        assert container.participants().exclude(by_name(consultation, name), state.exclude(consultation.clock.now()))


def take_in(consultation: Consultation) -> None:
    for name in ("p7", "p0"):
        now = consultation.clock.now()
        assert container.participants().include(by_name(consultation, name), now, state.include(now))


def remove(consultation: Consultation) -> None:
    for name in ("p8", "p1"):
        now = consultation.clock.now()
        record = DeletionRecord(name, "host", now, {})
        assert container.removals().begin(
            by_name(consultation, name), record, state.exclude(now), is_capped=consultation.session.is_capped
        )


def by_name(consultation: Consultation, name: str) -> Thread:
    return next(head for head in container.conversations().heads(consultation.session.id) if head.external_id == name)


@pytest.mark.parametrize("sizes", [(REDUCED, A_LIST), (A_LIST, REDUCED)], ids=["reduced first", "a list first"])
def test_both_ways_come_to_the_same_whatever_happened_under_the_other(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int]
) -> None:
    for number, words in enumerate(SAID):
        consultation.who = participant(f"p{number}", "Bo")
        consultation.say(words)
    happenings: list[Callable[[Consultation], None]] = [
        lambda _: None,
        speak_again,
        take_out,
        take_in,
        remove,
        speak_again,
    ]
    for number, happens in enumerate(happenings):
        happens(consultation)
        monkeypatch.setattr(reduced_digests, "FROM_THREADS", sizes[number % 2])
        consultation.clock.advance(3_600)
        assert consultation.summarise() == []
        summary = consultation.view().summary
        assert summary
        said = sum(head.message_count for head in heads(consultation).values())
        assert (summary.participants, summary.messages) == (len(heads(consultation)), said)
        agree(consultation, monkeypatch)
