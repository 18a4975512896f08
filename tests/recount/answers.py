"""What people entered in the form and chose in widgets, counted a second time, and slices of it; held against REST."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

import pytest

from tests.recount import counts
from tests.recount.checks import Doors, check_quote
from tests.recount.stored import Person, Stored

LEAST_SHOWN = 5
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CHOICES = {"SingleSelect": "options", "MultiSelect": "options", "RankingList": "items"}


@dataclass
class Widget:
    """A widget that people were shown, what each of them chose last, and who wrote something after it was shown."""

    spec: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    wrote_on: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        return str(self.spec["root"]["type"])

    @property
    def props(self) -> dict[str, Any]:
        return dict(self.spec["root"]["props"])


def check_answers(stored: Stored, doors: Doors, most: int | None = None) -> None:
    """All that is told of the form, of widgets, of slices and of who stands where: of all themes, or so many that most speak of."""
    told = doors.get("/answers")
    assert told["participants"] == len(stored.counted)
    check_form(stored, told["questions"])
    check_widgets(stored, told["widgets"])
    dividers = [it["question_id"] for it in told["questions"] if it["slices_by"]]
    themes = sorted(counts.common_themes(stored), key=lambda it: -len(stored.carriers[it]))[:most]
    of = ["themes", *themes, *(it["id"] for it in told["widgets"])]
    for question in dividers:
        for what in of:
            check_slice(stored, doors.get(f"/slices?of={what}&by={question}"), question)
    for theme in themes if most else stored.carriers:
        check_stances(stored, doors, theme)


def check_form(stored: Stored, told: list[dict[str, Any]]) -> None:
    """Who gave which answer, question by question."""
    asked = [it for it in stored.questions if it["text"] != "Name"]
    assert [it["question_id"] for it in told] == [it["id"] for it in asked]
    for question, found in zip(asked, told, strict=True):
        given = answers_to(stored, question["id"])
        assert (found["answered"], found["left_out"]) == (len(given), len(stored.counted) - len(given))
        counted = {it["label"]: it["participants"] for it in found["counts"]}
        if question["type"] == "Options":
            chosen = Counter(choice for choices in given.values() for choice in choices)
            assert counted == {option: chosen[option] for option in question["options"]}
        elif found["kind"] == "values":
            assert counted == Counter(choice for (choice,) in given.values())
        for label, people in counted.items() if found["kind"] == "words" else ():
            used = [set(_WORD.findall(" ".join(it).casefold())) for it in given.values()]
            assert people == sum(label in words for words in used), label


def check_widgets(stored: Stored, told: list[dict[str, Any]]) -> None:
    """Who chose what, the middle of scales, the order of rankings."""
    found = {_identity(it.spec): it for it in list_widgets(stored)}
    by_name = {(kind, label): widget for (kind, label, _), widget in found.items()}
    assert len(told) == len(found)
    for shown in told:
        widget = by_name[shown["type"], shown["label"].casefold()]
        silent = widget.shown - widget.values.keys() - widget.wrote_on
        in_words = widget.shown - widget.values.keys() - silent
        assert (shown["answered"], shown["in_words"]) == (len(widget.values), len(in_words))
        assert shown["silent"] == len(silent)
        counted = {it["label"]: it["participants"] for it in shown["counts"]}
        assert counted == {label: count for label, count in count_choices(widget).items() if label in counted}
        assert sum(count_choices(widget).values()) == sum(counted.values())
        if shown["spread"]:
            check_spread([int(it) for it in widget.values.values()], shown["spread"])
        places = average_places(widget)
        assert {it["label"]: it["average_rank"] for it in shown["ranks"]} == pytest.approx(places)
        assert [it["average_rank"] for it in shown["ranks"]] == sorted(places.values())


def check_spread(values: list[int], told: Mapping[str, Any]) -> None:
    """The median, and the medians of both halves, to which the middle value belongs where there is one."""
    assert (told["lower_quartile"], told["median"], told["upper_quartile"]) == quartiles(values)


def quartiles(values: list[int]) -> tuple[float, float, float]:
    """The median of the lower half, of all, of the upper half."""
    values = sorted(values)
    half = -(-len(values) // 2)
    return median(values[:half]), median(values), median(values[len(values) - half :])


def check_slice(stored: Stored, told: dict[str, Any], question: str) -> None:
    """Every number that is shown is right and of five people at least, and no line gives a single one away that is not."""
    spoke = {it.id for it in stored.counted if it.spoke}
    given = {who: choices for who, choices in answers_to(stored, question).items() if who in spoke}
    silent = spoke - given.keys()
    rows = [
        (
            row,
            {who for who, it in given.items() if ", ".join(it) in row["answers"]} | (silent if row["rest"] else set()),
        )
        for row in told["rows"]
    ]
    assert sorted(who for _, people in rows for who in people) == sorted(spoke)
    columns = _columns(stored, told, spoke)
    for row, people in [*rows, (told["whole"], spoke)]:
        _check_cell(row["participants"], len(people))
        assert len(row["counts"]) == len(columns)
        for cell, members in zip(row["counts"], columns, strict=True):
            assert cell is None or cell == len(people & members), (told["of"], row)
            assert cell is None or cell >= LEAST_SHOWN
    if told["exclusive"]:
        assert sum(map(len, columns)) == len(spoke)
        cells = [
            [(cell, len(people & it)) for cell, it in zip(row["counts"], columns, strict=True)] for row, people in rows
        ]
        for line in [*cells, *map(list, zip(*cells, strict=True))]:
            hidden = [people for cell, people in line if cell is None]
            assert len(hidden) == len(line) or not hidden or (len(hidden) > 1 and sum(hidden))


def check_stances(stored: Stored, doors: Doors, theme: str) -> None:
    """Who speaks of a theme, where they stand, and what they said of it."""
    people = stored.carriers[theme]
    found = doors.get(f"/themes/{theme}/people?limit=100")
    assert found["pagination"]["total"] == len(people)
    told = {it["participant_id"]: it for it in found["data"]}
    assert {who: it["stance"] for who, it in told.items()} == dict(people) or len(people) > len(told)
    by_id = {person.id: person for person in stored.people}
    for who, shown in told.items():
        own = [it for it in by_id[who].points if stored.live(it.get("theme")) == theme]
        assert sorted(it["text"] for it in shown["points"]) == sorted(it["text"] for it in own)
        for point in shown["points"]:
            check_quote(stored, point["quote"], point["message_id"], who)
    for stance, count in counts.by_stance(people).items():
        assert doors.get(f"/themes/{theme}/people?stance={stance}")["pagination"]["total"] == count


def answers_to(stored: Stored, question: str) -> dict[str, list[str]]:
    """Who answered a question, with what they chose, or entered."""
    given = ((person.id, person.form[question]) for person in stored.counted if question in person.form)
    return {who: list(answer.get("choices") or [answer["answer"]]) for who, answer in given}


def list_widgets(stored: Stored) -> list[Widget]:
    """The widgets that people in the results were shown."""
    found: dict[tuple[Any, ...], Widget] = {}
    for person in stored.counted:
        for widget, value, wrote_on in _uses(person):
            kept = found.setdefault(_identity(widget), Widget(widget))
            kept.shown.add(person.id)
            if value is not None:
                kept.values[person.id] = value
            if wrote_on:
                kept.wrote_on.add(person.id)
    return list(found.values())


def _uses(person: Person) -> Iterator[tuple[dict[str, Any], Any, bool]]:
    """Each widget that somebody was shown, with the value that they chose before the next one, and whether they said anything after it."""
    shown = [entry for entry in person.log if entry.widget is not None]
    for number, entry in enumerate(shown):
        until = shown[number + 1].sequence if number + 1 < len(shown) else person.log[-1].sequence + 1
        values = [it.value for it in person.said if entry.sequence < it.sequence < until and it.value is not None]
        assert entry.widget is not None
        yield entry.widget, values[-1] if values else None, any(it.sequence > entry.sequence for it in person.said)


def _identity(spec: dict[str, Any]) -> tuple[Any, ...]:
    kind, props = spec["root"]["type"], spec["root"]["props"]
    choices = _labels(spec) if kind in _CHOICES else [str(props["min"]), str(props["max"])]
    return kind, props["label"].casefold(), tuple(sorted(it.casefold() for it in choices))


def _labels(spec: dict[str, Any]) -> list[str]:
    given = spec["root"]["props"][_CHOICES[spec["root"]["type"]]]
    return [it if isinstance(it, str) else it["label"] for it in given]


def count_choices(widget: Widget) -> Counter[str]:
    """How many chose each option or value; of a ranking, how many put each item first."""
    chosen: Counter[str] = Counter()
    if widget.kind in _CHOICES:
        chosen.update(dict.fromkeys(_labels(widget.spec), 0))
    else:
        chosen.update({str(it): 0 for it in range(widget.props["min"], widget.props["max"] + 1)})
    for value in widget.values.values():
        chosen.update(_chosen(widget, value))
    return chosen


def _chosen(widget: Widget, value: Any) -> list[str]:
    if widget.kind == "MultiSelect":
        return list(value)
    return [value[0] if widget.kind == "RankingList" else str(value)]


def average_places(widget: Widget) -> dict[str, float]:
    """The average place of each item of a ranking."""
    items = _labels(widget.spec) if widget.kind == "RankingList" and widget.values else []
    return {item: mean(order.index(item) + 1 for order in widget.values.values()) for item in items}


def _check_cell(told: int | None, people: int) -> None:
    assert told == (people if people >= LEAST_SHOWN else None)


def _columns(stored: Stored, told: dict[str, Any], spoke: set[str]) -> list[set[str]]:
    """Who is in each column of a slice."""
    found: list[set[str] | None] = []
    for column in told["columns"]:
        found.append(None if column["rest"] else _members(stored, told, column) & spoke)
    rest = spoke - set[str]().union(*(it for it in found if it is not None))
    return [rest if it is None else it for it in found]


def _members(stored: Stored, told: dict[str, Any], column: dict[str, Any]) -> set[str]:
    carried = stored.carriers
    if told["kind"] == "themes":
        return set(carried[column["id"]])
    if told["kind"] == "stances":
        (theme,) = (it for it in carried if stored.themes[it]["label"] == told["of"])
        return {who for who, stance in carried[theme].items() if stance == column["id"]}
    widget = next(it for it in list_widgets(stored) if it.props["label"] == told["of"])
    if told["kind"] == "scale":
        ends = [int(it) for it in column["label"].split("–")]
        return {who for who, value in widget.values.items() if ends[0] <= int(value) <= ends[-1]}
    chosen: dict[str, set[str]] = defaultdict(set)
    for who, value in widget.values.items():
        for choice in _chosen(widget, value):
            chosen[choice].add(who)
    return chosen[column["label"]]
