"""A participant asks, at the end of their conversation, to get it by mail."""

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import Thread
from chalicelib.services.access.private_links import write_claims
from chalicelib.services.accounts.keys import is_possible_address
from chalicelib.services.delivery.transcripts import Recipient, request_transcript
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.participant.chat_page import ActionOutcome, continue_chat, show_chat
from chalicelib.web.participant.chat_request import ChatRequest
from chalicelib.web.participant.transcript_panel import TranscriptForm, sends_transcript


def receive_address(chat: ChatRequest, form: Form) -> Response:
    """Has the conversation sent to the address of the form. Raises NotFound where nothing is sent from here."""
    context = chat.find()
    thread, session = context.thread, context.view.session
    if thread is None or not sends_transcript(chat, session, thread):
        raise NotFound("No conversation is sent from here")
    address, locale = form.get("email", ""), chat.locale(session)
    wrong = _request(chat, thread, address, locale) if is_possible_address(address) else locale.texts("mail_wrong")
    if not wrong:
        return continue_chat(chat, session, done="transcript")
    entered = TranscriptForm(address, wrong)
    return show_chat(
        chat, context.view, chat.conversation(context), ActionOutcome(wrong, transcript=entered, status=400)
    )


def _request(chat: ChatRequest, thread: Thread, address: str, locale: PageLocale) -> str:
    """Asks the worker; the sentence on why that was not done, empty where it was."""
    who = chat.identity
    to = Recipient(address, write_claims(who.person, who.generation, who.scope))
    now = container.clock().now()
    outcome = request_transcript(thread, to, locale.language.tag, deps=container.transcript_deps(), now=now)
    return "" if outcome == "asked" else locale.texts(f"mail_{outcome}")
