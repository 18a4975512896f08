"""The knowledge of a session: decisions, actions, tensions and claims, by one call of a language model, each held against what was said.

The model is shown points under short ids, and names those that each thing rests on. Code finds the messages behind them: of people who
are part of the results, may be quoted, and did not test. What rests on none of these is dropped and counted; so is prose that claims a
number, quotes nobody's words, or repeats who is not to be quoted. An owner or a date stands only where what was said has it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from msgspec import Struct

from chalicelib.clock import Deadline
from chalicelib.errors import Conflict, Invalid
from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Block, ChatMessage, Model, ModelUnavailable, Request, Tool
from chalicelib.model import Quote, SessionView
from chalicelib.model.knowledge import Action, Claim, ClaimCategory, Decision, Knowledge, Tension
from chalicelib.observability import logger
from chalicelib.services.facilitation.tailored_prompt import strict_schema
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup
from chalicelib.services.results.ask_evidence import AskDeps, read_source
from chalicelib.services.synthesis.evidence import Evidence, EvidenceBook
from chalicelib.services.synthesis.prose import ProseCheck
from chalicelib.services.synthesis.theme_groups import one_line
from chalicelib.services.synthesis.unquotable import find_unquotable_words
from chalicelib.services.usage.budget import meter_for
from chalicelib.store.knowledge import KnowledgeItems
from chalicelib.store.sessions import FOR_ASK, Sessions
from chalicelib.text.normalise import fold

MAX_TOKENS: Final = 6_000
MOST: Final = {"decisions": 8, "actions": 8, "tensions": 8, "claims": 24, "gaps": 8}
MOST_EVIDENCE: Final = 8
MAX_TEXT, MAX_LABEL = 400, 80
NO_SUMMARY: Final = "Session has no summary yet; have one written first"
NO_MODEL: Final = "No language model is set up, and nothing else can tell what was decided"
NO_NEWS: Final = "Nothing has changed since it was generated"
_CATEGORIES: Final = get_args(ClaimCategory)

_TEXT: Final = {"type": "string"}
_IDS: Final = {"type": "array", "items": {"type": "string"}, "description": "The ids of all points that carry it."}


def _list_of(**fields: Any) -> dict[str, Any]:
    return {"type": "array", "items": strict_schema({**fields, "evidence": _IDS})}


RECORD_KNOWLEDGE: Final = Tool(
    name="record_knowledge",
    description="Hand in what the session came to know.",
    schema=strict_schema(
        {
            "decisions": _list_of(label=_TEXT, summary=_TEXT),
            "actions": _list_of(description=_TEXT, owner=_TEXT, due=_TEXT),
            "tensions": _list_of(summary=_TEXT, sides={"type": "array", "items": _TEXT}),
            "claims": _list_of(category={"type": "string", "enum": list(_CATEGORIES)}, text=_TEXT),
            "gaps": {"type": "array", "items": _TEXT},
        }
    ),
)


class Generated(Struct, frozen=True):
    """What came of asking for knowledge; `reason` says why nothing was generated, empty where something was."""

    knowledge: Knowledge | None
    reason: str = ""


def generate_knowledge(
    view: SessionView,
    stored: Knowledge | None,
    *,
    model: Model,
    deps: AskDeps,
    items: KnowledgeItems,
    deadline: Deadline,
    now: datetime,
) -> Generated:
    """Generate the knowledge of a session, unless it is of the summary that is there, or there is no language model.

    Raises Invalid without a summary, ModelUnavailable where the model gives none in time, Conflict where somebody was taken out, or in,
    meanwhile.
    """
    summary = view.summary
    if summary is None:
        raise Invalid(NO_SUMMARY)
    if stored and stored.summary_at == summary.generated_at:
        return Generated(stored, NO_NEWS)
    if not model.understands or summary.model == SCRIPTED:
        return Generated(stored, NO_MODEL)
    source = read_source(view, deps)
    book = EvidenceBook(source.aggregate, source.registry)
    reply = model.complete(_request(view, book), deadline)
    call = reply.call(RECORD_KNOWLEDGE.name)
    if call is None:
        raise ModelUnavailable("The language model wrote no usable knowledge; try again later")
    made = _Checked(view, book, tags.unescape(call.input)).read(reply.model, summary.generated_at, now)
    if not items.put(view.session.id, made, view.synthesis.epoch):
        raise Conflict("Somebody was taken out of the session meanwhile, or in again; try again")
    extra = {"event": "knowledge_generated", "session_id": view.session.id, "dropped": made.dropped}
    logger.info("knowledge generated", extra=extra)
    return Generated(made)


def write_knowledge(
    session_id: str,
    *,
    sessions: Sessions,
    model: Model,
    deps: AskDeps,
    items: KnowledgeItems,
    deadline: Deadline,
    now: datetime,
) -> None:
    """Generate the knowledge of a session where it lacks any of its summary. Raises NotFound without a session, and what
    `generate_knowledge` does but for Invalid: a session without a summary has none."""
    view = sessions.view(session_id, FOR_ASK)
    stored = items.of_each([session_id]).get(session_id)
    asked = meter_for(view, model) if model.understands else model
    if view.summary:
        generate_knowledge(view, stored, model=asked, deps=deps, items=items, deadline=deadline, now=now)


def _request(view: SessionView, book: EvidenceBook) -> Request:
    language = tags.data("language", view.session.language) if view.session.language else "the language of most points"
    most = {f"most_{name}": str(number) for name, number in MOST.items()}
    return Request(
        task="knowledge",
        tier="medium",
        system=(Block(fill("knowledge", language=language, **most)),),
        messages=(ChatMessage("user", (Block(f"{render_setup(view)}\n\n{book.render()}"),)),),
        max_tokens=MAX_TOKENS,
        tools=(RECORD_KNOWLEDGE,),
        must_call=RECORD_KNOWLEDGE.name,
    )


class _Checked:
    """What a model handed in, as far as it stands."""

    def __init__(self, view: SessionView, book: EvidenceBook, given: Mapping[str, Any]) -> None:
        session = view.session
        hosts = [session.goal, session.critical or "", view.context or ""]
        unquotable = find_unquotable_words(book.aggregate, view)
        self._prose = ProseCheck(book.quoted(), session.topic, hosts, None, unquotable)
        self._book, self._given, self._dropped = book, given, 0

    def read(self, model: str, summary_at: datetime, now: datetime) -> Knowledge:
        """The knowledge, with the number of things that were dropped."""
        decisions, actions = tuple(self._decisions()), tuple(self._actions())
        tensions, claims = tuple(self._tensions()), tuple(self._claims())
        gaps = [self._text(it) for it in self._items("gaps")]
        return Knowledge(
            summary_at,
            now,
            model,
            decisions,
            actions,
            tensions,
            claims,
            tuple(dict.fromkeys(filter(None, gaps))),
            self._book.aggregate.participants,
            self._dropped,
        )

    def _decisions(self) -> Iterable[Decision]:
        for fields, found in self._carried("decisions"):
            label, summary = self._text(fields.get("label"), MAX_LABEL), self._text(fields.get("summary"))
            if self._stands(label and summary):
                yield Decision(label, summary, _quotes(found))

    def _actions(self) -> Iterable[Action]:
        for fields, found in self._carried("actions"):
            description = self._text(fields.get("description"))
            if self._stands(description):
                yield Action(
                    description, _quotes(found), *(_as_said(fields.get(name), found) for name in ("owner", "due"))
                )

    def _tensions(self) -> Iterable[Tension]:
        for fields, found in self._carried("tensions"):
            given = fields.get("sides")
            sides = tuple(filter(None, map(self._text, given if isinstance(given, list) else [])))
            summary = self._text(fields.get("summary"))
            if self._stands(summary and len(sides) > 1):
                yield Tension(summary, sides, _quotes(found))

    def _claims(self) -> Iterable[Claim]:
        for fields, found in self._carried("claims"):
            text, category = self._text(fields.get("text")), fields.get("category")
            if self._stands(text and category in _CATEGORIES):
                people = self._book.aggregate.count_people({it.thread_id for it in found})
                yield Claim(category, text, _quotes(found), people)

    def _carried(self, name: str) -> Iterable[tuple[Mapping[str, Any], list[Evidence]]]:
        """The things of one kind that rest on something that may be shown, each with that."""
        of = self._book.aggregate
        hidden = of.tests | of.unquotable
        for item in self._items(name):
            fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
            found = [it for it in self._book.find(fields.get("evidence")) if it.thread_id not in hidden]
            if self._stands(found):
                yield fields, found

    def _items(self, name: str) -> list[Any]:
        given = self._given.get(name)
        return given[: MOST[name]] if isinstance(given, list) else []

    def _text(self, given: object, limit: int = MAX_TEXT) -> str:
        return self._prose.check(one_line(given, limit))

    def _stands(self, what: object) -> bool:
        self._dropped += not what
        return bool(what)


def _quotes(found: Iterable[Evidence]) -> tuple[Quote, ...]:
    """The messages that these points are from, each once, with what the first of them quotes."""
    quotes: dict[str, Quote] = {}
    for it in found:
        words = " ".join(it.point.quote.split())
        quotes.setdefault(it.point.message_id, Quote(words, it.thread_id, it.point.message_id))
    return tuple(quotes.values())[:MOST_EVIDENCE]


def _as_said(given: object, found: Iterable[Evidence]) -> str:
    """Who or when, where the words are in what was said; else nothing."""
    words = one_line(given, MAX_LABEL)
    said = fold(" ".join(f"{it.point.quote} {it.point.text}" for it in found))
    return words if words and fold(words) in said else ""
