"""The flusher: what changed is on disk within seconds, and a failure is heard."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.state import Flusher, damaged, is_there, set_aside


def _flusher(folder: Path, **services: Callable[[], Any]) -> Flusher:
    return Flusher(folder, lambda: services, lambda name, state: json.dumps({name: state}), lambda: 0)


def test_each_service_is_written_once_and_again_only_when_it_changed(tmp_path: Path) -> None:
    rows, queues = ["a"], ["m"]
    flusher = _flusher(tmp_path, dynamodb=lambda: list(rows), sqs=lambda: list(queues))

    async def scenario() -> list[int]:
        counts = [await flusher.flush(), await flusher.flush()]
        rows.append("b")
        return [*counts, await flusher.flush()]

    assert asyncio.run(scenario()) == [2, 0, 1]
    assert json.loads((tmp_path / "dynamodb.json").read_text()) == {"dynamodb": ["a", "b"]}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["dynamodb.json", "sqs.json"]


def test_a_service_that_only_requests_change_is_copied_after_one_until_nothing_is_new_and_at_the_end(
    tmp_path: Path,
) -> None:
    stacks, copies, asked = ["a"], [0], [1]

    def state() -> list[str]:
        copies[0] += 1
        return list(stacks)

    flusher = Flusher(tmp_path, lambda: {"stacks": state}, lambda _, it: json.dumps(it), lambda: 0, lambda _: asked[0])

    async def scenario() -> list[tuple[int, int]]:
        seen = [(await flusher.flush(), copies[0]) for _ in range(3)]
        asked[0] += 1
        seen.append((await flusher.flush(), copies[0]))
        stacks.append("b")  # by a request, of which no more is known
        return [*seen, (await flusher.flush(), copies[0]), (await flusher.finish(), copies[0])]

    assert asyncio.run(scenario()) == [(1, 1), (0, 2), (0, 2), (0, 3), (0, 3), (1, 4)]


def test_a_service_that_was_never_used_leaves_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "s3.json").write_text("from before")
    assert asyncio.run(_flusher(tmp_path, s3=lambda: None).flush()) == 0
    assert (tmp_path / "s3.json").read_text() == "from before"


def test_a_dictionary_that_changes_while_it_is_copied_is_copied_again(tmp_path: Path) -> None:
    failures = [RuntimeError("dictionary changed size during iteration")] * 2

    def state() -> str:
        if failures:
            raise failures.pop()
        return "whole"

    assert asyncio.run(_flusher(tmp_path, dynamodb=state).flush()) == 1
    assert "whole" in (tmp_path / "dynamodb.json").read_text()


def test_a_failure_is_said_once_on_the_terminal_and_keeps_what_was_saved_before(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dynamodb.json").write_text("from before")
    states: list[Any] = [{1, 2}]
    flusher = _flusher(tmp_path, dynamodb=lambda: states[-1], sqs=lambda: "fine")
    asyncio.run(flusher.flush())
    asyncio.run(flusher.flush())
    assert capfd.readouterr().out.count("NOT SAVED: the local cloud cannot write dynamodb") == 1
    assert (tmp_path / "dynamodb.json").read_text() == "from before"
    assert (tmp_path / "sqs.json").exists()
    states.append("small again")
    asyncio.run(flusher.flush())
    assert capfd.readouterr().out == "Saved again: dynamodb\n"


def test_a_state_that_cannot_be_read_is_kept_aside_whole(tmp_path: Path) -> None:
    saved = tmp_path / "state"
    saved.mkdir()
    (saved / "sqs.json").write_text("{}")
    assert damaged(saved) == []
    assert not is_there(saved)
    (saved / "dynamodb.json").write_text('{"payload": {"tab')
    assert is_there(saved)
    assert damaged(saved) == [saved / "dynamodb.json"]
    aside = set_aside(saved)
    assert not saved.exists()
    assert (aside / "dynamodb.json").read_text() == '{"payload": {"tab'
    assert (aside / "sqs.json").exists()


def test_it_flushes_by_itself_and_rests_while_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.state.LEAST_SECONDS", 0.01)
    monkeypatch.setattr("infra.local.state.REST_SECONDS", 0.0)
    monkeypatch.setattr("infra.local.state.SHARE_OF_TIME", 0)
    requests, copies = [0], [0]

    def state() -> str:
        copies[0] += 1
        return "same"

    flusher = Flusher(tmp_path, lambda: {"sqs": state}, lambda *named: json.dumps(named), lambda: requests[0])

    async def scenario() -> tuple[int, int]:
        running = asyncio.create_task(flusher.run())
        await asyncio.sleep(0.3)
        at_rest = copies[0]
        requests[0] += 1
        await asyncio.sleep(0.3)
        running.cancel()
        return at_rest, copies[0]

    at_rest, after = asyncio.run(scenario())
    assert at_rest == 2  # one that found something, one that found it settled
    assert after == 3


def test_what_people_write_is_saved_before_everything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.state.LEAST_SECONDS", 0.01)
    requests, rows = [0], ["a"]
    services: dict[str, Callable[[], Any]] = {"dynamodb": lambda: list(rows), "cloudwatch": lambda: list(rows)}
    flusher = Flusher(tmp_path, lambda: services, lambda *named: json.dumps(named), lambda: requests[0])

    async def scenario() -> None:
        running = asyncio.create_task(flusher.run())
        while not (tmp_path / "cloudwatch.json").exists():
            await asyncio.sleep(0.01)
        rows.append("b")
        requests[0] += 1
        while "b" not in (tmp_path / "dynamodb.json").read_text():
            await asyncio.sleep(0.01)
        assert "b" not in (tmp_path / "cloudwatch.json").read_text()
        running.cancel()

    asyncio.run(scenario())
