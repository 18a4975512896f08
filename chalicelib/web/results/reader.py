"""Who reads a section of the results, and on what page.

A section is a module that gives the values of its template `results_<section>.html`, by `show_<section>(view, reader)`; the parts
of the session that it needs are in its PARTS. What it gives is for this visitor: a page shows all of it.
"""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.model import Thread
from chalicelib.services.synthesis.visibility import Visitor
from chalicelib.web.kit.page import PageLocale


class Reader(Struct, frozen=True):
    """A visitor, and how the page is written for them.

    `query` is that of the page. `people` is the address before a participant's id, for whom conversations are open; empty for all
    others. `own` are the conversations that they had, as far as their browser tells: what they said themselves is marked for them alone.
    """

    visitor: Visitor
    locale: PageLocale
    query: Mapping[str, str] = {}
    people: str = ""
    own: tuple[Thread, ...] = ()

    @property
    def is_member(self) -> bool:
        """Whether they have a role in the session, and so see everything."""
        return self.visitor in ("editor", "viewer")
