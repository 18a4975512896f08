"""The job that writes the short version of a long context, once for all turns of a session.

What the facilitator is shown goes to the model with every turn of every participant. Until there is a short version, and
where no model writes one, the beginning of the context serves.
"""

from datetime import datetime, timedelta

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelDeclined, ModelRefused, ModelUnavailable, Request
from chalicelib.model import SHOWN_CONTEXT_BYTES, SessionView
from chalicelib.observability import logger
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup
from chalicelib.services.usage.budget import SessionBudgetSpent, meter_for
from chalicelib.store import contexts
from chalicelib.store.sessions import Sessions
from chalicelib.text.normalise import is_blank
from chalicelib.text.sentences import cut_at_sentence

MAX_TOKENS = 8_000
TRIED_FOR = timedelta(days=1)
MOST_TRIES = 3  # that a model is paid for and no short version comes of
_MOST_BYTES = 400_000  # more than any context has
_ASKED_FOR = 0.75  # of the room: models count badly


def condense_session_context(
    session_id: str, *, sessions: Sessions, model: Model, now: datetime, deadline: Deadline
) -> None:
    """Write the short version of a session's context where one is due, and this very context has none yet.

    Raises NotFound without a session, ModelUnavailable to be called again. After a day, or some tries that cost something,
    it is given up until the context changes.
    """
    view = sessions.view(session_id, contexts.FOR_CONDENSING)
    since = view.context_due_at
    if since is None:
        return
    if view.condensed_context:  # the session was a draft in between, and its context stayed as it is
        contexts.keep_condensed(session_id, since)
        return
    meter = meter_for(view, model)
    if not meter.understands:
        contexts.fail(session_id, since, for_good=True, paid=False)
        return
    try:
        text = _condense(view, meter, deadline)
    except Exception as error:
        paid = meter.is_paid
        over = view.context_tries + paid >= MOST_TRIES or now - since >= TRIED_FOR
        for_good = over or isinstance(error, ModelDeclined)  # which it would again, until the context changes
        found = {"event": "context_failed", "session_id": session_id, "error": type(error).__name__}
        say = logger.error if for_good else logger.warning
        say("context not condensed", extra={**found, "for_good": for_good})
        contexts.fail(session_id, since, for_good=for_good, paid=paid)
        if for_good or isinstance(error, (ModelRefused, SessionBudgetSpent)):
            return  # the queue would only hear the same again
        raise
    contexts.add_condensed(session_id, text, since)


def _condense(view: SessionView, model: Model, deadline: Deadline) -> str:
    """Returns the short version. Raises ModelUnavailable where the model writes nothing."""
    context = view.context or ""
    characters = int(SHOWN_CONTEXT_BYTES * _ASKED_FOR * len(context) / len(context.encode()))
    request = Request(
        task="prompt",
        tier="medium",
        system=(Block(fill("condensed_context", characters=f"{characters:,}")),),
        messages=(ChatMessage("user", (Block(render_setup(view, _MOST_BYTES)),)),),
        max_tokens=MAX_TOKENS,
    )
    text = tags.unescape(model.complete(request, deadline).text)
    if is_blank(text):
        raise ModelUnavailable("The language model wrote no short version of the context; try again later")
    return cut_at_sentence(text.strip(), SHOWN_CONTEXT_BYTES)
