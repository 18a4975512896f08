"""A host's sessions in the browser: found, made, passed on, ended and deleted; all of it as REST shows it."""

import html
import re
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.model import TelegramGroup
from chalicelib.settings import settings
from chalicelib.store.cards import Cards
from chalicelib.store.index_pages import Part
from tests import events
from tests.api.hosts import Host, new_host
from tests.api.jobs import update_cards
from tests.events import Context
from tests.faults import tap
from tests.web.browser import Browser, Page
from tests.web.host.visitor import follow, send, sign_in
from tests.web.test_privacy import ON_AWS, stage

ANA = "ana@example.com"


def act(browser: Browser, path: str, button: str, **fields: str) -> Any:
    """Press a button on the page of a session; the bare answer."""
    return send(browser, path, browser.open(path).form(button), **fields)


def listed(page: Page) -> list[str]:
    """The names of the sessions that the dashboard lists, in their order."""
    return [html.unescape(name) for name in re.findall(r"<a data-session [^>]*>([^<]*)</a>", page.html)]


def test_who_is_not_signed_in_reads_what_this_is(host: Host, ben: Browser) -> None:
    page = ben.open("/")
    assert "sign-in" in page.links
    assert not page.has_form("Start from a template")


def test_a_new_host_finds_three_ways_to_begin(ana: Browser) -> None:
    page = ana.open("/")
    assert "Three ways to begin" in page.text
    assert page.has_form("Start from a template")


def test_sessions_are_searched_filtered_and_paged(ana: Browser, host: Host) -> None:
    made = [host.new_session(topic=f"Session {number}") for number in range(22)]
    host.call("PATCH", f"/sessions/{made[0]['id']}", {"status": "completed"})
    first, second = ana.open("/"), ana.open("/?from=20")
    assert (len(listed(first)), len(listed(second))) == (20, 2)
    assert "22 sessions" in first.text
    assert "?from=20" in first.links
    by_name = ana.open("/?sort=topic")
    assert listed(by_name) == [f"Session {number}" for number in range(20)]
    assert "?sort=topic&from=20" in by_name.links
    assert listed(ana.open("/?q=session+21")) == ["Session 21"]
    assert listed(ana.open("/?status=completed")) == ["Session 0"]
    assert "Nothing fits" in ana.open("/?q=nowhere").text
    assert ana.open("/?from=9999999999&status=nonsense&sort=nonsense").status == 200


def test_the_dashboard_says_how_a_session_stands_and_offers_what_its_reader_may_do(
    host: Host, ana: Browser, cem: Browser
) -> None:
    session = host.new_session(is_public=True)["id"]
    assert "open · 0 people" in ana.open("/").text
    assert [listed(ana.open(f"/?status={it}")) for it in ("open", "active")] == [["Lunch"], []]
    host.invite(session, "viewer", "bo@example.com")
    new_host("cy@example.com").join(session)
    assert update_cards(session)
    own, viewers = ana.open("/"), sign_in(cem, "bo@example.com").open("/")
    assert "active · 1 person" in own.text
    assert [listed(ana.open(f"/?status={it}")) for it in ("open", "active")] == [[], ["Lunch"]]
    offered = [f"/sessions/{session}?delete=1#delete" in page.links for page in (own, viewers)]
    assert offered == [page.has_form("Duplicate") for page in (own, viewers)] == [True, False]
    assert f"/chat?s={session}" in own.html
    assert ana.open(f"/sessions/{session}?delete=1").html.count('<details class="card" id="delete" open>') == 1


def test_drafts_come_first_under_a_heading_of_their_own_and_are_searched_too(ana: Browser, host: Host) -> None:
    host.new_session(topic="Lunch")
    host.new_session(topic="Lunch soon", draft=True)
    host.new_session(topic=None, goal=None, draft=True)
    assert listed(ana.open("/?sort=topic")) == ["Without a name", "Lunch soon", "Lunch"]
    assert listed(ana.open("/?q=lunch")) == ["Lunch soon", "Lunch"]
    assert listed(ana.open("/?status=draft&sort=topic")) == ["Without a name", "Lunch soon"]
    assert listed(ana.open("/?status=open")) == ["Lunch"]
    assert "All drafts" not in ana.open("/").text
    for number in range(4):
        host.new_session(topic=f"Lunch {number}", draft=True)
    page = ana.open("/?q=lunch&sort=topic")
    assert listed(page) == ["Lunch 0", "Lunch 1", "Lunch 2", "Lunch 3", "Lunch soon", "Lunch"]
    assert "?status=draft&from=0" in ana.open("/").links


