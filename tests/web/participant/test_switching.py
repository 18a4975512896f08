"""A browser that becomes somebody else: by a private link, or since its conversation is another person's."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.services.access.results_links import LinkHolder, results_url
from chalicelib.services.delivery.telegram_links import read_participant
from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser, Page

START, TAKE, FORGET = "Start the conversation", "Continue it here", "Forget it and start new"
HERE = "http://127.0.0.1:8000"

OLD_BROWSERS = {
    "by origin": ({"Origin": HERE}, 303),
    "by referrer": ({"Referer": f"{HERE}/chat?s=x"}, 303),
    "foreign origin": ({"Origin": "https://evil.example"}, 403),
    "foreign referrer": ({"Referer": "https://evil.example/127.0.0.1:8000"}, 403),
    "other port": ({"Origin": "http://127.0.0.1:8001"}, 403),
    "other scheme": ({"Origin": "https://127.0.0.1:8000"}, 403),
    "no origin to tell": ({"Origin": "null"}, 403),
    "no address": ({"Origin": "http://[::1"}, 403),
    "foreign, whatever the referrer": ({"Origin": "null", "Referer": HERE}, 403),
}


def resume_link(page: Page) -> str:
    found = re.search(r'id="resume"[^>]*value="([^"]+)"', page.html)
    assert found
    return found[1].replace("&amp;", "&").removeprefix(HERE)


def people(host: Host, session: dict[str, Any]) -> list[dict[str, Any]]:
    return list(host.get(f"/sessions/{session['id']}/responses")["data"])


def test_the_private_link_goes_on_at_another_device(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.say(session, "Soup")
    answer = cem.post(cem.open(resume_link(page)).form(TAKE))
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"chat?s={session['id']}&told=resumed"  # the secret is out of the address
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    resumed = cem.open("/" + answer.headers["Location"])
    assert resumed.log == page.log
    assert "begun at another device" in resumed.text
    cem.say(session, "Bread")
    assert ben.chat(session).log == cem.chat(session).log
    assert len(people(host, session)) == 1


def test_opening_a_private_link_asks_and_changes_nothing(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session(questions=[{"text": "Name"}])
    page = ben.join(session)
    page = ben.say(session, "My secret soup")
    asked = cem.open(resume_link(page))
    assert asked.status == 200
    assert "begun on another device?" in asked.text
    assert "soup" not in asked.html
    assert asked.headers["Referrer-Policy"] == "strict-origin"  # never the address
    assert '<meta name="robots" content="noindex">' in asked.html
    assert cem.names == {}
    assert f"chat?s={session['id']}" in asked.links
    in_german = cem.open("/chat" + next(link for link in asked.links if link.endswith("lang=de")))
    assert in_german.has_form("Hier fortsetzen")
    assert cem.chat(session).log == []


@pytest.mark.parametrize("change", ["other session", "form token", "cut"])
def test_a_private_link_we_did_not_make_is_nobodys(change: str, host: Host, ben: Browser, cem: Browser) -> None:
    session, other = host.new_session(), host.new_session()
    token = cem.chat(session).form(START).fields["who"]
    link = resume_link(ben.join(session))
    made = {
        "other session": link.replace(session["id"], other["id"]),
        "form token": f"/chat?s={session['id']}&r={token}",
        "cut": link[:-1],
    }
    page = cem.open(made[change])
    assert page.has_form(START)
    at, _, secret = made[change].partition("&r=")
    answer = cem.send(f"{at.partition('?')[2]}&do=resume&r={secret}".encode())
    assert (answer.status_code, answer.headers["Location"]) == (303, at.removeprefix("/"))
    assert cem.names == {}


def test_a_private_link_does_not_replace_a_conversation_that_a_browser_has(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session()
    link = resume_link(ben.join(session))
    asked = cem.open(link).form(TAKE)
    cem.join(session)
    own = dict(cem.cookies)
    for answer in (cem.get(link), cem.post(asked)):
        assert (answer.status_code, answer.headers["Location"]) == (303, f"chat?s={session['id']}&told=refused")
        page = cem.open("/" + answer.headers["Location"])
        assert "The private link was not opened" in page.text
        assert "choose “Not you? Start new” first" in page.text
        assert page.log == [("Facilitator", "Reply 2")]
    assert cem.cookies == own


def test_ones_own_private_link_just_goes_on(host: Host, ben: Browser) -> None:
    session = host.new_session()
    link = resume_link(ben.join(session))
    assert ben.get(link).headers["Location"] == f"chat?s={session['id']}"


def test_a_cookie_without_a_conversation_stands_in_no_links_way(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session()
    link = resume_link(ben.join(session))
    cem.join(session)
    removed = next(it for it in people(host, session) if it["messages"][0]["content"] == "Reply 2")
    host.call("DELETE", f"/sessions/{session['id']}/participants/{removed['participant_id']}")
    page = cem.submit(cem.open(link).form(TAKE))
    assert page.log == [("Facilitator", "Reply 1")]


def test_a_link_to_a_conversation_that_was_removed_leads_to_the_start(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session()
    link = resume_link(ben.join(session))
    asked = cem.open(link).form(TAKE)
    (person,) = people(host, session)
    host.call("DELETE", f"/sessions/{session['id']}/participants/{person['participant_id']}")
    for answer in (cem.get(link), cem.post(asked)):
        assert (answer.status_code, answer.headers["Location"]) == (303, f"chat?s={session['id']}")
    assert cem.names == {}


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_only_our_page_makes_a_browser_somebody(
    headers: dict[str, str], host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session()
    form = cem.open(resume_link(ben.join(session))).form(TAKE)
    cem.headers = headers
    assert cem.post(form).status_code == 403
    assert cem.names == {}


def forms_of(host: Host, ben: Browser, cem: Browser) -> dict[str, Callable[[], Any]]:
    """Every kind of form, sent by a browser whose page is open: what comes back."""
    session = host.new_session()
    link = resume_link(ben.join(session))
    page = ben.chat(session)
    done, leave = page.form("I’m done"), ben.open(f"/chat?s={session['id']}&leave=1").form(FORGET)
    concluded = ben.submit(done)
    begun = cem.chat(session).form(START)
    asked = cem.open(link).form(TAKE)
    return {
        "join": lambda: cem.post(begun),
        "resume": lambda: Browser(headers=cem.headers).post(asked),
        "say": lambda: ben.post(page.form("Send"), content="Soup"),
        "done": lambda: ben.post(done),
        "rate": lambda: ben.post(concluded.form("Send rating"), rating="5"),
        "leave": lambda: ben.post(leave),
    }


@pytest.mark.parametrize("told", OLD_BROWSERS)
def test_where_a_browser_says_only_whence_a_form_comes_that_decides(
    told: str, host: Host, ben: Browser, cem: Browser
) -> None:
    sent = forms_of(host, ben, cem)
    ben.headers = cem.headers = OLD_BROWSERS[told][0]
    assert {name: send().status_code for name, send in sent.items()} == dict.fromkeys(sent, OLD_BROWSERS[told][1])


def test_a_browser_that_says_nothing_needs_our_token(host: Host, ben: Browser, cem: Browser) -> None:
    sent = forms_of(host, ben, cem)
    del sent["resume"]
    ben.headers = cem.headers = {}
    assert {name: send().status_code for name, send in sent.items()} == dict.fromkeys(sent, 303)


def test_a_form_to_join_that_is_none_of_ours_begins_nothing(host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "What do you eat?"}])
    form = ben.chat(session).form(START)
    (question,) = (name for name in form.fields if name.startswith("a-"))
    for who in ("", "x", form.fields["who"][:-1]):
        page = ben.submit(form, who=who, **{question: "Soup"})
        assert page.status == 403
        assert page.form(START).fields[question] == "Soup"
    assert ben.names == {}
    assert people(host, session) == []
    assert ben.submit(page.form(START)).has_form("Send")


def test_a_form_from_nobody_knows_where_hands_nobody_an_identity_that_others_know(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session()
    form = ben.chat(session).form(START)
    cem.headers = {}
    cem.submit(form)
    cem.say(session, "My secret soup")
    assert "soup" not in ben.submit(form).html
    assert len(people(host, session)) == 2


def test_somebody_else_at_the_same_device_is_asked_and_starts_new(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.say(session, "My secret soup")
    old = page.form("Send")
    asked = ben.open("/" + next(link for link in page.links if link.endswith("&leave=1")))
    assert asked.status == 200
    assert "soup" not in asked.html
    assert f"chat?s={session['id']}" in asked.links
    assert ben.chat(session).log == page.log  # asking forgets nothing
    fresh = ben.submit(asked.form(FORGET))
    assert fresh.has_form(START)
    assert "secret" not in fresh.html
    ben.submit(fresh.form(START))
    late = ben.submit(old, content="Meant for the other one")
    assert late.status == 403
    assert late.form("Send").fields["content"] == "Meant for the other one"
    assert sorted(person["message_count"] for person in people(host, session)) == [0, 1]


def test_who_was_forgotten_comes_back_by_the_link_that_the_page_gave(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.say(session, "Soup")
    link = resume_link(ben.open(f"/chat?s={session['id']}&leave=1"))
    ben.leave(session)
    assert ben.submit(ben.open(link).form(TAKE)).log == page.log


@pytest.mark.parametrize("live", [False, True])
def test_who_forgets_everywhere_is_gone_from_every_browser_and_link(
    live: bool, host: Host, ben: Browser, cem: Browser, clock: FakeClock, model: Interviewer
) -> None:
    session = host.new_session(results_visibility="participants", questions=[{"text": "What do you eat?"}])
    form = ben.chat(session).form(START)
    ben.submit(form)
    page = ben.say(session, "My secret soup")
    ben.submit(page.form("I’m done"))
    link, old = resume_link(page), page.form("Send")
    cem.submit(cem.open(link).form(TAKE))
    asked = Browser().open(link).form(TAKE)
    assert ben.open(f"/results?s={session['id']}").status == 200
    leave = ben.open(f"/chat?s={session['id']}&leave=1").form(FORGET)
    if live:
        said = urlencode({**leave.fields, "everywhere": "yes"}).encode()
        answer = ben.request("POST", f"/chat/live?s={session['id']}", said, {"X-Harmonica": "page"})
        assert answer.json_body["left"] is True
    else:
        assert ben.submit(leave, everywhere="yes").has_form(START)
    assert ben.names == {}
    # The other browser, its open page, the link and its open question, the first form: none of them knows the conversation.
    assert cem.open(f"/results?s={session['id']}").status == 403
    assert cem.chat(session).has_form(START)
    late = cem.submit(old, content="Late words")
    assert (late.status, late.log, "Late words" in late.html) == (403, [], True)
    for browser in (Browser(), cem):
        assert browser.get(link).headers["Location"] == f"chat?s={session['id']}"
        assert browser.post(asked).headers["Location"] == f"chat?s={session['id']}"
    again = Browser().submit(form)
    assert (again.status, "soup" in again.html, again.form(START).fields["who"] != form.fields["who"]) == (
        403,
        False,
        True,
    )
    # What was sent stays with the session, and whoever joins in such a browser is somebody new.
    cem.submit(cem.chat(session).form(START))
    assert [speaker for speaker, _ in cem.chat(session).log] == ["Facilitator"]
    assert sorted(person["message_count"] for person in people(host, session)) == [0, 1]


def test_a_link_to_the_results_ends_when_its_participant_forgets_everywhere(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session(results_visibility="participants")
    ben.join(session)
    ben.submit(ben.say(session, "Soup").form("I’m done"))
    (person,) = people(host, session)
    secret, now = container.deployment_secret(), container.clock().now()
    holder = LinkHolder("thread", person["participant_id"])
    link = results_url("", session["id"], holder, secret=secret, now=now)
    cem = Browser()
    cem.get(link)
    assert cem.open(f"/results?s={session['id']}").status == 200
    ben.submit(ben.open(f"/chat?s={session['id']}&leave=1").form(FORGET), everywhere="yes")
    assert cem.open(f"/results?s={session['id']}").status == 403
    later = results_url("", session["id"], replace(holder, generation=1), secret=secret, now=now)
    cem.get(later)
    assert cem.open(f"/results?s={session['id']}").status == 200


@pytest.mark.parametrize("live", [False, True])
def test_whoever_comes_next_sees_no_results_by_the_links_of_the_one_before(
    live: bool, host: Host, ben: Browser
) -> None:
    session, other = host.new_session(), host.new_session()
    links = [host.get(f"/sessions/{it['id']}")["results_url"].partition("8000")[2] for it in (session, other)]
    ben.join(session)
    for link in links:
        ben.get(link)
    assert ben.open(f"/results?s={session['id']}").status == 200
    form = ben.open(f"/chat?s={session['id']}&leave=1").form(FORGET)
    if live:
        said = urlencode(form.fields).encode()
        ben.request("POST", f"/chat/live?s={session['id']}", said, {"X-Harmonica": "page"})
    else:
        ben.submit(form)
    assert ben.open(f"/results?s={session['id']}").status == 403
    assert ben.chat(session).has_form(START)
    assert ben.open(f"/results?s={other['id']}").status == 200


def test_nobody_is_asked_to_forget_what_is_not_there(host: Host, ben: Browser) -> None:
    session = host.new_session()
    assert ben.open(f"/chat?s={session['id']}&leave=1").has_form(START)


def test_a_closed_conversation_can_be_forgotten_too(host: Host, ben: Browser, clock: FakeClock) -> None:
    session = host.new_session(closes_at="2026-03-01T13:00:00Z")
    ben.join(session)
    clock.advance(7200)
    assert any(link.endswith("&leave=1") for link in ben.chat(session).links)
    assert ben.leave(session).status == 410
    assert ben.names == {}


@pytest.mark.parametrize("told", ["done", "rated", "resumed", "x"])
def test_an_address_cannot_say_what_is_not_so(told: str, host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.open(f"/chat?s={session['id']}&told={told}")
    assert ('id="told"' in page.html) is (told == "resumed")
    assert 'id="told"' not in Browser().open(f"/chat?s={session['id']}&told={told}").html


def test_a_conversation_goes_on_in_telegram_where_there_is_a_bot(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()
    ben.join(session)
    assert not [link for link in ben.chat(session).links if "t.me" in link]
    monkeypatch.setenv("TELEGRAM_BOT", "harmonica_bot")
    settings.cache_clear()
    (link,) = [link for link in ben.chat(session).links if "t.me" in link]
    linked = read_participant(link.partition("?start=r_")[2], container.deployment_secret())
    assert linked
    assert linked.session_id == session["id"]
    ben.submit(ben.open(f"/chat?s={session['id']}&leave=1").form(FORGET), everywhere="yes")
    assert not [link for link in ben.chat(session).links if "t.me" in link]
