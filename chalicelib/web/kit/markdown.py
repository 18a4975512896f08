"""Markdown that others wrote, as HTML that is safe to show: rendered without raw HTML and images, then sanitised.

What a host or a model writes may have emphasis, lists and quotes, a host's words links too; headings, which belong to the page, stand
there as strong words. A model writes what a participant has it write, and readers would trust a link of the facilitator's: the
address stands there as text.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

_TAGS = {"p", "br", "em", "strong", "s", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a"}
_SCHEMES = {"http", "https", "mailto"}


def render_markdown(text: str) -> "Markup":
    """Returns a host's text as HTML."""
    return _render(text, has_links=True)


def render_model_text(text: str) -> "Markup":
    """Returns a model's text as HTML without links."""
    return _render(text, has_links=False)


def _render(text: str, *, has_links: bool) -> "Markup":
    import nh3
    from markdown_it.token import Token
    from markupsafe import Markup

    tokens = _parser().parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
        if token.children and before and before.type == "heading_open":
            token.children = [Token("strong_open", "strong", 1), *token.children, Token("strong_close", "strong", -1)]
        if token.children and not has_links:
            token.children = _spell_out_links(token.children)
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


def _spell_out_links(tokens: "list[Token]") -> "list[Token]":
    """Returns what stands in a line with the address of each link as text behind what was to be clicked."""
    from markdown_it.token import Token

    kept: list[Token] = []
    address, since = "", 0
    for token in tokens:
        if token.type == "link_open":
            address, since = str(token.attrs["href"]), len(kept)
        elif token.type == "link_close":
            if "".join(it.content for it in kept[since:]) not in (address, address.removeprefix("mailto:")):
                kept.append(Token("text", "", 0, content=f" ({address})"))
        else:
            kept.append(token)
    return kept


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")
    parser.validateLink = _is_whole_address  # type: ignore[method-assign, assignment]  # as its documentation has it
    return parser


def _is_whole_address(address: str) -> bool:
    """Says whether an address names its scheme, one of ours: `//elsewhere` names none, and leads away all the same."""
    return address.partition(":")[0].lower() in _SCHEMES
