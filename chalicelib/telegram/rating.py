"""The end of a conversation in a private chat: how it was, in a number and a comment, and where to see the results."""

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import Session, Thread
from chalicelib.model.telegram import Attendance, Button, Send
from chalicelib.services.conversations import feedback, request_context
from chalicelib.services.conversations.feedback import COMMENT_LIMIT, HIGHEST, LOWEST
from chalicelib.services.conversations.request_context import is_open_to
from chalicelib.services.delivery import telegram_html
from chalicelib.telegram.addresses import shorten
from chalicelib.telegram.ended import link_results, render_ended
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.kept_code import render_kept
from chalicelib.telegram.participants import participant_in
from chalicelib.telegram.refusals import explain_refusal
from chalicelib.web.kit.texts import Texts

_NOTHING = "nothing"


def render_end(chat_id: int, session: Session, thread: Thread, texts: Texts, *, is_elsewhere: bool = False) -> Send:
    """Returns what somebody is told at the end: thanks, their link to the results where they may see them, their code, and a
    question how it was.

    `is_elsewhere`: what they write goes to another session, so this says of which it is.
    """
    html = [f"<i>{telegram_html.escape(session.topic)}</i>"] if is_elsewhere else []
    if is_open_to(session, container.clock().now(), is_test=False):
        html += [texts("bot_concluded_elsewhere" if is_elsewhere else "bot_concluded")]
        html += link_results(session, thread, texts)
    else:
        html += [render_ended(session, thread, texts)]
    html += [kept] if (kept := render_kept(thread, texts)) else []
    if thread.rating:
        return Send(chat_id, "\n\n".join(html))
    ends = f"{LOWEST}: {texts('rate_lowest')} · {HIGHEST}: {texts('rate_highest')}"
    html.append(f"{texts('rate_question')}\n{ends}")
    data = f"rate:{shorten(session.id)}"
    buttons = tuple(Button(str(number), f"{data}:{number}") for number in range(LOWEST, HIGHEST + 1))
    return Send(chat_id, "\n\n".join(html), (buttons,))


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Takes how somebody found the conversation, or that they have nothing to add."""
    attended = incoming.attended_by(parts[0]) if len(parts) == 2 else None
    texts, without_buttons = incoming.texts, incoming.change_tapped()
    if attended and attended.feedback == "comment" and parts[1] == _NOTHING:
        done = replace(attended, feedback="done")
        thanks = texts("bot_comment_none")  # in place of the question: what is written next is no comment any more
        return Step((incoming.answer_tap(thanks), *incoming.change_tapped(thanks)), attended=done)
    if attended is None or attended.feedback != "rating" or parts[1] not in map(str, range(LOWEST, HIGHEST + 1)):
        return Step((incoming.answer_tap(texts("bot_button_old")), *without_buttons))
    try:
        _rate(attended, int(parts[1]), "")
    except NotFound as error:
        return Step((incoming.answer_tap(), *without_buttons, incoming.say(explain_refusal(error, texts))))
    thanks = texts("rate_thanks", rating=parts[1], highest=HIGHEST)
    nothing = Button(texts("bot_no_comment"), f"rate:{parts[0]}:{_NOTHING}")
    ask = incoming.say(f"{thanks}\n\n{texts('rate_comment')}\n{texts('bot_comment_next')}", ((nothing,),))
    chat = incoming.with_current(attended.session_id)
    return Step((incoming.answer_tap(), *without_buttons, ask), chat, replace(attended, feedback="comment"))


def take_comment(incoming: Incoming, attended: Attendance, text: str) -> Step:
    """Keeps what somebody wrote as their comment on the conversation."""
    if len(text) > COMMENT_LIMIT:
        return Step((incoming.say(incoming.texts("over_limit", count=len(text), limit=COMMENT_LIMIT)),))
    deps = container.conversation_deps_without_model()
    try:
        thread = request_context.find(attended.session_id, participant_in(attended), deps).thread
        if thread is None or thread.rating is None:
            raise NotFound("There is no rating to comment on")
        _rate(attended, thread.rating, text)
    except NotFound as error:
        return Step((incoming.say(explain_refusal(error, incoming.texts)),))
    return Step((incoming.say(incoming.texts("bot_comment_kept")),), attended=replace(attended, feedback="done"))


def _rate(attended: Attendance, rating: int, comment: str) -> None:
    deps, stored = container.conversation_deps_without_model(), container.feedback()
    feedback.rate(attended.session_id, participant_in(attended), rating, comment, deps=deps, stored=stored)
