"""All that an account has, to take away: everything of its own, nothing of others', for its user alone, for a day."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from msgspec.structs import replace

import app
from chalicelib import container
from chalicelib.model import Identity
from chalicelib.model.own_models import ModelKey, OwnModels, SealedSecret
from chalicelib.services.accounts import export, export_document
from chalicelib.store.edits import edit_session
from tests import events
from tests.api.hosts import Host, new_host
from tests.api.jobs import asked, delete_data, done
from tests.api.projects import attach, join, new_project
from tests.clock import FakeClock
from tests.events import Context
from tests.web.browser import Browser
from tests.web.host.test_api_keys import call
from tests.web.host.visitor import sign_in

OTHERS = "The marmalade is locked away on Thursdays."
MINE = "I'd rather have soup."


@pytest.fixture(autouse=True)
def bucket(host: Host) -> None:
    boto3.client("s3").create_bucket(Bucket="exports")


def files() -> list[str]:
    return [it["Key"] for it in boto3.client("s3").list_objects_v2(Bucket="exports").get("Contents", [])]


def work_off() -> int:
    """Do what waits in the queue of exports, and what that asks for; how many jobs that were."""
    jobs = 0
    while bodies := asked("exports"):
        for body in bodies:
            assert done(app.write_export(events.batch(events.raw_message(json.dumps(body))), Context()))
            jobs += 1
    return jobs


def fetch(urls: Sequence[str]) -> list[dict[str, Any]]:
    """What these links open."""
    paths = [urlsplit(url).path.lstrip("/").removeprefix("exports/") for url in urls]
    return [json.loads(boto3.client("s3").get_object(Bucket="exports", Key=path)["Body"].read()) for path in paths]


def take(browser: Browser, query: str = "") -> tuple[int, dict[str, Any]]:
    """What the door of exports answers."""
    answer = call(browser, "GET", f"/me/export{query}")
    return answer.status_code, dict(answer.json_body)


@pytest.fixture
def full(host: Host, clock: FakeClock) -> tuple[str, str]:
    """An account that has all that one can have: a session in which others spoke, and a part in a session of somebody else's."""
    now, bo = clock.now(), new_host("bo@example.com")
    host.call("PATCH", "/me", {"harmonica_md": "A kitchen", "locale": "de", "time_zone": "Europe/Berlin"})
    container.accounts().add_identity(Identity("https://id.example.com", "s"), host.user_id, now)
    secret = SealedSecret(b"sealed-data-key", b"n", b"sealed-text")
    key = ModelKey("k1", "openai", "Our models", "https://models.example", now, secret, "9abc")
    container.own_models().put(OwnModels(host.user_id, (key,)))
    assert host.call("POST", "/templates", {"title": "Ana's own"}).status_code == 201
    own = host.new_session(topic="Owned", context="Since 1970")["id"]
    host.new_session(topic="Draft", draft=True)
    container.sessions().add_member(own, bo.user_id, "editor")
    assert bo.say(own, OTHERS, "bo").status_code == 200
    others = bo.new_session(topic="Bo's", context="Bo's secret context", is_public=True)["id"]
    assert bo.say(others, "What Bo says in his own session", "bo").status_code == 200
    assert host.say(others, MINE, "ana").status_code == 200
    return str(own), str(others)


def test_all_that_is_the_accounts_is_in_it_and_nothing_that_others_keep(
    host: Host, ana: Browser, full: tuple[str, str], subtests: pytest.Subtests
) -> None:
    status, pending = take(ana)
    assert (status, pending["status"], pending["urls"], pending["expires_at"]) == (202, "pending", [], None)
    assert work_off() == 1
    status, ready = take(ana)
    assert (status, ready["status"], ready["sessions"], ready["sessions_done"]) == (200, "ready", 3, 3)
    (document,) = fetch(ready["urls"])
    assert document["user"]["email"] == "ana@example.com"
    assert (document["user"]["locale"], document["user"]["time_zone"]) == ("de", "Europe/Berlin")
    for name, words in (
        ("harmonica_md", "A kitchen"),
        ("api_keys", "hm_live_"),
        ("logins", "last_used_at"),
        ("identities", "https://id.example.com"),
        ("templates", "Ana's own"),
        ("model_keys", "9abc"),
    ):
        with subtests.test(name):
            assert words in json.dumps(document[name])
    by_topic = {it["topic"]: it for it in document["sessions"]}
    assert {topic: it["role"] for topic, it in by_topic.items()} == {"Owned": "owner", "Draft": "owner", "Bo's": None}
    assert OTHERS in json.dumps(by_topic["Owned"]["content"])
    assert by_topic["Owned"]["content"]["context"]["text"] == "Since 1970"
    assert MINE in json.dumps(by_topic["Bo's"]["conversations"])
    whole = json.dumps(document)
    for hidden in (host.key, *ana.cookies.values(), "sealed", "c2VhbGVk", "Bo's secret", "What Bo says"):
        with subtests.test(hidden[:10]):
            assert hidden not in whole


