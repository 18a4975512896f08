"""Insights as others than members are shown them: those that are marked for them, without what the summary keeps from them."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from chalicelib.model import SessionView, Summary
from chalicelib.model.insights import Insight, InsightQuote
from chalicelib.services.results.insights import ListedInsight
from chalicelib.services.results.lost_words import without_words
from chalicelib.services.synthesis.prose import without_quotes
from chalicelib.services.synthesis.visibility import find_summary, for_others
from chalicelib.text import tokens
from chalicelib.text.matching import FoldedText
from chalicelib.text.quotation_marks import find_sentences, strip_markdown

_GAP = re.compile(
    r"(\n\s*\n|\n(?=\s*(?:#{1,6}\s|[-*+•]\s|\d{1,2}[.)]\s)))"
)  # between paragraphs, and entries of a list
_LEAST_WORDS = 3  # of what is kept from others; of less, only a sentence that is the same is left out


def show_to_others(view: SessionView, listed: Sequence[ListedInsight]) -> Iterator[Insight]:
    """Yields these insights as far as others are shown them.

    The quotes of one are those that the summary shows them, too; the words of the others are not in its text, either. No sentence
    of its heading or its text has words in quotation marks, but for the topic of the session, nor what the summary withholds, and
    no line is set as a quote.
    """
    summary, topic = find_summary(view), view.session.topic
    if summary is None:
        return
    told, withheld = for_others(summary, topic), _Withheld(summary.withheld)
    for insight in (it.insight for it in listed if it.insight.visible):
        it = _without_quotes_of_members(insight, told)
        title, content = (without_quotes(withheld.cut(text), topic) for text in (it.title or "", it.content))
        if content or it.quotes:
            yield replace(it, title=title or None, content=content)


def _without_quotes_of_members(insight: Insight, told: Summary) -> Insight:
    """An insight with the quotes that others are shown, and without the words of the rest."""
    quotes = tuple(it for it in insight.quotes if _is_shown(it, told))
    hidden = [it.text for it in insight.quotes if it not in quotes]
    lines = "\n".join(line for line in insight.content.split("\n") if not line.lstrip().startswith(">"))
    title, content = without_words(insight.title or "", hidden), without_words(lines, hidden)
    return replace(insight, title=title, content=content, quotes=quotes)


def _is_shown(quote: InsightQuote, summary: Summary) -> bool:
    shown = (it for theme in summary.themes for it in theme.quotes if it.message_id == quote.message_id)
    return any(FoldedText(it.text).cut(FoldedText(quote.text).text.strip()) for it in shown)


class _Withheld:
    """What others are not shown, by its words; in spaced scripts with a space around, so that it is found as whole words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._same = {key for text in texts if (key := _key(text))}
        long = [key for key in self._same if tokens.count_words(key) >= _LEAST_WORDS]
        self._parts = [key if tokens.is_unspaced(key) else f" {key} " for key in long]

    def cut(self, text: str) -> str:
        """A text in markdown without the sentences that have the words of any of these, however they are set."""
        pieces, kept = _GAP.split(text), [""]
        for piece, gap in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            left = "".join(it for start, end in find_sentences(piece) if not self._has(it := piece[start:end]))
            if left == piece or any(map(str.isalpha, left)):
                kept += [left, gap]
            else:
                kept[-1] = max(kept[-1], gap, key=len)
        return "".join(kept).strip()

    def _has(self, sentence: str) -> bool:
        key = _key(sentence)
        within = f" {key} "
        return key in self._same or any(part in within for part in self._parts)


def _key(text: str) -> str:
    """The words of a sentence, as they are compared."""
    return " ".join(tokens.split_words(strip_markdown(text)))
