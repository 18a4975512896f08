"""The job that reminds somebody of their conversation, if that is still to be done when it is about to be sent.

What says so is read at one time, and noted as sent in one transaction that requires it to be so still; only then it is sent. So what
comes twice sends nothing twice, and nobody is reminded of what they have concluded or stopped meanwhile. Where this dies in between,
that reminder is lost; the next one is not.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NeverDone, NotFound, Unavailable
from chalicelib.mail import Mail, MailRefused
from chalicelib.model.reminders import Reminder, ReminderTarget
from chalicelib.observability import MAIL_UNDELIVERABLE, logger
from chalicelib.retry import Retry
from chalicelib.services.access.privacy_links import privacy_address
from chalicelib.services.access.sealing import seal, unseal
from chalicelib.services.delivery.announcement_texts import read_texts, tell_until
from chalicelib.services.delivery.mails import write_mail
from chalicelib.services.delivery.sending import SendingDeps, hash_address, send, write_once_a_day
from chalicelib.services.delivery.stop_links import StopLink, make_stop_url
from chalicelib.services.participants.reminders import BETWEEN, HOUR, decide, has_come_back
from chalicelib.store.reminders import Reminders, ReminderView
from chalicelib.store.suppressions import UNDELIVERABLE
from chalicelib.text.language import DEFAULT

OPENED = "reminded"  # a parameter of the link in a mail: whoever asks for its page has opened it
MENDED = timedelta(days=1)  # in which an operator mends what keeps a reminder from being sent
# While its message waits in the queue for the service outside; then the sweep asks for it, too.
ASKED_AGAIN = timedelta(hours=1)
_RETRY = Retry(tries=4)


class ReminderDeps(Struct, frozen=True):
    """The collaborators. `sending` is None without a sender of mails, `tell` without a bot: it sends a reminder to a chat, and raises
    NeverDone where that takes none any more. `hour` is how long one of those lasts that are waited for."""

    reminders: Reminders
    secret: bytes
    public_url: str
    clock: Clock
    hour: timedelta = HOUR
    sending: SendingDeps | None = None
    tell: Callable[[ReminderView, int], None] | None = None


def want_reminders(reminder: Reminder, target: ReminderTarget, *, deps: ReminderDeps) -> bool:
    """Note that somebody wants to be reminded there; False where their conversation is gone."""
    sealed = seal(deps.secret, reminder.thread_id, msgspec.json.encode(target).decode())
    # It is looked at at once: the clock then knows when it is due.
    return deps.reminders.want(replace(reminder, to=sealed), reminder.wanted_at)


def target_of(reminder: Reminder, secret: bytes) -> ReminderTarget | None:
    """Where somebody wants to be reminded; None where they want that no more."""
    if reminder.to is None:
        return None
    return msgspec.json.decode(unseal(secret, reminder.thread_id, reminder.to), type=ReminderTarget)


def stop_reminders(session_id: str, thread_id: str, *, reminders: Reminders) -> None:
    """Have somebody reminded no more, and forget where they were. Done already, it is done.

    A reminder that is noted as sent meanwhile does not stop that. Raises Conflict where it changes again and again.
    """
    for _ in range(_RETRY.tries or 1):
        found = reminders.find(session_id, thread_id)
        if found is None or found.to is None or reminders.forget(found):
            return
    raise Conflict("This reminder is changing right now; try again")


def stop_reminders_to(
    address_hash: str, session_id: str, thread_id: str, *, reminders: Reminders, secret: bytes
) -> None:
    """The same where the reminders go to this address. Raises Conflict as above."""
    found = reminders.find(session_id, thread_id)
    target = target_of(found, secret) if found else None
    if target and hash_address(target.address, secret) == address_hash:
        stop_reminders(session_id, thread_id, reminders=reminders)


def send_reminder(session_id: str, thread_id: str, *, deps: ReminderDeps) -> None:
    """Do what is to be done about a reminder now: send it, look again later, or forget where it was to go.

    Raises NotFound where nobody wants any, Unavailable where it is to be tried again, NeverDone where an operator has to mend something.
    """
    for _ in _RETRY.attempts(deps.clock):
        view, now = deps.reminders.view(session_id, thread_id), deps.clock.now()
        if view is None:
            raise NotFound("Nobody wants to be reminded of this conversation")
        decision = decide(view.session, view.thread, view.reminder, now, deps.hour)
        if decision.at is None:
            deps.reminders.forget(view.reminder)
            return
        if decision.what == "wait":
            deps.reminders.postpone(view.reminder, decision.at)
            return
        target = target_of(view.reminder, deps.secret)
        if target is None or not _may_send(view, target, now, deps):
            return
        came_back = has_come_back(view.thread, view.reminder)
        if deps.reminders.claim(view, now, now + BETWEEN * deps.hour, came_back=came_back):
            _send(view, target, now, deps)
            return
    raise Conflict("This conversation is changing right now; try again")


def _may_send(view: ReminderView, target: ReminderTarget, now: datetime, deps: ReminderDeps) -> bool:
    """Says whether the channel takes a reminder now; notes what that means where it does not."""
    reminder = view.reminder
    if target.chat_id:
        if deps.tell is None:
            deps.reminders.postpone(reminder, now + MENDED)
        return deps.tell is not None
    if deps.sending is None:
        deps.reminders.postpone(reminder, now + MENDED)
        return False
    if reason := deps.sending.suppressions.find(hash_address(target.address, deps.secret)):
        _give_up(reminder, deps) if reason in UNDELIVERABLE else deps.reminders.forget(reminder)
        return False
    mail_id = f"reminder {reminder.session_id} {reminder.thread_id} {reminder.sent}"
    if not write_once_a_day(target.address, mail_id, deps=deps.sending, now=now):
        deps.reminders.postpone(reminder, now + timedelta(hours=1))
        return False
    return True


def _send(view: ReminderView, target: ReminderTarget, now: datetime, deps: ReminderDeps) -> None:
    """Send what was claimed. What could not be sent is not counted."""
    reminders, reminder = deps.reminders, view.reminder
    try:
        if target.chat_id and deps.tell:
            deps.tell(view, target.chat_id)
        elif deps.sending:
            send(_write(view, target, deps), deps=deps.sending)
    except Unavailable:
        reminders.give_back(reminder, now, now + ASKED_AGAIN)
        raise
    except NeverDone as error:
        reminders.give_back(reminder, now, now + MENDED)
        if target.chat_id:  # the bot was blocked
            reminders.forget(reminder)
            return
        if isinstance(error, MailRefused) and error.is_of_address:
            _give_up(reminder, deps)
            return
        raise


def _give_up(reminder: Reminder, deps: ReminderDeps) -> None:
    """No mail arrives at this address: nobody has to mend that, and the host is told how many there are."""
    logger.info("no mail can be sent there", extra={"event": MAIL_UNDELIVERABLE, "session_id": reminder.session_id})
    deps.reminders.give_up(reminder)


def _write(view: ReminderView, target: ReminderTarget, deps: ReminderDeps) -> Mail:
    session, reminder = view.session, view.reminder
    language = reminder.language or DEFAULT
    link = f"{deps.public_url}/chat?s={session.id}&r={target.link}&{OPENED}=1"
    stop = StopLink("reminder", session.id, reminder.thread_id, hash_address(target.address, deps.secret))
    return write_mail(
        "reminder",
        target.address,
        language,
        link=link,
        values={"topic": session.topic, "until": tell_until(session, read_texts(language))},
        stop_link=make_stop_url(deps.public_url, stop, deps.secret),
        privacy_link=f"{deps.public_url}/{privacy_address(session, deps.secret)}",
        message=session.reminders["text"] or "",
    )
