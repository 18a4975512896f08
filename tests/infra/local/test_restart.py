"""What is put right after a restart of the local cloud, on stand-ins for its services."""

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from infra.local.restart import Streams, let_running_end, move, release_received

ACCOUNT, REGION, TABLE = "000000000000", "us-east-1", "sessions"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}/stream/2026"


class Store:
    """A store of the local cloud: keys begin with account and region."""

    def __init__(self, **values: Any) -> None:
        self._data = {(ACCOUNT, REGION, name): value for name, value in values.items()}

    def get_scoped(self, account: str, region: str, name: str, default: Any = None) -> Any:
        return self._data.get((account, region, name), default)

    def set_scoped(self, account: str, region: str, name: str, value: Any) -> None:
        self._data[account, region, name] = value


def _cloud(records: list[str], trimmed: int, **positions: int) -> tuple[SimpleNamespace, SimpleNamespace]:
    loaded: list[Any] = []
    dynamodb = SimpleNamespace(
        _stream_records=Store(**({TABLE: records} if records else {})),
        _stream_trimmed=Store(**{TABLE: trimmed}),
        get_state=lambda: {"tables": "rows"},
        load_persisted_state=loaded.append,
        loaded=loaded,
    )
    mappings = {name: {"EventSourceArn": STREAM} for name in positions}
    functions = SimpleNamespace(_dynamodb_stream_positions=Store(**positions), _esms=Store(**mappings))
    return dynamodb, functions


def _restarted(dynamodb: SimpleNamespace, functions: SimpleNamespace, positions: int) -> tuple[Any, Any]:
    """The same cloud after saving, through JSON, and loading again; it saved `positions` itself but no stream."""
    Streams(dynamodb, functions).install()
    text = json.dumps(dynamodb.get_state())
    after, readers = _cloud([], 0, reader=positions)
    streams = Streams(after, readers)
    streams.install()
    after.load_persisted_state(json.loads(text))
    streams.restore()
    assert after.loaded == [{"tables": "rows"}]
    return after, readers


def test_what_a_reader_has_not_seen_is_there_after_a_restart() -> None:
    dynamodb, functions = _cloud(["a", "b", "c", "d"], 10, reader=12)
    after, readers = _restarted(dynamodb, functions, positions=12)
    assert after._stream_trimmed.get_scoped(ACCOUNT, REGION, TABLE) == 12
    assert after._stream_records.get_scoped(ACCOUNT, REGION, TABLE) == ["c", "d"]
    assert readers._dynamodb_stream_positions.get_scoped(ACCOUNT, REGION, "reader") == 12


def test_a_reader_that_has_seen_all_sees_the_next_record() -> None:
    after, readers = _restarted(*_cloud(["a", "b"], 0, reader=2), positions=2)
    assert after._stream_records.get_scoped(ACCOUNT, REGION, TABLE) == []
    end = after._stream_trimmed.get_scoped(ACCOUNT, REGION, TABLE)
    assert end == readers._dynamodb_stream_positions.get_scoped(ACCOUNT, REGION, "reader") == 2


def test_a_position_saved_later_than_the_stream_does_not_run_ahead_of_it() -> None:
    _, readers = _restarted(*_cloud(["a", "b"], 0, reader=1), positions=7)
    assert readers._dynamodb_stream_positions.get_scoped(ACCOUNT, REGION, "reader") == 1


def test_the_slowest_reader_counts() -> None:
    dynamodb, functions = _cloud(["a", "b", "c"], 0, slow=1, fast=3)
    Streams(dynamodb, functions).install()
    (saved,) = dynamodb.get_state()["harmonica_unread_stream_records"]
    assert (saved["first"], saved["records"]) == (1, ["b", "c"])


def test_a_stream_without_a_reader_keeps_nothing() -> None:
    dynamodb, functions = _cloud(["a", "b"], 5)
    Streams(dynamodb, functions).install()
    (saved,) = dynamodb.get_state()["harmonica_unread_stream_records"]
    assert (saved["first"], saved["records"]) == (7, [])


def test_received_messages_become_visible_and_delayed_ones_wait() -> None:
    later = time.time() + 500
    messages = [
        {"visible_at": later, "receive_count": 1},
        {"visible_at": later, "receive_count": 0},
        {"visible_at": 5.0, "receive_count": 2},
    ]
    release_received(SimpleNamespace(_queues=Store(queue={"messages": messages})))
    assert messages[0]["visible_at"] <= time.time()
    assert [messages[1]["visible_at"], messages[2]["visible_at"]] == [later, 5.0]


def test_the_addresses_of_queues_follow_the_port(tmp_path: Path) -> None:
    (tmp_path / "sqs.json").write_text('{"a": "http://localhost:8000/0/prompts", "b": "http://localhost:80001/"}')
    (tmp_path / "other.json").write_text("{}")
    move(tmp_path, 8000, 8005)
    assert (
        tmp_path / "sqs.json"
    ).read_text() == '{"a": "http://localhost:8005/0/prompts", "b": "http://localhost:80001/"}'
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.json", "sqs.json"]


def test_an_update_lets_what_is_at_work_end_and_a_timeout_does_not() -> None:
    killed, done = list[str](), threading.Event()

    def kill(workers: list[Any]) -> None:
        killed.extend(worker.name for worker in workers)
        if "busy" in killed:
            done.set()

    busy, idle = (SimpleNamespace(name=name, _lock=threading.Lock()) for name in ("busy", "idle"))
    runtime = SimpleNamespace(kill_workers=kill)
    functions = SimpleNamespace(invalidate_worker=lambda _: runtime.kill_workers([busy, idle]))
    let_running_end(runtime, functions)
    with busy._lock:
        functions.invalidate_worker("Reply")
        assert killed == ["idle"]
    assert done.wait(60)
    assert killed == ["idle", "busy"]
    with busy._lock:
        runtime.kill_workers([busy])  # it has taken too long
        assert killed == ["idle", "busy", "busy"]
