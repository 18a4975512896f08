"""The scratchpad over REST: brought up to date in time, shown with counts, and gone with whoever it was about."""

from typing import Any

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request
from chalicelib.services.synthesis import digest_runner, scratchpad, scratchpad_on_demand
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, parts, summarise
from tests.api.scratchpads import BUSES, people, post, told
from tests.api.shapes import ID, TIME, assert_shape
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.llm.queued import calls

STANCES = dict.fromkeys(("for", "against", "mixed", "neutral"), int)
OUTCOME = {"theme_id": str, "label": str, "participants": int, "stances": STANCES}
THEME = {
    "id": str,
    "label": str,
    "description": str,
    "participants": int,
    "stances": STANCES,
    "evidence": [ID],
}
SCRATCHPAD = {
    "session_id": ID,
    "themes": [THEME],
    "consensus": [OUTCOME],
    "tensions": [OUTCOME],
    "covered_questions": [{"question": str, "participants": int}],
    "themes_total": int,
    "participants": int,
    "updated_at": TIME,
}
LIBRARY = "The library should open on Sunday."
OFF = (400, "validation_error", "Cross-pollination is not enabled for this session")


@pytest.fixture
def session(host: Host) -> str:
    """A session that wants cross-pollination, in which nobody has spoken."""
    return str(host.new_session(prompt="Ask.", cross_pollination=True)["id"])


def test_seed_update_and_status(host: Host, session: str, clock: FakeClock) -> None:
    assert post(host, session, "status") == told("empty", 0, 0, 0, 0)
    assert post(host, session) == told("no_data", 0, 0, 0, 0)
    assert post(host, session, "update") == told("no_data", 0, 0, 0, 0)
    host.say(session, BUSES, "p1")
    host.say(session, LIBRARY, "p2")
    assert post(host, session, "status") == told("empty", 0, 0, 0, 1)
    assert post(host, session) == told("completed", 2, 2, 1, 1)
    assert post(host, session, "seed") == told("exists", 2, 2, 1, 1)
    assert post(host, session, "update") == told("completed", 2, 2, 0, 0)
    assert post(host, session, "status") == told("completed", 2, 2, 1, 1)
    host.say(session, BUSES, "p3")
    assert post(host, session, "status") == told("partial", 2, 2, 0, 1)
    assert post(host, session, "update") == told("completed", 2, 3, 1, 1)


def test_get_gives_the_notes(host: Host, session: str) -> None:
    assert error_of(host.call("GET", f"/sessions/{session}/scratchpad"))[:2] == (404, "not_found")
    for person in ("p1", "p2", "p3"):
        host.say(session, BUSES, person)
    post(host, session)
    found = host.get(f"/sessions/{session}/scratchpad")
    assert_shape(found, SCRATCHPAD)
    (theme,) = found["themes"]
    assert found["themes_total"] == 1
    assert (theme["id"], theme["participants"], sum(theme["stances"].values())) == ("t1", 3, 3)
    said = {m["id"] for p in host.get(f"/sessions/{session}/responses")["data"] for m in p["messages"]}
    assert len(theme["evidence"]) == 3
    assert said.issuperset(theme["evidence"])


def test_get_says_how_many_themes_there_are_where_not_all_have_room(
    host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratchpad, "MAX_BYTES", 1_000)
    for number, about in enumerate(("buses", "libraries", "gardens", "markets", "fountains")):
        host.say(session, f"The {about} should be open longer on Sundays.", f"p{number}")
    post(host, session)
    found = host.get(f"/sessions/{session}/scratchpad")
    assert 0 < len(found["themes"]) < found["themes_total"] == 5


def test_where_it_is_off_every_mode_is_400(host: Host) -> None:
    session = host.new_session()["id"]
    host.say(session, BUSES)
    for mode in ("seed", "update", "status"):
        assert error_of(host.call("POST", f"/sessions/{session}/scratchpad", {"mode": mode})) == OFF
    assert summarise(session)
    assert "scratchpad" not in parts(session, "sessions")


