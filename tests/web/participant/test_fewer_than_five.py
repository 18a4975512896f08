"""Below five people nobody but members is shown anything of what was said, through whatever door; members are told that it is few."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.api.routes import ROUTES
from chalicelib.services.results.sections import SECTIONS
from chalicelib.services.synthesis import digest_runner
from chalicelib.services.synthesis.visibility import LEAST
from tests.api.hosts import Host, new_host
from tests.api.jobs import summarise, write_brief
from tests.api.projects import attach, new_project
from tests.clock import FakeClock
from tests.web.browser import Browser

SAID = "The canteen is too far away from our desks"
TOLD = "canteen"
FEW = "Fewer than 5 people took part: whoever reads this may recognise who said what."


def doors(
    host: Host, viewer: Host, stranger: Host, session: dict[str, Any], person: Browser
) -> Iterator[tuple[str, str]]:
    """What each door shows to somebody without a role, to somebody who took part, and in documents for others."""
    named = session["id"]
    for who, browser in (("stranger", Browser()), ("participant", person)):
        for section in SECTIONS:
            yield f"results {section} {who}", browser.get(f"/results?s={named}&tab={section}").body.decode()
            asked = browser.request(
                "POST", f"/results?s={named}&tab={section}", b"question=What+of+it%3F"
            ).body.decode()
            yield f"question {section} {who}", asked
    yield "invitation", Browser().get(f"/chat?s={named}").body.decode()
    project = new_project(host)
    attach(host, named, project)
    others = (
        "export_id",
        "question_id",
        "participant_id",
        "template_id",
        "key_id",
        "invitation_id",
        "group_id",
        "user_id",
    )
    ids = {"number": 1, "theme_id": "t1", **dict.fromkeys(others, "x")}
    for route in ROUTES:
        if route.method == "GET":
            path = route.path.format_map({"session_id": named, "project_id": project, **ids})
            yield route.name, stranger.call("GET", path).body.decode()
    yield "ask", stranger.call("POST", f"/sessions/{named}/ask", {"question": "What of it?"}).body.decode()
    for asker, query in (
        (host, "format=md&readers=others"),
        (host, "format=html&readers=others"),
        (viewer, "format=md"),
    ):
        yield f"export {query}", asker.call("GET", f"/sessions/{named}/export?{query}").body.decode()
    yield "follow-up", host.call("POST", f"/sessions/{named}/follow-up").body.decode()


def test_of_fewer_than_five_people_others_are_shown_nothing_that_was_said(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    session = host.new_session(
        results_visibility="public", is_public=True, results_sections=dict.fromkeys(SECTIONS, True)
    )
    viewer, stranger = host.invite(session["id"], "viewer"), new_host("stranger@example.com")
    people = [Browser() for _ in range(LEAST)]
    for number, person in enumerate(people, 1):
        person.join(session)
        person.say(session, f"{SAID}, {number}")
        if number == 1:
            note = {"content": f"They say: {SAID}", "visible": True}
            assert host.call("POST", f"/sessions/{session['id']}/insights", note).status_code == 201
        clock.advance(3600)
        assert summarise(session["id"])
        assert write_brief(session["id"])
        telling = {name for name, text in doors(host, viewer, stranger, session, people[0]) if TOLD in text.casefold()}
        members = [
            host.call("GET", f"/sessions/{session['id']}/export?format={it}").body.decode()
            for it in ("md", "html", "json")
        ]
        assert all(TOLD in it for it in members)
        if number < LEAST:
            assert telling == set(), number
            assert all(FEW in it for it in members), number
        else:
            assert {"results summary stranger", "results insights participant", "export format=md"} <= telling
            assert not telling & {route.name for route in ROUTES}  # REST shows results to members alone
            assert not any(FEW in it for it in members)
