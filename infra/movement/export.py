"""Writes what a session, a user or a stage consists of into a file.

A session that changes while it is read is read again: what is in the file was true at one moment, for each session by itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from chalicelib.services.delivery.sending import hash_address
from chalicelib.store import item_kinds, keys, moving
from chalicelib.store.item_kinds import ItemKind
from chalicelib.store.moving import Item, key_of, kind_of_item
from infra.movement.file_format import VERSION, VISIBLE, Group, Header, Of, Writer, owner_of, private_file
from infra.movement.refusal import Refused

_TRIES: Final = 5


class Export(Struct, frozen=True):
    """What was written: how many items, and how many of which kind were left out, by what the kind is called in the file."""

    items: int
    left_out: dict[str, int]


def export(of: Of, its_id: str, path: Path, *, secret: str, with_secret: bool, now: datetime) -> Export:
    """Write the file; `secret` is the deployment's, which gets into it only `with_secret`. Raises Refused, and leaves no file then."""
    left_out = Counter[str]()
    with private_file(path) as file:
        writer = Writer(file)
        header = Header(
            harmonica_export=VERSION,
            of=of,
            id=its_id,
            made_at=now.isoformat(timespec="seconds"),
            with_secret=with_secret,
        )
        writer.begin(header, secret if with_secret else None)
        for group in _groups(of, its_id):
            for item, kind in sorted(_moved(group, left_out, secret, with_secret=with_secret), key=_place):
                writer.add(item, kind)
        writer.end(left_out)
    return Export(writer.items, dict(sorted(left_out.items())))


def _groups(of: Of, its_id: str) -> Iterator[Group]:
    match of:
        case "session":
            group = _session(its_id, _elsewhere())
            if not any(kind_of_item(it) is item_kinds.SESSION for it in group.items):
                raise Refused(f"There is no session {its_id}")
            yield group
        case "user":
            yield from (it for it in _accounts() if it.id == its_id)
            yield from map(_project, moving.owned_projects(its_id))
            elsewhere = _elsewhere()
            yield from (_session(it, elsewhere) for it in moving.owned_sessions(its_id))
        case "stage":
            yield from _accounts()
            yield Group("", "", _others())
            yield from map(_project, moving.project_ids())
            elsewhere = _elsewhere()
            found = (_session(it, elsewhere) for it in moving.session_ids())
            yield from (group for group in found if group.items)


def _accounts() -> Iterator[Group]:
    """The users in order, each with all that is theirs alone."""
    groups: dict[str, Group] = {}
    for table in (keys.ACCOUNTS, keys.TELEGRAM):
        for item in moving.scan(table):
            kind = kind_of_item(item)
            if kind and kind.owner == "account":
                owner = owner_of(item, kind)
                groups.setdefault(owner, Group("user", owner)).items.append(item)
    for item in moving.find_digests(list(groups)):
        groups[item[1][keys.SESSION_ID]["S"]].items.append(item)
    for _, group in sorted(groups.items()):
        yield group


def _others() -> list[Item]:
    """What belongs to no user and to no session, in order."""
    found = []
    for table in (keys.ACCOUNTS, keys.TELEGRAM, keys.GUARDS):
        for item in moving.scan(table):
            kind = kind_of_item(item)
            if kind is None or kind.owner not in ("account", "session", "person", "project"):
                found.append(item)
    return found


def _elsewhere() -> dict[str, list[Item]]:
    """What people of sessions have in tables that no session owns, by session: it names that, and is read by no other means."""
    found: dict[str, list[Item]] = {}
    for table in {it.table for it in item_kinds.KINDS if it.owner == "person"}.difference(item_kinds.OF_SESSIONS):
        for item in moving.scan(table):
            kind = kind_of_item(item)
            if kind and kind.owner == "person":
                found.setdefault(item[1][keys.SESSION_ID]["S"], []).append(item)
    return found


def _project(project_id: str) -> Group:
    """A project as it was at one moment, with its members and the ids of its sessions. Raises Refused where it changes all the time."""
    found = moving.read_project(project_id)
    for _ in range(_TRIES):
        before, found = found, moving.read_project(project_id)
        if found == before:
            return Group("project", project_id, found)
    raise Refused(f"The project {project_id} changes all the time; export it when it is quieter")


def _session(session_id: str, elsewhere: Mapping[str, Sequence[Item]]) -> Group:
    """A session as it was at one moment. Raises Refused where it changes all the time."""
    for _ in range(_TRIES):
        before = moving.read_state(session_id)
        found = moving.read_session(session_id)
        if moving.read_state(session_id) == before:
            # A code is found by the head of its thread, as it was at that moment, and among what the tables had before.
            whole = {key_of(it): it for it in (*elsewhere.get(session_id, ()), *found) if not _is_of_user(it)}
            return Group("session", session_id, list(whole.values()))
    raise Refused(f"The session {session_id} changes all the time; export it when it is quieter, or has ended")


def _is_of_user(item: Item) -> bool:
    """Whether an item is in the group of a user, although it lies among sessions, where the sweep finds it."""
    return kind_of_item(item) is item_kinds.MAIL_DIGEST


def _place(moved: tuple[Item, ItemKind]) -> tuple[bool, bool, tuple[str, ...]]:
    """The order in which an import writes: what is marked as due, which the clock finds, late, and what makes it all visible last."""
    item, kind = moved
    return kind in VISIBLE, keys.DUE_KIND in item[1], key_of(item)


def _moved(group: Group, left_out: Counter[str], secret: str, *, with_secret: bool) -> Iterator[tuple[Item, ItemKind]]:
    """What of a group moves; counts what does not, but what is worth nothing anywhere else."""
    stopped = {} if with_secret else _invitations_by_hash(group.items, secret)
    for item in group.items:
        kind = kind_of_item(item)
        if kind is None or kind.moving is None:
            raise Refused(
                f"{item[0]} holds an item of a kind that this code does not know; export with the version that runs there"
            )
        if kind.moving.when == "always" or (kind.moving.when == "with secret" and with_secret):
            found = item if with_secret or kind is not item_kinds.STOPPED else _by_invitation(item, stopped)
            if found:
                yield (found[0], moving.portable(found[1])), kind
                continue
        if kind.table != keys.GUARDS and kind is not item_kinds.ALIAS:
            left_out[kind.name] += 1


def _invitations_by_hash(items: Sequence[Item], secret: str) -> dict[str, str]:
    """The invitations of a session, by the hash of their address in this stage."""
    found = {}
    for table, raw in items:
        if kind_of_item((table, raw)) is item_kinds.INVITATION and "S" in raw.get("email", {}):
            found[hash_address(raw["email"]["S"], secret.encode())] = key_of((table, raw))[-1]
    return found


def _by_invitation(item: Item, invitations: dict[str, str]) -> Item | None:
    """An address that gets no more mails by its invitation, since its hash is another one elsewhere; None where it has none."""
    table, raw = item
    named = invitations.get(key_of(item)[-1].removeprefix(keys.STOPPED))
    if named is None:
        return None
    return table, raw | {keys.PART: {"S": f"{keys.STOPPED}{named}"}}
