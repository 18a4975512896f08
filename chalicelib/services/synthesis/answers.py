"""A summary without a language model: under each question how many answered it and what they wrote, and the words of many.

It states only what code can count. Nothing in it is said to be agreed, disputed or missing: that would need a model.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from typing import Final

from chalicelib.llm.interface import SCRIPTED
from chalicelib.services.synthesis.evidence import Evidence, EvidenceBook
from chalicelib.services.synthesis.hearing import count_stances
from chalicelib.services.synthesis.language import Words
from chalicelib.store.records import Quote, Session, Summary, Theme
from chalicelib.text.language import language_of
from chalicelib.text.normalise import fold, one_line
from chalicelib.text.stop_words import stop_words
from chalicelib.text.tokens import is_unspaced, spaced, terms

SHOWN: Final = 5  # answers to a question
WORDS_SHOWN: Final = 20
LEAST, SHARE = 3, 0.1  # people who use a word that is listed, and their share of all
SHORTEST: Final = 3  # letters of such a word
SHORT_ANSWER: Final = 60  # characters of an answer that is counted where several wrote it
_KNOWN_BY: Final = 100  # characters by which the question of what is critical is known


def list_answers(session: Session, book: EvidenceBook, words: Words, now: datetime) -> Summary:
    """The summary of these answers; its themes are the questions, in the order in which they were first answered."""
    empty = _stop_words(session, book)
    questions = sorted((theme for theme, _ in book.carried), key=lambda theme: theme.number)
    asked = [(theme.id, theme.label, book.of_themes([theme.id])) for theme in questions]
    if themeless := [entry for entry in book.entries() if entry.theme is None]:
        asked.append(("", words.unnamed, themeless))
    themes = [
        _question(name, label, typical(answers, empty), len(book.stances([name] if name else [])), words)
        for name, label, answers in asked
    ]
    return Summary(
        markdown="",
        generated_at=now,
        model=SCRIPTED,
        participants=len(book.hearing.voices),
        messages=book.hearing.messages,
        overview="",
        themes=tuple(themes),
        critical_theme=_critical(session.critical, themes),
        words=_words_of_many(book, empty),
    )


def least_people(participants: int) -> int:
    """How many of so many participants have to use a word that is listed."""
    return max(LEAST, math.ceil(SHARE * participants))


def typical(answers: Sequence[Evidence], empty: Set[str] = frozenset()) -> list[Evidence]:
    """These answers, the most typical first: those whose words, weighed by how few answers use them, are closest to the
    average of all (TF-IDF and its cosine); `empty` words are none."""
    counted = [Counter(term for term in terms(entry.point.quote) if term not in empty) for entry in answers]
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


def _question(name: str, label: str, answers: Sequence[Evidence], people: int, words: Words) -> Theme:
    """A question with how many answered it, what several wrote in the same words, and up to SHOWN answers of these."""
    people = people or len({entry.thread_id for entry in answers})
    alike = _same_words(answers)
    listed = words.comma.join(words.carried.format(label=text, count=count) for text, count in alike)
    return Theme(
        label=label,
        statement=words.same_words.format(answers=listed) if alike else "",
        participants=people,
        quotes=_shown(answers, {fold(text) for text, _ in alike}),
        id=name,
        stances=count_stances(["neutral"] * people),
    )


def _same_words(answers: Iterable[Evidence]) -> list[tuple[str, int]]:
    """Short answers that several people wrote in the same words, each with how many did, the most frequent first."""
    people: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for entry in answers:
        if len(text := one_line(entry.point.quote)) <= SHORT_ANSWER:
            people[fold(text)].setdefault(entry.thread_id, text)
    counted = [(next(iter(found.values())), len(found)) for found in people.values() if len(found) > 1]
    return sorted(counted, key=lambda found: -found[1])[:SHOWN]


def _shown(answers: Iterable[Evidence], counted: set[str]) -> tuple[Quote, ...]:
    """Up to SHOWN of these answers: one of each participant, none twice, none of those that are counted already."""
    shown: dict[str, Quote] = {}
    seen = set(counted)
    for entry in answers:
        text = one_line(entry.point.quote)
        if text and fold(text) not in seen and entry.thread_id not in shown and len(shown) < SHOWN:
            seen.add(fold(text))
            shown[entry.thread_id] = Quote(text, entry.thread_id, entry.point.message_id)
    return tuple(shown.values())


def _critical(critical: str | None, themes: Iterable[Theme]) -> str:
    """The id of the question that asks for what the host calls critical; empty where there is none."""
    wanted = fold(critical or "")[:_KNOWN_BY].rstrip(" .")
    return next((theme.id for theme in themes if theme.id and wanted and wanted in fold(theme.label)), "")


def _stop_words(session: Session, book: EvidenceBook) -> Set[str]:
    """The words that say nothing of the matter, in the session's language and in the one that people write in."""
    return stop_words(session.language or "") | stop_words(language_of(book.sample()) or "")


def _words_of_many(book: EvidenceBook, empty: Set[str]) -> tuple[tuple[str, int], ...]:
    """The words that many people used, each with how many did; scripts without spaces have none that code could tell."""
    if is_unspaced(book.sample()):
        return ()
    people: defaultdict[str, set[str]] = defaultdict(set)
    for entry in book.entries():
        for word in set(spaced(entry.point.quote)) - empty:
            if len(word) >= SHORTEST and not word.isdecimal():
                people[word].add(entry.thread_id)
    least = least_people(len(book.hearing.voices))
    counted = [(word, len(found)) for word, found in people.items() if len(found) >= least]
    return tuple(sorted(counted, key=lambda found: (-found[1], found[0]))[:WORDS_SHOWN])


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}
