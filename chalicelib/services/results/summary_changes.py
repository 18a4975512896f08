"""What changed from one summary of a session to a later one: counted from the two of them, and the prose compared word by word."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from chalicelib.model import STANCES, Stance, Summary, Theme
from chalicelib.text.differences import Piece, list_differences

Change = Literal["new", "gone", "grown", "shrunk", "moved", "same"]


class ThemeChange(Struct, frozen=True):
    """What became of a theme. A theme keeps its id; one that is `gone` is no theme of its own any more, whoever still speaks of it.

    `moved`: as many people speak of it as before, and they stand elsewhere.
    """

    change: Change
    id: str
    label: str
    before: int
    after: int
    stances_before: dict[Stance, int]
    stances_after: dict[Stance, int]


class SummaryChanges(Struct, frozen=True):
    """What changed between two summaries: more people and messages, or fewer; themes, the new ones first; and the prose."""

    before: Summary
    after: Summary
    themes: tuple[ThemeChange, ...]
    prose: tuple[Piece, ...]

    @property
    def participants(self) -> int:
        """How many more people the later one is of."""
        return self.after.participants - self.before.participants

    @property
    def messages(self) -> int:
        """How many more messages it is of."""
        return self.after.messages - self.before.messages


_ORDER: Sequence[Change] = ("new", "gone", "grown", "shrunk", "moved", "same")


def compare_summaries(before: Summary, after: Summary) -> SummaryChanges:
    """Returns what changed from one summary to the other."""
    old = {_key(theme): theme for theme in before.themes}
    new = {_key(theme): theme for theme in after.themes}
    changes = [_compare(old.get(key), new.get(key)) for key in dict.fromkeys((*new, *old))]
    changes.sort(key=lambda it: (_ORDER.index(it.change), -it.after, -it.before))
    return SummaryChanges(
        before, after, tuple(changes), tuple(list_differences(write_prose(before), write_prose(after)))
    )


def write_prose(summary: Summary) -> str:
    """Returns what a summary says in sentences of its own, a paragraph each, without counts and quotes."""
    said = (
        summary.critical_answer or "",
        summary.overview,
        *(theme.statement for theme in summary.themes),
        *(" ".join(filter(None, (it.text, it.condition))) for it in summary.proposals),
        *summary.agreements,
        *summary.tensions,
        *summary.minority_views,
        *summary.open_questions,
    )
    return "\n\n".join(filter(None, said))


def _key(theme: Theme) -> str:
    return theme.id or theme.label  # answers that belong to no question have no id


def _compare(before: Theme | None, after: Theme | None) -> ThemeChange:
    known = after or before
    if known is None:
        raise ValueError("there is no theme to compare")
    counts = [it.participants if it else 0 for it in (before, after)]
    stances = [{stance: it.stances.get(stance, 0) if it else 0 for stance in STANCES} for it in (before, after)]
    return ThemeChange(
        _name_change(before, after, stances), known.id, known.label, counts[0], counts[1], stances[0], stances[1]
    )


def _name_change(before: Theme | None, after: Theme | None, stances: Sequence[dict[Stance, int]]) -> Change:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    if before.participants != after.participants:
        return "grown" if after.participants > before.participants else "shrunk"
    return "moved" if stances[0] != stances[1] else "same"
