"""What doors read of what the summary job stored: the brief, and the quotes of a summary."""

import re
from datetime import datetime
from typing import get_args

from chalicelib.model import Quote, SessionView, Status, Summary

# The first such line is in the front matter: a text has one line there.
_STATUS = re.compile(f'^status: "(?:{"|".join(get_args(Status))})"$', re.MULTILINE)


def read_brief(view: SessionView, now: datetime) -> str | None:
    """Returns the stored brief with the status that counts at this moment: a session may have ended since it was made."""
    if view.brief is None:
        return None
    return _STATUS.sub(f'status: "{view.session.status_at(now)}"', view.brief.markdown, count=1)


def list_quotes(summary: Summary) -> tuple[Quote, ...]:
    """Every quote in the document, each once: those of its themes, and what else its prose quotes."""
    quotes: list[Quote] = []
    for quote in (*(quote for theme in summary.themes for quote in theme.quotes), *summary.quotes):
        if not any(quote.message_id == other.message_id and quote.text in other.text for other in quotes):
            quotes.append(quote)
    return tuple(quotes)
