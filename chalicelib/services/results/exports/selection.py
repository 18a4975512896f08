"""What an export has in it: which parts of a session, of whose words, and who may take that away."""

from collections.abc import Collection, Iterable
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Forbidden, Invalid
from chalicelib.model import Role, SessionView, ThreadView
from chalicelib.services.access.roles import has_role
from chalicelib.store.session_contents import SessionContents

Format = Literal["json", "csv", "md", "html"]
Part = Literal["design", "responses", "transcripts", "summary", "insights"]
PARTS: tuple[Part, ...] = get_args(Part)
Readers = Literal["members", "others"]

# What others said, and how they were asked, takes an editor; what is made of it for all goes with any role.
_OTHERS_WORDS: Role = "editor"
OF_EVERYBODY: tuple[Part, ...] = ("summary", "insights")
_OF_PEOPLE: tuple[Part, ...] = ("responses", "transcripts")
_DOCUMENTS: tuple[Format, ...] = ("md", "html")
_BY_DEFAULT: dict[Format, tuple[Part, ...]] = {
    "csv": ("responses",),
    "md": ("summary",),
    "html": ("summary",),
}  # json: all


class Selection(Struct, frozen=True):
    """What is asked for. With `participants`, nothing but their own words, and how they were asked. Without, everybody who is part
    of the results; with `everybody`, also who was taken out of them, and test runs.

    What is for `others` has nothing that points at one person. `part_of` are the account and the id of an export of all that an account
    has, where the session is in that one: it has no file of its own.
    """

    format: Format
    parts: tuple[Part, ...] = ()
    participants: tuple[str, ...] = ()
    everybody: bool = False
    readers: Readers = "members"
    part_of: tuple[str, str] | None = None

    @property
    def has_people(self) -> bool:
        """Whether it has what single people said."""
        return any(part in self.parts for part in _OF_PEOPLE)


def read_parts(given: str) -> tuple[Part, ...]:
    """Returns the parts that are named, in their own order. Raises Invalid for any other name."""
    named = set(filter(None, map(str.strip, given.split(","))))
    if named - set(PARTS):
        raise Invalid(f"parts must be some of {', '.join(PARTS)}, with commas between")
    return tuple(part for part in PARTS if part in named)


def complete_selection(asked: Selection, view: SessionView) -> Selection:
    """Returns what this user takes away: what is asked for, with what their format and role have by default.

    Raises Forbidden for what takes a higher role, Invalid for what the format has no room for.
    """
    is_editor, is_document = has_role(view, _OTHERS_WORDS), asked.format in _DOCUMENTS
    allowed = PARTS if is_editor else OF_EVERYBODY
    by_default = allowed if asked.format == "json" else _BY_DEFAULT[asked.format]
    if asked.participants:
        if set(asked.parts) & set(OF_EVERYBODY):
            raise Invalid("participants is for responses and transcripts: summary and insights are of everybody")
        by_default = by_default if asked.format == "csv" else _OF_PEOPLE
    parts = asked.parts or by_default
    if asked.format == "csv" and (len(parts) != 1 or parts[0] not in _OF_PEOPLE):
        raise Invalid("parts must be responses (a row a person) or transcripts (a row a message) with format=csv")
    if not set(parts) <= set(allowed):
        raise Forbidden
    if is_document and "design" in parts:
        raise Invalid("parts must not have design with format=md or html: ask for it with format=json")
    if asked.readers == "others" and not (is_document and set(parts) <= set(OF_EVERYBODY)):
        raise Invalid("readers=others is for summary and insights with format=md or html")
    return replace(asked, parts=parts, readers=asked.readers if is_editor or not is_document else "others")


def select_people(contents: SessionContents, selection: Selection) -> list[ThreadView]:
    """Returns the people whose words are in an export. Raises Invalid for an id that is nobody's."""
    if selection.participants:
        _require_known(selection.participants, (person.thread.id for person in contents.people))
        return [person for person in contents.people if person.thread.id in selection.participants]
    return [person for person in contents.people if person.thread.included or selection.everybody]


def _require_known(named: Collection[str], known: Iterable[str]) -> None:
    unknown = set(named) - set(known)
    if unknown:
        raise Invalid(f"participants has an id that is nobody's here: {min(unknown)}")
