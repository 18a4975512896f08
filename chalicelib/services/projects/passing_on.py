"""What was withdrawn of what a session came to is withdrawn from the sessions that began with it.

Nothing of somebody who was removed, taken out or is to be passed on no more is told anywhere: a session that began with such a point has
it without text until the session that it is from has come to it anew, of everybody else, and not at all where fewer than three carry it.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.model.memory import Conclusion, Conclusions, Memory, Remembered
from chalicelib.retry import Retry
from chalicelib.services.projects.memory import with_version
from chalicelib.store.memories import Memories

_RETRY = Retry(tries=5)  # of a session that began with several, of which something is withdrawn at once


def tell_receivers(session_id: str, conclusions: Conclusions, *, memories: Memories, clock: Clock) -> None:
    """Let all sessions that began with something of this one's have it as it is now; twice is as once.

    Raises Unavailable where one of them changes again and again.
    """
    for receiver_id in memories.receivers(session_id):
        if not _tell(session_id, receiver_id, conclusions, memories, clock):
            memories.forget_receiver(session_id, receiver_id)
    if conclusions.untold:
        memories.note_told(session_id)


def tell_withdrawn(session_id: str, *, memories: Memories, remove_exports: Callable[[str], None], clock: Clock) -> None:
    """Let those that began with something of a session have it without what was withdrawn, where they may still have that; it goes
    with their exports, too, whoever has told them by now."""
    conclusions, receivers = memories.of(session_id), memories.receivers(session_id)
    if conclusions and conclusions.untold:
        tell_receivers(session_id, conclusions, memories=memories, clock=clock)
    for receiver_id in receivers:
        remove_exports(receiver_id)


def forget_session(session_id: str, *, memories: Memories, remove_exports: Callable[[str], None], clock: Clock) -> None:
    """Take what a deleted session came to away from those that began with it, with their exports, and its own name from those that it
    began with."""
    for receiver_id in memories.receivers(session_id):
        _tell(session_id, receiver_id, Conclusions(), memories, clock)
        remove_exports(receiver_id)
        memories.forget_receiver(session_id, receiver_id)
    begun = memories.received(session_id)
    for source in begun.session_ids if begun else ():
        memories.forget_receiver(source, session_id)


def _tell(session_id: str, receiver_id: str, conclusions: Conclusions, memories: Memories, clock: Clock) -> bool:
    """Change what a session began with; False where nothing of this one is in it any more."""
    for _ in _RETRY.attempts(clock):
        before = memories.received(receiver_id)
        if before is None:
            return False
        after = _renew(before, session_id, conclusions)
        if after == before or memories.change(receiver_id, before, after):
            return session_id in after.session_ids
    raise Unavailable("What a session began with is being changed; try again in a moment")


def _renew(before: Memory, session_id: str, conclusions: Conclusions) -> Memory:
    known = {point.id: point for point in conclusions.points}
    points: list[Remembered] = []
    for it in before.points:
        if it.session_id != session_id:
            points.append(it)
        elif conclusions.withdrawn:
            points.append(replace(it, point=Conclusion(it.point.id, it.point.kind, "", "", 0)))
        elif found := known.get(it.point.id):
            points.append(replace(it, point=found, made_at=conclusions.made_at or it.made_at))
    return with_version(replace(before, points=tuple(points)))
