"""What a host decides about single people: to take one out of the results, or in again, and to remove one's data for good."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Message, Session, Thread, ThreadView
from chalicelib.model.deletions import DeletedBy, DeletionRecord
from chalicelib.model.jobs import EraseParticipant, WriteSummary
from chalicelib.queues import Jobs
from chalicelib.retry import Retry
from chalicelib.services.access.sizes import ANSWER_BYTES
from chalicelib.services.participants.scopes import user_of
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.unquotable import list_written
from chalicelib.store import thread_head
from chalicelib.store.conversations import Conversations
from chalicelib.store.participants import Participants
from chalicelib.store.removal import Removals

ERASE_SECONDS = 100.0  # below the worker's 120
_RETRY = Retry(tries=5)  # the person may go on speaking meanwhile


class ParticipantDeps(Struct, frozen=True):
    """The collaborators of these decisions. `forget_words` takes what is left of a removed person's words out of what others have;
    `forget_written` what they wrote in the form out of insights, as long as that is there to be compared."""

    participants: Participants
    removals: Removals
    conversations: Conversations
    keeps_invitation: Callable[[Session, Thread], bool]
    withdraw_exports: Callable[[str], None]
    forget_words: Callable[[str, str], None]
    forget_written: Callable[[str, str, Sequence[str]], None]
    jobs: Jobs
    clock: Clock
    new_id: Callable[[], str]


def set_included(session_id: str, found: ThreadView | None, included: bool, *, deps: ParticipantDeps) -> ThreadView:
    """Take somebody into the results, or out of them; gives the thread. Raises NotFound without one.

    Out: summary and brief are offline from this moment, and no export is left. Either way the summary is written anew, by a job.
    A thread that no answer can carry comes without its messages.
    """
    for failed in _RETRY.attempts(deps.clock):
        found = _read_again(session_id, found) if found and failed else found
        if found is None:
            raise NotFound("Participant not found")
        if found.thread.included == included or _store_inclusion(found.thread, included, deps):
            # Also where nothing changed: an earlier request may have died before it could wake the job.
            deps.jobs.ask_or_leave(WriteSummary(session_id), deps.clock.now())
            if not included:
                deps.withdraw_exports(session_id)
            messages = _spoken(found.thread, deps)
            return replace(found, thread=replace(found.thread, included=included), messages=messages)
    raise Conflict("This participant is changing right now; try again")


def remove_participant(
    session: Session, found: ThreadView | None, *, by: DeletedBy = "host", deps: ParticipantDeps
) -> DeletionRecord:
    """Remove the data of somebody in this session for good; gives the record of what is removed. Raises NotFound without any.

    Summary and brief are offline from this moment, and no export is left; jobs erase the messages, and write the summary anew. Of
    a test run that never was part of them they know nothing, and stay.
    """
    for failed in _RETRY.attempts(deps.clock):
        if found and failed:
            view, found = deps.participants.find(session.id, found.thread.id)
            session = view.session
        if found is None:
            raise NotFound("Participant not found")
        thread, now = found.thread, deps.clock.now()
        account, capped = user_of(thread.scope) or None, session.is_capped
        leaves = None if thread.is_untouched_test else state.exclude(now)
        # Who is removed takes their invitation along, unless its host may not know that it was theirs.
        keeps = deps.keeps_invitation(session, thread)
        if written := list_written(found.answers):  # the form is gone with the head: nobody could do it later
            deps.forget_written(session.id, thread.id, written)
        asked = DeletionRecord(deps.new_id(), by, now, {})
        record = deps.removals.begin(thread, asked, leaves, is_capped=capped, account=account, keeps_invitation=keeps)
        if record:
            if leaves:
                deps.jobs.ask_or_leave(WriteSummary(session.id), now)
            deps.jobs.ask_or_leave(EraseParticipant(session.id, thread.id), now)
            deps.withdraw_exports(session.id)
            return record
    raise Conflict("This participant is changing right now; try again")


def erase_participant(session_id: str, thread_id: str, *, deps: ParticipantDeps) -> None:
    """Remove the words of somebody who was removed, here and wherever else they stand; asks to be called again where that takes longer
    than one run."""
    run = deps.clock.deadline(ERASE_SECONDS)
    if not deps.removals.is_begun(session_id, thread_id):
        return
    deps.forget_words(session_id, thread_id)
    if not deps.removals.erase(session_id, thread_id, deps.clock, lambda: run.remaining() > 0):
        deps.jobs.ask(EraseParticipant(session_id, thread_id), deps.clock.now())


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
        if size > ANSWER_BYTES:
            return ()
        messages.append(message)
    return tuple(messages)


def _read_again(session_id: str, found: ThreadView) -> ThreadView | None:
    fresh = thread_head.read(session_id, found.thread.id)
    return replace(found, thread=fresh) if fresh else None
