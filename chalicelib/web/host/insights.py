"""The insights of a session: what its hosts noted, and answers that they kept, in an order of theirs. Viewers read it."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, Invalid, NotFound, Unprocessable
from chalicelib.model import SessionView
from chalicelib.operations.insights import (
    CONTENT_LIMIT,
    QUOTE_LIMIT,
    QUOTES_LIMIT,
    TITLE_LIMIT,
    AddInsight,
    EditInsight,
    Insight,
    InsightInput,
    InsightList,
    InsightQuote,
    ListInsights,
    NewQuote,
    add_insight,
    delete_insight,
    edit_insight,
    list_insights,
)
from chalicelib.services.results.insights import MOST
from chalicelib.web.host.repetition import perform_once
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import PageLocale, locale_for
from chalicelib.web.kit.request import number_in_link
from chalicelib.web.kit.texts import Texts, format_time_of

ON_PAGE = 10  # insights: of one, all the text is shown
_READ = 100  # insights, of which one is looked for
_NEWS = {"added": "insight_added", "saved": "changes_saved", "deleted": "insight_deleted"}
_QUOTE = re.compile(r"quotes\[(\d+)\]")


class Entered(Struct, frozen=True):
    """An insight as its form has it; `quotes` one a line. `unchanged` is when the insight was changed last as far as the page knows,
    and `stood` what stood of its quotes then.
    """

    title: str = ""
    content: str = ""
    quotes: str = ""
    visible: bool = False
    unchanged: str = ""
    stood: str = ""

    @property
    def lines(self) -> list[str]:
        """The quotes."""
        return [words for line in self.quotes.split("\n") if (words := line.strip())]


class ShownInsight(Struct, frozen=True):
    """An insight in the words of the page."""

    of: Insight
    name: str
    told: str


def show_insights(
    host: HostRequest,
    session_id: str,
    entered: Entered | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
    edited: Insight | None = None,
) -> Response:
    """Returns a page of insights, with the form of a new one, or of the one that is edited, wherever that is by now."""
    view, query = open_session(host, session_id, ()), host.request.query_params or {}
    offset = edited.position - edited.position % ON_PAGE if edited else number_in_link(query.get("offset", "")) or 0
    named = edited.id if edited else query.get("edit", "")
    found: InsightList = host.perform(
        list_insights, ListInsights(session_id=view.session.id, limit=ON_PAGE, offset=offset)
    )
    editing = next((it for it in found.data if it.id == named), None)
    before = _entered_from(editing) if editing else Entered()
    locale = locale_for(host.request, view.session)
    is_clash = "clash" in (errors or {})
    values: dict[str, Any] = {
        "insights": [_shown(it, host, view, locale) for it in found.data],
        "total": found.pagination.total,
        "offset": offset,
        "newer": max(0, offset - ON_PAGE) if offset else None,
        "older": offset + ON_PAGE if offset + ON_PAGE < found.pagination.total else None,
        "editing": editing,
        # What was entered may have words of somebody who is gone by now: it is not filled in again.
        "entered": before if is_clash else entered or before,
        "yours": entered if is_clash else None,
        "errors": {"page": "", "title": "", "content": "", "quotes": "", "clash": "", **(errors or {})},
        "has_errors": bool(errors),
        "once": container.new_id(),
        "news": next((locale.texts(news) for told, news in _NEWS.items() if told in query), ""),
    }
    return render_session_page(host, view, "insights", "insights.html", status, **values)


def receive_insights(host: HostRequest, session_id: str) -> Response:
    """Adds an insight, or changes, moves, shows, hides or deletes one."""
    found, form = open_session(host, session_id, (), "editor").session.id, host.form()
    named, offset = form.get("insight", ""), number_in_link(form.get("offset", "")) or 0
    match form.get("do"):
        case "add":
            return _add(host, found, form)
        case "save":
            return _save(host, found, named, form)
        case "show" | "hide" as asked:
            host.perform(edit_insight, EditInsight(session_id=found, insight_id=named, visible=asked == "show"))
        case "move":
            place = min(number_in_link(form.get("to", "")) or 0, MOST - 1)
            host.perform(edit_insight, EditInsight(session_id=found, insight_id=named, position=place))
        case "delete":
            with suppress(NotFound):  # it was sent twice, or somebody else was first
                host.perform(delete_insight, InsightInput(session_id=found, insight_id=named))
            return _back(host, found, offset, "deleted")
        case _:
            raise Invalid("do must be add, save, show, hide, move or delete")
    return _back(host, found, offset, anchor=named)


def _add(host: HostRequest, session_id: str, form: Form) -> Response:
    """Adds an insight once, however often its form is sent."""
    texts, entered = locale_for(host.request).texts, _read_entered(form)
    if errors := _list_mistakes(entered, texts):
        return show_insights(host, session_id, entered, errors, 400)
    given = AddInsight(
        session_id=session_id,
        title=entered.title or None,
        content=entered.content,
        quotes=tuple(NewQuote(words) for words in entered.lines),
        visible=entered.visible,
    )
    try:
        made = perform_once(host, add_insight, given, form.get("once", ""))
    except HarmonicaError as error:
        return show_insights(host, session_id, entered, _explain(error, entered, texts), error.status)
    last = host.perform(list_insights, ListInsights(session_id=session_id, limit=1)).pagination.total - 1
    return _back(host, session_id, last - last % ON_PAGE, "added", made["insight_id"])


def _save(host: HostRequest, session_id: str, named: str, form: Form) -> Response:
    """Changes an insight as its form says, where nobody else has done so meanwhile."""
    texts, entered = locale_for(host.request).texts, _read_entered(form)
    stored = _find(host, session_id, named)
    clash = {"clash": texts("insight_clash")}
    if entered.stood != _what_stands(
        stored
    ):  # somebody was taken out of the results since the form was filled, or in again
        return show_insights(host, session_id, entered, clash, Conflict.status, stored)
    if errors := _list_mistakes(entered, texts):
        return show_insights(host, session_id, entered, errors, 400, stored)
    try:
        host.perform(edit_insight, _changes(session_id, stored, entered))
    except Conflict:
        now = _find(host, session_id, named)
        return show_insights(host, session_id, entered, clash, Conflict.status, now)
    except HarmonicaError as error:
        return show_insights(host, session_id, entered, _explain(error, entered, texts), error.status, stored)
    return _back(host, session_id, number_in_link(form.get("offset", "")) or 0, "saved", named)


def _changes(session_id: str, stored: Insight, entered: Entered) -> EditInsight:
    """What differs between the form and what is stored. Quotes that are the same stay as they are, those among them that nobody is
    shown for now."""
    shown, known = _entered_from(stored), list(stored.quotes)
    quotes = [_quote_again(words, known) for words in entered.lines]
    return EditInsight(
        session_id=session_id,
        insight_id=stored.id,
        title=(entered.title or None) if entered.title != shown.title else UNSET,
        content=entered.content if entered.content != shown.content else UNSET,
        quotes=tuple(quotes) if entered.lines != shown.lines else UNSET,
        visible=entered.visible if entered.visible != shown.visible else UNSET,
        unchanged_since=_moment(entered.unchanged),
    )


def _quote_again(words: str, known: list[InsightQuote]) -> NewQuote:
    """Words of a line, from whom they are known to be; each that is known stands for one line, as two people may say the same."""
    found = next((it for it in known if it.text == words), None)
    if found is None:
        return NewQuote(words)
    known.remove(found)
    return NewQuote(words, found.message_id, found.participant_id)


def _find(host: HostRequest, session_id: str, named: str) -> Insight:
    """Returns an insight. Raises NotFound."""
    for offset in range(0, MOST, _READ):
        page: InsightList = host.perform(list_insights, ListInsights(session_id=session_id, limit=_READ, offset=offset))
        for it in page.data:
            if it.id == named:
                return it
    raise NotFound("Insight not found")


def _list_mistakes(entered: Entered, texts: Texts) -> dict[str, str]:
    """Returns what is wrong with a form, by its field."""
    found = {
        "title": _overlong(entered.title, TITLE_LIMIT, texts),
        "content": _overlong(entered.content, CONTENT_LIMIT, texts) if entered.content else texts("field_needed"),
        "quotes": _quotes_mistake(entered.lines, texts),
    }
    return {name: told for name, told in found.items() if told}


def _overlong(text: str, limit: int, texts: Texts) -> str:
    return texts("field_long", limit=limit, count=len(text)) if len(text) > limit else ""


def _quotes_mistake(lines: Sequence[str], texts: Texts) -> str:
    if len(lines) > QUOTES_LIMIT:
        return texts("insight_quotes_many", limit=QUOTES_LIMIT, count=len(lines))
    longest = max(map(len, lines), default=0)
    return texts("insight_quote_long", limit=QUOTE_LIMIT, count=longest) if longest > QUOTE_LIMIT else ""


def _explain(error: HarmonicaError, entered: Entered, texts: Texts) -> dict[str, str]:
    """Returns what a refusal says, by the field that it is about."""
    if isinstance(error, Unprocessable):
        return {"page": texts("insights_full", limit=MOST)}
    named = _QUOTE.match(error.message) if isinstance(error, Invalid) else None
    if named and int(named[1]) < len(entered.lines):
        return {"quotes": texts("insight_quote_unknown", words=entered.lines[int(named[1])])}
    return {"page": explain_failure(error, texts)}


def _shown(of: Insight, host: HostRequest, view: SessionView, locale: PageLocale) -> ShownInsight:
    texts = locale.texts
    whose = texts("prompt_by", name=of.created_by_name) if of.created_by_name else texts("prompt_by_member")
    told = [texts(f"insight_{of.source}")] if of.title else []
    told.append(texts("prompt_by_you") if of.created_by == host.user_id else whose)
    told.append(format_time_of(of.created_at, view.session.time_zone, texts))
    return ShownInsight(of, of.title or texts(f"insight_{of.source}"), " · ".join(told))


def _entered_from(of: Insight) -> Entered:
    quotes = "\n".join(it.text for it in of.quotes)
    return Entered(of.title or "", of.content, quotes, of.visible, of.updated_at, _what_stands(of))


def _what_stands(of: Insight) -> str:
    """How many quotes are lost, and from which messages the others are: one may be lost and another be back."""
    return " ".join([str(of.lost_quotes), *(it.message_id for it in of.quotes)])


def _read_entered(form: Form) -> Entered:
    given = {name: form.get(name, "") for name in ("title", "content", "quotes", "unchanged", "stood")}
    return Entered(**given, visible="visible" in form)


def _moment(text: str) -> datetime | UnsetType:
    """Returns a time that the page carried; absent where that cannot be read."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return UNSET


def _back(host: HostRequest, session_id: str, offset: int, news: str = "", anchor: str = "") -> Response:
    told = {**({news: "1"} if news else {}), **({"offset": str(offset)} if offset else {})}
    query = f"?{urlencode(told)}" if told else ""
    fragment = f"#insight-{anchor}" if re.fullmatch(r"[\w-]+", anchor) else ""
    return see_other(f"{root(host.request)}/sessions/{session_id}/insights{query}{fragment}")
