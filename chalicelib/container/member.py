"""Invitations to be a member of a session or a project."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container

if TYPE_CHECKING:
    from chalicelib.services.member_invitations.answering import AnsweringDeps
    from chalicelib.services.member_invitations.holding import HoldingDeps
    from chalicelib.services.member_invitations.inviting import InvitingDeps
    from chalicelib.store.member_invitations import MemberInvitationStore


@cache
def member_invitations() -> "MemberInvitationStore":
    """The repository of invitations to be a member."""
    from chalicelib.store.member_invitations import MemberInvitationStore

    return MemberInvitationStore()


def holding_deps() -> "HoldingDeps":
    """The dependencies of telling whether they hold."""
    from chalicelib.services.member_invitations.holding import HoldingDeps

    return HoldingDeps(
        store=container.member_invitations(),
        sessions=container.sessions(),
        projects=container.projects(),
        accounts=container.accounts(),
        notifications=container.notification_deps(),
        secret=container.deployment_secret(),
    )


def inviting_deps() -> "InvitingDeps":
    """The dependencies of inviting, and of the mails."""
    from chalicelib.services.member_invitations.inviting import InvitingDeps

    return InvitingDeps(
        holding=container.holding_deps(),
        members=container.members(),
        guards=container.guards(),
        sending=container.sending_deps(),
        jobs=container.jobs(),
        has_mail=container.has_mail(),
    )


def answering_deps() -> "AnsweringDeps":
    """The dependencies of accepting and declining."""
    from chalicelib.services.member_invitations.answering import AnsweringDeps

    return AnsweringDeps(container.holding_deps(), container.members())


def forget_invitations_to(email: str) -> None:
    """Remove the open invitations for an address."""
    from chalicelib.services.member_invitations.removal import remove_invitations_to

    now, secret = container.clock().now(), container.deployment_secret()
    remove_invitations_to(email, store=container.member_invitations(), secret=secret, now=now)


def forget_invitations_by(user_id: str) -> None:
    """Remove the open invitations that an account made."""
    from chalicelib.services.member_invitations.removal import remove_invitations_by

    now, secret = container.clock().now(), container.deployment_secret()
    remove_invitations_by(user_id, store=container.member_invitations(), secret=secret, now=now)
