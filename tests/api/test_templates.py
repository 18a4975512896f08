"""Templates at the door: what is shown of them, and sessions that start from one."""

import re
from typing import Any

import pytest

from chalicelib.model import Role
from tests.api.edits import patch
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import write_prompt
from tests.api.shapes import ID, SESSION, TIME, assert_shape

TEMPLATE = {
    "id": ID,
    "slug": re.compile("[a-z]+(-[a-z]+)*"),
    "title": str,
    "description": str,
    "icon": str,
    "facilitation_prompt": re.compile(r"(?s)# Opening\n.+\n# Questions\n1\. .+\n# Closing\n.+"),
    "default_goal": str,
    "default_critical": str,
    "default_context": str,
    "default_session_name": str,
    "template_type": re.compile("single"),
    "cross_pollination_default": bool,
    "is_public": bool,
    "created_at": TIME,
    "updated_at": TIME,
    "fields": [dict],
    **dict.fromkeys(
        ("questions", "chain_config", "workspace_id", "created_by", "archived_at", "source_provenance"), type(None)
    ),
}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def named(host: Host, title: str) -> dict[str, Any]:
    """The template of this title."""
    (found,) = [it for it in host.get("/templates")["data"] if it["title"] == title]
    return dict(found)


def test_the_list_has_the_contracts_keys(host: Host) -> None:
    listed = host.get("/templates")
    assert list(listed) == ["data"]
    assert_shape(listed["data"], [TEMPLATE])
    assert len(listed["data"]) == 16
    titles = {it["title"] for it in listed["data"]}
    assert titles >= {"Product feedback", "Retrospective", "Research interview", "Planning", "Stakeholder input"}
    assert titles >= {"Brainstorming", "SWOT analysis", "Risk assessment", "Action planning"}
    assert all(it["is_public"] for it in listed["data"])


def test_one_is_found_by_id_and_by_slug(host: Host) -> None:
    swot = named(host, "SWOT analysis")
    for name in (swot["id"], swot["id"].upper(), "swot", "SWOT", "swot-analysis"):
        assert host.get(f"/templates/{name}") == swot


@pytest.mark.parametrize("name", [UNKNOWN, "nonsense", "%2e%2e%2fbasic", "swot.md", "%00", "ſwot"])
def test_an_unknown_one_is_not_found(host: Host, name: str) -> None:
    assert error_of(host.call("GET", f"/templates/{name}")) == (404, "not_found", "Template not found")


