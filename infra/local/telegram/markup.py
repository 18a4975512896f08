"""The texts that Telegram takes: its HTML, and what it finds in plain words. Places and lengths count UTF-16 code units."""

import html
import re
from dataclasses import dataclass
from typing import Any

from infra.local.telegram.errors import BadRequest

Entity = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"""<(/?)([^\s>]*)((?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*>""")
_ATTRIBUTE = re.compile(r"""([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
_ESCAPED = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_FOUND = {
    "bot_command": re.compile(r"(?<![\w/<>])/\w{1,64}(?:@\w{3,32})?(?![\w/])", re.ASCII),
    "url": re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "mention": re.compile(r"(?<![\w@/.+-])@[A-Za-z]\w{3,31}"),
    "hashtag": re.compile(r"(?<![\w#])#\w*[^\W\d]\w*"),
}


def units(text: str) -> int:
    """Returns the length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def find_entities(text: str) -> list[Entity]:
    """Returns the commands, addresses and names in a text."""
    found: list[Entity] = [
        {"type": kind, "offset": units(text[: hit.start()]), "length": units(hit[0])}
        for kind, pattern in _FOUND.items()
        for hit in pattern.finditer(text)
    ]
    found.sort(key=lambda entity: entity["offset"])
    ends, kept = 0, []
    for entity in found:
        if entity["offset"] >= ends:
            kept.append(entity)
            ends = entity["offset"] + entity["length"]
    return kept


@dataclass
class _Open:
    name: str
    entity: Entity
    at: int  # byte of the tag


class _Parser:
    """Reads HTML as the Bot API does; the places in its complaints are bytes of what came."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.text = ""
        self.entities: list[Entity] = []
        self.open: list[_Open] = []

    def parse(self) -> tuple[str, list[Entity]]:
        at = 0
        while at < len(self.source):
            if self.source[at] != "<":
                end = self.source.find("<", at)
                end = len(self.source) if end < 0 else end
                self.text += _ESCAPED.sub(lambda hit: html.unescape(hit[0]), self.source[at:end])
                at = end
                continue
            tag = _TAG.match(self.source, at)
            if tag is None:
                kind = "end" if self.source.startswith("</", at) else "start"
                raise self._refuse(f"Unclosed {kind} tag at byte offset {self._byte(at)}")
            self._end(tag, at) if tag[1] else self._begin(tag, at)
            at = tag.end()
        if self.open:
            raise self._refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        return self.text, self.entities

    def _begin(self, tag: re.Match[str], at: int) -> None:
        name = tag[2].lower()
        if name not in _KINDS:
            raise self._refuse(f'Unsupported start tag "{name}" at byte offset {self._byte(at)}')
        given = {hit[1].lower(): html.unescape(hit[2] or hit[3] or hit[4] or "") for hit in _ATTRIBUTE.finditer(tag[3])}
        if name == "span" and given.get("class") != "tg-spoiler":
            raise self._refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(at)}')
        entity: Entity = {"type": _KINDS[name], "offset": units(self.text)}
        if name == "a":
            entity["url"] = given.get("href", "")
        if name == "blockquote" and "expandable" in given:
            entity["type"] = "expandable_blockquote"
        self.open.append(_Open(name, entity, at))

    def _end(self, tag: re.Match[str], at: int) -> None:
        name = tag[2].lower()
        if not self.open:
            raise self._refuse(f"Unexpected end tag at byte offset {self._byte(at)}")
        opened = self.open.pop()
        if name not in ("", opened.name):
            place = self._byte(at)
            raise self._refuse(
                f'Unmatched end tag at byte offset {place}, expected "</{opened.name}>", found "</{name}>"'
            )
        length = units(self.text) - opened.entity["offset"]
        if length and opened.entity.get("url") != "":
            self.entities.append({**opened.entity, "length": length})

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _refuse(self, why: str) -> BadRequest:
        return BadRequest(f"can't parse entities: {why}")


def read_text(source: str, parse_mode: str = "") -> tuple[str, list[Entity]]:
    """Returns a message's text as people see it, with what it means in places. Raises BadRequest as Telegram does."""
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise BadRequest("strings must be encoded in UTF-8") from error
    if parse_mode and parse_mode.lower() != "html":
        raise BadRequest("unsupported parse_mode")
    text, entities = _Parser(source).parse() if parse_mode else (source, [])
    shown = text.strip()
    cut = units(text) - units(text.lstrip())
    kept = [entity for entity in (_moved(entity, cut, units(shown)) for entity in entities) if entity["length"] > 0]
    covered = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in kept
        if entity["type"] in ("code", "pre", "text_link")
    ]
    kept += [it for it in find_entities(shown) if not any(begin <= it["offset"] < end for begin, end in covered)]
    return shown, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _moved(entity: Entity, cut: int, length: int) -> Entity:
    """The same part of a text without its first units, and no longer than this."""
    begin = max(0, entity["offset"] - cut)
    end = min(length, entity["offset"] + entity["length"] - cut)
    return {**entity, "offset": begin, "length": end - begin}
