"""The link of a personal invitation: it lets one person join, on whatever device.

The link in a mail of ours also opens the conversation that was begun with it. One that a host is given, to pass it on by hand, does
not: whoever holds it besides the invited person could read along, and speak in their place.
"""

from msgspec import Struct

from chalicelib.services.access.signing import sign, unsign

_BY_HAND = "~hand"


class LinkedInvitation(Struct, frozen=True):
    """Which invitation a link is of, and whether it is one that a host passes on."""

    invitation_id: str
    by_hand: bool


def invitation_url(public_url: str, session_id: str, named: LinkedInvitation, secret: bytes) -> str:
    """Returns the address of the page to join on, for whom this invitation names."""
    value = named.invitation_id + (_BY_HAND if named.by_hand else "")
    return f"{public_url}/chat?s={session_id}&i={sign(secret, 'invitation', session_id, value)}"


def read_invitation(token: str, session_id: str, secret: bytes) -> LinkedInvitation | None:
    """Returns which invitation a link is of; None for what we did not sign for this session."""
    signed = unsign(secret, "invitation", session_id, token)
    return LinkedInvitation(signed.removesuffix(_BY_HAND), signed.endswith(_BY_HAND)) if signed else None
