"""The page of the last summaries of a session: each as it was, and what changed from one to another."""

from collections.abc import Sequence
from typing import Any

from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, SessionView, Summary
from chalicelib.services.results.summary_changes import SummaryChanges, ThemeChange, compare_summaries
from chalicelib.store import keys
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import make_reader, open_session, render_session_page
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import number_in_link
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.results.summary import PARTS, show_summary


class ShownVersion(Struct, frozen=True):
    """A kept summary in the list."""

    number: int
    name: str
    told: str
    is_current: bool


class ChangeLine(Struct, frozen=True):
    """What became of a theme, in words."""

    label: str
    told: str


def show(host: HostRequest, session_id: str) -> Response:
    """Returns the list, and one of them with what changed since another: the newest since the one before, unless the address names
    others. Raises NotFound for one that is not kept."""
    view, query = open_session(host, session_id, PARTS), host.request.query_params or {}
    kept, locale = container.summaries().kept(view.session.id), locale_for(host.request, view.session)
    chosen = _find(kept, query["version"]) if "version" in query else next(iter(kept), None)
    earlier = [it for it in kept if chosen and it.number < chosen.number]
    other = _find(kept, query["with"]) if "with" in query else next(iter(earlier), None)
    names = {it.number: _name(it, view, locale.texts) for it in kept}
    values: dict[str, Any] = {
        "kept": keys.KEPT,
        "versions": [_shown(it, view, names[it.number], locale.texts) for it in kept],
        "chosen": chosen.number if chosen else None,
        "chosen_name": names[chosen.number].partition(" · ")[2] if chosen else "",
        "other": other.number if other else None,
        "changes": _changes(compare_summaries(other, chosen), locale.texts) if other and chosen else None,
        **show_summary(replace(view, summary=chosen), make_reader(host, view), is_current=False),
    }
    return render_session_page(host, view, "summary", "summary_history.html", **values)


def _find(kept: Sequence[Summary], number: str) -> Summary:
    wanted = number_in_link(number)
    found = next((it for it in kept if it.number == wanted), None)
    if found is None:
        raise NotFound("There is no such summary of this session, or it is not kept any more")
    return found


def _name(of: Summary, view: SessionView, texts: Texts) -> str:
    return f"{of.number} · {format_time_with_zone(of.generated_at, view.session.time_zone, texts)}"


def _shown(of: Summary, view: SessionView, name: str, texts: Texts) -> ShownVersion:
    is_current = view.summary is not None and view.summary.generated_at == of.generated_at
    told = f"{texts('participants', count=of.participants)} · {texts('messages', count=of.messages)}"
    return ShownVersion(of.number, name, told, is_current)


def _changes(of: SummaryChanges, texts: Texts) -> dict[str, Any]:
    """Returns what changed, in words: how much was said, each theme, and the prose."""
    before, after = of.before, of.after
    has_stances = SCRIPTED not in (before.model, after.model)  # a list of answers does not tell where people stand
    return {
        "basis": [
            _from_to("participants", before.participants, after.participants, texts),
            _from_to("messages", before.messages, after.messages, texts),
        ],
        "themes": [_line(it, texts, has_stances=has_stances) for it in of.themes],
        "prose": of.prose,
    }


def _line(of: ThemeChange, texts: Texts, *, has_stances: bool) -> ChangeLine:
    told = [texts(f"change_{of.change}")]
    told += [_from_to("participants", of.before if of.change != "new" else of.after, of.after, texts)]
    if has_stances and of.change not in ("new", "gone"):
        moved = [it for it in STANCES if of.stances_before[it] != of.stances_after[it]]
        told += [
            f"{texts(f'stance_{it}')} {texts('from_to', before=of.stances_before[it], after=of.stances_after[it])}"
            for it in moved
        ]
    return ChangeLine(of.label, " · ".join(told))


def _from_to(counted: str, before: int, after: int, texts: Texts) -> str:
    """Returns how many there are, behind how many there were where that is another number."""
    now = texts(counted, count=after)
    return now if before == after else texts("from_to", before=before, after=now)
