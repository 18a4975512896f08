"""In which language a page speaks, and in which language and direction single texts are."""

import re

from chalice.app import Request
from msgspec import Struct

from chalicelib.text.language import DEFAULT, OWN, match_language, usual_language_of
from chalicelib.text.scripts import family_of, is_right_to_left, script_of, script_of_language
from chalicelib.web.kit.cookies import cookie_values

COOKIE = "hm_lang"
PARAMETER = "lang"
_ACCOUNT = "harmonica.language"  # in what is known of a request beside what its browser sends

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


def note_account_language(request: Request, tag: str | None) -> None:
    """Notes the language of the account that is signed in, which the answer to this request speaks."""
    request.context[_ACCOUNT] = tag


def choose_language(request: Request, session_language: str | None = None) -> Language:
    """Returns what the visitor switched to in this browser, else the language of the account that is signed in on a host's page, else
    what the browser asks for, else the session's language, else English."""
    if tag := _switched(request) or request.context.get(_ACCOUNT):
        return LANGUAGES[tag]
    default = find_language(session_language) or LANGUAGES[DEFAULT]
    return next((found for tag in _accepted(request) if (found := find_language(tag))), default)


def preferred_tag(request: Request) -> str | None:
    """Returns the visitor's own language: what they switched to, else the first that the browser asks for, with a catalogue or without."""
    return _switched(request) or next((found[0] for tag in _accepted(request) if (found := _OWN.match(tag))), None)


def requested_tag(request: Request) -> str | None:
    """Returns the language that this very request switches to."""
    tag = (request.query_params or {}).get(PARAMETER)
    return tag if tag in LANGUAGES else None


def find_language(named: str | None) -> Language | None:
    """Returns the language of this code or name that we have a catalogue for; None where there is none."""
    tag = match_language(named, LANGUAGES)
    return LANGUAGES[tag] if tag else None


def session_tag(named: str | None) -> str | None:
    """Returns the session's language as browsers understand it; None where the host named none, or one that is no tag."""
    if named and _TAG.fullmatch(named):
        return named
    found = find_language(named)
    return found.tag if found else None


def guess_language(text: str, named: str | None, page: Language) -> tuple[str, str]:
    """Returns language and direction of somebody's words: the session's where its script fits them, else what their script suggests."""
    script = script_of(text[:_SAMPLED])
    if script is None:
        return named or page.tag, page.direction
    direction = "rtl" if is_right_to_left(script) else "ltr"
    if named and _fits(script, script_of_language(named)):
        return named, direction
    if script == "Hani" and page.tag.startswith("zh"):
        return page.tag, direction
    is_latin_page = script_of_language(page.tag) == "Latn"
    return usual_language_of(script) or (page.tag if is_latin_page else DEFAULT), direction


def _fits(script: str, wanted: str) -> bool:
    """Says whether words in one script may be in a language of the other; characters that Chinese and Japanese share fit both."""
    return family_of(script) == wanted or (script == "Hani" and wanted == "Jpan")


def _switched(request: Request) -> str | None:
    """Returns what the visitor switched to, with this request or before."""
    return requested_tag(request) or next((kept for kept in cookie_values(request, COOKIE) if kept in LANGUAGES), None)


def _accepted(request: Request) -> list[str]:
    """Returns what the browser asks for, the best first."""
    header = request.headers.get("accept-language", "")
    ranked: list[tuple[float, int, str]] = []
    for place, item in enumerate(header[:500].split(",")):
        tag, _, quality = item.replace(" ", "").partition(";q=")
        try:
            ranked.append((-float(quality or 1), place, tag))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(ranked) if weight < 0]
