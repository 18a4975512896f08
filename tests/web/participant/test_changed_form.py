"""A form that changes while somebody fills it in: each word that they typed is stored, or on the page that they see next."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.web.browser import Browser, Page

START = "Start the conversation"
OPTIONS = ["Red", "Blue, dark", "Green"]
CHANGED = "The form was changed while you filled it in."


@dataclass
class Change:
    """What the host makes of a form: fields of the session before and after, and whether that alone lets nobody in."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    is_refused: bool = False
    # Of the answers that are stored in the end, where nothing is refused.
    questions: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name


def asked(*questions: dict[str, Any] | str) -> dict[str, Any]:
    return {"questions": [{"text": it} if isinstance(it, str) else it for it in questions]}


TWO = asked("Role", "Team")
NONE: dict[str, Any] = {"questions": []}
DEFAULTS: dict[str, Any] = {"questions": None}
COLOR = {"text": "Team", "type": "Options", "options": OPTIONS}

CHANGES = [
    Change("nothing", TWO, {"topic": "Another"}, questions=["Role", "Team"]),
    Change("kept in another order", TWO, asked("Team", "Role"), questions=["Team", "Role"]),
    Change("reworded", TWO, asked("Role at work", "Team"), questions=["Team", "Role"]),
    Change(
        "reworded as the same question",
        TWO,
        asked({"text": "Role at work", "id": "0"}, "Team"),
        questions=["Role", "Team"],
    ),
    Change("removed", TWO, asked("Role"), questions=["Role", "Team"]),
    Change("added", TWO, asked("Town", "Role", "Team"), questions=["Role", "Team"]),
    Change("added and required", TWO, asked({"text": "Town", "required": True}, "Role", "Team"), is_refused=True),
    Change("made required", TWO, asked({"text": "Role", "required": True}, "Team"), questions=["Role", "Team"]),
    Change("removed, another required", TWO, asked("Role", {"text": "Town", "required": True}), is_refused=True),
    Change("an address", TWO, asked("Role", {"text": "Team", "type": "Email"}), questions=["Role", "Team"]),
    Change("options", TWO, asked("Role", COLOR), is_refused=True),
    Change("many options", TWO, asked("Role", {**COLOR, "options": [f"Team {n}" for n in range(9)]}), is_refused=True),
    Change("several options", TWO, asked("Role", {**COLOR, "multiple": True}), is_refused=True),
    Change("a long text", TWO, asked("Role", {"text": "Team", "long": True}), questions=["Role", "Team"]),
    Change("a text after options", asked("Role", COLOR), TWO, questions=["Role", "Team"]),
    Change("a text after several", asked("Role", {**COLOR, "multiple": True}), TWO, questions=["Role", "Team"]),
    Change("other options", asked("Role", COLOR), asked("Role", {**COLOR, "options": ["Pink"]}), is_refused=True),
    Change(
        "other, several", asked({**COLOR, "multiple": True}), asked({**COLOR, "options": ["Pink"]}), is_refused=True
    ),
    Change("defaults to a list", DEFAULTS, asked("Name", "Team"), questions=["Name", "Email"]),
    Change("defaults to none", DEFAULTS, NONE, questions=["Name", "Email"]),
    Change("defaults to anonymous", DEFAULTS, {"anonymous": True}, is_refused=True),
    Change("a list to defaults", asked("Name", "Team"), DEFAULTS, questions=["Name", "Team"]),
    Change("a list to none", TWO, NONE, questions=["Role", "Team"]),
    Change("a list to anonymous", asked("Name", "Team"), {"anonymous": True, **asked("Team")}, is_refused=True),
    Change(
        "anonymous, under the same id",
        asked("Name", "Team"),
        {"anonymous": True, **asked({"text": "Town", "id": "0"}, "Team")},
        is_refused=True,
    ),
    Change(
        "anonymous, and another role",
        asked("Name", "Team"),
        {"anonymous": True, **asked({"text": "Name", "role": "other"}, "Team")},
        is_refused=True,
    ),
    Change("none to a list", NONE, TWO),
    Change("none to defaults", NONE, DEFAULTS),
    Change("none to required", NONE, asked({"text": "Town", "required": True}), is_refused=True),
]


def fill_in(page: Page) -> tuple[dict[str, str], list[str]]:
    """What somebody enters in every field of the form, and the words of it."""
    form = page.form(START)
    choices = {name: value for name, value in form.options if value in OPTIONS[:2]}
    texts = [name for name in form.fields if name.startswith("a-") and name not in dict(form.options)]
    entered = choices | {name: f"typed{number}@example.org" for number, name in enumerate(texts)}
    return entered, list(entered.values())


