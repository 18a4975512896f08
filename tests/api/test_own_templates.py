"""Templates that hosts make, at the door: what is kept of them, who may have them, and sessions that start from one."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import container
from chalicelib.services.templates import own
from chalicelib.settings import settings
from tests.api.edits import patch
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import write_prompt
from tests.api.shapes import SESSION_CREATED, assert_shape
from tests.faults import Interviewer

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FORBIDDEN = (403, "forbidden", "You don't have access to this template")
BUILT_IN = (403, "forbidden", "A built-in template cannot be changed")
NOT_FOUND = (404, "not_found", "Template not found")
METHOD = "# Opening\nWelcome them to the canteen.\n\n# Questions\n1. What do you eat?\n   Probe: Why.\n\n# Closing\nThank them."
FIELDS = [
    {"key": "dish", "label": "Which dish is it about?", "hint": "Its name.", "required": True, "maps_to": "context"}
]
QUESTIONS = [{"text": "Your table", "type": "Options", "required": True, "options": ["One", "Two"]}]
ALL = {
    "title": "Canteen check",
    "description": "Find out what people eat.",
    "icon": "🥣",
    "facilitation_prompt": METHOD,
    "default_session_name": "Our canteen",
    "default_goal": "Decide what to cook",
    "default_critical": "What nobody says",
    "default_context": "Who eats there",
    "cross_pollination_default": True,
    "fields": FIELDS,
    "questions": QUESTIONS,
}
KEYS = {
    "id", "slug", "title", "description", "icon", "facilitation_prompt", "default_session_name", "default_goal", "default_critical",
    "default_context", "template_type", "chain_config", "cross_pollination_default", "is_public", "workspace_id", "created_by",
    "archived_at", "source_provenance", "created_at", "updated_at", "fields", "questions",
}  # fmt: skip
# As the original's MCP server makes it of a specification in markdown.
CHAIN = {
    "steps": [
        {
            "id": "explore",
            "title": "Explore",
            "facilitation_prompt": "Read every question through these lenses: care.\n\nAsk for stories.",
            "context_mode": "none",
            "roles": [{"slug": "chair", "label": "Chair", "weight": "lead"}, {"slug": "guest", "label": "Guest"}],
            "assignment_strategy": "host_assigned",
            "completion_criteria": {"type": "quorum", "count": 5},
        },
        {
            "id": "decide",
            "facilitation_prompt": "Ask for one decision.",
            "context_mode": "all_summaries",
            "completion_criteria": {"type": "host_continue"},
        },
    ],
    "output_artifact": "wardley",
}
INSTALLED = {"spec_id": "canteen", "spec_version": "1.0.0", "registry": "Open-Facilitation-Library/method-specs"}
INSTALL = {
    "title": "Canteen chain",
    "description": None,
    "template_type": "chain",
    "chain_config": CHAIN,
    "is_public": False,
    "source_provenance": INSTALLED,
}


def make(host: Host, **fields: Any) -> dict[str, Any]:
    """A new template of this host's."""
    answer = host.call("POST", "/templates", {"title": "Canteen check", **fields})
    assert answer.status_code == 201, answer.body
    return dict(answer.json_body)


def own_ids(host: Host, query: str = "") -> list[str]:
    """The templates in a host's list that are not built in."""
    return [it["id"] for it in host.get(f"/templates{query}")["data"] if it["slug"] is None]


def edit(host: Host, template: dict[str, Any], **fields: Any) -> Any:
    """A PATCH, as it is answered."""
    return host.call("PATCH", f"/templates/{template['id']}", fields)


@pytest.fixture
def bo() -> Host:
    """Another host."""
    return new_host("bo@example.com")


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operator lets hosts find each other's templates."""
    monkeypatch.setenv("PUBLIC_TEMPLATES", "yes")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_template_is_kept_as_it_was_made_and_listed_before_those_that_are_built_in(host: Host) -> None:
    made = make(host, **ALL)
    assert made.keys() == KEYS == host.get("/templates/swot").keys()
    assert {name: made[name] for name in ALL if name not in ("fields", "questions")} == {
        name: ALL[name] for name in ALL if name not in ("fields", "questions")
    }
    assert made["fields"] == FIELDS
    assert made["questions"] == [{**QUESTIONS[0], "role": None, "multiple": False, "long": False}]
    assert (made["created_by"], made["is_public"], made["template_type"]) == (host.user_id, False, "single")
    assert host.get(f"/templates/{made['id']}") == host.get(f"/templates/{made['id'].upper()}") == made
    least = make(host, title="  Advent  ")
    assert least["title"] == "Advent"
    assert {name for name, value in least.items() if value is None} == {
        *KEYS - {"id", "title", "template_type", "cross_pollination_default", "is_public", "created_by", "fields"}
        - {"created_at", "updated_at"},
    }  # fmt: skip
    listed = host.get("/templates")["data"]
    assert listed[:2] == [least, made]
    assert len(listed) == 18


