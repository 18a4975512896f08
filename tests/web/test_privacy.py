"""The page about privacy: each sentence is there when what it tells is so, and only then; and whom it tells of a session."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from chalicelib import container, settings
from chalicelib.model.own_models import ChosenModel, ModelKey, ModelTiers, OwnModels
from chalicelib.text.language import OWN
from chalicelib.web.kit.texts import texts_in
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.example_tables import each_row
from tests.web.browser import Browser, Page
from tests.web.host.visitor import SENDER, deliver, sign_in, verify_sender
from tests.web.invited import invite, path_of

ON_AWS = {"STAGE": "prod", "AWS_REGION": "eu-central-1"}


@contextmanager
def stage(**variables: str) -> Iterator[None]:
    """What an operator sets."""
    with pytest.MonkeyPatch.context() as changed:
        for name, value in variables.items():
            changed.setenv(name, value)
        settings.settings.cache_clear()
        yield
    settings.settings.cache_clear()


@pytest.fixture
def member(host: Host) -> Browser:
    """The host, signed in."""
    verify_sender()
    with stage(MAIL_FROM=SENDER):
        return sign_in(Browser(), "ana@example.com")


def of_session(browser: Browser, session: Mapping[str, Any]) -> Page:
    return browser.open(f"/privacy?s={session['id']}")


# What an operator sets, what is told with it alone, and what without it alone.
@each_row(
    "variables, told, otherwise",
    [
        (ON_AWS, "Region: eu-central-1, Europe (Frankfurt).", "On the computer that this site runs on."),
        (
            ON_AWS,
            "in the backups of the databases, for up to 35 days",
            "its data are files there that are not encrypted",
        ),
        (ON_AWS, "Amazon Web Services, which carries the requests", ""),
        ({**ON_AWS, "PUBLIC_URL": "https://talk.example"}, "On the way there it is encrypted, too.", ""),
        ({**ON_AWS, "EDGE_SECRET_ARN": "arn:edge"}, "passes through CloudFront", ""),
        (
            {"RETENTION_DAYS": "90"},
            "A session is deleted 90 days after its end",
            "or a time is over that the host has set",
        ),
        ({"LLM_PROVIDER": "anthropic"}, "It is sent to: api.anthropic.com", "a list of the answers, and counts"),
        (
            {"LLM_PROVIDER": "anthropic"},
            "notes on your conversation, the themes in it",
            "processed on this server only",
        ),
        ({"LLM_PROVIDER": "anthropic"}, "no answer to a question for an e-mail address", ""),
        ({"LLM_PROVIDER": "anthropic"}, "is up to that provider and its contract", ""),
        (
            {"LLM_PROVIDER": "openai", "OPENAI_BASE_URL": "https://models.example/v1"},
            "It is sent to: models.example",
            "",
        ),
        (
            {"LLM_PROVIDER": "bedrock", "BEDROCK_REGION": "eu-west-1"},
            "It is sent to: bedrock-mantle.eu-west-1.api.aws",
            "",
        ),
        (
            {"OWN_MODELS_KEY": "arn:aws:kms:us-east-1:123456789012:key/k"},
            "A host can have models of their own answer",
            "",
        ),
        ({"OWN_MODELS_KEY": "arn:aws:kms:us-east-1:123456789012:key/k"}, "Your keys for models are encrypted", ""),
        ({"TELEGRAM_BOT": "harmonica_bot"}, "they are not end-to-end encrypted", ""),
        ({"TELEGRAM_BOT": "harmonica_bot"}, "for 14 days at most", ""),
        ({"TELEGRAM_BOT": "harmonica_bot"}, "is forgotten 180 days after you last began", ""),
        ({"MAIL_FROM": "talk@example.org"}, "Their sender is talk@example.org.", ""),
        (
            {"MAIL_FROM": "talk@example.org"},
            "until the mail is sent, 1 hour at most. A code of it stays for 30 days",
            "",
        ),
        ({"MAIL_FROM": "talk@example.org"}, "If you ask to be reminded by mail", ""),
        ({"OIDC_ISSUER": "https://id.example"}, "while it goes on: 15 minutes", ""),
        ({"SUPPORT_CONTACT": "help@example.org"}, "About this site: help@example.org", ""),
        ({"HELP_TEXT": "Samaritans 116 123"}, "Samaritans 116 123", ""),
        ({"PUBLIC_URL": "https://talk.example"}, "__Host-harmonica-known", ""),
    ],
)
def test_what_holds_on_the_whole_site_follows_from_its_settings(
    variables: Mapping[str, str], told: str, otherwise: str, ben: Browser
) -> None:
    before = ben.open("/privacy").text
    assert told not in before
    assert otherwise in before
    with stage(**variables):
        page = ben.open("/privacy")
    assert page.status == 200
    assert told in page.text
    assert not otherwise or otherwise not in page.text


def test_how_long_logs_files_and_cookies_are_kept_is_told_wherever_it_runs(ben: Browser) -> None:
    told = ben.open("/privacy").text
    for said in (
        "They are kept for up to 30 days.",
        "a large file waits for at most 1 day",
        "again in this browser: 180 days",
        "by a link that was made for you: 30 days",
        "may see them as host: 1 day",
        "the language that you chose: 365 days",
        "90 days at most, and 30 days without use",
        "for some things for up to 1 day",
        "at least 5 people have taken part",
        "An anonymous session says so before you begin.",
    ):
        assert said in told, said


# The fields of a session, what is told with them alone, and what without them alone.
@each_row(
    "fields, told, otherwise",
    [
        ({"retention_days": 7}, "This session is deleted 7 days after its end", "No date is set on which this session"),
        (
            {"anonymous": True},
            "This session is anonymous: no name,",
            "A name or an e-mail address, where you are asked",
        ),
        ({"anonymous": True}, "tells the host of nobody whether they have come", "Your answers to the questions"),
        (
            {"results_visibility": "public"},
            "Everybody may see the summary.",
            "Only the host, and people they give access",
        ),
        ({"results_visibility": "participants"}, "once at least 5 people have taken part", ""),
        ({"cross_pollination": True}, "Themes that several people raise may be mentioned to others", ""),
        ({"reminders": {"enabled": True, "after_hours": [24]}}, "If you ask to be reminded by mail", ""),
        (
            {"branding": {"host_name": "The canteen"}},
            "what becomes of the answers: The canteen.",
            "the host, who sent you",
        ),
    ],
)
def test_what_holds_for_a_session_follows_from_it(
    fields: Mapping[str, Any], told: str, otherwise: str, host: Host, ben: Browser
) -> None:
    with stage(MAIL_FROM="talk@example.org"):
        plain = of_session(ben, host.new_session()).text
        page = of_session(ben, host.new_session(**fields))
    assert told not in plain
    assert otherwise in plain
    assert told in page.text
    assert not otherwise or otherwise not in page.text
    assert "If you have an account" not in page.text


def test_of_a_session_that_has_ended_the_day_is_told(host: Host, ben: Browser) -> None:
    with stage(RETENTION_DAYS="30"):
        session = host.new_session(time_zone="Europe/Berlin")
        assert "This session is deleted 30 days after its end" in of_session(ben, session).text
        assert host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"}).status_code == 200
        told = of_session(ben, session).text
    assert re.search(r"This session has ended. It is deleted on \d+ \w+ \d{4}, \d\d:\d\d \(Europe/Berlin", told)


def test_a_session_on_its_hosts_own_models_names_their_servers(
    host: Host, ben: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    monkeypatch.setenv("OWN_MODELS_KEY", "arn:aws:kms:us-east-1:123456789012:key/k")
    settings.settings.cache_clear()
    key = ModelKey("k1", "openai_compatible", "ours", "https://models.example/v1", clock.now())
    model = ChosenModel("k1", "m")
    own = container.own_models().put(OwnModels(host.user_id, (key,), ModelTiers(model, model, model)))
    on_stage, on_own = host.new_session(models="stage"), host.new_session(models="account")
    assert "It is sent to: api.anthropic.com" in of_session(ben, on_stage).text
    told = of_session(ben, on_own).text
    assert "It is sent to: models.example " in told
    assert "models.example processes what you write" in told
    container.own_models().put(replace(own, tiers=ModelTiers(model, model, model, "stage")))
    assert "It is sent to: models.example · api.anthropic.com" in of_session(ben, on_own).text
    assert "A host can have models of their own answer" not in told


def test_a_session_for_invited_people_and_a_draft_tell_nothing_to_others(
    host: Host, ben: Browser, cem: Browser, member: Browser
) -> None:
    secret = {"topic": "Zanzibar", "branding": {"host_name": "Quagga"}, "retention_days": 7}
    invited, draft = host.new_session(access="invited", **secret), host.new_session(draft=True, **secret)
    general = cem.open("/privacy").text
    for session in (invited, draft):
        page = of_session(cem, session)
        assert page.status == 200
        assert page.text == general
    (invitation,) = invite(host, invited, "ben@example.com")
    link = path_of(invitation["url"])
    (way,) = [it for it in ben.open(link).links if it.startswith("privacy?") and "&v=" in it]
    assert "Zanzibar" in ben.open(f"/{way}").text  # from the page to join on, before anything is stored of them
    switched = next(it for it in ben.open(f"/{way}").links if "lang=de" in it)
    assert "Zanzibar" in Browser().open(f"/privacy{switched}").text
    assert of_session(cem, {"id": f"{invited['id']}&v=x"}).text == general
    ben.submit(ben.open(link).form("Start the conversation"))
    page = of_session(ben, invited)  # who takes part is known by their cookie
    assert "Zanzibar" in page.text
    assert f"chat?s={invited['id']}" in page.links
    assert all("Quagga" in of_session(member, it).text for it in (invited, draft))


def test_no_session_has_no_page_and_every_other_page_leads_here(host: Host, ben: Browser, member: Browser) -> None:
    session = host.new_session(results_visibility="public")
    assert ben.open("/privacy?s=0e9a6c0e-0000-4000-8000-000000000000").status == 404
    assert ben.open("/privacy?s=x").status == 404
    pages = [ben.chat(session), ben.join(session), ben.open(f"/results?s={session['id']}")]
    pages += [member.open(f"/sessions/{session['id']}/settings"), member.open(f"/sessions/{session['id']}")]
    for page in pages:
        assert any(f"privacy?s={session['id']}" in it for it in page.links), page.text[:60]
    for page in (ben.open("/"), ben.open("/static/none.js"), member.open("/account")):
        assert "/privacy" in [urlsplit(it).path for it in page.links]


def test_the_mail_of_an_invitation_leads_here(host: Host, member: Browser) -> None:
    session = host.new_session(access="invited", topic="Zanzibar")
    with stage(MAIL_FROM=SENDER):
        invite(host, session, "ada@example.com")
        found = re.search(r"(/privacy\?[\w=&;.-]+)", deliver()[-1].replace("&amp;", "&"))
        assert found
        assert "Zanzibar" in Browser().open(found[1]).text


def test_it_sets_nothing_asks_nothing_of_others_and_names_every_cookie(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    page = of_session(ben, session)
    assert ben.cookies == {}
    ben.join(session)
    ben.leave(session)
    ben.open(f"/chat?s={session['id']}&lang=de")
    named = {re.sub("_…", "", it) for it in re.findall(r"<code[^>]*>(.*?)</code>", page.html)}
    assert {it if it == "hm_lang" else it.partition("_")[0] for it in ben.cookies} <= named
    assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', page.html)).replace("http://www.w3.org", "")
    assert len(re.findall(r"<script", page.html)) == 0


@each_row("tag", OWN)
def test_it_is_there_in_every_language(tag: str, host: Host, ben: Browser) -> None:
    session = host.new_session(anonymous=True)
    with stage(MAIL_FROM="talk@example.org", TELEGRAM_BOT="bot", LLM_PROVIDER="anthropic", **ON_AWS):
        page = ben.open(f"/privacy?s={session['id']}&lang={tag}")
    texts = texts_in(tag)
    assert texts("privacy_anonymous") in page.text
    assert texts("privacy_backups", days=texts("days", count=35)) in page.text
    assert not re.search(r"[{}]", re.sub(r"<style.*?</style>", "", page.html))
