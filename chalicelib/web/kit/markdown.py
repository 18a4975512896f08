"""Markdown that others wrote, as HTML that is safe to show: rendered without raw HTML and images, then sanitised.

What a host or a model writes may have emphasis, lists, quotes and links; it gets no headings, which belong to the page.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markupsafe import Markup

_TAGS = {"p", "br", "em", "strong", "s", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a"}
_SCHEMES = {"http", "https", "mailto"}


def render_markdown(text: str) -> "Markup":
    """Returns the text as HTML."""
    import nh3
    from markupsafe import Markup

    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
    html = _parser().renderer.render(tokens, _parser().options, {})
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Markup(safe.strip())


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")
    parser.validateLink = _is_whole_address  # type: ignore[method-assign, assignment]  # as its documentation has it
    return parser


def _is_whole_address(address: str) -> bool:
    """Says whether an address names its scheme, one of ours: `//elsewhere` names none, and leads away all the same."""
    return address.partition(":")[0].lower() in _SCHEMES
