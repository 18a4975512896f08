"""Storing a summary: each of the conditions it is stored under, with a registry that goes with it and without."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from pynamodb.expressions.update import Action

from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import RegisteredTheme, SessionView, Summary, ThemeRegistry
from chalicelib.services.synthesis import state
from chalicelib.store import database, keys
from chalicelib.store.session_items import SessionItem, SynthesisItem
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.tables import SessionPart
from chalicelib.store.themes import Changes, Themes
from chalicelib.store.transact import Build
from tests.clock import own_time
from tests.faults import own_model
from tests.room import Room

BOOKS = RegisteredTheme("t1", "Books", "What the shelves hold.")
THEMES = Changes(0, 1, (BOOKS,))
MERGED = Changes(0, 2, (BOOKS,), (RegisteredTheme("t2", "Shelves"),))
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "changed", [None, THEMES, MERGED], ids=["alone", "with themes", "with themes that go"]
)


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(own_time(monkeypatch), own_model(monkeypatch))


def view(room: Room) -> SessionView:
    return container.sessions().view(room.session.id, FOR_DIGEST)


def themes(room: Room) -> ThemeRegistry:
    return Themes().get(room.session.id)


def made(room: Room, seconds: int, text: str = "new") -> Summary:
    return Summary(text, view(room).session.updated_at + timedelta(seconds=seconds), "model", 1, 1, overview="o")


def write(room: Room, kind: type[SessionPart], part: str, action: Action) -> None:
    database.update(kind(room.session.id, part), [action], kind.session_id.exists())


def test_with_both_everything_is_stored(room: Room) -> None:
    summary = made(room, 5)
    assert container.summaries().put(view(room).session, summary, state.end(0), THEMES)
    stored = view(room)
    assert (stored.summary, themes(room)) == (summary, ThemeRegistry(1, (BOOKS,), 1))
    assert stored.session.updated_at == summary.generated_at


@WITH_AND_WITHOUT
def test_a_newer_summary_stays(room: Room, changed: Changes | None) -> None:
    newer = made(room, 60, "newer")
    assert container.summaries().put(view(room).session, newer, state.end(0))
    assert container.summaries().put(view(room).session, replace(newer, markdown="older"), state.end(0), changed)
    assert view(room).summary == newer
    assert themes(room) == ThemeRegistry()


@WITH_AND_WITHOUT
def test_a_summary_from_before_somebody_was_taken_out_is_not_stored(room: Room, changed: Changes | None) -> None:
    write(room, SynthesisItem, keys.SYNTHESIS, SynthesisItem.epoch.set(1))
    assert not container.summaries().put(view(room).session, made(room, 5), state.end(0), changed)
    assert (view(room).summary, themes(room)) == (None, ThemeRegistry())


@WITH_AND_WITHOUT
def test_a_session_that_was_edited_meanwhile_gets_its_summary(room: Room, changed: Changes | None) -> None:
    read, summary = view(room).session, made(room, 5)
    edited = read.updated_at + timedelta(seconds=30)
    write(room, SessionItem, keys.SESSION, SessionItem.updated_at.set(edited))
    assert container.summaries().put(read, summary, state.end(0), changed)
    assert view(room).summary == summary
    assert view(room).session.updated_at > edited
    assert bool(themes(room).themes) == bool(changed)


@pytest.mark.parametrize("edited", [False, True])
def test_a_registry_that_moved_stays_and_the_summary_is_stored(room: Room, edited: bool) -> None:
    moved = Themes().put(room.session.id, ThemeRegistry(0, (replace(BOOKS, label="Shelves"),), 1), ThemeRegistry())
    read, summary = view(room).session, made(room, 5)
    if edited:
        later = read.updated_at + timedelta(seconds=30)
        write(room, SessionItem, keys.SESSION, SessionItem.updated_at.set(later))
    assert container.summaries().put(read, summary, state.end(0), THEMES)
    assert (view(room).summary, themes(room)) == (summary, moved)


@WITH_AND_WITHOUT
def test_a_session_edited_without_end_ends_the_tries(
    room: Room, changed: Changes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, summary = view(room).session, made(room, 5)
    first = database.transact

    def edit(build: Build) -> None:
        found = view(room).session.updated_at + timedelta(minutes=1)
        write(room, SessionItem, keys.SESSION, SessionItem.updated_at.set(found))
        first(build)

    monkeypatch.setattr(database, "transact", edit)
    with pytest.raises(Unavailable):
        container.summaries().put(read, summary, state.end(0), changed)
    assert view(room).summary is None


def test_a_session_whose_item_is_gone_is_not_found(room: Room) -> None:
    read, summary = view(room).session, made(room, 5)
    database.delete(SessionItem(room.session.id, keys.SESSION), SessionItem.topic.exists())
    with pytest.raises(NotFound):
        container.summaries().put(read, summary, state.end(0), THEMES)
