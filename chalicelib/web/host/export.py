"""What a host takes away of a session: what there is, each with what is in it, and the choice of parts and people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalice.app import MultiDict, Response
from msgspec import UNSET, Struct

from chalicelib import container
from chalicelib.errors import Invalid
from chalicelib.model import Thread
from chalicelib.operations.exports import ExportInput, ExportSession, export_session, get_export
from chalicelib.operations.operation import File
from chalicelib.services.access.roles import has_role
from chalicelib.services.results.exports.selection import PARTS, Format
from chalicelib.services.results.exports.texts import read_texts
from chalicelib.services.synthesis.visibility import LEAST, results_for
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.file_headers import headers_of_file
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import HEADERS, PageLocale, locale_for
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import format_time_with_zone
from chalicelib.web.results.names import name_of

# What can be chosen: each with its format, and the parts that it has by itself.
KINDS: dict[str, tuple[Format, str]] = {
    "html": ("html", ""),
    "md": ("md", ""),
    "json": ("json", ""),
    "people": ("csv", "responses"),
    "messages": ("csv", "transcripts"),
}


class Contents(Struct, frozen=True):
    """How much there is of a session: its people by name, those who are part of the results, and how many messages they have."""

    people: list[tuple[str, str, bool]]
    included: int
    messages: int


def show_export(host: HostRequest, session_id: str, errors: Mapping[str, str] | None = None) -> Response:
    """Returns the page with all that there is to take away; with what was chosen, where errors say that something is missing."""
    if "id" in (given := _given(host)):
        return _show_large(host, session_id, given["id"], is_taken="take" in given)
    view = open_session(host, session_id, FOR_RESULTS)
    locale, is_editor = locale_for(host.request, view.session), has_role(view, "editor")
    heads = container.participants().heads(view.session.id) if is_editor else []
    values: dict[str, Any] = {
        "use": read_texts(locale.language.tag).use,
        "contents": _contents(heads, locale),
        "has_summary": view.summary is not None,
        "is_open": results_for(view, "participant").open,
        "least": LEAST,
        "kinds": list(KINDS),
        "all_parts": PARTS,
        "chosen": given,
        "chosen_kind": given.get("kind", "html"),
        "chosen_who": given.get("who", "included"),
        "chosen_people": given.getlist("p") if "p" in given else [],
        "errors": errors or {},
    }
    return render_session_page(host, view, "export", "export.html", Invalid.status if errors else 200, **values)


def send_export(host: HostRequest, session_id: str) -> Response:
    """Returns the file that was chosen; where something is missing, the page again, with what was chosen."""
    given, texts, found_id = _given(host), locale_for(host.request).texts, require_uuid(session_id)
    if given.get("kind") not in KINDS:
        raise Invalid(f"kind must be one of {', '.join(KINDS)}")
    kind, parts = KINDS[given["kind"]]
    who = given.get("who", "included")
    people = given.getlist("p") if who == "some" and "p" in given else []
    parts = parts or ",".join(part for part in PARTS if part in given and (part != "design" or kind == "json"))
    if who == "some" and not people:
        return show_export(host, session_id, {"p": texts("export_some_error")})
    if not parts:
        return show_export(host, session_id, {"parts": texts("export_parts_error")})
    wanted = ExportSession(
        session_id=found_id,
        format=kind,
        parts=parts,
        participants=",".join(people),
        include="all" if who == "all" else UNSET,
        readers="others" if given.get("readers") == "others" else "members",
    )
    found = host.perform(export_session, wanted)
    if isinstance(found, File):
        return _as_file(found)
    return see_other(f"{root(host.request)}/sessions/{found_id}/export?{urlencode({'id': found.id})}")


def _show_large(host: HostRequest, session_id: str, export_id: str, *, is_taken: bool) -> Response:
    """Returns the page that says how far a large export is; where its file is to be taken, the way to that."""
    found = host.perform(get_export, ExportInput(session_id=require_uuid(session_id), export_id=export_id))
    if found.url and is_taken:
        return see_other(found.url)
    view = open_session(host, session_id, ())
    locale = locale_for(host.request, view.session)
    ends = datetime.fromisoformat(found.expires_at) if found.expires_at else None
    values = {"id": found.id, "ends": ends and format_time_with_zone(ends, view.session.time_zone, locale.texts)}
    return render_session_page(host, view, "export", "export_large.html", **values)


def _as_file(found: File) -> Response:
    headers = {**HEADERS, **headers_of_file(found.name), "Content-Type": found.content_type}
    return Response(found.text, headers, 200)


def _given(host: HostRequest) -> MultiDict:
    return host.request.query_params or MultiDict({})


def _contents(heads: Sequence[Thread], locale: PageLocale) -> Contents:
    """Returns how much these conversations are, the people in the order of exports."""
    in_order = sorted(heads, key=lambda head: (head.created_at, head.id))
    included = [head for head in in_order if head.included]
    named = [(it.id, name_of(it.id, it.name, locale.texts), it.included) for it in in_order]
    return Contents(named, len(included), sum(head.last_sequence - head.starts_after for head in included))
