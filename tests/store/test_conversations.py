"""Threads as stored: conditions keep order, whoever comes late or twice."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import CondensedHistory, Digest, Message, Thread
from chalicelib.model.deletions import DeletionRecord
from chalicelib.services.participants.identity import thread_id
from chalicelib.services.sessions.creation import NewSession, create_session
from chalicelib.services.sessions.participant_limit import admit
from chalicelib.store import digests
from chalicelib.store.sessions import NOTHING_ELSE
from tests.api.jobs import parts
from tests.clock import NOON

SECRET = b"secret"


@pytest.fixture
def thread(aws: None) -> Thread:
    """A thread that has begun, its lease free."""
    new = NewSession("Lunch", "Find out")
    session = create_session(new, "owner", sessions=container.sessions(), now=NOON, new_id=container.new_id)
    named = thread_id(SECRET, session.id, "api", "p1")
    begun = Thread(session.id, named, "api", "p1", None, NOON, 0)
    assert admit(session, begun, conversations=container.conversations())
    return begun


def said(sequence: int, text: str = "Soup") -> Message:
    return Message(container.new_id(), sequence, "user", text, NOON)


def stored(thread: Thread) -> Iterable[str]:
    return [message.content for message in container.conversations().messages(thread)]


def digest(thread: Thread, to_sequence: int) -> Digest:
    return Digest(thread.id, to_sequence, (), 1, "m", NOON)


def test_a_thread_begins_once(thread: Thread) -> None:
    session = container.sessions().view(thread.session_id, NOTHING_ELSE).session
    assert not admit(session, thread, conversations=container.conversations())


def test_of_two_messages_with_one_number_the_first_is_stored(thread: Thread) -> None:
    conversations, until = container.conversations(), NOON + timedelta(seconds=30)
    assert conversations.say(thread, said(1, "First"), "turn-1", until)
    assert conversations.say(thread, said(1, "Second"), "turn-2", until) is None
    assert stored(thread) == ["First"]


def test_a_widget_and_what_was_chosen_in_it_are_kept_as_they_are(thread: Thread) -> None:
    conversations, until = container.conversations(), NOON + timedelta(seconds=30)
    chosen = replace(said(1), widget_value=["Soup", "Brot ☕"])
    leased = conversations.say(thread, chosen, "turn-1", until)
    assert leased is not None
    spec = {"root": {"type": "RatingScale", "props": {"label": "How much?", "min": 0, "max": 5}, "children": []}}
    presented = Message(container.new_id(), 2, "assistant", "How much?", NOON, usage={}, widget_spec=spec)
    assert conversations.reply(leased, presented)
    assert list(conversations.messages(thread)) == [chosen, presented]


def test_nobody_speaks_under_the_lease_of_another(thread: Thread) -> None:
    conversations, until = container.conversations(), NOON + timedelta(seconds=30)
    leased = conversations.say(thread, said(1, "First"), "turn-1", until)
    assert leased is not None
    assert conversations.say(leased, said(2, "Second"), "turn-2", until) is None
    assert conversations.take_lease(leased, "turn-2", NOON, until) is None
    later = until + timedelta(microseconds=1)
    assert conversations.take_lease(leased, "turn-2", later, later + timedelta(seconds=30)) is not None


def test_a_lease_is_given_back_by_its_holder_only(thread: Thread) -> None:
    conversations = container.conversations()
    leased = conversations.say(thread, said(1), "turn-1", NOON + timedelta(seconds=30))
    assert leased is not None
    conversations.release_lease(leased, "turn-2")
    assert conversations.take_lease(leased, "turn-2", NOON, NOON) is None
    conversations.release_lease(leased, "turn-1")
    assert conversations.take_lease(leased, "turn-2", NOON, NOON) is not None


def test_an_older_digest_never_replaces_a_newer_one(thread: Thread) -> None:
    conversations = container.conversations()
    digests.put(thread, digest(thread, 5))
    digests.put(thread, digest(thread, 3))
    kept = conversations.digest(thread.session_id, thread.id)
    assert kept is not None
    assert kept.to_sequence == 5
    assert [head.digested_to for head in conversations.heads(thread.session_id)] == [5]


def replied(thread: Thread, sequence: int, to_sequence: int) -> bool:
    """Whether a reply was stored together with an earlier part up to there."""
    conversations, now = container.conversations(), NOON
    held = conversations.take_lease(replace(thread, last_sequence=sequence - 1), "turn", now, now)
    assert held is not None
    reply = Message(container.new_id(), sequence, "assistant", "Why?", now, usage={})
    return conversations.reply(held, reply, CondensedHistory(to_sequence, f"up to {to_sequence}", {"f": 2}))


def test_the_earlier_part_comes_with_a_reply_and_a_shorter_one_never_replaces_it(thread: Thread) -> None:
    conversations = container.conversations()
    assert conversations.thread_now(thread.session_id, thread.id)[1] is None
    assert replied(thread, 1, 5)
    assert replied(thread, 2, 7)
    for older in (7, 6):
        assert not replied(thread, 3, older)
    head, part = conversations.thread_now(thread.session_id, thread.id)
    assert (head.last_sequence if head else None, list(stored(thread))) == (2, ["Why?", "Why?"])
    assert part == CondensedHistory(7, "up to 7", {"f": 2})
    turn_view = conversations.turn_view(thread.session_id, [thread.id])
    assert turn_view.condensed == {thread.id: part}


def test_the_earlier_part_goes_with_the_session(thread: Thread) -> None:
    assert replied(thread, 1, 5)
    deletions = container.deletions()
    assert deletions.begin(thread.session_id, "owner", DeletionRecord(thread.session_id, "host", NOON, {}), ["owner"])
    for leftover in deletions.left(thread.session_id):
        deletions.remove(leftover)
    assert parts(thread.session_id) == []


def test_a_digest_of_a_thread_that_is_gone_is_not_stored(thread: Thread) -> None:
    conversations = container.conversations()
    gone = Digest("00000000-0000-4000-8000-000000000000", 1, (), 1, "m", NOON)
    digests.put(replace(thread, id=gone.thread_id), gone)
    assert conversations.digests(thread.session_id) == []
    assert len(conversations.heads(thread.session_id)) == 1


def test_history_is_the_last_messages_oldest_first(thread: Thread) -> None:
    conversations, head = container.conversations(), thread
    for number in range(1, 12):
        moved = conversations.say(head, said(number, f"{number}"), "turn", NOON)
        assert moved is not None
        head = moved
    history = conversations.history(head, 3)
    assert [message.content for message in history] == ["9", "10", "11"]
    after = conversations.messages(head, after=9)
    assert [message.content for message in after] == ["10", "11"]


def test_a_thread_id_follows_from_who_speaks_where_and_cannot_be_mixed_up() -> None:
    names = [
        ("s", "api", "p"),
        ("s", "web", "p"),
        ("s", "api:p", ""),
        ("s", "api", "p2"),
        ("t", "api", "p"),
        ("sapi", "", "p"),
    ]
    ids = [thread_id(SECRET, *name) for name in names]
    assert len(set(ids)) == len(names)
    assert ids == [thread_id(SECRET, *name) for name in names]
    assert thread_id(b"other secret", *names[0]) != ids[0]
