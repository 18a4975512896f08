"""A question of somebody who has no role in the session: answered on the page of the results, from what at least two people carry."""

from typing import Any

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.clock import TURN_SECONDS
from chalicelib.errors import HarmonicaError
from chalicelib.llm.interface import require_model
from chalicelib.model import SessionView
from chalicelib.services.access.rate_limits import require_question_of_other
from chalicelib.services.results.ask import Answer, answer_others, log_usage
from chalicelib.services.results.ask_prompt import Turn
from chalicelib.services.usage.budget import meter_for
from chalicelib.web.kit.http import read_form
from chalicelib.web.kit.request import id_in_link, source_address
from chalicelib.web.participant import results
from chalicelib.web.results.ask import (
    AskedQuote,
    AskedStatement,
    AskedTurn,
    Entered,
    explain,
    find_mistake,
    is_first_time,
    read_entered,
    show_others,
)
from chalicelib.web.results.reader import Reader

_TURNS = 2  # that a model is shown: whoever asks may have written them, and the host pays for them
_MOST_OF_ANSWER = 2_000  # characters of each


def receive_question(request: Request) -> Response:
    """Returns the page with the answer, for whoever may read this section of the results."""
    entered = read_entered(read_form(request))

    def answer(view: SessionView, reader: Reader) -> dict[str, Any]:
        texts = reader.locale.texts
        if told := find_mistake(entered, texts):
            return show_others(view, reader, entered, told, 400)
        if not is_first_time(entered):
            return show_others(view, reader, entered, texts("ask_answered", button=texts("ask_now")), 409)
        try:
            found = _answer(request, view, entered)
        except HarmonicaError as error:
            return show_others(view, reader, entered, explain(error, texts), error.status)
        return show_others(view, reader, entered.with_answer(_turn(entered.question, found)))

    return results.show(request, id_in_link((request.query_params or {}).get("s", "")), answer)


def _answer(request: Request, view: SessionView, entered: Entered) -> Answer:
    model, clock = container.model_of(view.session), container.clock()
    require_model(model, "Answers to questions need")
    now, deadline = clock.now(), clock.deadline(TURN_SECONDS)
    secret, guards = container.deployment_secret(), container.guards()
    require_question_of_other(source_address(request), view.session.id, guards=guards, secret=secret, now=now)
    meter = meter_for(view, model)
    found = answer_others(
        view,
        entered.question,
        [Turn(it.question, it.answer[:_MOST_OF_ANSWER]) for it in entered.turns[-_TURNS:]],
        model=meter,
        deps=container.ask_deps(),
        deadline=deadline,
        now=now,
    )
    log_usage(view, meter.usage, is_member=False)
    return found


def _turn(question: str, found: Answer) -> AskedTurn:
    statements = tuple(
        AskedStatement(it.text, it.participants, tuple(AskedQuote(quote.text) for quote in it.quotes))
        for it in found.statements
    )
    return AskedTurn(question, found.text, found.participants, statements)
