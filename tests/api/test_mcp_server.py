"""What the original's MCP server sends for projects, templates, sessions and members, in the order in which somebody uses its tools, and
what it reads of the answers: it is to work unmodified. Recorded of its source of August 2026, driven over stdio against `make run`.

Its bodies have no fields that are undefined, its reads a Content-Type and no body, and every answer has to be JSON. It hands the
message of an error on to whoever asked, after its status. What it asks for beyond these is not there: `test_not_found.py`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.model import Role
from tests.api.hosts import Host, error_of, new_host
from tests.api.projects import join
from tests.api.test_own_templates import CHAIN, INSTALL, INSTALLED

Ids = dict[str, str]
Reads = Callable[[Any, Ids], object]


def keep(name: str, *read: str) -> Reads:
    """Keeps the id of an answer under this name; these fields have to be there."""

    def note(answer: Any, ids: Ids) -> bool:
        ids[name] = answer["id"]
        return all(field in answer for field in read)

    return note


def is_now(**fields: Any) -> Reads:
    """Whether the answer has these values."""
    return lambda it, _: {name: it[name] for name in fields} == fields


def has_not_started(answer: Any, _: Ids) -> bool:
    """Whether the answer says that the session is one, and no chain."""
    return "id" in answer and "join_url" in answer and answer["chain"]["status"] == "unsupported"


PROJECT = ("title", "status", "description", "created_at")
SESSION = ("topic", "goal", "status", "prompt", "critical", "context", "summary", "participant_count", "created_at")
CREATED = ("topic", "status", "join_url")
NONE = "00000000-0000-4000-8000-000000000000"
FOOD = {"topic": "Lunch", "goal": "Find out what people eat"}
ASKED = [
    {"text": "Name"}, {"text": "Mail", "type": "Email", "required": True}, {"text": "Which", "type": "Options", "options": ["a", "b"]},
    {"text": "Plain", "type": "Short field", "required": False},
]  # fmt: skip
NEXT = {**INSTALL, "source_provenance": {**INSTALLED, "spec_version": "1.1.0"}, "force": False}
PUBLIC = {**NEXT, "is_public": True, "source_provenance": {**INSTALLED, "registry": "me/mine"}, "force": True}
TWICE = {**INSTALL, "chain_config": {**CHAIN, "steps": [CHAIN["steps"][0], CHAIN["steps"][0]]}}
WITHOUT_VERSION = {**INSTALL, "title": "Plain", "source_provenance": {**INSTALLED, "spec_version": "0.0.0"}}
OF_A_NUMBER = {**INSTALL, "source_provenance": {**INSTALLED, "spec_version": 1}}
NOT_MINE = "You don't have access to this project"
OWNERS = "This takes the owner of the project"
NOT_MY_SESSION = "You don't have access to this session"
FROM = {"topic": "Lunch", "goal": "Find out what people eat", "critical": "", "context": "A canteen"}
IN, HERE = "/projects/{project}", "/sessions/{session}"
CHAT, FORM = f"{HERE}/chat", f"{HERE}/chat/questions"
TALK = {"participant_id": "p1", "participant_name": "Ada"}
FIRST = "answers: “Mail” needs an answer"
TIME = "since must be a date or a time (RFC 3339), like 2026-03-01 or 2026-03-01T12:00:00Z"
MAIL = {"question_id": "{mail}", "answer": "ada@example.com"}
# Who asks, method, path, body, status, and what is true of the answer, or the message of the error.
SENT: tuple[tuple[str, str, str, Any, int, Reads | str], ...] = (
    ("owner", "GET", "/projects", None, 200, lambda it, _: (it["data"], it["pagination"]["total"]) == ([], 0)),
    ("owner", "POST", "/projects", {"title": "Food", "description": "On *food*"}, 201, keep("project", *PROJECT)),
    ("owner", "POST", "/projects", {"title": "Bare"}, 201, keep("bare", *PROJECT)),
    ("owner", "POST", "/projects", {"title": ""}, 400, "title is required"),
    ("owner", "POST", "/projects", {"title": "x" * 201}, 400, "title must be at most 200 characters"),
    ("owner", "POST", "/projects", {"title": "x", "description": "x" * 2001}, 400, "description must be at most 2,000 characters"),
    ("owner", "GET", "/projects?limit=1&offset=1", None, 200, lambda it, _: it["pagination"]["total"] == 2 and len(it["data"]) == 1),
    ("owner", "GET", "/projects?limit=1.5", None, 400, "limit must be a whole number"),
    ("owner", "GET", IN, None, 200, is_now(title="Food", status="active", description="On *food*", session_ids=[])),
    ("owner", "GET", f"/projects/{NONE}", None, 404, "Project not found"),
    ("owner", "GET", "/projects/nonsense", None, 404, "Project not found"),
    ("stranger", "GET", "/projects", None, 200, lambda it, _: it["data"] == []),
    ("stranger", "GET", IN, None, 403, NOT_MINE),
    ("owner", "PATCH", IN, {"title": "Food 2026"}, 200, is_now(title="Food 2026", description="On *food*")),
    ("owner", "PATCH", IN, {"description": ""}, 200, is_now(title="Food 2026", description=None)),
    ("owner", "PATCH", IN, {"title": "   "}, 400, "title is required"),
    ("stranger", "PATCH", IN, {"title": "Mine"}, 403, NOT_MINE),

    ("owner", "GET", "/templates", None, 200, lambda it, _: all({"id", "title", "template_type"} <= {*one} for one in it["data"])),
    ("owner", "POST", "/templates", INSTALL, 201, keep("template", "title", "is_public", "workspace_id", "created_by")),
    ("owner", "POST", "/templates", TWICE, 400, "chain_config.steps[1].id 'explore' comes twice"),
    ("owner", "POST", "/templates", OF_A_NUMBER, 400, "source_provenance.spec_version must be a string"),
    ("owner", "GET", "/me", None, 200, lambda it, ids: ids.update(me=it["id"]) is None),
    (
        "owner", "GET", "/templates", None,
        200, lambda it, ids: (INSTALL["title"], ids["me"]) in [(one["title"], one["created_by"]) for one in it["data"]],
    ),
    ("owner", "PATCH", "/templates/{template}", NEXT, 200, is_now(title="Canteen chain", is_public=False)),
    ("owner", "PATCH", "/templates/{template}", PUBLIC, 200, is_now(title="Canteen chain", is_public=True)),
    ("owner", "POST", "/templates", WITHOUT_VERSION, 201, is_now(title="Plain", description=None)),
    ("owner", "PATCH", f"/templates/{NONE}", NEXT, 404, "Template not found"),
    ("owner", "PATCH", "/templates/retrospective", NEXT, 403, "A built-in template cannot be changed"),
    ("stranger", "PATCH", "/templates/{template}", NEXT, 403, "You don't have access to this template"),

    (
        "owner", "POST", "/sessions",
        {**FOOD, "context": "A canteen", "critical": "No meat?", "cross_pollination": True, "widgets_enabled": True,
         "results_visibility": "participants", "project_id": "{project}", "questions": ASKED},
        201, keep("session", *CREATED),
    ),
    (
        "owner", "POST", "/sessions",
        {**FOOD, "prompt": "Ask.", "template_id": "retrospective", "results_visibility": "host", "distribution": []},
        201, keep("led", *CREATED),
    ),
    (
        "owner", "POST", "/sessions",
        {**FOOD, "template_id": "{template}", "results_visibility": "participants", "project_id": "{project}",
         "roster": [{"email": "a@example.com", "displayName": "A", "auth0Sub": "auth0|1", "rolesByStep": {"0": "chair"}}]},
        201, has_not_started,
    ),
    ("owner", "POST", "/sessions", {**FOOD, "topic": ""}, 400, "topic is required"),
    ("owner", "POST", "/sessions", {**FOOD, "project_id": NONE}, 400, f"project_id '{NONE}' does not exist"),
    ("owner", "POST", "/sessions", {**FOOD, "project_id": "nonsense"}, 400, "project_id 'nonsense' does not exist"),
    ("owner", "POST", "/sessions", {**FOOD, "template_id": NONE}, 400, f"template_id '{NONE}' does not exist"),
    (
        "owner", "POST", "/sessions", {**FOOD, "distribution": [{"channel": "telegram", "group_id": "-100"}]},
        400, "distribution[0].group_id '-100' is not a group of yours",
    ),
    (
        "owner", "POST", "/sessions", {**FOOD, "questions": [{"text": "Which", "type": "Options"}]},
        400, "questions[0].options is required for a question of type Options",
    ),
    ("stranger", "POST", "/sessions", {**FOOD, "project_id": "{project}"}, 403, NOT_MINE),
    ("owner", "GET", "/sessions?status=active&q=Lunch&limit=5", None, 200, lambda it, _: it["pagination"]["total"] == 3),
    ("owner", "GET", "/sessions?q=people+eat&limit=20", None, 200, lambda it, _: {"topic", "goal", "status"} <= {*it["data"][0]}),
    ("owner", "GET", "/sessions?status=completed", None, 200, lambda it, _: it["data"] == []),
    ("owner", "GET", IN, None, 200, lambda it, ids: len(it["session_ids"]) == 2 and ids["session"] in it["session_ids"]),
    ("owner", "GET", HERE, None, 200, keep("session", *SESSION)),
    ("owner", "GET", f"/sessions/{NONE}", None, 404, "Session not found"),
    ("stranger", "GET", HERE, None, 403, NOT_MY_SESSION),
    ("owner", "PATCH", HERE, {"prompt_generated_from": FROM}, 200, is_now(prompt_generated_from=None)),
    ("owner", "PATCH", HERE, {"prompt_generated_from": None}, 200, keep("session", *SESSION)),
    (
        "owner", "PATCH", HERE,
        {"prompt": "Ask two things.", "prompt_summary": "Two.", "prompt_generated_from": FROM, "summary_prompt": "One line."},
        200, is_now(prompt="Ask two things.", prompt_summary="Two."),
    ),
    ("owner", "PATCH", HERE, {"prompt_generated_from": FROM}, 200, is_now(prompt_generated_from={**FROM, "critical": None})),
    ("owner", "PATCH", HERE, {"project_id": None}, 200, keep("session", *SESSION)),
    ("owner", "GET", IN, None, 200, lambda it, ids: ids["session"] not in it["session_ids"]),
    ("owner", "PATCH", HERE, {"project_id": "{bare}"}, 200, keep("session", *SESSION)),
    ("owner", "PATCH", HERE, {"project_id": "{project}"}, 200, keep("session", *SESSION)),
    ("owner", "GET", "/projects/{bare}", None, 200, lambda it, ids: it["session_ids"] == [ids["session"]]),
    ("owner", "GET", IN, None, 200, lambda it, ids: ids["session"] in it["session_ids"]),
    ("owner", "PATCH", HERE, {"project_id": NONE}, 400, f"project_id '{NONE}' does not exist"),
    ("owner", "PATCH", HERE, {"template_id": "swot"}, 200, keep("session", *SESSION)),
    (
        "owner", "PATCH", HERE,
        {"template_id": None, "intro_video_url": None, "platform_guidelines_override": None, "welcome_message": "",
         "meta_description": "Of lunch"},
        200, is_now(template_id=None, intro_video_url=None, welcome_message=None, meta_description="Of lunch"),
    ),
    ("owner", "PATCH", HERE, {"topic": ""}, 400, "topic is required"),
    ("stranger", "PATCH", HERE, {"project_id": None}, 403, NOT_MY_SESSION),

    ("owner", "GET", "/sessions/{session}/questions", None, 200, lambda it, ids: ids.update(mail=it["data"][1]["id"]) is None),
    ("owner", "POST", CHAT, {"content": "Hi", **TALK}, 400, f"{FIRST} before the first message; join with them at chat/questions"),
    ("owner", "POST", FORM, {**TALK, "answers": []}, 400, FIRST),
    ("owner", "POST", FORM, {**TALK, "answers": [MAIL]}, 200, lambda it, _: it["message"]["content"] and it["thread_id"]),
    ("owner", "POST", FORM, {**TALK, "answers": [MAIL]}, 400, "participant_id has already joined this session"),
    ("owner", "POST", CHAT, {"content": "Soup", **TALK}, 200, lambda it, _: it["message"]["is_final"] is False),
    ("stranger", "POST", CHAT, {"content": "Soup", **TALK}, 403, NOT_MY_SESSION),
    (
        "owner", "GET", "/sessions/{session}/responses?mode=list&since=2020-01-01&name=ad&min_messages=1&sort=newest", None,
        200, lambda it, _: {"participant_id", "participant_name", "message_count", "first_message_at"} <= {*it["data"][0]},
    ),
    ("owner", "GET", "/sessions/{session}/responses?limit=5", None, 200, lambda it, _: it["data"][0]["messages"][0]["content"]),
    ("owner", "GET", "/sessions/{session}/responses?mode=list&since=yesterday", None, 400, TIME),
    ("stranger", "GET", "/sessions/{session}/responses", None, 403, NOT_MY_SESSION),
    ("owner", "GET", "/sessions/{session}/summary", None, 200, lambda it, _: it["summary"] is None and "generated_at" in it),
    ("owner", "POST", "/sessions/{session}/summary", None, 200, lambda it, _: {"session_id", "summary", "generated_at"} <= {*it}),
    ("stranger", "POST", "/sessions/{session}/summary", None, 403, NOT_MY_SESSION),
    ("owner", "POST", "/sessions/{session}/close", None, 200, is_now(status="completed")),
    ("owner", "POST", "/sessions/{session}/close", None, 200, is_now(status="completed")),
    ("owner", "POST", "/sessions/{session}/reopen", None, 200, is_now(status="active")),
    ("owner", "GET", "/integrations/telegram/groups", None, 200, lambda it, _: it["data"] == []),

    ("viewer", "GET", IN, None, 200, is_now(title="Food 2026")),
    ("viewer", "GET", HERE, None, 200, keep("session", *SESSION)),
    ("viewer", "PATCH", IN, {"description": "Mine"}, 403, NOT_MINE),
    ("viewer", "POST", "/sessions", {**FOOD, "project_id": "{project}"}, 403, NOT_MINE),
    ("viewer", "PATCH", HERE, {"topic": "Mine"}, 403, NOT_MY_SESSION),
    ("viewer", "POST", "/sessions/{session}/summary", None, 403, NOT_MY_SESSION),
    ("editor", "PATCH", IN, {"description": "Ours"}, 200, is_now(description="Ours")),
    ("editor", "POST", "/sessions", {**FOOD, "project_id": "{project}"}, 201, keep("ours", *CREATED)),
    ("editor", "PATCH", HERE, {"topic": "Our lunch"}, 200, is_now(topic="Our lunch")),
    ("editor", "DELETE", IN, None, 403, OWNERS),
    ("admin", "DELETE", IN, None, 403, OWNERS),
    ("owner", "DELETE", IN, None, 200, is_now(title="Food 2026", status="deleted")),
    ("owner", "DELETE", IN, None, 404, "Project not found"),
    ("owner", "GET", IN, None, 404, "Project not found"),
    ("owner", "POST", "/sessions", {**FOOD, "project_id": "{project}"}, 400, "project_id '{project}' does not exist"),
    ("owner", "GET", "/projects", None, 200, lambda it, ids: [one["id"] for one in it["data"]] == [ids["bare"]]),
    ("owner", "GET", HERE, None, 200, keep("session", *SESSION)),
    ("editor", "GET", HERE, None, 403, NOT_MY_SESSION),
)  # fmt: skip


def filled(value: Any, ids: Ids) -> Any:
    """A path or a body with the ids that earlier answers gave."""
    if isinstance(value, str):
        for name, found in ids.items():
            value = value.replace(f"{{{name}}}", found)
        return value
    if isinstance(value, Mapping):
        return {name: filled(it, ids) for name, it in value.items()}
    return [filled(it, ids) for it in value] if isinstance(value, list) else value


def test_the_originals_mcp_server_drives_projects_templates_and_sessions(host: Host) -> None:
    ids: Ids = {}
    people = {"owner": host, "stranger": new_host("stranger@example.com")}
    roles: tuple[Role, ...] = ("viewer", "editor", "admin")
    for who, method, path, body, status, expected in SENT:
        if who in roles and who not in people:
            people.update({role: join(ids["project"], role) for role in roles})
        sent = b"" if body is None else json.dumps(filled(body, ids)).encode()
        answer = people[who].call(method, filled(path, ids), sent)
        assert answer.status_code == status, (who, method, path, answer.body)
        if isinstance(expected, str):
            assert error_of(answer)[2] == filled(expected, ids), (who, method, path)
        else:
            assert expected(json.loads(answer.body), ids), (who, method, path, answer.body)
