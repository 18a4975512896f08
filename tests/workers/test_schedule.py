"""When summaries are written: counted in calls of the model, on a clock that stands still between what happens."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.llm.interface import Usage
from chalicelib.model import Summary
from chalicelib.services.synthesis import digest_runner, schedule
from chalicelib.store.sessions import FOR_RESULTS
from tests.api.hosts import Host, new_host
from tests.clock import NOON, FakeClock, own_time
from tests.faults import Interviewer, own_model
from tests.services import builders
from tests.workers.delivery import stand_in_for_aws
from tests.workers.deployment import Deployment

MATTERS = ("More buses in the evening", "The library on Sunday", "Benches in the park", "A market on Friday")


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)  # the in-memory AWS is not thread-safe
    return own_time(monkeypatch)


@pytest.fixture
def model(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    return own_model(monkeypatch)


@pytest.fixture
def host(clock: FakeClock, model: Interviewer) -> Host:
    return new_host()


@pytest.fixture
def deployment(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    host.say(host.new_session(prompt="Ask.")["id"], "Warm up")
    return Deployment(clock, *stand_in_for_aws(clock, monkeypatch))


@pytest.fixture
def session(host: Host, deployment: Deployment) -> str:
    return str(host.new_session(prompt="Ask.")["id"])


def speak(host: Host, session: str, number: int) -> None:
    """One of twenty people says one more thing."""
    words = f"{MATTERS[number % len(MATTERS)]} would help people of kind {number}."
    assert host.say(session, words, f"p{number % 20}").status_code == 200


def summaries(model: Interviewer) -> list[str]:
    """The tiers that were asked for summaries, in order."""
    return [request.tier for request in model.requests if request.task == "summary"]


def digests(model: Interviewer, session: str) -> int:
    """How many were made of the session's conversations."""
    paid = [request.payer for request in model.requests if request.task == "digest"]
    return sum(payer is not None and payer.session_id == session for payer in paid)


def covered(session: str) -> int:
    """How many messages the summary has."""
    summary = container.sessions().view(session, FOR_RESULTS).summary
    return summary.messages if summary else 0


def test_while_nobody_looks_twenty_four_messages_cost_three_summaries_and_the_last_is_the_large_models(
    host: Host, session: str, deployment: Deployment, model: Interviewer
) -> None:
    for number in range(24):
        speak(host, session, number)
        deployment.pass_time(50)
    assert (summaries(model), covered(session)) == (["medium"], 20)  # twenty are new
    deployment.pass_time(960)
    assert (summaries(model), covered(session)) == (["medium"] * 2, 24)  # ten silent minutes, seen by the next sweep
    asked = len(model.requests)
    deployment.pass_time(4_000)
    assert len(model.requests) == asked
    host.call("PATCH", f"/sessions/{session}", {"status": "completed"})
    deployment.pass_time(60)
    assert (summaries(model), covered(session)) == (["medium", "medium", "large"], 24)
    assert digests(model, session) == 24
    deployment.pass_time(4_000)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"
    assert len(model.requests) == asked + 1


def test_who_reads_gets_a_current_one_within_ninety_seconds_and_waits_no_longer_than_that(
    host: Host, session: str, deployment: Deployment, model: Interviewer
) -> None:
    def read() -> Any:
        return host.get(f"/sessions/{session}/summary")

    for number in range(6):
        speak(host, session, number)
        deployment.pass_time(50)
    assert summaries(model) == []
    speak(host, session, 6)
    deployment.pass_time(1)
    assert (read()["status"], read()["summary"]) == ("updating", None)
    deployment.pass_time(30)
    assert (read()["status"], covered(session)) == ("current", 7)
    speak(host, session, 7)  # at once after a summary: the next one has to wait
    deployment.pass_time(1)
    assert read()["status"] == "updating"
    deployment.pass_time(80)
    assert (read()["status"], covered(session), summaries(model)) == ("current", 8, ["medium"] * 2)
    handled = deployment.delivered["summaries", session]
    deployment.pass_time(3_600)
    assert deployment.delivered["summaries", session] == handled
    assert summaries(model) == ["medium"] * 2


def test_somebody_who_looks_all_the_time_has_it_written_no_oftener_than_the_interval(
    host: Host, session: str, deployment: Deployment, model: Interviewer
) -> None:
    for number in range(30):
        speak(host, session, number)
        host.get(f"/sessions/{session}/summary")
        deployment.pass_time(10)
    assert 5 <= len(summaries(model)) <= 300 / 30 + 1
    sent = [queued for queued in deployment.queues.waiting if queued.queue == "summaries"]
    assert len(sent) <= 3


@pytest.mark.parametrize(
    ("summed_up", "said", "reason"),
    [(0, 19, None), (0, 20, "growth"), (100, 119, None), (100, 120, "growth"), (300, 333, None), (300, 334, "growth")],
)
def test_twenty_new_messages_are_enough_and_in_a_large_session_a_tenth(
    summed_up: int, said: int, reason: str | None
) -> None:
    summary = Summary("s", NOON, "model", 9, summed_up, overview="o") if summed_up else None
    view = replace(builders.view(), summary=summary)
    now, silence = NOON + timedelta(seconds=599), timedelta(minutes=10)
    assert schedule.find_reason(view, schedule.Said(said, NOON), now, silence) == reason
    assert schedule.find_reason(view, schedule.Said(said, NOON), NOON + silence, silence) == (reason or "silence")


def test_where_the_message_is_lost_the_sweep_finds_who_waits(
    host: Host, session: str, deployment: Deployment, model: Interviewer
) -> None:
    speak(host, session, 0)
    deployment.pass_time(30)
    assert host.get(f"/sessions/{session}/summary")["status"] == "updating"
    deployment.queues.waiting.clear()
    deployment.pass_time(700)
    assert (host.get(f"/sessions/{session}/summary")["status"], summaries(model)) == ("current", ["medium"])


def test_a_request_that_takes_too_long_is_taken_over_by_a_job_that_asks_the_large_model(
    host: Host, session: str, deployment: Deployment, model: Interviewer
) -> None:
    for number in range(31):
        speak(host, session, number)
    deployment.pass_time(60)
    assert host.call("POST", f"/sessions/{session}/summary").status_code == 202
    assert summaries(model) == ["medium"]
    deployment.pass_time(60)
    assert (summaries(model), host.get(f"/sessions/{session}/summary")["status"]) == (["medium", "large"], "current")


def test_where_the_large_model_was_paid_in_vain_the_medium_one_takes_over(
    host: Host, session: str, deployment: Deployment, model: Interviewer
) -> None:
    def fail_large(request: Any) -> None:
        model.failing = {"summary"} if request.tier == "large" else set()

    model.wasted = Usage(cost=400_000)  # it ran out of time: no tokens are told, and it is paid for
    model.before = fail_large
    speak(host, session, 0)
    deployment.pass_time(60)
    host.call("PATCH", f"/sessions/{session}", {"status": "completed"})
    deployment.pass_time(900)
    assert summaries(model) == ["large", "large", "medium"]
    deployment.pass_time(4_000)
    assert (len(summaries(model)), covered(session)) == (3, 1)