def test_what_is_changed_is_named_and_null_clears(host: Host) -> None:
    made = make(host, **ALL)
    after = edit(host, made, title="Soup", description=None, questions=None, fields=None, icon="").json_body
    assert after["updated_at"] > made["updated_at"]
    assert after == {
        **made, "title": "Soup", "description": None, "questions": None, "fields": [], "icon": None,
        "updated_at": after["updated_at"],
    }  # fmt: skip
    assert host.get(f"/templates/{made['id']}") == after
    assert error_of(edit(host, made))[2].startswith(
        "No valid fields provided. Allowed fields: title, description, icon"
    )
    assert error_of(edit(host, made, force=True))[0] == 400
    assert error_of(edit(host, made, title=None)) == (400, "validation_error", "title must be a string")
    stale = edit(host, made, title="Stew", unchanged_since=made["updated_at"])
    assert error_of(stale)[:2] == (409, "conflict")
    assert edit(host, made, title="Stew", unchanged_since=after["updated_at"]).status_code == 200


def test_one_that_is_archived_is_out_of_the_list_and_comes_back(host: Host) -> None:
    made = make(host)
    assert edit(host, made, archived=True).json_body["archived_at"]
    assert own_ids(host) == []
    assert [it["id"] for it in host.get("/templates?archived=true")["data"]] == [made["id"]]
    assert host.new_session(template_id=made["id"])
    assert edit(host, made, archived=False).json_body["archived_at"] is None
    assert own_ids(host) == [made["id"]]
    assert host.get("/templates?archived=true")["data"] == []


def test_one_that_is_deleted_is_gone_for_good(host: Host) -> None:
    made, other = make(host), make(host, title="Other")
    answer = host.call("DELETE", f"/templates/{made['id']}")
    assert (answer.status_code, answer.json_body) == (200, {"success": True})
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        assert error_of(host.call(method, f"/templates/{made['id']}", body)) == NOT_FOUND
    assert own_ids(host) == [other["id"]]


def test_nobody_else_may_read_or_change_one_and_nobody_one_that_is_built_in(host: Host, bo: Host) -> None:
    made = make(host, is_public=True)
    swot = host.get("/templates/swot")["id"]
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        assert error_of(bo.call(method, f"/templates/{made['id']}", body)) == FORBIDDEN
        for name in (UNKNOWN, "nonsense", "%00", "x" * 3_000):
            assert error_of(bo.call(method, f"/templates/{name}", body)) == NOT_FOUND
        if method != "GET":
            for name in ("swot", swot):
                assert error_of(host.call(method, f"/templates/{name}", body)) == BUILT_IN
    assert own_ids(bo) == []
    told = (400, "validation_error", f"template_id {made['id']!r} does not exist")
    body = {"topic": "Lunch", "goal": "Eat", "template_id": made["id"]}
    assert error_of(bo.call("POST", "/sessions", body)) == told
    session = bo.new_session()["id"]
    assert error_of(bo.call("PATCH", f"/sessions/{session}", {"template_id": made["id"]})) == told
    proposed = bo.call("POST", f"/sessions/{session}/regenerate-facilitation-prompt?templateId={made['id']}")
    assert error_of(proposed) == (400, "validation_error", f"templateId {made['id']!r} does not exist")
    suggested = bo.call("POST", "/sessions/suggestions", {"field": "goal", "template_id": made["id"]})
    assert error_of(suggested) == told
    assert host.get(f"/templates/{made['id']}") == made


@pytest.mark.usefixtures("shared")
def test_public_ones_are_found_where_the_operator_allows_it_and_changed_by_their_owner_alone(
    host: Host, bo: Host
) -> None:
    made, secret = make(host, is_public=True, facilitation_prompt=METHOD), make(host, title="Secret")
    mine = make(bo, title="Zwieback")
    assert own_ids(bo) == [mine["id"], made["id"]]
    assert bo.get(f"/templates/{made['id']}") == made
    for method, body in (("PATCH", {"title": "x"}), ("DELETE", None)):
        assert error_of(bo.call(method, f"/templates/{made['id']}", body)) == FORBIDDEN
    assert error_of(bo.call("GET", f"/templates/{secret['id']}")) == FORBIDDEN
    session = bo.new_session(template_id=made["id"])["id"]
    for change in ({"archived": True}, {"archived": False, "is_public": False}):
        assert edit(host, made, **change).status_code == 200
        assert own_ids(bo) == [mine["id"]]
        assert error_of(bo.call("GET", f"/templates/{made['id']}")) == FORBIDDEN
    assert patch(bo, session, template_id=made["id"], topic="Supper")["template_id"] == made["id"]


