"""Who a personal invitation names: from its address follows its id, from that the participant, and from them the thread.

So an address is invited once whatever its case, and a link that is opened on several devices leads to one conversation.
"""

import json
import uuid

from chalicelib.services.access.signing import DigestPurpose, make_digest
from chalicelib.services.participants.identity import thread_id

_SCOPE = "web"  # of whoever comes by such a link


def invitation_id_for(secret: bytes, session_id: str, address: str) -> str:
    """Returns the id of the invitation of an address to a session."""
    return _uuid(secret, "invitation", [session_id, address.strip().casefold()])


def person_invited(secret: bytes, session_id: str, invitation_id: str) -> str:
    """Returns the id of the participant whom an invitation names, which its id does not tell."""
    return _uuid(secret, "invited_person", [session_id, invitation_id])


def thread_of_invitation(secret: bytes, session_id: str, invitation_id: str) -> str:
    """Returns the id of the conversation that an invitation leads to, whether it has begun or not."""
    return thread_id(secret, session_id, _SCOPE, person_invited(secret, session_id, invitation_id))


def _uuid(secret: bytes, purpose: DigestPurpose, named: list[str]) -> str:
    return str(uuid.UUID(bytes=make_digest(secret, purpose, json.dumps(named).encode())[:16], version=4))
