"""Signed links to the results: whose they are, what they open and how long; who has taken part."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import container
from chalicelib.services.access.results_links import LinkHolder, results_url
from chalicelib.services.accounts.keys import revoke_key
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser
from tests.web.participant.test_results import OVERVIEW, opened, put, results, summary_of

HERE = "http://127.0.0.1:8000"
DAY = 24 * 3600


def talked(host: Host, session: dict[str, Any], model: Interviewer, participant: str = "p1", **headers: str) -> Any:
    """Somebody has a conversation to its end over REST: the final answer."""
    model.concludes = True
    body = {"participant_id": participant, "participant_name": "Bo", "content": "That is all"}
    answer = host.call("POST", f"/sessions/{session['id']}/chat", body, **headers)
    model.concludes = False
    assert answer.json_body["message"]["is_final"] is True
    return answer.json_body


def followed(url: str) -> Browser:
    """A browser that followed a link."""
    browser = Browser()
    assert browser.get(url.removeprefix(HERE)).status_code == 303
    return browser


def revoke(host: Host) -> None:
    revoke_key(host.key, accounts=container.accounts(), now=container.clock().now())


def disable(host: Host) -> None:
    container.accounts().disable_user(host.user_id, container.clock().now())


@pytest.fixture
def shared(host: Host) -> dict[str, Any]:
    """A session that shows its results to who took part, with a summary of six."""
    session = host.new_session(results_visibility="participants")
    put(session, summary_of(6))
    for number in range(5):
        host.say(session["id"], "Soup", f"early {number}")
    return session


def test_a_link_gives_what_its_holder_may_see_now(host: Host) -> None:
    session = host.new_session()
    put(session, summary_of(1))
    guest = host.invite(session["id"], "viewer")
    browser, page = opened(guest, session)
    assert page.status == 200
    container.sessions().add_member(session["id"], guest.user_id, "editor")
    assert "Conversations" in results(browser, session).text


@pytest.mark.parametrize(
    "change",
    [
        *("other session", "other user", "other day", "other kind", "other key", "other generation"),
        *("no key", "no day", "cut", "none"),
    ],
)
def test_a_link_we_did_not_make_opens_nothing(change: str, host: Host, ben: Browser) -> None:
    session, other = host.new_session(), host.new_session()
    token = host.get(f"/sessions/{session['id']}")["results_url"].partition("&k=")[2]
    kind, user, day, key, generation, signature = token.split(".")
    assert (kind, generation) == ("user", "0")
    made = {
        "other session": host.get(f"/sessions/{other['id']}")["results_url"].partition("&k=")[2],
        "other user": f"{kind}.{container.new_id()}.{day}.{key}.{generation}.{signature}",
        "other day": f"{kind}.{user}.{int(day) + 1}.{key}.{generation}.{signature}",
        "other kind": f"thread.{user}.{day}.{key}.{generation}.{signature}",
        "other key": f"{kind}.{user}.{day}.{'0' * 64}.{generation}.{signature}",
        "other generation": f"{kind}.{user}.{day}.{key}.1.{signature}",
        "no key": f"{kind}.{user}.{day}.{signature}",
        "cut": token[:-1],
        "none": "é",
        "no day": f"{kind}.{user}.²{day}.{key}.{generation}.{signature}",
    }
    page = ben.open(f"/results?s={session['id']}&k={made[change]}")
    assert page.status == 403
    assert ben.cookies == {}


def test_a_members_link_lasts_a_day_and_so_does_what_the_browser_keeps_of_it(host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    put(session, summary_of(1))
    link = host.get(f"/sessions/{session['id']}")["results_url"]
    browser = followed(link)
    clock.advance(DAY)
    assert results(browser, session).status == 200
    assert results(followed(link), session).status == 200
    clock.advance(DAY)
    assert results(browser, session).status == 403  # though it still has the cookie
    late = Browser()
    assert late.open(link.removeprefix(HERE)).status == 403
    assert late.cookies == {}
    assert opened(host, session)[1].status == 200  # a fresh one


@pytest.mark.parametrize("ends", [revoke, disable])
def test_a_link_from_before_links_named_a_key_ends_with_any_of_its_users_keys(
    ends: Callable[[Host], None], host: Host, clock: FakeClock
) -> None:
    session = host.new_session()
    secret, holder = container.deployment_secret(), LinkHolder("user", host.user_id)
    link = results_url(HERE, session["id"], holder, secret=secret, now=clock.now())
    browser = followed(link)
    assert results(browser, session).status == 200
    ends(host)
    assert results(browser, session).status == results(followed(link), session).status == 403


def test_the_link_is_the_same_all_day_and_each_member_has_their_own(host: Host, clock: FakeClock) -> None:
    def link(of: Host) -> str:
        return str(of.get(f"/sessions/{session['id']}")["results_url"])

    session = host.new_session()
    mine = link(host)
    clock.advance(3600)
    assert link(host) == mine != link(host.invite(session["id"], "viewer"))
    clock.advance(DAY)
    assert link(host) != mine


@pytest.mark.parametrize("visibility", ["host", "participants", "public"])
def test_the_final_answer_over_rest_leads_to_the_results_where_participants_see_them(
    visibility: str, host: Host, model: Interviewer
) -> None:
    session = host.new_session(results_visibility=visibility)
    begun = host.join(session["id"]).json_body
    assert set(begun) == {"message", "thread_id"}
    final = talked(host, session, model)
    if visibility == "host":
        assert set(final) == {"message", "thread_id"}
        return
    public = f"{HERE}/results?s={session['id']}"
    pattern = re.escape(public) + (
        "" if visibility == "public" else rf"&k=thread\.{final['thread_id']}\.\d+\.[\w-]{{43}}"
    )
    assert re.fullmatch(pattern, final["results_url"])
    assert host.say(session["id"], "One more thing").json_body["results_url"] == final["results_url"]


def test_a_final_answer_given_again_leads_there_too(host: Host, shared: dict[str, Any], model: Interviewer) -> None:
    key = {"Idempotency-Key": "once"}
    first = talked(host, shared, model, **key)
    assert talked(host, shared, model, **key) == first
    body = {"participant_id": "p2", "participant_name": "Bo", "content": "All", "message_id": "m1"}
    model.concludes = True
    path = f"/sessions/{shared['id']}/chat"
    answers = [host.call("POST", path, body).json_body for _ in range(2)]
    assert answers[0] == answers[1]
    assert "results_url" in answers[0]


def test_who_finished_elsewhere_sees_what_participants_see(
    host: Host, shared: dict[str, Any], model: Interviewer, ben: Browser
) -> None:
    final = talked(host, shared, model)
    answer = ben.get(final["results_url"].removeprefix(HERE))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"results?s={shared['id']}")
    page = results(ben, shared)
    assert page.status == 200
    assert OVERVIEW in page.text
    assert "Conversations" not in page.text
    assert results(Browser(), shared).status == 403


def test_such_a_link_ends_with_its_month_with_its_conversation_and_with_the_hosts_will(
    host: Host, shared: dict[str, Any], model: Interviewer, clock: FakeClock
) -> None:
    first, second = talked(host, shared, model), talked(host, shared, model, "p2")
    browsers = [followed(final["results_url"]) for final in (first, second)]
    host.call("DELETE", f"/sessions/{shared['id']}/participants/{first['thread_id']}")
    assert [results(browser, shared).status for browser in browsers] == [403, 200]
    host.call("PATCH", f"/sessions/{shared['id']}", {"results_visibility": "host"})
    assert results(browsers[1], shared).status == 403
    host.call("PATCH", f"/sessions/{shared['id']}", {"results_visibility": "participants"})
    clock.advance(31 * DAY)
    assert results(browsers[1], shared).status == 403


def test_a_participants_link_takes_nothing_from_a_member_at_the_same_browser(
    host: Host, shared: dict[str, Any], model: Interviewer
) -> None:
    browser, _ = opened(host, shared)
    browser.get(talked(host, shared, model)["results_url"].removeprefix(HERE))
    assert "Conversations" in results(browser, shared).text


def test_a_participants_link_in_one_session_opens_no_other(
    host: Host, shared: dict[str, Any], model: Interviewer, ben: Browser
) -> None:
    other = host.new_session(results_visibility="participants")
    token = talked(host, other, model)["results_url"].partition("&k=")[2]
    assert ben.open(f"/results?s={shared['id']}&k={token}").status == 403


def test_who_spoke_has_taken_part_once_the_session_is_over(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock
) -> None:
    session = host.new_session(results_visibility="participants", closes_at="2026-03-01T13:00:00Z")
    ben.join(session)
    ben.say(session, "Soup")
    cem.join(session)  # and says nothing
    assert results(ben, session).status == 403
    clock.advance(7200)
    assert f"results?s={session['id']}" in ben.chat(session).links
    assert f"results?s={session['id']}" not in cem.chat(session).links
    assert [results(browser, session).status for browser in (ben, cem, Browser())] == [200, 403, 403]
