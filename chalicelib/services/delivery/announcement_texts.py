"""What an announcement in a Telegram group says, in the language of its session."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from chalicelib.model import Session
from chalicelib.model.telegram import Button, Buttons
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.delivery.telegram_links import session_link
from chalicelib.text.language import choose_own_language
from chalicelib.text.locales import fill, fill_counted, format_moment, format_offset
from chalicelib.text.sentences import cut_at_sentence

GOAL_LENGTH = 700  # characters that are shown of a goal

_FOLDER: Final = Path(__file__).with_name("words")

Reason = Literal[
    "not_set_up",
    "not_linked",
    "unlinked",
    "bot_removed",
    "no_permission",
    "topic_closed",
    "topic_gone",
    "group_gone",
    "message_gone",
    "refused",
]


class AnnouncementTexts(Struct, frozen=True, forbid_unknown_fields=True):
    """The texts in the language of this tag; `reason_…` says to the host why there is no announcement."""

    tag: str
    about: dict[str, str]
    facilitator_ai: str
    facilitator_script: str
    until: str
    readers: str
    anonymous: str
    join: str
    web: str
    invited_only: str
    ended: str
    not_open: str
    withdrawn: str
    removed: str
    results: str
    results_for_participants: str
    open_chat: str
    reason_not_set_up: str
    reason_not_linked: str
    reason_unlinked: str
    reason_bot_removed: str
    reason_no_permission: str
    reason_topic_closed: str
    reason_topic_gone: str
    reason_group_gone: str
    reason_message_gone: str
    reason_refused: str


class Text(Struct, frozen=True):
    """A message for a group: its HTML, the buttons below it, and the language that it is in."""

    html: str
    buttons: Buttons
    language: str

    @property
    def fingerprint(self) -> str:
        """What tells this message from another one."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]


class Addresses(Struct, frozen=True):
    """Where the links of announcements lead: the user name of the bot, and where the pages are."""

    bot: str
    public_url: str

    def has_pages(self) -> bool:
        """Whether a button in Telegram can lead to the pages: it takes no address of a single machine."""
        return self.public_url.startswith("https://")


@cache
def read_texts(tag: str) -> AnnouncementTexts:
    """Returns the texts in a language of ours, read once a process."""
    read = msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes())
    return msgspec.convert({"tag": tag, **read}, AnnouncementTexts)


def explain_failure(code: str, tag: str) -> str:
    """Returns why there is no announcement, by the code of the reason, in a language of ours."""
    return str(getattr(read_texts(tag), f"reason_{code}", read_texts(tag).reason_refused))


def write_open(session: Session, addresses: Addresses, *, with_script: bool) -> Text:
    """Returns what announces a session that is open, in which people talk with a script or an AI facilitator. Where only people
    join who were invited, it says so, and has no button: none of theirs is for a group."""
    texts = texts_of(session)
    facts = list_facts(session, texts, with_script=with_script)
    facts.append(f"{texts.readers} {texts.anonymous}" if session.anonymous else texts.readers)
    if session.access == "invited":
        facts.append(texts.invited_only)
    paragraphs = (_heading(session), escape(_shorten(session.goal)), escape("\n".join(facts)))
    if session.access == "invited":
        return Text("\n\n".join(paragraphs), (), texts.tag)
    join = [Button(texts.join, url=session_link(addresses.bot, session.id))]
    web = [Button(texts.web, url=f"{addresses.public_url}/chat?s={session.id}")] if addresses.has_pages() else []
    return Text("\n\n".join(paragraphs), ((*join, *web),), texts.tag)


def list_facts(session: Session, texts: AnnouncementTexts, *, with_script: bool) -> list[str]:
    """Returns what somebody is asked to do, with a script or an AI facilitator, how long that takes, and until when they can."""
    facilitator = texts.facilitator_script if with_script else texts.facilitator_ai
    facts = [fill_counted(texts.tag, texts.about, session.duration_minutes, facilitator=facilitator)]
    return [*facts, until] if (until := tell_until(session, texts)) else facts


def tell_until(session: Session, texts: AnnouncementTexts) -> str:
    """Returns until when a session is open; empty where it has no end."""
    if not session.closes_at:
        return ""
    local = session.closes_at.astimezone(ZoneInfo(session.time_zone))
    zone = "UTC" if session.time_zone == "UTC" else f"{session.time_zone}, {format_offset(local)}"
    return fill(texts.tag, texts.until, until=format_moment(texts.tag, local), zone=zone)


def write_closed(session: Session, addresses: Addresses) -> Text:
    """Returns what stands in its place while nobody can join, with the way to the results for those who may read them."""
    texts = texts_of(session)
    said, buttons = texts.not_open if session.is_draft else texts.ended, list[Button]()
    shown_to = "host" if session.is_draft else session.results_shown_to
    results = f"{addresses.public_url}/results?s={session.id}"
    if shown_to == "public" and addresses.has_pages():
        buttons.append(Button(texts.results, url=results))
    elif shown_to == "public":
        said = f"{said}\n{texts.results}: {results}"
    elif shown_to == "participants":
        said = f"{said} {texts.results_for_participants}"
        buttons.append(Button(texts.open_chat, url=session_link(addresses.bot, session.id)))
    return Text(f"{_heading(session)}\n\n{escape(said)}", (tuple(buttons),) if buttons else (), texts.tag)


def write_withdrawn(session: Session) -> Text:
    """Returns what stands in its place once the host has taken the group out."""
    texts = texts_of(session)
    return Text(f"{_heading(session)}\n\n{escape(texts.withdrawn)}", (), texts.tag)


def write_removed(tag: str) -> Text:
    """Returns what stands in its place once the session was deleted: nothing of it."""
    return Text(escape(read_texts(tag).removed), (), tag)


def texts_of(session: Session) -> AnnouncementTexts:
    """Returns the texts in the language of a session."""
    return read_texts(choose_own_language(session.language, f"{session.topic}. {session.goal}"))


def _heading(session: Session) -> str:
    return f"<b>{escape(session.topic)}</b>"


def _shorten(text: str) -> str:
    if len(text) <= GOAL_LENGTH:
        return text
    return f"{cut_at_sentence(text, len(text[:GOAL_LENGTH].encode()))} …"
