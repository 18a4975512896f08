"""A summary without a language model: under each question how many answered it and what they wrote, and the words of many.

It states only what code can count. Nothing in it is said to be agreed, disputed or missing: that would need a model.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.llm.scripted.labels import find_critical, list_question_keys, question_key
from chalicelib.model import Point, Quote, SessionView, Summary, Theme, ThemeRegistry
from chalicelib.services.facilitation.prompt import basic_prompt
from chalicelib.services.synthesis.aggregate import Aggregate, count_stances, stances_by_theme
from chalicelib.services.synthesis.disclosure import SharedWords
from chalicelib.services.synthesis.summary_document import SHOWN, least_people
from chalicelib.services.synthesis.summary_texts import SummaryTexts
from chalicelib.text.language import detect_language
from chalicelib.text.normalise import fold, one_line
from chalicelib.text.stop_words import stop_words
from chalicelib.text.tokens import is_unspaced, list_terms, split_spaced_words

COMPARED: Final = 2_000  # answers to a question, among which the most typical ones are looked for
WORDS_SHOWN: Final = 20
SHORTEST: Final = 3  # letters of such a word
SHORT_ANSWER: Final = 60  # characters of an answer that is counted where several wrote it
SAMPLED: Final = 400  # characters of a person's words that are enough to tell their language


class Answer(NamedTuple):
    """What somebody answered, by their thread."""

    thread_id: str
    point: Point

    @property
    def text(self) -> str:
        """The answer on one line, as far as there is room for it."""
        return one_line(self.point.quote) + (" …" if self.point.is_cut else "")


def list_answers(
    view: SessionView, aggregate: Aggregate, registry: ThemeRegistry, words: SummaryTexts, now: datetime
) -> Summary:
    """The summary of these answers; its themes are the questions, in the order in which they were first answered.

    In a session so large that not all answers are at hand, nothing is counted from them: neither words nor same answers. What was
    answered in a test run is counted nowhere, and listed last. Who is not to be quoted is counted, and nothing of theirs is listed.
    """
    answers = [Answer(*found) for found in aggregate.points if found[1].quote]
    quotable = [answer for answer in answers if answer.thread_id not in aggregate.unquotable]
    of_people = [answer for answer in answers if answer.thread_id not in aggregate.tests]
    everything = len(aggregate.points) == aggregate.total
    empty = _stop_words(answers)
    themes = list(_questions(view, aggregate, registry, quotable, words, empty, counted=everything))
    return Summary(
        markdown="",
        generated_at=now,
        model=SCRIPTED,
        participants=aggregate.participants,
        messages=aggregate.messages,
        overview="",
        themes=tuple(themes),
        critical_theme=_critical(view, themes),
        words=_words_of_many(of_people, aggregate.participants, empty) if everything else (),
    )


def sample_of(aggregate: Aggregate) -> str:
    """Some of what many people wrote, enough to tell their language."""
    found: dict[str, str] = {}
    for thread_id, point in aggregate.points:
        found.setdefault(thread_id, point.quote[:SAMPLED])
    return " ".join(list(found.values())[:SAMPLED])


def typical(answers: Sequence[Answer], empty: Set[str] = frozenset()) -> list[Answer]:
    """These answers, the most typical first: those whose words, weighed by how few answers use them, are closest to the
    average of all (TF-IDF and its cosine); `empty` words are none."""
    counted = [Counter(term for term in list_terms(answer.point.quote) if term not in empty) for answer in answers]
    used = Counter(term for counts in counted for term in counts)
    vectors = [
        _unit({term: count * (1 + math.log(len(answers) / used[term])) for term, count in counts.items()})
        for counts in counted
    ]
    average: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for term, weight in vector.items():
            average[term] += weight
    closeness = [sum(weight * average[term] for term, weight in vector.items()) for vector in vectors]
    order = sorted(range(len(answers)), key=lambda place: (-round(closeness[place], 9), place))
    return [answers[place] for place in order]


def _questions(
    view: SessionView,
    aggregate: Aggregate,
    registry: ThemeRegistry,
    answers: Iterable[Answer],
    words: SummaryTexts,
    empty: Set[str],
    *,
    counted: bool,
) -> Iterator[Theme]:
    """Every question with how many answered it; at the end the answers that belong to none."""
    grouped: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        live = registry.resolve(answer.point.theme)
        grouped[live.id if live else ""].append(answer)
    people: dict[str, Collection[str]] = {**stances_by_theme(aggregate, registry)}
    loose = (
        thread_id for thread_id, point in aggregate.points if point.quote and registry.resolve(point.theme) is None
    )
    people[""] = set(loose) - aggregate.tests

    def question(name: str, label: str, hidden: bool = False) -> Theme:
        theme = _question(
            name, label or words.unnamed, grouped[name], len(people[name]), words, empty, counted, aggregate.tests
        )
        return replace(theme, members_only=hidden, sources=aggregate.count_people(people[name]))

    asked = list_asked_keys(view)
    common: SharedWords | None = None
    for theme in sorted(registry.live, key=lambda theme: theme.number):
        if theme.id in people:
            hidden = False
            if question_key(theme.label) not in asked:
                common = common or SharedWords(aggregate, view.session)
                hidden = not common.may_tell(theme.label)
            yield question(theme.id, theme.label, hidden)
    if grouped[""] or people[""]:
        yield question("", words.unnamed)


def _question(
    name: str,
    label: str,
    answers: Sequence[Answer],
    people: int,
    words: SummaryTexts,
    empty: Set[str],
    counted: bool,
    tests: Set[str],
) -> Theme:
    """A question with how many answered it, what several wrote in the same words, and up to SHOWN answers, those of `tests` last."""
    alike = _same_words(answer for answer in answers if answer.thread_id not in tests) if counted else []
    listed = words.comma.join(words.carried.format(label=text, count=count) for text, count in alike)
    shown = sorted(typical(answers[:COMPARED], empty), key=lambda answer: answer.thread_id in tests)
    return Theme(
        label=label,
        statement=words.same_words.format(answers=listed) if alike else "",
        participants=people,
        quotes=_shown(shown, {fold(text) for text, _ in alike}),
        id=name,
        stances=count_stances(["neutral"] * people),
    )


def list_asked_keys(view: SessionView) -> frozenset[str]:
    """The keys of the questions that the host's prompt and the script have; another label is a model's, of somebody's words."""
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    return list_question_keys(prompt, view.session.critical or "")


