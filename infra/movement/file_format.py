"""The file of an operator's export: JSON lines, each valid by itself, so that a file of any size is written and read in one pass.

The first line says what the file is, a second one may hold the deployment's secret, then comes a line for each item, as DynamoDB
has it, and a last one that says how many these were and what was left out. The order is that in which an import writes: user by
user, project by project, session by session, and of each the item last that makes the others visible. `docs/moving.md` describes it.
"""

import contextlib
import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, Literal, cast

import msgspec
from msgspec import Struct, field

from chalicelib.store import item_kinds, keys
from chalicelib.store.item_kinds import ItemKind
from chalicelib.store.moving import KEYS, Item, key_of, kind_of_item
from infra.movement.refusal import Refused

VERSION: Final = 1
Of = Literal["session", "user", "stage"]
# What makes a session, a project or a user visible: it is there when all of theirs is.
VISIBLE: Final = (item_kinds.SESSION, item_kinds.PROJECT, item_kinds.kind_of(keys.ACCOUNTS, keys.USERS))
_BYTES: Final = ("B", "BS")  # none of our items has any
_GUARD_OF_SESSION: Final = keys.session_spending("")
_MOST_TOGETHER: Final = 1_000  # items that belong to nobody


class Header(Struct, frozen=True, kw_only=True):
    """The first line: the version of this format, what is in the file, and when it was made."""

    harmonica_export: int
    of: Of
    id: str = ""
    made_at: str
    with_secret: bool = False


class SecretLine(Struct, frozen=True, forbid_unknown_fields=True):
    """The secret of the deployment that the items are from."""

    secret: str


class ItemLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One item: its table, its kind by the name that it has there, its key, and its other attributes with their types."""

    table: str
    kind: str
    key: dict[str, str]
    attributes: dict[str, dict[str, Any]]


class Trailer(Struct, frozen=True, forbid_unknown_fields=True):
    """The last line: how many items there are, the SHA-256 of all lines between this one and the first, and how many items of
    which kind were left out."""

    items: int
    sha256: str
    left_out: dict[str, int] = field(default_factory=dict)


class Group(Struct):
    """Items that come into being together: those of a user, of a project, of a session, or some that belong to nobody."""

    of: Literal["user", "project", "session", ""]
    id: str
    items: list[Item] = field(default_factory=list)
    line: int = 0  # where it begins

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.of} {self.id}" if self.of else "what belongs to no session, no project and no user"


class Writer:
    """A file that is being written; whoever runs the command is the only one who may read it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash, self.items = file, hashlib.sha256(), 0

    def begin(self, header: Header, secret: str | None) -> None:
        """Write the first line, and the secret where it is to be there."""
        self._file.write(_encode(header))
        if secret is not None:
            self._write(_encode(SecretLine(secret)))

    def add(self, item: Item, kind: ItemKind) -> None:
        """Write an item."""
        table, raw = item
        named = {name: raw[name]["S"] for name in KEYS[table]}
        rest = {name: value for name, value in raw.items() if name not in named}
        self._write(_encode(ItemLine(table, kind.name, named, rest)))
        self.items += 1

    def end(self, left_out: Mapping[str, int]) -> None:
        """Write the last line."""
        self._file.write(_encode(Trailer(self.items, self._hash.hexdigest(), dict(left_out))))

    def _write(self, line: bytes) -> None:
        self._hash.update(line)
        self._file.write(line)


