"""The language of a summary as a document: the words that code adds to it, one catalogue a language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.model import Session
from chalicelib.text.language import choose_own_language
from chalicelib.text.locales import fill_counted

_FOLDER: Final = Path(__file__).with_name("words")


class SummaryTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Headings and sentences of the summary, and what SESSION.md has besides (`brief_`), in the language of this tag; what counts
    something has a form for each way in which the language does."""

    tag: str
    overview: str
    themes: str
    proposals: str
    agreements: str
    tensions: str
    minority_views: str
    critical: str
    open_questions: str
    participants: dict[str, str]
    messages: dict[str, str]
    points: dict[str, str]
    share: str
    speak: dict[str, str]
    sides: str
    sided_for: str
    sided_against: str
    sided_mixed: str
    sided_neutral: str
    stance_gap: str
    condition: str
    gathered: str
    carried: str
    comma: str
    stop: str
    gap: str
    unnamed: str
    unanswered: str
    footer: str
    test_run: str
    part: dict[str, str]
    themeless: dict[str, str]
    withheld: dict[str, str]
    refused: dict[str, str]
    beyond: str
    example: str
    answers: str
    words: str
    same_words: str
    listed: str
    shown: dict[str, str]
    cut: dict[str, str]
    no_model: str
    brief_goal: str
    brief_context: str
    brief_critical: str
    brief_questions: str
    brief_required: str
    brief_answered: str
    brief_decisions: str
    brief_next: str
    brief_ask_again: str
    brief_next_question: str
    brief_next_tension: str
    brief_next_theme: str
    brief_shortened_questions: str
    brief_shortened_context: str
    brief_listed: str
    brief_few: str
    brief_left_out: str

    def counted(self, forms: Mapping[str, str], count: int, **values: str) -> str:
        """The one of these forms for so many."""
        return fill_counted(self.tag, forms, count, **values)


@cache
def read_texts(tag: str) -> SummaryTexts:
    """The texts in a language of ours, read once a process."""
    read = msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes())
    return msgspec.convert({"tag": tag, **read}, SummaryTexts)


def choose_texts(session: Session, sample: str) -> SummaryTexts:
    """The texts in the session's language, else in the one its participants write; English where we have no others."""
    return read_texts(choose_own_language(session.language, sample))