def test_every_key_may_read_them_and_nobody_without(host: Host) -> None:
    assert new_host("bo@example.com").get("/templates") == host.get("/templates")
    for path in ("/templates", "/templates/swot"):
        status, code, _ = error_of(host.call("GET", path, Authorization=""))
        assert (status, code) == (401, "unauthorized")
    answer = host.call("GET", "/templates")
    assert answer.headers["RateLimit-Limit"] == "100000"
    again = host.call("GET", "/templates", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


# Sessions


@pytest.mark.parametrize("by", ["id", "slug"])
def test_a_session_starts_from_a_template_and_shows_its_id(host: Host, by: str) -> None:
    swot = named(host, "SWOT analysis")
    session = host.get(f"/sessions/{host.new_session(template_id=swot['id'] if by == 'id' else ' swot ')['id']}")
    assert_shape(session, SESSION)
    assert (session["template_id"], session["prompt"], session["prompt_status"]) == (swot["id"], None, "writing")
    assert (session["goal"], session["critical"], session["cross_pollination"]) == (
        "Find out what people eat",
        None,
        False,
    )


def test_the_first_participants_are_led_by_the_template(host: Host, model: Any) -> None:
    session = host.new_session(template_id="swot")["id"]
    host.join(session)
    shown = "\n".join(block.text for block in model.requests[-1].system)
    assert host.get("/templates/swot")["facilitation_prompt"] in shown


def test_the_written_prompt_is_shown_with_its_summary_and_what_it_was_written_from(host: Host, model: Any) -> None:
    context = "c" * 30_000
    session = host.new_session(template_id="swot", critical="Salt", context=context)["id"]
    assert write_prompt(session)
    assert any("SWOT analysis" in repr(request.messages) for request in model.requests)
    found = host.get(f"/sessions/{session}")
    assert_shape(found, SESSION)
    assert found["prompt_status"] == "tailored"
    assert found["prompt"].startswith("# Opening\n")
    assert found["prompt_summary"] == "Prompt 1 in one sentence."
    assert found["prompt_generated_from"] == {
        "topic": "Lunch",
        "goal": "Find out what people eat",
        "critical": "Salt",
        "context": context,  # as much of it as a prompt is written from is as it was
    }
    after = patch(host, session, prompt="Ask about soup.")
    assert (after["prompt_summary"], after["prompt_generated_from"]) == (None, None)


def test_a_template_is_set_changed_and_cleared(host: Host, model: Any) -> None:
    session = host.new_session()["id"]
    assert write_prompt(session)
    for name, title in (("swot", "SWOT analysis"), ("workshop", "Workshop preparation"), (None, None)):
        after = patch(host, session, template_id=name)
        assert after["template_id"] == (named(host, title)["id"] if title else None)
        assert after["prompt_status"] == "writing"  # it is part of the brief
        assert write_prompt(session)
        assert ("<template" in repr(model.requests[-1].messages)) is (name is not None)
    assert patch(host, session, template_id=None)["prompt_status"] == "tailored"
    assert model.count("prompt") == 4


def test_the_same_template_by_its_other_name_changes_no_prompt(host: Host, model: Any) -> None:
    swot = named(host, "SWOT analysis")
    session = host.new_session(template_id="swot")["id"]
    assert write_prompt(session)
    assert patch(host, session, template_id=swot["id"])["prompt_status"] == "tailored"
    assert model.count("prompt") == 1


@pytest.mark.parametrize("name", [UNKNOWN, "nope"])
def test_an_unknown_template_is_named_and_nothing_happens(host: Host, name: str) -> None:
    told = (400, "validation_error", f"template_id {name!r} does not exist")
    body = {"topic": "Lunch", "goal": "Find out", "template_id": name}
    assert error_of(host.call("POST", "/sessions", body)) == told
    assert host.get("/sessions")["data"] == []
    session = host.new_session(template_id="swot")["id"]
    before = host.get(f"/sessions/{session}")
    assert error_of(host.call("PATCH", f"/sessions/{session}", {"template_id": name, "topic": "x"})) == told
    assert host.get(f"/sessions/{session}") == before


# A prompt on demand

PROPOSAL = {
    "facilitation_prompt": str,
    "prompt_summary": str,
    "prompt_generated_from": {"topic": str, "goal": str, "critical": (str, type(None)), "context": (str, type(None))},
    "template_id": (str, type(None)),
    "cross_pollination_default": (bool, type(None)),
}


def propose(who: Host, session: str, body: Any = None, **headers: str) -> Any:
    """POST …/regenerate-facilitation-prompt."""
    return who.call("POST", f"/sessions/{session}/regenerate-facilitation-prompt", body, **headers)


def test_a_proposal_is_written_and_not_stored(host: Host) -> None:
    session = host.new_session(prompt="Ask about soup.", critical="Salt")["id"]
    before = host.get(f"/sessions/{session}")
    answer = propose(host, session)
    assert answer.status_code == 200
    assert_shape(answer.json_body, PROPOSAL)
    assert answer.json_body["facilitation_prompt"].startswith("# Opening\nPrompt 1: welcome")
    assert answer.json_body["prompt_generated_from"] == {
        "topic": "Lunch",
        "goal": "Find out what people eat",
        "critical": "Salt",
        "context": None,
    }
    assert (answer.json_body["template_id"], answer.json_body["cross_pollination_default"]) == (None, None)
    assert host.get(f"/sessions/{session}") == before


def test_a_proposal_for_a_templated_session_names_its_template(host: Host) -> None:
    for slug in ("swot", "product-feedback"):
        template = host.get(f"/templates/{slug}")
        proposed = propose(host, host.new_session(template_id=slug)["id"], {}).json_body
        assert_shape(proposed, PROPOSAL)
        assert proposed["template_id"] == template["id"]
        assert proposed["cross_pollination_default"] is template["cross_pollination_default"]


def test_a_proposal_leaves_the_prompt_that_is_due_alone(host: Host) -> None:
    session = host.new_session()["id"]
    propose(host, session)
    assert host.get(f"/sessions/{session}")["prompt_status"] == "writing"
    assert write_prompt(session)
    assert "Prompt 2" in host.get(f"/sessions/{session}")["prompt"]


def test_a_model_that_fails_is_told_and_leaves_everything(host: Host, model: Any) -> None:
    session = host.new_session()["id"]
    before = host.get(f"/sessions/{session}")
    model.failing.add("prompt")
    answer = propose(host, session)
    assert error_of(answer) == (503, "internal_error", "The model is down")
    assert answer.headers["Retry-After"] == "7"
    assert host.get(f"/sessions/{session}") == before


def test_the_model_has_less_time_than_the_gateway_gives(
    host: Host, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete, times = model.complete, []

    def timed(request: Any, deadline: Any) -> Any:
        times.append(deadline.remaining())
        return complete(request, deadline)

    monkeypatch.setattr(model, "complete", timed)
    assert propose(host, host.new_session()["id"]).status_code == 200
    assert times == [20]


def test_sent_again_with_its_key_the_same_session_gets_another_proposal(host: Host, model: Any) -> None:
    session = host.new_session()["id"]
    answers = [propose(host, session, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert model.count("prompt") == 2


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("editor", 200), ("admin", 200)])
def test_a_proposal_is_for_editors(host: Host, model: Any, role: Role, status: int) -> None:
    session = host.new_session(is_public=True)["id"]
    assert propose(host.invite(session, role), session).status_code == status
    assert model.count("prompt") == (status == 200)


def test_strangers_unknown_sessions_and_bad_bodies_cost_no_model_call(host: Host, model: Any) -> None:
    session = host.new_session(is_public=True)["id"]
    assert error_of(propose(new_host("bo@example.com"), session))[0] == 403
    for unknown in (UNKNOWN, "nonsense"):
        assert error_of(propose(host, unknown)) == (404, "not_found", "Session not found")
    assert error_of(propose(host, session, b"[]"))[0] == 400
    assert error_of(propose(host, session, Authorization=""))[0] == 401
    assert model.count("prompt") == 0
