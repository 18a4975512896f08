"""The language that the bot speaks to somebody: what they chose, else that of their Telegram, else that of their session."""

from chalicelib.model.telegram import Attendance, Chat
from chalicelib.text.language import DEFAULT
from chalicelib.web.kit.language import find_language
from chalicelib.web.kit.texts import Texts, texts_in


def own_language(chat: Chat) -> str | None:
    """Returns the tag of a person's own language, whether there are texts in it or not; None where nobody knows it."""
    return chat.language or chat.telegram_language


def texts_for(chat: Chat, attended: Attendance | None) -> Texts:
    """Returns the texts in the language of this person, in a session where there is one."""
    tags = (chat.language, chat.telegram_language, attended.language if attended else None)
    named = (find_language(tag) for tag in tags)
    return texts_in(next((found.tag for found in named if found), DEFAULT))
