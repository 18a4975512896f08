"""Invitations of accounts, and to addresses of accounts, that are deleted: none of them stays."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.errors import Conflict
from chalicelib.model.member_invitations import MemberInvitation, Subject
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.delivery.sending import hash_address
from chalicelib.store.member_invitations import Change, MemberInvitationStore

_TRIES = 8


def remove_invitations_to(email: str, *, store: MemberInvitationStore, secret: bytes, now: datetime) -> None:
    """Remove the open invitations for this address. Twice is as once."""
    for subject in store.of_address(hash_address(email, secret)):
        _remove(subject, lambda it: is_same_mailbox(it.email, email), store, secret, now)


def remove_invitations_by(user_id: str, *, store: MemberInvitationStore, secret: bytes, now: datetime) -> None:
    """Remove the open invitations that this account made, and what says where. Twice is as once."""
    for subject in store.of_inviter(user_id):
        _remove(subject, lambda it: it.invited_by == user_id, store, secret, now)
    store.remove_of_inviter(user_id)


def _remove(
    subject: Subject,
    is_gone: Callable[[MemberInvitation], bool],
    store: MemberInvitationStore,
    secret: bytes,
    now: datetime,
) -> None:
    for _ in range(_TRIES):
        before = store.of(subject)
        gone = [it for it in before.invitations if it.answer == "open" and is_gone(it)]
        if not gone:
            return
        after = [it for it in before.invitations if it not in gone]
        dropped = {hash_address(it.email, secret) for it in gone}
        if not store.write(subject, before, Change(after, dropped=dropped), now):
            return
    raise Conflict("Others are inviting people there right now; try again")