def test_a_project_is_none_that_exists(host: Host) -> None:
    told = (400, "validation_error", f"workspace_id {UNKNOWN!r} does not exist")
    assert error_of(host.call("POST", "/templates", {"title": "x", "workspace_id": UNKNOWN})) == told
    assert error_of(edit(host, make(host), workspace_id=UNKNOWN)) == told
    assert error_of(host.call("GET", f"/templates?workspace_id={UNKNOWN}")) == (404, "not_found", "Project not found")
    assert make(host, workspace_id=None)["workspace_id"] is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"title": " "}, "title is required"),
        ({"title": "x" * 301}, "title must be at most 300 characters"),
        ({"facilitation_prompt": "x" * 100_001}, "facilitation_prompt must be at most 100,000 characters"),
        ({"default_goal": 3}, "default_goal must be a string"),
        ({"template_type": "tree"}, "template_type must be one of: chain, single"),
        ({"template_type": "chain"}, "chain_config is required for a template of type chain"),
        ({"chain_config": CHAIN}, "chain_config is for templates of type chain"),
        ({"fields": [{**FIELDS[0], "maps_to": "prompt"}]}, "fields[0].maps_to must be one of: context, critical, goal, topic"),
        ({"fields": FIELDS * 2}, "fields[1].key 'dish' comes twice"),
        ({"fields": FIELDS * 21}, "fields must be at most 20 items long"),
        ({"questions": [{"text": "x", "type": "Options"}]}, "questions[0].options is required for a question of type Options"),
        ({"source_provenance": {"spec_id": "x"}}, "source_provenance.spec_version is required"),
        (
            {"default_context": "界" * 100_000, "facilitation_prompt": "界" * 30_000},
            "A template must be at most 380,000 bytes of JSON in all",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_stored(host: Host, fields: dict[str, Any], told: str) -> None:
    assert error_of(host.call("POST", "/templates", {"title": "Soup", **fields})) == (400, "validation_error", told)
    assert own_ids(host) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"steps": []}, "chain_config.steps is required"),
        ({"steps": [CHAIN["steps"][0]] * 2}, "chain_config.steps[1].id 'explore' comes twice"),
        ({"steps": [{"id": "a", "roles": [{"slug": "b"}]}]}, "chain_config.steps[0].roles[0].label is required"),
        (
            {"steps": [{"id": "a", "roles": [{"slug": "b", "label": "B"}] * 2}]},
            "chain_config.steps[0].roles[1].slug 'b' comes twice",
        ),
        (
            {"steps": [CHAIN["steps"][0], {"id": "b", "roles": [{"slug": "chair", "label": "Stool"}]}]},
            "chain_config.steps[1].roles[0].slug 'chair' is known under another label",
        ),
        (
            {"steps": [{"id": "a", "completion_criteria": {"type": "quorum"}}]},
            "chain_config.steps[0].completion_criteria.count is required for quorum, and for nothing else",
        ),
        ({"output_artifact": "map"}, "chain_config.output_artifact must be one of: wardley"),
    ],
)
def test_a_chain_has_its_shape(host: Host, change: dict[str, Any], told: str) -> None:
    body = {**INSTALL, "chain_config": {**CHAIN, **change}}
    assert error_of(host.call("POST", "/templates", body)) == (400, "validation_error", told)


