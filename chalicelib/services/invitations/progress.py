"""How far invited people have come: it follows from their conversations, and nothing else tells it.

Of an anonymous session only counts are told, since a state of a single invitation would tell whose a conversation is; also of
conversations that began while the session was anonymous.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.model import Session, Thread
from chalicelib.model.invitations import Invitation
from chalicelib.services.participants.invited import thread_of_invitation
from chalicelib.store.conversations import Conversations

State = Literal["not_sent", "waiting", "sent", "opened", "joined", "complete", "bounced", "stopped"]
LEAST_COUNTED = 5  # invitations to an anonymous session, below which counts would tell of single people


class Progress(Struct, frozen=True):
    """How far somebody has come who was invited; the thread only where it may be told which one it is."""

    invitation: Invitation
    state: State
    thread: Thread | None = None


class Counts(Struct, frozen=True):
    """Of how many invitations a mail was sent, the link was opened, a conversation was begun, and came to its end."""

    invited: int
    sent: int
    opened: int
    joined: int
    complete: int


def read_threads(
    session_id: str, invitations: Sequence[Invitation], *, conversations: Conversations, secret: bytes
) -> dict[str, Thread]:
    """Returns the conversations that began with these invitations, by the invitation's id."""
    ids = {thread_of_invitation(secret, session_id, it.id): it.id for it in invitations}
    return {ids[thread.id]: thread for thread in conversations.heads_of(session_id, ids)}


def tell_progress(session: Session, invitation: Invitation, thread: Thread | None, suppressed: str | None) -> Progress:
    """Returns how far somebody has come; `suppressed` is why their address gets no more mails, where it gets none."""
    if thread is not None and (session.anonymous or thread.invitation_id != invitation.id):
        thread = None
    if thread is not None:
        return Progress(invitation, "complete" if thread.concluded else "joined", thread)
    if invitation.refused or suppressed in ("bounce", "complaint"):
        return Progress(invitation, "bounced")
    if invitation.stopped or suppressed:
        return Progress(invitation, "stopped")
    if invitation.opened_at and not session.anonymous:
        return Progress(invitation, "opened")
    if invitation.sent_at:
        return Progress(invitation, "sent")
    return Progress(invitation, "waiting" if invitation.wanted else "not_sent")


def count_progress(
    session: Session, invitations: Collection[Invitation], threads: Mapping[str, Thread]
) -> Counts | None:
    """Returns how many have come how far; None where few people were invited to an anonymous session."""
    if session.anonymous and len(invitations) < LEAST_COUNTED:
        return None
    return Counts(
        invited=len(invitations),
        sent=sum(it.sent_at is not None for it in invitations),
        opened=sum(it.opened_at is not None or it.id in threads for it in invitations),
        joined=sum(it.id in threads for it in invitations),
        complete=sum(it.id in threads and threads[it.id].concluded for it in invitations),
    )


def tell_opened(session: Session, invitation: Invitation) -> datetime | None:
    """Returns when a link was opened first, where that may be told."""
    return None if session.anonymous else invitation.opened_at
