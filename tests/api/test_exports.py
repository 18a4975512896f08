"""What a host takes away of a session, against what REST reads of it."""

import csv
import html
import io
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from chalicelib.services.synthesis import visibility
from chalicelib.store import session_contents
from chalicelib.store.item_kinds import KINDS, OF_SESSIONS
from tests.api.hosts import Host, error_of, new_host
from tests.api.participants import SAID, include, remove
from tests.clock import FakeClock
from tests.web.participant.test_results import crowd, put, summary_of

People = tuple[str, dict[str, str]]
WORDS = {"ja": '会議が多すぎます。<b>&"', "ar": "الاجتماعات كثيرة، =1", "hostile": '=HYPERLINK("https://evil.example")'}


def export(host: Host, session: str, query: str = "") -> str:
    answer = host.call("GET", f"/sessions/{session}/export{query}")
    assert answer.status_code == 200, answer.body
    return str(answer.body.decode())


def document(host: Host, session: str, query: str = "") -> dict[str, Any]:
    return dict(json.loads(export(host, session, query)))


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


@pytest.fixture
def office(host: Host, clock: FakeClock) -> str:
    """A session with a form, of which a question was removed, and people who entered and said what a table must bear."""
    questions = [{"text": "Name"}, {"text": "Team"}, {"text": "Team"}]
    session = str(host.new_session(topic="Büro, 2027?", prompt="Ask.", context="c", questions=questions)["id"])
    ids = [it["id"] for it in host.get(f"/sessions/{session}/questions")["data"]]
    for name, words in WORDS.items():
        entered = [{"question_id": ids[0], "answer": name}, {"question_id": ids[1], "answer": words}]
        assert host.join(session, name, answers=entered).status_code == 200
        assert host.say(session, words, name).status_code == 200
        clock.advance(1)
    left = [{"id": ids[0], "text": "Name"}, {"id": ids[2], "text": "Team"}]
    assert host.call("PATCH", f"/sessions/{session}", {"questions": left}).status_code == 200
    return session


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_json_has_all_that_rest_reads_of_everybody(host: Host, office: str) -> None:
    found, everybody = document(host, office), host.get(f"/sessions/{office}/responses")["data"]
    session = host.get(f"/sessions/{office}")
    for field in ("topic", "goal", "time_zone", "anonymous", "results_visibility", "duration_minutes"):
        assert found["session"][field] == session[field]
    assert found["context"]["text"] == "c"
    assert [it["text"] for it in found["questions"]["questions"]] == [it["text"] for it in session["questions"]]
    assert found["prompt"]["text"] == session["prompt"]
    assert found["prompt"]["version"] == 1
    assert found["use"].startswith("People said these things in confidence")
    assert len(found["participants"]) == len(everybody) == len(WORDS)
    for taken, read in zip(found["participants"], everybody, strict=True):
        thread = taken["thread"]
        assert taken["participant_id"] == read["participant_id"]
        for field in ("external_id", "message_count", "included", "test"):
            assert thread[field] == read[field]
        assert (thread["name"], at(thread["last_message_at"])) == (
            read["participant_name"],
            at(read["last_message_at"]),
        )
        assert [
            {"question_id": it["question_id"], "text": it["text"], "answer": it["answer"]}
            for it in taken["form"]["answers"]
        ] == read["answers"]
        assert [(it["id"], it["role"], it["content"], at(it["created_at"])) for it in taken["messages"]] == [
            (it["id"], it["role"], it["content"], at(it["created_at"])) for it in read["messages"]
        ]


def test_json_has_every_kind_of_item_or_says_why_not(host: Host, people: People) -> None:
    session, _ = people
    found = document(host, session)
    assert found["summary"]["document"]["markdown"] == host.get(f"/sessions/{session}/summary")["summary"]
    assert found["brief"]["markdown"] == host.get(f"/sessions/{session}")["session_md"]
    left_out = {it["what"]: it["why"] for it in found["not_exported"]}
    assert all(left_out.values())
    for kind in KINDS:
        if kind.table in OF_SESSIONS:
            holder = found["participants"][0] if kind.owner == "person" else found
            assert kind.export in holder or (kind.export or kind.name.rstrip("#")) in left_out, kind.name
    assert found["themes"][0]["theme"]["label"]
    read = host.get(f"/sessions/{session}/responses")["data"][0]
    named_otherwise = {"name", "created_at", "concluded", "concluded_at", "rated_at", "counts", "models"}
    assert (
        set(found["participants"][0]["thread"]) - set(read) <= named_otherwise
    )  # what REST keeps from hosts is not here either
    assert set(document(host, session, "?parts=summary")) & {"participants", "prompt", "themes"} == set()


