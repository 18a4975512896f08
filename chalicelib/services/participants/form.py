"""The pre-session form: what is asked before the conversation, and the check of what comes back."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from chalicelib.errors import Invalid
from chalicelib.model import Answer, Question, SessionView
from chalicelib.text.email_addresses import is_mail_address
from chalicelib.text.normalise import is_blank, one_line

ANSWER_LIMIT = 5_000  # characters
ANSWERS_BYTES = 100_000  # of UTF-8, all answers of one person
STORED_BYTES = 350_000  # of JSON, which writes a control character in six bytes: the answers share one item
NAME_LIMIT = 200  # characters

# What the page asks where the host set no questions. The ids are fixed: they name the same two fields in every session.
DEFAULT_QUESTIONS = (
    Question("8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d501", "Name", 0),
    Question("8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d502", "Email", 1, "Email"),
)

_NAME = re.compile(r"\W*(?:what(?: is|['’]s) )?(?:your )?(?:full )?name\W*", re.IGNORECASE)


Rule = Literal["required", "too_long", "email", "option"]


class AnswerRefused(Invalid):
    """An answer breaks a rule of its question; a page says so beside the field, in words of its own.

    `limit` is the number of characters that an answer may have.
    """

    def __init__(self, question: Question, rule: Rule, limit: int = ANSWER_LIMIT) -> None:
        sentences = {
            "required": "needs an answer",
            "too_long": f"must be at most {limit:,} characters",
            "email": "must be an e-mail address",
            "option": "must be one of: " + ", ".join(f"“{option}”" for option in question.options),
        }
        super().__init__(f"answers: “{question.text}” {sentences[rule]}")
        self.question = question
        self.rule = rule
        self.limit = limit


def page_questions(view: SessionView) -> tuple[Question, ...]:
    """Returns what a page asks: the host's questions, else name and e-mail; in an anonymous session nothing that asks who it is."""
    asked = view.questions if view.session.has_questions else DEFAULT_QUESTIONS
    if not view.session.anonymous:
        return asked
    return tuple(question for question in asked if not (asks_name(question) or question.type == "Email"))


def asks_name(question: Question) -> bool:
    """Says whether the answer to this question is the participant's name."""
    return question.type == "Short field" and _NAME.fullmatch(question.text) is not None


def find_name(questions: Sequence[Question], given: Mapping[str, str]) -> str | None:
    """Returns the participant's name, on one line, where the form asks for it. Raises AnswerRefused for one that is too long."""
    for question in filter(asks_name, questions):
        name = one_line(_read_answer(question, given))
        if len(name) > NAME_LIMIT:
            raise AnswerRefused(question, "too_long", NAME_LIMIT)
        if name:
            return name
    return None


def list_refusals(questions: Sequence[Question], given: Mapping[str, str]) -> tuple[AnswerRefused, ...]:
    """Returns everything that is wrong with single answers, in the order of the questions."""
    found = []
    for question in questions:
        try:
            find_name((question,), given)
            _check(question, _read_answer(question, given))
        except AnswerRefused as refused:
            found.append(refused)
    return tuple(found)


def check_answers(questions: Sequence[Question], given: Mapping[str, str]) -> tuple[Answer, ...]:
    """Returns the answers in the order of the questions, without the empty ones.

    Raises Invalid for an unknown question, a required one without an answer, a bad e-mail address or an option that
    was not offered.
    """
    known = {question.id for question in questions}
    unknown = next((asked for asked in given if asked not in known), None)
    if unknown is not None:
        raise Invalid(f"answers: there is no question {unknown!r} in this session")
    answers = tuple(_check(question, _read_answer(question, given)) for question in questions)
    kept = tuple(answer for answer in answers if answer.answer)
    if sum(len(answer.answer.encode()) for answer in kept) > ANSWERS_BYTES:
        raise Invalid(f"answers must be at most {ANSWERS_BYTES:,} bytes together")
    if len(msgspec.json.encode(kept)) > STORED_BYTES:
        raise Invalid(f"answers must be at most {STORED_BYTES:,} bytes together, with control characters escaped")
    return kept


def _read_answer(question: Question, given: Mapping[str, str]) -> str:
    """Returns an answer, trimmed; an empty one where nothing of it can be seen."""
    answer = given.get(question.id, "").strip()
    return "" if is_blank(answer) else answer


def _check(question: Question, answer: str) -> Answer:
    if not answer:
        if question.required:
            raise AnswerRefused(question, "required")
    elif len(answer) > ANSWER_LIMIT:
        raise AnswerRefused(question, "too_long")
    elif question.type == "Email" and not is_mail_address(answer):
        raise AnswerRefused(question, "email")
    elif question.type == "Options" and answer not in question.options:
        raise AnswerRefused(question, "option")
    return Answer(question.id, question.text, answer)
