"""Brings a file of `export.py` into a stage.

The whole file is read, and looked for in the stage, before the first item is written. Each user, each project and each session is
written with the item last that makes it visible: one that is there says that nothing of it is left to write. So an import that was
interrupted is run again, and goes on.

The streams tell of imported items as of all others. What they wake looks at what is stored, and finds it done where it was: digests
that are up to date, mails and announcements that were sent.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from chalicelib.model.jobs import QUEUE_OF, DueJob
from chalicelib.queues import Jobs
from chalicelib.services.delivery.sending import hash_address
from chalicelib.store import due, item_kinds, keys, moving
from chalicelib.store.database import Raw
from chalicelib.store.moving import Item, key_of, kind_of_item
from infra.movement.aliases import aliases_of
from infra.movement.file_format import VISIBLE, Group, Reader
from infra.movement.refusal import Refused
from infra.movement.stage_secret import StageSecret


class Imported(Struct):
    """What an import came to: groups that were written, those that were there already, items, and whether the stage's secret is
    another one now."""

    written: int = 0
    there: int = 0
    items: int = 0
    aliases: int = 0
    woken: int = 0
    has_new_secret: bool = False
    left_out: dict[str, int] = {}


def import_file(path: Path, *, secret: StageSecret, jobs: Jobs, now: datetime) -> Imported:
    """Bring the file in, and wake what is due of it. Raises Refused where nothing was written."""
    reader, done = Reader(path), Imported()
    for group in reader.groups():
        _missing(_as_here(group, reader, secret.text))
    done.left_out = dict(reader.left_out)
    if reader.secret is not None and reader.secret != secret.text:
        if not moving.is_empty():
            raise Refused(
                "The export brings the secret of its stage along, which goes into an empty stage only: here it would cut "
                "people off from their conversations. `infra.admin delete stage` empties this one"
            )
        secret.replace(reader.secret)
        done.has_new_secret = True
    asked = list[DueJob]()
    for group in reader.groups():
        _write(_as_here(group, reader, secret.text), secret.text, done)
        asked += _jobs_of(group, now)
    done.woken = _wake(asked, jobs, now)
    return done


def _write(group: Group, secret: str, done: Imported) -> None:
    missing = _missing(group)
    if not missing:
        done.there += 1
        return
    aliases = aliases_of(group.items, secret.encode())
    moving.write(aliases)
    if aliases:
        missing = [_with_aliases(it) for it in missing]
    is_visible = kind_of_item(missing[-1]) in VISIBLE
    moving.write(missing[:-1] if is_visible else missing)
    moving.write(missing[-1:] if is_visible else [])
    done.written += 1
    done.items += len(missing)
    done.aliases += len(aliases)


def _missing(group: Group) -> list[Item]:
    """What is to be written of a group; nothing where it is there. Raises Refused where something else has its place."""
    if len({key_of(it) for it in group.items}) < len(group.items):
        raise Refused(f"From line {group.line} on, {group.name}: an item is there twice")
    stored = moving.find_stored(group.items)
    last = group.items[-1]
    if kind_of_item(last) in VISIBLE and key_of(last) in stored:
        if _is_same(last, stored[key_of(last)]):
            return []
        raise Refused(f"{_named(group)} exists here already, and is not as in the file; nothing was written")
    missing = [it for it in group.items if key_of(it) not in stored]
    for item in group.items:
        if key_of(item) in stored and not _is_same(item, stored[key_of(item)]):
            kind = kind_of_item(item)
            raise Refused(
                f"{_named(group)}: another item of the kind {kind.name if kind else ''} is in its place here; nothing was written"
            )
    return missing


def _is_same(item: Item, stored: Raw) -> bool:
    return moving.portable(stored) == item[1]


def _named(group: Group) -> str:
    return group.name[:1].upper() + group.name[1:]


def _as_here(group: Group, reader: Reader, secret: str) -> Group:
    """The group as this stage has it: addresses that get no more mails by their hashes here."""
    if reader.header.with_secret or group.of != "session":
        return group
    addresses = {
        key_of(it)[-1]: it[1]["email"]["S"]
        for it in group.items
        if kind_of_item(it) is item_kinds.INVITATION and "S" in it[1].get("email", {})
    }
    found = []
    for item in group.items:
        table, raw = item
        if kind_of_item(item) is item_kinds.STOPPED:
            address = addresses.get(key_of(item)[-1].removeprefix(keys.STOPPED))
            if address is None:
                raise Refused(f"{_named(group)}: an address that gets no more mails has no invitation in the file")
            raw = raw | {keys.PART: {"S": keys.stopped(hash_address(address, secret.encode()))}}
        found.append((table, raw))
    return Group(group.of, group.id, found, group.line)


def _with_aliases(item: Item) -> Item:
    table, raw = item
    return (table, raw | {"has_aliases": {"BOOL": True}}) if kind_of_item(item) is item_kinds.SESSION else item


def _jobs_of(group: Group, now: datetime) -> Iterator[DueJob]:
    """What is due of imported items; what the clock does itself, it does within a minute."""
    for table, raw in group.items:
        job = due.job_of(raw, now) if table in due.TABLES else None
        if job and type(job) in QUEUE_OF:
            yield job


def _wake(asked: Sequence[DueJob], jobs: Jobs, now: datetime) -> int:
    """Ask for each job once; the sweep asks for what no queue takes now."""
    found = list(dict.fromkeys(asked))
    for job in found:
        jobs.ask_or_leave(job, now)
    return len(found)
