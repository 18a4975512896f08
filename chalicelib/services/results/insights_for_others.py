"""Insights as others than members are shown them: those that are marked for them, without what the summary keeps from them."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from msgspec.structs import replace

from chalicelib.model import SessionView, Summary, Theme
from chalicelib.model.insights import Insight, InsightQuote
from chalicelib.services.results.ask_evidence import read_aggregate
from chalicelib.services.results.insights import InsightDeps, ListedInsight, without_words
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.prose import without_quotes
from chalicelib.services.synthesis.visibility import find_summary, for_others
from chalicelib.services.synthesis.withheld import withhold
from chalicelib.text import tokens
from chalicelib.text.language import choose_own_language
from chalicelib.text.matching import FoldedText
from chalicelib.text.quotation_marks import find_sentences, strip_markdown

_GAP = re.compile(
    r"(\n\s*\n|\n(?=\s*(?:#{1,6}\s|[-*+•]\s|\d{1,2}[.)]\s)))"
)  # between paragraphs, and entries of a list
_LEAST_WORDS = 3  # of what is kept from others; of less, only a sentence that is the same is left out


class InsightsForOthers:
    """The insights of a session for whoever has no role in it."""

    def __init__(self, view: SessionView, deps: InsightDeps) -> None:
        self._view, self._deps = view, deps

    def show(self, listed: Sequence[ListedInsight]) -> Iterator[Insight]:
        """Yields these insights as far as others are shown them."""
        summary = find_summary(self._view)
        for it in listed:
            if summary and it.insight.visible and (shown := self._shown(it.insight, summary)):
                yield shown

    def _shown(self, insight: Insight, summary: Summary) -> Insight | None:
        """An insight for others; None where nothing is left of it.

        Its quotes are those that the summary shows them, too; the words of the others are not in its text, either. No sentence of its
        heading or its text has words in quotation marks, but for the topic of the session, nor what the summary withholds, and no
        line is set as a quote. An answer that was kept is judged as a summary is.
        """
        topic = self._view.session.topic
        told = for_others(summary, topic)
        quotes = tuple(it for it in insight.quotes if _is_shown(it, told))
        hidden = [it.text for it in insight.quotes if it not in quotes]
        lines = "\n".join(line for line in insight.content.split("\n") if not line.lstrip().startswith(">"))
        title, content = without_words(insight.title or "", hidden), without_words(lines, hidden)
        withheld = [*summary.withheld, *(self._judge(title, content) if insight.source == "ask" else ())]
        title, content = (without_quotes(_without(text, withheld), topic) for text in (title, content))
        shown = replace(insight, title=title or None, content=content, quotes=quotes)
        return shown if content or quotes else None

    def _judge(self, title: str, content: str) -> tuple[str, ...]:
        """The sentences that could come from one person alone."""
        text = "\n\n".join([title, *_GAP.split(content)[::2]])
        summary = Summary("", self._view.session.created_at, "", 0, 0, "", (Theme("", text, 0, ()),))
        return withhold(summary, self._said, self._view, choose_own_language(None, text)).withheld

    @cached_property
    def _said(self) -> Aggregate:
        heads = [it for it in self._deps.conversations.heads(self._view.session.id) if it.included]
        return read_aggregate(self._view, heads, self._deps.conversations, self._deps.reduced_digests)


def _is_shown(quote: InsightQuote, summary: Summary) -> bool:
    shown = (it for theme in summary.themes for it in theme.quotes if it.message_id == quote.message_id)
    return any(FoldedText(it.text).cut(FoldedText(quote.text).text.strip()) for it in shown)


def _without(text: str, withheld: Collection[str]) -> str:
    """A text in markdown without the sentences that have the words of any of these, however they are set."""
    keys = {key for it in withheld if (key := _key(it))}
    pieces, kept = _GAP.split(text), []
    for piece, gap in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        left = "".join(it for start, end in find_sentences(piece) if not _has(it := piece[start:end], keys))
        if left == piece or any(map(str.isalpha, left)):
            kept += [left, gap]
        elif kept:
            kept[-1] = max(kept[-1], gap, key=len)
    return "".join(kept).strip()


def _has(sentence: str, keys: Collection[str]) -> bool:
    words = _key(sentence)
    return words in keys or any(_is_in(it, words) for it in keys if tokens.count_words(it) >= _LEAST_WORDS)


def _is_in(wanted: str, words: str) -> bool:
    return wanted in words if tokens.is_unspaced(wanted) else f" {wanted} " in f" {words} "


def _key(text: str) -> str:
    """The words of a sentence, as they are compared."""
    return " ".join(tokens.split_words(strip_markdown(text)))
