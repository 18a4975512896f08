"""The settings of a session in the browser: what they say and change is what REST has, and no host overwrites another."""

from typing import Any

import pytest

import app
from chalicelib.errors import Unavailable
from chalicelib.settings import settings
from tests import events
from tests.api.edits import overtake, patch
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.events import Context
from tests.example_tables import each_row
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send, sign_in, submit

ANA, BO = "ana@example.com", "bo@example.com"
SET: dict[str, Any] = {
    "language": "pt-BR",
    "time_zone": "Europe/Berlin",
    "duration_minutes": 25,
    "closes_at": "2036-07-01T16:30:00.000000Z",
    "retention_days": 90,
    "max_participants": 40,
    "anonymous": True,
    "shared_network": True,
    "is_public": True,
    "access": "invited",
    "cross_pollination": True,
    "widgets_enabled": True,
    "results_visibility": "participants",
    "results_sections": {
        "summary": True,
        "recap": True,
        "responses": True,
        "insights": True,
        "similarity": True,
        "ask": True,
    },
    "summary_prompt": "Costs first",
    "welcome_message": "Hello\n\nthere",
    "meta_description": "A talk <b>",
    "intro_video_url": "https://video.example.com/x",
    "private_context": "The canteen may close",
    "reminders": {"enabled": True, "after_hours": [24, 72], "text": "Come back"},
    "branding": {"host_name": "The canteen", "logo": None, "accent": "#b4451f", "why": "It decides the menu."},
}
ENTERED = {
    "language": "pt-BR",
    "time_zone": "Europe/Berlin",
    "duration_minutes": "25",
    "closes_at": "2036-07-01T18:30",
    "retention_days": "90",
    "max_participants": "40",
    "anonymous": "on",
    "shared_network": "on",
    "is_public": "on",
    "access": "invited",
    "cross_pollination": "on",
    "widgets_enabled": "on",
    "results_visibility": "participants",
    **{f"sections_{name}": "on" for name in ("summary", "recap", "responses", "insights", "similarity", "ask")},
    "summary_prompt": "Costs first",
    "welcome_message": "Hello\r\n\r\nthere",
    "meta_description": "A talk <b>",
    "intro_video_url": "https://video.example.com/x",
    "private_context": "The canteen may close",
    "reminders_enabled": "on",
    "reminders_after_hours": "24, 72",
    "reminders_text": "Come back",
    "branding_host_name": "The canteen",
    "branding_accent": "#b4451f",
    "branding_why": "It decides the menu.",
}


def path_of(session: dict[str, Any]) -> str:
    return f"/sessions/{session['id']}/settings"


def settings_of(page: Page) -> Form:
    return page.form("Save")


def test_what_was_left_alone_is_not_written_and_what_is_emptied_is(ana: Browser, host: Host, clock: FakeClock) -> None:
    session = host.new_session(**SET)
    path = path_of(session)
    form = settings_of(ana.open(path))
    before = host.get(f"/sessions/{session['id']}")
    submit(ana, path, form)
    assert host.get(f"/sessions/{session['id']}") == before
    off = {name: value for name, value in form.fields.items() if value != "on"}
    cleared = dict.fromkeys(("language", "closes_at", "max_participants", "reminders_after_hours"), "")
    submit(ana, path, Form(off), **cleared)
    after = host.get(f"/sessions/{session['id']}")
    assert (after["language"], after["closes_at"], after["max_participants"]) == (None, None, None)
    assert (after["anonymous"], after["is_public"], after["reminders"]["after_hours"]) == (False, False, [])
    assert set(after["results_sections"].values()) == {False}


