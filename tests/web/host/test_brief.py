"""The brief of a session in the browser: four steps, a draft from the first words on, and nothing of two hosts' words lost."""

import html
import re
from typing import Any

import msgspec
import pytest

from chalicelib.services.sessions.merging import note
from chalicelib.web.host.request import HostRequest
from tests.api.edits import patch
from tests.api.hosts import Host
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import follow, send, sign_in

ANA = "ana@example.com"
SCRIPT = {"HX-Request": "true"}


def brief_of(page: Page) -> Form:
    """The form of the brief on a page."""
    return page.noted_form()


def go_on(browser: Browser, page: Page, path: str = "/new", do: str = "next", **fields: str) -> Page:
    """Fill in a step, and press one of its buttons."""
    return follow(browser, send(browser, path, brief_of(page), do=do, **fields))


def type_words(browser: Browser, path: str, form: Form, **fields: str) -> Any:
    """What the script of the page is answered while somebody types."""
    browser.headers |= SCRIPT
    answer = send(browser, path, form, **fields)
    browser.headers = {name: value for name, value in browser.headers.items() if name not in SCRIPT}
    return answer


def noted_in(answer: str) -> str:
    """What a page is to note from now on."""
    found = re.search(r'name="noted" value="([^"]*)"', answer)
    assert found, answer
    return html.unescape(found[1])


def make_draft(browser: Browser, **fields: str) -> str:
    """Make a draft of no more than its goal; gives the path of its brief."""
    answer = send(browser, "/new", brief_of(browser.open("/new")), do="next", goal="Why nobody comes", **fields)
    assert answer.status_code == 303, answer.body
    return str(answer.headers["Location"]).partition("?")[0]


def shown(host: Host, path: str) -> dict[str, Any]:
    """The session of this brief, as REST shows it."""
    return dict(host.get(path.removesuffix("/brief")))


def test_four_steps_make_a_draft_that_is_opened_with_one_click_and_is_what_rest_shows(ana: Browser, host: Host) -> None:
    asked = ana.open("/")
    assert asked.has_form("Start from a template")
    form = next(form for form in asked.forms if "goal" in form.fields)
    page = follow(ana, send(ana, "/new", form, do="next", goal="What people eat"))
    (draft,) = host.get("/sessions?status=draft")["data"]
    path = f"/sessions/{draft['id']}/brief"
    assert "What must you learn in any case?" in page.text
    page = go_on(ana, page, path, critical="Allergies")
    page = go_on(ana, page, path, context="Two canteens")
    assert brief_of(page).fields | {"topic": ""} == brief_of(page).fields | {
        "goal": "What people eat",
        "critical": "Allergies",
        "context": "Two canteens",
        "topic": "",
    }
    page = go_on(ana, page, path, topic="Lunch <b>")
    assert "Before you open it" in page.text
    assert host.get("/sessions")["data"] == []
    opened = follow(ana, send(ana, path.removesuffix("/brief"), page.form("Open the session"), do="open"))
    found = shown(host, path)
    assert [found[name] for name in ("topic", "goal", "critical", "context", "status")] == [
        "Lunch <b>",
        "What people eat",
        "Allergies",
        "Two canteens",
        "active",
    ]
    assert "Pass its link on." in opened.text
    assert found["join_url"] in opened.html


def test_an_old_dashboard_makes_one_draft_of_each_question_however_often_it_is_sent(ana: Browser, host: Host) -> None:
    form = next(form for form in ana.open("/").forms if "goal" in form.fields)
    for goal in ("What people eat", "What people eat", "What people drink"):
        assert send(ana, "/new", form, do="next", goal=goal).status_code == 303
    assert sorted(it["goal"] for it in host.get("/sessions?status=draft")["data"]) == [
        "What people drink",
        "What people eat",
    ]


