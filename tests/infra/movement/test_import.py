"""What an import does not do, and that it is done once however often it is begun."""

import gzip
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib import container
from chalicelib.store import database, keys, moving
from tests.api.hosts import Host
from tests.api.jobs import asked, summarise, write_brief, write_prompt
from tests.clock import FakeClock
from tests.faults import Died, Interviewer
from tests.infra.movement.stages import OTHER, Stages, items_in, kinds_in, secret_here
from tests.infra.movement.state_machine import EVERYTHING, WORDS, Story, tell
from tests.stored_items import stored
from tests.workers.delivery import stand_in_for_aws
from tests.workers.final_state import deliver_all


@pytest.fixture
def story(host: Host, clock: FakeClock) -> Story:
    """A session in which much has happened."""
    told = Story(host, clock)
    tell(told, EVERYTHING)
    return told


def everything() -> list[str]:
    """All that is stored but what expires, and what is true in one stage alone."""
    found = [
        moving.portable(dict(raw)) for kind, raw in stored() if kind.goes != "expires" and kind.name != keys.ALIASES
    ]
    return sorted(json.dumps(raw, sort_keys=True) for raw in found)


def test_a_stage_that_moves_with_its_secret_leaves_nothing_behind(stages: Stages, story: Story) -> None:
    """All that is stored is the same, and so is all that its host is shown; the file is its owner's alone."""
    paths = ("", "/responses", "/summary", "/insights", "/participant-invitations", "/export")
    shown = [story.host.get(f"/sessions/{story.session}{path}") for path in paths]
    before, secret = everything(), secret_here()
    file = stages.new_file(".jsonl.gz")
    told = stages.run("export", "stage", "--with-secret", str(file))
    assert "only you may read" in told
    assert "Left out" not in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "is there already" in stages.refusal("export", "stage", str(file))
    stages.leave()
    told = stages.run("import", str(file))
    assert "start them anew" in told
    assert (everything(), secret_here()) == (before, secret)
    assert [story.host.get(f"/sessions/{story.session}{path}") for path in paths] == shown
    assert "0 items" in stages.run("import", str(file))


def test_without_the_secret_it_says_what_it_leaves_out(stages: Stages, story: Story) -> None:
    file = stages.new_file()
    told = stages.run("export", "stage", str(file))
    assert "Left out: 2 reminders that people asked for" in told
    assert secret_here() not in file.read_text()
    assert (keys.CONVERSATIONS, keys.REMINDERS) not in kinds_in(file)
    stages.leave()
    assert "Left out: 2 reminders that people asked for" in stages.run("import", str(file))


def test_an_import_that_dies_anywhere_is_run_again(
    stages: Stages, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, write = stages.export("user", "ana@example.com"), moving.write
    for most in range(5):
        stages.leave()
        done = iter(range(most))

        def dies(items: Any, done: Any = done) -> None:
            if next(done, None) is None:
                write(items[: len(items) // 2])
                raise Died
            write(items)

        with monkeypatch.context() as patch:
            patch.setattr(moving, "write", dies)
            with pytest.raises(Died):
                stages.run("import", str(file))
        stages.run("import", str(file))
        assert items_in(stages.export("user", "ana@example.com")) == items_in(file)
        assert story.host.say(story.session, WORDS, "p1").status_code in (200, 400)


def test_what_is_there_and_is_another_is_never_written_over(stages: Stages, story: Story) -> None:
    file = stages.export("user", "ana@example.com")
    assert story.post("", {"topic": "Dinner"}, "PATCH").status_code == 200
    before = everything()
    told = stages.refusal("import", str(file))
    assert f"Session {story.session} exists here already" in told
    assert everything() == before
    whole = stages.new_file()
    stages.run("export", "stage", "--with-secret", str(whole))
    stages.leave()
    stages.run("create-user", "cy@example.com")
    assert "into an empty stage only" in stages.refusal("import", str(whole))
    stages.leave()
    stages.run("create-user", "ana@example.com")  # another account with this address
    before = everything()
    assert "another item of the kind email#" in stages.refusal("import", str(file))
    assert (everything(), secret_here()) == (before, OTHER)


def _cut(lines: list[str]) -> list[str]:
    return lines[:-1]


def _broken(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[3][:-5], *lines[4:]]


def _changed(lines: list[str]) -> list[str]:
    return [line.replace("evening", "morning") for line in lines]


def _newer(lines: list[str]) -> list[str]:
    return [lines[0].replace('"harmonica_export":1', '"harmonica_export":2'), *lines[1:]]


def _unknown(lines: list[str]) -> list[str]:
    return [lines[0], *(line.replace("message#", "murmur#") for line in lines[1:])]


def _longer(lines: list[str]) -> list[str]:
    return [*lines, lines[1]]


def _foreign(lines: list[str]) -> list[str]:
    return ["Dear diary", *lines[1:]]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_cut, "without its last line"),
        (_broken, "Line 4 is broken"),
        (_changed, "not as it was written"),
        (_newer, "version 2"),
        (_unknown, "no such kind"),
        (_longer, "more behind the last line"),
        (_foreign, "Line 1: this is no export"),
    ],
)
def test_nothing_of_a_file_that_is_not_whole_is_written(
    stages: Stages, story: Story, spoil: Callable[[list[str]], list[str]], says: str
) -> None:
    lines = stages.export("session", story.session).read_text().splitlines()
    file = stages.new_file()
    file.write_text("\n".join(spoil(lines)) + "\n")
    stages.leave()
    told = stages.refusal("import", str(file))
    assert says in told
    assert "evening" not in told
    assert everything() == []


