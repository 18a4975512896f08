"""The link of an invitation to be a member. What it carries besides the invitation's name is 256 random bits, stored as a hash.

Whoever holds the link sees what somebody is invited to. To answer takes an account of the address that it is for; then the name alone
will do, since signing in proves the address.
"""

import re
import secrets

from msgspec import Struct

from chalicelib.model.member_invitations import MemberInvitation, Subject, SubjectKind
from chalicelib.services.access.signing import is_same, make_digest

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"(?P<kind>[sp])\.(?P<subject>{_UUID})\.(?P<invitation>{_UUID})(?:\.(?P<token>[\w-]{{43}}))?", re.ASCII
)
_PAGE = "/invitation?t="
_KINDS: dict[str, SubjectKind] = {"s": "session", "p": "project"}


class NamedInvitation(Struct, frozen=True):
    """Which invitation a link, or a form, is about; `token` is empty where it carries none."""

    subject: Subject
    id: str
    token: str = ""


def new_token() -> str:
    """What a new link carries."""
    return secrets.token_urlsafe(32)


def hash_token(token: str, invitation_id: str, secret: bytes) -> str:
    """What is stored of it."""
    return make_digest(secret, "member_invitation", f"{invitation_id} {token}".encode()).hex()


def is_link_of(invitation: MemberInvitation, token: str, secret: bytes) -> bool:
    """Whether a link is the last one of an invitation."""
    return bool(token and invitation.token) and is_same(hash_token(token, invitation.id, secret), invitation.token)


def name_invitation(subject: Subject, invitation_id: str) -> str:
    """What stands for an invitation in addresses and forms, and opens nothing."""
    return f"{subject.kind[0]}.{subject.id}.{invitation_id}"


def page_of(subject: Subject, invitation_id: str) -> str:
    """The page on which whoever it is for answers it, once they are signed in."""
    return f"{_PAGE}{name_invitation(subject, invitation_id)}"


def read_page(page: str) -> NamedInvitation | None:
    """Which invitation such a page is of; None for any other."""
    return read_name(page.removeprefix(_PAGE)) if page.startswith(_PAGE) else None


def member_invitation_url(public_url: str, subject: Subject, invitation_id: str, token: str) -> str:
    """The address of the page on which it is answered."""
    return f"{public_url}{page_of(subject, invitation_id)}.{token}"


def read_name(text: str) -> NamedInvitation | None:
    """Which invitation a link is of; None for what is no link of ours."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    return NamedInvitation(Subject(_KINDS[found["kind"]], found["subject"]), found["invitation"], found["token"] or "")
