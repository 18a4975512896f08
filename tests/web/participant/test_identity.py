"""Who is who: cookies, strangers, and words that look like a page."""

from typing import Any

import pytest

from chalicelib import settings
from chalicelib.observability import logger
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser

START = "Start the conversation"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}&amp;"


def cookie_of(browser: Browser) -> tuple[str, str]:
    ((name, value),) = browser.cookies.items()
    return name, value


def test_the_cookie_is_there_from_the_form_on_and_belongs_to_no_script(host: Host, ben: Browser) -> None:
    session = host.new_session()
    (header,) = ben.get(f"/chat?s={session['id']}").headers["Set-Cookie"]
    assert header.startswith("hm=")
    assert set(header.split("; ")[1:]) == {"Path=/", "Max-Age=15552000", "HttpOnly", "SameSite=Lax"}


def test_under_https_and_a_stage_the_cookie_is_secure_and_on_its_path(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()
    monkeypatch.setenv("PUBLIC_URL", "https://x.example/api")
    settings.settings.cache_clear()
    (header,) = ben.post(ben.chat(session).form(START)).headers["Set-Cookie"]
    assert {"Secure", "Path=/api/"} < set(header.split("; "))


def test_two_people_never_see_each_other(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    cem.join(session)
    ben.say(session, "My secret soup")
    page = cem.say(session, "My secret bread")
    assert [words for _, words in page.log] == ["Reply 2", "My secret bread", "Reply 4"]
    assert "soup" not in page.html
    assert "bread" not in ben.chat(session).html


def test_one_browser_is_somebody_else_in_another_session(host: Host, ben: Browser) -> None:
    lunch, dinner = host.new_session(), host.new_session(topic="Dinner")
    ben.join(lunch)
    assert ben.chat(dinner).has_form(START)
    ben.join(dinner)
    people = [host.get(f"/sessions/{it['id']}/responses")["data"][0]["external_id"] for it in (lunch, dinner)]
    assert len(set(people)) == 2
    assert not any(person in ben.cookies["hm"] for person in people)
    assert ben.chat(lunch).log == [("Facilitator", "Reply 1")]


@pytest.mark.parametrize(
    "forgery", ["", "x", "00000000-0000-4000-8000-000000000000", "{id}.x", "{id}.{sig}x", 'é;"\\', "{form}"]
)
def test_a_cookie_we_did_not_sign_counts_as_none(forgery: str, host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session()
    form = ben.chat(session).form(START)
    ben.submit(form)
    name, value = cookie_of(ben)
    person, _, signature = value.rpartition(".")
    cem.cookies[name] = forgery.format(id=person, sig=signature, form=form.fields["who"])
    page = cem.chat(session)
    assert page.status == 200
    assert page.log == []
    assert page.has_form(START)


def test_a_cookie_of_another_session_opens_nothing(host: Host, ben: Browser, cem: Browser) -> None:
    one, two = host.new_session(), host.new_session()
    ben.join(one)
    name_of_two = f"hm_{two['id'].replace('-', '')}"
    cem.cookies[name_of_two] = cookie_of(ben)[1]
    assert cem.chat(two).has_form(START)


def test_a_participant_over_rest_is_not_one_on_the_page(host: Host, ben: Browser) -> None:
    session = host.new_session()
    person = ben.chat(session).form(START).fields["who"].partition(".")[0]
    body = {"participant_id": person, "participant_name": "Eve", "content": "hello"}
    host.call("POST", f"/sessions/{session['id']}/chat", body)
    assert ben.join(session).log == [("Facilitator", "Reply 2")]


def test_without_the_cookie_words_go_back_to_who_wrote_them(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    form = ben.chat(session).form("Send")
    ben.cookies.clear()
    page = ben.submit(form, content="My long thoughts")
    assert page.status == 403
    assert "My long thoughts" in page.html
    assert page.log == []
    assert page.has_form(START)
    person = host.call("GET", f"/sessions/{session['id']}/responses").json_body["data"][0]
    assert [message["role"] for message in person["messages"]] == ["assistant"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_on_another_website_can_neither_join_nor_speak(site: str, host: Host, ben: Browser) -> None:
    session = host.new_session()
    answer = ben.send(f"s={session['id']}".encode(), **{"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert ben.cookies == {}
    assert host.call("GET", f"/sessions/{session['id']}/responses").json_body["data"] == []


def test_words_that_look_like_a_page_stay_words(host: Host, ben: Browser, model: Interviewer) -> None:
    session = host.new_session(
        topic=MARKUP,
        welcome_message=MARKUP,
        meta_description=MARKUP,
        questions=[
            {"text": MARKUP, "required": True},
            {"text": "Pick", "type": "Options", "options": [MARKUP, "b"]},
            {"text": "Choose", "type": "Options", "options": [MARKUP, *"bcdefgh"]},
        ],
    )
    form = ben.chat(session).form(START)
    first, second, third = (field for field in form.fields if field.startswith("a-"))
    pages = [ben.chat(session), ben.submit(form, **{second: MARKUP, third: MARKUP})]
    assert pages[1].form(START).fields[second] == MARKUP
    pages.append(ben.submit(form, **{first: MARKUP, second: MARKUP, third: MARKUP}))
    pages.append(ben.say(session, MARKUP))
    model.failing.add("turn")
    pages += [ben.say(session, f"{MARKUP} again"), ben.say(session, MARKUP + "x" * 10_000)]
    for page in pages:
        assert MARKUP in page.text
        for harm in ("<script", "<img", '" onload'):
            assert harm not in page.html.partition("</head>")[2]
    assert ("You", MARKUP) in pages[-1].log


def test_no_log_has_anybodys_words(
    host: Host, ben: Browser, clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    for level in ("info", "warning", "error"):
        monkeypatch.setattr(logger, level, lambda *told, **more: lines.append(repr((told, more))))
    session = host.new_session()
    ben.join(session, **{"a-8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d501": "Benedikta"})

    words = "Benedikta likes soup"

    def breaks(_: Any) -> None:
        raise RuntimeError(words)

    model.before = breaks
    ben.say(session, words)
    ben.say(session, "soup" * 3000)
    logged = "\n".join(lines)
    assert "'route': '/chat'" in logged
    assert "RuntimeError" in logged
    assert "Benedikta" not in logged
    assert "soup" not in logged
    assert cookie_of(ben)[1] not in logged
