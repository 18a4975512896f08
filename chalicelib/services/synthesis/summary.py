"""The summary of a session: the model groups themes and writes prose, code counts participants, attaches quotes and checks the prose.

Without a language model there is no prose: code lists what was answered (`answers.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Model, ModelUnavailable, Reply, Tier
from chalicelib.model import SessionView, Summary, ThemeRegistry
from chalicelib.observability import logger
from chalicelib.services.synthesis.answers import list_answers, sample_of
from chalicelib.services.synthesis.claims import find_numerals
from chalicelib.services.synthesis.coverage import MajorThemes
from chalicelib.services.synthesis.declined import Written, ask_without_declined
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.proposals import list_proposals
from chalicelib.services.synthesis.prose import ProseCheck, is_usable
from chalicelib.services.synthesis.shared_registry import describe_themes
from chalicelib.services.synthesis.summary_document import list_answer_notes, list_notes, render_answers, render_summary
from chalicelib.services.synthesis.summary_prompt import WRITE_SUMMARY, summary_request
from chalicelib.services.synthesis.summary_texts import SummaryTexts, choose_texts
from chalicelib.services.synthesis.theme_groups import MAX_TEXT, ThemeGroup, group_themes, one_line
from chalicelib.services.synthesis.theme_merging import merge_themes
from chalicelib.services.synthesis.unquotable import find_unquotable_words
from chalicelib.services.synthesis.withheld import withhold
from chalicelib.text import quotation_marks
from chalicelib.text.language import OWN, detect_language, match_language
from chalicelib.text.normalise import fold

MAX_THEMES = 20  # more are named only
MANY = 5  # people, from whom on what one of them says is no theme
MAX_ITEMS = 8
MAX_OVERVIEW = 3_000


class WrittenSummary(Struct, frozen=True):
    """A summary, and the registry as it is with what the summary says of its themes."""

    summary: Summary
    registry: ThemeRegistry


def write_summary(
    view: SessionView, book: EvidenceBook, *, model: Model, deadline: Deadline, now: datetime, tier: Tier = "large"
) -> WrittenSummary:
    """The summary of this evidence: one call of a model of this tier, none where the model understands nothing.

    Raises ModelUnavailable where the result has no overview, or there is no theme that it names or many carry, so that an
    empty result never replaces a good summary.
    """
    if not len(book) and book.aggregate.withheld and model.understands:
        return _tell_withheld(view, book, now)
    if not len(book):
        raise ModelUnavailable("There is nothing to summarise yet")
    if not model.understands:
        return _list(view, book, now)

    def ask(shown: EvidenceBook) -> Reply:
        return model.complete(replace(summary_request(view, shown), tier=tier), deadline)

    known = frozenset(view.summary.declined) if view.summary else frozenset[str]()
    return _check(ask_without_declined(ask, book, known, view.session.id, deadline), view, now)


def _check(written: Written, view: SessionView, now: datetime) -> WrittenSummary:
    """What stands of a model's result when it is held against the evidence."""
    session, call = view.session, written.reply.call(WRITE_SUMMARY.name)
    result: Mapping[str, Any] = tags.unescape(call.input) if call else {}
    book = EvidenceBook(written.book.aggregate, merge_themes(written.book, result.get("same")))
    prose = _prose_of(result, view, book)
    before = [theme.id for theme in view.summary.themes] if view.summary else []
    words = choose_texts(session, _sample(result) or book.sample())
    major = MajorThemes(book, prose, words, session)
    groups = group_themes(result.get("themes"), book, prose, before, major)
    overview = _paragraphs(result.get("overview"), prose)
    if not is_usable(overview) or not groups:
        raise ModelUnavailable("The model wrote no usable summary")
    critical = prose.check(one_line(result.get("critical_answer"), MAX_TEXT)) if session.critical else ""
    groups, of_one = _without_themes_of_one(groups, book)
    minority = (*_texts(result.get("minority_views"), prose), *of_one)
    summary = Summary(
        markdown="",
        generated_at=now,
        model=written.reply.model,
        participants=book.aggregate.participants,
        messages=book.aggregate.messages,
        overview=overview,
        themes=tuple(group.theme for group in groups[:MAX_THEMES]),
        critical_answer=critical or None,
        quotes=tuple(prose.used.values()),
        agreements=_texts(result.get("agreements"), prose),
        tensions=_texts(result.get("tensions"), prose),
        minority_views=tuple(dict.fromkeys(minority))[:MAX_ITEMS],
        open_questions=_texts(result.get("open_questions"), prose),
        proposals=list_proposals(result.get("proposals"), book, prose),
        declined=tuple(sorted(written.declined)),
        refused=len(prose.refused),
        withheld_messages=book.aggregate.withheld + len(written.declined),
    )
    if prose.refused:
        extra = {"event": "claims_refused", "session_id": session.id, "sentences": len(prose.refused)}
        logger.info("sentences left out of a summary", extra=extra)
    beyond = major.besides({name for group in groups[:MAX_THEMES] for name in group.themes})
    notes = list_notes(summary, words, book, beyond=major.listed(beyond))
    return WrittenSummary(
        render_summary(view, _for_others(summary, view, book, words), words, notes),
        _describe(book.registry, groups),
    )


