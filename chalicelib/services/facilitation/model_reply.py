"""What a participant would get of a model's reply: one message, and what is wrong with it where it cannot be read.

All words for them travel inside a call, or alone: where there is a call with words, text beside it is a model's note on its way and
left out. It is used where the call brought none.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Reply, Tool, ToolCall, Usage
from chalicelib.services.facilitation import widgets
from chalicelib.services.facilitation.model_markup import take_off_markup
from chalicelib.text.normalise import is_blank
from chalicelib.text.sentences import find_spans, is_question

CONCLUDE = Tool(
    name="conclude",
    description="End the conversation: everything important is covered, the time is up, or the participant wants to stop.",
    schema={
        "type": "object",
        "properties": {
            "recap": {
                "type": "string",
                "description": (
                    "All that the participant reads now: an answer where they have just asked something, what you heard, "
                    "and thanks. No question."
                ),
            }
        },
        "required": ["recap"],
        "additionalProperties": False,
    },
)


class FacilitatorReply(Struct, frozen=True):
    """The facilitator's next message, and what it cost. The last paragraph of one with a widget is what that offers.

    `themes` are those of other conversations that it was free to bring in, by id. `is_declined`: no model would answer, and code
    wrote it.
    """

    content: str
    is_final: bool
    usage: Usage
    model: str
    widget_spec: dict[str, Any] | None = None
    themes: tuple[str, ...] = ()
    is_declined: bool = False


class ReadReply(Struct, frozen=True):
    """A model's reply as a message; `is_unreadable`: it had words, but none that are for a participant."""

    message: FacilitatorReply
    is_unreadable: bool = False


def read_reply(reply: Reply, *, may_present: bool, is_care: bool, is_last: bool, is_concluded: bool) -> ReadReply:
    """Returns the message that the participant would get; its content is empty where the model gave no words.

    A widget is presented where it may be; for somebody in danger (`is_care`) none is read. What comes as the last message, or after
    the conclusion, is final.
    """
    text, spec = _clean(reply.text, reply.model), None
    concluding = reply.call(CONCLUDE.name)
    presented = [] if is_care else _list_presented(reply)
    if concluding:
        content = _clean(concluding.input.get("recap"), reply.model) or drop_last_questions(text)
    elif presented:
        content, spec = _add_widget(text, presented, reply.model)
    else:
        content = text
    if is_last and not (concluding or is_care):
        content = drop_last_questions(content)
    is_final = concluding is not None or is_concluded or is_last
    message = FacilitatorReply(
        content, is_final, reply.usage, reply.model, spec if may_present and not is_final else None
    )
    return ReadReply(message, not content and _has_words(reply))


def drop_last_questions(text: str) -> str:
    """Returns the text without the questions at its end; one that is nothing else stays as it is."""
    return _without_question(text) or text


def _list_presented(reply: Reply) -> list[ToolCall]:
    """Returns the calls that present a widget, with what prompts escape as it was written."""
    calls = [call for call in reply.tool_calls if call.name == widgets.PRESENT_WIDGET.name]
    return calls if reply.model == SCRIPTED else [replace(call, input=tags.unescape(call.input)) for call in calls]


def _add_widget(text: str, calls: Sequence[ToolCall], model: str) -> tuple[str, widgets.Spec | None]:
    """Returns the words above the first good widget with that below it, written out, and the widget; of broken ones what can be read."""
    good = [
        (call, spec) for call in calls if (spec := widgets.read_spec(call)) and take_off_markup(widgets.label_of(spec))
    ]
    call = good[0][0] if good else calls[0]
    lead = _clean(call.input.get("text"), model) or text
    if not good:
        saved = next((found for it in calls if (found := widgets.salvage_text(it))), "")
        return _clean(_join_paragraphs(lead, *saved.split("\n\n")), model), None
    spec = good[0][1]
    offered = widgets.render_choices(spec)
    lead = _without_question(lead.replace(offered, "").strip())  # the widget asks
    return f"{_join_paragraphs(lead, widgets.label_of(spec))}\n\n{offered}", spec


def _join_paragraphs(text: str, *more: str) -> str:
    """Returns paragraphs, without those that the text has already."""
    return "\n\n".join(part for part in (text, *(part for part in more if part not in text)) if part)


def _clean(text: object, model: str) -> str:
    """Returns a text without halves of characters, which no database takes, without mark-up around it, and with what prompts
    escape as it was written; empty for what is none, and where nothing of it can be seen, or read as words for a participant."""
    if not isinstance(text, str):
        return ""
    whole = take_off_markup("".join(character for character in text if not "\ud800" <= character <= "\udfff"))
    if model != SCRIPTED:  # which says what was written as it was
        whole = tags.unescape(whole)
    return "" if is_blank(whole) else whole


def _has_words(reply: Reply) -> bool:
    """Says whether a reply has any words, be they for a participant or not."""
    given = (call.input.get(name) for call in reply.tool_calls for name in ("recap", "text"))
    return any(isinstance(words, str) and not is_blank(words) for words in (reply.text, *given))


def _without_question(text: str) -> str:
    found = list(find_spans(text))
    end = len(text)
    while found and is_question(text[slice(*found[-1])]):
        found.pop()
        end = found[-1][1] if found else 0
    return text[:end].rstrip() if end < len(text) else text
