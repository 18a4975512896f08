"""Mails, as text and as HTML: one catalogue a language with the words of each, and one frame."""

import html
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from chalicelib.mail import Mail
from chalicelib.text.language import OWN
from chalicelib.text.locales import fill
from chalicelib.text.scripts import is_right_to_left, script_of

_HERE = Path(__file__).parent


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one mail. `code` stands above the code, `after` below the button."""

    subject: str
    greeting: str
    button: str
    code: str
    after: str


def write_mail(name: str, to: str, language: str, *, link: str, values: dict[str, Any]) -> Mail:
    """The mail of this name, in one of the languages that there are catalogues for, with its link and its values."""
    words = _catalogue(language)[name]
    told = {field: fill(language, getattr(words, field), **values) for field in Words.__struct_fields__}
    code = str(values.get("code", ""))
    text = "\n\n".join(filter(None, (told["greeting"], link, f"{told['code']} {code}" if code else "", told["after"])))
    direction = "rtl" if is_right_to_left(script_of(OWN[language]) or "") else "ltr"
    escaped = {field: html.escape(value) for field, value in {**told, "link": link, "secret": code}.items()}
    return Mail(to, told["subject"], text + "\n", _frame().substitute(escaped, language=language, direction=direction))


@cache
def _catalogue(language: str) -> dict[str, Words]:
    return msgspec.toml.decode((_HERE / f"{language}.toml").read_bytes(), type=dict[str, Words])


@cache
def _frame() -> Template:
    return Template((_HERE / "frame.html").read_text(encoding="utf-8"))
