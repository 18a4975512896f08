"""What an operator removes for good, and what has to be said for that."""

import io
import json
import sys
from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from infra.movement import commands
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data, parts
from tests.clock import FakeClock
from tests.events import Context
from tests.infra.movement.stages import Stages, take_from
from tests.stored_items import left_by, stored


def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let somebody type this line."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{text}\n"))


@pytest.fixture
def session(host: Host, monkeypatch: pytest.MonkeyPatch) -> str:
    """A session in which somebody spoke; nobody waits for jobs, which tests run themselves."""
    monkeypatch.setattr(commands, "_WAITS", 0.0)
    made = str(host.new_session()["id"])
    assert host.say(made, "More buses.").status_code == 200
    return made


def test_a_session_goes_once_its_name_is_typed(
    stages: Stages, host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing(monkeypatch, "yes")
    assert "nothing was removed" in stages.refusal("delete", "session", session)
    assert host.call("GET", f"/sessions/{session}").status_code == 200
    typing(monkeypatch, session)
    assert "a job goes on" in stages.run("delete", "session", session)
    assert host.call("GET", f"/sessions/{session}").status_code == 404
    assert all(map(delete_data, asked("deletions")))
    assert parts(session) == []
    assert stages.refusal("delete", "session", session, "--yes") == "Session not found"


def test_a_stage_is_emptied_and_goes_on(
    stages: Stages, host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="exports")
    container.files().put("one", "words", "text/plain", "one.txt")
    monkeypatch.setattr(commands, "_is_protected", lambda _: True)
    typing(monkeypatch, "")
    assert "nothing was removed" in stages.refusal(
        "delete", "stage", "--yes"
    )  # which a protected stage takes for nothing
    assert len(stored()) > 10
    typing(monkeypatch, "local")
    told = stages.run("delete", "stage", "--yes")
    assert "1 files" in told
    assert (stored(), s3.list_objects_v2(Bucket="exports")["KeyCount"]) == ([], 0)
    stages.run("create-user", "cy@example.com")
    monkeypatch.setattr(commands, "_is_protected", lambda _: False)
    stages.run("delete", "stage", "--yes")
    assert stored() == []


def test_a_user_goes_with_what_is_theirs_alone(
    stages: Stages, host: Host, session: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = host.invite(session, "viewer", "cy@example.com")
    typing(monkeypatch, "cy@example.com")
    assert "nothing was removed" in stages.refusal("delete", "user", "ana@example.com")
    assert "no account any more" in stages.run("delete", "user", "ana@example.com", "--yes")
    assert host.call("GET", "/me").status_code == 401
    clock.advance(120)
    while bodies := take_from("deletions"):
        for body in bodies:
            app.delete_data(events.batch(events.raw_message(json.dumps(body))), Context())
    assert parts(session) == []
    assert left_by("account", host.user_id) == []
    assert guest.call("GET", "/me").status_code == 200
    assert stages.refusal("delete", "user", "ana@example.com", "--yes") == "ana@example.com has no account"
