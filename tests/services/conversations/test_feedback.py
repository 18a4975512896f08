"""How participants end conversations: concluded once, whatever happens at the same moment; rated."""

from contextlib import suppress

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, Invalid, NotFound
from chalicelib.services.conversations import feedback, messages
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.store.sessions import FOR_COUNT
from tests.clock import FakeClock, own_retries, own_time
from tests.faults import FAULTS, Died, Fault, Interviewer, own_model, tap
from tests.room import HOST, Room, participant


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """The application's model."""
    return own_model(monkeypatch)


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time."""
    return own_time(monkeypatch)


@pytest.fixture
def room(clock: FakeClock, model: Interviewer) -> Room:
    """A session whose participant has joined."""
    found = Room(clock, model)
    found.join()
    return found


def conclude(room: Room) -> None:
    feedback.conclude(room.session.id, room.who, deps=container.conversation_deps(), stored=container.feedback())


def rate(room: Room, rating: int, comment: str = "") -> None:
    feedback.rate(
        room.session.id, room.who, rating, comment, deps=container.conversation_deps(), stored=container.feedback()
    )


def completed(room: Room) -> int:
    return container.sessions().view(room.session.id, FOR_COUNT, HOST).tally.completed


def test_somebody_who_is_done_is_counted_once(room: Room, model: Interviewer) -> None:
    room.say("Soup")
    conclude(room)
    conclude(room)
    assert room.thread().thread.concluded
    assert completed(room) == 1
    assert model.count("turn") == 2


def test_who_ends_without_a_word_counts_with_their_first_words_and_once(room: Room) -> None:
    conclude(room)
    assert room.thread().thread.concluded
    assert completed(room) == 0
    room.say("Soup after all", "m1")
    room.say("Soup after all", "m1")
    assert completed(room) == 1
    room.say("And bread")
    conclude(room)
    assert completed(room) == 1


def test_a_response_without_a_reply_counts_like_words(room: Room) -> None:
    conclude(room)
    thread = room.thread().thread
    message = messages.said(thread, NewMessage("Soup"), new_id=container.new_id(), now=room.clock.now())
    assert container.conversations().say(thread, message, None, None)
    assert completed(room) == 1


@pytest.mark.parametrize(("words", "counted"), [([], 0), (["Soup"], 1)])
def test_a_removal_takes_back_what_was_counted(words: list[str], counted: int, room: Room) -> None:
    conclude(room)
    for said in words:
        room.say(said)
    assert completed(room) == counted
    container.participants().remove(room.thread().thread, room.clock.now())
    assert completed(room) == 0


def test_an_end_that_comes_late_ends_no_conversation_begun_since(room: Room, clock: FakeClock) -> None:
    room.say("Soup")
    old = room.thread().thread
    container.participants().remove(old, clock.now())
    clock.advance(1)
    room.join()
    assert not container.feedback().conclude(old, clock.now())
    assert completed(room) == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_count_is_exact_whatever_breaks(fault: Fault, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    own_retries(monkeypatch)
    wire = tap(monkeypatch)
    conclude(room)
    for at in range(1, 9):
        with wire.broken(fault, at), suppress(HarmonicaError, Died):
            room.say("Soup", "m1")
        assert completed(room) == int(room.thread().thread.message_count > 0)
    room.clock.advance(31)  # the lease of whoever died
    room.say("Soup", "m1")
    assert completed(room) == 1


def test_words_into_a_session_that_is_gone_count_nowhere(room: Room) -> None:
    conclude(room)
    thread = room.thread().thread
    message = messages.said(thread, NewMessage("Soup"), new_id=container.new_id(), now=room.clock.now())
    assert container.deletions().begin(room.session.id, room.session.owner_id, room.clock.now())
    with pytest.raises(NotFound):
        container.conversations().say(thread, message, None, None)


def test_a_facilitator_who_concludes_afterwards_counts_nobody_again(room: Room, model: Interviewer) -> None:
    conclude(room)
    model.concludes = True
    assert room.say("One more thing").is_final
    assert room.say("And another").is_final
    assert completed(room) == 1


def test_done_in_one_tab_while_another_is_answered_waits_for_the_answer(room: Room, model: Interviewer) -> None:
    refused: list[str] = []

    def be_done() -> None:
        with pytest.raises(Conflict) as caught:
            conclude(room)
        refused.append(caught.value.message)

    model.concludes = True
    room.during_next_call(be_done)
    room.say("That is all")
    assert refused
    assert completed(room) == 1


def test_an_answer_that_comes_after_the_end_is_not_stored_over_it(
    room: Room, clock: FakeClock, model: Interviewer
) -> None:
    model.concludes = True

    def be_done_late() -> None:
        clock.advance(31)  # the lease of the request that is being answered is over
        conclude(room)

    room.during_next_call(be_done_late)
    with pytest.raises(Conflict):
        room.say("That is all", "m1")
    assert completed(room) == 1
    model.concludes = False
    assert room.say("That is all", "m1").is_final
    assert completed(room) == 1


def test_nobody_ends_what_has_not_begun(room: Room) -> None:
    stranger = participant("somebody else")
    deps, stored = container.conversation_deps(), container.feedback()
    with pytest.raises(NotFound):
        feedback.conclude(room.session.id, stranger, deps=deps, stored=stored)
    with pytest.raises(NotFound):
        feedback.rate(room.session.id, stranger, 3, "", deps=deps, stored=stored)


def test_the_last_rating_counts_and_takes_its_comment_along(room: Room) -> None:
    rate(room, 2, "Too long")
    thread = room.thread().thread
    assert (thread.rating, container.feedback().comment(thread)) == (2, "Too long")
    rate(room, 5)
    thread = room.thread().thread
    assert (thread.rating, container.feedback().comment(thread)) == (5, "")


@pytest.mark.parametrize(("rating", "comment"), [(0, ""), (6, ""), (3, "x" * 2001)])
def test_a_rating_keeps_to_its_scale(rating: int, comment: str, room: Room) -> None:
    with pytest.raises(Invalid):
        rate(room, rating, comment)
    assert room.thread().thread.rating is None


def test_a_removed_participant_leaves_no_comment(room: Room) -> None:
    rate(room, 1, "Ada says")
    thread = room.thread().thread
    container.participants().remove(thread, room.clock.now())
    assert container.feedback().comment(thread) == ""