def test_no_export_names_the_account_of_somebody_who_takes_part(host: Host) -> None:
    for anonymous in (False, True):
        session = host.new_session(is_public=True, anonymous=anonymous, questions=[{"text": "Shift?"}])["id"]
        stranger = new_host(f"stranger-{anonymous}@example.com")
        question = host.get(f"/sessions/{session}/questions")["data"][0]["id"]
        entered = [{"question_id": question, "answer": "Late"}]
        assert stranger.join(session, "agent-7", answers=entered).status_code == 200
        assert stranger.say(session, "Hello from elsewhere", "agent-7").status_code == 200
        taken = export(host, session, "?include=all")
        assert (stranger.user_id in taken, "agent-7" in taken) == (False, not anonymous)
        (thread,) = (it["thread"] for it in json.loads(taken)["participants"])
        assert (thread["channel"], thread["another_account"]) == ("api", True)


def test_with_chosen_people_there_is_nothing_of_others(host: Host, people: People) -> None:
    session, ids = people
    found = document(host, session, f"?participants={ids['p1']}")
    assert (found["parts"], len(found["participants"])) == (["responses", "transcripts"], 1)
    assert not {"themes", "scratchpad", "summary", "summaries", "brief", "insights"} & set(found)
    why = {it["what"]: it["why"] for it in found["not_exported"]}
    assert {why[it] for it in ("themes", "summary", "insights")} == {
        "is of everybody, and only some people were asked for"
    }
    for query in ("", "format=md&", "format=html&"):
        mine = export(host, session, f"?{query}participants={ids['p1']}")
        assert (SAID["p1"] in html.unescape(mine), SAID["p3"] in html.unescape(mine)) == (True, False)
        refused = host.call(
            "GET", f"/sessions/{session}/export?{query}parts=summary,transcripts&participants={ids['p1']}"
        )
        assert error_of(refused)[2].startswith("participants is for responses and transcripts")


def test_every_kind_of_item_that_is_exported_is_read_by_its_class() -> None:
    exported = {it.export for it in KINDS if it.table in OF_SESSIONS and it.owner != "account" and it.export}
    assert exported == set(session_contents.CLASSES)


def test_insights_are_in_it_as_members_read_them(host: Host, people: People) -> None:
    session, ids = people
    quotes = [{"text": SAID["p3"]}]
    added = host.call(
        "POST", f"/sessions/{session}/insights", {"title": "Sundays", "content": "Books!", "quotes": quotes}
    )
    assert added.status_code == 201
    assert (
        document(host, session)["insights"][0]["quotes"][0]["message_id"] == added.json_body["quotes"][0]["message_id"]
    )
    for kind in ("md", "html"):
        written = export(host, session, f"?format={kind}&parts=insights")
        assert all(it in written for it in ("Sundays", "Books!", SAID["p3"]))
    include(host, session, ids["p3"], False)
    for kind in ("md", "html", "json"):
        assert SAID["p3"] not in export(host, session, f"?format={kind}&parts=insights")


def test_a_row_a_person_and_a_row_a_message_are_opened_by_the_standard_library(host: Host, office: str) -> None:
    table = export(host, office, "?format=csv")
    assert table.startswith(
        "\ufeffparticipant_id,name,channel,joined_at,completed_at,included,test,rating,quotable,Name,Team,"
    )
    found = rows(table)
    assert list(found[0])[9:] == ["Name", "Team", "Team (2)"]  # the second one is gone from the form
    assert [row["Team (2)"] for row in found] == [WORDS["ja"], WORDS["ar"], f"'{WORDS['hostile']}"]
    said = [row for row in rows(export(host, office, "?format=csv&parts=transcripts")) if row["role"] == "user"]
    assert [row["content"] for row in said] == [WORDS["ja"], WORDS["ar"], f"'{WORDS['hostile']}"]
    refused = host.call("GET", f"/sessions/{office}/export?format=csv&parts=summary")
    assert error_of(refused)[0] == 400


