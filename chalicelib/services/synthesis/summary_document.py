"""The summary as a document: markdown out of its parts, with the counts that code made."""

import math
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, Proposal, SessionView, Summary, Theme
from chalicelib.services.synthesis import markdown
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.quotes import MAX_LENGTH
from chalicelib.services.synthesis.summary_texts import SummaryTexts
from chalicelib.text.locales import fill

SHOWN: Final = 5  # answers to a question, where a script lists them
LEAST, SHARE = 3, 0.1  # people who use a word that is listed then, and their share of all


def least_people(participants: int) -> int:
    """How many of so many participants have to use a word that is listed."""
    return max(LEAST, math.ceil(SHARE * participants))


_FOOT: Final = "---\n\n"


def render_summary(view: SessionView, summary: Summary, words: SummaryTexts, notes: Sequence[str]) -> Summary:
    """The summary with its markdown, `notes` at its foot; sections without content are left out."""
    return _render_prose(view, summary, words, _foot(notes, words))


def render_again(view: SessionView, summary: Summary, words: SummaryTexts, *, keeps_notes: bool) -> Summary:
    """A summary from which something was taken, with its markdown made again; the notes at its foot as they were, or none."""
    _, line, notes = summary.markdown.rpartition(f"\n{_FOOT}")
    foot = f"{_FOOT}{notes.rstrip()}" if line and keeps_notes else ""
    render = _render_list if summary.model == SCRIPTED else _render_prose
    return render(view, summary, words, foot)


def _foot(notes: Sequence[str], words: SummaryTexts) -> str:
    return f"{_FOOT}*{words.gap.join(map(markdown.inline, notes))}*"


def _render_prose(view: SessionView, summary: Summary, words: SummaryTexts, foot: str) -> Summary:
    sections = (
        f"*{markdown.inline(words.example)}*" if view.session.is_example else "",
        markdown.section(words.overview, markdown.paragraphs(summary.overview)),
        markdown.section(words.critical, _critical(view.session.critical, summary.critical_answer, words)),
        markdown.section(
            words.themes, "\n\n".join(_theme(theme, summary.participants, words) for theme in summary.themes)
        ),
        markdown.section(words.proposals, list_proposals(summary, words)),
        markdown.section(words.agreements, markdown.bullets(summary.agreements)),
        markdown.section(words.tensions, markdown.bullets(summary.tensions)),
        markdown.section(words.minority_views, markdown.bullets(summary.minority_views)),
        markdown.section(words.open_questions, markdown.bullets(summary.open_questions)),
        foot,
    )
    return replace(summary, markdown="\n\n".join(section for section in sections if section) + "\n")


def tell_people(of: Theme | Proposal, total: int, words: SummaryTexts) -> str:
    """How many of all speak of this and where they stand, as far as that may be told: "5 of 12 participants speak of it (4 for, 1
    against)"."""
    participants = words.counted(words.participants, total)
    told = words.counted(words.speak, of.participants, participants=participants)
    sides = {it: count for it in STANCES if (count := of.stances.get(it, 0))}
    if not sides.keys() - {"neutral"}:
        return told
    told_sides = (fill(words.tag, getattr(words, f"sided_{it}"), count=count) for it, count in sides.items())
    stances = f"{words.stance_gap}{words.gap}".join(told_sides)
    return told + words.gap + words.sides.format(stances=stances)


def list_proposals(summary: Summary, words: SummaryTexts) -> str:
    """What people propose, as a list."""
    return markdown.bullets(tell_proposals(summary, words))


def tell_proposals(summary: Summary, words: SummaryTexts) -> list[str]:
    """What people propose, a line each, with its condition and who is for and against it."""
    lines = []
    for it in summary.proposals:
        condition = words.condition.format(text=it.condition) if it.condition else ""
        said = words.gap.join(filter(None, (it.text, condition)))
        lines.append(f"{said} — {tell_people(it, summary.participants, words)}")
    return lines


