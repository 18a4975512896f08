"""Questions about the results as pages show them: a conversation that is kept in the page alone, and questions to begin with."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, Unavailable
from chalicelib.model import SessionView
from chalicelib.operations.ask import ANSWER_LIMIT, HISTORY_LIMIT, QUESTION_LIMIT
from chalicelib.services.access.rate_limits import DAY, TooManyQuestions
from chalicelib.services.access.signing import make_digest
from chalicelib.services.results.offered_questions import list_critical_points, offer_questions
from chalicelib.services.synthesis.visibility import results_for
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.store.sessions import FOR_ASK, FOR_COUNT, FOR_RESULTS, FOR_SCRATCHPAD
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.request import is_uuid
from chalicelib.web.kit.texts import Texts
from chalicelib.web.results.reader import Reader

PARTS = (*{*FOR_ASK, *FOR_RESULTS, *FOR_SCRATCHPAD, *FOR_COUNT},)
TURNS = "turns"  # the field with the conversation
_ISOLATES = "\u2068\u2069"  # around words that keep a direction of their own
_NO_ISOLATES = dict.fromkeys(map(ord, _ISOLATES))
_TURN = "turn"  # the field with one answer of it


class AskedQuote(Struct, frozen=True):
    """Words of somebody; who said them, and where, is for members."""

    text: str
    participant_id: str = ""
    message_id: str = ""


class AskedStatement(Struct, frozen=True):
    """A part of an answer."""

    text: str
    participants: int
    quotes: tuple[AskedQuote, ...] = ()


class AskedTurn(Struct, frozen=True):
    """A question with its answer, as the page carries it; `once` names it where it is to be kept, `epoch` is that of the synthesis
    under which it was made."""

    question: str
    answer: str
    participants: int = 0
    statements: tuple[AskedStatement, ...] = ()
    once: str = ""
    epoch: int = 0

    @property
    def carried(self) -> str:
        """The turn, for a hidden field."""
        return msgspec.json.encode(self).decode()


class Entered(Struct, frozen=True):
    """What a form has: the conversation so far, and the next question."""

    turns: tuple[AskedTurn, ...] = ()
    question: str = ""
    once: str = ""

    def with_answer(self, turn: AskedTurn) -> "Entered":
        """The conversation with one more turn; of a long one the last turns stay."""
        return Entered((*self.turns, turn)[-HISTORY_LIMIT:])


def show_ask(view: SessionView, reader: Reader, entered: Entered | None = None, error: str = "") -> dict[str, Any]:
    """Returns the conversation, the field for the next question, and where there is none yet, questions to begin with."""
    texts, entered = reader.locale.texts, entered or Entered()
    has_model = container.model_of(view.session).understands
    begins = has_model and not entered.turns
    summary = results_for(view, reader.visitor).summary
    offered = offer_questions(view, summary, is_member=bool(reader.people)) if begins else ()
    points = list_critical_points(view) if has_model and reader.people else []
    return {
        "turns": entered.turns,
        "turns_carried": msgspec.json.encode(entered.turns).decode() if entered.turns else "",
        "question": entered.question,
        "question_error": error,
        "offered": [texts(f"offered_{it.kind}", words=_isolate(it.words)) for it in offered],
        "points": [(it, texts("offered_critical", words=_isolate(it))) for it in points],
        "has_model": has_model,
        "ask_once": container.new_id(),
        "has_conversations": bool(reader.people),
        "people": reader.people,
    }


def show_others(
    view: SessionView, reader: Reader, entered: Entered | None = None, error: str = "", status: int = 200
) -> dict[str, Any]:
    """The same on the page of the results, where nobody has conversations to be led to."""
    preview = "&as=others" if reader.query.get("as") == "others" else ""
    values = show_ask(view, reader, entered, error)
    return {
        **values,
        "address": f"results?s={view.session.id}&tab=ask{preview}",
        "token": "",
        "may_keep": False,
        "status": status,
    }


def read_entered(form: Form) -> Entered:
    """Returns what was sent: a question that was typed, or one that was offered."""
    offered = form.get("offered", "").translate(_NO_ISOLATES)
    return Entered(_read_turns(form), offered or form.get("question", ""), form.get("once", ""))


def read_kept(form: Form) -> AskedTurn | None:
    """Returns the answer that is to be kept; None where it cannot be read."""
    try:
        return msgspec.json.decode(form.get(_TURN, ""), type=AskedTurn)
    except msgspec.DecodeError:
        return None


def find_mistake(entered: Entered, texts: Texts) -> str:
    """Returns what is wrong with a question; empty where nothing is."""
    if not entered.question:
        return texts("field_needed")
    length = len(entered.question)
    return texts("field_long", count=length, limit=QUESTION_LIMIT) if length > QUESTION_LIMIT else ""


def is_first_time(entered: Entered) -> bool:
    """Says whether this form was not sent before: a page that is loaded again asks nothing, and costs nothing."""
    now = container.clock().now()
    name = make_digest(container.deployment_secret(), "ask_once", entered.once.encode()).hex()
    return container.guards().use_once(name, now + DAY)


def explain(error: HarmonicaError, texts: Texts) -> str:
    """Returns what the page says where there is no answer. Raises the error where the page cannot help."""
    if isinstance(error, TooManyQuestions):
        return texts("ask_often", limit=error.limit)
    if isinstance(error, BudgetSpent):
        return texts("ask_spent")
    if isinstance(error, Unavailable):
        return texts("ask_failed")
    raise error


def _isolate(words: str) -> str:
    """Words in a sentence of the page, with a direction of their own."""
    return f"{_ISOLATES[0]}{words}{_ISOLATES[1]}" if words else ""


def _read_turns(form: Form) -> tuple[AskedTurn, ...]:
    """The conversation that the page carried, as far as it can be read: whoever sent it is shown it, and a model is told what it says."""
    try:
        turns = msgspec.json.decode(form.get(TURNS, "[]"), type=tuple[AskedTurn, ...])
    except msgspec.DecodeError:
        return ()
    return tuple(map(_bounded, turns[-HISTORY_LIMIT:]))


def _bounded(turn: AskedTurn) -> AskedTurn:
    statements = tuple(replace(it, quotes=tuple(_with_ids(it.quotes))) for it in turn.statements)
    return replace(
        turn, question=turn.question[:QUESTION_LIMIT], answer=turn.answer[:ANSWER_LIMIT], statements=statements
    )


def _with_ids(quotes: Iterable[AskedQuote]) -> Iterable[AskedQuote]:
    """Quotes whose ids are ids, since addresses are made of them."""
    for it in quotes:
        yield it if is_uuid(it.participant_id) and is_uuid(it.message_id) else AskedQuote(it.text)
