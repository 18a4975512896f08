"""The job that writes an account's export, run twice at once, and killed: everything is in it once, and nothing else stays."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib.services.accounts import export
from tests.api.hosts import Host
from tests.api.jobs import asked
from tests.faults import FAULTS, Wire, at_each_call, break_each_call, tap
from tests.snapshots import restore_snapshot, take_snapshot

TOPICS = ("Soup", "Bread")
DIES = next(
    it for it in FAULTS if it.name == "dies after"
)  # which is before the next call, as far as anything is stored


@pytest.fixture
def user_id(host: Host, monkeypatch: pytest.MonkeyPatch) -> str:
    """A host who has asked for an export, of which each session is a file, and each step is noted."""
    boto3.client("s3").create_bucket(Bucket="exports")
    container.files().delete("nothing")  # which makes its client
    for topic in TOPICS:
        host.new_session(topic=topic)
    monkeypatch.setattr(export, "FILE_BYTES", 1)
    monkeypatch.setattr(export, "_NOTED_EACH", timedelta())
    export.ask_for_export(host.user_id, anew=False, deps=container.account_export_deps())
    return host.user_id


def stored() -> dict[str, dict[str, Any]]:
    """The files by their keys."""
    s3 = boto3.client("s3")
    named = [it["Key"] for it in s3.list_objects_v2(Bucket="exports").get("Contents", [])]
    return {key: json.loads(s3.get_object(Bucket="exports", Key=key)["Body"].read()) for key in named}


def write(user_id: str) -> None:
    export.write_account_export(user_id, deps=container.account_export_deps())


def finish(user_id: str) -> None:
    """What was asked for, until nothing is: the message of a run that died comes back, too."""
    asked("exports")
    write(user_id)
    while asked("exports"):
        write(user_id)


def check(user_id: str) -> set[str]:
    """All is in it once; gives the files that do not count. Then the files go, as they do with the account."""
    deps = container.account_export_deps()
    found = export.find_export(user_id, deps=deps)
    assert found
    assert (found.is_made, found.done, found.sessions) == (True, len(TOPICS), len(TOPICS))
    files = stored()
    parts = [f"account/{user_id}/{found.id}/{part}" for part in found.parts]
    documents = [files[key] for key in parts]
    assert Counter(it["topic"] for document in documents for it in document["sessions"]) == Counter(TOPICS)
    assert [(it["file"], it["is_last"], "user" in it) for it in documents] == [(1, False, True), (2, True, False)]
    export.remove_account_export(user_id, deps=deps)
    assert stored() == {}
    return files.keys() - set(parts)


@pytest.fixture
def wire(user_id: str, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Every call of the job, those to the store of files among them."""
    tapped, client = tap(monkeypatch), vars(container.files())["_client"]
    monkeypatch.setattr(client, "_make_api_call", tapped.wrap(client._make_api_call))
    return tapped


def beside(wire: Wire, act: Callable[[], object], other: Callable[[], object]) -> Iterator[int]:
    """Act with the whole of the other before the first call, the second, …, each time from what is stored now."""
    state = take_snapshot()
    return at_each_call(wire, lambda number: wire.meanwhile(number, other), act, lambda: restore_snapshot(state))


def test_two_runs_at_once_put_everything_into_it_once(user_id: str, wire: Wire) -> None:
    for _ in beside(wire, partial(write, user_id), partial(write, user_id)):
        finish(user_id)
        assert check(user_id) == set()


def test_an_export_that_is_taken_back_while_it_is_written_leaves_nothing(user_id: str, wire: Wire) -> None:
    remove = partial(export.remove_account_export, user_id, deps=container.account_export_deps())
    for one, other in permutations((partial(write, user_id), remove)):
        for _ in beside(wire, one, other):
            assert bool(stored()) is bool(export.find_export(user_id, deps=container.account_export_deps()))
            finish(user_id)
            remove()
            assert stored() == {}


def test_a_run_that_is_killed_at_any_call_is_made_good_by_the_next(user_id: str, wire: Wire) -> None:
    for _ in break_each_call(wire, DIES, partial(write, user_id)):
        finish(user_id)
        assert len(check(user_id)) <= 1  # what the one that died had written goes with the export
