"""An anonymous session stores, queues, logs and exports nothing that tells who somebody is, whatever door they come by."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.services.access import join_sources
from chalicelib.store import keys
from infra.local.telegram.server import serving
from tests import events, leaks
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.events import Context
from tests.faults import Interviewer
from tests.stored_items import stored
from tests.telegram.local_telegram import BOT, SECRET, TOKEN, LocalTelegram
from tests.web.browser import Browser
from tests.web.host.visitor import SENDER, deliver, verify_sender
from tests.web.invited import START, invite, link_in
from tests.web.participant.test_join import EMAIL
from tests.web.participant.test_safety import NAME

ADDRESS, AGENT = "203.0.113.9", "Benfox/7.0 (Ben's phone)"
INVITED = "wilhelmina.invited@example.com"
# What would tell who somebody is, by where it is planted.
PLANTED = {
    "name in a form": "Benedikta Formname",
    "address in a form": "benedikta.form@example.com",
    "network address": ADDRESS,
    "browser": "Benfox",
    "address to be reminded at": "benedikta.reminder@example.com",
    "address for the conversation": "benedikta.transcript@example.com",
    "id over REST": "employee-4711@acme.example",
    "name over REST": "Cassandra Restname",
    "first name in Telegram": "Theodora",
    "user name in Telegram": "theodora_from_lima",
    "second name in Telegram": "Telegramsurname",
    "telephone in Telegram": "+15550123456",
}


@pytest.fixture
def telegram(clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalTelegram]:
    """Telegram, and mails."""
    there = LocalTelegram(clock)
    with serving(there.server) as url:
        for name, value in {
            "TELEGRAM_BOT": BOT,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TELEGRAM_API_URL": url,
            "REPLY_DELAY": "0",
            "MAIL_FROM": SENDER,
        }.items():
            monkeypatch.setenv(name, value)
        forget_wiring()
        verify_sender()
        yield there


def everything_kept(host: Host, session: str) -> str:
    """All that lies in tables and queues, was logged, or is exported."""
    exported = [host.call("GET", f"/sessions/{session}/export?format={it}").body.decode() for it in ("json", "csv")]
    exported += [str(host.get(f"/sessions/{session}/responses")), str(host.get(f"/sessions/{session}/activity"))]
    # The host entered whom to invite; that they came is told nowhere.
    items = [raw for kind, raw in stored() if kind.name != keys.INVITATIONS]
    return "\n".join([json.dumps(items, default=str), *exported, *leaks.told()])


def test_nothing_that_tells_who_somebody_is_stays_whatever_door_they_come_by(
    host: Host, telegram: LocalTelegram, ben: Browser, cem: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("kit.http", "participant.chat_request"):
        monkeypatch.setattr(f"chalicelib.web.{module}.source_address", lambda _: ADDRESS)
    session = host.new_session(prompt="Ask.", anonymous=True, reminders={"enabled": True, "after_hours": [24]})
    _on_the_page(ben, session)
    _over_rest(host, session["id"])
    number = _in_telegram(telegram, session["id"])
    invitation = invite(host, session, INVITED)[0]
    cem.submit(cem.open(link_in(deliver()[-1])).form(START))
    cem.say(session, "Soup, said by somebody who was invited")
    clock.advance(25 * 3600)
    app.sweep(events.clock_event(), Context())
    summarise(session["id"])
    kept = everything_kept(host, session["id"])
    assert kept.count("Soup, ") >= 4
    for what, told in {**PLANTED, "number in Telegram": str(number), "address invited": INVITED}.items():
        assert told not in kept, what
        assert told.casefold() not in kept.casefold(), what
    threads = [raw for kind, raw in stored() if kind.table == keys.CONVERSATIONS]
    assert invitation["id"] not in str(threads)


def _on_the_page(ben: Browser, session: dict[str, Any]) -> None:
    ben.headers |= {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS}
    ben.join(session, **{NAME: PLANTED["name in a form"], EMAIL: PLANTED["address in a form"]})
    page = ben.say(session, "Soup, said on the page")
    page = ben.submit(page.form("Save"), wanted="1", address=PLANTED["address to be reminded at"])
    page = ben.submit(page.form("I’m done"))
    ben.submit(page.form("Send me my conversation"), email=PLANTED["address for the conversation"])


def _over_rest(host: Host, session: str) -> None:
    who = {"participant": PLANTED["id over REST"], "participant_name": PLANTED["name over REST"]}
    assert host.join(session, **who).status_code == 200
    assert host.say(session, "Soup, said over REST", **who).status_code == 200


def _in_telegram(telegram: LocalTelegram, session: str) -> int:
    theodora = telegram.person(PLANTED["first name in Telegram"])
    theodora.open_link(f"https://t.me/{telegram.bot}?start=s_{session.replace('-', '')}")
    for update in telegram.updates():
        names = {"username": PLANTED["user name in Telegram"], "last_name": PLANTED["second name in Telegram"]}
        update["message"]["from"] |= names
        update["message"]["chat"] |= names
        update["message"]["contact"] = {"phone_number": PLANTED["telephone in Telegram"], **names}
        assert telegram.post(update).status == 200
    queued = str(leaks.told())
    assert not [it for it in (*PLANTED.values(), str(theodora.id)) if it in queued]  # not even until it is handled
    telegram.work_off()
    theodora.tap("Start the conversation")
    telegram.work_off()
    theodora.write("Soup, said in Telegram")
    telegram.work_off()
    theodora.tap("Remind me")
    telegram.work_off()
    return theodora.id


def test_the_key_by_which_a_networks_fingerprint_could_be_made_again_goes_with_its_day(aws: None) -> None:
    """What is left on a conversation is a code of its network, of which nobody can make another one to compare."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    guards = container.guards()
    first = join_sources.source_of(ADDRESS, "s", guards=guards, now=now)
    assert first == join_sources.source_of(ADDRESS, "s", guards=guards, now=now)
    assert first
    assert ADDRESS not in first
    (day_key,) = [raw for kind, raw in stored() if kind.name == keys.DAY_KEYS]
    ends = datetime.fromtimestamp(int(day_key[keys.EXPIRES_AT]["N"]), UTC)
    assert ends == datetime(2026, 3, 2, 1, tzinfo=UTC)
    boto3.client("dynamodb", region_name="us-east-1").delete_item(
        TableName="guards", Key={keys.GUARD_ID: day_key[keys.GUARD_ID]}
    )
    forget_wiring()
    assert join_sources.source_of(ADDRESS, "s", guards=container.guards(), now=now) != first
