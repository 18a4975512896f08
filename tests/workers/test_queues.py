"""What becomes of a queue's message: done, back later, or among the dead letters."""

import json
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import pytest
from chalice.app import SQSEvent
from msgspec import structs

from chalicelib import container
from chalicelib.errors import NeverDone, NotFound, Unavailable
from chalicelib.llm.interface import ModelUnavailable
from chalicelib.model.jobs import (
    QUEUE_OF,
    QUEUES,
    UPDATES,
    ExpireSession,
    HandleUpdate,
    Job,
    Queue,
    decode_job,
    encode_job,
)
from chalicelib.model.notifications import SessionEvent
from chalicelib.workers.queues import handle
from tests import events
from tests.events import Context, Event
from tests.example_tables import each_row
from tests.workers.consultation import Consultation, failed

Work = Callable[[str], None]


@pytest.fixture
def postponed(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """Receipts of messages and the seconds until they come back."""
    found: list[tuple[str, float]] = []

    def postpone(url: str, receipt: str, seconds: float) -> None:
        found.append((receipt, seconds))

    monkeypatch.setattr(container.jobs(), "postpone", postpone)
    monkeypatch.setattr(container.jobs(), "hide", lambda *_: None)
    return found


def run(work: Work, *messages: Event, queue: str = "prompts") -> list[str]:
    """Give these messages of a queue to a worker; gives those that failed."""
    (chosen,) = (row for row in QUEUES if row.name == queue)

    def one(job: Job) -> None:
        work(structs.asdict(job)["session_id"])

    return failed(handle(SQSEvent(events.batch(*messages), Context()), chosen, one))


def raising(error: Exception) -> Work:
    def work(_: str) -> None:
        raise error

    return work


def test_work_is_called_once_for_each_message(postponed: list[Any]) -> None:
    done: list[str] = []
    assert run(done.append, events.message("a"), events.message("b", number=2)) == []
    assert (done, postponed) == (["a", "b"], [])


def test_where_there_is_nothing_to_do_the_message_is_done(postponed: list[Any], consultation: Consultation) -> None:
    assert run(raising(NotFound("gone")), events.message("a")) == []
    assert (postponed, consultation.buried("prompts")) == ([], [])


def test_a_passing_failure_comes_back_after_the_time_it_names(postponed: list[tuple[str, float]]) -> None:
    assert run(raising(Unavailable("busy", 60)), events.message("a")) == ["message-1"]
    ((receipt, seconds),) = postponed
    assert receipt == "receipt-1"
    assert 60 <= seconds <= 90


def test_a_failure_of_any_kind_comes_back_later_every_time(postponed: list[tuple[str, float]]) -> None:
    for received in (1, 2, 3, 4):
        assert run(raising(ZeroDivisionError()), events.message("a", received=received)) == ["message-1"]
    waits = [seconds for _, seconds in postponed]
    assert all(5 * 2**n <= seconds <= 7.5 * 2**n for n, seconds in enumerate(waits))


def test_a_summary_that_failed_holds_its_session_for_a_minute_and_a_half_at_most(
    postponed: list[tuple[str, float]],
) -> None:
    for received in (1, 12):
        error = ModelUnavailable("down")
        run(raising(error), events.message("a", received=received), queue="summaries")
        run(raising(error), events.message("a", received=received), queue="prompts")
    waits = [seconds for _, seconds in postponed]
    assert max(waits[0], waits[2]) <= 90 < waits[3]


@pytest.mark.parametrize("queue", [row for row in QUEUES if row.fifo], ids=lambda it: it.name)
def test_on_fifo_a_worker_that_dies_holds_its_group_only_as_long_as_it_could_run(
    queue: Queue, consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden: list[tuple[str, float]] = []
    monkeypatch.setattr(container.jobs(), "hide", lambda _, receipt, seconds: hidden.append((receipt, seconds)))
    seen: list[list[tuple[str, float]]] = []

    def work(_: Job) -> None:
        seen.append(list(hidden))

    job = encode_job(HandleUpdate({"update_id": 1})) if queue is UPDATES else ""
    message = events.raw_message(job) if job else events.message("a")
    handle(SQSEvent(events.batch(message), Context(seconds=40)), queue, work)
    ((receipt, seconds),) = seen[0]  # before the work, of which the worker may die
    assert receipt == "receipt-1"
    assert 40 < seconds <= 60


def test_one_failed_message_of_a_batch_fails_alone(postponed: list[Any]) -> None:
    def work(session_id: str) -> None:
        if session_id == "b":
            raise ModelUnavailable("down", 5)

    messages = [events.message(name, number=number) for number, name in enumerate("abc")]
    assert run(work, *messages, queue="briefs") == ["message-1"]


@pytest.mark.parametrize("queue", ["prompts", "summaries", "briefs"])
def test_a_batch_that_failed_as_a_whole_is_told_by_its_messages(postponed: list[Any], queue: str) -> None:
    messages = [events.message(name, number=number) for number, name in enumerate("ab")]
    assert run(raising(ModelUnavailable("down", 5)), *messages, queue=queue) == ["message-0", "message-1"]


def test_on_fifo_nothing_of_a_group_passes_a_failed_one_and_others_do(postponed: list[Any]) -> None:
    done: list[str] = []

    def work(session_id: str) -> None:
        if session_id == "a":
            raise ModelUnavailable("down", 5)
        done.append(session_id)

    messages = [events.message(name, number=number) for number, name in enumerate("aba")]
    assert run(work, *messages, queue="summaries") == ["message-0", "message-2"]
    assert done == ["b"]


def test_what_came_to_the_bot_is_in_no_log(postponed: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    update = HandleUpdate({"update_id": 900, "message": {"text": "my secret", "chat": {"id": 777000111}}})
    for error in (NotFound("x"), NeverDone("my secret"), Unavailable("my secret"), ValueError("my secret")):

        def fail(_: Job, error: Exception = error) -> None:
            raise error

        told = events.raw_message(encode_job(update))
        handle(SQSEvent(events.batch(told), Context()), UPDATES, fail)
    logged = str([vars(record) for record in caplog.records])
    assert logged.count("'update_id': 900") == 3  # a log says nothing below a warning in tests
    assert "my secret" not in logged
    assert "777000111" not in logged


@pytest.mark.parametrize("queue", ["prompts", "summaries"])
def test_a_message_that_no_worker_can_read_is_buried_and_holds_nobody_up(
    consultation: Consultation, postponed: list[Any], queue: str
) -> None:
    bodies = ["", "nonsense", "[]", "{}", "null", '{"session_id": 5}', '{"session": "a"}']
    done: list[str] = []
    messages = [events.raw_message(body, number=number) for number, body in enumerate(bodies)]
    assert run(done.append, *messages, events.message("a", number=99), queue=queue) == []
    assert done == ["a"]
    assert postponed == []


def example_of(kind: Any) -> Any:
    """A job of this kind."""
    values = {
        int: 7,
        bool: True,
        tuple[str, ...]: ("a", "b"),
        Literal["bounce", "complaint"]: "bounce",
        SessionEvent: "work_failed",
        dict[str, str]: {"work": "export"},
        dict[str, Any]: {"update_id": 900, "message": {"text": "\ufffe \uffff \x00"}},
    }
    return kind(*(values.get(field.type, field.name) for field in structs.fields(kind)))


@each_row("kind", QUEUE_OF)
def test_a_job_comes_out_of_its_queue_as_it_was_put_in(kind: Any) -> None:
    job = example_of(kind)
    assert decode_job(QUEUE_OF[kind], encode_job(job)) == job


# To expire a session came when all had tags; its fields are those of deleting one, which asks for nothing where it is not deleted.
@each_row("kind", [kind for kind in QUEUE_OF if kind is not ExpireSession])
def test_a_job_without_a_tag_is_told_by_its_fields(kind: Any) -> None:
    """Messages of earlier releases, and those that an operator writes, have none."""
    job = example_of(kind)
    assert decode_job(QUEUE_OF[kind], json.dumps(msgspec.structs.asdict(job))) == job


@pytest.mark.parametrize(
    "body",
    [
        {"job": "write_prompt", "session_id": "a"},
        {"job": "erase_participant", "session_id": "a"},
        {"job": None, "session_id": "a"},
        {"session_id": "a", "thread_id": 5},
    ],
)
def test_what_is_no_job_of_this_queue_is_buried(consultation: Consultation, postponed: list[Any], body: Any) -> None:
    done: list[str] = []
    assert run(done.append, events.raw_message(json.dumps(body)), queue="deletions") == []
    assert (done, consultation.buried("deletions")) == ([], [json.dumps(body)])


def test_what_was_buried_is_there_for_the_operator(consultation: Consultation, postponed: list[Any]) -> None:
    run(lambda _: None, events.raw_message("nonsense"), queue="summaries")
    run(lambda _: None, events.raw_message('{"other": 1}'), queue="prompts")
    assert consultation.buried("summaries") == ["nonsense"]
    assert consultation.buried("prompts") == ['{"other": 1}']


def test_what_comes_twice_is_buried_once_and_what_was_sent_back_again(
    consultation: Consultation, postponed: list[Any]
) -> None:
    for number in (1, 1, 2):
        run(lambda _: None, events.raw_message("nonsense", number=number), queue="summaries")
    assert consultation.buried("summaries") == ["nonsense"] * 2


def test_a_message_that_cannot_be_buried_stays_in_its_queue(
    consultation: Consultation, postponed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(container.jobs(), "send_to_dead_letters", broken)
    assert run(lambda _: None, events.raw_message("nonsense")) == ["message-1"]


def test_a_message_that_cannot_be_postponed_is_reported_all_the_same(consultation: Consultation) -> None:
    """The receipt is none that the queue knows: it refuses to postpone."""
    assert run(raising(ModelUnavailable("down", 5)), events.message("a")) == ["message-1"]


def test_what_people_said_is_never_logged(
    consultation: Consultation, postponed: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    words = "I would rather stay anonymous"
    run(raising(ValueError(words)), events.message("a"))
    run(lambda _: None, events.raw_message(words))
    logged = json.dumps([vars(record) for record in caplog.records], default=str)
    assert "job failed" in logged
    assert words not in logged
