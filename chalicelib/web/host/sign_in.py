"""Signing in: the address, then the link or the code from the mail; or, on one's own machine, a button."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import Invalid, NotFound, RateLimited, Unavailable
from chalicelib.model import SignIn
from chalicelib.services.accounts import sign_in
from chalicelib.services.accounts.known_browsers import make_known_browser
from chalicelib.services.accounts.logins import authenticate_login, end_login, start_login
from chalicelib.services.accounts.sign_in import CodesUsedUp, LinkOrCodeGone
from chalicelib.settings import settings
from chalicelib.web.host.demo_sign_in import demo_address, demo_token
from chalicelib.web.host.kept_entries import list_entries
from chalicelib.web.host.kept_form import KeptForm, find_kept, show_kept, write_kept
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, OthersForm, page_after, root
from chalicelib.web.kit.cookies import KNOWN_SECONDS, cookie_values, host_cookie_name, set_host_cookie
from chalicelib.web.kit.http import Form, read_form, require_allowance, see_other, with_cookies
from chalicelib.web.kit.language import choose_language
from chalicelib.web.kit.login import find_login, login_cookie, no_login_cookie
from chalicelib.web.kit.page import locale_for, with_retry_after
from chalicelib.web.kit.problems import ForeignForm
from chalicelib.web.kit.request import is_certainly_ours, source_address, token_in_link
from chalicelib.web.kit.texts import Texts


def show_sign_in(
    request: Request,
    form: Form | None = None,
    notice: str = "",
    email_error: str = "",
    kept: KeptForm | None = None,
    status: int = 200,
) -> Response:
    """Returns the page that asks for the address, or says how to get in where no mail is sent; after a form, with what it had.

    `kept` is a form whose sign-in had ended: the page carries it along.
    """
    given = form if form is not None else (request.query_params or {})
    values: dict[str, Any] = {
        "notice": notice,
        "email_error": email_error,
        "email": given.get("email", "") if form else "",
        "next_page": page_after(given.get("next", "/")),
        "sends_mail": container.has_mail(),
        "provider": provider_name(),
        "demo": demo_token(),
        **_carried(request, kept),
    }
    return render_host_page(request, "sign_in.html", status, **values)


def receive_sign_in(request: Request) -> Response:
    """Takes the address, and shows where to type the code: the same page for every address."""
    require_allowance(request)
    form, texts = read_form(request), locale_for(request).texts
    again = partial(show_sign_in, request, form, kept=(kept := find_kept(request, form)))
    if not container.has_mail():
        return again()
    try:
        asked = sign_in.begin(
            form.get("email", ""),
            network=source_address(request),
            known=_known(request),
            language=choose_language(request).tag,
            next_page=page_after(form.get("next", "/")),
            deps=container.sign_in_deps(),
            now=container.clock().now(),
        )
        container.jobs().send_sign_in_mail(asked.id)
    except RateLimited as error:
        minutes = texts("minutes", count=round(error.retry_after / 60) + 1)
        slow = again(texts("slow_mails", minutes=minutes), status=error.status)
        return with_retry_after(slow, error)
    except Invalid:
        return again(email_error=texts("email_wrong"), status=400)
    except Unavailable as error:
        return again(texts("mail_unavailable"), status=error.status)
    return (
        show_code(request, {"a": asked.id}, kept=kept)
        if kept
        else see_other(f"{root(request)}/sign-in/code?a={asked.id}")
    )


def provider_name() -> str:
    """Returns what hosts call the OpenID provider; empty where there is none."""
    found = settings()
    return (found.oidc_name or urlsplit(found.oidc_issuer).hostname or "") if container.has_identity_provider() else ""


def explain_untold(host: HostRequest, texts: Texts, key: str) -> str:
    """Returns, by this text, why this sign-in is no fresh proof: it is by a provider that does not tell of when it is; else nothing.

    Signing in there once more would change nothing: it takes another way.
    """
    provider = provider_name() if host.login.proved_at is None else ""
    return texts(key, name=provider) if provider else ""


def show_code(
    request: Request, form: Form | None = None, error: str = "", kept: KeptForm | None = None, status: int = 200
) -> Response:
    """Returns the page that takes the code."""
    asked = token_in_link((form or request.query_params or {}).get("a", ""))
    return render_host_page(request, "sign_in_code.html", status, asked=asked, error=error, **_carried(request, kept))


def receive_code(request: Request) -> Response:
    """Signs in by a code, in the page that asked for it."""
    require_allowance(request)
    form = _own_form(request)
    kept = find_kept(request, form)
    if not form.get("code"):  # which is no try
        return show_code(request, form, locale_for(request).texts("field_needed"), kept, Invalid.status)
    confirm = partial(sign_in.confirm_code, form.get("a", ""), form.get("code", ""), known=_known(request))
    try:
        return _confirm(request, confirm, kept)
    except LinkOrCodeGone as error:
        wrong = "code_day" if isinstance(error, CodesUsedUp) else "code_wrong"
        return show_code(request, form, locale_for(request).texts(wrong), kept, error.status)


def show_link(request: Request) -> Response:
    """Returns the page of a link: whose it is, and a button. Mail scanners open links, so opening changes nothing."""
    require_allowance(request)
    link = token_in_link((request.query_params or {}).get("t", ""))
    try:
        asked = sign_in.find_by_link(link, deps=container.sign_in_deps(), now=container.clock().now())
    except LinkOrCodeGone as error:
        return render_host_page(request, "sign_in_gone.html", error.status)
    return render_host_page(request, "sign_in_link.html", email=asked.email, link=link)


def receive_link(request: Request) -> Response:
    """Signs in by a link."""
    require_allowance(request)
    form = _own_form(request)
    try:
        return _confirm(request, partial(sign_in.confirm_link, form.get("t", "")))
    except LinkOrCodeGone as error:
        return render_host_page(request, "sign_in_gone.html", error.status)


def receive_demo(request: Request) -> Response:
    """Signs in as the demo host, on the machine of whoever started this instance, as long as it runs.

    Who has deleted that account, as one does who looks around, gets another: the button is the only way in there.
    """
    require_allowance(request)
    form = _own_form(request)
    address = demo_address(form.get("demo", ""))
    if address is None:
        raise NotFound("There is no such page")
    now, deps = container.clock().now(), container.sign_in_deps()
    user = deps.accounts.find_user(address) or sign_in.open_account(
        address, None, deps=deps, now=now, new_id=container.new_id()
    )
    return sign_in_browser(request, user.id, page_after(form.get("next", "/")), now, find_kept(request, form))


def sign_out(host: HostRequest) -> Response:
    """Ends this browser session."""
    with suppress(OthersForm):  # the button of an old page: whoever is signed in now, it is to sign out
        host.form()
    end_login(host.user_id, host.login.id, logins=container.logins())
    return see_other(f"{root(host.request)}/", no_login_cookie(host.request))


def _known(request: Request) -> str:
    """Returns what this browser keeps of whose it has been."""
    return next(cookie_values(request, host_cookie_name(request, "known")), "")


def _own_form(request: Request) -> Form:
    """Returns a posted form that makes a browser somebody. Raises ForeignForm unless the browser vouches for where it is from."""
    form = read_form(request)
    if not is_certainly_ours(request):
        raise ForeignForm("This form was sent from another website")
    return form


def _carried(request: Request, kept: KeptForm | None) -> dict[str, Any]:
    """Returns what a page to sign in has of a kept form; links to itself would lead away from it."""
    if kept is None:
        return {"kept": None, "carried": ""}
    entries = list_entries(kept.path, kept.fields, locale_for(request).texts)
    return {"kept": kept, "carried": write_kept(kept), "entries": entries, "languages": []}


def _confirm(request: Request, confirm: Callable[..., tuple[str, SignIn]], kept: KeptForm | None = None) -> Response:
    """Signs in by a link or a code. Raises LinkOrCodeGone."""
    now = container.clock().now()
    user_id, asked = confirm(deps=container.sign_in_deps(), now=now, new_id=container.new_id())
    return sign_in_browser(request, user_id, asked.next_page, now, kept)


def sign_in_browser(
    request: Request,
    user_id: str,
    next_page: str,
    proved_at: datetime | None,
    kept: KeptForm | None = None,
) -> Response:
    """Begins a browser session, always a new one, and ends the one that this browser had. Goes on where a form was kept.

    `proved_at` is when somebody proved who they are; None where a provider does not tell.
    """
    logins, now = container.logins(), container.clock().now()
    # Its allowance is no matter here: what was used to sign in is used up.
    if before := find_login(request):
        logins.end(before.require_user(), before.require_login().id)
    agent = request.headers.get("user-agent", "")
    user = container.accounts().user(user_id)
    secret = start_login(user, agent, logins=logins, now=now, proved_at=proved_at)
    known = make_known_browser(user.email, container.deployment_secret())
    cookies = login_cookie(request, secret), set_host_cookie(request, known, KNOWN_SECONDS, "known")
    if kept:
        principal = authenticate_login(secret, logins=logins, now=now)
        return with_cookies(show_kept(HostRequest(request, principal, principal.require_login()), kept), cookies)
    return see_other(f"{root(request)}{page_after(next_page)}", *cookies)
