"""Insights: what a host notes of a session, with quotes that somebody said, for as long as they are part of the results."""

import json
from typing import Any

import pytest

from chalicelib import container
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data
from tests.api.participants import SAID, include, remove
from tests.api.shapes import ID, NULL, TIME, assert_shape
from tests.stored_items import stored

INSIGHT = {
    "id": ID,
    "title": (str, NULL),
    "content": str,
    "source": str,
    "quotes": [{"text": str, "message_id": ID, "participant_id": ID}],
    "lost_quotes": int,
    "position": int,
    "visible": bool,
    "created_by": ID,
    "created_by_name": (str, NULL),
    "created_at": TIME,
    "updated_at": TIME,
}
WORDS = "people work late"


@pytest.fixture
def session(host: Host) -> str:
    """A session in which three people spoke."""
    found = str(host.new_session()["id"])
    for name, words in SAID.items():
        assert host.say(found, words, name).status_code == 200
    return found


def person(host: Host, session: str, name: str) -> dict[str, Any]:
    """Somebody with what they said."""
    people = host.get(f"/sessions/{session}/responses?include=all")["data"]
    return dict(next(it for it in people if it["external_id"] == name))


def said_by(host: Host, session: str, name: str) -> str:
    """The id of the first message of somebody's."""
    return str(next(it["id"] for it in person(host, session, name)["messages"] if it["role"] == "user"))


def note(host: Host, session: str, **fields: Any) -> dict[str, Any]:
    """Add an insight."""
    answer = host.call("POST", f"/sessions/{session}/insights", {"content": "Late shifts matter.", **fields})
    assert answer.status_code == 201, answer.body
    assert_shape(answer.json_body, INSIGHT)
    return dict(answer.json_body)


def listed(host: Host, session: str) -> list[dict[str, Any]]:
    """All insights."""
    return list(host.get(f"/sessions/{session}/insights?limit=100")["data"])


def change(host: Host, session: str, insight: str, **fields: Any) -> Any:
    return host.call("PATCH", f"/sessions/{session}/insights/{insight}", fields)


def test_a_note_has_its_quotes_as_they_were_said_and_is_found_by_every_member(host: Host, session: str) -> None:
    message = said_by(host, session, "p1")
    made = note(
        host,
        session,
        title="Evenings",
        quotes=[{"text": "because  people\nwork late", "message_id": message}, {"text": "open on Sunday"}],
    )
    assert [it["text"] for it in made["quotes"]] == ["because people work late", "open on Sunday"]
    assert made["quotes"][0]["message_id"] == message
    assert made["quotes"][1]["participant_id"] == person(host, session, "p3")["participant_id"]
    assert (made["source"], made["visible"], made["lost_quotes"], made["created_by_name"]) == ("note", False, 0, "Ana")
    viewer = host.invite(session, "viewer")
    assert listed(viewer, session) == [made] == listed(host, session)
    assert viewer.call("POST", f"/sessions/{session}/insights", {"content": "x"}).status_code == 403


def test_words_that_nobody_said_are_no_quote(host: Host, session: str) -> None:
    mine, other = said_by(host, session, "p1"), said_by(host, session, "p3")
    reply = next(it for it in person(host, session, "p1")["messages"] if it["role"] == "assistant")
    for quote, told in (
        ({"text": WORDS, "message_id": other}, f"quotes[1].text is not in the message of that id: {WORDS}"),
        ({"text": "peop", "message_id": mine}, "quotes[1].text is not in the message of that id: peop"),
        ({"text": "Nobody said so"}, "quotes[1].text is not in any message of somebody in the results: Nobody said so"),
        (
            {"text": reply["content"][:20], "message_id": reply["id"]},
            f"quotes[1].message_id is no message of somebody in the results: {reply['id']}",
        ),
        (
            {"text": "open on Sunday", "message_id": other, "participant_id": "p" * 3_000},
            f"quotes[1].message_id is no message of somebody in the results: {other}",
        ),
        (
            {"text": WORDS, "message_id": "nonsense"},
            "quotes[1].message_id is no message of somebody in the results: nonsense",
        ),
    ):
        body = {"content": "x", "quotes": [{"text": WORDS, "message_id": mine}, quote]}
        assert error_of(host.call("POST", f"/sessions/{session}/insights", body)) == (400, "validation_error", told)
    assert listed(host, session) == []


