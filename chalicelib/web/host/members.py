"""The members of a session or a project on its page: who they are, and the forms that change what they may."""

from collections.abc import Callable
from typing import get_args

from msgspec import Struct

from chalicelib.errors import Forbidden, Invalid
from chalicelib.model import Role
from chalicelib.model.projects import Member as StoredMember
from chalicelib.operations.members import Member, SessionMember
from chalicelib.services.access.roles import is_at_least
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import Texts

_GIVEN: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "owner")
# Whether one does that for oneself.
_OFFERS = {"offer": False, "withdraw_offer": False, "accept": True, "decline": True}
NEWS = (
    "role",
    "removed",
    "offered",
    "offer_withdrawn",
    "accepted",
    "declined",
    "saved",
    "added",
    "taken_out",
    "withdrawn",
    "resent",
    "joined",
    "remembers",
    "forgets",
)


class ShownMember(Struct, frozen=True):
    """Somebody with a role, the highest that they have, and what whoever looks may do with them. `roles` are those that can be given,
    none where none can."""

    user_id: str
    name: str
    email: str
    role: Role
    own_role: Role | None
    remark: str
    is_self: bool
    roles: tuple[Role, ...]
    may_remove: bool
    may_offer: bool
    may_withdraw_offer: bool
    may_accept: bool


def shown_members(
    members: list[Member] | list[SessionMember], user_id: str, role: Role | None, texts: Texts
) -> list[ShownMember]:
    """Returns members as the page shows them to one of them, who has this role."""
    return [_shown(it, user_id, role, texts) for it in members]


def _shown(of: Member | SessionMember, user_id: str, role: Role | None, texts: Texts) -> ShownMember:
    is_self, is_admin = of.user_id == user_id, is_at_least(role, "admin")
    own = of.own_role if isinstance(of, SessionMember) else of.role
    remark = ""
    if own != of.role:
        remark = texts("member_by_project")
    if of.offered_at:
        remark = texts("member_offered")
    changes = own is not None and own != "owner" and is_admin
    return ShownMember(
        of.user_id,
        of.name or of.email or texts("member_nameless"),
        of.email if of.email and of.name else "",
        of.role,
        own,
        remark,
        is_self,
        _GIVEN if changes else (),
        own is not None and own != "owner" and (is_admin or is_self),
        changes and role == "owner" and not of.offered_at and not is_self,
        role == "owner" and of.offered_at is not None and not is_self,
        is_self and of.offered_at is not None,
    )


def asked_role(form: Form, user_id: str, own: Role, find: Callable[[str], StoredMember | None]) -> tuple[Role, str]:
    """Returns the role that a form of a member's asks for, sent by who has their `own`, and what is told once it is given. `find` looks
    a member up.

    An offer is taken back by giving the member the role that they have, as over REST. Where they accepted meanwhile, or are no member
    any more, any role is asked for: who gives it says so then.

    Raises Invalid for none, Forbidden for an offer that is answered for somebody else, or made to oneself: over REST those are one
    step, told apart by whom it is about, so the one would be done for the other.
    """
    asked = form.get("do", "")
    if asked in _OFFERS and (form.get("member", "").lower() == user_id) != _OFFERS[asked]:
        raise Forbidden
    match asked:
        case "offer":
            return "owner", "offered"
        case "withdraw_offer":
            member = find(require_uuid(form.get("member", ""), "There is no such member"))
            return member.role if member and member.role != "owner" else "admin", "offer_withdrawn"
        case "accept":
            return "owner", "accepted"
        case "decline":
            return own, "declined"
    wanted = form.get("role")
    for role in _GIVEN:
        if role == wanted:
            return role, "role"
    raise Invalid("role must be viewer, editor or admin")


def tell_news(query: dict[str, str], texts: Texts) -> str:
    """Returns what was just done, as the address of a page says."""
    done = query.get("done", "")
    return texts(f"done_{done}") if done in NEWS else ""
