"""The account of a host: what they say of themselves, where they are signed in, what belongs to them; and its end."""

from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.model import LoginRecord
from chalicelib.operations.account import UserInfo, delete_me
from chalicelib.operations.operation import Nothing
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.accounts.logins import ProofTooOld, end_login, find_account
from chalicelib.services.accounts.profile import leave_nameless
from chalicelib.text.normalise import fold
from chalicelib.text.user_agents import name_browser
from chalicelib.web.host.deletions import tell_backups
from chalicelib.web.host.notifications import find_digest
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.profile import FIELDS, ProfilePlan, list_shown, make_plan, plan_of, save_profile
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure, write_noted
from chalicelib.web.host.sign_in import explain_untold
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.login import no_login_cookie
from chalicelib.web.kit.page import keep_language, locale_for
from chalicelib.web.kit.texts import Texts, format_time_with_zone

OTHERS = "others"


class ShownLogin(Struct, frozen=True):
    """A browser session as its page shows it."""

    id: str
    browser: str
    since: str
    last_used: str
    is_this: bool


def show_account(host: HostRequest) -> Response:
    """Returns the account, with every browser that is signed in."""
    texts, query = locale_for(host.request).texts, host.request.query_params or {}
    news = texts("login_ended") if "ended" in query else texts("changes_saved") if "saved" in query else ""
    return _render(host, news=news, deletes="delete" in query)


def _render(
    host: HostRequest,
    plan: ProfilePlan | None = None,
    *,
    news: str = "",
    notice: str = "",
    deletes: bool = False,
    refused: str = "",
    address_error: str = "",
    status: int = 200,
) -> Response:
    """Returns the page, with this plan for what the user says of themselves, or with that as it is stored. `refused` and
    `address_error` say why the account was not deleted, where that was asked for."""
    texts, now = locale_for(host.request).texts, container.clock().now()
    user, found = find_account(host.user_id, logins=container.logins(), now=now)
    plan = plan or plan_of(user, FIELDS)
    deletes = deletes or bool(refused or address_error)
    owned, others = _count_sessions(host.user_id)
    values: dict[str, Any] = {
        "fields": list_shown(plan, FIELDS, texts),
        "noted": write_noted(plan.merged.noted),
        "has_clash": bool(plan.merged.clashes),
        "has_errors": plan.needs_another_look,
        "notice": notice,
        "deletes": deletes,
        "owned": texts("sessions_found", count=owned),
        "member": texts("sessions_found", count=others) if others else "",
        "backups": tell_backups(texts),
        "refused": refused,
        "address_error": address_error,
        "must_sign_in": status == ProofTooOld.status,
        "untold": explain_untold(host, texts, "account_delete_untold") if deletes else "",
        "sends_mail": container.has_mail(),
        "user": user,
        "has_own_models": container.has_own_models(),
        "digest": find_digest(host),
        "news": news,
    }
    shown = [_shown_login(it, host, texts) for it in found]
    return render_host_page(host.request, "account.html", status, host=host, logins=shown, **values)


def _shown_login(login: LoginRecord, host: HostRequest, texts: Texts) -> ShownLogin:
    since, used = (format_time_with_zone(at, host.zone, texts) for at in (login.created_at, login.last_used_at))
    return ShownLogin(login.id, _name(login.agent, texts), since, used, login.id == host.login.id)


def _count_sessions(user_id: str) -> tuple[int, int]:
    """Returns how many sessions an account owns, drafts among them, and of how many others' it is a member."""
    cards = container.cards()
    listed = (*cards.of_user(user_id, {}), *cards.of_user(user_id, {}, drafts=True))
    owned = sum(is_at_least(card.role, "owner") for card in listed)
    return owned, sum(card.role is not None for card in listed) - owned


def _name(agent: str, texts: Texts) -> str:
    browser, system = name_browser(agent)
    both = texts("browser_on", browser=browser, system=system) if browser and system else ""
    return both or browser or system or texts("nameless_browser")


def receive_account(host: HostRequest) -> Response:
    """Saves what the user says of themselves, or that they want no name; ends one of their other browser sessions, or all of them; or
    deletes the account, whose address is typed for that."""
    form, logins = host.form(), container.logins()
    if form.get("do") == "delete":
        return _delete(host, form.get("address", ""))
    if form.get("do") == "nameless":
        leave_nameless(host.user_id, deps=container.profile_deps())
        return see_other(f"{root(host.request)}/")
    if form.get("do") == "save":
        return _save(host, form)
    ended = form.get("end", "")
    if ended == OTHERS:
        for login in logins.of_user(host.user_id):
            if login.id != host.login.id:
                logins.end(host.user_id, login.id)
    elif ended and ended != host.login.id:
        end_login(host.user_id, ended, logins=logins)
    return see_other(f"{root(host.request)}/account?ended=1")


def _save(host: HostRequest, form: Form) -> Response:
    texts = locale_for(host.request).texts
    plans: list[ProfilePlan] = []

    def plan(stored: UserInfo) -> ProfilePlan:
        plans.append(make_plan(stored, form, FIELDS, texts))
        return plans[-1]

    try:
        made = save_profile(host, plan)
    except HarmonicaError as error:
        if not plans:
            raise
        return _render(host, plans[-1], notice=explain_failure(error, texts), status=error.status)
    if made.needs_another_look:
        return _render(host, made, status=409 if made.merged.clashes else 400)
    # What somebody switched to in this browser before gives way to what they have just chosen for all of theirs.
    switched = [keep_language(host.request, made.changes["locale"])] if "locale" in made.changes else []
    page = "/account?saved=1"
    if "first" in form:
        page = "/?named=1" if (made.merged.values["name"] or "").strip() else "/?unnamed=1"
    return see_other(f"{root(host.request)}{page}", *switched)


def _delete(host: HostRequest, typed: str) -> Response:
    texts = locale_for(host.request).texts
    if fold(typed) != fold(container.accounts().user(host.user_id).email):
        return _render(host, address_error=texts("account_delete_wrong"), status=400)
    try:
        host.perform(delete_me, Nothing())
    except ProofTooOld as error:
        return _render(host, refused=texts("account_delete_fresh"), status=error.status)
    return see_other(f"{root(host.request)}/?account_deleted=1", no_login_cookie(host.request))