def test_a_copy_is_a_draft_made_once_that_says_what_it_has_not(ana: Browser, host: Host) -> None:
    host.call("POST", "/integrations/telegram/groups", {"group_id": "-100"})
    session = host.new_session(topic="Lunch", distribution=[{"group_id": "-100"}], is_public=True)["id"]
    form = ana.open("/").form("Duplicate")
    answers = [send(ana, f"/sessions/{session}", form, do="clone") for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    page = follow(ana, answers[0])
    assert "This is the copy, a draft" in page.text
    assert "It is announced in no Telegram group." in page.text
    assert "It is not on the public list." in page.text
    assert "It has no end" not in page.text
    assert listed(ana.open("/")) == ["Lunch", "Lunch"]
    host.call("PATCH", f"/sessions/{session}", {"status": "completed"})
    copied = follow(ana, act(ana, f"/sessions/{session}", "Duplicate it", do="clone"))
    assert "It has no end" in copied.text
    assert host.get("/sessions?status=draft")["pagination"]["total"] == 2


def test_who_only_takes_part_is_led_to_the_conversation(host: Host, cem: Browser) -> None:
    session = host.new_session(is_public=True)["id"]
    new_host("bo@example.com").join(session)
    page = sign_in(cem, "bo@example.com").open("/")
    assert "Take part" in page.text
    assert ("active ·" in page.text, "0 people" in page.text) == (True, False)
    assert listed(cem.open("/?status=active")) == ["Lunch"]
    assert not [link for link in page.links if "/sessions/" in link]


def test_a_session_just_made_is_listed_before_the_index_has_it_and_one_just_deleted_no_more(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/sessions/{host.new_session()['id']}"
    (back,) = {link for link in ana.open(path).links if link.startswith("/?new=")}
    with monkeypatch.context() as lagging:
        lagging.setattr("chalicelib.store.cards.read_part", lambda *_: Part([], 0))
        assert "1 session" in ana.open(back).text
        assert listed(ana.open("/")) == []
        assert listed(ana.open(back)) == ["Lunch"]
        assert listed(ana.open("/?new=00000000-0000-4000-8000-000000000000")) == []
    assert listed(ana.open(back)) == ["Lunch"]
    assert listed(ana.open(f"/?deleted={path.rpartition('/')[2]}")) == []


def test_a_draft_just_opened_is_no_draft_on_the_dashboard_whatever_the_index_says(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(draft=True)["id"]
    (card,) = container.cards().of_user(host.user_id, {}, drafts=True)
    host.call("PATCH", f"/sessions/{session}", {"status": "active"})
    old = {True: ([card], 1), False: ([], 0)}
    monkeypatch.setattr(Cards, "part_of_user", lambda *_, drafts: old[drafts])
    assert "draft ·" in ana.open("/").text
    page = ana.open(next(link for link in ana.open(f"/sessions/{session}").links if link.startswith("/?new=")))
    assert ("draft ·" in page.text, "open ·" in page.text, "1 session" in page.text) == (False, True, True)


def test_the_example_is_shown_where_there_is_one(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "See an example" not in ana.open("/").text
    monkeypatch.setattr("chalicelib.web.host.dashboard.find_example", lambda: "results?s=1")
    assert "See an example" in ana.open("/").text


@pytest.mark.parametrize(
    ("button", "do", "meanwhile"), [("Open the session", "open", "completed"), ("Open it again now", "reopen", "draft")]
)
def test_a_button_of_an_old_page_opens_nothing_that_it_was_not_made_for(
    ana: Browser, host: Host, button: str, do: str, meanwhile: str
) -> None:
    path = f"/sessions/{host.new_session(draft=do == 'open')['id']}"
    if do == "reopen":
        host.call("PATCH", path, {"status": "completed"})
    form = ana.open(path).form(button)
    host.call("PATCH", path, {"status": "active"})
    assert host.call("PATCH", path, {"status": meanwhile}).status_code == 200
    answer = send(ana, path, form, do=do)
    assert (answer.status_code, host.get(path)["status"]) == (409, meanwhile)


def test_every_registered_group_is_offered_and_what_is_chosen_is_the_distribution_that_rest_shows(
    ana: Browser, host: Host
) -> None:
    for number in range(3):
        host.call(
            "POST", "/integrations/telegram/groups", {"group_id": f"-10{number}", "group_name": f"Group {number}"}
        )
    path = f"/sessions/{host.new_session(distribution=[{'group_id': '-100'}])['id']}"
    page = ana.open(path)
    assert [name in page.text for name in ("Group 0", "Group 1", "Group 2")] == [True] * 3
    form = page.form("Keep this choice")
    assert {name: value for name, value in form.fields.items() if "." in name} == {"was.1": "-100", "group.1": "-100"}
    # Meanwhile another one is added elsewhere; what this page says nothing of, stays.
    host.call("PATCH", path, {"distribution": [{"group_id": "-100"}, {"group_id": "-102"}]})
    del form.fields["group.1"]
    saved = follow(ana, send(ana, path, form, do="groups", **{"group.2": "-101"}))
    assert "The choice of groups is kept." in saved.text
    shown = host.get(path)["distribution"]
    assert [(it["group_id"], it["status"]) for it in shown] == [("-102", "unconfirmed"), ("-101", "unconfirmed")]
    wrong = send(ana, path, form, do="groups", **{"group.9": "-999"})
    assert (wrong.status_code, "can no longer be chosen" in wrong.body.decode()) == (400, True)
    many = send(ana, path, form, do="groups", **{f"group.{number}": f"-10{number}" for number in range(22)})
    assert (many.status_code, "at most 20 groups" in many.body.decode()) == (400, True)
    assert host.get(path)["distribution"] == shown
    host.invite(path.rpartition("/")[2], "viewer", "bo@example.com")
    assert "Group 1" not in sign_in(Browser(), "bo@example.com").open(path).text


def test_a_host_sees_how_an_announcement_will_read(ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    container.telegram_groups().register(
        host.user_id, TelegramGroup("-100", "Lunch", None, container.clock().now(), "confirmed")
    )
    path = f"/sessions/{host.new_session(topic='Soup <i>& more', goal='Ask <b>all</b>.', draft=True)['id']}"
    assert "How it reads in a group" not in ana.open(path).text
    monkeypatch.setenv("TELEGRAM_BOT", "harmonica_bot")
    settings.cache_clear()
    page = ana.get(path).body.decode()
    assert "<b>Soup &lt;i&gt;&amp; more</b>\n\nAsk &lt;b&gt;all&lt;/b&gt;.\n\nA private conversation" in page
    assert ">[ Join ]</bdi>" in page


def test_a_host_with_a_bot_finds_the_link_into_telegram_among_those_to_pass_on(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()["id"]
    link = f"https://t.me/harmonica_bot?start=s_{session.replace('-', '')}"
    assert "Link into Telegram" not in ana.open(f"/sessions/{session}").text
    monkeypatch.setenv("TELEGRAM_BOT", "harmonica_bot")
    settings.cache_clear()
    page = ana.open(f"/sessions/{session}")
    assert f'value="{link}"' in page.html
    assert "Link into Telegram" in page.text


def test_a_host_reads_why_a_session_was_not_announced_and_has_that_tried_again_once(ana: Browser, host: Host) -> None:
    now = container.clock().now()
    container.telegram_groups().register(host.user_id, TelegramGroup("-100", "Lunch", None, now, "confirmed"))
    session = host.new_session(distribution=[{"group_id": "-100"}])["id"]
    path = f"/sessions/{session}"
    assert not ana.open(path).has_form("Try again")
    assert app.deliver(events.batch(events.message(session)), Context()) == {"batchItemFailures": []}
    page = ana.open(path)
    assert "It could not be announced. Telegram is not set up on this server." in page.text
    form = page.form("Try again")
    for _ in range(2):
        again = follow(ana, send(ana, path, form, do="again"))
        assert ("are tried again" in again.text, again.has_form("Try again")) == (True, False)
        assert host.get(path)["distribution"][0]["status"] == "pending"


def test_a_session_is_deleted_by_who_types_its_name(ana: Browser, host: Host) -> None:
    path = f"/sessions/{host.new_session(topic='Lunch & more')['id']}"
    assert "a backup of the database" not in ana.open(path).text
    with stage(**ON_AWS):
        assert "You cannot take that back. For 35 days more, a backup of the database has it" in ana.open(path).text
    refused = act(ana, path, "Delete it for good", do="delete", name="Lunch")
    assert refused.status_code == 400
    assert 'aria-describedby="name-error"' in refused.body.decode()
    assert host.call("GET", path).status_code == 200
    deleted = act(ana, path, "Delete it for good", do="delete", name=" lunch & MORE ")
    page = follow(ana, deleted)
    assert ("The session is deleted." in page.text, "a backup of the database" in page.text) == (True, False)
    with stage(**ON_AWS):
        assert "a backup of the database has it" in follow(ana, deleted).text
    assert host.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("role", "may_end", "may_delete"), [("viewer", False, False), ("editor", True, False), ("admin", True, True)]
)
def test_each_role_may_what_it_may_over_rest(
    host: Host, cem: Browser, role: Any, may_end: bool, may_delete: bool
) -> None:
    path = f"/sessions/{host.new_session()['id']}"
    host.invite(path.rpartition("/")[2], role, "bo@example.com")
    page = sign_in(cem, "bo@example.com").open(path)
    assert (page.has_form("End it now"), page.has_form("Delete it for good")) == (may_end, may_delete)
    token = page.form("Sign out")
    ended = send(cem, path, token, do="end").status_code
    deleted = send(cem, path, token, do="delete", name="Lunch").status_code
    assert (ended, deleted) == (303 if may_end else 403, 303 if may_delete else 403)


def test_another_tenants_session_opens_for_nobody_else(host: Host, cem: Browser) -> None:
    theirs, mine = host.new_session(topic="Secret plans"), host.new_session()
    host.invite(mine["id"], "viewer", "bo@example.com")
    sign_in(cem, "bo@example.com")
    page = cem.open(f"/sessions/{theirs['id']}")
    assert (page.status, "Secret plans" in page.text) == (403, False)
    assert "Secret plans" not in cem.open("/").text
    assert cem.open("/sessions/no-such-session").status == 404


def test_the_first_page_is_counted_for_whoever_says_that_they_are_signed_in(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.kit.http.PAGES", 0)
    assert ben.open("/").status == 200
    ben.cookies["harmonica"] = "x" * 43
    assert ben.open("/").status == 429


def test_at_an_address_that_leads_nowhere_who_is_signed_in_finds_the_way_back_and_for_others_nothing_is_read(
    ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, lost, theirs = tap(monkeypatch), "There is no conversation here", "There is nothing here"
    mine, forged = ({"cookie": f"harmonica={it}"} for it in (ana.cookies["harmonica"], "x" * 43))
    for path in ("/nonsense", "/nonsense/deeper", "/account/no/such/page"):
        found = events.request("GET", path, headers=mine)
        assert (found.status, theirs in found.body, 'action="/sign-out"' in found.body) == (404, True, True)
        assert lost not in found.body
    assert wire.calls
    wire.calls.clear()
    assert lost in events.request("GET", "/nonsense").body
    assert wire.calls == []
    assert lost in events.request("GET", "/nonsense", headers=forged).body
    monkeypatch.setattr("chalicelib.web.kit.http.PAGES", 0)
    assert events.request("GET", "/nonsense", headers=forged).status == 429


@pytest.mark.parametrize("path", ["/", "/projects", "/keys", "/account"])
def test_the_way_around_says_which_page_this_is(ana: Browser, path: str) -> None:
    assert f'href="{path}" aria-current="page">' in ana.open(path).html
    assert ana.open(path).html.count('aria-current="page"') == 1
