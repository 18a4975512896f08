"""Catalogues and how one of them is chosen; the language and direction of single texts."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from chalicelib import web
from chalicelib.errors import RefusedBecause
from chalicelib.llm.providers import KINDS as PROVIDERS
from chalicelib.model import STANCES
from chalicelib.model.deletions import DeletedBy
from chalicelib.model.insights import InsightSource
from chalicelib.model.knowledge import ClaimCategory
from chalicelib.model.member_invitations import GivenRole, SubjectKind
from chalicelib.model.memory import ConclusionKind
from chalicelib.model.own_models import KeyStatus
from chalicelib.model.sessions import DistributionStatus, PromptOrigin, Role
from chalicelib.model.users import GroupStatus
from chalicelib.services.delivery.stop_links import StopKind
from chalicelib.services.delivery.telegram_groups import Refusal
from chalicelib.services.delivery.transcripts import Outcome
from chalicelib.services.invitations.progress import State
from chalicelib.services.member_invitations.holding import Reason as InvitationReason
from chalicelib.services.member_invitations.inviting import Outcome as InvitedAs
from chalicelib.services.own_models.problems import Reason
from chalicelib.services.participants.form import Rule
from chalicelib.services.participants.scopes import Channel
from chalicelib.services.projects.knowledge import GROUPS as GROUPS_OF_KNOWLEDGE
from chalicelib.services.results.exports.selection import PARTS
from chalicelib.services.results.offered_questions import OFFERED_KINDS
from chalicelib.services.results.participation import PROGRESS
from chalicelib.services.results.summary_changes import Change
from chalicelib.services.results.widget_answers import WidgetType
from chalicelib.services.sessions.brief_hints import Hint
from chalicelib.services.sessions.cloning import RESETTABLE
from chalicelib.services.sessions.logo import LogoRule
from chalicelib.telegram.groups import Standing
from chalicelib.telegram.routes import COMMANDS, GROUP_COMMANDS
from chalicelib.web.host.dashboard import SORTS
from chalicelib.web.host.export import KINDS
from chalicelib.web.host.follow_up import HOWS
from chalicelib.web.host.form_cards import Kind
from chalicelib.web.host.harmonica_md import HEADINGS as HARMONICA_HEADINGS
from chalicelib.web.host.history import BRANDING
from chalicelib.web.host.knowledge import DONE as KNOWLEDGE_DONE
from chalicelib.web.host.members import NEWS as MEMBER_NEWS
from chalicelib.web.host.own_models import DONE, SIZES
from chalicelib.web.host.people import NEWS
from chalicelib.web.host.profile import FIELDS as PROFILE
from chalicelib.web.host.session_page import PAGES
from chalicelib.web.host.settings_fields import CHOICES, GROUPS, SETTINGS
from chalicelib.web.kit.language import LANGUAGES, find_language, guess_language
from chalicelib.web.kit.texts import texts_in
from tests.api.hosts import Host
from tests.example_tables import each_row
from tests.web.browser import Browser

WEB = Path(web.__file__).parent
ENGLISH = texts_in("en").catalogue
AS_IN_ENGLISH = {
    "de": {"Telegram", "API", "{time}, {by}: {what}."},  # names, and marks alone
    "fr": {
        *("Sessions", "Versions", "Version {number}", "Question {number}", "Conversation", "Conversations", "Tensions"),
        *(
            "Participation",
            "Participants",
            "Participant {number}",
            "Messages",
            "Tension",
            "Action",
            "Actions",
            "Observation",
            "Notifications",
        ),
    },
}

# How a key begins that is put together: `t('status_' ~ state)` in a template, `texts(f"refused_{rule}")` in a module.
BEGINNING = re.compile(r"[\"'](\w+_)[\"'] ~|\bf\"(\w+_)\{")
STATES = ("draft", "open", "active", "completed")
BRIEF = ("goal", "critical", "context", "topic")
# What it ends with then.
ENDINGS: dict[str, Iterable[str]] = {
    "answer_": (*get_args(SubjectKind), *get_args(InvitationReason)),
    "answer_as_": get_args(GivenRole),
    "announcement_": get_args(DistributionStatus),
    "bot_command_": {*COMMANDS, *GROUP_COMMANDS},
    "brief_": (*BRIEF, *get_args(get_type_hints(Hint)["kind"])),
    "channel_": get_args(Channel),
    "change_": get_args(Change),
    "check_results_": CHOICES["results_visibility"],
    "deletion_by_": get_args(DeletedBy),
    "done_": MEMBER_NEWS,
    "drift_": (*BRIEF, "template_id"),
    "followed_": HOWS,
    "export_kind_": KINDS,
    "export_part_": PARTS,
    "figure_": (*PROGRESS, "excluded"),
    "group_": (*get_args(GroupStatus), *(it for it in get_args(Standing) if it != "administrator")),
    "group_code_": get_args(Refusal),
    "group_do_": [it for it in get_args(GroupStatus) if it != "confirmed"],
    "harmonica_": HARMONICA_HEADINGS,
    "hint_": BRIEF,
    "insight_": get_args(InsightSource),
    "kind_": get_args(Kind),
    "knowledge_": (*GROUPS_OF_KNOWLEDGE, *KNOWLEDGE_DONE, "running", "failed"),
    "claim_": [it.replace("-", "_") for it in get_args(ClaimCategory)],
    "member_status_": get_args(InvitedAs),
    "models_": SIZES,
    "models_done_": DONE,
    "models_is_": get_args(KeyStatus),
    "models_no_": get_args(Reason),
    "models_of_": CHOICES["models"],
    "offered_": OFFERED_KINDS,
    "only_": STATES,
    "origin_": get_args(PromptOrigin),
    "person_": NEWS,
    "profile_": [name for field in PROFILE for name in (field.name, f"{field.name}_hint")],
    "progress_": PROGRESS,
    "refused_": (*get_args(Rule), *get_args(RefusedBecause)),
    "reset_": {*RESETTABLE} - {"status"},
    "role_": get_args(Role),
    "results_": CHOICES["results_visibility"],
    "sections_": ("participants", "public"),
    "setting_": (*SETTINGS, *(f"{name}_hint" for name in SETTINGS)),
    "setting_branding_": BRANDING,
    "setting_logo_": get_args(LogoRule),
    "settings_": [group for group, _ in GROUPS],
    "sort_": SORTS,
    "source_": ("create_session", "manual_edit", "earlier"),
    "stance_": STANCES,
    "status_": STATES,
    "step_": BRIEF,
    "tab_": [page for pages in PAGES.values() for page in pages],
    "tabs_": [group for group, pages in PAGES.items() if len(pages) > 1],
    "visible_": CHOICES["results_visibility"],
    "access_": CHOICES["access"],
    "invitations_": ("made", "known", "twice"),
    "invited_": (*get_args(State), "only_heading", "only_text"),
    "widget_": get_args(WidgetType),
    "with_": (*PROVIDERS, "scripted"),
    "mail_": get_args(Outcome),
    "memory_": get_args(ConclusionKind),
    "stop_": get_args(StopKind),
    "stopped_": get_args(StopKind),
}


def html_of(page: str) -> str:
    found = re.search(r"<html[^>]*>", page)
    assert found
    return found[0]


@each_row("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_a_catalogue_is_translated(tag: str) -> None:
    same = {str(text) for key, text in texts_in(tag).catalogue.items() if text == ENGLISH[key]}
    same -= AS_IN_ENGLISH.get(tag, set())
    assert len(same) < 10
    assert max(same, key=len, default="").count(" ") < 3


def test_every_text_is_used_and_no_other_is_asked_for() -> None:
    sources = [*WEB.rglob("*.py"), *WEB.glob("*/templates/*.html"), *(WEB.parent / "telegram").rglob("*.py")]
    source = "\n".join(file.read_text() for file in sources)
    beginnings = {part for found in BEGINNING.findall(source) for part in found if part}
    assert [it for it in beginnings if it not in ENDINGS and any(key.startswith(it) for key in ENGLISH)] == []
    composed = {beginning + ending for beginning, endings in ENDINGS.items() for ending in endings}
    quoted = set(re.findall(r"[\"'](?=(\w+)[\"'])", source))
    assert ENGLISH.keys() - composed - quoted == set()
    assert composed <= set(ENGLISH)
    asked = set(re.findall(r"\bt(?:exts)?\(\"(\w+)\"(?! ~)", source))
    assert asked <= set(ENGLISH)


def test_templates_have_no_words_of_their_own() -> None:
    for template in WEB.glob("*/templates/*.html"):
        attributes = r"\{% (?:set (?:wrong|rules|about|attributes)|block (?:main|body)_attributes) %\}.*?\{% end(?:set|block) %\}"
        text = re.sub(attributes, "", template.read_text(), flags=re.DOTALL)
        text = re.sub(r"<style.*?</style>", " ", text, flags=re.DOTALL)
        text = re.sub(r"<code.*?</code>", " ", text, flags=re.DOTALL)  # commands, the same in every language
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.DOTALL)
        words = set(re.findall(r"[^\W\d_]{2,}", text))
        assert words <= {"Harmonica", "HARMONICA", "md"}, template.name


@pytest.mark.parametrize(
    ("accepted", "session_language", "spoken", "direction"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", None, "de", "ltr"),
        ("ar-EG", "de", "ar", "rtl"),
        ("zh-TW,zh;q=0.8", None, "zh-Hant", "ltr"),
        ("zh-CN", None, "zh-Hans", "ltr"),
        ("zh", None, "zh-Hans", "ltr"),
        ("pt-BR,es;q=0.4,fr;q=0.7", None, "fr", "ltr"),
        ("pt-BR", "Spanish", "es", "ltr"),
        ("de;q=0,fr", None, "fr", "ltr"),
        ("*", "العربية", "ar", "rtl"),
        ("", None, "en", "ltr"),
        (";;,q=;=,de;q=x," * 50, None, "en", "ltr"),
    ],
)
def test_the_browsers_language_comes_first_then_the_sessions(
    accepted: str, session_language: str | None, spoken: str, direction: str, host: Host, ben: Browser
) -> None:
    session = host.new_session(language=session_language)
    ben.headers["Accept-Language"] = accepted
    page = ben.chat(session)
    assert html_of(page.html) == f'<html lang="{spoken}" dir="{direction}">'
    assert page.headers["Content-Language"] == spoken
    assert texts_in(spoken)("start") in page.text


def test_a_visitor_switches_and_it_stays_so(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.headers["Accept-Language"] = "fr"
    page = ben.chat(session)
    address = next(link for link in page.links if "lang=ar" in link)
    assert 'dir="rtl"' in html_of(ben.open(f"/chat{address}").html)
    assert 'lang="ar"' in html_of(ben.chat(session).html)
    assert ben.open("/").text.startswith(f"Harmonica Harmonica {texts_in('ar')('home_heading')}")
    ben.open(f"/chat?s={session['id']}&lang=en")
    assert ben.join(session).has_form("Send")


def test_sentences_of_chinese_stand_without_gaps(host: Host, ben: Browser) -> None:
    session = host.new_session(cross_pollination=True, anonymous=True)
    for tag, gap in (("zh-Hans", "。"), ("zh-Hant", "。"), ("de", ". ")):
        told = re.findall(r"<dd>(.*?)</dd>", ben.open(f"/chat?s={session['id']}&lang={tag}").html)
        assert max(fact.count(gap) for fact in told) >= 2, tag
        assert not any("。 " in fact for fact in told), tag


def test_a_language_that_there_is_not_changes_nothing(host: Host, ben: Browser) -> None:
    page = ben.open(f"/chat?s={host.new_session()['id']}&lang=xx")
    assert 'lang="en"' in html_of(page.html)
    assert "hm_lang" not in ben.cookies


def test_problems_are_told_in_the_visitors_language_too(host: Host, ben: Browser) -> None:
    ben.headers["Accept-Language"] = "de"
    page = ben.open("/chat?s=nonsense")
    assert page.status == 404
    assert texts_in("de")("missing_text") in page.text


@each_row(
    "words, session_tag, marked",
    [
        ("Guten Tag", "de", ("de", "ltr")),
        ("Hello", None, ("en", "ltr")),
        ("مرحبا بكم", "de", ("ar", "rtl")),
        ("مرحبا بكم", "fa-IR", ("fa-IR", "rtl")),
        ("שלום", None, ("he", "rtl")),
        ("这个问题很长", None, ("zh-Hans", "ltr")),
        ("這個問題很長", "en", ("zh-Hant", "ltr")),
        ("これは日本語です", None, ("ja", "ltr")),
        ("Привет", None, ("ru", "ltr")),
        ("5 - 7", None, ("en", "ltr")),
        ("5 - 7", "ar", ("ar", "ltr")),
    ],
)
def test_words_carry_their_own_language_and_direction(
    words: str, session_tag: str | None, marked: tuple[str, str]
) -> None:
    assert guess_language(words, session_tag, LANGUAGES["en"]) == marked


def test_a_message_is_marked_as_what_it_is(host: Host, ben: Browser) -> None:
    session = host.new_session(language="German")
    ben.headers["Accept-Language"] = "en"
    ben.join(session)
    page = ben.say(session, "שלום לכולם")
    assert '<div class="words said" lang="he" dir="rtl">שלום לכולם</div>' in page.html
    assert '<div class="words" lang="de" dir="ltr"><p>Reply 2</p></div>' in page.html


@each_row("named", ["", " ", "Klingon", 'de"', "x" * 35, "中"])
def test_what_is_no_language_is_none(named: str) -> None:
    assert find_language(named) is None
