"""The `due` indexes: marks of work that waits, and the jobs that they ask for; `due_kinds.py` says which there are.

A mark stays until the work is done. It moves on when the work was asked for again, so that work which cannot succeed now is
not asked for without end.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.model.jobs import DueJob
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds, stored_moment
from chalicelib.store.due_kinds import KINDS, DueKind
from chalicelib.store.tables import ConversationPart, ProjectPart, SessionPart

Marked = SessionPart | ConversationPart | ProjectPart

TABLES: dict[str, type[Marked]] = {
    keys.SESSIONS: SessionPart,
    keys.CONVERSATIONS: ConversationPart,
    keys.PROJECTS: ProjectPart,
}
_PARTITIONS = (keys.SESSION_ID, keys.PROJECT_ID)


def marks(kind: DueKind, partition_id: str, at: datetime | None) -> dict[str, Any]:
    """The attributes that mark an item of this session, or project, as due; empty ones where it is not."""
    return {keys.DUE_KIND: kind.shard(partition_id) if at else None, keys.DUE_AT: at}


def mark(kind: DueKind, session_id: str, thread_id: str = "", at: datetime | None = None) -> Marked:
    """The item of a kind that is nothing but a mark of a session, or of a thread; without `at`, to be deleted."""
    (part,) = kind.item.names(thread_id)
    return TABLES[kind.item.table](session_id, part, **marks(kind, session_id, at))


def jobs_due(kind: DueKind, until: datetime, again: datetime | None = None) -> Iterator[DueJob]:
    """The jobs of this kind that became due before `until`, each once.

    With `again`, what was given out is due again only then: a mark moves on when its job's caller comes back for the next.
    """
    return (job for jobs in batches_due(kind, until, again) for job in jobs)


def batches_due(kind: DueKind, until: datetime, again: datetime | None = None, size: int = 1) -> Iterator[list[DueJob]]:
    """The same, so many jobs at a time."""
    table, given = TABLES[kind.item.table], set[DueJob]()
    jobs, marked = list[DueJob](), list[tuple[Marked, str]]()

    def move() -> None:
        if again is not None:
            for item, of_shard in marked:
                _move(item, of_shard, until, again)
        jobs.clear()
        marked.clear()

    for shard in keys.dues(kind.name):
        for raw in database.query_due(table, shard, stored_moment(until)):
            job = _job(kind, raw)
            marked.append((table(_partition_in(raw), raw[keys.PART]["S"]), shard))
            if job not in given:
                given.add(job)
                jobs.append(job)
            if len(jobs) == size:
                yield list(jobs)
                move()
    if jobs:
        yield list(jobs)
    move()


def job_of(raw: Raw, until: datetime) -> DueJob | None:
    """The job that an item asks for that became due up to then; None where it asks for none."""
    name = raw.get(keys.DUE_KIND, {}).get("S", "").partition("#")[0]
    if not name or raw[keys.DUE_AT]["S"] > stored_moment(until):
        return None
    return next((_job(kind, raw) for kind in KINDS if kind.name == name), None)


def _job(kind: DueKind, raw: Raw) -> DueJob:
    """The job that is asked for by a mark, of whose item the keys are known."""
    partition, of = _partition_in(raw), kind.item.owner_in(raw[keys.PART]["S"])
    named = {name: partition if name in _PARTITIONS else of for name in kind.job.__struct_fields__}
    return msgspec.convert(named, kind.job)


def _partition_in(raw: Raw) -> str:
    return str(next(raw[name]["S"] for name in _PARTITIONS if name in raw))


def _move(item: Marked, shard: str, until: datetime, again: datetime) -> None:
    kind = type(item)
    unchanged = (kind.due_kind == shard) & (kind.due_at <= until)
    holds(lambda: database.update(item, [kind.due_at.set(again)], unchanged))
