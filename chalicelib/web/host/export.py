"""What a host takes away of a session: what there is, each with what is in it, and the choice of parts and people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib import container
from chalicelib.errors import Invalid
from chalicelib.model import Thread
from chalicelib.operations.exports import MOST_NAMED, ExportInput, ExportSession, export_session, get_export
from chalicelib.operations.operation import File
from chalicelib.services.access.roles import has_role
from chalicelib.services.results.exports.selection import OF_EVERYBODY, PARTS, Format
from chalicelib.services.results.exports.texts import read_texts
from chalicelib.services.synthesis.visibility import LEAST, results_for
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.text.file_names import headers_of_file
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form, see_other
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


_PERSON = "p."  # before the id of somebody whose words are chosen


class Contents(Struct, frozen=True):
    """How much there is of a session: its people by name, those who are part of the results, and how many messages they have."""

    people: list[tuple[str, str, bool]]
    included: int
    messages: int


def show_export(host: HostRequest, session_id: str) -> Response:
    """Returns the page with all that there is to take away; or that of one large export, which the address names."""
    query = host.request.query_params or {}
    if "id" in query:
        return _show_large(host, session_id, query["id"], is_taken="take" in query)
    return _render(host, session_id, {"kind": "html", "who": "included", "summary": "on"})


def send_export(host: HostRequest, session_id: str) -> Response:
    """Returns the file that a link names."""
    return _send(host, session_id, dict(host.request.query_params or {}))


def receive_export(host: HostRequest, session_id: str) -> Response:
    """Returns the file that was chosen; where something is missing, the page again, with what was chosen."""
    return _send(host, session_id, host.form())


def _render(host: HostRequest, session_id: str, chosen: Form, error: tuple[str, str] = ("", "")) -> Response:
    """Returns the page, with this choice, and what is missing in it by the field."""
    view = open_session(host, session_id, FOR_RESULTS)
    locale, is_editor = locale_for(host.request, view.session), has_role(view, "editor")
    heads = container.participants().heads(view.session.id) if is_editor else []
    field, missing = error
    values: dict[str, Any] = {
        "use": read_texts(locale.language.tag).use,
        "contents": _contents(heads, locale),
        "has_summary": view.summary is not None,
        "is_open": results_for(view, "participant").open,
        "least": LEAST,
        "kinds": list(KINDS),
        "all_parts": PARTS,
        "chosen": chosen,
        "wrong": field,
        "missing": missing,
    }
    return render_session_page(host, view, "export", "export.html", Invalid.status if field else 200, **values)


def _send(host: HostRequest, session_id: str, given: Form) -> Response:
    """Returns the chosen file, or the way to the page of one that is made meanwhile."""
    texts, found_id, who = locale_for(host.request).texts, require_uuid(session_id), given.get("who")
    if given.get("kind") not in KINDS:
        raise Invalid(f"kind must be one of {', '.join(KINDS)}")
    kind, parts = KINDS[given["kind"]]
    people = [name.removeprefix(_PERSON) for name in given if name.startswith(_PERSON)] if who == "some" else []
    parts = parts or ",".join(part for part in PARTS if part in given and (part != "design" or kind == "json"))
    if who == "some" and not people:
        return _render(host, session_id, given, ("people", texts("export_some_error")))
    if len(people) > MOST_NAMED:
        return _render(
            host, session_id, given, ("people", texts("export_some_many", persons=texts("persons", count=MOST_NAMED)))
        )
    if people and set(parts.split(",")) & set(OF_EVERYBODY):
        return _render(host, session_id, given, ("parts", texts("export_parts_some")))
    if not parts:
        return _render(host, session_id, given, ("parts", texts("export_parts_error")))
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
    values = {
        "id": found.id,
        "state": found.status,
        "ends": ends and format_time_with_zone(ends, view.session.time_zone, locale.texts),
    }
    return render_session_page(host, view, "export", "export_large.html", **values)


def _as_file(found: File) -> Response:
    headers = {**HEADERS, **headers_of_file(found.name), "Content-Type": found.content_type}
    return Response(found.text, headers, 200)


def _contents(heads: Sequence[Thread], locale: PageLocale) -> Contents:
    """Returns how much these conversations are, the people in the order of exports."""
    in_order = sorted(heads, key=lambda head: (head.created_at, head.id))
    included = [head for head in in_order if head.included]
    named = [(it.id, name_of(it.id, it.name, locale.texts), it.included) for it in in_order]
    return Contents(named, len(included), sum(head.last_sequence - head.starts_after for head in included))
