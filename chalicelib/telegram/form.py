"""The form in a private chat: its questions one at a time, and what was entered for them so far.

What is entered stands beside the question as it was asked, so that a form that changes meanwhile loses nothing: the rules are
those of the page.
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Answer, Question, SessionView
from chalicelib.model.telegram import Attendance, OpenWidget
from chalicelib.services.participants.changed_form import FilledForm, ShownQuestion, fill_in, show_question
from chalicelib.services.participants.form import (
    AnswerRefused,
    check_answers,
    check_size,
    format_answer,
    list_refusals,
)
from chalicelib.services.participants.question_roles import role_of
from chalicelib.text.normalise import fold

_BETWEEN = re.compile(r"[,;،、，\n]")  # options that somebody writes
_SPLIT_FROM = 3_000  # characters; Telegram cuts a text that is longer than 4,096 into several messages


class Entered(Struct, frozen=True, array_like=True):
    """What somebody gave for a question as it was shown to them; nothing where they passed it over."""

    shown: ShownQuestion
    given: str | list[str] = ""


def asks_name(view: SessionView) -> bool:
    """Says whether the bot asks for a name: the session keeps names, and its form asks for none."""
    return not view.session.anonymous and all(role_of(question) != "name" for question in view.questions)


def place_entered(view: SessionView, attended: Attendance) -> FilledForm:
    """Returns the form that the session has now, with what was entered for it."""
    entered = _read_entered(attended).values()
    return fill_in(view, [it.shown for it in entered], {it.shown.id: it.given for it in entered})


def find_next(view: SessionView, attended: Attendance) -> Question | None:
    """Returns what is to be asked next: the first question behind the one that was asked, else the first of all, that has no
    answer that fits and may not be passed over; None where there is none left."""
    filled = place_entered(view, attended)
    refused = {it.question.id for it in list_refusals(filled.questions, filled.given)}
    done = (_read_entered(attended).keys() | filled.given.keys()) - refused
    shown = _asked(attended)
    place = next((it.position for it in view.questions if shown and it.id == shown.id), -1)
    ordered = sorted(view.questions, key=lambda question: (question.position <= place, question.position))
    return next((question for question in ordered if question.id not in done), None)


def find_before(view: SessionView, attended: Attendance) -> Question | None:
    """Returns the question before the one that is asked; None before the first."""
    asked = find_asked(view, attended)
    before = [question for question in view.questions if asked and question.position < asked.position]
    return before[-1] if before else None


def find_asked(view: SessionView, attended: Attendance) -> Question | None:
    """Returns the question that is asked; None where none is, or it has changed meanwhile."""
    shown = _asked(attended)
    return next((question for question in view.questions if show_question(question) == shown), None)


def asked_stamp(attended: Attendance) -> str | None:
    """Returns what the buttons of the question that is asked know it by; None where none is asked."""
    shown = _asked(attended)
    return f"{shown.version:x}" if shown else None


def stamp_of(question: Question) -> str:
    """Returns what its buttons know a question by: another one where anything of it has changed."""
    return f"{show_question(question).version:x}"


def ask(attended: Attendance, question: Question, view: SessionView) -> Attendance:
    """Returns the attendance in which this question is asked, with the options chosen that were."""
    shown = msgspec.to_builtins(show_question(question))
    if (
        attended.stage == "form" and attended.asked == shown and attended.widget
    ):  # asked once more: the taps so far hold
        return attended
    given = place_entered(view, attended).given.get(question.id, "")
    chosen = [place for place, option in enumerate(question.options) if not isinstance(given, str) and option in given]
    widget = OpenWidget(question.position, tuple(chosen)) if question.multiple else None
    return replace(attended, stage="form", asked=shown, widget=widget)


def enter(view: SessionView, attended: Attendance, given: str | list[str]) -> Attendance:
    """Returns the attendance with an answer to what was asked, an empty one to pass it over. Raises AnswerRefused, and Invalid
    where all answers together are too long."""
    shown = _asked(attended)
    assert shown is not None
    current = next((it for it in view.questions if it.id == shown.id), None)
    question = current or Question(shown.id, shown.text, 0, role=shown.role)
    if isinstance(given, str):
        given = _match_options(question, given)
    refused = list_refusals((question,), {question.id: given})
    if refused:
        raise refused[0]
    answers = check_answers((question,), {question.id: given})
    if question.multiple:
        given = list(answers[0].choices) if answers else ""
    entered = {**attended.entered, shown.id: msgspec.to_builtins(Entered(shown, given))}
    changed = replace(attended, entered=entered, widget=None)
    check_size(_answers_of(changed))
    return changed


def may_go_on(question: Question | None, text: str) -> bool:
    """Says whether more of an answer may follow in a message of its own: this one is nearly as long as one can be."""
    return len(text) >= _SPLIT_FROM and (question is None or question.type == "Short field")


def entered_text(attended: Attendance) -> str:
    """Returns what was entered for the question that is asked."""
    shown = _asked(attended)
    found = _read_entered(attended).get(shown.id) if shown else None
    return format_answer(found.given) if found else ""


def drop_left_over(view: SessionView, attended: Attendance) -> tuple[Attendance, Sequence[Answer]]:
    """Returns the attendance without what can stand nowhere in the form by now, and that."""
    left_over = place_entered(view, attended).left_over
    gone = {answer.question_id for answer in left_over}
    return replace(attended, entered={it: given for it, given in attended.entered.items() if it not in gone}), left_over


def is_refused(view: SessionView, attended: Attendance, question: Question) -> AnswerRefused | None:
    """Returns what is wrong by now with what was entered for a question; None where nothing was, or is."""
    filled = place_entered(view, attended)
    entered = question.id in filled.given or question.id in attended.entered
    wrong = (it for it in list_refusals(filled.questions, filled.given) if it.question.id == question.id)
    return next(wrong, None) if entered else None


def _match_options(question: Question, text: str) -> str | list[str]:
    """Returns the option that somebody wrote, whatever its case; of a question with several, those in a row or one a line. Any other
    text as it is."""
    options = {fold(option): option for option in question.options}
    if whole := options.get(fold(text)):
        return [whole] if question.multiple else whole
    parts = [fold(part) for part in _BETWEEN.split(text) if part.strip()]
    return [options[part] for part in parts] if question.multiple and options.keys() >= set(parts) else text


def _asked(attended: Attendance) -> ShownQuestion | None:
    return msgspec.convert(attended.asked, ShownQuestion | None)


def _read_entered(attended: Attendance) -> dict[str, Entered]:
    return msgspec.convert(attended.entered, dict[str, Entered])


def _answers_of(attended: Attendance) -> list[Answer]:
    entered = _read_entered(attended).values()
    return [Answer(it.shown.id, it.shown.text, format_answer(it.given)) for it in entered]
