"""Sessions as stored: what is there once, what only grows, what nobody may overwrite."""

from datetime import timedelta

import boto3
import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Invalid, NotFound
from chalicelib.model import Prompt, Session, Summary
from chalicelib.services.sessions.creation import NewSession, create_session
from chalicelib.services.synthesis import state
from chalicelib.store import prompts
from chalicelib.store.sessions import EVERYTHING, NOTHING_ELSE
from tests.clock import NOON


@pytest.fixture
def session(aws: None) -> Session:
    """A stored session."""
    new = NewSession("Lunch", "Find out", is_public=True)
    return create_session(new, "owner", sessions=container.sessions(), now=NOON, new_id=container.new_id)


def summary(session: Session, seconds: float, text: str = "Text") -> Summary:
    at = session.created_at + timedelta(seconds=seconds)
    return Summary(markdown=text, generated_at=at, model="m", participants=1, messages=1, overview="o")


def parts(session: Session) -> list[str]:
    items = boto3.client("dynamodb").scan(TableName="sessions")["Items"]
    return sorted(item["part"]["S"] for item in items if item["session_id"]["S"] == session.id)


def test_a_session_is_stored_as_its_parts_and_no_others(session: Session) -> None:
    tallies = [f"tally#{shard}" for shard in range(8)]
    assert parts(session) == sorted(
        ["session", "synthesis", "member#owner", "feed", "edits", "edit#topic#000001", "edit#goal#000001", *tallies]
    )


def test_an_id_is_used_once(session: Session) -> None:
    again = replace(session, topic="Mine now")
    assert not container.sessions().create(again, context=None, questions=(), prompt=None)
    assert container.sessions().view(session.id, NOTHING_ELSE).session.topic == "Lunch"


def test_the_owner_stays_the_owner(session: Session) -> None:
    with pytest.raises(Invalid, match="owner"):
        container.sessions().add_member(session.id, "owner", "viewer")
    assert container.sessions().view(session.id, NOTHING_ELSE, "owner").role == "owner"


def test_nobody_becomes_a_member_of_what_is_not_there(aws: None) -> None:
    with pytest.raises(NotFound):
        container.sessions().add_member("00000000-0000-4000-8000-000000000000", "guest", "viewer")


def test_nothing_is_written_about_a_session_that_is_not_there(aws: None) -> None:
    summaries = container.summaries()
    assert not summaries.move("gone", state.mark_stale(NOON))
    assert not prompts.add("gone", Prompt(1, "p", "tailored"))
    assert not summaries.move("gone", state.begin(NOON, NOON))
    assert boto3.client("dynamodb").scan(TableName="sessions")["Items"] == []


def test_a_version_of_a_prompt_is_written_once_and_versions_only_grow(session: Session) -> None:
    sessions = container.sessions()
    assert prompts.add(session.id, Prompt(2, "Second.", "tailored"))
    assert not prompts.add(session.id, Prompt(2, "Another second.", "tailored"))
    assert not prompts.add(session.id, Prompt(1, "First, late.", "tailored"))
    assert prompts.add(session.id, Prompt(3, "Third.", "host"))
    assert sessions.view(session.id, EVERYTHING).prompt == Prompt(3, "Third.", "host")
    assert sessions.prompt(session.id, 2) == Prompt(2, "Second.", "tailored")
    assert sessions.prompt(session.id, 1) is None


def test_updated_at_grows_with_every_summary_even_where_clocks_differ(session: Session) -> None:
    sessions = container.sessions()
    seen = [session.updated_at]
    container.summaries().put(session, summary(session, -60), state.end(0))  # made by a clock that is behind
    seen.append(sessions.view(session.id, NOTHING_ELSE).session.updated_at)
    container.summaries().put(
        session, summary(session, -30), state.end(0)
    )  # and with a session read before the first one
    seen.append(sessions.view(session.id, NOTHING_ELSE).session.updated_at)
    assert seen == sorted(set(seen))
    assert all(moment.tzinfo is not None for moment in seen)


def test_an_older_summary_never_replaces_a_newer_one(session: Session) -> None:
    sessions = container.sessions()
    assert container.summaries().put(session, summary(session, 20, "Newer"), state.end(0))
    assert container.summaries().put(session, summary(session, 10, "Older"), state.end(0))
    stored = sessions.view(session.id, EVERYTHING).summary
    assert stored is not None
    assert stored.markdown == "Newer"


def test_a_summary_of_many_long_words_in_any_script_fits(session: Session) -> None:
    text = "汤" * 100_000
    assert container.summaries().put(session, summary(session, 1, text), state.end(0))
    stored = container.sessions().view(session.id, EVERYTHING).summary
    assert stored is not None
    assert stored.markdown == text
