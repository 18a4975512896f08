"""What keeps people safe: identity that moves only where it should, limits, nothing stored that was promised not to be."""

import re
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from chalicelib import settings
from chalicelib.services.access import rate_limits
from chalicelib.web.kit import http
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Fault, Interviewer, Wire, unreachable
from tests.web.browser import Browser
from tests.web.participant.test_results import opened

_FILES = re.compile(r'(?:src|href)="static/([a-z.]+)\.[0-9a-f]{12}\.(css|js)" nonce=')
NAME, EMAIL = "a-8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d501", "a-8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d502"


def everything_stored() -> str:
    """All items of all tables, as they lie there."""
    dynamodb: Any = boto3.client("dynamodb")
    return "\n".join(repr(dynamodb.scan(TableName=name)["Items"]) for name in dynamodb.list_tables()["TableNames"])


def test_a_form_without_our_mark_does_nothing(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    for do in ("done", "rate", "leave", "choose", "say"):
        answer = ben.send(f"s={session['id']}&do={do}&content=x&rating=5".encode())
        assert answer.status_code == 403
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert (person["active"], person["rating"], person["message_count"]) == (True, None, 0)


def test_an_anonymous_session_stores_nothing_that_tells_who_it_is(host: Host, ben: Browser) -> None:
    session = host.new_session(anonymous=True)
    ben.headers |= {"User-Agent": "Benfox/7.0 (Ben's phone)", "X-Forwarded-For": "203.0.113.9"}
    ben.join(session, **{NAME: "Benedikta", EMAIL: "ben@example.com"})
    page = ben.say(session, "Soup")
    page = ben.submit(page.form("I’m done"))
    ben.submit(page.form("Send rating"), rating="5", comment="Fine")
    stored = everything_stored()
    assert "Soup" in stored
    assert "Fine" in stored
    for told in ("Benedikta", "ben@example.com", "Benfox", "203.0.113.9", "127.0.0.1"):
        assert told not in stored


def test_twenty_turns_a_minute_and_then_a_kind_word(host: Host, ben: Browser, clock: FakeClock) -> None:
    session = host.new_session()
    ben.join(session)
    for number in range(rate_limits.TURNS):
        assert ben.say(session, f"Soup {number}").status == 200
    page = ben.say(session, "One too many")
    assert page.status == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert "a lot of messages within a minute" in page.text
    assert page.form("Send").fields["content"] == "One too many"
    clock.advance(60)
    assert ben.submit(page.form("Send")).log[-2] == ("You", "One too many")


def test_past_its_allowance_an_address_is_asked_to_wait_and_no_word_is_lost(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()
    form = ben.join(session).form("Send")
    monkeypatch.setattr(http, "PAGES", 3)
    page = cem.chat(session)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) >= 1
    assert "A little slower" in page.text
    spoken = ben.submit(form, content="Soup")
    assert spoken.status == 429
    assert re.search(r"please send it again in \d+ seconds\.", spoken.text)
    assert spoken.form("Send again").fields["content"] == "Soup"
    clock.advance(60)
    assert ben.submit(spoken.form("Send again")).log[-2] == ("You", "Soup")


def test_pages_and_the_api_count_apart(host: Host, ben: Browser) -> None:
    for _ in range(rate_limits.VISITS + 1):
        ben.open("/chat?s=x")
    assert host.client.http.get("/api/v1/sessions/public").status_code == 200


def test_when_counting_fails_nobody_is_turned_away(host: Host, ben: Browser, wire: Wire) -> None:
    session = host.new_session()
    with wire.broken(Fault("unreachable", unreachable), at=1):
        assert ben.chat(session).status == 200


def test_every_page_names_a_nonce_of_its_own(host: Host, ben: Browser) -> None:
    session = host.new_session()
    seen = set()
    for page in (ben.chat(session), ben.join(session), ben.chat(session)):
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', page.html))
        assert f"script-src 'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
        assert f"style-src 'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
        assert not re.search(r"<script[^>]*>[^<]|<style| style=| on\w+=", page.html)
        assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', page.html)).replace("http://www.w3.org", "")
        seen.add(nonce)
    assert len(seen) == 3


def test_files_are_kept_for_good_under_the_name_of_their_content(host: Host, ben: Browser) -> None:
    page = ben.chat(host.new_session())
    for address in re.findall(r'(?:src|href)="(static/[^"]+)"', page.html):
        answer = ben.get(f"/{address}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    current = ben.get(f"/{address}").body
    for stale in (re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", address), re.sub(r"\.[0-9a-f]{12}\.", ".", address)):
        answer = ben.get(f"/{stale}")  # of a page that was open before a deployment
        assert (answer.body, answer.headers["Cache-Control"]) == (current, "no-cache")
    assert ben.get("/static/none.js").status_code == 404


def test_a_page_needs_one_script_and_the_form_names_that_of_the_next(host: Host, ben: Browser) -> None:
    session = host.new_session()
    form, conversation = ben.chat(session).html, ben.join(session).html
    assert {name for name, kind in _FILES.findall(form) if kind == "js"} == {"join"}
    assert {name for name, kind in _FILES.findall(conversation) if kind == "js"} == {"chat"}
    (ahead,) = re.findall(r'data-ahead="([^"]+)"', form)
    assert f'src="{ahead}"' in conversation
    script = ben.get(f"/{ahead}").body.decode()
    assert not re.search(r"^\s*(import|export) ", script, re.MULTILINE)


def test_pages_are_small(host: Host, ben: Browser) -> None:
    session = host.new_session(topic="x" * 300, welcome_message="word " * 900)
    for page, limit in ((ben.chat(session), 40_000), (ben.join(session), 60_000)):
        files = {f"{name}.{kind}" for name, kind in _FILES.findall(page.html)}
        served = (ben.get(f"/static/{name}").body for name in files)
        assert len(page.html.encode()) + sum(map(len, served)) < limit


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("help@example.org", '<a href="mailto:help@example.org"><bdi>help@example.org</bdi></a>'),
        ("https://example.org/help", '<a href="https://example.org/help"><bdi>example.org/help</bdi></a>'),
        ("javascript:alert(1)", "<bdi>javascript:alert(1)</bdi>"),
        ("<b>Ada</b>", "<bdi>&lt;b&gt;Ada&lt;/b&gt;</bdi>"),
        ("", "Ask the person who sent you the link."),
    ],
)
def test_every_page_says_whom_to_ask(
    told: str, shown: str, host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_CONTACT", told)
    settings.settings.cache_clear()
    for page in (ben.open("/chat?s=x"), ben.open("/results?s=x"), ben.chat(host.new_session())):
        assert shown in page.html


def test_markdown_of_hosts_and_models_stays_harmless(host: Host, ben: Browser) -> None:
    harm = "# Big\n\n[x](javascript:alert(1)) ![i](https://evil.example/p.png) <iframe src=x> **bold** https://ok.example [l](https://ok.example)"
    html = ben.chat(host.new_session(welcome_message=f"{harm} [c](//evil.example)")).html
    assert "<strong>bold</strong>" in html
    assert '<a href="https://ok.example" rel="noopener noreferrer nofollow" target="_blank">' in html or (
        'href="https://ok.example"' in html and 'rel="noopener noreferrer nofollow"' in html
    )
    for absent in ('href="javascript', 'href="//', "<img", "<iframe", "<h1>Big"):
        assert absent not in html


def test_words_of_the_facilitator_link_nowhere(
    host: Host, ben: Browser, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, complete = host.new_session(), model.complete
    lure = "**Expired:** [sign in](https://evil.example/login) or <https://evil.example> ![i](https://evil.example/p)"
    monkeypatch.setattr(model, "complete", lambda *given: replace(complete(*given), text=lure))
    page = ben.join(session)
    member, shown = opened(host, session)
    (link,) = [link for link in shown.links if "&t=" in link]
    for html in (page.html, member.open(f"/{link}").html):
        assert "<strong>Expired:</strong> sign in (https://evil.example/login) or https://evil.example" in html
        assert 'href="https://evil' not in html


def test_previews_get_title_and_description(host: Host, ben: Browser) -> None:
    session = host.new_session(topic='Lunch "now"', meta_description="Tell us <how> you eat")
    html = ben.chat(session).html
    assert '<meta property="og:title" content="Lunch &#34;now&#34;">' in html
    assert '<meta property="og:description" content="Tell us &lt;how&gt; you eat">' in html
    assert "A short one-to-one conversation" in ben.chat(host.new_session()).html


def test_previews_of_what_takes_nobody_any_more_and_of_results_say_what_it_is(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock
) -> None:
    session = host.new_session(
        topic="Lunch", max_participants=1, results_visibility="public", closes_at="2026-03-01T13:00:00Z"
    )
    ben.join(session)
    pages = [
        cem.chat(session),
        cem.open(f"/results?s={session['id']}"),
        cem.open(f"/results?s={host.new_session()['id']}"),
    ]
    clock.advance(7200)
    pages.append(cem.chat(session))
    told = [re.findall(r'<meta property="og:(?:title|description)" content="([^"]+)">', page.html) for page in pages]
    assert [len(both) for both in told] == [2, 2, 2, 2]
    assert told[0][1].startswith("This session is full")
    assert told[1][1] == told[2][1] == "What came of the conversations: a summary, themes and figures."
    assert told[3] == ["Lunch", "This session is closed and takes no more messages. Thank you for your interest."]


def test_the_card_tells_the_deadline_where_the_session_is(host: Host, ben: Browser) -> None:
    session = host.new_session(closes_at="2026-12-31T23:30:00Z", time_zone="Europe/Berlin")
    assert "1 January 2027, 00:30 (Europe/Berlin, UTC+01:00)" in ben.chat(session).text


def test_two_times_an_hour_apart_are_told_apart_when_clocks_are_put_back(host: Host, ben: Browser) -> None:
    session = host.new_session(closes_at="2027-10-31T00:30:00Z", time_zone="Europe/Berlin")
    assert "31 October 2027, 02:30 (Europe/Berlin, UTC+02:00)" in ben.chat(session).text
    host.call("PATCH", f"/sessions/{session['id']}", {"closes_at": "2027-10-31T01:30:00Z"})
    assert "31 October 2027, 02:30 (Europe/Berlin, UTC+01:00)" in ben.chat(session).text
    host.call("PATCH", f"/sessions/{session['id']}", {"time_zone": "utc"})
    assert "31 October 2027, 01:30 (UTC)" in ben.chat(session).text


def test_who_asks_for_the_head_of_a_page_gets_its_headers_alone(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    ben.headers["Accept"] = "image/png, */*"
    (link,) = set(re.findall(r'href="(static/page[^"]+)"', ben.chat(session).html))
    paths = {"/": 200, f"/chat?s={session['id']}": 200, "/chat?s=x": 404, f"/results?s={session['id']}": 200}
    paths |= {f"/qr?s={session['id']}": 200, f"/qr?s={session['id']}&format=png": 200, f"/{link}": 200}
    for path, status in paths.items():
        whole, head = ben.get(path), ben.request("HEAD", path)
        assert (head.status_code, head.body) == (whole.status_code, b"") == (status, b"")
        changing = ("X-Request-Id", "Content-Security-Policy")
        told = [{name: value for name, value in it.headers.items() if name not in changing} for it in (whole, head)]
        assert told[0] == told[1]


def test_the_page_of_a_missing_file_finds_its_own_files(host: Host, ben: Browser) -> None:
    assert 'href="/static/page.' in ben.open("/static/none.js").html
