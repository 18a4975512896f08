"""The memory of a project: what new sessions begin with, of whom and in whose words; whoever is taken out is out of it everywhere."""

from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request
from chalicelib.model import ThreadView
from chalicelib.services.participants.consent import set_consent
from chalicelib.store import thread_head
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, delete_data, summarise
from tests.api.participants import include, remove
from tests.api.projects import attach, join, new_project
from tests.api.shapes import ID, NULL, assert_shape
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer
from tests.llm.queued import calls, prompt_of
from tests.stored_items import stored

CANARY = "Quixworth"
POINT = {
    "kind": str,
    "label": (str, NULL),
    "text": (str, NULL),
    "participants": int,
    "stances": (dict, NULL),
    "session_id": ID,
    "session_topic": str,
}
MEMORY = {
    "inherit": bool,
    "in_use": bool,
    "text": str,
    "points": [POINT],
    "version": (str, NULL),
    "updated_at": (str, NULL),
}
FOR = [f"I want more buses in the evening, and the {word} ones too." for word in ("late", "last", "few", "slow")]
AGAINST = [f"I want no parking in the {word} streets, nowhere." for word in ("old", "main", "side")]
PRO_PARKING = [f"I need parking in the {word} streets, really." for word in ("old", "main", "side")]
THEMES = {"buses": "more buses", "parking": "parking in the streets", "gardens": "gardens"}


class Indiscreet(Interviewer):
    """A model that puts a word of one person's into all that it writes of a theme."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Digests by keyword, a summary with a sentence that may be told and one that may not."""
        if request.task == "digest":
            self.requests.append(request)
            return calls("record_digest", {"points": _points(prompt_of(request)), "gist": "In short."})
        if request.task == "summary":
            self.requests.append(request)
            shown = "\n".join(block.text for sent in request.messages for block in sent.blocks)
            return calls("write_summary", _summary(shown))
        return super().complete(request, deadline)


def _points(prompt: str) -> list[dict[str, str]]:
    known = {it.attributes["label"]: it.attributes["id"] for it in tags.read("theme", prompt)}
    points = []
    for said in tags.read("said", prompt):
        for word, label in THEMES.items():
            if word in said.text:
                stance = "against" if " no " in said.text else "for"
                words = next(f"{it}." for it in said.text.split(".") if word in it).strip()
                given = {"message_id": said.attributes["id"], "quote": words, "text": words, "topic": label}
                points.append({**given, "theme": known.get(label, ""), "stance": stance})
    return points


def _summary(shown: str) -> dict[str, Any]:
    points = tags.read("point", shown)
    themes = []
    for theme in tags.read("theme", shown):
        own = [point.attributes["id"] for point in points if point.attributes.get("theme") == theme.attributes["id"]]
        label = theme.attributes["label"]
        said = f"People say what they want of {label}. {CANARY} has said so."
        told = {"themes": [theme.attributes["id"]], "label": label, "statement": said, "description": f"{label}."}
        themes.append({**told, "evidence": own})
    lists = {name: [] for name in ("same", "minority_views", "open_questions", "proposals", "tensions")}
    agreed = [f"All agree with {CANARY}."]
    return {
        "overview": "People spoke of the town.",
        "critical_answer": "",
        "themes": themes,
        "agreements": agreed,
        **lists,
    }


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """In the place of the model that talks by rule."""
    made = Indiscreet()
    monkeypatch.setattr(container, "model", lambda: made)
    return made


@pytest.fixture
def project(host: Host) -> str:
    return new_project(host)


def hold(
    host: Host, project: str | None, said: list[str], clock: FakeClock, topic: str = "Town"
) -> tuple[str, list[str]]:
    """A session in which people say this, until it has ended and is summed up; and their threads."""
    fields = {"project_id": project} if project else {}
    session = str(host.new_session(topic=topic, goal="Plan", prompt="Ask.", **fields)["id"])
    people = [host.say(session, words, f"p{number}").json_body["thread_id"] for number, words in enumerate(said)]
    clock.advance(3600)
    assert host.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status_code == 200
    assert summarise(session)
    clock.advance(60)
    return session, people


