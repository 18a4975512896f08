"""What a page has of the pre-session form: which questions it shows, noted in the form itself, and what is sent back for them."""

import base64
import zlib
from collections.abc import Sequence

import msgspec

from chalicelib import container
from chalicelib.services.access.signing import sign, unsign
from chalicelib.services.participants.changed_form import ShownQuestion
from chalicelib.services.participants.form import Given
from chalicelib.web.kit.form_fields import FIELD_PREFIX
from chalicelib.web.kit.http import Form

_CHOICE = "."  # between the id and the number of an option that is ticked


def note_shown(shown: Sequence[ShownQuestion], session_id: str) -> str:
    """Returns which questions a page shows, signed: nobody can answer what was not asked."""
    packed = base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(shown))).decode()
    return sign(container.deployment_secret(), "questions", session_id, packed)


def read_shown(note: str, session_id: str) -> tuple[ShownQuestion, ...] | None:
    """Returns the questions that a page showed; None where we did not sign that."""
    packed = unsign(container.deployment_secret(), "questions", session_id, note)
    if packed is None:
        return None
    return msgspec.json.decode(zlib.decompress(base64.urlsafe_b64decode(packed)), type=tuple[ShownQuestion, ...])


def read_entered(form: Form) -> dict[str, Given]:
    """Returns what was entered for each question, by its id; of several options those that are ticked."""
    fields = {name.removeprefix(FIELD_PREFIX): value for name, value in form.items() if name.startswith(FIELD_PREFIX)}
    ticked: dict[str, dict[int, str]] = {}
    for name, value in fields.items():
        question_id, dot, number = name.partition(_CHOICE)
        if dot and number.isascii() and number.isdigit():
            ticked.setdefault(question_id, {})[int(number[:4])] = value
    texts: dict[str, Given] = {name: value for name, value in fields.items() if _CHOICE not in name}
    return texts | {named: tuple(value for _, value in sorted(options.items())) for named, options in ticked.items()}
