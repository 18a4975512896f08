"""The registry of themes: ids for ever, one version after the other, gone with its session."""

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import RegisteredTheme, ThemeRegistry
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.store import database, keys
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.tables import SessionPart
from chalicelib.store.themes import AT_ONCE, Themes
from tests.capacity import metered
from tests.clock import own_time
from tests.conversation import Conversation
from tests.faults import own_model

BOOKS = RegisteredTheme("t1", "Books", "What the shelves hold.")
HOURS = RegisteredTheme("t2", "Opening hours", alias_of="t3")
REGISTRY = ThemeRegistry(0, (BOOKS, HOURS), 3)


def many(number: int, version: int = 0) -> ThemeRegistry:
    return ThemeRegistry(version, tuple(RegisteredTheme(f"t{n}", f"Matter {n}") for n in range(1, number + 1)), number)


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    return Conversation(own_time(monkeypatch), own_model(monkeypatch))


def test_what_is_stored_is_read_again_with_the_session(conversation: Conversation) -> None:
    assert Themes().get(conversation.session.id) == ThemeRegistry()
    stored = Themes().put(conversation.session.id, REGISTRY, ThemeRegistry())
    assert stored == ThemeRegistry(1, (BOOKS, HOURS), 3)
    assert Themes().get(conversation.session.id) == stored
    read = container.sessions().view(conversation.session.id, FOR_DIGEST)
    assert Themes().get(conversation.session.id, read.synthesis) == stored


def test_of_two_writers_of_one_version_the_second_is_told(conversation: Conversation) -> None:
    first = Themes().put(conversation.session.id, REGISTRY, ThemeRegistry())
    assert first is not None
    assert Themes().put(conversation.session.id, REGISTRY, ThemeRegistry()) is None
    assert Themes().put(conversation.session.id, replace(first, themes=(BOOKS,)), first) is not None
    assert Themes().put(conversation.session.id, replace(first, themes=()), first) is None
    assert Themes().get(conversation.session.id) == ThemeRegistry(2, (BOOKS,), 3)


@pytest.mark.many_writes
def test_one_theme_more_or_less_writes_one_theme_however_many_there_are(conversation: Conversation) -> None:
    known = Themes().put(conversation.session.id, many(1_000), ThemeRegistry())
    assert known is not None
    with metered() as consumed:
        more = Themes().put(conversation.session.id, many(1_001, known.version), known)
    assert more is not None
    assert (consumed.calls, consumed.writes) == ({"TransactWriteItems": 1}, 2 * 2)
    with metered() as consumed:
        assert Themes().put(conversation.session.id, replace(more, themes=more.themes[1:]), more)
    assert consumed.writes == 2 * 2
    with metered() as consumed:
        assert Themes().get(conversation.session.id).themes == more.themes[1:]
    assert consumed.calls == {"GetItem": 1, "Query theme": 1}


@pytest.mark.many_writes
def test_more_changes_than_a_transaction_takes_are_stored_all_the_same(conversation: Conversation) -> None:
    known = Themes().put(conversation.session.id, many(250), ThemeRegistry())
    assert known == many(250, version=-(-250 // AT_ONCE))
    assert Themes().get(conversation.session.id) == known
    shorter = Themes().put(conversation.session.id, replace(known, themes=known.themes[200:]), known)
    assert Themes().get(conversation.session.id) == shorter


def test_a_deleted_session_gets_no_registry(conversation: Conversation) -> None:
    deletions, owner, now = container.deletions(), conversation.session.owner_id, conversation.clock.now()
    delete_session(conversation.session.id, owner, deletions=deletions, jobs=container.jobs(), now=now)
    assert Themes().put(conversation.session.id, REGISTRY, ThemeRegistry()) is None
    with pytest.raises(NotFound):
        Themes().get(conversation.session.id)


def test_themes_go_with_their_session(conversation: Conversation) -> None:
    assert Themes().put(conversation.session.id, REGISTRY, ThemeRegistry())
    deletions = container.deletions()
    session_id, owner, now = conversation.session.id, conversation.session.owner_id, conversation.clock.now()
    delete_session(session_id, owner, deletions=deletions, jobs=container.jobs(), now=now)
    for leftover in deletions.left(conversation.session.id):
        deletions.remove(leftover)
    assert not list(database.query(SessionPart, conversation.session.id, keys.THEMES, keys.AFTER_THEMES))


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
