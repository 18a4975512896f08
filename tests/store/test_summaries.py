"""Storing a summary: each of the conditions it is stored under, with a registry that goes with it and without."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from pynamodb.expressions.update import Action

from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import RegisteredTheme, SessionView, Summary, ThemeRegistry
from chalicelib.store import database, keys, summaries
from chalicelib.store.session_items import SessionItem, SynthesisItem
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.tables import SessionPart
from chalicelib.store.themes import Changes, Themes
from chalicelib.store.transact import Build
from tests.clock import own_time
from tests.conversation import Conversation
from tests.faults import own_model

BOOKS = RegisteredTheme("t1", "Books", "What the shelves hold.")
THEMES = Changes(0, 1, (BOOKS,))
WITH_AND_WITHOUT = pytest.mark.parametrize("changed", [None, THEMES], ids=["alone", "with themes"])


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    return Conversation(own_time(monkeypatch), own_model(monkeypatch))


def view(conversation: Conversation) -> SessionView:
    return container.sessions().view(conversation.session.id, FOR_DIGEST)


def themes(conversation: Conversation) -> ThemeRegistry:
    return Themes().get(conversation.session.id)


def made(conversation: Conversation, seconds: int, text: str = "new") -> Summary:
    return Summary(
        text, view(conversation).session.updated_at + timedelta(seconds=seconds), "model", 1, 1, overview="o"
    )


def write(conversation: Conversation, kind: type[SessionPart], part: str, action: Action) -> None:
    database.update(kind(conversation.session.id, part), [action], kind.session_id.exists())


def test_with_both_everything_is_stored(conversation: Conversation) -> None:
    summary = made(conversation, 5)
    assert summaries.put(view(conversation).session, summary, 0, THEMES)
    stored = view(conversation)
    assert (stored.summary, themes(conversation)) == (summary, ThemeRegistry(1, (BOOKS,), 1))
    assert stored.session.updated_at == summary.generated_at


@WITH_AND_WITHOUT
def test_a_newer_summary_stays(conversation: Conversation, changed: Changes | None) -> None:
    newer = made(conversation, 60, "newer")
    assert summaries.put(view(conversation).session, newer, 0)
    assert summaries.put(view(conversation).session, replace(newer, markdown="older"), 0, changed)
    assert view(conversation).summary == newer
    assert themes(conversation) == ThemeRegistry()


@WITH_AND_WITHOUT
def test_a_summary_from_before_somebody_was_taken_out_is_not_stored(
    conversation: Conversation, changed: Changes | None
) -> None:
    write(conversation, SynthesisItem, keys.SYNTHESIS, SynthesisItem.epoch.set(1))
    assert not summaries.put(view(conversation).session, made(conversation, 5), 0, changed)
    assert (view(conversation).summary, themes(conversation)) == (None, ThemeRegistry())


@WITH_AND_WITHOUT
def test_a_session_that_was_edited_meanwhile_gets_its_summary(
    conversation: Conversation, changed: Changes | None
) -> None:
    read, summary = view(conversation).session, made(conversation, 5)
    edited = read.updated_at + timedelta(seconds=30)
    write(conversation, SessionItem, keys.SESSION, SessionItem.updated_at.set(edited))
    assert summaries.put(read, summary, 0, changed)
    assert view(conversation).summary == summary
    assert view(conversation).session.updated_at > edited
    assert bool(themes(conversation).themes) == bool(changed)


@pytest.mark.parametrize("edited", [False, True])
def test_a_registry_that_moved_stays_and_the_summary_is_stored(conversation: Conversation, edited: bool) -> None:
    moved = Themes().put(
        conversation.session.id, ThemeRegistry(0, (replace(BOOKS, label="Shelves"),), 1), ThemeRegistry()
    )
    read, summary = view(conversation).session, made(conversation, 5)
    if edited:
        later = read.updated_at + timedelta(seconds=30)
        write(conversation, SessionItem, keys.SESSION, SessionItem.updated_at.set(later))
    assert summaries.put(read, summary, 0, THEMES)
    assert (view(conversation).summary, themes(conversation)) == (summary, moved)


@WITH_AND_WITHOUT
def test_a_session_edited_without_end_ends_the_tries(
    conversation: Conversation, changed: Changes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, summary = view(conversation).session, made(conversation, 5)
    first = database.transact

    def edit(build: Build) -> None:
        found = view(conversation).session.updated_at + timedelta(minutes=1)
        write(conversation, SessionItem, keys.SESSION, SessionItem.updated_at.set(found))
        first(build)

    monkeypatch.setattr(database, "transact", edit)
    with pytest.raises(Unavailable):
        summaries.put(read, summary, 0, changed)
    assert view(conversation).summary is None


def test_a_session_whose_item_is_gone_is_not_found(conversation: Conversation) -> None:
    read, summary = view(conversation).session, made(conversation, 5)
    database.delete(SessionItem(conversation.session.id, keys.SESSION), SessionItem.topic.exists())
    with pytest.raises(NotFound):
        summaries.put(read, summary, 0, THEMES)
