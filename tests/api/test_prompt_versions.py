"""The versions of a session's prompt: each is kept, with whose it is; conversations stay with the one that they began under."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from chalicelib import container
from chalicelib.llm.interface import Reply
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.store.keys import PROMPTS
from tests.api.edits import patch, refused
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data, write_prompt
from tests.api.test_accepted_prompts import propose
from tests.api.test_budgets import Meter, meter
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.llm.queued import calls
from tests.stored_items import left_by

__all__ = ["meter"]  # the fixture

KEYS = {
    *("version", "origin", "summary", "text", "generated_from", "template_id"),
    *("created_at", "created_by", "created_by_name", "current", "threads"),
}
WRONG = (400, "validation_error")


def versions(host: Host, session: str, query: str = "") -> list[dict[str, Any]]:
    """The versions that are listed."""
    return list(host.get(f"/sessions/{session}/prompts{query}")["data"])


def revise(host: Host, session: str, **given: Any) -> Any:
    """Ask for a changed prompt."""
    return host.call("POST", f"/sessions/{session}/prompts/revise", {"instructions": "Ask about bread.", **given})


@pytest.fixture
def changes(model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has the model hand in these changes, one list a call; anything else is answered as ever."""

    def hand_in(*lists: list[tuple[str, str]]) -> None:
        left = list(lists)
        complete = model.complete

        def answer(request: Any, deadline: Any) -> Reply:
            if request.must_call != "change_prompt":
                return complete(request, deadline)
            model.requests.append(request)
            named = [{"passage": passage, "text": text} for passage, text in left.pop(0)]
            return calls("change_prompt", {"changes": named, "summary": "Soup, then bread."})

        monkeypatch.setattr(model, "complete", answer)

    return hand_in


def test_every_version_is_kept_with_whose_it_is_when_it_came_and_how_many_talk_under_it(
    host: Host, clock: FakeClock
) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    host.say(session, "Soup", "p1")
    host.say(session, "Soup", "p2")
    clock.advance(60)
    editor = host.invite(session, "editor")
    patch(editor, session, prompt="Ask about bread.", prompt_summary="Bread.")
    host.say(session, "Bread", "p3")
    newest, first = versions(host, session)
    assert set(newest) == KEYS
    assert (newest["version"], newest["origin"], newest["summary"], newest["text"]) == (
        *(2, "host", "Bread."),
        "Ask about bread.",
    )
    assert [it["created_by"] for it in (newest, first)] == [editor.user_id, host.user_id]
    assert [it["threads"] for it in (newest, first)] == [1, 2]
    assert [it["current"] for it in (newest, first)] == [True, False]
    assert newest["created_by_name"] == "Ana"
    assert newest["created_at"] > first["created_at"]


def test_who_began_under_a_version_stays_with_it(host: Host, model: Interviewer) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    host.say(session, "Hello", "old")
    patch(host, session, prompt="Ask about bread.")
    for name, shown in (("old", "soup"), ("new", "bread")):
        host.say(session, "Go on", name)
        assert f"Ask about {shown}." in model.requests[-1].system[1].text
    patch(host, session, prompt_version=1)
    host.say(session, "Go on", "new")
    assert "Ask about bread." in model.requests[-1].system[1].text
    assert [it["threads"] for it in versions(host, session)] == [0, 1, 1]


def test_the_basic_prompt_is_a_version_while_it_serves_or_somebody_talks_under_it(host: Host) -> None:
    session = host.new_session()["id"]
    (basic,) = versions(host, session)
    assert (basic["version"], basic["origin"], basic["current"], basic["created_by"]) == (0, "basic", True, None)
    assert "Find out what people eat" in basic["text"]
    assert write_prompt(session)
    (tailored,) = versions(host, session)
    assert (tailored["version"], tailored["origin"], tailored["created_by"]) == (1, "tailored", None)
    assert tailored["generated_from"] == host.get(f"/sessions/{session}")["prompt_generated_from"]
    template = host.new_session(template_id="swot")
    assert [it["origin"] for it in versions(host, template["id"])] == ["template"]


def test_an_earlier_version_becomes_the_next_one_once_however_often_it_is_asked_for(host: Host) -> None:
    session = host.new_session(prompt="Ask about soup.", prompt_summary="Soup.")["id"]
    patch(host, session, prompt="Ask about bread.")
    for _ in range(2):
        shown = patch(host, session, prompt_version=1)
        assert (shown["prompt"], shown["prompt_summary"], shown["prompt_status"]) == (
            *("Ask about soup.", "Soup."),
            "host",
        )
    assert [(it["version"], it["origin"]) for it in versions(host, session)] == [
        (3, "restored"),
        (2, "host"),
        (1, "host"),
    ]


def test_what_was_chosen_is_never_written_over_and_what_a_worker_wrote_is(host: Host) -> None:
    session = host.new_session()["id"]
    assert write_prompt(session)
    patch(host, session, prompt="Mine.")
    patch(host, session, prompt_version=1)
    assert patch(host, session, goal="Another goal")["prompt_status"] == "host"
    assert patch(host, session, prompt=None)["prompt_status"] == "writing"
    stopped = patch(host, session, prompt_version=2)  # while one is being written: the choice counts
    assert (stopped["prompt_status"], stopped["prompt"]) == ("host", "Mine.")
    assert write_prompt(session)
    assert host.get(f"/sessions/{session}")["prompt"] == "Mine."


