"""What a host does about single people: take one out of the results, or in again. `removal.py` removes one's data."""

from msgspec.structs import replace

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Message, Thread, ThreadView
from chalicelib.model.jobs import WriteSummary
from chalicelib.services.participants.decisions import DECISION_RETRY, ParticipantDeps
from chalicelib.services.participants.responses import WORDS_BYTES
from chalicelib.services.synthesis import state
from chalicelib.store import thread_head


def set_included(session_id: str, found: ThreadView | None, included: bool, *, deps: ParticipantDeps) -> ThreadView:
    """Take somebody into the results, or out of them; gives the thread. Raises NotFound without one.

    Out: summary and brief are offline from this moment. Either way the summary is written anew, by a job. A thread that
    no answer can carry comes without its messages.
    """
    for failed in DECISION_RETRY.attempts(deps.clock):
        found = _read_again(session_id, found) if found and failed else found
        if found is None:
            raise NotFound("Participant not found")
        if found.thread.included == included or _store_inclusion(found.thread, included, deps):
            # Also where nothing changed: an earlier request may have died before it could wake the job.
            deps.jobs.ask_or_leave(WriteSummary(session_id), deps.clock.now())
            messages = _spoken(found.thread, deps)
            return replace(found, thread=replace(found.thread, included=included), messages=messages)
    raise Conflict("This participant is changing right now; try again")


def _store_inclusion(thread: Thread, included: bool, deps: ParticipantDeps) -> bool:
    now = deps.clock.now()
    if included:
        return deps.participants.include(thread, now, state.include(now))
    return deps.participants.exclude(thread, state.exclude(now))


def _spoken(thread: Thread, deps: ParticipantDeps) -> tuple[Message, ...]:
    """The messages of a thread; none of them where all are more than one answer can carry."""
    messages: list[Message] = []
    size = 0
    for message in deps.conversations.messages(thread):
        size += len(message.content.encode())
        if size > WORDS_BYTES:
            return ()
        messages.append(message)
    return tuple(messages)


def _read_again(session_id: str, found: ThreadView) -> ThreadView | None:
    fresh = thread_head.read(session_id, found.thread.id)
    return replace(found, thread=fresh) if fresh else None