def memory(host: Host, project: str) -> dict[str, Any]:
    """What new sessions begin with, and that no word of one person's is in it."""
    found = host.get(f"/projects/{project}/memory")
    assert_shape(found, MEMORY)
    assert CANARY not in str(found)
    assert len(found["text"]) <= 6_000
    return dict(found)


def told(found: dict[str, Any]) -> list[tuple[str, str | None, int]]:
    """Kind, label and people of each point."""
    return [(it["kind"], it["label"], it["participants"]) for it in found["points"]]


def system_of(host: Host, session: str, model: Interviewer, name: str = "new") -> str:
    """What the facilitator of a session is shown in front of a conversation."""
    assert host.say(session, "Good morning to you all here.", name).status_code == 200
    turn = [it for it in model.requests if it.task == "turn"][-1]
    return "\n".join(block.text for block in turn.system)


def points_in(system: str) -> list[tuple[str, str]]:
    """Kind and label of what a system prompt tells of earlier sessions."""
    found = tags.read_all(("settled", "tension", "theme"), system)
    return [(kind, it.attributes.get("label", "")) for kind, it in found if it.text or it.attributes]


def test_a_project_remembers_what_three_carry_in_nobodys_words_and_new_sessions_begin_with_it(
    host: Host, project: str, clock: FakeClock, model: Interviewer
) -> None:
    empty = {"inherit": True, "in_use": False, "text": "", "points": [], "version": None, "updated_at": None}
    assert memory(host, project) == empty
    first = str(host.new_session(project_id=project, prompt="Ask.")["id"])
    lone = f"The gardens are what {CANARY} and I love."
    session, _ = hold(host, project, [*FOR, *AGAINST, *PRO_PARKING, lone], clock)
    found = memory(host, project)
    assert told(found) == [("settled", "more buses", 4), ("tension", "parking in the streets", 6)]
    assert [it["text"] for it in found["points"]] == [f"People say what they want of {it[1]}." for it in told(found)]
    assert [it["stances"] for it in found["points"]] == [
        {"for": 4, "against": 0, "mixed": 0, "neutral": 0},
        {"for": 3, "against": 3, "mixed": 0, "neutral": 0},
    ]
    assert {(it["session_id"], it["session_topic"]) for it in found["points"]} == {(session, "Town")}
    assert (found["inherit"], found["in_use"]) == (True, True)
    assert all(word not in found["text"] for word in ("4", "late", "gardens", "agree"))
    plain = system_of(host, first, model)
    assert "project_memory" not in plain
    new = str(host.new_session(project_id=project, prompt="Ask.")["id"])
    began = system_of(host, new, model)
    assert began.startswith(plain)  # what a session without a memory is shown stays as it is, byte by byte
    assert f"<project_memory>\n{found['text']}\n</project_memory>" in began
    turn = [it for it in model.requests if it.task == "turn"][-1]
    assert [block.shared for block in turn.system] == [False, True]  # one cache for all its participants
    # A session keeps what it began with; one that is put there later, or begins elsewhere, has nothing.
    hold(host, project, [f"{it} And gardens are good for us." for it in FOR[:3]], clock, "Second")
    assert len(memory(host, project)["points"]) == 4
    assert system_of(host, new, model, "another") == began
    other = str(host.new_session(prompt="Ask.")["id"])
    attach(host, other, project)
    assert "project_memory" not in system_of(host, other, model)


def test_it_is_switched_off_by_an_editor_and_a_draft_begins_with_what_there_is_when_it_opens(
    host: Host, project: str, clock: FakeClock, model: Interviewer
) -> None:
    viewer, editor = join(project, "viewer"), join(project, "editor")
    draft = str(host.new_session(project_id=project, prompt="Ask.", draft=True)["id"])
    later = str(host.new_session(project_id=project, prompt="Ask.", draft=True)["id"])
    opens_at = (clock.now() + timedelta(hours=3)).isoformat()
    timed = str(host.new_session(project_id=project, prompt="Ask.", opens_at=opens_at)["id"])
    hold(host, project, FOR, clock)
    assert host.call("PATCH", f"/sessions/{draft}", {"status": "active"}).status_code == 200
    assert points_in(system_of(host, draft, model)) == [("settled", "more buses")]
    clock.advance(3 * 3600)
    app.open_and_close(events.clock_event(), Context())
    assert points_in(system_of(host, timed, model)) == [("settled", "more buses")]
    assert viewer.call("PATCH", f"/projects/{project}", {"inherit": False}).status_code == 403
    assert editor.call("PATCH", f"/projects/{project}", {"inherit": False}).json_body["inherit"] is False
    shown = memory(viewer, project)
    assert (shown["inherit"], shown["in_use"], len(shown["points"])) == (False, False, 1)
    assert host.call("PATCH", f"/sessions/{later}", {"status": "active"}).status_code == 200
    made = str(host.new_session(project_id=project, prompt="Ask.")["id"])
    assert "project_memory" not in system_of(host, later, model) + system_of(host, made, model)
    assert error_of(new_host("bo@example.com").call("GET", f"/projects/{project}/memory"))[0] == 403


