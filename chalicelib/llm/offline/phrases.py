"""What the offline facilitator says: the kinds of sentences it has, in each of its languages.

Places in braces: {topic}, {goal} and {critical} are the host's words, {phrase} and {clause} the participant's, the
first to stand in quotation marks, the second as a clause of the sentence; {more} is what a prompt says to probe for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Aside = Literal["machine", "secret", "others", "privacy", "length", "clarify", "request", "question"]


@dataclass(frozen=True, slots=True)
class Probing:
    """Following up: with what the prompt says to probe for, with the participant's phrase, and without either."""

    more: tuple[str, ...]
    telling: tuple[str, ...]  # for what begins with "what", "how" or another such word
    give: str
    please: str
    about: tuple[str, ...]
    plain: tuple[str, ...]
    chosen: tuple[str, ...]  # after an answer to a widget


@dataclass(frozen=True, slots=True)
class Hearing:
    """Taking up what was said. Each sentence is used once in a conversation; where they are used up, nothing is said."""

    clauses: tuple[str, ...]
    phrases: tuple[str, ...]
    accepted: tuple[str, ...]  # a thin answer
    skipped: tuple[str, ...]
    greeted: tuple[str, ...]
    annoyed: tuple[str, ...]
    gentle: tuple[str, ...]  # to somebody who tells of violence or a death


@dataclass(frozen=True, slots=True)
class Closing:
    """The recap and what comes after it."""

    thanks: str
    heard: str
    brought: str
    also: str
    kept: str
    empty: str
    that: str
    quote: str
    join: str
    last: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Showing:
    """The labels of the widgets."""

    lead: str
    rating: str
    low: str
    high: str
    single: str
    none_of_them: str
    multi: str
    ranking: str


@dataclass(frozen=True, slots=True)
class Planning:
    """A facilitation prompt: six questions, each with its probe, where {critical} has its place as the second."""

    opening: str
    questions: tuple[tuple[str, str], ...]
    critical_probe: str
    closing: str
    closing_critical: str
    summary: str
    summary_critical: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything in one language. `gap` stands between two sentences."""

    gap: str
    opening: str
    late: str
    critical: str
    critical_ask: str
    critical_quoted: str
    row: tuple[tuple[str, str], ...]  # the fixed row of questions with their probes; the first opens, the last closes
    probing: Probing
    hearing: Hearing
    asides: Mapping[Aside, tuple[str, ...]]
    returns: tuple[str, ...]
    care: tuple[str, ...]
    unhurried: tuple[str, ...]
    closing: Closing
    showing: Showing
    planning: Planning
