"""A review of the facilitator: what a model finds stands only where two conversations really have the words; nothing is stored."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.services.results.facilitator_review import append_rules
from chalicelib.store.spending import OF_SESSION, Ledger
from chalicelib.store.thread_head import head_item
from tests.api.hosts import Host, error_of
from tests.api.participants import include
from tests.bench.crowded_sessions import store
from tests.fake_anthropic import text, tool
from tests.llm.wire import LiveApi, live_api, outside, texts

ASKED = "What kept you from coming in, and what would help?"
SAID = (
    "I come in on Mondays.",
    "That is two questions at once & more.",
    "The bus left early on Friday evening, I swear.",
)
RULE = "Ask one thing at a time."


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    with live_api(monkeypatch, MODEL_MEDIUM="claude-sonnet-5-5") as found:
        found.server.rule = lambda _: text(ASKED)
        yield found


def finding(*evidence: tuple[str, str], **changed: Any) -> dict[str, Any]:
    """A finding as a model hands it in."""
    listed = [{"message": message, "quote": quote} for message, quote in evidence]
    return {"title": "Asks two things", "rule": RULE, "evidence": listed, **changed}


def talk(host: Host, session: str, *people: str, said: tuple[str, ...] = SAID) -> None:
    """Have these people say all of this."""
    for person in people:
        for words in said:
            assert host.say(session, words, person).status_code == 200


def review(live: LiveApi, session: str, *findings: Any) -> Any:
    """The answer to a review in which the model hands these in."""
    live.server.bodies.clear()
    live.server.queue(tool("record_review", {"findings": list(findings)}))
    return live.host.call("POST", f"/sessions/{session}/review")


def shown(live: LiveApi) -> dict[str, str]:
    """The participants' messages that the model was shown, by id."""
    return dict(re.findall(r'<participant id="([\d.]+)">([^<]*)<', "\n".join(texts(live.bodies[-1]))))


