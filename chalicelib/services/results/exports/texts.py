"""What exports say in our own words, beside those that they share with the summary: one catalogue a language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.model import Session
from chalicelib.text.language import OWN, choose_own_language
from chalicelib.text.locales import fill, fill_counted
from chalicelib.text.scripts import is_right_to_left, script_of

_FOLDER: Final = Path(__file__).with_name("words")


class ExportTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts in the language of this tag. `use` is for what the words of others may be used."""

    tag: str
    use: str
    members: str
    few: str
    too_few: str
    none: str
    as_of: str
    asked: str
    said: str
    insights: str
    person: str
    facilitator: str
    left_out_person: str
    unquotable_person: str
    test_run: str
    no_answers: str
    nothing_said: str
    stance_for: str
    stance_against: str
    stance_mixed: str
    stance_neutral: str
    left_out: dict[str, str]

    @property
    def direction(self) -> str:
        """The direction of the language."""
        return "rtl" if is_right_to_left(script_of(OWN[self.tag]) or "") else "ltr"

    def stance(self, stance: str) -> str:
        """What a stance is called."""
        return str(getattr(self, f"stance_{stance}"))

    def filled(self, text: str, **values: object) -> str:
        """One of these texts with its values."""
        return fill(self.tag, text, **values)

    def counted(self, forms: Mapping[str, str], count: int) -> str:
        """The one of these forms for so many."""
        return fill_counted(self.tag, forms, count)


@cache
def read_texts(tag: str) -> ExportTexts:
    """The texts in a language of ours, read once a process."""
    read = msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes())
    return msgspec.convert({"tag": tag, **read}, ExportTexts)


def choose_texts(session: Session, sample: str) -> ExportTexts:
    """The texts in the session's language, else in that of a sample of what was said in it."""
    return read_texts(choose_own_language(session.language, sample))