def test_a_draft_made_over_rest_is_what_the_pages_show(ana: Browser, host: Host) -> None:
    made = host.new_session(draft=True, topic="Lunch", goal="What people eat", critical="Allergies")
    path = f"/sessions/{made['id']}"
    fields = brief_of(ana.open(f"{path}/brief")).fields
    assert [fields[name] for name in ("topic", "goal", "critical", "context")] == [
        "Lunch",
        "What people eat",
        "Allergies",
        "",
    ]
    assert "Lunch" in ana.open("/?status=draft").text
    page = ana.open(path)
    assert "The prompt is written when you open the session." in page.text
    assert "Invite people" not in page.text
    patch(host, made["id"], status="active")
    assert "Invite people" in ana.open(path).text


def test_each_step_says_what_it_needs_and_keeps_what_was_written(ana: Browser, host: Host) -> None:
    first = ana.open("/new")
    answer = send(ana, "/new", brief_of(first), do="next", goal=" ")
    assert (answer.status_code, "Please write something here." in answer.body.decode()) == (400, True)
    answer = send(ana, "/new", brief_of(first), do="next", goal="g" * 5_001)
    assert "At most 5,000 characters fit here; yours has 5,001." in answer.body.decode()
    assert "g" * 5_001 in answer.body.decode()
    assert host.get("/sessions?status=draft")["data"] == []
    path = make_draft(ana)
    step = ana.open(f"{path}?step=critical")
    empty = send(ana, path, brief_of(step), do="next")
    assert "Please write something here, or press “Nothing special”." in empty.body.decode()
    assert "What should be known beforehand?" in go_on(ana, step, path, do="skip").text
    last = send(ana, path, brief_of(ana.open(f"{path}?step=topic")), do="next", critical="Allergies", topic="")
    assert last.status_code == 400
    assert (shown(host, path)["critical"], shown(host, path)["topic"]) == ("Allergies", "")
    kept = go_on(ana, ana.open(f"{path}?step=topic"), path, do="keep", context="Two canteens")
    assert "Kept as a draft." in kept.text
    assert "Still missing: Name" in kept.text
    assert ana.get(f"/results?s={path.split('/')[2]}").headers["Location"] == path[1:].removesuffix("/brief")
    assert not kept.has_form("Open the session")
    assert shown(host, path)["context"] == "Two canteens"


def test_what_is_typed_is_kept_before_any_button_is_pressed_and_is_one_draft(ana: Browser, host: Host) -> None:
    form = brief_of(ana.open("/new"))
    nothing = type_words(ana, "/new", form, goal="")
    assert (nothing.status_code, host.get("/sessions?status=draft")["data"]) == (200, [])
    assert "Saved." not in nothing.body.decode()
    answer = type_words(ana, "/new", form, goal="Why?")
    (draft,) = host.get("/sessions?status=draft")["data"]
    assert answer.headers["HX-Replace-Url"] == f"/sessions/{draft['id']}/brief?step=goal"
    assert "That is very short." in answer.body.decode()
    for words in ("Why? And how?", "Why? And how? And when?"):
        form.fields["noted"] = noted_in(answer.body.decode())
        answer = type_words(ana, "/new", form, goal=words)
    assert "Questions in here: 3." in answer.body.decode()
    assert [it["goal"] for it in host.get("/sessions?status=draft")["data"]] == ["Why? And how? And when?"]
    long = type_words(ana, f"/sessions/{draft['id']}/brief", form, step="context", context="word " * 501)
    assert "Words in here: 501." in long.body.decode()


