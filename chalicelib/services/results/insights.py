"""What hosts note of a session: written by them, or kept of what they asked; with quotes that are cut from what was said.

A quote stands while its person is part of the results, and lets themselves be quoted. Who is taken out takes it along, and brings it
back; who is removed, or is not to be quoted any more, takes it for good. With a quote go its words in the insight's text.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Invalid, NotFound, Unprocessable
from chalicelib.model import Message, Thread
from chalicelib.model.insights import Insight, InsightQuote, InsightSource
from chalicelib.services.results.lost_words import GONE, with_words, without_runs, without_words
from chalicelib.services.synthesis.quotes import cut_quote
from chalicelib.store.conversations import Conversations
from chalicelib.store.insights import Insights, QuoteGone
from chalicelib.text.shared_runs import cut_runs

MOST = 200  # insights a session
_LONGEST_ID = 36  # of a thread; a key has to be short, and clients may name anything
_PLAIN = re.compile(r"\w+")
_TICK = timedelta(microseconds=1)  # between two changes of one insight


class InsightDeps(Struct, frozen=True):
    """The collaborators of insights."""

    insights: Insights
    conversations: Conversations


class ClaimedQuote(Struct, frozen=True):
    """Words that somebody says are in the message of this id, or in any where it is None; in the thread of this id if it is known."""

    text: str
    message_id: str | None = None
    thread_id: str | None = None


class NewInsight(Struct, frozen=True):
    """An insight as it is entered."""

    title: str | None
    content: str
    source: InsightSource
    quotes: tuple[ClaimedQuote, ...]
    visible: bool


class ListedInsight(Struct, frozen=True):
    """An insight with the quotes that stand, and how many do not; `position` is its place among all, from 0."""

    insight: Insight
    position: int
    lost: int


class InsightPage(Struct, frozen=True):
    """Some insights in their order, and how many there are in all."""

    insights: tuple[ListedInsight, ...]
    total: int


def list_insights(session_id: str, limit: int, offset: int, *, deps: InsightDeps) -> InsightPage:
    """Returns a page of the insights of a session."""
    order = deps.insights.order(session_id)
    found = deps.insights.get(session_id, order[offset : offset + limit])
    return InsightPage(_listed(session_id, found, order, deps), len(order))


def find_insight(session_id: str, insight_id: str, *, deps: InsightDeps) -> ListedInsight:
    """Returns one insight. Raises NotFound."""
    order = deps.insights.order(session_id)
    found = deps.insights.get(session_id, [insight_id] if insight_id in order else [])
    listed = _listed(session_id, found, order, deps)
    if not listed:
        raise NotFound("Insight not found")
    return listed[0]


def add_insight(
    session_id: str, new: NewInsight, *, new_id: str, user_id: str, now: datetime, deps: InsightDeps
) -> None:
    """Adds an insight behind all others.

    Raises Invalid for a quote that nobody said and for an answer that is to be shown to others, Unprocessable where there are too many.
    """
    _require_readers(new.source, new.visible)
    quotes, people = check_quotes(session_id, new.quotes, deps.conversations)
    insight = Insight(new_id, new.title, new.content, new.source, quotes, new.visible, user_id, now, now)
    try:
        is_added = deps.insights.add(session_id, insight, people, MOST)
    except QuoteGone as error:
        raise _quote_gone() from error
    if not is_added:
        raise Unprocessable(f"A session may have at most {MOST} insights: delete one to add another")


def edit_insight(
    session_id: str,
    insight_id: str,
    changes: Mapping[str, object],
    quotes: Sequence[ClaimedQuote] | None,
    *,
    unchanged_since: datetime | None,
    now: datetime,
    deps: InsightDeps,
) -> None:
    """Changes an insight, where nobody has changed it since `unchanged_since`; with `quotes`, these are in the place of those that
    stand.

    Raises NotFound, Invalid for a quote that nobody said and for an answer that is to be shown to others, Conflict.
    """
    stored = next(iter(deps.insights.get(session_id, [insight_id])), None)
    if stored is None:
        raise NotFound("Insight not found")
    if unchanged_since is not None and stored.edited_at > unchanged_since:
        raise Conflict("unchanged_since: somebody has changed this insight since; read it again")
    _require_readers(stored.source, changes.get("visible", False) is True)
    people: tuple[Thread, ...] = ()
    heads = deps.conversations.heads_of(session_id, {it.thread_id for it in stored.quotes})
    known = {head.id: head for head in heads}
    # Nobody is shown these for now: they come back with their people, and until then their words are kept out of the text.
    away = tuple(it for it in stored.quotes if not _of(it, known))
    after = replace(stored, **changes)
    _require_known_marks(after, stored, away)
    after = _with_words_of(away, after, stored)
    if quotes is not None:
        checked, people = check_quotes(session_id, quotes, deps.conversations)
        after = replace(after, quotes=checked + away, lost=0)
    if after == stored:
        return
    after = replace(after, edited_at=max(now, stored.edited_at + _TICK))
    try:
        is_stored = deps.insights.edit(session_id, stored, after, people)
    except QuoteGone as error:
        raise _quote_gone() from error
    if not is_stored:
        raise Conflict("Somebody else is changing this insight right now; read it again")


def _require_readers(source: InsightSource, is_visible: bool) -> None:
    """Answers may have somebody's words outside quotation marks, and nothing tells whose these are: members alone read them."""
    if source == "ask" and is_visible:
        raise Invalid("visible: an answer that was kept is for members; write a note of it to show it")


