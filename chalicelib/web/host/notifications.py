"""What a host is told of: the bell on every page, the list, and whether it comes by mail, too."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib import container
from chalicelib.errors import Invalid, Unavailable
from chalicelib.model.lifetimes import NOTIFICATION_DAYS
from chalicelib.model.notifications import MOST_NOTIFICATIONS
from chalicelib.observability import log_failure
from chalicelib.operations.notifications import (
    ZONE,
    ChooseDigest,
    ListNotifications,
    MarkRead,
    Notification,
    choose_digest,
    get_digest,
    list_notifications,
    mark_notifications_read,
)
from chalicelib.operations.operation import Nothing
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import HEADERS, locale_for, render_fragment
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PAGE = 20  # notifications
ALL = "all"


class ShownNotification(Struct, frozen=True):
    """A notification as its page shows it."""

    id: str
    title: str
    body: str
    url: str
    read_at: str | None
    when: str


class ShownDigest(Struct, frozen=True):
    """Whether a host gets a mail of what they have not read, and by whose clock it comes."""

    on: bool
    sends_mail: bool
    zone: str


def show_notifications(host: HostRequest) -> Response:
    """Returns a page of what the host is told of; for the bell of a page that is open, how much of it is unread."""
    query, locale = host.request.query_params or {}, locale_for(host.request)
    if query.get("part") == "bell":
        return Response(render_fragment(locale, "bell.html", unread=count_unread(host.user_id)), HEADERS)
    texts, cursor = locale.texts, query.get("cursor", "")
    wanted = ListNotifications(limit=PAGE, cursor=cursor or UNSET, language=texts.tag)
    try:
        found = host.perform(list_notifications, wanted)
    except Invalid:  # a link that somebody cut: the first page
        return see_other(f"{root(host.request)}/notifications")
    older = f"?{urlencode({'cursor': found.next_cursor})}" if found.next_cursor else ""
    values: dict[str, Any] = {
        "notifications": [_shown(it, texts) for it in found.data],
        "unread_here": found.unread,
        "news": texts("notifications_marked") if "read" in query else "",
        "cursor": cursor,
        "older": older,
        "newer": f"{root(host.request)}/notifications" if cursor else "",
        "days": texts("days", count=NOTIFICATION_DAYS),
        "limit": MOST_NOTIFICATIONS,
        "count_unread": lambda: found.unread,
    }
    return render_host_page(host.request, "notifications.html", host=host, **values)


def receive_notifications(host: HostRequest) -> Response:
    """Marks one as read, or all."""
    form = host.form()
    chosen, cursor = form.get("read", ""), form.get("cursor", "")
    if chosen:
        host.perform(mark_notifications_read, MarkRead(all=True) if chosen == ALL else MarkRead(ids=(chosen,)))
    query = urlencode({"read": "1"} | ({"cursor": cursor} if cursor else {}))
    return see_other(f"{root(host.request)}/notifications?{query}")


def find_digest(host: HostRequest) -> ShownDigest:
    """Returns whether the host gets a mail of what they have not read."""
    found = host.perform(get_digest, Nothing())
    return ShownDigest(found.on, found.sends_mail, ZONE)


def receive_digest(host: HostRequest) -> Response:
    """Switches that mail on or off."""
    on = host.form().get("digest") == "on"
    if container.has_mail() or not on:
        host.perform(choose_digest, ChooseDigest(on=on, language=locale_for(host.request).language.tag))
    return see_other(f"{root(host.request)}/account#digest")


def count_unread(user_id: str) -> int:
    """Returns how many notifications a host has not read; none where that cannot be known now: the page is there for something else."""
    try:
        return container.notifications().of_user(user_id).unread
    except Unavailable as error:
        log_failure("the bell has no count", error)
        return 0


def _shown(it: Notification, texts: Texts) -> ShownNotification:
    when = format_time_with_zone(datetime.fromisoformat(it.created_at), ZONE, texts)
    return ShownNotification(it.id, it.title, it.body, it.url, it.read_at if it.read_at else None, when)
