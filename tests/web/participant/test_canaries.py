"""One person leaves a word of their own in every place that takes any; once they are removed, none of these words is anywhere."""

import json
import re
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

import app
from chalicelib import container
from chalicelib.operations import exports
from chalicelib.services.facilitation import condensed_history
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.synthesis import reduced_digests
from chalicelib.store import keys
from chalicelib.store.item_kinds import NAMED_BY
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data, done, parts, summarise, write_brief
from tests.api.participants import SAID, brief, remove, summary
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import FAULTS, Interviewer, break_each_call, tap
from tests.services.builders import single_select
from tests.stored_items import owners_of, stored
from tests.telegram.talk import present_next
from tests.web.browser import Browser
from tests.web.host.visitor import deliver
from tests.web.invited import invite, link_in

QUESTIONS = (
    {"text": "Name"},
    {"text": "Address", "type": "Email"},
    {"text": "Where?", "long": True},
    {"text": "What?", "type": "Options", "options": ["Soup", "Bread"], "multiple": True},
)
CANARIES = re.compile(r"canaryx[a-z]", re.IGNORECASE)
PLACES = {
    *("thread", "form", "message", "comment", "condensed", "digest"),
    *("theme", "reduce", "scratchpad", "summary", "brief", "insight", "invitation"),
}
DEATH = next(fault for fault in FAULTS if fault.name == "dies after")


def everywhere() -> dict[str, str]:
    """All that is kept anywhere but in the mails that went out: tables, queues with their dead letters, the bucket of exports."""
    found = {f"{kind.table} {kind.name}": "" for kind, _ in stored()}
    for kind, raw in stored():
        found[f"{kind.table} {kind.name}"] += json.dumps(raw, ensure_ascii=False)
    for queue in sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues.values():
        found[f"queue {queue.name}"] = "".join(str(message.body) for message in queue._messages)
    s3 = boto3.client("s3")
    for it in s3.list_objects_v2(Bucket="exports").get("Contents", []):
        found[f"export {it['Key']}"] = s3.get_object(Bucket="exports", Key=it["Key"])["Body"].read().decode()
    return found


def canaries() -> dict[str, set[str]]:
    """Where the words of this person are."""
    found = {place: set(map(str.lower, CANARIES.findall(text))) for place, text in everywhere().items()}
    return {place: words for place, words in found.items() if words}


def of_others(thread: str) -> dict[str, str]:
    """What is stored of the other people in any session, byte for byte."""
    return {
        f"{raw[keys.SESSION_ID]['S']} {raw[NAMED_BY[kind.table]]['S']}": json.dumps(raw, sort_keys=True)
        for kind, raw in stored()
        if kind.owner == "person" and owners_of((kind, raw))["person"] != thread
    }


def counted(host: Host, session: str) -> tuple[int, int, int]:
    found = host.get(f"/sessions/{session}")
    everybody = host.get(f"/sessions/{session}/responses?include=all")["data"]
    return found["participant_count"], found["completed_count"], len(everybody)


def work_off() -> None:
    """All that deletions ask for."""
    for _ in range(3):
        for body in asked("deletions"):
            assert delete_data(body)


