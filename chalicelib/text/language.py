"""Which script and language a text is in, and which language a host means who names one."""

import math
from collections import defaultdict
from collections.abc import Collection
from functools import cache

from chalicelib.text import stop_words as lists
from chalicelib.text.language_names import read_names
from chalicelib.text.normalise import fold
from chalicelib.text.scripts import SAMPLED
from chalicelib.text.scripts import script_of as script_of
from chalicelib.text.tokens import split_words

# The languages that the product itself writes in, by their own names: it has a catalogue of each wherever it writes something.
OWN = {
    **{"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "ar": "العربية"},
    **{"zh-Hans": "简体中文", "zh-Hant": "繁體中文"},
}
DEFAULT = "en"
# Where the code of a language is expected, these name none.
_NONE = frozenset(("und", "mul", "mis", "zxx", "x", "root"))
FARTHEST = 15  # between a language and one that stands in for it, on the scale of the Unicode language matching data

# Scripts that several languages are written in, none of them nearly all texts; of the others one can say it.
_SHARED = frozenset(("Latn", "Arab", "Cyrl", "Deva", "Cans", "Mong", "Nkoo", "Syrc", "Tfng"))
# Of the scripts of many languages: those that stop words can tell, where it is not Latin.
_SCRIPT_OF = {
    **dict.fromkeys(("ar", "fa", "ur"), "Arab"),
    **dict.fromkeys(("ru", "uk", "bg"), "Cyrl"),
    **dict.fromkeys(("hi", "mr"), "Deva"),
}
# In some lists, and said in every language, as numerals are.
_EVERYWHERE = frozenset(("ok", "okay"))
# Languages of whose stop words most are short and common elsewhere too, and which few of our texts are in.
_RARE = frozenset(("la", "eo", "br", "st", "zu", "ku", "ms"))
# The letters that languages have besides those that all languages of their script have.
_ALPHABETS = {
    **{"en": "", "de": "äöüß", "es": "áéíóúüñ", "fr": "àâæçéèêëîïôœùûüÿ", "it": "àèéìîòù", "pt": "áâãàçéêíóôõúü"},
    **{"nl": "éëïóöüè", "af": "êëîôû", "sv": "åäöé", "da": "æøåé", "no": "æøåéò", "fi": "äöå", "et": "äöõüšž"},
    **{"pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž", "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "hr": "čćđšž"},
    **{
        "sl": "čšž",
        "ro": "ăâîșțşţ",
        "tr": "çğıiöşüâî",
        "ca": "àçéèíïóòúü",
        "gl": "áéíóúüñ",
        "eu": "ñç",
        "id": "é",
        "ms": "",
    },
    **{"lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "ga": "áéíóú", "tl": "ñ", "sw": "", "so": "", "ha": "ɓɗƙƴ"},
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    **{
        "yo": "àáèéẹìíòóọṣùú",
        "ru": "ёщъыэ",
        "uk": "щґєії",
        "bg": "щъ",
        "ar": "ةىي",
        "fa": "پچژگکی",
        "ur": "پچژگٹڈڑکےںہھی",
    },
}
_COMMON = frozenset(
    "abcdefghijklmnopqrstuvwxyz абвгдежзийклмнопрстуфхцчшьюя ءآأؤإئابتثجحخدذرزسشصضطظعغفقلمنهو"
    "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
)
# What fewer people write in counts for less: nearly all they have in common with a large neighbour speaks for that one.
_SMALLER = {"af": 0.5, "gl": 0.6, "ga": 0.6, "bg": 0.7, "ca": 0.8, "hr": 0.8, "no": 0.9, "sw": 0.9}
_MOST = 0.06  # what one word can speak for a language: lists have words of matter, too
_LETTER = 0.15  # what a word with other letters than the common ones speaks for the languages that have them, together
_FOREIGN = 0.04  # what it speaks against each of the others
_LEAST = 0.03  # the least that has to speak for a language
_CLEARLY = 1.1  # how much more than for the next


def detect_language(text: str) -> str | None:
    """The best guess of the language a text is in, as a BCP 47 tag; None where nothing speaks for any.

    The script decides where one language is written in it. Else the stop words do, and letters that few languages use.
    """
    script = script_of(text)
    if script is None or script not in _SHARED:
        return usual_language_of(script) if script else None
    return _by_stop_words(text[:SAMPLED], script)


@cache
def usual_language_of(script: str) -> str | None:
    """The language that most texts in a script are in, as far as one can say without reading them; None for Latin ones."""
    if script == "Latn":
        return None
    from langcodes import Language  # whose tables are large

    found = Language.make(script=script).maximize().language
    return f"{found}-{script}" if script in ("Hans", "Hant") else found


def choose_own_language(named: str | None, *samples: str) -> str:
    """The tag of OWN to write in: that of a language's code or name, else of the first sample whose language can be told.

    What is no language's code or name says nothing; one that leaves the script open, as "Chinese" does, takes that of the
    samples. DEFAULT for a language that we don't write in.
    """
    written = filter(None, map(detect_language, samples))
    tag = _tag_named(named)
    found = match_language(tag, OWN)
    if found is None and not _is_known(tag):
        tag = next(written, "")
        found = match_language(tag, OWN)
    if found and "-" in found and "-" not in tag:
        language = found.partition("-")[0]
        found = next((it for it in written if it in OWN and it.partition("-")[0] == language), found)
    return found or DEFAULT


def is_language(named: str) -> bool:
    """Whether this is the code of a language, or a name for one that hosts write."""
    tag = _tag_named(named)
    known = tag in OWN or tag in read_names().values()
    return known or (tag.partition("-")[0] not in _NONE and _is_known(tag))


def match_language(named: str | None, available: Collection[str]) -> str | None:
    """The one of the available tags that a language's code or name stands for, in whatever spelling; None for none."""
    tag = _tag_named(named)
    if not tag:
        return None
    same = next((it for it in available if it.casefold() == tag.casefold()), None)
    return same or _only_one(tag, available) or _nearest(tag, available)


def _tells_a_language(word: str) -> bool:
    return word not in _EVERYWHERE and any(map(str.isalpha, word))


@cache
def _weights() -> dict[str, tuple[tuple[str, float], ...]]:
    """For each stop word the languages that have it, and how much it speaks for each: the less, the more languages do."""
    holders: dict[str, list[str]] = {}
    for code in sorted(lists.languages() - _RARE):
        for word in filter(_tells_a_language, lists.stop_words(code)):
            holders.setdefault(word, []).append(code)
    sizes = {code: math.log(50 + len(lists.stop_words(code))) for code in lists.languages()}
    return {
        word: tuple((code, _SMALLER.get(code, 1) * min(_MOST, 1 / (len(codes) * sizes[code]))) for code in codes)
        for word, codes in holders.items()
    }


@cache
def _letters() -> dict[str, frozenset[str]]:
    return {code: frozenset(letters) for code, letters in _ALPHABETS.items()}


def _by_stop_words(text: str, script: str) -> str | None:
    found = split_words(text)
    scores: defaultdict[str, float] = defaultdict(float)
    for word in found:
        for code, weight in _weights().get(word, ()):
            scores[code] += weight
    for letters in filter(None, (frozenset(filter(str.isalpha, word)) - _COMMON for word in found)):
        having = [code for code, alphabet in _letters().items() if letters <= alphabet]
        for code in _letters():
            scores[code] += _LETTER / len(having) if code in having else -_FOREIGN
    told = {code: score for code, score in scores.items() if _SCRIPT_OF.get(code, "Latn") == script}
    ranked = sorted(told.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _LEAST:
        return None
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] >= _CLEARLY * ranked[1][1] else None


def _tag_named(named: str | None) -> str:
    """The tag that a name stands for, else the name as a tag is written; empty where there is none."""
    name = fold(named or "")[:80].replace("_", "-")
    known = read_names()
    return known.get(name) or next((known[part] for part in _parts(name) if part in known), name)


def _is_known(tag: str) -> bool:
    """Whether this is the tag of some language."""
    from langcodes import tag_is_valid

    return bool(tag) and tag_is_valid(tag)


def _parts(name: str) -> list[str]:
    """What a name is made of: "German / Deutsch" and "English language" have one that is known."""
    for mark in ".,;()|&+@":
        name = name.replace(mark, "/")
    pieces = [piece.strip() for piece in name.split("/")]
    return [piece.removesuffix(" language").strip() for piece in pieces if piece]


def _only_one(tag: str, available: Collection[str]) -> str | None:
    """The available tag of the same language, where that is one: without the tables that tell more."""
    language = tag.partition("-")[0].casefold()
    found = [it for it in available if it.partition("-")[0].casefold() == language]
    return found[0] if len(found) == 1 else None


def _nearest(tag: str, available: Collection[str]) -> str | None:
    """The available tag of the same language and script, or of a very near one."""
    # Its tables are large, and most requests do without.
    from langcodes import closest_match

    try:
        found, distance = closest_match(tag, [*available], FARTHEST)
    except ValueError:
        return None
    return found if distance <= FARTHEST and found in available else None
