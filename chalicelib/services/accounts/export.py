"""All that an account has, as files to take away: a job writes them, links open them for minutes, and they are gone after a day, or
with the account.

Sessions that the account owns are in them as their own export has them; of others what the account said there.
"""

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict
from chalicelib.files import Files
from chalicelib.model.exports import AccountExport
from chalicelib.model.jobs import WriteAccountExport
from chalicelib.queues import Jobs
from chalicelib.services.accounts.export_document import (
    ContentDeps,
    SessionOfAccount,
    list_sessions,
    render_file,
    render_session,
)
from chalicelib.store.account_exports import AccountExports

RUN_SECONDS = 80.0  # after which a file ends with the session that it is at: below the worker's 120
FILE_BYTES = 20_000_000  # after which it does so, too
LINK_SECONDS = 300  # as of other exports: another one is made whenever it is asked for
_TRIES = 5
_NOTED_EACH = timedelta(seconds=2)  # how far the job is


class AccountExportDeps(Struct, frozen=True):
    """The collaborators of exports of accounts."""

    exports: AccountExports
    contents: ContentDeps
    files: Files
    jobs: Jobs
    clock: Clock
    new_id: Callable[[], str]


def find_export(user_id: str, *, deps: AccountExportDeps) -> AccountExport | None:
    """Returns the export of an account; None where none is asked for, or its files are gone."""
    found = deps.exports.find(user_id)
    return None if found is None or found.is_over(deps.clock.now()) else found


def ask_for_export(user_id: str, *, anew: bool, deps: AccountExportDeps) -> AccountExport:
    """Returns the export of an account; where there is none, its job is lost, or it is made and another one is wanted, `anew`, one is
    written. Raises NotFound without the account, Unavailable where the queue is out of reach.
    """
    now, before = deps.clock.now(), deps.exports.find(user_id)
    is_there = before is not None and not before.is_over(now) and not before.is_lost(now)
    if before and is_there and not (anew and before.is_made):
        return before
    asked = AccountExport(deps.new_id(), now)
    if not deps.exports.ask(user_id, asked, before):
        return deps.exports.find(user_id) or asked  # another request was faster
    if before:
        _remove_files(user_id, before, deps)
    deps.jobs.ask(WriteAccountExport(user_id), now)
    return asked


def links_of(user_id: str, export: AccountExport, *, deps: AccountExportDeps) -> list[str]:
    """Returns a link to each file, once all are there."""
    if not export.is_made:
        return []
    return [deps.files.link(_key(user_id, export.id, part), LINK_SECONDS) for part in export.parts]


def write_account_export(user_id: str, *, deps: AccountExportDeps) -> None:
    """Writes one file of the export that is asked for, and asks to be called again while sessions are left. Nothing where there is
    nothing to be written.

    It may run twice at once: each run writes a file of its own, and which one counts is decided when it is there. The other one is
    removed by its run; where that died, with the export.
    """
    begun = deps.exports.begin_try(user_id)
    if begun is None:
        return
    listed = list_sessions(user_id, deps=deps.contents)
    text, at = _collect(user_id, begun, listed, deps)
    key, now, is_last = _key(user_id, begun.id, begun.tries), deps.clock.now(), at.done >= len(listed)
    deps.files.put(key, text, "application/json", f"harmonica-account-{begun.files + 1}.json")
    moved = replace(at, parts=(*begun.parts, begun.tries), made_at=now if is_last else None)
    if not deps.exports.move_on(user_id, begun, moved):
        deps.files.delete(key)  # another run was faster, the account is gone, or another export was asked for
        return
    if not is_last:
        deps.jobs.ask(WriteAccountExport(user_id), now)


def _collect(
    user_id: str, begun: AccountExport, listed: list[SessionOfAccount], deps: AccountExportDeps
) -> tuple[str, AccountExport]:
    """Returns a file with as many of the sessions that are left as it takes, and how far the export is with it."""
    run, size, rendered = deps.clock.deadline(RUN_SECONDS), 0, list[bytes]()
    at = replace(begun, sessions=len(listed), done=sum(it.session_id <= begun.after for it in listed))
    for session in listed[at.done :]:
        if rendered and (size >= FILE_BYTES or run.remaining() <= 0):
            break
        rendered.append(render_session(user_id, session, begun.id, deps=deps.contents))
        size += len(rendered[-1])
        at = replace(at, done=at.done + 1, after=session.session_id)
        at = _note(user_id, begun, at, deps)
    return render_file(
        user_id, rendered, begun, deps.clock.now(), is_last=at.done >= len(listed), deps=deps.contents
    ), at


def _note(user_id: str, begun: AccountExport, at: AccountExport, deps: AccountExportDeps) -> AccountExport:
    """Notes now and then how many sessions are done, for whoever waits; where the job begins again it does so behind its last file."""
    now = deps.clock.now()
    if now < (at.moved_at or at.asked_at) + _NOTED_EACH:
        return at
    at = replace(at, moved_at=now)
    deps.exports.move_on(user_id, begun, replace(at, after=begun.after))
    return at


def remove_account_export(user_id: str, export_id: str = "", *, deps: AccountExportDeps) -> None:
    """Removes the export of an account, or nothing where it is another than the one that is named; with its files. A job that is at it
    removes what it writes, and asks for no more."""
    for _ in range(_TRIES):
        found = deps.exports.find(user_id)
        if found is None or export_id not in ("", found.id):
            return
        _remove_files(user_id, found, deps)
        if deps.exports.remove(user_id, found):
            return
    raise Conflict("This export is being written again and again; try again")


def _remove_files(user_id: str, export: AccountExport, deps: AccountExportDeps) -> None:
    """Removes what each run has written of it, whether it counts or not."""
    for number in range(1, export.tries + 1):
        deps.files.delete(_key(user_id, export.id, number))


def _key(user_id: str, export_id: str, number: int) -> str:
    """Returns where a run of the job writes; so no two write to the same place."""
    return f"account/{user_id}/{export_id}/{number}"