def test_who_is_taken_out_takes_their_quotes_along_and_brings_them_back(host: Host, session: str) -> None:
    message, ann = said_by(host, session, "p1"), person(host, session, "p1")["participant_id"]
    made = note(host, session, content=f"One says that {WORDS}.", quotes=[{"text": WORDS, "message_id": message}])
    include(host, session, ann, False)
    (without,) = listed(host, session)
    assert (without["quotes"], without["lost_quotes"], without["content"]) == ([], 1, "One says that […].")
    body = {"content": "x", "quotes": [{"text": WORDS, "message_id": message}]}
    assert host.call("POST", f"/sessions/{session}/insights", body).status_code == 400
    include(host, session, ann, True)
    assert listed(host, session) == [made]


def test_a_change_meanwhile_brings_back_no_word_of_somebody_who_is_out_and_loses_none(host: Host, session: str) -> None:
    ann = person(host, session, "p1")["participant_id"]
    quotes = [{"text": WORDS}, {"text": "open on Sunday"}]
    made = note(host, session, content=f"One says that {WORDS}.", quotes=quotes)
    include(host, session, ann, False)
    changed = change(host, session, made["id"], quotes=[{"text": "would help the town"}]).json_body
    assert (changed["content"], changed["lost_quotes"]) == ("One says that […].", 1)
    assert [it["text"] for it in changed["quotes"]] == ["would help the town"]
    mended = change(host, session, made["id"], content="Somebody says that […]. It counts.").json_body["content"]
    assert mended == "Somebody says that […]. It counts."
    include(host, session, ann, True)
    (back,) = listed(host, session)
    assert back["content"] == f"Somebody says that {WORDS}. It counts."
    assert {it["text"] for it in back["quotes"]} == {"would help the town", WORDS}
    include(host, session, ann, False)
    change(host, session, made["id"], quotes=[])
    remove(host, session, ann)
    assert all(map(delete_data, asked("deletions")))
    assert WORDS not in json.dumps([raw for _, raw in stored()])


def test_who_is_removed_leaves_no_word_in_any_insight(host: Host, session: str) -> None:
    ann = person(host, session, "p1")["participant_id"]
    quotes = [{"text": WORDS}, {"text": "open on Sunday"}]
    content = f"> {WORDS}\n\nAnd then {WORDS}. Some say we need more buses in the evening, so. It stays."
    note(host, session, title=f"That {WORDS}", content=content, quotes=quotes)
    remove(host, session, ann)
    (at_once,) = listed(host, session)
    assert (len(at_once["quotes"]), at_once["lost_quotes"]) == (1, 1)
    assert WORDS not in json.dumps(at_once)
    assert all(map(delete_data, asked("deletions")))
    assert WORDS not in json.dumps([raw for _, raw in stored()])
    (after,) = listed(host, session)
    assert (after["title"], after["content"]) == ("That […]", "> […]\n\nAnd then […]. […] It stays.")
    assert ([it["text"] for it in after["quotes"]], after["lost_quotes"]) == (["open on Sunday"], 1)
    host.say(session, "I am back.", "p1")  # the same thread, without what was said in it before
    assert listed(host, session) == [after]


def test_an_answer_that_was_kept_is_for_members_alone(host: Host, session: str) -> None:
    told = "visible: an answer that was kept is for members; write a note of it to show it"
    kept = {"content": "They say so.", "source": "ask"}
    answer = host.call("POST", f"/sessions/{session}/insights", {**kept, "visible": True})
    assert error_of(answer) == (400, "validation_error", told)
    made = note(host, session, **kept)
    assert error_of(change(host, session, made["id"], visible=True)) == (400, "validation_error", told)
    assert change(host, session, made["id"], visible=False, title="T").json_body["visible"] is False


def test_a_text_with_marks_of_somebody_who_is_back_is_not_stored(host: Host, session: str) -> None:
    ann = person(host, session, "p1")["participant_id"]
    made = note(host, session, content=f"One says that {WORDS}.", quotes=[{"text": WORDS}])
    include(host, session, ann, False)
    include(host, session, ann, True)
    answer = change(host, session, made["id"], content="One says that […]. So.")
    told = "content has a mark […] that the insight does not have; read it again"
    assert error_of(answer) == (409, "conflict", told)
    assert listed(host, session) == [made]


@pytest.mark.parametrize(
    ("edited", "back"),
    [
        ("Then: […]. First: […]. End.", "Then: […]. First: […]. End."),  # which is which is not certain
        ("Then: […]. End.", "Then: open on Sunday. End."),
        ("So, first: x[…]. Then: […]. End.", "So, first: x[…]. Then: open on Sunday. End."),  # would not be found again
        ("Somebody says first: […]. Others […].", "Somebody says first: […]. Others […]."),
        ("First: […], then. And then: […]. End.", f"First: {WORDS}, then. And then: open on Sunday. End."),
    ],
)
def test_words_come_back_where_their_mark_is_known_and_nowhere_else(
    host: Host, session: str, edited: str, back: str
) -> None:
    people = [person(host, session, name)["participant_id"] for name in ("p1", "p3")]
    quotes = [{"text": WORDS}, {"text": "open on Sunday"}]
    made = note(host, session, content=f"First: {WORDS}. Then: open on Sunday. End.", quotes=quotes)
    for one in people:
        include(host, session, one, False)
    assert change(host, session, made["id"], content=edited).json_body["content"] == edited
    for one in people:
        include(host, session, one, True)
    (now,) = listed(host, session)
    assert (now["content"], len(now["quotes"])) == (back, 2)


