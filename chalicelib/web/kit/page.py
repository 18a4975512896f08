"""Templates to pages. Jinja2 is imported by the first page of a process, and everything a template is given is escaped."""

import base64
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalice.app import Request, Response
from msgspec import Struct

from chalicelib.errors import HarmonicaError
from chalicelib.model import Session
from chalicelib.settings import settings
from chalicelib.web.kit import language, static
from chalicelib.web.kit.contact import contact
from chalicelib.web.kit.cookies import set_cookie
from chalicelib.web.kit.language import LANGUAGES, Language
from chalicelib.web.kit.texts import Texts, texts_in

if TYPE_CHECKING:
    from jinja2 import Environment

_WEB = Path(__file__).parent.parent
_YEAR = 365 * 24 * 3600
_KEPT_PARAMETERS = ("s", "t", "cursor", "leave", "r")  # of an address, when the language is switched

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Voice(Struct, frozen=True):
    """How this visitor is spoken to: in which language, and what the session's own words are in."""

    language: Language
    texts: Texts
    session_tag: str | None = None

    def marks(self, text: str) -> str:
        """The attributes that tell language and direction of somebody's words."""
        from markupsafe import Markup

        tag, direction = language.of_text(text, self.session_tag, self.language)
        return Markup(' lang="{}" dir="{}"').format(tag, direction)


def voice_for(request: Request, session: Session | None = None) -> Voice:
    """The voice for this request, in this session."""
    named = session.language if session else None
    spoken = language.chosen(request, named)
    return Voice(spoken, texts_in(spoken.tag), language.tag_of(named))


def page(
    request: Request, template: str, status: int = 200, *, session: Session | None = None, **values: Any
) -> Response:
    """A page made of this template, for this visitor."""
    nonce = base64.b64encode(os.urandom(12)).decode()
    voice = voice_for(request, session)
    given = {"session": session, "nonce": nonce, "languages": _switches(request), **_spoken(voice), **values}
    body = _environment().get_template(template).render(given)
    headers = {**HEADERS, "Content-Security-Policy": _policy(nonce), "Content-Language": voice.language.tag}
    if switched := language.asked(request):
        headers["Set-Cookie"] = set_cookie(request, language.COOKIE, switched, _YEAR)
    return Response(body, headers, status)


def fragment(voice: Voice, template: str, **values: Any) -> str:
    """A part of a page, for a page that is there already."""
    return _environment().get_template(template).render({**_spoken(voice), **values}).strip()


def with_retry_after(response: Response, error: HarmonicaError) -> Response:
    """The response, saying when to come back where the error knows."""
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after)))
    return response


def _spoken(voice: Voice) -> dict[str, Any]:
    return {
        "t": voice.texts,
        "page_language": voice.language,
        "marks": voice.marks,
        "contact": contact(),
        "help_text": settings().help_text,
    }


def _switches(request: Request) -> list[tuple[Language, str]]:
    """Every language, and the address of this page in it."""
    given = request.query_params or {}
    kept = {name: given[name] for name in _KEPT_PARAMETERS if name in given}
    return [(it, "?" + urlencode({**kept, language.PARAMETER: it.tag})) for it in LANGUAGES.values()]


def _policy(nonce: str) -> str:
    """Only what this page names runs or styles it, only we are asked, nobody frames it."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from chalicelib.web.kit.markdown import formatted

    environment = Environment(
        loader=FileSystemLoader(sorted(_WEB.glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static.address
    environment.filters["formatted"] = formatted
    return environment
