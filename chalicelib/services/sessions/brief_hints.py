"""What a host may want to know of a brief while writing it, as far as counting tells; what it means is for a model to judge."""

from typing import Literal

from msgspec import Struct

from chalicelib.text.tokens import count_words

FEW_WORDS = 3  # of a goal: fewer hardly say what for
MANY_WORDS = 500  # of a background
_QUESTION_MARKS = "?？؟"


class Hint(Struct, frozen=True):
    """That a field is short, has several questions in it, or is long; and how many words or questions there are."""

    kind: Literal["short", "several", "long"]
    count: int


def list_hints(field: str, text: str) -> list[Hint]:
    """Returns what can be said of what is in a field of the brief; nothing of an empty one."""
    if field == "context":
        words = count_words(text)
        return [Hint("long", words)] if words > MANY_WORDS else []
    if field != "goal" or not text:
        return []
    words, questions = count_words(text), sum(map(text.count, _QUESTION_MARKS))
    found = [Hint("short", words)] if words < FEW_WORDS else []
    return [*found, Hint("several", questions)] if questions > 1 else found
