"""The job that writes a session's facilitation prompt."""

from datetime import datetime, timedelta

from chalicelib.clock import Deadline
from chalicelib.llm.interface import Model, ModelDeclined, ModelRefused, Tier
from chalicelib.model import Prompt, SessionView
from chalicelib.observability import logger
from chalicelib.services.facilitation.tailored_prompt import write_prompt
from chalicelib.services.usage.budget import SessionBudgetSpent, meter_for
from chalicelib.store import prompts
from chalicelib.store.sessions import FOR_PROMPT, Sessions

TRIED_FOR = timedelta(days=1)  # so long a prompt that cannot be written is tried again: the cause may be mended
MOST_TRIES = 3  # that a model is paid for and no prompt comes of


def tailor_session_prompt(
    session_id: str, *, sessions: Sessions, model: Model, now: datetime, deadline: Deadline
) -> None:
    """Write the facilitation prompt of a session that waits for one; new threads use it.

    Raises NotFound without a session, ModelUnavailable to be called again. A failure leaves the prompt that serves now,
    and is noted with the session. After a day, or some tries that cost something, it is given up until the setup changes.
    """
    view = sessions.view(session_id, FOR_PROMPT)
    due_at = view.prompt_due_at
    if due_at is None:
        return
    meter = meter_for(view, model)
    try:
        # It decides every conversation after it, and is written once; a second try is to be the surer one.
        tier: Tier = "medium" if view.prompt_tries else "large"
        written = write_prompt(view, tier=tier, model=meter, deadline=deadline)
    except Exception as error:
        paid = meter.is_paid
        over = view.prompt_tries + paid >= MOST_TRIES or now - due_at >= TRIED_FOR
        for_good = over or isinstance(error, ModelDeclined)  # which it would again, until the setup changes
        _note_failure(view, due_at, error, for_good=for_good, paid=paid)
        if for_good or isinstance(error, (ModelRefused, SessionBudgetSpent)):
            return  # the queue would only hear the same again
        raise
    prompt = Prompt(
        view.prompt_version + 1,
        written.text,
        "tailored" if meter.understands else "basic",  # a script has prepared questions for everybody
        written.summary,
        written.generated_from,
        view.session.template_id,
        now,
    )
    prompts.add(session_id, prompt, due_at)


def _note_failure(view: SessionView, due_at: datetime, error: Exception, *, for_good: bool, paid: bool) -> None:
    """Say which prompt goes on serving. The session shows it, the log says why."""
    serving = view.prompt.origin if view.prompt else "template" if view.session.template_id else "basic"
    say = logger.error if for_good else logger.warning
    say(
        "facilitation prompt not written",
        extra={
            "event": "prompt_failed",
            "session_id": view.session.id,
            "serving": serving,
            "error": type(error).__name__,
            "for_good": for_good,
        },
    )
    prompts.fail(view.session.id, due_at, for_good=for_good, paid=paid)
