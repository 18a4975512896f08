"""Pages are made of templates. Jinja2 is imported by the first page of a process; everything a template is given is escaped."""

import base64
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from chalice.app import Request, Response
from msgspec import Struct

from chalicelib.errors import HarmonicaError
from chalicelib.model import Session
from chalicelib.settings import settings
from chalicelib.web.kit import language, static
from chalicelib.web.kit.contact import find_contact
from chalicelib.web.kit.cookies import set_cookie
from chalicelib.web.kit.language import LANGUAGES, Language
from chalicelib.web.kit.request import is_test_run, public_url
from chalicelib.web.kit.texts import Texts, texts_in

if TYPE_CHECKING:
    from jinja2 import Environment

_WEB = Path(__file__).parent.parent
LANGUAGE_SECONDS = 365 * 24 * 3600  # for which a browser keeps the language that somebody switched to
# Of an address, when the language is switched: what participants' pages have, and what hosts' have.
_KEPT_PARAMETERS = (
    *("s", "t", "cursor", "leave", "r", "i", "landed", "test", "tab", "as", "words", "summed_up", "stopped", "gone"),
    *(
        "a",
        "next",
        "q",
        "status",
        "sort",
        "from",
        "template",
        "goal",
        "step",
        "version",
        "with",
        "edit",
        "offset",
        "of",
        "by",
        "stance",
        "id",
        "revision",
        "bring",
        "field",
        "remove",
        "delete",
        "questions",
    ),
    "v",  # of the page about privacy
)

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class PageLocale(Struct, frozen=True):
    """The language and texts of a page for one visitor; `session_tag` is the language of the session's own words."""

    language: Language
    texts: Texts
    session_tag: str | None = None

    def marks(self, text: str) -> str:
        """Returns the attributes that tell language and direction of somebody's words."""
        from markupsafe import Markup

        tag, direction = language.guess_language(text, self.session_tag, self.language)
        return Markup(' lang="{}" dir="{}"').format(tag, direction)


def locale_for(request: Request, session: Session | None = None) -> PageLocale:
    """Returns the locale of this visitor, in this session."""
    named = session.language if session else None
    chosen = language.choose_language(request, named)
    return PageLocale(chosen, texts_in(chosen.tag), language.session_tag(named))


def render_page(
    request: Request,
    template: str,
    status: int = 200,
    *,
    session: Session | None = None,
    has_frame: bool = False,
    **values: Any,
) -> Response:
    """Returns a page made of this template, for this visitor. `has_frame`: it shows a test run beside it."""
    nonce = base64.b64encode(os.urandom(12)).decode()
    locale = locale_for(request, session)
    given = {
        "session": session,
        "way_back": False,  # whether whoever sees it is signed in as a member of the session
        "nonce": nonce,
        "languages": _language_links(request),
        "privacy": f"{urlsplit(public_url(request)).path}/privacy" + (f"?s={session.id}" if session else ""),
        **_locale_values(locale),
        **values,
    }
    body = _environment().get_template(template).render(given)
    is_framed = is_test_run(request)  # by pages of ours alone
    headers = {
        **HEADERS,
        "X-Frame-Options": "SAMEORIGIN" if is_framed else "DENY",
        "Content-Security-Policy": _content_security_policy(nonce, has_frame=has_frame, is_framed=is_framed),
        "Content-Language": locale.language.tag,
    }
    if switched := language.requested_tag(request):
        headers["Set-Cookie"] = keep_language(request, switched)
    return Response(body, headers, status)


def keep_language(request: Request, tag: str | None) -> str:
    """Returns the header that has this browser keep a language, or, without one, none."""
    return set_cookie(request, language.COOKIE, tag or "", LANGUAGE_SECONDS if tag else 0)


def render_fragment(locale: PageLocale, template: str, **values: Any) -> str:
    """Returns a part of a page, for one that is open already."""
    return _environment().get_template(template).render({**_locale_values(locale), **values}).strip()


def with_retry_after(response: Response, error: HarmonicaError) -> Response:
    """Returns the response, with the seconds after which to come back where the error knows them."""
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after)))
    return response


def _locale_values(locale: PageLocale) -> dict[str, Any]:
    return {
        "t": locale.texts,
        "page_language": locale.language,
        "marks": locale.marks,
        "contact": find_contact(settings().support_contact),
        "help_text": settings().help_text,
    }


def _language_links(request: Request) -> list[tuple[Language, str]]:
    """Returns every language, with the address of this page in it."""
    given = request.query_params or {}
    kept = {name: given[name] for name in _KEPT_PARAMETERS if name in given}
    return [(it, "?" + urlencode({**kept, language.PARAMETER: it.tag})) for it in LANGUAGES.values()]


def _content_security_policy(nonce: str, *, has_frame: bool, is_framed: bool) -> str:
    """Returns the policy by which only what this page names runs or styles it, only we are asked, and nobody else frames it."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            *(["frame-src 'self'"] if has_frame else []),
            "frame-ancestors 'self'" if is_framed else "frame-ancestors 'none'",
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from chalicelib.web.kit.markdown import render_markdown, render_model_text

    environment = Environment(
        loader=FileSystemLoader(sorted(_WEB.glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static": static.address}
    environment.filters["formatted"] = render_markdown
    environment.filters["formatted_model_text"] = render_model_text
    return environment
