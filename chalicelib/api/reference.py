"""The API's description as a page for people, where it can be tried, and as an index for agents. Nothing is from elsewhere."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.api.openapi import document

if TYPE_CHECKING:
    from jinja2 import Environment

Json = dict[str, Any]

_FIRST = "sessions"
_CODE = re.compile(r"`([^`]+)`")
_HERE = Path(__file__).parent / "templates"
_STYLE = (_HERE / "reference.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SCRIPT = (_HERE / "reference.js").read_text()


def policy(public_url: str) -> str:
    """What the page may: the one style sheet that is part of it, its one script, and requests to the API, all by name."""
    return (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; script-src {public_url}/docs.js; "
        f"connect-src {public_url}/api/v1/; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def reference(public_url: str) -> str:
    """The page."""
    return _render("reference.html", public_url, escape=True)


@cache
def index(public_url: str) -> str:
    """The index, in markdown."""
    return _render("llms.txt", public_url, escape=False)


def _render(template: str, public_url: str, *, escape: bool) -> str:
    described = document(public_url)
    rendered: str = (
        _environment(escape)
        .get_template(template)
        .render(
            api=described,
            base=described["servers"][0]["url"],
            public_url=public_url,
            groups=_groups(described),
            schemas=described["components"]["schemas"],
        )
    )
    return rendered


def _groups(described: Json) -> dict[str, list[Json]]:
    """The operations by their tag, each with its method and path; sessions come first, they are what everybody begins with."""
    groups: dict[str, list[Json]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append({"method": method.upper(), "path": path, **operation})
    return dict(sorted(groups.items(), key=lambda group: group[0] != _FIRST))


def _kind(schema: Json) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    kinds = schema.get("type", "anything")
    named = " or ".join(kinds if isinstance(kinds, list) else [kinds])
    if "items" in schema and isinstance(schema["items"], dict):
        named = f"{named} of {_kind(schema['items'])}"
    return f"{named} ({schema['format']})" if "format" in schema else named


def _limits(schema: Json) -> str:
    """What a schema allows, in a few words."""
    words = {
        "minLength": "not blank",
        "maxLength": "at most {:,} characters",
        "minimum": "from {:,}",
        "maximum": "to {:,}",
        "maxItems": "at most {:,} items",
    }
    found = [schema, *schema.get("anyOf", ())]
    limits = [text.format(one[name]) for one in found for name, text in words.items() if name in one]
    default = [f"default {json.dumps(schema['default'])}"] if schema.get("default") not in (None, [], {}) else []
    return ", ".join([*limits, *default])


def _marked(text: str) -> str:
    """A text with `code` in it, as HTML."""
    from markupsafe import Markup, escape

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


@cache
def _environment(escape: bool) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "kind": _kind,
        "limits": _limits,
        "marked": _marked,
        "pretty": lambda it: json.dumps(it, indent=2, ensure_ascii=False),
    }
    environment.globals["css"] = Markup(_STYLE)
    return environment
