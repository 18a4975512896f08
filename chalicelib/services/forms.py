"""The pre-session form: what is asked before the conversation, and the check of what comes back."""

import re
from collections.abc import Mapping, Sequence

from chalicelib.errors import Invalid
from chalicelib.store.records import Answer, Question

ANSWER_LIMIT = 5_000  # characters
ANSWERS_BYTES = 100_000  # of UTF-8, all answers of one person

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def check_answers(questions: Sequence[Question], given: Mapping[str, str]) -> tuple[Answer, ...]:
    """The answers in the order of the questions, without the empty ones.

    Raises Invalid for an unknown question, a required one without an answer, a bad e-mail address or an option that was not offered.
    """
    known = {question.id for question in questions}
    unknown = next((asked for asked in given if asked not in known), None)
    if unknown is not None:
        raise Invalid(f"answers: there is no question {unknown!r} in this session")
    answers = tuple(_check(question, given.get(question.id, "").strip()) for question in questions)
    kept = tuple(answer for answer in answers if answer.answer)
    if sum(len(answer.answer.encode()) for answer in kept) > ANSWERS_BYTES:
        raise Invalid(f"answers must be at most {ANSWERS_BYTES:,} bytes together")
    return kept


def _check(question: Question, answer: str) -> Answer:
    if not answer:
        if question.required:
            raise Invalid(f"answers: “{question.text}” needs an answer")
    elif len(answer) > ANSWER_LIMIT:
        raise Invalid(f"answers: the answer to “{question.text}” must be at most {ANSWER_LIMIT:,} characters")
    elif question.type == "Email" and not _EMAIL.fullmatch(answer):
        raise Invalid(f"answers: “{question.text}” must be an e-mail address")
    elif question.type == "Options" and answer not in question.options:
        raise Invalid(f"answers: “{question.text}” must be one of: {', '.join(question.options)}")
    return Answer(question.id, question.text, answer)
