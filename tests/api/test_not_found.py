"""What no route serves: 404 for a path, 405 for a method, in the envelope of all errors."""

import json
import re
from itertools import product

import pytest

from app import app
from chalicelib import settings
from chalicelib.web.host.routes import FOR_HOSTS
from chalicelib.web.kit import static
from chalicelib.web.kit.texts import texts_in
from tests.events import CATCH_ALL, REQUEST_ID, request

KNOWN = (
    ("/api/v1/me", "DELETE, GET, PATCH"),
    ("/api/v1/sessions", "GET, POST"),
    ("/api/v1/sessions/public", "GET"),
    ("/api/v1/sessions/00000000-0000-4000-8000-000000000000", "DELETE, GET, PATCH"),
    ("/api/v1/sessions/x/questions", "GET"),
    ("/api/v1/sessions/x/responses", "GET, POST"),
    ("/api/v1/sessions/x/participants/y", "DELETE, GET, PATCH"),
    ("/api/v1/sessions/x/summary", "GET, POST"),
    ("/api/v1/sessions/x/session-md", "GET"),
    ("/api/v1/sessions/x/chat", "POST"),
    ("/api/v1/sessions/x/chat/questions", "POST"),
    ("/api/v1/integrations/telegram/groups", "GET, POST"),
    ("/api/v1/integrations/telegram/groups/-100", "DELETE"),
    ("/api/v1/integrations/telegram/link", "POST"),
    ("/api/v1/openapi.json", "GET"),
    ("/docs", "GET"),
    ("/llms.txt", "GET"),
)


