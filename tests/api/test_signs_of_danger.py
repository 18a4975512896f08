"""Care comes first over REST as well: for the model, in the reply, in the log, and for the host nothing changes."""

import logging
from functools import cache

import pytest

from chalicelib import container, settings
from chalicelib.llm import tags
from tests.api.hosts import new_host
from tests.clock import own_time
from tests.llm.queued import QueuedModel, calls, prompt_of

DANGER = "My husband hits me, and I live at Harbour Street."
WIDGET = {"widget": {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}}


def test_a_turn_in_which_somebody_tells_of_danger(
    aws: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own_time(monkeypatch)
    monkeypatch.setenv("HELP_TEXT", "Call 116 016")
    settings.settings.cache_clear()
    model = QueuedModel("Hello?", "And?", calls("present_widget", WIDGET, "I am sorry to hear that."))
    monkeypatch.setattr(container, "model", cache(lambda: model))
    host = new_host()
    session = host.new_session(widgets_enabled=True, cross_pollination=True)["id"]
    assert host.join(session).status_code == 200
    assert host.say(session, "Soup").status_code == 200
    with caplog.at_level(logging.WARNING):
        answer = host.say(session, DANGER).json_body["message"]
    assert (answer["content"], answer.get("widget_spec")) == ("I am sorry to hear that.", None)
    prompt = prompt_of(model.requests[-1])
    (pacing,) = tags.read("pacing", prompt)
    assert (pacing.attributes["care"], pacing.attributes["widget"]) == ("yes", "not_now")
    assert tags.read("help", prompt)[-1].text == "Call 116 016"
    (line,) = [record for record in caplog.records if getattr(record, "event", None) == "care_first"]
    told = {"session_id": session, "language": "en", "kind": "violence"}
    assert told.items() <= vars(line).items()
    assert not [record for record in caplog.records if "Harbour" in repr(record.__dict__)]
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    assert DANGER in [it["content"] for it in person["messages"]]
