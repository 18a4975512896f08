"""All text of the pages: one catalogue a language, with the same keys and the same placeholders in each."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


class Texts:
    """The texts of one language: `texts("duration", minutes=5)`."""

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        self.catalogue = catalogue

    def __call__(self, key: str, **values: Any) -> str:
        """The text of this name, filled in."""
        return self.catalogue[key].format(**values)


@cache
def texts_in(tag: str) -> Texts:
    """The catalogue of a language, read once a process."""
    return Texts(tomllib.loads((_HERE / f"{tag}.toml").read_text()))
