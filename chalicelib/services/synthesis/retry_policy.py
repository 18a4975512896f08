"""How long work that fails is left alone: each try may cost a model call, and most of what fails once fails again."""

from datetime import timedelta

AT_ONCE = 5  # tries close to each other
DEATHS = 2  # of the process that does the work: the third try is left to the sweep
FIRST_REST = timedelta(hours=1)
LONGEST_REST = timedelta(days=1)


def rest_after(tries: int, longest: timedelta = LONGEST_REST) -> timedelta | None:
    """How long to rest after so many tries that failed in a row; None where the next may follow at once."""
    return _rest(tries - AT_ONCE, longest)


def rest_after_deaths(deaths: int) -> timedelta | None:
    """How long to leave alone what so many processes died of in a row; None where the next may follow at once."""
    return _rest(deaths - DEATHS, LONGEST_REST)


def _rest(beyond: int, longest: timedelta) -> timedelta | None:
    """The first rest, or for each time beyond it one twice as long."""
    if beyond < 0:
        return None
    rest: timedelta = FIRST_REST * (1 << min(beyond, 16))
    return min(longest, rest)
