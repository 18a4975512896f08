"""Questions to begin with, made of what the host wants to know and of what the summary counts; no model is asked."""

import re
from typing import Literal, get_args

from msgspec import Struct

from chalicelib.model import SessionView, Summary, Theme, ThemeRegistry
from chalicelib.services.results.coverage import list_coverage

OfferedKind = Literal["critical", "divided", "quiet", "wishes", "worries", "conditions"]
OFFERED_KINDS: tuple[OfferedKind, ...] = get_args(OfferedKind)
_OF_ANY_SESSION: tuple[OfferedKind, ...] = ("wishes", "conditions", "worries")
OFFERED = 3
MOST_POINTS = 10  # of what is critical
MOST_WORDS = 300  # characters of what a question is about
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s*")


class OfferedQuestion(Struct, frozen=True):
    """A question, and what it is about, in the words of the host or of a theme; those of any session are about nothing special."""

    kind: OfferedKind
    words: str = ""


def list_critical_points(view: SessionView) -> list[str]:
    """What the host calls critical, a line each."""
    lines = (_BULLET.sub("", line).strip() for line in (view.session.critical or "").split("\n"))
    return [line[:MOST_WORDS] for line in dict.fromkeys(lines) if line][:MOST_POINTS]


def offer_questions(view: SessionView, summary: Summary | None, *, is_member: bool) -> tuple[OfferedQuestion, ...]:
    """Returns three questions: about what is critical, about the theme on which people differ most, as this reader's summary has it, and
    about what hardly anybody spoke to; others in the place of what there is not. What the host wants to know is told to members."""
    critical = list_critical_points(view) if is_member else []
    found = [OfferedQuestion("critical", critical[0])] if critical else []
    if divided := _most_divided(summary):
        found.append(OfferedQuestion("divided", divided.label))
    if is_member and (quiet := _quietest(view, critical)):
        found.append(OfferedQuestion("quiet", quiet))
    return (*found, *map(OfferedQuestion, _OF_ANY_SESSION))[:OFFERED]


def _most_divided(summary: Summary | None) -> Theme | None:
    """The theme with the most people on its smaller side."""
    themes = summary.themes if summary else ()
    most = max(themes, key=_smaller_side, default=None)
    return most if most and _smaller_side(most) else None


def _smaller_side(theme: Theme) -> int:
    return min(theme.stances.get("for", 0), theme.stances.get("against", 0))


def _quietest(view: SessionView, critical: list[str]) -> str:
    """What was asked and fewest spoke to, as far as the notes tell; else what is critical beside the first point."""
    asked = [it for it in list_coverage(view, (), ThemeRegistry(), scripted=False) if it.question not in critical]
    silent = min(asked, key=lambda it: it.participants or 0, default=None) if view.scratchpad else None
    return silent.question[:MOST_WORDS] if silent else next(iter(critical[1:]), "")
