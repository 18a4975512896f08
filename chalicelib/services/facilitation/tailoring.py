"""The tailored facilitation prompt, written from the host's brief."""

from chalicelib.clock import Deadline
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelUnavailable, Request
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.brief import brief_data
from chalicelib.store.records import SessionView

MAX_TOKENS = 6_000
MAX_CHARACTERS = 12_000


def write_prompt(view: SessionView, *, model: Model, deadline: Deadline) -> str:
    """A facilitation prompt for this session: one model call; ModelUnavailable where it gives no text."""
    request = Request(
        task="prompt",
        tier="medium",
        system=(Block(fill("tailoring")),),
        messages=(ChatMessage("user", (Block(brief_data(view)),)),),
        max_tokens=MAX_TOKENS,
    )
    text = model.complete(request, deadline).text.strip()
    if not text:
        raise ModelUnavailable("The model wrote no facilitation prompt")
    return text[:MAX_CHARACTERS]
