"""The input of `edit_session`, derived from that of `create_session`: every field may be absent, and then stays as it is."""

from typing import Annotated, Any, Literal, get_type_hints
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.errors import Invalid
from chalicelib.model import Distribution, Status
from chalicelib.operations.fields import Moment, SessionInput
from chalicelib.operations.operation import Changes
from chalicelib.operations.session_fields import CreateSession, EditedQuestion
from chalicelib.services.sessions import editing

_QUESTIONS = Annotated[
    tuple[EditedQuestion, ...],
    Meta(
        max_length=50, description="The whole form; a question with its id, or with the same text, stays what it was."
    ),
]


_STATUS = Annotated[
    Status,
    Meta(
        description="`active` opens a draft, which needs topic and goal then; `completed` ends the session at once, and `active` "
        "opens it again: a closing time that is over is taken away. What nobody has joined can become a `draft` again."
    ),
]


_PROMPT_VERSION = Annotated[
    int,
    Meta(
        ge=1,
        le=999_999,
        description="An earlier version of the prompt, whose text becomes the newest version. Conversations go on under the one that "
        "they began with.",
    ),
]
_PROMPT_ORIGIN = Annotated[
    Literal["host", "tailored", "revised", "review", "template"],
    Meta(
        description="How the text in `prompt` came about: by hand, or as a proposal written from the brief, from the prompt before "
        "and instructions, from a review or for another template. Without it, by hand."
    ),
]


_ONCE = ("draft", "follow_up_of")  # what is said of a session when it is made
_ABSENT_OR_NULL = UnsetType | None  # made once: each such union costs a hundred calls


class SessionChanges(SessionInput, Changes):
    """Base of what is to change of a session, and since when nobody else may have edited it."""

    unchanged_since: (
        Annotated[
            Moment,
            Meta(
                description="The `updated_at` of the session that the changes were made from: where somebody has edited it "
                "since, nothing is changed, and the answer is 409. A new summary is no edit."
            ),
        ]
        | UnsetType
    ) = UNSET


def _changed_fields() -> list[tuple[str, Any, Any]]:
    """Lists the fields of a new session as they may be changed: null clears what has a default."""
    kinds: dict[str, Any] = get_type_hints(CreateSession, include_extras=True) | {"questions": _QUESTIONS}
    changed = [
        (name, kinds[name] | _ABSENT_OR_NULL, UNSET) for name in CreateSession.__struct_fields__ if name not in _ONCE
    ]
    added = (("status", _STATUS), ("prompt_version", _PROMPT_VERSION), ("prompt_origin", _PROMPT_ORIGIN))
    return [*changed, *((name, kind | UnsetType, UNSET) for name, kind in added)]


# A struct made of another's fields: what can be set can be changed, with the same limits.
EditSession = msgspec.defstruct(
    "EditSession",
    _changed_fields(),
    bases=(SessionChanges,),
    namespace={"__doc__": "What is to change of a session: what is absent stays; null clears."},
    module=__name__,
)


def changes_of(given: SessionChanges) -> dict[str, Any]:
    """Gives what the input names, as `editing.edit_session` takes it. Raises Invalid where it names nothing that can be set."""
    allowed = [name for name in EditSession.__struct_fields__ if name not in SessionChanges.__struct_fields__]
    changes = {name: getattr(given, name) for name in allowed if getattr(given, name) is not UNSET}
    if not changes:
        raise Invalid(f"No valid fields provided. Allowed fields: {', '.join(allowed)}")
    if (project_id := changes.get("project_id")) and not _is_uuid(project_id):
        raise Invalid(f"project_id {project_id!r} does not exist")
    for name, kind in (("questions", tuple[editing.EditedQuestion, ...]), ("distribution", tuple[Distribution, ...])):
        if changes.get(name) is not None:
            changes[name] = msgspec.convert(msgspec.to_builtins(changes[name]), kind)
    for name in ("reminders", "results_sections", "prompt_generated_from", "branding"):
        if changes.get(name) is not None:
            changes[name] = msgspec.to_builtins(changes[name])
    return changes


def _is_uuid(text: str) -> bool:
    try:
        msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        return False
    return True
