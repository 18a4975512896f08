"""All words of the script: one catalogue a language, with the same keys and the same placeholders in each."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.text.language import OWN, choose_own_language
from chalicelib.text.normalise import fold

LONGEST: Final = 200  # characters: a longer message is no phrase of a catalogue

_FOLDER: Final = Path(__file__).with_name("words")


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The script's words in the language of this tag. `gap` stands between two sentences; the placeholder of `quote` is
    `{text}`, that of `duration`, which has a form for each way to count minutes, `{count}`, that of `critical` `{critical}`,
    that of `greeting` and the plan's parts `{topic}`."""

    tag: str
    gap: str
    quote: str
    greeting: str
    duration: dict[str, str]
    script: str
    prepared: str
    questions: tuple[str, ...]
    critical: str
    scale: str
    scale_lowest: str
    scale_highest: str
    scale_lead: str
    acknowledged: tuple[str, ...]
    probes: tuple[str, ...]
    cannot_answer: str
    after: tuple[str, ...]
    closing: str
    closing_answers: str
    closing_latest: str
    further: str
    care: str
    endings: tuple[str, ...]
    thanks: tuple[str, ...]
    skips: tuple[str, ...]
    nothing: tuple[str, ...]
    plan_opening: str
    plan_probe: str
    plan_closing: str
    plan_summary: str

    def join(self, *sentences: str) -> str:
        """These sentences as one paragraph, without those that are empty."""
        return self.gap.join(sentence for sentence in sentences if sentence)


@cache
def read_catalogue(tag: str) -> Catalogue:
    """The catalogue of a language of ours, read once a process."""
    read = msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes())
    return msgspec.convert({"tag": tag, **read}, Catalogue)


def list_catalogues() -> Iterator[Catalogue]:
    """Every catalogue."""
    return map(read_catalogue, OWN)


def choose_catalogue(language: str | None, *samples: str) -> Catalogue:
    """The catalogue of a language, be it told by a code or a name; where none is told, of the one that the first sample
    whose language can be told is written in. English where there is no catalogue."""
    return read_catalogue(choose_own_language(language, *samples))


def fold_letters(text: str) -> str:
    """A message as it is held against whole phrases: its letters and digits, folded."""
    return "".join(filter(str.isalnum, fold(text[:LONGEST])))