@pytest.fixture
def session(
    host: Host, mail: None, model: Interviewer, clock: FakeClock, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    """A session in which somebody said all that one can, and three others spoke; and the id of that person's thread."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 4)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 2)
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 2)
    monkeypatch.setattr(exports, "ANSWER_BYTES", 200)
    boto3.client("s3").create_bucket(Bucket="exports")
    made = host.new_session(
        prompt="Ask.",
        questions=list(QUESTIONS),
        widgets_enabled=True,
        cross_pollination=True,
        reminders={"enabled": True, "text": "Come back"},
    )
    session = str(made["id"])
    for name, words in SAID.items():
        assert host.say(session, words, name).status_code == 200
    _join(host, made, ben)
    _speak(host, made, ben, model)
    (thread,) = {
        raw[keys.PART]["S"].partition("#")[2]
        for kind, raw in stored()
        if kind.name == keys.THREADS and "anaryxb" in str(raw)
    }
    _have_it_used(host, session, clock)
    return session, thread


def _join(host: Host, made: dict[str, Any], ben: Browser) -> None:
    invite(host, made, "canaryxc@example.com")
    (sent,) = deliver()
    form = ben.open(link_in(sent)).form("Start the conversation")
    ids = [it["id"] for it in host.get(f"/sessions/{made['id']}/questions")["data"]]
    given = ("Canaryxb Bo", "canaryxd@example.com", "canaryxe street", "Soup")
    names = {name: value for name in form.fields for at, value in zip(ids, given, strict=True) if at in name}
    ben.submit(form, **names)


def _speak(host: Host, made: dict[str, Any], ben: Browser, model: Interviewer) -> None:
    for letter in "fghij":
        ben.say(made, f"The canaryx{letter} is locked away on Thursdays.")
    present_next(model, single_select("Where?", "Here", "There"))
    ben.say(made, "Now canaryxk follows")
    widget = ben.chat(made).form("Send")
    ben.submit(widget, content="canaryxl instead of a choice")
    wished = ben.chat(made).form("Save")
    ben.submit(wished, wanted="1", address="canaryxm@example.com")
    page = ben.submit(ben.chat(made).form("I’m done"))
    page = ben.submit(page.form("Send rating"), rating="4", comment="canaryxn was easy")
    ben.submit(page.form("Send me my conversation"), email="canaryxo@example.com")


def _have_it_used(host: Host, session: str, clock: FakeClock) -> None:
    """Digests, themes, reduced digests, summary, brief, notes, an insight with a quote, and an export that waits."""
    assert summarise(session)
    assert write_brief(session)
    assert host.call("POST", f"/sessions/{session}/scratchpad", {}).status_code == 200
    noted = {"content": "The canaryxi is locked away.", "quotes": [{"text": "canaryxi is locked away"}]}
    assert host.call("POST", f"/sessions/{session}/insights", noted).status_code == 201
    assert host.call("GET", f"/sessions/{session}/export?format=json").status_code == 202
    for body in asked("exports"):
        assert done(app.write_export(events.batch(events.raw_message(json.dumps(body))), Context()))
    clock.advance(60)
    asked("summaries")


def test_no_word_of_somebody_who_is_removed_is_anywhere_and_nobody_else_is_touched(
    capfd: pytest.CaptureFixture[str], host: Host, session: tuple[str, str], model: Interviewer
) -> None:
    """The model is down meanwhile: nothing waits for it."""
    found, thread = session
    before, people = of_others(thread), counted(host, found)
    places = canaries()
    assert set().union(*places.values()) >= {f"canaryx{letter}" for letter in "bcdefghijkln"}
    assert {place.partition(" ")[2].rstrip("#") for place in places if "export" not in place} == PLACES
    assert any(place.startswith("export") for place in places)
    model.failing |= {"digest", "summary", "turn", "prompt"}
    remove(host, found, thread)
    assert (summary(host, found), brief(host, found)) == ((False, "updating"), 404)
    shown = [
        host.call("GET", f"/sessions/{found}{path}").body for path in ("", "/scratchpad", "/insights", "/activity")
    ]
    assert CANARIES.findall(str(shown)) == []
    work_off()
    deliver()
    assert canaries() == {}
    assert counted(host, found) == (people[0] - 1, people[1] - 1, people[2] - 1)
    assert of_others(thread) == before
    (record,) = host.get(f"/sessions/{found}/deletions")["data"]
    assert record["removed"] == {
        "thread": 1,
        "form": 1,
        "comment": 1,
        "digest": 1,
        "messages": record["removed"]["messages"],
    }
    assert (record["by"], thread in json.dumps(record)) == ("host", False)
    assert thread not in json.dumps([raw for kind, raw in stored() if kind.name != keys.THEMES])
    model.failing.clear()
    assert summarise(found)
    assert summary(host, found) == (True, "current")
    assert thread not in json.dumps([raw for _, raw in stored()])
    assert CANARIES.findall(capfd.readouterr().out) == []


def test_a_death_at_any_call_of_a_removal_leaves_nothing_in_the_end(
    host: Host, session: tuple[str, str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks again: the sweep finds what the request began."""
    found, thread = session
    wire = tap(monkeypatch)
    view = container.participants().find(found, thread)

    def act() -> None:
        remove_participant(view[0].session, view[1], deps=container.participant_deps())
        for body in asked("deletions"):
            app.delete_data(events.batch(events.raw_message(json.dumps(body))), Context())

    for _ in break_each_call(wire, DEATH, act):
        clock.advance(3_600)
        app.sweep(events.clock_event(), Context())
        work_off()
        deliver()
        if not host.get(f"/sessions/{found}/deletions")["data"]:  # it died before anything was done
            assert keys.thread(thread) in parts(found)
            continue
        assert canaries() == {}
        (record,) = host.get(f"/sessions/{found}/deletions")["data"]
        assert record["finished_at"]
