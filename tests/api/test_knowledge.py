"""The knowledge of a session: each thing in it rests on messages that code has found, or is not there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.model import ThreadView
from chalicelib.services.access.rate_limits import SUGGESTIONS
from chalicelib.services.participants.consent import set_consent
from chalicelib.store import thread_head
from tests import events
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, done, summarise
from tests.api.participants import remove
from tests.api.projects import join, new_project
from tests.api.shapes import ID, NULL, assert_shape
from tests.asked_model import points_with
from tests.events import Context
from tests.fake_anthropic import text, tool
from tests.llm.wire import LiveApi, live_api
from tests.rule_based_model import digest, summary

CANARY = "marmalade"
SAID = {
    "p1": "We need more buses in the evening because people work late.",
    "p2": "More buses in the evening would help the town by June.",
    "p3": f"The library should open on Sunday, with {CANARY}.",
}
EVIDENCE = [ID]
KNOWLEDGE: dict[str, Any] = {
    "decisions": [{"label": str, "summary": str, "evidence": EVIDENCE}],
    "actions": [dict],
    "tensions": [{"summary": str, "sides": [str], "evidence": EVIDENCE}],
    "claims": [{"category": str, "text": str, "evidence": EVIDENCE, "strength": float}],
    "gaps": [str],
    "metadata": {"generatedAt": int, "model": str, "version": int},
}


GROUPS = ("decisions", "tensions", "actions", "open_questions", "themes")
KNOWN = {
    "label": (str, NULL),
    "text": (str, NULL),
    "recurring": bool,
    "sessions": [{"session_id": ID, "session_topic": str, "evidence": EVIDENCE}],
}
ROLL_UP: dict[str, Any] = {
    **{group: [KNOWN] for group in GROUPS},
    "status": str,
    "sessions": int,
    "known": int,
    "generated_at": NULL,
}


def collect(shown: str) -> dict[str, Any]:
    """What a model hands in: what stands, and what does not."""
    buses, library = points_with(shown, "buses"), points_with(shown, "library")
    return {
        "decisions": [
            {"label": "Later buses", "summary": "Buses are to run later.", "evidence": [*buses, "p99"]},
            {"label": "Trams", "summary": "Trams are to come.", "evidence": ["p99"]},
            {"label": "Quotes", "summary": "They say “nobody ever said these words here”.", "evidence": buses},
        ],
        "actions": [
            {"description": "Ask for later buses.", "owner": "the mayor", "due": "by June", "evidence": buses},
        ],
        "tensions": [
            {
                "summary": "Money goes to one of them.",
                "sides": ["Buses.", "The library."],
                "evidence": [*buses, *library],
            },
            {"summary": "No other side.", "sides": ["Buses."], "evidence": buses},
        ],
        "claims": [
            {"category": "observation", "text": "People work late.", "evidence": buses},
            {"category": "minority-view", "text": f"Sunday wants {CANARY}.", "evidence": library},
            {"category": "rumour", "text": "Something else.", "evidence": buses},
        ],
        "gaps": ["Nobody spoke of the price."],
    }


def rule(body: Any) -> Any:
    """What a server in the wire format digests and summarises by rule, and collects as above."""
    system = "\n".join(block["text"] for block in body["system"])
    shown = "\n".join(block["text"] for sent in body["messages"] for block in sent["content"])
    match [it["name"] for it in body.get("tools", ())]:
        case ["record_knowledge"]:
            return tool("record_knowledge", collect(shown))
        case ["record_digest"]:
            points = digest(system, shown)
            return tool("record_digest", {"points": points, "gist": points[0]["text"] if points else ""})
        case ["write_summary"]:
            return tool("write_summary", {**summary(shown), "overview": "People spoke of the town at length."})
        case _:
            return text("And what else?")


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    with live_api(monkeypatch, MODEL_LARGE="claude-opus-5-5") as found:
        found.server.rule = rule
        yield found


@pytest.fixture
def session(live: LiveApi) -> tuple[str, dict[str, str]]:
    """A session with a summary, and the ids of its people."""
    session = str(live.host.new_session(prompt="Ask.")["id"])
    people = {name: live.host.say(session, words, name).json_body["thread_id"] for name, words in SAID.items()}
    assert summarise(session)
    return session, people


def generate(host: Host, session: str) -> dict[str, Any]:
    answer = host.call("POST", f"/sessions/{session}/knowledge")
    assert answer.status_code == 200, answer.body
    shown = answer.json_body
    reason = {"reason": str} if shown["status"] == "skipped" else {}
    assert_shape({**shown, "knowledge": None}, {"status": str, "knowledge": NULL, **reason})
    if shown["knowledge"]:
        assert_shape(shown["knowledge"], KNOWLEDGE)
    return dict(shown)


def test_each_thing_rests_on_messages_that_code_found_or_is_dropped_and_counted(
    live: LiveApi, session: tuple[str, dict[str, str]]
) -> None:
    host, (named, _) = live.host, session
    messages = {
        it["id"]: it["content"]
        for person in host.get(f"/sessions/{named}/responses")["data"]
        for it in person["messages"]
        if it["role"] == "user"
    }
    made = generate(host, named)
    assert made["status"] == "generated"
    known = made["knowledge"]
    assert [it["label"] for it in known["decisions"]] == ["Later buses"]
    assert {messages[name] for name in known["decisions"][0]["evidence"]} == {SAID["p1"], SAID["p2"]}
    assert [{name: it.get(name) for name in ("owner", "due")} for it in known["actions"]] == [
        {"owner": None, "due": "by June"}
    ]
    assert [len(it["sides"]) for it in known["tensions"]] == [2]
    assert [(it["category"], it["strength"]) for it in known["claims"]] == [
        ("observation", 0.67),
        ("minority-view", 0.33),
    ]
    assert known["metadata"]["version"] == 1
    stored = host.get(f"/sessions/{named}/knowledge")
    assert stored == {"knowledge": known, "current": True, "dropped": 4}
    again = generate(host, named)
    assert (again["status"], again["knowledge"]) == ("skipped", known)
    assert "Nothing has changed" in again["reason"]


def test_without_a_summary_there_is_none_and_only_editors_have_it_generated(host: Host) -> None:
    session = str(host.new_session(prompt="Ask.")["id"])
    status, _, told = error_of(host.call("POST", f"/sessions/{session}/knowledge"))
    assert (status, told[:27]) == (400, "Session has no summary yet;")
    assert host.get(f"/sessions/{session}/knowledge") == {"knowledge": None, "current": False, "dropped": 0}
    viewer = host.invite(session, "viewer")
    assert error_of(viewer.call("POST", f"/sessions/{session}/knowledge"))[0] == 403
    assert viewer.call("GET", f"/sessions/{session}/knowledge").status_code == 200


def test_a_script_says_that_it_cannot(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "model", ScriptedModel)
    session = str(host.new_session(prompt="Ask.")["id"])
    host.say(session, SAID["p1"])
    assert summarise(session)
    made = generate(host, session)
    assert (made["status"], made["knowledge"]) == ("skipped", None)
    assert "No language model" in made["reason"]


def test_a_project_rolls_up_what_its_sessions_know_and_a_rerun_moves_nothing(live: LiveApi) -> None:
    host = live.host
    project = new_project(host)
    path = f"/projects/{project}/knowledge"
    empty: dict[str, Any] = {
        **{name: [] for name in GROUPS},
        "status": "none",
        "sessions": 0,
        "known": 0,
        "generated_at": None,
    }
    assert host.get(path) == empty
    assert host.call("POST", path).json_body == {"status": "skipped", "sessions": 0, "reason": "Nothing is missing"}
    made = []
    for topic in ("First", "Second"):
        session = str(host.new_session(topic=topic, prompt="Ask.", project_id=project)["id"])
        for name, words in SAID.items():
            host.say(session, words, name)
        assert summarise(session)
        made.append(session)
        live.clock.advance(60)
    viewer = join(project, "viewer")
    assert viewer.call("POST", path).status_code == 403
    assert host.call("POST", path).json_body == {"status": "running", "sessions": 2}
    assert host.get(path)["status"] == "running"
    live.clock.advance(901)
    assert host.get(path)["status"] == "failed"
    jobs = asked("prompts")
    assert {(it["session_id"], it["project_id"]) for it in jobs} == {(session, project) for session in made}
    order = []
    for job in sorted(jobs, key=lambda it: made.index(it["session_id"]), reverse=True):  # the second before the first
        assert done(
            app.write_prompt(events.batch(events.raw_message(json.dumps({"job": "write_knowledge", **job}))), Context())
        )
        order.append([it["text"] for it in host.get(path)["decisions"]])
    found = viewer.get(path)
    assert_shape({**found, "generated_at": None}, ROLL_UP)
    assert (found["status"], found["sessions"], found["known"]) == ("complete", 2, 2)
    assert order == [["Buses are to run later."]] * 2
    (decision,) = found["decisions"]
    assert (decision["label"], decision["recurring"]) == ("Later buses", True)
    assert [it["session_topic"] for it in decision["sessions"]] == ["First", "Second"]
    assert [len(it["evidence"]) for it in decision["sessions"]] == [2, 2]
    assert host.call("POST", path).json_body["status"] == "skipped"
    assert viewer.get(path) == found
    person = host.get(f"/sessions/{made[0]}/responses?mode=list")["data"][0]["participant_id"]
    answers = [host.call("POST", path).status_code for _ in range(SUGGESTIONS)]
    assert (answers[0], answers[-1]) == (200, 429)  # as in a session
    remove(host, made[0], person)
    left = viewer.get(path)
    assert [it["session_topic"] for it in left["decisions"][0]["sessions"]] == ["Second"]  # at once


def test_who_is_removed_or_not_to_be_quoted_is_in_none_of_it(
    live: LiveApi, session: tuple[str, dict[str, str]]
) -> None:
    host, (named, people) = live.host, session
    assert CANARY in str(generate(host, named))
    remove(host, named, people["p3"])
    assert host.get(f"/sessions/{named}/knowledge")["knowledge"] is None  # at once, with the summary
    live.clock.advance(3600)
    assert summarise(named)
    known = generate(host, named)["knowledge"]
    assert CANARY not in str(known)
    assert known["tensions"][0]["evidence"] == known["decisions"][0]["evidence"]
    head = thread_head.read(named, people["p2"])
    assert head
    of = container.sessions().view(named, ()).session
    set_consent(of, ThreadView(head, ()), quotes=False, deps=container.consent_deps())
    assert host.get(f"/sessions/{named}/knowledge")["knowledge"] is None
    live.clock.advance(3600)
    assert summarise(named)
    assert len(generate(host, named)["knowledge"]["decisions"][0]["evidence"]) == 1
