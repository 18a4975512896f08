"""Links that end mails: signed, for one kind of mail about one thing, to one address.

Opening such a link changes nothing, since mail scanners do that; the button of its page does, and so does the one POST that mail
programs make (RFC 8058). They hold for good: a mail may lie in its mailbox for years.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from chalicelib.services.access.signing import is_same, make_token

# What a link ends. `container.stop_actions()` says how; the pages have the words of each.
StopKind = Literal["reminder", "invitation", "member_invitation", "digest"]
KINDS: tuple[StopKind, ...] = ("reminder", "invitation", "member_invitation", "digest")
_SIZE = 16  # bytes of a signature


class StopLink(Struct, frozen=True):
    """What a link ends: mails of a kind, of a session, about a thread or an invitation, `subject`; and to whom, hashed. Of an invitation
    to be a member, `session_id` may be that of a project; its `subject` is the name of the invitation, which says which of the two. A
    digest is of no session, and about an account."""

    kind: StopKind
    session_id: str
    subject: str
    address_hash: str


# Ends what a link of one kind says. Done again, it changes nothing; of what is gone, there is nothing to do.
StopActions = Mapping[StopKind, Callable[[StopLink], None]]


def make_stop_url(public_url: str, stop: StopLink, secret: bytes) -> str:
    """The address of the page that ends these mails."""
    value = f"{stop.kind}~{stop.session_id}~{stop.subject}~{stop.address_hash}"
    return f"{public_url}/stop?t={value}~{_sign(value, secret)}"


def read_stop_token(token: str, secret: bytes) -> StopLink | None:
    """What a link ends; None for one that we did not make."""
    value, _, signature = token.rpartition("~")
    if not is_same(signature, _sign(value, secret)):
        return None
    for kind in KINDS:
        if value.startswith(f"{kind}~"):
            return StopLink(kind, *value.split("~")[1:])
    return None


def _sign(value: str, secret: bytes) -> str:
    return make_token(secret, "stop", value.encode(), size=_SIZE)
