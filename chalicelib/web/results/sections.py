"""The sections of the results that there are pages of, each with what it reads of the session and what gives the values of its template."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct

from chalicelib.model import SessionView
from chalicelib.services.results.sections import Section
from chalicelib.web.kit.disclosures import PAGES
from chalicelib.web.results import answers, ask, insights, recap, similarity, summary
from chalicelib.web.results.reader import Reader

Show = Callable[[SessionView, Reader], dict[str, Any]]


class ShownSection(Struct, frozen=True):
    """A section as pages show it. `page` is the one of a session that members have of it."""

    page: str
    parts: Collection[str]
    show: Show


SHOWN: Mapping[Section, ShownSection] = {
    "summary": ShownSection(PAGES["summary"], summary.PARTS, summary.show_summary),
    "recap": ShownSection(PAGES["recap"], recap.PARTS, recap.show_recap),
    "responses": ShownSection(PAGES["responses"], answers.PARTS, answers.show_answers),
    "insights": ShownSection(PAGES["insights"], insights.PARTS, insights.show_insights),
    "similarity": ShownSection(PAGES["similarity"], similarity.PARTS, similarity.show_similarity),
    "ask": ShownSection(PAGES["ask"], ask.PARTS, ask.show_others),
}
