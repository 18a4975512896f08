"""Invitations to be members over REST, where no mails are sent: what is told, what is stored, and what of it goes with whom."""

import json
import re
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib.services.access import rate_limits
from chalicelib.services.accounts.deletion import delete_account, remove_account
from chalicelib.services.member_invitations import room
from chalicelib.store import member_invitations
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, delete_data
from tests.api.projects import join, new_project, remove_rest
from tests.api.shapes import ID, NULL, TIME, URL, assert_shape
from tests.clock import FakeClock

INVITED = {
    "id": (str, NULL),
    "email": str,
    "role": re.compile("viewer|editor|admin"),
    "status": re.compile("sent|no_mail|member|refused"),
    "url": (str, NULL),
    "expires_at": (str, NULL),
}
INVITATION = {
    "id": ID,
    "email": str,
    "role": re.compile("viewer|editor|admin"),
    "mail": re.compile("no_mail|waiting|sent|held|undeliverable|stopped"),
    "message": (str, NULL),
    "invited_by": ID,
    "holds": bool,
    "created_at": TIME,
    "expires_at": TIME,
}
FEW = ["dee@example.com", "Dee@Example.com", "Eva <eva@example.com>", "nobody", "ana@example.com"]


@pytest.fixture
def subjects(host: Host) -> tuple[str, str]:
    """A session and a project of the host's."""
    return f"/sessions/{host.new_session()['id']}", f"/projects/{new_project(host)}"


def guards() -> str:
    """All that is stored of invitations."""
    found = boto3.client("dynamodb").scan(TableName="guards")["Items"]
    return json.dumps([it for it in found if it["id"]["S"].startswith(("member_inv", "invited#", "inviting#"))])


def test_each_address_is_told_of_once_and_gets_a_link_where_no_mail_is_sent(
    host: Host, subjects: tuple[str, str]
) -> None:
    for subject in subjects:
        body = {"emails": FEW, "role": "editor", "message": "Glad to have you"}
        answer = host.call("POST", f"{subject}/invitations", body)
        assert answer.status_code == 201
        assert_shape(answer.json_body, {"data": [INVITED]})
        told = [(it["email"], it["status"], bool(it["url"])) for it in answer.json_body["data"]]
        assert told == [
            ("dee@example.com", "no_mail", True),
            ("eva@example.com", "no_mail", True),
            ("nobody", "refused", False),
            ("ana@example.com", "member", False),
        ]
        url = answer.json_body["data"][0]["url"]
        assert_shape(url, URL)
        assert url.rpartition(".")[2] not in guards()
        listed = host.get(f"{subject}/invitations")
        assert_shape(listed, {"data": [INVITATION]})
        assert [it["email"] for it in listed["data"]] == ["dee@example.com", "eva@example.com"]
        first = listed["data"][0]
        resent = host.call("POST", f"{subject}/invitations/{first['id']}/resend", {})
        assert_shape(resent.json_body, INVITATION | {"url": URL})
        assert resent.json_body["url"] != url
        again = host.call("POST", f"{subject}/invitations", {"emails": ["DEE@example.com"], "role": "admin"})
        assert again.json_body["data"][0]["id"] == first["id"]
        assert {it["email"]: it["role"] for it in host.get(f"{subject}/invitations")["data"]} == {
            "DEE@example.com": "admin",
            "eva@example.com": "editor",
        }
        for unknown in (first["id"].replace("-", ""), "00000000-0000-4000-8000-000000000000"):
            assert host.call("DELETE", f"{subject}/invitations/{unknown}").status_code == 404
        wrongs: tuple[dict[str, Any], ...] = (
            {"emails": []},
            {"emails": ["x@example.com"] * 51},
            {"emails": ["x@example.com"], "role": "owner"},
            {"emails": ["x@example.com"], "message": "x" * 1_001},
            {"emails": ["x@example.com"], "language": "tlh"},
            {"emails": "x@example.com"},
        )
        for wrong in wrongs:
            assert error_of(host.call("POST", f"{subject}/invitations", wrong))[:2] == (400, "validation_error")


