"""The link by which a participant comes back to their conversation, on whatever device."""

from chalicelib.services.access.signing import sign

_TELEGRAM = "telegram-"  # before the id of whoever began there; ids of browsers are UUIDs


def write_claims(person: str, generation: int, scope: str) -> str:
    """What is signed for a participant. The first generation is the id alone, as it was before there were any."""
    named = person if scope == "web" else _TELEGRAM + person
    return f"{named}.{generation}" if generation else named


def read_claims(claims: str) -> tuple[str, int, bool]:
    """The id, the generation, and whether it is of somebody who began in Telegram."""
    person, _, generation = claims.partition(".")
    return person.removeprefix(_TELEGRAM), int(generation or 0), person.startswith(_TELEGRAM)


def make_private_url(public_url: str, session_id: str, claims: str, secret: bytes) -> str:
    """The page that asks whether to go on with the conversation."""
    return f"{public_url}/chat?s={session_id}&r={sign(secret, 'resume', session_id, claims)}"
