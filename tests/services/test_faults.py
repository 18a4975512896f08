"""Every call of joining and of a turn fails, dies before it or dies after it; then the client sends the same again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import ThreadView
from chalicelib.services.facilitation import condensed_history
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock, own_retries, own_time
from tests.faults import FAULTS, Died, Fault, Interviewer, Wire, own_model, tap
from tests.lean import lean_tables

MOST_CALLS = 12
# A death after a call is one before the call that follows.
WORST = tuple(f for f in FAULTS if f.name in ("conflict without end", "done but unanswered", "dies after"))
BEFORE = tuple(f for f in FAULTS if f.name in ("conflict without end", "dies before"))
WIDGET = {"root": {"type": "SingleSelect", "props": {"label": "What?", "options": ["Soup", "Bread"]}, "children": []}}
Send = Callable[[], int]


class World:
    """A host with a wire under it."""

    def __init__(self, clock: FakeClock, model: Interviewer, host: Host, wire: Wire) -> None:
        self.clock = clock
        self.model = model
        self.host = host
        self.wire = wire
        self.session = ""

    def begin(self) -> None:
        """A new session."""
        self.session = self.host.new_session()["id"]

    def join(self) -> int:
        """Join as p1."""
        return int(self.host.join(self.session).status_code)

    def say(self) -> int:
        """The turn that is broken."""
        return int(self.host.say(self.session, "Soup", message_id="m1").status_code)

    def say_without_id(self) -> int:
        """The same from a client that numbers nothing."""
        return int(self.host.say(self.session, "Soup").status_code)

    def again(self, send: Send) -> None:
        """Send until it is done, as a client that heard nothing, or an error, does."""
        for _ in range(6):
            status = send()
            if status == 200:
                return
            assert status in (409, 503)
            self.clock.advance(5)
        raise AssertionError("stuck")

    def thread(self) -> ThreadView:
        """The only thread."""
        threads = container.participants().everybody(self.session, lambda _: True, 1_000_000)
        assert threads is not None
        (thread,) = threads
        return thread

    def check(self, said: list[str], replies: int) -> None:
        """Each message once, one reply each, counters equal to rows, nobody holding the thread."""
        thread = self.thread()
        assert [entry.content for entry in thread.messages if entry.role == "user"] == said
        assert sum(entry.role == "assistant" for entry in thread.messages) == replies
        assert [entry.sequence for entry in thread.messages] == list(range(1, len(said) + replies + 1))
        assert thread.messages[-1].role == "assistant"
        assert thread.thread.turn_id is None
        assert thread.thread.message_count == len(said)
        seen = self.host.get(f"/sessions/{self.session}")
        assert (seen["participant_count"], seen["usage"]["turns"]) == (1, replies)
        assert seen["usage"]["input_tokens"] == 10 * replies


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch) -> World:
    clock, model = own_time(monkeypatch), own_model(monkeypatch)
    own_retries(monkeypatch)
    host = new_host()
    host.say(host.new_session()["id"], "Warm up")
    return World(clock, model, host, tap(monkeypatch))


@dataclass(frozen=True)
class Case:
    """What is sent into which state, how the client sends it again, and what has to be stored in the end."""

    prepare: Callable[[], object]
    send: Send
    again: Send
    said: tuple[str, ...]
    replies: int


def break_each_call(world: World, fault: Fault, case: Case) -> int:
    """Send with the fault at call 1, 2, … until it finds none to break; gives the number of calls that were broken."""
    for number in range(1, MOST_CALLS):
        lean_tables()
        world.begin()
        case.prepare()
        status = None
        with world.wire.broken(fault, number), suppress(Died):
            status = case.send()
        if status is None:
            world.clock.advance(24)  # a client waits as long as a request may take
        assert status in (None, 200, 409, 503)
        world.again(case.again)
        world.check(list(case.said), case.replies)
        if not world.wire.fired:
            return number - 1
    raise AssertionError("more calls than a request may make")


def every(faults: Sequence[Fault]) -> pytest.MarkDecorator:
    """The test for each of these."""
    return pytest.mark.parametrize("fault", faults, ids=lambda fault: fault.name)


@every(FAULTS)
def test_a_turn_survives_every_fault(world: World, fault: Fault) -> None:
    assert break_each_call(world, fault, Case(world.join, world.say, world.say, ("Soup",), 2)) >= 5


@every(WORST)
def test_first_words_survive_every_fault(world: World, fault: Fault) -> None:
    assert break_each_call(world, fault, Case(lambda: None, world.say, world.say, ("Soup",), 1)) >= 4


@every(WORST)
def test_joining_survives_every_fault(world: World, fault: Fault) -> None:
    """Whoever is told of having joined already has an opening: the one whose answer was lost."""

    def again() -> int:
        status = world.join()
        return 200 if status == 400 else status

    assert break_each_call(world, fault, Case(lambda: None, world.join, again, (), 1)) >= 4


@every(BEFORE)
def test_a_turn_without_an_id_survives_every_fault_before_the_call(world: World, fault: Fault) -> None:
    """Without an id, a client that was not answered sends again; one that was, does not."""

    def again() -> int:
        answered = len(world.thread().messages) == 3
        return 200 if answered else world.say_without_id()

    assert break_each_call(world, fault, Case(world.join, world.say_without_id, again, ("Soup",), 2)) >= 5


@every(WORST)
def test_a_turn_that_condenses_survives_every_fault(
    world: World, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is condensed is there exactly when the reply is; from then on the messages in it are known by it."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 3)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 1)

    def prepare() -> None:
        world.join()
        assert world.host.say(world.session, "Bread", message_id="m0").status_code == 200

    def again() -> int:
        thread = world.thread()
        _, part = container.conversations().thread_now(world.session, thread.thread.id)
        assert (part is not None) == (len(thread.messages) == 5)
        assert part is None or (part.to_sequence, part.text.count("\n")) == (3, 2)
        first = world.host.say(world.session, "Bread", message_id="m0")
        assert first.json_body["message"]["content"] == thread.messages[2].content
        return world.say()

    assert break_each_call(world, fault, Case(prepare, world.say, again, ("Bread", "Soup"), 3)) >= 5


@every(WORST)
def test_a_choice_survives_every_fault(world: World, fault: Fault) -> None:
    def prepare() -> None:
        world.join()
        thread, now = world.thread(), world.clock.now()
        held = container.conversations().take_lease(thread.thread, "turn", now, now + timedelta(seconds=30))
        assert held is not None
        widget = replace(thread.messages[0], id="w", sequence=2, widget_spec=WIDGET)
        assert container.conversations().reply(held, widget)

    def say() -> int:
        return int(world.host.say(world.session, "Soup", message_id="m1", widget_value="Soup").status_code)

    assert break_each_call(world, fault, Case(prepare, say, say, ("Soup",), 3)) >= 5
    assert world.thread().messages[2].widget_value == "Soup"


def test_a_turn_and_a_join_survive_the_death_of_the_process_during_the_model_call(world: World) -> None:
    def die(_: object) -> None:
        raise Died

    for prepare, send, said, replies in ((world.join, world.say, ["Soup"], 2), (int, world.join, [], 1)):
        world.begin()
        prepare()
        world.model.before = die
        with pytest.raises(Died):
            send()
        world.model.before = lambda _: None
        world.clock.advance(24)
        world.again(send)
        world.check(list(said), replies)


def test_a_reply_that_could_not_be_stored_gives_the_lease_back_so_that_nobody_waits(world: World) -> None:
    world.begin()
    world.join()
    before = world.clock.slept
    unreachable = next(fault for fault in FAULTS if fault.name == "unreachable")
    with world.wire.broken(unreachable, 5):  # the key, the scene, the history, the message, the reply
        assert world.say() == 503
    assert world.wire.calls.count("TransactWriteItems") == 3  # the message, the reply, the lease with what was spent
    assert world.say() == 200
    assert world.clock.slept == before
    world.check(["Soup"], 2)