def test_words_of_who_is_removed_go_from_a_note_that_quotes_them_no_more(host: Host, session: str) -> None:
    ann = person(host, session, "p1")["participant_id"]
    note(host, session, content=f"They say: {SAID['p1']} It stays.")
    remove(host, session, ann)
    assert all(map(delete_data, asked("deletions")))
    (after,) = listed(host, session)
    assert (after["content"], after["lost_quotes"]) == ("[…] It stays.", 0)


def test_what_who_is_removed_wrote_in_the_form_goes_from_notes_at_once(host: Host) -> None:
    session = str(host.new_session(questions=[{"text": "What bothers you?", "long": True}])["id"])
    (question,) = host.get(f"/sessions/{session}/questions")["data"]
    wrote = "Nobody mends the bicycle shed behind the school"
    for who in ("p1", "p2"):
        answers = [{"question_id": question["id"], "answer": wrote if who == "p1" else "Nothing at all, thank you"}]
        assert host.join(session, who, answers=answers).status_code == 200
        assert host.say(session, "It is quiet here.", who).status_code == 200
    note(host, session, content=f"In short: {wrote.lower()}. It stays.")
    remove(host, session, person(host, session, "p2")["participant_id"])
    assert wrote.lower() in listed(host, session)[0]["content"]
    remove(host, session, person(host, session, "p1")["participant_id"])
    assert listed(host, session)[0]["content"] == "[…] It stays."


def test_insights_have_an_order_that_can_be_changed(host: Host, session: str) -> None:
    first, second, third = (note(host, session, content=it)["id"] for it in ("one", "two", "three"))
    assert change(host, session, third, position=0).json_body["position"] == 0
    assert change(host, session, first, position=199).json_body["position"] == 2
    assert [it["id"] for it in listed(host, session)] == [third, second, first]
    assert host.call("DELETE", f"/sessions/{session}/insights/{second}").status_code == 204
    assert [(it["id"], it["position"]) for it in listed(host, session)] == [(third, 0), (first, 1)]
    page = host.get(f"/sessions/{session}/insights?limit=1&offset=1")
    assert ([it["id"] for it in page["data"]], page["pagination"]["total"]) == ([first], 2)
    assert change(host, session, "i" * 3_000, title="x").status_code == 404
    many = [first, *map(str, range(150)), third]  # more than are read at once
    assert [it.id for it in container.insight_deps().insights.get(session, many)] == [first, third]
    for answer in (
        host.call("DELETE", f"/sessions/{session}/insights/{second}"),
        change(host, session, second, title="x"),
    ):
        assert error_of(answer) == (404, "not_found", "Insight not found")


def test_of_two_editors_the_second_is_told_and_loses_nothing(host: Host, session: str) -> None:
    made = note(host, session)
    editor = host.invite(session, "editor")
    mine = change(host, session, made["id"], content="Mine", unchanged_since=made["updated_at"])
    assert (mine.status_code, mine.json_body["content"]) == (200, "Mine")
    theirs = change(editor, session, made["id"], content="Theirs", unchanged_since=made["updated_at"])
    assert error_of(theirs)[:2] == (409, "conflict")
    assert listed(host, session)[0]["content"] == "Mine"
    shown = change(editor, session, made["id"], visible=True, title="T")
    assert (shown.json_body["content"], shown.json_body["visible"]) == ("Mine", True)
    assert change(host, session, made["id"], title=None).json_body["title"] is None


def test_a_session_has_at_most_two_hundred(host: Host, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.services.results.insights.MOST", 2)
    note(host, session), note(host, session)
    answer = host.call("POST", f"/sessions/{session}/insights", {"content": "x"})
    assert error_of(answer) == (
        422,
        "unprocessable",
        "A session may have at most 2 insights: delete one to add another",
    )


def test_the_same_note_sent_twice_is_one(host: Host, session: str) -> None:
    sent = [
        host.call("POST", f"/sessions/{session}/insights", {"content": "x"}, **{"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [it.status_code for it in sent] == [201, 201]
    assert [it.json_body for it in sent] == listed(host, session) * 2
