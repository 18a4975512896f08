"""A summary without the words of somebody who is not to be quoted any more: at once, by code, whatever became of the model.

What is left stands until the next summary: sentences that repeat them are gone as a whole, so that nothing is put into other words by
rule, and a theme is never gone, only its name in their words.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Proposal, Quote, SessionView, Summary, Theme
from chalicelib.services.synthesis.summary_document import render_again
from chalicelib.services.synthesis.summary_texts import choose_texts
from chalicelib.services.synthesis.unquotable import UnquotableWords
from chalicelib.text.matching import FoldedText
from chalicelib.text.quotation_marks import find_sentences


def cut_summary(
    view: SessionView, summary: Summary, thread_id: str, said: UnquotableWords, labels: Collection[str] = ()
) -> Summary:
    """The summary without quotes of this thread, sentences that repeat what was `said` in it, and names of themes by these `labels`."""
    return _Cut(view, summary, thread_id, said, labels).make()


class _Cut:
    """What goes of a summary with somebody's words."""

    def __init__(
        self, view: SessionView, summary: Summary, thread_id: str, said: UnquotableWords, labels: Collection[str]
    ) -> None:
        self._view, self._summary, self._thread_id, self._said = view, summary, thread_id, said
        quotes = (*summary.quotes, *(quote for theme in summary.themes for quote in theme.quotes))
        # A summary writes the name of a theme with a capital.
        named = (name for label in labels for name in (label, label[:1].upper() + label[1:]))
        gone = [*(it.text for it in quotes if it.thread_id == thread_id), *named]
        self._gone = [FoldedText(text).text.strip() for text in gone]
        self._words = choose_texts(view.session, _sample(summary))

    def make(self) -> Summary:
        """The summary as it is left, with its markdown."""
        whole = self._summary
        cut = replace(
            whole,
            overview=self._told(whole.overview),
            themes=tuple(map(self._theme, whole.themes)),
            proposals=tuple(it for proposal in whole.proposals if (it := self._proposal(proposal)).text),
            agreements=self._listed(whole.agreements),
            tensions=self._listed(whole.tensions),
            minority_views=self._listed(whole.minority_views),
            open_questions=self._listed(whole.open_questions),
            critical_answer=self._told(whole.critical_answer or "") or None,
            quotes=self._quoted(whole.quotes),
            withheld=tuple(text for text in whole.withheld if not self._repeats(text)),
            withheld_quotes=tuple(text for text in whole.withheld_quotes if not self._repeats(text)),
        )
        notes = whole.markdown.rpartition("\n---\n")[2]
        return render_again(self._view, cut, self._words, keeps_notes=not self._repeats(notes))

    def _theme(self, theme: Theme) -> Theme:
        is_listed = self._summary.model == SCRIPTED  # whose statements are answers that several gave
        return replace(
            theme,
            label=self._words.unnamed if self._repeats(theme.label) else theme.label,
            statement="" if is_listed else self._told(theme.statement),
            gathered=self._told(theme.gathered),
            quotes=self._quoted(theme.quotes),
        )

    def _proposal(self, proposal: Proposal) -> Proposal:
        return replace(proposal, text=self._told(proposal.text), condition=self._told(proposal.condition))

    def _quoted(self, quotes: Sequence[Quote]) -> tuple[Quote, ...]:
        return tuple(it for it in quotes if it.thread_id != self._thread_id)

    def _listed(self, texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(filter(None, map(self._told, texts)))

    def _told(self, text: str) -> str:
        """The paragraphs of a text, each without the sentences that repeat somebody; without any where words go through several."""
        return "\n\n".join(filter(None, map(self._paragraph, text.split("\n\n"))))

    def _paragraph(self, text: str) -> str:
        if not self._repeats(text):
            return text
        sentences = (text[start:end] for start, end in find_sentences(text))
        kept = "".join(it for it in sentences if not self._repeats(it)).strip()
        return "" if self._repeats(kept) else kept

    def _repeats(self, text: str) -> bool:
        folded = FoldedText(text)
        return self._said.are_in(text) or any(folded.cut(words) for words in self._gone)


def _sample(summary: Summary) -> str:
    """What tells the language that a summary was written in."""
    return summary.overview or " ".join(quote.text for theme in summary.themes for quote in theme.quotes)