def people(host: Host, session: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = host.get(f"/sessions/{session['id']}/responses")["data"]
    return found


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_each_word_that_somebody_typed_is_stored_or_on_the_page(change: Change, host: Host, ben: Browser) -> None:
    session = host.new_session(**change.before)
    page = ben.chat(session)
    entered, words = fill_in(page)
    known = host.get(f"/sessions/{session['id']}/questions")["data"]
    changes = json.loads(json.dumps(change.after))
    for question in changes.get("questions") or []:
        if "id" in question:
            question["id"] = known[int(question["id"])]["id"]
    assert host.call("PATCH", f"/sessions/{session['id']}", changes).status_code == 200
    after = ben.submit(page.form(START), **entered)
    stored = people(host, session)
    if change.is_refused:
        assert stored == []
        assert after.status in (400, 409)
        assert CHANGED in after.text
        for word in words:
            assert word in after.text or word in after.form(START).fields.values()
    else:
        assert after.log == [("Facilitator", "Reply 1")]
        (person,) = stored
        assert [answer["text"] for answer in person["answers"]] == change.questions
        told = json.dumps([answer["answer"] for answer in person["answers"]])
        assert [word for word in words if word not in told] == []


def test_what_was_shown_back_is_kept_with_its_question_when_the_form_is_sent_again(host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "Role"}, {"text": "Team"}])
    form = ben.chat(session).form(START)
    role, team = (name for name in form.fields if name.startswith("a-"))
    host.call("PATCH", f"/sessions/{session['id']}", asked("Role", {"text": "Town", "required": True}))
    again = ben.submit(form, **{role: "Cook", team: "Red\n\nand blue"})
    assert "This question is no longer asked. Your answer is kept with it." in again.text
    names = [name for name in again.form(START).fields if name.startswith("a-")]
    assert ben.submit(again.form(START), **{names[1]: "Lima"}).log == [("Facilitator", "Reply 1")]
    (person,) = people(host, session)
    found = [(answer["text"], answer["answer"]) for answer in person["answers"]]
    assert found == [("Role", "Cook"), ("Town", "Lima"), ("Team", "Red\n\nand blue")]


def test_an_answer_to_a_reworded_question_is_kept_with_the_words_that_were_asked(host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "Do you like the plan?"}])
    form = ben.chat(session).form(START)
    (question,) = host.get(f"/sessions/{session['id']}/questions")["data"]
    (name,) = (name for name in form.fields if name.startswith("a-"))
    reworded = {"id": question["id"], "text": "Do you dislike the plan?"}
    host.call("PATCH", f"/sessions/{session['id']}", {"questions": [reworded]})
    ben.submit(form, **{name: "Yes"})
    (answer,) = people(host, session)[0]["answers"]
    assert answer == {"question_id": question["id"], "text": "Do you like the plan?", "answer": "Yes"}


def test_a_name_given_before_the_form_changed_names_the_participant(host: Host, ben: Browser) -> None:
    session = host.new_session()
    page = ben.chat(session)
    entered, words = fill_in(page)
    host.call("PATCH", f"/sessions/{session['id']}", {"questions": []})
    ben.submit(page.form(START), **entered)
    assert people(host, session)[0]["participant_name"] == words[0]


def test_who_makes_up_a_question_gets_no_answer_to_it_stored(host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "Role"}])
    form = ben.chat(session).form(START)
    name = next(name for name in form.fields if name.startswith("a-"))
    forged = {name: "Cook", "a-made-up": "Yes"}
    page = ben.submit(form, **forged, asked="made.up")
    assert (page.status, people(host, session)) == (409, [])
    assert "Yes" in page.text
    page = ben.submit(form, **forged)
    assert (page.status, "Yes" in page.text, people(host, session)) == (409, True, [])
    ben.submit(page.form(START))
    assert [answer["answer"] for answer in people(host, session)[0]["answers"]] == ["Cook"]


def test_what_a_second_form_has_besides_goes_to_the_box_of_the_conversation(host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "Role"}])
    other_tab = ben.chat(session).form(START)
    name = next(name for name in other_tab.fields if name.startswith("a-"))
    ben.join(session, **{name: "Cook"})
    assert ben.submit(other_tab, **{name: " Cook "}).status == 200
    page = ben.submit(other_tab, **{name: "Baker"})
    assert (page.status, page.form("Send").fields["content"]) == (409, "Baker")
    assert "You have begun this conversation already." in page.text


def test_what_is_entered_anew_after_a_failed_opening_goes_to_the_box_of_the_conversation(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session(questions=[{"text": "Role"}])
    form = ben.chat(session).form(START)
    name = next(name for name in form.fields if name.startswith("a-"))
    model.failing.add("turn")
    ben.submit(form, **{name: "Cook"})
    model.failing.clear()
    page = ben.submit(form, **{name: "Baker"})  # back in the browser, and sent once more
    assert (page.status, page.form("Send").fields["content"]) == (409, "Baker")
    assert page.log == [("Facilitator", "Reply 2")]
    assert [it["answer"] for it in people(host, session)[0]["answers"]] == ["Cook"]


def test_what_was_entered_before_the_session_closed_is_given_back(host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "Role"}])
    form = ben.chat(session).form(START)
    name = next(name for name in form.fields if name.startswith("a-"))
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    page = ben.submit(form, **{name: "Cook"})
    assert "This session is closed" in page.text
    assert "Cook" in page.text


def test_several_options_are_ticked_and_come_back_ticked(host: Host, ben: Browser) -> None:
    several = {"text": "Team", "type": "Options", "multiple": True, "options": OPTIONS}
    session = host.new_session(questions=[several, {"text": "Town", "required": True}])
    page = ben.chat(session)
    boxes = [name for name, _ in page.form(START).options]
    assert (page.html.count('type="checkbox"'), len(set(boxes))) == (3, 3)
    (town,) = (name for name in page.form(START).fields if name.startswith("a-"))
    ticked = {boxes[1]: OPTIONS[1], boxes[2]: OPTIONS[2]}
    again = ben.submit(page.form(START), **ticked)
    assert (again.status, again.html.count(" checked")) == (400, 2)
    ben.submit(again.form(START), **{town: "Lima"})
    answer = people(host, session)[0]["answers"][0]
    assert (answer["answer"], answer["choices"]) == ("Blue, dark, Green", OPTIONS[1:])


def test_the_comment_of_a_rating_for_another_conversation_is_given_back(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    rating = ben.submit(ben.chat(session).form("I’m done")).form("Send rating")
    ben.leave(session)
    page = ben.submit(rating, rating="4", comment="Quick and kind")
    assert (page.status, "Quick and kind" in page.text) == (403, True)
