"""A form that changed while somebody filled it in: each answer goes to the question it was given to, or stays with its text.

A door that shows a form gets back what it showed; what of the form is another one by now follows from that.
"""

import zlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Answer, Question, QuestionRole, SessionView
from chalicelib.services.participants.form import ANSWER_LIMIT, DEFAULT_QUESTIONS, AnswerRefused, Given, format_answer
from chalicelib.services.participants.question_roles import asks_who, role_of
from chalicelib.text.normalise import fold


class ShownQuestion(Struct, frozen=True, array_like=True):
    """A question as somebody saw it. `version` is another number where anything else of it is another thing."""

    id: str
    text: str
    role: QuestionRole
    version: int = 0


class FilledForm(Struct, frozen=True):
    """A form with what was entered for it.

    `questions` are those of the session now, in the words that were answered, and `given` what is entered for them, by id.
    `kept` are answers to questions that are gone. `left_over` can stand nowhere: what nobody asked, and in a session that is
    anonymous by now what tells who somebody is.
    """

    questions: tuple[Question, ...] = ()
    given: Mapping[str, Given] = {}
    kept: tuple[Answer, ...] = ()
    left_over: tuple[Answer, ...] = ()
    is_changed: bool = False  # whether the form is another one than was filled in

    def list_overlong(self) -> list[AnswerRefused]:
        """Returns what is wrong with kept answers: they may be as long as any, and no longer."""
        long = (answer for answer in self.kept if len(answer.answer) > ANSWER_LIMIT)
        return [AnswerRefused(Question(answer.question_id, answer.text, 0), "too_long") for answer in long]

    @property
    def words(self) -> list[str]:
        """All that was entered, each answer once."""
        mine = (format_answer(self.given.get(question.id, "")) for question in self.questions)
        return [*filter(None, mine), *(answer.answer for answer in (*self.kept, *self.left_over))]


def show_question(question: Question) -> ShownQuestion:
    """Returns what is noted of a question that is shown."""
    return ShownQuestion(question.id, question.text, role_of(question), zlib.crc32(msgspec.json.encode(question)))


def fill_in(view: SessionView, shown: Sequence[ShownQuestion] | None, entered: Mapping[str, Given]) -> FilledForm:
    """Places what was entered in the form that was shown, on the form that the session has now.

    `shown` is None where that is not known. Name and e-mail, as a page asks for them on its own, nobody entered where they are in
    neither; anything else that nobody asked for is left over.
    """
    questions = view.questions
    seen = {question.id: question for question in (_DEFAULTS if shown is None else shown)}
    passed_over = {it.id for it in _DEFAULTS} - seen.keys() - {it.id for it in questions}
    words = {named: given for named, given in entered.items() if format_answer(given) and named not in passed_over}
    telling = _list_telling(view, seen)
    given = {it.id: words.pop(it.id) for it in questions if it.id in words and it.id not in telling}
    kept: list[Answer] = []
    left_over: list[Answer] = []
    for named, answer in sorted(words.items(), key=lambda item: [*seen, item[0]].index(item[0])):
        was = None if named in telling else seen.get(named)
        if was and (twin := _find_twin(was, questions, seen.keys() | given.keys())):
            given[twin.id] = answer
        elif was:
            kept.append(Answer(named, was.text, format_answer(answer), role=was.role))
        else:
            left_over.append(Answer(named, "", format_answer(answer)))
    worded = (_in_words_of(question, seen.get(question.id)) for question in questions)
    is_changed = shown is not None and [*map(show_question, questions)] != list(shown[: len(questions)])
    return FilledForm(tuple(worded), given, tuple(kept), tuple(left_over), is_changed or bool(left_over))


_DEFAULTS = tuple(map(show_question, DEFAULT_QUESTIONS))


def _list_telling(view: SessionView, seen: Mapping[str, ShownQuestion]) -> set[str]:
    """Returns the shown questions whose answers tell who somebody is, where the session asks nobody that by now."""
    if not view.session.anonymous or asks_who(view.questions):
        return set()
    return {named for named, was in seen.items() if was.role != "other"}


def _find_twin(was: ShownQuestion, questions: Sequence[Question], taken: set[str]) -> Question | None:
    """Returns the question with the same text, which was asked under another id; one that was shown, or has an answer, is none."""
    same = (question for question in questions if fold(question.text) == fold(was.text))
    return next((question for question in same if question.id not in taken), None)


def _in_words_of(question: Question, was: ShownQuestion | None) -> Question:
    return question if was is None else replace(question, text=was.text)