def test_the_originals_mcp_server_installs_a_chain_and_installs_it_again(host: Host) -> None:
    made = host.call("POST", "/templates", INSTALL).json_body
    canonical = json.dumps(CHAIN, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert made["chain_config"] == CHAIN
    assert made["source_provenance"] == {
        **INSTALLED,
        "install_hash": hashlib.sha256(canonical.encode()).hexdigest(),
        "installed_at": made["created_at"],
        "installed_by": host.user_id,
    }
    # update_if_exists: by me, by type and title
    me = host.get("/me")["id"]
    (found,) = [
        it for it in host.get("/templates")["data"]
        if (it["template_type"], it["title"], it["created_by"]) == ("chain", "Canteen chain", me)
    ]  # fmt: skip
    assert found == made
    newer = {**INSTALL, "force": False, "source_provenance": {**INSTALLED, "spec_version": "1.1.0"}}
    again = edit(host, made, **newer).json_body
    assert again["source_provenance"]["spec_version"] == "1.1.0"
    shorter = {"steps": CHAIN["steps"][1:]}
    edited = edit(host, made, chain_config=shorter, title="Mine").json_body
    assert edited["source_provenance"] == again["source_provenance"]
    refused = error_of(edit(host, made, **newer))
    assert refused == (
        400,
        "validation_error",
        "force is required: this template was edited here since it was installed",
    )
    assert host.get(f"/templates/{made['id']}") == edited
    forced = edit(host, made, **{**newer, "force": True}).json_body
    assert (forced["chain_config"], forced["title"]) == (CHAIN, "Canteen chain")
    assert edit(host, made, **newer).status_code == 200


def test_a_session_of_a_chain_says_that_chains_do_not_run(host: Host) -> None:
    chain = host.call("POST", "/templates", INSTALL).json_body["id"]
    body = {
        "topic": "Lunch", "goal": "Eat", "template_id": chain, "results_visibility": "participants",
        "roster": [{"email": "ada@example.com", "rolesByStep": {"explore": "chair"}}],
    }  # fmt: skip
    answers = [host.call("POST", "/sessions", body, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json_body == answers[1].json_body
    assert answers[0].status_code == 201
    created = dict(answers[0].json_body)
    chained = created.pop("chain")
    assert chained["status"] == "unsupported"
    assert chained["message"] == chained["reason"]
    assert chained["message"].startswith("Chains do not run yet")
    assert_shape(created, SESSION_CREATED)
    assert "chain" not in host.new_session(template_id="swot")
    assert host.get(f"/sessions/{created['id']}")["template_id"] == chain


def test_a_session_is_led_by_the_method_and_asks_the_form_and_keeps_both_when_the_template_goes(
    host: Host, model: Interviewer
) -> None:
    made = make(host, **ALL)
    session = host.new_session(template_id=f" {made['id'].upper()} ")["id"]
    assert [it["text"] for it in host.get(f"/sessions/{session}/questions")["data"]] == ["Your table"]
    host.join(session, answers=[{"question_id": "Your table", "answer": "One"}])
    assert METHOD in "\n".join(block.text for block in model.requests[-1].system)
    edit(host, made, facilitation_prompt="Changed since.", questions=None)
    assert host.call("DELETE", f"/templates/{made['id']}").status_code == 200
    assert write_prompt(session)
    asked = repr(model.requests[-1].messages)
    assert "Welcome them to the canteen" in asked
    assert "Changed since" not in asked
    assert "Canteen check" in asked
    assert patch(host, session, template_id=made["id"], topic="Supper")["template_id"] == made["id"]
    proposed = host.call("POST", f"/sessions/{session}/regenerate-facilitation-prompt", {}).json_body
    assert (proposed["template_id"], proposed["cross_pollination_default"]) == (made["id"], True)
    clone = host.call("POST", f"/sessions/{session}/clone").json_body["id"]
    assert host.get(f"/sessions/{clone}")["template_id"] == made["id"]
    kept = container.sessions().view(clone, ("template",)).template
    assert kept is not None
    assert kept.facilitation_prompt == METHOD
    assert patch(host, session, template_id="swot")["template_id"] == host.get("/templates/swot")["id"]
    assert container.sessions().view(session, ("template",)).template is None


def test_a_session_brings_its_own_form_and_another_template_is_looked_at_first(host: Host, model: Interviewer) -> None:
    made, other = make(host, **ALL), make(host, facilitation_prompt="Ask about bread.")
    session = host.new_session(template_id=made["id"], questions=[])["id"]
    assert host.get(f"/sessions/{session}/questions")["data"] == []
    path = f"/sessions/{session}/regenerate-facilitation-prompt?templateId={other['id']}"
    answers = [host.call("POST", path, {}, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert {answer.json_body["template_id"] for answer in answers} == {other["id"]}
    assert "Ask about bread." in repr(model.requests[-1].messages)
    assert host.get(f"/sessions/{session}")["template_id"] == made["id"]
    assert patch(host, session, template_id=other["id"])["template_id"] == other["id"]
    host.join(session)
    assert "Ask about bread." in "\n".join(block.text for block in model.requests[-1].system)


def test_two_hundred_are_enough_however_many_come_at_once(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "MOST", 3)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda number: host.call("POST", "/templates", {"title": str(number)}), range(5)))
    assert len(own_ids(host)) == [answer.status_code for answer in answers].count(201) <= 3
    while len(own_ids(host)) < 3:
        make(host)
    refused = host.call("POST", "/templates", {"title": "One more"})
    assert error_of(refused)[:2] == (422, "unprocessable")
    monkeypatch.setattr(own, "MOST_BYTES", 2_000)
    first = own_ids(host)[0]
    assert error_of(host.call("PATCH", f"/templates/{first}", {"default_context": "x" * 3_000}))[0] == 422
    assert host.call("PATCH", f"/templates/{first}", {"title": "x"}).status_code == 200
    assert host.call("DELETE", f"/templates/{first}").status_code == 200
    assert make(host)


def test_sent_again_with_its_key_it_is_made_once(host: Host) -> None:
    answers = [host.call("POST", "/templates", ALL, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json_body == answers[1].json_body
    assert own_ids(host) == [answers[0].json_body["id"]]
