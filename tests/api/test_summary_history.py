"""The last summaries of a session, what changed from one to another, and that nobody who is taken out lives on in any."""

import json
from typing import Any

import pytest

from chalicelib.store import keys
from tests.api.hosts import Host, error_of
from tests.api.jobs import parts, summarise
from tests.api.participants import include, remove
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.stored_items import stored

BUSES = "We need more buses in the evening because people work late."
LIBRARY = "The library should open on Sunday, too."
SECRET = "Marmalade belongs into every office kitchen."


@pytest.fixture
def session(host: Host, clock: FakeClock, model: Interviewer) -> str:
    """A session with two summaries: of two people, and of three."""
    made = str(host.new_session(prompt="Ask.")["id"])
    host.say(made, BUSES, "p1")
    host.say(made, LIBRARY, "p2")
    sum_up(made, clock)
    host.say(made, BUSES, "p3")
    sum_up(made, clock)
    return made


def sum_up(session: str, clock: FakeClock) -> None:
    clock.advance(600)
    assert summarise(session)


def listed(host: Host, session: str) -> list[dict[str, Any]]:
    return list(host.get(f"/sessions/{session}/summaries")["data"])


def test_each_summary_is_kept_with_what_it_was_made_of_and_the_newest_is_the_current_one(
    host: Host, session: str
) -> None:
    newest, first = listed(host, session)
    assert [(it["number"], it["current"], it["participants"], it["messages"]) for it in (newest, first)] == [
        (2, True, 3, 3),
        (1, False, 2, 2),
    ]
    current, kept = host.get(f"/sessions/{session}/summary"), host.get(f"/sessions/{session}/summaries/2")
    assert {name: kept[name] for name in ("summary", "generated_at", "themes", "quotes")} == {
        name: current[name] for name in ("summary", "generated_at", "themes", "quotes")
    }


def test_what_changed_is_counted_from_the_two_and_their_prose_is_compared(
    host: Host, session: str, clock: FakeClock
) -> None:
    host.say(session, "Soup is what everybody eats on Mondays.", "p4")
    sum_up(session, clock)
    since = host.get(f"/sessions/{session}/summaries/3?since=1")["changes"]
    assert (since["since"], since["participants"], since["messages"]) == (1, 2, 2)
    told = {it["label"]: (it["change"], it["participants_before"], it["participants"]) for it in since["themes"]}
    assert sorted(told.values()) == [("grown", 1, 2), ("new", 0, 1), ("same", 1, 1)]
    grown = next(it for it in since["themes"] if it["change"] == "grown")
    assert (grown["stances_before"]["for"], grown["stances"]["for"]) == (1, 2)
    texts = {number: prose_of(host, session, number) for number in (1, 3)}
    for number, left_out in ((1, "added"), (3, "removed")):
        assert "".join(it["text"] for it in since["prose"] if it["kind"] != left_out) == texts[number]
    assert host.get(f"/sessions/{session}/summaries/3")["changes"]["since"] == 2
    assert error_of(host.call("GET", f"/sessions/{session}/summaries/1?since=3"))[0] == 404  # is no earlier one
    assert host.get(f"/sessions/{session}/summaries/1")["changes"] is None


def prose_of(host: Host, session: str, number: int) -> str:
    """What a summary of the model of these tests says in sentences: its overview, and a statement for each theme."""
    found = host.get(f"/sessions/{session}/summaries/{number}")
    (overview,) = (part.split("\n\n")[1] for part in found["summary"].split("## ") if part.startswith("Overview"))
    return "\n\n".join([overview.replace("\\", ""), *(it["statement"] for it in found["themes"])])


def test_the_last_twenty_are_kept(host: Host, session: str, clock: FakeClock) -> None:
    for _ in range(21):
        clock.advance(60)
        assert host.call("POST", f"/sessions/{session}/summary", {}).status_code == 200
    assert [it["number"] for it in listed(host, session)] == list(range(23, 3, -1))
    gone = error_of(host.call("GET", f"/sessions/{session}/summaries/3"))
    assert gone == (404, "not_found", "There is no such summary of this session, or it is not kept any more")
    assert error_of(host.call("GET", f"/sessions/{session}/summaries/23?since=3"))[0] == 404
    assert error_of(host.call("GET", f"/sessions/{session}/summaries/x"))[0] == 400


@pytest.mark.parametrize("take_out", ["exclude", "remove"])
def test_whoever_is_taken_out_is_in_no_kept_summary_from_that_moment(
    take_out: str, host: Host, session: str, clock: FakeClock
) -> None:
    thread = host.say(session, SECRET, "p4").json_body["thread_id"]
    sum_up(session, clock)
    host.say(session, BUSES, "p5")
    sum_up(session, clock)
    assert "Marmalade" in host.get(f"/sessions/{session}/summaries/3")["summary"]
    if take_out == "exclude":
        include(host, session, thread, False)
    else:
        remove(host, session, thread)
    assert listed(host, session) == []
    assert [it for it in parts(session, "sessions") if it.startswith(keys.KEPT_SUMMARIES)] == []
    of_session = [raw for kind, raw in stored() if kind.table == keys.SESSIONS and kind.name != keys.THEMES]
    assert "Marmalade" not in json.dumps(of_session)
    sum_up(session, clock)
    assert [(it["number"], it["participants"]) for it in listed(host, session)] == [(1, 4)]
