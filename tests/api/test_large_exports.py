"""Exports that are more than an answer can carry: written by a job, fetched by a link, gone after a day, or with whoever said it."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.model.memory import Conclusion, Conclusions, Memory, Remembered
from chalicelib.operations import exports
from chalicelib.services.projects.memory import with_version
from chalicelib.services.results.exports.large import remove_exports
from chalicelib.store.exports import Exports
from chalicelib.store.summaries import WITH_SYNTHESIS
from tests import events
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data, done
from tests.api.participants import SAID, include, remove
from tests.clock import FakeClock
from tests.events import Context
from tests.services.builders import session as build

People = tuple[str, dict[str, str]]
OWN = ("?format=csv&parts=transcripts", "?format=html&parts=summary,transcripts", "")


@pytest.fixture(autouse=True)
def small(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer can carry little, and there is a place for what it can't."""
    monkeypatch.setattr(exports, "ANSWER_BYTES", 200)
    boto3.client("s3").create_bucket(Bucket="exports")


def ask(host: Host, session: str, query: str = OWN[0]) -> dict[str, Any]:
    answer = host.call("GET", f"/sessions/{session}/export{query}")
    assert answer.status_code == 202, answer.body
    assert "ETag" not in answer.headers
    return dict(answer.json_body)


def write() -> None:
    """Run the job of exports on all that is asked for."""
    for body in asked("exports"):
        assert done(app.write_export(events.batch(events.raw_message(json.dumps(body))), Context()))


def fetch(url: str) -> tuple[str, dict[str, Any]]:
    """The text that a link opens, and how it is to be saved."""
    assert "X-Amz-Signature" in parse_qs(urlsplit(url).query)
    found = boto3.client("s3").get_object(Bucket="exports", Key=urlsplit(url).path.lstrip("/").removeprefix("exports/"))
    return found["Body"].read().decode(), dict(found)


def files() -> list[str]:
    return [it["Key"] for it in boto3.client("s3").list_objects_v2(Bucket="exports").get("Contents", [])]


@pytest.mark.parametrize("gone", ["person", "session"])
def test_what_a_session_began_with_goes_from_its_exports_with_whoever_it_was_of(
    host: Host, people: People, gone: str, clock: FakeClock
) -> None:
    source, threads = people
    now, point = clock.now(), Conclusion("t1", "settled", "more buses", "People want more buses.", 3)
    epoch = container.sessions().view(source, WITH_SYNTHESIS).synthesis.epoch
    assert container.memories().put(source, Conclusions((point,), 3, now), epoch)
    later = build(id=container.new_id(), owner_id=host.user_id, created_at=now, updated_at=now)
    memory = with_version(Memory((Remembered(source, now, point),)))
    assert container.sessions().create(later, context=None, questions=(), prompt=None, memory=memory)
    ask(host, later.id, "")
    write()
    assert "more buses" in fetch(str(ask(host, later.id, "")["url"]))[0]
    if gone == "person":
        remove(host, source, next(iter(threads.values())))
    else:
        assert host.call("DELETE", f"/sessions/{source}").status_code == 204
    assert all(map(delete_data, asked("deletions")))
    assert files() == []


@pytest.fixture
def made(host: Host, people: People) -> dict[str, Any]:
    """An export with its file."""
    ask(host, people[0])
    write()
    return ask(host, people[0])


