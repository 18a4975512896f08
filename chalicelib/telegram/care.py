"""What the bot says first where words show a sign of danger."""

from chalicelib.model.telegram import Outgoing
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.safety import danger_in
from chalicelib.settings import settings
from chalicelib.telegram.incoming import Incoming
from chalicelib.web.kit.texts import Texts


def show_care(texts: Texts) -> str:
    """Returns the message, in HTML."""
    parts = [f"<b>{texts('care_heading')}</b>", escape(settings().help_text), texts("bot_care_text")]
    return "\n\n".join(part for part in parts if part)


def answer_danger(incoming: Incoming, words: str) -> tuple[Outgoing, ...]:
    """Returns the message where these words ask for it, whether they are stored or not."""
    return (incoming.say(show_care(incoming.texts)),) if danger_in([words]) else ()
