"""The pre-session form over REST: who is asked for, how answers name their questions, several options, and who may skip it."""

from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import container
from tests.api.hosts import Host, error_of
from tests.faults import Interviewer
from tests.llm.queued import prompt_of

NAMES = [
    "Your name",
    "Wie heißen Sie?",
    "Nombre y apellidos:",
    "Prénom (facultatif)",
    "ما اسمك؟",
    "您的姓名？",
    "怎麼稱呼您",
]


def people(host: Host, session: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = host.get(f"/sessions/{session}/responses{query}")["data"]
    return found


def fill_in(host: Host, session: str, *answers: tuple[str, Any], who: str = "p1", name: str = "") -> HTTPResponse:
    """Join with answers to what each names."""
    given = [{"question_id": named, "answer": answer} for named, answer in answers]
    return host.join(session, who, participant_name=name, answers=given)


def entered(host: Host, session: str) -> list[tuple[str, str]]:
    (person,) = people(host, session)
    return [(answer["text"], answer["answer"]) for answer in person["answers"]]


# Names


@pytest.mark.parametrize("wording", NAMES)
def test_the_answer_to_a_question_worded_as_one_for_the_name_names_the_participant(wording: str, host: Host) -> None:
    session = host.new_session(questions=[{"text": wording}])["id"]
    fill_in(host, session, (wording, " Ada  Lovelace "))
    (person,) = people(host, session, "?name=lovelace")
    assert person["participant_name"] == "Ada Lovelace"


def test_the_role_says_which_answer_is_the_name_whatever_the_wording(host: Host) -> None:
    asked = [{"text": "Name", "role": "other"}, {"text": "What do friends call you?", "role": "name"}]
    session = host.new_session(questions=asked)["id"]
    assert [it["role"] for it in host.get(f"/sessions/{session}/questions")["data"]] == ["other", "name"]
    fill_in(host, session, ("1", "Acme"), ("2", "Ada"))
    assert people(host, session)[0]["participant_name"] == "Ada"


def test_the_name_that_the_channel_gives_comes_first(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Name"}])["id"]
    fill_in(host, session, ("Name", "Ada"), name="ada@work")
    assert people(host, session)[0]["participant_name"] == "ada@work"


def test_an_address_is_kept_from_the_facilitator_whatever_its_type(host: Host, model: Interviewer) -> None:
    asked = [{"text": "Wie lautet Ihre E-Mail-Adresse?"}, {"text": "Where do we write to?", "role": "email"}]
    session = host.new_session(questions=[*asked, {"text": "Town"}])["id"]
    fill_in(host, session, ("1", "a@example.org"), ("2", "b@example.org"), ("3", "Lima"))
    host.call("PATCH", f"/sessions/{session}", {"questions": []})
    host.say(session, "Soup")
    told = prompt_of(model.requests[-1])
    assert ("Lima" in told, "example.org" in told) == (True, False)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        *(({"text": wording}, "a name") for wording in NAMES),
        ({"text": "What do friends call you?", "role": "name"}, "a name"),
        ({"text": "Write to", "type": "Email"}, "an e-mail address"),
        ({"text": "Write to", "role": "email"}, "an e-mail address"),
    ],
)
def test_an_anonymous_session_takes_no_question_that_asks_who_somebody_is(
    asked: dict[str, Any], what: str, host: Host
) -> None:
    message = f"questions[1] asks for {what}, and an anonymous session asks nobody who they are"
    body = {"topic": "T", "goal": "G", "anonymous": True, "questions": [{"text": "Town"}, asked]}
    refused = [host.call("POST", "/sessions", body)]
    anonymous = host.new_session(anonymous=True)["id"]
    refused.append(host.call("PATCH", f"/sessions/{anonymous}", {"questions": body["questions"]}))
    asking = host.new_session(questions=body["questions"])["id"]
    refused.append(host.call("PATCH", f"/sessions/{asking}", {"anonymous": True}))
    assert [error_of(it)[2][: len(message)] for it in refused] == [message] * 3
    assert host.call("PATCH", f"/sessions/{asking}", {"anonymous": True, "questions": None}).status_code == 200


