"""What sessions and projects came to know on pages: each thing with a link to what it rests on, and each state in words."""

import json

import pytest

import app
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.services.synthesis import digest_runner
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, done, summarise
from tests.api.projects import new_project
from tests.api.test_knowledge import SAID, collect
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer
from tests.llm.queued import calls
from tests.web.browser import Browser
from tests.web.host.visitor import sign_in, submit


@pytest.fixture
def ana(host: Host, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The host, on a server with a model that collects."""

    def complete(request: Request, deadline: Deadline) -> Reply:
        if request.task != "knowledge":
            return Interviewer.complete(model, request, deadline)
        return calls("record_knowledge", collect(request.messages[0].blocks[0].text))

    monkeypatch.setattr(model, "complete", complete)
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    return sign_in(Browser(), "ana@example.com")


def test_it_is_collected_of_a_session_and_then_of_a_project_and_shown_with_what_it_rests_on(
    host: Host, ana: Browser, clock: FakeClock
) -> None:
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
    clock.advance(60)
    second = str(host.new_session(topic="Village", prompt="Ask.", project_id=project)["id"])
    for name, words in SAID.items():
        host.say(second, words, name)
    assert summarise(second)
    running = submit(ana, of_project, ana.open(of_project).form("Collect what is missing"), do="collect")
    assert "It is being collected." in running.text
    clock.advance(901)
    assert "Some of it could not be collected." in ana.open(of_project).text
    (job,) = asked("prompts")
    body = json.dumps({"job": "write_knowledge", **job})
    assert done(app.write_prompt(events.batch(events.raw_message(body)), Context()))
    whole = ana.open(of_project)
    assert "Recurs in 2 sessions" in whole.text
    assert whole.text.index("Town") < whole.text.index("Village")
    assert "Knowledge" in ana.open(f"/sessions/{session}/summary").text
