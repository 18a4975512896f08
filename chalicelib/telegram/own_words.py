"""What somebody said in a session, sent to them alone: read when it is sent."""

from collections.abc import Callable, Iterator

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import ThreadView
from chalicelib.model.telegram import SendFile, SendOwnWords
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.own_export import render_own_json
from chalicelib.telegram.addresses import chat_token
from chalicelib.telegram.telling import PrivateChat, private_chat
from chalicelib.text.file_names import file_name
from chalicelib.web.kit.own_words import write_words

_ROOM = 3_500  # characters of what one message holds, as a rule


def send_own_words(what: SendOwnWords, told: tuple[str, ...], note: Callable[[list[str]], bool]) -> None:
    """Sends what this person said: the answers to the form, then their messages, whichever door they came by.

    The parts that were `told` before do not come again; each that is sent is noted.
    """
    token, now = chat_token(what.chat_id, container.deployment_secret()), container.clock().now()
    view = container.telegram_chats().view(token, now)
    attended = view.attended.get(what.session_id)
    if attended is None:
        return
    chat = private_chat(what.chat_id, view.chat, attended)
    try:
        said = list(_read_words(chat))
    except AccessEnded:
        said = [chat.texts("bot_forgotten")]
    except NotFound:
        early = [escape(it.content) for it in attended.early]
        said = [chat.texts("bot_gone")] if attended.stage in ("talks", "ends") else early
    gathered = _gather(said or [chat.texts("bot_no_words")])
    chat.say_rest(((html, ()) for html in gathered), told, note)


def send_file(what: SendFile) -> None:
    """Sends what this person said as a file, or all that is stored of them. Where there is nothing by now, nothing is sent."""
    token, now = chat_token(what.chat_id, container.deployment_secret()), container.clock().now()
    view = container.telegram_chats().view(token, now)
    attended = view.attended.get(what.session_id)
    if attended is None:
        return
    chat = private_chat(what.chat_id, view.chat, attended)
    try:
        context = chat.find()
    except (AccessEnded, NotFound):
        return
    session, texts = context.view.session, chat.texts
    if what.kind == "json":
        named, content = "receipt_file", render_own_json(session, context.begun, now)
    else:
        said = tuple(container.conversations().messages(context.begun))
        named, content = "words_file", write_words(session, ThreadView(context.begun, context.answers, said), texts)
    ending = "json" if what.kind == "json" else "txt"
    container.telegram_api().send_file(what.chat_id, file_name(session.topic, texts(named), ending), content.encode())


def _read_words(chat: PrivateChat) -> Iterator[str]:
    """Yields each thing that was said, as HTML, under the topic of the session."""
    context = chat.find()
    own = [it for it in container.conversations().messages(context.begun) if it.role == "user"]
    if own or context.answers:
        yield f"<b>{escape(chat.texts('bot_own_words', topic=context.view.session.topic))}</b>"
    for answer in context.answers:
        yield f"<i>{escape(answer.text)}</i>\n{escape(answer.answer)}"
    for words in (*(it.content for it in own), *(it.content for it in chat.attended.early)):
        yield escape(words)


def _gather(parts: list[str]) -> Iterator[str]:
    """Yields the parts as messages: as many in each as it has room for."""
    gathered = ""
    for part in parts:
        if gathered and len(gathered) + len(part) > _ROOM:
            yield gathered
            gathered = ""
        gathered = f"{gathered}\n\n{part}" if gathered else part
    yield gathered
