"""Quotes are cut from what is stored, never taken from a model.

What a model copied is only used to find the place: typographic twins and white space are folded on both sides, and the
words between the two ends of the match are cut from the stored text. What is not found is no quote.
"""

from chalicelib.text.matching import FoldedText

MAX_LENGTH = 400


def cut_quote(claimed: str, stored: str) -> str:
    """The span of `stored` that `claimed` names, as it is stored; empty where there is none."""
    wanted = FoldedText(claimed).text.strip()
    return _bounded(FoldedText(stored).cut(wanted)) if wanted else ""


def _bounded(quote: str) -> str:
    """A quote that is too long to print, cut at the last gap before the limit; it stays a span of the stored text."""
    if len(quote) <= MAX_LENGTH:
        return quote
    head = quote[:MAX_LENGTH]
    gap = max((head.rfind(mark) for mark in (" ", "\n", "。", "，", "、")), default=-1)
    return head[: gap + 1].rstrip() if gap > MAX_LENGTH // 2 else head