def test_where_a_wording_misleads_the_role_says_so(host: Host) -> None:
    session = host.new_session(anonymous=True, questions=[{"text": "Name", "role": "other"}])["id"]
    fill_in(host, session, ("Name", "Acme"))
    assert (entered(host, session), people(host, session)[0]["participant_name"]) == ([("Name", "Acme")], None)


def test_an_anonymous_session_stores_neither_name_nor_the_channels_id(host: Host) -> None:
    session = host.new_session(anonymous=True, is_public=True)["id"]
    guest = host.invite(session, "editor")
    threads = [host.join(session, "ada@example.org", participant_name="Ada Lovelace").json_body["thread_id"]]
    threads.append(host.say(session, "Soup", "ada@example.org", participant_name="Ada").json_body["thread_id"])
    assert guest.call("POST", f"/sessions/{session}/responses", {"content": "Mine"}).status_code == 201
    assert threads[0] == threads[1]
    assert len({person["external_id"] for person in people(host, session)}) == 2
    stored = repr(container.conversations().heads(session)) + repr(people(host, session))
    for told in ("ada@example.org", "Ada", guest.user_id):
        assert told not in stored.replace(f"host:{guest.user_id}", "")


# Naming questions


QUESTIONS = [{"text": "Your role?"}, {"text": "2"}, {"text": "Diet", "type": "Options", "options": ["vegan", "any"]}]


@pytest.mark.parametrize(
    ("named", "texts"),
    [
        (["your role?", "Diet"], ["Your role?", "Diet"]),
        (["1", "3"], ["Your role?", "Diet"]),
        (["0", "2"], ["Your role?", "2"]),
        (["0", "Diet"], ["Your role?", "Diet"]),
        (["2"], ["2"]),
    ],
)
def test_a_question_is_named_by_its_text_or_as_a_numbered_list_prints_it(
    named: list[str], texts: list[str], host: Host
) -> None:
    session = host.new_session(questions=QUESTIONS)["id"]
    given = [(it, "vegan") for it in named]
    assert fill_in(host, session, *given).status_code == 200
    assert entered(host, session) == [(text, "vegan") for text in texts]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (["4"], "answers: there is no question '4' in this session"),
        (["0", "3"], "answers: there is no question '3' in this session"),
        (["١"], "answers: there is no question '١' in this session"),
        (["1", "Your role?"], "answers must have each question once"),
        (["Diet", "Diet"], "answers must have each question once"),
    ],
)
def test_what_names_no_question_or_one_twice_is_refused(named: list[str], message: str, host: Host) -> None:
    session = host.new_session(questions=QUESTIONS)["id"]
    refused = fill_in(host, session, *((it, "vegan") for it in named))
    assert error_of(refused) == (400, "validation_error", message)


# Several options, long texts


SEVERAL = {"text": "Diet", "type": "Options", "multiple": True, "options": ["vegan", "soup, bread", "any"]}


@pytest.mark.parametrize(
    "answer",
    [["any", "soup, bread"], "any, soup, bread", "any\nsoup, bread", "soup, bread,any", ["any", "soup, bread", "any"]],
)
def test_several_options_are_a_list_and_a_text_in_the_order_of_the_question(answer: Any, host: Host) -> None:
    session = host.new_session(questions=[SEVERAL])["id"]
    assert fill_in(host, session, ("Diet", answer)).status_code == 200
    (person,) = people(host, session)
    (kept,) = person["answers"]
    assert (kept["answer"], kept["choices"]) == ("soup, bread, any", ["soup, bread", "any"])


