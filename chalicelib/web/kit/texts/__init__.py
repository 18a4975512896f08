"""All text of the pages: one catalogue a language, with the same keys and the same placeholders in each.

A text that counts something has a form for each way in which its language does, by CLDR's names; `count` chooses.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.text.locales import fill, fill_counted

_HERE = Path(__file__).parent


class Texts:
    """The texts of one language: `texts("duration", count=5)`."""

    def __init__(self, tag: str, catalogue: Mapping[str, str | Mapping[str, str]]) -> None:
        self.tag, self.catalogue = tag, catalogue

    def __call__(self, key: str, **values: Any) -> str:
        """The text of this name, filled in."""
        text = self.catalogue[key]
        return fill(self.tag, text, **values) if isinstance(text, str) else fill_counted(self.tag, text, **values)


@cache
def texts_in(tag: str) -> Texts:
    """The catalogue of a language, read once a process."""
    return Texts(tag, tomllib.loads((_HERE / f"{tag}.toml").read_text()))
