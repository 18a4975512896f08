"""The files of the example as objects: its session, its people, and what is written for the summary."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from chalicelib.services.sessions.creation import NewQuestion, NewSession

FOLDER = Path(__file__).parent
_SETTINGS = {field.name for field in fields(NewSession)}


class Turn(Struct, frozen=True):
    """What a participant says, what they chose in a widget, and the facilitator's reply, if it is no conclusion."""

    said: str
    reply: str = ""
    widget: Mapping[str, Any] | None = None
    chosen: Any = None


class Person(Struct, frozen=True):
    """A made-up participant. `number` names the file, `connection` and `way` are the options chosen in the form, from one.

    `points` and `gist` are what the digest says of it. Without a `recap` the person left before the conversation was over.
    """

    number: str
    opening: str
    turns: tuple[Turn, ...]
    points: tuple[Mapping[str, Any], ...]
    gist: str
    connection: int
    way: int
    day: int
    at: str
    name: str = ""
    recap: str = ""
    rating: int = 0
    comment: str = ""

    def begins(self, first_day: datetime) -> datetime:
        """When this person joins, in a session that begins on that day."""
        return datetime.combine(first_day + timedelta(days=self.day), time.fromisoformat(self.at), first_day.tzinfo)

    def replies_to(self, number: int) -> Turn | None:
        """The turn with the reply to the message of that number, from one; None where the conversation is to be concluded."""
        turn = self.turns[number - 1]
        return turn if turn.reply else None


def read_session() -> NewSession:
    """The session as a host would design it."""
    given = _read("session.toml")
    asked = tuple(NewQuestion(**{**it, "options": tuple(it.get("options", ()))}) for it in given.pop("questions"))
    return NewSession(**_plain(given), questions=asked, is_example=True)


def read_people() -> tuple[Person, ...]:
    """Everybody, in the order of their files."""
    return tuple(_person(file) for file in sorted((FOLDER / "people").glob("*.toml")))


def read_summary() -> dict[str, Any]:
    """The parts of the summary; themes name labels, and evidence names people and points."""
    return _read("summary.toml")


def _person(file: Path) -> Person:
    given = _plain(tomllib.loads(file.read_text(encoding="utf-8")))
    turns = tuple(Turn(**_plain(turn)) for turn in given.pop("turns"))
    return Person(number=file.stem[:2], turns=turns, points=tuple(given.pop("points")), **given)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values, texts without the line breaks around them."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
