"""What the local cloud forgets, ends too early, or holds on to for too long, when it starts again or is updated.

It saves how far each reader of a stream has come, but not the stream: after a restart every reader would skip as many
new records as it had read before. So the records that a reader has not seen are saved with the tables, and put back
with the positions. And it keeps a message hidden for the worker that had received it, which does not live any more:
such messages become visible at once. An update of a function ends what it is about to do, and the message of that stays
hidden for as long as one may take: on AWS it is done first, with the code as it was.
"""

import copy
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNREAD = "harmonica_unread_stream_records"

State = dict[str, Any]


class Streams:
    """The unread records of all streams, saved and restored with the state of the tables."""

    def __init__(self, dynamodb: Any, functions: Any) -> None:
        self._dynamodb = dynamodb
        self._functions = functions
        self._get_state: Callable[[], State] = dynamodb.get_state
        self._load_state: Callable[[State], None] = dynamodb.load_persisted_state
        self._saved: list[State] = []

    def install(self) -> None:
        """Take part whenever the cloud saves or loads its tables."""
        self._dynamodb.get_state = self.state
        self._dynamodb.load_persisted_state = self.load

    def state(self) -> State:
        """The tables, and what is unread. Positions are taken first: a record may be read twice, but none is passed over."""
        positions = dict(self._functions._dynamodb_stream_positions._data)
        return self._get_state() | {UNREAD: [self._unread(key, positions) for key in self._streams()]}

    def load(self, state: State) -> None:
        """Load the tables; the streams wait for `restore`."""
        self._saved = state.pop(UNREAD, [])
        self._load_state(state)

    def restore(self) -> None:
        """Put records and positions back, after everything else is loaded."""
        for saved in self._saved:
            account, region, table = saved["table"]
            self._dynamodb._stream_trimmed.set_scoped(account, region, table, saved["first"])
            self._dynamodb._stream_records.set_scoped(account, region, table, saved["records"])
            for reader, position in saved["positions"].items():
                self._functions._dynamodb_stream_positions.set_scoped(account, region, reader, position)

    def _streams(self) -> list[tuple[str, str, str]]:
        return list(self._dynamodb._stream_records._data)

    def _unread(self, key: tuple[str, str, str], positions: dict[Any, int]) -> State:
        account, region, table = key
        readers = {scoped[-1]: position for scoped, position in positions.items() if self._reads(scoped, key)}
        records = self._dynamodb._stream_records.get_scoped(account, region, table, [])
        trimmed = self._dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
        end = trimmed + len(records)
        first = max(trimmed, min(readers.values(), default=end))
        return {
            "table": list(key),
            "first": first,
            "records": copy.deepcopy(records[first - trimmed :]),
            "positions": readers,
        }

    def _reads(self, reader: tuple[str, str, str], stream: tuple[str, str, str]) -> bool:
        mapping = self._functions._esms._data.get(reader)
        return bool(mapping) and reader[:2] == stream[:2] and f":table/{stream[2]}/stream/" in mapping["EventSourceArn"]


def release_received(queues: Any) -> None:
    """Make every received message visible: who had received it is gone. Delayed ones go on waiting."""
    for queue in queues._queues._data.values():
        for message in queue["messages"]:
            if message.get("receive_count"):
                message["visible_at"] = min(message["visible_at"], time.time())


def let_running_end(runtime: Any, functions: Any) -> None:
    """Have an update of a function end its workers only once they have done what they are about to do."""
    invalidate, kill, updates = functions.invalidate_worker, runtime.kill_workers, threading.local()

    def end(worker: Any) -> None:
        with worker._lock:  # as long as it is at work
            pass
        kill([worker])

    def kill_now_or_later(workers: list[Any]) -> None:
        at_work = [it for it in workers if it is not None and it._lock.locked()] if _is_set(updates) else []
        for worker in at_work:
            threading.Thread(target=end, args=(worker,), daemon=True).start()
        kill([it for it in workers if it not in at_work])

    def invalidate_for_update(*named: Any, **more: Any) -> None:
        updates.on = True
        try:
            invalidate(*named, **more)
        finally:
            updates.on = False

    runtime.kill_workers, functions.invalidate_worker = kill_now_or_later, invalidate_for_update


def _is_set(updates: threading.local) -> bool:
    return bool(getattr(updates, "on", False))


def move(state: Path, old_port: int, new_port: int) -> None:
    """Let the saved state name the new port wherever it names the old one."""
    for file in state.glob("*.json"):
        text = file.read_text()
        moved = text.replace(f"http://localhost:{old_port}/", f"http://localhost:{new_port}/")
        moved = moved.replace(f"http://127.0.0.1:{old_port}/", f"http://127.0.0.1:{new_port}/")
        if moved != text:
            unfinished = file.with_name(f"{file.name}.new")
            unfinished.write_text(moved)
            unfinished.replace(file)
