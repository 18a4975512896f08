"""What the facilitator is shown, in the order that lets a cache keep it.

tools → guidelines, HARMONICA.md, facilitation prompt, setup [breakpoint for an hour: the same for every participant of a session] →
answers to the form → what was said earlier, shortened → the conversation so far [breakpoint] → the participant's latest words, with
what steers the reply to them: themes of other conversations, pacing. That is ours alone and has the authority of the system
prompt where the model takes that. Nothing in front of a breakpoint changes within a thread, but for words that no model is
shown any more, so a turn reads fresh only what is new.

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
from chalicelib.services.facilitation.handling import render_handling
from chalicelib.services.facilitation.pace import Pace, render_help, render_pace
from chalicelib.services.facilitation.repeated_instructions import not_to_be_said
from chalicelib.services.facilitation.widgets import label_of, list_choices
from chalicelib.services.facilitation.withheld_words import WITHHELD, are_earlier_withheld, withhold_declined
from chalicelib.services.participants.question_roles import role_of
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.project_memory import render_memory
from chalicelib.services.prompts.setup import render_organisation, render_setup, shown_context
from chalicelib.services.templates import template_of


def basic_prompt(view: SessionView) -> str:
    """The template's facilitation prompt, else one made of the session's setup alone: version 0, in force until there is
    a tailored one.

    Version 0 is not stored: a thread that began with it follows an edit of template and setup. The setup as it
    is now is shown to every thread anyway, and a prompt made of older ones would contradict them.
    """
    session, template = view.session, template_of(view)
    if template and template.facilitation_prompt:
        return template.facilitation_prompt
    critical = f"\nCritical, so ask about it early: {session.critical}\n" if session.critical else ""
    return fill("basic", topic=session.topic, goal=session.goal, critical=critical)


def list_secrets(view: SessionView) -> list[str]:
    """What of all this is for the facilitator alone: the guidelines, the host's context and HARMONICA.md, and what the host's
    guidelines and the facilitation prompt don't have it say as it stands."""
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    ours = replace(view, session=replace(view.session, platform_guidelines_override=None))
    hosts = view.session.platform_guidelines_override or ""
    return [
        _render_guidelines(ours, ""),
        *not_to_be_said(hosts),
        *not_to_be_said(prompt),
        shown_context(view)[0],
        *(it.point.text for it in (view.received.points if view.received else ())),
        view.harmonica_md or "",
    ]


def system_blocks(view: SessionView, help_text: str = "", contact: str = "") -> tuple[Block, ...]:
    """Guidelines, HARMONICA.md, facilitation prompt, setup and how answers are handled, with the breakpoint that all participants
    share. Of what the host writes HARMONICA.md is the outermost layer: the same for all sessions that they create with it.

    `contact` is whom the operator names for questions.
    """
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    session = fill(
        "session",
        prompt=tags.data("facilitation_prompt", prompt),
        setup=render_setup(view),
        handling=render_handling(view, contact),
    )
    if view.received and (points := render_memory(view.received)):
        session = f"{session}\n\n{fill('project_memory', points=points)}"
    organisation = render_organisation(view)
    outermost = (Block(fill("organisation", harmonica_md=organisation)),) if organisation else ()
    return Block(_render_guidelines(view, help_text)), *outermost, Block(session, shared=True)


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

    What the participant said since the facilitator's last message comes after the breakpoint, and in front of it what steers the
    reply: pacing and themes of other conversations. `help_text` is the operator's, for people in distress.
    """
    shown = [message for message in history if condensed is None or message.sequence > condensed.to_sequence]
    withheld = are_earlier_withheld(shown)
    sides = _group_sides(withhold_declined(shown))
    latest = sides.pop() if sides and sides[-1].role == "user" else None
    steering = ChatMessage("system", (Block(_render_steering(pace, themes, help_text)),))
    beginning = ChatMessage("user", (Block(_render_beginning(view, answers, condensed, withheld=withheld)),))
    if not sides:  # the facilitator has said nothing yet
        return steering, ChatMessage("user", (*beginning.blocks, *(latest.blocks if latest else ())))
    sides[-1] = ChatMessage(sides[-1].role, (Block(sides[-1].blocks[0].text, cached=True),))
    latest = latest or ChatMessage("user", (Block(fill("nothing_more")),))
    return (*_merge([beginning, *sides]), steering, latest)


def add_steering(messages: Sequence[ChatMessage], note: str) -> tuple[ChatMessage, ...]:
    """The same messages with a note at the end of what steers the reply."""
    return tuple(ChatMessage(it.role, (*it.blocks, Block(note))) if it.role == "system" else it for it in messages)


def _render_steering(pace: Pace, themes: Sequence[Note], help_text: str) -> str:
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


def _render_beginning(
    view: SessionView, answers: Sequence[Answer], condensed: CondensedHistory | None, *, withheld: bool
) -> str:
    """What comes before the conversation that is shown in full; `withheld`: without what the participant wrote there."""
    form = _render_answers(view, answers, withheld=withheld)
    if condensed is None:
        return fill("opening", answers=form)
    earlier = WITHHELD if withheld else condensed.text
    return fill("condensed_history", answers=form, earlier=tags.data("earlier", earlier))


def _render_answers(view: SessionView, answers: Sequence[Answer], *, withheld: bool) -> str:
    """The form's answers; an e-mail address is contact data and no business of the facilitator's."""
    contacts = {question.id for question in view.questions if role_of(question) == "email"}
    told = [it for it in answers if it.answer.strip() and it.role != "email" and it.question_id not in contacts]
    if not told:
        return ""
    lines = "\n".join(
        tags.data("answer", WITHHELD if withheld else answer.answer, question=answer.text) for answer in told
    )
    return f"Before the conversation, the participant answered the session's form:\n\n{lines}\n\n"
