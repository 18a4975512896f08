"""The templates that a host may start from: what each is good for and what it asks; those of one's own are changed from here."""

import re
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.model.templates import OwnTemplate
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


def show_templates(host: HostRequest) -> Response:
    """Returns all templates that this host may start from, and those of their own that are archived."""
    deps, query = container.template_deps(), host.request.query_params or {}
    found = own.list_templates(host.user_id, archived=False, deps=deps)
    texts = locale_for(host.request).texts
    values: dict[str, Any] = {
        "own": [preview(it) for it in found if it.owner_id == host.user_id],
        "public": [preview(it) for it in found if it.owner_id != host.user_id],
        "built_in": [preview(it) for it in all_templates()],
        "archived": [preview(it) for it in own.list_templates(host.user_id, archived=True, deps=deps)],
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
