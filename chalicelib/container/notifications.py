"""What hosts are told of."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.services.notifications.digest_job import DigestDeps
    from chalicelib.services.notifications.group_requests import RequestDeps
    from chalicelib.services.notifications.notify import NotificationDeps
    from chalicelib.store.notifications import Notifications


@cache
def notifications() -> "Notifications":
    """The repository of notifications."""
    from chalicelib.store.notifications import Notifications

    return Notifications(container.clock())


def digest_deps() -> "DigestDeps":
    """The dependencies of mailing hosts what they were told of."""
    from chalicelib.services.notifications.digest_job import DigestDeps

    return DigestDeps(
        container.notification_deps(),
        container.accounts(),
        settings().public_url,
        container.sending_deps() if container.has_mail() else None,
    )


def request_deps() -> "RequestDeps":
    """The dependencies of telling hosts that a Telegram group asks for a session."""
    from chalicelib.services.notifications.group_requests import RequestDeps

    return RequestDeps(container.notification_deps(), container.cards())


def notification_deps() -> "NotificationDeps":
    """The dependencies of telling hosts."""
    from chalicelib.services.notifications.notify import NotificationDeps

    return NotificationDeps(
        container.notifications(),
        container.sessions(),
        container.members(),
        container.projects(),
        container.member_invitations(),
        container.telegram_groups,
        container.clock(),
    )
