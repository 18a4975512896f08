"""What the facilitator is shown, in the order that lets a cache keep it.

tools → guidelines, facilitation prompt, setup [breakpoint: the same for every participant of a session] → answers to
the form → what was said earlier, shortened → the conversation so far [breakpoint] → themes of other conversations, pacing and
the participant's latest words. Nothing in front of a breakpoint changes within a thread, so a turn reads fresh only what
is new.

A cache looks for what it knows only some twenty blocks back from a breakpoint. So all entries of one side in a row are
one block, and the breakpoint moves by two blocks a turn.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage
from chalicelib.model import Answer, CondensedHistory, Message, Note, SessionView
from chalicelib.services.facilitation.cross_pollination import show_themes
from chalicelib.services.facilitation.pace import Pace, render_help, render_pace
from chalicelib.services.facilitation.repeated_instructions import not_to_be_said
from chalicelib.services.facilitation.widgets import label_of, list_choices
from chalicelib.services.participants.question_roles import role_of
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup, shown_context
from chalicelib.services.templates import find_template


def basic_prompt(view: SessionView) -> str:
    """The template's facilitation prompt, else one made of the session's setup alone: version 0, in force until there is
    a tailored one.

    Version 0 is not stored: a thread that began with it follows an edit of template and setup. The setup as it
    is now is shown to every thread anyway, and a prompt made of older ones would contradict them.
    """
    session = view.session
    if template := find_template(session.template_id):
        return template.facilitation_prompt
    critical = f"\nCritical, so ask about it early: {session.critical}\n" if session.critical else ""
    return fill("basic", topic=session.topic, goal=session.goal, critical=critical)


def list_secrets(view: SessionView) -> list[str]:
    """What of all this is for the facilitator alone: the guidelines, the host's context, and what the host's guidelines and the
    facilitation prompt don't have it say as it stands."""
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    ours = replace(view, session=replace(view.session, platform_guidelines_override=None))
    hosts = view.session.platform_guidelines_override or ""
    return [
        _render_guidelines(ours, ""),
        *not_to_be_said(hosts),
        *not_to_be_said(prompt),
        shown_context(view)[0],
    ]


def system_blocks(view: SessionView, help_text: str = "") -> tuple[Block, ...]:
    """Guidelines, facilitation prompt and setup, with the breakpoint that all participants of a session share."""
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    session = fill("session", prompt=tags.data("facilitation_prompt", prompt), setup=render_setup(view))
    return Block(_render_guidelines(view, help_text)), Block(session, cached=True)


def chat_messages(
    view: SessionView,
    answers: Sequence[Answer],
    history: Sequence[Message],
    pace: Pace,
    condensed: CondensedHistory | None = None,
    themes: Sequence[Note] = (),
    help_text: str = "",
) -> tuple[ChatMessage, ...]:
    """The conversation as the model reads it; it begins and ends with the user's side.

    What the participant said since the facilitator's last message comes after the breakpoint, the pacing and the themes of
    other conversations. `help_text` is the operator's, for people in distress.
    """
    shown = [message for message in history if condensed is None or message.sequence > condensed.to_sequence]
    sides = _group_sides(shown)
    latest = sides.pop() if sides and sides[-1].role == "user" else ChatMessage("user", ())
    if sides:
        sides[-1] = ChatMessage(sides[-1].role, (Block(sides[-1].blocks[0].text, cached=True),))
    now = ChatMessage("user", (Block(_render_lead(pace, themes, help_text)), *latest.blocks))
    return _merge([ChatMessage("user", (Block(_render_beginning(view, answers, condensed)),)), *sides, now])


def _render_lead(pace: Pace, themes: Sequence[Note], help_text: str) -> str:
    """What stands in front of the participant's latest words."""
    return "\n\n".join(part for part in (show_themes(themes), render_pace(pace, help_text)) if part)


def _render_guidelines(view: SessionView, help_text: str) -> str:
    """The rules of the house: those for widgets and for themes of others where the session has any, the host's own guidelines
    in front of what no host may change, the operator's help text where it is set.
    """
    widgets = f"\n\n{fill('widgets')}" if view.session.widgets_enabled else ""
    others = f"\n\n{fill('cross_pollination')}" if view.session.cross_pollination else ""
    hosts = view.session.platform_guidelines_override
    own = f"\n\n{fill('host_guidelines', guidelines=tags.data('guidelines', hosts))}" if hosts else ""
    return fill("guidelines", sections=widgets + others + own, help=render_help(help_text))


def _group_sides(history: Sequence[Message]) -> list[ChatMessage]:
    """The history with all entries of one side in a row as one block."""
    sides, before = [], None
    for role, run in groupby(history, key=attrgetter("role")):
        messages = list(run)
        if role == "user":
            text = "\n".join(
                [*_render_open_widget(before), *(tags.data("said", message.content) for message in messages)]
            )
        else:
            text = "\n\n".join(message.content for message in messages)
        sides.append(ChatMessage(role, (Block(text),)))
        before = messages[-1]
    return sides


def _render_open_widget(before: Message | None) -> list[str]:
    """The widget that the participant had in front of them."""
    if before is None or before.widget_spec is None:
        return []
    spec = before.widget_spec
    return [tags.data("widget", label_of(spec), type=spec["root"]["type"], options=" | ".join(list_choices(spec)))]


def _merge(entries: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    return tuple(
        ChatMessage(role, tuple(block for entry in run for block in entry.blocks))
        for role, run in groupby(entries, key=attrgetter("role"))
    )


def _render_beginning(view: SessionView, answers: Sequence[Answer], condensed: CondensedHistory | None) -> str:
    """What comes before the conversation that is shown in full."""
    form = _render_answers(view, answers)
    if condensed is None:
        return fill("opening", answers=form)
    return fill("condensed_history", answers=form, earlier=tags.data("earlier", condensed.text))


def _render_answers(view: SessionView, answers: Sequence[Answer]) -> str:
    """The form's answers; an e-mail address is contact data and no business of the facilitator's."""
    contacts = {question.id for question in view.questions if role_of(question) == "email"}
    told = [it for it in answers if it.answer.strip() and it.role != "email" and it.question_id not in contacts]
    if not told:
        return ""
    lines = "\n".join(tags.data("answer", answer.answer, question=answer.text) for answer in told)
    return f"Before the conversation, the participant answered the session's form:\n\n{lines}\n\n"
