"""A question about a session, answered from what people said: a model writes statements and names their evidence, code counts the
people, cuts the quotes, and leaves out what the evidence does not carry. Nothing of a question is stored.

Others than members are answered from what at least two people carry, and read no more of it than a summary would show them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Model, ModelUnavailable, Request, Usage
from chalicelib.model import Quote, SessionView, Summary, Theme
from chalicelib.observability import logger
from chalicelib.services.results.ask_evidence import (
    AskDeps,
    ReadMessage,
    Source,
    make_book,
    read_passages,
    read_source,
    read_themes,
    shared_part,
)
from chalicelib.services.results.ask_prompt import MOST_LOOKED_UP, Turn, ask_request
from chalicelib.services.results.participant_names import ParticipantNames
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.claims import find_numerals
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.prose import ProseCheck, without_quotes
from chalicelib.services.synthesis.quotes import MAX_LENGTH, cut_quote
from chalicelib.services.synthesis.summary_texts import read_texts
from chalicelib.services.synthesis.theme_groups import one_line
from chalicelib.services.synthesis.unquotable import find_unquotable_words
from chalicelib.services.synthesis.visibility import CARRIED_BY
from chalicelib.services.synthesis.withheld import withhold
from chalicelib.text.language import OWN, choose_own_language, detect_language, match_language

MOST_STATEMENTS = 6
MOST_QUOTES = 3  # of a statement, where its text uses no more
MOST_IN_ALL = 20  # quotes of an answer, as many as an insight may have
MAX_TEXT = 600  # characters of a statement
LEAST_SECONDS = 5.0  # for the second of two calls, where the first has an answer


class Statement(Struct, frozen=True):
    """A part of an answer: how many people the model names as evidence, and words of some of them."""

    text: str
    participants: int
    quotes: tuple[Quote, ...]


class Answer(Struct, frozen=True):
    """An answer in statements, and how many people are named as evidence; `text` is all of it, or says that nobody spoke of the matter."""

    text: str
    statements: tuple[Statement, ...] = ()
    participants: int = 0

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes of all statements, each once."""
        return tuple(dict.fromkeys(quote for it in self.statements for quote in it.quotes))


class _Drafted(Struct, frozen=True):
    """A statement that stands, and the threads that it stands on."""

    text: str
    threads: frozenset[str]
    quotes: tuple[Quote, ...]


def answer_member(
    view: SessionView, question: str, history: Sequence[Turn], *, model: Model, deps: AskDeps, deadline: Deadline
) -> Answer:
    """The answer for a member of the session: one call of the model, two where it has to read conversations.

    Raises ModelUnavailable.
    """
    source = read_source(view, deps)
    book = make_book(source, source.aggregate)
    if not len(book):
        return _nobody(question)
    reply = _call(model, ask_request(view, book, question, history), deadline)
    drafted = _draft(reply, view, book, {}, source)
    points = book.find(reply.get("look_up"))[:MOST_LOOKED_UP]
    themes = book.themes(reply.get("themes")) if len(book) < source.aggregate.total else []
    is_late = bool(drafted) and deadline.remaining() < LEAST_SECONDS
    if not (points or themes) or is_late:
        return _finish(drafted, source.aggregate, question)
    if themes:
        book = make_book(source, read_themes(source, themes, points))
    passages, said = read_passages(source, points, deps)
    try:
        reply = _call(model, ask_request(view, book, question, history, passages=passages), deadline)
    except ModelUnavailable:
        if not drafted:
            raise
        return _finish(drafted, source.aggregate, question)
    return _finish(_draft(reply, view, book, said, source), source.aggregate, question)


def answer_others(
    view: SessionView,
    question: str,
    history: Sequence[Turn],
    *,
    model: Model,
    deps: AskDeps,
    deadline: Deadline,
    now: datetime,
) -> Answer:
    """The same for whoever has no role in the session, from what at least two people carry; one call of the model."""
    source = read_source(view, deps)
    shared = shared_part(source)
    book = make_book(source, shared)
    if not len(book):
        return _nobody(question)
    reply = _call(model, ask_request(view, book, question, history, may_read=False), deadline)
    several = [it for it in _draft(reply, view, book, {}, source) if shared.count_people(it.threads) >= CARRIED_BY]
    return _finish(_withheld(several, view, source.aggregate, now), shared, question)


def log_usage(view: SessionView, usage: Usage, *, is_member: bool) -> None:
    """Notes in the log what an answer took of the model."""
    extra = {
        "event": "question_answered",
        "session_id": view.session.id,
        "is_member": is_member,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "cost": usage.cost,
    }
    logger.info("question answered", extra=extra)


def _call(model: Model, request: Request, deadline: Deadline) -> Mapping[str, Any]:
    call = model.complete(request, deadline).call(request.must_call or "")
    return tags.unescape(call.input) if call else {}


