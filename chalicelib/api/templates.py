"""The built-in templates."""

from typing import Any

from chalice.app import Blueprint

from chalicelib.api import present
from chalicelib.api.http import Call, endpoint
from chalicelib.api.template_shapes import TemplateData, TemplateList
from chalicelib.errors import NotFound
from chalicelib.services.templates import find_template, templates

routes = Blueprint(__name__)


@endpoint(routes, "GET", "/templates", answers=TemplateList)
def get_templates(_: Call) -> dict[str, Any]:
    """The templates that a session may start from, by title."""
    return {"data": [present.template(template) for template in templates()]}


@endpoint(routes, "GET", "/templates/{template_id}", answers=TemplateData)
def get_template(_: Call, template_id: str) -> dict[str, Any]:
    """One template, by its id or its slug: the title in lower case, with hyphens, like `product-feedback`."""
    template = find_template(template_id)
    if template is None:
        raise NotFound("Template not found")
    return {"data": present.template(template)}