def test_two_hosts_at_one_draft_lose_nothing(ana: Browser, host: Host, cem: Browser) -> None:
    path = make_draft(ana)
    host.invite(path.split("/")[2], "editor", "bo@example.com")
    bo = sign_in(cem, "bo@example.com")
    mine, theirs = (brief_of(browser.open(path)) for browser in (ana, bo))
    assert send(bo, path, theirs, goal="Theirs", context="Two canteens").status_code == 303
    # What is being typed does not overwrite it, and says so; what was left alone is not put back.
    typed = type_words(ana, path, mine, goal="Mine", critical="Allergies")
    assert "Somebody else changed this to:" in typed.body.decode()
    assert "Theirs" in typed.body.decode()
    mine.fields["noted"] = noted_in(typed.body.decode())
    page = ana.read(send(ana, path, mine, do="keep", goal="Mine", critical="Allergies"))
    assert page.status == 409
    assert (brief_of(page).fields["goal"], brief_of(page).fields["context"]) == ("Mine", "Two canteens")
    found = shown(host, path)
    assert [found[name] for name in ("goal", "critical", "context")] == ["Theirs", "Allergies", "Two canteens"]
    keep = [value for name, value in brief_of(page).options if name == "keep.goal"]
    assert send(ana, path, brief_of(page), **{"keep.goal": keep[0]}).status_code == 303
    assert shown(host, path)["goal"] == "Mine"
    assert shown(host, path)["context"] == "Two canteens"


def test_a_template_fills_in_what_is_empty_and_leads_the_conversation(ana: Browser, host: Host) -> None:
    (template, *_) = host.get("/templates")["data"]
    page = go_on(ana, ana.open("/new"), take=template["slug"], goal="Why nobody comes")
    fields = brief_of(page).fields
    assert (fields["goal"], fields["topic"]) == ("Why nobody comes", template["default_session_name"])
    (draft,) = host.get("/sessions?status=draft")["data"]
    assert host.get(f"/sessions/{draft['id']}")["template_id"] == template["id"]
    linked = brief_of(ana.open(f"/new?template={template['slug']}"))
    assert linked.fields["goal"] == template["default_goal"]
    follow(ana, send(ana, "/new", linked, do="next"))
    assert len(host.get("/sessions?status=draft")["data"]) == 2
    live = f"/sessions/{host.new_session()['id']}/brief"
    assert send(ana, live, brief_of(ana.open(live)), take=template["slug"]).status_code == 303
    assert (shown(host, live)["template_id"], shown(host, live)["critical"]) == (None, None)


