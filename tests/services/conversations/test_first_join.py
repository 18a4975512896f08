"""Joining a session, and what a thread keeps from then on."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, Invalid, NotFound, Unavailable
from chalicelib.model import Prompt
from chalicelib.services.access.principal import ParticipantCookie, Principal
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.turn import say
from chalicelib.services.participants.identity import participant_of
from chalicelib.services.sessions.creation import NewQuestion
from tests.clock import own_time
from tests.faults import own_model
from tests.llm.queued import prompt_of
from tests.room import Room, participant


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A new session with a clock and a model of the test's own."""
    return Room(own_time(monkeypatch), own_model(monkeypatch))


def test_a_thread_without_an_opening_is_completed_with_the_answers_it_began_with(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(own_time(monkeypatch), own_model(monkeypatch), questions=(NewQuestion("Diet"),))
    (question,) = room.view().questions
    room.model.failing.add("turn")
    with pytest.raises(Unavailable):
        room.join(**{question.id: "vegan"})
    room.model.failing.clear()
    assert room.join(**{question.id: "any"}).content == "Reply 2"
    assert [answer.answer for answer in room.thread().answers] == ["vegan"]
    assert "vegan" in repr(room.model.requests[-1].messages)


def test_joining_a_thread_that_has_begun_is_refused(room: Room) -> None:
    room.join()
    with pytest.raises(Invalid, match="already joined"):
        room.join()
    assert room.model.count("turn") == 1


def test_a_participant_who_only_spoke_has_joined_already(room: Room) -> None:
    room.say("Hello")
    with pytest.raises(Invalid, match="already joined"):
        room.join()


def test_nobody_joins_or_speaks_after_closing(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = own_time(monkeypatch)
    room = Room(clock, own_model(monkeypatch), closes_at=clock.now() + timedelta(seconds=10))
    room.join()
    clock.advance(10)
    with pytest.raises(Invalid, match="Session is not active"):
        room.say("Soup")
    room.who = participant("p2")
    with pytest.raises(Invalid, match="Session is not active"):
        room.join()
    assert room.view().tally.participants == 1


def test_there_is_no_joining_where_there_is_no_session_or_no_right(room: Room) -> None:
    with pytest.raises(NotFound):
        say(
            "00000000-0000-4000-8000-000000000000",
            room.who,
            NewMessage("Hello"),
            deps=container.conversation_deps(),
            deadline=room.clock.deadline(24),
        )
    room.who = participant("p1", user_id="somebody-else")
    with pytest.raises(Forbidden):
        room.join()


def test_a_page_needs_no_account_and_has_threads_of_its_own(room: Room) -> None:
    room.say("Over the API")
    room.who = participant_of(Principal(ParticipantCookie()), "p1", "Bo")
    room.say("On the page")
    assert room.said() == [("user", "On the page"), ("assistant", "Reply 2")]
    assert room.thread().thread.scope == "web"


# Prompts


def test_a_thread_keeps_the_prompt_it_began_under(room: Room) -> None:
    room.join()
    sessions = container.sessions()
    assert sessions.add_prompt(room.session.id, Prompt(1, "Ask about soup.", "tailored"))
    room.say("Hello")
    assert "Ask about soup." not in repr(room.model.requests[-1])
    room.who = participant("p2")
    room.join()
    assert "Ask about soup." in repr(room.model.requests[-1])
    assert sessions.add_prompt(room.session.id, Prompt(2, "Ask about bread.", "tailored"))
    room.say("Hello")
    assert "Ask about soup." in repr(room.model.requests[-1])
    assert "Ask about bread." not in repr(room.model.requests[-1])


def test_whoever_comes_back_in_another_language_has_the_same_thread(room: Room) -> None:
    begun = room.join()
    room.who = replace(room.who, language="de")
    assert room.say("Brot").thread_id == begun.thread_id
    assert 'language="de"' in prompt_of(room.model.requests[-1])
