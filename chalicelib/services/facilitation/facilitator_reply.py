"""One turn of the facilitator: one successful model call, one message that is never empty.

A message that asks what was asked before, that has no words, or that repeats what only the facilitator was shown costs one call
more, where there is time for it. One that repeats such things is never sent: a sentence of ours takes its place.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Block, Model, ModelUnavailable, Reply, Request, Tool, Usage
from chalicelib.model import Answer, CondensedHistory, Message, SessionView, Thread
from chalicelib.observability import CARE_FIRST, logger
from chalicelib.services.facilitation import widgets
from chalicelib.services.facilitation.cross_pollination import choose_themes
from chalicelib.services.facilitation.model_markup import take_off_markup
from chalicelib.services.facilitation.pace import Pace, measure_pace
from chalicelib.services.facilitation.prompt import chat_messages, list_secrets, system_blocks
from chalicelib.services.facilitation.repeated_instructions import repeats
from chalicelib.services.facilitation.repeated_questions import find_repeated
from chalicelib.services.facilitation.withheld_reply import withheld_care, withheld_reply
from chalicelib.services.prompts import fill
from chalicelib.services.safety import danger_in, latest_words
from chalicelib.text.language import choose_own_language
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
    notes = choose_themes(view, thread, history, condensed) if pace.has_room_for_themes else ()
    request = Request(
        task="turn",
        tier="medium",
        system=system_blocks(view, help_text),
        messages=chat_messages(view, answers, history, pace, condensed, notes, help_text),
        max_tokens=MAX_TOKENS,
        tools=(CONCLUDE, widgets.PRESENT_WIDGET) if view.session.widgets_enabled else (CONCLUDE,),
    )
    examination = Examination(view, answers, history, help_text, care)
    reply, problem = _ask_twice(model, request, thread, deadline, pace, examination)
    if not reply.content:
        raise ModelUnavailable("The facilitator is unavailable; send the same message again")
    if problem and problem.weight == _SECRET:
        reply = _withhold(reply, examination, language)
    return replace(reply, themes=tuple(note.id for note in notes))


class Problem(Struct, frozen=True):
    """Why another message is wanted: how bad the first is, and what the model is told."""

    weight: int
    note: str


_REPEATED, _SECRET, _EMPTY = 1, 2, 3


class Examination(Struct, frozen=True):
    """What the messages of one turn are held against."""

    view: SessionView
    answers: Sequence[Answer]
    history: Sequence[Message]
    help_text: str
    care: bool

    def find_problem(self, reply: FacilitatorReply) -> Problem | None:
        """Returns what is wrong with a message; None where it can be sent."""
        if not reply.content:
            return Problem(_EMPTY, fill("empty_reply"))
        if reply.model != SCRIPTED and self._tells_a_secret(reply):
            return Problem(_SECRET, fill("repeated_instructions"))
        if reply.is_final or self.care:  # care may say again what was said before
            return None
        earlier = [message.content for message in self.history if message.role == "assistant"]
        asked = find_repeated(reply.content, earlier)
        return Problem(_REPEATED, fill("repeated_question", asked=tags.data("asked", asked))) if asked else None

    def _tells_a_secret(self, reply: FacilitatorReply) -> bool:
        """Says whether the message repeats what only the facilitator was shown; a widget's choices each for themselves."""
        choices = widgets.list_choices(reply.widget_spec) if reply.widget_spec else []
        offered = widgets.render_choices(reply.widget_spec) if reply.widget_spec else ""
        return repeats([reply.content.removesuffix(offered), *choices], list_secrets(self.view), self._known())

    def _known(self) -> Iterator[str]:
        """Yields what is no secret to the participant: what they read, what they wrote, and what care says."""
        of = self.view.session
        yield from filter(
            None, (of.topic, of.goal, of.critical, of.welcome_message, of.meta_description, self.help_text)
        )
        yield from (text for question in self.view.questions for text in (question.text, *question.options))
        yield from (answer.answer for answer in self.answers)
        yield from (message.content for message in self.history if message.role == "user")
        yield fill("danger", help="")


def _withhold(reply: FacilitatorReply, of: Examination, language: str | None) -> FacilitatorReply:
    """Returns the reply with a sentence of ours in the place of its words. `language` is the participant's own."""
    session = of.view.session
    logger.warning("reply withheld", extra={"event": "reply_withheld", "session_id": session.id})
    said = "\n".join(latest_words(of.answers, of.history))
    tag = choose_own_language(session.language or (None if said else language), said, session.topic)
    told = withheld_reply(tag, session.topic, is_opening=not of.history, is_final=reply.is_final)
    return replace(reply, content=withheld_care(tag, of.help_text) if of.care else told, widget_spec=None)


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


def _ask_twice(
    model: Model, request: Request, thread: Thread, deadline: Deadline, pace: Pace, examination: Examination
) -> tuple[FacilitatorReply, Problem | None]:
    """Returns a message and what is wrong with it: where that is anything and time is left, the better of two."""
    reply = _ask_model(model, request, thread, deadline, pace)
    problem = examination.find_problem(reply)
    if problem is None or deadline.remaining() < SECOND_CALL:
        return reply, problem
    again = _ask_again(model, _add_note(request, problem.note), thread, deadline, pace)
    other, usage = examination.find_problem(again), reply.usage + again.usage
    if other is None or other.weight < problem.weight:
        reply, problem = again, other
    return replace(reply, usage=usage), problem


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
    text = _clean(reply.text, reply.model)
    concluding = reply.call(CONCLUDE.name)
    if concluding:
        given = concluding.input.get("recap")
        recap = _clean(given, reply.model) if isinstance(given, str) else ""
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
    if reply.model != SCRIPTED:
        calls = [replace(call, input=tags.unescape(call.input)) for call in calls]
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


def _clean(text: str, model: str) -> str:
    """Returns the text without halves of characters, which no database takes, without mark-up around it, and with what prompts
    escape as it was written; empty where nothing of it can be seen, or read as words for a participant."""
    whole = take_off_markup("".join(character for character in text if not "\ud800" <= character <= "\udfff"))
    if model != SCRIPTED:  # which says what was written as it was
        whole = tags.unescape(whole)
    return "" if is_blank(whole) else whole


def _without_question(text: str) -> str:
    found = list(find_spans(text))
    end = len(text)
    while found and is_question(text[slice(*found[-1])]):
        found.pop()
        end = found[-1][1] if found else 0
    return text[:end].rstrip() if end < len(text) else text
