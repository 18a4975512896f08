"""Every call of a request fails, dies before it or dies after it; then the client sends the same again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

import app
from chalicelib import container
from chalicelib.model import ThreadView
from chalicelib.services.facilitation import condensed_history
from chalicelib.store.due_kinds import SUMMARY
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data, parts
from tests.clock import FakeClock, own_retries
from tests.events import Context
from tests.faults import FAULTS, Died, Fault, Interviewer, Wire, break_each_call, tap
from tests.stored_items import sessions_due

FAULT = {fault.name: fault for fault in FAULTS}
# A death after a call is one before the call that follows.
WORST = tuple(FAULT[name] for name in ("conflict without end", "done but unanswered", "dies after"))
BEFORE = tuple(FAULT[name] for name in ("conflict without end", "dies before"))
LOST = tuple(FAULT[name] for name in ("done but unanswered", "dies before", "dies after"))
WIDGET = {"root": {"type": "SingleSelect", "props": {"label": "What?", "options": ["Soup", "Bread"]}, "children": []}}
KEY = {"Idempotency-Key": "k1"}
Send = Callable[[], int]


@dataclass
class Client:
    """Somebody who sends requests about one session, over a wire that breaks."""

    clock: FakeClock
    model: Interviewer
    host: Host
    wire: Wire
    session: str

    def join(self) -> int:
        """Join as p1."""
        return int(self.host.join(self.session).status_code)

    def say(self, **fields: Any) -> int:
        """A message with an id."""
        return int(self.host.say(self.session, "Soup", message_id="m1", **fields).status_code)

    def say_without_id(self) -> int:
        """The same from a client that numbers nothing."""
        return int(self.host.say(self.session, "Soup").status_code)

    def post(self, path: str, body: Any) -> Any:
        """A request with a key."""
        return self.host.call("POST", path, body, **KEY)

    def send_again(self, send: Send, over: Sequence[int] = (200,), wait: float = 5) -> None:
        """Send until it is done, as a client that heard nothing, or an error, does."""
        for _ in range(6):
            status = send()
            if status in over:
                return
            assert status in (409, 503)
            self.clock.advance(wait)
        raise AssertionError("stuck")

    def thread(self) -> ThreadView:
        """The only thread."""
        threads = container.participants().everybody(self.session, lambda _: True, 1_000_000)
        assert threads is not None
        (thread,) = threads
        return thread

    def check_thread(self, said: Sequence[str], replies: int) -> None:
        """Each message once, one reply each, counters equal to rows, nobody holding the thread."""
        thread = self.thread()
        assert [entry.content for entry in thread.messages if entry.role == "user"] == list(said)
        assert sum(entry.role == "assistant" for entry in thread.messages) == replies
        assert [entry.sequence for entry in thread.messages] == list(range(1, len(said) + replies + 1))
        assert thread.messages[-1].role == "assistant"
        assert thread.thread.turn_id is None
        assert thread.thread.message_count == len(said)
        seen = self.host.get(f"/sessions/{self.session}")
        assert (seen["participant_count"], seen["usage"]["turns"]) == (1, replies)
        assert seen["usage"]["input_tokens"] == 10 * replies

    def break_each_call(self, fault: Fault, send: Send, again: Send, said: Sequence[str], replies: int) -> int:
        """Send a turn with the fault at each of its calls; gives how many they are."""
        status: list[int] = []
        broken = 0
        for number in break_each_call(self.wire, fault, lambda: status.append(send())):
            broken = number
            if not status:
                self.clock.advance(24)  # a client waits as long as a request may take
            assert status in ([], [200], [409], [503])
            status.clear()
            self.send_again(again)
            self.check_thread(said, replies)
        return broken


@pytest.fixture
def client(clock: FakeClock, model: Interviewer, host: Host, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The wire under a warm process, and a new session."""
    own_retries(monkeypatch)
    host.say(host.new_session()["id"], "Warm up")
    return Client(clock, model, host, tap(monkeypatch), host.new_session(prompt="Ask.")["id"])


