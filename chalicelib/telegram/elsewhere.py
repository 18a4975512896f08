"""Going on elsewhere: a conversation of this chat in a browser, and one that was begun in a browser in this chat."""

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import Thread
from chalicelib.model.telegram import AskReply, Attendance, Button, Outgoing, Stage
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.delivery.telegram_links import PARTICIPANT, read_participant, session_link
from chalicelib.settings import settings
from chalicelib.telegram.addresses import shorten
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.participants import find_begun, find_in_telegram, is_same_participant
from chalicelib.web.kit.identity import Identity, resume_token
from chalicelib.web.kit.texts import Texts

_LATEST = 10  # messages that a chat gets of a conversation which goes on there; the others are on the page
TAKE = "on"  # what the data of a button begins with; the packed link behind it leaves three bytes for it


def link_button(session_id: str, texts: Texts) -> Button:
    """Returns the button that asks for the private link of a session."""
    return Button(texts("bot_browser"), f"link:{shorten(session_id)}")


def give_link(incoming: Incoming, _: str) -> Step:
    """Sends the private link of the conversation that is going on in this chat."""
    return Step(_link_of(incoming, incoming.view.current))


def tap_link(incoming: Incoming, parts: list[str]) -> Step:
    """Sends the private link of the conversation whose button was tapped."""
    attended = incoming.attended_by(parts[0]) if parts else None
    return Step((incoming.answer_tap(), *_link_of(incoming, attended)))


def go_on(incoming: Incoming, payload: str) -> Step:
    """Asks whether to go on here with the conversation that a link names, as the page of the private link does.

    A link that somebody sent would otherwise have a person speak, without knowing it, in a conversation that its sender reads.
    """
    packed = payload.removeprefix(PARTICIPANT)
    try:
        attended, thread = _find_linked(incoming, packed)
    except _Refused as refused:
        return Step((incoming.say(escape(incoming.texts(refused.text))),))
    if _is_here(incoming, attended):
        return _go_on(incoming, attended, thread)
    buttons = ((Button(incoming.texts("resume_take"), f"{TAKE}:{packed}"),), _own_row(incoming, attended.session_id))
    asked = "\n\n".join(map(incoming.texts, ("bot_resume_ask", "bot_carrier")))
    return Step((incoming.say(escape(asked), buttons),))


def take(incoming: Incoming, parts: list[str]) -> Step:
    """Goes on here with the conversation of the link that was asked about."""
    shown: tuple[Outgoing, ...] = (incoming.answer_tap(), *incoming.change_tapped())
    try:
        step = _go_on(incoming, *_find_linked(incoming, "".join(parts)))
    except _Refused as refused:
        return Step((*shown, incoming.say(escape(incoming.texts(refused.text)))))
    return replace(step, sends=(*shown, *step.sends))


def tell_forgotten(incoming: Incoming) -> Step:
    """Says to somebody who had their conversation forgotten everywhere that it does not go on here, either."""
    attended, tap = incoming.view.current, incoming.update.tap
    if (
        tap and incoming.attended_by("".join(tap.data.split(":")[1:2])) is not attended
    ):  # they are in another session by now
        return Step((incoming.answer_tap(incoming.texts("bot_button_old")), *incoming.change_tapped()))
    taps = (incoming.answer_tap(),) if tap else ()
    told = escape(incoming.texts("bot_forgotten"))
    if attended is None:
        return Step((*taps, incoming.say(told)))
    shown = incoming.say(told, (_own_row(incoming, attended.session_id),))
    return Step((*taps, shown), incoming.with_current(None), replace(attended, stage="start", feedback=None))


def _go_on(incoming: Incoming, attended: Attendance, thread: Thread) -> Step:
    told = incoming.texts("resumed")
    if attended.told_to > thread.starts_after and not _is_here(incoming, attended):
        told += " " + incoming.texts("bot_resumed_latest")
    sends = (incoming.say(escape(told)), AskReply(incoming.chat_id, attended.session_id, thread.last_said))
    return Step(sends, incoming.with_current(attended.session_id), attended)


class _Refused(Exception):
    """This chat does not go on with a conversation; `text` says why."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _find_linked(incoming: Incoming, packed: str) -> tuple[Attendance, Thread]:
    """Returns how this chat takes part as whom a link names, or would, and their conversation. Raises _Refused.

    A chat that takes part by itself keeps its conversation, as a browser does: two people are never one.
    """
    linked = read_participant(packed, container.deployment_secret())
    if linked is None:
        raise _Refused("bot_resume_ended")
    known = incoming.view.attended.get(linked.session_id)
    named = Attendance(
        incoming.view.chat.token,
        linked.session_id,
        "web",
        linked.person,
        linked.generation,
        version=known.version if known else 0,
    )
    thread = find_thread(named)
    if thread is None:
        raise _Refused("bot_resume_ended")
    if known and is_same_participant(known, named):
        return known, thread
    own, context = find_in_telegram(incoming, linked.session_id)
    if context.thread or own.stage not in ("start", "name", "form"):
        raise _Refused("bot_resume_refused")
    told_to = max(thread.starts_after, thread.last_sequence - _LATEST)
    stage: Stage = "ends" if thread.concluded else "talks"
    return replace(named, stage=stage, told_to=told_to, language=context.view.session.language), thread


def _own_row(incoming: Incoming, session_id: str) -> tuple[Button]:
    return (Button(incoming.texts("resume_own"), url=session_link(incoming.bot, session_id)),)


def _is_here(incoming: Incoming, attended: Attendance) -> bool:
    return attended is incoming.view.attended.get(attended.session_id)


def find_thread(attended: Attendance) -> Thread | None:
    """Returns the conversation of a participant; None where there is none, or what leads to it was ended."""
    try:
        return find_begun(attended).thread
    except (NotFound, AccessEnded):
        return None


def _link_of(incoming: Incoming, attended: Attendance | None) -> tuple[Outgoing, ...]:
    """What a chat is sent that asks for its private link."""
    texts, base = incoming.texts, settings().public_url
    if attended is None or not base or find_thread(attended) is None:
        return (incoming.say(escape(texts("bot_no_link"))),)
    named = Identity(attended.external_id, attended.generation, "telegram" if attended.scope == "telegram" else "web")
    url = f"{base}/chat?s={attended.session_id}&r={resume_token(named, attended.session_id)}"
    return (incoming.say(f"{escape(texts('bot_private_link'))}\n\n{escape(url)}"),)
