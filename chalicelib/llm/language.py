"""Which of the languages that we have words for a text or a session is in: English, or Chinese in one of its two scripts.

What the offline model writes and the headings that code puts around it ask the same function, so they always agree.
"""

import re
from typing import Literal

Script = Literal["en", "hant", "hans"]

SAMPLED = 200  # points that are enough to tell the language of a session

# Frequent characters that only one of the two scripts has.
_HANT = frozenset("們個這會說對過時來學國關點體發現還讓麼為與業車應該務問題開沒講認樣幾實間長動見")
_HANS = frozenset("们个这会说对过时来学国关点体发现还让么为与业车应该务问题开没讲认样几实间长动见")
_WORD = re.compile(r"[a-z0-9][a-z0-9'’\-]*", re.IGNORECASE)
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_CHINESE = re.compile(r"(?:zh|cmn|yue)(?![a-z])|chinese|中|漢|汉|繁|[簡简]", re.IGNORECASE)
_SCRIPT = re.compile(
    r"(?P<hans>[-_](?:hans|cn|sg|my)\b|simplified|[簡简])|[-_](?:hant|tw|hk|mo)\b|traditional|繁", re.IGNORECASE
)


def script_for(language: str | None, sample: str) -> Script:
    """What to write in: as the session's language says, be it a code or a name; else as the sample is written.

    The code of a language that we have no words for gives English.
    """
    named = (language or "").strip()
    if _CHINESE.match(named):
        told = _SCRIPT.search(named)
        if told is None:
            return _chinese_script(sample, "hant")
        return "hans" if told["hans"] else "hant"
    return "en" if _CODE.fullmatch(named) else script_of(sample)


def script_of(text: str, default: Script = "en") -> Script:
    """The script a text is written in; `default` where it has neither Latin words nor Chinese characters. Kana mean Japanese."""
    chinese, words = count_chinese(text), count_words(text)
    if not chinese and not words:
        return default
    kana = sum("\u3040" <= character <= "\u30ff" for character in text)
    if chinese <= words or chinese <= 5 * kana:
        return "en"
    return _chinese_script(text, default if default != "en" else "hant")


def count_chinese(text: str) -> int:
    """How many Chinese characters there are."""
    return sum("\u4e00" <= character <= "\u9fff" for character in text)


def count_words(text: str) -> int:
    """How many words of Latin letters there are."""
    return len(_WORD.findall(text))


def _chinese_script(text: str, default: Script) -> Script:
    simplified, traditional = (sum(character in signs for character in text) for signs in (_HANS, _HANT))
    if simplified == traditional:
        return default
    return "hans" if simplified > traditional else "hant"
