"""Reading what was said: quotes, sentences, questions, words, scripts.

Nothing here is shared with the facilitator's own code, so that a mistake there is not made again by what should find it.
"""

import re
import unicodedata
from collections import Counter
from typing import Final

_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"\n]*\"|«[^»]*»")
_ENDS = re.compile(r"(?<=[.!?…])[”\"')\]]*\s+|(?<=[。！？])[”」』）]*|\n+")
_LATIN_WORD = re.compile(r"[a-zà-öø-ÿ0-9]+(?:['’-][a-zà-öø-ÿ0-9]+)*", re.IGNORECASE)
_QUESTION = re.compile(r"[?？]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_SCRIPTS: Final = (
    "CJK UNIFIED",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "CYRILLIC",
    "ARABIC",
    "HEBREW",
    "GREEK",
    "DEVANAGARI",
    "THAI",
)
_TRADITIONAL = frozenset("們個這會說對過時來學國關點體發現還讓麼為與業車應該務問題開沒講認樣實間長動見書館園區裡總")
_SIMPLIFIED = frozenset("们个这会说对过时来学国关点体发现还让么为与业车应该务问题开没讲认样实间长动见书馆园区里总")
_TRADITIONAL_ONLY, _SIMPLIFIED_ONLY = _TRADITIONAL - _SIMPLIFIED, _SIMPLIFIED - _TRADITIONAL


def unquoted(text: str) -> str:
    """A text without what stands in quotation marks."""
    return _QUOTED.sub("“”", text)


def quotations(text: str) -> list[str]:
    """What stands in quotation marks."""
    return [found[1:-1] for found in _QUOTED.findall(text)]


def sentences(text: str) -> list[str]:
    """The sentences of a text; a quotation is a part of the sentence around it."""
    return [piece.strip() for piece in _ENDS.split(unquoted(text)) if any(map(str.isalnum, piece))]


def questions(text: str) -> list[str]:
    """The sentences that ask, quotations aside."""
    return [sentence for sentence in sentences(text) if _QUESTION.search(sentence)]


def question_marks(text: str) -> int:
    """How often a text asks, quotations aside."""
    return len(_QUESTION.findall(unquoted(text)))


def latin_words(text: str) -> list[str]:
    """The words in Latin letters, in lower case."""
    return [word.lower() for word in _LATIN_WORD.findall(text)]


def han(text: str) -> int:
    """How many Chinese characters there are."""
    return len(_HAN.findall(text))


def terms(text: str) -> Counter[str]:
    """What two texts are compared by: words of Latin letters, pairs of other characters."""
    found = Counter(latin_words(text))
    others = "".join(it if it.isalpha() else " " for it in re.sub(_LATIN_WORD, " ", text))
    for run in others.split():
        found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def alike(one: str, other: str) -> float:
    """How much of two texts is the same, from 0 to 1."""
    left, right = terms(one), terms(other)
    union = (left | right).total()
    return (left & right).total() / union if union else 0.0


def script_of(text: str) -> str | None:
    """`latin`, `hans`, `hant`, `han` (Chinese of either script) or another script; None where a text is too short to tell."""
    words = len(latin_words(text))
    counted: Counter[str] = Counter()
    for character in text:
        name = unicodedata.name(character, "")
        counted.update(script for script in _SCRIPTS if name.startswith(script))
    kana = counted["HIRAGANA"] + counted["KATAKANA"]
    if kana and 5 * kana >= counted["CJK UNIFIED"]:
        return "japanese"
    script, most = counted.most_common(1)[0] if counted else ("", 0)
    if most >= 2 and most >= words:
        return _chinese(text) if script == "CJK UNIFIED" else script.lower()
    return "latin" if words >= 3 else None


def _chinese(text: str) -> str:
    traditional = sum(character in _TRADITIONAL_ONLY for character in text)
    simplified = sum(character in _SIMPLIFIED_ONLY for character in text)
    if traditional == simplified:
        return "han"
    return "hant" if traditional > simplified else "hans"
