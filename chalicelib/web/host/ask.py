"""The page on which members ask what people said, and keep an answer as an insight."""

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import HarmonicaError, Invalid
from chalicelib.operations.ask import AskedBefore, AskQuestion, QuestionAnswered, ask_question
from chalicelib.operations.insights import QUOTES_LIMIT, TITLE_LIMIT, AddInsight, InsightQuote, NewQuote, add_insight
from chalicelib.store import keys
from chalicelib.web.host.kept_form import is_of_script
from chalicelib.web.host.repetition import perform_once
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.results import ask
from chalicelib.web.results.ask import AskedQuote, AskedStatement, AskedTurn, Entered
from chalicelib.web.results.reader import Reader


def show_ask(
    host: HostRequest, session_id: str, entered: Entered | None = None, error: str = "", status: int = 200
) -> Response:
    """Returns the conversation about the results, which the page alone keeps."""
    view = open_session(host, session_id, ask.PARTS)
    people = f"{root(host.request)}/sessions/{view.session.id}/people/"
    reader = Reader("viewer", locale_for(host.request, view.session), people=people)
    values = ask.show_ask(view, reader, entered, error)
    # A script swaps nothing of an answer that says that something went wrong.
    return render_session_page(host, view, "ask", "ask.html", 200 if is_of_script(host.request) else status, **values)


def receive_ask(host: HostRequest, session_id: str) -> Response:
    """Answers a question, on the page itself, or keeps an answer."""
    view, form = open_session(host, session_id, (keys.SYNTHESIS,)), host.form()
    found, epoch = view.session.id, view.synthesis.epoch
    if form.get("do") == "keep":
        return _keep(host, found, epoch, form)
    texts, entered = locale_for(host.request).texts, ask.read_entered(form)
    if told := ask.find_mistake(entered, texts):
        return show_ask(host, found, entered, told, 400)
    if not ask.is_first_time(entered):
        return show_ask(host, found, entered, texts("ask_answered", button=texts("ask_now")), 409)
    history = tuple(AskedBefore(it.question, it.answer) for it in entered.turns)
    try:
        answer: QuestionAnswered = host.perform(
            ask_question, AskQuestion(session_id=found, question=entered.question, history=history)
        )
    except HarmonicaError as error:
        return show_ask(host, found, entered, ask.explain(error, texts), error.status)
    return show_ask(host, found, entered.with_answer(_turn(entered.question, answer, epoch)))


def _turn(question: str, answer: QuestionAnswered, epoch: int) -> AskedTurn:
    statements = tuple(
        AskedStatement(it.text, it.participants, tuple(map(_quote, it.quotes))) for it in answer.statements
    )
    return AskedTurn(question, answer.answer, answer.participants, statements, container.new_id(), epoch)


def _quote(of: InsightQuote) -> AskedQuote:
    return AskedQuote(of.text, of.participant_id, of.message_id)


def _keep(host: HostRequest, session_id: str, epoch: int, form: Form) -> Response:
    """Makes an insight of an answer, once, with its quotes; the page of insights shows it. Nothing is kept where somebody was taken
    out of the results, or in again, since the answer was made: their words may be in it."""
    turn = ask.read_kept(form)
    if turn is None:
        raise Invalid("turn is not what the page had in it")
    if turn.epoch != epoch:
        return _ask_again(host, session_id, turn)
    quotes = {
        (it.text, it.message_id): NewQuote(it.text, it.message_id, it.participant_id)
        for statement in turn.statements
        for it in statement.quotes
    }
    given = AddInsight(
        session_id=session_id,
        title=_shorten(turn.question),
        content=turn.answer,
        source="ask",
        quotes=tuple(quotes.values())[:QUOTES_LIMIT],
    )
    try:
        made = perform_once(host, add_insight, given, turn.once)
    except Invalid:  # whoever is quoted was taken out meanwhile: the answer has to be asked for anew
        return _ask_again(host, session_id, turn)
    return see_other(f"{root(host.request)}/sessions/{session_id}/insights?added=1#insight-{made['insight_id']}")


def _ask_again(host: HostRequest, session_id: str, turn: AskedTurn) -> Response:
    texts = locale_for(host.request).texts
    return show_ask(host, session_id, Entered(question=turn.question), texts("ask_gone"), Invalid.status)


def _shorten(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LIMIT else f"{line[: TITLE_LIMIT - 1].rstrip()}…"
