"""What sessions and projects came to know on pages: each thing with a link to what it rests on, and each state in words."""

import json
from collections.abc import Iterator

import pytest

import app
from tests import events
from tests.api.jobs import asked, done, summarise
from tests.api.projects import new_project
from tests.api.test_knowledge import SAID, rule
from tests.events import Context
from tests.llm.wire import LiveApi, live_api
from tests.web.browser import Browser
from tests.web.host.visitor import sign_in, submit


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    with live_api(monkeypatch, MODEL_LARGE="claude-opus-5-5") as found:
        found.server.rule = rule
        yield found


def test_it_is_collected_of_a_session_and_then_of_a_project_and_shown_with_what_it_rests_on(
    live: LiveApi, ben: Browser
) -> None:
    host, ana = live.host, sign_in(ben, "ana@example.com")
    project = new_project(host)
    session = str(host.new_session(topic="Town", prompt="Ask.", project_id=project)["id"])
    people = {name: host.say(session, words, name).json_body["thread_id"] for name, words in SAID.items()}
    of_session, of_project = f"/sessions/{session}/knowledge", f"/projects/{project}/knowledge"
    assert "The session has no summary yet." in ana.open(of_session).text
    assert "No session in it has a summary yet." in ana.open(of_project).text
    assert summarise(session)
    assert "Nothing has been collected yet." in ana.open(of_session).text
    known = submit(ana, of_session, ana.open(of_session).form("Collect it"), do="collect")
    for told in (
        "It is collected.",
        "Later buses",
        "Until when: by June",
        "Money goes to one of them.",
        "4 things were left out",
    ):
        assert told in known.text, told
    assert "nobody ever said" not in known.text
    assert "Collect it" not in known.text  # as long as there is no newer summary
    assert any(f"/sessions/{session}/people/{people['p1']}#message-" in link for link in known.links)
    shown = ana.open(of_project)
    assert "Of these with collected knowledge: 1." in shown.text
    assert "Later buses" in shown.text
    second = str(host.new_session(topic="Village", prompt="Ask.", project_id=project)["id"])
    for name, words in SAID.items():
        host.say(second, words, name)
    assert summarise(second)
    running = submit(ana, of_project, ana.open(of_project).form("Collect what is missing"), do="collect")
    assert "It is being collected." in running.text
    live.clock.advance(901)
    assert "Some of it could not be collected." in ana.open(of_project).text
    (job,) = asked("prompts")
    body = json.dumps({"job": "write_knowledge", **job})
    assert done(app.write_prompt(events.batch(events.raw_message(body)), Context()))
    whole = ana.open(of_project)
    assert "Recurs in 2 sessions" in whole.text
    assert whole.text.index("Town") < whole.text.index("Village")
    assert "Knowledge" in ana.open(f"/sessions/{session}/summary").text
