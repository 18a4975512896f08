"""The documentation: valid, complete, true to what is served, and readable without anything from elsewhere."""

import base64
import hashlib
import html
import json
import re
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from app import app
from chalicelib.api.http import ROUTED
from chalicelib.operations import (
    account,
    conversations,
    participants,
    questions,
    results,
    session_lists,
    session_output,
)
from tests.api import shapes as contract
from tests.api.hosts import Host
from tests.events import request
from tests.example_tables import each_row

BASE = "http://127.0.0.1:8000/api/v1"
PREFIX = "/api/v1"
SCRIPT = "http://127.0.0.1:8000/docs.js"
NOT_OF_THE_API = {"/api/v1/docs"}

ENVELOPE = {400, 401, 403, 404, 409, 413, 422, 429, 500, 503}


@pytest.fixture
def described(host: Host) -> Any:
    """The document, as it is served: to anybody, without a key."""
    answer = host.client.http.get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json_body


def operations(described: Any) -> dict[str, Any]:
    """All operations, by method and path."""
    return {
        f"{method.upper()} {path}": it for path, methods in described["paths"].items() for method, it in methods.items()
    }


def test_it_is_openapi_3_1(described: Any) -> None:
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": BASE}]
    validate(described)


def test_every_route_of_the_api_is_described_and_nothing_else(described: Any) -> None:
    routes = {path: set(methods) - {"OPTIONS"} for path, methods in app.routes.items()}
    served = {
        f"{method} {path.removeprefix(PREFIX)}"
        for path, methods in routes.items()
        if path.startswith(PREFIX) and path not in NOT_OF_THE_API
        for method in methods
    }
    assert set(operations(described)) == served
    assert len(served) == len(ROUTED) > 20


def test_every_operation_says_what_it_is_for_who_may_call_it_and_how_it_fails(
    described: Any, subtests: pytest.Subtests
) -> None:
    names = []
    for name, operation in operations(described).items():
        with subtests.test(name):
            names.append(operation["operationId"])
            assert operation["summary"].endswith(".")
            assert "eeds no key" in operation["description"] or "For " in operation["description"]
            statuses = {int(status) for status in operation["responses"]}
            assert {500, 503} <= statuses
            assert statuses & {200, 201, 204}
            assert ({401, 429} <= statuses) == (operation.get("security") != [])
            assert (404 in statuses) >= ("{" in name)
            if name.startswith("POST"):
                assert {409, 422} <= statuses
                assert "Idempotency-Key" in {it["name"] for it in operation["parameters"]}
            for status in statuses & ENVELOPE:
                assert operation["responses"][str(status)]["$ref"].startswith("#/components/responses/")
    assert len(names) == len(set(names))


def test_it_says_where_an_answer_can_be_too_large_or_somebody_else_can_be_first(described: Any) -> None:
    statuses = {name: set(operation["responses"]) for name, operation in operations(described).items()}
    for name in ("GET /sessions", "GET /sessions/public", "GET /sessions/{session_id}/responses"):
        assert "413" in statuses[name]
    participant = "/sessions/{session_id}/participants/{participant_id}"
    for name in ("PATCH /sessions/{session_id}", f"PATCH {participant}", f"DELETE {participant}"):
        assert "409" in statuses[name]


def test_markdown_has_an_example_and_what_has_no_tag_is_not_asked_about(described: Any) -> None:
    found = operations(described)
    brief = found["GET /sessions/{session_id}/session-md"]["responses"]["200"]["content"]["text/markdown"]
    assert brief["example"].startswith("---\n")
    me = found["GET /me"]
    assert "304" not in me["responses"]
    assert "ETag" not in me["responses"]["200"]["headers"]
    assert me["parameters"] == []