def every(faults: Sequence[Fault]) -> pytest.MarkDecorator:
    """The test for each of these."""
    return pytest.mark.parametrize("fault", faults, ids=lambda fault: fault.name)


@every(FAULTS)
def test_a_turn_survives_every_fault(client: Client, fault: Fault) -> None:
    client.join()
    assert client.break_each_call(fault, client.say, client.say, ["Soup"], 2) >= 5


@every(WORST)
def test_first_words_survive_every_fault(client: Client, fault: Fault) -> None:
    assert client.break_each_call(fault, client.say, client.say, ["Soup"], 1) >= 4


@every(WORST)
def test_joining_survives_every_fault(client: Client, fault: Fault) -> None:
    """Whoever is told of having joined already has an opening: the one whose answer was lost."""

    def again() -> int:
        status = client.join()
        return 200 if status == 400 else status

    assert client.break_each_call(fault, client.join, again, [], 1) >= 4


@every(BEFORE)
def test_a_turn_without_an_id_survives_every_fault_before_the_call(client: Client, fault: Fault) -> None:
    """Without an id, a client that was not answered sends again; one that was, does not."""
    client.join()

    def again() -> int:
        answered = len(client.thread().messages) == 3
        return 200 if answered else client.say_without_id()

    assert client.break_each_call(fault, client.say_without_id, again, ["Soup"], 2) >= 5


