"""A session that grows too large to read all digests of, shrinks, and grows again counts the same either way."""

from collections.abc import Callable, Mapping

import pytest

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.services.synthesis import digest_runner, tree
from chalicelib.services.synthesis.aggregate import Aggregate, carriers
from chalicelib.store.sessions import FOR_DIGEST
from tests.room import participant
from tests.workers.desk import SAYINGS, Desk

SAID = [SAYINGS[number % 3] for number in range(7)] + [
    "Trams at night would help.",
    "湯很好喝，我們需要更多的湯。",
    "ok",
    "We need fewer buses, they are loud.",
]
A_TREE, A_LIST = 5, 400


def heads(desk: Desk) -> dict[str, Thread]:
    return {head.id: head for head in container.conversations().heads(desk.session.id) if head.included}


def both_ways(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> tuple[Aggregate, Mapping[str, Mapping[str, str]]]:
    """What the session comes to, as a list or as a tree, and who carries which theme."""
    with monkeypatch.context() as patch:
        patch.setattr(tree, "FROM_THREADS", most)
        view, bench = container.sessions().view(desk.session.id, FOR_DIGEST), container.synthesis_deps()
        register = digest_runner.open_register(view, heads(desk).values(), bench)
        heard = digest_runner.gather(view, heads(desk), digest_runner.Digested(), register, bench)
    assert heard
    return heard, carriers(heard, register.registry)


def agree(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways come to the same people, messages, points, themes and sides; a leaf has no point that is not there."""
    (listed, by_list), (branched, by_tree) = (both_ways(desk, monkeypatch, most) for most in (A_LIST, A_TREE))
    assert branched.voices == listed.voices
    assert (branched.messages, branched.total, branched.themeless) == (listed.messages, listed.total, listed.themeless)
    assert (branched.newest, by_tree) == (listed.newest, by_list)
    assert set(map(repr, branched.points)) <= set(map(repr, listed.points))
    assert {name for name, _ in branched.points} <= heads(desk).keys()


def speak_again(desk: Desk) -> None:
    desk.who = participant("p3", "Bo")
    desk.say("Parks need more benches, and less noise.")


def take_out(desk: Desk) -> None:
    for name in ("p7", "p0"):
        assert container.participants().exclude(by_name(desk, name), desk.clock.now())


def take_in(desk: Desk) -> None:
    for name in ("p7", "p0"):
        assert container.participants().include(by_name(desk, name), desk.clock.now())


def remove(desk: Desk) -> None:
    for name in ("p8", "p1"):
        assert container.participants().remove(by_name(desk, name), desk.clock.now())


def by_name(desk: Desk, name: str) -> Thread:
    return next(head for head in container.conversations().heads(desk.session.id) if head.external_id == name)


@pytest.mark.parametrize("sizes", [(A_TREE, A_LIST), (A_LIST, A_TREE)], ids=["a tree first", "a list first"])
def test_both_ways_come_to_the_same_whatever_happened_under_the_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int]
) -> None:
    for number, words in enumerate(SAID):
        desk.who = participant(f"p{number}", "Bo")
        desk.say(words)
    happenings: list[Callable[[Desk], None]] = [lambda _: None, speak_again, take_out, take_in, remove, speak_again]
    for number, happens in enumerate(happenings):
        happens(desk)
        monkeypatch.setattr(tree, "FROM_THREADS", sizes[number % 2])
        desk.clock.advance(3_600)
        assert desk.summarise() == []
        summary = desk.view().summary
        assert summary
        said = sum(head.message_count for head in heads(desk).values())
        assert (summary.participants, summary.messages) == (len(heads(desk)), said)
        agree(desk, monkeypatch)