def test_who_was_taken_out_is_there_only_where_asked_for_and_who_was_removed_never(host: Host, people: People) -> None:
    session, ids = people
    include(host, session, ids["p1"], False)

    def named(query: str = "") -> list[str]:
        return [row["name"] for row in rows(export(host, session, f"?format=csv{query}"))]

    assert (named(), named("&include=all")) == (["p2", "p3"], ["p1", "p2", "p3"])
    assert named(f"&participants={ids['p1']},{ids['p3'].upper()}") == ["p1", "p3"]
    why = {it["what"]: it["why"] for it in document(host, session)["not_exported"]}["participants"]
    assert why.startswith("1 ")
    assert "1 person is not in here" in export(host, session, "?format=md&parts=transcripts")
    remove(host, session, ids["p1"])
    assert SAID["p1"] not in export(host, session, "?include=all")
    unknown = host.call("GET", f"/sessions/{session}/export?participants={ids['p1']}")
    assert error_of(unknown)[0] == 400
    assert error_of(host.call("GET", f"/sessions/{session}/export?parts=all"))[2].startswith("parts must be some of")


def test_documents_have_the_summary_with_its_quotes_and_nothing_that_a_browser_would_fetch_or_run(
    host: Host, people: People, office: str
) -> None:
    session, _ = people
    for kind in ("md", "html"):
        written = html.unescape(export(host, session, f"?format={kind}"))
        assert all(quoted["text"] in written for quoted in host.get(f"/sessions/{session}/summary")["quotes"])
        assert "p1" not in written
        everything = html.unescape(export(host, office, f"?format={kind}&parts=summary,responses,transcripts"))
        assert WORDS["ar"] in everything
    page = export(host, office, "?format=html&parts=summary,responses,transcripts")
    assert "<b>" not in page
    assert re.findall(r"<script|<link|<img|<iframe|src=|href=|url\(|@import|javascript:", page) == []
    assert html.escape(WORDS["ja"]).replace("&quot;", "&#34;") in page


def test_a_viewer_takes_away_what_was_made_for_all_and_of_five_people_at_least(
    host: Host, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = people
    viewer = host.invite(session, "viewer")
    for query in ("?format=csv", "?parts=responses", "?parts=design", "?format=html&parts=summary,transcripts"):
        assert error_of(viewer.call("GET", f"/sessions/{session}/export{query}"))[0] == 403
    assert document(viewer, session)["parts"] == ["summary", "insights"]
    for kind in ("md", "html"):
        assert "Fewer than 5 people have taken part" in export(viewer, session, f"?format={kind}")
        assert SAID["p3"] not in export(viewer, session, f"?format={kind}")
        assert export(host, session, f"?format={kind}&readers=others") == export(viewer, session, f"?format={kind}")
    monkeypatch.setattr(visibility, "LEAST", 3)
    for kind in ("md", "html"):
        shown = export(viewer, session, f"?format={kind}")
        assert "buses" in shown
        assert SAID["p3"] not in shown  # which one person says
    assert error_of(host.call("GET", f"/sessions/{session}/export?readers=others"))[0] == 400


def test_the_file_is_saved_under_the_name_of_its_topic_and_may_be_kept(host: Host, office: str) -> None:
    answer = host.call("GET", f"/sessions/{office}/export?format=html")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    name = quote("büro-2027-summary.html")
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"buro-2027-summary.html\"; filename*=UTF-8''{name}"
    )
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    again = host.call("GET", f"/sessions/{office}/export?format=html", **{"If-None-Match": str(answer.headers["ETag"])})
    assert (again.status_code, again.body) == (304, b"")


@pytest.mark.parametrize("format_", ["html", "md"])
def test_others_are_not_told_that_nobody_spoke_to_what_is_withheld_from_them(host: Host, format_: str) -> None:
    session = host.new_session(critical="What keeps people away", results_visibility="public")
    answer = "Karin Oberhuber keeps people away."
    crowd(session, 6)
    put(session, replace(summary_of(6), critical_answer=answer, withheld=(answer,)))
    address = f"/sessions/{session['id']}/export?format={format_}&parts=summary&readers=others"
    told = host.call("GET", address).body.decode()
    assert (summary_of(6).themes[0].label in told, "What keeps people away" in told) == (True, False)
