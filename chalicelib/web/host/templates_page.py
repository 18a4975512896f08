"""The templates that a host may start from: what each is good for and what it asks; those of one's own, and of projects by their
admins, are changed from here."""

import re
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.model.templates import OwnTemplate
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.templates import all_templates, own
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.template_choice import AnyTemplate, OfferedTemplate, offered
from chalicelib.web.kit.page import locale_for

_QUESTION = re.compile(r"^\s{0,3}(?:\d{1,2}[.)]|[-*])\s+(\S.*?)\s*$", re.MULTILINE)
_MOST = 20  # questions of a preview
_BEGINNING = 600  # characters of a prompt that lists none
_NEWS = {
    "made": "template_made",
    "archived": "template_archived",
    "restored": "template_restored",
    "deleted": "template_deleted",
}


class Preview(Struct, frozen=True):
    """A template with what it asks: the host, people before they begin, and in the conversation; of a chain, its steps."""

    of: OfferedTemplate
    host_is_asked: list[str]
    form: list[str]
    talk: list[str]
    beginning: str
    steps: list[str]

    @property
    def is_empty(self) -> bool:
        """Returns whether there is nothing to show."""
        return not (self.host_is_asked or self.form or self.talk or self.beginning or self.steps)


class OfProject(Struct, frozen=True):
    """A template of a project of this host's: with what it asks, the project's name, and whether they may change it."""

    of: Preview
    project: str
    may_change: bool


def show_templates(host: HostRequest) -> Response:
    """Returns all templates that this host may start from, and those of their own and of their projects that are archived."""
    deps, query = container.template_deps(), host.request.query_params or {}
    found, texts = own.read_templates(host.user_id, deps=deps), locale_for(host.request).texts
    named = {it.project_id for it in found.of_projects if it.project_id}
    titles = {it.id: it.title for it in container.projects().some(sorted(named))} if named else {}
    of_projects = [
        (
            it.archived_at is not None,
            OfProject(preview(it), titles[it.project_id], is_at_least(found.roles.get(it.project_id), "admin")),
        )
        for it in found.of_projects
        if it.project_id in titles
    ]
    values: dict[str, Any] = {
        "own": [preview(it) for it in found.own if not it.archived_at],
        "of_projects": [it for is_archived, it in of_projects if not is_archived],
        "public": [preview(it) for it in own.find_public(host.user_id, found, deps=deps)],
        "built_in": [preview(it) for it in all_templates()],
        "archived": [preview(it) for it in found.own if it.archived_at]
        + [it.of for is_archived, it in of_projects if is_archived and it.may_change],
        "news": next((texts(news) for told, news in _NEWS.items() if told in query), ""),
    }
    return render_host_page(host.request, "templates.html", host=host, **values)


def preview(template: AnyTemplate) -> Preview:
    """Returns what a template asks. A prompt that numbers its questions shows these; another one how it begins."""
    prompt = template.facilitation_prompt or ""
    talk = _QUESTION.findall(prompt)[:_MOST]
    shown = offered(template)
    if not isinstance(template, OwnTemplate):
        return Preview(shown, [], [], talk, "", [])
    chain = template.chain_config
    return Preview(
        shown,
        [it.label for it in template.fields],
        [it.text for it in template.questions or ()],
        talk,
        "" if talk else f"{prompt[:_BEGINNING]} …" if len(prompt) > _BEGINNING else prompt,
        [it.title or it.id for it in chain.steps] if chain else [],
    )
