"""The words of a language that say little of what a text is about."""

from functools import cache

from chalicelib.text.normalise import fold

# Words of a few languages that have grammar only, and say nothing of who used them or of what. The library's lists are wider:
# they have names of companies and words of matter, too.
_GRAMMAR = (
    "a about also an and are as at be been but by can can't could do does don't for from had has have her his how i "
    "i'd i'll i'm i've if in into is it it's its less many me more my no not of on one ones only onto or other others "
    "our over should so some than that the their them there these they this those to under up us very was we were "
    "what when where which who whom whose why with would you your each every between people some "
    "de des du la las le les los el en et y o un una une que qui para por pour con del "
    "der die das den dem und oder von zu im mit für ein eine einer nicht auf"
)
GRAMMAR = frozenset(_GRAMMAR.split())
_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh", "yue": "zh", "ckb": "ku", "fil": "tl"}


@cache
def stop_words(tag: str) -> frozenset[str]:
    """The stop words of a language, folded; none for a language that the library has none for."""
    # Its lists are loaded with it, and most requests do without.
    from stopwordsiso import stopwords

    code = tag.replace("_", "-").partition("-")[0].lower()
    return frozenset(map(fold, stopwords(_CODES.get(code, code))))


def languages() -> frozenset[str]:
    """The codes of the languages that there are stop words for."""
    from stopwordsiso import langs

    return langs()
