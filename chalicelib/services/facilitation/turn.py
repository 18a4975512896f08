"""One turn of the facilitator: one successful model call, one message that is never empty."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.clock import Deadline
from chalicelib.llm.interface import Model, ModelUnavailable, Reply, Request, Tool, Usage
from chalicelib.services.facilitation.prompt import chat_messages, system_blocks
from chalicelib.store.records import Answer, Message, SessionView, Thread

# Room for the thinking that current models do first and that counts as output; the message itself is a few sentences.
MAX_TOKENS = 4_000

CONCLUDE = Tool(
    name="conclude",
    description="End the conversation: everything important is covered, the time is up, or the participant wants to stop.",
    schema={
        "type": "object",
        "properties": {
            "recap": {
                "type": "string",
                "description": "The closing message the participant reads: what you heard, and thanks. No question.",
            }
        },
        "required": ["recap"],
        "additionalProperties": False,
    },
)


@dataclass(frozen=True, slots=True)
class FacilitatorReply:
    """The facilitator's next message, and what it cost."""

    content: str
    is_final: bool
    usage: Usage
    model: str


def facilitate(
    view: SessionView,
    thread: Thread,
    answers: Sequence[Answer],
    history: Sequence[Message],
    *,
    model: Model,
    deadline: Deadline,
) -> FacilitatorReply:
    """The next message in this thread. `history` is oldest first; an empty one asks for the opening.

    Raises ModelUnavailable where the model gives no words. After a conclusion the facilitator still answers, and every
    reply is final.
    """
    request = Request(
        task="turn",
        tier="medium",
        system=system_blocks(view),
        messages=chat_messages(view, thread, answers, history),
        max_tokens=MAX_TOKENS,
        tools=(CONCLUDE,),
    )
    reply = model.complete(request, deadline)
    content = _content(reply)
    if not content:
        raise ModelUnavailable("The facilitator is unavailable; send the same message again")
    return FacilitatorReply(
        content, thread.concluded or reply.call(CONCLUDE.name) is not None, reply.usage, reply.model
    )


def _content(reply: Reply) -> str:
    """The reply's text and the recap as one message; models like to say the recap twice, participants need it once."""
    text, recap = reply.text.strip(), ""
    if call := reply.call(CONCLUDE.name):
        given = call.input.get("recap")
        recap = given.strip() if isinstance(given, str) else ""
    if recap in text:
        return text
    return recap if text in recap else f"{text}\n\n{recap}"
