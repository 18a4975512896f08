"""Inviting people by addresses that a host pastes, and how far those who were invited have come. Editors see it."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, Invalid, NotFound, RateLimited, Unprocessable
from chalicelib.model import SessionView
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.participant_invitations import (
    ADDRESS_LIMIT,
    ADDRESSES,
    MESSAGE_LIMIT,
    Invitation,
    InvitationInput,
    InvitationList,
    InvitePeople,
    ListInvitations,
    invite_people,
    list_invitations,
    personal_url,
    remind_invited,
    remove_invitation,
    resend_invitation,
)
from chalicelib.services.invitations.inviting import MOST
from chalicelib.web.host.addresses_field import Limits, find_obstacles, read_pasted, tell_left
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import PageLocale, locale_for
from chalicelib.web.kit.request import number_in_link
from chalicelib.web.kit.texts import Texts, format_time_of

ON_PAGE = 50
_LIMITS = Limits(ADDRESSES, ADDRESS_LIMIT, MESSAGE_LIMIT)
_NO_MAILS = ("bounced", "stopped")
_MAY_RESEND = ("not_sent", "sent", "opened")  # states in which one more mail may be of use


class Entered(Struct, frozen=True):
    """The form as it was filled in, what is wrong with it, by its field, and what was done of it."""

    addresses: str = ""
    message: str = ""
    errors: dict[str, str] = {}
    news: str = ""

    def error(self, name: str) -> str:
        """What is wrong with a field, or with `page`, all of it."""
        return self.errors.get(name, "")


class ShownInvitation(Struct, frozen=True):
    """Somebody who is invited, in the words of the page; without a `url` where their link is for nobody but them."""

    of: Invitation
    told: str
    url: str
    may_resend: bool


def show_invitations(host: HostRequest, session_id: str, entered: Entered | None = None, status: int = 200) -> Response:
    """Returns the form that invites people, and a page of those who are invited."""
    view, query = open_session(host, session_id, (), "editor"), host.request.query_params or {}
    offset = number_in_link(query.get("offset", "")) or 0
    wanted = ListInvitations(session_id=view.session.id, limit=ON_PAGE, offset=offset)
    found: InvitationList = host.perform(list_invitations, wanted)
    locale, total = locale_for(host.request, view.session), found.pagination.total
    values: dict[str, Any] = {
        "people": [_shown(it, host, view, locale) for it in found.data],
        "counts": found.counts,
        "total": total,
        "before": max(0, offset - ON_PAGE) if offset else None,
        "after": offset + ON_PAGE if offset + ON_PAGE < total else None,
        "entered": entered or Entered(),
        "has_mail": container.has_mail(),
        "may_remind": found.can_remind,
        "news": entered.news if entered else _tell_news(host, locale.texts),
    }
    return render_session_page(host, view, "invitations", "invitations.html", status, **values)


def receive_invitations(host: HostRequest, session_id: str) -> Response:
    """Invites people, sends a mail once more, reminds those missing, or removes an invitation."""
    found, form = open_session(host, session_id, (), "editor").session.id, host.form()
    texts, named = locale_for(host.request).texts, form.get("invitation", "")
    try:
        match form.get("do"):
            case "invite":
                return _invite(host, found, form, texts)
            case "resend":
                host.perform(resend_invitation, InvitationInput(session_id=found, invitation_id=named))
                return _back(host, found, resent="1")
            case "remind":
                host.perform(remind_invited, SessionInput(session_id=found))
                return _back(host, found, reminded="1")
            case "remove":
                _remove(host, found, named)
                return _back(host, found, removed="1")
    except RateLimited as error:
        return show_invitations(host, found, Entered(errors={"page": texts("invitation_once_a_day")}), error.status)
    except Invalid as error:
        return show_invitations(host, found, Entered(errors={"page": texts("invitation_not_now")}), error.status)
    raise Invalid("do must be invite, resend, remind or remove")


def _invite(host: HostRequest, session_id: str, form: Form, texts: Texts) -> Response:
    """Invites everybody whose address was entered. What is no address is named, and stays in the field."""
    message, pasted = form.get("message", "").strip(), read_pasted(form.get("addresses", ""), _LIMITS)
    entered = Entered(form.get("addresses", ""), message)
    if errors := find_obstacles(pasted, message, _LIMITS, texts):
        return show_invitations(host, session_id, replace(entered, errors=errors), 400)
    given = InvitePeople(session_id=session_id, emails=tuple(pasted.addresses), message=message or None)
    try:
        made = host.perform(invite_people, given).data
    except Unprocessable as error:
        errors = {"addresses": texts("invitations_full", limit=MOST)}
        return show_invitations(host, session_id, replace(entered, errors=errors), error.status)
    except Invalid as error:
        errors = {"page": texts("invitation_not_now")}
        return show_invitations(host, session_id, replace(entered, errors=errors), error.status)
    except HarmonicaError as error:
        errors = {"page": explain_failure(error, texts)}
        return show_invitations(host, session_id, replace(entered, errors=errors), error.status)
    already, times = sum(it.status == "already" for it in made), Counter(it.email.lower() for it in made)
    known = already - (len(made) - len(times))  # but for those that only stood there once more
    told = {"made": len(made) - already, "known": known, "twice": sum(count > 1 for count in times.values())}
    if pasted.wrong:
        left = Entered(pasted.left, message, tell_left(pasted, texts), _tell_invited(told, texts))
        return show_invitations(host, session_id, left)
    return _back(host, session_id, **{"invited" if it == "made" else it: str(number) for it, number in told.items()})


def _remove(host: HostRequest, session_id: str, named: str) -> None:
    try:
        host.perform(remove_invitation, InvitationInput(session_id=session_id, invitation_id=named))
    except NotFound:
        open_session(host, session_id, (), "editor")  # it is the invitation that is gone, not the session


def _shown(of: Invitation, host: HostRequest, view: SessionView, locale: PageLocale) -> ShownInvitation:
    texts, zone = locale.texts, view.session.time_zone
    # Beside a state that says why no mail goes there, the time of one that did would be read as that of the state.
    at = None if of.state in _NO_MAILS else of.completed_at or of.joined_at or of.opened_at or of.sent_at
    told = [texts(f"invited_{of.state}"), *([format_time_of(at, zone, texts)] if at else [])]
    if of.reminded_at:
        told.append(texts("invitation_reminded", time=format_time_of(of.reminded_at, zone, texts)))
    may_resend = container.has_mail() and of.state in _MAY_RESEND
    url = "" if of.anonymous else personal_url(host.call(), view.session.id, of.id)
    return ShownInvitation(of, " · ".join(told), url, may_resend)


def _tell_news(host: HostRequest, texts: Texts) -> str:
    """Returns what was just done, as the address of the page says."""
    query = host.request.query_params or {}
    if "invited" in query:
        numbers = {name: number_in_link(query.get(name, "")) or 0 for name in ("made", "known", "twice")}
        numbers["made"] = number_in_link(query["invited"]) or 0
        return _tell_invited(numbers, texts)
    done = {"resent": "invitation_resent", "reminded": "invitations_reminded", "removed": "invitation_removed"}
    return next((texts(said) for name, said in done.items() if name in query), "")


def _tell_invited(numbers: dict[str, int], texts: Texts) -> str:
    told = [name for name, number in numbers.items() if number or name == "made"]
    return " ".join(texts(f"invitations_{name}", people=texts("persons", count=numbers[name])) for name in told)


def _back(host: HostRequest, session_id: str, **told: str) -> Response:
    return see_other(f"{root(host.request)}/sessions/{session_id}/invitations?{urlencode(told)}")
