"""The way in: the link, the form, the first message."""

import json
from typing import Any

import pytest

from chalicelib import settings
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Fault, Interviewer, Wire, conflict
from tests.llm.queued import prompt_of
from tests.web.browser import Browser, Form, Page

START = "Start the conversation"
NAME, EMAIL = "a-8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d501", "a-8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d502"


def joined(host: Host, session: dict[str, Any]) -> list[dict[str, Any]]:
    """The participants, as the host sees them."""
    answer = host.call("GET", f"/sessions/{session['id']}/responses")
    return list(answer.json_body["data"])


def field_of(form: Form, label: str) -> str:
    """The name of the field with this label."""
    names = [name for name in form.fields if name.startswith("a-")]
    labels = [text for text in form.labels if text not in ("", "required", "optional")]
    return names[labels.index(label)]


def test_the_link_shows_topic_welcome_and_what_happens_to_the_words(host: Host, ben: Browser) -> None:
    session = host.new_session(topic="Lunch in Lima", welcome_message="Hi!\nGood to have you.", duration_minutes=5)
    page = ben.chat(session)
    assert page.status == 200
    assert "Lunch in Lima" in page.text
    assert "<p>Hi!<br>\nGood to have you.</p>" in page.html
    assert "about 5 minutes" in page.text
    assert "The host of this session, and people they give access to, can read your conversation" in page.text
    assert "Only the host, and people they give access to, see it." in page.text
    assert "processed on this server only" in page.text
    assert "model: scripted" in page.text
    assert "with an AI facilitator" not in page.text


