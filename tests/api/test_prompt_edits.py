"""Editing what the facilitation prompt is: the host's own, or one of ours that follows the brief."""

from typing import Any

import pytest

from tests.api.edits import patch
from tests.api.hosts import Host
from tests.api.jobs import write_prompt


def test_a_new_prompt_serves_new_threads_only(host: Host, model: Any) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    host.join(session, "p1")
    assert patch(host, session, prompt=" Ask about bread. ")["prompt"] == "Ask about bread."
    host.say(session, "Hello", "p1")
    assert "Ask about soup." in repr(model.requests[-1])
    host.join(session, "p2")
    assert "Ask about bread." in repr(model.requests[-1])
    assert "Ask about soup." not in repr(model.requests[-1])


def test_no_prompt_means_that_one_is_written(host: Host, model: Any) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    host.join(session, "p1")
    after = patch(host, session, prompt=None)
    assert (after["prompt"], after["prompt_status"]) == (None, "writing")
    host.join(session, "p2")  # meanwhile the basic one serves
    assert "Ask about soup." not in repr(model.requests[-1])
    assert write_prompt(session)
    written = host.get(f"/sessions/{session}")
    assert written["prompt_status"] == "tailored"
    assert written["prompt"]
    assert written["updated_at"] == after["updated_at"]
    for name in ("p1", "p2"):
        host.say(session, "Hello", name)
        assert ("Ask about soup." in repr(model.requests[-1])) is (name == "p1")


def test_a_prompt_may_come_and_go(host: Host) -> None:
    session = host.new_session()["id"]
    for text in ("First.", None, None, "Second.", "", "Third."):
        after = patch(host, session, prompt=text)
        assert (after["prompt"], after["prompt_status"]) == ((text, "host") if text else (None, "writing"))
    assert write_prompt(session)
    assert host.get(f"/sessions/{session}")["prompt"] == "Third."


@pytest.mark.parametrize("name", ["topic", "goal", "critical", "context"])
def test_another_brief_has_a_prompt_of_ours_written_again(host: Host, model: Any, name: str) -> None:
    session = host.new_session()["id"]
    assert write_prompt(session)
    first = host.get(f"/sessions/{session}")["prompt"]
    after = patch(host, session, **{name: "Bicycles and where to leave them"})
    assert (after["prompt"], after["prompt_status"]) == (first, "writing")  # the old one serves until then
    assert write_prompt(session)
    assert host.get(f"/sessions/{session}")["prompt_status"] == "tailored"
    assert model.count("prompt") == 2
    assert "Bicycles" in repr(model.requests[-1])


def test_another_brief_leaves_a_prompt_of_the_host_alone(host: Host, model: Any) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    after = patch(host, session, topic="Bicycles", context="Many.")
    assert (after["prompt"], after["prompt_status"]) == ("Ask about soup.", "host")
    assert write_prompt(session)
    assert model.count("prompt") == 0


def test_the_same_brief_and_other_settings_have_nothing_written(host: Host, model: Any) -> None:
    session = host.new_session(topic="Lunch", critical="Salt")["id"]
    assert write_prompt(session)
    after = patch(host, session, topic=" Lunch ", critical="Salt", welcome_message="Hi", questions=[{"text": "Name"}])
    assert after["prompt_status"] == "tailored"
    assert write_prompt(session)
    assert model.count("prompt") == 1


def test_a_prompt_that_is_being_written_for_an_older_brief_is_not_the_last(host: Host, model: Any) -> None:
    session = host.new_session()["id"]

    def edit(request: Any) -> None:
        if request.task == "prompt" and model.count("prompt") == 1:
            patch(host, session, topic="Bicycles")

    model.before = edit
    assert write_prompt(session)
    assert host.get(f"/sessions/{session}")["prompt_status"] == "writing"
    assert write_prompt(session)
    assert host.get(f"/sessions/{session}")["prompt_status"] == "tailored"
    assert "Bicycles" in repr(model.requests[-1])


def test_a_prompt_of_the_host_wins_over_one_that_is_being_written(host: Host, model: Any) -> None:
    session = host.new_session()["id"]
    model.before = lambda request: request.task == "prompt" and patch(host, session, prompt="Ask about soup.")
    assert write_prompt(session)
    model.before = lambda _: None
    assert [(it["text"], it["origin"]) for it in host.get(f"/sessions/{session}/prompts")["data"]] == [
        ("Ask about soup.", "host")
    ]