def test_every_response_documents_the_allowance_and_the_id_of_the_request(described: Any) -> None:
    everywhere = {"X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
    responses = [*described["components"]["responses"].values()]
    for operation in operations(described).values():
        responses += [response for response in operation["responses"].values() if "$ref" not in response]
    assert responses
    assert all(everywhere <= set(response["headers"]) for response in responses)


def test_every_field_and_every_parameter_says_what_it_is(described: Any) -> None:
    told = {
        f"{name}.{field}": it.get("description", "")
        for name, schema in described["components"]["schemas"].items()
        for field, it in schema["properties"].items()
    }
    for name, operation in operations(described).items():
        told |= {f"{name} {it['name']}": it.get("description", "") for it in operation["parameters"]}
    assert len(told) > 150
    assert [name for name, sentence in told.items() if not sentence.endswith(".")] == []


def test_every_body_and_every_answer_has_an_example_that_fits(described: Any, subtests: pytest.Subtests) -> None:
    for name, operation in operations(described).items():
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        contents += [it["content"] for it in operation["responses"].values() if "content" in it]
        for content in contents:
            for kind, it in content.items():
                if kind != "application/json" or name == "GET /openapi.json":
                    continue
                with subtests.test(name):
                    check(it["example"], it["schema"], described)
    for name, response in described["components"]["responses"].items():
        with subtests.test(name):
            check(
                response["content"]["application/json"]["example"],
                {"$ref": "#/components/schemas/ErrorEnvelope"},
                described,
            )


def check(value: Any, schema: Any, described: Any) -> None:
    """Fail where a value does not fit a schema of the document."""
    whole = {**schema, "components": described["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)


@each_row(
    "documented, written",
    [
        (session_output.SessionListItem, contract.LIST_ITEM),
        (session_output.SessionCreated, contract.SESSION_CREATED),
        (session_lists.PublicSessionListItem, contract.SESSION_CREATED),
        (session_output.Session, contract.SESSION),
        (questions.Question, contract.QUESTION),
        (participants.Message, contract.MESSAGE),
        (participants.Participant, contract.PARTICIPANT),
        (results.Summary, contract.SUMMARY),
        (account.UserInfo, contract.USER_INFO),
        (conversations.ChatResponse, contract.CHAT_RESPONSE),
    ],
)
def test_documented_shapes_have_the_contracts_keys(documented: Any, written: Any) -> None:
    optional = {"widget_spec", "widget_value", "results_url", "comment"} - set(written)  # only where there are such
    assert set(documented.__struct_fields__) - optional == set(written)


def test_answers_fit_their_schemas(host: Host, described: Any) -> None:
    session = host.new_session(questions=[{"text": "Name"}], is_public=True)["id"]
    host.say(session, "Soup")
    for path, name in (
        ("/me", "UserInfo"),
        ("/sessions", "SessionList"),
        ("/sessions/public", "PublicSessionList"),
        (f"/sessions/{session}", "Session"),
        (f"/sessions/{session}/questions", "QuestionList"),
        (f"/sessions/{session}/responses", "ParticipantList"),
        (f"/sessions/{session}/summary", "Summary"),
        ("/templates", "TemplateList"),
        ("/templates/swot", "Template"),
    ):
        check(host.get(path), {"$ref": f"#/components/schemas/{name}"}, described)


def test_the_reference_is_one_page_that_loads_its_script_and_nothing_else(host: Host, described: Any) -> None:
    for path in ("/docs", "/api/v1/docs"):
        answer = host.client.http.get(path)
        page = answer.body.decode()
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert re.findall(r"<script[^>]*>[^<]*", page) == [f'<script type="module" src="{SCRIPT}">']
        assert not re.findall(r"srcset=|<link|url\(|@import|\son\w+=|javascript:", page)
        assert page.count("src=") == 1
        for operation in operations(described).values():
            assert f'id="{operation["operationId"]}"' in page
        for name in described["components"]["schemas"]:
            assert f'id="{name}"' in page
        assert "topic is required" in page


def test_its_policy_names_what_it_loads_and_where_it_sends_keys(host: Host) -> None:
    answer = host.client.http.get("/docs")
    (style,) = re.findall("<style>(.*)</style>", answer.body.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
    assert answer.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest.decode()}'",
        f"script-src {SCRIPT}",
        f"connect-src {BASE}/",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    script = host.client.http.get("/docs.js")
    assert (script.status_code, script.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert not re.findall(r"[sS]torage|cookie|innerHTML|https?:|console|import", script.body.decode())


def test_every_operation_can_be_tried_with_its_parameters_and_its_example(host: Host, described: Any) -> None:
    page = host.client.http.get("/docs").body.decode()
    forms = re.findall(
        r'<form data-method="(\w+)" data-path="([^"]+)"( data-keyed)?[^>]*>(.*?)</form>', page, re.DOTALL
    )
    assert {f"{method} {path}" for method, path, _, _ in forms} == set(operations(described))
    assert len(forms) == len(operations(described))
    for method, path, keyed, form in forms:
        operation = operations(described)[f"{method} {path}"]
        assert bool(keyed) == (operation.get("security") != [])
        fields = re.findall(r'name="([^"]+)" data-in="(\w+)"', form)
        assert fields == [(it["name"], it["in"]) for it in operation["parameters"]]
        bodies = [json.loads(html.unescape(it)) for it in re.findall(r"<textarea[^>]*>([^<]*)", form)]
        content = operation.get("requestBody", {"content": {}})["content"]
        assert bodies == [it["example"] for it in content.values()]
        for field in re.findall(r"<(?:input|textarea|select)[^>]*>", form):
            assert 'autocomplete="off"' in field
    (key,) = re.findall('<input id="key"[^>]*>', page)
    assert 'autocomplete="off"' in key
    assert "name=" not in key


def test_every_link_in_the_reference_leads_somewhere(host: Host) -> None:
    page = host.client.http.get("/docs").body.decode()
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    links = set(re.findall(r'href="(http[^"]+)"', page))
    assert links == {f"{BASE}/openapi.json", "http://127.0.0.1:8000/llms.txt"}


def test_agents_find_every_endpoint_in_llms_txt(host: Host, described: Any) -> None:
    answer = host.client.http.get("/llms.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    index = answer.body.decode()
    assert index.startswith("# Harmonica\n")
    for name in operations(described):
        assert f"[{name}]" in index
    assert f"{BASE}/openapi.json" in index


def test_the_documentation_can_be_kept_and_asked_about(host: Host) -> None:
    for path in ("/docs", "/docs.js", "/llms.txt", f"{PREFIX}/openapi.json"):
        tag = host.client.http.get(path).headers["ETag"]
        again = request("GET", path, resource=path, headers={"if-none-match": tag})
        assert again.status == 304


def test_it_says_nothing_of_how_it_was_built(described: Any) -> None:
    assert not re.findall(r"chalicelib|msgspec|/tmp|/work", json.dumps(described))