def test_an_unknown_mode_is_named(host: Host, session: str) -> None:
    answer = error_of(host.call("POST", f"/sessions/{session}/scratchpad", {"mode": "all"}))
    assert answer[:2] == (400, "validation_error")
    assert "mode" in answer[2]


def test_a_seed_that_runs_out_of_time_is_partial_and_goes_on(
    host: Host, session: str, clock: FakeClock, model: Interviewer
) -> None:
    people(session, 20, clock)
    model.before = lambda _: clock.advance(1)
    first = post(host, session)
    assert (first["status"], first["batches_total"]) == ("partial", 3)
    assert 1 <= first["batches_processed"] < 3
    assert host.get(f"/sessions/{session}/scratchpad")["participants"] == first["participants"]
    digested = model.count("digest") - 1  # the last had no time left
    assert first["participants"] == digested
    asked("summaries")
    done = post(host, session)
    assert done == told("completed", done["themes"], 20, 3, 3)
    assert model.count("digest") == 20 + 1  # nobody is digested twice
    assert post(host, session)["status"] == "exists"


def test_what_it_leaves_the_summarys_job_goes_on_with(host: Host, session: str, clock: FakeClock) -> None:
    people(session, 2, clock)
    post(host, session)
    assert asked("summaries") == [{"session_id": session}]
    assert summarise(session)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"
    clock.advance(60)
    assert post(host, session, "update")["status"] == "completed"
    assert asked("summaries") == []
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"


def test_a_model_that_is_down_is_503_and_nothing_is_lost(host: Host, session: str, model: Interviewer) -> None:
    host.say(session, BUSES)
    model.failing.add("digest")
    answer = host.call("POST", f"/sessions/{session}/scratchpad")
    assert error_of(answer)[:2] == (503, "internal_error")
    model.failing.clear()
    assert post(host, session)["status"] == "completed"


def test_two_at_once_do_not_interleave(host: Host, session: str, model: Interviewer, clock: FakeClock) -> None:
    people(session, 3, clock)
    during: list[Any] = []

    def interrupt(_: object) -> None:
        model.before = lambda _: None
        during.append(post(host, session))

    model.before = interrupt
    first = post(host, session)
    assert during[0]["status"] == "partial"  # it waited for its turn as long as it could, and did nothing
    assert model.count("digest") == 1
    assert first["status"] == "partial"  # the other one waited all its time away
    assert post(host, session)["status"] == "completed"
    assert host.get(f"/sessions/{session}/scratchpad")["themes"][0]["participants"] == 3


def test_it_waits_for_a_summary_that_is_being_written(host: Host, session: str, clock: FakeClock) -> None:
    people(session, 1, clock)
    assert container.sessions().begin_summary(session, clock.now(), clock.now().replace(hour=23))
    clock.after(5, lambda: container.sessions().end_summary(session, 0))
    assert post(host, session)["status"] == "completed"
    assert clock.slept >= 5


def test_the_summarys_job_takes_the_notes_and_no_model_is_asked_for_them(
    host: Host, session: str, model: Interviewer
) -> None:
    host.say(session, BUSES)
    assert summarise(session)
    assert host.get(f"/sessions/{session}/scratchpad")["participants"] == 1
    assert (model.count("digest"), model.count("summary")) == (1, 1)


def test_somebody_excluded_is_gone_from_it_at_once(host: Host, session: str, model: Interviewer) -> None:
    host.say(session, BUSES, "p1")
    other = host.say(session, LIBRARY, "p2").json_body["thread_id"]
    post(host, session)
    host.call("PATCH", f"/sessions/{session}/participants/{other}", {"included": False})
    assert host.call("GET", f"/sessions/{session}/scratchpad").status_code == 404
    assert post(host, session)["participants"] == 1
    assert "library" not in str(host.get(f"/sessions/{session}/scratchpad")).lower()
    assert summarise(session)
    assert "library" not in str(host.get(f"/sessions/{session}/scratchpad")).lower()


