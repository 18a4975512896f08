"""What is true of every endpoint: the key it asks for, the bodies it refuses, and whom it tells nothing."""

from typing import Any

import pytest

from app import app
from tests.api.hosts import Host, error_of, new_host

NO_KEY = (401, "unauthorized", "Invalid or missing API key")
FORBIDDEN = (403, "forbidden", "You don't have access to this session")
NO_PROJECT = (403, "forbidden", "You don't have access to this project")
UNKNOWN = (404, "not_found", "Session not found")

JOIN = {"participant_id": "p1", "participant_name": "", "answers": []}
SAY = {"participant_id": "p1", "participant_name": "", "content": "Soup"}

# Every endpoint but those for anybody, with a body that it takes.
WITH_KEY: dict[tuple[str, str], Any] = {
    ("GET", "/me"): None,
    ("PATCH", "/me"): {"name": "Ana"},
    ("GET", "/me/deletions/{session_id}"): None,
    ("GET", "/projects"): None,
    ("POST", "/projects"): {"title": "Food"},
    ("GET", "/notifications"): None,
    ("POST", "/notifications/read"): {"all": True},
    ("GET", "/notifications/digest"): None,
    ("PUT", "/notifications/digest"): {"on": False},
    ("GET", "/sessions"): None,
    ("POST", "/sessions"): {"topic": "Lunch", "goal": "Eat"},
    ("POST", "/sessions/suggestions"): {"field": "topic", "goal": "Eat"},
    ("GET", "/templates"): None,
    ("POST", "/templates"): {"title": "Lunch"},
    ("GET", "/templates/{template_id}"): None,
    ("PATCH", "/templates/{template_id}"): {"title": "Supper"},
    ("DELETE", "/templates/{template_id}"): None,
    ("GET", "/integrations/telegram/groups"): None,
    ("POST", "/integrations/telegram/groups"): {"group_id": "-100"},
    ("DELETE", "/integrations/telegram/groups/{group_id}"): None,
    ("POST", "/integrations/telegram/link"): {},
}
WITH_LOGIN = {
    ("DELETE", "/me"),
    ("GET", "/me/export"),
    ("GET", "/api-keys"),
    ("POST", "/api-keys"),
    ("DELETE", "/api-keys/{key_id}"),
    ("GET", "/models"),
    ("GET", "/models/keys"),
    ("POST", "/models/keys"),
    ("PATCH", "/models/keys/{key_id}"),
    ("DELETE", "/models/keys/{key_id}"),
    ("POST", "/models/keys/{key_id}/check"),
    ("GET", "/models/tiers"),
    ("PUT", "/models/tiers"),
}
OF_SESSION: dict[tuple[str, str], Any] = {
    ("GET", "/sessions/{session_id}"): None,
    ("PATCH", "/sessions/{session_id}"): {"topic": "Edited"},
    ("DELETE", "/sessions/{session_id}"): None,
    ("GET", "/sessions/{session_id}/members"): None,
    ("PATCH", "/sessions/{session_id}/members/{user_id}"): {"role": "viewer"},
    ("DELETE", "/sessions/{session_id}/members/{user_id}"): None,
    ("POST", "/sessions/{session_id}/invitations"): {"emails": ["ada@example.com"]},
    ("GET", "/sessions/{session_id}/invitations"): None,
    ("POST", "/sessions/{session_id}/invitations/{invitation_id}/resend"): {},
    ("DELETE", "/sessions/{session_id}/invitations/{invitation_id}"): None,
    ("POST", "/sessions/{session_id}/close"): {},
    ("POST", "/sessions/{session_id}/reopen"): {},
    ("POST", "/sessions/{session_id}/clone"): {},
    ("GET", "/sessions/{session_id}/questions"): None,
    ("GET", "/sessions/{session_id}/activity"): None,
    ("GET", "/sessions/{session_id}/deletions"): None,
    ("GET", "/sessions/{session_id}/responses"): None,
    ("POST", "/sessions/{session_id}/responses"): {"content": "Soup"},
    ("GET", "/sessions/{session_id}/participants/{participant_id}"): None,
    ("PATCH", "/sessions/{session_id}/participants/{participant_id}"): {"included": False},
    ("DELETE", "/sessions/{session_id}/participants/{participant_id}"): None,
    ("POST", "/sessions/{session_id}/participant-invitations"): {"emails": ["ada@example.com"]},
    ("GET", "/sessions/{session_id}/participant-invitations"): None,
    ("POST", "/sessions/{session_id}/participant-invitations/remind"): {},
    ("POST", "/sessions/{session_id}/participant-invitations/{invitation_id}/resend"): {},
    ("DELETE", "/sessions/{session_id}/participant-invitations/{invitation_id}"): None,
    ("GET", "/sessions/{session_id}/summary"): None,
    ("POST", "/sessions/{session_id}/summary"): {},
    ("GET", "/sessions/{session_id}/summaries"): None,
    ("GET", "/sessions/{session_id}/summaries/{number}"): None,
    ("GET", "/sessions/{session_id}/recap"): None,
    ("GET", "/sessions/{session_id}/similarity"): None,
    ("GET", "/sessions/{session_id}/answers"): None,
    ("GET", "/sessions/{session_id}/answers/{question_id}"): None,
    ("GET", "/sessions/{session_id}/slices"): None,
    ("GET", "/sessions/{session_id}/themes/{theme_id}/people"): None,
    ("GET", "/sessions/{session_id}/session-md"): None,
    ("POST", "/sessions/{session_id}/ask"): {"question": "What do people eat?"},
    ("GET", "/sessions/{session_id}/insights"): None,
    ("POST", "/sessions/{session_id}/insights"): {"content": "Soup"},
    ("PATCH", "/sessions/{session_id}/insights/{insight_id}"): {"title": "Soup"},
    ("DELETE", "/sessions/{session_id}/insights/{insight_id}"): None,
    ("GET", "/sessions/{session_id}/export"): None,
    ("GET", "/sessions/{session_id}/exports/{export_id}"): None,
    ("GET", "/sessions/{session_id}/scratchpad"): None,
    ("POST", "/sessions/{session_id}/scratchpad"): {},
    ("POST", "/sessions/{session_id}/regenerate-facilitation-prompt"): {},
    ("GET", "/sessions/{session_id}/prompts"): None,
    ("POST", "/sessions/{session_id}/prompts/revise"): {"instructions": "Ask less."},
    ("POST", "/sessions/{session_id}/review"): {},
    ("POST", "/sessions/{session_id}/knowledge"): {},
    ("GET", "/sessions/{session_id}/knowledge"): None,
    ("POST", "/sessions/{session_id}/follow-up"): {},
    ("GET", "/sessions/{session_id}/edit-history"): None,
    ("POST", "/sessions/{session_id}/chat/questions"): JOIN,
    ("POST", "/sessions/{session_id}/chat"): SAY,
}
OF_PROJECT: dict[tuple[str, str], Any] = {
    ("GET", "/projects/{project_id}"): None,
    ("PATCH", "/projects/{project_id}"): {"title": "Edited"},
    ("DELETE", "/projects/{project_id}"): None,
    ("GET", "/projects/{project_id}/sessions"): None,
    ("DELETE", "/projects/{project_id}/sessions/{session_id}"): None,
    ("GET", "/projects/{project_id}/members"): None,
    ("POST", "/projects/{project_id}/invitations"): {"emails": ["ada@example.com"]},
    ("GET", "/projects/{project_id}/invitations"): None,
    ("POST", "/projects/{project_id}/invitations/{invitation_id}/resend"): {},
    ("DELETE", "/projects/{project_id}/invitations/{invitation_id}"): None,
    ("GET", "/projects/{project_id}/memory"): None,
    ("GET", "/projects/{project_id}/knowledge"): None,
    ("POST", "/projects/{project_id}/knowledge"): None,
    ("PATCH", "/projects/{project_id}/members/{user_id}"): {"role": "viewer"},
    ("DELETE", "/projects/{project_id}/members/{user_id}"): None,
}
PARTS = {
    "user_id": "u",
    "export_id": "00000000-0000-4000-8000-000000000000",
    "insight_id": "i",
    "invitation_id": "i",
    "question_id": "q",
    "theme_id": "t1",
    "number": "1",
}  # of a session, by which paths name more of it
FOR_ANYBODY = {("GET", "/sessions/public"), ("GET", "/openapi.json"), ("GET", "/docs")}


