"""Which script and language a text is in, and which language a host means who names one."""

import math
from collections import defaultdict
from collections.abc import Collection
from functools import cache

from chalicelib.text import stop_words as lists
from chalicelib.text.language_names import NAMES
from chalicelib.text.normalise import fold
from chalicelib.text.scripts import SAMPLED
from chalicelib.text.scripts import script_of as script_of
from chalicelib.text.tokens import words

FARTHEST = 15  # between a language and one that stands in for it, on the scale of the Unicode language matching data

# The language of a script that nearly all of its texts are in.
_LANGUAGES = {
    **{"Grek": "el", "Hebr": "he", "Thai": "th", "Hang": "ko", "Jpan": "ja", "Hans": "zh-Hans", "Hant": "zh-Hant"},
    **{"Hani": "zh", "Armn": "hy", "Geor": "ka", "Ethi": "am", "Beng": "bn", "Taml": "ta", "Telu": "te", "Knda": "kn"},
    **{"Mlym": "ml", "Gujr": "gu", "Guru": "pa", "Orya": "or", "Sinh": "si", "Laoo": "lo", "Khmr": "km", "Mymr": "my"},
    **{"Tibt": "bo", "Thaa": "dv", "Cher": "chr", "Java": "jv", "Yiii": "ii"},
}
# Of the scripts of many languages: those that stop words can tell, where it is not Latin.
_SCRIPT_OF = {
    **dict.fromkeys(("ar", "fa", "ur"), "Arab"),
    **dict.fromkeys(("ru", "uk", "bg"), "Cyrl"),
    **dict.fromkeys(("hi", "mr"), "Deva"),
}
# Languages of whose stop words most are short and common elsewhere too, and which few of our texts are in.
_RARE = frozenset(("la", "eo", "br", "st", "zu", "ku", "ms"))
# Letters that hardly any other language has.
_LETTERS = {
    code: frozenset(letters)
    for code, letters in {
        **{"es": "ñ¿¡", "de": "ßäü", "pl": "łąęśźż", "tr": "ğış", "sv": "äå", "da": "øæ", "no": "øæ", "pt": "ãõ"},
        **{
            "hu": "őű",
            "ro": "țșăţş",
            "cs": "řěů",
            "fr": "œçê",
            "vi": "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
        },
        **{"uk": "іїєґ", "bg": "ъ", "ru": "ыэё", "fa": "گپچ", "ur": "ٹڈڑےںہ", "fi": "äö", "lt": "ėįų", "lv": "āēģķļņ"},
        **{"et": "õ", "hr": "đćž", "sk": "ľĺŕô"},
    }.items()
}
_LETTER = 0.05  # what a word with such a letter speaks for its language
_LEAST = 0.03  # the least that has to speak for a language
_CLEARLY = 1.1  # how much more than for the next


def language_of(text: str) -> str | None:
    """The best guess of the language a text is in, as a BCP 47 tag; None where nothing speaks for any.

    The script decides where one language is written in it. Else the stop words do, and letters that few languages use.
    """
    script = script_of(text)
    if script is None or script in _LANGUAGES:
        return _LANGUAGES[script] if script else None
    return _by_stop_words(text[:SAMPLED], script)


def match(named: str | None, available: Collection[str]) -> str | None:
    """The one of the available tags that a language's code or name stands for, in whatever spelling; None for none."""
    name = fold(named or "")[:80].replace("_", "-")
    if not name:
        return None
    tag = NAMES.get(name) or next((NAMES[part] for part in _parts(name) if part in NAMES), name)
    same = next((it for it in available if it.casefold() == tag.casefold()), None)
    return same or _nearest(tag, available)


@cache
def _weights() -> dict[str, tuple[tuple[str, float], ...]]:
    """For each stop word the languages that have it, and how much it speaks for each: the less, the more languages do."""
    holders: dict[str, list[str]] = {}
    for code in sorted(lists.languages() - _RARE):
        for word in lists.stop_words(code):
            holders.setdefault(word, []).append(code)
    sizes = {code: math.log(50 + len(lists.stop_words(code))) for code in lists.languages()}
    return {word: tuple((code, 1 / (len(codes) * sizes[code])) for code in codes) for word, codes in holders.items()}


def _by_stop_words(text: str, script: str) -> str | None:
    found = words(text)
    scores: defaultdict[str, float] = defaultdict(float)
    for word in found:
        for code, weight in _weights().get(word, ()):
            scores[code] += weight
    for code, letters in _LETTERS.items():
        scores[code] += _LETTER * sum(1 for word in found if not letters.isdisjoint(word))
    told = {code: score for code, score in scores.items() if _SCRIPT_OF.get(code, "Latn") == script}
    ranked = sorted(told.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _LEAST:
        return None
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] >= _CLEARLY * ranked[1][1] else None


def _parts(name: str) -> list[str]:
    """What a name is made of: "German / Deutsch" and "English language" have one that is known."""
    for mark in "/,;()|&+":
        name = name.replace(mark, "/")
    pieces = [piece.strip() for piece in name.split("/")]
    return [piece.removesuffix(" language").strip() for piece in pieces if piece]


def _nearest(tag: str, available: Collection[str]) -> str | None:
    """The available tag of the same language and script, or of a very near one."""
    from langcodes import closest_match

    try:
        found, distance = closest_match(tag, [*available], FARTHEST)
    except ValueError:
        return None
    return found if distance <= FARTHEST and found in available else None
