"""The page of what a session's texts have been: by text, with what changed, and a way to bring an earlier one back. For editors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, NotFound
from chalicelib.model import Revision, SessionView
from chalicelib.operations.branding import NewBranding
from chalicelib.operations.fields import moment
from chalicelib.operations.session_changes import EditSession
from chalicelib.operations.sessions import edit_session
from chalicelib.services.sessions.edit_history import (
    FIELDS,
    PROMPT,
    current_text,
    find_revisions,
    list_history,
    list_kept,
)
from chalicelib.store.sessions import FOR_EDIT_HISTORY
from chalicelib.text.differences import Piece, list_differences
from chalicelib.web.host.page import ZONE
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import number_in_link, require_uuid
from chalicelib.web.kit.texts import Texts, format_time_with_zone

BRANDING = ("host_name", "why")  # texts of what is said of who asks
SHOWN = 20  # revisions on a page
_COMPARED_IN_LIST = 1_000  # characters of two texts together; longer ones are compared on a page of their own
_BEGINNING = 200  # characters of a text that is not compared in the list
_NAMES = {
    **{name: f"drift_{name}" for name in ("topic", "goal", "critical", "context")},
    **{it: f"setting_{it}" for it in ("private_context", "summary_prompt", "welcome_message", "meta_description")},
    **{it: f"setting_branding_{it}" for it in BRANDING},
    "platform_guidelines_override": "history_guidelines",
    PROMPT: "tab_prompt",
}


class ShownRevision(Struct, frozen=True):
    """A revision as the page tells of it; `differences` are those from the one before, where the list has room for them."""

    id: str
    name: str
    text: str
    told: str
    is_current: bool
    url: str
    back_url: str
    differences: list[Piece] | None = None


def show_history(host: HostRequest, session_id: str) -> Response:
    """Returns the list of revisions, of one text or of all; or one of them, with the way to bring it back."""
    query = host.request.query_params or {}
    view = open_session(host, session_id, FOR_EDIT_HISTORY, "editor")
    if named := query.get("revision") or query.get("bring"):
        return _show_revision(host, view, _find(view, named))
    texts, field = locale_for(host.request, view.session).texts, query.get("field", "")
    chosen = field if field in FIELDS else None
    offset = number_in_link(query.get("offset", "")) or 0
    found = list_history(view, chosen, SHOWN, offset, sessions=container.sessions())
    before, names = _find_before(view, found.revisions), _names_of(host, found.revisions)
    values: dict[str, Any] = {
        "revisions": [_shown(host, view, it, names, texts, before=before) for it in found.revisions],
        "fields": [(it, _name(it, texts), found.counts[it].count) for it in FIELDS if it in found.counts],
        "field": chosen or "",
        "newer": _page_url(chosen, offset - SHOWN) if offset else "",
        "older": _page_url(chosen, offset + SHOWN) if offset + SHOWN < found.total else "",
        "news": texts("history_brought_back", field=_name(back, texts))
        if (back := query.get("back", "")) in FIELDS
        else "",
    }
    return render_session_page(host, view, "history", "history.html", **values)


def receive_history(host: HostRequest, session_id: str) -> Response:
    """Brings an earlier text back, if the session is still as it was shown; else shows what would be different now."""
    form = host.form()
    view = open_session(host, require_uuid(session_id), FOR_EDIT_HISTORY, "editor")
    found = _find(view, form.get("revision", ""))
    if found.field == PROMPT:
        raise NotFound("A prompt comes back on its own page")
    if (found.value or "") != current_text(view, found.field):
        seen = _read_time(form.get("seen", "")) or view.session.created_at
        given = EditSession(session_id=view.session.id, unchanged_since=seen, **_changes_to(found))
        try:
            host.perform(edit_session, given)
        except Conflict:
            view = open_session(host, view.session.id, FOR_EDIT_HISTORY, "editor")
            told = locale_for(host.request).texts("history_moved")
            return _show_revision(host, view, found, told, Conflict.status)
        except HarmonicaError as error:
            told = explain_failure(error, locale_for(host.request).texts)
            return _show_revision(host, view, found, told, error.status)
    return see_other(f"{root(host.request)}/sessions/{view.session.id}/history?field={found.field}&back={found.field}")


def _changes_to(of: Revision) -> dict[str, Any]:
    """Returns what brings a text back, by the names of `edit_session`."""
    return {"branding": NewBranding(**{of.field: of.value})} if of.field in BRANDING else {of.field: of.value}


def _show_revision(host: HostRequest, view: SessionView, of: Revision, error: str = "", status: int = 200) -> Response:
    """Returns the page of one revision: what it changed, and what would be different if it came back."""
    texts, before = locale_for(host.request, view.session).texts, _find_before(view, [of])
    old, text, now = before.get((of.field, of.number)), of.value or "", current_text(view, of.field)
    values: dict[str, Any] = {
        "revision": _shown(host, view, of, _names_of(host, [of]), texts),
        "differences": list_differences(old.value or "", text) if old else None,
        "to_now": list_differences(now, text) if text != now else (),
        "seen": moment(view.session.updated_at),
        "error": error,
    }
    return render_session_page(host, view, "history", "history_revision.html", status, **values)


def _find(view: SessionView, named: str) -> Revision:
    """Returns the revision of this id. Raises NotFound."""
    field, _, given = named.rpartition("-")
    number = number_in_link(given)
    if field in FIELDS and number is not None and number in list_kept(view, field):
        for found in find_revisions(view, [(field, number)], sessions=container.sessions()):
            return found
    raise NotFound("There is no such revision of this session's texts; of each, the newest fifty are kept")


def _find_before(view: SessionView, revisions: list[Revision]) -> dict[tuple[str, int], Revision]:
    """Returns the revisions before these, by field and number of the later one; none for the first that is kept."""
    known = {(it.field, it.number): it for it in revisions}
    wanted = {(name, number): (name, earlier) for name, number in known if (earlier := _earlier(view, name, number))}
    missing = [it for it in wanted.values() if it not in known]
    known |= {(it.field, it.number): it for it in find_revisions(view, missing, sessions=container.sessions())}
    return {later: known[earlier] for later, earlier in wanted.items() if earlier in known}


def _earlier(view: SessionView, field: str, number: int) -> int:
    return max((it for it in list_kept(view, field) if it < number), default=0)


def _names_of(host: HostRequest, revisions: list[Revision]) -> dict[str, str | None]:
    """Returns the names of those who made these; the host's own is not looked up."""
    return container.accounts().names_of({by for it in revisions if (by := it.created_by) and by != host.user_id})


