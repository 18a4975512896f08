"""What is noted in the head of a thread when its digest is stored: all that code counts, in few bytes."""

from datetime import timedelta

import pytest

from chalicelib import container
from chalicelib.model import Digest, DigestCounts, Message, Point, Thread
from chalicelib.services.sessions.participant_limit import admit
from chalicelib.store import database, digests, keys, thread_head
from chalicelib.store.tables import ConversationPart
from tests.capacity import sizes
from tests.clock import own_time
from tests.conversation import Conversation
from tests.faults import own_model


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    return Conversation(own_time(monkeypatch), own_model(monkeypatch))


def head(conversation: Conversation, name: str = "Bo", external_id: str = "p1") -> Thread:
    """A thread in which somebody said something."""
    thread = Thread(
        conversation.session.id, container.new_id(), "telegram", external_id, name, conversation.clock.now(), 1
    )
    message = Message(container.new_id(), 1, "user", "Hello", conversation.clock.now())
    assert admit(conversation.session, thread, (), message, conversations=container.conversations())
    found = thread_head.read(thread.session_id, thread.id)
    assert found
    return found


def point(theme: str | None, stance: str = "for", text: str = "text") -> Point:
    return Point(text, "", "m1", "topic", stance, theme)


def put(thread: Thread, *points: Point) -> Thread:
    made = Digest(thread.id, 1, points, 3, "model", thread.created_at + timedelta(seconds=1))
    digests.put(thread, made)
    found = thread_head.read(thread.session_id, thread.id)
    assert found
    return found


def test_the_head_tells_who_stands_where_and_how_much_was_said(conversation: Conversation) -> None:
    thread = head(conversation)
    assert (thread.counts, thread.themes) == (None, ())
    said = [
        point("t7"),
        point("t7", "against"),
        point("t12", "neutral"),
        point("t12", "against"),
        point("t3", "neutral"),
    ]
    counted = put(thread, *said, point(None), point("t9"))
    stances = {"t7": "mixed", "t12": "against", "t3": "neutral", "t9": "for"}
    assert counted.counts == DigestCounts(messages=3, points=7, themeless=1, stances=stances)
    assert counted.themes == ("t7", "t12", "t3", "t9")
    assert put(thread).counts == DigestCounts(3, 0, 0, {})


def test_a_head_stays_within_a_kilobyte_whatever_somebody_speaks_about(conversation: Conversation) -> None:
    thread = put(head(conversation, "湯" * 33, "9" * 64), *(point(f"t{number}") for number in range(941, 1_001)))
    assert len(thread.themes) == 60
    assert sizes(database.query(ConversationPart, thread.session_id, keys.THREADS, keys.AFTER_THREADS))[0] <= 1_024
    usual = put(head(conversation), *(point(f"t{number}") for number in range(1, 7)))
    raw = database.get_many([(ConversationPart, usual.session_id, keys.thread(usual.id))])
    assert sizes(raw.values())[0] <= 600
