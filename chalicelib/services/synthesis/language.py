"""The language of a summary as a document: the words that code adds to it, one catalogue a language."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.model import Session
from chalicelib.text.language import own_language

_FOLDER: Final = Path(__file__).with_name("words")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Headings and sentences of the summary in one language."""

    overview: str
    themes: str
    agreements: str
    tensions: str
    minority_views: str
    critical: str
    open_questions: str
    share: str
    gathered: str
    carried: str
    comma: str
    gap: str
    unnamed: str
    unanswered: str
    footer: str
    part: str
    themeless: str
    beyond: str
    example: str
    answers: str
    words: str
    same_words: str
    listed: str
    cut: str
    no_model: str


@cache
def words_in(tag: str) -> Words:
    """The words in a language of ours, read once a process."""
    return msgspec.convert(tomllib.loads((_FOLDER / f"{tag}.toml").read_text(encoding="utf-8")), Words)


def words_for(session: Session, sample: str) -> Words:
    """The words in the session's language, else in the one its participants write; English where we have no others."""
    return words_in(own_language(session.language, sample))
