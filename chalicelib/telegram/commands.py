"""What the bot answers to commands in a private chat that are of no one conversation."""

from difflib import get_close_matches

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model.telegram import Button, Outgoing
from chalicelib.services.access.privacy_links import privacy_address
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.settings import settings
from chalicelib.store.sessions import FOR_QUESTIONS
from chalicelib.telegram.care import answer_danger
from chalicelib.telegram.elsewhere import find_thread
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.languages import texts_for
from chalicelib.telegram.session_list import list_sessions as list_sessions
from chalicelib.text.language import OWN
from chalicelib.text.normalise import one_line
from chalicelib.web.kit.contact import find_contact
from chalicelib.web.kit.disclosures import list_facts, list_general_facts, list_telegram_facts, name_facilitator
from chalicelib.web.kit.texts import Texts

# In the order in which they are told.
PRIVATE_COMMANDS = (
    *("start", "sessions", "resume", "stop", "remindme"),
    *("mywords", "mydata", "browser", "language", "privacy", "help"),
)

_IN_ROW = 2
_LONGEST_COMMAND = 32


def offer_languages(incoming: Incoming, _: str) -> Step:
    """Shows the languages that the bot speaks."""
    texts, chosen = incoming.texts, incoming.view.chat.language
    named = [Button(_mark(name, is_chosen=tag == chosen), f"language:{tag}") for tag, name in OWN.items()]
    rows = [tuple(named[start : start + _IN_ROW]) for start in range(0, len(named), _IN_ROW)]
    rows.append((Button(_mark(texts("bot_language_telegram"), is_chosen=chosen is None), "language:"),))
    return Step((incoming.say(escape(texts("bot_choose_language")), tuple(rows)),))


def choose_language(incoming: Incoming, parts: list[str]) -> Step:
    """Speaks the language whose button was tapped from now on."""
    tag = "".join(parts)
    if tag and tag not in OWN:
        return Step((incoming.answer_tap(),))
    chat = replace(incoming.view.chat, language=tag or None)
    texts = texts_for(chat, incoming.view.current)
    said = texts("bot_language_chosen", language=OWN[texts.tag])
    shown = incoming.change_tapped(escape(said)) or (incoming.say(escape(said)),)
    return Step((incoming.answer_tap(said), *shown), chat)


def tell_privacy(incoming: Incoming, _: str) -> Step:
    """Says who reads what, and what is stored: of the session that this chat is about, else in general."""
    texts, topic, address = incoming.texts, "", "privacy"
    facts = list_general_facts(texts)
    if session_id := incoming.view.chat.session_id:
        try:
            view = container.sessions().view(session_id, FOR_QUESTIONS)
            attended = incoming.view.attended.get(session_id)
            thread = find_thread(attended) if attended else None
            address = privacy_address(view.session, container.deployment_secret())
            topic, facts = view.session.topic, list_facts(view, texts, thread.models if thread else None)
        except NotFound:
            pass
    facts = [
        *facts,
        *list_telegram_facts(texts),
        (texts("bot_fact_forgotten"), texts("bot_forgotten_how", leave=texts("leave"))),
    ]
    rows = [f"<b>{escape(name)}</b>\n{escape(told)}" for name, told in facts]
    heading = [f"<b>{escape(topic)}</b>"] if topic else []
    own = _describe("mydata", texts)  # what is theirs to do comes before what is done with it
    more = escape(f"{texts('privacy_more')}: {settings().public_url}/{address}")
    return Step((incoming.say("\n\n".join([*heading, own, *rows, more, *_whom_to_ask(texts)])),))


def tell_help(incoming: Incoming, _: str) -> Step:
    """Says what the bot does, and its commands."""
    texts = incoming.texts
    listed = "\n".join(_describe(name, texts) for name in PRIVATE_COMMANDS)
    begun = " ".join((texts("home_join"), texts("bot_join_in_group")))
    parts = [escape(_tell_what_this_is(texts)), escape(begun), listed, *_whom_to_ask(texts)]
    return Step((incoming.say("\n\n".join(parts)),))


def _describe(name: str, texts: Texts) -> str:
    """A command and what it does, as a line of HTML."""
    return f"/{name} – {escape(texts(f'bot_command_{name}'))}"


def tell_unknown(incoming: Incoming) -> Step:
    """Says that there is no such command, and which ones are near it."""
    texts = incoming.texts
    words = (incoming.message.text or "").split()
    command = one_line(words[0].partition("@")[0], _LONGEST_COMMAND) if words else "/"
    said = [texts("bot_unknown_command", command=command)]
    if near := get_close_matches(command.removeprefix("/").casefold(), PRIVATE_COMMANDS):
        said.append(texts("bot_near_commands", commands=" ".join(f"/{name}" for name in near)))
    else:
        said.append(texts("bot_see_help"))
    return Step((incoming.say(escape("\n".join(said))),))


def tell_how_to_begin(incoming: Incoming) -> Step:
    """Says to somebody who has chosen no session how to come into one, and that what they wrote went nowhere."""
    texts = incoming.texts
    message = incoming.update.message
    is_command = message is not None and (message.text or "").startswith("/")
    lost: tuple[Outgoing, ...] = ()
    if message is not None and not is_command:
        words = message.text or message.caption or ""
        lost = (*answer_danger(incoming, words), incoming.say(escape(texts("bot_not_taken"))))
    if incoming.view.attended:
        step = list_sessions(incoming, "")
        return replace(step, sends=(*lost, *step.sends))
    told = [
        _tell_what_this_is(texts),
        " ".join((texts("home_join"), texts("bot_join_in_group"))),
        texts("bot_see_help"),
    ]
    return Step((*lost, incoming.say(escape("\n\n".join(told)))))


def change_blocking(incoming: Incoming) -> Step:
    """Notes that somebody has blocked the bot, or lets it in again."""
    change, chat = incoming.update.membership, incoming.view.chat
    is_blocked = change is not None and not change.new.is_in
    if is_blocked == chat.is_blocked:
        return Step()
    return Step(chat=replace(chat, is_blocked=is_blocked))


def _tell_what_this_is(texts: Texts) -> str:
    return texts("home_intro", facilitator=name_facilitator(texts))


def _whom_to_ask(texts: Texts) -> list[str]:
    """Returns whom people ask for help, and where those in distress find some."""
    contact, found = find_contact(settings().support_contact), settings().help_text
    told = texts("contact", contact=contact.shown) if contact else texts("contact_host")
    return [escape(told), *([escape(texts("help_foot", help=found))] if found else [])]


def _mark(label: str, *, is_chosen: bool) -> str:
    return f"✓ {label}" if is_chosen else label
