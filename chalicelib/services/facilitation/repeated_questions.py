"""The repeat detector: whether a message asks what has been asked before.

It compares the words of two questions and knows nothing of their sense, so it is made to miss rather than to accuse: two
questions are the same where all words that carry them are the same, in whatever order, and few others differ. A few
words of English and Chinese are known to carry little; in any other language all but the shortest count.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from chalicelib.text import sentences, tokens
from chalicelib.text.normalise import fold

LOOKED_BACK = 6  # messages of the facilitator
LEAST_WEIGHT = 12  # below it ("Why is that?") a question means something else each time it is asked
LIKE = 0.8

MOST_WORDS, MOST_CHARACTERS = 100, 1_000  # of a question: a longer one is compared with none
MOST_QUESTIONS = 20  # of a message, its last

# What stands in front of a colon belongs to the question: "Imagine X: what would that change?" asks something else of each X.
_CLAUSE = re.compile(r"[；;…]|\s[-–]+\s|[—–]{1,2}(?=\D)")
_NOT = re.compile(r"n't\b")


def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Longer words that carry little, and short ones that carry much.
_LITTLE = _words_of(
    "the and for you your can could would about with from that this these those are was were been has had have did does "
    "its but then also just well now here some please "
    "呢 嗎 吗 吧 啊 呀 嘛 啦 的 了 那 這 这 麼 么 請 请 問 问 個 个 再 還 还 也 就 在 您 你"
)
_TELLING = _words_of("no not nor me us my we ne pas wo où")


class _Shape(Struct, frozen=True):
    """A question by its words: those that carry it, and those that don't."""

    carrying: Counter[str]
    others: Counter[str]

    @property
    def length(self) -> int:
        return self.carrying.total() + self.others.total()

    @property
    def weight(self) -> int:
        return _weight(self.carrying) + _weight(self.others)


def find_repeated(content: str, earlier: Sequence[str]) -> str | None:
    """Returns the question of the facilitator's latest messages, oldest first, that this one asks again; None where it asks none.

    The question that is open now counts only where it was asked before that as well: to come back to it once is right
    where it was not answered, and whether it was, words alone don't tell.
    """
    asking = [questions for text in earlier[-LOOKED_BACK:] if (questions := _questions(text))]
    before = [question for questions in asking[:-1] for question in questions]
    return next((old for new in _questions(content) for old in reversed(before) if is_same_question(new, old)), None)


def is_same_question(one: str, other: str) -> bool:
    """Says whether two questions are one, in nearly the same words."""
    if max(len(one), len(other)) > MOST_CHARACTERS:
        return False
    left, right = _shape(one), _shape(other)
    if max(left.length, right.length) > MOST_WORDS:
        return False
    if min(left.weight, right.weight) < LEAST_WEIGHT or not _is_matched(left.carrying, right.carrying):
        return False
    common = min(_weight(left.carrying), _weight(right.carrying)) + _weight(left.others & right.others)
    return 2 * common / (left.weight + right.weight) >= LIKE


def _questions(text: str) -> list[str]:
    """Returns the sentences that end with a question mark of some script, each without the clauses that lead up to it."""
    clauses = ([*filter(None, map(str.strip, _CLAUSE.split(asked)))] for asked in sentences.list_questions(text))
    return [found[-1] for found in clauses if found][-MOST_QUESTIONS:]


def _shape(question: str) -> _Shape:
    words = _split_words(question)[: MOST_WORDS + 1]
    carrying = Counter(word for word in words if _is_telling(word))
    return _Shape(carrying, Counter(words) - carrying)


def _split_words(text: str) -> list[str]:
    """Returns words, numbers, and single characters where a script sets no spaces; folded."""
    found: list[str] = []
    for word in tokens.split_words(_NOT.sub(" not", fold(text))):
        found += word if tokens.is_run(word) else (word,)
    return found


def _is_telling(word: str) -> bool:
    if word in _LITTLE:
        return False
    return len(word) > 2 or word in _TELLING or word.isdecimal() or ord(word[0]) > 0x2FF


def _is_matched(left: Counter[str], right: Counter[str]) -> bool:
    """Says whether each word has its like on the other side; another ending makes no other word."""
    rest = list((right - left).elements())
    for word in (left - right).elements():
        found = next((other for other in rest if _is_inflected(word, other)), None)
        if found is None:
            return False
        rest.remove(found)
    return not rest


def _is_inflected(one: str, other: str) -> bool:
    """Says whether two words differ by a short ending only."""
    stem = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ending = max(len(one), len(other)) - stem
    return (stem >= 4 and ending <= 2) or (stem >= 5 and ending <= 3)


def _weight(words: Counter[str]) -> int:
    """Returns how much there is of these words: their letters, wide ones twice."""
    return sum(
        count * sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in word)
        for word, count in words.items()
    )
