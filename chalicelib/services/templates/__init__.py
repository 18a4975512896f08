"""The built-in templates: one `.md` file each, read together when the first is asked for.

The front matter, TOML, holds what the API shows of a template; the rest of the file is its facilitation prompt.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from chalicelib.errors import Invalid
from chalicelib.model import SessionTemplate, SessionView
from chalicelib.model.templates import OwnTemplate
from chalicelib.text.collation import sort_key

_NAMESPACE = UUID("5b1f0f52-9f0e-4c0b-8a54-2f6f1f3c7f6e")  # ids follow from the oldest names, everywhere and for ever
_FENCE = "+++\n"


class Template(Struct, frozen=True):
    """A session designed before: what its fields may begin with, and how its conversations are led.

    `slug` is the title in lower case with hyphens, as clients make it; `aliases` are other names it is known by, the oldest last.
    """

    id: str
    slug: str
    title: str
    description: str
    icon: str
    facilitation_prompt: str
    default_session_name: str
    default_goal: str
    default_critical: str
    default_context: str
    cross_pollination_default: bool
    created_at: datetime
    updated_at: datetime
    aliases: tuple[str, ...] = ()


@cache
def all_templates() -> tuple[Template, ...]:
    """All templates, by title."""
    read = [_read(file) for file in Path(__file__).parent.glob("*.md")]
    return tuple(sorted(read, key=lambda template: sort_key(template.title)))


def find_template(name: str | None) -> Template | None:
    """The template of this id or slug."""
    return _by_name().get(name.lower()) if name else None


def template_of(view: SessionView) -> Template | SessionTemplate | None:
    """The template that a session started from; one that a host made as it was then."""
    named, kept = view.session.template_id, view.template
    return kept if kept and kept.id == named else find_template(named)


def template_id(name: str | None, kept: SessionTemplate | None = None) -> str | None:
    """The id of the template that a host names by id or slug, or of the one that was found; None names none. Raises Invalid for one
    there is not."""
    if name is None or kept:
        return kept.id if kept else None
    template = find_template(name)
    if template is None:
        raise Invalid(f"template_id {name!r} does not exist")
    return template.id


def session_values(template: Template | OwnTemplate) -> dict[str, Any]:
    """Returns what a session of this template begins with, by the names of its fields.

    What a built-in one says of the context tells what to write there; a host's own is that already.
    """
    begun = {
        "goal": template.default_goal,
        "critical": template.default_critical,
        "topic": template.default_session_name,
        "context": template.default_context if isinstance(template, OwnTemplate) else None,
    }
    return {
        **{name: text for name, text in begun.items() if text},
        "template_id": template.id,
        "cross_pollination": template.cross_pollination_default,
    }


@cache
def _by_name() -> dict[str, Template]:
    return {name: template for template in all_templates() for name in (template.id, template.slug, *template.aliases)}


def _read(file: Path) -> Template:
    _, front, prompt = file.read_text(encoding="utf-8").split(_FENCE, 2)
    values = msgspec.toml.decode(front)
    names = (values["slug"], *values.get("aliases", ()))
    return Template(id=str(uuid5(_NAMESPACE, names[-1])), facilitation_prompt=prompt.strip(), **values)
