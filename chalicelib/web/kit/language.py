"""In which language a page speaks, and in which language and direction single texts are."""

import re

from chalice.app import Request
from msgspec import Struct

from chalicelib.text.language import DEFAULT, OWN, match, usual_language
from chalicelib.text.scripts import family_of, is_right_to_left, script_of, script_of_language
from chalicelib.web.kit.cookies import cookie_values

COOKIE = "hm_lang"
PARAMETER = "lang"

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Language, script and region: all of a tag that matters to a writer. What may follow is the browser's own business.
_OWN = re.compile(
    r"[A-Za-z]{2,3}(?![A-Za-z0-9])(-[A-Za-z]{4}(?![A-Za-z0-9]))?(-([A-Za-z]{2}|[0-9]{3})(?![A-Za-z0-9]))?"
)


class Language(Struct, frozen=True):
    """A language that we have a catalogue for: its tag, its own name, its direction."""

    tag: str
    name: str
    direction: str


LANGUAGES = {
    tag: Language(tag, name, "rtl" if is_right_to_left(script_of(name) or "") else "ltr") for tag, name in OWN.items()
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
    tag = match(named, LANGUAGES)
    return LANGUAGES[tag] if tag else None


def tag_of(named: str | None) -> str | None:
    """The session's language as browsers understand it; None where the host named none, or one that is no tag."""
    if named and _TAG.fullmatch(named):
        return named
    found = known(named)
    return found.tag if found else None


def of_text(text: str, session_tag: str | None, page: Language) -> tuple[str, str]:
    """Language and direction of somebody's words: the session's where its script fits them, else what their script suggests."""
    script = script_of(text[:_SAMPLED])
    if script is None:
        return session_tag or page.tag, page.direction
    direction = "rtl" if is_right_to_left(script) else "ltr"
    if session_tag and _fits(script, script_of_language(session_tag)):
        return session_tag, direction
    if script == "Hani" and page.tag.startswith("zh"):
        return page.tag, direction
    is_latin_page = script_of_language(page.tag) == "Latn"
    return usual_language(script) or (page.tag if is_latin_page else DEFAULT), direction


def _fits(script: str, wanted: str) -> bool:
    """Whether words in one script may be in a language of the other; characters that Chinese and Japanese share fit both."""
    return family_of(script) == wanted or (script == "Hani" and wanted == "Jpan")


def _switched(request: Request) -> str | None:
    """What the visitor switched to, with this request or before."""
    return asked(request) or next((kept for kept in cookie_values(request, COOKIE) if kept in LANGUAGES), None)


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
