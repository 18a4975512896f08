"""Texts as they are compared in searches."""

import unicodedata


def folded(text: str) -> str:
    """The same letters are the same, however they are encoded and in whatever case; `%`, `_` and `*` are letters too."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