def _require_known_marks(changed: Insight, before: Insight, away: Sequence[InsightQuote]) -> None:
    """Raises Conflict where a text has more marks than are shown now: they stand for words of people who are back."""
    words = [it.text for it in away]
    for name in ("title", "content"):
        text, shown = getattr(changed, name) or "", getattr(before, name) or ""
        if text != shown and text.count(GONE) > without_words(shown, words).count(GONE):
            raise Conflict(f"{name} has a mark {GONE} that the insight does not have; read it again")


def _with_words_of(away: Sequence[InsightQuote], changed: Insight, before: Insight) -> Insight:
    """A changed insight with the words of these quotes where whoever changed it was shown marks."""
    words = [it.text for it in away]
    if changed.content != before.content:
        changed = replace(changed, content=with_words(changed.content, before.content, words))
    if changed.title and before.title and changed.title != before.title:
        changed = replace(changed, title=with_words(changed.title, before.title, words))
    return changed


def check_quotes(
    session_id: str, claimed: Sequence[ClaimedQuote], conversations: Conversations
) -> tuple[tuple[InsightQuote, ...], tuple[Thread, ...]]:
    """Returns these quotes as they were said, each once, and the threads that they are from.

    Raises Invalid for one that is not in its message, and for one of nobody who is part of the results.
    """
    messages = _find_messages(session_id, claimed, conversations)
    heads = {head.id: head for head in conversations.heads_of(session_id, {thread_id for thread_id, _ in messages})}
    found: dict[tuple[str, str], InsightQuote] = {}
    for number, quote in enumerate(claimed):
        said = [
            (thread_id, message)
            for thread_id, message in messages
            if quote.message_id in (None, message.id) and _is_quotable(heads.get(thread_id), message)
        ]
        if quote.message_id and not said:
            raise Invalid(f"quotes[{number}].message_id is no message of somebody in the results: {quote.message_id}")
        cuts = ((cut, it) for it in said if (cut := " ".join(cut_quote(quote.text, it[1].content).split())))
        cut, (thread_id, message) = next(cuts, ("", ("", None)))
        if message is None:
            where = "the message of that id" if quote.message_id else "any message of somebody in the results"
            raise Invalid(f"quotes[{number}].text is not in {where}: {quote.text}")
        found.setdefault((cut, message.id), InsightQuote(cut, thread_id, message.id, message.sequence))
    return tuple(found.values()), tuple(heads[it] for it in dict.fromkeys(it.thread_id for it in found.values()))


def drop_words(session_id: str, thread_id: str, *, deps: InsightDeps) -> None:
    """Takes the words of somebody who was removed out of all insights, for good: their quotes, and every sentence
    that has a run of words from their messages. Nothing is left to be done once their messages are erased."""
    head = next(iter(deps.conversations.heads_of(session_id, [thread_id])), None)

    @cache
    def list_runs() -> frozenset[str]:
        stored = deps.conversations.all_stored(session_id, thread_id)
        said = (it.content for it in stored if it.role == "user" and not _is_there(head, it.sequence))
        return frozenset(run for words in said for run in cut_runs(words))

    _drop(session_id, lambda it: it.thread_id == thread_id and not _is_there(head, it.sequence), list_runs, deps)