def _shown(
    host: HostRequest,
    view: SessionView,
    of: Revision,
    names: Mapping[str, str | None],
    texts: Texts,
    *,
    before: Mapping[tuple[str, int], Revision] | None = None,
) -> ShownRevision:
    """Returns a revision as a page tells of it; for the list, short, with what is different from the one before."""
    text, old = of.value or "", (before or {}).get((of.field, of.number))
    differences = None
    if old and len(old.value or "") + len(text) <= _COMPARED_IN_LIST:
        differences = list_differences(old.value or "", text)
    is_cut = before is not None and len(text) > _BEGINNING
    named = f"{of.field}-{of.number}"
    newest = next(iter(list_kept(view, of.field)), 0)
    return ShownRevision(
        named,
        _name(of.field, texts),
        f"{text[:_BEGINNING]} …" if is_cut else text,
        _tell(host, view, of, names.get(of.created_by or ""), texts),
        of.number == newest and text == current_text(view, of.field),
        f"prompt?version={of.number}" if of.field == PROMPT else f"history?revision={named}",
        f"prompt?version={of.number}" if of.field == PROMPT else f"history?bring={named}#back",
        differences,
    )


def _tell(host: HostRequest, view: SessionView, of: Revision, name: str | None, texts: Texts) -> str:
    """Returns how a revision came about, by whom and when, in the words of the page."""
    origin = "script" if of.origin == "basic" else of.origin
    told = [texts(f"origin_{origin}") if origin else texts(f"source_{of.source}")]
    if of.created_by:
        whose = texts("prompt_by", name=name) if name else texts("prompt_by_member")
        told.append(texts("prompt_by_you") if of.created_by == host.user_id else whose)
    if of.created_at:
        told.append(format_time_with_zone(of.created_at, view.session.time_zone or ZONE, texts))
    return " · ".join(told)


def _name(field: str, texts: Texts) -> str:
    return texts(_NAMES[field])


def _read_time(given: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _page_url(field: str | None, offset: int) -> str:
    return f"?offset={max(0, offset)}" + (f"&field={field}" if field else "")
