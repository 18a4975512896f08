"""A session as one page of HTML that needs nothing else: no script, no request, to read on a screen, to print, to pass on."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.services.results.exports.document import ExportDocument

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER: Final = Path(__file__).parent


def render_page(of: ExportDocument) -> str:
    """Returns the page; everything that somebody wrote is escaped in it."""
    return _template().render(of=of, t=of.texts, words=of.words, session=of.view.session, summary=of.summary)


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # by the first export of a process

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")
