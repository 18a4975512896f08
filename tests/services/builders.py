"""Sessions, threads and messages for tests of the rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.clock import Clock, Deadline
from chalicelib.model import Digest, DigestCounts, Message, Point, Session, SessionView, Speaker, Thread

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def deadline(seconds: float = 60) -> Deadline:
    return Clock().deadline(seconds)


def session(**fields: Any) -> Session:
    values: dict[str, Any] = {
        "id": "s1",
        "owner_id": "u1",
        "topic": "The new library",
        "goal": "Decide what the library should offer.",
        "critical": None,
        "status": "active",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Session(**{**values, **fields})


def view(context: str | None = None, **fields: Any) -> SessionView:
    return SessionView(session(**fields), context=context)


def thread(identifier: str = "t1", **fields: Any) -> Thread:
    values: dict[str, Any] = {
        "session_id": "s1",
        "id": identifier,
        "scope": "web",
        "external_id": identifier,
        "name": None,
        "created_at": NOW,
        "prompt_version": 0,
    }
    return Thread(**{**values, **fields})


def message(sequence: int, role: Speaker, content: str, **fields: Any) -> Message:
    return Message(f"m{sequence}", sequence, role, content, NOW + timedelta(seconds=sequence), **fields)


def talk(*contents: str) -> list[Message]:
    """A conversation: the facilitator first, then by turns."""
    roles: tuple[Speaker, Speaker] = ("assistant", "user")
    return [message(index, roles[(index - 1) % 2], content) for index, content in enumerate(contents, 1)]


def single_select(label: str = "Where?", *options: str) -> dict[str, Any]:
    """A widget as it is stored with the message that presents it."""
    props = {"label": label, "options": list(options) or ["At home", "Outside"]}
    return {"root": {"type": "SingleSelect", "props": props, "children": []}}


def digest(thread_id: str, *points: Point, messages: int = 1) -> Digest:
    return Digest(thread_id, messages, points, messages, "test-model", NOW)


def point(
    text: str,
    message_id: str,
    quote: str | None = None,
    topic: str = "books",
    stance: str = "for",
    theme: str | None = None,
) -> Point:
    return Point(text, text if quote is None else quote, message_id, topic, stance, theme)


def digest_counts(*themes: str) -> DigestCounts:
    """Somebody who is for all of these."""
    return DigestCounts(1, len(themes), 0, dict.fromkeys(themes, "for"))
