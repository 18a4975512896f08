"""The knowledge of a project: what its sessions came to know, rolled up in five groups.

Code puts together what is stored of each session, whatever a model collected there: the sessions in the order in which they were made, what
each says in its own order. So a session that is summed up again changes what it says, and moves nothing else. What several sessions name
alike is one, and recurs. Whatever is withdrawn in a session is gone here at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Quote, Session
from chalicelib.model.jobs import WriteKnowledge
from chalicelib.model.knowledge import Knowledge
from chalicelib.model.memory import Conclusions
from chalicelib.model.projects import Project
from chalicelib.queues import Jobs
from chalicelib.store.knowledge import KnowledgeItems
from chalicelib.store.memories import Memories
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions
from chalicelib.text.normalise import fold

Group = Literal["decisions", "tensions", "actions", "open_questions", "themes"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
MOST_SESSIONS: Final = 100  # whose knowledge is asked for at once
MOST_KNOWN: Final = (
    200  # of a group that are shown, the last ones: some 500 sessions fill more than one answer can hold
)
AT_WORK: Final = timedelta(minutes=15)  # after asking; what is not there by then failed again and again
_IN_ONE_READ, _IN_ONE_CALL = 100, 10

Progress = Literal["none", "partial", "running", "failed", "complete"]


class RollUpDeps(Struct, frozen=True):
    """What a roll-up is read from."""

    projects: Projects
    sessions: Sessions
    memories: Memories
    items: KnowledgeItems


class Source(Struct, frozen=True):
    """A session that says something, and the words that it rests on there."""

    session: Session
    evidence: tuple[Quote, ...] = ()


class Known(Struct, frozen=True):
    """Something that sessions came to know; it recurs where several did."""

    label: str
    text: str
    sources: tuple[Source, ...]


class RollUp(Struct, frozen=True):
    """What the sessions of a project came to know, by group; `sessions` are those with a summary, `known` those with knowledge.
    `is_cut` where a group has more than is shown of it."""

    groups: dict[Group, tuple[Known, ...]]
    is_cut: bool
    sessions: int
    known: int
    progress: Progress
    generated_at: datetime | None


class _Found(Struct, frozen=True):
    session: Session
    knowledge: Knowledge | None
    conclusions: Conclusions | None

    @property
    def has_summary(self) -> bool:
        return bool(self.knowledge or (self.conclusions and not self.conclusions.withdrawn))


def roll_up(project: Project, now: datetime, *, deps: RollUpDeps) -> RollUp:
    """What is known in a project now."""
    found = _read(project.id, deps)
    summed_up = [it for it in found if it.has_summary]
    known = [it.knowledge for it in found if it.knowledge]
    groups = {group: _merged(_said(found, group)) for group in GROUPS}
    return RollUp(
        {group: items[-MOST_KNOWN:] for group, items in groups.items()},
        any(len(items) > MOST_KNOWN for items in groups.values()),
        len(summed_up),
        len(known),
        _progress(project, len(summed_up), len(known), now),
        max((it.generated_at for it in known), default=None),
    )


def ask_for_knowledge(project: Project, now: datetime, *, deps: RollUpDeps, jobs: Jobs) -> int:
    """Have the knowledge of its sessions generated that have a summary and none, a hundred at most; gives how many were asked for.

    Raises Unavailable where the queue is out of reach; what was asked for before that is done.
    """
    lacking = [it for it in _read(project.id, deps) if it.has_summary and not it.knowledge][:MOST_SESSIONS]
    asked = [WriteKnowledge(it.session.id, project.id) for it in lacking]
    if asked:
        deps.projects.note_asked(project.id, now)
    for start in range(0, len(asked), _IN_ONE_CALL):
        jobs.ask_all(asked[start:][:_IN_ONE_CALL], now)
    return len(asked)


def _progress(project: Project, sessions: int, known: int, now: datetime) -> Progress:
    if known == sessions:
        return "complete" if known else "none"
    if project.knowledge_asked_at is None:
        return "partial" if known else "none"
    return "running" if now - project.knowledge_asked_at < AT_WORK else "failed"


def _read(project_id: str, deps: RollUpDeps) -> list[_Found]:
    """The sessions of a project in the order in which they were made, with what is stored of each."""
    ids = deps.projects.session_ids(project_id)
    found: list[_Found] = []
    for start in range(0, len(ids), _IN_ONE_READ):
        some = ids[start:][:_IN_ONE_READ]
        known, came_to = deps.items.of_each(some), deps.memories.of_each(some)
        sessions = deps.sessions.find_each(some)
        found += [_Found(it, known.get(name), came_to.get(name)) for name, it in sessions.items()]
    return sorted(found, key=lambda it: (it.session.created_at, it.session.id))


def _said(found: Iterable[_Found], group: Group) -> Iterator[Known]:
    """What each session says of a group, one after the other."""
    for it in found:
        if it.knowledge and group != "themes":
            yield from (
                Known(label, text, (Source(it.session, quotes),)) for label, text, quotes in _of(it.knowledge, group)
            )
        elif it.conclusions and group == "themes":
            labelled = (point for point in it.conclusions.points if point.label)
            yield from (Known(point.label, point.text, (Source(it.session),)) for point in labelled)


def _of(knowledge: Knowledge, group: Group) -> Iterator[tuple[str, str, tuple[Quote, ...]]]:
    match group:
        case "decisions":
            yield from ((it.label, it.summary, it.evidence) for it in knowledge.decisions)
        case "tensions":
            yield from (("", it.summary, it.evidence) for it in knowledge.tensions)
        case "actions":
            yield from (("", it.description, it.evidence) for it in knowledge.actions)
        case _:
            asked = (it for it in knowledge.claims if it.category == "open-question")
            yield from (("", it.text, it.evidence) for it in asked)


def _merged(said: Iterable[Known]) -> tuple[Known, ...]:
    """What several sessions name alike as one, in the place of the first."""
    merged: dict[str, Known] = {}
    for it in said:
        key = fold(it.label or it.text)
        before = merged.get(key)
        sources: Sequence[Source] = it.sources if before is None else (*before.sources, *it.sources)
        distinct = {source.session.id: source for source in reversed(sources)}
        merged[key] = replace(before or it, sources=tuple(reversed(distinct.values())))
    return tuple(merged.values())
