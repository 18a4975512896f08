"""The language that the bot speaks to somebody: what they chose, else that of their Telegram."""

from chalicelib.model.telegram import ChatView
from chalicelib.telegram.update import User
from chalicelib.text.language import DEFAULT
from chalicelib.web.kit.language import find_language
from chalicelib.web.kit.texts import Texts, texts_in


def texts_for(user: User, view: ChatView) -> Texts:
    """Returns the texts in the language of this person."""
    return choose_texts(view.chat.language, user.language_code)


def choose_texts(*tags: str | None) -> Texts:
    """Returns the texts in the first of these languages that there are texts in."""
    named = (find_language(tag) for tag in tags)
    return texts_in(next((found.tag for found in named if found), DEFAULT))
