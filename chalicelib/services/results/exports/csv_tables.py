"""A session as tables: a row a person, or a row a message. RFC 4180 in UTF-8 with its mark, which spreadsheets ask for."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.model import Answer, Message, Question, Thread, ThreadView
from chalicelib.services.facilitation.widgets import label_of
from chalicelib.services.participants.scopes import rules_of
from chalicelib.services.results.widget_answers import key_of

Cell = str | int | None
WidgetKey = tuple[Any, ...]

_MARK = "\ufeff"
_FORMULA = "=+-@\t\r＝＋－＠"  # at which spreadsheets begin to calculate
_PEOPLE = ("participant_id", "name", "channel", "joined_at", "completed_at", "included", "test", "rating", "quotable")
_MESSAGES = (
    "participant_id",
    "name",
    "message_id",
    "sequence",
    "role",
    "created_at",
    "content",
    "widget",
    "widget_value",
    "quotable",
)


def render_people(questions: Sequence[Question], people: Sequence[ThreadView]) -> str:
    """Returns a row a person, with a column for each question of the form, whether anybody answered it or not, then for each that
    is not in the form any more and was answered, then for each widget."""
    asked = {question.id: question.text for question in questions}
    for person in people:
        for answer in person.answers:
            asked.setdefault(answer.question_id, answer.text)
    labels: dict[WidgetKey, str] = {}  # each widget's, as it was first shown
    chosen = [_choices(person.messages, labels) for person in people]
    widgets = [it for it in labels if any(it in of_person for of_person in chosen)]
    own = [_harmless_name(name) for name in (*asked.values(), *(labels[it] for it in widgets))]
    rows = (
        [*_about(person), *_answers(person.answers, asked), *map(of_person.get, widgets)]
        for person, of_person in zip(people, chosen, strict=True)
    )
    header = _tell_apart([*_PEOPLE, *own])
    return _write(header, rows)


def render_messages(people: Sequence[ThreadView]) -> str:
    """Returns a row a message, each conversation from its beginning."""
    return _write(_MESSAGES, (_message(person.thread, message) for person in people for message in person.messages))


def make_harmless(cell: Cell) -> Cell:
    """Returns a cell that no spreadsheet calculates: a text that would be a formula gets an apostrophe; our numbers stay numbers."""
    if not isinstance(cell, str) or not cell:
        return cell
    begun = next((it for it in cell if it in _FORMULA or not _is_passed_over(it)), "")
    return f"'{cell}" if begun and begun in _FORMULA else cell


def _is_passed_over(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _write(header: Iterable[str], rows: Iterable[Sequence[Cell]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_MINIMAL)  # with the line ends of RFC 4180
    writer.writerow(map(make_harmless, header))
    writer.writerows([make_harmless(cell) for cell in row] for row in rows)
    return _MARK + written.getvalue()


def _harmless_name(name: str) -> str:
    return str(make_harmless(name))


def _tell_apart(names: Sequence[str]) -> list[str]:
    """Returns these names, with a number behind each that stood there before."""
    found: dict[str, None] = {}
    for name in names:
        count, told = 1, name
        while told in found:
            count += 1
            told = f"{name} ({count})"
        found[told] = None
    return list(found)


def _about(person: ThreadView) -> list[Cell]:
    thread = person.thread
    return [
        *(thread.id, thread.name, rules_of(thread.scope).channel),
        *(_moment(thread.created_at), _moment(_completed_at(person))),
        *(_yes_or_no(thread.included), _yes_or_no(thread.test), thread.rating, _yes_or_no(thread.quotable)),
    ]


def _completed_at(person: ThreadView) -> datetime | None:
    """Returns when a conversation came to its end: with the message that says so, else with the last one."""
    if not person.thread.is_completed or not person.messages:
        return None
    return next((it.created_at for it in person.messages if it.is_final), person.messages[-1].created_at)


def _answers(given: Sequence[Answer], asked: Mapping[str, str]) -> list[Cell]:
    by_question = {answer.question_id: answer.answer for answer in given}
    return [by_question.get(question) for question in asked]


def _choices(messages: Sequence[Message], labels: dict[WidgetKey, str]) -> dict[WidgetKey, Cell]:
    """Returns what somebody chose in each widget, the last choice where they were shown it again; notes the labels of new ones."""
    chosen: dict[WidgetKey, Cell] = {}
    shown: WidgetKey = ()
    for message in messages:
        if message.widget_spec is not None:
            shown = key_of(message.widget_spec)
            labels.setdefault(shown, label_of(message.widget_spec))
        elif message.widget_value is not None and shown:
            chosen[shown] = _chosen(message.widget_value)
    return chosen


def _message(thread: Thread, message: Message) -> list[Cell]:
    spec, value = message.widget_spec, message.widget_value
    return [
        *(
            thread.id,
            thread.name,
            message.id,
            message.sequence - thread.starts_after,
            message.role,
            _moment(message.created_at),
        ),
        *(message.content, None if spec is None else label_of(spec), None if value is None else _chosen(value)),
        _yes_or_no(thread.quotable),
    ]


def _chosen(value: Any) -> Cell:
    """Returns a choice: a number, an option, or several in their order."""
    if isinstance(value, list) and all(isinstance(it, str) for it in value):
        return "; ".join(value)
    return value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
