"""What a request may cost: the calls to AWS it makes, warm, counted where they leave the process."""

from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.model import Prompt
from chalicelib.services.conversations import request_context
from chalicelib.services.facilitation import condensed_history
from chalicelib.store import prompts
from tests.api.hosts import Host, new_host
from tests.clock import own_time
from tests.events import request
from tests.faults import Interviewer, own_model


class Meter:
    """Counts requests to AWS, whatever client makes them."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def of(self, answer: Any, status: int) -> int:
        """The requests since the last look, of an answer that has to have this status."""
        assert answer.status_code == status, answer.body
        count = len(self.sent)
        self.sent.clear()
        return count


@pytest.fixture
def meter(aws: None, monkeypatch: pytest.MonkeyPatch) -> Meter:
    """A meter under every client."""
    found = Meter()
    base: Any = BaseClient
    send = base._make_api_call

    def count(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        found.sent.append(f"{client.meta.service_model.service_name}.{operation}")
        return send(client, operation, arguments)

    monkeypatch.setattr(base, "_make_api_call", count)
    return found


@pytest.fixture
def model(meter: Meter, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """The application's model."""
    return own_model(monkeypatch)


@pytest.fixture
def host(meter: Meter, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host whose process is warm: secrets read, clients built."""
    own_time(monkeypatch)
    ana = new_host()
    ana.say(ana.new_session()["id"], "Warm up")
    meter.sent.clear()
    return ana


def test_the_meter_sees_every_call(host: Host, meter: Meter) -> None:
    assert meter.of(host.call("GET", "/me"), 200) == 2  # the key, the user


def test_nobody_costs_more_than_one_call(host: Host, meter: Meter) -> None:
    assert meter.of(host.call("GET", "/me", Authorization="Bearer nonsense"), 401) == 0
    assert meter.of(host.call("GET", "/me", Authorization="Bearer hm_live_" + "0" * 32), 401) <= 1
    assert meter.of(host.call("POST", "/sessions", b"{"), 400) <= 1
    assert meter.of(host.call("GET", "/sessions/nonsense"), 404) <= 1
    assert request("GET", "/api/nope").status == 404
    assert request("GET", "/nope").status == 404
    assert meter.sent == []


def test_reading_costs_two_calls(host: Host, meter: Meter) -> None:
    session = host.new_session(questions=[{"text": "Name"}], context="c", prompt="p", summary_prompt="s")["id"]
    host.say(session, "Soup")
    meter.sent.clear()
    for path in ("/me", f"/sessions/{session}", f"/sessions/{session}/questions", f"/sessions/{session}/summary"):
        assert meter.of(host.call("GET", path), 200) <= 2
    assert meter.of(host.call("GET", f"/sessions/{session}/session-md"), 404) <= 2
    assert meter.of(new_stranger(meter).call("GET", f"/sessions/{session}"), 403) <= 2


def new_stranger(meter: Meter) -> Host:
    stranger = new_host("bo@example.com")
    meter.sent.clear()
    return stranger


def test_creating_a_session_costs_three_calls_however_much_is_in_it(host: Host, meter: Meter) -> None:
    everything = {"context": "c", "prompt": "p", "is_public": True, "questions": [{"text": "q"}] * 50}
    for fields in ({}, everything):
        answer = host.call("POST", "/sessions", {"topic": "a", "goal": "b", **fields})
        assert meter.of(answer, 201) <= 3


def test_responses_cost_two_calls_and_one_for_each_megabyte(host: Host, meter: Meter) -> None:
    session = host.new_session()["id"]
    meter.sent.clear()
    assert meter.of(host.call("GET", f"/sessions/{session}/responses"), 200) <= 2 + 1
    for number in range(40):
        host.say(session, "汤" * 10_000, f"p{number}")
    meter.sent.clear()
    answer = host.call("GET", f"/sessions/{session}/responses")
    assert 1_200_000 < len(answer.body) < 1_300_000
    assert meter.of(answer, 200) == 2 + 2


def test_watching_costs_the_heads_and_the_newest_words_and_one_conversation_its_messages(
    host: Host, meter: Meter
) -> None:
    session = host.new_session()["id"]
    people = [host.say(session, "Soup", f"p{number}").json_body["thread_id"] for number in range(20)]
    meter.sent.clear()
    assert meter.of(host.call("GET", f"/sessions/{session}/activity"), 200) == 2 + 2
    assert meter.of(host.call("GET", f"/sessions/{session}/participants/{people[0]}"), 200) == 2 + 1


def test_joining_and_a_turn_cost_five_calls_and_one_of_the_model(host: Host, meter: Meter, model: Interviewer) -> None:
    session = host.new_session(questions=[{"text": "Name"}], context="c", prompt="p")["id"]
    question = host.get(f"/sessions/{session}/questions")["data"][0]["id"]
    turns = model.count("turn")
    meter.sent.clear()
    assert meter.of(host.join(session, answers=[{"question_id": question, "answer": "Bo"}]), 200) <= 5
    assert model.count("turn") == turns + 1
    assert meter.of(host.say(session, "Soup", message_id="m1"), 200) <= 5
    assert meter.of(host.say(session, "More"), 200) <= 5
    assert meter.of(host.say(session, "Hello", "somebody new"), 200) <= 5
    assert model.count("turn") == turns + 4
    assert meter.of(host.say(session, "Soup", message_id="m1"), 200) <= 5
    assert model.count("turn") == turns + 4


def test_a_thread_that_began_under_an_older_prompt_costs_one_call_more(host: Host, meter: Meter) -> None:
    session = host.new_session(prompt="First.")["id"]
    host.join(session)
    assert prompts.add(session, Prompt(2, "Second.", "tailored"))
    meter.sent.clear()
    assert meter.of(host.say(session, "Soup"), 200) <= 6
    assert meter.of(host.say(session, "Hello", "p2"), 200) <= 5


def test_a_long_thread_costs_no_more_not_even_for_a_message_of_long_ago(
    host: Host, meter: Meter, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 4)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 2)
    session = host.new_session(prompt="p")["id"]
    first = host.say(session, "Soup", message_id="m0").json_body
    meter.sent.clear()
    for number in range(1, 12):
        assert meter.of(host.say(session, "More", message_id=f"m{number}"), 200) <= 5
    turns = model.count("turn")
    again = host.say(session, "Soup", message_id="m0")
    assert meter.of(again, 200) <= 3  # the key, the turn view, the reply
    assert again.json_body == first
    assert model.count("turn") == turns


def test_a_first_opening_looks_for_its_prompt_ten_times_at_most_and_never_when_it_is_there(
    host: Host, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 5.0)
    session = host.new_session()["id"]
    meter.sent.clear()
    assert meter.of(host.join(session), 200) <= 5 + 10
    assert meter.of(host.say(session, "Soup"), 200) <= 5
    assert prompts.add(session, Prompt(1, "First.", "tailored"))
    meter.sent.clear()
    assert meter.of(host.join(session, "p2"), 200) <= 5


def test_a_stranger_in_a_public_session_costs_no_more(host: Host, meter: Meter) -> None:
    session = host.new_session(is_public=True)["id"]
    stranger = new_stranger(meter)
    assert meter.of(stranger.join(session), 200) <= 5
    assert meter.of(stranger.say(session, "Soup"), 200) <= 5


def test_a_failed_model_costs_one_call_more_to_give_the_lease_back(
    host: Host, meter: Meter, model: Interviewer
) -> None:
    session = host.new_session()["id"]
    host.join(session)
    model.failing.add("turn")
    meter.sent.clear()
    assert meter.of(host.say(session, "Soup"), 503) <= 5
    model.failing.clear()
    assert meter.of(host.say(session, "Soup"), 200) <= 5


def test_an_idempotency_key_costs_two_calls_more_and_less_than_the_work_the_second_time(
    host: Host, meter: Meter, model: Interviewer
) -> None:
    session = host.new_session(context="c", prompt="p")["id"]
    host.join(session)
    key = {"Idempotency-Key": "k1"}
    body = {"participant_id": "p1", "participant_name": "Bo", "content": "Soup"}
    fields = {"topic": "a", "goal": "b"}
    meter.sent.clear()
    assert meter.of(host.call("POST", f"/sessions/{session}/chat", body, **key), 200) <= 5 + 2
    turns = model.count("turn")
    assert meter.of(host.call("POST", f"/sessions/{session}/chat", body, **key), 200) <= 5
    assert model.count("turn") == turns
    assert meter.of(host.call("POST", "/sessions", fields, **key), 201) <= 3 + 2
    assert meter.of(host.call("POST", "/sessions", fields, **key), 201) <= 4


def test_a_list_for_anybody_costs_two_calls_and_the_documentation_none(host: Host, meter: Meter) -> None:
    assert meter.of(host.call("GET", "/sessions/public"), 200) <= 2
    for path in ("/api/v1/openapi.json", "/docs", "/docs.js", "/llms.txt"):
        assert meter.of(host.client.http.get(path), 200) == 0


def test_insights_cost_their_order_a_page_of_them_and_the_heads_of_who_is_quoted(host: Host, meter: Meter) -> None:
    session = host.new_session(prompt="Ask.")["id"]
    host.say(session, "Soup is warm in winter")
    meter.sent.clear()
    note = {"content": "Soup", "quotes": [{"text": "warm in winter"}]}
    for number in range(3):  # key, session, its words, the head; order and transaction; order, the insight, head, name
        assert meter.of(host.call("POST", f"/sessions/{session}/insights", note), 201) <= 10, number
    assert (
        meter.of(host.call("GET", f"/sessions/{session}/insights"), 200) <= 6
    )  # key, session; order, page, heads, names