@each_row(
    "name, entered, told",
    [
        ("language", "nonsense", "This language is not known here."),
        ("duration_minutes", "241", "Please give a whole number from 1 to 240, in digits only."),
        ("duration_minutes", "", "Please give a whole number from 1 to 240"),
        ("max_participants", "1.5", "Please give a whole number from 1 to 100,000"),
        ("closes_at", "2020-01-01T10:00", "This time is over."),
        ("closes_at", "tomorrow", "Please give a day and a time"),
        ("time_zone", "Mars/Base", "Please choose a time zone."),
        ("results_visibility", "nobody", "Please choose one."),
        ("reminders_after_hours", "1, 2, x", "Please give at most 2 whole numbers from 1 to 336"),
        ("welcome_message", "w" * 5_001, "At most 5,000 characters fit here; yours has 5,001."),
        ("branding_host_name", "w" * 101, "At most 100 characters fit here; yours has 101."),
        ("branding_accent", "green", "Please give a color as a hash and six digits"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    ana: Browser, host: Host, clock: FakeClock, name: str, entered: str, told: str
) -> None:
    session = host.new_session()
    path = path_of(session)
    page = submit(ana, path, settings_of(ana.open(path)), **{"meta_description": "A talk", name: entered})
    assert (page.status, told in page.text) == (400, True)
    assert f'aria-describedby="{name}-hint {name}-error" aria-invalid="true"' in page.html
    assert settings_of(page).fields["meta_description"] == "A talk"
    assert host.get(f"/sessions/{session['id']}")["meta_description"] is None


def test_a_session_whose_form_asks_who_people_are_is_not_made_anonymous(ana: Browser, host: Host) -> None:
    session = host.new_session(questions=[{"text": "Name"}])
    path = path_of(session)
    page = ana.open(path)
    assert "cannot be switched on before those questions are taken out" in page.text
    refused = submit(ana, path, settings_of(page), anonymous="on")
    assert (refused.status, "Take those questions out of it first." in refused.text) == (400, True)
    assert host.get(f"/sessions/{session['id']}")["anonymous"] is False


def test_an_end_keeps_its_clock_time_in_another_zone_unless_it_is_over(
    ana: Browser, host: Host, clock: FakeClock
) -> None:
    session = host.new_session(closes_at="2036-07-01T16:30:00Z")
    path = path_of(session)
    page = submit(ana, path, settings_of(ana.open(path)), time_zone="Europe/Berlin")
    assert host.get(f"/sessions/{session['id']}")["closes_at"] == "2036-07-01T14:30:00.000000Z"
    assert settings_of(page).fields["closes_at"] == "2036-07-01T16:30"
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    ended = host.get(f"/sessions/{session['id']}")["closes_at"]
    assert submit(ana, path, settings_of(ana.open(path)), time_zone="Asia/Tokyo").status == 200
    shown = host.get(f"/sessions/{session['id']}")
    assert (shown["closes_at"], shown["time_zone"], shown["status"]) == (ended, "Asia/Tokyo", "completed")


@each_row(
    "zone, entered, opens, shown",
    [
        ("Europe/Berlin", "2026-03-28T09:00", "2026-03-28T08:00:00.000000Z", "2026-03-28T09:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00.000000Z", "2026-03-29T03:30"),  # is left out
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00.000000Z", "2026-10-25T02:30"),  # comes twice
        ("America/Santiago", "2026-04-04T23:30", "2026-04-05T02:30:00.000000Z", "2026-04-04T23:30"),  # comes twice
        ("America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00:00.000000Z", "2026-09-06T01:00"),  # is left out
        ("America/Sao_Paulo", "2026-11-01T00:00", "2026-11-01T03:00:00.000000Z", "2026-11-01T00:00"),
        ("Pacific/Kiritimati", "2026-03-03T00:00", "2026-03-02T10:00:00.000000Z", "2026-03-03T00:00"),
    ],
)
def test_a_draft_opens_by_the_clock_of_its_zone(
    ana: Browser, host: Host, clock: FakeClock, zone: str, entered: str, opens: str, shown: str
) -> None:
    session = host.new_session(draft=True, time_zone=zone)
    path = path_of(session)
    page = submit(ana, path, settings_of(ana.open(path)), opens_at=entered)
    assert (page.status, settings_of(page).fields["opens_at"]) == (200, shown)
    assert host.get(f"/sessions/{session['id']}")["opens_at"] == opens
    again = submit(ana, path, settings_of(page), duration_minutes="15", closes_at="2036-07-01T18:30")
    assert (again.status, host.get(f"/sessions/{session['id']}")["opens_at"]) == (200, opens)
    assert "It opens by itself on " in ana.open(f"/sessions/{session['id']}").text


def test_what_a_time_to_open_needs_is_said_beside_it(ana: Browser, host: Host, clock: FakeClock) -> None:
    blank = host.call("POST", "/sessions", {"draft": True, "topic": "Lunch"}).json_body
    for session, given, told in (
        (blank, {"opens_at": "2030-01-01T10:00"}, "it needs a goal and a topic"),
        (host.new_session(draft=True), {"opens_at": "2020-01-01T10:00"}, "This time is over."),
        (
            host.new_session(draft=True),
            {"opens_at": "2030-01-01T10:00", "closes_at": "2030-01-01T10:00"},
            "The end has to come after the opening.",
        ),
    ):
        page = submit(ana, path_of(session), settings_of(ana.open(path_of(session))), **given)
        assert (page.status, told in page.text) == (400, True)
        assert 'aria-describedby="opens_at-hint opens_at-error" aria-invalid="true"' in page.html
        assert host.get(f"/sessions/{session['id']}")["opens_at"] is None
    opened = ana.open(path_of(host.new_session()))
    assert "opens_at" not in settings_of(opened).fields


def test_a_draft_that_could_not_open_says_so_to_its_host(ana: Browser, host: Host, clock: FakeClock) -> None:
    session = host.new_session(opens_at="2026-03-01T13:00:00Z")
    host.call("PATCH", f"/sessions/{session['id']}", {"goal": None})
    clock.advance(3600)
    app.open_and_close(events.clock_event(), Context())
    page = ana.open(f"/sessions/{session['id']}")
    assert "It was to open on" in page.text
    assert "and could not as it was then" in page.text


def test_when_a_session_is_deleted_is_said_where_it_has_ended(
    ana: Browser, cem: Browser, host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(closes_at="2026-03-01T13:00:00Z", retention_days=30)
    told, path = "It will be deleted on 31 March 2026", path_of(session)
    assert told not in ana.open(path).text
    clock.advance(3 * 24 * 3600)
    assert told in ana.open(path).text
    assert told in ana.open(f"/sessions/{session['id']}").text
    page = submit(ana, path, settings_of(ana.open(path)), retention_days="2")
    assert (page.status, "The session ended longer ago than that." in page.text) == (400, True)
    monkeypatch.setenv("RETENTION_DAYS", "60")
    settings.cache_clear()
    page = submit(ana, path, settings_of(page), retention_days="")
    assert "Left empty, it is deleted 60 days after its end" in page.text
    assert "It will be deleted on 30 April 2026" in page.text
    host.invite(session["id"], "editor", BO)
    sign_in(cem, BO)
    assert "retention_days" not in settings_of(cem.open(path)).fields


@pytest.mark.parametrize(
    ("choice", "kept"),
    [(0, ("2036-07-01T18:00:00.000000Z", "UTC")), (1, (None, "America/New_York"))],
)
def test_an_end_by_one_clock_and_another_zone_clash(
    ana: Browser, host: Host, clock: FakeClock, choice: int, kept: tuple[str | None, str]
) -> None:
    session = host.new_session()
    path = path_of(session)
    form = settings_of(ana.open(path))
    host.call("PATCH", f"/sessions/{session['id']}", {"time_zone": "America/New_York"})
    page = submit(ana, path, form, closes_at="2036-07-01T18:00")
    assert (page.status, "(nothing) · America/New York" in page.text) == (409, True)
    again = settings_of(page)
    assert (again.fields["closes_at"], again.fields["time_zone"]) == ("2036-07-01T18:00", "UTC")
    keep = [value for name, value in again.options if name == "keep.closes_at"][choice]
    assert submit(ana, path, again, **{"keep.closes_at": keep}).status == 200
    shown = host.get(f"/sessions/{session['id']}")
    assert (shown["closes_at"], shown["time_zone"]) == kept


def test_two_hosts_who_change_different_settings_both_keep_theirs(ana: Browser, host: Host) -> None:
    session = host.new_session()
    path = path_of(session)
    form = settings_of(ana.open(path))
    host.call("PATCH", f"/sessions/{session['id']}", {"welcome_message": "From the other"})
    submit(ana, path, form, meta_description="From the page")
    shown = host.get(f"/sessions/{session['id']}")
    assert (shown["welcome_message"], shown["meta_description"]) == ("From the other", "From the page")


@pytest.mark.parametrize(("choice", "kept"), [(0, "From the page"), (1, "From the other"), (None, "From the other")])
def test_where_two_hosts_changed_the_same_both_texts_are_shown_until_one_is_chosen(
    ana: Browser, host: Host, choice: int | None, kept: str
) -> None:
    session = host.new_session(welcome_message="Before")
    path = path_of(session)
    form = settings_of(ana.open(path))
    host.call("PATCH", f"/sessions/{session['id']}", {"welcome_message": "From the other", "duration_minutes": 33})
    page = submit(ana, path, form, welcome_message="From the page", meta_description="Mine alone")
    assert page.status == 409
    assert "From the other" in page.text
    again = settings_of(page)
    told = [again.fields[name] for name in ("welcome_message", "meta_description", "duration_minutes")]
    assert told == ["From the page", "Mine alone", "33"]
    assert host.get(f"/sessions/{session['id']}")["meta_description"] is None
    offered = [value for name, value in again.options if name == "keep.welcome_message"]
    answer = submit(ana, path, again, **({} if choice is None else {"keep.welcome_message": offered[choice]}))
    assert answer.status == (409 if choice is None else 200)
    shown = host.get(f"/sessions/{session['id']}")
    assert (shown["welcome_message"], shown["duration_minutes"]) == (kept, 33)
    assert shown["meta_description"] == (None if choice is None else "Mine alone")


def test_who_writes_between_the_check_and_the_write_is_not_overwritten_either(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(welcome_message="Before")
    path = path_of(session)
    form = settings_of(ana.open(path))
    overtake(monkeypatch, lambda: patch(host, session["id"], welcome_message="From the other"))
    page = submit(ana, path, form, welcome_message="From the page")
    assert (page.status, "From the other" in page.text) == (409, True)
    assert host.get(f"/sessions/{session['id']}")["welcome_message"] == "From the other"


def test_what_cannot_be_stored_just_now_stays_on_the_page(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()
    path = path_of(session)
    form = settings_of(ana.open(path))

    def fail(*_: Any) -> bool:
        raise Unavailable("The database does not answer", 2)

    monkeypatch.setattr("chalicelib.services.sessions.editing.store_edit", fail)
    page = submit(ana, path, form, welcome_message="From the page")
    assert (page.status, "All that you entered is still here" in page.text) == (503, True)
    assert settings_of(page).fields["welcome_message"] == "From the page"


def test_who_has_no_role_reads_and_changes_nothing_and_a_viewer_only_reads(
    host: Host, ben: Browser, cem: Browser
) -> None:
    theirs, mine = host.new_session(welcome_message="Secret plans"), host.new_session()
    editor = settings_of(sign_in(ben, ANA).open(path_of(theirs)))
    host.invite(mine["id"], "viewer", BO)
    sign_in(cem, BO)
    page = cem.open(path_of(theirs))
    assert (page.status, "Secret plans" in page.text) == (403, False)
    token = {"token": cem.open("/").form("Sign out").fields["token"]}
    for session in (theirs, mine):
        refused = send(cem, path_of(session), editor, **token, welcome_message="Taken over")
        assert (refused.status_code, b"Secret plans" in refused.body) == (403, False)
        assert host.get(f"/sessions/{session['id']}")["welcome_message"] != "Taken over"
    seen = cem.open(path_of(mine))
    assert (seen.status, seen.has_form("Save"), "<fieldset disabled>" in seen.html) == (200, False, True)
    assert cem.open("/sessions/00000000-0000-4000-8000-000000000000/settings").status == 404
