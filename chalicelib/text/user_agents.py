"""What a browser calls itself, in words that people know: its name and its system.

Each browser names those that it wants to be taken for as well, so the first row that fits counts. The usual library,
ua-parser, knows every device and version; a list of one's own browsers needs these dozen rows.
"""

_BROWSERS = (
    ("Edge", ("Edg/", "EdgA/", "EdgiOS/")),
    ("Opera", ("OPR/", "OPT/")),
    ("Samsung Internet", ("SamsungBrowser/",)),
    ("Firefox", ("Firefox/", "FxiOS/")),
    ("Chrome", ("Chrome/", "CriOS/")),
    ("Safari", ("Safari/",)),
)
_SYSTEMS = (
    ("iOS", ("iPhone", "iPad")),
    ("Android", ("Android",)),
    ("Windows", ("Windows NT",)),
    ("macOS", ("Macintosh",)),
    ("ChromeOS", ("CrOS",)),
    ("Linux", ("Linux",)),
)


def name_browser(agent: str) -> tuple[str, str]:
    """The names of browser and system in a User-Agent; each empty where it tells none that we know."""
    return _first(agent, _BROWSERS), _first(agent, _SYSTEMS)


def _first(agent: str, rows: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return next((name for name, marks in rows if any(mark in agent for mark in marks)), "")