def test_a_template_does_not_overwrite_what_a_colleague_has_just_written(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, (template, *_) = make_draft(ana), host.get("/templates")["data"]
    form, perform = brief_of(ana.open(f"{path}?step=goal")), HostRequest.perform
    written: list[Any] = []

    def perform_later(request: HostRequest, run: Any, given: Any, **rest: Any) -> Any:
        if run.__name__ == "edit_session" and not written:
            written.append(patch(host, path.split("/")[2], critical="Theirs"))
        return perform(request, run, given, **rest)

    monkeypatch.setattr(HostRequest, "perform", perform_later)
    assert send(ana, path, form, take=template["slug"]).status_code == 303
    assert (shown(host, path)["critical"], shown(host, path)["template_id"]) == ("Theirs", template["id"])


def test_a_session_that_is_open_is_changed_when_its_host_saves_and_needs_its_goal(ana: Browser, host: Host) -> None:
    path = f"/sessions/{host.new_session()['id']}/brief"
    page = ana.open(path)
    form = page.html.partition('id="brief"')[2].partition(">")[0]
    assert ("hx-post" in form, "data-unsaved" in form, "saving.js" in page.html) == (False, True, False)
    refused = send(ana, path, brief_of(page), do="save", goal="", critical="Allergies")
    assert (refused.status_code, shown(host, path)["goal"]) == (400, "Find out what people eat")
    saved = go_on(ana, page, path, do="save", critical="Allergies")
    assert "Saved." in saved.text
    assert shown(host, path)["critical"] == "Allergies"
    viewer = host.invite(path.split("/")[2], "viewer", "di@example.com")
    assert viewer.get(path.removesuffix("/brief"))["critical"] == "Allergies"


def test_a_draft_that_is_opened_while_somebody_types_is_changed_once_they_know_and_save(
    ana: Browser, host: Host
) -> None:
    path = make_draft(ana)
    form = brief_of(ana.open(f"{path}?step=critical"))
    patch(host, path.split("/")[2], topic="Lunch", status="active")
    typed = type_words(ana, path, form, critical="half a sen")
    said = typed.body.decode()
    assert ("has been opened meanwhile" in said, "data-stored" in said, 'class="error"' in said) == (True, False, False)
    form.fields["noted"] = noted_in(said)
    page = ana.read(send(ana, path, form, do="next", critical="A sentence."))
    assert (page.status, "has been opened meanwhile" in page.text, shown(host, path)["critical"]) == (409, True, None)
    fields = brief_of(page).fields
    assert [fields[name] for name in ("goal", "critical", "topic")] == ["Why nobody comes", "A sentence.", "Lunch"]
    asked = ana.read(send(ana, path, form, suggest="critical", critical="A sentence."))
    assert [brief_of(asked).fields[name] for name in ("goal", "critical")] == ["Why nobody comes", "A sentence."]
    go_on(ana, page, path, do="save")
    assert [shown(host, path)[name] for name in ("goal", "critical")] == ["Why nobody comes", "A sentence."]
    assert "Invite people" in go_on(ana, page, path, step="critical", critical="A sentence.").text


def test_nobody_meets_their_own_words_as_somebody_elses(ana: Browser, host: Host) -> None:
    path = make_draft(ana)
    form = brief_of(ana.open(f"{path}?step=goal"))
    goals = ["Why nobody comes?", "Why nobody", ""]
    for goal in goals:  # each is stored, and no answer arrives
        assert "Somebody else" not in type_words(ana, path, form, goal=goal).body.decode()
        digest = note({"goal": goal or None}).get("goal", "")
        form.fields["sent"] = msgspec.json.encode({"goal": [digest]}).decode()
        assert shown(host, path)["goal"] == goal
    # What was there at first is typed again as one leaves.
    assert send(ana, path, form, goal="Why nobody comes").status_code == 303
    assert shown(host, path)["goal"] == "Why nobody comes"
    patch(host, path.split("/")[2], goal="Theirs")
    assert "Somebody else" in type_words(ana, path, form, goal="Mine").body.decode()


def test_a_draft_is_opened_once_its_end_is_to_come_and_becomes_one_again_while_nobody_is_in(
    ana: Browser, host: Host, clock: Any
) -> None:
    made = host.new_session(draft=True, topic="Lunch", closes_at="2026-03-01T13:00:00Z")
    path = f"/sessions/{made['id']}"
    form = ana.open(path).form("Open the session")
    clock.advance(7_200)
    late = send(ana, path, form, do="open")
    assert (late.status_code, "which is over" in late.body.decode()) == (400, True)
    patch(host, made["id"], closes_at=None)
    follow(ana, send(ana, path, form, do="open"))
    back = follow(ana, send(ana, path, ana.open(path).form("Make it a draft"), do="draft"))
    assert "The session is a draft again." in back.text
    assert host.get(path)["status"] == "draft"
    gone = follow(ana, send(ana, path, back.form("Delete it for good"), do="delete"))
    assert "The session is deleted." in gone.text
    assert host.call("GET", path).status_code == 404


def test_words_for_a_session_that_was_deleted_meanwhile_are_given_back_or_make_a_draft_of_their_own(
    ana: Browser, host: Host
) -> None:
    new, path = brief_of(ana.open("/new")), make_draft(ana)
    form = brief_of(ana.open(path))
    host.call("DELETE", path.removesuffix("/brief"))
    gone = ana.read(send(ana, path, form, goal="All of my words"))
    assert (gone.status, "All of my words" in gone.text) == (404, True)
    for goal in ("First", "Second", "Second and more"):
        assert type_words(ana, "/new", new, goal=goal).status_code == 200
        (draft,) = host.get("/sessions?status=draft")["data"]
        if goal == "First":
            host.call("DELETE", f"/sessions/{draft['id']}")
        new.fields["noted"] = ""