@pytest.mark.parametrize("query", OWN)
def test_a_job_makes_what_an_answer_would_have_carried(
    host: Host, people: People, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = people
    first = ask(host, session, query)
    assert (first["status"], first["url"], first["expires_at"]) == ("pending", None, None)
    assert ask(host, session, query)["id"] == first["id"]
    assert host.get(f"/sessions/{session}/exports/{first['id']}") == first
    write()
    ready = ask(host, session, query)
    assert (ready["id"], ready["status"]) == (first["id"], "ready")
    text, told = fetch(ready["url"])
    monkeypatch.setattr(exports, "ANSWER_BYTES", 5_000_000)
    remove_exports(session, deps=container.export_deps())
    answer = host.call("GET", f"/sessions/{session}/export{query}")
    assert text == answer.body.decode()
    for header in ("Content-Type", "Content-Disposition"):
        assert told[header.replace("-", "")] == answer.headers[header]


def test_a_file_opens_for_a_day_to_those_who_may_have_it(
    host: Host, people: People, made: dict[str, Any], clock: FakeClock
) -> None:
    session, _ = people
    path = f"/sessions/{session}/exports/{made['id']}"
    assert error_of(host.invite(session, "viewer").call("GET", path))[0] == 403
    for unknown in ("0" * 36, "x" * 2_000):
        assert error_of(host.call("GET", f"/sessions/{session}/exports/{unknown}"))[0] == 404
    clock.advance(3600)
    assert ask(host, session)["id"] != made["id"]  # something may have been said since
    assert host.get(path)["status"] == "ready"
    clock.advance(timedelta(hours=23).total_seconds())
    assert error_of(host.call("GET", path))[0] == 404
    clock.advance(7200)
    ask(host, session)
    assert files() == []


def test_it_is_gone_with_whoever_is_taken_out_or_removed(host: Host, people: People, made: dict[str, Any]) -> None:
    session, ids = people
    include(host, session, ids["p1"], False)
    assert files() == []
    assert error_of(host.call("GET", f"/sessions/{session}/exports/{made['id']}"))[0] == 404
    ask(host, session)
    write()
    assert SAID["p1"] not in fetch(ask(host, session)["url"])[0]
    late = ask(host, session, "?format=csv&parts=transcripts&include=all")
    (job,) = asked("exports")
    remove(host, session, ids["p1"])
    assert files() == []
    assert done(app.write_export(events.batch(events.raw_message(json.dumps(job))), Context()))
    assert files() == []  # that job was asked for before
    assert error_of(host.call("GET", f"/sessions/{session}/exports/{late['id']}"))[0] == 404


def test_a_job_that_somebody_is_taken_out_under_leaves_nothing(
    host: Host, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ids = people
    ask(host, session)
    put = container.files().put

    def put_late(*given: Any) -> int:
        include(host, session, ids["p1"], False)
        return put(*given)

    monkeypatch.setattr(container.files(), "put", put_late)
    write()
    assert files() == []


def test_a_job_that_ends_while_its_export_is_withdrawn_leaves_nothing(
    host: Host, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ids = people
    ask(host, session)
    find = Exports.of_session

    def find_early(self: Exports, session_id: str) -> Any:
        found = find(self, session_id)
        monkeypatch.setattr(Exports, "of_session", find)
        remove_item = Exports.remove

        def write_first(self: Exports, *given: Any) -> None:
            monkeypatch.setattr(Exports, "remove", remove_item)
            write()
            remove_item(self, *given)

        monkeypatch.setattr(Exports, "remove", write_first)
        return found

    monkeypatch.setattr(Exports, "of_session", find_early)
    include(host, session, ids["p1"], False)
    assert (files(), Exports().of_session(session)) == ([], [])


def test_a_job_that_died_before_it_could_say_so_leaves_one_file_which_goes_as_any_other(
    host: Host, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ids = people
    ask(host, session)
    (job,) = asked("exports")

    def run() -> bool:
        return done(app.write_export(events.batch(events.raw_message(json.dumps(job))), Context()))

    with monkeypatch.context() as dying:
        dying.setattr(Exports, "finish", lambda *_: 1 / 0)
        assert not run()
    assert run()
    assert len(files()) == 1
    with monkeypatch.context() as dying:
        ask(host, session, OWN[1])
        (job,) = asked("exports")
        dying.setattr(Exports, "finish", lambda *_: 1 / 0)
        assert not run()
    include(host, session, ids["p1"], False)
    assert files() == []
    assert run()
    assert files() == []


def test_an_export_whose_job_came_to_no_end_says_so(host: Host, people: People, clock: FakeClock) -> None:
    session, _ = people
    path = f"/sessions/{session}/exports/{ask(host, session)['id']}"
    clock.advance(1799)
    assert host.get(path)["status"] == "pending"
    clock.advance(1)
    assert host.get(path)["status"] == "failed"
    assert ask(host, session)["status"] == "pending"  # another one


def test_it_is_gone_with_its_session(host: Host, people: People, made: dict[str, Any]) -> None:
    session, _ = people
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    assert error_of(host.call("GET", f"/sessions/{session}/exports/{made['id']}"))[0] == 404
    assert all(map(delete_data, asked("deletions")))
    assert files() == []


def test_a_session_has_so_many_exports_at_a_time(
    host: Host, people: People, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.services.results.exports import large

    monkeypatch.setattr(large, "MOST", 2)
    session, _ = people
    for part in ("responses", "transcripts", "summary"):
        ask(host, session, f"?parts={part}")
        write()
        clock.advance(1)
    assert len(files()) == 2
