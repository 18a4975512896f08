"""How a participant ends a conversation: says that it is enough, and how it was."""

from chalicelib.errors import Invalid, NotFound
from chalicelib.services import places
from chalicelib.services.channels import Participant
from chalicelib.services.places import Desk, Waiting
from chalicelib.store.endings import Endings

LOWEST, HIGHEST = 1, 5
COMMENT_LIMIT = 2_000  # characters


def conclude(session_id: str, who: Participant, *, desk: Desk, endings: Endings) -> None:
    """End this participant's conversation, without another word; one that has ended stays so.

    Raises NotFound where none has begun, Conflict where a reply is being made for too long.
    """
    place = places.find(session_id, who, desk)
    if place.thread is None:
        raise NotFound("There is no conversation to end")
    waiting = Waiting(desk)
    while not place.begun.concluded:
        now = desk.clock.now()
        if not place.begun.is_leased(now) and endings.conclude(place.begun, now):
            return
        place = waiting.again(place)


def rate(session_id: str, who: Participant, rating: int, comment: str, *, desk: Desk, endings: Endings) -> None:
    """Keep what this participant thinks of the conversation. Raises NotFound where none has begun, Invalid off the scale."""
    if not LOWEST <= rating <= HIGHEST:
        raise Invalid(f"rating must be a whole number from {LOWEST} to {HIGHEST}")
    if len(comment) > COMMENT_LIMIT:
        raise Invalid(f"comment must be at most {COMMENT_LIMIT:,} characters")
    place = places.find(session_id, who, desk)
    if place.thread is None or not endings.rate(place.thread, rating, comment, desk.clock.now()):
        raise NotFound("There is no conversation to rate")
