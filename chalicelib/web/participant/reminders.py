"""What somebody does about reminders on the page of their conversation: asks for them, or wants no more."""

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Invalid
from chalicelib.model.reminders import Reminder, ReminderTarget
from chalicelib.services.accounts.keys import is_possible_address
from chalicelib.services.delivery.reminder_job import stop_reminders, want_reminders
from chalicelib.services.sessions.time_zones import find_time_zone
from chalicelib.store import aliases
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.identity import Identity
from chalicelib.web.participant.chat_page import ActionOutcome, continue_chat, show_chat
from chalicelib.web.participant.chat_request import ChatRequest, make_chat_request
from chalicelib.web.participant.reminder_panel import OFF, ON, ReminderForm, is_offered

ACTIONS = (ON, OFF)


def change(chat: ChatRequest, form: Form) -> Response:
    """Has this person reminded, where they ticked the box, or no more."""
    context = chat.find_with_history()
    thread, session = chat.conversation(context), context.view.session
    if form.get("do") == OFF:
        stop_reminders(session.id, context.thread_id, reminders=container.reminders())
        return continue_chat(chat, done=OFF)
    if thread is None or not is_offered(chat, session, thread):
        return continue_chat(chat)
    address = form.get("address", "")
    if not form.get("wanted") or not is_possible_address(address):
        entered = ReminderForm(bool(form.get("wanted")), address, is_wrong=True)
        texts = chat.locale(session).texts
        return show_chat(chat, context.view, thread, ActionOutcome(texts("remind_wrong"), reminder=entered, status=400))
    wish = Reminder(
        session.id,
        thread.thread.id,
        "mail",
        container.clock().now(),
        thread.thread.generation,
        language=chat.locale(session).texts.tag,
        zone=_zone_in(form.get("zone", "")),
    )
    link = identity.resume_token(chat.identity, session.id)
    want_reminders(wish, ReminderTarget(address, link), deps=container.reminder_deps())
    return continue_chat(chat, done=ON)


def note_opened(chat: ChatRequest, named: Identity) -> None:
    """Notes that the page of a link in a reminder was asked for."""
    who = make_chat_request(chat.request, chat.session_id, named).who
    (thread_id,) = who.thread_ids(chat.session_id, container.deployment_secret()).values()
    thread_id = aliases.find(chat.session_id, [thread_id]).get(thread_id, thread_id)
    container.reminders().note_opened(chat.session_id, thread_id, container.clock().now())


def _zone_in(name: str) -> str | None:
    """Returns the zone that a script found in the browser; None without a script, or for none that there is."""
    try:
        return find_time_zone(name)
    except Invalid:
        return None
