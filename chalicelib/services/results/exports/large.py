"""Exports that are more than an answer can carry: a job writes them, a link opens their file, and they are gone after a day.

They go before that with their session, and when somebody is taken out of the results or removed, since that person's words may
be in them; and so does the export of all that an account has, where the session is in it.
"""

import re
from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, Unavailable
from chalicelib.files import Files
from chalicelib.model import SessionView
from chalicelib.model.exports import LargeExport
from chalicelib.model.jobs import WriteExport
from chalicelib.observability import log_failure
from chalicelib.queues import Jobs
from chalicelib.services.results.exports.rendering import render_export
from chalicelib.services.results.exports.selection import Selection, complete_selection
from chalicelib.services.results.insights import InsightDeps
from chalicelib.store.exports import Exports

_ID = re.compile(r"[0-9a-f-]{36}")
MOST = 20  # of a session at a time
LINK_SECONDS = (
    300  # a link is signed with rights that may end within the hour; another one is made whenever it is asked for
)


class ExportDeps(Struct, frozen=True):
    """The collaborators of exports."""

    exports: Exports
    files: Files
    jobs: Jobs
    insights: InsightDeps
    clock: Clock
    new_id: Callable[[], str]
    withdraw_account: Callable[[str, str], None]  # the export of an account, by that and its id


class OfferedExport(Struct, frozen=True):
    """How far a large export is: the link to its file and when that goes, once it is made; or that nobody makes it any more."""

    id: str
    url: str | None = None
    ends_at: datetime | None = None
    is_lost: bool = False


def find_large(session_id: str, selection: Selection, epoch: int, *, deps: ExportDeps) -> OfferedExport | None:
    """Returns how far the newest export of this selection is; None where none is asked for, or it is too old to serve."""
    now = deps.clock.now()
    known = (
        it for it in deps.exports.of_session(session_id) if _selection_of(it) == selection and it.serves(epoch, now)
    )
    found = max(known, key=lambda it: it.asked_at, default=None)
    return _offer(session_id, found, deps) if found else None


def ask_for_large(session_id: str, selection: Selection, epoch: int, *, deps: ExportDeps) -> OfferedExport:
    """Has an export written by a job. Raises NotFound without a session, Unavailable where the queue is out of reach.

    What is over goes, and of more than a session may have, the oldest.
    """
    now = deps.clock.now()
    known = sorted(deps.exports.of_session(session_id), key=lambda it: it.asked_at, reverse=True)
    _remove(session_id, [it for place, it in enumerate(known, 1) if place >= MOST or it.is_over(now)], deps)
    asked = LargeExport(deps.new_id(), msgspec.to_builtins(selection), now, epoch)
    deps.exports.ask(session_id, asked)
    deps.jobs.ask(WriteExport(session_id, asked.id), now)
    return OfferedExport(asked.id)


def open_large(view: SessionView, export_id: str, *, deps: ExportDeps) -> OfferedExport:
    """Returns how far an export is, with a link to its file. Raises NotFound where there is none any more, Forbidden where this
    user may not have what is in it."""
    found = deps.exports.find(view.session.id, export_id) if _ID.fullmatch(export_id) else None
    if found is None or found.epoch != view.synthesis.epoch or found.is_over(deps.clock.now()):
        raise NotFound("Export not found: it is over, or somebody was taken out of the results since")
    if _selection_of(found).part_of:
        raise NotFound("Export not found")
    complete_selection(_selection_of(found), view)
    return _offer(view.session.id, found, deps)


def write_export(session_id: str, export_id: str, *, deps: ExportDeps) -> None:
    """Writes an export that was asked for; nothing where it is made already, or gone. Raises NotFound without a session."""
    asked, key = deps.exports.find(session_id, export_id), _key(session_id, export_id)
    if asked is None:  # a try before this one may have come as far as the file
        deps.files.delete(key)
        return
    if asked.is_made:
        return
    found = render_export(session_id, _selection_of(asked), deps=deps.insights)
    if found is None:
        return
    deps.files.put(key, found.text, found.content_type, found.name)
    if not deps.exports.finish(session_id, asked, deps.clock.now()):
        deps.files.delete(key)


def note_part(session_id: str, user_id: str, export_id: str, *, deps: ExportDeps) -> None:
    """Notes that a session is about to be in the export of an account, which is withdrawn with the session's own from then on.
    Raises NotFound without a session."""
    selected = Selection("json", part_of=(user_id, export_id))
    deps.exports.ask(session_id, LargeExport(user_id, msgspec.to_builtins(selected), deps.clock.now(), 0))


def withdraw_exports(session_id: str, *, deps: ExportDeps) -> None:
    """Removes all large exports of a session, with their files. Where that fails nobody opens them all the same: the epoch of the
    session is another one, and the bucket removes them."""
    try:
        remove_exports(session_id, deps=deps)
    except Unavailable as error:
        log_failure("exports stay for a day", error, session_id=session_id)


def remove_exports(session_id: str, *, deps: ExportDeps) -> None:
    """The same, where it has to succeed."""
    _remove(session_id, deps.exports.of_session(session_id), deps)


def _remove(session_id: str, exports: list[LargeExport], deps: ExportDeps) -> None:
    for export in exports:
        key = _key(session_id, export.id)
        deps.files.delete(key)
        if part_of := _selection_of(export).part_of:
            deps.withdraw_account(*part_of)
        deps.exports.remove(session_id, export)
        if not export.is_made:  # as it was read: its job may have come to its end since
            deps.files.delete(key)


def _key(session_id: str, export_id: str) -> str:
    """Returns the key of a file: one for all tries of its job, so whoever removes an export finds what any of them has written."""
    return f"{session_id}/{export_id}"


def _selection_of(export: LargeExport) -> Selection:
    return msgspec.convert(export.selected, Selection)


def _offer(session_id: str, found: LargeExport, deps: ExportDeps) -> OfferedExport:
    url = deps.files.link(_key(session_id, found.id), LINK_SECONDS) if found.is_made else None
    return OfferedExport(found.id, url, found.ends_at, found.is_lost(deps.clock.now()))
