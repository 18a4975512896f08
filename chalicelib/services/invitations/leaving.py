"""What becomes of the invitation of somebody whose data are removed."""

from chalicelib.model import Session, Thread
from chalicelib.model.invitations import Invitation
from chalicelib.services.invitations.progress import is_private
from chalicelib.services.participants.invited import thread_of_invitation
from chalicelib.store.invitations import Invitations


def keeps_invitation(session: Session, thread: Thread, *, invitations: Invitations, secret: bytes) -> bool:
    """Says whether the invitation of somebody who is about to be removed stays: where nothing may tell that it was theirs.

    Then it is noted that they are not to be reminded. Who is not removed in the end has joined, so is not either.
    """
    if not session.anonymous and session.anonymous_until is None:
        return False
    found = _find(session, thread, invitations, secret)
    if found is None or not is_private(session, found):
        return False
    invitations.note_left(session.id, found.id)
    return True


def _find(session: Session, thread: Thread, invitations: Invitations, secret: bytes) -> Invitation | None:
    """Returns the invitation that a conversation began with. One of an anonymous session does not name it."""
    if thread.invitation_id:
        return invitations.find(session.id, thread.invitation_id)
    everybody = invitations.all(session.id)
    return next((it for it in everybody if thread_of_invitation(secret, session.id, it.id) == thread.id), None)
