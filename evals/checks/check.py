"""What a check is."""

from collections.abc import Callable

from msgspec import Struct

from evals.transcript import Transcript


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
