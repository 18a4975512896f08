"""What a host takes away on the page of exports, and what stays."""

import csv
import io
import json
from dataclasses import replace

import boto3
import pytest

import app
from chalicelib.model.exports import LargeExport
from chalicelib.operations import exports
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, done, summarise
from tests.api.participants import SAID, include
from tests.clock import FakeClock
from tests.events import Context
from tests.web.browser import Browser
from tests.web.host.test_people import member
from tests.web.host.visitor import follow, send, submit

People = tuple[str, dict[str, str]]


@pytest.fixture
def people(host: Host, clock: FakeClock) -> People:
    """A session in which three people spoke, with a summary; and their participant ids."""
    session = str(host.new_session(prompt="Ask.")["id"])
    ids = {}
    for name, words in SAID.items():
        ids[name] = str(host.say(session, words, name, participant_name=name).json_body["thread_id"])
        clock.advance(1)
    assert summarise(session)
    return session, ids


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_every_button_saves_the_file_that_it_names(ana: Browser, host: Host, people: People) -> None:
    session, ids = people
    include(host, session, ids["p3"], False)
    page = ana.open(f"/sessions/{session}/export")
    assert "People said these things in confidence" in page.text
    assert "2 people" in page.text
    assert "4 messages" in page.text
    links = [it for it in page.links if f"/sessions/{session}/export/file?" in it]
    saved = {it: ana.get(it) for it in links}
    assert [answer.status_code for answer in saved.values()] == [200] * len(links)
    endings = [str(answer.headers["Content-Disposition"]).rpartition(".")[2] for answer in saved.values()]
    assert endings == ["html", "md", "csv", "csv", "json"]
    rest = host.call(
        "GET", f"/sessions/{session}/export?include=all&parts=design,responses,transcripts,summary,insights"
    )
    assert saved[links[-1]].body == rest.body
    assert [row["name"] for row in rows(saved[links[2]].body.decode())] == ["p1", "p2"]


def test_parts_and_people_are_chosen_and_what_is_missing_is_said(ana: Browser, host: Host, people: People) -> None:
    session, ids = people
    path = f"/sessions/{session}/export"
    form = ana.open(path).form("Download")
    assert form.fields.keys() & {"summary", "transcripts", "who"} == {"summary", "who"}
    some = {f"p.{ids[name]}": "on" for name in ("p1", "p3")}
    without = replace(form, fields={name: it for name, it in form.fields.items() if name != "summary"})
    chosen = send(ana, path, without, kind="md", transcripts="on", who="some", **some).body.decode()
    assert [words in chosen for words in SAID.values()] == [True, False, True]
    assert "are of everybody" in submit(ana, path, form, kind="md", transcripts="on", who="some", **some).text
    nobody = submit(ana, path, form, kind="md", transcripts="on", who="some")
    assert (nobody.status, "Choose at least one person." in nobody.text) == (400, True)
    assert nobody.form("Download").fields.keys() & {"summary", "transcripts"} == {"summary", "transcripts"}
    many = {f"p.{number:036}": "on" for number in range(101)}
    assert "Choose 100 people at most" in submit(ana, path, form, kind="md", transcripts="on", who="some", **many).text
    nothing = submit(ana, path, without, design="on")
    assert (nothing.status, "Choose at least one part." in nothing.text) == (400, True)
    assert ana.get(f"{path}/file?kind=exe&summary=on").status_code == 400


def test_what_is_too_large_for_an_answer_is_made_meanwhile_and_fetched_from_its_page(
    ana: Browser, host: Host, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = people
    boto3.client("s3").create_bucket(Bucket="exports")
    monkeypatch.setattr(exports, "ANSWER_BYTES", 0)
    answer = ana.get(f"/sessions/{session}/export/file?kind=messages")
    page = follow(ana, answer)
    assert "The file is being made" in page.text
    assert 'hx-trigger="every' in page.html
    address = next(it for it in page.links if "export?id=" in it)
    with monkeypatch.context() as later:
        later.setattr(LargeExport, "is_lost", lambda *_: True)
        lost = ana.open(address)
        assert (page.html.count("hx-trigger") - lost.html.count("hx-trigger"), "was not made" in lost.text) == (1, True)
    for body in asked("exports"):
        assert done(app.write_export(events.batch(events.raw_message(json.dumps(body))), Context()))
    ready = ana.open(address)
    assert "The file is ready" in ready.text
    assert "2 March 2026" in ready.text
    assert ready.html.count("hx-trigger") == lost.html.count("hx-trigger")
    taken = ana.get(next(it for it in ready.links if "take=1" in it))
    assert (taken.status_code, "X-Amz-Signature" in str(taken.headers["Location"])) == (303, True)
    assert member(host, {"id": session}, "viewer").get(address).status_code == 403


def test_a_viewer_is_given_the_page_that_may_be_handed_on_and_no_others_words(host: Host, people: People) -> None:
    session, _ = people
    viewer = member(host, {"id": session}, "viewer")
    page = viewer.open(f"/sessions/{session}/export")
    assert "there is no page to hand on yet" in page.text
    assert not [it for it in page.links if "export/file" in it]
    assert viewer.get(f"/sessions/{session}/export/file?kind=people").status_code == 403
    answer = viewer.get(f"/sessions/{session}/export/file?kind=html&summary=on&readers=others")
    assert (answer.status_code, SAID["p3"] in answer.body.decode()) == (200, False)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