class Naming:
    """A model whose themes are named in the words of whoever spoke first; others speak of the same."""

    understands = True

    def complete(self, request: Request, _: Deadline) -> Reply:
        """One point for each message."""
        known = [it.attributes["id"] for it in tags.read("theme", request.system[-1].text)]
        points = [
            {"message_id": it.attributes["id"], "quote": it.text, "text": it.text, "topic": it.text, "stance": "for"}
            for it in tags.read("said", request.messages[0].blocks[0].text)
        ]
        given = [{**point, "theme": known[0] if known else "", "description": point["text"]} for point in points]
        return calls("record_digest", {"points": given})


@pytest.mark.parametrize("how", ["exclude", "remove"])
def test_notes_taken_before_the_next_summary_have_none_of_their_words_for_what_others_speak_of(
    host: Host, session: str, model: Interviewer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(model, "_writer", Naming())
    gone = host.say(session, "Zebulon keeps owls", "p1").json_body["thread_id"]
    post(host, session)
    host.say(session, "The owls are loud", "p2")
    post(host, session)
    assert "Zebulon" in str(host.get(f"/sessions/{session}/scratchpad"))
    path = f"/sessions/{session}/participants/{gone}"
    if how == "exclude":
        host.call("PATCH", path, {"included": False})
    else:
        host.call("DELETE", path)
    assert container.sessions().view(session, ("synthesis",)).synthesis.withdrawn_at
    assert post(host, session)["participants"] == 1
    (theme,) = host.get(f"/sessions/{session}/scratchpad")["themes"]
    assert (theme["participants"], "Zebulon" in str(theme)) == (1, False)
    host.say(session, "Owls all night", "p3")
    assert post(host, session)["participants"] == 2
    assert "Zebulon" not in str(host.get(f"/sessions/{session}/scratchpad"))


@pytest.mark.parametrize("how", ["exclude", "remove"])
@pytest.mark.parametrize("before", [False, True], ids=["the first notes", "later notes"])
def test_somebody_taken_out_while_notes_are_taken_is_not_in_them(
    host: Host, session: str, model: Interviewer, how: str, before: bool
) -> None:
    host.say(session, BUSES, "p1")
    if before:
        post(host, session)
    other = host.say(session, LIBRARY, "p2").json_body["thread_id"]
    real = digest_runner.gather

    def interrupt(*arguments: Any) -> Any:
        heard = real(*arguments)
        path = f"/sessions/{session}/participants/{other}"
        answer = host.call("PATCH", path, {"included": False}) if how == "exclude" else host.call("DELETE", path)
        assert answer.status_code in (200, 204)
        return heard

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scratchpad_on_demand, "gather", interrupt)
        assert post(host, session)["status"] == "partial"
    assert host.call("GET", f"/sessions/{session}/scratchpad").status_code == 404
    assert post(host, session)["participants"] == 1
    assert "library" not in str(host.get(f"/sessions/{session}/scratchpad")).lower()


def test_a_deleted_session_leaves_none(host: Host, session: str) -> None:
    host.say(session, BUSES)
    real = digest_runner.gather

    def interrupt(*arguments: Any) -> Any:
        assert host.call("DELETE", f"/sessions/{session}").status_code == 204
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scratchpad_on_demand, "gather", interrupt)
        answer = host.call("POST", f"/sessions/{session}/scratchpad")
    assert answer.status_code in (200, 404)
    assert "scratchpad" not in parts(session, "sessions")


def test_the_same_key_gives_the_same_answer(host: Host, session: str, model: Interviewer) -> None:
    host.say(session, BUSES)
    path, key = f"/sessions/{session}/scratchpad", {"Idempotency-Key": "k1"}
    first, again = (host.call("POST", path, b"{}", **key) for _ in range(2))
    assert (first.status_code, first.json_body) == (again.status_code, again.json_body)
    assert first.json_body["status"] == "completed"
