"""In which language a page speaks, and in which language and direction single texts are."""

import re
import unicodedata
from dataclasses import dataclass

from chalice.app import Request

from chalicelib.llm.language import script_of

COOKIE = "hm_lang"
PARAMETER = "lang"
DEFAULT = "en"

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Language, script and region: all of a tag that matters to a writer. What may follow is the browser's own business.
_OWN = re.compile(
    r"[A-Za-z]{2,3}(?![A-Za-z0-9])(-[A-Za-z]{4}(?![A-Za-z0-9]))?(-([A-Za-z]{2}|[0-9]{3})(?![A-Za-z0-9]))?"
)


@dataclass(frozen=True, slots=True)
class Language:
    """A language that we have a catalogue for: its tag, its own name, its direction."""

    tag: str
    name: str
    direction: str = "ltr"


LANGUAGES = {
    language.tag: language
    for language in (
        Language("en", "English"),
        Language("de", "Deutsch"),
        Language("es", "Español"),
        Language("fr", "Français"),
        Language("ar", "العربية", "rtl"),
        Language("zh-Hans", "简体中文"),
        Language("zh-Hant", "繁體中文"),
    )
}

# Hosts write languages as they like: as a code, or as a name.
_NAMES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "spanish": "es",
    "español": "es",
    "castellano": "es",
    "french": "fr",
    "français": "fr",
    "arabic": "ar",
    "العربية": "ar",
    "chinese": "zh-Hans",
    "simplified chinese": "zh-Hans",
    "traditional chinese": "zh-Hant",
    "中文": "zh-Hans",
    "简体中文": "zh-Hans",
    "繁體中文": "zh-Hant",
}
_TRADITIONAL = re.compile(r"zh.*-(hant|tw|hk|mo)\b")

# Of each script: the language taken for it where the session's own is written in another, and its direction.
_SCRIPTS = {
    "ARABIC": ("ar", "rtl"),
    "HEBREW": ("he", "rtl"),
    "CJK": ("zh", "ltr"),
    "HIRAGANA": ("ja", "ltr"),
    "KATAKANA": ("ja", "ltr"),
    "HANGUL": ("ko", "ltr"),
    "CYRILLIC": ("ru", "ltr"),
    "GREEK": ("el", "ltr"),
    "DEVANAGARI": ("hi", "ltr"),
    "THAI": ("th", "ltr"),
}
_SCRIPT_OF = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb"), "ARABIC"),
    **dict.fromkeys(("he", "yi"), "HEBREW"),
    **dict.fromkeys(("zh", "yue", "cmn"), "CJK"),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"), "CYRILLIC"),
    **dict.fromkeys(("hi", "mr", "ne"), "DEVANAGARI"),
    "ja": "HIRAGANA",
    "ko": "HANGUL",
    "el": "GREEK",
    "th": "THAI",
}
_SAMPLED = 400  # characters that are enough to tell a script


def chosen(request: Request, session_language: str | None = None) -> Language:
    """What the visitor switched to, else what the browser asks for, else the session's language, else English."""
    if tag := _switched(request):
        return LANGUAGES[tag]
    told = known(session_language) or LANGUAGES[DEFAULT]
    return next((found for tag in _accepted(request) if (found := known(tag))), told)


def preferred(request: Request) -> str | None:
    """The visitor's own language: what they switched to, else the first that the browser asks for, be there a catalogue or not."""
    return _switched(request) or next((found[0] for tag in _accepted(request) if (found := _OWN.match(tag))), None)


def asked(request: Request) -> str | None:
    """The language that this very request switches to."""
    tag = (request.query_params or {}).get(PARAMETER)
    return tag if tag in LANGUAGES else None


def known(named: str | None) -> Language | None:
    """The catalogue for a language code or name; None where there is none."""
    name = (named or "").strip().casefold().replace("_", "-")
    if name in _NAMES:
        return LANGUAGES[_NAMES[name]]
    primary = name.partition("-")[0]
    if primary in ("zh", "cmn", "yue"):
        traditional = primary == "yue" or _TRADITIONAL.match(name.replace("cmn", "zh", 1))
        return LANGUAGES["zh-Hant" if traditional else "zh-Hans"]
    return LANGUAGES.get(primary)


def tag_of(named: str | None) -> str | None:
    """The session's language as browsers understand it; None where the host named none, or one that is no tag."""
    if named and _TAG.fullmatch(named):
        return named
    found = known(named)
    return found.tag if found else None


def of_text(text: str, session_tag: str | None, page: Language) -> tuple[str, str]:
    """Language and direction of somebody's words: the session's where its script fits them, else what their script suggests."""
    script = _script(text)
    if session_tag and (_SCRIPT_OF.get(session_tag.partition("-")[0].lower(), "LATIN") == script or script is None):
        return session_tag, _SCRIPTS.get(script or "", ("", page.direction if script is None else "ltr"))[1]
    if script == "CJK":
        return ("zh-Hant" if script_of(text) == "hant" else "zh-Hans"), "ltr"
    if script in _SCRIPTS:
        tag, direction = _SCRIPTS[script]
        return tag, direction
    is_latin_page = page.tag in ("en", "de", "es", "fr")
    return (page.tag if is_latin_page or script is None else DEFAULT), ("ltr" if script else page.direction)


def _switched(request: Request) -> str | None:
    """What the visitor switched to, with this request or before."""
    kept = _cookie(request)
    return asked(request) or (kept if kept in LANGUAGES else None)


def _accepted(request: Request) -> list[str]:
    """What the browser asks for, the best first."""
    header = request.headers.get("accept-language", "")
    ranked: list[tuple[float, int, str]] = []
    for place, item in enumerate(header[:500].split(",")):
        tag, _, quality = item.replace(" ", "").partition(";q=")
        try:
            ranked.append((-float(quality or 1), place, tag))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(ranked) if weight < 0]


def _cookie(request: Request) -> str:
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")


def _script(text: str) -> str | None:
    """The script that most letters are in; kana and a few Han characters are Japanese. None without letters."""
    counts: dict[str, int] = {}
    for character in text[:_SAMPLED]:
        if character.isalpha():
            script = unicodedata.name(character, "LATIN").partition(" ")[0]
            counts[script] = counts.get(script, 0) + 1
    if not counts:
        return None
    kana = counts.get("HIRAGANA", 0) + counts.get("KATAKANA", 0)
    best = max(counts, key=lambda script: counts[script])
    return "HIRAGANA" if (best == "CJK" and kana * 5 > counts["CJK"]) or best == "KATAKANA" else best
