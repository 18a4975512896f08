"""What the facilitator is shown, in the order that lets a cache keep it.

tools → guidelines, facilitation prompt, brief [breakpoint: the same for every participant of a session] → answers to
the form → the conversation so far [breakpoint] → pacing and the participant's latest words. Nothing in front of a
breakpoint changes within a thread, so a turn reads fresh only what is new.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.brief import brief_data
from chalicelib.store.records import Answer, Message, SessionView, Thread

MIN_TURNS = 4
TURNS_PER_MINUTE = 1.2  # ten minutes, the default length of a conversation, are about twelve turns


def basic_prompt(view: SessionView) -> str:
    """The facilitation prompt made of the brief fields alone: version 0, in force until there is a tailored one."""
    session = view.session
    critical = f"\nCritical, so ask about it early: {session.critical}\n" if session.critical else ""
    return fill("basic", topic=session.topic, goal=session.goal, critical=critical)


def system_blocks(view: SessionView) -> tuple[Block, ...]:
    """Guidelines, facilitation prompt and brief, with the breakpoint that all participants of a session share."""
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    session = fill("brief", prompt=tags.data("facilitation_prompt", prompt), brief=brief_data(view))
    return Block(fill("guidelines")), Block(session, cached=True)


def chat_messages(
    view: SessionView, thread: Thread, answers: Sequence[Answer], history: Sequence[Message]
) -> tuple[ChatMessage, ...]:
    """The conversation as the model reads it; it begins and ends with the user's side.

    Entries of one side in a row are one message of several blocks. What the participant said since the facilitator's
    last message comes after the breakpoint and the pacing.
    """
    opening = ChatMessage("user", (Block(fill("opening", answers=_answers(view, answers))),))
    said = sum(message.role == "user" for message in history)
    split = len(history) - _trailing(history)
    pace = Block(_pacing(view, thread, max(said, thread.message_count), bool(history)))
    latest = ChatMessage("user", (pace, *(_block(message) for message in history[split:])))
    return _merged([opening, *_past(history[:split]), latest])


def _past(history: Sequence[Message]) -> list[ChatMessage]:
    """What was said up to the facilitator's last message, which carries the breakpoint."""
    entries = [ChatMessage(message.role, (_block(message),)) for message in history]
    if entries:
        last = entries[-1]
        entries[-1] = ChatMessage(last.role, (Block(last.blocks[0].text, cached=True),))
    return entries


def _trailing(history: Sequence[Message]) -> int:
    """How many messages the participant has sent since the facilitator's last one."""
    count = 0
    while count < len(history) and history[-1 - count].role == "user":
        count += 1
    return count


def _block(message: Message) -> Block:
    return Block(tags.data("said", message.content) if message.role == "user" else message.content)


def _merged(entries: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    return tuple(
        ChatMessage(role, tuple(block for entry in run for block in entry.blocks))
        for role, run in groupby(entries, key=attrgetter("role"))
    )


def _answers(view: SessionView, answers: Sequence[Answer]) -> str:
    """The form's answers; an e-mail address is contact data and no business of the facilitator's."""
    contacts = {question.id for question in view.questions if question.type == "Email"}
    told = [answer for answer in answers if answer.answer.strip() and answer.question_id not in contacts]
    if not told:
        return ""
    lines = "\n".join(tags.data("answer", answer.answer, question=answer.text) for answer in told)
    return f"Before the conversation, the participant answered the session's form:\n\n{lines}\n\n"


def _pacing(view: SessionView, thread: Thread, said: int, begun: bool) -> str:
    budget = max(MIN_TURNS, round(view.session.duration_minutes * TURNS_PER_MINUTE))
    concluded = "yes" if thread.concluded else "no"
    pace = tags.data("pacing", f"turn {said} of about {budget}", turn=said, of=budget, concluded=concluded)
    return fill("pacing", pace=pace, steer=_steer(said, budget, begun=begun, concluded=thread.concluded))


def _steer(said: int, budget: int, *, begun: bool, concluded: bool) -> str:
    """What the time asks for now."""
    if concluded:
        return "The conversation was concluded before: answer briefly and kindly, ask nothing new."
    if not begun or not said:
        return "There are none yet: open the conversation."
    if said >= budget:
        return "The time is up: conclude now."
    if said >= budget - 2:
        return "The time is nearly up: ask for what is critical and still open, or conclude."
    return "Reply to them with one question, or conclude if everything important is covered."
