"""How far invited people have come: it follows from their conversations, and nothing else tells it.

Of people who were invited before a session was anonymous for the last time, or while it was, only counts are told, for good: the
state of a single invitation would tell whose a conversation is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.model import Session, Thread
from chalicelib.model.invitations import Invitation
from chalicelib.services.participants.invited import thread_of_invitation
from chalicelib.store.conversations import Conversations
from chalicelib.store.suppressions import UNDELIVERABLE

State = Literal["not_sent", "waiting", "sent", "opened", "joined", "complete", "bounced", "stopped"]
LEAST_COUNTED = 5  # invitations of which nothing is told singly; fewer of them, and counts would tell of single people


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


def is_private(session: Session, invitation: Invitation) -> bool:
    """Says whether nothing is told of this one invitation but what became of its mails; nor has its host a link of it, which would
    tell, too."""
    until = session.anonymous_until
    return session.anonymous or (until is not None and invitation.created_at <= until)


def read_threads(
    session: Session, invitations: Sequence[Invitation], *, conversations: Conversations, secret: bytes
) -> dict[str, Thread]:
    """Returns the conversations that began with these invitations, by the invitation's id."""
    ids = {thread_of_invitation(secret, session.id, it.id): it.id for it in invitations}
    return {ids[named]: thread for named, thread in conversations.heads_behind(session, ids).items()}


def tell_progress(session: Session, invitation: Invitation, thread: Thread | None, suppressed: str | None) -> Progress:
    """Returns how far somebody has come; `suppressed` is why their address gets no more mails, where it gets none."""
    if is_private(session, invitation) or (thread and thread.invitation_id != invitation.id):
        thread = None
    if thread is not None:
        return Progress(invitation, "complete" if thread.concluded else "joined", thread)
    if invitation.refused or suppressed in UNDELIVERABLE:
        return Progress(invitation, "bounced")
    if suppressed:
        return Progress(invitation, "stopped")
    if tell_opened(session, invitation):
        return Progress(invitation, "opened")
    if invitation.sent_at:
        return Progress(invitation, "sent")
    return Progress(invitation, "waiting" if invitation.wanted else "not_sent")


def count_progress(session: Session, everybody: Collection[Invitation], threads: Mapping[str, Thread]) -> Counts | None:
    """Returns how many have come how far; None where these are few of whom nothing is told singly.

    Of those, whoever was removed goes on being counted: by the difference, the counts would tell how far they had come.
    """
    private = sum(is_private(session, it) for it in everybody)
    if 0 < private < LEAST_COUNTED:
        return None
    invitations = [it for it in everybody if not it.removed or is_private(session, it)]
    return Counts(
        invited=len(invitations),
        sent=sum(it.sent_at is not None for it in invitations),
        opened=sum(it.opened_at is not None or it.id in threads for it in invitations),
        joined=sum(it.id in threads for it in invitations),
        complete=sum(it.id in threads and threads[it.id].concluded for it in invitations),
    )


def tell_opened(session: Session, invitation: Invitation) -> datetime | None:
    """Returns when a link was opened first, where that may be told."""
    return None if is_private(session, invitation) else invitation.opened_at


def tell_reminded(session: Session, invitation: Invitation) -> datetime | None:
    """Returns when somebody was reminded, where that may be told."""
    return None if is_private(session, invitation) else invitation.reminded_at
