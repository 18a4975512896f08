"""The account of a host: who is signed in, and where; and its end."""

from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.operations.account import delete_me
from chalicelib.operations.operation import Nothing
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.accounts.logins import ProofTooOld, end_login, find_account
from chalicelib.text.normalise import fold
from chalicelib.text.user_agents import name_browser
from chalicelib.web.host.deletions import tell_backups
from chalicelib.web.host.notifications import find_digest
from chalicelib.web.host.page import ZONE, render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.sign_in import explain_untold
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.login import no_login_cookie
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import Texts, format_time_with_zone

OTHERS = "others"


class ShownLogin(Struct, frozen=True):
    """A browser session as its page shows it."""

    id: str
    browser: str
    last_used: str
    is_this: bool


def show_account(host: HostRequest, refused: str = "", address_error: str = "", status: int = 200) -> Response:
    """Returns the account, with every browser that is signed in. `refused` says why it was not deleted, where that was asked for."""
    texts, now = locale_for(host.request).texts, container.clock().now()
    user, found = find_account(host.user_id, logins=container.logins(), now=now)
    shown = [
        ShownLogin(
            it.id, _name(it.agent, texts), format_time_with_zone(it.last_used_at, ZONE, texts), it.id == host.login.id
        )
        for it in found
    ]
    query = host.request.query_params or {}
    has_ended, deletes = "ended" in query, bool("delete" in query or refused or address_error)
    values: dict[str, Any] = {
        "deletes": deletes,
        "owned": texts("sessions_found", count=_count_owned(host.user_id)) if deletes else "",
        "backups": tell_backups(texts),
        "refused": refused,
        "address_error": address_error,
        "must_sign_in": status == ProofTooOld.status,
        "untold": explain_untold(host, texts, "account_delete_untold") if deletes else "",
        "sends_mail": container.has_mail(),
        "user": user,
        "has_own_models": container.has_own_models(),
        "digest": find_digest(host),
        "news": texts("login_ended") if has_ended else "",
    }
    return render_host_page(host.request, "account.html", status, host=host, logins=shown, **values)


def _count_owned(user_id: str) -> int:
    """Returns how many sessions go with an account, drafts among them: nobody can have another owner named yet."""
    cards = container.cards()
    listed = (*cards.of_user(user_id, {}), *cards.of_user(user_id, {}, drafts=True))
    return sum(is_at_least(card.role, "owner") for card in listed)


def _name(agent: str, texts: Texts) -> str:
    browser, system = name_browser(agent)
    both = texts("browser_on", browser=browser, system=system) if browser and system else ""
    return both or browser or system or texts("nameless_browser")


def receive_account(host: HostRequest) -> Response:
    """Ends one of the user's other browser sessions, or all of them; or deletes the account, whose address is typed for that."""
    form, logins = host.form(), container.logins()
    if form.get("do") == "delete":
        return _delete(host, form.get("address", ""))
    ended = form.get("end", "")
    if ended == OTHERS:
        for login in logins.of_user(host.user_id):
            if login.id != host.login.id:
                logins.end(host.user_id, login.id)
    elif ended and ended != host.login.id:
        end_login(host.user_id, ended, logins=logins)
    return see_other(f"{root(host.request)}/account?ended=1")


def _delete(host: HostRequest, typed: str) -> Response:
    texts = locale_for(host.request).texts
    if fold(typed) != fold(container.accounts().user(host.user_id).email):
        return show_account(host, address_error=texts("account_delete_wrong"), status=400)
    try:
        host.perform(delete_me, Nothing())
    except ProofTooOld as error:
        return show_account(host, refused=texts("account_delete_fresh"), status=error.status)
    return see_other(f"{root(host.request)}/?account_deleted=1", no_login_cookie(host.request))
