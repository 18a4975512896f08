"""What happens in a session: how far its people are, who did something last, and the newest words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import get_args

from msgspec import Struct

from chalicelib.model import Message, Thread
from chalicelib.services.results.participation import EventKind
from chalicelib.store.conversations import Conversations

_KINDS: tuple[EventKind, ...] = get_args(EventKind)  # in the order in which one person does them
MOST_EVENTS = 100
MOST_WORDS = 6


class Event(Struct, frozen=True):
    """What the participant of this thread did. Of messages there is the latest of each thread; `message` has its words, of the
    people who spoke last, are not left out of the results, and let themselves be quoted."""

    at: datetime
    kind: EventKind
    thread: Thread
    message: Message | None = None


def list_events(heads: Iterable[Thread], since: datetime | None, conversations: Conversations) -> list[Event]:
    """Returns what people did after `since`, the newest last, and of a great deal the newest; nothing of test runs that are left out."""
    found = [
        Event(at, kind, head)
        for head in heads
        if head.included or not head.test
        for kind, at in zip(_KINDS, _times(head), strict=True)
        if at and (since is None or at > since)
    ]
    found.sort(key=lambda event: (event.at, _KINDS.index(event.kind), event.thread.id))
    newest = found[-MOST_EVENTS:]
    words = _newest_words(newest, conversations)
    return [
        Event(it.at, it.kind, it.thread, words.get(it.thread.id) if it.kind == "message" else None) for it in newest
    ]


def _times(head: Thread) -> tuple[datetime | None, ...]:
    return head.created_at, head.last_message_at, head.completed_at, head.rated_at


def _newest_words(events: Iterable[Event], conversations: Conversations) -> Mapping[str, Message]:
    spoke = [event.thread for event in events if event.kind == "message" and event.thread.included]
    return conversations.last_said([thread for thread in spoke[-MOST_WORDS:] if thread.quotable])