def test_a_repeated_request_makes_no_second_invitation_and_tells_no_link(host: Host, subjects: tuple[str, str]) -> None:
    for subject in subjects:
        body, key = {"emails": ["dee@example.com"]}, {"Idempotency-Key": f"k{subject[:5]}"}
        first = host.call("POST", f"{subject}/invitations", body, **key).json_body["data"][0]
        again = host.call("POST", f"{subject}/invitations", body, **key).json_body["data"][0]
        assert again == {**first, "url": None}
        resent = [
            host.call(
                "POST", f"{subject}/invitations/{first['id']}/resend", {}, **{"Idempotency-Key": f"r{subject[:5]}"}
            )
            for _ in range(2)
        ]
        assert [bool(it.json_body["url"]) for it in resent] == [True, False]


def test_there_are_so_many_open_ones_and_no_more(
    host: Host, subjects: tuple[str, str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "INVITES_OF_USER", 1_000)
    monkeypatch.setattr(member_invitations, "PLACES_AN_ADDRESS", 2)
    monkeypatch.setattr(room, "PLACES_AN_INVITER", 3)
    session, project = subjects
    many = {"emails": [f"p{number}@example.com" for number in range(50)]}
    assert host.call("POST", f"{project}/invitations", many).status_code == 201
    assert host.call("POST", f"{project}/invitations", many).status_code == 201  # of the same addresses, anew
    more = host.call("POST", f"{project}/invitations", {"emails": ["one.more@example.com"]})
    assert error_of(more)[:2] == (422, "unprocessable")
    # An address in more places than it may be; the others of the request are invited.
    one, two = {"emails": ["p1@example.com", "new@example.com"]}, f"/sessions/{host.new_session()['id']}"
    told = [host.call("POST", f"{it}/invitations", one).json_body["data"] for it in (session, two)]
    assert [[it["status"] for it in data] for data in told] == [["no_mail", "no_mail"], ["refused", "no_mail"]]
    last = host.call("POST", f"/sessions/{host.new_session()['id']}/invitations", {"emails": ["last@example.com"]})
    assert last.status_code == 422
    clock.advance(timedelta(days=14).total_seconds())
    assert [host.get(f"{it}/invitations")["data"] for it in subjects] == [[], []]
    third = host.call("POST", f"/sessions/{host.new_session()['id']}/invitations", one).json_body["data"]
    assert [it["status"] for it in third] == ["no_mail", "no_mail"]


def test_what_is_stored_of_them_goes_with_the_account_the_session_and_the_project(
    host: Host, subjects: tuple[str, str], clock: FakeClock
) -> None:
    session, project = subjects
    admin = host.invite(session.split("/")[2], "admin", "bo@example.com")
    join(project.split("/")[2], "admin", admin)
    for subject in subjects:
        assert admin.call("POST", f"{subject}/invitations", {"emails": ["dee@example.com"]}).status_code == 201
        assert host.call("POST", f"{subject}/invitations", {"emails": ["eva@example.com"]}).status_code == 201
    deps = container.account_deletion_deps()
    eva = new_host("EVA@example.com")
    delete_account(eva.user_id, deps=deps)
    assert "eva@" not in guards()
    delete_account(admin.user_id, deps=deps)
    clock.advance(120)
    remove_account(admin.user_id, deps=deps)
    assert "dee@" not in guards()
    assert admin.user_id not in guards()
    for subject in subjects:
        assert host.call("POST", f"{subject}/invitations", {"emails": ["fay@example.com"]}).status_code == 201
        assert host.call("DELETE", subject).status_code in (200, 204)
    for job in asked("deletions"):
        delete_data(job)
    remove_rest(project.split("/")[2])
    assert "fay@" not in guards()
    assert "member_invitations#" not in guards()
