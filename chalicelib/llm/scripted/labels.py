"""What the labels of themes stand for that a scripted digest names: each is the question that was answered.

This is what others may know of the script. A question has a key, which is the same for a standard question in every language.
"""

from collections.abc import Iterable
from typing import Final

from chalicelib.llm.scripted.catalogue import list_catalogues, read_catalogue
from chalicelib.llm.scripted.questions import list_questions, list_standard_questions, make_question
from chalicelib.text.language import DEFAULT
from chalicelib.text.normalise import fold, one_line

_LONGEST: Final = 500  # characters of a label


def label_of(question: str) -> str:
    """The label of a theme that is this question."""
    return one_line(question, _LONGEST)


def question_key(label: str) -> str:
    """The key of the question that a label is; of a label of a model's making, one that no question has."""
    return make_question(label, read_catalogue(DEFAULT)).key


def list_question_keys(prompt: str, critical: str) -> frozenset[str]:
    """The keys of all questions that a script may put under this prompt of the host's, and of what it lists beside them."""
    words = read_catalogue(DEFAULT)
    asked = [
        question.text
        for question in (*list_questions(prompt, critical, words), *list_standard_questions(critical, words))
    ]
    own = [text for other in list_catalogues() for text in (other.scale, other.further)]
    return frozenset(question_key(label_of(text)) for text in (*asked, *own))


def list_asked(prompt: str, critical: str) -> dict[str, str]:
    """The questions that a script puts under this prompt, in their order, by their keys."""
    words = read_catalogue(DEFAULT)
    return {question_key(text): text for text in (label_of(it.text) for it in list_questions(prompt, critical, words))}


def find_critical(labels: Iterable[str], critical: str) -> str | None:
    """The label that asks for what the host calls critical, else the one that is a question of the host's in the same words."""
    words = read_catalogue(DEFAULT)
    wanted = {question.key for question in list_standard_questions(critical, words) if question.is_critical}
    found = {label: make_question(label, words) for label in labels} if wanted else {}
    asked = (label for label, question in found.items() if question.key in wanted)
    same = (label for label, question in found.items() if _bare(question.text) == _bare(critical))
    return next(asked, None) or next(same, None)


def _bare(text: str) -> str:
    return fold(text).rstrip(" .?")
