"""Whose words are where: runs of words that one person alone said, looked for in whatever is stored or shown."""

import html
import re
from collections.abc import Iterable

from tests.recount.stored import Person, Stored

RUN = 4  # words in a row that make a text somebody's own
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_ESCAPED = re.compile(r"\\+[nrt\"]")


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of so many words of a text, or of an item or a page."""
    plain = html.unescape(_TAG.sub(" ", _ESCAPED.sub(" ", text)))
    words = _WORD.findall(plain.casefold())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def own_runs(stored: Stored, person: Person, hosts: Iterable[str]) -> set[tuple[str, ...]]:
    """The runs of somebody's words, and of what was made of them, that are in nobody else's conversation and in no text of the host's."""
    others = (text for it in stored.people if it.id != person.id for text in _texts(it))
    return _all_runs(_texts(person)) - _all_runs(others) - _all_runs(hosts)


def _texts(person: Person) -> list[str]:
    made = [text for point in person.points for text in (point["text"], point["quote"], point["topic"])]
    return [*(entry.words for entry in person.log), *made, person.digest.get("gist") or "", person.comment]


def _all_runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    return set().union(*map(runs, texts))
