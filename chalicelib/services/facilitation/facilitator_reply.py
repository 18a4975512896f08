"""One turn of the facilitator: one successful model call, one message that is never empty.

A message that asks what was asked before, or that has no words, costs one call more, where there is time for it.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, Model, ModelUnavailable, Reply, Request, Tool, Usage
from chalicelib.model import Answer, CondensedHistory, Message, SessionView, Thread
from chalicelib.observability import CARE_FIRST, logger
from chalicelib.services.facilitation import widgets
from chalicelib.services.facilitation.cross_pollination import choose_themes
from chalicelib.services.facilitation.model_markup import take_off_markup
from chalicelib.services.facilitation.pace import Pace, measure_pace
from chalicelib.services.facilitation.prompt import chat_messages, system_blocks
from chalicelib.services.facilitation.repeated_questions import find_repeated
from chalicelib.services.prompts import fill
from chalicelib.services.safety import danger_in, latest_words
from chalicelib.text.normalise import is_blank
from chalicelib.text.sentences import find_spans, is_question

# Room for the thinking that current models do first and that counts as output; the message itself is a few sentences.
MAX_TOKENS = 4_000
SECOND_CALL = 6.0  # seconds that have to be left for it

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


class FacilitatorReply(Struct, frozen=True):
    """The facilitator's next message, and what it cost. The last paragraph of one with a widget is what that offers.

    `themes` are those of other conversations that it was free to bring in, by id.
    """

    content: str
    is_final: bool
    usage: Usage
    model: str
    widget_spec: dict[str, Any] | None = None
    themes: tuple[str, ...] = ()


def facilitate(
    view: SessionView,
    thread: Thread,
    answers: Sequence[Answer],
    history: Sequence[Message],
    *,
    condensed: CondensedHistory | None = None,
    language: str | None = None,
    help_text: str = "",
    max_turns: int | None = None,
    leaving: bool = False,
    model: Model,
    deadline: Deadline,
) -> FacilitatorReply:
    """Returns the next message in this thread. `history` is oldest first; an empty one asks for the opening.

    What `condensed` covers is shown in its short form. `language` is the participant's own, where the channel knows it.
    `help_text` is what the operator offers people in distress. Raises ModelUnavailable where the model gives no words.
    After a conclusion the facilitator still answers, and every reply is final; so is the reply to the last message that a
    conversation takes, the one of number `max_turns`, and to somebody who is `leaving`. Where the participant's latest words
    show a sign of danger, care comes first in this turn: it has no themes of others and no widget, and may say again what was said before.
    """
    care = _is_in_danger(thread, answers, history)
    pace = measure_pace(view, thread, history, max_turns, language, care=care, leaving=leaving)
    tells = pace.turn < pace.budget and not care and not leaving
    notes = choose_themes(view, thread, history, condensed) if tells else ()
    request = Request(
        task="turn",
        tier="medium",
        system=system_blocks(view, help_text),
        messages=chat_messages(view, answers, history, pace, condensed, notes, help_text),
        max_tokens=MAX_TOKENS,
        tools=(CONCLUDE, widgets.PRESENT_WIDGET) if view.session.widgets_enabled else (CONCLUDE,),
    )
    reply = _ask_model(model, request, thread, deadline, pace)
    earlier = [] if care else [message.content for message in history if message.role == "assistant"]
    if (problem := _find_problem(reply, earlier)) and deadline.remaining() >= SECOND_CALL:
        again = _ask_again(model, _add_note(request, problem), thread, deadline, pace)
        better = again if again.content and not (reply.content and _find_problem(again, earlier)) else reply
        reply = replace(better, usage=reply.usage + again.usage)
    if not reply.content:
        raise ModelUnavailable("The facilitator is unavailable; send the same message again")
    return replace(reply, themes=tuple(note.id for note in notes))


def join_recap(text: str, recap: str) -> str:
    """Returns a reply's text and its recap as one message: the text asks nothing at its end, and the recap is said once.

    Models like to say the recap twice, participants need it once.
    """
    if not recap:
        return drop_last_questions(text)
    told = _without_question(text)
    if recap in told:
        return told
    return recap if told in recap else f"{told}\n\n{recap}"


def drop_last_questions(text: str) -> str:
    """Returns the text without the questions at its end; one that is nothing else stays as it is."""
    return _without_question(text) or text


def _is_in_danger(thread: Thread, answers: Sequence[Answer], history: Sequence[Message]) -> bool:
    """Says whether what the participant wrote last shows a sign of danger. It is logged by its kind, never by its words."""
    sign = danger_in(latest_words(answers, history))
    if sign:
        found = {"session_id": thread.session_id, "language": sign.language, "kind": sign.kind}
        logger.warning("care comes first", extra={"event": CARE_FIRST, **found})
    return sign is not None


def _find_problem(reply: FacilitatorReply, earlier: Sequence[str]) -> str | None:
    """Returns what the model is told where another message is wanted: this one has no words, or asks what was asked before."""
    if not reply.content:
        return fill("empty_reply")
    asked = None if reply.is_final else find_repeated(reply.content, earlier)
    return fill("repeated_question", asked=tags.data("asked", asked)) if asked else None


def _add_note(request: Request, problem: str) -> Request:
    """Returns the same request with a note after everything else."""
    *before, last = request.messages
    return replace(request, messages=(*before, replace(last, blocks=(*last.blocks, Block(problem)))))


def _ask_again(model: Model, request: Request, thread: Thread, deadline: Deadline, pace: Pace) -> FacilitatorReply:
    """Returns a second message; one without words, and what it cost, where the model gives none."""
    try:
        return _ask_model(model, request, thread, deadline, pace)
    except ModelUnavailable as error:
        return FacilitatorReply("", False, error.usage, "")


def _ask_model(model: Model, request: Request, thread: Thread, deadline: Deadline, pace: Pace) -> FacilitatorReply:
    """Returns the message that the participant would get; its content is empty where the model gave no words."""
    reply = model.complete(request, deadline)
    text = _clean(reply.text)
    concluding = reply.call(CONCLUDE.name)
    if concluding:
        given = concluding.input.get("recap")
        recap = _clean(given) if isinstance(given, str) else ""
        return FacilitatorReply(join_recap(text, recap), True, reply.usage, reply.model)
    if pace.care:
        return FacilitatorReply(text, thread.concluded or pace.last, reply.usage, reply.model)
    content, spec = _add_widget(text, reply, pace.widget == "may")
    if pace.last:
        content = drop_last_questions(content)
    return FacilitatorReply(content, thread.concluded or pace.last, reply.usage, reply.model, spec)


def _add_widget(text: str, reply: Reply, may_present: bool) -> tuple[str, dict[str, Any] | None]:
    """Returns the text with the first good widget below it, written out. One that is broken or comes at the wrong time is text only."""
    calls = [call for call in reply.tool_calls if call.name == widgets.PRESENT_WIDGET.name]
    specs = [spec for call in calls if (spec := widgets.read_spec(call))]
    if not specs:
        saved = next((found for call in calls if (found := widgets.salvage_text(call))), "")
        return _join_paragraphs(text, *saved.split("\n\n")), None
    spec, offered = specs[0], widgets.render_choices(specs[0])
    content = _join_paragraphs(text.replace(offered, "").strip(), widgets.label_of(spec))
    return f"{content}\n\n{offered}", spec if may_present else None


def _join_paragraphs(text: str, *more: str) -> str:
    """Returns paragraphs, without those that the text has already."""
    return "\n\n".join(part for part in (text, *(part for part in more if part not in text)) if part)


def _clean(text: str) -> str:
    """Returns the text without halves of characters, which no database takes, and without mark-up around it; empty where
    nothing of it can be seen, or read as words for a participant."""
    whole = take_off_markup("".join(character for character in text if not "\ud800" <= character <= "\udfff"))
    return "" if is_blank(whole) else whole


def _without_question(text: str) -> str:
    found = list(find_spans(text))
    end = len(text)
    while found and is_question(text[slice(*found[-1])]):
        found.pop()
        end = found[-1][1] if found else 0
    return text[:end].rstrip() if end < len(text) else text
