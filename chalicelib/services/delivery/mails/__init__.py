"""Mails, as text and as HTML: one catalogue a language with the words of each, and one frame without images.

A catalogue has one table a mail, and before them the words of links at the end of a mail: `privacy` of that to the page about privacy,
`stop` of that which ends such mails; and `roles`, what members may.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from chalicelib.mail import Mail
from chalicelib.text.language import OWN
from chalicelib.text.locales import fill
from chalicelib.text.scripts import is_right_to_left, script_of

_HERE = Path(__file__).parent
# Some mail programs read no style sheet; those that do overrule it in the dark.
_BUTTON = "display:inline-block;padding:12px 20px;border-radius:8px;background:#0b6156;color:#ffffff;font-weight:600;text-decoration:none"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one mail. `code` stands above a code, where there is one, `after` below the button; of a conversation,
    `facilitator` and `you` say who spoke, and `results` is the link to what came of it."""

    subject: str
    greeting: str
    button: str
    after: str
    code: str = ""
    facilitator: str = ""
    you: str = ""
    results: str = ""


class Part(msgspec.Struct, frozen=True):
    """What somebody said or answered, under a heading."""

    heading: str
    text: str


class _Catalogue(msgspec.Struct, frozen=True):
    stop: str
    privacy: str
    roles: dict[str, str]
    mails: dict[str, Words]


class _Told(msgspec.Struct, frozen=True):
    """What a mail tells, in the order of its fields."""

    greeting: str
    message: str
    said: Sequence[Part]
    button: str
    link: str
    results: str
    results_link: str
    code_label: str
    code: str
    after: str
    privacy: str
    privacy_link: str
    stop: str
    stop_link: str


def words_of(name: str, language: str) -> Words:
    """The words of the mail of this name, without its values."""
    return _catalogue(language).mails[name]


def role_in(role: str, language: str) -> str:
    """What somebody with this role is, and may."""
    return _catalogue(language).roles[role]


def write_mail(
    name: str,
    to: str,
    language: str,
    *,
    link: str,
    values: dict[str, Any],
    stop_link: str = "",
    privacy_link: str = "",
    message: str = "",
    said: Sequence[Part] = (),
    results_link: str = "",
) -> Mail:
    """The mail of this name, in one of the languages that there are catalogues for, with its link and its values.

    `message` is what a host adds in their own words, `said` what a conversation consists of. A mail that its reader did not ask for
    needs a `stop_link`.
    """
    catalogue = _catalogue(language)
    words = catalogue.mails[name]
    told = {field: fill(language, getattr(words, field), **values) for field in Words.__struct_fields__}
    code = str(values.get("code", ""))
    parts = _Told(
        greeting=told["greeting"].strip(),  # the last of its lines may have nothing to say
        message=message.strip(),
        said=said,
        button=told["button"],
        link=link,
        results=told["results"],
        results_link=results_link,
        code_label=told["code"],
        code=code,
        after=told["after"],
        privacy=catalogue.privacy,
        privacy_link=privacy_link,
        stop=catalogue.stop,
        stop_link=stop_link,
    )
    subject = " ".join(told["subject"].split())  # a topic may have lines, a header has one
    text = "\n\n".join(filter(None, _text_parts(parts)))
    return Mail(to, subject, text + "\n", _frame_html(language, subject, "\n".join(_html_parts(parts))), stop_link)


def _text_parts(told: _Told) -> Iterator[str]:
    yield told.greeting
    yield told.message
    yield from (f"{part.heading}\n{part.text}" for part in told.said)
    yield f"{told.button}: {told.link}"
    yield f"{told.results}: {told.results_link}" if told.results_link else ""
    yield f"{told.code_label} {told.code}" if told.code else ""
    yield told.after
    yield f"{told.privacy}: {told.privacy_link}" if told.privacy_link else ""
    yield f"{told.stop}: {told.stop_link}" if told.stop_link else ""


def _html_parts(told: _Told) -> Iterator[str]:
    yield f"<p>{_lines(told.greeting)}</p>"
    if told.message:
        yield f'<blockquote dir="auto">{_lines(told.message)}</blockquote>'
    for part in told.said:
        yield f'<div class="said"><b><bdi>{escape(part.heading)}</bdi></b>\n<div dir="auto">{_lines(part.text)}</div></div>'
    yield f'<p><a class="button" style="{_BUTTON}" href="{escape(told.link)}">{escape(told.button)}</a></p>'
    if told.results_link:
        yield f'<p><a href="{escape(told.results_link)}">{escape(told.results)}</a></p>'
    if told.code:
        yield f'<p>{escape(told.code_label)}<br><strong class="code" dir="ltr">{escape(told.code)}</strong></p>'
    yield f'<p class="small">{_lines(told.after)}</p>'
    if told.privacy_link:
        yield f'<p class="small"><a href="{escape(told.privacy_link)}">{escape(told.privacy)}</a></p>'
    if told.stop_link:
        yield f'<p class="small"><a href="{escape(told.stop_link)}">{escape(told.stop)}</a></p>'


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _frame_html(language: str, subject: str, body: str) -> str:
    direction = "rtl" if is_right_to_left(script_of(OWN[language]) or "") else "ltr"
    return _frame().substitute(language=language, direction=direction, subject=escape(subject), body=body)


@cache
def _catalogue(language: str) -> _Catalogue:
    tables = msgspec.toml.decode((_HERE / f"{language}.toml").read_bytes())
    return _Catalogue(
        tables.pop("stop"), tables.pop("privacy"), tables.pop("roles"), msgspec.convert(tables, dict[str, Words])
    )


@cache
def _frame() -> Template:
    return Template((_HERE / "frame.html").read_text(encoding="utf-8"))
