"""How long work that fails is left alone: each try may cost a model call, and most of what fails once fails again."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.model import SessionView, Synthesis

AT_ONCE = 5  # tries close to each other, as often as a queue gives a message out
MOST_PAID = 8  # tries at a summary that a model is paid for, until something new is said
FIRST_REST = timedelta(hours=1)
LONGEST_REST = timedelta(days=1)


def rest_after(tries: int, longest: timedelta = LONGEST_REST) -> timedelta | None:
    """How long to rest after so many tries that failed in a row; None where the next may follow at once."""
    if tries < AT_ONCE:
        return None
    rest: timedelta = FIRST_REST * (1 << min(tries - AT_ONCE, 16))
    return min(longest, rest)


def rests(synthesis: Synthesis, now: datetime) -> bool:
    """Whether the summary of what is digested is not to be tried now."""
    until = synthesis.rests_until
    return synthesis.paid_tries >= MOST_PAID or (until is not None and until > now)


def failed(view: SessionView, now: datetime, *, paid: bool, anew: bool) -> tuple[Synthesis, datetime | None]:
    """Where a summary stands after one more try that failed, and when it is due again: never by itself after too many paid ones.

    `anew` where something was digested that no try before has seen.
    """
    before = replace(view.synthesis, tries=0, paid_tries=0) if anew else view.synthesis
    tries, paid_tries = before.tries + 1, before.paid_tries + paid
    rest = rest_after(tries)
    state = replace(before, tries=tries, paid_tries=paid_tries, rests_until=now + rest if rest else None)
    return state, None if paid_tries >= MOST_PAID else now + (rest or FIRST_REST)