def test_a_version_there_is_not_is_told(host: Host) -> None:
    session = host.new_session()["id"]
    assert refused(host, session, prompt_version=1) == "prompt_version 1 does not exist; versions there are: none"
    patch(host, session, prompt="One.")
    assert refused(host, session, prompt_version=2) == "prompt_version 2 does not exist; versions there are: 1 alone"
    patch(host, session, prompt="Two.")
    assert refused(host, session, prompt_version=9) == "prompt_version 9 does not exist; versions there are: 1 to 2"
    assert "prompt_version" in refused(host, session, prompt_version=0)
    assert refused(host, session, prompt_version=1, prompt="Three.").startswith("prompt_version cannot be set together")
    assert refused(host, session, prompt_origin="revised") == (
        "prompt_origin tells of a prompt: send it together with prompt"
    )
    assert error_of(revise(host, session, version=7)) == (
        *WRONG,
        "version 7 does not exist; versions there are: 1 to 2",
    )


def test_drift_names_what_of_the_brief_is_another_now(host: Host) -> None:
    session = host.new_session(context="Two canteens")["id"]
    proposed = propose(host, session).json_body
    accepted = {name: proposed[name] for name in ("prompt_summary", "prompt_generated_from")}
    patch(host, session, prompt=proposed["facilitation_prompt"], prompt_origin="tailored", **accepted)
    assert host.get(f"/sessions/{session}/prompts")["drift"] == []
    changed = patch(host, session, goal="Another goal", context="Three canteens", template_id="swot")
    assert changed["prompt"] == proposed["facilitation_prompt"]
    listed = host.get(f"/sessions/{session}/prompts")
    assert listed["drift"] == ["goal", "context", "template_id"]
    assert (listed["data"][0]["origin"], listed["data"][0]["created_by"]) == ("tailored", host.user_id)
    patch(host, session, prompt="By hand.")
    assert host.get(f"/sessions/{session}/prompts")["drift"] == []


def test_a_prompt_is_changed_in_words_and_stays_as_it_is_elsewhere(
    host: Host, model: Interviewer, changes: Callable[..., None]
) -> None:
    session = host.new_session(prompt="1. Soup & co?\n2. Why?")["id"]
    changes([("nowhere", "x")], [("2. Why?", "2. Bread?\n3. Why?")])
    proposed = revise(host, session, instructions="Ask about <bread>.").json_body
    assert proposed["facilitation_prompt"] == "1. Soup & co?\n2. Bread?\n3. Why?"
    assert (proposed["prompt_summary"], proposed["prompt_generated_from"]) == ("Soup, then bread.", None)
    shown = "\n".join(block.text for block in model.requests[-1].messages[0].blocks)
    assert "<instructions>Ask about &lt;bread&gt;.</instructions>" in shown
    assert "occurs 0 times in the prompt" in shown
    assert host.get(f"/sessions/{session}")["prompt"] == "1. Soup & co?\n2. Why?"
    patch(host, session, prompt=proposed["facilitation_prompt"], prompt_origin="revised")
    assert [it["origin"] for it in versions(host, session)] == ["revised", "host"]


def test_changes_of_which_nothing_can_be_made_twice_are_an_error_that_may_pass(
    host: Host, changes: Callable[..., None]
) -> None:
    session = host.new_session(prompt="Why? Why?")["id"]
    changes([("Why?", "How?")], [("Why? Why?", "Why? Why?")])
    assert error_of(revise(host, session))[0] == 503
    assert error_of(revise(host, session, instructions="x" * 5_001))[:2] == WRONG
    assert error_of(revise(host, session, instructions=" "))[:2] == WRONG


def test_without_a_model_it_is_said_that_one_is_needed(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session(prompt="Why?")["id"]
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    assert error_of(revise(host, session)) == (
        503,
        "internal_error",
        "Changing a prompt in words needs a language model, and this server runs without one",
    )


def test_a_long_list_comes_in_pages_for_a_few_calls(host: Host, clock: FakeClock, meter: Meter) -> None:
    session = host.new_session()["id"]
    for number in range(1, 5):
        patch(host, session, prompt=f"Version {number}.")
    host.say(session, "Soup")
    meter.sent.clear()
    answer = host.call("GET", f"/sessions/{session}/prompts?limit=2&offset=1")
    assert meter.of(answer, 200) <= 5  # the key, the session, heads, versions, names
    assert [it["version"] for it in answer.json_body["data"]] == [3, 2]
    assert answer.json_body["pagination"] == {"total": 4, "limit": 2, "offset": 1}
    assert meter.of(host.call("PATCH", f"/sessions/{session}", {"prompt_version": 1}), 200) <= 4


def test_versions_go_with_their_session(host: Host) -> None:
    session = host.new_session(prompt="A secret of the house.")["id"]
    patch(host, session, prompt="Another one.")
    host.call("DELETE", f"/sessions/{session}")
    assert all(delete_data(body) for body in asked("deletions"))
    assert error_of(host.call("GET", f"/sessions/{session}/prompts"))[0] == 404
    assert [name for name in left_by("session", session) if name.startswith(PROMPTS)] == []
