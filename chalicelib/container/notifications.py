"""What hosts are told of."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container

if TYPE_CHECKING:
    from chalicelib.services.notifications.notify import NotificationDeps
    from chalicelib.store.notifications import Notifications


@cache
def notifications() -> "Notifications":
    """The repository of notifications."""
    from chalicelib.store.notifications import Notifications

    return Notifications(container.clock())


def notification_deps() -> "NotificationDeps":
    """The dependencies of telling hosts."""
    from chalicelib.services.notifications.notify import NotificationDeps

    return NotificationDeps(container.notifications(), container.sessions(), container.clock())
