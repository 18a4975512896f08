"""A question about what people said in a session, answered from it with evidence. Nothing of it is stored."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import require_model
from chalicelib.model import SessionView
from chalicelib.operations.fields import Count, SessionInput
from chalicelib.operations.insights import InsightQuote
from chalicelib.operations.operation import Call, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.services.access.rate_limits import require_question_of_member
from chalicelib.services.usage.budget import meter_for
from chalicelib.store.sessions import FOR_ASK

if TYPE_CHECKING:
    from chalicelib.model import Quote

QUESTION_LIMIT, ANSWER_LIMIT, HISTORY_LIMIT = 2_000, 8_000, 6

Question = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=QUESTION_LIMIT,
        description="The question, in any language; the answer is in the same.",
        examples=["What do those who work at night say?"],
    ),
]
_Quotes = Annotated[list[InsightQuote], Meta(description="Words of theirs.")]


class AskedBefore(Struct):
    """A question that was asked before, with its answer."""

    question: Question
    answer: Annotated[str, Meta(max_length=ANSWER_LIMIT, description="The answer.", examples=["They stay at home."])]


class AskQuestion(SessionInput):
    """A question, and what it follows."""

    question: Question
    history: Annotated[
        tuple[AskedBefore, ...],
        Meta(max_length=HISTORY_LIMIT, description="What was asked and answered before, the latest last."),
    ] = ()


class AnswerStatement(Output):
    """A part of an answer."""

    text: Annotated[str, Meta(description="What people say.", examples=["Noise keeps people from coming in."])]
    participants: Annotated[
        Count, Meta(description="How many people the model names as evidence; each counts once. More may say so.")
    ]
    quotes: _Quotes


class QuestionAnswered(Output):
    """An answer that rests on what people said."""

    answer: Annotated[
        str,
        Meta(
            description="The answer: its statements, or that nobody spoke of the matter.",
            examples=["Noise keeps people from coming in."],
        ),
    ]
    quotes: Annotated[list[InsightQuote], Meta(description="Words of people whom it rests on.")]
    participants: Annotated[
        Count, Meta(description="How many people the model names as evidence of it; each counts once.")
    ]
    statements: Annotated[list[AnswerStatement], Meta(description="The answer in its parts.")]


def ask_question(call: Call, given: AskQuestion, view: SessionView) -> QuestionAnswered:
    """Ask what people said. The answer names nobody, and each of its statements has evidence.

    Nothing is stored: `POST …/insights` with `source: ask` keeps an answer. 429 after 100 questions of one user, or 300 about one
    session, on a day (UTC). 503 where the model fails, where the money is spent, and on a server without a model.
    """
    from chalicelib.services.results.ask import answer_member, log_usage  # which only this asks for
    from chalicelib.services.results.ask_prompt import Turn

    model = container.model_of(view.session)
    require_model(model, "Answers to questions need")
    require_question_of_member(
        call.user_id, view.session.id, guards=container.guards(), secret=container.deployment_secret(), now=call.now
    )
    meter = meter_for(view, model)
    found = answer_member(
        view,
        given.question,
        [Turn(it.question, it.answer) for it in given.history],
        model=meter,
        deps=container.ask_deps(),
        deadline=call.deadline,
    )
    log_usage(view, meter.usage, is_member=True)
    return QuestionAnswered(
        found.text,
        _shown(found.quotes),
        found.participants,
        [AnswerStatement(it.text, it.participants, _shown(it.quotes)) for it in found.statements],
    )


def _shown(quotes: "tuple[Quote, ...]") -> list[InsightQuote]:
    return [InsightQuote(it.text, it.message_id, it.thread_id) for it in quotes]


OPERATIONS = (
    Operation(
        ask_question,
        "viewer",
        AskQuestion,
        QuestionAnswered,
        reads=session_with(FOR_ASK),
        again=Repeat.never("An answer is stored nowhere: ask again without this Idempotency-Key"),
        fails=(Unavailable,),
    ),
)
