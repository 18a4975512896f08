"""Inviting people to be members, on the page of a session's members and on that of a project."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, NotFound, RateLimited, Unprocessable
from chalicelib.model import Role
from chalicelib.model.member_invitations import OPEN_INVITATIONS, Subject
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.member_invitations import (
    ADDRESS_LIMIT,
    MESSAGE_LIMIT,
    InvitedMember,
    InviteToProject,
    InviteToSession,
    MemberInvitationOutput,
    ProjectInvitationInput,
    SessionInvitationInput,
    invite_to_project,
    invite_to_session,
    list_project_invitations,
    list_session_invitations,
    resend_project_invitation,
    resend_session_invitation,
    withdraw_project_invitation,
    withdraw_session_invitation,
)
from chalicelib.operations.project_output import ProjectInput
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.member_invitations.inviting import ADDRESSES, roles_to_give
from chalicelib.web.host.addresses_field import Limits, find_obstacles, read_pasted, tell_left
from chalicelib.web.host.repetition import answer_once
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.language import choose_language
from chalicelib.web.kit.texts import Texts, format_time_with_zone

STEPS = ("invite", "resend", "withdraw")
_LIMITS = Limits(ADDRESSES, ADDRESS_LIMIT, MESSAGE_LIMIT)
_TOLD = {"undeliverable": "invited_bounced", "no_mail": "invited_not_sent", "held": "member_mail_held"}


class InviteForm(Struct, frozen=True):
    """The form as it was filled in, what is wrong with it by its field, and what came of each address that was invited just now."""

    addresses: str = ""
    role: str = "viewer"
    message: str = ""
    project: str = ""
    errors: dict[str, str] = {}
    made: Sequence[InvitedMember] = ()

    def error(self, name: str) -> str:
        """What is wrong with a field."""
        return self.errors.get(name, "")


class ShownPending(Struct, frozen=True):
    """An invitation that nobody has answered, in the words of the page."""

    of: MemberInvitationOutput
    told: str


class Invited(Struct, frozen=True):
    """What came of a form: the form to show again, and with which status; or, without one, what is told on the page as it is then."""

    done: str = ""
    form: InviteForm | None = None
    status: int = 200


def invite_values(
    host: HostRequest, subject: Subject, role: Role | None, texts: Texts, form: InviteForm | None, zone: str
) -> dict[str, Any]:
    """Returns what the page needs for it; nobody but admins sees any of it."""
    roles = roles_to_give(role)
    pending = _list(host, subject) if roles else []
    return {
        "invite": form or InviteForm(),
        "invite_roles": roles,
        "invite_limit": ADDRESSES,
        "pending": [ShownPending(it, _tell(it, zone, texts)) for it in pending],
        "has_mail": container.has_mail(),
        "once": container.new_id(),
    }


def receive_invite(host: HostRequest, subject: Subject, form: Form, texts: Texts) -> Invited:
    """Invites people, sends an invitation again, or takes it back."""
    named = form.get("invitation", "")
    match form.get("do"):
        case "invite":
            return _invite(host, subject, form, texts)
        case "resend":
            return _guard(lambda: _resend(host, subject, named), InviteForm(), texts)
        case _:
            try:
                _withdraw(host, subject, named)
            except NotFound:
                _list(host, subject)  # it is the invitation that is gone, not what it was to
            return Invited("withdrawn")


def _invite(host: HostRequest, subject: Subject, form: Form, texts: Texts) -> Invited:
    """Invites everybody whose address was entered. What is no address is named, and stays in the field; the same form, sent twice,
    invites nobody twice."""
    message, pasted = form.get("message", "").strip(), read_pasted(form.get("addresses", ""), _LIMITS)
    entered = InviteForm(form.get("addresses", ""), form.get("role", "viewer"), message, form.get("project", ""))
    if errors := find_obstacles(pasted, message, _LIMITS, texts):
        return Invited(form=replace(entered, errors=errors), status=400)
    role = next((it for it in roles_to_give("owner") if it == entered.role), None)
    if role is None:
        return Invited(form=replace(entered, errors={"page": texts("field_needed")}), status=400)
    to = Subject("project", entered.project) if entered.project and subject.kind == "session" else subject
    given: dict[str, Any] = {
        "emails": tuple(pasted.addresses),
        "role": role,
        "message": message or None,
        "language": choose_language(host.request).tag,
    }

    def invite() -> Invited:
        made = _made(host, to, given, form.get("once", ""))
        if not pasted.wrong:
            return Invited(form=InviteForm(role=role, made=made))
        return Invited(form=replace(entered, addresses=pasted.left, made=made, errors=tell_left(pasted, texts)))

    return _guard(invite, entered, texts)


def _made(host: HostRequest, subject: Subject, given: dict[str, Any], once: str) -> Sequence[InvitedMember]:
    if subject.kind == "session":
        made = answer_once(host, invite_to_session, InviteToSession(session_id=subject.id, **given), once)
    else:
        made = answer_once(host, invite_to_project, InviteToProject(project_id=subject.id, **given), once)
    return list(made.data)


def _guard(step: Callable[[], Invited], entered: InviteForm, texts: Texts) -> Invited:
    try:
        return step()
    except Unprocessable as error:
        return Invited(
            form=replace(entered, errors={"page": texts("member_full", limit=OPEN_INVITATIONS)}), status=error.status
        )
    except RateLimited as error:
        return Invited(form=replace(entered, errors={"page": texts("member_slow")}), status=error.status)
    except HarmonicaError as error:
        if error.status in (403, 404):
            raise
        return Invited(form=replace(entered, errors={"page": explain_failure(error, texts)}), status=error.status)


def _resend(host: HostRequest, subject: Subject, named: str) -> Invited:
    """Sends it again; where no mail goes there, its new link is shown, this once."""
    if subject.kind == "session":
        given = SessionInvitationInput(session_id=subject.id, invitation_id=named)
        again = host.perform(resend_session_invitation, given)
    else:
        again = host.perform(
            resend_project_invitation, ProjectInvitationInput(project_id=subject.id, invitation_id=named)
        )
    if again.url is None:
        return Invited("resent")
    made = InvitedMember(again.id, again.email, again.role, "no_mail", again.url, again.expires_at)
    return Invited(form=InviteForm(made=[made]))


def _withdraw(host: HostRequest, subject: Subject, named: str) -> None:
    if subject.kind == "session":
        host.perform(withdraw_session_invitation, SessionInvitationInput(session_id=subject.id, invitation_id=named))
        return
    host.perform(withdraw_project_invitation, ProjectInvitationInput(project_id=subject.id, invitation_id=named))


def _list(host: HostRequest, subject: Subject) -> list[MemberInvitationOutput]:
    if subject.kind == "session":
        return list(host.perform(list_session_invitations, SessionInput(session_id=subject.id)).data)
    return list(host.perform(list_project_invitations, ProjectInput(project_id=subject.id)).data)


def _tell(of: MemberInvitationOutput, zone: str, texts: Texts) -> str:
    mail = texts(_TOLD.get(of.mail, f"invited_{of.mail}"))
    return " · ".join(
        (
            texts(f"role_{of.role}"),
            mail,
            texts("member_until", time=format_time_with_zone(datetime.fromisoformat(of.expires_at), zone, texts)),
        )
    )


def projects_to_invite_to(projects: Sequence[Any], project_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the projects of a session, with their names, to which this host may invite."""
    return [(it.id, it.title) for it in projects if it.id in project_ids and is_at_least(it.role, "admin")]