def _theme(theme: Theme, total: int, words: SummaryTexts, *, is_listed: bool = False) -> str:
    """One theme: its label with the count, what people hold, and their own words; a question with how many answered it."""
    participants = words.counted(words.participants, total)
    answered = fill(words.tag, words.share, part=theme.participants, participants=participants)
    share = answered if is_listed else tell_people(theme, total, words)
    said = words.gap.join(filter(None, (theme.statement, theme.gathered)))
    parts = [f"**{markdown.inline(theme.label)}** — {share}", markdown.inline(said)]
    parts += [markdown.quote(quote.text) for quote in theme.quotes]
    return "\n\n".join(part for part in parts if part)


def _critical(asked: str | None, answer: str | None, words: SummaryTexts) -> str:
    if not asked:
        return ""
    return f"*{markdown.inline(asked)}*\n\n{markdown.inline(answer) if answer else words.unanswered}"


def list_notes(summary: Summary, words: SummaryTexts, book: EvidenceBook, beyond: str) -> list[str]:
    """What the document rests on, and what it has no room for."""
    notes = [words.footer.format(**_basis(summary, words)), *_note_test_run(words, book.aggregate)]
    total, themeless = book.aggregate.total, book.aggregate.themeless
    points = words.counted(words.points, total)
    if len(book) < total:
        notes.append(words.counted(words.part, len(book), points=points))
    if themeless:
        notes.append(words.counted(words.themeless, themeless, points=points))
    notes += note_withheld(summary, words)
    if beyond:
        notes.append(words.beyond.format(themes=beyond))
    return notes


def note_withheld(summary: Summary, words: SummaryTexts) -> list[str]:
    """That some messages are in no part of it, where the model declined them; and so is some of what the model wrote, where a check
    refused it."""
    told = ((words.withheld, summary.withheld_messages), (words.refused, summary.refused))
    return [words.counted(forms, count) for forms, count in told if count]


def render_answers(view: SessionView, summary: Summary, words: SummaryTexts, notes: Sequence[str]) -> Summary:
    """A summary without a language model, with its markdown: what is critical first, then the other questions, then words."""
    return _render_list(view, summary, words, _foot(notes, words))


def _render_list(view: SessionView, summary: Summary, words: SummaryTexts, foot: str) -> Summary:
    critical, total = summary.critical_answers, summary.participants
    asked = [_theme(theme, total, words, is_listed=True) for theme in summary.themes if theme is not critical]
    used = [words.carried.format(label=word, count=count) for word, count in summary.words]
    heading = words.words.format(participants=words.counted(words.participants, least_people(total)))
    sections = (
        f"*{markdown.inline(words.example)}*" if view.session.is_example else "",
        markdown.section(words.critical, _theme(critical, total, words, is_listed=True) if critical else ""),
        markdown.section(words.answers, "\n\n".join(asked)),
        markdown.section(heading, markdown.inline(words.comma.join(used))),
        foot,
    )
    return replace(summary, markdown="\n\n".join(section for section in sections if section) + "\n")


def list_answer_notes(summary: Summary, words: SummaryTexts, aggregate: Aggregate) -> list[str]:
    """What a list of answers rests on, what it has no room for, and what it takes to have more."""
    notes = [words.listed.format(**_basis(summary, words), shown=words.counted(words.shown, SHOWN))]
    notes += _note_test_run(words, aggregate)
    read, total = len(aggregate.points), aggregate.total
    if read < total:
        notes.append(words.counted(words.part, read, points=words.counted(words.points, total)))
    if any(point.is_cut for _, point in aggregate.points):
        notes.append(words.counted(words.cut, MAX_LENGTH))
    return [*notes, words.no_model]


def _note_test_run(words: SummaryTexts, aggregate: Aggregate) -> list[str]:
    return [words.test_run] if aggregate.tests else []


def _basis(summary: Summary, words: SummaryTexts) -> dict[str, str]:
    """From how many people and messages the document comes."""
    return {
        "participants": words.counted(words.participants, summary.participants),
        "messages": words.counted(words.messages, summary.messages),
    }
