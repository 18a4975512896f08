"""The HTML that Telegram knows: made from Markdown, cut into messages, and taken away again.

https://core.telegram.org/bots/api#html-style
"""

import html
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

MOST_UNITS = 4096  # of UTF-16, in the text of one message, without its tags

_TOKEN = re.compile(r"<[^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);|.", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z-]+)[^<>]*>")
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_SENTENCE_ENDS = ".!?…؟。！？"
_FULL_WIDTH_ENDS = "。！？"  # no space follows these
_PARAGRAPH, _LINE, _SENTENCE, _WORD = 4, 3, 2, 1


def escape(text: str) -> str:
    """Returns the text as it is, as HTML, also inside an attribute."""
    return html.escape(text, quote=False).replace('"', "&quot;")


def units(text: str) -> int:
    """Returns how long Telegram takes a text to be: in code units of UTF-16."""
    return len(text) + sum(character > "\uffff" for character in text)


def to_plain(marked: str) -> str:
    """Returns what the HTML says without tags; behind a link its address, where that is not what the link says."""
    return _without_tags(_LINK.sub(_with_address, marked))


def plain_parts(marked: str, limit: int = MOST_UNITS) -> list[str]:
    """Returns what the HTML says without tags, as the texts of messages."""
    return [html.unescape(part) for part in split(escape(to_plain(marked)), limit)]


def split(marked: str, limit: int = MOST_UNITS) -> list[str]:
    """Returns the HTML as parts whose texts have at most so many units, cut between paragraphs, else lines, sentences or words.

    Tags that are open at a cut are closed there, and opened again in the next part. Parts of blanks only, which Telegram refuses, are
    left out.
    """
    tokens = _TOKEN.findall(marked)
    parts: list[str] = []
    opened: list[str] = []
    start = 0
    while start < len(tokens):
        end = _end_of_part(tokens, start, limit)
        parts.append(_balanced(tokens[start:end], opened))
        start = end
    return [part for part in parts if _without_tags(part).strip()] or [marked]


def _without_tags(marked: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", marked))


def _with_address(link: re.Match[str]) -> str:
    address, says = link.groups()
    return str(says) if address in says else f"{says} ({address})"


def _end_of_part(tokens: list[str], start: int, limit: int) -> int:
    """Returns the place behind the last token of the part that begins at `start`."""
    length, before = 0, ""
    cuts: dict[int, tuple[int, int]] = {}  # the last cut of each kind: the length of the text before it, and its place
    for place in range(start, len(tokens)):
        if tokens[place].startswith("<") and len(tokens[place]) > 1:
            continue
        text = html.unescape(tokens[place])
        if length and length + units(text) > limit:
            end = _best_cut(cuts, length) or place
            while end < len(tokens) and tokens[end].startswith("</"):
                end += 1
            return end
        length += units(text)
        if kind := _kind_of_cut(before, text):
            cuts[kind] = length, place + 1
        before = text if text == "\n" or not text.isspace() else before
    return len(tokens)


def _kind_of_cut(before: str, text: str) -> int:
    """Returns what ends with this character; 0 for none. `before` is the one before it, blanks left out."""
    if text == "\n":
        return _PARAGRAPH if before == "\n" else _LINE
    if text.isspace():
        return _SENTENCE if before and before in _SENTENCE_ENDS else _WORD
    return _SENTENCE if text in _FULL_WIDTH_ENDS else 0


def _best_cut(cuts: Mapping[int, tuple[int, int]], length: int) -> int:
    """Returns the place of the strongest cut in the second half of a text, else of the last one; 0 where there is none."""
    late = [cuts[kind][1] for kind in sorted(cuts, reverse=True) if cuts[kind][0] * 2 > length]
    return late[0] if late else max((place for _, place in cuts.values()), default=0)


def _balanced(tokens: list[str], opened: list[str]) -> str:
    """Returns these tokens as HTML that closes what it opens. `opened` are the tags that are open before them, then behind them."""
    begins = "".join(opened)
    for token in tokens:
        found = _TAG.fullmatch(token)
        if found and not found[1]:
            opened.append(token)
        elif found and opened and _name(opened[-1]) == found[2]:
            opened.pop()
    return begins + "".join(tokens) + "".join(f"</{_name(tag)}>" for tag in reversed(opened))


def _name(tag: str) -> str:
    found = _TAG.fullmatch(tag)
    return found[2] if found else ""


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # A definition of a link would be taken away as such, also where somebody meant words.
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("reference")


def from_markdown(text: str) -> str:
    """Returns Markdown as HTML for Telegram: lists and headings by signs and bold letters, links to the web only."""
    from markdown_it.tree import SyntaxTreeNode

    return _blocks(SyntaxTreeNode(_parser().parse(text)), "\n\n")


def _blocks(parent: "SyntaxTreeNode", separator: str) -> str:
    return separator.join(filter(None, map(_block, parent.children)))


def _block(node: "SyntaxTreeNode") -> str:
    match node.type:
        case "paragraph":
            return _inline(node)
        case "heading":
            return f"<b>{_inline(node)}</b>"
        case "fence" | "code_block":
            # What stands behind the marks of a fence is shown, too: it may be words, and none is to be lost.
            written = f"{node.info}\n{node.content.rstrip()}" if node.info else node.content.rstrip()
            return f"<pre>{escape(written)}</pre>"
        case "hr":
            return "———"
        case "bullet_list" | "ordered_list":
            return "\n".join(_items(node))
        case "blockquote":
            return _quote(node)
        case _:
            return escape(node.content)


def _quote(node: "SyntaxTreeNode") -> str:
    """A quote; one inside of another, which Telegram doesn't know, is part of that."""
    said, is_inside = _blocks(node, "\n\n"), False
    parent = node.parent
    while parent is not None:
        is_inside, parent = is_inside or parent.type == "blockquote", parent.parent
    return said if is_inside or not said else f"<blockquote>{said}</blockquote>"


def _items(node: "SyntaxTreeNode") -> Iterator[str]:
    first = int(node.attrs.get("start", 1))
    for number, item in enumerate(node.children, first):
        sign = f"{number}." if node.type == "ordered_list" else "•"
        said = _blocks(item, "\n").replace("\n", "\n   ")
        yield f"{sign} {said}".rstrip()


_AROUND = {"strong": "b", "em": "i", "s": "s"}


def _inline(parent: "SyntaxTreeNode") -> str:
    return "".join(map(_span, parent.children))


def _span(node: "SyntaxTreeNode") -> str:
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "code_inline":
            return f"<code>{escape(node.content)}</code>"
        case "link":
            return _link(str(node.attrs.get("href", "")), _inline(node))
        case "inline":
            return _inline(node)
        case "strong" | "em" | "s":
            return f"<{_AROUND[node.type]}>{_inline(node)}</{_AROUND[node.type]}>"
        case _:  # text, and what a picture shows
            return escape(node.content)


def _link(address: str, says: str) -> str:
    """A link to the web; of any other one remains what it says."""
    return f'<a href="{escape(address)}">{says}</a>' if _is_web(address) else says


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