@pytest.mark.parametrize("answer", [["meat"], "any, meat", ["any, vegan"], "soup"])
def test_what_is_no_option_is_refused_among_several(answer: Any, host: Host) -> None:
    session = host.new_session(questions=[SEVERAL])["id"]
    message = "answers: “Diet” must be one of: “vegan”, “soup, bread”, “any”"
    assert error_of(fill_in(host, session, ("Diet", answer))) == (400, "validation_error", message)


def test_one_option_may_come_as_a_list_and_an_empty_list_is_no_answer(host: Host) -> None:
    session = host.new_session(questions=[{**SEVERAL, "multiple": False}, {"text": "Town", "required": True}])["id"]
    needed = (400, "validation_error", "answers: “Town” needs an answer")
    assert error_of(fill_in(host, session, ("Diet", []), ("Town", []))) == needed
    assert fill_in(host, session, ("Diet", ["any"]), ("Town", "Lima")).status_code == 200
    assert entered(host, session) == [("Diet", "any"), ("Town", "Lima")]
    assert "choices" not in people(host, session)[0]["answers"][0]


def test_the_lines_of_an_answer_are_kept(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Tell us", "long": True}])["id"]
    fill_in(host, session, ("1", "One\n\nTwo\n"))
    assert entered(host, session) == [("Tell us", "One\n\nTwo")]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"multiple": True}, "questions[0].multiple is for questions of type Options"),
        ({"long": True, "type": "Email"}, "questions[0].long is for questions of type Short field"),
        (
            {"long": True, "role": "name"},
            "questions[0].role name is for questions of type Short field that are not long",
        ),
        (
            {"type": "Options", "options": ["a"], "role": "email"},
            "questions[0].role email is for questions of type Email, or Short field that is not long",
        ),
        ({"type": "Email", "role": "other"}, "questions[0].role of a question of type Email can only be email"),
        ({"role": "age"}, "questions[0].role must be one of: email, name, other"),
        ({"multiple": "yes"}, "questions[0].multiple must be true or false"),
    ],
)
def test_what_does_not_go_together_in_a_question_is_refused(question: dict[str, Any], message: str, host: Host) -> None:
    asked = [{"text": "Q", **question}]
    answer = host.call("POST", "/sessions", {"topic": "T", "goal": "G", "questions": asked})
    assert error_of(answer) == (400, "validation_error", message)
    session = host.new_session()["id"]
    assert error_of(host.call("PATCH", f"/sessions/{session}", {"questions": asked}))[2] == message


# Who may skip it


def test_nobody_begins_to_talk_before_a_form_that_needs_answers(host: Host, model: Interviewer) -> None:
    asked = [{"text": "Team", "required": True}, {"text": "Town"}, {"text": "Role", "required": True}]
    session = host.new_session(questions=asked)["id"]
    message = "answers: “Team”, “Role” need answers before the first message; join with them at chat/questions"
    assert error_of(host.say(session, "Soup")) == (400, "validation_error", message)
    assert (people(host, session), model.count("turn")) == ([], 0)
    fill_in(host, session, ("Team", "Red"), ("Role", "Cook"))
    assert host.say(session, "Soup").status_code == 200


def test_who_has_begun_goes_on_when_a_form_needs_answers_from_now_on(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Team"}])["id"]
    assert host.say(session, "Soup").status_code == 200
    host.call("PATCH", f"/sessions/{session}", {"questions": [{"text": "Team", "required": True}]})
    assert host.say(session, "Bread").status_code == 200


# Questions that are replaced as a list


def test_a_question_with_the_same_text_stays_the_question_it_was(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Team"}, {"text": "Town"}, {"text": "Town"}])["id"]
    team, town, other_town = (it["id"] for it in host.get(f"/sessions/{session}/questions")["data"])
    wanted = [{"text": "Town", "required": True}, {"text": "Squad", "id": team}, {"text": "Town"}, {"text": "Team"}]
    found = host.call("PATCH", f"/sessions/{session}", {"questions": wanted}).json_body["questions"]
    assert [it["id"] for it in found[:3]] == [town, team, other_town]
    assert found[3]["id"] not in (team, town, other_town)
