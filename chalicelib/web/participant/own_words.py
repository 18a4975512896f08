"""What somebody said in their conversation, as a page of their own to read, print and save, and as a file."""

from chalice.app import Request, Response

from chalicelib.model import Session, ThreadView
from chalicelib.services.conversations.request_context import RequestContext
from chalicelib.text.file_names import file_name, headers_of_file
from chalicelib.web.kit.own_words import find_closing, list_entries, tell_beginning, write_words
from chalicelib.web.kit.page import HEADERS, locale_for, render_page
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.chat_request import ChatRequest

WORDS = "words"  # the parameter that asks for the page; of the file it is `FILE`
FILE = "file"


def show_own_words(chat: ChatRequest, context: RequestContext, what: str) -> Response:
    """Returns the page, or the file where that is what is asked for, for whoever is in their conversation."""
    thread = chat.conversation(context)
    assert thread is not None
    session = context.view.session
    if what == FILE:
        return send_words(session, thread, chat.locale(session).texts)
    return show_words(chat.request, session, thread, chat.address, "results_back_to_chat")


def show_words(request: Request, session: Session, thread: ThreadView, address: str, back: str) -> Response:
    """Returns the page, which leads to this address; `back` is the text that says so."""
    texts = locale_for(request, session).texts
    return render_page(
        request,
        "own_words.html",
        session=session,
        entries=list(list_entries(thread)),
        closing=find_closing(thread, texts),
        began=tell_beginning(session, thread, texts),
        address=address,
        back=back,
        is_open=not thread.thread.concluded,
    )


def send_words(session: Session, thread: ThreadView, texts: Texts) -> Response:
    """Returns the file."""
    headers = {**HEADERS, "Content-Type": "text/plain; charset=utf-8"}
    named = file_name(session.topic, texts("words_file"), "txt")
    return Response(write_words(session, thread, texts), {**headers, **headers_of_file(named)}, 200)
