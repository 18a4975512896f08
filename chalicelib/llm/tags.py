"""Named tags: how data travels inside a prompt.

Whatever a host or a participant wrote stands between `<name>` and `</name>`, with `&`, `<` and `>` escaped, so no text
can close its own tag or open another. Rendering and reading live side by side: the scripted adapter reads exactly what
`data` wrote.
"""

import html
import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

_ESCAPED = re.compile("&(?:amp|lt|gt|quot|#x27);")
_ATTRIBUTE = re.compile(r'([a-z_]+)="([^"]*)"')


class Tagged(Struct, frozen=True):
    """One tagged piece of data as a reader finds it."""

    text: str
    attributes: dict[str, str]


def data(name: str, text: str, **attributes: str | int) -> str:
    """`text` as data inside a tag: `<name key="value">escaped text</name>`."""
    listed = "".join(f' {key}="{html.escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{listed}>{html.escape(text, quote=False)}</{name}>"


def unescape(given: Any) -> Any:
    """What a model handed in, with what `data` escaped as it was written: some models copy it as they see it."""
    if isinstance(given, str):
        return _ESCAPED.sub(lambda found: html.unescape(found[0]), given)
    if isinstance(given, list):
        return [unescape(item) for item in given]
    if isinstance(given, dict):
        return {name: unescape(item) for name, item in given.items()}
    return given


def read(name: str, prompt: str) -> list[Tagged]:
    """Every piece that `data(name, …)` put into this prompt, in order."""
    return [piece for _, piece in read_all((name,), prompt)]


def read_all(names: Iterable[str], prompt: str) -> list[tuple[str, Tagged]]:
    """Every piece with one of these names, each with its name, in order."""
    pattern = re.compile(rf"<({'|'.join(names)})((?: [a-z_]+=\"[^\"]*\")*)>([^<]*)</\1>")
    return [
        (name, Tagged(html.unescape(text), {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(listed)}))
        for name, listed, text in pattern.findall(prompt)
    ]
