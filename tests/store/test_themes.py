"""The registry of themes: ids for ever, one version after the other, gone with its session."""

import pytest

from chalicelib import wiring
from chalicelib.errors import NotFound
from chalicelib.store.records import RegisteredTheme, ThemeRegistry
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.themes import Themes
from tests.clock import own_time
from tests.faults import own_model
from tests.room import Room

BOOKS = RegisteredTheme("t1", "Books", "What the shelves hold.")
HOURS = RegisteredTheme("t2", "Opening hours", alias_of="t3", described_by_summary=True)
REGISTRY = ThemeRegistry(0, (BOOKS, HOURS), 3)


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(own_time(monkeypatch), own_model(monkeypatch))


def test_what_is_stored_is_read_again_with_the_session(room: Room) -> None:
    assert Themes().get(room.session.id) == ThemeRegistry()
    stored = Themes().put(room.session.id, REGISTRY)
    assert stored == ThemeRegistry(1, (BOOKS, HOURS), 3)
    assert Themes().get(room.session.id) == stored
    assert wiring.sessions().view(room.session.id, FOR_DIGEST).themes == stored


def test_of_two_writers_of_one_version_the_second_is_told(room: Room) -> None:
    first = Themes().put(room.session.id, REGISTRY)
    assert first is not None
    assert Themes().put(room.session.id, REGISTRY) is None
    assert Themes().put(room.session.id, ThemeRegistry(1, (BOOKS,), 3)) is not None
    assert Themes().put(room.session.id, ThemeRegistry(1, (), 3)) is None
    assert Themes().get(room.session.id) == ThemeRegistry(2, (BOOKS,), 3)


def test_a_deleted_session_gets_no_registry(room: Room) -> None:
    assert wiring.deletions().begin(room.session.id, room.session.owner_id, room.clock.now())
    with pytest.raises(NotFound):
        Themes().put(room.session.id, REGISTRY)


def test_aliases_are_followed_to_the_theme_that_lives() -> None:
    themes = [RegisteredTheme("t1", "a"), RegisteredTheme("t2", "b", alias_of="t1")]
    themes += [RegisteredTheme("t3", "c", alias_of="t2"), RegisteredTheme("t4", "d", alias_of="t9")]
    registry = ThemeRegistry(1, tuple(themes), 4)
    assert [found and found.id for found in map(registry.resolve, ("t1", "t2", "t3"))] == ["t1"] * 3
    assert [registry.resolve(name) for name in ("t4", "t9", "", None)] == [None] * 4
    assert [theme.id for theme in registry.live] == ["t1"]


def test_aliases_in_a_circle_stand_for_nothing() -> None:
    circle = (RegisteredTheme("t1", "a", alias_of="t2"), RegisteredTheme("t2", "b", alias_of="t1"))
    assert ThemeRegistry(1, circle, 2).resolve("t1") is None
