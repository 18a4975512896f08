"""The account of a host: who is signed in, and where."""

from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.services.accounts.logins import end_login, find_account
from chalicelib.text.user_agents import name_browser
from chalicelib.web.host.page import ZONE, render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import Texts, format_time_with_zone

OTHERS = "others"


class ShownLogin(Struct, frozen=True):
    """A browser session as its page shows it."""

    id: str
    browser: str
    last_used: str
    is_this: bool


def show_account(host: HostRequest) -> Response:
    """Returns the account, with every browser that is signed in."""
    texts, now = locale_for(host.request).texts, container.clock().now()
    user, found = find_account(host.user_id, logins=container.logins(), now=now)
    shown = [
        ShownLogin(
            it.id, _name(it.agent, texts), format_time_with_zone(it.last_used_at, ZONE, texts), it.id == host.login.id
        )
        for it in found
    ]
    has_ended = "ended" in (host.request.query_params or {})
    values: dict[str, Any] = {
        "user": user,
        "has_own_models": container.has_own_models(),
        "news": texts("login_ended") if has_ended else "",
    }
    return render_host_page(host.request, "account.html", host=host, logins=shown, **values)


def _name(agent: str, texts: Texts) -> str:
    browser, system = name_browser(agent)
    both = texts("browser_on", browser=browser, system=system) if browser and system else ""
    return both or browser or system or texts("nameless_browser")


def receive_account(host: HostRequest) -> Response:
    """Ends one of the user's other browser sessions, or all of them."""
    ended, logins = host.form().get("end", ""), container.logins()
    if ended == OTHERS:
        for login in logins.of_user(host.user_id):
            if login.id != host.login.id:
                logins.end(host.user_id, login.id)
    elif ended and ended != host.login.id:
        end_login(host.user_id, ended, logins=logins)
    return see_other(f"{root(host.request)}/account?ended=1")
