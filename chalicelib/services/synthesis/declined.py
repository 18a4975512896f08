"""A summary that a model declines to write: it is asked for again without some of what was said, by halves, until it writes one.

A decline does not tell what it is about, and the same request is declined again. So half of the messages are left out, then half of
those that are to blame for it, until as little as possible is missing or enough has been asked. What was left out stays out of the
summaries after this one.
"""

from collections.abc import Callable

from msgspec import Struct

from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelDeclined, Reply, RequestRefused
from chalicelib.observability import logger
from chalicelib.services.synthesis.evidence import EvidenceBook

MOST_ASKED = 10  # times more, each a call of a large model
LEAST_SECONDS = 5.0  # left for another try


class Written(Struct, frozen=True):
    """What a model wrote, the evidence that it was shown, and the ids of the messages that were left out of that."""

    reply: Reply
    book: EvidenceBook
    declined: frozenset[str] = frozenset()


def ask_without_declined(
    ask: Callable[[EvidenceBook], Reply], book: EvidenceBook, known: frozenset[str], session_id: str, deadline: Deadline
) -> Written:
    """What a model writes of this evidence, without messages that were declined before (`known`), and without as few others as can be
    found.

    Raises ModelDeclined where it writes nothing however much is left out, RequestRefused where there was no time to find that out.
    """
    out = known & set(book.message_ids())
    shown = book.without(out) if out else book
    try:
        return Written(ask(shown), shown, out)
    except ModelDeclined:
        extra = {"event": "summary_declined", "session_id": session_id}
        logger.warning("summary declined; asking without some of the messages", extra=extra)
    return _narrow(ask, book, out, deadline)


def _narrow(
    ask: Callable[[EvidenceBook], Reply], book: EvidenceBook, out: frozenset[str], deadline: Deadline
) -> Written:
    best: Written | None = None
    suspects = [it for it in book.message_ids() if it not in out]
    asked = 0
    while suspects and asked < MOST_ASKED and (asked == 0 or deadline.remaining() > LEAST_SECONDS):
        half = suspects[: -(-len(suspects) // 2)]
        left_out = out.union(half)
        shown = book.without(left_out)
        if not len(shown):
            suspects = suspects[len(half) :]
            continue
        asked += 1
        try:
            best = Written(ask(shown), shown, left_out)
        except ModelDeclined:
            if len(suspects) > 1:
                suspects = suspects[len(half) :]  # the cause is among the others, or not alone
                continue
            out = left_out
            suspects = [it for it in book.message_ids() if it not in out]
            continue
        if len(half) == 1:
            break
        suspects = half
    if best is None and suspects and asked < MOST_ASKED:
        raise RequestRefused(
            "The language model declines to write this summary, and there is no time to leave more out of it"
        )
    if best is None:
        raise ModelDeclined("The language model declines to write this summary, whatever is left out of it")
    return best