def test_what_matters_most_stands_in_two_lines_above_the_form_and_the_rest_behind_more(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(duration_minutes=5, anonymous=True, questions=[])
    before = ben.chat(session).html.partition("<details>")[0]
    assert "About 5 minutes, with a script, no AI" in before
    assert "Your host can read what you write" in before
    assert "Stored without a name" in before
    assert "processed on this server only" not in before
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    settings.settings.cache_clear()
    assert "About 5 minutes, with an AI, not a person" in ben.chat(session).html.partition("<details>")[0]


@pytest.mark.parametrize("shared", [True, False])
def test_people_are_told_where_themes_go_from_one_conversation_to_another(
    shared: bool, host: Host, ben: Browser
) -> None:
    page = ben.chat(host.new_session(cross_pollination=shared))
    assert ("Themes that several people raise may be mentioned to others, never who said them." in page.text) is shared


def test_opening_the_link_stores_nothing(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.chat(session)
    assert joined(host, session) == []
    assert ben.names == {}


def test_starting_leads_to_the_first_message(host: Host, ben: Browser) -> None:
    session = host.new_session()
    page = ben.join(session)
    assert page.status == 200
    assert page.log == [("Facilitator", "Reply 1")]
    assert page.has_form("Send")


def test_a_session_without_questions_asks_for_name_and_email_and_needs_neither(host: Host, ben: Browser) -> None:
    session = host.new_session()
    form = ben.chat(session).form(START)
    assert {NAME, EMAIL} < set(form.fields)
    ben.submit(form)
    (participant,) = joined(host, session)
    assert participant["participant_name"] is None
    assert participant["answers"] == []


def test_name_and_email_reach_the_host_and_the_address_stays_away_from_the_model(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session()
    ben.join(session, **{NAME: " Ben  Okri ", EMAIL: "ben@example.com"})
    ben.say(session, "Soup")
    (participant,) = joined(host, session)
    assert participant["participant_name"] == "Ben Okri"
    assert participant["channel"] == "web"
    assert {a["text"]: a["answer"] for a in participant["answers"]} == {"Name": "Ben  Okri", "Email": "ben@example.com"}
    assert "Ben  Okri" in prompt_of(model.requests[-1])
    assert "ben@example.com" not in prompt_of(model.requests[-1])


def test_an_empty_list_of_questions_leaves_just_the_button(host: Host, ben: Browser) -> None:
    form = ben.chat(host.new_session(questions=[])).form(START)
    assert set(form.fields) == {"s", "who", "asked"}


def test_the_hosts_questions_come_in_their_order_with_their_marks(host: Host, ben: Browser) -> None:
    session = host.new_session(
        questions=[
            {"text": "Your name", "required": True},
            {"text": "Diet?", "type": "Options", "options": ["Vegan", "None"]},
            {"text": "Town", "type": "Options", "options": [f"Town {n}" for n in range(9)]},
            {"text": "Mail", "type": "Email"},
        ]
    )
    page = ben.chat(session)
    form = page.form(START)
    shown = [
        page.text.index(text) for text in ("Your name required", "Diet? optional", "Town optional", "Mail optional")
    ]
    assert shown == sorted(shown)
    assert page.html.count('type="radio"') == 3
    name, diet, town, _ = [field for field in form.fields if field.startswith("a-")]
    ben.submit(form, **{name: "Ben", diet: "Vegan", town: "Town 4"})
    (participant,) = joined(host, session)
    assert participant["participant_name"] == "Ben"
    assert [answer["answer"] for answer in participant["answers"]] == ["Ben", "Vegan", "Town 4"]


def test_an_anonymous_session_neither_asks_nor_keeps_who_it_is(host: Host, ben: Browser, cem: Browser) -> None:
    plain = host.new_session(anonymous=True)
    asking = host.new_session(anonymous=True, questions=[{"text": "Role"}])
    assert "without a name" in ben.chat(plain).text
    assert "without a name" in ben.chat(asking).text
    ben.join(plain, **{NAME: "Ben", EMAIL: "ben@example.com"})
    form = cem.chat(asking).form(START)
    assert [text for text in form.labels if text not in ("", "optional")] == ["Role"]
    cem.submit(form, **{field_of(form, "Role"): "Cook"})
    for session in (plain, asking):
        (participant,) = joined(host, session)
        assert participant["participant_name"] is None
        assert "Ben" not in json.dumps(participant)


def test_the_page_says_without_a_name_only_where_nothing_asks_for_one(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.services.sessions.creation.require_anonymous", lambda _: None)
    session = host.new_session(anonymous=True, questions=[{"text": "Nombre"}])  # as one may be stored from earlier
    page = ben.chat(session)
    assert ("Nombre" in page.text, "without a name" in page.text) == (True, False)


@pytest.mark.parametrize(
    ("entered", "complaint"),
    [
        ({EMAIL: "nowhere"}, "“Email” must be an e-mail address."),
        ({NAME: "n" * 201}, "“Name” must be at most 200 characters."),
        ({EMAIL: f"{'e' * 5000}@example.com"}, "“Email” must be at most 5,000 characters."),
    ],
)
def test_a_wrong_answer_brings_the_form_back_as_it_was(
    entered: dict[str, str], complaint: str, host: Host, ben: Browser
) -> None:
    session = host.new_session()
    entered = {NAME: "Ben", EMAIL: "b@example.com", **entered}
    page = ben.join(session, **entered)
    assert page.status == 400
    assert complaint in page.text
    assert page.form(START).fields.items() >= entered.items()
    assert 'aria-invalid="true"' in page.html
    assert joined(host, session) == []


def test_a_required_answer_and_an_option_are_checked(host: Host, ben: Browser) -> None:
    session = host.new_session(
        questions=[
            {"text": "Role", "required": True},
            {"text": "Diet", "type": "Options", "options": ["Vegan", "None"]},
        ]
    )
    form = ben.chat(session).form(START)
    role, diet = (field for field in form.fields if field.startswith("a-"))
    missing = ben.submit(form, **{diet: "Vegan"})
    assert (missing.status, "“Role” needs an answer." in missing.text) == (400, True)
    assert missing.form(START).fields[diet] == "Vegan"
    strange = ben.submit(form, **{role: "Cook", diet: "Meat"})
    assert (strange.status, "“Diet” must be one of: Vegan, None." in strange.text) == (400, True)


def test_a_double_click_on_start_is_one_participant_and_one_model_call(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session()
    form = ben.chat(session).form(START)
    first = ben.post(form)
    ben.cookies.clear()  # the second click is sent before the answer to the first has come
    second = ben.post(form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(joined(host, session)) == 1
    assert model.count("turn") == 1


def test_two_clicks_at_the_same_moment_are_one_participant(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock, model: Interviewer
) -> None:
    session = host.new_session()
    form = ben.chat(session).form(START)
    answers: list[int] = []

    def click_again(_: Any) -> None:
        model.before = lambda _: None
        answers.append(cem.post(form).status_code)

    model.before = click_again
    answers.append(ben.post(form).status_code)
    assert answers == [303, 303]
    assert len(joined(host, session)) == 1
    assert model.count("turn") == 1


def test_a_form_left_open_in_another_tab_leads_to_the_same_conversation(host: Host, ben: Browser) -> None:
    session = host.new_session()
    other_tab = ben.chat(session).form(START)
    ben.join(session)
    assert ben.submit(other_tab).log == [("Facilitator", "Reply 1")]
    assert len(joined(host, session)) == 1


def test_when_the_first_message_fails_answers_are_kept_and_another_try_works(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session(questions=[{"text": "Role", "required": True}])
    form = ben.chat(session).form(START)
    model.failing.add("turn")
    failed = ben.submit(form, **{field_of(form, "Role"): "Cook"})
    assert failed.status == 200
    assert "your answers are saved" in failed.text
    assert ben.submit(ben.chat(session).form("Try again")).has_form("Try again")
    model.failing.clear()
    assert ben.submit(ben.chat(session).form("Try again")).log == [("Facilitator", "Reply 3")]
    (participant,) = joined(host, session)
    assert [answer["answer"] for answer in participant["answers"]] == ["Cook"]
    assert "Cook" in prompt_of(model.requests[-1])


def test_when_the_database_is_busy_the_form_comes_back_filled_in(host: Host, ben: Browser, wire: Wire) -> None:
    session = host.new_session()
    form = ben.chat(session).form(START)
    busy = Fault("busy", conflict, times=8)  # as often as a write is tried
    with wire.broken(busy, at=5):  # a count, a read and two counts before it
        page = ben.submit(form, **{NAME: "Ben"})
    assert page.status == 503
    assert int(page.headers["Retry-After"]) >= 1
    assert page.form(START).fields[NAME] == "Ben"
    assert ben.submit(page.form(START)).log == [("Facilitator", "Reply 1")]
    assert joined(host, session)[0]["participant_name"] == "Ben"


@pytest.mark.parametrize(
    "address", ["/chat", "/chat?s=", "/chat?s=nonsense", "/chat?s=00000000-0000-4000-8000-000000000000"]
)
def test_a_link_that_leads_nowhere_says_so_kindly(address: str, host: Host, ben: Browser) -> None:
    page = ben.open(address)
    assert page.status == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "There is no conversation here" in page.text


def test_the_bare_address_tells_what_this_is(host: Host, ben: Browser) -> None:
    page = ben.open("/")
    assert page.status == 200
    assert "open the link that your host sent you" in page.text


def test_the_links_id_may_be_in_capitals(host: Host, ben: Browser) -> None:
    session = host.new_session()
    assert ben.open(f"/chat?s={session['id'].upper()}").has_form(START)


def test_a_page_is_locked_down(host: Host, ben: Browser) -> None:
    pages: list[Page] = [ben.open("/"), ben.chat(host.new_session()), ben.open("/chat")]
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_hosts_video_is_a_link_where_its_address_is_encrypted(host: Host, ben: Browser) -> None:
    session = host.new_session(intro_video_url='https://video.example.com/watch?v="1"&t=2')
    page = ben.chat(session)
    assert (
        'href="https://video.example.com/watch?v=&#34;1&#34;&amp;t=2" target="_blank" rel="noopener noreferrer"'
        in page.html
    )
    assert "Watch the host's introduction: a video in a new tab (video.example.com)" in page.text
    for other in (
        "http://video.example.com",
        "javascript:alert(1)",
        "https://",
        "//video.example.com",
        "https://[",
        "v",
    ):
        host.call("PATCH", f"/sessions/{session['id']}", {"intro_video_url": other})
        assert "introduction" not in ben.chat(session).text
