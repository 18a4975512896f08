"""The registry of themes: ids for ever, one version after the other, gone with its session."""

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import RegisteredTheme, ThemeRegistry
from chalicelib.store import database, keys
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.tables import SessionPart
from chalicelib.store.themes import AT_ONCE, Themes
from tests.capacity import metered
from tests.clock import own_time
from tests.faults import own_model
from tests.room import Room

BOOKS = RegisteredTheme("t1", "Books", "What the shelves hold.")
HOURS = RegisteredTheme("t2", "Opening hours", alias_of="t3")
REGISTRY = ThemeRegistry(0, (BOOKS, HOURS), 3)


def many(number: int, version: int = 0) -> ThemeRegistry:
    return ThemeRegistry(version, tuple(RegisteredTheme(f"t{n}", f"Matter {n}") for n in range(1, number + 1)), number)


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(own_time(monkeypatch), own_model(monkeypatch))


def test_what_is_stored_is_read_again_with_the_session(room: Room) -> None:
    assert Themes().get(room.session.id) == ThemeRegistry()
    stored = Themes().put(room.session.id, REGISTRY, ThemeRegistry())
    assert stored == ThemeRegistry(1, (BOOKS, HOURS), 3)
    assert Themes().get(room.session.id) == stored
    read = container.sessions().view(room.session.id, FOR_DIGEST)
    assert Themes().get(room.session.id, read.synthesis) == stored


def test_of_two_writers_of_one_version_the_second_is_told(room: Room) -> None:
    first = Themes().put(room.session.id, REGISTRY, ThemeRegistry())
    assert first is not None
    assert Themes().put(room.session.id, REGISTRY, ThemeRegistry()) is None
    assert Themes().put(room.session.id, replace(first, themes=(BOOKS,)), first) is not None
    assert Themes().put(room.session.id, replace(first, themes=()), first) is None
    assert Themes().get(room.session.id) == ThemeRegistry(2, (BOOKS,), 3)


@pytest.mark.many_writes
def test_one_theme_more_or_less_writes_one_theme_however_many_there_are(room: Room) -> None:
    known = Themes().put(room.session.id, many(1_000), ThemeRegistry())
    assert known is not None
    with metered() as consumed:
        more = Themes().put(room.session.id, many(1_001, known.version), known)
    assert more is not None
    assert (consumed.calls, consumed.writes) == ({"TransactWriteItems": 1}, 2 * 2)
    with metered() as consumed:
        assert Themes().put(room.session.id, replace(more, themes=more.themes[1:]), more)
    assert consumed.writes == 2 * 2
    with metered() as consumed:
        assert Themes().get(room.session.id).themes == more.themes[1:]
    assert consumed.calls == {"GetItem": 1, "Query theme": 1}


@pytest.mark.many_writes
def test_more_changes_than_a_transaction_takes_are_stored_all_the_same(room: Room) -> None:
    known = Themes().put(room.session.id, many(250), ThemeRegistry())
    assert known == many(250, version=-(-250 // AT_ONCE))
    assert Themes().get(room.session.id) == known
    shorter = Themes().put(room.session.id, replace(known, themes=known.themes[200:]), known)
    assert Themes().get(room.session.id) == shorter


def test_a_deleted_session_gets_no_registry(room: Room) -> None:
    assert container.deletions().begin(room.session.id, room.session.owner_id, room.clock.now())
    assert Themes().put(room.session.id, REGISTRY, ThemeRegistry()) is None
    with pytest.raises(NotFound):
        Themes().get(room.session.id)


def test_themes_go_with_their_session(room: Room) -> None:
    assert Themes().put(room.session.id, REGISTRY, ThemeRegistry())
    deletions = container.deletions()
    assert deletions.begin(room.session.id, room.session.owner_id, room.clock.now())
    for leftover in deletions.left(room.session.id):
        deletions.remove(leftover)
    assert not list(database.query(SessionPart, room.session.id, keys.THEMES, keys.AFTER_THEMES))


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