class Reader:
    """A file that is read, line by line. Raises Refused, naming the line, for what is not in this format."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.header = Header(harmonica_export=0, of="stage", made_at="")
        self.secret: str | None = None
        self.left_out: Mapping[str, int] = {}

    def groups(self) -> Iterator[Group]:
        """The items, as far as they come into being together."""
        group: Group | None = None
        for number, item in self._items():
            of, its_id = _group_of(item)
            if group and ((group.of, group.id) != (of, its_id) or (not of and len(group.items) >= _MOST_TOGETHER)):
                yield group
                group = None
            group = group or Group(of, its_id, line=number)
            group.items.append(item)
        if group:
            yield group

    def _items(self) -> Iterator[tuple[int, Item]]:
        items, digest, trailer, number = 0, hashlib.sha256(), None, 0
        with _opened(self._path) as file:
            for number, line in enumerate(_lines(file), 1):
                if trailer is not None:
                    raise Refused(f"Line {number}: there is more behind the last line of the export")
                if number == 1:
                    self._begin(line)
                    continue
                found = _decode(number, line)
                if isinstance(found, Trailer):
                    trailer = found
                    continue
                digest.update(line)
                if isinstance(found, SecretLine):
                    self.secret = found.secret
                else:
                    items += 1
                    yield number, _item_from(number, found)
        if trailer is None:
            raise Refused(f"The file ends after line {number} without its last line: it is not whole")
        if trailer.items != items or trailer.sha256 != digest.hexdigest():
            raise Refused("The file is not as it was written: its last line tells of other lines than these")
        self.left_out = trailer.left_out

    def _begin(self, line: bytes) -> None:
        try:
            self.header = msgspec.json.decode(line, type=Header)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Refused("Line 1: this is no export of `infra.admin export`") from error
        if self.header.harmonica_export != VERSION:
            told = self.header.harmonica_export
            raise Refused(f"Line 1: the export has version {told} of the format; this code reads {VERSION}")


@contextlib.contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner may read; whole or not there. Raises Refused where there is one of this name."""
    if path.exists():
        raise Refused(f"{path} is there already; name another file, or remove it")
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield raw
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed:
                yield packed
        else:
            with path.open("rb") as file:
                yield file
    except FileNotFoundError as error:
        raise Refused(f"There is no file {path}") from error


def _lines(file: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from file
    except (EOFError, gzip.BadGzipFile) as error:
        raise Refused("The file is not whole: it ends within what gzip packed") from error


def _decode(number: int, line: bytes) -> ItemLine | SecretLine | Trailer:
    try:
        found = msgspec.json.decode(line, type=dict[str, Any])
        if "table" in found:
            return msgspec.convert(found, ItemLine)
        return msgspec.convert(found, SecretLine) if "secret" in found else msgspec.convert(found, Trailer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused(f"Line {number} is broken: {_fault(error)}") from error


def _fault(error: Exception) -> str:
    """What is wrong, without anything of what the line says."""
    told = str(error)
    return told if isinstance(error, msgspec.ValidationError) else f"no JSON ({told.partition(':')[0]})"


def _item_from(number: int, line: ItemLine) -> Item:
    if line.table not in KEYS or set(line.key) != set(KEYS[line.table]):
        raise Refused(f"Line {number}: no table has such a key")
    raw = {name: {"S": value} for name, value in line.key.items()}
    item: Item = (line.table, raw | line.attributes)
    kind = kind_of_item(item)
    if kind is None or kind.name != line.kind:
        raise Refused(
            f"Line {number}: this code knows no such kind of item; import with the version that exported, or a newer one"
        )
    if kind.moving is None or kind.moving.when == "never":
        raise Refused(f"Line {number}: items of this kind do not move between stages")
    if any(len(value) != 1 or set(value) & set(_BYTES) for value in line.attributes.values()):
        raise Refused(f"Line {number} is broken: an attribute has no single value with its type")
    if set(line.key) & set(line.attributes):
        raise Refused(f"Line {number} is broken: an attribute has the name of the key")
    return item


def _group_of(item: Item) -> tuple[Literal["user", "project", "session", ""], str]:
    table, raw = item
    kind = kind_of_item(item)
    name = key_of(item)[-1]
    if table in item_kinds.OF_SESSIONS or (kind and kind.owner == "person"):
        return "session", raw[keys.SESSION_ID]["S"]
    if table == keys.PROJECTS or (kind and kind.owner == "project"):
        return "project", raw[keys.PROJECT_ID]["S"]
    if name.startswith(_GUARD_OF_SESSION):
        return "session", name.removeprefix(_GUARD_OF_SESSION)
    if kind and kind.owner == "account":
        return "user", owner_of(item, kind)
    return "", ""


def owner_of(item: Item, kind: ItemKind) -> str:
    """The user whose an item of an account is."""
    _, raw = item
    told = raw[kind.owner_at]["S"] if kind.owner_at else key_of(item)[-1].removeprefix(kind.name)
    return str(told).removeprefix(keys.USERS)


def _encode(line: Struct) -> bytes:
    return msgspec.json.encode(line, order="deterministic") + b"\n"
