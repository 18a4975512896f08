"""One turn of the facilitator: one successful model call, one message that is never empty.

A message that asks what was asked before, that has no words, or that tells what only the facilitator knows costs one call
more, where there is time for it. One that tells such things is never sent: a sentence of ours takes its place, as it does
where no model will answer.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.llm.interface import Model, ModelDeclined, ModelUnavailable, Request, Usage
from chalicelib.model import Answer, CondensedHistory, Message, SessionView, Thread
from chalicelib.observability import CARE_FIRST, logger
from chalicelib.services.facilitation import widgets
from chalicelib.services.facilitation.cross_pollination import choose_themes
from chalicelib.services.facilitation.examination import SECRET, Examination, Problem
from chalicelib.services.facilitation.model_reply import CONCLUDE as CONCLUDE
from chalicelib.services.facilitation.model_reply import FacilitatorReply as FacilitatorReply
from chalicelib.services.facilitation.model_reply import ReadReply, read_reply
from chalicelib.services.facilitation.pace import Pace, measure_pace
from chalicelib.services.facilitation.prompt import add_steering, chat_messages, system_blocks
from chalicelib.services.facilitation.withheld_reply import declined_reply, withheld_care, withheld_reply
from chalicelib.services.safety import danger_in, latest_words
from chalicelib.text.language import choose_own_language

# Room for the thinking that current models do first and that counts as output; the message itself is a few sentences.
MAX_TOKENS = 4_000
SECOND_CALL = 6.0  # seconds that have to be left for it


def facilitate(
    view: SessionView,
    thread: Thread,
    answers: Sequence[Answer],
    history: Sequence[Message],
    *,
    condensed: CondensedHistory | None = None,
    language: str | None = None,
    help_text: str = "",
    contact: str = "",
    max_turns: int | None = None,
    leaving: bool = False,
    model: Model,
    deadline: Deadline,
) -> FacilitatorReply:
    """Returns the next message in this thread. `history` is oldest first; an empty one asks for the opening.

    What `condensed` covers is shown in its short form. `language` is the participant's own, where the channel knows it.
    `help_text` is what the operator offers people in distress, `contact` whom to ask. Raises ModelUnavailable where the model
    gives no words; where it declines to, code writes the message. After a conclusion the facilitator still answers, and every
    reply is final; so is the reply to the last message that a conversation takes, the one of number `max_turns`, and to
    somebody who is `leaving`. Where the participant's latest words show a sign of danger, care comes first in this turn: it
    has no themes of others and no widget, and may say again what was said before.
    """
    care = _is_in_danger(thread, answers, history)
    pace = measure_pace(view, thread, history, max_turns, language, care=care, leaving=leaving)
    notes = choose_themes(view, thread, history, condensed) if pace.has_room_for_themes else ()
    request = Request(
        task="turn",
        tier="medium",
        system=system_blocks(view, help_text, contact),
        messages=chat_messages(view, answers, history, pace, condensed, notes, help_text),
        max_tokens=MAX_TOKENS,
        tools=(CONCLUDE, widgets.PRESENT_WIDGET) if view.session.widgets_enabled else (CONCLUDE,),
    )
    examination = Examination(view, answers, history, help_text, care, condensed.text if condensed else "")
    try:
        read, problem = _ask_twice(model, request, thread, deadline, pace, examination)
    except ModelDeclined as error:
        return _answer_declined(error, thread, pace, examination, language)
    reply = read.message
    if not reply.content:
        raise ModelUnavailable("The facilitator is unavailable; send the same message again")
    if problem and problem.weight == SECRET:
        reply = _withhold(reply, examination, language)
    return replace(reply, themes=tuple(note.id for note in notes))


def _withhold(reply: FacilitatorReply, of: Examination, language: str | None) -> FacilitatorReply:
    """Returns the reply with a sentence of ours in the place of its words. `language` is the participant's own."""
    session = of.view.session
    logger.warning("reply withheld", extra={"event": "reply_withheld", "session_id": session.id})
    tag = _choose_language(of, language)
    told = withheld_reply(tag, session.topic, is_opening=not of.history, is_final=reply.is_final)
    return replace(reply, content=withheld_care(tag, of.help_text) if of.care else told, widget_spec=None)


def _answer_declined(
    error: ModelDeclined, thread: Thread, pace: Pace, of: Examination, language: str | None
) -> FacilitatorReply:
    """Returns what code says where no model would answer: the participant can go on, and what they wrote is kept."""
    session = of.view.session
    extra = {"event": "turn_declined", "session_id": session.id, "category": error.category}
    logger.warning("turn declined", extra=extra)
    is_final = thread.concluded or pace.last
    tag = _choose_language(of, language)
    if not of.history:
        content = withheld_reply(tag, session.topic, is_opening=True, is_final=False)
    else:
        content = declined_reply(tag, session.topic, of.help_text, is_care=of.care, is_final=is_final)
    return FacilitatorReply(content, is_final, error.usage, "", is_declined=True)


def _choose_language(of: Examination, language: str | None) -> str:
    """Returns the tag of the language of ours in which a sentence of ours is said. `language` is the participant's own."""
    session, said = of.view.session, "\n".join(latest_words(of.answers, of.history))
    return choose_own_language(session.language or (None if said else language), said, session.topic)


def _is_in_danger(thread: Thread, answers: Sequence[Answer], history: Sequence[Message]) -> bool:
    """Says whether what the participant wrote last shows a sign of danger. It is logged by its kind, never by its words."""
    sign = danger_in(latest_words(answers, history))
    if sign:
        found = {"session_id": thread.session_id, "language": sign.language, "kind": sign.kind}
        logger.warning("care comes first", extra={"event": CARE_FIRST, **found})
    return sign is not None


def _ask_twice(
    model: Model, request: Request, thread: Thread, deadline: Deadline, pace: Pace, examination: Examination
) -> tuple[ReadReply, Problem | None]:
    """Returns a message and what is wrong with it: where that is anything and time is left, the better of two.

    Raises ModelDeclined where the model declines the first.
    """
    read = _ask_model(model, request, thread, deadline, pace)
    problem = examination.find_problem(read)
    if problem is None or deadline.remaining() < SECOND_CALL:
        return read, problem
    told = replace(request, messages=add_steering(request.messages, problem.note))
    again, usage = _ask_again(model, told, thread, deadline, pace)
    usage += read.message.usage
    other = examination.find_problem(again) if again else None
    if again and (other is None or other.weight < problem.weight):
        read, problem = again, other
    return replace(read, message=replace(read.message, usage=usage)), problem


def _ask_again(
    model: Model, request: Request, thread: Thread, deadline: Deadline, pace: Pace
) -> tuple[ReadReply | None, Usage]:
    """Returns a second message, None where the model gives none, and what it cost."""
    try:
        read = _ask_model(model, request, thread, deadline, pace)
    except ModelUnavailable as error:
        return None, error.usage
    return read, read.message.usage


def _ask_model(model: Model, request: Request, thread: Thread, deadline: Deadline, pace: Pace) -> ReadReply:
    """Returns the message that the participant would get."""
    return read_reply(
        model.complete(request, deadline),
        may_present=pace.widget == "may",
        is_care=pace.care,
        is_last=pace.last,
        is_concluded=thread.concluded,
    )
