"""What the answer to a question is to us: the participant's name, their e-mail address, or just an answer.

The host says so by the question's `role`. Where nothing is said, the wording is taken for a hint, in all languages of the pages.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

import msgspec

from chalicelib.errors import Invalid
from chalicelib.model import QuestionRole, QuestionType
from chalicelib.text.normalise import fold

_WORDINGS = Path(__file__).with_suffix(".toml")
_LONGEST = 100  # characters; longer than any wording
_BRACKETED_END = re.compile(r"[(\[][^()\[\]]*[)\]]\W*\Z")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_NAMED: Mapping[QuestionRole, str] = {"name": "a name", "email": "an e-mail address"}


class Asked(Protocol):
    """What of a question tells its role."""

    @property
    def text(self) -> str: ...
    @property
    def type(self) -> QuestionType: ...
    @property
    def role(self) -> QuestionRole | None: ...


def role_of(question: Asked) -> QuestionRole:
    """Returns the role that the host gave the question; without one, what type or wording hint at."""
    if question.role is not None:
        return question.role
    if question.type == "Email":
        return "email"
    hints = question.type == "Short field" and len(question.text) <= _LONGEST
    return _hinted_roles().get(_bare(question.text), "other") if hints else "other"


def asks_who(questions: Iterable[Asked]) -> bool:
    """Says whether any of these questions asks for a name or an address."""
    return any(role_of(question) != "other" for question in questions)


def require_anonymous(questions: Iterable[Asked]) -> None:
    """Raises Invalid for a question that no anonymous session may have: one that asks for a name or an address."""
    for position, question in enumerate(questions):
        if (role := role_of(question)) != "other":
            otherwise = '; where it asks for something else, give it the role "other"' if question.role is None else ""
            otherwise = otherwise if question.type != "Email" else ""
            raise Invalid(
                f"questions[{position}] asks for {_NAMED[role]}, and an anonymous session asks nobody who they are{otherwise}"
            )


@cache
def _hinted_roles() -> Mapping[str, QuestionRole]:
    """Returns the role that each wording hints at."""
    read = msgspec.toml.decode(_WORDINGS.read_bytes(), type=dict[QuestionRole, dict[str, tuple[str, ...]]])
    return {_bare(text): role for role, languages in read.items() for texts in languages.values() for text in texts}


def _bare(text: str) -> str:
    """Returns a question's words alone."""
    return _BETWEEN_WORDS.sub(" ", _BRACKETED_END.sub("", fold(text))).strip()
