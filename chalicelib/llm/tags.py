"""Named tags: how data travels inside a prompt.

Whatever a host or a participant wrote stands between `<name>` and `</name>`, with `&`, `<` and `>` escaped, so no text
can close its own tag or open another. Rendering and reading live side by side: the offline adapter reads exactly what
`data` wrote.
"""

import html
import re
from dataclasses import dataclass

_ATTRIBUTE = re.compile(r'([a-z_]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Tagged:
    """One tagged piece of data as a reader finds it."""

    text: str
    attributes: dict[str, str]


def data(name: str, text: str, **attributes: str | int) -> str:
    """`text` as data inside a tag: `<name key="value">escaped text</name>`."""
    listed = "".join(f' {key}="{html.escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{listed}>{html.escape(text, quote=False)}</{name}>"


def read(name: str, prompt: str) -> list[Tagged]:
    """Every piece that `data(name, …)` put into this prompt, in order."""
    pattern = re.compile(rf"<{name}((?: [a-z_]+=\"[^\"]*\")*)>([^<]*)</{name}>")
    return [
        Tagged(html.unescape(text), {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(listed)})
        for listed, text in pattern.findall(prompt)
    ]