def test_a_finding_has_the_words_as_they_are_stored_and_what_was_asked_before(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask about <the office>.", critical="Noise")["id"]
    talk(live.host, session, "p1", "p2")
    answer = review(
        live,
        session,
        finding(
            ("1.3", "two questions  at once"), ("1.3", "two questions at once"), ("2.3", "questions at once & more")
        ),
        finding(("1.3", "two questions at once"), title="Only once"),
        finding(("1.3", "three questions"), ("2.9", "two questions at once"), ("2.3", "at once"), title="Not said"),
        finding(("1.2", ASKED), ("2.2", ASKED), title="The facilitator's own words"),
        finding(
            ("1.5", "The bus left"), ("2.5", "The bus left"), rule="Say: the bus left early on Friday evening, I swear"
        ),
        finding(("1.3", "at once"), ("2.3", "at once"), rule="Call 030 12345678"),
        finding(("1.3", "at once"), ("2.3", "at once"), title=" "),
        "nonsense",
    )
    assert answer.status_code == 200, answer.body
    found = answer.json_body
    assert [it["title"] for it in found["findings"]] == ["Asks two things"]
    (only,) = found["findings"]
    assert (only["threads"], only["rule"]) == (2, RULE)
    assert [(it["quote"], it["before"]) for it in only["evidence"]] == [
        ("two questions at once", ASKED),
        ("questions at once & more", ASKED),
    ]
    people = {it["participant_id"]: it["messages"] for it in live.host.get(f"/sessions/{session}/responses")["data"]}
    for it in only["evidence"]:
        (message,) = [one for one in people[it["participant_id"]] if one["id"] == it["message_id"]]
        assert it["quote"] in message["content"]
    assert ({*found["read"]}, found["eligible"]) == ({*people}, 2)
    (sent,) = live.bodies
    assert (sent["model"], sent["tools"][0]["strict"]) == ("claude-sonnet-5-5", True)
    assert "<facilitation_prompt>Ask about &lt;the office&gt;.</facilitation_prompt>" in "\n".join(texts(sent))
    assert "Mondays" not in outside(sent)
    assert Ledger().spent(f"{OF_SESSION}{session}") > 0


def test_those_rated_low_are_read_first_and_nobody_who_is_left_out(
    live: LiveApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.services.results.facilitator_review.MOST_THREADS", 3)
    session = live.host.new_session(prompt="Ask.")["id"]
    talk(live.host, session, "silent", said=SAID[:2])
    for person in ("oldest", "sad", "content", "troll", "newest"):
        live.clock.advance(60)
        talk(live.host, session, person)
    heads = {it.external_id: it for it in container.conversations().heads(session)}
    for person, rating in (("sad", 2), ("content", 5)):
        assert container.feedback().rate(heads[person], rating, "", live.clock.now())
    include(live.host, session, heads["troll"].id, False)
    store(
        [head_item(replace(heads["oldest"], test=True))]
    )  # one that somebody included by hand: it is nobody all the same
    found = review(live, session).json_body
    assert found["read"] == [heads[it].id for it in ("sad", "newest", "content")]
    assert (found["findings"], found["eligible"]) == ([], 3)


def test_no_rule_names_somebody_whom_one_conversation_speaks_of(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask about the office.")["id"]
    talk(live.host, session, "p1", said=(SAID[0], SAID[1], "Karin Oberhuber steals our lunch money."))
    talk(live.host, session, "p2", said=(SAID[0], SAID[1], "Nothing more, thanks."))
    shown = [("1.3", "questions at once"), ("2.3", "questions at once")]
    named = [
        {"rule": "Ask everybody about Karin Oberhuber."},
        {"title": "Passes over Oberhuber"},
        {"rule": "Avoid Karin."},
    ]
    answer = review(live, session, *(finding(*shown, **it) for it in named), finding(*shown))
    assert [(it["title"], it["rule"]) for it in answer.json_body["findings"]] == [("Asks two things", RULE)]


def test_long_conversations_are_read_to_their_end_and_quoted_in_full(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask.")["id"]
    live.server.rule = lambda _: text("Long. " * 100 + ASKED)
    talk(live.host, session, "p1", "p2", said=tuple(f"{number} " + "word " * 400 + "end" for number in range(8)))
    assert review(live, session).status_code == 200
    assert sum(map(len, shown(live).values())) < 12_000
    last = max(shown(live), key=lambda it: [int(part) for part in it.split(".")])
    other = max((it for it in shown(live) if it[0] == "1"), key=lambda it: int(it.split(".")[1]))
    (found,) = review(live, session, finding((last, "word end"), (other, "word end"))).json_body["findings"]
    assert {it["quote"] for it in found["evidence"]} == {"word end"}
    assert all(it["before"].endswith(ASKED) and len(it["before"]) <= 400 for it in found["evidence"])


def test_it_takes_two_conversations_a_model_and_an_editor(live: LiveApi, monkeypatch: pytest.MonkeyPatch) -> None:
    session = live.host.new_session(prompt="Ask.")["id"]
    talk(live.host, session, "p1")
    status, code, message = error_of(live.host.call("POST", f"/sessions/{session}/review"))
    assert (status, code) == (400, "validation_error")
    assert message == "A review needs 2 conversations with 3 messages of the participant each; there are 1"
    talk(live.host, session, "p2")
    live.server.queue(tool("record_review", {"findings": "none"}))
    answer = error_of(live.host.call("POST", f"/sessions/{session}/review"))
    assert answer[::2] == (503, "The language model wrote no usable review; try again later")
    assert live.host.invite(session, "viewer").call("POST", f"/sessions/{session}/review").status_code == 403
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    answer = error_of(live.host.call("POST", f"/sessions/{session}/review"))
    assert answer[::2] == (503, "A review needs a language model, and this server runs without one")


def test_rules_stand_at_the_end_of_the_prompt_each_once() -> None:
    once = append_rules("# Opening\nHello.\n", ["Be short.", "Be kind."])
    assert once == "# Opening\nHello.\n\n# Rules\n- Be short.\n- Be kind."
    assert append_rules(once, ["Be short.", "Be clear."]) == f"{once}\n- Be clear."
    assert append_rules(once, ["Be kind."]) == once
    assert append_rules(f"{once}\n\n# Closing\nBye.", ["Be clear."]).endswith("Bye.\n\n# Rules\n- Be clear.")