@every(WORST)
def test_a_turn_that_condenses_survives_every_fault(
    client: Client, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is condensed is there exactly when the reply is; from then on the messages in it are known by it."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 3)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 1)
    client.join()
    assert client.host.say(client.session, "Bread", message_id="m0").status_code == 200

    def again() -> int:
        thread = client.thread()
        _, part = container.conversations().thread_now(client.session, thread.thread.id)
        assert (part is not None) == (len(thread.messages) == 5)
        assert part is None or (part.to_sequence, part.text.count("\n")) == (3, 2)
        first = client.host.say(client.session, "Bread", message_id="m0")
        assert first.json_body["message"]["content"] == thread.messages[2].content
        return client.say()

    assert client.break_each_call(fault, client.say, again, ["Bread", "Soup"], 3) >= 5


@every(WORST)
def test_a_choice_survives_every_fault(client: Client, fault: Fault) -> None:
    client.join()
    thread, now = client.thread(), client.clock.now()
    held = container.conversations().take_lease(thread.thread, "turn", now, now + timedelta(seconds=30))
    assert held is not None
    widget = replace(thread.messages[0], id="w", sequence=2, widget_spec=WIDGET)
    assert container.conversations().reply(held, widget)

    def choose() -> int:
        return client.say(widget_value="Soup")

    assert client.break_each_call(fault, choose, choose, ["Soup"], 3) >= 5
    assert client.thread().messages[2].widget_value == "Soup"


@pytest.mark.parametrize(("request_name", "said", "replies"), [("say", ["Soup"], 2), ("join", [], 1)])
def test_a_turn_and_a_join_survive_the_death_of_the_process_during_the_model_call(
    client: Client, request_name: str, said: list[str], replies: int
) -> None:
    def die(_: object) -> None:
        raise Died

    send: Send = getattr(client, request_name)
    if request_name == "say":
        client.join()
    client.model.before = die
    with pytest.raises(Died):
        send()
    client.model.before = lambda _: None
    client.clock.advance(24)
    client.send_again(send)
    client.check_thread(said, replies)


def test_a_reply_that_could_not_be_stored_gives_the_lease_back_so_that_nobody_waits(client: Client) -> None:
    client.join()
    before = client.clock.slept
    with client.wire.broken(FAULT["unreachable"], 5):  # the key, the turn view, the history, the message, the reply
        assert client.say() == 503
    assert client.wire.calls[-3:] == ["TransactWriteItems"] * 2 + ["UpdateItem"]  # the message, the reply, the lease
    assert client.say() == 200
    assert client.clock.slept == before
    client.check_thread(["Soup"], 2)


# With a key


@every(LOST)
def test_a_session_is_created_once(client: Client, fault: Fault) -> None:
    body, answers = {"topic": "Dinner", "goal": "Find out"}, list[Any]()

    def create() -> int:
        answers.append(client.post("/sessions", body))
        return int(answers[-1].status_code)

    for _ in break_each_call(client.wire, fault, create):
        client.clock.advance(31)
        client.send_again(create, (201,))
        client.clock.advance(31)  # where the outcome could not be recorded, the claim has to run out
        assert client.post("/sessions", body).json_body == answers[-1].json_body
        topics = [it["topic"] for it in client.host.get("/sessions?limit=100")["data"]]
        assert topics.count("Dinner") == 1


@every(LOST)
@pytest.mark.parametrize(
    ("path", "fields", "speakers"),
    [("/chat", {"content": "Soup"}, ["user", "assistant"]), ("/chat/questions", {"answers": []}, ["assistant"])],
    ids=["say", "join"],
)
def test_a_turn_is_answered_once(
    client: Client, fault: Fault, path: str, fields: dict[str, Any], speakers: list[str]
) -> None:
    body, answers = {"participant_id": "p1", "participant_name": "Bo", **fields}, list[Any]()

    def send() -> int:
        answers.append(client.post(f"/sessions/{client.session}{path}", body))
        return int(answers[-1].status_code)

    for _ in break_each_call(client.wire, fault, send):
        client.clock.advance(31)
        client.send_again(send)
        client.clock.advance(31)
        assert client.post(f"/sessions/{client.session}{path}", body).json_body == answers[-1].json_body
        assert [message.role for message in client.thread().messages] == speakers


@every((*WORST, FAULT["unreachable"]))
def test_a_response_with_a_key_is_stored_once(client: Client, fault: Fault) -> None:
    path = f"/sessions/{client.session}/responses"

    def send() -> int:
        return int(client.post(path, {"content": "Soup"}).status_code)

    for _ in break_each_call(client.wire, fault, send):
        client.clock.advance(31)
        client.send_again(send, (201,), wait=31)
        (person,) = client.host.get(path)["data"]
        assert [entry["content"] for entry in person["messages"]] == ["Soup"]
        assert (person["message_count"], client.host.get(f"/sessions/{client.session}")["participant_count"]) == (1, 1)


# About people


@every((*WORST, FAULT["unreachable"]))
def test_an_exclusion_is_whole_and_its_summary_due(client: Client, fault: Fault) -> None:
    session = f"/sessions/{client.session}"
    participant = client.host.say(client.session, "Soup").json_body["thread_id"]
    asked("summaries")

    def exclude() -> int:
        return int(client.host.call("PATCH", f"{session}/participants/{participant}", {"included": False}).status_code)

    for _ in break_each_call(client.wire, fault, exclude):
        client.clock.advance(31)
        client.send_again(exclude)
        assert client.host.get(f"{session}/responses")["data"] == []
        assert client.host.get(f"{session}/summary")["status"] == "updating"
        assert {"session_id": client.session} in asked("summaries")
        assert client.session in sessions_due(SUMMARY, client.clock.now())


@every((*WORST, FAULT["unreachable"]))
def test_a_removal_is_whole_and_nothing_stays(client: Client, fault: Fault) -> None:
    session = f"/sessions/{client.session}"
    participant = client.host.say(client.session, "Soup").json_body["thread_id"]
    asked("deletions")

    def remove() -> int:
        return int(client.host.call("DELETE", f"{session}/participants/{participant}").status_code)

    for _ in break_each_call(client.wire, fault, remove):
        client.clock.advance(31)
        client.send_again(remove, (204, 404))
        assert client.host.get(session)["participant_count"] == 0
        client.clock.advance(3600)
        app.sweep(events.clock_event(), Context())
        assert all(delete_data(wanted) for wanted in asked("deletions"))
        assert parts(client.session) == []
