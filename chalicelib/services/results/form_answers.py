"""What people answered in the form, question by question: choices counted, texts as the words that several used."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Answer, Question
from chalicelib.services.participants.question_roles import role_of
from chalicelib.services.results.common_words import count_words
from chalicelib.services.results.counted import Group, label_of
from chalicelib.text.normalise import fold

FEW_VALUES: Final = (
    8  # different answers to a short field that are counted one by one, and that people can be told apart by
)
SEVERAL: Final = 2  # people who use a word that members are shown

Kind = Literal["choices", "values", "words"]


class QuestionAnswers(Struct, frozen=True, dict=True):
    """The answers to one question of the form, of `people` who count.

    `choices` are options, in their order, and behind them those that are offered no more. `values` are what a short field has few
    of, and `words` those that several people used in longer answers. `given` are the answers as they were entered, by thread. Without
    `is_asked`, the question was removed from the form since. The first `offered` of the groups are what the form offers, or what people
    wrote.
    """

    id: str
    text: str
    kind: Kind
    people: int
    groups: tuple[Group, ...]
    given: Mapping[str, str]
    is_multiple: bool = False
    is_asked: bool = True
    offered: int = 0

    @property
    def answered(self) -> int:
        """How many gave an answer."""
        return len(self.given)

    @property
    def left_out(self) -> int:
        """How many gave none."""
        return self.people - self.answered

    @cached_property
    def dividing(self) -> tuple[Group, ...]:
        """The people who answered, told apart by what they did; none where that is too many things to tell them apart by.

        Who chose several options stands with those who chose the same ones, so that everybody is in one group only.
        """
        if self.kind == "words":
            return ()
        chosen: defaultdict[str, list[str]] = defaultdict(list)
        for group in self.groups:
            for thread_id in group.threads:
                chosen[thread_id].append(group.label)
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for thread_id, labels in chosen.items():
            groups[", ".join(filter(None, labels))].append(thread_id)
        if len(groups) > (FEW_VALUES if self.is_multiple else max(FEW_VALUES, self.offered)):
            return ()
        order = [group.label for group in self.groups]
        ranked = sorted(groups, key=lambda label: order.index(label) if label in order else len(order))
        return tuple(Group(label, tuple(groups[label])) for label in ranked)


def count_form(
    questions: Iterable[Question], forms: Mapping[str, Sequence[Answer]], counted: Sequence[str]
) -> tuple[QuestionAnswers, ...]:
    """The answers of these threads, by question: those of the form in its order, then those that were asked before, by how many answered.

    Nothing is counted of questions for a name or an address.
    """
    given: defaultdict[str, dict[str, Answer]] = defaultdict(dict)
    for thread_id in counted:
        for answer in forms.get(thread_id, ()):
            given[answer.question_id][thread_id] = answer
    private = {name for name, answers in given.items() if any(it.role != "other" for it in answers.values())}
    asked = {question.id: question for question in questions}
    private |= {name for name, question in asked.items() if role_of(question) != "other"}
    found = [_count(it, given.get(it.id, {}), len(counted)) for it in asked.values() if it.id not in private]
    gone = (name for name in given if name not in asked and name not in private)
    removed = [_count_removed(name, given[name], len(counted)) for name in gone]
    return (*found, *sorted(removed, key=lambda it: (-it.answered, it.text, it.id)))


def without_words_of(of: QuestionAnswers, unquotable: Collection[str]) -> QuestionAnswers:
    """A question with an empty label for each answer that only people gave who are not to be quoted: they count, in words of nobody."""
    offered = of.offered if of.kind == "choices" and of.is_asked else 0
    written = (
        replace(it, label="") if it.threads and unquotable and all(name in unquotable for name in it.threads) else it
        for it in of.groups[offered:]
    )
    return replace(of, groups=(*of.groups[:offered], *written))


def _count(question: Question, given: Mapping[str, Answer], people: int) -> QuestionAnswers:
    texts = {thread_id: answer.answer for thread_id, answer in given.items()}
    if question.type == "Options":
        groups, offered = _choices(question.options, given), len({fold(option) for option in question.options})
        return QuestionAnswers(
            question.id, question.text, "choices", people, groups, texts, question.multiple, offered=offered
        )
    kind, groups = _texts(texts, is_long=question.long)
    return QuestionAnswers(question.id, question.text, kind, people, groups, texts, offered=len(groups))


def _count_removed(name: str, given: Mapping[str, Answer], people: int) -> QuestionAnswers:
    """What is counted of a question of which nothing is left but the answers."""
    texts = {thread_id: answer.answer for thread_id, answer in given.items()}
    asked = label_of([answer.text for answer in given.values()])
    kind: Kind = "choices"
    if is_multiple := any(answer.choices for answer in given.values()):
        groups = _choices((), given)
    else:
        kind, groups = _texts(texts, is_long=False)
    return QuestionAnswers(name, asked, kind, people, groups, texts, is_multiple, False, len(groups))


def _choices(options: Sequence[str], given: Mapping[str, Answer]) -> tuple[Group, ...]:
    """Who chose each option; behind them, what was chosen that is no option now, the most frequent first."""
    chosen: defaultdict[str, list[str]] = defaultdict(list)
    written: defaultdict[str, list[str]] = defaultdict(list)
    for thread_id, answer in given.items():
        for choice in answer.choices or (answer.answer,):
            chosen[fold(choice)].append(thread_id)
            written[fold(choice)].append(choice)
    offered = {fold(option): Group(option, tuple(chosen.get(fold(option), ()))) for option in options}
    others = [Group(label_of(written[name]), tuple(it)) for name, it in chosen.items() if name not in offered]
    return (*offered.values(), *sorted(others, key=lambda group: (-group.count, group.label)))


def _texts(texts: Mapping[str, str], *, is_long: bool) -> tuple[Kind, tuple[Group, ...]]:
    """The answers themselves, where there are few and they repeat; else the words of several people."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for thread_id, text in texts.items():
        values[fold(text)].append(thread_id)
    if is_long or len(values) > FEW_VALUES or len(values) == len(texts):
        return "words", count_words(texts, SEVERAL)
    groups = (Group(label_of([texts[it] for it in threads]), tuple(threads)) for threads in values.values())
    return "values", tuple(sorted(groups, key=lambda group: (-group.count, group.label)))
