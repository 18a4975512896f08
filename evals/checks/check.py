"""What a check is."""

from collections.abc import Callable
from dataclasses import dataclass

from evals.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: at which entry, from 0, and what."""

    entry: int
    problem: str


@dataclass(frozen=True, slots=True)
class Check:
    """A name, what is asked for, the function that finds offences, and on which conversations it can find any."""

    name: str
    asks: str
    find: Callable[[Transcript], list[Finding]]
    applies: Callable[[Transcript], bool] = lambda transcript: any(transcript.facilitator())
