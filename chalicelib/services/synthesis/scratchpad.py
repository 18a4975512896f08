"""The scratchpad: what all conversations come to so far, as a view of the theme registry. Code counts; no model is asked.

Digests are the notes that it is made from. It is small whatever the session's size: the most widely carried themes,
each with counts and a few message ids.
"""

from collections.abc import Iterator, Mapping, Set
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from chalicelib.model import Covered, Note, RegisteredTheme, Scratchpad, SessionView, ThemeRegistry
from chalicelib.services.synthesis.aggregate import Aggregate, count_stances, stances_by_theme, without_kept_back
from chalicelib.services.synthesis.digest_runner import SynthesisDeps
from chalicelib.services.synthesis.disclosure import SharedWords
from chalicelib.text import tokens
from chalicelib.text.sentences import list_questions

MAX_BYTES = 9_000  # a write costs a unit for each kilobyte
MOST_EVIDENCE, LEAST_EVIDENCE = 5, 2
MOST_QUESTIONS = 12
MAX_QUESTION = 200
SHARED_BY = 3  # people from whom on a theme is a group's
# A few browsers could make up a theme and have it told to whoever comes next: before so many people have spoken, a theme is
# told only when there was time for others to be heard, and for the host to look.
TOLD_FROM, FIRST_MINUTES = 10, timedelta(minutes=10)
AGREED = 0.7
OPPOSED = 2
COVERED_BY = 0.5  # of the participants
SPOKEN_TO = 0.5  # of a question's words in what somebody says
_LEAST_LETTERS = 5  # letters of a question's word that says what it is about


class ScratchpadWriter:
    """The scratchpad of one session while its digests are heard."""

    def __init__(self, view: SessionView, deps: SynthesisDeps) -> None:
        self._view, self._deps = view, deps
        self.stored = view.scratchpad

    def refresh(self, aggregate: Aggregate, registry: ThemeRegistry) -> bool:
        """Store what these digests come to, where that is news and the session wants it.

        False where it was not stored: somebody else wrote, or somebody was taken out, or in, since the view was read.
        """
        view = self._view
        if not view.session.cross_pollination or not without_kept_back(aggregate).messages:
            return True
        before, now = self.stored, self._deps.clock.now()
        since = (before.since or before.updated_at) if before else now
        made = take_notes(view, aggregate, registry, now, since)
        if before and replace(made, updated_at=before.updated_at, version=before.version) == before:
            return True
        stored = self._deps.scratchpads.put(view.session.id, made, before, view.synthesis.epoch)
        self.stored = stored or before
        return stored is not None


def take_notes(
    view: SessionView, aggregate: Aggregate, registry: ThemeRegistry, now: datetime, since: datetime
) -> Scratchpad:
    """What these digests come to, where the session's first notes were taken at `since`; without those who are kept back from it."""
    whole, aggregate = aggregate, without_kept_back(aggregate)
    is_told = now - since >= FIRST_MINUTES or aggregate.count_people(aggregate.counts) >= TOLD_FROM
    notes = _notes(view, aggregate, registry, is_told=is_told, others=find_carried_by_kept_back(whole, registry))
    made = Scratchpad(
        notes=tuple(notes),
        consensus=tuple(note.id for note in notes if _is_agreed(note)),
        tensions=tuple(note.id for note in notes if _is_disputed(note)),
        covered=tuple(_covered(view, aggregate)),
        themes=len(notes),
        participants=aggregate.participants,
        messages=aggregate.messages,
        updated_at=now,
        since=since,
    )
    return _bounded(made)


def _notes(
    view: SessionView, aggregate: Aggregate, registry: ThemeRegistry, *, is_told: bool, others: Set[str]
) -> list[Note]:
    """One note for each theme that somebody carries, the most widely carried first; other participants are told nothing of
    them unless `is_told`, and no description of those that `others` carry as well, of whom nothing is told: it is of them, too."""
    common = SharedWords(aggregate, view.session)
    evidence = _evidence(aggregate, registry)
    names: dict[str, list[str]] = {}
    for theme in registry.themes:
        live = registry.resolve(theme.id)
        if live and live.id != theme.id:
            names.setdefault(live.id, []).append(theme.id)
    carried = stances_by_theme(aggregate, registry)
    notes = []
    for theme in registry.live:
        if stances := carried.get(theme.id):
            ids = (theme.id, *names.get(theme.id, ()))
            note = _note(theme, ids, stances, evidence.get(theme.id, ()))
            notes.append(
                replace(
                    note,
                    tells_label=is_told and common.may_tell(theme.label),
                    tells_description=is_told
                    and theme.id not in others
                    and common.may_tell_description(theme.description),
                    sources=aggregate.count_people(stances),
                )
            )
    return sorted(notes, key=lambda note: (-note.participants, int(note.id[1:])))


