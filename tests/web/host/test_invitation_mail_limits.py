"""Mails of invitations to be a member: how many an address gets, who wants none, and what there is where none are sent."""

import re
from urllib.parse import urlsplit

import pytest

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.services.accounts.sign_in import make_link
from chalicelib.services.member_invitations import room
from chalicelib.settings import settings
from chalicelib.store import keys
from tests.api.hosts import Host
from tests.api.projects import join, new_project, remove_rest
from tests.clock import FakeClock
from tests.stored_items import stored
from tests.web.browser import Browser
from tests.web.host.test_member_invitations import DEE, answer, invite, role_in
from tests.web.host.visitor import deliver, recipients, use_link


def test_mails_are_held_stopped_and_counted(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "OPEN_OF_ONE", 10)
    for number in range(7):
        session = f"/sessions/{host.new_session(topic=f'T{number}')['id']}"
        assert host.call("POST", f"{session}/invitations", {"emails": [DEE]}).status_code == 201
        deliver()
    assert recipients() == [DEE] * 5
    (held,) = host.get(f"{session}/invitations")["data"]
    assert held["mail"] == "held"
    resent = host.call("POST", f"{session}/invitations/{held['id']}/resend", {}).json_body
    assert resent["url"].startswith("http")
    stop = re.search(r"https?://[^/\s]+(/stop\?t=[^\s\"]+)", deliver()[-1])
    assert stop
    one_click = Browser().request(
        "POST", stop[1], b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert one_click.status_code == 200
    stopped = [
        it
        for session in host.get("/sessions")["data"]
        for it in host.get(f"/sessions/{session['id']}/invitations")["data"]
    ]
    assert sorted(it["mail"] for it in stopped).count("stopped") == 1
    assert all(it["holds"] for it in stopped)
    many = {"emails": [f"n{number}@example.com" for number in range(50)]}
    statuses = [
        host.call("POST", f"/sessions/{host.new_session()['id']}/invitations", many).status_code for _ in range(4)
    ]
    assert statuses == [201, 201, 201, 429]
    full = host.call("POST", f"{session}/invitations", {"emails": ["one@example.com"]})
    assert full.status_code == 429


def test_who_stops_mails_about_a_project_gets_none_about_it_whoever_invites_them_again(host: Host) -> None:
    project, other = new_project(host, title="Food"), new_project(host, title="Rooms")
    address, admin = f"/projects/{project}/invitations", join(project, "admin")
    invite(host, f"/projects/{project}")
    (first,) = host.get(address)["data"]
    stop = re.search(r"https?://[^/\s]+(/stop\?t=[^\s\"]+)", deliver()[-1])
    assert stop
    one_click = {"Content-Type": "application/x-www-form-urlencoded"}
    assert Browser().request("POST", stop[1], b"List-Unsubscribe=One-Click", one_click).status_code == 200
    assert host.call("DELETE", f"{address}/{first['id']}").status_code == 204
    (again,) = admin.call("POST", address, {"emails": [DEE.upper()]}).json_body["data"]
    assert (again["status"], bool(again["url"])) == ("no_mail", True)
    invite(host, f"/projects/{other}")
    deliver()
    assert recipients() == [DEE] * 2
    assert host.call("DELETE", f"/projects/{project}").status_code == 200
    remove_rest(project)
    assert [kind.name for kind, raw in stored() if raw.get(keys.PROJECT_ID, {}).get("S") == project] == []


def test_without_mail_a_link_of_the_operators_lets_in_whoever_is_invited_and_nobody_else(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    settings.cache_clear()
    session = f"/sessions/{host.new_session()['id']}"
    made = host.call("POST", f"{session}/invitations", {"emails": [DEE], "role": "editor"}).json_body["data"][0]
    deps, now = container.sign_in_deps(), container.clock().now()
    with pytest.raises(NotFound):
        make_link("eva@example.com", public_url="http://x", deps=deps, now=now)
    link = make_link(DEE, public_url="http://x", deps=deps, now=now).removeprefix("http://x")
    assert use_link(ben, link).status_code == 303
    assert answer(ben, urlsplit(made["url"])._replace(scheme="", netloc="").geturl()).status_code == 303
    assert role_in(host, session, DEE) == "editor"
