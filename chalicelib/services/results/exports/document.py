"""What the readable exports, Markdown and HTML, are made of: the summary as its readers may see it, and people by name or number."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, SessionView, Stance, Summary, Theme, ThreadView
from chalicelib.model.insights import Insight
from chalicelib.services.results.exports.selection import Selection
from chalicelib.services.results.exports.texts import ExportTexts
from chalicelib.services.results.participation import number_of
from chalicelib.services.synthesis.summary_document import (
    SHOWN,
    least_people,
    note_withheld,
    tell_people,
    tell_proposals,
)
from chalicelib.services.synthesis.summary_texts import SummaryTexts
from chalicelib.services.synthesis.summary_texts import read_texts as read_summary_texts
from chalicelib.services.synthesis.visibility import LEAST, results_for
from chalicelib.text.locales import format_moment


class NamedPerson(Struct, frozen=True):
    """Somebody with what they are called: their name, or a number; and what is to be told of how they count."""

    name: str
    note: str
    view: ThreadView


class ExportDocument(Struct, frozen=True):
    """A readable export. `warning` says that few took part, or why there is no summary; `left_out` how many people are not in it."""

    view: SessionView
    summary: Summary | None
    selection: Selection
    people: tuple[NamedPerson, ...]
    insights: tuple[Insight, ...]
    warning: str
    left_out: str
    texts: ExportTexts
    words: SummaryTexts

    @property
    def is_listed(self) -> bool:
        """Whether the summary is a list that a script made."""
        return self.summary is not None and self.summary.model == SCRIPTED

    @property
    def as_of(self) -> str:
        """When the summary was written, in the session's time zone; empty without one."""
        if self.summary is None:
            return ""
        local = self.summary.generated_at.astimezone(ZoneInfo(self.view.session.time_zone))
        return self.texts.filled(self.texts.as_of, time=f"{format_moment(self.texts.tag, local)} ({local:%Z})")

    @property
    def footer(self) -> str:
        """What the summary was made from, and how; empty without one."""
        if self.summary is None:
            return ""
        counts = {
            "participants": self.words.counted(self.words.participants, self.summary.participants),
            "messages": self.words.counted(self.words.messages, self.summary.messages),
        }
        if self.is_listed:
            return self.words.listed.format(**counts, shown=self.words.counted(self.words.shown, SHOWN))
        return self.words.footer.format(**counts)

    @property
    def words_heading(self) -> str:
        """What stands above the words that many people used."""
        least = least_people(self.summary.participants) if self.summary else 0
        return self.words.words.format(participants=self.words.counted(self.words.participants, least))

    @property
    def notes(self) -> list[str]:
        """What the summary leaves out."""
        return note_withheld(self.summary, self.words) if self.summary else []

    @property
    def proposals(self) -> list[str]:
        """What people propose, a line each."""
        return tell_proposals(self.summary, self.words) if self.summary else []

    def tell_people(self, theme: Theme) -> str:
        """How many speak of a theme and where they stand."""
        return tell_people(theme, self.summary.participants if self.summary else 0, self.words)

    def stances_of(self, theme: Theme) -> dict[Stance, int]:
        """How many stand where, as far as the readers may know; empty where all say neither."""
        told = {stance: theme.stances.get(stance, 0) for stance in STANCES}
        return told if any(told[it] for it in STANCES if it != "neutral") else {}


def make_document(
    view: SessionView,
    people: Sequence[ThreadView],
    insights: Iterable[Insight],
    selection: Selection,
    texts: ExportTexts,
    *,
    left_out: int = 0,
) -> ExportDocument:
    """Returns what a readable export has in it; `insights` as its readers are shown them."""
    results = results_for(view, "viewer" if selection.readers == "members" else "participant")
    summary = results.summary if "summary" in selection.parts else None
    if selection.readers == "others" and summary and not summary.critical_answer:
        # To them it may be withheld how people answered: they are not told that nobody did.
        view = replace(view, session=replace(view.session, critical=None))
    return ExportDocument(
        view,
        summary,
        selection,
        tuple(_named(person, texts) for person in people),
        tuple(insights) if results.open else (),
        _warning(
            selection, is_open=results.open, few=is_few(view, selection), has_summary=summary is not None, texts=texts
        ),
        texts.counted(texts.left_out, left_out) if left_out else "",
        texts,
        read_summary_texts(texts.tag),
    )


def is_few(view: SessionView, selection: Selection) -> bool:
    """Whether so few took part that whoever reads an export may recognise them: by its summary, or by what single people said."""
    return results_for(view, "viewer").few or (selection.has_people and 0 < view.tally.participants < LEAST)


def _warning(selection: Selection, *, is_open: bool, few: bool, has_summary: bool, texts: ExportTexts) -> str:
    if not is_open:
        return texts.filled(texts.too_few, count=LEAST)
    if few:
        return texts.filled(texts.few, count=LEAST)
    return texts.none if "summary" in selection.parts and not has_summary else ""


def _named(person: ThreadView, texts: ExportTexts) -> NamedPerson:
    thread, number = person.thread, number_of(person.thread.id)
    notes = [texts.test_run] if thread.test else []
    notes += [] if thread.included else [texts.left_out_person]
    notes += [] if thread.quotable else [texts.unquotable_person]
    return NamedPerson(thread.name or texts.filled(texts.person, number=number), " · ".join(notes), person)
