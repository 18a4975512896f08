"""A session made on the pages, and the same one made over REST, are the same on the pages and over REST, as long as they live."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import fields

from chalicelib.operations.session_fields import CreateSession
from tests.api.hosts import Host
from tests.web.browser import Browser, Form, Page
from tests.web.host.test_brief import brief_of, go_on
from tests.web.host.test_form_editor import form_of
from tests.web.host.test_form_editor import press as press_in_form
from tests.web.host.test_settings import ENTERED, SET, settings_of
from tests.web.host.visitor import follow, send, sign_in, submit

BRIEF = {"goal": "What people eat", "critical": "Allergies", "context": "Two\n\ncanteens", "topic": "Lunch <b>"}
PROMPT = {"prompt": "Ask about soup.\nThen why.", "prompt_summary": "Soup & why."}
QUESTIONS: list[dict[str, Any]] = [
    {"text": "Team", "type": "Short field", "role": "other", "required": True, "multiple": False, "long": False},
    {"text": "Why?", "type": "Short field", "role": "other", "required": False, "multiple": False, "long": True},
    {"text": "How often?", "type": "Options", "role": "other", "required": False, "multiple": True, "long": False},
]
OPTIONS = ["Daily", "Weekly"]
CARDS = {
    "q0.text": "Team",
    "q0.kind": "short",
    "q0.required": "on",
    "q1.text": "Why?",
    "q1.kind": "long",
    "q2.text": "How often?",
    "q2.kind": "many",
    "q2.options": "\n".join(OPTIONS),
}
GROUP = "-100"
LIFE = (
    ("end", "completed", "The session has ended."),
    ("reopen", "active", "The session is open again."),
    ("draft", "draft", "The session is a draft again."),
    ("open", "active", "Pass its link on."),
)
Make = Callable[[Browser, Host], str]
MADE: dict[str, Any] = {
    **SET,
    **BRIEF,
    **PROMPT,
    "template_id": "retrospective",
    "questions": [*QUESTIONS[:2], {**QUESTIONS[2], "options": OPTIONS}],
    "distribution": [{"channel": "telegram", "group_id": GROUP}],
}
# What no page sets in a form of a session: its projects are chosen on a page of their own; the guidelines and what a prompt was
# written from are for programs. What a session follows up is set by a button of that one. What opens by itself is a draft until
# then: the tests of settings have it, and those of a host's own models have whose model answers.
ONLY_OVER_REST = {
    "project_id",
    "platform_guidelines_override",
    "prompt_generated_from",
    "draft",
    "follow_up_of",
    "opens_at",
    "models",
}


@pytest.fixture
def ana(host: Host, ben: Browser) -> Browser:
    """The host, signed in, with a Telegram group."""
    host.call("POST", "/integrations/telegram/groups", {"group_id": GROUP})
    return sign_in(ben, "ana@example.com")


def button_of(page: Page, do: str) -> Form:
    """The form with the button that does this."""
    return next(form for form in page.forms if ("do", do) in form.buttons)


def press(browser: Browser, path: str, do: str, **given: str) -> Page:
    """Press a button on the page of a session that says what it does."""
    return follow(browser, send(browser, path, button_of(browser.open(path), do), do=do, **given))


def make_on_pages(ana: Browser, host: Host) -> str:
    """Everything that can be set, set on the pages; gives the path of the session."""
    page = go_on(ana, ana.open("/new?template=retrospective"), goal=BRIEF["goal"])
    (draft,) = host.get("/sessions?status=draft")["data"]
    path = f"/sessions/{draft['id']}"
    for name in ("critical", "context", "topic"):
        page = go_on(ana, page, f"{path}/brief", **{name: BRIEF[name].replace("\n", "\r\n")})
    submit(ana, f"{path}/settings", settings_of(ana.open(f"{path}/settings")), **ENTERED)
    form = form_of(ana.open(f"{path}/form"))
    for _ in QUESTIONS:
        form = form_of(press_in_form(ana, f"{path}/form", form, "add"))
    press_in_form(ana, f"{path}/form", form, **CARDS)
    editor = ana.open(f"{path}/prompt?edit=1").form("Save as a new version")
    text = PROMPT["prompt"].replace("\n", "\r\n")
    follow(ana, send(ana, f"{path}/prompt", editor, do="save", text=text, summary=PROMPT["prompt_summary"]))
    press(ana, path, "groups", **{"group.1": GROUP})
    press(ana, path, "open")
    return path


def make_over_rest(ana: Browser, host: Host) -> str:
    """The same, by one request."""
    return f"/sessions/{host.new_session(**MADE)['id']}"


def over_rest(host: Host, path: str) -> dict[str, Any]:
    """What REST shows of all that can be set."""
    shown = host.get(path)
    asked = [{name: it[name] for name in MADE["questions"][-1] if it[name] != []} for it in shown["questions"]]
    announced = [{name: it[name] for name in ("channel", "group_id")} for it in shown["distribution"]]
    slugs = {it["id"]: it["slug"] for it in host.get("/templates")["data"]}
    changed = {"questions": asked, "distribution": announced, "template_id": slugs[shown["template_id"]]}
    return {name: shown[name] for name in MADE} | changed


def on_pages(ana: Browser, path: str) -> dict[str, str]:
    """What the fields of the pages show."""
    brief, settings, form = (ana.open(f"{path}/{name}") for name in ("brief", "settings", "form"))
    editor = ana.open(f"{path}/prompt?edit=1").form("Save as a new version").fields
    groups = button_of(ana.open(path), "groups").fields
    shown = {
        **brief_of(brief).fields,
        **settings_of(settings).fields,
        **form_of(form).fields,
        **{name: value for name, value in groups.items() if name.startswith("group.")},
        "prompt": editor["text"],
        "prompt_summary": editor["summary"],
    }
    return {name: value.replace("\r\n", "\n") for name, value in shown.items()}


def can_be(ana: Browser, path: str) -> set[str]:
    """What the page of a session offers to do with it."""
    buttons = {value for form in ana.open(path).forms for name, value in form.buttons if name == "do"}
    return buttons & {"open", "end", "reopen", "draft"}


def test_all_that_rest_takes_for_a_session_is_on_the_pages(ana: Browser, host: Host) -> None:
    assert {it.name for it in fields(CreateSession)} - ONLY_OVER_REST == set(MADE)
    untouched = host.get(f"/sessions/{host.new_session()['id']}")
    assert [name for name in MADE if untouched[name] == MADE[name]] == []


@pytest.mark.parametrize("make", [make_on_pages, make_over_rest])
def test_a_session_made_at_either_door_is_the_same_at_both(make: Make, ana: Browser, host: Host) -> None:
    path = make(ana, host)
    assert over_rest(host, path) == MADE
    entered = {name: value.replace("\r\n", "\n") for name, value in (ENTERED | BRIEF | CARDS | PROMPT).items()}
    shown = on_pages(ana, path)
    assert {name: shown.get(name) for name in (*entered, "group.1")} == {**entered, "group.1": GROUP}


def test_what_becomes_of_a_session_at_one_door_is_seen_at_the_other(ana: Browser, host: Host) -> None:
    path = f"/sessions/{host.new_session(**MADE)['id']}"
    for do, status, told in LIFE:
        page = press(ana, path, do)
        assert (host.get(path)["status"], told in page.text) == (status, True)
        assert ("Invite people" in page.text) == (status == "active")
    for status, offered in (("completed", {"reopen"}), ("active", {"end", "draft"}), ("draft", {"open"})):
        assert host.call("PATCH", path, {"status": status}).status_code == 200
        assert can_be(ana, path) == offered
    press(ana, path, "clone")
    host.call("POST", f"{path}/clone")
    copies = [f"/sessions/{it['id']}" for it in host.get("/sessions?status=draft")["data"]]
    copies.remove(path)
    assert len(copies) == 2
    whole = {name: value for name, value in MADE.items() if name not in ("distribution", "closes_at", "is_public")}
    for copy in copies:
        assert {name: value for name, value in over_rest(host, copy).items() if name in whole} == whole
        assert "group.1" not in on_pages(ana, copy)
    press(ana, copies[0], "delete")
    assert host.call("GET", copies[0]).status_code == 404
    host.call("DELETE", copies[1])
    assert ana.open(copies[1]).status == 404
