"""Insights as the results show them: to members all, to others those that are marked for them, and no way to whoever is quoted."""

from typing import Any

from msgspec import Struct

from chalicelib import container
from chalicelib.model import SessionView
from chalicelib.model.insights import Insight, InsightSource
from chalicelib.services.results.insights import MOST, list_insights
from chalicelib.services.results.insights_for_others import show_to_others
from chalicelib.store.sessions import FOR_ASK, FOR_RESULTS
from chalicelib.web.kit.request import number_in_link
from chalicelib.web.results.reader import Reader

PARTS = (*{*FOR_ASK, *FOR_RESULTS},)
ON_PAGE = 20
_READ = 100


class ShownQuote(Struct, frozen=True):
    """Words of somebody; who said them, and where, is for members."""

    text: str
    participant_id: str = ""
    message_id: str = ""


class ShownInsight(Struct, frozen=True):
    """An insight with as much of it as this visitor is shown."""

    title: str
    content: str
    source: InsightSource
    quotes: tuple[ShownQuote, ...]
    lost_quotes: int = 0


def show_insights(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns a page of the insights that this visitor may read."""
    found = list(_find(view, reader))
    offset = number_in_link(reader.query.get("offset", "")) or 0
    return {
        "insights": found[offset : offset + ON_PAGE],
        "newer": max(0, offset - ON_PAGE) if offset else None,
        "older": offset + ON_PAGE if offset + ON_PAGE < len(found) else None,
        "people": reader.people,
    }


def _find(view: SessionView, reader: Reader) -> list[ShownInsight]:
    shown: list[ShownInsight] = []
    deps = container.insight_deps()
    for first in range(0, MOST, _READ):
        page = list_insights(view.session.id, _READ, first, deps=deps)
        if reader.is_member:
            shown += (_members(it.insight, it.lost) for it in page.insights)
        else:
            shown += map(_others, show_to_others(view, page.insights))
        if first + _READ >= page.total:
            break
    return shown


def _members(of: Insight, lost: int) -> ShownInsight:
    quotes = tuple(ShownQuote(it.text, it.thread_id, it.message_id) for it in of.quotes)
    return ShownInsight(of.title or "", of.content, of.source, quotes, lost)


def _others(of: Insight) -> ShownInsight:
    return ShownInsight(of.title or "", of.content, of.source, tuple(ShownQuote(it.text) for it in of.quotes))
