"""What people are called on pages of the results."""

from chalicelib.services.results.participation import number_of
from chalicelib.web.kit.texts import Texts


def name_of(thread_id: str, name: str | None, texts: Texts) -> str:
    """Returns the name that somebody gave; who gave none is called by a number, the same wherever they are shown."""
    return name or texts("person", number=number_of(thread_id))