def test_the_table_has_every_endpoint_there_is() -> None:
    served = {
        (method, path.removeprefix("/api/v1"))
        for path, methods in app.routes.items()
        for method in methods
        if path.startswith("/api/v1") and method != "OPTIONS"
    }
    assert served == {*WITH_KEY, *OF_SESSION, *OF_PROJECT} | WITH_LOGIN | FOR_ANYBODY


def test_each_asks_for_the_key_before_anything_else(host: Host, subtests: pytest.Subtests) -> None:
    for method, path in [*WITH_KEY, *OF_SESSION, *OF_PROJECT, *WITH_LOGIN]:
        with subtests.test(f"{method} {path}"):
            for sent in ("", "Bearer nothing", f"Basic {host.key}"):
                assert error_of(host.call(method, path, b"{broken", Authorization=sent)) == NO_KEY


def test_each_that_takes_a_body_takes_a_json_object_only(host: Host, subtests: pytest.Subtests) -> None:
    ids = {
        "session_id": host.new_session()["id"],
        "participant_id": host.user_id,
        "group_id": "g",
        "template_id": "t",
        "project_id": host.call("POST", "/projects", {"title": "Food"}).json_body["id"],
        **PARTS,
    }
    for method, path in [*WITH_KEY, *OF_SESSION, *OF_PROJECT]:
        if method not in ("POST", "PATCH"):
            continue
        for body in (b"{", b"null", b"[]", b"3", b'"text"', b'{"topic": "\xff"}', rb'{"topic": "\ud800"}'):
            with subtests.test(f"{method} {path} {body!r}"):
                assert error_of(host.call(method, path.format(**ids), body))[:2] == (400, "validation_error")