def find_carried_by_kept_back(aggregate: Aggregate, registry: ThemeRegistry) -> set[str]:
    """The live themes that somebody carries who is kept back."""
    counts = (found for thread_id, found in aggregate.counts.items() if thread_id in aggregate.kept_back)
    named = (registry.resolve(theme) for found in counts for theme in found.stances)
    return {live.id for live in named if live}


def _note(
    theme: RegisteredTheme,
    ids: tuple[str, ...],
    stances: Mapping[str, str],
    evidence: tuple[str, ...],
) -> Note:
    return Note(
        label=theme.label,
        description=theme.description,
        ids=ids,
        participants=len(stances),
        stances=count_stances(stances.values()),
        evidence=evidence,
    )


def _evidence(aggregate: Aggregate, registry: ThemeRegistry) -> dict[str, tuple[str, ...]]:
    """For each live theme a few messages that are about it, of different people first; none of a test run."""
    by_person: dict[str, dict[str, list[str]]] = {}
    for thread_id, point in aggregate.points:
        live = registry.resolve(point.theme)
        if live and thread_id not in aggregate.tests:
            by_person.setdefault(live.id, {}).setdefault(thread_id, []).append(point.message_id)
    found = {}
    for theme, people in by_person.items():
        firsts = [ids[0] for ids in people.values()]
        rest = [name for ids in people.values() for name in ids[1:]]
        found[theme] = tuple(dict.fromkeys([*firsts, *rest]))[:MOST_EVIDENCE]
    return found


def _is_agreed(note: Note) -> bool:
    """Whether enough people carry it, and nearly all take one side; never where others take the other one together."""
    if _is_disputed(note):
        return False
    most = max(note.stances["for"], note.stances["against"])
    return note.participants >= SHARED_BY and most >= AGREED * note.participants


def _is_disputed(note: Note) -> bool:
    return min(note.stances["for"], note.stances["against"]) >= OPPOSED


def _covered(view: SessionView, aggregate: Aggregate) -> list[Covered]:
    """The host's questions that enough people spoke to, whoever asked them."""
    said: dict[str, set[str]] = {}
    for thread_id, point in aggregate.points:
        if thread_id in aggregate.tests:
            continue
        said.setdefault(thread_id, set()).update(tokens.find_units(f"{point.text}\n{point.quote}\n{point.topic}"))
    least = max(SHARED_BY, COVERED_BY * aggregate.participants)
    counted = []
    for question in dict.fromkeys(_questions(view)):
        asked = tokens.find_content(question, _LEAST_LETTERS)
        people = sum(len(asked & words) >= SPOKEN_TO * len(asked) for words in said.values()) if asked else 0
        if people >= least:
            counted.append(Covered(question[:MAX_QUESTION], people))
    return sorted(counted, key=lambda covered: -covered.participants)[:MOST_QUESTIONS]


def _questions(view: SessionView) -> Iterator[str]:
    """What the host wants to know: what is critical, the questions of the facilitation prompt, the form's."""
    if view.session.critical:
        yield view.session.critical
    if view.prompt:
        yield from list_questions(view.prompt.text)
    yield from (question.text for question in view.questions if question.type != "Email")


def _bounded(scratchpad: Scratchpad) -> Scratchpad:
    """The scratchpad in its room: with less evidence where that is enough, else without the least carried themes."""
    room = MAX_BYTES - len(msgspec.json.encode(replace(scratchpad, notes=()))) - 100
    for most in range(MOST_EVIDENCE, LEAST_EVIDENCE - 1, -1):
        notes = [replace(note, evidence=note.evidence[:most]) for note in scratchpad.notes]
        sizes = [len(msgspec.json.encode(note)) + 1 for note in notes]
        if sum(sizes) <= room:
            break
    while sum(sizes) > room:
        notes.pop()
        sizes.pop()
    kept = {note.id for note in notes}
    return replace(
        scratchpad,
        notes=tuple(notes),
        consensus=tuple(name for name in scratchpad.consensus if name in kept),
        tensions=tuple(name for name in scratchpad.tensions if name in kept),
    )
