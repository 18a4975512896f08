"""What somebody does not want done with their words, through every door: quoted by nobody, or told to no other participant."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.api.routes import ROUTES
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.model import Answer, Summary, ThreadView
from chalicelib.services.participants.consent import set_consent
from chalicelib.services.results.sections import SECTIONS
from chalicelib.services.synthesis import digest_runner
from chalicelib.services.synthesis.scratchpad import FIRST_MINUTES
from chalicelib.store import thread_head
from chalicelib.store.summaries import Summaries
from tests.api.hosts import Host
from tests.api.jobs import asked, summarise, write_brief
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.llm.queued import steering_of
from tests.rule_based_model import RuleBasedModel
from tests.web.browser import Browser

OWN = "The canteen smells of burnt violets every single morning"
ASIDE = "Nobody ever opens a window there, violets or not"
OTHERS = [
    f"The canteen is too far away from our desks, {word}" for word in ("alas", "sadly", "again", "still", "today")
]
SECRET = "violets"
LABEL = "burnt violets every single"
# Where members read what single people said, word for word, as it is; of exports all else is looked at.
TRANSCRIPTS = {"list_responses", "get_participant", "list_answer_texts", "export_session"}
PAGES = ("", "/people", "/summary", "/summaries", "/recap", "/similarity", "/insights", "/answers")


class Parrot(RuleBasedModel):
    """Repeats one participant wherever it can, in marks and without, also where it is not shown their words."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """The digests and summaries of that model, with these words in each part."""
        shown = "\n".join(block.text for message in request.messages for block in message.blocks)
        if request.task.startswith("ask"):
            ids = [it.attributes["id"] for it in tags.read("point", shown)]
            answer = [
                {"text": text, "evidence": ids, "said": []} for text in (f"“{OWN}”, they say.", OWN, "It is far.")
            ]
            return Reply("", self.name, (ToolCall("answer_question", {"statements": answer}),))
        if request.task == "review":
            heard = [(it.attributes["id"], it.text) for it in tags.read("participant", shown)]
            heard.sort(key=lambda it: SECRET not in it[1])
            found = {"title": "Asks two things", "rule": "Ask one thing at a time."}
            evidence = [{"message": message, "quote": text} for message, text in heard]
            return Reply("", self.name, (ToolCall("record_review", {"findings": [{**found, "evidence": evidence}]}),))
        reply = super().complete(request, deadline)
        given: dict[str, Any] = dict(reply.tool_calls[0].input)
        if request.task == "digest" and OWN in shown:
            first = {**given["points"][0], "text": f"{given['points'][0]['text']} indeed", "topic": LABEL, "theme": ""}
            given["points"] = [first, *given["points"]]
            given["gist"] = f"They hold that {OWN}."
        if request.task == "summary":
            told = f"People speak of the canteen. {OWN}. “{OWN}”, they say. It is far, and {ASIDE}."
            given |= {"overview": told, "critical_answer": told}
            given |= {name: [told] for name in ("agreements", "tensions", "minority_views", "open_questions")}
            points = sorted(tags.read("point", shown), key=lambda it: it.text != OWN)
            ids = [it.attributes["id"] for it in points]
            themes = [{**it, "statement": told, "description": OWN} for it in given["themes"]]
            given["themes"] = [{**it, "evidence": [name for name in ids if name in it["evidence"]]} for it in themes]
            given["proposals"] = [{"text": told, "condition": OWN, "evidence": ids, "against": []}]
        return Reply("", self.name, (ToolCall(reply.tool_calls[0].name, given),))


@pytest.fixture
def session(host: Host, model: Interviewer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> str:
    """A session of six people with two summaries, one of whom says what is not to be quoted; all doors are open."""
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    monkeypatch.setattr(model, "_writer", Parrot())
    sections = dict.fromkeys(SECTIONS, True)
    made = host.new_session(
        results_visibility="public", critical="What must change?", cross_pollination=True, results_sections=sections
    )
    found = str(made["id"])
    for number, said in enumerate((OWN, *OTHERS)):
        for words in (said, ASIDE if said == OWN else "It is far, and the queue is long", "That is all of it"):
            assert host.say(found, words, f"p{number}", participant_name=f"P{number}").status_code == 200
    for more in ("", "One more thing about the canteen: it closes early"):
        if more:
            assert host.say(found, more, "p1", participant_name="P1").status_code == 200
        clock.advance(FIRST_MINUTES.total_seconds())
        assert summarise(found)
        assert write_brief(found)
    note = {"content": f"They say: {OWN}. So be it.", "quotes": [{"text": OWN}], "visible": True}
    assert host.call("POST", f"/sessions/{found}/insights", note).status_code == 201
    asked("summaries")
    return found


@pytest.fixture
def author(host: Host, session: str) -> str:
    """The thread of who said it."""
    found = host.get(f"/sessions/{session}/responses?mode=list")["data"]
    return str(next(it["participant_id"] for it in found if it["external_id"] == "p0"))


def wish(session: str, thread_id: str, *answers: Answer, **wishes: bool) -> None:
    """What a participant wants, who gave these answers in the form."""
    head = thread_head.read(session, thread_id)
    assert head
    set_consent(
        container.sessions().view(session, ()).session,
        ThreadView(head, answers),
        **wishes,
        deps=container.consent_deps(),
    )


def doors(host: Host, ana: Browser, session: str) -> Iterator[tuple[str, str]]:
    """What each door shows of a session beside the conversations themselves, with its name."""
    theme = host.get(f"/sessions/{session}/summary")["themes"][0]["id"]
    for route in ROUTES:
        if route.method == "GET" and "session_id" in route.ids and route.operation.run.__name__ not in TRANSCRIPTS:
            path = route.path.format(
                session_id=session, number=1, theme_id=theme, export_id="x", question_id="x", participant_id="x"
            )
            yield route.name, host.call("GET", path).body.decode()
    yield "the same people", host.call("GET", f"/sessions/{session}/summaries/2").body.decode()
    for path, body in (("ask", {"question": "What of the canteen?"}), ("review", None)):
        yield path, host.call("POST", f"/sessions/{session}/{path}", body).body.decode()
    for query in ("format=md", "format=html", "format=md&readers=others", "format=json&parts=summary,insights,design"):
        yield f"export {query}", host.call("GET", f"/sessions/{session}/export?{query}").body.decode()
    exported = json.loads(host.call("GET", f"/sessions/{session}/export?format=json").body)
    people = [{**person, "messages": []} for person in exported["participants"]]
    yield "export without transcripts", json.dumps({**exported, "participants": people}, ensure_ascii=False)
    for page in PAGES:
        yield f"page {page}", ana.get(f"/sessions/{session}{page}").body.decode()
    yield "page of a theme", ana.get(f"/sessions/{session}/themes/{theme}").body.decode()
    for name in SECTIONS:
        yield f"results {name}", Browser().get(f"/results?s={session}&tab={name}").body.decode()


def repeating(host: Host, ana: Browser, session: str) -> set[str]:
    """The doors that have any of these words."""
    return {name for name, text in doors(host, ana, session) if SECRET in text.casefold()}


def test_who_is_not_to_be_quoted_is_quoted_nowhere_from_then_on(
    host: Host, ana: Browser, session: str, author: str, model: Interviewer, clock: FakeClock
) -> None:
    before = repeating(host, ana, session)
    assert {"GET /sessions/{session_id}/summary", "page /recap", "results summary", "ask", "review"} <= before
    counted = [(it["id"], it["participants"]) for it in host.get(f"/sessions/{session}/summary")["themes"]]
    model.failing = {"summary", "digest"}
    wish(session, author, quotes=False)
    model.failing.clear()
    assert repeating(host, ana, session) == set()
    found = host.get(f"/sessions/{session}/summary")
    assert found["summary"]
    assert "too far away from our desks" in found["summary"]
    assert found["status"] == "updating"
    assert [(it["id"], it["participants"]) for it in found["themes"]] == counted
    (kept,) = host.get(f"/sessions/{session}/insights")["data"]
    assert (kept["quotes"], kept["lost_quotes"]) == ([], 1)
    model.failing = {"summary"}
    clock.advance(120)
    summarise(session)
    assert repeating(host, ana, session) == set()
    model.failing.clear()
    clock.advance(3600)
    assert summarise(session)
    assert write_brief(session)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"
    assert host.say(session, f"{OWN}, as I said", "p0", participant_name="P0").status_code == 200
    clock.advance(3600)
    assert summarise(session)
    assert write_brief(session)
    assert "From 6 participants and 20 messages" in host.get(f"/sessions/{session}/summary")["summary"]
    assert repeating(host, ana, session) == set()
    person = host.get(f"/sessions/{session}/participants/{author}")
    assert person["quotable"] is False
    assert OWN in [it["content"] for it in person["messages"]]
    page = ana.open(f"/sessions/{session}/people/{author}")
    assert "P0 does not want to be quoted" in page.text
    assert "not to be quoted" in ana.open(f"/sessions/{session}/people").text
    refused = host.call("POST", f"/sessions/{session}/insights", {"content": "x", "quotes": [{"text": OWN}]})
    assert refused.status_code == 400


def test_who_lets_themselves_be_quoted_again_is_from_the_next_summary_on(
    host: Host, ana: Browser, session: str, author: str, clock: FakeClock
) -> None:
    wish(session, author, quotes=False)
    wish(session, author, quotes=True)
    assert SECRET not in host.get(f"/sessions/{session}/summary")["summary"]
    clock.advance(3600)
    assert host.say(session, "The canteen could have plants", "p2", participant_name="P2").status_code == 200
    assert summarise(session)
    assert SECRET in host.get(f"/sessions/{session}/summary")["summary"]
    assert host.get(f"/sessions/{session}/insights")["data"][0]["lost_quotes"] == 1


GARDENS = "I like to sit in the gardens near my street, because it is quiet there and green, and I read for an hour"


def is_told(host: Host, session: str, model: Interviewer, name: str) -> bool:
    """Whether somebody new is told of the theme that the others carry."""
    for words in (GARDENS, f"{GARDENS} or two", f"{GARDENS}, and so on"):
        assert host.say(session, words, name).status_code == 200
    turns = [it for it in model.requests if it.task == "turn"]
    return any("buses" in text for text in steering_of(turns[-1]))


def test_who_is_not_passed_on_is_counted_in_the_summary_and_in_nothing_that_others_are_told(
    host: Host, model: Interviewer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    reply = model.complete

    def ask(request: Request, deadline: Deadline) -> Reply:
        found = reply(request, deadline)
        return replace(found, text=f"{found.text}. And what else?") if request.task == "turn" else found

    monkeypatch.setattr(model, "complete", ask)
    session = str(host.new_session(cross_pollination=True, prompt="Ask.")["id"])
    people = []
    for word in ("late", "slow", "full"):
        said = host.say(session, f"The {word} buses matter to me in the evening", word)
        people.append(said.json_body["thread_id"])

    def sum_up() -> list[int]:
        """How many carry the theme, by the summary and by the scratchpad."""
        clock.advance(3600)
        assert summarise(session)
        known = [*host.get(f"/sessions/{session}/summary")["themes"]]
        notes = host.get(f"/sessions/{session}/scratchpad")["themes"]
        return [it["participants"] for it in (*known, *notes) if it["label"] == "buses"]

    sum_up()
    assert host.say(session, "Nothing else comes to my mind", "late").status_code == 200
    assert sum_up() == [3, 3]
    assert is_told(host, session, model, "first")
    wish(session, people[0], passing_on=False)
    model.failing = {"summary", "digest"}
    assert not is_told(host, session, model, "second")
    model.failing.clear()
    assert sum_up() == [3, 2]
    assert not is_told(host, session, model, "third")
    wish(session, people[0], passing_on=True)
    assert sum_up() == [3, 3]
    assert is_told(host, session, model, "fourth")


def test_what_they_wrote_in_the_form_is_not_repeated_either(host: Host, session: str) -> None:
    people = host.get(f"/sessions/{session}/responses?mode=list")["data"]
    other = next(it["participant_id"] for it in people if it["external_id"] == "p1")
    told = f"“{OWN}”, they say"
    assert told in host.get(f"/sessions/{session}/summary")["summary"]
    wish(session, other, Answer("q", "What bothers you?", OWN), Answer("r", "Where?", "It is far"), quotes=False)
    found = host.get(f"/sessions/{session}/summary")["summary"]
    assert (told in found, "People speak of the canteen" in found) == (False, True)


def test_what_is_stored_while_words_are_cut_has_none_of_them_either(
    host: Host, session: str, author: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = host.get(f"/sessions/{session}/responses?mode=list")["data"]
    other = next(it["participant_id"] for it in people if it["external_id"] == "p1")
    read, meanwhile = Summaries.kept, ["another person", "another summary"]

    def kept(self: Summaries, session_id: str) -> list[Summary]:
        found = read(self, session_id)
        match meanwhile.pop() if meanwhile else "":
            case "another summary":
                clock.advance(120)
                assert host.call("POST", f"/sessions/{session}/summary").status_code == 200
            case "another person":
                wish(session, other, quotes=False)
        return found

    monkeypatch.setattr(Summaries, "kept", kept)
    wish(session, author, quotes=False)
    assert not meanwhile
    found = json.dumps(host.get(f"/sessions/{session}/summary")) + json.dumps(
        host.get(f"/sessions/{session}/summaries")
    )
    found += "".join(json.dumps(host.get(f"/sessions/{session}/summaries/{number}")) for number in (1, 2, 3))
    assert [words for words in (SECRET, "our desks, alas") if words in found] == []
    assert "our desks" in found


def test_without_a_model_what_somebody_answered_is_counted_and_not_listed(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    session = str(host.new_session(questions=[{"text": "Which shift?"}])["id"])
    question = host.get(f"/sessions/{session}/questions")["data"][0]["id"]
    people = []
    for number, shift in enumerate(("With violets", "Late", "Late", "Early", "Early")):
        answers = [{"question_id": question, "answer": shift}]
        assert host.join(session, f"p{number}", answers=answers).status_code == 200
        for words in (f"I smell {'violets' if number == 0 else 'soup'} all over the place, {number}", "No more"):
            people.append(host.say(session, words, f"p{number}").json_body["thread_id"])

    def show() -> str:
        clock.advance(3600)
        assert summarise(session)
        assert write_brief(session)
        paths = ("summary", "summaries/1", "session-md", "recap", "answers", "similarity", f"slices?by={question}")
        return "".join(host.call("GET", f"/sessions/{session}/{path}").body.decode() for path in paths)

    assert show().count(SECRET) >= 4
    before = [it["participants"] for it in host.get(f"/sessions/{session}/summary")["themes"]]
    wish(session, people[0], quotes=False)
    assert SECRET not in host.call("GET", f"/sessions/{session}/summary").body.decode()
    assert SECRET not in show().casefold()
    found = host.get(f"/sessions/{session}/summary")
    assert "I smell soup all over the place" in found["summary"]
    assert [it["participants"] for it in found["themes"]] == before
    assert host.get(f"/sessions/{session}/answers")["questions"][0]["answered"] == 5