def test_a_stranger_learns_nothing_from_any(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session(topic="Secret plans", goal="Secret", context="Secret", questions=[{"text": "Secret"}])[
        "id"
    ]
    participant = host.say(session, "Secret words").json_body["thread_id"]
    bo = new_host("bo@example.com")
    for (method, path), body in OF_SESSION.items():
        with subtests.test(f"{method} {path}"):
            answer = bo.call(method, path.format(session_id=session, participant_id=participant, **PARTS), body)
            assert error_of(answer) == FORBIDDEN
            for nowhere in ("00000000-0000-4000-8000-000000000000", "nonsense", "Secret plans", "%00"):
                answer = bo.call(method, path.format(session_id=nowhere, participant_id=participant, **PARTS), body)
                assert error_of(answer) == UNKNOWN
    project = host.call("POST", "/projects", {"title": "Secret plans"}).json_body["id"]
    for (method, path), body in OF_PROJECT.items():
        with subtests.test(f"{method} {path}"):
            answer = bo.call(method, path.format(project_id=project, session_id=session, **PARTS), body)
            assert error_of(answer) == NO_PROJECT
            for nowhere in ("00000000-0000-4000-8000-000000000000", "nonsense", "%00"):
                answer = bo.call(method, path.format(project_id=nowhere, session_id=session, **PARTS), body)
                assert error_of(answer) == (404, "not_found", "Project not found")
    for (method, path), body in WITH_KEY.items():
        with subtests.test(f"{method} {path}"):
            answer = bo.call(method, path.format(template_id=session, group_id=session, session_id=session), body)
            assert b"ecret" not in answer.body
            assert session.encode() not in answer.body or answer.status_code == 404
    assert host.get(f"/sessions/{session}")["topic"] == "Secret plans"
    assert len(host.get(f"/sessions/{session}/responses")["data"]) == 1
