"""What a page says: its tables, row by row, and the words that it quotes, each with the message that it leads to."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_MESSAGE = re.compile(r"/people/([0-9a-f-]{36})#message-([0-9a-f-]{36})$")
_QUOTES = ("blockquote", "q")
_CELLS = ("td", "th")


@dataclass
class Table:
    """A table: its caption, and the texts of the cells of each row, the head among them."""

    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)
    attributes: str = ""

    @property
    def body(self) -> list[list[str]]:
        """The rows below the head."""
        return self.rows[1:]


@dataclass(frozen=True)
class Quoted:
    """Words in quotation, with the person and the message that they lead to, if they do."""

    words: str
    person: str = ""
    message: str = ""


class Reading(HTMLParser):
    """Reads a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.quotes: list[Quoted] = []
        self._pieces: list[str] = []
        self.named: set[tuple[str, str]] = set()  # every message that is linked to, with its person
        self._cell: list[str] | None = None
        self._caption: list[str] | None = None
        self._quote: list[str] | None = None
        self._leads_to = ("", "")
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """All text of the page."""
        return "".join(self._pieces)

    def table(self, caption: str) -> Table:
        """The table with this caption."""
        return next(it for it in self.tables if it.caption == caption)

    def table_of(self, kind: str) -> Table:
        """The table of this class."""
        return next(it for it in self.tables if it.attributes == kind)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.tables.append(Table(attributes=given.get("class", "")))
        elif tag == "tr" and self.tables:
            self.tables[-1].rows.append([])
        elif tag in _CELLS:
            self._cell = []
        elif tag == "caption":
            self._caption = []
        elif tag in _QUOTES:
            self._quote, self._leads_to = [], ("", "")
        elif tag == "a" and (found := _MESSAGE.search(given.get("href", ""))):
            self._leads_to = found[1], found[2]
            self.named.add(self._leads_to)

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS and self._cell is not None:
            self.tables[-1].rows[-1].append(_folded(self._cell))
            self._cell = None
        elif tag == "caption" and self._caption is not None:
            self.tables[-1].caption = _folded(self._caption)
            self._caption = None
        elif tag in _QUOTES and self._quote is not None:
            self.quotes.append(Quoted(_folded(self._quote), *self._leads_to))
            self._quote = None

    def handle_data(self, data: str) -> None:
        for held in (self._pieces, self._cell, self._caption, self._quote):
            if held is not None:
                held.append(data)


def _folded(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())
