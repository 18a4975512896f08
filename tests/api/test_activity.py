"""How a session goes, for its members: who is how far, what was said last, what was asked, and whether anything new comes up."""

from typing import Any

import pytest

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.model import DigestCounts, RegisteredTheme, ThemeRegistry
from chalicelib.store import database, thread_head
from chalicelib.store.sessions import FOR_RESULTS
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import summarise
from tests.api.scratchpads import somebody
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser

DAY = 24 * 3600


def activity(host: Host, session: dict[str, Any], query: str = "") -> dict[str, Any]:
    """How a session goes."""
    return dict(host.get(f"/sessions/{session['id']}/activity{query}"))


def counts(found: dict[str, Any]) -> dict[str, int]:
    """Its numbers of people."""
    return {name.removesuffix("_count"): it for name, it in found.items() if name.endswith("_count")}


def test_everybody_is_counted_once_by_how_far_they_are(host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    asleep, silent, talks, done = (Browser() for _ in range(4))
    for person in (asleep, silent, talks, done):
        person.join(session)
    asleep.say(session, "Soup")
    clock.advance(DAY + 1)
    talks.say(session, "Bread")
    done.say(session, "Cheese")
    done.submit(done.chat(session).form("I’m done"))
    left = Browser()
    left.submit(left.join(session).form("I’m done"))
    host.invite(session["id"], "editor")
    found = counts(activity(host, session))
    assert found == {"participant": 5, "completed": 1, "joined": 1, "talking": 1, "quiet": 1, "left": 1, "excluded": 0}
    assert found["participant"] == sum(found[it] for it in ("completed", "joined", "talking", "quiet", "left"))
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    assert counts(activity(host, session)) == found | {"talking": 0, "quiet": 2}


def test_events_and_words_come_newest_last_and_since_a_moment(host: Host, clock: FakeClock) -> None:
    session, ben, cem = host.new_session(), Browser(), Browser()
    ben.join(session)
    clock.advance(1)
    cem.join(session)
    clock.advance(1)
    cem.say(session, "Bread")
    clock.advance(1)
    ben.say(session, "Soup")
    at = activity(host, session)["events"][-1]["at"]
    clock.advance(1)
    ben.submit(ben.chat(session).form("I’m done"))
    clock.advance(1)
    ben.submit(ben.chat(session).form("Send rating"), rating="5")
    bens, cems = (it["participant_id"] for it in host.get(f"/sessions/{session['id']}/responses?sort=newest")["data"])
    found = activity(host, session)
    kinds = [(it["kind"], it["participant_id"]) for it in found["events"]]
    newer = [("completed", bens), ("rated", bens)]
    assert kinds == [("joined", bens), ("joined", cems), ("message", cems), ("message", bens), *newer]
    words = {it["content"]: it["message_id"] for it in found["events"] if "content" in it}
    assert list(words) == ["Bread", "Soup"]
    said = host.get(f"/sessions/{session['id']}/participants/{bens}")
    assert words["Soup"] == next(it["id"] for it in said["messages"] if it["content"] == "Soup")
    assert said["completed_at"] == found["events"][-2]["at"]
    since = activity(host, session, f"?since={at}")
    assert [(it["kind"], it["participant_id"]) for it in since["events"]] == newer
    assert error_of(host.call("GET", f"/sessions/{session['id']}/activity?since=soon"))[1] == "validation_error"


def test_who_is_left_out_is_counted_as_such_and_their_words_are_not_shown(host: Host) -> None:
    session = host.new_session()["id"]
    person = host.say(session, "Spam").json_body["thread_id"]
    host.call("PATCH", f"/sessions/{session}/participants/{person}", {"included": False})
    found = activity(host, {"id": session})
    assert (found["participant_count"], found["excluded_count"]) == (1, 1)
    assert not any("content" in it for it in found["events"])


def test_asking_again_costs_nothing_where_nothing_happened(host: Host) -> None:
    session = host.new_session()["id"]
    path = f"/sessions/{session}/activity"
    tag = host.call("GET", path).headers["ETag"]
    again = host.call("GET", path, **{"If-None-Match": tag})
    assert (again.status_code, again.body) == (304, b"")
    host.say(session, "Soup")
    assert host.call("GET", path, **{"If-None-Match": tag}).status_code == 200


def test_members_only_are_told(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    path = f"/sessions/{session}/activity"
    assert new_host("bo@example.com").call("GET", path).status_code == 403
    assert host.invite(session, "viewer").call("GET", path).status_code == 200


def test_saturation_is_told_from_the_themes_of_each_conversation_in_their_order(host: Host, clock: FakeClock) -> None:
    """Twelve people: each of the first four brings a theme up, the fifth two, the last one that is new."""
    session = host.new_session()["id"]
    themes = [["t1"], ["t2"], ["t3"], ["t4"], ["t5", "t6"], *[["t1"]] * 6, ["t2", "t7"]]
    registered = tuple(RegisteredTheme(f"t{number}", f"Theme {number}") for number in range(1, 8))
    assert container.synthesis_deps().themes.put(session, ThemeRegistry(0, registered, 7), ThemeRegistry())
    give_counts(session, themes, clock)
    found = activity(host, {"id": session})["saturation"]
    steps = found.pop("new_by_step")
    assert found == {"conversations": 12, "themes": 7, "last": 5, "new_themes": 1, "tells": True, "step": 5}
    assert steps == [6, 0, 1]


def give_counts(session: str, themes: list[list[str]], clock: FakeClock) -> None:
    """People who spoke one after the other, each of these themes."""
    for number, spoken in enumerate(themes):
        of = DigestCounts(1, len(spoken), 0, dict.fromkeys(spoken, "for"))
        head = somebody(session, number, clock, first_message_at=clock.now(), counts=of)
        database.put(*thread_head.begin(head, None))
        clock.advance(60)


def test_what_must_be_learnt_is_covered_by_the_summary_and_another_question_by_half_of_the_people(
    host: Host, model: Interviewer
) -> None:
    asks = "1. Which evening buses should return?\n2. Where are pavements broken?"
    session = host.new_session(critical="What must not happen?", cross_pollination=True, prompt=asks)
    assert activity(host, session)["asked"] == []
    for number in range(3):
        host.say(session["id"], f"The evening buses should return to stop {number}", f"p{number}")
    assert summarise(session["id"])
    found = {it["question"]: (it["covered"], it["participants"]) for it in activity(host, session)["asked"]}
    answered = container.sessions().view(session["id"], FOR_RESULTS).summary
    assert answered
    assert found == {
        "What must not happen?": (bool(answered.critical_answer), None),
        "Which evening buses should return?": (True, 3),
        "Where are pavements broken?": (False, None),
    }


def test_a_script_counts_who_answers_each_question_and_finds_no_themes(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "model", ScriptedModel)
    session = host.new_session(prompt="1. What do you eat?\n2. Where do you sit?")
    host.join(session["id"])
    host.say(session["id"], "Soup")
    assert summarise(session["id"])
    found = activity(host, session)
    assert [(it["question"], it["participants"], it["covered"]) for it in found["asked"]] == [
        ("What do you eat?", 1, True),
        ("Where do you sit?", 0, False),
    ]
    assert found["saturation"] is None


def test_every_number_is_that_of_what_is_stored(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    matters = ("Buses", "Buses run late", "Trees", "Parks need trees", "Noise", "Rent", "Rent is high", "Taxes")
    for number in range(11):
        clock.advance(60)
        host.say(session, f"{matters[number % len(matters)]} matter to me, number {number}", f"p{number}")
    assert summarise(session)
    found = activity(host, {"id": session})
    people = host.get(f"/sessions/{session}/responses")["data"]
    registry = container.synthesis_deps().themes.get(session)
    digests = {it.thread_id: it for it in container.conversations().digests(session)}
    fresh: list[int] = []
    known: set[Any] = set()
    for person in people:
        live = {registry.resolve(point.theme) for point in digests[person["participant_id"]].points} - {None}
        fresh.append(len(live - known))
        known |= live
    told = found["saturation"]
    assert (told["conversations"], told["themes"]) == (len(people), len(known))
    assert known
    assert told["new_by_step"] == [sum(fresh[at : at + 5]) for at in (0, 5, 10)]
    assert told["new_themes"] == sum(fresh[-5:])
    assert found["talking_count"] == sum(bool(it["messages"]) for it in people)
    said = {it["message_id"]: it["content"] for it in found["events"] if "content" in it}
    stored = {it["id"]: it["content"] for person in people for it in person["messages"] if it["role"] == "user"}
    assert len(said) == 6
    assert said.items() <= stored.items()
