"""Sessions, their cards, and those that are to be removed."""

from functools import cache

from chalicelib.store.cards import Cards
from chalicelib.store.deletion import Deletions
from chalicelib.store.sessions import Sessions


@cache
def sessions() -> Sessions:
    """The repository of sessions."""
    return Sessions()


@cache
def cards() -> Cards:
    """The repository of cards, which lists show."""
    return Cards()


@cache
def deletions() -> Deletions:
    """The repository of sessions that are to be removed."""
    return Deletions()
