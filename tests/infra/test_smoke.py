"""The smoke test notices what is other than on a local instance; that it passes on one is tried by `tests/e2e`."""

import io
import json
from typing import Any

import pytest
import urllib3

from infra import smoke
from infra.smoke import Trial, Unanswered, try_stage

URL = "https://api.example/live"
WIDGET = {"root": {"type": "MultiSelect", "props": {"options": ["a", "b"]}}}
SUMMARY = ("GET", "/api/v1/sessions/s1/summary")


class Server:
    """A stage that answers as a local instance does, but for what a test changes."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {
            ("GET", "/api/v1/me"): (200, {"email": "smoke@harmonica.invalid"}),
            ("PUT", "/api/v1/me"): (405, {"error": {"code": "method_not_allowed"}}),
            ("GET", "/api/v1/nowhere"): (404, {"error": {"code": "not_found"}}),
            ("POST", "/nowhere/at/all"): (404, "not here"),
            ("POST", "/api/v1/sessions"): (201, {"id": "s1", "join_url": f"{URL}/chat?s=s1"}),
            ("GET", "/chat?s=s1"): (200, '<link rel="stylesheet" href="static/page.css?v=1">'),
            ("GET", "/static/page.css?v=1"): (200, "body {}"),
            ("GET", "/api/v1/sessions/s1"): (200, {"prompt_status": "tailored"}),
            ("POST", "/api/v1/sessions/s1/chat/questions"): (200, _said("Hello")),
            SUMMARY: (200, {"summary": "They want a later bus.", "status": "ready"}),
        }
        self.replies = [_said("And why?"), _said("Choose", widget_spec=WIDGET), _said("Goodbye", is_final=True)]
        self.sent: list[dict[str, Any]] = []
        self.is_deleted = False

    def request(self, method: str, address: str, *, headers: dict[str, str], json: Any = None, **_: Any) -> Any:
        path = address.removeprefix(URL)
        if path == "/api/v1/me" and method == "GET" and not headers:
            return _answer(401, {"error": {"code": "unauthorized"}})
        if path == "/api/v1/sessions/s1/chat":
            self.sent.append(json)
            return _answer(200, self.replies.pop(0) if self.replies else _said("And then?"))
        if path == "/api/v1/sessions/s1" and (method == "DELETE" or self.is_deleted):
            self.is_deleted = True
            return _answer(204 if method == "DELETE" else 404, "")
        return _answer(*self.answers[method, path])


def _said(content: str, **more: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": content, "is_final": False, **more}}


def _answer(status: int, body: Any) -> urllib3.HTTPResponse:
    text = body if isinstance(body, str) else json.dumps(body)
    return urllib3.HTTPResponse(body=io.BytesIO(text.encode()), status=status)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    stage = Server()
    monkeypatch.setattr(urllib3.PoolManager, "request", lambda _, *given, **more: stage.request(*given, **more))
    monkeypatch.setattr(smoke, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return stage


def _differences(has_model: bool | None = True) -> list[str]:
    trial = Trial(URL, "hm_live_x")
    try_stage(trial, has_model=has_model)
    return trial.differences


def test_a_stage_that_answers_as_it_should_has_no_differences(server: Server) -> None:
    assert _differences() == []
    assert server.sent[2]["widget_value"] == ["a"]
    assert len({sent["message_id"] for sent in server.sent}) == 3
    assert server.is_deleted


@pytest.mark.parametrize(
    ("request_", "answer", "said"),
    [
        (
            ("PUT", "/api/v1/me"),
            (403, {"message": "Missing Authentication Token"}),
            "a method that there is not, with a key: 403",
        ),
        (("PUT", "/api/v1/me"), (405, {"error": {"code": "other"}}), "the error is other and not method_not_allowed"),
        (("POST", "/nowhere/at/all"), (403, "no"), "a path that there is not, without a key: 403"),
        (
            ("POST", "/api/v1/sessions"),
            (201, {"id": "s1", "join_url": "https://old.example/chat?s=s1"}),
            "PUBLIC_URL says",
        ),
        (("GET", "/chat?s=s1"), (200, "bare"), "has no style"),
        (("GET", "/static/page.css?v=1"), (404, ""), "its style: 404"),
        (("GET", "/api/v1/sessions/s1"), (200, {"prompt_status": "writing"}), "no prompt was written"),
        (("GET", "/api/v1/sessions/s1"), (200, {"prompt_status": "basic"}), "the basic one serves"),
        (SUMMARY, (200, {"summary": None, "status": "none"}), "no summary was written"),
    ],
)
def test_what_is_other_is_told_and_the_rest_is_tried(
    server: Server, request_: tuple[str, str], answer: tuple[int, Any], said: str
) -> None:
    server.answers[request_] = answer
    server.answers["GET", "https://old.example/chat?s=s1"] = server.answers["GET", "/chat?s=s1"]
    server.answers["GET", "https://old.example/static/page.css?v=1"] = (200, "body {}")
    (found,) = _differences()
    assert said in found
    assert server.is_deleted


def test_a_facilitator_that_says_nothing_or_never_concludes_is_told(server: Server) -> None:
    server.replies = [_said(" ")]
    empty, endless = _differences()
    assert empty == "message 1: the reply is empty"
    assert "did not conclude" in endless


def test_the_list_that_a_script_makes_is_waited_for_as_well(server: Server) -> None:
    server.answers[SUMMARY] = (200, {"summary": None, "status": "none"})
    (found,) = _differences(has_model=False)
    assert "no summary was written" in found


def test_where_it_ends_early_the_session_is_deleted_all_the_same(server: Server) -> None:
    server.answers["POST", "/api/v1/sessions/s1/chat/questions"] = (503, {"error": {"code": "unavailable"}})
    with pytest.raises(Unanswered):
        _differences()
    assert server.is_deleted


@pytest.mark.parametrize(
    ("kind", "props", "value", "content"),
    [
        ("RatingScale", {"min": 1, "max": 5}, 5, "5"),
        ("SingleSelect", {"options": ["a", "b"]}, "a", "a"),
        ("MultiSelect", {"options": ["a", "b"]}, ["a"], "a"),
        ("RankingList", {"items": ["a", "b"]}, ["a", "b"], "a, b"),
    ],
)
def test_every_widget_is_answered(kind: str, props: dict[str, Any], value: Any, content: str) -> None:
    assert smoke._choice({"root": {"type": kind, "props": props}}) == {"widget_value": value, "content": content}


def test_an_address_alone_is_not_enough() -> None:
    with pytest.raises(SystemExit, match="KEY="):
        smoke.main({"BASE_URL": URL, "AWS_REGION": "us-east-1"})


def test_the_command_ends_with_what_is_other(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers["GET", "/static/page.css?v=1"] = (404, "")
    with pytest.raises(SystemExit, match="1 things are other"):
        smoke.main({"BASE_URL": URL, "KEY": "hm_live_x"})
    assert "Other than on a local instance:\n  - its style: 404" in capsys.readouterr().out
