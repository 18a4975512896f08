"""People who hold this or that, stored as their conversations and digests are: one message, and one point on each theme."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Digest, Message, Point, RegisteredTheme, ThemeRegistry, Thread
from chalicelib.store import keys
from chalicelib.store.conversation_items import DigestItem
from chalicelib.store.mapping import message_item
from chalicelib.store.thread_head import head_item
from tests.api.scratchpads import somebody
from tests.bench.crowded_sessions import store
from tests.clock import FakeClock

Held = Mapping[str, str]  # the stance on each theme, by its label


def hold(
    session: str, held: Sequence[Held], clock: FakeClock, gist: str = "In short.", first: int = 0, **fields: Any
) -> list[str]:
    """So many people, who hold these things, beside those who are there; the ids of their threads, numbered from `first`. What they
    say of a theme names it and their side."""
    stored = container.synthesis_deps().themes
    before = stored.get(session)
    labels = list(dict.fromkeys(label for it in held for label in it))
    themes = {label: RegisteredTheme(f"t{number}", label) for number, label in enumerate(labels, before.last + 1)}
    grown = ThemeRegistry(before.version, (*before.themes, *themes.values()), before.last + len(themes))
    assert stored.put(session, grown, before)
    items: list[Any] = []
    for number, stances in enumerate(held, first):
        message = Message(container.new_id(), 1, "user", " ".join(map(say, stances, stances.values())), clock.now())
        points = tuple(
            Point(say(label, stance), say(label, stance), message.id, label, stance, themes[label].id)
            for label, stance in stances.items()
        )
        thread = somebody(session, number, clock, digested_to=1, first_message_at=clock.now(), **fields)
        made = Digest(thread.id, 1, points, 1, "writer", clock.now(), gist)
        items += [*_items(replace(thread, counts=made.counts), message), _digest_item(session, made)]
    store(items)
    return [f"{number:08d}-0000-4000-8000-000000000000" for number in range(first, first + len(held))]


def say(label: str, stance: str) -> str:
    """What somebody says who stands so to this."""
    return f"I am {stance} {label.lower()}."


def _items(thread: Thread, message: Message) -> list[Any]:
    return [head_item(thread), message_item(thread, message)]


def _digest_item(session: str, made: Digest) -> DigestItem:
    return DigestItem(
        session,
        keys.digest(made.thread_id),
        to_sequence=made.to_sequence,
        points=msgspec.to_builtins(made.points),
        messages=made.messages,
        model=made.model,
        created_at=made.created_at,
        gist=made.gist,
    )