def test_a_packed_file_that_is_cut_is_not_written_either(stages: Stages, story: Story) -> None:
    file = stages.new_file(".gz")
    stages.run("export", "session", story.session, str(file))
    assert gzip.decompress(file.read_bytes()).startswith(b'{"harmonica_export":1')
    file.write_bytes(file.read_bytes()[:-20])
    stages.leave()
    assert "not whole" in stages.refusal("import", str(file))
    assert everything() == []


def test_what_streams_and_queues_make_of_an_import_is_nothing_that_was_done_before(
    stages: Stages, story: Story, clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They tell of all items, and each job finds its work done: nothing is written, and no model is asked."""
    clock.advance(90_000)
    assert all(do(story.session) for do in (write_prompt, summarise, write_brief))
    file = stages.export("user", "ana@example.com")
    stages.leave()
    streams, queues = stand_in_for_aws(clock, monkeypatch)
    stages.run("import", str(file))
    assert sum(map(len, streams.waiting.values())) > 30
    requests, before = len(model.requests), everything()
    deliver_all(streams, queues)
    assert (len(model.requests), queues.dead) == (requests, [])
    assert everything() == before


def test_what_was_due_is_due_again(stages: Stages, host: Host) -> None:
    session = host.new_session()
    assert asked("prompts") == []  # the stream did not come to tell of it
    file = stages.export("user", "ana@example.com")
    stages.leave()
    assert "1 jobs that were due" in stages.run("import", str(file))
    assert asked("prompts") == [{"session_id": session["id"]}]
    assert container.sessions().view(session["id"], ()).prompt_due


def test_a_session_that_changes_all_the_time_is_not_torn(
    stages: Stages, story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = moving.read_session

    def and_somebody_speaks(session_id: str) -> Any:
        found = read(session_id)
        story.post("", {"goal": story.host.get(f"/sessions/{session_id}")["goal"] + "!"}, "PATCH")
        return found

    monkeypatch.setattr(moving, "read_session", and_somebody_speaks)
    file = stages.new_file()
    assert "changes all the time" in stages.refusal("export", "session", story.session, str(file))
    assert list(file.parent.glob("*")) == []


def test_a_table_that_takes_less_than_it_is_given_gets_the_rest(
    stages: Stages, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = stages.export("session", story.session)
    stages.leave()
    client: Any = database.connection().client
    call, calls = client._make_api_call, list[str]()

    def takes_one(operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "BatchWriteItem" or len(calls) > 9:
            return call(operation, arguments)
        calls.append(operation)
        left = {table: list(requests) for table, requests in arguments["RequestItems"].items()}
        table = next(iter(left))
        call(operation, {**arguments, "RequestItems": {table: [left[table].pop(0)]}})
        return {"UnprocessedItems": {name: requests for name, requests in left.items() if requests}}

    monkeypatch.setattr(client, "_make_api_call", takes_one)
    stages.run("import", str(file))
    assert len(calls) == 10
    assert items_in(stages.export("session", story.session)) == items_in(file)
