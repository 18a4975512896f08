"""What somebody said in a session, sent to them alone: read when it is sent."""

from collections.abc import Callable, Iterator

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model.telegram import SendOwnWords
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.telegram.addresses import chat_token
from chalicelib.telegram.telling import PrivateChat, private_chat

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
