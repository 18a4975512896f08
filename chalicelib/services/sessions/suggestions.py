"""Texts that a language model suggests for a field of a session's brief, made of what the host has entered so far."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelUnavailable, Payer, Request, Tool
from chalicelib.model import SHOWN_CONTEXT_BYTES, SuggestedField
from chalicelib.model.templates import OwnTemplate
from chalicelib.services.facilitation.model_markup import take_off_markup
from chalicelib.services.prompts import fill
from chalicelib.services.templates import Template
from chalicelib.services.usage.budget import Meter
from chalicelib.text.normalise import fold, is_blank
from chalicelib.text.sentences import cut_at_sentence

MOST = 3  # texts at a time
MAX_TOKENS = 400
LIMIT = 600  # characters of a text; a model that writes more was not asked for it

SUGGEST = Tool(
    name="suggest",
    description="Hand in the texts for the field that is wanted.",
    schema={
        "type": "object",
        "properties": {"suggestions": {"type": "array", "items": {"type": "string"}}},
        "required": ["suggestions"],
        "additionalProperties": False,
    },
)


class Entered(Struct, frozen=True):
    """What a host has entered of a brief, the template that it began from, and the language to write in where one is named."""

    goal: str = ""
    critical: str = ""
    context: str = ""
    topic: str = ""
    template: Template | OwnTemplate | None = None
    language: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to make a suggestion of."""
        return self.template is None and not (self.goal or self.critical or self.context or self.topic)


def suggest(
    field: SuggestedField, entered: Entered, limit: int, user_id: str, *, model: Model, deadline: Deadline
) -> list[str]:
    """Returns one to three texts of at most `limit` characters for this field, on this user's account.

    Raises ModelUnavailable where the model gives none in time, and BudgetSpent where the day's money is spent.
    """
    reply = Meter(model, Payer(user_id)).complete(_request(field, entered), deadline)
    call = reply.call(SUGGEST.name)
    given = tags.unescape(call.input).get("suggestions") if call else None
    found = _usable(given if isinstance(given, list) else [], getattr(entered, field), min(limit, LIMIT))
    if not found:
        raise ModelUnavailable("The language model gave no usable suggestion; try again later")
    return found


def _request(field: SuggestedField, entered: Entered) -> Request:
    texts = (
        ("goal", entered.goal),
        ("critical", entered.critical),
        ("context", cut_at_sentence(entered.context, SHOWN_CONTEXT_BYTES)),
        ("topic", entered.topic),
    )
    shown = [tags.data(name, text) for name, text in texts if text]
    if template := entered.template:
        shown.append(tags.data("template", template.description or "", title=template.title))
    shown.append(tags.data("wanted", field))
    language = entered.language or "the language of what the host has entered"
    return Request(
        task="suggestion",
        tier="small",
        system=(Block(fill("suggestions", language=language)),),
        messages=(ChatMessage("user", (Block("\n".join(shown)),)),),
        max_tokens=MAX_TOKENS,
        tools=(SUGGEST,),
        must_call=SUGGEST.name,
    )


def _usable(given: Iterable[Any], there: str, limit: int) -> list[str]:
    """Returns those that can stand in the field: texts on one line, none of them twice, and none that is there already."""
    found: dict[str, str] = {fold(there): ""}
    for item in given:
        text = " ".join(take_off_markup(item).split()) if isinstance(item, str) else ""
        if not is_blank(text) and len(text) <= limit:
            found.setdefault(fold(text), text)
    return [text for text in found.values() if text][:MOST]
