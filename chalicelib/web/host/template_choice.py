"""The templates that a host may start from, as pages offer them."""

from contextlib import suppress

from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Invalid
from chalicelib.model import SessionTemplate
from chalicelib.model.templates import OwnTemplate
from chalicelib.services.templates import Template, all_templates, find_template, own
from chalicelib.web.host.request import HostRequest

AnyTemplate = Template | OwnTemplate


class OfferedTemplate(Struct, frozen=True):
    """A template on a page: `name` stands for it in forms and links; what is built in is English."""

    name: str
    title: str
    description: str
    icon: str
    is_built_in: bool


def find_chosen(host: HostRequest, named: str | None) -> AnyTemplate | None:
    """Returns the template that a form or a link names; None where there is none that this host may read."""
    if not named:
        return None
    if built_in := find_template(named):
        return built_in
    with suppress(Invalid):
        return own.choose_template(named, host.user_id, deps=container.template_deps())
    return None


def list_offered(host: HostRequest) -> list[OfferedTemplate]:
    """Returns what a session may start from: the host's own templates, public ones, and the built-in ones."""
    found = own.list_templates(host.user_id, archived=False, deps=container.template_deps())
    return [*map(offered, found), *map(offered, all_templates())]


def offered(template: AnyTemplate) -> OfferedTemplate:
    """Returns a template as pages offer it."""
    is_built_in = isinstance(template, Template)
    name = template.slug if isinstance(template, Template) else template.id
    return OfferedTemplate(name, template.title, template.description or "", template.icon or "", is_built_in)


def is_gone(kept: SessionTemplate) -> bool:
    """Returns whether the template that a session started from is there no more."""
    return container.template_deps().templates.get(kept.id) is None
