"""What a check is."""

from collections.abc import Callable

from msgspec import Struct

from evals.transcript import Cue, Transcript


class Finding(Struct, frozen=True):
    """One thing that is wrong: at which entry, from 0, and what."""

    entry: int
    problem: str


class Check(Struct, frozen=True):
    """A name, what is asked for, the function that finds offences, and on which conversations it can find any."""

    name: str
    asks: str
    find: Callable[[Transcript], list[Finding]]
    applies: Callable[[Transcript], bool] = lambda transcript: any(transcript.facilitator())


def check_replies(name: str, asks: str, cue: Cue, find: Callable[[Transcript], list[Finding]]) -> Check:
    """Gives a check of conversations in which the facilitator replied to such a cue."""
    return Check(name, asks, find, lambda transcript: bool(transcript.replies_to(cue)))
