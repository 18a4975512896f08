"""What the page about privacy says: each sentence follows from a setting, from the session, or from a constant of whatever keeps it.

What the page to join on says, too, comes from `disclosures`, for both.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.model import Session, SessionView, exports, lifetimes
from chalicelib.model.member_invitations import VALID
from chalicelib.model.own_models import ModelSource
from chalicelib.regions import name_region
from chalicelib.services.access.rate_limits import DAY
from chalicelib.services.access.results_links import DAYS
from chalicelib.services.accounts import logins, provider_sign_in
from chalicelib.services.delivery.transcripts import ADDRESS_KEPT, REMEMBERED
from chalicelib.services.participants.question_roles import asks_who
from chalicelib.services.sessions.retention import find_last_day
from chalicelib.services.synthesis.visibility import LEAST
from chalicelib.settings import Settings, settings
from chalicelib.web.kit import identity
from chalicelib.web.kit.cookies import KNOWN_SECONDS
from chalicelib.web.kit.disclosures import (
    has_backups,
    is_nameless,
    list_general_facts,
    list_recipients,
    list_telegram_facts,
    talks_script,
    tell_readers,
    tell_results,
    tell_who_answers,
)
from chalicelib.web.kit.language import COOKIE
from chalicelib.web.kit.page import LANGUAGE_SECONDS
from chalicelib.web.kit.texts import Texts, format_time_with_zone

_DAY_SECONDS = 24 * 3600


class About(Struct, frozen=True):
    """What the page is about, and in which language: a session, in which the reader's conversation `began` with these models where
    they have one; without a session, the whole site.

    `host_cookie` is the name of the cookie that signs hosts in; `is_encrypted`: the site is reached by https alone.
    """

    texts: Texts
    now: datetime
    host_cookie: str
    is_encrypted: bool
    view: SessionView | None = None
    began: ModelSource | None = None

    @property
    def session(self) -> Session | None:
        """The session, where it is about one."""
        return self.view.session if self.view else None

    def days(self, count: int) -> str:
        """So many days, in words."""
        return self.texts("days", count=count)


class Section(Struct, frozen=True):
    """A part of the page. Its name is that of its anchor; `rows` are facts with their names, below the sentences."""

    name: str
    heading: str
    sentences: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()


def list_sections(about: About) -> list[Section]:
    """Returns all parts of the page, but those on how to take back what one said and whom to ask."""
    texts, found, general = about.texts, settings(), dict(list_general_facts(about.texts))
    fact = {name: texts(name) for name in ("fact_readers", "fact_results")}
    view, session = about.view, about.session
    readers = tell_readers(view, texts) if view else [general[fact["fact_readers"]]]
    results = tell_results(session, texts) if session else [general[fact["fact_results"]]]
    parts = [
        Section("stored", texts("privacy_stored"), tuple(_tell_stored(about))),
        Section("where", texts("privacy_where"), tuple(_tell_where(about, found))),
        Section("until", texts("privacy_until"), tuple(_tell_until(about, found))),
        Section("model", texts("privacy_model"), tuple(_tell_model(about))),
        Section("readers", fact["fact_readers"], (*readers, texts("privacy_operator"))),
        Section("results", fact["fact_results"], (*results, *_tell_least(about))),
        Section("cookies", texts("privacy_cookies"), tuple(_tell_cookies(about)), tuple(_list_cookies(about))),
        Section("network", texts("privacy_network"), tuple(_tell_network(about, found))),
    ]
    if found.telegram_bot:
        parts.append(Section("telegram", texts("bot_fact_telegram"), tuple(it for _, it in list_telegram_facts(texts))))
    if found.mail_from:
        parts.append(Section("mail", texts("privacy_mail"), tuple(_tell_mail(about, found))))
    if not session:
        parts.append(Section("accounts", texts("privacy_accounts"), tuple(_tell_accounts(about, found))))
    return parts


def _tell_stored(about: About) -> Iterator[str]:
    texts, view = about.texts, about.view
    yield texts("privacy_words")
    if view is None or view.questions:
        yield texts("privacy_answers")
    if view is None or asks_who(view.questions):
        yield texts("privacy_name")
    yield texts("privacy_rating")
    yield texts("privacy_list" if talks_script(about.session) else "privacy_notes")
    if view and is_nameless(view):
        yield texts("privacy_anonymous")
    if view is None:
        yield texts("privacy_anonymous_session")


def _tell_where(about: About, found: Settings) -> Iterator[str]:
    texts = about.texts
    if not found.region:
        yield texts("privacy_local")
        return
    yield texts("privacy_region", region=name_region(found.region))
    if about.is_encrypted:
        yield texts("privacy_transit")
    if found.edge_secret_arn:
        yield texts("privacy_edge")


def _tell_until(about: About, found: Settings) -> Iterator[str]:
    texts, session = about.texts, about.session
    days = (session.retention_days if session else None) or found.retention_days
    last_day = find_last_day(session, about.now, found.retention_days) if session else None
    if session and last_day:
        yield texts("privacy_kept_until", time=format_time_with_zone(last_day, session.time_zone, texts))
    elif days:
        yield texts("privacy_kept" if session else "privacy_kept_stage", days=about.days(days))
    else:
        yield texts("privacy_kept_open" if session else "privacy_kept_general")
    if has_backups():
        yield texts("privacy_backups", days=about.days(lifetimes.BACKUP_DAYS))
    yield texts("privacy_record")
    yield texts("privacy_logs", days=about.days(lifetimes.LOG_DAYS))
    yield texts("privacy_exports", days=about.days(exports.KEPT.days))


def _tell_model(about: About) -> Iterator[str]:
    texts, session = about.texts, about.session
    if session:
        yield tell_who_answers(session, texts, about.began)
    else:
        yield dict(list_general_facts(texts))[texts("fact_with")]
        if settings().own_models_key:
            yield texts("privacy_model_hosts")
    if not talks_script(session):
        yield texts("privacy_model_gets")
    if servers := list_recipients(session, about.began):
        yield texts("privacy_model_servers", servers=" · ".join(servers))
        yield texts("privacy_model_terms")


def _tell_least(about: About) -> Iterator[str]:
    if about.session is None or about.session.results_shown_to != "host":
        yield about.texts("privacy_least", count=LEAST)


def _tell_cookies(about: About) -> Iterator[str]:
    yield about.texts("privacy_cookies_ours")
    yield about.texts("privacy_unsent")


def _list_cookies(about: About) -> Iterator[tuple[str, str]]:
    """Yields each cookie: its name, what it is for, and how long a browser keeps it."""
    texts = about.texts
    own, waiting = about.days(identity.COOKIE_SECONDS // _DAY_SECONDS), identity.WAITING_SECONDS // _DAY_SECONDS
    yield identity.BROWSER_COOKIE, texts("cookie_browser", days=own)
    yield f"{identity.PERSON_COOKIE}_…", texts("cookie_person", days=own)
    yield f"{identity.START_COOKIE}_…", texts("cookie_start", days=own)
    yield f"{identity.HOLDER_COOKIES['thread']}_…", texts("cookie_results", days=about.days(DAYS["thread"]))
    yield f"{identity.HOLDER_COOKIES['user']}_…", texts("cookie_results_of_host", days=about.days(DAYS["user"]))
    yield identity.WAITING_COOKIE, texts("cookie_waiting", days=about.days(waiting))
    yield COOKIE, texts("cookie_language", days=about.days(LANGUAGE_SECONDS // _DAY_SECONDS))
    if about.session is None:
        login = {"days": about.days(logins.LONGEST.days), "unused": about.days(logins.UNUSED.days)}
        yield about.host_cookie, texts("cookie_login", **login)
        if settings().oidc_issuer:
            minutes = int(provider_sign_in.VALID.total_seconds() // 60)
            yield f"{about.host_cookie}-begun", texts("cookie_sign_in", minutes=texts("minutes", count=minutes))
        yield f"{about.host_cookie}-known", texts("cookie_known", days=about.days(KNOWN_SECONDS // _DAY_SECONDS))


def _tell_network(about: About, found: Settings) -> Iterator[str]:
    texts = about.texts
    yield texts("privacy_network_counted", days=about.days(DAY.days))
    yield texts("privacy_network_source")
    yield texts("privacy_network_device")
    if found.region:
        yield texts("privacy_network_carrier")


def _tell_mail(about: About, found: Settings) -> Iterator[str]:
    texts, session = about.texts, about.session
    yield texts("privacy_mail_carrier", address=found.mail_from)
    yield texts("privacy_mail_invited")
    if session and session.anonymous:
        yield texts("privacy_mail_untold")
    if session is None or session.reminders["enabled"]:
        yield texts("privacy_mail_reminders")
    hours = int(ADDRESS_KEPT.total_seconds() // 3600)
    yield texts("privacy_mail_transcript", hours=texts("hours", count=hours), days=about.days(REMEMBERED.days))
    yield texts("privacy_mail_stopped")


def _tell_accounts(about: About, found: Settings) -> Iterator[str]:
    texts = about.texts
    yield texts("privacy_account")
    yield texts("privacy_member_invited", days=about.days(2 * VALID.days))  # with the last one made beside it
    if found.own_models_key:
        yield texts("privacy_account_models")
    yield texts("privacy_account_ends")
