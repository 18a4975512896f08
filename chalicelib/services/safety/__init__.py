"""Signs of plain acute danger in what a participant just wrote, told by a small table, whichever model stands behind.

The table is data: one file a language in `signs/`. All languages are tried, since people write in whichever they like. A
sign is a phrase, so it misses what is said in other words; what it is for is that care comes first where danger is plain.
"""

from collections.abc import Iterable, Sequence

from chalicelib.model import Answer, Message
from chalicelib.services.safety.table import Sign, normalise_for_signs, read_table

__all__ = ["Sign", "danger_in", "latest_words"]


def danger_in(words: Iterable[str]) -> Sign | None:
    """The first sign of danger in these words; None where there is none. Linear in their length."""
    for text in map(normalise_for_signs, words):
        for signs in read_table():
            if sign := signs.first_in(text):
                return sign
    return None


def latest_words(answers: Sequence[Answer], messages: Sequence[Message]) -> list[str]:
    """What the participant wrote last: their latest messages in a row, else, before they have said anything, the form's answers.

    `messages` are oldest first, with or without the facilitator's reply to the latest ones.
    """
    latest: list[str] = []
    for message in reversed(messages):
        if message.role == "user":
            latest.append(message.content)
        elif latest:
            break
    return latest[::-1] or [answer.answer for answer in answers]