def test_two_people_a_session_that_goes_on_tests_and_other_projects_are_not_remembered(
    host: Host, project: str, clock: FakeClock
) -> None:
    hold(host, project, FOR[:2], clock)
    hold(host, new_project(host), FOR, clock)
    session, people = hold(host, project, FOR, clock)
    assert told(memory(host, project)) == [("settled", "more buses", 4)]
    assert host.call("PATCH", f"/sessions/{session}", {"status": "active"}).status_code == 200
    assert memory(host, project)["points"] == []
    assert host.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status_code == 200
    for number, person in enumerate(people):
        include(host, session, person, False)
        assert memory(host, project)["points"] == []  # at once, with the summary
        clock.advance(3600)
        assert summarise(session)
        left = 3 - number
        assert told(memory(host, project)) == ([("settled", "more buses", left)] if left >= 3 else [])


def test_whoever_is_removed_or_not_passed_on_is_out_of_it_and_of_what_other_sessions_began_with(
    host: Host, project: str, clock: FakeClock, model: Interviewer
) -> None:
    said = [f"{words} And gardens, as {CANARY} says." if number < 3 else words for number, words in enumerate(FOR)]
    session, people = hold(host, project, said, clock)
    assert told(memory(host, project)) == [("settled", "more buses", 4), ("settled", "gardens", 3)]
    new = str(host.new_session(project_id=project, prompt="Ask.")["id"])
    assert points_in(system_of(host, new, model)) == [("settled", "more buses"), ("settled", "gardens")]
    model.failing = {"summary", "digest"}  # nothing of it waits for a model
    remove(host, session, people[0])
    assert all(map(delete_data, asked("deletions")))
    assert memory(host, project)["points"] == []
    assert "<settled" not in system_of(host, new, model, "second")
    model.failing = set()
    clock.advance(3600)
    assert summarise(session)
    # Three still carry one matter, which comes back; two the other, which does not.
    assert told(memory(host, project)) == [("settled", "more buses", 3)]
    assert points_in(system_of(host, new, model, "third")) == [("settled", "more buses")]
    head = thread_head.read(session, people[3])
    assert head
    of = container.sessions().view(session, ()).session
    set_consent(of, ThreadView(head, ()), passing_on=False, deps=container.consent_deps())
    assert memory(host, project)["points"] == []
    clock.advance(3600)
    assert summarise(session)
    assert memory(host, project)["points"] == []
    assert "<settled" not in system_of(host, new, model, "fourth")
    assert host.get(f"/sessions/{session}/summary")["themes"][0]["participants"] == 3  # as before: results count them


def test_a_deleted_session_takes_along_what_others_began_with(
    host: Host, project: str, clock: FakeClock, model: Interviewer
) -> None:
    session, _ = hold(host, project, FOR, clock)
    hold(host, project, AGAINST, clock, "Parking")
    new = str(host.new_session(project_id=project, prompt="Ask.")["id"])
    assert len(points_in(system_of(host, new, model))) == 2
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    assert [it["session_topic"] for it in memory(host, project)["points"]] == ["Parking"]
    assert all(map(delete_data, asked("deletions")))
    assert points_in(system_of(host, new, model, "second")) == [("settled", "parking in the streets")]
    assert host.call("DELETE", f"/sessions/{new}").status_code == 204
    assert all(map(delete_data, asked("deletions")))
    assert [kind.name for kind, raw in stored() if kind.table == "sessions" and new in str(raw)] == []
    assert told(memory(host, project)) == [("settled", "parking in the streets", 3)]
