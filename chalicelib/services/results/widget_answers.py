"""What people answered in widgets: who chose what, where a scale has its middle, and which order rankings come to.

A widget that several people were shown is one where type, label and choices are the same; only spelling and the order of choices
may differ. Whoever was shown it more than once counts with the last value that they gave.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any, Literal

from msgspec import Struct

from chalicelib.model import Thread, WidgetUse
from chalicelib.services.facilitation.widgets import SCALE, choices_of
from chalicelib.services.results.counted import Group, label_of
from chalicelib.text.normalise import fold

WidgetType = Literal["SingleSelect", "MultiSelect", "RatingScale", "RankingList"]
_ID_DIGITS = 12


class Spread(Struct, frozen=True):
    """Where the values on a scale lie: half of them between the quartiles. `low` and `high` say what the ends mean."""

    median: float
    lower: float
    upper: float
    low: str
    high: str


class Ranked(Struct, frozen=True):
    """An item of a ranking, with its average rank: 1 is first."""

    label: str
    average: float


class WidgetAnswers(Struct, frozen=True):
    """The answers in one widget, that `shown` people were shown.

    `groups` are who chose each option or value, in order; of a ranking, who put each item first. `in_words` are those who wrote
    something else, `silent` those who wrote nothing more. `ranks` has the best first.
    """

    id: str
    type: WidgetType
    label: str
    groups: tuple[Group, ...]
    answered: tuple[str, ...]
    in_words: int
    silent: int
    spread: Spread | None = None
    ranks: tuple[Ranked, ...] = ()

    @property
    def shown(self) -> int:
        """How many people were shown it."""
        return len(self.answered) + self.in_words + self.silent


class _Found(Struct):
    """A widget as it was shown each time, with what each person did with it: the value given, else whether words followed it."""

    specs: list[dict[str, Any]] = []
    values: dict[str, Any] = {}
    followed: dict[str, bool] = {}


def count_widgets(uses: Mapping[str, Sequence[WidgetUse]], counted: Iterable[Thread]) -> tuple[WidgetAnswers, ...]:
    """The widgets that these threads were shown, those that most answered first."""
    found: dict[tuple[Any, ...], _Found] = {}
    for head in counted:
        last: _Found | None = None
        for use in uses.get(head.id, ()):
            if use.spec is not None:
                last = found.setdefault(key_of(use.spec), _Found())
                last.specs.append(use.spec)
                last.followed[head.id] = last.followed.get(head.id, False) or head.last_said > use.sequence
            elif last is not None:
                last.values[head.id] = use.value
    answers = (_count(key, widget) for key, widget in found.items())
    return tuple(sorted(answers, key=lambda it: (-len(it.answered), -it.shown, it.label)))


def key_of(spec: dict[str, Any]) -> tuple[Any, ...]:
    """What two widgets have to have in common to be the same."""
    kind, props = spec["root"]["type"], spec["root"]["props"]
    choices = (props["min"], props["max"]) if kind == SCALE else tuple(sorted(map(fold, choices_of(spec))))
    return kind, fold(props["label"]), choices


def _count(key: tuple[Any, ...], widget: _Found) -> WidgetAnswers:
    spec = _most_shown(widget.specs)
    kind, props = spec["root"]["type"], spec["root"]["props"]
    values = widget.values
    others = [followed for thread_id, followed in widget.followed.items() if thread_id not in values]
    named = hashlib.sha256(repr(key).encode()).hexdigest()[:_ID_DIGITS]
    labels = {fold(choice): choice for choice in choices_of(spec)}
    chosen: defaultdict[str, list[str]] = defaultdict(list)
    for thread_id, value in values.items():
        for choice in _chosen(kind, value):
            chosen[fold(choice)].append(thread_id)
    return WidgetAnswers(
        id=f"w{named}",
        type=kind,
        label=props["label"],
        groups=tuple(Group(label, tuple(chosen.get(name, ()))) for name, label in labels.items()),
        answered=tuple(values),
        in_words=sum(others),
        silent=len(others) - sum(others),
        spread=_spread(sorted(values.values()), props) if kind == SCALE and values else None,
        ranks=_rank(list(values.values()), labels) if kind == "RankingList" and values else (),
    )


def _most_shown(specs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The widget as most people were shown it, by its spelling."""
    label = label_of([spec["root"]["props"]["label"] for spec in specs])
    return next(spec for spec in specs if spec["root"]["props"]["label"] == label)


def _chosen(kind: str, value: Any) -> list[str]:
    """What a value chooses; of a ranking, what it puts first."""
    if kind == "MultiSelect":
        return list(value)
    return [value[0]] if kind == "RankingList" else [str(value)]


def _spread(values: Sequence[int], props: Mapping[str, Any]) -> Spread:
    """Median and quartiles: the medians of the lower and the upper half, the middle value in both where there is one."""
    half = (len(values) + 1) // 2
    lower, upper = median(values[:half]), median(values[-half:])
    return Spread(median(values), lower, upper, props["minLabel"], props["maxLabel"])


def _rank(orders: Sequence[Sequence[str]], labels: Mapping[str, str]) -> tuple[Ranked, ...]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for order in orders:
        for place, item in enumerate(order, 1):
            places[fold(item)].append(place)
    ranked = (Ranked(label, fmean(places[name])) for name, label in labels.items())
    return tuple(sorted(ranked, key=lambda it: (it.average, it.label)))
