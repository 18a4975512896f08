"""What somebody does in a private chat with what is stored of them: the code and the link, two wishes, files, and deletion."""

from chalicelib import container
from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Session, Thread, ThreadView
from chalicelib.model.deletions import DeletionRecord
from chalicelib.model.lifetimes import BACKUP_DAYS
from chalicelib.model.telegram import Attendance, Button, Buttons, Outgoing, SendFile, SendOwnWords
from chalicelib.services.conversations.request_context import AccessEnded, RequestContext
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.consent import set_consent
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.participants.receipts import give_code
from chalicelib.telegram import commands
from chalicelib.telegram.addresses import shorten
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.kept_code import link_line, render_code
from chalicelib.telegram.participants import find_begun
from chalicelib.telegram.refusals import explain_refusal
from chalicelib.telegram.telling import PrivateChat
from chalicelib.web.kit.disclosures import has_backups, join_sentences
from chalicelib.web.kit.texts import Texts, format_time_with_zone

NAME = "mine"  # what the data of its buttons begins with
_DELETE, _SURE, _KEEP = "delete", "sure", "keep"
# What a button has somebody allow from now on, or no more: that they are quoted, that they count among what others are told.
_WISHES: dict[str, tuple[bool | None, bool | None]] = {
    "no_quotes": (False, None),
    "quotes": (True, None),
    "no_passing": (None, False),
    "passing": (None, True),
}


