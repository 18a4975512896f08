"""What can be done in a conversation with the facilitator: join it, and take one turn.

How that goes is imported with the first of them: most containers of the API never see one.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib import container
from chalicelib.model import SessionView
from chalicelib.operations.fields import Content, Id, SessionInput, Text5k, ThreadId
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.services.access.results_links import LinkHolder, participants_url
from chalicelib.services.conversations.messages import NewMessage, Turn
from chalicelib.services.participants.identity import Participant, participant_of

ParticipantId = Annotated[
    Id, Meta(description="The id that you give this participant; the same id is the same thread.", examples=["ada"])
]
ParticipantName = Annotated[
    str, Meta(max_length=200, description="The participant's name; empty for none.", examples=["Ada"])
]


class GivenAnswer(Struct):
    """An answer to one question of the form."""

    question_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1_000,
            description="The question: its id, its text, or its number in the form, counted from 1 (from 0 where one of the "
            "answers is for 0).",
            examples=["b1f7a0de-2c43-4a8e-8f7e-0d9c1b2a3f44"],
        ),
    ]
    answer: Annotated[
        Text5k | Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=50)],
        Meta(
            description="What is entered. Of a question with `multiple` the chosen options: a list of them, or a text with "
            "one a line or separated by commas.",
            examples=["Weekly"],
        ),
    ]


class Join(SessionInput):
    """Who joins, and with which answers to the form."""

    participant_id: ParticipantId
    participant_name: ParticipantName
    answers: Annotated[tuple[GivenAnswer, ...], Meta(max_length=50, description="The answers; each question once.")]


# Which of these it has to be, and with what in it, depends on the widget that is open.
WidgetValue = Annotated[
    str | list[str] | int, Meta(description="What is chosen in the widget of the facilitator's last message.")
]


class Chat(SessionInput):
    """What a participant says."""

    content: Annotated[Content, Meta(description="The words.", examples=["It is too loud to concentrate."])]
    participant_id: ParticipantId
    participant_name: ParticipantName
    message_id: (
        Annotated[
            Id, Meta(description="Your id of this message: sent again, it gets the reply it got.", examples=["1"])
        ]
        | None
    ) = None
    widget_value: WidgetValue | None = None


class Reply(Output):
    """What the facilitator says."""

    role: Annotated[Literal["assistant"], Meta(description="The facilitator.")]
    content: Annotated[str, Meta(description="The words.", examples=["When is it worst?"])]
    is_final: Annotated[bool, Meta(description="Whether the conversation is concluded.", examples=[False])]
    widget_spec: (
        Annotated[dict[str, Any], Meta(description="A choice or a scale that is offered with it.")] | UnsetType
    ) = UNSET


class ChatResponse(Output):
    """The facilitator's turn."""

    message: Annotated[Reply, Meta(description="What the facilitator says.")]
    thread_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    results_url: (
        Annotated[
            str,
            Meta(
                description="With the final message, where participants may see the results: the page of results, as a link of "
                "this participant's own, for 30 days."
            ),
        ]
        | UnsetType
    ) = UNSET


def join(call: Call, given: Join) -> Done:
    """Join with the answers to the form; gives the opening message.

    In a session in which the caller has no role, so many conversations begin within a minute; 429 says when the next may.
    """
    from chalicelib.services.conversations.join import join as join_session

    answers = [(it.question_id, it.answer) for it in given.answers]
    deps = container.conversation_deps()
    turn = join_session(
        given.session_id,
        _who(call, given),
        answers,
        deps=deps,
        deadline=call.deadline,
        request_id=call.repeat_id,
    )
    return _done(call, turn)


def chat(call: Call, given: Chat) -> Done:
    """One turn. The first one of a participant begins their thread, where the form has no question that needs an answer."""
    from chalicelib.services.conversations import turn as turns

    said = NewMessage(given.content, given.message_id or call.repeat_id, given.widget_value)
    deps = container.conversation_deps()
    return _done(call, turns.say(given.session_id, _who(call, given), said, deps=deps, deadline=call.deadline))


def _who(call: Call, given: Join | Chat) -> Participant:
    return participant_of(call.principal, given.participant_id, given.participant_name or None)


def _again(call: Call, kept: dict[str, Any], view: SessionView) -> ChatResponse:
    from chalicelib.services.conversations import turn as turns

    return _shown(call, turns.turn_again(view.session, **kept, deps=container.conversation_deps()))


def _done(call: Call, turn: Turn) -> Done:
    kept = {"thread_id": turn.thread_id, "sequence": turn.sequence, "message_id": turn.message_id}
    return Done(_shown(call, turn), kept)


def _shown(call: Call, turn: Turn) -> ChatResponse:
    widget = UNSET if turn.widget_spec is None else turn.widget_spec
    reply = Reply("assistant", turn.content, turn.is_final, widget)
    return ChatResponse(reply, turn.thread_id, (_results_url(call, turn) if turn.is_final else None) or UNSET)


def _results_url(call: Call, turn: Turn) -> str | None:
    """Gives the page of results for the participant whose turn this was; None where the host keeps the results."""
    secret = container.deployment_secret()
    holder = LinkHolder("thread", turn.thread_id, turn.generation)
    return participants_url(call.public_url, turn.session, holder, secret=secret, now=call.now)


OPERATIONS = (
    Operation(join, "chat", Join, ChatResponse, again=Repeat(_again, session_with())),
    Operation(chat, "chat", Chat, ChatResponse, again=Repeat(_again, session_with())),
)
