"""How many conversations may begin within a minute: from one address and in one session, whoever begins them.

Who comes without a key costs nothing to make up, and each of them a model call. A workshop behind one address comes in
all the same; whoever is over the pace is let in with the next minute. Neither address nor session is kept, but a
fingerprint of it, for a minute or two (`guards`).
"""

from datetime import datetime

from msgspec import Struct

from chalicelib.errors import RateLimited, Unavailable
from chalicelib.services.access.rate_limits import count_join_from, count_join_in, seconds_to_next_minute
from chalicelib.store.guards import Guards


class TooManyJoins(RateLimited):
    """More people begin at this moment than are let in within a minute."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            f"More people are joining at this moment than are let in within a minute. Try again in {retry_after:.0f} seconds.",
            retry_after,
        )


class JoinPace(Struct, frozen=True):
    """The limits of a minute: conversations that begin from one address, and in one session; and of the latter, the openings
    that a model may write."""

    from_address: int
    in_session: int
    openings: int
    guards: Guards
    secret: bytes

    def count(self, session_id: str, address: str | None, now: datetime) -> bool:
        """Counts a conversation that is about to begin, and says whether a model may write its opening. Raises TooManyJoins.

        `address` is None where the door knows of none that tells people apart. An address over its pace takes nothing of
        the session's. Where counting fails nobody is turned away: what comes next shows whether the database answers.
        """
        try:
            if address and self._from(address, now) > self.from_address:
                raise TooManyJoins(seconds_to_next_minute(now))
            begun = count_join_in(session_id, guards=self.guards, secret=self.secret, now=now)
        except Unavailable:
            return True
        if begun > self.in_session:
            raise TooManyJoins(seconds_to_next_minute(now))
        return begun <= self.openings

    def _from(self, address: str, now: datetime) -> int:
        return count_join_from(address, guards=self.guards, secret=self.secret, now=now)
