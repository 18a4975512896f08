"""The first people of a session get its tailored prompt too, where that comes in time."""

import pytest

from chalicelib import container
from chalicelib.model import Prompt
from chalicelib.services.conversations import request_context
from tests.clock import own_time
from tests.faults import Wire, own_model, tap
from tests.room import Room

SOUP = Prompt(1, "Ask about soup.", "tailored")


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A new session whose prompt is being written."""
    room = Room(own_time(monkeypatch), own_model(monkeypatch))
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 5.0)
    return room


@pytest.fixture
def wire(room: Room, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What is asked of the tables."""
    return tap(monkeypatch)


def is_shown(room: Room) -> bool:
    return "Ask about soup." in repr(room.model.requests[-1].system)


@pytest.mark.parametrize("way", ["join", "say"])
def test_a_new_thread_waits_for_the_prompt_that_is_being_written(room: Room, wire: Wire, way: str) -> None:
    room.clock.after(1.7, lambda: container.sessions().add_prompt(room.session.id, SOUP))
    room.join() if way == "join" else room.say("Hello")
    assert is_shown(room)
    assert room.clock.slept == 2.0
    assert wire.calls.count("BatchGetItem") == 1 + 4
    assert "GetItem" not in wire.calls
    assert room.thread().thread.prompt_version == 1


def test_after_five_seconds_it_begins_with_the_basic_one_and_keeps_that(room: Room, wire: Wire) -> None:
    room.join()
    assert not is_shown(room)
    assert (room.clock.slept, wire.calls.count("BatchGetItem")) == (5.0, 1 + 10)
    assert container.sessions().add_prompt(room.session.id, SOUP)
    room.say("Hello")
    assert not is_shown(room)
    assert (room.clock.slept, room.thread().thread.prompt_version) == (5.0, 0)


def test_nobody_waits_for_a_prompt_that_is_there(room: Room, wire: Wire) -> None:
    assert container.sessions().add_prompt(room.session.id, SOUP)
    room.join()
    assert is_shown(room)
    assert (room.clock.slept, wire.calls.count("BatchGetItem")) == (0, 1)


def test_nobody_waits_for_a_prompt_whose_writing_has_failed(room: Room) -> None:
    due = room.view().prompt_due_at
    assert due is not None
    container.sessions().fail_prompt(room.session.id, due)
    room.join()
    assert room.clock.slept == 0


@pytest.mark.parametrize("for_good", [False, True])
def test_nobody_waits_longer_than_until_writing_it_fails(room: Room, for_good: bool) -> None:
    due = room.view().prompt_due_at
    assert due is not None
    room.clock.after(1.2, lambda: container.sessions().fail_prompt(room.session.id, due, for_good=for_good))
    room.join()
    assert (room.clock.slept, room.thread().thread.prompt_version) == (1.5, 0)


def test_nobody_waits_where_an_older_prompt_of_ours_serves_until_the_new_one_is_there(room: Room) -> None:
    assert container.sessions().add_prompt(room.session.id, SOUP)
    room.edit(goal="x")
    assert room.view().prompt_awaited
    room.join()
    assert (is_shown(room), room.clock.slept) == (True, 0)


def test_whoever_has_a_thread_already_does_not_wait(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 0)
    room.join()
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 5.0)
    room.say("Hello")
    assert room.clock.slept == 0


def test_a_twin_that_waits_too_is_one_thread(room: Room) -> None:
    """Both wait for the prompt; the second one finds the thread that the first one began, and its opening."""
    room.clock.after(1, lambda: container.sessions().add_prompt(room.session.id, SOUP))
    room.clock.after(0.5, lambda: room.join())
    with pytest.raises(Exception, match="already joined"):
        room.join()
    assert room.said() == [("assistant", "Reply 1")]
