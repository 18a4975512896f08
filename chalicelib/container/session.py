"""Sessions, their cards and members, projects, and what is to be removed."""

from functools import cache

from chalicelib.store.cards import Cards
from chalicelib.store.deletion import Deletions
from chalicelib.store.members import Members
from chalicelib.store.projects import Projects
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
def members() -> Members:
    """The repository of the members of sessions."""
    return Members()


@cache
def projects() -> Projects:
    """The repository of projects."""
    return Projects()


@cache
def deletions() -> Deletions:
    """The repository of sessions that are to be removed."""
    return Deletions()
