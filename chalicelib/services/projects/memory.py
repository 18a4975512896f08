"""The memory of a project: what its concluded sessions came to, as new sessions of it begin with it.

Code chooses from what the sessions came to, always the same: the sessions that changed last first, and of each in turn what most people
carry, until there is no more room. It is read when it is asked for and stored nowhere, so whatever is withdrawn in a session is gone here
at once. A session keeps what it began with.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Session
from chalicelib.model.memory import ConclusionKind, Conclusions, Memory, Remembered
from chalicelib.services.prompts.project_memory import render_point
from chalicelib.services.synthesis.scratchpad import SHARED_BY
from chalicelib.store.cards import Cards
from chalicelib.store.memories import Memories
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

MAX_CHARACTERS: Final = 6_000  # of all that a prompt is given of it
MOST_READ: Final = 100  # sessions of a project: those that changed last
MOST_SESSIONS: Final = 12  # that something is told of: a transaction has room for two writes each
_KINDS: Final[tuple[ConclusionKind, ...]] = get_args(ConclusionKind)


class MemoryDeps(Struct, frozen=True):
    """What a memory is read from."""

    projects: Projects
    sessions: Sessions
    cards: Cards
    memories: Memories


Remember = Callable[[Collection[str], datetime], Memory]
"""Gives what a session of these projects begins with."""


def remember(project_ids: Collection[str], now: datetime, *, deps: MemoryDeps) -> Memory:
    """What a new session of these projects begins with; without a point where none of them wants that, or there is nothing."""
    found = deps.projects.some(list(project_ids)) if project_ids else []
    return read_memory([it.id for it in found if it.inherit], now, deps=deps)


def read_memory(project_ids: Sequence[str], now: datetime, *, deps: MemoryDeps) -> Memory:
    """What is remembered in these projects, whether or not new sessions begin with it; without a point where nothing is."""
    found: dict[str, tuple[Session, Conclusions]] = {}
    for project_id in project_ids:
        found |= _concluded(project_id, now, deps)
    newest = sorted(found, key=lambda session_id: (found[session_id][0].updated_at, session_id), reverse=True)
    most = max(0, MOST_SESSIONS + 1 - max(1, len(project_ids)))  # each project takes room in the transaction, too
    return _choose([(session_id, found[session_id][1]) for session_id in newest[:most]])


def _concluded(project_id: str, now: datetime, deps: MemoryDeps) -> dict[str, tuple[Session, Conclusions]]:
    """The sessions of a project that have ended with three people at least, each with what it came to."""
    ended = [card for card in deps.cards.of_project(project_id) if card.status_at(now) == "completed"]
    ended.sort(key=lambda card: (card.updated_at, card.session_id), reverse=True)
    known = deps.memories.of_each([card.session_id for card in ended[:MOST_READ]])
    known = {name: it for name, it in known.items() if it.points and it.participants >= SHARED_BY}
    sessions = deps.sessions.find_each(list(known)) if known else {}
    # Lists are a moment old; the sessions themselves are not.
    return {
        session_id: (session, known[session_id])
        for session_id, session in sessions.items()
        if project_id in session.projects and session.status_at(now) == "completed"
    }


def _choose(found: Sequence[tuple[str, Conclusions]]) -> Memory:
    """As much of this as there is room for, by kind; of one kind, the sessions stay in their order."""
    chosen: list[Remembered] = []
    room = MAX_CHARACTERS
    for it in _dealt(found):
        room -= len(render_point(it)) + 1
        if room < 0:
            break
        chosen.append(it)
    order = {session_id: place for place, (session_id, _) in enumerate(found)}
    chosen.sort(key=lambda it: (_KINDS.index(it.point.kind), order[it.session_id]))
    updated = max((it.made_at for it in chosen), default=None)
    return with_version(Memory(tuple(chosen), updated_at=updated))


def _dealt(found: Sequence[tuple[str, Conclusions]]) -> Iterator[Remembered]:
    rows = [
        [Remembered(session_id, it.made_at, point) for point in it.points] if it.made_at else []
        for session_id, it in found
    ]
    for column in zip_longest(*rows):
        yield from filter(None, column)


def with_version(memory: Memory) -> Memory:
    """The memory under the version that follows from what it says, and of whom."""
    says = [f"{it.session_id} {it.point.id} {render_point(it)}" for it in memory.points]
    return replace(memory, version=hashlib.sha256("\n".join(says).encode()).hexdigest()[:16])
