"""What a session passes on to later ones of its projects: nothing that fewer than three people carry, and in nobody's words.

Code takes it from the themes of the summary; no model is asked. It is told on the terms on which other participants are told of a theme
while a session runs: people who do not want that, and test runs, are not counted, and what is said of a theme that they speak of is left
out. Agreements and tensions as a summary words them are not taken: nobody has counted who carries them. Where people stand is counted
instead, and what says so are themes.
"""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, SessionView, Stance, Summary, Theme, ThemeRegistry
from chalicelib.model.memory import Conclusion, ConclusionKind, Conclusions
from chalicelib.model.synthesis import joined
from chalicelib.services.synthesis.aggregate import Aggregate, count_stances, stances_by_theme, without_kept_back
from chalicelib.services.synthesis.carried_words import CarriedWords
from chalicelib.services.synthesis.prose import without_quotes
from chalicelib.services.synthesis.scratchpad import AGREED, SHARED_BY, find_carried_by_kept_back
from chalicelib.services.synthesis.visibility import tellable_stances
from chalicelib.text.language import detect_language
from chalicelib.text.normalise import one_line
from chalicelib.text.quotation_marks import find_sentences

MAX_TEXT = 400  # characters of what is said of one theme
MAX_LABEL = 120


def conclude(
    view: SessionView, summary: Summary, aggregate: Aggregate, registry: ThemeRegistry, now: datetime
) -> Conclusions:
    """What this summary comes to for later sessions; without a point where nothing in it is carried by three people."""
    known = without_kept_back(aggregate)
    others = find_carried_by_kept_back(aggregate, registry)
    language = detect_language(" ".join((summary.overview, *(theme.statement for theme in summary.themes)))) or ""
    common = CarriedWords(aggregate, view.session, view.context or "", language)
    carried = stances_by_theme(known, registry)
    points = []
    for theme in summary.themes:
        ids = [live.id for name in (theme.gathers or (theme.id,)) if (live := registry.resolve(name))]
        people = _join(ids, carried)
        if known.count_people(people) < SHARED_BY:
            continue
        stances = count_stances(people.values())
        label = one_line(theme.label, MAX_LABEL) if _may_tell_label(theme, summary, common) else ""
        text = "" if others.intersection(ids) else _tellable(theme, summary, common)
        if label or text:
            told = _tellable_sides(theme, len(people), known.count_people(people), stances)
            kind = _kind_of(known.count_people(people), _count_sides(people, known))
            points.append(Conclusion(theme.id, kind, label, text, len(people), told))
    points.sort(key=lambda point: -point.participants)
    return Conclusions(tuple(points), known.count_people(known.counts), now)


def _join(ids: list[str], carried: dict[str, dict[str, str]]) -> dict[str, str]:
    """Who carries one of these themes, and with which stance."""
    people: dict[str, str] = {}
    for name in ids:
        for thread_id, stance in carried.get(name, {}).items():
            people[thread_id] = joined((stance, people.get(thread_id, stance)))
    return people


def _count_sides(people: dict[str, str], known: Aggregate) -> dict[Stance, int]:
    """How many people take which side for certain: several conversations that may be one person's are no group."""
    return {side: known.count_people(it for it, taken in people.items() if taken == side) for side in STANCES}


def _may_tell_label(theme: Theme, summary: Summary, common: CarriedWords) -> bool:
    """Whether its name is nobody's. Without a language model it is a question of the host's, or hidden already."""
    if summary.model == SCRIPTED:
        return not theme.members_only
    return theme.label not in summary.withheld and common.may_tell(theme.label)


def _tellable(theme: Theme, summary: Summary, common: CarriedWords) -> str:
    """What the summary says of a theme, up to the first sentence that may be somebody's: what follows may lean on that. Without a language
    model it is people's answers."""
    if summary.model == SCRIPTED:
        return ""
    kept = ""
    for sentence in _sentences(theme.statement):
        is_told = without_quotes(sentence, "", summary.withheld) == sentence and common.may_tell(sentence)
        if not is_told or len(kept) + len(sentence) >= MAX_TEXT:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def _sentences(text: str) -> Iterator[str]:
    line = one_line(text)
    return (line[start:end].strip() for start, end in find_sentences(line))


def _kind_of(people: int, stances: dict[Stance, int]) -> ConclusionKind:
    """What the sides that people take make of a theme; a side is one from three people on."""
    fewer, more = sorted((stances["for"], stances["against"]))
    if fewer >= SHARED_BY:
        return "tension"
    return "settled" if more >= SHARED_BY and more >= AGREED * people else "theme"


def _tellable_sides(theme: Theme, participants: int, people: int, stances: dict[Stance, int]) -> dict[Stance, int]:
    counted = Theme(theme.label, "", participants, stances=stances, sources=people)
    return tellable_stances(counted, SHARED_BY)
