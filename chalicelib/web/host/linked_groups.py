"""The Telegram groups of a host: linked by a code, listed, and let go."""

from contextlib import suppress
from typing import Any

from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.operations.operation import Nothing
from chalicelib.operations.telegram_groups import (
    GroupInput,
    TelegramGroup,
    create_link,
    list_groups,
    remove_group,
)
from chalicelib.services.delivery.link_codes import LinkCode, link_of
from chalicelib.services.delivery.telegram_groups import judge_link
from chalicelib.settings import settings
from chalicelib.store.telegram_links import GroupLink
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import format_time_with_zone

PAGE = "/account/telegram"


class ShownCode(Struct, frozen=True):
    """A code that was made just now: what to send in a group, the links that carry it, one of them as a picture, until when."""

    command: str
    url: str
    start_url: str
    picture: str
    until: str


def show_groups(host: HostRequest) -> Response:
    """Returns the groups of this host and how each stands; with a code that was made just now, how to use it."""
    query, texts = host.request.query_params or {}, locale_for(host.request).texts
    groups: list[TelegramGroup] = host.perform(list_groups, Nothing()).data
    bot, link_id = settings().telegram_bot, query.get("link", "")
    made = _find_link(host, link_id) if bot and link_id else None
    news, code = "", None
    if made:
        link, stored = made
        if stored.group_id is not None:
            name = next((it.group_name for it in groups if it.group_id == stored.group_id), None)
            news = texts("groups_linked", group=name or stored.group_id)
        elif judge_link(stored, None, container.clock().now()):
            news = texts("groups_code_old")
        else:
            code = _shown(link, format_time_with_zone(link.expires_at, host.zone, texts))
    elif "removed" in query:
        news = texts("groups_let_go")
    values: dict[str, Any] = {
        "groups": groups,
        "news": news,
        "code": code,
        "link": link_id,
        "bot": bot.removeprefix("@"),
    }
    return render_host_page(host.request, "linked_groups.html", host=host, **values)


def receive_groups(host: HostRequest) -> Response:
    """Makes a code, or lets a group go."""
    form, page = host.form(), f"{root(host.request)}{PAGE}"
    if group_id := form.get("remove"):
        with suppress(NotFound):  # it is gone already: the button was pressed twice
            host.perform(remove_group, GroupInput(group_id=group_id))
        return see_other(f"{page}?removed=1")
    link_id = container.new_id()
    host.perform(create_link, Nothing(), new_id=lambda: link_id)
    return see_other(f"{page}?link={link_id}#code")


def _find_link(host: HostRequest, link_id: str) -> tuple[LinkCode, GroupLink] | None:
    """Returns a link of this host's, and what has become of its code; None for somebody else's, and once nothing is known of it."""
    now = container.clock().now()
    named = link_of(link_id, now, bot=settings().telegram_bot, secret=container.deployment_secret())
    stored = container.telegram_links().find(named.code, now)
    if stored is None or stored.user_id != host.user_id:
        return None
    return replace(named, expires_at=stored.until), stored


def _shown(link: LinkCode, until: str) -> ShownCode:
    import segno

    code = segno.make(link.start_url, error="m", micro=False)
    picture = code.svg_data_uri(scale=4, border=4, light="#fff", svgclass=None, lineclass=None)
    return ShownCode(link.command, link.url, link.start_url, picture, until)
