"""The words of a language that say little of what a text is about."""

from functools import cache

from chalicelib.text.normalise import fold

_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh", "yue": "zh", "ckb": "ku", "fil": "tl"}


@cache
def stop_words(tag: str) -> frozenset[str]:
    """The stop words of a language, folded; none for a language that the library has none for."""
    from stopwordsiso import stopwords

    code = tag.replace("_", "-").partition("-")[0].lower()
    return frozenset(map(fold, stopwords(_CODES.get(code, code))))


def languages() -> frozenset[str]:
    """The codes of the languages that there are stop words for."""
    from stopwordsiso import langs

    return langs()
