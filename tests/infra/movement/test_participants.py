"""After a move everybody whom the new stage can know goes on in the conversation that they had."""

from typing import Any

import pytest

from chalicelib import container
from chalicelib.services.access.invitation_links import LinkedInvitation, invitation_url
from chalicelib.store import keys
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data, parts
from tests.api.participants import remove
from tests.infra.movement.stages import Stages
from tests.web.browser import Browser
from tests.web.invited import HERE, START, invite, path_of, states
from tests.web.participant.test_receipt import CODE, press

WORDS = "More buses in the evening."


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session for invited people, without a form; two came by the API, a host responded, somebody was invited and came."""
    made = host.new_session(questions=[])
    for who in ("p1", "p2"):
        assert host.say(made["id"], WORDS, who).status_code == 200
    assert host.call("POST", f"/sessions/{made['id']}/responses", {"content": WORDS}).status_code == 201
    return made


def mailed_link(session: dict[str, Any], invitation_id: str) -> str:
    """The path of the link that a mail of this stage has."""
    named = LinkedInvitation(invitation_id, by_hand=False)
    return path_of(invitation_url("https://here.example", session["id"], named, container.deployment_secret()))


def words_at(browser: Browser, code: str) -> str:
    """Where whoever kept their code reads what they said."""
    page = press(browser, browser.open("/receipt").form("Open"), code=code)
    return next(f"/{it.replace('&amp;', '&')}" for it in page.links if it.endswith("words=1"))


def said(host: Host, session: dict[str, Any]) -> dict[str, list[str]]:
    """What each person of a session said, by the id of their conversation."""
    found = host.get(f"/sessions/{session['id']}/responses")["data"]
    return {
        it["participant_id"]: [entry["content"] for entry in it["messages"] if entry["role"] == "user"] for it in found
    }


def test_people_of_a_host_who_moves_to_a_stage_with_another_secret_go_on_where_they_were(
    stages: Stages, host: Host, session: dict[str, Any]
) -> None:
    (invited,) = invite(host, session, "bo@example.com")
    bo = Browser()
    bo.submit(bo.open(path_of(invited["url"])).form(START))
    (code,) = set(CODE.findall(bo.say(session, WORDS).html))
    before, came = said(host, session), states(host, session)
    assert (came, len(before)) == ({"bo@example.com": "joined"}, 4)
    draft = host.call("POST", "/sessions", {"topic": "Tea", "draft": True}).json_body["id"]
    file = stages.export("user", "ana@example.com")
    stages.leave()
    stages.run("import", str(file))
    assert said(host, session) == before
    assert host.get(f"/sessions/{session['id']}")["topic"] == "Lunch"
    assert states(host, session) == came
    assert host.get(f"/sessions/{draft}")["status"] == "draft"
    for who in ("p1", "p2", "p3"):
        assert host.say(session["id"], f"{who} goes on", who).status_code == 200
    assert host.call("POST", f"/sessions/{session['id']}/responses", {"content": "So do I"}).status_code == 201
    kept = Browser()
    assert WORDS in kept.open(words_at(kept, code)).text
    elsewhere = Browser()
    elsewhere.submit(elsewhere.open(mailed_link(session, invited["id"])).form(HERE))
    elsewhere.say(session, "And here")
    after = said(host, session)
    assert {thread: words[: len(before[thread])] for thread, words in after.items() if thread in before} == before
    assert sorted(tuple(words) for words in after.values()) == sorted(
        [(WORDS, "p1 goes on"), (WORDS, "p2 goes on"), (WORDS, "So do I"), (WORDS, "And here"), ("p3 goes on",)]
    )
    _is_removed_whole(host, session)


def _is_removed_whole(host: Host, session: dict[str, Any]) -> None:
    """Somebody who is removed after the move is removed from both ids, and may begin anew."""
    head = next(it for it in container.conversations().heads(session["id"]) if it.external_id == "p1")
    aliases = [part for part in parts(session["id"]) if part.startswith(keys.ALIASES)]
    remove(host, session["id"], head.id)
    assert all(map(delete_data, asked("deletions")))
    left = parts(session["id"])
    assert len([part for part in left if part.startswith(keys.ALIASES)]) == len(aliases) - 1
    assert not [part for part in left if head.id in part]
    assert host.say(session["id"], "Once more", "p1").status_code == 200
    assert ["Once more"] in said(host, session).values()