def _same_words(answers: Iterable[Answer]) -> list[tuple[str, int]]:
    """Short answers that several people wrote in the same words, as most wrote them, each with how many did."""
    people: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for answer in answers:
        if len(answer.text) <= SHORT_ANSWER:
            people[fold(answer.text).rstrip(".!。！")].setdefault(answer.thread_id, answer.text)
    several = [sorted(found.values()) for found in people.values() if len(found) > 1]
    counted = [(Counter(texts).most_common(1)[0][0], len(texts)) for texts in several]
    return sorted(counted, key=lambda found: (-found[1], found[0]))[:SHOWN]


def _shown(answers: Iterable[Answer], counted: Set[str]) -> tuple[Quote, ...]:
    """Up to SHOWN of these answers: one of each participant, none twice, none of those that are counted already."""
    shown: dict[str, Quote] = {}
    seen = {text.rstrip(".!。！") for text in counted}
    for answer in answers:
        folded = fold(answer.text).rstrip(".!。！")
        if folded not in seen and answer.thread_id not in shown and len(shown) < SHOWN:
            seen.add(folded)
            shown[answer.thread_id] = Quote(answer.text, answer.thread_id, answer.point.message_id)
    return tuple(shown.values())


def _critical(view: SessionView, themes: Iterable[Theme]) -> str:
    """The id of the question that asks for what the host calls critical; empty where there is none."""
    named = [theme for theme in themes if theme.id]
    label = find_critical([theme.label for theme in named], view.session.critical or "")
    return next((theme.id for theme in named if theme.label == label), "")


def _stop_words(answers: Iterable[Answer]) -> Set[str]:
    """The words that say nothing of the matter, in every language that somebody writes in."""
    said: Mapping[str, list[str]] = defaultdict(list)
    for answer in answers:
        said[answer.thread_id].append(answer.point.quote)
    languages = {detect_language(" ".join(texts)[:SAMPLED]) for texts in said.values()}
    return frozenset().union(*(stop_words(tag) for tag in languages if tag))


def _words_of_many(answers: Iterable[Answer], participants: int, empty: Set[str]) -> tuple[tuple[str, int], ...]:
    """The words that many people used, each with how many did; scripts without spaces have none that code could tell."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if is_unspaced(answer.point.quote):
            continue
        for word in set(split_spaced_words(answer.point.quote)) - empty:
            if len(word) >= SHORTEST and not word.isdecimal():
                people[word].add(answer.thread_id)
    least = least_people(participants)
    counted = [(word, len(found)) for word, found in people.items() if len(found) >= least]
    return tuple(sorted(counted, key=lambda found: (-found[1], found[0]))[:WORDS_SHOWN])


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}