def drop_quotes(session_id: str, thread_id: str, said: Iterable[str], *, deps: InsightDeps) -> None:
    """Takes the words of somebody who is not to be quoted any more out of all insights, for good, as of somebody who was removed;
    `said` are their messages."""
    runs = frozenset(run for words in said for run in cut_runs(words))
    _drop(session_id, lambda it: it.thread_id == thread_id, lambda: runs, deps)


def _drop(
    session_id: str,
    is_gone: Callable[[InsightQuote], bool],
    list_runs: Callable[[], frozenset[str]],
    deps: InsightDeps,
) -> None:
    def change(insight: Insight) -> Insight:
        gone = [it for it in insight.quotes if is_gone(it)]
        kept = tuple(it for it in insight.quotes if it not in gone)
        words, runs = [it.text for it in gone], list_runs()
        left = replace(
            insight,
            content=without_runs(without_words(insight.content, words), runs),
            title=without_runs(without_words(insight.title, words), runs) if insight.title else None,
            quotes=kept,
            lost=insight.lost + len(gone),
        )
        return left if left == insight else replace(left, edited_at=insight.edited_at + _TICK)

    deps.insights.change_all(session_id, change)


def _listed(
    session_id: str, insights: Sequence[Insight], order: Sequence[str], deps: InsightDeps
) -> tuple[ListedInsight, ...]:
    quoted = {quote.thread_id for it in insights for quote in it.quotes}
    heads = {head.id: head for head in deps.conversations.heads_of(session_id, quoted)}
    places = {insight_id: place for place, insight_id in enumerate(order)}
    return tuple(_standing(it, places[it.id], lambda quote: _of(quote, heads)) for it in insights)


def _standing(insight: Insight, position: int, stands: Callable[[InsightQuote], bool]) -> ListedInsight:
    """An insight without the quotes that do not stand, and without their words. No answer is shown to others."""
    gone = [it for it in insight.quotes if not stands(it)]
    lost = insight.lost + len(gone)
    if gone:
        words = [it.text for it in gone]
        insight = replace(
            insight,
            title=without_words(insight.title, words) if insight.title else None,
            content=without_words(insight.content, words),
            quotes=tuple(it for it in insight.quotes if it not in gone),
        )
    is_visible = insight.visible and insight.source != "ask"
    return ListedInsight(replace(insight, visible=is_visible), position, lost)


def _of(quote: InsightQuote, heads: Mapping[str, Thread]) -> bool:
    head = heads.get(quote.thread_id)
    return head is not None and _stands(head, quote.sequence)


def _stands(head: Thread, sequence: int) -> bool:
    return head.included and head.quotable and _is_there(head, sequence)


def _is_there(head: Thread | None, sequence: int) -> bool:
    """Whether a message is still one of this thread, and not of one of the same participant's that was removed."""
    return head is not None and sequence > head.starts_after


def _is_quotable(head: Thread | None, message: Message) -> bool:
    return message.role == "user" and head is not None and _stands(head, message.sequence)


def _find_messages(
    session_id: str, claimed: Collection[ClaimedQuote], conversations: Conversations
) -> list[tuple[str, Message]]:
    """The messages that are named, or that may have these words, each with its thread, the oldest first."""
    named: dict[str | None, set[str]] = {}
    for quote in claimed:
        if quote.message_id:
            named.setdefault(quote.thread_id, set()).add(quote.message_id)
    found = [
        it
        for thread_id, ids in named.items()
        if thread_id is None or len(thread_id) <= _LONGEST_ID
        for it in conversations.find_messages(session_id, ids, thread_id)
    ]
    found += conversations.find_said(session_id, {_probe(it.text) for it in claimed if not it.message_id})
    return sorted(found, key=lambda it: it[1].created_at)


def _probe(words: str) -> str:
    """A stretch of these words that is written the same way wherever they are: without gaps, and without typographic twins."""
    return max(_PLAIN.findall(words), key=len, default=words)


def _quote_gone() -> Invalid:
    return Invalid("quotes: somebody who is quoted was taken out of the results meanwhile")
