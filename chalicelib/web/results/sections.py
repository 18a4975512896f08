"""The sections of the results that there are pages of, each with what it reads of the session and what gives the values of its template."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct

from chalicelib.model import SessionView
from chalicelib.services.results.sections import Section
from chalicelib.web.results import answers, ask, insights, recap, similarity, summary
from chalicelib.web.results.reader import Reader

Show = Callable[[SessionView, Reader], dict[str, Any]]


class ShownSection(Struct, frozen=True):
    """A section as pages show it. `page` is the one of a session that members have of it."""

    page: str
    parts: Collection[str]
    show: Show


SHOWN: Mapping[Section, ShownSection] = {
    "summary": ShownSection("summary", summary.PARTS, summary.show_summary),
    "recap": ShownSection("recap", recap.PARTS, recap.show_recap),
    "responses": ShownSection("answers", answers.PARTS, answers.show_answers),
    "insights": ShownSection("insights", insights.PARTS, insights.show_insights),
    "similarity": ShownSection("similarity", similarity.PARTS, similarity.show_similarity),
    "ask": ShownSection("ask", ask.PARTS, ask.show_others),
}