def _draft(
    reply: Mapping[str, Any],
    view: SessionView,
    book: EvidenceBook,
    said: Mapping[str, ReadMessage],
    source: Source,
) -> list[_Drafted]:
    """What stands of a model's statements when they are held against their evidence."""
    given = [it for it in _listed(reply.get("statements")) if isinstance(it, dict)][:MOST_STATEMENTS]
    prose = _prose(given, view, book, said)
    names = ParticipantNames(source.heads.values(), source.aggregate, view)
    drafted = []
    for it in given:
        points = book.find(it.get("evidence"))
        quotes = [
            *_cut(it.get("said"), said),
            *(Quote(_folded(p.point.quote), p.thread_id, p.point.message_id) for p in points),
        ]
        threads = frozenset([*(p.thread_id for p in points), *(quote.thread_id for quote in quotes)])
        prose.used.clear()
        text = names.cut(prose.check(one_line(it.get("text"), MAX_TEXT)))
        if text and threads and all(len(quote.text) <= MAX_LENGTH for quote in prose.used.values()):
            drafted.append(_Drafted(text, threads, _pick(prose.used.values(), quotes)))
    return _bounded(drafted)


def _prose(
    given: Sequence[Mapping[str, Any]], view: SessionView, book: EvidenceBook, said: Mapping[str, ReadMessage]
) -> ProseCheck:
    """The check of each text. In a language whose counts we don't know, only numbers that were given may stand."""
    session = view.session
    hosts = [session.goal, session.critical or "", view.context or ""]
    read = [Quote(_folded(it.message.content), it.thread_id, it.message.id) for it in said.values()]
    written = " ".join(it["text"] for it in given if isinstance(it.get("text"), str))
    is_ours = match_language(detect_language(written), OWN) is not None
    shown = (book.render(), session.topic, *hosts, *(quote.text for quote in read))
    known = None if is_ours else find_numerals(" ".join(shown))
    unquotable = find_unquotable_words(book.aggregate, view)
    return ProseCheck([*book.quoted(), *read], session.topic, hosts, known, unquotable)


def _cut(given: object, said: Mapping[str, ReadMessage]) -> list[Quote]:
    """The quotes from conversations that were read: what is not found there is none."""
    found = []
    for it in _listed(given):
        read = said.get(str(it.get("id"))) if isinstance(it, dict) else None
        words = it.get("words") if isinstance(it, dict) else None
        if read and isinstance(words, str) and (cut := cut_quote(words, read.message.content)):
            found.append(Quote(_folded(cut), read.thread_id, read.message.id))
    return found


def _pick(used: Iterable[Quote], others: Iterable[Quote]) -> tuple[Quote, ...]:
    """All quotes that a text uses, so that its words can go with whoever said them; and beside them the first few others, of
    different people and in different words."""
    found = list(used)
    people, seen = {it.thread_id for it in found}, {it.text.casefold() for it in found}
    for quote in others:
        if len(found) >= MOST_QUOTES:
            break
        if quote.text and quote.thread_id not in people and quote.text.casefold() not in seen:
            found.append(quote)
            people.add(quote.thread_id)
            seen.add(quote.text.casefold())
    return tuple(found)


def _bounded(drafted: Iterable[_Drafted]) -> list[_Drafted]:
    """The statements whose quotes an insight has room for, if the answer is kept as one."""
    kept: list[_Drafted] = []
    quotes: set[Quote] = set()
    for it in drafted:
        if len(quotes | {*it.quotes}) <= MOST_IN_ALL:
            quotes |= {*it.quotes}
            kept.append(it)
    return kept


def _withheld(drafted: Sequence[_Drafted], view: SessionView, aggregate: Aggregate, now: datetime) -> list[_Drafted]:
    """The statements without what could come from one person alone, judged as the sentences of a summary are."""
    themes = tuple(Theme("", it.text, 0, it.quotes) for it in drafted)
    language = choose_own_language(None, " ".join(it.text for it in drafted))
    judged = withhold(Summary("", now, "", 0, 0, "", themes), aggregate, view, language)
    topic = view.session.topic
    told = [
        _Drafted(
            without_quotes(it.text, topic, judged.withheld),
            it.threads,
            tuple(quote for quote in it.quotes if quote.text not in judged.withheld_quotes),
        )
        for it in drafted
    ]
    return [it for it in told if it.text]


def _finish(drafted: Sequence[_Drafted], aggregate: Aggregate, question: str) -> Answer:
    if not drafted:
        return _nobody(question)
    statements = tuple(Statement(it.text, len(it.threads - aggregate.tests), it.quotes) for it in drafted)
    everybody = frozenset[str]().union(*(it.threads for it in drafted)) - aggregate.tests
    return Answer("\n\n".join(it.text for it in statements), statements, len(everybody))


def _nobody(question: str) -> Answer:
    return Answer(read_texts(choose_own_language(None, question)).unanswered)


def _listed(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _folded(text: str) -> str:
    return " ".join(text.split())
