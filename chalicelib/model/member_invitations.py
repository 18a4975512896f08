"""Records of invitations to be a member: of a session, or of a project and with it of its sessions."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

GivenRole = Literal["viewer", "editor", "admin"]
SubjectKind = Literal["session", "project"]
Answer = Literal["open", "accepted", "declined", "withdrawn"]
# What becomes of the mail: there is none; it is to be sent; it was; the address has got as many as it gets on a day; none arrives there;
# whoever reads there wants no more of this invitation.
MailState = Literal["no_mail", "waiting", "sent", "held", "undeliverable", "stopped"]

VALID = timedelta(days=14)
OPEN_INVITATIONS = 50  # of a session, or a project


class Subject(Struct, frozen=True):
    """What somebody is invited to: a session or a project."""

    kind: SubjectKind
    id: str


class MemberInvitation(Struct, frozen=True):
    """An invitation as it is stored. `token` is the hash of what its link carries, empty before there is one.

    Once it is answered, its address, message and link are gone; that it was stays until it would have expired, so that its link tells
    what has become of it. `language` is that of the page on which it was made.
    """

    id: str
    role: GivenRole
    invited_by: str
    created_at: datetime
    expires_at: datetime
    language: str
    email: str = ""
    message: str | None = None
    token: str = ""
    answer: Answer = "open"
    mail: MailState = "no_mail"

    def is_open(self, now: datetime) -> bool:
        """Whether it can be accepted, as far as it says itself."""
        return self.answer == "open" and now < self.expires_at


class MemberInvitations(Struct, frozen=True):
    """All of a session, or a project. `version` counts changes; it is 0 where nothing is stored."""

    invitations: tuple[MemberInvitation, ...] = ()
    version: int = 0

    def find(self, invitation_id: str) -> MemberInvitation | None:
        """One of them."""
        return next((it for it in self.invitations if it.id == invitation_id), None)

    def open(self, now: datetime) -> list[MemberInvitation]:
        """Those that can be accepted, the first one first."""
        return [it for it in self.invitations if it.is_open(now)]
