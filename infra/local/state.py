"""The local cloud's state on disk: kept there while it runs, so that a killed process loses a moment and not the day.

The cloud itself saves only when it is stopped gently. Here each service's state is copied on the event loop, where
nobody changes it meanwhile, and written by a thread, atomically and only when it changed. What people write is saved a
quarter of a second after it was written; the rest every few seconds. The larger the state, the longer a copy of it takes
and the longer the pause after it, so that saving never takes more than a tenth of the time.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

LEAST_SECONDS = 0.25
REST_SECONDS = 5.0  # between two looks at everything
WRITTEN = ("dynamodb", "sqs")  # where what people write is
SHARE_OF_TIME = 9  # a tenth of the time at most goes into saving
TRIES = 5

Services = Callable[[], Mapping[str, Callable[[], Any]]]
Encode = Callable[[str, Any], str]


def damaged(folder: Path) -> list[Path]:
    """The files of a saved state that cannot be read."""
    return [file for file in sorted(folder.glob("*.json")) if not _is_readable(file)]


def is_there(folder: Path) -> bool:
    """Whether an earlier run saved its tables."""
    return (folder / "dynamodb.json").exists()


def set_aside(folder: Path) -> Path:
    """Rename a saved state, so that no run writes over it; gives its new name."""
    aside = folder.with_name(f"{folder.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    return folder.rename(aside)


def _is_readable(file: Path) -> bool:
    try:
        msgspec.json.decode(file.read_bytes())
    except msgspec.DecodeError:
        return False
    return True


class Flusher:
    """Writes changed services to `folder`. `services` gives the state of each by name, `encode` makes it the text of
    a file, and `activity` is a counter that moves whenever something may have changed. `asked` counts the requests to a
    service that nothing else changes, so that it is copied after one alone; None for any other."""

    def __init__(
        self,
        folder: Path,
        services: Services,
        encode: Encode,
        activity: Callable[[], int],
        asked: Callable[[str], int | None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._services = services
        self._encode = encode
        self._activity = activity
        self._asked = asked
        self._settled: dict[str, int | None] = {}  # the requests after which there was nothing new to save
        self._written: dict[str, str] = {}
        self._unsaved: set[str] = set()
        self._lock = asyncio.Lock()

    async def run(self) -> None:
        """Flush for ever; a failure is said on standard error and tried again."""
        pause, due = LEAST_SECONDS, 0.0
        quiet: dict[bool, int | None] = {}  # the activity of which nothing is left to save; whether of everything
        while True:
            await asyncio.sleep(pause)
            now, began = self._activity(), time.monotonic()
            everything = began >= due
            if quiet.get(everything) == now:
                continue
            # Work of the cloud's own threads may follow a request: quiet only when a flush finds nothing new.
            quiet[everything] = now if await self.flush(None if everything else WRITTEN) == 0 else None
            due = began + REST_SECONDS if everything else due
            pause = max(LEAST_SECONDS, SHARE_OF_TIME * (time.monotonic() - began))

    async def finish(self) -> int:
        """Save every service that changed, asked or not: there will be no other time."""
        self._settled.clear()
        return await self.flush()

    async def flush(self, names: Collection[str] | None = None) -> int:
        """Save every service that changed, or those of these names; how many did."""
        async with self._lock:
            changed = 0
            for name, get_state in self._services().items():
                if names is None or name in names:
                    changed += await self._save_if_asked(name, get_state)
            return changed

    async def _save_if_asked(self, name: str, get_state: Callable[[], Any]) -> int:
        asked = self._asked(name)
        if asked is not None and self._settled.get(name) == asked:
            return 0
        changed = await self._save(name, get_state)
        if not changed:
            self._settled[name] = asked
        return changed

    async def _save(self, name: str, get_state: Callable[[], Any]) -> int:
        for attempt in range(TRIES):
            try:
                state = get_state()
                if state is None:
                    return 0
                return await asyncio.to_thread(self._write, name, state)
            except (RuntimeError, OSError, TypeError, ValueError) as error:
                # RuntimeError: a thread of the cloud changed a dictionary while it was copied. The next try finds it still.
                if attempt == TRIES - 1:
                    self._say_unsaved(name, error)
                await asyncio.sleep(0.05)
        return 1

    def _say_unsaved(self, name: str, error: Exception) -> None:
        """On standard output, which is the terminal: the log may be on the disk that is full. Once, until it is saved again."""
        if name not in self._unsaved:
            self._unsaved.add(name)
            print(
                f"NOT SAVED: the local cloud cannot write {name} to {self._folder} ({error}). What is written now is lost when "
                "this ends. It is tried again every few seconds.",
                flush=True,
            )

    def _write(self, name: str, state: Any) -> int:
        text = self._encode(name, state)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self._written.get(name) == digest:
            return 0
        unfinished = self._folder / f"{name}.json.new"
        with unfinished.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / f"{name}.json")
        self._written[name] = digest
        if name in self._unsaved:
            self._unsaved.discard(name)
            print(f"Saved again: {name}", flush=True)
        return 1
