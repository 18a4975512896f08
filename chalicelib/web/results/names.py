"""What people are called on pages of the results."""

from chalicelib.web.kit.texts import Texts

_DIGITS = 6  # of the id of a thread, which is random


def number_of(thread_id: str) -> str:
    """Returns what tells one conversation from others of the same name."""
    return thread_id[:_DIGITS].upper()


def name_of(thread_id: str, name: str | None, texts: Texts) -> str:
    """Returns the name that somebody gave; who gave none is called by a number, the same wherever they are shown."""
    return name or texts("person", number=number_of(thread_id))
