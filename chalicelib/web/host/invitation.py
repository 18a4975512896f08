"""The page of an invitation to be a member: what it is to, by whom, as what; and the answer.

Opening it changes nothing, since mail scanners open links; the answer is a form with the token of a browser session. Whoever has the link
sees what it is about. Who is signed in with the address that it is for needs no more than its name: the first page has that.
"""

from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import User
from chalicelib.model.member_invitations import Subject
from chalicelib.operations.account import NAME_LIMIT, EditMe, edit_me
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.member_invitations.answering import AnotherAddress, NoRoom, accept, decline
from chalicelib.services.member_invitations.holding import Held, InvitationOver, held_for, require_held
from chalicelib.services.member_invitations.links import NamedInvitation, is_link_of, name_invitation, read_name
from chalicelib.web.host.page import ZONE, render_host_page
from chalicelib.web.host.request import HostRequest, find_host, root
from chalicelib.web.kit.http import Form, require_allowance, see_other
from chalicelib.web.kit.login import has_login_cookie
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import token_in_link
from chalicelib.web.kit.texts import Texts, format_time_with_zone

_ON_DASHBOARD = 10
_MASK = "…"


def show_invitation(request: Request, notice: str = "", status: int = 200) -> Response:
    """Returns the page of an invitation, to whoever has its link, or is who it is for."""
    require_allowance(request)
    host = find_host(request) if has_login_cookie(request) else None
    user = container.accounts().user(host.user_id) if host else None
    text = token_in_link((request.query_params or {}).get("t", ""))
    named = read_name(text)
    try:
        held = _find(named, user)
    except InvitationOver as error:
        return _show_over(request, host, error)
    email, texts = held.invitation.email, locale_for(request).texts
    is_own = user is not None and is_same_mailbox(email, user.email)
    values: dict[str, Any] = {
        "held": held,
        "host_name": held.inviter.name or held.inviter.email,
        "terms": texts(
            "answer_terms",
            email=email if is_own else mask_address(email),
            time=format_time_with_zone(held.invitation.expires_at, host.zone if host else ZONE, texts),
        ),
        "is_own": is_own,
        "email": user.email if user else "",
        "asks_for_name": is_own and user is not None and user.name is None,
        "named": name_invitation(held.subject, held.invitation.id),
        "sign_in": f"{root(request)}/sign-in?{urlencode({'next': f'/invitation?t={text}'})}",
        "notice": notice,
    }
    page = render_host_page(request, "invitation.html", status, host=host, **values)
    page.headers["Referrer-Policy"] = "strict-origin"  # the address holds a secret
    return page


def receive_answer(host: HostRequest) -> Response:
    """Accepts or declines an invitation, as the account that it is for."""
    form, now = host.form(), container.clock().now()
    named, user = read_name(form.get("invitation", "")), container.accounts().user(host.user_id)
    if named is None:
        raise NotFound("There is no such invitation")
    deps, at = container.answering_deps(), root(host.request)
    try:
        match form.get("do"):
            case "accept":
                held = accept(named.subject, named.id, user, deps=deps, now=now)
                _take_name(host, user, form)
                return see_other(_address_of(held.subject, at))
            case "decline":
                decline(named.subject, named.id, user, deps=deps, now=now)
                return render_host_page(host.request, "invitation_declined.html", host=host)
    except NoRoom as error:
        return show_invitation(host.request, locale_for(host.request).texts("answer_no_room"), error.status)
    except InvitationOver as error:
        return _show_over(host.request, host, error)
    except AnotherAddress:  # nobody learns of an invitation by its name alone
        return _show_over(host.request, host, InvitationOver("unknown"))
    raise Invalid("do must be accept or decline")


def _take_name(host: HostRequest, user: User, form: Form) -> None:
    """Keeps the name that somebody gave who had none, as far as it fits: nothing of what they accepted waits for it."""
    name = form.get("name", "")[:NAME_LIMIT]
    if name and user.name is None:
        with suppress(Conflict):
            host.perform(edit_me, EditMe(name=name))


def list_invitations_for(email: str) -> list[tuple[str, Held]]:
    """Returns ten at most of the invitations for the address of whoever is signed in that hold, each with what its page is asked for by.

    Each is looked up by itself, so many of them do not make the first page slow; who has answered some sees the next.
    """
    found = held_for(email, deps=container.holding_deps(), now=container.clock().now())
    return [(name_invitation(it.subject, it.invitation.id), it) for it in islice(found, _ON_DASHBOARD)]


def mask_address(email: str) -> str:
    """Returns an address as somebody who knows it recognises it."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}{_MASK}@{domain}"


def _find(named: NamedInvitation | None, user: User | None) -> Held:
    """Returns the invitation that a link is of, where whoever has it may see that. Raises InvitationOver."""
    if named is None:
        raise InvitationOver("unknown")
    deps, now = container.holding_deps(), container.clock().now()
    invitation = deps.store.of(named.subject).find(named.id)
    if invitation is None:
        raise InvitationOver("unknown")
    is_own = user is not None and is_same_mailbox(invitation.email, user.email)
    if not is_own and not is_link_of(invitation, named.token, deps.secret):
        raise InvitationOver("unknown")
    return require_held(named.subject, invitation, deps=deps, now=now)


def _show_over(request: Request, host: HostRequest | None, error: InvitationOver) -> Response:
    """Returns the page that says why an invitation lets nobody in, with the way to what it was to, where that is open to them."""
    reason: str = error.reason
    opens = ""
    if host and error.subject and reason in ("accepted", "revoked", "expired", "withdrawn"):
        opens = _address_open_to(host, error.subject)
    return render_host_page(request, "invitation_over.html", error.status, host=host, reason=reason, opens=opens)


def _address_open_to(host: HostRequest, subject: Subject) -> str:
    try:
        if subject.kind == "session":
            role = container.sessions().view(subject.id, (), host.user_id).role
        else:
            role = container.projects().view(subject.id, host.user_id).role
    except NotFound:
        return ""
    return _address_of(subject, root(host.request)).partition("?")[0] if role else ""


def _address_of(subject: Subject, at: str) -> str:
    if subject.kind == "session":
        return f"{at}/sessions/{subject.id}?joined=1"
    return f"{at}/projects/{subject.id}?done=joined"


def tell_inviter(held: Held, texts: Texts) -> str:
    """Returns by whom, and as what, somebody is invited, in a line."""
    by = texts("answer_by", host=held.inviter.name or held.inviter.email)
    return f"{by} · {texts(f'role_{held.role}')}"