def show(incoming: Incoming, _: str) -> Step:
    """Shows what can be done with what is stored of this person in the session that the chat is about."""
    attended = incoming.view.current
    if attended is None:
        return commands.tell_how_to_begin(incoming)
    found = _find(attended)
    if found is None:
        return Step((incoming.say(escape(incoming.texts(_missing(attended)))),))
    return Step((incoming.say(*_render(found.view.session, found.begun, incoming.texts)),))


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Does what a button of it says."""
    attended = incoming.attended_by(parts[0]) if len(parts) == 2 else None
    if attended is None:
        return Step((incoming.answer_tap(incoming.texts("bot_button_old")), *incoming.change_tapped()))
    found, do = _find(attended), parts[1]
    if found is None:
        return _leave(incoming, attended, incoming.texts(_missing(attended)))
    if do in _WISHES:
        return _wish(incoming, found, do)
    if do == _SURE:
        return _delete(incoming, attended, found)
    if do == _DELETE:
        return Step((incoming.answer_tap(), incoming.say(*_ask(found, incoming.texts))))
    if do == _KEEP:
        kept = incoming.texts("bot_data_kept")
        return Step((incoming.answer_tap(kept), *incoming.change_tapped(escape(kept))))
    chat_id, session_id = incoming.chat_id, attended.session_id
    if do == "read":
        return Step((incoming.answer_tap(), SendOwnWords(chat_id, session_id)))
    return Step((incoming.answer_tap(), SendFile(chat_id, session_id, "json" if do == "json" else "text")))


def offer(chat: PrivateChat) -> None:
    """Sends the code, before the conversation is opened. Raises as `say` does."""
    if told := render_code(chat.find().begun, "receipt_line", chat.texts):
        chat.say_of_session(told)


def _find(attended: Attendance) -> RequestContext | None:
    try:
        return find_begun(attended)
    except (NotFound, AccessEnded):
        return None


def _missing(attended: Attendance) -> str:
    return "bot_gone" if attended.stage in ("talks", "ends") else "bot_no_words"


def _render(session: Session, thread: Thread, texts: Texts) -> tuple[str, Buttons]:
    """Returns what there is to know and to do."""
    code = give_code(thread, deps=container.receipt_deps())
    lines = [
        f"<b>{escape(texts('receipt_title', topic=session.topic))}</b>",
        escape(texts("receipt_lead")),
        *([f"{escape(texts('receipt_code'))}: <code>{code}</code>{link_line(thread, texts)}"] if code else []),
        escape(texts("receipt_lost")),
        escape("• " + texts("receipt_quotes" if thread.quotable else "receipt_no_quotes")),
        escape("• " + texts("receipt_passing" if thread.passed_on else "receipt_no_passing")),
    ]
    quotes = ("receipt_refuse_quotes", "no_quotes") if thread.quotable else ("receipt_allow_quotes", "quotes")
    passing = ("receipt_refuse_passing", "no_passing") if thread.passed_on else ("receipt_allow_passing", "passing")
    rows = (
        (("receipt_read", "read"), ("receipt_text", "text"), ("receipt_json", "json")),
        (quotes,),
        (passing,),
        (("receipt_delete", _DELETE),),
    )
    return "\n\n".join(lines), tuple(tuple(_button(session.id, *it, texts) for it in row) for row in rows)


def _button(session_id: str, label: str, do: str, texts: Texts) -> Button:
    return Button(texts(label), f"{NAME}:{shorten(session_id)}:{do}")


def _wish(incoming: Incoming, found: RequestContext, do: str) -> Step:
    quotes, passing = _WISHES[do]
    session, said = found.view.session, ThreadView(found.begun, found.answers)
    try:
        changed = set_consent(session, said, quotes=quotes, passing_on=passing, deps=container.consent_deps())
    except (Conflict, NotFound) as error:
        return Step((incoming.answer_tap(), incoming.say(explain_refusal(error, incoming.texts))))
    texts, shown = incoming.texts, _render(session, changed.thread, incoming.texts)
    return Step((incoming.answer_tap(texts("receipt_saved")), *(incoming.change_tapped(*shown))))


def _ask(found: RequestContext, texts: Texts) -> tuple[str, Buttons]:
    """Returns what deletion comes to, and the question whether that is wanted."""
    session, thread = found.view.session, found.begun
    asked = DeletionRecord("", "participant", container.clock().now(), {})
    said = texts("messages", count=thread.last_sequence - thread.starts_after)
    goes = [
        texts("receipt_goes_messages", messages=said),
        *([texts("receipt_goes_form")] if found.answers else []),
        *([texts("receipt_goes_rating")] if thread.rating else []),
        *(texts(key) for key in ("receipt_goes_notes", "receipt_goes_quotes", "receipt_goes_access")),
    ]
    until = format_time_with_zone(asked.in_backups_until, session.time_zone, texts)
    lines = [
        f"<b>{escape(texts('receipt_ask_heading'))}</b>\n<i>{escape(session.topic)}</i>",
        "\n".join([escape(texts("receipt_ask_goes")), *(escape(f"• {it}") for it in goes)]),
        *([escape(texts("receipt_ask_backups", days=BACKUP_DAYS, time=until))] if has_backups() else []),
        escape(join_sentences([texts("receipt_ask_beyond"), texts("receipt_ask_telegram")], texts)),
    ]
    rows = ((("receipt_stay", _KEEP),), (("receipt_delete_now", _SURE),))
    return "\n\n".join(lines), tuple(tuple(_button(session.id, *it, texts) for it in row) for row in rows)


def _delete(incoming: Incoming, attended: Attendance, found: RequestContext) -> Step:
    session, said, texts = found.view.session, ThreadView(found.begun, found.answers), incoming.texts
    try:
        record = remove_participant(session, said, by="participant", deps=container.participant_deps())
    except Conflict as error:
        return Step((incoming.answer_tap(), incoming.say(explain_refusal(error, texts))))
    except NotFound:
        return _leave(incoming, attended, texts("bot_gone"))
    asked, until = (
        format_time_with_zone(at, session.time_zone, texts) for at in (record.asked_at, record.in_backups_until)
    )
    told = [
        texts("receipt_gone_heading"),
        texts("bot_data_removed", time=asked),
        join_sentences([texts("receipt_gone_running"), texts("receipt_gone_results")], texts),
        *([texts("receipt_gone_backups", time=until)] if has_backups() else []),
        texts("bot_data_in_telegram"),
    ]
    return _leave(incoming, attended, "\n\n".join(told))


def _leave(incoming: Incoming, attended: Attendance, told: str) -> Step:
    """Says what became of a conversation; the chat has nothing of its session from then on."""
    is_current = incoming.view.chat.session_id == attended.session_id
    chat = incoming.with_current(None) if is_current else None
    sends: tuple[Outgoing, ...] = (incoming.answer_tap(), *incoming.change_tapped(), incoming.say(escape(told)))
    return Step(sends, chat, left=attended)