def _describe(registry: ThemeRegistry, groups: Sequence[ThemeGroup]) -> ThemeRegistry:
    """The registry with what the summary says of its themes. What it says of several stands, behind their label, with the one that stands
    for them: under that one's label alone it would say too much."""
    told = {}
    for group in groups:
        lead = registry.resolve(group.theme.id)
        is_named = len(group.themes) == 1 or (lead is not None and fold(lead.label) == fold(group.name))
        if is_named:
            told[group.theme.id] = group.description
        elif group.name and group.description:
            told[group.theme.id] = f"{group.name}: {group.description}"
    return describe_themes(registry, told, {group.theme.id: group.name for group in groups})


def _without_themes_of_one(groups: list[ThemeGroup], book: EvidenceBook) -> tuple[list[ThemeGroup], tuple[str, ...]]:
    """The themes that several carry, and what the others say, which are views of single people; all are themes among a few people, and
    where there are no others."""
    several = [group for group in groups if group.theme.participants != 1]
    if book.aggregate.participants < MANY or not several:
        return groups, ()
    single = (group.theme for group in groups if group.theme.participants == 1)
    return several, tuple(theme.statement or theme.label for theme in single)


def _prose_of(result: Mapping[str, Any], view: SessionView, book: EvidenceBook) -> ProseCheck:
    """The check of each text of a result. In a language whose counts we don't know, only numbers that were given may stand."""
    session = view.session
    hosts = [
        session.goal,
        session.critical or "",
        view.context or "",
        *([view.harmonica_md] if view.harmonica_md else ()),
    ]
    known = None if _is_ours(_sample(result)) else find_numerals(" ".join((book.render(), session.topic, *hosts)))
    return ProseCheck(book.quoted(), session.topic, hosts, known, find_unquotable_words(book.aggregate, view))


def _is_ours(written: str) -> bool:
    """Whether a text is in a language of which we know how counts are claimed."""
    return match_language(detect_language(written), OWN) is not None


def _sample(result: Mapping[str, Any]) -> str:
    """What tells the language of a summary: its own prose, since in a session of two languages any point may come first."""
    overview = result.get("overview")
    return overview.strip() if isinstance(overview, str) else ""


def _list(view: SessionView, book: EvidenceBook, now: datetime) -> WrittenSummary:
    """The summary that needs no model; it changes nothing of the themes."""
    words = choose_texts(view.session, sample_of(book.aggregate))
    listed = _for_others(list_answers(view, book.aggregate, book.registry, words, now), view, book, words)
    return WrittenSummary(
        render_answers(view, listed, words, list_answer_notes(listed, words, book.aggregate)), book.registry
    )


def _tell_withheld(view: SessionView, book: EvidenceBook, now: datetime) -> WrittenSummary:
    """The summary of a session of which no model would read a word: it says that, and has nothing else. No model is asked."""
    words = choose_texts(view.session, f"{view.session.topic} {view.session.goal}")
    of = book.aggregate
    empty = Summary("", now, "", of.participants, of.messages, "", withheld_messages=of.withheld)
    told = _for_others(empty, view, book, words)
    return WrittenSummary(render_summary(view, told, words, list_notes(told, words, book, beyond="")), book.registry)


def _for_others(summary: Summary, view: SessionView, book: EvidenceBook, words: SummaryTexts) -> Summary:
    """The summary with what decides how much of it is shown to those who are no members."""
    people = book.aggregate.count_people(book.aggregate.counts)
    return replace(withhold(summary, book.aggregate, view, words.tag), sources=people)


def _texts(given: object, prose: ProseCheck) -> tuple[str, ...]:
    items = given if isinstance(given, list) else []
    texts = [prose.check(one_line(item, MAX_TEXT)) for item in items[: 2 * MAX_ITEMS]]
    return tuple(dict.fromkeys(text for text in texts if text))[:MAX_ITEMS]


def _paragraphs(given: object, prose: ProseCheck) -> str:
    """The overview, as many whole sentences as there is room for."""
    kept: list[str] = []
    room = MAX_OVERVIEW
    for piece in quotation_marks.split_paragraphs(given) if isinstance(given, str) else []:
        text = prose.check(piece)
        end = max((end for _, end in quotation_marks.find_sentences(text) if end <= room), default=0)
        room -= end
        kept += [text[:end]] if end else []
        if end < len(text):
            break
    return "\n\n".join(kept) or prose.check(one_line(given, MAX_OVERVIEW))
