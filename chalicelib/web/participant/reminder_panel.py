"""What the page of a conversation offers about reminders: to ask for them, or to get no more."""

from typing import Any

from msgspec import Struct

from chalicelib import container
from chalicelib.model import Session, ThreadView
from chalicelib.model.reminders import Reminder
from chalicelib.services.delivery.reminder_job import target_of
from chalicelib.services.participants.reminders import AFTER_HOURS, MOST, may_be_reminded
from chalicelib.text.email_addresses import is_mail_address
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.chat_request import ChatRequest

ON, OFF = "remind", "no_reminders"  # what the forms do


class ReminderForm(Struct, frozen=True):
    """What was entered to be reminded, where it was wrong."""

    is_ticked: bool = False
    address: str = ""
    is_wrong: bool = False


def is_offered(chat: ChatRequest, session: Session, thread: ThreadView | None) -> bool:
    """Says whether this person may ask for reminders here, where mails can be sent."""
    if thread is None or chat.tester or not container.has_mail():
        return False
    return may_be_reminded(session, thread.thread, container.clock().now())


def panel_values(
    chat: ChatRequest, session: Session, thread: ThreadView, entered: ReminderForm, done: str | None
) -> dict[str, Any]:
    """Returns what the panel shows, and what was just done there, in words. An address from the form of the session is a suggestion
    only: nobody is reminded who did not tick the box."""
    if not is_offered(chat, session, thread):
        return {"reminder": None}
    found = container.reminders().find(session.id, thread.thread.id)
    on = _tell_on(found, chat.locale(session).texts)
    suggested = next((it.answer for it in thread.answers if is_mail_address(it.answer)), "")
    values: dict[str, Any] = {
        "reminder": entered,
        "reminder_on": on,
        "reminder_used": found is not None and found.sent >= MOST,
        "reminder_hours": ", ".join(map(str, (session.reminders["after_hours"] or AFTER_HOURS)[:MOST])),
        "reminder_zone": session.time_zone.replace("_", " "),
        "suggested_address": entered.address or suggested,
    }
    if done == ON and on:
        values["news"] = on
    if done == OFF and not on:
        values["news"] = chat.locale(session).texts("remind_off")
    return values


def _tell_on(found: Reminder | None, texts: Texts) -> str:
    """Returns the sentence that says where somebody is reminded; empty where they are not."""
    target = target_of(found, container.deployment_secret()) if found else None
    if target is None:
        return ""
    return texts("remind_on", address=target.address) if target.address else texts("remind_on_telegram")