def test_an_unknown_path_is_not_found(aws: None, subtests: pytest.Subtests) -> None:
    unknown = ("/api", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/more", "/api/v1/sessions/x/y/z", "/api/é%00")
    changing = ("POST", "PUT", "PATCH", "DELETE")
    for path, method in [*product(unknown, ("GET", *changing)), *product(("/nope", "/é%00", "/apis"), changing)]:
        with subtests.test(f"{method} {path}"):
            answer = request(method, path)
            assert answer.status == 404
            assert answer.body == {"error": {"code": "not_found", "message": f"There is nothing at {method} {path}"}}


def test_what_only_the_reference_api_has_is_said_to_be_missing_whatever_the_id(
    aws: None, subtests: pytest.Subtests
) -> None:
    topics = "Projects cannot be published as sensemaking topics: this server has none"
    meetings = "Meetings are not recorded: this server has no notetaker"
    for method, path, reason in (
        ("GET", "/projects/x/sensemaking", topics),
        ("PATCH", "/projects/00000000-0000-4000-8000-000000000000/sensemaking", topics),
        ("POST", "/projects/x/unconference/topics", "No project is an unconference: this server has none"),
        ("GET", "/meetings", meetings),
        ("GET", "/meetings/x/transcript", meetings),
        ("POST", "/meetings/x/restrictions", meetings),
        ("GET", "/meetings/x", "There is nothing at GET /api/v1/meetings/x"),
        ("GET", "/projects/x/y/sensemaking", "There is nothing at GET /api/v1/projects/x/y/sensemaking"),
    ):
        with subtests.test(f"{method} {path}"):
            answer = request(method, f"/api/v1{path}", body=b"{}")
            assert (answer.status, answer.body) == (404, {"error": {"code": "not_found", "message": reason}})


def test_a_known_path_with_another_method_names_what_is_allowed(aws: None, subtests: pytest.Subtests) -> None:
    for path, allowed in KNOWN:
        for resource in (path, CATCH_ALL):
            with subtests.test(f"{path} by {resource}"):
                answer = request("PUT", path, resource=resource)
                assert (answer.status, answer.headers["Allow"]) == (405, allowed)
                message = f"PUT is not allowed here; allowed: {allowed}"
                assert answer.body == {"error": {"code": "method_not_allowed", "message": message}}


def test_a_part_of_a_path_that_is_none_itself_is_not_found(aws: None) -> None:
    for path in ("/api", "/api/v1", "/sessions"):
        assert request("POST", path, resource=path).status == 404
    assert request("GET", "/sessions", resource="/sessions").headers["Content-Type"] == "text/html; charset=utf-8"
    assert request("POST", "/", resource="/").headers["Allow"] == "GET, HEAD"


def test_visitors_of_an_unknown_address_get_a_page_that_says_whom_to_ask(
    aws: None, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setenv("SUPPORT_CONTACT", "help@example.org")
    monkeypatch.setenv("PUBLIC_URL", "https://example.org/live")
    settings.settings.cache_clear()
    for path in ("/nope", "/deep/er/still", "/apis", "/é%00", "/chat/"):
        with subtests.test(path):
            answer = request("GET", path, headers={"accept-language": "de"})
            assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
            assert "mailto:help@example.org" in answer.body
            assert texts_in("de")("missing_heading") in answer.body
            assert answer.headers["X-Request-Id"] == REQUEST_ID
            assert set(re.findall(r'href="([^"?]*static/[^"?]*)', answer.body)) == {
                f"/live/{static.address('page.css')}"
            }
            head = request("HEAD", path)
            assert (head.status, head.body) == (404, None)


def test_hosts_are_told_in_words_of_theirs_at_whatever_address_of_their_pages(aws: None) -> None:
    theirs = {path.split("/")[1] for path in app.routes if path.startswith("/") and _is_of_host(path)} - {""}
    assert theirs == FOR_HOSTS
    for path in (f"/{it}/no/such/page" for it in sorted(theirs)):
        answer = request("GET", path, headers={"accept-language": "de"})
        assert (answer.status, texts_in("de")("nothing_here") in answer.body) == (404, True), path
        assert texts_in("de")("missing_heading") not in answer.body, path


def _is_of_host(path: str) -> bool:
    views = [route.view_function.__module__ for route in app.routes[path].values()]
    return any(it.startswith("chalicelib.web.host") for it in views)


def test_visitors_of_an_address_that_only_takes_forms_get_a_page_too(aws: None) -> None:
    app.route("/forms-only", methods=["POST"])(lambda: {})
    try:
        answer = request("GET", "/forms-only")
    finally:
        del app.routes["/forms-only"]
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert "<html" in answer.body


def test_neither_asks_for_a_key_nor_for_a_body_that_can_be_read(aws: None) -> None:
    headers = {"authorization": "Bearer nonsense"}
    assert request("POST", "/api/v1/nope", body=b"\xff{", headers=headers).status == 404
    assert request("POST", "/api/v1/me", body=b"\xff{", headers=headers).status == 405


def test_every_response_carries_the_id_of_its_request(aws: None) -> None:
    answers = [
        request("POST", "/nope"),
        request("PUT", "/api/v1/me"),
        request("GET", "/api/v1/me", resource="/api/v1/me"),
        request("POST", "/api/v1/sessions", resource="/api/v1/sessions", body=b"{"),
    ]
    assert [answer.status for answer in answers] == [404, 405, 401, 401]
    assert {answer.headers["X-Request-Id"] for answer in answers} == {REQUEST_ID}
    assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers} == {"*"}


def test_a_failure_of_ours_is_told_as_one_and_quotes_nothing(
    aws: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(header: str | None, **_: object) -> None:
        raise RuntimeError(header)

    monkeypatch.setattr("chalicelib.api.http.authenticate", broken)
    answer = request("GET", "/api/v1/me", resource="/api/v1/me", headers={"authorization": "what Bo said"})
    message = f"The request failed on our side and was recorded as {REQUEST_ID}"
    assert (answer.status, answer.body) == (500, {"error": {"code": "internal_error", "message": message}})
    (record,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert "what Bo said" not in json.dumps(vars(record), default=str)
    assert "RuntimeError" in json.dumps(vars(record), default=str)
