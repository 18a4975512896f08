"""The pre-session form: what is asked before the conversation, and the check of what comes back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from chalicelib.errors import Invalid
from chalicelib.model import Answer, Question, SessionView
from chalicelib.services.participants.question_roles import role_of
from chalicelib.text.email_addresses import is_mail_address
from chalicelib.text.normalise import fold, is_blank, one_line

ANSWER_LIMIT = 5_000  # characters
ANSWERS_BYTES = 100_000  # of UTF-8, all answers of one person
STORED_BYTES = 350_000  # of JSON, which writes a control character in six bytes: the answers share one item
NAME_LIMIT = 200  # characters

# What the page asks where the host set no questions. The ids are fixed: they name the same two fields in every session.
DEFAULT_QUESTIONS = (
    Question("8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d501", "Name", 0, role="name"),
    Question("8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d502", "Email", 1, "Email", role="email"),
)

DEFAULT_TEXTS = {question.id: question.text for question in DEFAULT_QUESTIONS}

_SEPARATOR = ", "  # between the options of one answer
_ONCE = "answers must have each question once"
_MOST_DIGITS = 3  # of a position

Given = str | Sequence[str]
"""What is entered for one question: a text, or the options that are chosen."""

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


class FormUnanswered(Invalid):
    """Somebody begins to talk before they have filled in a form that has to be."""

    def __init__(self, questions: Sequence[Question]) -> None:
        texts = ", ".join(f"“{question.text}”" for question in questions)
        needs = "needs an answer" if len(questions) == 1 else "need answers"
        super().__init__(f"answers: {texts} {needs} before the first message; join with them at chat/questions")


def page_questions(view: SessionView) -> tuple[Question, ...]:
    """Returns what a page asks: the host's questions, else name and e-mail, or nothing in an anonymous session."""
    if view.session.has_questions:
        return view.questions
    return () if view.session.anonymous else DEFAULT_QUESTIONS


def find_name(questions: Sequence[Question], given: Mapping[str, Given]) -> str | None:
    """Returns the participant's name, on one line, where the form asks for it. Raises AnswerRefused for one that is too long."""
    for question in questions:
        if role_of(question) != "name":
            continue
        name = one_line(_read_text(question, given))
        if len(name) > NAME_LIMIT:
            raise AnswerRefused(question, "too_long", NAME_LIMIT)
        if name:
            return name
    return None


def name_among(answers: Sequence[Answer]) -> str | None:
    """Returns the name among answers to questions that are no longer asked."""
    return next((one_line(answer.answer, NAME_LIMIT) for answer in answers if answer.role == "name"), None)


def match_answers(questions: Sequence[Question], given: Sequence[tuple[str, Given]]) -> dict[str, Given]:
    """Returns what is given by the ids of the questions; it may name them by id, by text or by position.

    Positions count from 1, as a list of them is printed; from 0 where the 0 is among them. Raises Invalid for what names no
    question, or one that was named before.
    """
    if len({reference for reference, _ in given}) < len(given):
        raise Invalid(_ONCE)
    ids: list[str | None] = [_find_id(reference, questions) for reference, _ in given]
    if None in ids:  # folding texts takes its time
        by_text = {fold(question.text): question.id for question in reversed(questions)}
        ids = [found or by_text.get(fold(asked)) for found, (asked, _) in zip(ids, given, strict=True)]
    positions = [_position(reference) for reference, _ in given]
    first = 0 if any(found is None and place == 0 for found, place in zip(ids, positions, strict=True)) else 1
    answers: dict[str, Given] = {}
    for (reference, answer), found, place in zip(given, ids, positions, strict=True):
        if found is None and place is not None and 0 <= place - first < len(questions):
            found = questions[place - first].id
        if found is None:
            raise Invalid(f"answers: there is no question {reference!r} in this session")
        if found in answers:
            raise Invalid(_ONCE)
        answers[found] = answer
    return answers


def list_refusals(questions: Sequence[Question], given: Mapping[str, Given]) -> tuple[AnswerRefused, ...]:
    """Returns everything that is wrong with single answers, in the order of the questions."""
    found = []
    for question in questions:
        try:
            find_name((question,), given)
            _check(question, given)
        except AnswerRefused as refused:
            found.append(refused)
    return tuple(found)


def check_answers(questions: Sequence[Question], given: Mapping[str, Given]) -> tuple[Answer, ...]:
    """Returns the answers in the order of the questions, without the empty ones.

    Raises Invalid for an unknown question, a required one without an answer, a bad e-mail address or an option that
    was not offered.
    """
    known = {question.id for question in questions}
    unknown = next((asked for asked in given if asked not in known), None)
    if unknown is not None:
        raise Invalid(f"answers: there is no question {unknown!r} in this session")
    return tuple(answer for question in questions if (answer := _check(question, given)).answer)


def check_size(answers: Sequence[Answer]) -> None:
    """Raises Invalid where the answers of a person are more than is stored of them."""
    if sum(len(answer.answer.encode()) for answer in answers) > ANSWERS_BYTES:
        raise Invalid(f"answers must be at most {ANSWERS_BYTES:,} bytes together")
    if len(msgspec.json.encode(answers)) > STORED_BYTES:
        raise Invalid(f"answers must be at most {STORED_BYTES:,} bytes together, with control characters escaped")


def format_answer(given: Given) -> str:
    """Returns what is entered as one text, trimmed; an empty one where nothing of it can be seen."""
    text = given if isinstance(given, str) else _SEPARATOR.join(given)
    return "" if is_blank(text) else text.strip()


def _read_text(question: Question, given: Mapping[str, Given]) -> str:
    return format_answer(given.get(question.id, ""))


def _check(question: Question, given: Mapping[str, Given]) -> Answer:
    answer, role = _read_text(question, given), role_of(question)
    choices: tuple[str, ...] = ()
    if not answer:
        if question.required:
            raise AnswerRefused(question, "required")
    elif question.multiple:
        choices = _choose(question, given[question.id])
        answer = _SEPARATOR.join(choices)
    elif len(answer) > ANSWER_LIMIT:
        raise AnswerRefused(question, "too_long")
    elif question.type == "Email" and not is_mail_address(answer):
        raise AnswerRefused(question, "email")
    elif question.type == "Options" and answer not in question.options:
        raise AnswerRefused(question, "option")
    return Answer(question.id, question.text, answer, choices, role)


def _choose(question: Question, given: Given) -> tuple[str, ...]:
    """Returns the chosen options in their order; a text names them one a line, or in a row. Raises AnswerRefused for others."""
    chosen = set(_split(given, question.options) if isinstance(given, str) else filter(None, map(str.strip, given)))
    if not chosen <= set(question.options):
        raise AnswerRefused(question, "option")
    return tuple(option for option in dict.fromkeys(question.options) if option in chosen)


def _split(text: str, options: Sequence[str]) -> Iterator[str]:
    """Yields what a text has in a row. An option may have commas itself, so the longest that is one comes first."""
    known = frozenset(options)
    sizes = sorted({1 + option.count(",") for option in options}, reverse=True)
    for line in text.split("\n"):
        parts, start = line.split(","), 0
        while start < len(parts):
            joined = (",".join(parts[start : start + size]).strip() for size in sizes)
            found = next((it for it in joined if it in known), parts[start].strip())
            start += 1 + found.count(",")
            if found:
                yield found


def _find_id(reference: str, questions: Sequence[Question]) -> str | None:
    return next((question.id for question in questions if question.id == reference.lower()), None)


def _position(reference: str) -> int | None:
    return int(reference) if reference.isascii() and reference.isdigit() and len(reference) <= _MOST_DIGITS else None
