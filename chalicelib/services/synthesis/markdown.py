"""Markdown out of words that others wrote: nothing in them may become a heading, a link or a tag of the document."""

import re
from collections.abc import Sequence

_INLINE = re.compile(r"([\\`*_\[\]<>~|]|&(?=#?\w+;))")
_LEADING = re.compile(r"^([#+=-]|\d+(?=[.)]))")


def inline(text: str) -> str:
    """The text on one line, with everything escaped that markdown would read as markup."""
    line = _INLINE.sub(r"\\\1", " ".join(text.split()))
    return _LEADING.sub(_escape_lead, line)


def paragraphs(text: str) -> str:
    """The text with its paragraphs kept and everything else escaped."""
    return "\n\n".join(inline(piece) for piece in re.split(r"\n\s*\n", text) if piece.strip())


def quote(text: str) -> str:
    """One quote as a block quotation of one line."""
    return f"> {inline(text)}"


def bullets(items: Sequence[str]) -> str:
    """A list, one line an item."""
    return "\n".join(f"- {inline(item)}" for item in items)


def section(heading: str, body: str, level: int = 2) -> str:
    """A headed section; an empty body makes no section."""
    return f"{'#' * level} {heading}\n\n{body}" if body.strip() else ""


def _escape_lead(match: re.Match[str]) -> str:
    """A number loses its list meaning by an escape after it, a sign by one in front."""
    lead = match.group(1)
    return f"{lead}\\" if lead[0].isdigit() else f"\\{lead}"
