"""What the original's MCP server sends for projects, templates and sessions, in its order, and what it reads of the answers: it is to work
unmodified. Its bodies have no fields that are undefined, its reads a Content-Type and no body, and every answer has to be JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.api.hosts import Host, error_of
from tests.api.test_own_templates import INSTALL

Ids = dict[str, str]
Reads = Callable[[Any, Ids], object]


def keep(name: str, *read: str) -> Reads:
    """Keeps the id of an answer under this name; these fields have to be there."""

    def note(answer: Any, ids: Ids) -> bool:
        ids[name] = answer["id"]
        return all(field in answer for field in read)

    return note


PROJECT = ("title", "status", "description", "created_at")
SESSION = ("topic", "goal", "status", "prompt", "participant_count", "created_at")
TALK = {"participant_id": "p1", "participant_name": "Ada"}
ASKED = [{"text": "Name"}, {"text": "Which", "type": "Options", "options": ["a", "b"], "required": False}]
NEWER = {**INSTALL, "force": False}
# Method, path, body, status, and what is true of the answer, for each tool in the order in which somebody uses them.
SENT: tuple[tuple[str, str, Any, int, Reads], ...] = (
    ("POST", "/projects", {"title": "Food", "description": "On *food*"}, 201, keep("project", *PROJECT)),
    ("POST", "/projects", {"title": "Bare"}, 201, keep("bare", *PROJECT)),
    ("GET", "/projects?limit=1&offset=1", None, 200, lambda it, _: it["pagination"]["total"] == 2 and len(it["data"]) == 1),
    ("PATCH", "/projects/{project}", {"title": "Food 2026"}, 200, lambda it, _: it["description"] == "On *food*"),
    ("PATCH", "/projects/{project}", {"description": ""}, 200, lambda it, _: it["description"] is None),
    (
        "POST", "/sessions",
        {"topic": "Lunch", "goal": "Eat", "results_visibility": "participants", "project_id": "{project}", "questions": ASKED},
        201, keep("session", "topic", "status", "join_url"),
    ),
    ("GET", "/projects/{project}", None, 200, lambda it, ids: it["session_ids"] == [ids["session"]]),
    ("PATCH", "/sessions/{session}", {"project_id": None}, 200, keep("session", *SESSION)),
    ("GET", "/projects/{project}", None, 200, lambda it, _: it["session_ids"] == []),
    (
        "PATCH", "/sessions/{session}",
        {"project_id": "{project}", "template_id": "swot", "intro_video_url": None, "platform_guidelines_override": None},
        200, keep("session", *SESSION),
    ),
    ("GET", "/sessions?status=active&q=Lunch&limit=20", None, 200, lambda it, _: it["pagination"]["total"] == 1),
    ("GET", "/sessions/{session}/questions", None, 200, lambda it, ids: ids.update(question=it["data"][0]["id"]) is None),
    (
        "POST", "/sessions/{session}/chat/questions", {**TALK, "answers": [{"question_id": "{question}", "answer": "Ada"}]},
        200, lambda it, _: it["message"]["content"] and it["thread_id"],
    ),
    ("POST", "/sessions/{session}/chat", {**TALK, "content": "Soup"}, 200, lambda it, _: it["message"]["is_final"] is False),
    ("GET", "/sessions/{session}/responses?mode=list&sort=newest", None, 200, lambda it, _: it["data"][0]["message_count"]),
    ("GET", "/sessions/{session}/responses?limit=5", None, 200, lambda it, _: it["data"][0]["messages"][0]["content"]),
    ("GET", "/sessions/{session}/summary", None, 200, lambda it, _: "summary" in it and "generated_at" in it),
    ("POST", "/sessions/{session}/close", None, 200, lambda it, _: it["status"] == "completed"),
    ("POST", "/sessions/{session}/close", None, 200, lambda it, _: it["status"] == "completed"),
    ("POST", "/sessions/{session}/reopen", None, 200, lambda it, _: it["status"] == "active"),
    ("GET", "/templates", None, 200, lambda it, _: all("template_type" in one and one["title"] for one in it["data"])),
    ("POST", "/templates", INSTALL, 201, keep("template", "title", "is_public", "workspace_id", "created_by")),
    ("GET", "/me", None, 200, lambda it, ids: ids.update(me=it["id"]) is None),
    ("GET", "/templates", None, 200, lambda it, ids: ids["me"] in [one["created_by"] for one in it["data"]]),
    ("PATCH", "/templates/{template}", NEWER, 200, keep("template", "title")),
    (
        "POST", "/sessions", {"topic": "Chain", "goal": "Run", "template_id": "{template}", "project_id": "{project}",
        "roster": [{"email": "a@example.com", "rolesByStep": {"explore": "chair"}}]},
        201, lambda it, _: it["chain"]["status"] == "unsupported",
    ),
    ("GET", "/integrations/telegram/groups", None, 200, lambda it, _: it["data"] == []),
    ("DELETE", "/projects/{project}", None, 200, lambda it, _: (it["title"], it["status"]) == ("Food 2026", "deleted")),
    ("GET", "/projects", None, 200, lambda it, ids: [one["id"] for one in it["data"]] == [ids["bare"]]),
    ("GET", "/sessions/{session}", None, 200, keep("session", *SESSION)),
)  # fmt: skip


def filled(value: Any, ids: Ids) -> Any:
    """A path or a body with the ids that earlier answers gave."""
    if isinstance(value, str):
        return value.format(**ids) if value.startswith(("/", "{")) else value
    if isinstance(value, Mapping):
        return {name: filled(it, ids) for name, it in value.items()}
    return [filled(it, ids) for it in value] if isinstance(value, list) else value


def test_the_originals_mcp_server_drives_projects_templates_and_sessions(host: Host) -> None:
    ids: Ids = {}
    for method, path, body, status, is_read in SENT:
        sent = b"" if body is None else json.dumps(filled(body, ids)).encode()
        answer = host.call(method, filled(path, ids), sent)
        assert answer.status_code == status, (method, path, answer.body)
        assert is_read(json.loads(answer.body), ids), (method, path, answer.body)
    assert error_of(host.call("GET", filled("/projects/{project}", ids))) == (404, "not_found", "Project not found")