def test_what_another_one_owns_is_not_in_it_whatever_a_project_or_a_list_says(
    host: Host, ana: Browser, full: tuple[str, str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others = full
    sessions, bo, cy = (
        container.sessions(),
        container.accounts().user_id_of("bo@example.com"),
        host.invite(own, "viewer"),
    )
    project = new_project(host)
    tied = sessions.view(others, (), bo)
    after = replace(tied, session=replace(tied.session, projects={project: "owner"}))
    assert edit_session(tied, after, bo)
    assert host.get(f"/sessions/{others}")["project_ids"] == [project]
    listed, base = export_document.list_sessions, f"/sessions/{own}/members"

    def list_then_hand_over(*given: Any, **named: Any) -> Any:
        found = listed(*given, **named)
        for by in (host, cy):
            assert by.call("PATCH", f"{base}/{cy.user_id}", {"role": "owner"}).status_code == 200
        assert cy.call("DELETE", f"{base}/{host.user_id}").status_code == 204
        return found

    monkeypatch.setattr(export, "list_sessions", list_then_hand_over)
    take(ana)
    work_off()
    (document,) = fetch(take(ana)[1]["urls"])
    by_topic = {it["topic"]: it for it in document["sessions"]}
    assert {topic: it["role"] for topic, it in by_topic.items()} == {"Owned": None, "Draft": "owner", "Bo's": "owner"}
    assert by_topic["Owned"]["conversations"] == []
    assert MINE in json.dumps(by_topic["Bo's"]["conversations"])
    for hidden in (OTHERS, "What Bo says", "Bo's secret"):
        assert hidden not in json.dumps(document)


def test_each_project_that_it_owns_is_in_it_whole_and_of_others_the_id_and_role(host: Host, ana: Browser) -> None:
    settings = {"description": "What we eat", "location": "Bern", "color": "#aa3355", "inherit": False}
    above = new_project(host, title="Above")
    project = new_project(host, parent_id=above, **settings)
    bo, session = join(project, "viewer"), str(host.new_session()["id"])
    attach(host, session, project)
    template = {"title": "Soup of ours", "facilitation_prompt": "Ask about soup.", "workspace_id": project}
    assert host.call("POST", "/templates", template).status_code == 201
    others = new_project(bo, title="Bo's", description="Bo's secret plan")
    assert bo.call("POST", "/templates", {"title": "Bo's tea", "workspace_id": others}).status_code == 201
    join(others, "admin", host)
    gone = new_project(host, title="Gone before")
    assert host.call("DELETE", f"/projects/{gone}").status_code == 200
    take(ana)
    assert work_off() == 1
    (document,) = fetch(take(ana)[1]["urls"])
    by_id = {it["id"]: it for it in document["owned_projects"]}
    assert by_id.keys() == {above, project}
    assert (by_id[above]["title"], by_id[above]["members"][0]["id"]) == ("Above", host.user_id)
    found = by_id[project]
    assert {name: found[name] for name in settings} == settings
    assert (found["title"], found["status"], found["parent_id"]) == ("Food", "active", above)
    assert {it["id"]: it["role"] for it in found["members"]} == {host.user_id: "owner", bo.user_id: "viewer"}
    assert [it["id"] for it in found["sessions"]] == [session]
    ((kept, made_by),) = [(it["document"], it["made_by"]) for it in found["templates"]]
    assert (kept["title"], kept["facilitation_prompt"], made_by) == ("Soup of ours", "Ask about soup.", host.user_id)
    (roles,) = document["projects"]
    assert (set(roles["owner"]), roles["admin"]) == ({above, project}, [others])
    assert "projects of others" in {it["what"] for it in document["not_exported"]}
    for hidden in ("Bo's", "Gone before", "@example.com", "revision", "feed"):
        assert hidden not in json.dumps([document["owned_projects"], document["projects"]])


def test_it_takes_a_browser_that_signed_in_just_now(host: Host, ana: Browser, clock: FakeClock) -> None:
    assert host.call("GET", "/me/export").status_code == 401
    clock.advance(601)
    assert take(ana)[0] == 403
    assert asked("exports") == []
    assert take(sign_in(ana, "ana@example.com"))[0] == 202
    work_off()
    assert take(sign_in(Browser(), "ana@example.com"))[0] == 200
    new_host("bo@example.com")
    assert take(sign_in(Browser(), "bo@example.com"))[1]["urls"] == []  # an export of their own


def test_a_link_of_another_page_asks_for_none(host: Host, ana: Browser) -> None:
    told = ana.get("/account/export?take=1")
    assert (told.status_code, told.headers["Location"].rpartition("/")[2], asked("exports")) == (303, "export", [])


def test_it_is_made_once_is_there_for_a_day_and_made_again_when_that_is_asked_for(
    host: Host, ana: Browser, clock: FakeClock
) -> None:
    for _ in range(3):
        assert take(ana)[0] == take(ana, "?anew=true")[0] == 202
    assert work_off() == 1
    first, _ = files(), take(ana)
    assert take(ana)[0] == 200
    assert asked("exports") == []
    assert take(ana, "?anew=true")[0] == 202
    assert files() == []
    work_off()
    assert files() != first
    clock.advance(24 * 3600)
    assert take(sign_in(ana, "ana@example.com"))[1]["status"] == "pending"
    assert files() == []
    clock.advance(1800)  # its job was lost
    assert take(sign_in(ana, "ana@example.com"))[1]["status"] == "pending"
    assert work_off() == 2  # of which one has nothing to do


def test_a_large_account_is_several_files_that_go_on_where_the_last_ended(
    host: Host, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = {f"Session {number}" for number in range(5)}
    for topic in topics:
        host.new_session(topic=topic)
    monkeypatch.setattr(export, "FILE_BYTES", 1)
    take(ana)
    assert work_off() == 5
    status, ready = take(ana)
    assert (status, len(ready["urls"]), ready["sessions_done"]) == (200, 5, 5)
    documents = fetch(ready["urls"])
    assert {it["topic"] for document in documents for it in document["sessions"]} == topics
    assert [(it["file"], it["is_last"], "user" in it) for it in documents] == [
        (number, number == 5, number == 1) for number in range(1, 6)
    ]


@pytest.mark.parametrize("when", ["made", "under way"])
def test_it_goes_with_whoever_is_removed_from_a_session_in_it(
    host: Host, ana: Browser, full: tuple[str, str], when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = full
    person = host.get(f"/sessions/{own}/responses")["data"][0]["participant_id"]

    def remove() -> None:
        assert host.call("DELETE", f"/sessions/{own}/participants/{person}").status_code == 204

    take(ana)
    if when == "made":
        work_off()
        assert len(files()) == 1
        remove()
    else:

        def render_after(*given: Any, **named: Any) -> str:
            made = export_document.render_file(*given, **named)
            remove()
            return made

        with monkeypatch.context() as patched:
            patched.setattr("chalicelib.services.accounts.export.render_file", render_after)
            work_off()
    assert files() == []
    assert all(map(delete_data, asked("deletions")))
    assert take(ana)[0] == 202
    work_off()
    assert OTHERS not in json.dumps(fetch(take(ana)[1]["urls"]))


def test_it_goes_with_the_account(host: Host, ana: Browser, full: tuple[str, str], clock: FakeClock) -> None:
    take(ana)
    work_off()
    assert len(files()) == 1
    assert call(ana, "DELETE", "/me").status_code == 202
    clock.advance(61)
    for _ in range(3):
        assert all(map(delete_data, asked("deletions")))
    assert files() == []
